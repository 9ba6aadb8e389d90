//! Every test of the service from outside, in one binary.

#![expect(
    clippy::too_many_lines,
    reason = "a scene is told from its beginning to its end"
)]

mod admin;
mod attack;
mod bad_input;
mod beersel;
mod bookings;
mod bulk;
mod canary;
mod conformance;
mod explain;
mod fields;
mod free_text;
mod fuzz;
mod heist_op_den_berg;
mod herent;
mod house;
mod http;
mod leaks;
mod machines;
mod matrix;
mod paging;
mod policy;
mod poperinge;
mod privacy;
mod races;
mod resilience;
mod schema;
mod schema_matches_entities;
mod statements;
mod statistics;
mod stories;
mod vocabulary;
mod wijk_bij_duurstede;
