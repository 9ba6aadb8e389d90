//! `extensions.explain`: what an operation would cost and who may ask for it, and nothing done.

use nabij_tests::{Answer, Person, Town};
use serde_json::{Value, json};

async fn explains(person: &Person, query: &str, variables: Value) -> Answer {
    let body = json!({
        "query": query, "variables": variables, "extensions": { "explain": true },
    });
    let request = person.request("POST", "/graphql").body(body.to_string());
    person.sends(request).await
}

fn field<'a>(answer: &'a Answer, path: &str) -> &'a Value {
    let fields = answer.body()["extensions"]["explain"].as_array();
    fields
        .into_iter()
        .flatten()
        .find(|field| field["path"] == path)
        .unwrap_or_else(|| panic!("no {path} in {}", answer.text()))
}

#[tokio::test]
async fn a_query_is_explained_field_by_field_and_not_executed() {
    let town = Town::start().await;
    let query = "{ signals(first: 50) { nodes { title resident { givenName } } } \
        neighbourhoods(first: 2) { nodes { name } } }";
    let answer = explains(&town.passer_by(), query, json!({})).await;
    assert_eq!((answer.status(), answer.statements()), (200, 0));
    assert!(answer.body()["data"].is_null());

    let signals = field(&answer, "signals");
    assert_eq!(signals["field"], "Query.signals");
    assert!(signals["cost"].as_f64() > Some(100.0), "{signals}");
    assert!(signals["cost"].as_f64() > field(&answer, "neighbourhoods")["cost"].as_f64());
    let roles = signals["roles"].as_array().expect("a list");
    assert!(roles.contains(&json!("COORDINATOR")) && !roles.contains(&json!("ANYBODY")));
    assert!(
        !roles.contains(&json!("ADMIN")),
        "no case content by default"
    );
    let name = field(&answer, "signals.nodes.resident.givenName");
    assert_eq!(name["access"], "WHERE_IT_IS_DISCLOSED");
    let open = field(&answer, "neighbourhoods.nodes.name");
    assert_eq!(open["access"], "ANYONE");
    assert_eq!(open["roles"][0], "ANYBODY");
}

#[tokio::test]
async fn a_mutation_is_explained_and_not_done() {
    let town = Town::start().await;
    let (rosa, coordinator) = (
        town.ambassador("Rosa", &["Alsemberg"]).await,
        town.coordinator().await,
    );
    let signal = rosa.signals("The lift is broken", "NORMAL").await.done();
    let query =
        "mutation($input: SignalTriageInput!) { signalTriage(input: $input) { signal { id } } }";
    let input = json!({ "input": { "id": signal.id } });
    let answer = explains(&coordinator, query, input).await;
    let triage = field(&answer, "signalTriage");
    assert_eq!(triage["roles"], json!(["COORDINATOR"]));
    assert_eq!(triage["access"], "DECIDED: signal TRIAGE");
    assert_eq!(
        rosa.looks_up(&signal).await.expect("hers").status(),
        "SUBMITTED"
    );
}

#[tokio::test]
async fn what_costs_too_much_is_explained_too() {
    let town = Town::start().await;
    let query = "{ signals(first: 100) { nodes { referrals(first: 100) { nodes { id } } } } }";
    let answer = explains(&town.passer_by(), query, json!({})).await;
    assert_eq!(answer.status(), 200);
    let cost = &answer.body()["extensions"]["cost"];
    assert!(
        cost["requested"].as_u64() > cost["limit"].as_u64(),
        "{cost}"
    );
    let asked = town.passer_by().asks(query, json!({})).await;
    assert_eq!((asked.status(), asked.code()), (400, "QUERY_TOO_EXPENSIVE"));
}

/// The same that hold for executing it.
#[tokio::test]
async fn a_mutation_is_explained_to_whoever_is_signed_in() {
    let town = Town::start().await;
    let query =
        "mutation($input: SignalTriageInput!) { signalTriage(input: $input) { signal { id } } }";
    let input = json!({ "input": { "id": "signal_01h455vb4pex5vsknk084sn02q" } });
    let answer = explains(&town.passer_by(), query, input).await;
    assert_eq!((answer.status(), answer.code()), (401, "UNAUTHENTICATED"));
}
