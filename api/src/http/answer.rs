//! What goes back: errors in one shape, whatever they come from, each with `extensions.code` and
//! `extensions.requestId`. To add a case, a function on [`Answers`].

use async_graphql::{Name, PathSegment};
use axum::body::Body;
use axum::http::header::{
    ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_TYPE, RETRY_AFTER, VARY, WWW_AUTHENTICATE,
};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};

use super::accept::Media;
use super::budget::Standing;
use super::graphql::{Executed, NotExecuted};
use super::params::Unreadable;
use crate::gate::Refused;
use crate::telemetry::{OperationKind, RequestScope};

const INTERNAL: &str = "INTERNAL_SERVER_ERROR";
const UNAVAILABLE: &str = "SERVICE_UNAVAILABLE";
const INTERNAL_MESSAGE: &str = "Something went wrong here that isn't your doing; try again, and report the requestId if it stays.";

/// Writes the answers to one request.
pub(super) struct Answers {
    pub(super) media: Media,
    pub(super) scope: RequestScope,
}

impl Answers {
    /// The body isn't JSON.
    pub(super) fn unsupported_media_type(&self) -> Response {
        let message = "Send the body as application/json in UTF-8, without a Content-Encoding.";
        self.error(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "UNSUPPORTED_MEDIA_TYPE",
            message,
        )
    }

    /// The caller takes neither media type.
    pub(super) fn not_acceptable(&self) -> Response {
        let message = "Accept application/graphql-response+json or application/json; there is no other answer.";
        self.error(StatusCode::NOT_ACCEPTABLE, "NOT_ACCEPTABLE", message)
    }

    /// Another method is needed.
    pub(super) fn method(&self, allow: &'static str, message: &str) -> Response {
        let answer = self.error(
            StatusCode::METHOD_NOT_ALLOWED,
            "METHOD_NOT_ALLOWED",
            message,
        );
        with(answer, ALLOW, HeaderValue::from_static(allow))
    }

    pub(super) fn unreadable(&self, why: &Unreadable, limit: usize) -> Response {
        match why {
            Unreadable::Malformed(message) => {
                self.error(StatusCode::BAD_REQUEST, "BAD_REQUEST", message)
            }
            Unreadable::TooLarge => {
                let message =
                    format!("The body is larger than {limit} bytes; send less in one request.");
                self.error(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", &message)
            }
            Unreadable::TooSlow => {
                let message = "The body took too long to come; send the request again, at once.";
                let answer = self.error(StatusCode::REQUEST_TIMEOUT, "REQUEST_TIMEOUT", message);
                // The rest of the body would be taken for the next request.
                with(answer, CONNECTION, HeaderValue::from_static("close"))
            }
        }
    }

    /// The gate has said no.
    pub(super) fn refused(&self, refused: &Refused) -> Response {
        let errors = refused.problems.iter().map(|problem| {
            let mut error = self.written(problem.code.as_str(), &problem.message);
            if let Some(at) = problem.location {
                error["locations"] = json!([{"line": at.line, "column": at.column}]);
            }
            error
        });
        self.send(
            self.request_error(),
            &json!({ "errors": errors.collect::<Vec<_>>() }),
        )
    }

    /// A request error that is about the operation, not about HTTP.
    pub(super) fn wrong_operation(&self, message: &str) -> Response {
        self.error(
            self.request_error(),
            "OPERATION_RESOLUTION_FAILURE",
            message,
        )
    }

    pub(super) fn not_executed(&self, why: NotExecuted) -> Response {
        // Rounded up: who comes back a moment too early is refused again.
        let later = |wait: std::time::Duration| {
            let seconds = u64::try_from(wait.as_millis().div_ceil(1_000)).unwrap_or(u64::MAX);
            HeaderValue::from(seconds.max(1))
        };
        match why {
            NotExecuted::Unauthenticated { message, challenge } => {
                let answer = self.error(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", &message);
                let plain = HeaderValue::from_static("Bearer");
                let challenge = HeaderValue::from_str(&challenge).unwrap_or(plain);
                with(answer, WWW_AUTHENTICATE, challenge)
            }
            NotExecuted::RateLimited(spent) => {
                let message = "You have sent too much at once; wait as Retry-After says.";
                let answer = self.error(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", message);
                let answer = with(answer, RETRY_AFTER, later(spent.wait));
                with_standing(answer, &spent.standing)
            }
            NotExecuted::Untrusted => {
                let message = "You may send nothing but trusted documents, and this is none; have \
                               it registered, and send its id as documentId.";
                self.error(self.request_error(), "DOCUMENT_NOT_TRUSTED", message)
            }
            NotExecuted::Unavailable { retry_after } => {
                let message = "The service can't answer just now; try again as Retry-After says.";
                let answer = self.error(StatusCode::SERVICE_UNAVAILABLE, UNAVAILABLE, message);
                with(answer, RETRY_AFTER, later(retry_after))
            }
        }
    }

    /// What an operation would cost and need; nothing was executed, so there is no data.
    pub(super) fn explained(&self, fields: &Value, cost: u64, limit: u64) -> Response {
        let cost = json!({ "requested": cost, "limit": limit });
        let extensions = json!({ "cost": cost, "explain": fields });
        self.send(
            StatusCode::OK,
            &json!({ "data": null, "extensions": extensions }),
        )
    }

    /// No trusted document has this id.
    pub(super) fn unknown_document(&self) -> Response {
        let message = "No trusted document has this id; send `sha256:` and the hash of a document \
                       that was registered, or its text as query.";
        self.error(self.request_error(), "DOCUMENT_NOT_FOUND", message)
    }

    /// The deadline has passed.
    pub(super) fn timed_out(&self, kind: OperationKind) -> Response {
        let message = match kind {
            OperationKind::Mutation => {
                "This took too long to wait for, and is still being done; send it again with the \
                 same idempotencyKey to hear what came of it."
            }
            _ => "This took too long; ask for less at once, or try again later.",
        };
        let answer = self.error(StatusCode::SERVICE_UNAVAILABLE, "TIMEOUT", message);
        with(answer, RETRY_AFTER, HeaderValue::from_static("5"))
    }

    /// Execution ended in a panic. By the specification a server's failure is a 5xx in both media
    /// types; nothing is known of the data, so there is none.
    pub(super) fn panicked(&self) -> Response {
        let request_id = self.scope.request_id();
        tracing::error!(request_id, "execution panicked");
        self.error(
            StatusCode::INTERNAL_SERVER_ERROR,
            INTERNAL,
            INTERNAL_MESSAGE,
        )
    }

    /// What execution gave, with its cost.
    pub(super) fn executed(&self, executed: Executed, cost: u64, limit: u64) -> Response {
        let Executed {
            mut response,
            standing,
        } = executed;
        for error in &mut response.errors {
            self.finish(error);
        }
        // The executor doesn't tell a request it won't execute from one whose data came out null;
        // only the latter's errors have a path.
        let refused = response.data == async_graphql::Value::Null
            && !response.errors.is_empty()
            && response.errors.iter().all(|error| error.path.is_empty());
        if refused {
            let ours = response
                .errors
                .iter()
                .any(|error| code(error) == Some(INTERNAL));
            let status = if ours {
                StatusCode::INTERNAL_SERVER_ERROR
            } else {
                self.request_error()
            };
            return self.send(status, &json!({ "errors": response.errors }));
        }
        if is_unavailable(&response) {
            let body = json!({ "errors": response.errors });
            let answer = self.send(StatusCode::SERVICE_UNAVAILABLE, &body);
            return with(answer, RETRY_AFTER, HeaderValue::from_static("2"));
        }
        let headers = std::mem::take(&mut response.http_headers);
        let mut price = async_graphql::indexmap::IndexMap::from([
            (Name::new("requested"), async_graphql::Value::from(cost)),
            (Name::new("limit"), limit.into()),
        ]);
        if let Some(standing) = &standing {
            price.insert(Name::new("remaining"), standing.remaining.into());
        }
        let response = response.extension("cost", async_graphql::Value::Object(price));
        let mut answer = self.send(StatusCode::OK, &response);
        if let Some(standing) = &standing {
            answer = with_standing(answer, standing);
        }
        for (name, value) in &headers {
            answer.headers_mut().append(name, value.clone());
        }
        answer
    }

    /// Gives an error of the executor its code and the request's id, and masks what has no code.
    fn finish(&self, error: &mut async_graphql::ServerError) {
        if code(error).is_none() {
            let (code, message) = if let Some(message) = wrong_input(&error.message) {
                ("BAD_USER_INPUT", message)
            } else {
                // Not the message: what is unknown may hold anything, a person's data too.
                let request_id = self.scope.request_id();
                tracing::error!(request_id, path = ?error.path, "unknown failure");
                (INTERNAL, INTERNAL_MESSAGE.to_owned())
            };
            error.message = message;
            error.extensions.get_or_insert_default().set("code", code);
        }
        let extensions = error.extensions.get_or_insert_default();
        extensions.set("requestId", self.scope.request_id());
    }

    fn request_error(&self) -> StatusCode {
        match self.media {
            Media::GraphQl => StatusCode::BAD_REQUEST,
            Media::Json => StatusCode::OK,
        }
    }

    fn error(&self, status: StatusCode, code: &str, message: &str) -> Response {
        self.send(status, &json!({ "errors": [self.written(code, message)] }))
    }

    fn written(&self, code: &str, message: &str) -> Value {
        json!({
            "message": message,
            "extensions": { "code": code, "requestId": self.scope.request_id() },
        })
    }

    fn send(&self, status: StatusCode, body: &impl serde::Serialize) -> Response {
        let (status, bytes) = match serde_json::to_vec(body) {
            Ok(bytes) => (status, bytes),
            // No type of ours does this; a resolver's own value could.
            Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, Vec::new()),
        };
        let mut answer = Response::new(Body::from(bytes));
        *answer.status_mut() = status;
        let headers = answer.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static(self.media.content_type()),
        );
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(VARY, HeaderValue::from_static("accept"));
        answer
    }
}

fn with(mut answer: Response, name: HeaderName, value: HeaderValue) -> Response {
    answer.headers_mut().insert(name, value);
    answer
}

/// The header fields of draft-ietf-httpapi-ratelimit-headers-10; the unit is the cost's.
fn with_standing(answer: Response, standing: &Standing) -> Response {
    let Standing { bucket, remaining } = standing;
    let full = standing.seconds_to_full();
    let window = bucket.burst.get().div_ceil(bucket.per_second.get());
    let policy = format!("\"cost\";q={};w={window}", bucket.burst);
    let state = format!("\"cost\";r={remaining};t={full}");
    let mut answer = answer;
    for (name, value) in [("ratelimit-policy", policy), ("ratelimit", state)] {
        // Digits and the letters above: always a header's value.
        if let Ok(value) = HeaderValue::from_str(&value) {
            answer = with(answer, HeaderName::from_static(name), value);
        }
    }
    answer
}

/// Whether every field that was asked for failed because the database is away. Then nothing was
/// answered and nothing was done: the whole request can be sent again.
fn is_unavailable(response: &async_graphql::Response) -> bool {
    let errors = &response.errors;
    let failed = |name: &Name| {
        errors.iter().any(|error| match error.path.first() {
            Some(PathSegment::Field(field)) => field == name.as_str(),
            _ => false,
        })
    };
    let nothing = match &response.data {
        async_graphql::Value::Object(fields) => fields
            .iter()
            .all(|(name, value)| *value == async_graphql::Value::Null && failed(name)),
        data => *data == async_graphql::Value::Null,
    };
    let is_away = |error| code(error) == Some(UNAVAILABLE);
    nothing && !errors.is_empty() && errors.iter().all(is_away)
}

fn code(error: &async_graphql::ServerError) -> Option<&str> {
    match error.extensions.as_ref()?.get("code")? {
        async_graphql::Value::String(code) => Some(code),
        _ => None,
    }
}

/// A value that a scalar or input type of ours didn't take, in the executor's words. They repeat
/// the value; the type's name, which comes first in quotes, is what is kept of them.
fn wrong_input(message: &str) -> Option<String> {
    let rest = message
        .strip_prefix("Failed to parse \"")
        .or_else(|| message.strip_prefix("Expected input type \""))?;
    let (ty, _) = rest.split_once('"')?;
    let is_type = !ty.is_empty()
        && ty
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_[]!".contains(&byte));
    is_type.then(|| {
        format!("A value isn't a valid {ty}; the type's description in the schema says what is.")
    })
}
