//! One connection, and how long it may take over what.
//!
//! hyper has one timeout for the head of a request, and counts the rest between two requests as
//! part of it: either clients lose connections they keep for later, or a head may drip in. So a
//! connection says here what it is doing, and [`Phases::overdue`] when that has taken too long.

use std::{sync::Arc, time::Duration};

use axum::http::Version;
use tokio::{sync::watch, time::Instant};

/// How long a connection may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadlines {
    /// For the head of a request, from the connection's beginning or the head's first byte (5 s).
    pub head: Duration,
    /// Between two requests, and to take the last one's answer (60 s). A tenth of it while nearly all
    /// places are taken.
    pub idle: Duration,
    /// For each stream of HTTP/2, to take its answer (30 s).
    pub answer: Duration,
}

/// What part of the idle deadline counts while places are few.
const HURRY: u32 = 10;

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(5),
            idle: Duration::from_mins(1),
            answer: Duration::from_secs(30),
        }
    }
}

/// What a connection is doing.
#[derive(Clone, Copy, Debug)]
enum Phase {
    /// Reading the head of a request, since then.
    Head(Instant),
    /// Answering so many requests.
    Answering(usize),
    /// Waiting for the next request, since then.
    Idle(Instant),
    /// The same over HTTP/2, where bytes also come when nothing is asked.
    Quiet(Instant),
}

/// What a connection has taken too long over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Overdue {
    /// The head of a request.
    Head,
    /// The pause after one, or taking its answer.
    Idle,
}

/// What one connection is doing, told by the parts that see it.
#[derive(Clone)]
pub(super) struct Phases {
    now: Arc<watch::Sender<Phase>>,
}

impl Phases {
    /// A connection that has just come in.
    pub(super) fn new() -> Self {
        Self {
            now: Arc::new(watch::Sender::new(Phase::Head(Instant::now()))),
        }
    }

    /// Bytes have come in: while nothing was asked, they begin a request.
    pub(super) fn read(&self) {
        self.now.send_if_modified(|phase| {
            let begins = matches!(phase, Phase::Idle(_));
            if begins {
                *phase = Phase::Head(Instant::now());
            }
            begins
        });
    }

    /// A request is being answered until what is given back is dropped.
    pub(super) fn answering(&self, version: Version) -> Answering {
        self.now.send_modify(|phase| {
            *phase = match phase {
                Phase::Answering(others) => Phase::Answering(*others + 1),
                _ => Phase::Answering(1),
            };
        });
        Answering {
            phases: self.clone(),
            version,
        }
    }

    /// Returns when the connection has taken too long over what it is doing; sooner when idle while
    /// `hurried`.
    pub(super) async fn overdue(
        &self,
        deadlines: Deadlines,
        mut hurried: watch::Receiver<bool>,
    ) -> Overdue {
        let mut phases = self.now.subscribe();
        loop {
            let idle = if *hurried.borrow_and_update() {
                deadlines.idle / HURRY
            } else {
                deadlines.idle
            };
            let deadline = match *phases.borrow_and_update() {
                Phase::Head(since) => Some((since + deadlines.head, Overdue::Head)),
                Phase::Idle(since) | Phase::Quiet(since) => Some((since + idle, Overdue::Idle)),
                Phase::Answering(_) => None,
            };
            tokio::select! {
                () = changes(&mut phases) => {}
                () = changes(&mut hurried) => {}
                overdue = passes(deadline) => return overdue,
            }
        }
    }
}

async fn changes<T>(told: &mut watch::Receiver<T>) {
    if told.changed().await.is_err() {
        // Nobody is left who could tell.
        std::future::pending::<()>().await;
    }
}

async fn passes(deadline: Option<(Instant, Overdue)>) -> Overdue {
    match deadline {
        Some((at, overdue)) => {
            tokio::time::sleep_until(at).await;
            overdue
        }
        None => std::future::pending().await,
    }
}

/// A request that is being answered, over HTTP/2 until its answer was taken.
pub(super) struct Answering {
    phases: Phases,
    version: Version,
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.phases.now.send_modify(|phase| {
            *phase = match phase {
                Phase::Answering(more) if *more > 1 => Phase::Answering(*more - 1),
                _ if self.version == Version::HTTP_2 => Phase::Quiet(Instant::now()),
                _ => Phase::Idle(Instant::now()),
            };
        });
    }
}
