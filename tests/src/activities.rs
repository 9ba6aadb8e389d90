//! What people do with activities.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::{Answer, Person, Record};

/// What is shown of an activity after each deed.
pub(crate) const SHOWN: &str = "id title status version lead startsAt endsAt sequence outcome \
    attendanceTotal updatedAt allowedActions";

/// An activity to propose.
#[derive(Clone, Debug)]
pub struct Gathering(Value);

impl Gathering {
    /// With this title in this neighbourhood, for three hours from `starts_at` on.
    #[must_use]
    pub fn new(title: &str, neighbourhood: &str, starts_at: DateTime<Utc>) -> Self {
        Self(json!({
            "title": title, "neighbourhood": neighbourhood,
            "startsAt": written(starts_at), "endsAt": written(starts_at + TimeDelta::hours(3)),
        }))
    }

    /// The same with another value for a field of the input.
    #[must_use]
    pub fn with(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.0[field] = value.into();
        self
    }

    /// The same, published at once.
    #[must_use]
    pub fn published(self) -> Self {
        self.with("publish", true)
    }
}

/// A moment as the service takes it.
#[must_use]
pub fn written(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

impl Person {
    /// Begins a series of activities in a municipality.
    pub async fn begins_series(&self, name: &str, municipality: &Record) -> Answer {
        let input = json!({ "name": name, "municipality": municipality.id });
        self.does("activitySeriesCreate", "activitySeries", "id name", input)
            .await
    }

    /// Proposes an activity.
    pub async fn proposes(&self, gathering: Gathering) -> Answer {
        self.does("activityPropose", "activity", SHOWN, gathering.0)
            .await
    }

    /// Publishes an activity.
    pub async fn publishes(&self, activity: &Record) -> Answer {
        self.takes("Publish", activity, json!({})).await
    }

    /// Changes an activity.
    pub async fn rearranges(&self, activity: &Record, changes: Value) -> Answer {
        self.takes("Update", activity, changes).await
    }

    /// Calls off one of the times of an activity.
    pub async fn skips(&self, activity: &Record, occurrence: &str) -> Answer {
        self.takes(
            "CancelOccurrence",
            activity,
            json!({ "occurrence": occurrence }),
        )
        .await
    }

    /// Lets the residents take the lead.
    pub async fn hands_over(&self, activity: &Record, tasks: &[&str]) -> Answer {
        self.takes("HandOver", activity, json!({ "tasks": tasks }))
            .await
    }

    /// Writes down how many came.
    pub async fn counts(&self, activity: &Record, attendance: Value) -> Answer {
        self.takes(
            "RecordAttendance",
            activity,
            json!({ "attendance": attendance }),
        )
        .await
    }

    /// Looks into the calendar: what goes on for so many days from a moment on, with these fields.
    pub async fn looks_into_the_calendar(
        &self,
        (from, days): (DateTime<Utc>, i64),
        only: Value,
        fields: &str,
    ) -> Answer {
        let query = format!(
            "query Calendar($from: DateTime!, $until: DateTime!, $where: CalendarWhere) {{ \
               calendar(from: $from, until: $until, where: $where) {{ nodes {{ {fields} }} }} }}"
        );
        let until = written(from + TimeDelta::days(days));
        let variables = json!({ "from": written(from), "until": until, "where": only });
        self.asks(&query, variables).await
    }
}
