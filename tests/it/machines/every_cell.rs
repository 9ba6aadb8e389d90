//! Every action in every state, by somebody who may.

use super::{
    Cast, REFERRAL, REFERRAL_STEPS, SIGNAL, SIGNAL_STEPS, Table, leads_to, needs, title, tries,
};

/// The shortest way from `from` to `to`, as actions.
fn way(table: &Table, from: &'static str, to: &str) -> Vec<&'static str> {
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
fn states(table: &'static Table) -> Vec<&'static str> {
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
