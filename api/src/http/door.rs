//! Before the routes and their layers: in a crowd, whoever finds neither a place nor room to wait is told
//! so here, for a fraction of what the way through all of them costs (docs/adr/0012).

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, HttpBody},
    extract::Request,
    http::{HeaderValue, Method, header::CONNECTION, request::Parts},
    response::Response,
};
use http_body_util::BodyExt;
use tokio::time::timeout;
use tower::{Layer, ServiceExt, service_fn};
use tower_http::cors::CorsLayer;

use super::{
    accept::{self, Media},
    answer::Answers,
    edge::{CAREFUL, Edge},
    graphql::PATH,
    passage::NotExecuted,
};
use crate::{
    clock::{Clock, new_id},
    telemetry::RequestScope,
};

/// What is taken of a body that nobody reads, in bytes; who sends more goes the whole way.
const MOST: u64 = 64 * 1024;
/// How long it may take to come.
const PATIENCE: Duration = Duration::from_secs(1);

/// The door of a service.
struct Door {
    routes: Router,
    edge: Edge,
    cors: Option<CorsLayer>,
    clock: Clock,
}

/// The same routes behind a door.
pub fn before(routes: Router, edge: Edge, clock: Clock) -> Router {
    let cors = edge.cors();
    let door = Arc::new(Door {
        routes,
        edge,
        cors,
        clock,
    });
    let comes = move |request| Arc::clone(&door).comes(request);
    Router::new().fallback_service(service_fn(comes))
}

impl Door {
    async fn comes(self: Arc<Self>, request: Request) -> Result<Response, Infallible> {
        if is_short_question(&request) && self.edge.turns_away() {
            Ok(self.turns_away(request).await)
        } else {
            self.routes.clone().oneshot(request).await
        }
    }

    /// What somebody is answered for whom there is no place.
    async fn turns_away(&self, request: Request) -> Response {
        let (parts, mut body) = request.into_parts();
        // Who is cut off while they send may not hear what they are told.
        let sent = async { while let Some(Ok(_)) = body.frame().await {} };
        let is_sent = timeout(PATIENCE, sent).await.is_ok();
        let scope = RequestScope::new(new_id(&self.clock).to_string());
        let answers = Answers {
            media: accept::negotiate(&parts.headers).unwrap_or(Media::Json),
            scope: scope.clone(),
            most_errors: 1,
        };
        let mut answer = answers.not_executed(NotExecuted::CROWDED);
        for (name, value) in CAREFUL {
            answer.headers_mut().insert(name, value);
        }
        if !is_sent {
            // The rest of the body would be taken for the next request.
            let close = HeaderValue::from_static("close");
            answer.headers_mut().insert(CONNECTION, close);
        }
        scope.is_told_in(&mut answer);
        match &self.cors {
            Some(cors) => told_across_origins(cors, parts, answer).await,
            None => answer,
        }
    }
}

/// A question that can be taken whole without holding anything for it.
fn is_short_question(request: &Request) -> bool {
    let asks = matches!(*request.method(), Method::POST | Method::GET);
    let length = request.body().size_hint().exact();
    asks && request.uri().path() == PATH && length.is_some_and(|length| length <= MOST)
}

/// The answer with what lets a page of another origin read it.
async fn told_across_origins(cors: &CorsLayer, parts: Parts, answer: Response) -> Response {
    let mut answer = Some(answer);
    let told = service_fn(move |_: Request| {
        let answer = answer.take().unwrap_or_default();
        async { Ok::<_, Infallible>(answer) }
    });
    let asked = Request::from_parts(parts, Body::empty());
    let Ok(told) = cors.layer(told).oneshot(asked).await;
    told
}
