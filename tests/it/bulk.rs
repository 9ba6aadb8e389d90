//! A partner's system hands over what it has collected: several signals in one request.

use nabij_tests::{Answer, Person, Town};
use serde_json::{Value, json};

const MUTATION: &str = "mutation($input: SignalSubmitManyInput!) { signalSubmitMany(input: $input) { \
    results { signal { id title } userErrors { code path } } userErrors { code path } } }";

async fn place(person: &Person) -> String {
    let query = "{ neighbourhoods(where: { name: { eq: \"Alsemberg\" } }) { nodes { id } } }";
    let answer = person.asks(query, json!({})).await;
    let id = answer.data("/neighbourhoods/nodes/0/id");
    id.as_str().expect("Alsemberg is there").to_owned()
}

fn signal(place: &str, number: usize, title: &str) -> Value {
    json!({
        "neighbourhood": place, "kind": "PROBLEM", "category": "PUBLIC_SPACE", "title": title,
        "source": "Hoplr", "externalReference": format!("hoplr-{number}"),
    })
}

async fn submits(person: &Person, signals: Vec<Value>, all_or_nothing: bool) -> Answer {
    let input = json!({ "signals": signals, "allOrNothing": all_or_nothing });
    person.asks(MUTATION, json!({ "input": input })).await
}

async fn how_many(person: &Person) -> Value {
    let answer = person.asks("{ signals { totalCount } }", json!({})).await;
    answer.data("/signals/totalCount").clone()
}

/// The codes of each row's user errors.
fn codes(answer: &Answer) -> Vec<Vec<&str>> {
    let rows = answer.data("/signalSubmitMany/results").as_array();
    rows.expect("results")
        .iter()
        .map(|row| {
            let errors = row["userErrors"].as_array().into_iter().flatten();
            errors.filter_map(|error| error["code"].as_str()).collect()
        })
        .collect()
}

#[tokio::test]
async fn one_that_is_refused_keeps_all_others_out_when_that_is_asked() {
    let town = Town::start().await;
    let rosa = town.ambassador("Rosa", &["Alsemberg"]).await;
    let place = place(&rosa).await;
    let signals = vec![
        signal(&place, 1, "A lamp is out"),
        signal(&place, 2, "Her number is 93.05.18-223.61"),
        signal(&place, 3, "The bench is broken"),
    ];
    let answer = submits(&rosa, signals, true).await;
    assert_eq!(codes(&answer), [vec![], vec!["IDENTITY_NUMBER"], vec![]]);
    for row in 0..3 {
        let shown = answer.data(&format!("/signalSubmitMany/results/{row}/signal"));
        assert!(shown.is_null());
    }
    assert_eq!(how_many(&rosa).await, 0);
}

#[tokio::test]
async fn each_stands_for_itself_when_that_is_asked_and_repeating_makes_no_second() {
    let town = Town::start().await;
    let rosa = town.ambassador("Rosa", &["Alsemberg"]).await;
    let place = place(&rosa).await;
    let signals = vec![
        signal(&place, 1, "A lamp is out"),
        signal("neighbourhood_nowhere", 2, "Nowhere"),
        signal(&place, 3, "The bench is broken"),
    ];
    let first = submits(&rosa, signals.clone(), false).await;
    assert_eq!(codes(&first), [vec![], vec!["INVALID_ID"], vec![]]);
    assert_eq!(
        first.data("/signalSubmitMany/results/0/signal/title"),
        "A lamp is out"
    );
    assert_eq!(how_many(&rosa).await, 2);

    let again = submits(&rosa, vec![signals[0].clone(), signals[2].clone()], true).await;
    for (row, before) in [(0, 0), (1, 2)] {
        assert_eq!(
            again.data(&format!("/signalSubmitMany/results/{row}/signal/id")),
            first.data(&format!("/signalSubmitMany/results/{before}/signal/id")),
        );
    }
    assert_eq!(how_many(&rosa).await, 2);
}

#[tokio::test]
async fn five_hundred_at_most_and_in_one_transaction() {
    let town = Town::start().await;
    let rosa = town.ambassador("Rosa", &["Alsemberg"]).await;
    let place = place(&rosa).await;
    let lot = |count: usize| {
        (0..count)
            .map(|n| signal(&place, n, "A lamp is out"))
            .collect()
    };
    let answer = submits(&rosa, lot(501), true).await;
    assert_eq!(
        answer.data("/signalSubmitMany/userErrors/0"),
        &json!({ "code": "OUT_OF_RANGE", "path": ["signals"] })
    );
    let answer = submits(&rosa, lot(500), true).await;
    assert!(codes(&answer).iter().all(Vec::is_empty));
    assert_eq!(how_many(&rosa).await, 500);
}
