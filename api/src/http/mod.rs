//! The wire: routes and what HTTP says around them. One file per way in; to add one, a file here
//! that reads the request, asks the layer below, and writes the answer.
//!
//! `passage.rs` is what every request passes, whichever way it came. `graphql.rs` is `POST` and
//! `GET /graphql`; `accept.rs`, `params.rs` and `answer.rs` are its reading of media types, its
//! reading of requests, and its writing of answers. `health.rs` tells whether the service lives and is
//! ready, `schema.rs` serves the schema's text, `explorer.rs` the demo's GraphiQL.
//!
//! Around them, `serve.rs` listens: `crowd.rs` has the places for connections, `connection.rs` and
//! `streams.rs` their deadlines, `refusals.rs` the log's lines of those that are refused. `edge.rs` is what
//! every request meets: `budget.rs`, `places.rs` for requests and `room.rs` for their bodies,
//! `forwarded.rs`, `encoding.rs`, `panics.rs`. `entrance.rs` takes what is sent and then a place; in a crowd
//! `door.rs` does so before all of that, and turns away.

mod accept;
mod answer;
pub mod budget;
mod connection;
mod crowd;
pub mod documents;
pub mod door;
pub mod edge;
mod encoding;
mod entrance;
pub mod explorer;
mod forwarded;
pub mod graphql;
#[cfg(test)]
mod graphql_tests;
pub mod health;
mod panics;
mod params;
pub mod passage;
mod places;
mod refusals;
mod room;
pub mod schema;
pub mod serve;
mod streams;
