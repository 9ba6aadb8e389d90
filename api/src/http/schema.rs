//! `GET /schema.graphql`: the schema's text, as it is committed.

use std::sync::Arc;

use axum::{
    Router,
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
    routing::get,
};

/// The route.
pub fn routes(sdl: Arc<str>) -> Router {
    let answer = move || {
        let sdl = sdl.clone();
        async move { respond(&sdl) }
    };
    Router::new().route("/schema.graphql", get(answer))
}

fn respond(sdl: &str) -> Response {
    (
        [(CONTENT_TYPE, "application/graphql; charset=utf-8")],
        sdl.to_owned(),
    )
        .into_response()
}
