//! The modules of this branch.

pub mod auth;
pub mod clock;
pub mod config;
pub mod telemetry;
