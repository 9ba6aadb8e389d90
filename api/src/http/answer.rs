//! What goes back: errors in one shape, whatever they come from, each with `extensions.code` and
//! `extensions.requestId`. To add a case, a function on [`Answers`].

use axum::body::Body;
use axum::http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, VARY, WWW_AUTHENTICATE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};

use super::accept::Media;
use super::graphql::NotExecuted;
use super::params::Unreadable;
use crate::gate::Refused;
use crate::telemetry::RequestScope;

const INTERNAL: &str = "INTERNAL_SERVER_ERROR";
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
        let later = |seconds: std::time::Duration| HeaderValue::from(seconds.as_secs().max(1));
        match why {
            NotExecuted::Unauthenticated { message, challenge } => {
                let answer = self.error(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", &message);
                let plain = HeaderValue::from_static("Bearer");
                let challenge = HeaderValue::from_str(&challenge).unwrap_or(plain);
                with(answer, WWW_AUTHENTICATE, challenge)
            }
            NotExecuted::RateLimited { retry_after } => {
                let message = "You have sent too much at once; wait as Retry-After says.";
                let answer = self.error(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", message);
                with(answer, RETRY_AFTER, later(retry_after))
            }
            NotExecuted::Unavailable { retry_after } => {
                let message = "The service can't answer just now; try again as Retry-After says.";
                let answer = self.error(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "SERVICE_UNAVAILABLE",
                    message,
                );
                with(answer, RETRY_AFTER, later(retry_after))
            }
        }
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
    pub(super) fn executed(
        &self,
        mut response: async_graphql::Response,
        cost: u64,
        limit: u64,
    ) -> Response {
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
        let headers = std::mem::take(&mut response.http_headers);
        let cost = async_graphql::value!({ "requested": (cost), "limit": (limit) });
        let response = response.extension("cost", cost);
        let mut answer = self.send(StatusCode::OK, &response);
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
