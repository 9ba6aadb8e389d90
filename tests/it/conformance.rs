//! Two behaviours of async-graphql that clients rest on and that later versions broke:
//! docs/adr/0002-async-graphql-7.0.19.md says which. An upgrade is safe when this holds.

use async_graphql::{EmptyMutation, EmptySubscription, Error, Object, Schema};
use serde_json::{Value, json};
use tokio::sync::Notify;

struct Query;
struct Child;

/// Holds `slow` back until `fast` was resolved.
static FAST_IS_DONE: Notify = Notify::const_new();

#[Object]
impl Query {
    async fn child(&self) -> Option<Child> {
        Some(Child)
    }

    async fn children(&self) -> Vec<Option<Child>> {
        vec![Some(Child), Some(Child)]
    }

    async fn maybe(&self) -> Option<Result<i32, Error>> {
        Some(Err(Error::new("broken")))
    }

    async fn slow(&self) -> i32 {
        FAST_IS_DONE.notified().await;
        1
    }

    async fn fast(&self) -> i32 {
        FAST_IS_DONE.notify_one();
        2
    }
}

#[Object]
impl Child {
    async fn id(&self) -> &'static str {
        "1"
    }

    #[expect(clippy::unused_async, reason = "the library awaits its resolvers")]
    async fn boom(&self) -> Result<i32, Error> {
        Err(Error::new("broken"))
    }

    async fn maybe(&self) -> Option<Result<i32, Error>> {
        Some(Err(Error::new("broken")))
    }
}

/// The answer as text: the order of its keys is what one of the tests is about.
async fn ask(query: &str) -> (String, Value) {
    let schema = Schema::new(Query, EmptyMutation, EmptySubscription);
    let answer = schema.execute(query).await;
    let data = serde_json::to_string(&answer.data).expect("data is JSON");
    let paths = answer
        .errors
        .iter()
        .map(|error| json!(error.path))
        .collect();
    (data, paths)
}

#[tokio::test]
async fn a_failing_field_that_may_not_be_null_takes_its_parent_along() {
    let (data, paths) = ask("{ child { id boom } }").await;
    assert_eq!(data, r#"{"child":null}"#);
    assert_eq!(paths, json!([["child", "boom"]]));

    let (data, paths) = ask("{ children { id boom } child { id } }").await;
    assert_eq!(data, r#"{"children":[null,null],"child":{"id":"1"}}"#);
    assert_eq!(
        paths,
        json!([["children", 0, "boom"], ["children", 1, "boom"]])
    );
}

#[tokio::test]
async fn a_failing_field_that_may_be_null_is_null_alone() {
    let (data, paths) = ask("{ child { id maybe } maybe }").await;
    assert_eq!(data, r#"{"child":{"id":"1","maybe":null},"maybe":null}"#);
    assert_eq!(paths, json!([["child", "maybe"], ["maybe"]]));
}

#[tokio::test]
async fn keys_are_answered_as_they_were_selected_whatever_is_ready_first() {
    let (data, paths) = ask("{ slow child { id } fast again: fast }").await;
    assert_eq!(data, r#"{"slow":1,"child":{"id":"1"},"fast":2,"again":2}"#);
    assert_eq!(paths, json!([]));
}
