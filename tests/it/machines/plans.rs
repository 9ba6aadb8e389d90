//! The stages of a plan, the states of its actions and of its funding lines: walked at random, and
//! every step tried everywhere.

use nabij_tests::{Person, Record};
use serde_json::{Value, json};

use super::{
    Cast, Table, every_cell::states, every_cell::way, leads_to, runtime, title, tries_with, walks,
};

const PLAN: &Table = &[
    ("ANALYSIS", "DRAFT", "CHANGE_PLAN"),
    ("CHANGE_PLAN", "RETURN", "ANALYSIS"),
    ("CHANGE_PLAN", "ADOPT", "ADOPTED"),
    ("ADOPTED", "EXECUTE", "IN_EXECUTION"),
    ("IN_EXECUTION", "EVALUATE", "EVALUATED"),
    ("EVALUATED", "ANCHOR", "ANCHORED"),
];
const PLAN_STEPS: [&str; 6] = ["DRAFT", "RETURN", "ADOPT", "EXECUTE", "EVALUATE", "ANCHOR"];

const ACTION: &Table = &[
    ("SUGGESTED", "PLAN", "PLANNED"),
    ("PLANNED", "START", "IN_PROGRESS"),
    ("PLANNED", "COMPLETE", "DONE"),
    ("IN_PROGRESS", "COMPLETE", "DONE"),
    ("SUGGESTED", "DROP", "DROPPED"),
    ("PLANNED", "DROP", "DROPPED"),
    ("IN_PROGRESS", "DROP", "DROPPED"),
];
const ACTION_STEPS: [&str; 4] = ["PLAN", "START", "COMPLETE", "DROP"];

const FUNDING: &Table = &[
    ("PLANNED", "APPLY", "APPLIED"),
    ("APPLIED", "GRANT", "GRANTED"),
    ("APPLIED", "REFUSE", "REFUSED"),
    ("REFUSED", "APPLY", "APPLIED"),
    ("GRANTED", "PAY", "PAID"),
];
const FUNDING_STEPS: [&str; 4] = ["APPLY", "GRANT", "REFUSE", "PAY"];

/// What a step needs, always right.
fn needs(step: &str) -> Value {
    match step {
        "RETURN" | "DROP" => json!({ "reason": "It turned out otherwise" }),
        "EVALUATE" => json!({ "impact": 7 }),
        "PLAN" => json!({ "owner": "RESIDENTS" }),
        "GRANT" => json!({ "granted": { "cents": 200_000 } }),
        _ => json!({}),
    }
}

async fn tries(
    table: &Table,
    who: &Person,
    step: &str,
    before: &Record,
    overseer: &Person,
) -> Record {
    tries_with(table, who, (step, needs(step)), before, None, overseer).await
}

/// The plan of Alsemberg, which the handler of the cast facilitates.
async fn begun(cast: &Cast) -> Record {
    let input = json!({
        "neighbourhood": cast.rosa.neighbourhood, "title": "Alsemberg cares",
        "facilitator": cast.handler.partner,
    });
    cast.handler.begins_plan(input).await.done()
}

const SAID: [(&str, &str, &str); 1] = [("STRENGTH", "", "Neighbours greet each other")];

/// Lets happen what the way of a plan needs besides its steps.
async fn everything_needed(cast: &Cast, plan: &Record) {
    let coordinator = &cast.coordinator;
    coordinator.holds_session(plan, &SAID).await.done();
}

async fn supported(cast: &Cast, plan: &Record) {
    let coordinator = &cast.coordinator;
    let how = "At the street party";
    coordinator.endorses_for_residents(plan, how).await.done();
    cast.target.endorses(plan, "By its board").await.done();
    coordinator
        .commits(plan, "NEIGHBOURS", "Chairs")
        .await
        .done();
}

#[test]
fn no_walk_takes_a_plan_out_of_its_table() {
    let runtime = runtime();
    let cast = runtime.block_on(Cast::gather());
    walks(24, &runtime, |steps| plan_walk(&cast, steps));
}

async fn plan_walk(cast: &Cast, steps: Vec<(usize, usize)>) {
    let coordinator = &cast.coordinator;
    let plan = begun(cast).await;
    let mut plan = coordinator.looks_up(&plan).await.expect("seen");
    // What the plan rests on by now: a session, the residents, a partner, a lasting commitment.
    let (mut analysed, mut residents, mut partner, mut lasting) = (false, false, false, false);
    for (who, what) in steps {
        let (drawing_up, begun) = (plan.status() == "CHANGE_PLAN", plan.status() != "ANALYSIS");
        match what % (PLAN_STEPS.len() + 4) {
            6 => {
                coordinator.holds_session(&plan, &SAID).await.done();
                analysed = true;
            }
            7 => {
                let answer = coordinator.endorses_for_residents(&plan, "By vote").await;
                assert_eq!(answer.refusal(), endorsing(drawing_up, residents));
                residents |= drawing_up;
            }
            8 => {
                let answer = cast.target.endorses(&plan, "By its board").await;
                let refusal = if answer.refusal() == "NOT_FOUND" {
                    panic!("the target covers the place: {}", answer.text())
                } else {
                    answer.refusal()
                };
                assert_eq!(refusal, endorsing(drawing_up, partner));
                partner |= drawing_up;
            }
            9 => {
                let answer = coordinator.commits(&plan, "NEIGHBOURS", "Chairs").await;
                assert_eq!(answer.refusal(), if begun { "" } else { "INVALID" });
                lasting |= begun;
            }
            step => {
                let (who, step) = (cast.person(who), PLAN_STEPS[step]);
                let after = tries(PLAN, who, step, &plan, coordinator).await;
                if after.status() != plan.status() {
                    match step {
                        "DRAFT" => assert!(analysed, "drafted from nothing"),
                        "ADOPT" => assert!(residents && partner, "adopted by nobody"),
                        "ANCHOR" => assert!(lasting, "anchored in nothing"),
                        "RETURN" => (residents, partner) = (false, false),
                        _ => {}
                    }
                }
                plan = after;
            }
        }
        plan = coordinator.looks_up(&plan).await.expect("seen");
    }
    history_is_whole(&plan, coordinator).await;
}

const fn endorsing(drawing_up: bool, done: bool) -> &'static str {
    match (drawing_up, done) {
        (false, _) => "INVALID",
        (true, true) => "ALREADY_EXISTS",
        (true, false) => "",
    }
}

/// The events of its stages must tell its whole way; what was added to it has events between them.
async fn history_is_whole(record: &Record, overseer: &Person) {
    let fields = "version history(first: 100) { nodes { kind from to } }";
    let seen = overseer.sees(record, fields).await.expect("seen");
    let events = seen["history"]["nodes"].as_array().expect("events");
    let stages: Vec<&Value> = events
        .iter()
        .filter(|event| event["to"].is_string())
        .collect();
    assert_eq!(json!(stages.len()), seen["version"], "one per version");
    assert!(stages[0]["from"].is_null());
    for pair in stages.windows(2) {
        assert_eq!(pair[0]["to"], pair[1]["from"], "{seen}");
    }
    assert_eq!(stages[stages.len() - 1]["to"], record.status());
}

#[tokio::test]
async fn every_step_in_every_stage_of_a_plan() {
    let cast = Cast::gather().await;
    let coordinator = &cast.coordinator;
    for stage in states(PLAN) {
        for step in PLAN_STEPS {
            let mut plan = begun(&cast).await;
            everything_needed(&cast, &plan).await;
            for taken in way(PLAN, "ANALYSIS", stage) {
                let answer = coordinator.takes(&title(taken), &plan, needs(taken)).await;
                plan = answer.done();
                if taken == "DRAFT" {
                    supported(&cast, &plan).await;
                }
            }
            let before = coordinator.looks_up(&plan).await.expect("seen");
            assert_eq!(before.status(), stage);
            let after = tries(PLAN, coordinator, step, &before, coordinator).await;
            let expected = leads_to(PLAN, stage, step).unwrap_or(stage);
            assert_eq!(after.status(), expected, "{step} from {stage}");
        }
    }
}

#[tokio::test]
async fn every_step_in_every_state_of_an_action_of_a_plan() {
    let cast = Cast::gather().await;
    let coordinator = &cast.coordinator;
    let plan = begun(&cast).await;
    let plan = coordinator.gets_adopted(&plan, &cast.target).await;
    coordinator.executes(&plan).await.done();
    for state in states(ACTION) {
        for step in ACTION_STEPS {
            let adds = coordinator.adds_action(&plan, "A soup bar", json!({}));
            let mut action = adds.await.done();
            for taken in way(ACTION, "SUGGESTED", state) {
                let answer = coordinator
                    .takes(&title(taken), &action, needs(taken))
                    .await;
                action = answer.done();
            }
            let before = coordinator.looks_up(&action).await.expect("seen");
            // First by somebody who may see it and nothing more.
            tries(ACTION, &cast.rosa, step, &before, coordinator).await;
            let after = tries(ACTION, &cast.handler, step, &before, coordinator).await;
            let expected = leads_to(ACTION, state, step).unwrap_or(state);
            assert_eq!(after.status(), expected, "{step} from {state}");
            history_is_whole(&after, coordinator).await;
        }
    }
}

#[tokio::test]
async fn every_action_in_every_state_of_a_funding_line() {
    let cast = Cast::gather().await;
    let (coordinator, handler) = (&cast.coordinator, &cast.handler);
    let plan = begun(&cast).await;
    for state in states(FUNDING) {
        for step in FUNDING_STEPS {
            let input = json!({
                "for": { "plan": plan.id }, "funder": { "name": "Streekfonds" },
                "kind": "FOUNDATION", "requested": { "cents": 200_000 },
            });
            let mut line = coordinator.adds_funder(input).await.done();
            for taken in way(FUNDING, "PLANNED", state) {
                let answer = coordinator.takes(&title(taken), &line, needs(taken)).await;
                line = answer.done();
            }
            let before = coordinator.looks_up(&line).await.expect("seen");
            // Who doesn't carry the plan isn't shown who pays for it.
            tries(FUNDING, &cast.rosa, step, &before, coordinator).await;
            let after = tries(FUNDING, handler, step, &before, coordinator).await;
            let expected = leads_to(FUNDING, state, step).unwrap_or(state);
            assert_eq!(after.status(), expected, "{step} from {state}");
            history_is_whole(&after, coordinator).await;
        }
    }
}
