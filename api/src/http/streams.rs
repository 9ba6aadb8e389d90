//! The streams of HTTP/2, each in a task of its own. A stream whose answer isn't taken in time is reset;
//! the others of its connection go on.
//!
//! Neither the body nor the connection can tell: hyper asks a body for more only when the other side
//! has room for it, and a connection is busy as long as somebody opens streams.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use hyper::rt::Executor;
use tokio::{sync::Notify, task_local};

use super::{
    connection::Answering,
    refusals::{Refusals, Why},
};

task_local! {
    static STREAM: Arc<Stream>;
}

/// A stream in its task.
#[derive(Default)]
struct Stream {
    answered: Notify,
    /// Until the stream ends, its connection is answering.
    answering: OnceLock<Answering>,
}

/// The answer is there, and begins to be taken. Over HTTP/1.1 there are no streams, and the connection
/// is idle from now on: what follows shows whether it is taken.
pub(super) fn answered(answering: Answering) {
    // Dropped in HTTP/1.1.
    let _ = STREAM.try_with(|stream| {
        stream.answered.notify_one();
        stream.answering.set(answering).is_ok()
    });
}

/// Runs the streams.
#[derive(Clone)]
pub(super) struct Streams {
    /// How long a stream may take to hand over its answer.
    pub(super) answer: Duration,
    pub(super) refusals: Refusals,
}

impl<F: Future<Output = ()> + Send + 'static> Executor<F> for Streams {
    fn execute(&self, work: F) {
        let Self { answer, refusals } = self.clone();
        let stream = Arc::<Stream>::default();
        let taken = Arc::clone(&stream);
        let overdue = async move {
            taken.answered.notified().await;
            tokio::time::sleep(answer).await;
        };
        tokio::spawn(STREAM.scope(stream, async move {
            tokio::select! {
                () = work => {}
                () = overdue => refusals.tell(Why::NotTaken),
            }
        }));
    }
}
