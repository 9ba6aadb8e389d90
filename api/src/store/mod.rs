//! The only holder of database connections, and so the one place where reading is permitted.
//!
//! - [`mod@open`], [`patience`]: opening a database, and how long it is waited for.
//! - [`db`]: the two pools, what a request carries ([`Cx`]) and a write's transaction ([`Tx`]).
//! - [`record`]: what each record declares once: its scope, its guarded columns, its edges.
//! - [`plan`] and [`read`]: a selection's plan and its execution, scope on every node of it.
//! - [`filter`], [`page`]: typed conditions, keyset windows and their cursors.
//! - [`mod@write`], [`events`], [`idempotency`]: one row, one event, one transaction.
//! - [`held`]: what is held of a resident; by it [`dossier`] tells and [`erase`] takes out.
//! - [`told`]: which fields tell of a resident; reading one of them leaves a trace.
//! - [`register`]: of whom each column tells, for what, on which ground and how long.
//! - [`tasks`]: what goes on when nobody waits for it any more.
//! - [`dialect`]: the few statements that PostgreSQL and SQLite need in different words.
//! - one file per aggregate: its [`record::Record`] declaration and what its use cases look up.
//!
//! To add a record: a file with its declaration, an arm in [`record::Kind`], nothing else.

pub mod access;
pub mod access_log;
pub mod activity;
pub mod ambassador;
pub mod bookable;
pub mod booking;
pub mod call_out;
pub mod change_plan;
pub mod cohort;
pub mod consent;
pub mod contact_moment;
pub mod db;
pub mod deployment;
pub mod dialect;
pub mod dossier;
pub mod erase;
pub mod event;
pub mod events;
pub mod failure;
pub mod feedback;
pub mod filter;
pub mod funding_line;
pub mod gap;
pub mod held;
pub mod idempotency;
pub mod initiative;
pub mod legal_hold;
pub mod mentions;
pub mod occurrence;
pub mod offer;
pub mod open;
pub mod page;
pub mod partner;
pub mod patience;
pub mod place;
pub mod plan;
pub mod read;
pub mod record;
pub mod referral;
pub mod register;
pub mod resident;
pub mod retention;
pub mod retention_rule;
pub mod scope;
pub mod service;
pub mod serving;
pub mod signal;
pub mod statistics;
pub mod tasks;
pub mod team;
pub mod told;
pub mod training;
pub mod user;
pub mod write;

pub use db::{Cx, Db, Tx};
pub use failure::Failure;
pub use filter::Filter;
pub use open::OpenError;
pub use page::{Cursor, OrderTerm, Page, Scalar, TooMany, Window, WindowError};
pub use patience::Patience;
pub use plan::{Many, Plan};
pub use read::{Node, Visible};
pub use record::{Kind, Record};
