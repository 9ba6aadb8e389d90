//! `GET /schema.graphql`: the schema's text, as it is committed. Both forms of it, plain and packed, are
//! made once; what a caller takes of them is paid for.

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Extension, Request, State},
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY},
    },
    response::Response,
    routing::get,
};

use super::{
    accept::{self, Media},
    answer::Answers,
    documents::document_id,
    edge::Edge,
    encoding,
    passage::NotExecuted,
};
use crate::telemetry::RequestScope;

/// What the text costs its caller's address, in the unit of the buckets.
const COST: u64 = 50;
/// What it costs to hear that the text is the same.
const SAME: u64 = 1;

/// The route.
pub fn routes(sdl: &str, edge: Edge) -> Router {
    let schema = Schema {
        plain: Form::plain(sdl),
        packed: Form::packed(sdl),
        edge,
    };
    Router::new()
        .route("/schema.graphql", get(answer))
        .with_state(Arc::new(schema))
}

struct Schema {
    plain: Form,
    packed: Option<Form>,
    edge: Edge,
}

/// The text in one encoding. Each has a tag of its own (RFC 9110, 8.8.3): they differ in their bytes.
struct Form {
    bytes: Bytes,
    tag: String,
    encoding: Option<&'static str>,
}

impl Form {
    fn plain(sdl: &str) -> Self {
        Self {
            bytes: Bytes::copy_from_slice(sdl.as_bytes()),
            tag: format!("\"{}\"", document_id(sdl).replace(':', "-")),
            encoding: None,
        }
    }

    fn packed(sdl: &str) -> Option<Self> {
        let Self { bytes, tag, .. } = Self::plain(sdl);
        Some(Self {
            bytes: encoding::packed(&bytes)?,
            tag: format!("{}-gzip\"", tag.trim_end_matches('"')),
            encoding: Some("gzip"),
        })
    }

    fn is_known(&self, headers: &HeaderMap) -> bool {
        headers
            .get_all(IF_NONE_MATCH)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(str::trim)
            // By RFC 9110, 13.1.2, the weak comparison counts here.
            .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == self.tag)
    }

    fn answer(&self, known: bool) -> Response {
        let mut answer = Response::new(Body::empty());
        let headers = answer.headers_mut();
        // Letters and digits in quotes: always a header's value.
        if let Ok(tag) = HeaderValue::from_str(&self.tag) {
            headers.insert(ETAG, tag);
        }
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
        if known {
            *answer.status_mut() = StatusCode::NOT_MODIFIED;
            return answer;
        }
        let media = HeaderValue::from_static("application/graphql; charset=utf-8");
        headers.insert(CONTENT_TYPE, media);
        if let Some(encoding) = self.encoding {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        *answer.body_mut() = Body::from(self.bytes.clone());
        answer
    }
}

async fn answer(
    State(schema): State<Arc<Schema>>,
    Extension(scope): Extension<RequestScope>,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    let packed = schema.packed.as_ref();
    let form = packed
        .filter(|_| encoding::takes_gzip(&parts.headers))
        .unwrap_or(&schema.plain);
    let known = form.is_known(&parts.headers);
    let cost = if known { SAME } else { COST };
    let edge = &schema.edge;
    match edge.charge(None, edge.origin(&parts), cost, 0) {
        Ok(_) => form.answer(known),
        Err(spent) => {
            let media = accept::negotiate(&parts.headers).unwrap_or(Media::Json);
            let answers = Answers {
                media,
                scope,
                most_errors: 1,
            };
            answers.not_executed(NotExecuted::RateLimited(spent))
        }
    }
}
