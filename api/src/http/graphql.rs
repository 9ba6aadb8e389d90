//! `POST /graphql` and, for queries only, `GET /graphql`, by the GraphQL-over-HTTP specification:
//! media types and parameters first, then the gate, then whoever executes.
//!
//! What executes is an [`Execute`], so this file knows no schema. A new reason not to execute is a
//! variant of [`NotExecuted`] and its answer in `answer.rs`.

use std::future::Future;
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Extension, Request, State};
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use axum::routing::any;
use futures_util::FutureExt;
use serde_json::Value;

use super::accept::{self, Media};
use super::answer::Answers;
use super::budget::{Spent, Standing};
use super::edge::Edge;
use super::params::{self, Document};
use super::places::Place;
use crate::gate::{self, Admitted, Gate, GraphQlRequest, PricedField};
use crate::store::tasks;
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
    ) -> impl Future<Output = Result<Executed, NotExecuted>> + Send;

    /// What each field would cost and who may ask for it; executes nothing.
    fn explain(&self, fields: &[PricedField]) -> Value;
}

/// What execution gave, and where it left the caller.
#[derive(Debug)]
pub struct Executed {
    /// The response.
    pub response: async_graphql::Response,
    /// What is left in the caller's bucket; none where nothing is counted.
    pub standing: Option<Standing>,
}

/// Where a request comes from.
#[derive(Debug)]
pub struct Caller {
    /// Its headers, the token among them.
    pub headers: HeaderMap,
    /// The address it comes from.
    pub origin: IpAddr,
    /// Whether its document is one of the trusted.
    pub trusted: bool,
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
    RateLimited(Spent),
    /// This caller may send nothing but trusted documents, and this is none: a request error.
    Untrusted,
    /// The service is overloaded or its database is away: 503.
    Unavailable {
        /// When to come back; at least a second is said.
        retry_after: Duration,
    },
}

struct Endpoint<E> {
    gate: Arc<Gate>,
    executor: Arc<E>,
    edge: Edge,
}

impl<E> Clone for Endpoint<E> {
    fn clone(&self) -> Self {
        Self {
            gate: Arc::clone(&self.gate),
            executor: Arc::clone(&self.executor),
            edge: self.edge.clone(),
        }
    }
}

/// The route `/graphql`. [`telemetry::request_line`](crate::telemetry::request_line) must be a
/// layer around it: it gives each request the [`RequestScope`] that is asked for here.
pub fn router<E: Execute>(gate: Arc<Gate>, executor: Arc<E>, edge: Edge) -> Router {
    Router::new()
        .route("/graphql", any(handle::<E>))
        .with_state(Endpoint {
            gate,
            executor,
            edge,
        })
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
    // Its room is kept until it is answered.
    let mut held = endpoint.edge.room().nothing();
    let body = if reads {
        None
    } else if accept::sends_json(&parts.headers) {
        let deadline = endpoint.edge.body_deadline();
        match params::read_body(&parts.headers, body, limit, deadline, &mut held).await {
            Ok(body) => Some(body),
            Err(why) => return answers.unreadable(&why, limit),
        }
    } else {
        return answers.unsupported_media_type();
    };
    // Only now, so that nobody holds a place by sending slowly; and before anything of it is read.
    let Some(place) = endpoint.edge.place().await else {
        return answers.not_executed(NotExecuted::Unavailable {
            retry_after: Duration::from_secs(1),
        });
    };
    let params = match body {
        Some(body) => params::of_json(&body),
        None => params::of_uri(&parts.uri),
    };
    let params = match params {
        Ok(params) => params,
        Err(why) => return answers.unreadable(&why, limit),
    };
    let documents = endpoint.edge.documents();
    let (query, trusted) = match &params.document {
        Document::Text(text) => (text.as_str(), documents.holds(text)),
        Document::Id(id) => match documents.text(id) {
            Some(text) => (text, true),
            None => return answers.unknown_document(),
        },
    };

    let admitted = endpoint.gate.admit(&GraphQlRequest {
        query,
        operation_name: params.operation_name.as_deref(),
        variables: &params.variables,
        explain: params.explain,
    });
    let admitted = match admitted {
        Ok(admitted) => admitted,
        Err(refused) => return answers.refused(&refused),
    };
    if let Some(fields) = &admitted.explained {
        let explained = endpoint.executor.explain(fields);
        return answers.explained(&explained, admitted.cost, admitted.cost_limit);
    }
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

    let caller = Caller {
        origin: endpoint.edge.origin(&parts),
        headers: parts.headers,
        trusted,
        scope,
    };
    carried_out(endpoint, &answers, (admitted, kind), caller, place).await
}

/// Executes within the deadline, and gives the place back at the end.
async fn carried_out<E: Execute>(
    endpoint: Endpoint<E>,
    answers: &Answers,
    (admitted, kind): (Admitted, OperationKind),
    caller: Caller,
    place: Place,
) -> Response {
    let (cost, cost_limit) = (admitted.cost, admitted.cost_limit);
    let deadline = endpoint.edge.deadline();
    let executor = endpoint.executor;
    let execution = async move {
        let execution = executor.execute(admitted, caller);
        // The future is gone after a panic, and what it shared guards itself (locks, transactions).
        let outcome = AssertUnwindSafe(execution).catch_unwind().await.ok();
        drop(place);
        outcome
    };
    let outcome = if kind == OperationKind::Mutation {
        // In its own task, so that neither a caller who leaves nor the deadline can cut it off
        // between two statements.
        let execution = tasks::spawn(execution);
        tokio::time::timeout(deadline, async { execution.await.ok().flatten() }).await
    } else {
        tokio::time::timeout(deadline, execution).await
    };
    match outcome {
        Ok(Some(Ok(executed))) => answers.executed(executed, cost, cost_limit),
        Ok(Some(Err(why))) => answers.not_executed(why),
        Ok(None) => answers.panicked(),
        Err(_) => answers.timed_out(kind),
    }
}
