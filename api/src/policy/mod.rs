//! Who may do what. No I/O happens here: a decision is made from the viewer and the record alone.
//!
//! - [`Viewer`]: who asks, and in which roles.
//! - [`decide`]: one exhaustive match from viewer and action to a [`Permit`]; writes demand it.
//! - [`fields`]: for every field of the schema, who may read it and by what that is held.
//!
//! To add an action: a variant in [`Action`], an arm in [`decide()`], and the golden table in
//! `table.txt` shows the difference in review.

mod decide;
pub mod fields;
mod viewer;

pub use decide::{Action, Contributor, Forbidden, Permit, Place, Reporter, decide, has_booked};
pub use viewer::{Account, Grant, Viewer};

/// Who may do what, as the tests print it from [`decide()`].
pub const TABLE: &str = include_str!("table.txt");

/// The roles that may do this in some scope of theirs: an action as the table calls it, or the
/// beginning of its name.
#[must_use]
pub fn roles_that_may(action: &str) -> Vec<&'static str> {
    let mut roles = Vec::new();
    let mut about_it = false;
    for line in TABLE.lines() {
        if let Some(who) = line.strip_prefix("    ") {
            let role = who.split(' ').next().unwrap_or_default();
            // Those without a role stand there in lower case.
            let is_role = role.chars().all(|c| c.is_ascii_uppercase() || c == '_');
            if about_it && is_role && !roles.contains(&role) {
                roles.push(role);
            }
        } else {
            about_it = line.strip_prefix(action).is_some_and(|rest| {
                rest.is_empty() || rest.starts_with(' ') || rest.starts_with(',')
            });
        }
    }
    roles
}
