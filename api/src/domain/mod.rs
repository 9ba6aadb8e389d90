//! What Nabij is for, one file per aggregate: pure transitions on top, use cases below. No SQL, no
//! HTTP, no GraphQL.
//!
//! A use case begins a transaction, gets what it needs as the viewer may see it (or not found),
//! asks the policy for a [`crate::policy::Permit`], asks the state for the step, hands both to the
//! store and commits. What it returns is an id: the answer is read afterwards, as everything is.
//!
//! To add a transition: a line in the machine, an arm in the policy, a mutation, a scene.

pub mod access;
pub mod activity;
pub mod activity_series;
pub mod ambassador;
pub mod bookable;
pub mod booking;
pub mod call_out;
pub mod change;
pub mod commitment;
pub mod consent;
pub mod contact_moment;
pub mod deployment;
pub mod endorsement;
pub mod feedback;
pub mod finding;
pub mod funding_line;
pub mod gap;
pub mod initiative;
pub mod legal_hold;
pub mod money;
pub mod offer;
pub mod partner;
pub mod place;
pub mod plan;
pub mod plan_action;
pub mod plan_session;
pub mod referral;
pub mod refusal;
pub mod reporter;
pub mod resident;
pub mod retention;
pub mod service;
pub mod sharing;
pub mod signal;
pub mod statistics;
pub mod team;
pub mod text;
pub mod training;
pub mod when;

pub use change::Change;
pub use refusal::{Code, Outcome, Problem, Problems, Refusal, Transition};
