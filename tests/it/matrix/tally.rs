//! What was looked at, and what came out that shouldn't.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Write, stdout},
};

use nabij_api::store::Kind;

/// What was looked at.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) cells: usize,
    pub(super) leaks: Vec<String>,
    /// By kind, or kind and guard: how many were shown and how many were hidden.
    pub(super) outcomes: BTreeMap<String, [usize; 2]>,
    pub(super) asked: BTreeSet<(Kind, String)>,
    /// The fields of the root that were asked.
    pub(super) roots: BTreeSet<String>,
}

impl Tally {
    pub(super) fn leak(&mut self, told: String) {
        self.leaks.push(told);
    }

    pub(super) fn outcome(&mut self, of: String, shown: bool) {
        self.outcomes.entry(of).or_default()[usize::from(!shown)] += 1;
    }

    pub(super) fn close(self, what: &str) {
        // By this way it is told also where the test passes.
        let told = writeln!(
            stdout(),
            "{what}: {} cells, {} leaks",
            self.cells,
            self.leaks.len()
        );
        told.expect("there is somewhere to tell it");
        let some = self.leaks.iter().take(40).cloned().collect::<Vec<_>>();
        assert!(
            self.leaks.is_empty(),
            "{} of {} cells differ from the rules:\n{}",
            self.leaks.len(),
            self.cells,
            some.join("\n")
        );
    }
}
