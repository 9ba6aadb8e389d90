//! By when somebody must have looked at a signal.

use chrono::{DateTime, TimeDelta, Utc};
use nabij_entity::{
    signal::{self, SignalStatus},
    vocabulary::Urgency,
};

use crate::store::Filter;

/// By when a signal of this urgency must be looked at.
#[must_use]
pub fn time_to_act(urgency: Urgency) -> TimeDelta {
    match urgency {
        Urgency::Acute => TimeDelta::hours(4),
        Urgency::High => TimeDelta::days(2),
        Urgency::Normal => TimeDelta::days(7),
        Urgency::Low => TimeDelta::days(21),
    }
}

/// States in which a signal still asks for something.
const OPEN: [SignalStatus; 3] = [
    SignalStatus::Submitted,
    SignalStatus::Triaged,
    SignalStatus::InProgress,
];

/// Whether somebody should have looked at the signal by now (story B3).
#[must_use]
pub fn is_overdue(signal: &signal::Model, now: DateTime<Utc>) -> bool {
    OPEN.contains(&signal.status) && signal.due_at <= now
}

/// The same as a condition.
#[must_use]
pub fn overdue_filter(overdue: bool, now: DateTime<Utc>) -> Filter {
    let open = Filter::In(
        "status",
        OPEN.iter().map(|status| (*status).into()).collect(),
    );
    // Due at this very moment is overdue.
    let past = Filter::Not(Box::new(Filter::Gte(
        "due_at",
        (now + TimeDelta::microseconds(1)).into(),
    )));
    let is = Filter::And(vec![open, past]);
    if overdue {
        is
    } else {
        Filter::Not(Box::new(is))
    }
}
