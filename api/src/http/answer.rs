//! What goes back: errors in one shape, whatever they come from, each with `extensions.code` and
//! `extensions.requestId`. To add a case, a function on [`Answers`].

use std::io;
use std::time::Duration;

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
use super::params::Unreadable;
use super::passage::{NotExecuted, Stopped};
use crate::gate::{self, Refused};
use crate::telemetry::{OperationKind, RequestScope};

const INTERNAL: &str = "INTERNAL_SERVER_ERROR";
const UNAVAILABLE: &str = "SERVICE_UNAVAILABLE";
const INTERNAL_MESSAGE: &str = "Something went wrong here that isn't your doing; try again, and report the requestId if it stays.";

/// The largest answer, in bytes, before it is compressed. What keeps within the limits of a request is
/// smaller by far, but nobody can promise it of every text in a database.
const LARGEST: usize = 16 * 1024 * 1024;

/// Writes the answers to one request.
pub(super) struct Answers {
    pub(super) media: Media,
    pub(super) scope: RequestScope,
    /// Errors in one answer.
    pub(super) most_errors: usize,
}

/// What an operation costs, and where that leaves its caller.
pub(super) struct Price {
    pub(super) requested: u64,
    pub(super) limit: u64,
    /// None where nothing is counted.
    pub(super) standing: Option<Standing>,
}

impl Price {
    fn numbers(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let remaining = self.standing.map(|standing| u64::from(standing.remaining));
        let numbers = [
            ("requested", Some(self.requested)),
            ("limit", Some(self.limit)),
            ("remaining", remaining),
        ];
        numbers
            .into_iter()
            .filter_map(|(name, number)| Some((name, number?)))
    }

    /// As `extensions.cost`.
    fn told(&self) -> Value {
        self.numbers().collect()
    }
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
            Unreadable::NoRoom => {
                let answer = self.not_executed(NotExecuted::CROWDED);
                with(answer, CONNECTION, HeaderValue::from_static("close"))
            }
        }
    }

    /// The request hasn't passed; one operation may cost `limit`.
    pub(super) fn stopped(&self, why: Stopped, limit: u64) -> Response {
        match why {
            Stopped::NotExecuted(why) => self.not_executed(why),
            Stopped::UnknownDocument => self.unknown_document(),
            Stopped::Refused(refused, standing) => self.refused(&refused, limit, standing),
            Stopped::WrongWay(kind, standing) => standing_at(self.wrong_way(kind), standing),
        }
    }

    /// The gate has said no.
    fn refused(&self, refused: &Refused, limit: u64, standing: Option<Standing>) -> Response {
        let errors = refused.problems.iter().map(|problem| {
            let mut error = self.written(problem.code.as_str(), &problem.message);
            if let Some(at) = problem.location {
                error["locations"] = json!([{"line": at.line, "column": at.column}]);
            }
            error
        });
        let mut body = json!({ "errors": errors.collect::<Vec<_>>() });
        if let Some(requested) = refused.cost {
            let price = Price {
                requested,
                limit,
                standing,
            };
            body["extensions"] = json!({ "cost": price.told() });
        }
        standing_at(self.send(self.request_error(), &body), standing)
    }

    /// The operation is of a kind that can't come this way.
    fn wrong_way(&self, kind: gate::OperationKind) -> Response {
        match kind {
            gate::OperationKind::Subscription => {
                let message = "One answer can't carry a subscription; send a query or a mutation \
                               here.";
                self.error(
                    self.request_error(),
                    "OPERATION_RESOLUTION_FAILURE",
                    message,
                )
            }
            _ => self.method(
                "POST",
                "A mutation changes things; send it as a POST request.",
            ),
        }
    }

    pub(super) fn not_executed(&self, why: NotExecuted) -> Response {
        // Rounded up: who comes back a moment too early is refused again.
        let later = |wait: Duration| {
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
                standing_at(answer, Some(spent.standing))
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

    /// What an operation would cost and need, but for so many fields; nothing was executed, so there
    /// is no data.
    pub(super) fn explained(&self, fields: &Value, left_out: u64, price: &Price) -> Response {
        let mut extensions = json!({ "cost": price.told(), "explain": fields });
        if left_out > 0 {
            extensions["explainLeftOut"] = left_out.into();
        }
        let body = json!({ "data": null, "extensions": extensions });
        standing_at(self.send(StatusCode::OK, &body), price.standing)
    }

    /// No trusted document has this id.
    fn unknown_document(&self) -> Response {
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

    /// Reading, admitting or executing it ended in a panic. By the specification a server's failure is a
    /// 5xx in both media types; nothing is known of the data, so there is none.
    pub(super) fn panicked(&self) -> Response {
        let request_id = self.scope.request_id();
        tracing::error!(request_id, "a request panicked");
        self.error(
            StatusCode::INTERNAL_SERVER_ERROR,
            INTERNAL,
            INTERNAL_MESSAGE,
        )
    }

    /// What execution gave, with its cost. Of many errors the first are told, and how many more there
    /// were.
    pub(super) fn executed(
        &self,
        mut response: async_graphql::Response,
        price: &Price,
    ) -> Response {
        let left_out = response.errors.len().saturating_sub(self.most_errors);
        response.errors.truncate(self.most_errors);
        if left_out > 0 {
            response = response.extension("errorsLeftOut", left_out.into());
        }
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
            let answer = self.send(status, &json!({ "errors": response.errors }));
            return standing_at(answer, price.standing);
        }
        if is_unavailable(&response) {
            let body = json!({ "errors": response.errors });
            let answer = self.send(StatusCode::SERVICE_UNAVAILABLE, &body);
            let answer = with(answer, RETRY_AFTER, HeaderValue::from_static("2"));
            return standing_at(answer, price.standing);
        }
        let headers = std::mem::take(&mut response.http_headers);
        let numbers = price.numbers();
        let told = numbers.map(|(name, number)| (Name::new(name), number.into()));
        let response = response.extension("cost", async_graphql::Value::Object(told.collect()));
        let mut answer = standing_at(self.send(StatusCode::OK, &response), price.standing);
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

    /// The answer was more than anybody reads.
    fn too_large(&self) -> Response {
        let message = "The answer is larger than 16 MiB; ask for smaller pages (first), fewer fields \
                       or shorter aliases. If it was a mutation, it is done: read what came of it.";
        self.error(self.request_error(), "ANSWER_TOO_LARGE", message)
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
        let mut written = Written(Vec::new());
        let (status, bytes) = match serde_json::to_writer(&mut written, body) {
            Ok(()) => (status, written.0),
            Err(error) if error.is_io() => return self.too_large(),
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

/// A body as it is written, as far as it may grow.
struct Written(Vec<u8>);

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > LARGEST {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The header fields of draft-ietf-httpapi-ratelimit-headers-10, where something is counted; the unit
/// is the cost's.
fn standing_at(answer: Response, standing: Option<Standing>) -> Response {
    let Some(standing) = standing else {
        return answer;
    };
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
