//! The modules of this branch.

pub mod clock;

pub mod telemetry;
