//! Every action in every state, by somebody who may.

use std::time::Duration;

use nabij_tests::{Person, Town};
use serde_json::json;

use super::{
    Cast, REFERRAL, REFERRAL_STEPS, SIGNAL, SIGNAL_STEPS, Table, leads_to, needs, title, tries,
};

/// The shortest way from `from` to `to`, as actions.
pub(super) fn way(table: &Table, from: &'static str, to: &str) -> Vec<&'static str> {
    let mut ways = vec![(from, Vec::new())];
    for next in 0.. {
        let (state, way) = ways[next].clone();
        if state == to {
            return way;
        }
        for (_, action, leads_to) in table.iter().filter(|row| row.0 == state) {
            if ways.iter().all(|(known, _)| known != leads_to) {
                let longer = way.iter().copied().chain([*action]).collect();
                ways.push((*leads_to, longer));
            }
        }
    }
    unreachable!("every state can be reached")
}

/// Every state of a table.
pub(super) fn states(table: &'static Table) -> Vec<&'static str> {
    let mut states: Vec<&str> = table
        .iter()
        .flat_map(|row| [row.0, row.2])
        .filter(|state| *state != "HELD")
        .collect();
    states.sort_unstable();
    states.dedup();
    states
}

#[tokio::test]
async fn every_action_in_every_state_of_a_signal() {
    let cast = Cast::gather().await;
    let (rosa, coordinator) = (&cast.rosa, &cast.coordinator);
    let by = |action: &str| {
        if action == "WITHDRAW" {
            rosa
        } else {
            coordinator
        }
    };
    for state in states(SIGNAL) {
        for action in SIGNAL_STEPS {
            let mut signal = rosa
                .signals("The stairs are too steep", "NORMAL")
                .await
                .done();
            for step in way(SIGNAL, "SUBMITTED", state) {
                let answer = by(step).takes(&title(step), &signal, needs(step)).await;
                signal = answer.done();
            }
            let before = coordinator.looks_up(&signal).await.expect("seen");
            assert_eq!(before.status(), state);
            let after = tries(SIGNAL, by(action), action, &before, None, coordinator).await;
            let expected = leads_to(SIGNAL, state, action).unwrap_or(state);
            assert_eq!(after.status(), expected, "{action} from {state}");
        }
    }
}

#[tokio::test]
async fn every_action_in_every_state_of_a_referral() {
    let cast = Cast::gather().await;
    let (coordinator, target) = (&cast.coordinator, &cast.target);
    let by = |action: &str| {
        if action == "CANCEL" {
            coordinator
        } else {
            target
        }
    };
    for state in states(REFERRAL) {
        for action in REFERRAL_STEPS {
            let signal = coordinator
                .signals("Nobody to talk to", "HIGH")
                .await
                .done();
            let mut referral = coordinator.refers(&signal, target).await.done();
            for step in way(REFERRAL, "REQUESTED", state) {
                let answer = by(step).takes(&title(step), &referral, needs(step)).await;
                referral = answer.done();
            }
            let before = coordinator.looks_up(&referral).await.expect("seen");
            assert_eq!(before.status(), state);
            // On hold it was, the shortest way, put from ACCEPTED.
            let held = Some("ACCEPTED");
            let after = tries(REFERRAL, by(action), action, &before, held, coordinator).await;
            let expected = match leads_to(REFERRAL, state, action) {
                Some("HELD") => "ACCEPTED",
                Some(to) => to,
                None => state,
            };
            assert_eq!(after.status(), expected, "{action} from {state}");
        }
    }
}

#[tokio::test]
async fn a_reporter_reopens_within_thirty_days_and_a_coordinator_always() {
    const DAY: Duration = Duration::from_hours(24);
    let town = Town::start().await;
    let rosa = town.ambassador("Rosa", &["Alsemberg"]).await;
    let coordinator = town.coordinator().await;
    let signal = rosa.signals("The stairs are too steep", "LOW").await.done();
    coordinator.resolves(&signal, "COULD_NOT_HELP").await.done();
    town.wait(30 * DAY);
    let reopened = rosa.reopens(&signal, "She fell again").await.done();
    assert_eq!(reopened.status(), "IN_PROGRESS");

    coordinator
        .resolves(&signal, "HELPED_BY_PARTNER")
        .await
        .done();
    town.wait(30 * DAY + Duration::from_secs(1));
    let seen = rosa.looks_up(&signal).await.expect("it is hers");
    assert_eq!(seen.at("/allowedActions"), &json!([]));
    let late = rosa.reopens(&signal, "And again").await;
    late.is_refused_as("FORBIDDEN");
    let seen = coordinator.looks_up(&signal).await.expect("seen");
    assert_eq!(seen.at("/allowedActions"), &json!(["REOPEN"]));
    coordinator
        .reopens(&signal, "")
        .await
        .is_refused_at("REQUIRED", "reason");
    coordinator.reopens(&signal, "And again").await.done();
    // What was said of the earlier end is gone with it.
    let fields = "outcome outcomeNote dismissReason";
    let seen = coordinator.sees(&signal, fields).await.expect("seen");
    assert_eq!(
        seen,
        json!({ "outcome": null, "outcomeNote": null, "dismissReason": null })
    );
}

#[tokio::test]
async fn the_first_contact_begins_the_work() {
    let cast = Cast::gather().await;
    let (rosa, coordinator) = (&cast.rosa, &cast.coordinator);
    let signal = rosa.signals("Nobody to talk to", "NORMAL").await.done();
    let contact = async |who: &Person| {
        let input = json!({
            "on": { "signal": signal.id }, "kind": "VISIT", "outcome": "REACHED",
            "note": "She would like company on Sundays",
        });
        who.does("contactMomentRecord", "contactMoment", "id", input)
            .await
    };
    contact(&cast.target)
        .await
        .is_refused_at("NOT_FOUND", "on.signal");
    assert_eq!(
        coordinator.looks_up(&signal).await.expect("seen").status(),
        "SUBMITTED"
    );
    contact(rosa).await.done();
    let seen = coordinator.looks_up(&signal).await.expect("seen");
    assert_eq!((seen.status(), seen.version()), ("IN_PROGRESS", 2));
    contact(coordinator).await.done();
    let again = coordinator.looks_up(&signal).await.expect("seen");
    assert_eq!(again.version(), 2, "it had begun already");
}
