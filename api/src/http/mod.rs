//! The wire: routes and what HTTP says around them. One file per way in; to add one, a file here
//! that reads the request, asks the layer below, and writes the answer.
//!
//! `graphql.rs` is `POST` and `GET /graphql`; `accept.rs`, `params.rs` and `answer.rs` are its
//! reading of media types, its reading of requests, and its writing of answers.

mod accept;
mod answer;
pub mod graphql;
#[cfg(test)]
mod graphql_tests;
mod params;
