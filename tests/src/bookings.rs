//! What people do with rooms and things, and with bookings of them.

use serde_json::{Value, json};

use crate::{Answer, Person, Record};

/// What is shown of a room or a thing after each deed.
pub(crate) const BOOKABLE: &str = "id version name kind status allowedActions";
/// What is shown of a booking after each deed.
pub(crate) const BOOKING: &str = "id version status startsAt endsAt allowedActions";

impl Person {
    /// Lends a room to the neighbourhood they are there for, in the name of their partner.
    pub async fn lends_room(&self, name: &str) -> Answer {
        self.lends(name, json!({ "kind": "VENUE" })).await
    }

    /// Lends something else, in the name of their partner.
    pub async fn lends_thing(&self, name: &str) -> Answer {
        self.lends(name, json!({ "kind": "ASSET" })).await
    }

    /// Lends something, with what there is to say of it.
    pub async fn lends(&self, name: &str, with: Value) -> Answer {
        let mut input = json!({
            "partner": self.partner, "neighbourhood": self.neighbourhood, "name": name,
        });
        if let (Some(input), Value::Object(with)) = (input.as_object_mut(), with) {
            input.extend(with);
        }
        self.does("bookableCreate", "bookable", BOOKABLE, input)
            .await
    }

    /// Books something from one time to another.
    pub async fn books(&self, bookable: &Record, from: &str, until: &str) -> Answer {
        self.books_with(bookable, from, until, json!({})).await
    }

    /// The same, with more to say.
    pub async fn books_with(
        &self,
        bookable: &Record,
        from: &str,
        until: &str,
        with: Value,
    ) -> Answer {
        let mut input = json!({ "bookable": bookable.id, "startsAt": from, "endsAt": until });
        if let (Some(input), Value::Object(with)) = (input.as_object_mut(), with) {
            input.extend(with);
        }
        self.does("bookingCreate", "booking", BOOKING, input).await
    }

    /// Calls a booking or a call-out off.
    pub async fn calls_off(&self, what: &Record, reason: &str) -> Answer {
        self.takes("Cancel", what, json!({ "reason": reason }))
            .await
    }
}
