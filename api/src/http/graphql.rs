//! `POST /graphql` and, for queries only, `GET /graphql`, by the GraphQL-over-HTTP specification:
//! media types and parameters first, then what every request passes (`passage.rs`), then whoever
//! executes.
//!
//! What executes is an [`Execute`], so this file knows no schema. A new reason not to execute is a
//! variant of [`NotExecuted`] and its answer in `answer.rs`.

use std::future::pending;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::Arc;

use axum::Router;
use axum::extract::{Extension, Request, State};
use axum::http::Method;
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::any;
use futures_util::FutureExt;
use tokio::runtime::Handle;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use super::accept::{self, Media};
use super::answer::{Answers, Price};
use super::edge::Edge;
use super::entrance::{self, LetIn, NotLetIn};
use super::params;
use super::passage::{self, Caller, Execute, NotExecuted, Passed, Way};
use super::places::Place;
use crate::auth;
use crate::gate::Gate;
use crate::store::tasks;
use crate::telemetry::{OperationKind, RequestScope};

/// Where operations are sent.
pub(super) const PATH: &str = "/graphql";

struct Endpoint<E> {
    gate: Arc<Gate>,
    executor: Arc<E>,
    edge: Edge,
    /// Where requests are worked on.
    workers: Handle,
}

impl<E> Clone for Endpoint<E> {
    fn clone(&self) -> Self {
        Self {
            gate: Arc::clone(&self.gate),
            executor: Arc::clone(&self.executor),
            edge: self.edge.clone(),
            workers: self.workers.clone(),
        }
    }
}

/// The route `/graphql`. [`telemetry::request_line`](crate::telemetry::request_line) must be a
/// layer around it: it gives each request the [`RequestScope`] that is asked for here.
///
/// Requests are worked on in the runtime in which this is called. Their connections may be served by
/// another, so that who is told to come back doesn't wait behind those who are let in.
///
/// # Panics
/// Outside of a runtime.
pub fn router<E: Execute>(gate: Arc<Gate>, executor: Arc<E>, edge: Edge) -> Router {
    Router::new()
        .route(PATH, any(handle::<E>))
        .with_state(Endpoint {
            gate,
            executor,
            edge,
            workers: Handle::current(),
        })
}

async fn handle<E: Execute>(
    State(endpoint): State<Endpoint<E>>,
    Extension(scope): Extension<RequestScope>,
    request: Request,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let accepted = accept::negotiate(&parts.headers);
    let answers = Answers {
        media: accepted.unwrap_or(Media::Json),
        scope,
        most_errors: endpoint.gate.limits().errors,
    };

    let reads = entrance::only_reads(&parts.method);
    if !reads && parts.method != Method::POST {
        return answers.method(
            "GET, HEAD, POST",
            "Send a POST request, or a GET request for a query.",
        );
    }
    if accepted.is_none() {
        return answers.not_acceptable();
    }
    if !reads && !accept::sends_json(&parts.headers) {
        return answers.unsupported_media_type();
    }
    let limit = endpoint.gate.limits().body;
    let let_in = match parts.extensions.remove() {
        Some(at_the_door) => Ok(at_the_door),
        None => entrance::lets_in(&endpoint.edge, &parts, body, limit).await,
    };
    let let_in = match let_in {
        Ok(let_in) => let_in,
        Err(NotLetIn::Unreadable(why)) => return answers.unreadable(&why, limit),
        Err(NotLetIn::Crowded) => {
            answers.scope.goes_unwritten();
            return answers.not_executed(NotExecuted::CROWDED);
        }
    };
    let workers = endpoint.workers.clone();
    let work = worked_on(endpoint, answers, parts, let_in);
    // Of one, which is dropped with its request.
    let mut work_of_one = JoinSet::new();
    work_of_one.spawn_on(work, &workers);
    match work_of_one.join_next().await {
        Some(Ok(answer)) => answer,
        Some(Err(ended)) if ended.is_panic() => resume_unwind(ended.into_panic()),
        Some(Err(_)) | None => pending().await,
    }
}

/// What a request is answered that has found a place.
async fn worked_on<E: Execute>(
    endpoint: Endpoint<E>,
    answers: Answers,
    parts: Parts,
    let_in: LetIn,
) -> Response {
    // Its room is kept until it is answered.
    let LetIn {
        body,
        place,
        held: _held,
    } = let_in;
    let Endpoint {
        gate,
        executor,
        edge,
        ..
    } = endpoint;
    let way = match body {
        Some(_) => Way::Answering,
        None => Way::Reading,
    };
    let deadline = Instant::now() + edge.deadline();
    let caller = Caller {
        token: auth::bearer(&parts.headers).map(|token| token.map(str::to_owned)),
        origin: edge.origin(&parts),
        scope: answers.scope.clone(),
    };
    // Who signs in is looked at when they are known.
    if let Ok(None) = caller.token
        && let Err(spent) = edge.may_be_read(None, caller.origin)
    {
        return answers.not_executed(NotExecuted::RateLimited(spent));
    }
    let params = match &body {
        Some(body) => params::of_json(body),
        None => params::of_uri(&parts.uri),
    };
    let params = match params {
        Ok(params) => params,
        Err(why) => {
            // Nobody knows yet who they are.
            let bytes = body.map_or(0, |body| body.len());
            return match edge.charge_refusal(None, caller.origin, bytes) {
                Ok(_) => answers.unreadable(&why, gate.limits().body),
                Err(spent) => answers.not_executed(NotExecuted::RateLimited(spent)),
            };
        }
    };
    // What it held is in the parameters now.
    drop(body);
    let passing = passage::pass(&gate, &edge, &*executor, &caller, params.asked(), way);
    match timeout_at(deadline, passing).await {
        Ok(Ok(passed)) => carried_out(executor, &answers, passed, deadline, place).await,
        Ok(Err(stopped)) => answers.stopped(stopped, gate.limits().cost),
        Err(_) => answers.timed_out(OperationKind::Query),
    }
}

/// Executes within the deadline, and gives the place back at the end.
async fn carried_out<E: Execute>(
    executor: Arc<E>,
    answers: &Answers,
    passed: Passed<E::Session>,
    deadline: Instant,
    place: Place,
) -> Response {
    let Passed {
        admitted,
        session,
        standing,
    } = passed;
    let price = Price {
        requested: admitted.cost,
        limit: admitted.cost_limit,
        standing,
    };
    if let Some(explanation) = &admitted.explained {
        let told = executor.explain(explanation);
        return answers.explained(&told, explanation.left_out, &price);
    }
    let kind = passage::logged(admitted.kind);
    let execution = async move {
        let execution = executor.execute(admitted, session);
        // The future is gone after a panic, and what it shared guards itself (locks, transactions).
        let outcome = AssertUnwindSafe(execution).catch_unwind().await.ok();
        drop(place);
        outcome
    };
    let outcome = if kind == OperationKind::Mutation {
        // In its own task, so that neither a caller who leaves nor the deadline can cut it off
        // between two statements.
        let execution = tasks::spawn(execution);
        timeout_at(deadline, async { execution.await.ok().flatten() }).await
    } else {
        timeout_at(deadline, execution).await
    };
    match outcome {
        Ok(Some(Ok(response))) => answers.executed(response, &price),
        Ok(Some(Err(why))) => answers.not_executed(why),
        Ok(None) => answers.panicked(),
        Err(_) => answers.timed_out(kind),
    }
}
