//! One request and its answer: GraphQL over HTTP, with patience where a second attempt is safe.

use std::time::Duration;

use graphql_client::{GraphQLQuery, Response};
use reqwest::{
    StatusCode,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, RETRY_AFTER},
    redirect,
};
use serde_json::Value;

use crate::{
    failure::{Exit, Failure},
    settings::{Settings, is_loopback},
};

/// How long a run waits before its second, third and fourth attempt.
pub const PAUSES: &[Duration] = &[
    Duration::from_millis(250),
    Duration::from_secs(1),
    Duration::from_secs(4),
];

/// Longest wait that a service's `Retry-After` is followed for.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const ANSWER_TIMEOUT: Duration = Duration::from_mins(1);

const MEDIA: &str = "application/graphql-response+json, application/json;q=0.9";

/// Somebody who asks the service.
pub(crate) struct Client {
    http: reqwest::Client,
    settings: Settings,
    pauses: Vec<Duration>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer<T> {
    pub(crate) data: T,
    pub(crate) request_id: Option<String>,
    /// Whether an earlier attempt went out whose answer never came.
    pub(crate) repeated: bool,
}

/// An attempt that failed.
struct Missed {
    failure: Box<Failure>,
    /// Whether another attempt may go better.
    transient: bool,
    /// How long the service asks to wait.
    after: Option<Duration>,
}

impl Missed {
    fn finally(failure: Failure) -> Self {
        Self {
            failure: failure.into(),
            transient: false,
            after: None,
        }
    }
}

impl Client {
    /// # Errors
    /// When the system can't do TLS.
    pub(crate) fn new(settings: Settings, pauses: &[Duration]) -> Result<Self, Failure> {
        let builder = reqwest::Client::builder()
            .user_agent(concat!("nabij-admin/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(ANSWER_TIMEOUT)
            // A token goes where it was meant to go.
            .redirect(redirect::Policy::none());
        // No proxy can reach this very machine.
        let builder = if is_loopback(&settings.endpoint) {
            builder.no_proxy()
        } else {
            builder
        };
        let http = builder.build().map_err(|_| {
            Failure::usage(
                "Connections can't be secured: this system's certificates can't be read.",
                "Install the system's CA certificates (package ca-certificates).",
            )
        })?;
        Ok(Self {
            http,
            settings,
            pauses: pauses.to_vec(),
        })
    }

    /// # Errors
    /// When there is no token.
    pub(crate) fn expect_token(&self) -> Result<(), Failure> {
        if self.settings.token.is_some() {
            return Ok(());
        }
        Err(Failure::new(
            Exit::SignIn,
            "You aren't signed in: there is no token.",
            "Put it in the environment variable NABIJ_TOKEN, or in a file and give --token-file.",
        ))
    }

    /// Asks a query, or does a mutation that can be repeated because it has an idempotency key or
    /// writes nothing; several times if need be. Any other mutation needs a way of its own, without
    /// pauses.
    ///
    /// # Errors
    /// What the last attempt came to.
    pub(crate) async fn ask<Q: GraphQLQuery>(
        &self,
        variables: Q::Variables,
    ) -> Result<Answer<Q::ResponseData>, Failure> {
        let body = serde_json::to_vec(&Q::build_query(variables))
            .map_err(|_| incomprehensible("The request can't be written as JSON."))?;
        let mut pauses = self.pauses.iter();
        let mut repeated = false;
        loop {
            let missed = match self.attempt(body.clone()).await {
                Ok((data, request_id)) => {
                    return Ok(Answer {
                        data,
                        request_id,
                        repeated,
                    });
                }
                Err(missed) => missed,
            };
            let Some(pause) = pauses.next().filter(|_| missed.transient) else {
                return Err(*missed.failure);
            };
            tokio::time::sleep(missed.after.unwrap_or_default().max(*pause)).await;
            repeated = true;
        }
    }

    async fn attempt<T: serde::de::DeserializeOwned>(
        &self,
        body: Vec<u8>,
    ) -> Result<(T, Option<String>), Missed> {
        let mut request = self
            .http
            .post(self.settings.endpoint.clone())
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, MEDIA)
            .body(body);
        if let Some(token) = &self.settings.token {
            request = request.header(AUTHORIZATION, token.header());
        }
        let answer = request
            .send()
            .await
            .map_err(|error| self.unreached(&error))?;
        let status = answer.status();
        let headers = answer.headers().clone();
        let body = answer
            .bytes()
            .await
            .map_err(|error| self.unreached(&error))?;
        read(status, &headers, &body)
    }

    fn unreached(&self, error: &reqwest::Error) -> Missed {
        // The error's own text may hold the address with what somebody wrote in it.
        let how = if error.is_timeout() {
            "didn't answer in time"
        } else if error.is_connect() {
            "can't be reached"
        } else {
            "broke off the connection"
        };
        let origin = self.settings.endpoint.origin().ascii_serialization();
        Missed {
            failure: Box::new(Failure::new(
                Exit::Unavailable,
                format!("The service at {origin} {how}."),
                "Check that it runs, the address (--url or NABIJ_URL), and the network between.",
            )),
            transient: true,
            after: None,
        }
    }
}

fn incomprehensible(what: &'static str) -> Failure {
    Failure::new(
        Exit::Unexpected,
        what,
        "Check that the address is that of a Nabij service, and that this client is of the same \
         release.",
    )
}

/// Reads an answer.
fn read<T: serde::de::DeserializeOwned>(
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<(T, Option<String>), Missed> {
    let text = |name: &str| {
        let value = headers.get(name)?.to_str().ok()?;
        Some(value.to_owned())
    };
    let request_id = text("x-request-id");
    let after = text(RETRY_AFTER.as_str())
        .and_then(|seconds| seconds.parse().ok())
        .map(|seconds| Duration::from_secs(seconds).min(LONGEST_PAUSE));
    let answer: Option<Response<Value>> = serde_json::from_slice(body).ok();
    let Some(answer) = answer else {
        let mut missed = from_status(status);
        missed.after = after;
        missed.failure.request_id = request_id;
        return Err(missed);
    };
    if let Some(error) = answer.errors.iter().flatten().next() {
        let extension = |name: &str| {
            let value = error.extensions.as_ref()?.get(name)?.as_str()?;
            Some(value.to_owned())
        };
        let code = extension("code").unwrap_or_default();
        let (exit, transient, advice) = meaning(&code, status);
        return Err(Missed {
            failure: Box::new(
                Failure::new(exit, error.message.clone(), advice)
                    .with_request_id(extension("requestId").or(request_id)),
            ),
            transient,
            after,
        });
    }
    let data = answer
        .data
        .filter(|_| status.is_success())
        .and_then(|data| serde_json::from_value(data).ok());
    match data {
        Some(data) => Ok((data, request_id)),
        None => Err(Missed::finally(
            incomprehensible("The service's answer isn't what this client expects.")
                .with_request_id(request_id),
        )),
    }
}

/// An answer that isn't GraphQL at all.
fn from_status(status: StatusCode) -> Missed {
    match status {
        StatusCode::BAD_GATEWAY
        | StatusCode::SERVICE_UNAVAILABLE
        | StatusCode::GATEWAY_TIMEOUT
        | StatusCode::TOO_MANY_REQUESTS => Missed {
            failure: Box::new(Failure::new(
                Exit::Unavailable,
                format!("The service is unavailable (HTTP {}).", status.as_u16()),
                "Try again in a while.",
            )),
            transient: true,
            after: None,
        },
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Missed::finally(Failure::new(
            Exit::SignIn,
            format!("The service doesn't let you in (HTTP {}).", status.as_u16()),
            "Get a new token.",
        )),
        status if status.is_redirection() => Missed::finally(Failure::new(
            Exit::Unexpected,
            "The address points on to another one.",
            "Give the service's own address: a token isn't sent on to another.",
        )),
        _ => Missed::finally(incomprehensible(
            "What answers at this address isn't a Nabij service.",
        )),
    }
}

/// What an error code means for the run: the exit, whether another attempt may go better, and what
/// to do. The codes are those of `docs/errors.md`.
fn meaning(code: &str, status: StatusCode) -> (Exit, bool, &'static str) {
    match code {
        "UNAUTHENTICATED" => (
            Exit::SignIn,
            false,
            "Get a new token and put it in NABIJ_TOKEN or in the file of --token-file.",
        ),
        "FORBIDDEN" => (
            Exit::SignIn,
            false,
            "Sign in as somebody whose role allows it.",
        ),
        "SERVICE_UNAVAILABLE" | "OUTCOME_UNKNOWN" | "RATE_LIMITED" | "TIMEOUT" => {
            (Exit::Unavailable, true, "Try again in a while.")
        }
        "BAD_USER_INPUT" => (Exit::Refused, false, "Correct what the message names."),
        "INTERNAL_SERVER_ERROR" => (
            Exit::Unexpected,
            false,
            "Report it with the request id to whoever runs the service.",
        ),
        _ if status == StatusCode::SERVICE_UNAVAILABLE => {
            (Exit::Unavailable, true, "Try again in a while.")
        }
        _ => (
            Exit::Unexpected,
            false,
            "Check that this client is of the same release as the service.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn reading(status: u16, body: &str) -> Result<Value, Missed> {
        let mut headers = HeaderMap::new();
        headers.insert("x-request-id", "from-header".parse().unwrap());
        headers.insert(RETRY_AFTER, "7".parse().unwrap());
        let status = StatusCode::from_u16(status).unwrap();
        read(status, &headers, body.as_bytes()).map(|(data, _)| data)
    }

    fn error(code: &str) -> String {
        let extensions = json!({ "code": code, "requestId": "r-1" });
        json!({ "errors": [{ "message": "No.", "extensions": extensions }] }).to_string()
    }

    #[test]
    fn data_is_data() {
        assert_eq!(
            reading(200, r#"{"data":{"a":1}}"#).ok(),
            Some(json!({ "a": 1 }))
        );
    }

    #[test]
    fn each_code_has_its_exit() {
        for (status, code, exit, transient) in [
            (401, "UNAUTHENTICATED", Exit::SignIn, false),
            (200, "FORBIDDEN", Exit::SignIn, false),
            (503, "SERVICE_UNAVAILABLE", Exit::Unavailable, true),
            (200, "SERVICE_UNAVAILABLE", Exit::Unavailable, true),
            (200, "OUTCOME_UNKNOWN", Exit::Unavailable, true),
            (429, "RATE_LIMITED", Exit::Unavailable, true),
            (400, "BAD_USER_INPUT", Exit::Refused, false),
            (400, "GRAPHQL_VALIDATION_FAILED", Exit::Unexpected, false),
            (500, "INTERNAL_SERVER_ERROR", Exit::Unexpected, false),
        ] {
            let missed = reading(status, &error(code)).unwrap_err();
            assert_eq!(missed.failure.exit, exit, "{code}");
            assert_eq!(missed.transient, transient, "{code}");
            assert_eq!(missed.failure.request_id.as_deref(), Some("r-1"));
            assert_eq!(missed.after, Some(Duration::from_secs(7)));
        }
    }

    #[test]
    fn what_is_not_graphql_is_judged_by_its_status() {
        for (status, exit, transient) in [
            (502, Exit::Unavailable, true),
            (504, Exit::Unavailable, true),
            (401, Exit::SignIn, false),
            (301, Exit::Unexpected, false),
            (404, Exit::Unexpected, false),
            (200, Exit::Unexpected, false),
        ] {
            let missed = reading(status, "<html>").unwrap_err();
            assert_eq!(missed.failure.exit, exit, "{status}");
            assert_eq!(missed.transient, transient, "{status}");
            assert_eq!(missed.failure.request_id.as_deref(), Some("from-header"));
        }
        // JSON, but from somebody else.
        for other in ["{}", r#"{"data":null}"#, "[]"] {
            let missed = reading(200, other).unwrap_err();
            assert_eq!(missed.failure.exit, Exit::Unexpected, "{other}");
        }
    }
}
