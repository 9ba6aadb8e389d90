//! What time it is, and ids made from it.
//!
//! Everything that asks the time is handed a [`Clock`]: the service gives it the system's, a test
//! and the demo give it one they hold. `clippy.toml` forbids every other way of asking. Ids are
//! UUIDs of version 7 made by [`new_id`], so that they sort by the time they were made.
//!
//! To add another source of time, add a variant to `Source`.

use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use uuid::{ContextV7, Timestamp, Uuid};

/// Where the time comes from. Clones share one source and one sequence of ids.
#[derive(Clone)]
pub struct Clock {
    source: Source,
    // One per clock, not one per process: a clock held in the past would otherwise be given ids of
    // the latest time any other clock has shown.
    ids: Arc<Mutex<ContextV7>>,
}

#[derive(Clone, Debug)]
enum Source {
    System,
    Held(HeldClock),
}

impl Clock {
    /// The system's clock, for the running service.
    #[must_use]
    pub fn system() -> Self {
        Self::over(Source::System)
    }

    /// A clock that stands at `at` (cut to microseconds) until its [`HeldClock`] moves it, for
    /// tests and for the demo's story.
    #[must_use]
    pub fn held(at: DateTime<Utc>) -> (Self, HeldClock) {
        let held = HeldClock(Arc::new(AtomicI64::new(at.timestamp_micros())));
        (Self::over(Source::Held(held.clone())), held)
    }

    fn over(source: Source) -> Self {
        // Without the additional bits, ids that two replicas make in one millisecond sort by chance.
        let ids = ContextV7::new().with_additional_precision();
        Self {
            source,
            ids: Arc::new(Mutex::new(ids)),
        }
    }

    /// The present moment, cut to microseconds: PostgreSQL keeps no more, and a time must read
    /// back as it was written.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        let micros = match &self.source {
            Source::System => {
                #[expect(
                    clippy::disallowed_methods,
                    reason = "the one place that reads the system's clock"
                )]
                let now = Utc::now();
                now.timestamp_micros()
            }
            Source::Held(held) => held.0.load(Ordering::SeqCst),
        };
        from_micros(micros)
    }

    /// The present date in UTC.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        self.now().date_naive()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clock")
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

/// Moves the [`Clock`] it was made with. Time only goes forward.
#[derive(Clone, Debug)]
pub struct HeldClock(Arc<AtomicI64>);

impl HeldClock {
    /// Moves the clock forward; stops at the end of representable time.
    pub fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
        let last = DateTime::<Utc>::MAX_UTC.timestamp_micros();
        self.0
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |now| {
                Some(now.saturating_add(by).min(last))
            })
            .ok();
    }
}

fn from_micros(micros: i64) -> DateTime<Utc> {
    // Both sources hold microseconds taken from a `DateTime`, so the way back can't fail.
    DateTime::from_timestamp_micros(micros).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// A new id: a version 7 UUID of the clock's time. Ids of one clock strictly ascend, also within a
/// microsecond, while the clock is held, and when the system's clock is set back.
#[must_use]
pub fn new_id(clock: &Clock) -> Uuid {
    let now = clock.now();
    let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
    // A panic elsewhere can't leave the counter half written: each of its steps is one assignment.
    let ids = clock.ids.lock().unwrap_or_else(PoisonError::into_inner);
    Uuid::new_v7(Timestamp::from_unix(
        &*ids,
        seconds,
        now.timestamp_subsec_nanos(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noon() -> DateTime<Utc> {
        DateTime::parse_from_rfc3339("2026-03-14T12:00:00.123456789Z")
            .unwrap()
            .to_utc()
    }

    #[test]
    fn a_held_clock_stands_until_it_is_moved() {
        let (clock, held) = Clock::held(noon());
        let copy = clock.clone();
        assert_eq!(clock.now(), clock.now());
        held.advance(Duration::from_hours(12));
        assert_eq!(
            copy.now().to_rfc3339(),
            "2026-03-15T00:00:00.123456+00:00",
            "clones share the source, and the time is cut to microseconds"
        );
        assert_eq!(copy.today().to_string(), "2026-03-15");
        held.advance(Duration::MAX);
        assert!(clock.now() > noon(), "the end of time is no wrap-around");
    }

    #[test]
    fn the_systems_clock_keeps_microseconds() {
        let clock = Clock::system();
        for _ in 0..100 {
            assert_eq!(clock.now().timestamp_subsec_nanos() % 1_000, 0);
        }
    }

    #[test]
    fn ids_ascend_while_the_clock_is_held_and_across_threads() {
        let (clock, held) = Clock::held(noon());
        let mut ids: Vec<Uuid> = (0..5_000).map(|_| new_id(&clock)).collect();
        held.advance(Duration::from_micros(1));
        ids.extend((0..5_000).map(|_| new_id(&clock)));
        held.advance(Duration::from_millis(1));
        ids.push(new_id(&clock));
        assert!(ids.is_sorted_by(|a, b| a < b));
        assert_eq!(ids[0].get_version_num(), 7);

        let made: Vec<Vec<Uuid>> = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..4)
                .map(|_| scope.spawn(|| (0..1_000).map(|_| new_id(&clock)).collect::<Vec<_>>()))
                .collect();
            workers.into_iter().map(|w| w.join().unwrap()).collect()
        });
        assert!(made.iter().all(|ids| ids.is_sorted_by(|a, b| a < b)));
        let all: std::collections::HashSet<_> = made.into_iter().flatten().collect();
        assert_eq!(all.len(), 4_000);
    }

    #[test]
    fn an_id_tells_the_time_of_its_own_clock() {
        let (later, _) = Clock::held(noon() + Duration::from_hours(24));
        let _ = new_id(&later);
        let (clock, _) = Clock::held(noon());
        let (seconds, nanos) = new_id(&clock).get_timestamp().unwrap().to_unix();
        assert_eq!(i64::try_from(seconds).unwrap(), noon().timestamp());
        assert_eq!(nanos / 1_000_000, noon().timestamp_subsec_millis());
    }
}
