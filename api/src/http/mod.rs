//! The wire: routes and what HTTP says around them. One file per way in; to add one, a file here
//! that reads the request, asks the layer below, and writes the answer.
//!
//! `passage.rs` is what every request passes, whichever way it came. `graphql.rs` is `POST` and
//! `GET /graphql`; `accept.rs`, `params.rs` and `answer.rs` are its reading of media types, its
//! reading of requests, and its writing of answers. `health.rs` tells whether the service lives and is
//! ready, `schema.rs` serves the schema's text, `explorer.rs` the demo's GraphiQL.

mod accept;
mod answer;
pub mod budget;
mod connection;
pub mod documents;
pub mod edge;
pub mod explorer;
pub mod graphql;
#[cfg(test)]
mod graphql_tests;
pub mod health;
mod params;
pub mod passage;
mod places;
pub mod schema;
pub mod serve;
