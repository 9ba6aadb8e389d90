//! The records of Nabij as they lie in the database: one file per record with its `SeaORM` model
//! and the enums that belong to it alone. Enums shared by several records are in [`vocabulary`].
//!
//! Nothing here knows a rule, a permission or a resolver. Enums do derive
//! [`async_graphql::Enum`]: a value then has one name and one description, the same in the
//! database, in events and in the published schema.
//!
//! **One more record:** a file named in the singular, a `pub mod` line below, a migration that
//! makes the table, and a row in `tests/it/schema_matches_entities.rs`.
//! **One more value:** a line in its enum; text columns need no migration for it.
//!
//! What all records share:
//! - `id` is a `UUIDv7` made by the service, never by the database.
//! - `created_at` and `updated_at` are UTC, kept to the microsecond.
//! - `version` starts at 1 and goes up by one with each change (optimistic locking).
//! - Relations are empty on purpose: the store plans its edges from the columns, and the
//!   migration holds the foreign keys.

#[macro_use]
mod codes;
pub mod set;
pub mod vocabulary;

pub mod access_log;
pub mod activity;
pub mod activity_bookable;
pub mod activity_organiser;
pub mod activity_series;
pub mod activity_volunteer;
pub mod ambassador;
pub mod ambassador_neighbourhood;
pub mod area_code;
pub mod attendance;
pub mod bookable;
pub mod booking;
pub mod call_out;
pub mod commitment;
pub mod consent;
pub mod contact_moment;
pub mod deployment;
pub mod endorsement;
pub mod erasure;
pub mod evaluation;
pub mod event;
pub mod feedback;
pub mod finding;
pub mod funding_line;
pub mod idempotency_key;
pub mod initiative;
pub mod initiative_advisor;
pub mod initiative_neighbourhood;
pub mod initiative_partner;
pub mod legal_hold;
pub mod municipality;
pub mod neighbourhood;
pub mod occurrence;
pub mod offer;
pub mod partner;
pub mod partner_identifier;
pub mod partner_neighbourhood;
pub mod plan;
pub mod plan_action;
pub mod plan_lineage;
pub mod plan_session;
pub mod processing;
pub mod referral;
pub mod resident;
pub mod resident_contact;
pub mod retention_rule;
pub mod retention_run;
pub mod role_grant;
pub mod service;
pub mod service_neighbourhood;
pub mod signal;
pub mod team;
pub mod team_member;
pub mod team_neighbourhood;
pub mod training;
pub mod training_ambassador;
pub mod training_member;
pub mod user;

pub use set::SetOf;
