//! Documents made to harm: nesting, doubling, cycles, numbers that are none.

use std::fmt::Write;

use serde_json::{Value, json};

use super::{Scene, is_well, repeats_nothing};

/// Refused before it is executed, with this code; and the service goes on.
async fn is_stopped(scene: &Scene, query: String, variables: Value, code: &str) {
    let answer = scene.rosa.asks(&query, variables).await;
    assert_eq!(
        (answer.status(), answer.code()),
        (400, code),
        "{}",
        answer.text()
    );
    assert_eq!(answer.statements(), 0);
    repeats_nothing(&answer);
    is_well(&scene.coordinator, &scene.signal).await;
}

#[tokio::test]
async fn documents_made_to_harm() {
    let scene = Scene::set().await;
    let nested = |open: &str, close: &str| format!("{}{}", open.repeat(1_400), close.repeat(1_400));
    let deep_list = format!("{{ nodes(ids: {}) {{ id }} }}", nested("[", "]"));
    let deep_object = format!(
        "{{ signals(where: {}) {{ totalCount }} }}",
        nested("{not:", "}")
    );
    let deep_selection = nested("{ a ", "}");
    for query in [deep_list, deep_object, deep_selection] {
        is_stopped(&scene, query, json!({}), "QUERY_TOO_EXPENSIVE").await;
    }

    // Thirty fragments, each with the next one twice: a billion fields from 900 bytes.
    let mut doubling = String::from("query { ...F0 }");
    for n in 0..30 {
        let m = n + 1;
        write!(doubling, " fragment F{n} on Query {{ ...F{m} ...F{m} }}").expect("text");
    }
    doubling += " fragment F30 on Query { zebra: __typename }";
    let doubled = scene.rosa.asks(&doubling, json!({})).await;
    assert!(
        doubled.status() == 400 || doubled.data("/zebra") == "Query",
        "{}",
        doubled.text()
    );
    is_well(&scene.coordinator, &scene.signal).await;

    let cycle = "query { ...A } fragment A on Query { ...B } fragment B on Query { ...A }";
    is_stopped(
        &scene,
        cycle.to_owned(),
        json!({}),
        "GRAPHQL_VALIDATION_FAILED",
    )
    .await;

    let aliases = (0..200).fold(String::new(), |mut aliases, n| {
        write!(aliases, "zebra7{n}: __typename ").expect("text");
        aliases
    });
    is_stopped(
        &scene,
        format!("{{ {aliases} }}"),
        json!({}),
        "QUERY_TOO_EXPENSIVE",
    )
    .await;

    let huge = "query($n: Int) { signals(first: $n) { totalCount } }".to_owned();
    is_stopped(
        &scene,
        huge,
        json!({ "n": 9_007_199_254_740_993_i64 }),
        "BAD_USER_INPUT",
    )
    .await;
}

#[tokio::test]
async fn page_sizes_that_are_none() {
    let scene = Scene::set().await;
    let query =
        "query($first: Int, $last: Int) { signals(first: $first, last: $last) { nodes { id } } }";
    for page in [
        json!({ "first": 0 }),
        json!({ "first": -1 }),
        json!({ "first": 101 }),
        json!({ "last": 0 }),
        json!({ "last": 2_147_483_647 }),
        json!({ "first": 2, "last": 2 }),
    ] {
        let answer = scene.rosa.asks(query, page.clone()).await;
        assert!(
            ["BAD_USER_INPUT", "QUERY_TOO_EXPENSIVE"].contains(&answer.code()),
            "{page}: {}",
            answer.text()
        );
    }
    is_well(&scene.coordinator, &scene.signal).await;
}

/// A comparison of what is guarded binds the guard's values too, and a database takes only so many in
/// one statement: what is within the limits is answered, and what is beyond them is refused before.
#[tokio::test]
async fn comparisons_up_to_what_a_database_takes() {
    let scene = Scene::set().await;
    // The name of a resident is guarded, by all that an ambassador may stand in.
    let query = "query($where: ResidentWhere) { residents(first: 1, where: $where) { totalCount nodes { id } } }";
    let compared = |times: usize| {
        let each = |n: usize| json!({ "familyName": { "eq": format!("zebra7 {n}") } });
        json!({ "where": { "or": (0..times).map(each).collect::<Vec<_>>() } })
    };
    let is_taken = async |compared: Value| {
        let answer = scene.rosa.asks(query, compared).await;
        assert_eq!(answer.data("/residents/totalCount"), 0, "{}", answer.text());
    };
    is_taken(compared(40)).await;
    is_stopped(
        &scene,
        query.to_owned(),
        compared(41),
        "QUERY_TOO_EXPENSIVE",
    )
    .await;
    // What is left of the cost, as values of one comparison.
    let mut most = compared(39);
    most["where"]["or"][0]["familyName"] = json!({ "in": vec!["z"; 9_000] });
    is_taken(most).await;
}
