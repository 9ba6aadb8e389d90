//! Every test of the service from outside, in one binary.

mod admin;
mod bad_input;
mod beersel;
mod bulk;
mod conformance;
mod fields;
mod house;
mod http;
mod leaks;
mod machines;
mod paging;
mod policy;
mod races;
mod schema;
mod schema_matches_entities;
mod statements;
