//! Every row of the table of answers, through the router, with a small schema of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_graphql::{
    EmptySubscription, ErrorExtensions, InputValueError, InputValueResult, MaybeUndefined, Object,
    Scalar, ScalarType, Schema, ValidationMode, Value as GqlValue,
};
use axum::Router;
use axum::body::Body;
use axum::http::header::{
    ACCEPT, ALLOW, AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER,
    WWW_AUTHENTICATE,
};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use futures_util::stream;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tokio::sync::Notify;
use tower::ServiceExt;
use uuid::Uuid;

mod execution;

use super::budget::{Spent, Standing};
use super::edge::Edge;
use super::graphql::router;
use super::passage::{Account, Caller, Execute, NotExecuted, Visitor};
use crate::clock::Clock;
use crate::config::Bucket;
use crate::gate::{Admitted, Explanation, Gate, Limits};
use crate::telemetry;

const GRAPHQL: &str = "application/graphql-response+json";
const JSON: &str = "application/json";

struct Query;

#[Object]
impl Query {
    async fn hello(&self, text: Option<String>) -> String {
        text.unwrap_or_else(|| "hello".to_owned())
    }

    async fn number(&self, of: MaybeUndefined<i32>) -> &'static str {
        match of {
            MaybeUndefined::Undefined => "absent",
            MaybeUndefined::Null => "null",
            MaybeUndefined::Value(_) => "value",
        }
    }

    async fn even(&self, of: Even) -> i32 {
        of.0
    }

    async fn refuses(&self) -> Option<async_graphql::Result<i32>> {
        let error = async_graphql::Error::new("Not yours to see; ask a coordinator.");
        Some(Err(error.extend_with(|_, extensions| {
            extensions.set("code", "FORBIDDEN");
        })))
    }

    async fn away(&self) -> Option<async_graphql::Result<i32>> {
        away()
    }

    async fn nobody(&self) -> Option<i32> {
        None
    }

    async fn breaks(&self) -> Option<async_graphql::Result<i32>> {
        Some(Err(async_graphql::Error::new(
            "row (canary) violates a constraint",
        )))
    }

    async fn must(&self) -> async_graphql::Result<i32> {
        std::future::ready(Err(async_graphql::Error::new("canary"))).await
    }

    async fn every(&self) -> Vec<Failing> {
        (0..30).map(|_| Failing).collect()
    }

    async fn long(&self) -> String {
        "x".repeat(17 * 1024 * 1024)
    }

    async fn panics(&self) -> i32 {
        assert!(std::hint::black_box(false), "on purpose");
        1
    }
}

struct Failing;

#[Object]
impl Failing {
    async fn breaks(&self) -> Option<async_graphql::Result<i32>> {
        Some(Err(async_graphql::Error::new("canary")))
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "with 7.0.19 this nulls the field, not its parent"
)]
fn away() -> Option<async_graphql::Result<i32>> {
    let error = async_graphql::Error::new("The database is away; try again.");
    Some(Err(error.extend_with(|_, extensions| {
        extensions.set("code", "SERVICE_UNAVAILABLE");
    })))
}

struct Even(i32);

#[Scalar]
impl ScalarType for Even {
    fn parse(value: GqlValue) -> InputValueResult<Self> {
        match value {
            GqlValue::Number(number) if number.as_i64().is_some_and(|number| number % 2 == 0) => {
                Ok(Self(2))
            }
            other => Err(InputValueError::expected_type(other)),
        }
    }

    fn to_value(&self) -> GqlValue {
        self.0.into()
    }
}

struct Mutation {
    begun: Arc<Notify>,
    may_go_on: Arc<Notify>,
    written: Arc<AtomicUsize>,
}

#[Object]
impl Mutation {
    async fn write(&self) -> i32 {
        self.begun.notify_one();
        self.may_go_on.notified().await;
        self.written.fetch_add(1, Ordering::SeqCst);
        1
    }

    async fn add(&self) -> i32 {
        1
    }

    async fn away(&self) -> Option<async_graphql::Result<i32>> {
        away()
    }

    async fn panics(&self) -> i32 {
        assert!(std::hint::black_box(false), "on purpose");
        1
    }
}

struct Executor(Schema<Query, Mutation, EmptySubscription>);

impl Execute for Executor {
    type Session = ();

    async fn sign_in(&self, caller: &Caller) -> Result<Visitor<()>, NotExecuted> {
        let retry_after = Duration::from_secs(7);
        match caller.token.as_ref().unwrap().as_deref() {
            Some("revoked") => Err(NotExecuted::Unauthenticated {
                message: "Revoked; sign in again.".to_owned(),
                challenge: "Bearer error=\"invalid_token\"".to_owned(),
            }),
            Some("greedy") => {
                let number = |number: u32| number.try_into().unwrap();
                let bucket = Bucket {
                    burst: number(100),
                    per_second: number(10),
                };
                Err(NotExecuted::RateLimited(Spent {
                    wait: retry_after,
                    standing: Standing {
                        bucket,
                        remaining: 30,
                    },
                }))
            }
            Some("unlucky") => Err(NotExecuted::Unavailable { retry_after }),
            Some("nobody") => Ok(Visitor {
                account: None,
                session: (),
            }),
            _ => Ok(Visitor {
                account: Some(Account {
                    id: Uuid::nil(),
                    type_id: "user_1".to_owned(),
                }),
                session: (),
            }),
        }
    }

    async fn execute(
        &self,
        admitted: Admitted,
        (): (),
    ) -> Result<async_graphql::Response, NotExecuted> {
        Ok(self.0.execute(admitted.into_request()).await)
    }

    fn explain(&self, explanation: &Explanation) -> Value {
        let paths = explanation.fields.iter().map(|field| field.path.clone());
        paths.collect()
    }
}

struct Service {
    router: Router,
    begun: Arc<Notify>,
    may_go_on: Arc<Notify>,
    written: Arc<AtomicUsize>,
}

fn service() -> Service {
    let (begun, may_go_on, written) = <(Arc<Notify>, Arc<Notify>, Arc<_>)>::default();
    let mutation = Mutation {
        begun: Arc::clone(&begun),
        may_go_on: Arc::clone(&may_go_on),
        written: Arc::clone(&written),
    };
    let schema = Schema::build(Query, mutation, EmptySubscription)
        .validation_mode(ValidationMode::Fast)
        .finish();
    let gate = Arc::new(Gate::new(&schema.sdl(), Limits::default()).unwrap());
    let layer = axum::middleware::from_fn_with_state(Clock::system(), telemetry::request_line);
    Service {
        router: router(gate, Arc::new(Executor(schema)), Edge::wide()).layer(layer),
        begun,
        may_go_on,
        written,
    }
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

impl Answer {
    #[track_caller]
    fn is(&self, status: u16, code: &str) -> &Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        assert!(self.body.get("data").is_none(), "{}", self.body);
        let errors = self.body["errors"].as_array().unwrap();
        assert!(!errors.is_empty() && errors.len() <= 20);
        for error in errors {
            assert_eq!(error["extensions"]["code"], code, "{}", self.body);
            assert_eq!(
                error["extensions"]["requestId"],
                self.headers["x-request-id"].to_str().unwrap()
            );
        }
        self
    }

    #[track_caller]
    fn header(&self, name: axum::http::HeaderName, value: &str) -> &Self {
        assert_eq!(self.headers[name], value);
        self
    }
}

impl Service {
    async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: serde_json::from_slice(&bytes).unwrap(),
        }
    }

    async fn post(&self, accept: &str, body: impl ToString) -> Answer {
        let request = Request::post("/graphql")
            .header(CONTENT_TYPE, JSON)
            .header(ACCEPT, accept)
            .body(Body::from(body.to_string()));
        self.send(request.unwrap()).await
    }

    async fn query(&self, accept: &str, query: &str) -> Answer {
        self.post(accept, json!({ "query": query })).await
    }

    async fn get(&self, accept: &str, query_string: &str) -> Answer {
        let request = Request::get(format!("/graphql?{query_string}"))
            .header(ACCEPT, accept)
            .body(Body::empty());
        self.send(request.unwrap()).await
    }
}

#[tokio::test]
async fn success_and_partial_data_are_200_in_the_type_asked_for() {
    let service = service();
    for (accept, sent) in [
        (GRAPHQL, "application/graphql-response+json; charset=utf-8"),
        (JSON, "application/json; charset=utf-8"),
        ("*/*", "application/json; charset=utf-8"),
    ] {
        let answer = service.query(accept, "{ hello }").await;
        assert_eq!(answer.status, 200);
        answer.header(CONTENT_TYPE, sent);
        assert_eq!(
            answer.body,
            json!({"data": {"hello": "hello"}, "extensions": {"cost": {"requested": 1, "limit": 1000}}})
        );
        let answer = service.query(accept, "{ hello refuses }").await;
        assert_eq!(answer.status, 200);
        assert_eq!(
            answer.body["data"],
            json!({"hello": "hello", "refuses": null})
        );
        let error = &answer.body["errors"][0];
        assert_eq!(error["message"], "Not yours to see; ask a coordinator.");
        assert_eq!(error["extensions"]["code"], "FORBIDDEN");
        assert_eq!(error["path"], json!(["refuses"]));
        assert_eq!(error["locations"], json!([{"line": 1, "column": 9}]));
    }
    // The root itself failed: executed, so 200, with the data null.
    let answer = service.query(GRAPHQL, "{ must }").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body["data"], Value::Null);
}

#[tokio::test]
async fn get_answers_queries_with_variables_and_operation_names() {
    let service = service();
    let answer = service
        .get(
            GRAPHQL,
            "query=query%20A(%24t%3AString)%7Bhello(text%3A%24t)%7Dquery%20B%7Bhello%7D&operationName=A&variables=%7B%22t%22%3A%22x%22%7D&extensions=%7B%7D",
        )
        .await;
    assert_eq!(answer.body["data"], json!({"hello": "x"}));
    let answer = service
        .get(GRAPHQL, "query=%7Bhello%7D&operationName=&variables=")
        .await;
    assert_eq!(answer.body["data"], json!({"hello": "hello"}));
    for query_string in [
        "",
        "query=",
        "query=%7Bhello%7D&query=%7Bhello%7D",
        "query=%7Bhello%7D&variables=%5B%5D",
        "query=%7Bhello%7D&variables=x",
        "query=%7Bhello%7D&extensions=1",
    ] {
        for accept in [GRAPHQL, JSON] {
            service
                .get(accept, query_string)
                .await
                .is(400, "BAD_REQUEST");
        }
    }
}

#[tokio::test]
async fn request_errors_are_400_or_200_by_the_type_asked_for() {
    let service = service();
    let deep = format!("{}{}", "[".repeat(1_400), "]".repeat(1_400));
    let levels: Vec<_> = (0..30)
        .map(|level| {
            let next = level + 1;
            format!("fragment F{level} on Query {{ ...F{next} ...F{next} }} ")
        })
        .collect();
    let doubling = format!(
        "{{ ...F0 }} {} fragment F30 on Query {{ hello }}",
        levels.concat()
    );
    for (query, code) in [
        ("{ hello", "GRAPHQL_PARSE_FAILED"),
        ("", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("query($n: Int!) { number(of: $n) }", "BAD_USER_INPUT"),
        (
            "query A { hello } query B { hello }",
            "OPERATION_RESOLUTION_FAILURE",
        ),
        (
            &format!("{{ {} }}", "hello ".repeat(21)),
            "QUERY_TOO_EXPENSIVE",
        ),
        (&format!("{{ hello(text: {deep}) }}"), "QUERY_TOO_EXPENSIVE"),
        (
            &format!("query($t: String = {deep}) {{ hello(text: $t) }}"),
            "QUERY_TOO_EXPENSIVE",
        ),
        (
            &format!("{{ hello @skip(if: {deep}) }}"),
            "QUERY_TOO_EXPENSIVE",
        ),
        (&doubling, "QUERY_TOO_EXPENSIVE"),
    ] {
        service.query(GRAPHQL, query).await.is(400, code);
        service.query(JSON, query).await.is(200, code);
    }
    let wrong = json!({"query": "query($n: Int) { number(of: $n) }", "variables": {"n": "canary"}});
    let answer = service.post(GRAPHQL, &wrong).await;
    answer.is(400, "BAD_USER_INPUT");
    assert!(!answer.body.to_string().contains("canary"));
    service.post(JSON, &wrong).await.is(200, "BAD_USER_INPUT");
    let unknown = json!({"query": "query A { hello }", "operationName": "B"});
    service
        .post(GRAPHQL, &unknown)
        .await
        .is(400, "OPERATION_RESOLUTION_FAILURE");
}

#[tokio::test]
async fn malformed_requests_are_400_whatever_is_accepted() {
    let service = service();
    let nested = format!(
        "{{\"query\": \"{{hello}}\", \"variables\": {}1{}}}",
        "{\"a\":".repeat(200),
        "}".repeat(200)
    );
    for body in [
        "",
        "{",
        "null",
        "\"text\"",
        "[{\"query\": \"{ hello }\"}]",
        "{}",
        "{\"query\": null}",
        "{\"query\": 1}",
        "{\"query\": \"{ hello }\", \"operationName\": 1}",
        "{\"query\": \"{ hello }\", \"variables\": []}",
        "{\"query\": \"{ hello }\", \"variables\": \"{}\"}",
        "{\"query\": \"{ hello }\", \"extensions\": 1}",
        &nested,
    ] {
        for accept in [GRAPHQL, JSON] {
            service.post(accept, body).await.is(400, "BAD_REQUEST");
        }
    }
    let body = json!({"query": "{ hello }", "operationName": null, "variables": null, "extensions": null, "id": 1});
    assert_eq!(service.post(GRAPHQL, &body).await.status, 200);
}

#[tokio::test]
async fn mutations_over_get_and_other_methods_are_405_with_allow() {
    let service = service();
    for accept in [GRAPHQL, JSON] {
        let answer = service.get(accept, "query=mutation%7Badd%7D").await;
        answer.is(405, "METHOD_NOT_ALLOWED").header(ALLOW, "POST");
        for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS] {
            let request = Request::builder()
                .method(method)
                .uri("/graphql")
                .header(ACCEPT, accept);
            let answer = service.send(request.body(Body::empty()).unwrap()).await;
            answer
                .is(405, "METHOD_NOT_ALLOWED")
                .header(ALLOW, "GET, HEAD, POST");
        }
    }
    assert_eq!(
        service.query(GRAPHQL, "mutation { add }").await.body["data"],
        json!({"add": 1})
    );
}

#[tokio::test]
async fn media_types_that_are_not_ours_are_415_and_406() {
    let service = service();
    let send = |content_type: Option<&'static str>, encoding: Option<&'static str>| {
        let mut request = Request::post("/graphql").header(ACCEPT, GRAPHQL);
        if let Some(content_type) = content_type {
            request = request.header(CONTENT_TYPE, content_type);
        }
        if let Some(encoding) = encoding {
            request = request.header(CONTENT_ENCODING, encoding);
        }
        let request = request
            .body(Body::from("{\"query\": \"{ hello }\"}"))
            .unwrap();
        service.send(request)
    };
    for content_type in [
        None,
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
        Some("multipart/form-data; boundary=x"),
        Some("application/graphql"),
        Some("application/json; charset=latin1"),
        Some("application/jsonp"),
    ] {
        send(content_type, None)
            .await
            .is(415, "UNSUPPORTED_MEDIA_TYPE");
    }
    send(Some(JSON), Some("gzip"))
        .await
        .is(415, "UNSUPPORTED_MEDIA_TYPE");
    for content_type in [
        JSON,
        "Application/JSON; charset=UTF-8",
        "application/json;charset=\"utf-8\"",
    ] {
        assert_eq!(send(Some(content_type), Some("identity")).await.status, 200);
    }
    let answer = service.query("text/html", "{ hello }").await;
    answer
        .is(406, "NOT_ACCEPTABLE")
        .header(CONTENT_TYPE, "application/json; charset=utf-8");
    service
        .get("application/json;q=0", "query=%7Bhello%7D")
        .await
        .is(406, "NOT_ACCEPTABLE");
}

#[tokio::test]
async fn bodies_over_the_limit_are_413_declared_or_not() {
    let service = service();
    let limit = Limits::default().body;
    let exact = |size: usize| {
        let body = "{\"query\": \"{ hello }\"}".to_owned();
        let rest = size - body.len();
        body + &" ".repeat(rest)
    };
    for accept in [GRAPHQL, JSON] {
        assert_eq!(service.post(accept, exact(limit)).await.status, 200);
        service
            .post(accept, exact(limit + 1))
            .await
            .is(413, "PAYLOAD_TOO_LARGE");
        let chunks = stream::repeat_with(|| Ok::<_, std::io::Error>(vec![b' '; 8_192]));
        let request = Request::post("/graphql")
            .header(CONTENT_TYPE, JSON)
            .header(ACCEPT, accept);
        // Endless: only counting while reading can end this.
        let answer = service
            .send(request.body(Body::from_stream(chunks)).unwrap())
            .await;
        answer.is(413, "PAYLOAD_TOO_LARGE");
        // Declared: refused without reading what never comes.
        let request = Request::post("/graphql")
            .header(CONTENT_TYPE, JSON)
            .header(ACCEPT, accept)
            .header(CONTENT_LENGTH, "99999999999999999999999999");
        let never = Body::from_stream(stream::pending::<Result<Vec<u8>, std::io::Error>>());
        service
            .send(request.body(never).unwrap())
            .await
            .is(413, "PAYLOAD_TOO_LARGE");
    }
}
