//! The harness: a town of its own for every test, and people who act in it.
//!
//! A test reads like the scene it is about:
//!
//! ```no_run
//! # use nabij_tests::Town;
//! # async fn scene() {
//! let town = Town::start().await; // SQLite, or a database of its own at TEST_DATABASE_URL
//! let rosa = town.ambassador("Rosa", &["Alsemberg"]).await;
//! let coordinator = town.coordinator().await;
//! let signal = rosa.signals("Stairs too steep since the fall", "HIGH").await.done();
//! coordinator.triages(&signal).await.done();
//! rosa.triages(&signal).await.is_refused_as("FORBIDDEN");
//! # }
//! ```
//!
//! Everything goes through the service's real router over a real database: no mocks, no sleeps,
//! no ports but those the system gives. Time is a clock that the test holds.
//!
//! | file | what is in it |
//! |---|---|
//! | `database.rs` | a fresh, migrated database per test, gone afterwards |
//! | `door.rs` | what can be shut between the service and its database server |
//! | `town.rs` | the service over it, its clock, and the people's arrival |
//! | `founding.rs` | rows of places, partners, volunteers and roles, written beneath the service |
//! | `beginnings.rs` | how a town comes to be through the service |
//! | `person.rs` | somebody who asks: GraphQL with a token, or any HTTP request |
//! | `answer.rs` | what came back, and what a test says about it |
//! | `story.rs` | a scene told for people: its requests and answers on a page in `docs/stories` |
//! | `figures.rs` | asking for figures |
//! | `fuzz.rs` | requests that nobody would write, from a seed |
//! | `served.rs` | the service on a port of its own, and the admin client run against it |
//! | `service.rs` | the service in a process of its own, for tests that look at the process |
//! | `small_disk.rs` | the same with a disk of its own, which can be filled |
//! | `wire.rs` | a connection on which any bytes can be sent |
//! | `frames.rs` | HTTP/2 in frames written by hand |
//! | `signals.rs`, `referrals.rs`, … | what people do, one file per record |
//!
//! **One more deed:** a function on [`Person`] in the file of its record, named by what people do.

#![expect(
    clippy::missing_panics_doc,
    reason = "a harness says by a panic that a test fails: every function may"
)]

mod activities;
mod answer;
mod beginnings;
mod bookings;
mod call_outs;
mod database;
mod door;
mod figures;
mod founding;
pub mod frames;
pub mod fuzz;
mod person;
mod plans;
mod referrals;
mod served;
pub mod service;
mod signals;
mod small_disk;
pub mod story;
mod teams;
mod town;
pub mod wire;

pub use activities::{Gathering, written};
pub use answer::{Answer, Record};
pub use call_outs::Appeal;
pub use database::Database;
pub use door::{Door, Wire};
pub use figures::Period;
pub use person::Person;
pub use referrals::Request;
pub use served::{Folder, Ran, Served};
pub use signals::{Need, handled_by};
pub use small_disk::SmallDisk;
pub use story::Story;
pub use town::{CONNECTIONS, Town};
