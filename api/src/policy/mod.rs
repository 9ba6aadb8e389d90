//! Who may do what. No I/O happens here: a decision is made from the viewer and the record alone.
//!
//! - [`Viewer`]: who asks, and in which roles.
//! - [`decide`]: one exhaustive match from viewer and action to a [`Permit`]; writes demand it.
//! - [`fields`]: for every field of the schema, who may read it and by what that is held.
//!
//! To add an action: a variant in [`Action`], an arm in [`decide()`], and the golden table in
//! `tests/golden/policy.txt` shows the difference in review.

mod decide;
pub mod fields;
mod viewer;

pub use decide::{Action, Forbidden, Permit, Place, Reporter, decide};
pub use viewer::{Account, Grant, Viewer};
