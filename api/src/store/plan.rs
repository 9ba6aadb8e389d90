//! What a selection needs, known before the first statement.
//!
//! Edges to one record ride along as joins; edges to many are one statement per level, whatever
//! the number of parents. The store puts the viewer's scope on every node.

use std::collections::{BTreeMap, BTreeSet};

use nabij_entity::access_log::AccessPurpose;
use uuid::Uuid;

use super::{page::Window, record::Kind};

/// What is wanted of one record.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The record.
    pub kind: Kind,
    /// Names of the selected fields, for facts that are computed only when asked for.
    pub fields: BTreeSet<String>,
    /// Purposes for which contact details are wanted, each with the fields selected of them.
    pub contact: BTreeMap<AccessPurpose, BTreeSet<String>>,
    /// Questions asked of it: their fields, and the records they are about.
    pub asked: BTreeSet<(&'static str, Uuid)>,
    /// Edges to one record.
    pub one: BTreeMap<&'static str, Plan>,
    /// Edges to many, each with the windows wanted of it.
    pub many: BTreeMap<(&'static str, Window), Many>,
}

/// What is wanted of an edge to many.
#[derive(Clone, Debug)]
pub struct Many {
    /// Whether rows are wanted, or only their number.
    pub rows: bool,
    /// Whether the total is wanted.
    pub total: bool,
    /// What is wanted of each row.
    pub plan: Plan,
}

impl Plan {
    /// The record alone.
    #[must_use]
    pub const fn of(kind: Kind) -> Self {
        Self {
            kind,
            fields: BTreeSet::new(),
            contact: BTreeMap::new(),
            asked: BTreeSet::new(),
            one: BTreeMap::new(),
            many: BTreeMap::new(),
        }
    }

    /// Takes over what another plan of the same record wants.
    pub fn merge(&mut self, other: Self) {
        self.fields.extend(other.fields);
        for (purpose, fields) in other.contact {
            self.contact.entry(purpose).or_default().extend(fields);
        }
        self.asked.extend(other.asked);
        for (name, plan) in other.one {
            match self.one.get_mut(name) {
                Some(own) => own.merge(plan),
                None => drop(self.one.insert(name, plan)),
            }
        }
        for (key, many) in other.many {
            self.add_many(key.0, key.1, many);
        }
    }

    /// Adds an edge to many, or what more is wanted of it.
    pub fn add_many(&mut self, edge: &'static str, window: Window, many: Many) {
        match self.many.get_mut(&(edge, window.clone())) {
            Some(own) => {
                own.rows |= many.rows;
                own.total |= many.total;
                own.plan.merge(many.plan);
            }
            None => drop(self.many.insert((edge, window), many)),
        }
    }
}
