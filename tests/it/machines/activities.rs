//! The machine of `Activity`.

use chrono::TimeDelta;
use nabij_tests::{Gathering, Person, Record};
use serde_json::{Value, json};

use super::{
    Cast, Table,
    every_cell::{states, way},
    history_is_whole, leads_to, runtime, title, tries, walks,
};

pub(super) const ACTIVITY: &Table = &[
    ("TENTATIVE", "PUBLISH", "CONFIRMED"),
    ("TENTATIVE", "UPDATE", "TENTATIVE"),
    ("CONFIRMED", "UPDATE", "CONFIRMED"),
    ("TENTATIVE", "CANCEL_OCCURRENCE", "TENTATIVE"),
    ("CONFIRMED", "CANCEL_OCCURRENCE", "CONFIRMED"),
    ("TENTATIVE", "CANCEL", "CANCELLED"),
    ("CONFIRMED", "CANCEL", "CANCELLED"),
    // Once: from then on the residents lead.
    ("CONFIRMED", "HAND_OVER", "CONFIRMED"),
    ("CONFIRMED", "RECORD_ATTENDANCE", "CONFIRMED"),
    ("COMPLETED", "RECORD_ATTENDANCE", "COMPLETED"),
    ("CONFIRMED", "COMPLETE", "COMPLETED"),
];
const STEPS: [&str; 7] = [
    "PUBLISH",
    "UPDATE",
    "CANCEL_OCCURRENCE",
    "CANCEL",
    "HAND_OVER",
    "RECORD_ATTENDANCE",
    "COMPLETE",
];

/// What an action needs, always right.
pub(super) async fn needs(action: &str, activity: &Record, overseer: &Person) -> Value {
    match action {
        "UPDATE" => json!({ "title": "Tea instead of coffee" }),
        "CANCEL" => json!({ "reason": "It rains" }),
        "HAND_OVER" => json!({ "tasks": ["CLEAR_UP"] }),
        "RECORD_ATTENDANCE" => json!({ "attendance": { "total": 7 } }),
        "COMPLETE" => json!({ "outcome": "SUCCEEDED" }),
        "CANCEL_OCCURRENCE" => json!({ "occurrence": to_come(activity, overseer).await }),
        _ => json!({}),
    }
}

/// A time that is still to come; the last one when none is.
async fn to_come(activity: &Record, overseer: &Person) -> Value {
    let fields = "occurrences(first: 100) { nodes { id cancelledAt } }";
    let seen = overseer.sees(activity, fields).await.expect("seen");
    let times = seen["occurrences"]["nodes"].as_array().expect("a list");
    // The first one has begun.
    let mut later = times[1..].iter();
    let found = later.find(|time| time["cancelledAt"].is_null());
    found.unwrap_or(&times[times.len() - 1])["id"].clone()
}

/// Daily coffee that began an hour ago, by the partner that the others refer to.
async fn proposed(cast: &Cast, by: &Person) -> Record {
    let starts = cast.town.now() - TimeDelta::hours(1);
    let place = cast.town.neighbourhood("Alsemberg");
    let gathering = Gathering::new("Coffee", &place, starts)
        .with("recurrence", "FREQ=DAILY;COUNT=30")
        .with("organisers", json!([cast.target.partner]));
    let made = by.proposes(gathering).await.done();
    cast.coordinator.looks_up(&made).await.expect("seen")
}

#[test]
fn no_walk_takes_an_activity_out_of_its_table() {
    let runtime = runtime();
    let cast = runtime.block_on(Cast::gather());
    walks(24, &runtime, |steps| walk(&cast, steps));
}

async fn walk(cast: &Cast, steps: Vec<(usize, usize)>) {
    // By the municipality or by the partner that organises it.
    let proposer = if steps.len().is_multiple_of(2) {
        &cast.coordinator
    } else {
        &cast.target
    };
    let mut activity = proposed(cast, proposer).await;
    for (who, what) in steps {
        let (who, action) = (cast.person(who), STEPS[what % STEPS.len()]);
        activity = tries(ACTIVITY, who, action, &activity, None, &cast.coordinator).await;
    }
    history_is_whole(&activity, &cast.coordinator).await;
}

#[tokio::test]
async fn every_action_in_every_state_of_an_activity() {
    let cast = Cast::gather().await;
    let (coordinator, target) = (&cast.coordinator, &cast.target);
    for state in states(ACTIVITY) {
        for action in STEPS {
            let mut activity = proposed(&cast, target).await;
            for step in way(ACTIVITY, "TENTATIVE", state) {
                let with = needs(step, &activity, coordinator).await;
                activity = target.takes(&title(step), &activity, with).await.done();
            }
            let before = coordinator.looks_up(&activity).await.expect("seen");
            assert_eq!(before.status(), state);
            let after = tries(ACTIVITY, target, action, &before, None, coordinator).await;
            let expected = leads_to(ACTIVITY, state, action).unwrap_or(state);
            assert_eq!(after.status(), expected, "{action} from {state}");
        }
    }
}
