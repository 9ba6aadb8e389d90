//! `GET /schema.graphql`: the schema's text, as it is committed.

use std::sync::Arc;

use axum::{
    Router,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH},
    },
    response::{IntoResponse, Response},
    routing::get,
};

use super::documents::document_id;

/// The route.
pub fn routes(sdl: Arc<str>) -> Router {
    let tag: Arc<str> = format!("\"{}\"", document_id(&sdl).replace(':', "-")).into();
    let answer = move |headers: HeaderMap| {
        let (sdl, tag) = (sdl.clone(), tag.clone());
        async move { respond(&sdl, &tag, &headers) }
    };
    Router::new().route("/schema.graphql", get(answer))
}

fn respond(sdl: &str, tag: &str, headers: &HeaderMap) -> Response {
    let known = headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        // By RFC 9110, 13.1.2, the weak comparison counts here.
        .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag);
    let mut answer = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        (
            [(CONTENT_TYPE, "application/graphql; charset=utf-8")],
            sdl.to_owned(),
        )
            .into_response()
    };
    let headers = answer.headers_mut();
    // Hexadecimal digits in quotes: always a header's value.
    if let Ok(tag) = HeaderValue::from_str(tag) {
        headers.insert(ETAG, tag);
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    answer
}
