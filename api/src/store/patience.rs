//! How long the service waits for its database, and how it finds out that it waits in vain.

use std::{
    future::Future,
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};

use sea_orm::DbErr;

use super::failure;

/// What a network may take on top of what the database takes.
const NETWORK: Duration = Duration::from_secs(1);

/// How long the service waits for its database before it says that it is away. Tests wait less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// For a connection, to be made or to be free: 2 s.
    pub connection: Duration,
    /// For a lock that somebody else holds: 5 s.
    pub lock: Duration,
    /// For a statement, which is stopped then: 12 s. Less than a request's deadline, so that
    /// whoever asked hears of it, and nobody's connection works on for somebody who has gone.
    pub statement: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connection: Duration::from_secs(2),
            lock: Duration::from_secs(5),
            statement: Duration::from_secs(12),
        }
    }
}

impl Patience {
    /// How long an answer is waited for. The database stops what takes too long and says so; only a
    /// network that stands still leaves a statement without an answer.
    pub(super) fn answer(self) -> Duration {
        self.statement + NETWORK
    }

    /// The answer of the database, or that there was none in time.
    pub(super) async fn answered<T>(
        self,
        asked: impl Future<Output = Result<T, DbErr>>,
    ) -> Result<T, DbErr> {
        tokio::time::timeout(self.answer(), asked)
            .await
            .unwrap_or_else(|_| Err(failure::unanswered()))
    }
}

/// A moment that several look at.
#[derive(Clone, Default)]
struct Moment(Arc<RwLock<Option<Instant>>>);

impl Moment {
    fn set(&self, moment: Option<Instant>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = moment;
    }

    /// How long ago it was; nothing when there is none.
    fn ago(&self) -> Option<Duration> {
        let moment = *self.0.read().unwrap_or_else(PoisonError::into_inner);
        moment.map(|moment| moment.elapsed())
    }
}

/// Since when connections that lie idle are in doubt: one turned out to be dead, and what cut it off
/// cut off the others too.
#[derive(Clone, Default)]
pub(super) struct Doubt(Moment);

impl Doubt {
    /// A connection turned out to be dead.
    pub(super) fn arises(&self) {
        self.0.set(Some(Instant::now()));
    }

    /// Whether a connection that lies idle for so long has to show that it is alive.
    pub(super) fn is_about(&self, idle_for: Duration) -> bool {
        self.0.ago().is_some_and(|ago| ago <= idle_for)
    }
}

/// When the statement began that SQLite's only writer works on. The writer can't be asked, and is held
/// for many statements.
#[derive(Clone, Default)]
pub(super) struct Stopwatch(Moment);

impl Stopwatch {
    /// A statement begins.
    pub(super) fn starts(&self) {
        self.0.set(Some(Instant::now()));
    }

    /// It has been answered.
    pub(super) fn stops(&self) {
        self.0.set(None);
    }

    /// Whether what is worked on may go on; what nobody measures may.
    pub(super) fn is_within(&self, limit: Duration) -> bool {
        self.0.ago().is_none_or(|ago| ago < limit)
    }
}
