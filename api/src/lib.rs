//! Nabij.
pub mod auth;
pub mod clock;
pub mod config;
pub mod domain;
pub mod graphql;
pub mod ids;
pub mod policy;
pub mod store;
pub mod telemetry;
