//! The database is gone, slow, locked or full: the service says so with 503, in time, stays alive, and
//! heals by itself. What is promised stands in `docs/operating.md`, "When something is away".
//!
//! On PostgreSQL the network is a [`Door`](nabij_tests::Door) that the scene shuts; on SQLite, which
//! nothing lies between, it is the file and its disk.

use std::time::{Duration, Instant};

use axum::http::header::ACCEPT;
use futures_util::future::join_all;
use nabij_api::store::Patience;
use nabij_tests::{Answer, Person};
use serde_json::json;

mod full;
mod gone;
mod locked;
mod slow;

/// So little patience that no scene takes long. What the default is, makes no difference to what is
/// waited for and what is told.
const QUICK: Patience = Patience {
    connection: Duration::from_secs(1),
    lock: Duration::from_millis(300),
    statement: Duration::from_secs(1),
};
/// What a busy machine may take on top.
const SLACK: Duration = Duration::from_secs(5);

/// Anybody may ask these, and they are about other tables.
const NEIGHBOURHOODS: &str = "{ neighbourhoods(first: 3) { nodes { name } } }";
const MUNICIPALITIES: &str = "{ municipalities(first: 3) { nodes { name } } }";
const SIGNALS: &str = "{ signals { totalCount } }";

async fn health(person: &Person, of: &str) -> u16 {
    let request = person.request("GET", &format!("/health/{of}"));
    person.sends(request.body(String::new())).await.status()
}

/// Nothing was answered or done because the database is away: the answer says so by its status, and
/// when to come back, and has no data.
#[track_caller]
fn is_away(answer: &Answer) {
    let text = answer.text();
    assert_eq!(answer.status(), 503, "{text}");
    assert_eq!(answer.code(), "SERVICE_UNAVAILABLE", "{text}");
    assert_eq!(answer.header("retry-after"), "2", "{text}");
    assert!(answer.body().get("data").is_none(), "{text}");
}

/// The same question from a client of the older media type.
async fn asks_for_json(person: &Person, query: &str) -> Answer {
    let mut request = person.request("POST", "/graphql");
    let headers = request.headers_mut().expect("it is well-formed");
    headers.insert(ACCEPT, "application/json".parse().expect("a media type"));
    let body = json!({ "query": query }).to_string();
    person.sends(request.body(body)).await
}

/// So many ask the same at once, and so need as many connections.
async fn ask_at_once(person: &Person, query: &str, times: usize) -> Vec<Answer> {
    join_all((0..times).map(|_| person.asks(query, json!({})))).await
}

/// Asks again and again, for what is about other tables, until it is answered.
async fn until_served(person: &Person) {
    let mut statuses = Vec::new();
    while statuses.last() != Some(&200) {
        assert!(statuses.len() < 20, "{statuses:?}");
        let asked = person.asks(MUNICIPALITIES, json!({})).await;
        statuses.push(asked.status());
    }
}

/// It took no longer than this, give or take what a busy machine needs.
#[track_caller]
fn took_at_most(started: Instant, time: Duration) {
    let took = started.elapsed();
    assert!(took <= time + SLACK, "it took {took:?}");
}

async fn number_of_signals(person: &Person) -> i64 {
    let all = person.asks(SIGNALS, json!({})).await;
    all.data("/signals/totalCount").as_i64().expect("a number")
}
