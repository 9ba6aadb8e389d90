//! What HTTP says around GraphQL, at the real router: a row of `docs/errors.md`'s table each, and
//! signing in. The gate and the handler have finer tests of their own beside them.

use std::fmt::Write;

use axum::{
    body::Body,
    http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE},
};
use nabij_tests::{Answer, Person, Town};
use serde_json::json;

const GRAPHQL: &str = "application/graphql-response+json";
const JSON: &str = "application/json";

/// A query that anybody may ask.
const PLACES: &str = "{ neighbourhoods(first: 1) { nodes { name } } }";

/// Sends `body` as `POST /graphql` and asks for an answer in `media`.
async fn post(person: &Person, media: &str, body: &str) -> Answer {
    let mut request = person.request("POST", "/graphql");
    let headers = request.headers_mut().expect("the request is well-formed");
    headers.insert(ACCEPT, media.parse().expect("a header"));
    person.sends(request.body(body.to_owned())).await
}

/// Status and code of an answer, which must have the shape of the errors.
fn told(answer: &Answer) -> (u16, &str) {
    assert!(answer.body().get("data").is_none(), "{}", answer.text());
    for error in answer.errors() {
        assert!(error["message"].is_string(), "{}", answer.text());
        let request_id = error["extensions"]["requestId"].as_str();
        assert_eq!(request_id, Some(answer.header("x-request-id")));
    }
    (answer.status(), answer.code())
}

fn query(text: &str) -> String {
    json!({ "query": text }).to_string()
}

#[tokio::test]
async fn success_is_200_in_the_media_type_that_was_asked_for() {
    let town = Town::start().await;
    let anybody = town.passer_by();
    for media in [GRAPHQL, JSON] {
        let answer = post(&anybody, media, &query(PLACES)).await;
        assert_eq!(answer.status(), 200);
        assert!(answer.header("content-type").starts_with(media));
        assert!(answer.data("/neighbourhoods/nodes/0/name").is_string());
    }
}

#[tokio::test]
async fn what_is_wrong_with_the_operation_is_400_or_200_by_media_type() {
    let town = Town::start().await;
    let anybody = town.passer_by();
    let page = "neighbourhoods(first: 100) { nodes { signals(first: 100) { nodes { id } } } }";
    let wide = (0..20).fold(String::new(), |mut wide, n| {
        write!(wide, "a{n}: {page} ").expect("text");
        wide
    });
    let unknown = json!({ "query": "query A { __typename }", "operationName": "B" }).to_string();
    let uncoerced = json!({
        "query": "query($n: Int!) { neighbourhoods(first: $n) { nodes { id } } }",
        "variables": { "n": "three" },
    });
    for (body, code) in [
        (query("{ neighbourhoods("), "GRAPHQL_PARSE_FAILED"),
        (query("{ nothingLikeIt }"), "GRAPHQL_VALIDATION_FAILED"),
        (unknown, "OPERATION_RESOLUTION_FAILURE"),
        (uncoerced.to_string(), "BAD_USER_INPUT"),
        (query(&format!("{{ {wide} }}")), "QUERY_TOO_EXPENSIVE"),
    ] {
        assert_eq!(told(&post(&anybody, GRAPHQL, &body).await), (400, code));
        assert_eq!(told(&post(&anybody, JSON, &body).await), (200, code));
    }
}

#[tokio::test]
async fn a_body_that_is_no_request_is_400_in_both() {
    let town = Town::start().await;
    let anybody = town.passer_by();
    for body in [
        "{",
        "[]",
        r#"[{"query":"{__typename}"}]"#,
        r#"{"query":7}"#,
        r#"{"query":"{__typename}","variables":[1]}"#,
        "{}",
    ] {
        for media in [GRAPHQL, JSON] {
            let answer = post(&anybody, media, body).await;
            assert_eq!(told(&answer), (400, "BAD_REQUEST"), "{body}");
        }
    }
}

#[tokio::test]
async fn methods_and_media_types_are_kept_apart() {
    let town = Town::start().await;
    let anybody = town.passer_by();

    let get = |text: &str| {
        let encoded = text
            .replace(' ', "%20")
            .replace('{', "%7B")
            .replace('}', "%7D");
        anybody
            .request("GET", &format!("/graphql?query={encoded}"))
            .body(Body::empty())
    };
    let answer = anybody.sends(get("{ __typename }")).await;
    assert_eq!(answer.data("/__typename"), "Query");

    let mutation = "mutation { signalStart(input: { id: \"x\" }) { userErrors { code } } }";
    let refused = anybody.sends(get(&mutation.replace('"', "%22"))).await;
    assert_eq!(told(&refused), (405, "METHOD_NOT_ALLOWED"));
    assert_eq!(refused.header("allow"), "POST");

    let put = anybody.request("PUT", "/graphql").body(query(PLACES));
    let refused = anybody.sends(put).await;
    assert_eq!(told(&refused), (405, "METHOD_NOT_ALLOWED"));
    assert!(refused.header("allow").contains("POST"));

    let mut plain = anybody.request("POST", "/graphql");
    let headers = plain.headers_mut().expect("the request is well-formed");
    headers.insert(CONTENT_TYPE, "text/plain".parse().expect("a header"));
    let refused = anybody.sends(plain.body(query(PLACES))).await;
    assert_eq!(told(&refused), (415, "UNSUPPORTED_MEDIA_TYPE"));

    let refused = post(&anybody, "text/html", &query(PLACES)).await;
    assert_eq!(told(&refused), (406, "NOT_ACCEPTABLE"));
}

#[tokio::test]
async fn a_body_too_large_is_413_declared_or_not() {
    let town = Town::start().await;
    let anybody = town.passer_by();
    let body = format!("{{\"query\":\"{}\"}}", "#".repeat(300 * 1024));

    let refused = post(&anybody, JSON, &body).await;
    assert_eq!(told(&refused), (413, "PAYLOAD_TOO_LARGE"));

    // As a stream nobody has told the length of.
    let chunks = body
        .into_bytes()
        .chunks(4096)
        .map(|chunk| Ok::<_, std::io::Error>(chunk.to_vec()))
        .collect::<Vec<_>>();
    let stream = Body::from_stream(futures_util::stream::iter(chunks));
    let refused = anybody
        .sends(anybody.request("POST", "/graphql").body(stream))
        .await;
    assert_eq!(told(&refused), (413, "PAYLOAD_TOO_LARGE"));
}

#[tokio::test]
async fn the_other_routes_answer() {
    let town = Town::start().await;
    let anybody = town.passer_by();
    for path in ["/health/live", "/health/ready"] {
        let answer = anybody
            .sends(anybody.request("GET", path).body(Body::empty()))
            .await;
        assert_eq!(answer.status(), 200, "{path}");
    }
    let schema = anybody
        .request("GET", "/schema.graphql")
        .body(Body::empty());
    let schema = anybody.sends(schema).await;
    assert_eq!(schema.text(), nabij_api::graphql::sdl());

    let nowhere = anybody.request("GET", "/nowhere").body(Body::empty());
    assert_eq!(anybody.sends(nowhere).await.status(), 404);
}

/// Asks for the places with this as the `Authorization` header.
async fn with_authorization(person: &Person, value: &str) -> Answer {
    let mut request = person.request("POST", "/graphql");
    let headers = request.headers_mut().expect("the request is well-formed");
    headers.insert(AUTHORIZATION, value.parse().expect("a header"));
    person.sends(request.body(query(PLACES))).await
}

#[track_caller]
fn is_not_let_in(answer: &Answer) {
    assert_eq!(told(answer), (401, "UNAUTHENTICATED"), "{}", answer.text());
    let challenge = answer.header("www-authenticate");
    assert!(challenge.starts_with("Bearer"), "{challenge}");
}

#[tokio::test]
async fn a_token_that_is_not_good_is_401_with_a_challenge() {
    let town = Town::start().await;
    let rosa = town.ambassador("Rosa", &["Alsemberg"]).await;
    let good = rosa.token().expect("Rosa has an account");

    let (message, signature) = good.rsplit_once('.').expect("a JWT");
    let twisted = format!("{message}.{}", signature.chars().rev().collect::<String>());
    let unsigned = format!("{message}.");
    let elsewhere = town.foreign_token(&rosa);
    for bad in ["", "garbage", "a.b.c", &twisted, &unsigned, &elsewhere] {
        let answer = with_authorization(&rosa, &format!("Bearer {bad}")).await;
        is_not_let_in(&answer);
        assert!(
            bad.len() < 4 || !answer.text().contains(bad),
            "it repeats the token"
        );
    }
    is_not_let_in(&with_authorization(&rosa, "Basic cm9zYTpyb3Nh").await);

    let good = format!("Bearer {good}");
    assert_eq!(with_authorization(&rosa, &good).await.status(), 200);
    town.wait(std::time::Duration::from_mins(16));
    let late = with_authorization(&rosa, &good).await;
    is_not_let_in(&late);
    assert!(late.header("www-authenticate").contains("invalid_token"));
}

#[tokio::test]
async fn a_good_token_without_an_account_is_401() {
    let town = Town::start().await;
    let stranger = town.stranger("nobody-has-registered-me");
    is_not_let_in(&stranger.asks(PLACES, json!({})).await);
}

#[tokio::test]
async fn without_a_token_there_is_the_public_directory_and_nothing_else() {
    let town = Town::start().await;
    let rosa = town.ambassador("Rosa", &["Alsemberg"]).await;
    let signal = rosa.signals("The pavement is broken", "LOW").await.done();
    let anybody = town.passer_by();

    let answer = anybody.asks(PLACES, json!({})).await;
    assert_eq!(answer.data("/neighbourhoods/nodes/0/name"), "Alsemberg");
    assert!(anybody.looks_up(&signal).await.is_none());
    let answer = anybody
        .asks("{ signals { totalCount nodes { id } } }", json!({}))
        .await;
    assert_eq!(
        answer.data("/signals"),
        &json!({ "totalCount": 0, "nodes": [] })
    );
    anybody
        .starts(&signal)
        .await
        .is_refused_as("UNAUTHENTICATED");
}

#[tokio::test]
async fn a_role_that_has_ended_counts_at_the_next_request() {
    let town = Town::start().await;
    let rosa = town.ambassador("Rosa", &["Alsemberg"]).await;
    let coordinator = town.coordinator().await;
    let signal = rosa.signals("The pavement is broken", "LOW").await.done();
    assert!(coordinator.looks_up(&signal).await.is_some());

    town.ends_roles_of(&coordinator).await;
    assert!(coordinator.looks_up(&signal).await.is_none());
    coordinator
        .triages(&signal)
        .await
        .is_refused_as("NOT_FOUND");
}

#[tokio::test]
async fn a_role_that_ends_by_itself_counts_at_that_moment() {
    let town = Town::start().await;
    let rosa = town.ambassador("Rosa", &["Alsemberg"]).await;
    let coordinator = town.coordinator().await;
    let signal = rosa.signals("The pavement is broken", "LOW").await.done();
    town.lets_roles_end_in(&coordinator, std::time::Duration::from_hours(1))
        .await;

    town.wait(std::time::Duration::from_mins(59));
    assert!(coordinator.looks_up(&signal).await.is_some());
    town.wait(std::time::Duration::from_mins(1));
    assert!(coordinator.looks_up(&signal).await.is_none());
    coordinator
        .triages(&signal)
        .await
        .is_refused_as("NOT_FOUND");
}

#[tokio::test]
async fn a_blocked_user_is_not_let_in_at_the_next_request() {
    let town = Town::start().await;
    let coordinator = town.coordinator().await;
    let rosa = town.ambassador("Rosa", &["Alsemberg"]).await;
    let signal = rosa.signals("The pavement is broken", "LOW").await.done();
    assert!(coordinator.looks_up(&signal).await.is_some());

    town.blocks(&coordinator).await;
    let query = "query($id: ID!) { signal(id: $id) { id } }";
    is_not_let_in(&coordinator.asks(query, json!({ "id": signal.id })).await);

    town.blocks(&rosa).await;
    let query =
        "mutation($i: SignalWithdrawInput!) { signalWithdraw(input: $i) { signal { id } } }";
    is_not_let_in(&rosa.asks(query, json!({ "i": { "id": signal.id } })).await);
}
