//! Before the routes and their layers: in a crowd, whoever finds no place is told so here, for a fraction of
//! what the way through all of them costs (docs/adr/0012).

use std::{convert::Infallible, sync::Arc};

use axum::{
    Router,
    body::{Body, HttpBody},
    extract::Request,
    http::{Method, request::Parts},
    response::Response,
};
use tower::{Layer, ServiceExt, service_fn};
use tower_http::cors::CorsLayer;

use super::{
    accept::{self, Media},
    answer::Answers,
    edge::{CAREFUL, Edge},
    entrance::{self, NotLetIn},
    graphql::PATH,
    passage::NotExecuted,
};
use crate::{
    clock::{Clock, new_id},
    telemetry::RequestScope,
};

/// How long a body is that is taken here, in bytes; who sends more goes the whole way.
const MOST: usize = 64 * 1024;

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
        let is_crowded = self.edge.is_crowded();
        let media = is_crowded.then(|| short_question(&request)).flatten();
        let request = match media {
            Some(media) => match self.lets_in(request, media).await {
                Ok(request) => request,
                Err(answer) => return Ok(answer),
            },
            None => request,
        };
        self.routes.clone().oneshot(request).await
    }

    /// The same request with a place, or what somebody is answered who isn't let in.
    async fn lets_in(&self, request: Request, media: Media) -> Result<Request, Response> {
        let (mut parts, body) = request.into_parts();
        match entrance::lets_in(&self.edge, &parts, body, MOST).await {
            Ok(let_in) => {
                parts.extensions.insert(let_in);
                Ok(Request::from_parts(parts, Body::empty()))
            }
            Err(why) => Err(self.answers(why, parts, media).await),
        }
    }

    async fn answers(&self, why: NotLetIn, parts: Parts, media: Media) -> Response {
        let scope = RequestScope::new(new_id(&self.clock).to_string());
        let answers = Answers {
            media,
            scope: scope.clone(),
            most_errors: 1,
        };
        let mut answer = match why {
            NotLetIn::Crowded => answers.not_executed(NotExecuted::CROWDED),
            NotLetIn::Unreadable(why) => answers.unreadable(&why, MOST),
        };
        for (name, value) in CAREFUL {
            answer.headers_mut().insert(name, value);
        }
        scope.is_told_in(&mut answer);
        match &self.cors {
            Some(cors) => told_across_origins(cors, parts, answer).await,
            None => answer,
        }
    }
}

/// The media type of the answer to a short question that wouldn't be refused whoever else is there; none
/// for all else.
fn short_question(request: &Request) -> Option<Media> {
    let headers = request.headers();
    let asks = match *request.method() {
        Method::POST => accept::sends_json(headers),
        Method::GET => true,
        _ => false,
    };
    let length = request.body().size_hint().exact();
    let is_short = length.is_some_and(|length| length <= MOST as u64);
    if asks && is_short && request.uri().path() == PATH {
        accept::negotiate(headers)
    } else {
        None
    }
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
