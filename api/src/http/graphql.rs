//! `POST /graphql` and, for queries only, `GET /graphql`, by the GraphQL-over-HTTP specification:
//! media types and parameters first, then the gate, then whoever executes.
//!
//! What executes is an [`Execute`], so this file knows no schema. A new reason not to execute is a
//! variant of [`NotExecuted`] and its answer in `answer.rs`.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Extension, Request, State};
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use axum::routing::any;
use futures_util::FutureExt;

use super::accept::{self, Media};
use super::answer::Answers;
use super::params;
use crate::gate::{self, Admitted, Gate, GraphQlRequest};
use crate::telemetry::{OperationKind, RequestScope};

/// Executes what the gate has admitted.
pub trait Execute: Send + Sync + 'static {
    /// Signs the caller in and executes.
    ///
    /// A mutation runs in a task of its own and to its end, also when the caller has gone: don't
    /// race it against a timeout. A query is dropped with its request.
    ///
    /// # Errors
    /// When it is not executed at all. What goes wrong in fields belongs in the response, with its
    /// code in `extensions.code`; an error without one is masked.
    fn execute(
        &self,
        admitted: Admitted,
        caller: Caller,
    ) -> impl Future<Output = Result<async_graphql::Response, NotExecuted>> + Send;
}

/// Where a request comes from.
#[derive(Debug)]
pub struct Caller {
    /// Its headers, the token among them.
    pub headers: HeaderMap,
    /// Its id, and what the log learns of it.
    pub scope: RequestScope,
}

/// Why a request was not executed. No text may repeat what was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotExecuted {
    /// The token is missing, expired or revoked: 401.
    Unauthenticated {
        /// What to do, for the error.
        message: String,
        /// The whole value of `WWW-Authenticate`.
        challenge: String,
    },
    /// The caller has used up what it may: 429.
    RateLimited {
        /// When to come back; at least a second is said.
        retry_after: Duration,
    },
    /// The service is overloaded or its database is away: 503.
    Unavailable {
        /// When to come back; at least a second is said.
        retry_after: Duration,
    },
}

struct Endpoint<E> {
    gate: Arc<Gate>,
    executor: Arc<E>,
}

impl<E> Clone for Endpoint<E> {
    fn clone(&self) -> Self {
        Self {
            gate: Arc::clone(&self.gate),
            executor: Arc::clone(&self.executor),
        }
    }
}

/// The route `/graphql`. [`telemetry::request_line`](crate::telemetry::request_line) must be a
/// layer around it: it gives each request the [`RequestScope`] that is asked for here.
pub fn router<E: Execute>(gate: Arc<Gate>, executor: Arc<E>) -> Router {
    Router::new()
        .route("/graphql", any(handle::<E>))
        .with_state(Endpoint { gate, executor })
}

async fn handle<E: Execute>(
    State(endpoint): State<Endpoint<E>>,
    Extension(scope): Extension<RequestScope>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let accepted = accept::negotiate(&parts.headers);
    let answers = Answers {
        media: accepted.unwrap_or(Media::Json),
        scope: scope.clone(),
    };

    let reads = parts.method == Method::GET || parts.method == Method::HEAD;
    if !reads && parts.method != Method::POST {
        return answers.method(
            "GET, HEAD, POST",
            "Send a POST request, or a GET request for a query.",
        );
    }
    if accepted.is_none() {
        return answers.not_acceptable();
    }
    let limit = endpoint.gate.limits().body;
    let params = if reads {
        params::of_uri(&parts.uri)
    } else if accept::sends_json(&parts.headers) {
        match params::read_body(&parts.headers, body, limit).await {
            Ok(body) => params::of_json(&body),
            Err(why) => Err(why),
        }
    } else {
        return answers.unsupported_media_type();
    };
    let params = match params {
        Ok(params) => params,
        Err(why) => return answers.unreadable(&why, limit),
    };

    let admitted = endpoint.gate.admit(&GraphQlRequest {
        query: &params.query,
        operation_name: params.operation_name.as_deref(),
        variables: &params.variables,
    });
    let admitted = match admitted {
        Ok(admitted) => admitted,
        Err(refused) => return answers.refused(&refused),
    };
    let kind = match admitted.kind {
        gate::OperationKind::Query => OperationKind::Query,
        gate::OperationKind::Mutation => OperationKind::Mutation,
        gate::OperationKind::Subscription => OperationKind::Subscription,
    };
    scope.operation(admitted.operation_name.as_deref(), kind);
    match kind {
        OperationKind::Mutation if reads => {
            return answers.method(
                "POST",
                "A mutation changes things; send it as a POST request.",
            );
        }
        OperationKind::Subscription => {
            return answers.wrong_operation(
                "One answer can't carry a subscription; send a query or a mutation here.",
            );
        }
        OperationKind::Query | OperationKind::Mutation => {}
    }

    let (cost, cost_limit) = (admitted.cost, admitted.cost_limit);
    let caller = Caller {
        headers: parts.headers,
        scope,
    };
    let executor = endpoint.executor;
    let execution = async move {
        let execution = executor.execute(admitted, caller);
        // The future is gone after a panic, and what it shared guards itself (locks, transactions).
        AssertUnwindSafe(execution).catch_unwind().await.ok()
    };
    let outcome = if kind == OperationKind::Mutation {
        // In its own task, so that a caller who leaves can't cut it off between two statements.
        tokio::spawn(execution).await.ok().flatten()
    } else {
        execution.await
    };
    match outcome {
        Some(Ok(response)) => answers.executed(response, cost, cost_limit),
        Some(Err(why)) => answers.not_executed(why),
        None => answers.panicked(),
    }
}
