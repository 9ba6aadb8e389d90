//! How a request for `/graphql` is let in: what it sends is taken, and then it finds a place, or none.

use std::sync::Arc;

use axum::{
    body::{Body, Bytes},
    http::{Method, request::Parts},
};

use super::{
    edge::Edge,
    params::{self, Unreadable},
    places::Place,
    room::Held,
};

/// What was taken of a request that may be worked on.
#[derive(Clone)]
pub(super) struct LetIn {
    /// What was sent; none where only the URL counts.
    pub(super) body: Option<Bytes>,
    pub(super) place: Place,
    /// The body's room, to be kept until it is answered.
    pub(super) held: Arc<Held>,
}

/// Why a request isn't worked on.
pub(super) enum NotLetIn {
    /// Its body can't be taken.
    Unreadable(Unreadable),
    /// There are too many.
    Crowded,
}

/// Whether a request only reads: then its URL counts, and not what it sends.
pub(super) fn only_reads(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

/// Takes a body of at most `limit` bytes, and only then a place, so that nobody holds one by sending
/// slowly. Nothing of it is understood yet.
pub(super) async fn lets_in(
    edge: &Edge,
    parts: &Parts,
    body: Body,
    limit: usize,
) -> Result<LetIn, NotLetIn> {
    let mut held = edge.room().nothing(edge.origin(parts));
    let body = if only_reads(&parts.method) {
        None
    } else {
        let deadline = edge.body_deadline();
        let read = params::read_body(&parts.headers, body, limit, deadline, &mut held).await;
        Some(read.map_err(NotLetIn::Unreadable)?)
    };
    let place = edge.place().await.ok_or(NotLetIn::Crowded)?;
    let held = Arc::new(held);
    Ok(LetIn { body, place, held })
}
