//! The corpus of bad input, against the real service: in a process of its own, over real sockets.
//!
//! After each case the process lives, answers a control query within 100 ms, holds no more memory
//! than before (but for 5 MB), and has nothing of what was sent in its log
//! ([`Service::withstands`]). What is answered is the row of `docs/errors.md`'s table.
//!
//! **One more case:** a line in the table it is like. A case that needs more than one request and one
//! answer calls [`Service::withstands`] itself.

use nabij_tests::{
    Person, Town,
    fuzz::MARK,
    service::{Listening, Service},
    wire::Reply,
};
use serde_json::{Value, json};

mod browsers;
mod budgets;
mod connections;
mod crowd;
mod data;
mod documents;
mod ending;
mod http;
mod http2;
mod panics;
mod probes;
mod requests;
mod sign_in;
mod slow;

/// A town and its service.
struct Scene {
    service: Service,
    rosa: Person,
    town: Town,
}

impl Scene {
    async fn set(listening: Listening) -> Self {
        let town = Town::start().await;
        let rosa = town.ambassador("Rosa", &["Alsemberg"]).await;
        Self {
            service: Service::of(&town, env!("CARGO_BIN_EXE_service"), listening),
            rosa,
            town,
        }
    }

    /// Sends each case, and looks at what is answered and at what is left of the service.
    async fn withstands(&self, cases: Vec<Case>) {
        for case in cases {
            self.service
                .withstands(&case.name, async |service: &Service| {
                    let reply = service.hears(&case.bytes).await;
                    case.compare(reply.as_ref());
                    let Some(reply) = reply else { return };
                    let id = reply.header("x-request-id");
                    let log = service.log();
                    assert!(log.contains(&id), "{}: no line in the log", case.name);
                })
                .await;
        }
    }
}

/// What is sent, and what is to come back.
struct Case {
    name: String,
    bytes: Vec<u8>,
    /// The statuses that may come back; none: the connection is closed without an answer.
    statuses: Vec<u16>,
    /// The code of the error; empty when there is none.
    code: &'static str,
    /// Headers by name, each with a part of its value; an empty one says that it isn't there.
    headers: Vec<(&'static str, String)>,
}

impl Case {
    /// Any bytes, of which nothing comes but one of these statuses.
    fn raw(name: &str, bytes: impl Into<Vec<u8>>, statuses: &[u16]) -> Self {
        Self {
            name: name.to_owned(),
            bytes: bytes.into(),
            statuses: statuses.to_vec(),
            code: "",
            headers: Vec::new(),
        }
    }

    /// A request that is answered with this status and code.
    fn new(name: &str, request: &Message, status: u16, code: &'static str) -> Self {
        Self {
            code,
            ..Self::raw(name, request.bytes(), &[status])
        }
    }

    /// The answer has this header, and this in its value; an empty text: it hasn't.
    fn with(mut self, header: &'static str, part: impl Into<String>) -> Self {
        self.headers.push((header, part.into()));
        self
    }

    fn compare(&self, reply: Option<&Reply>) {
        let name = &self.name;
        let Some(reply) = reply else {
            assert!(self.statuses.is_empty(), "{name}: no answer");
            return;
        };
        let text = reply.text();
        assert!(
            self.statuses.contains(&reply.status),
            "{name}: {} {text}",
            reply.status
        );
        assert!(!text.contains(MARK), "{name}: it repeats {text}");
        if !self.code.is_empty() {
            assert_eq!(reply.code(), self.code, "{name}: {text}");
            is_an_error(name, reply);
        }
        for (header, part) in &self.headers {
            let value = reply.header(header);
            let fits = if part.is_empty() {
                value.is_empty()
            } else {
                value.contains(part.as_str())
            };
            assert!(fits, "{name}: {header} is {value:?}, not {part:?}");
        }
    }
}

/// The shape of every error of ours, and what its answer says beside it.
fn is_an_error(name: &str, reply: &Reply) {
    let body = reply.json();
    assert!(
        body.get("data").is_none_or(Value::is_null),
        "{name}: {body}"
    );
    let errors = body["errors"].as_array().cloned().unwrap_or_default();
    assert!((1..=20).contains(&errors.len()), "{name}: {body}");
    for error in errors {
        assert!(error["message"].is_string(), "{name}: {body}");
        let id = error["extensions"]["requestId"].as_str();
        assert_eq!(id, Some(&*reply.header("x-request-id")), "{name}: {body}");
    }
    is_careful(name, reply);
    assert_eq!(reply.header("cache-control"), "no-store", "{name}");
    let vary = reply.header("vary");
    assert!(vary.contains("accept"), "{name}: vary is {vary}");
}

/// What every answer of the service says to browsers.
fn is_careful(name: &str, reply: &Reply) {
    for (header, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("strict-transport-security", "max-age=31536000"),
        (
            "content-security-policy",
            "default-src 'none'; frame-ancestors 'none'",
        ),
    ] {
        assert_eq!(reply.header(header), value, "{name}: {header}");
    }
    assert!(!reply.header("x-request-id").is_empty(), "{name}");
}

/// A request in HTTP/1.1.
#[derive(Clone)]
struct Message {
    line: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Message {
    fn new(method: &str, path: &str) -> Self {
        Self {
            line: format!("{method} {path} HTTP/1.1"),
            headers: Vec::new(),
            body: Vec::new(),
        }
        .and("host", "nabij.example")
        .and("accept", "application/graphql-response+json")
    }

    /// A request with a body of these bytes.
    fn post(body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        let length = body.len().to_string();
        let message = Self::new("POST", "/graphql")
            .and("content-type", "application/json")
            .and("content-length", &length);
        Self { body, ..message }
    }

    /// A document.
    fn query(text: &str) -> Self {
        Self::json(&json!({ "query": text }))
    }

    /// A document with its variables.
    fn asks(text: &str, variables: &Value) -> Self {
        Self::json(&json!({ "query": text, "variables": variables }))
    }

    fn json(body: &Value) -> Self {
        Self::post(body.to_string())
    }

    /// One more header, beside those of the same name.
    fn and(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// This header instead of those of the same name.
    fn by(mut self, name: &str, value: &str) -> Self {
        self = self.without(name);
        self.and(name, value)
    }

    fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = format!("{}\r\n", self.line).into_bytes();
        for (name, value) in &self.headers {
            bytes.extend(format!("{name}: {value}\r\n").into_bytes());
        }
        bytes.extend(b"\r\n");
        bytes.extend(&self.body);
        bytes
    }
}

/// A query that anybody may ask.
const PLACES: &str = "{ neighbourhoods(first: 1) { nodes { name } } }";
