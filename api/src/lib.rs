//! Nabij ("close by"): a GraphQL service for neighbourhood care.
//!
//! # The house
//!
//! | room | what is in it |
//! |---|---|
//! | [`app`] | the composition: which parts a running service is made of |
//! | [`config`], [`clock`], [`telemetry`], [`ids`] | settings, time, the log, ids as shown outside |
//! | [`policy`] | who may do what: [`policy::Viewer`], [`policy::decide()`]; no I/O |
//! | [`store`] | the only holder of connections; every read is scoped, every write takes a permit |
//! | [`domain`] | one file per aggregate: pure transitions on top, use cases below |
//! | [`auth`] | from a bearer token to a verified identity |
//! | [`graphql`] | one file per aggregate: its type, inputs, queries and mutations |
//! | [`gate`] | what a request must pass before it is executed: parse, validate, cost, limits |
//! | [`relay`] | what happens without a request: because time has passed |
//! | [`http`] | routes and the wire |
//! | [`demo`] | the five initiatives as data, for trying out; `serve` knows nothing of it |
//!
//! **Import law:** `http, graphql, relay → domain → store → policy → entity`; `auth → store, policy`;
//! `gate` knows only the SDL. Never upwards; `tests/it/house.rs` reads the `use` lines and holds it.
//!
//! **One request, one way through.** The gate admits the document; the app signs the caller in and
//! puts a [`store::Cx`] in the request; the resolver parses and calls the use case; that begins a
//! transaction, gets the record as the viewer may see it (or not found), a permit from the policy,
//! the step from the state, and hands both to the store, which writes row and event and expects
//! one row; after the commit the answer is read by one plan, made from the selection.
//!
//! **The same name at every layer:** `referral.rs` in entity, store, domain, graphql and tests. A new
//! transition costs a line in the machine, an arm in the policy, a mutation and a scene; a new
//! record costs one new file per layer.

// The schema's queries and mutations are merged into two types, which nest once per part.
#![recursion_limit = "256"]

pub mod app;
pub mod auth;
pub mod clock;
pub mod config;
pub mod demo;
pub mod domain;
pub mod gate;
pub mod graphql;
pub mod http;
pub mod ids;
pub mod policy;
pub mod relay;
pub mod store;
pub mod telemetry;
