//! The five questions of `docs/performance.md` in our schema: how many statements each costs, with
//! permissions, whatever the number of rows. The first request of somebody reads their roles once;
//! from then on the roles ride along as a condition.

use nabij_tests::{Answer, Person, Record, Request, Town};
use serde_json::{Value, json};

mod plans;

const Q1: &str = "query Q1($id: ID!) { signal(id: $id) { id title category urgency status createdAt \
    neighbourhood { id name } ambassador { id displayName } \
    referrals(first: 20) { nodes { id status createdAt toPartner { id name kind } } } } }";
const Q2: &str = "query Q2($place: ID!, $category: Category!) { signals(first: 20, where: \
    {neighbourhood: {eq: $place}, category: {eq: $category}, \
    status: {in: [SUBMITTED, TRIAGED, IN_PROGRESS]}}) { nodes { id title urgency createdAt \
    ambassador { displayName } resident { givenName familyName } } } }";
const Q3: &str = "query Q3($ids: [ID!]!) { neighbourhoods(first: 10, where: {id: {in: $ids}}) { \
    nodes { id name signals(first: 10) { nodes { id category createdAt \
    referrals(first: 3) { nodes { id status toPartner { name } } } } } } } }";
const Q4: &str = "query Q4($after: String) { signals(first: 50, after: $after) { \
    nodes { id category status createdAt } pageInfo { endCursor } } }";
const Q5: &str = "mutation Q5($input: SignalSubmitInput!) { signalSubmit(input: $input) { \
    signal { id category urgency status title createdAt neighbourhood { id name } } \
    userErrors { code } } }";

/// The statements that Q5 cost when this was written; the number only goes down.
const Q5_AT_MOST: u64 = 12;

/// A question answered by one statement that shows persons: begin, the statement, one for the whole
/// access log, commit.
const LOGGED: u64 = 4;

/// Asks twice; the second answer, when the service knows who asks.
async fn asks_warm(person: &Person, query: &str, variables: Value) -> Answer {
    let _cold = person.asks(query, variables.clone()).await;
    person.asks(query, variables).await
}

#[track_caller]
fn costs(answer: &Answer, at_most: u64, rows: usize, at: &str) {
    let found = answer.data(at).as_array().map_or(0, Vec::len);
    assert_eq!(found, rows, "{}", answer.text());
    let statements = answer.statements();
    assert!(
        statements <= at_most,
        "{statements} statements for {rows} rows"
    );
}

struct Scene {
    town: Town,
    people: Vec<Person>,
    signal: Record,
}

impl Scene {
    /// A signal about a resident with three referrals, and those who see it: its coordinator, its
    /// volunteer, a partner it was referred to.
    async fn set() -> Self {
        let town = Town::start().await;
        let rosa = town.ambassador("Rosa", &[]).await;
        let coordinator = town.coordinator().await;
        let need = nabij_tests::Need::new("Stairs too steep", &rosa.neighbourhood)
            .with("resident", json!({ "new": { "givenName": "Maria" } }));
        let signal = rosa.submits(need).await.done();
        let mut people = vec![coordinator.clone(), rosa];
        for name in ["OCMW Beersel", "Eerstelijnszone", "Thuiszorg"] {
            let partner = town.partner(name).await;
            let request = Request::to(&partner).on("PUBLIC_TASK", &["NAME"]);
            coordinator.refers_by(&signal, request).await.done();
            people.push(partner);
        }
        people.truncate(3);
        Self {
            town,
            people,
            signal,
        }
    }
}

#[tokio::test]
async fn q1_one_signal_with_its_referrals() {
    let scene = Scene::set().await;
    for person in &scene.people {
        let answer = asks_warm(person, Q1, json!({ "id": scene.signal.id })).await;
        let shown = answer
            .data("/signal/referrals/nodes")
            .as_array()
            .map_or(0, Vec::len);
        assert!(shown >= 1, "{}", answer.text());
        costs(&answer, 2, shown, "/signal/referrals/nodes");
        assert!(
            answer
                .data("/signal/referrals/nodes/0/toPartner/name")
                .is_string()
        );
    }
}

#[tokio::test]
async fn q2_the_newest_open_signals_of_a_place() {
    let scene = Scene::set().await;
    let of_place = json!({ "place": scene.town.neighbourhood("Beersel"), "category": "MOBILITY" });
    for person in &scene.people {
        let answer = asks_warm(person, Q2, of_place.clone()).await;
        costs(&answer, LOGGED, 1, "/signals/nodes");
    }
    scene.town.has_more_like(&scene.signal, 49).await;
    for person in &scene.people {
        let answer = asks_warm(person, Q2, of_place.clone()).await;
        costs(&answer, LOGGED, 20, "/signals/nodes");
    }
}

#[tokio::test]
async fn q3_places_with_signals_with_referrals() {
    let scene = Scene::set().await;
    let places: Vec<String> = ["Alsemberg", "Beersel", "Dworp", "Huizingen", "Lot"]
        .iter()
        .map(|name| scene.town.neighbourhood(name))
        .collect();
    let first = "/neighbourhoods/nodes/1/signals/nodes";
    for person in &scene.people {
        let answer = asks_warm(person, Q3, json!({ "ids": places })).await;
        costs(&answer, 3, 1, first);
    }
    scene.town.has_more_like(&scene.signal, 49).await;
    let rosa = &scene.people[1];
    for name in ["Alsemberg", "Dworp", "Huizingen", "Lot"] {
        let need = nabij_tests::Need::new("Here too", &scene.town.neighbourhood(name));
        let other = rosa.submits(need).await.done();
        scene.town.has_more_like(&other, 12).await;
    }
    let coordinator = &scene.people[0];
    let answer = asks_warm(coordinator, Q3, json!({ "ids": places })).await;
    for place in 0..5 {
        costs(
            &answer,
            3,
            10,
            &format!("/neighbourhoods/nodes/{place}/signals/nodes"),
        );
    }
    costs(&answer, 3, 3, &format!("{first}/9/referrals/nodes"));
}

#[tokio::test]
async fn q4_a_page_far_down() {
    let scene = Scene::set().await;
    let coordinator = &scene.people[0];
    let answer = asks_warm(coordinator, Q4, json!({})).await;
    costs(&answer, 1, 1, "/signals/nodes");
    scene.town.has_more_like(&scene.signal, 249).await;
    let mut after = Value::Null;
    for _ in 0..5 {
        let answer = asks_warm(coordinator, Q4, json!({ "after": after })).await;
        costs(&answer, 1, 50, "/signals/nodes");
        after = answer.data("/signals/pageInfo/endCursor").clone();
    }
}

#[tokio::test]
async fn q5_a_signal_submitted_and_shown() {
    let scene = Scene::set().await;
    let rosa = &scene.people[1];
    let input = json!({ "input": {
        "neighbourhood": rosa.neighbourhood, "kind": "NEED", "category": "LONELINESS",
        "urgency": "NORMAL", "title": "Nobody to talk to",
    } });
    let few = asks_warm(rosa, Q5, input.clone()).await;
    assert!(
        few.data("/signalSubmit/signal/id").is_string(),
        "{}",
        few.text()
    );
    scene.town.has_more_like(&scene.signal, 49).await;
    let many = asks_warm(rosa, Q5, input).await;
    assert_eq!(few.statements(), many.statements());
    let statements = many.statements();
    println!("Q5 costs {statements} statements");
    assert!(statements <= Q5_AT_MOST, "{statements} statements");
}

#[tokio::test]
async fn a_total_costs_one_more_and_only_when_it_is_asked_for() {
    let scene = Scene::set().await;
    scene.town.has_more_like(&scene.signal, 49).await;
    let coordinator = &scene.people[0];
    let without = asks_warm(
        coordinator,
        "{ signals(first: 5) { nodes { id } } }",
        json!({}),
    )
    .await;
    costs(&without, 1, 5, "/signals/nodes");
    let query = "{ signals(first: 5) { nodes { id } totalCount } }";
    let with = asks_warm(coordinator, query, json!({})).await;
    costs(&with, 2, 5, "/signals/nodes");
    assert_eq!(with.data("/signals/totalCount"), 50);
    let only = asks_warm(coordinator, "{ signals { totalCount } }", json!({})).await;
    costs(&only, 1, 0, "/signals/nodes");
}
