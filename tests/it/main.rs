//! Every test of the service from outside, in one binary.

mod admin;
mod bad_input;
mod conformance;
mod house;
mod http;
mod machines;
mod policy;
mod schema;

mod schema_matches_entities;
