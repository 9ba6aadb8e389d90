//! The schema of Nabij's database, one file per change, the same on `PostgreSQL` and `SQLite`.
//!
//! The files name their tables and columns themselves and never import the entities: a migration
//! that has shipped describes the past, and must not change when a record does. For the same
//! reason a shipped migration is never edited. First expand, then, a release later, contract.
//!
//! **One more change:** a file `mYYYYMMDD_NNNNNN_what.rs` with an `up` and a `down`, and a line at
//! the end of the list below. New tables are drafted with `draft::Draft`, which knows the column
//! types that hold on both databases. `tests/it/schema_matches_entities.rs` then writes and reads
//! a row of every entity, and runs all migrations down and up again.

use sea_orm_migration::prelude::*;

pub use sea_orm_migration::MigratorTrait;

mod draft;
mod m20261122_000001_places;
mod m20261122_000002_partners;
mod m20261122_000003_people;
mod m20261122_000004_signals;
mod m20261122_000005_referrals;
mod m20261122_000006_traces;
mod m20261124_000001_call_outs;
mod m20261124_000002_activities;
mod m20261124_000003_bookings;
mod m20261124_000004_plans;
mod m20261124_000005_teams;
mod m20261124_000006_statistics;
mod m20261124_000007_privacy;
mod m20261124_000008_retention;
mod m20261124_000010_secrecy;
mod m20261127_000004_handling;

/// Brings a database to the schema that this version of Nabij expects.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261122_000001_places::Migration),
            Box::new(m20261122_000002_partners::Migration),
            Box::new(m20261122_000003_people::Migration),
            Box::new(m20261122_000004_signals::Migration),
            Box::new(m20261122_000005_referrals::Migration),
            Box::new(m20261122_000006_traces::Migration),
            Box::new(m20261124_000001_call_outs::Migration),
            Box::new(m20261124_000002_activities::Migration),
            Box::new(m20261124_000003_bookings::Migration),
            Box::new(m20261124_000004_plans::Migration),
            Box::new(m20261124_000005_teams::Migration),
            Box::new(m20261124_000006_statistics::Migration),
            Box::new(m20261124_000007_privacy::Migration),
            Box::new(m20261124_000008_retention::Migration),
            Box::new(m20261124_000010_secrecy::Migration),
            Box::new(m20261127_000004_handling::Migration),
        ]
    }
}
