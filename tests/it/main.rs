//! Every test of the service from outside, in one binary.

mod conformance;

mod schema_matches_entities;
