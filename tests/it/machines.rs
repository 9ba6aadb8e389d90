//! The machines of `Signal`, `Referral` and the others, walked at random by people of every role: no
//! sequence of actions reaches a state that the tables below don't allow, what is refused changes
//! nothing, and `allowedActions` says beforehand exactly what will succeed.
//!
//! The tables are the design's, written down here a second time on purpose.

use nabij_entity::role_grant::Role;
use nabij_tests::{Person, Record, Request, Town};
use proptest::{
    collection::vec,
    prelude::{ProptestConfig, Strategy, any},
    test_runner::TestRunner,
};
use serde_json::{Value, json};

mod activities;
mod call_outs;
mod every_cell;
mod plans;

use activities::ACTIVITY;

/// From, action, to.
type Table = [(&'static str, &'static str, &'static str)];

const SIGNAL: &Table = &[
    ("SUBMITTED", "TRIAGE", "TRIAGED"),
    ("SUBMITTED", "START", "IN_PROGRESS"),
    ("TRIAGED", "START", "IN_PROGRESS"),
    ("SUBMITTED", "RESOLVE", "RESOLVED"),
    ("TRIAGED", "RESOLVE", "RESOLVED"),
    ("IN_PROGRESS", "RESOLVE", "RESOLVED"),
    ("SUBMITTED", "DISMISS", "DISMISSED"),
    ("TRIAGED", "DISMISS", "DISMISSED"),
    ("SUBMITTED", "WITHDRAW", "WITHDRAWN"),
    ("TRIAGED", "WITHDRAW", "WITHDRAWN"),
    ("RESOLVED", "REOPEN", "IN_PROGRESS"),
    ("DISMISSED", "REOPEN", "IN_PROGRESS"),
];
const SIGNAL_STEPS: [&str; 6] = [
    "TRIAGE", "START", "RESOLVE", "DISMISS", "WITHDRAW", "REOPEN",
];

/// `HELD` is what a referral on hold goes back to.
const REFERRAL: &Table = &[
    ("REQUESTED", "ACCEPT", "ACCEPTED"),
    ("REQUESTED", "REJECT", "REJECTED"),
    ("ACCEPTED", "START", "IN_PROGRESS"),
    ("ACCEPTED", "HOLD", "ON_HOLD"),
    ("IN_PROGRESS", "HOLD", "ON_HOLD"),
    ("ON_HOLD", "RESUME", "HELD"),
    ("ACCEPTED", "COMPLETE", "COMPLETED"),
    ("IN_PROGRESS", "COMPLETE", "COMPLETED"),
    ("ON_HOLD", "COMPLETE", "COMPLETED"),
    ("ACCEPTED", "FAIL", "FAILED"),
    ("IN_PROGRESS", "FAIL", "FAILED"),
    ("ON_HOLD", "FAIL", "FAILED"),
    ("REQUESTED", "CANCEL", "CANCELLED"),
    ("ACCEPTED", "CANCEL", "CANCELLED"),
    ("IN_PROGRESS", "CANCEL", "CANCELLED"),
    ("ON_HOLD", "CANCEL", "CANCELLED"),
];
const REFERRAL_STEPS: [&str; 8] = [
    "ACCEPT", "REJECT", "START", "HOLD", "RESUME", "COMPLETE", "FAIL", "CANCEL",
];

fn leads_to(table: &Table, from: &str, action: &str) -> Option<&'static str> {
    let row = table.iter().find(|row| row.0 == from && row.1 == action);
    row.map(|row| row.2)
}

fn allowed<'a>(table: &'a Table, from: &'a str) -> Vec<&'static str> {
    let mut actions: Vec<_> = table
        .iter()
        .filter(|row| row.0 == from)
        .map(|row| row.1)
        .collect();
    actions.sort_unstable();
    actions
}

fn sorted(codes: &Value) -> Vec<&str> {
    let mut codes: Vec<&str> = codes
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    codes.sort_unstable();
    codes
}

/// What an action needs, always right: refusals are then about the state, the role or a guard.
fn needs(action: &str) -> Value {
    match action {
        "RESOLVE" => json!({ "outcome": "HELPED_BY_PARTNER" }),
        "DISMISS" => json!({ "reason": "OUT_OF_SCOPE" }),
        "REJECT" => json!({ "reason": "NO_CAPACITY" }),
        "COMPLETE" => json!({ "outcome": "GOT_HELP" }),
        "FAIL" => json!({ "outcome": "COULD_NOT_CONTACT" }),
        "REOPEN" | "HOLD" | "CANCEL" => json!({ "reason": "It turned out otherwise" }),
        _ => json!({}),
    }
}

/// `HAND_OVER` as part of a mutation's name: `HandOver`.
fn title(code: &str) -> String {
    let word = |word: &str| word[..1].to_owned() + &word[1..].to_lowercase();
    code.split('_').map(word).collect()
}

/// Somebody tries an action; what they are told is held against the table. The state afterwards.
async fn tries(
    table: &Table,
    who: &Person,
    action: &str,
    before: &Record,
    held: Option<&str>,
    overseer: &Person,
) -> Record {
    let with = match table {
        ACTIVITY => activities::needs(action, before, overseer).await,
        _ => needs(action),
    };
    tries_with(table, who, (action, with), before, held, overseer).await
}

/// Actions that wait for something that is neither a role nor a state.
const GUARDED: [&str; 5] = ["RESOLVE", "DRAFT", "ADOPT", "ANCHOR", "HAND_OVER"];

/// The same with what the action needs.
async fn tries_with(
    table: &Table,
    who: &Person,
    (action, with): (&str, Value),
    before: &Record,
    held: Option<&str>,
    overseer: &Person,
) -> Record {
    let sees = who.looks_up(before).await;
    let may = sees
        .as_ref()
        .map(|seen| sorted(seen.at("/allowedActions")).contains(&action));
    let answer = who.takes(&title(action), before, with).await;
    let after = overseer
        .looks_up(before)
        .await
        .expect("the overseer sees it");
    let code = answer.refusal();
    if code.is_empty() {
        let to = leads_to(table, before.status(), action).map(|to| match (to, held) {
            ("HELD", Some(held)) => held,
            (to, _) => to,
        });
        assert_eq!(
            Some(after.status()),
            to,
            "{} from {}",
            action,
            before.status()
        );
        assert_eq!(after.version(), before.version() + 1);
        assert_eq!(may, Some(true), "{action} was done but not announced");
        return after;
    }
    assert_eq!(
        (after.status(), after.version(), after.at("/updatedAt")),
        (before.status(), before.version(), before.at("/updatedAt")),
        "a refused {action} changed something"
    );
    assert_ne!(
        may,
        Some(true),
        "{action} was announced but refused: {}",
        answer.text()
    );
    let error = &answer.user_errors()[0];
    match code {
        "NOT_FOUND" => assert!(sees.is_none(), "{}", answer.text()),
        "FORBIDDEN" => assert!(sees.is_some(), "{}", answer.text()),
        "INVALID_TRANSITION" => {
            assert_eq!(
                leads_to(table, before.status(), action),
                None,
                "{}",
                answer.text()
            );
            assert_eq!(
                (&error["from"], &error["attempted"]),
                (&json!(before.status()), &json!(action))
            );
            assert_eq!(sorted(&error["allowed"]), allowed(table, before.status()));
        }
        "INVALID" => assert!(GUARDED.contains(&action), "{}", answer.text()),
        _ => panic!("{}", answer.text()),
    }
    after
}

/// Its events must tell its whole way, each beginning where the one before ended.
async fn history_is_whole(record: &Record, overseer: &Person) {
    let fields = "version status history(first: 100) { nodes { kind from to actorRole } }";
    let seen = overseer
        .sees(record, fields)
        .await
        .expect("the overseer sees it");
    let events = seen["history"]["nodes"].as_array().expect("events");
    assert_eq!(
        json!(events.len()),
        seen["version"],
        "one event per version"
    );
    assert!(events[0]["from"].is_null());
    for pair in events.windows(2) {
        assert_eq!(pair[0]["to"], pair[1]["from"], "{seen}");
    }
    assert_eq!(events[events.len() - 1]["to"], seen["status"]);
}

/// Runs `walk` for random walks of (who, what), on one runtime.
fn walks<W: Future<Output = ()>>(
    cases: u32,
    runtime: &tokio::runtime::Runtime,
    walk: impl Fn(Vec<(usize, usize)>) -> W,
) {
    let config = ProptestConfig {
        cases,
        max_shrink_iters: 60,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let step = (any::<usize>(), any::<usize>()).prop_map(|(who, what)| (who >> 1, what >> 1));
    TestRunner::new(config)
        .run(&vec(step, 1..14), |steps| {
            runtime.block_on(walk(steps));
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime can be made")
}

/// People of every role around a signal of Alsemberg that Rosa reported.
struct Cast {
    people: Vec<Person>,
    rosa: Person,
    coordinator: Person,
    handler: Person,
    target: Person,
    town: Town,
}

impl Cast {
    async fn gather() -> Self {
        let town = Town::start().await;
        let rosa = town.ambassador("Rosa", &["Alsemberg"]).await;
        let coordinator = town.coordinator().await;
        let handler = town.partner("LDC Beersel").await;
        let target = town.partner("OCMW Beersel").await;
        let people = vec![
            // Those who can do something come more often.
            coordinator.clone(),
            coordinator.clone(),
            coordinator.clone(),
            handler.clone(),
            handler.clone(),
            rosa.clone(),
            rosa.clone(),
            target.clone(),
            target.clone(),
            target.clone(),
            target.clone(),
            town.coordinator_in("Alsemberg").await,
            town.coordinator_in("Lot").await,
            town.coordinator_of("Herent").await,
            town.ambassador("Jan", &["Alsemberg"]).await,
            town.colleague(&target, Role::PartnerCoordinator).await,
            town.colleague(&handler, Role::Signaller).await,
            town.partner("Elsewhere vzw").await,
            town.admin().await,
            town.official(Role::Auditor).await,
            town.newcomer("Nobody yet").await,
            town.newcomer("Nobody else").await,
        ];
        Self {
            people,
            rosa,
            coordinator,
            handler,
            target,
            town,
        }
    }

    fn person(&self, number: usize) -> &Person {
        &self.people[number % self.people.len()]
    }
}

#[test]
fn no_walk_takes_a_signal_out_of_its_table() {
    let runtime = runtime();
    let cast = runtime.block_on(Cast::gather());
    walks(24, &runtime, |steps| signal_walk(&cast, steps));
}

async fn signal_walk(cast: &Cast, steps: Vec<(usize, usize)>) {
    let mut signal = cast
        .rosa
        .signals("The stairs are too steep", "NORMAL")
        .await
        .done();
    if steps.len().is_multiple_of(2) {
        let handler = json!({ "handler": cast.handler.partner });
        signal = cast.coordinator.triages_as(&signal, handler).await.done();
    }
    let mut referral: Option<Record> = None;
    for (who, what) in steps {
        match what % (SIGNAL_STEPS.len() + 2) {
            // Between the steps, referrals come and go: they begin the work and hold up the end.
            6 if referral.is_none() => {
                let answer = cast.coordinator.refers(&signal, &cast.target).await;
                let open = ["SUBMITTED", "TRIAGED", "IN_PROGRESS"].contains(&signal.status());
                assert_eq!(
                    answer.refusal(),
                    if open { "" } else { "INVALID_TRANSITION" }
                );
                let after = cast.coordinator.looks_up(&signal).await.expect("seen");
                if open {
                    assert_eq!(after.status(), "IN_PROGRESS");
                    referral = Some(answer.record());
                } else {
                    assert_eq!(after.fields, signal.fields);
                }
                signal = after;
            }
            6 | 7 => {
                if let Some(open) = referral.take() {
                    cast.coordinator
                        .cancels(&open, "No longer needed")
                        .await
                        .done();
                    signal = cast.coordinator.looks_up(&signal).await.expect("seen");
                }
            }
            step => {
                let (who, action) = (cast.person(who), SIGNAL_STEPS[step]);
                signal = tries(SIGNAL, who, action, &signal, None, &cast.coordinator).await;
                assert!(
                    referral.is_none() || signal.status() == "IN_PROGRESS",
                    "closed with an open referral"
                );
            }
        }
    }
    history_is_whole(&signal, &cast.coordinator).await;
}

#[test]
fn no_walk_takes_a_referral_out_of_its_table() {
    let runtime = runtime();
    let cast = runtime.block_on(Cast::gather());
    walks(24, &runtime, |steps| referral_walk(&cast, steps));
}

async fn referral_walk(cast: &Cast, steps: Vec<(usize, usize)>) {
    let signal = cast.rosa.signals("Nobody to talk to", "HIGH").await.done();
    let handler = json!({ "handler": cast.handler.partner });
    let signal = cast.coordinator.triages_as(&signal, handler).await.done();
    // By the municipality or by the partner that handles it.
    let requester = if steps.len().is_multiple_of(2) {
        &cast.coordinator
    } else {
        &cast.handler
    };
    let referral = requester
        .refers_by(&signal, Request::to(&cast.target))
        .await
        .done();
    let mut referral = cast.coordinator.looks_up(&referral).await.expect("seen");
    let mut held: Option<String> = None;
    for (who, what) in steps {
        let (who, action) = (
            cast.person(who),
            REFERRAL_STEPS[what % REFERRAL_STEPS.len()],
        );
        let after = tries(
            REFERRAL,
            who,
            action,
            &referral,
            held.as_deref(),
            &cast.coordinator,
        )
        .await;
        if after.status() == "ON_HOLD" && referral.status() != "ON_HOLD" {
            held = Some(referral.status().to_owned());
        }
        referral = after;
    }
    history_is_whole(&referral, &cast.coordinator).await;
}
