//! A panic while a request is read, admitted or answered: its caller hears of it in the shape of the
//! other errors, and the connection stays, with whoever else uses it.

use std::panic::AssertUnwindSafe;

use axum::{
    extract::{Extension, Request},
    middleware::Next,
    response::Response,
};
use futures_util::FutureExt;

use super::{
    accept::{self, Media},
    answer::Answers,
};
use crate::telemetry::RequestScope;

/// A layer within [`request_line`](crate::telemetry::request_line), which gives the request its scope.
pub(super) async fn caught(
    Extension(scope): Extension<RequestScope>,
    request: Request,
    next: Next,
) -> Response {
    let media = accept::negotiate(request.headers()).unwrap_or(Media::Json);
    // What was worked on is gone, and what is shared guards itself (locks, transactions).
    let answered = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    answered.unwrap_or_else(|_| {
        let answers = Answers {
            media,
            scope,
            most_errors: 1,
        };
        answers.panicked()
    })
}
