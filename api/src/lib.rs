//! Nabij.
pub mod auth;
pub mod clock;
pub mod config;
pub mod gate;
pub mod http;
pub mod policy;
pub mod store;
pub mod telemetry;
