//! What can be done with rooms and things in the story.

use nabij_entity::bookable::{AccessFeature, BookableKind};
use serde::Deserialize;

/// What can be done with rooms and things.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum BookingDeed {
    /// Lend something to the neighbourhood.
    Lend(Box<Lend>),
    Book(Box<Book>),
    /// Call a booking off.
    Free {
        booking: String,
        reason: String,
    },
}

/// A room or a thing.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lend {
    pub key: String,
    pub partner: String,
    pub kind: BookableKind,
    pub neighbourhood: String,
    pub name: String,
    pub description: Option<String>,
    pub address: Option<String>,
    pub capacity: Option<i32>,
    #[serde(default)]
    pub accessibility: Vec<AccessFeature>,
}

/// A booking.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Book {
    pub key: String,
    pub bookable: String,
    /// How many days after the step it begins.
    pub in_days: u16,
    /// At what hour, in local time.
    pub hour: u32,
    /// How many hours it lasts.
    pub hours: u32,
    pub recurrence: Option<String>,
    pub note: Option<String>,
}
