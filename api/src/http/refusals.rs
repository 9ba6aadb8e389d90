//! A line in the log for each connection or request that is refused or cut off: why, and neither what was sent nor
//! by whom. Of each reason so many in a minute; the rest are counted.

use std::{
    error::Error,
    io,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Lines of one reason in a minute.
const MOST: u32 = 60;
const MINUTE: Duration = Duration::from_mins(1);

/// Why it is refused or cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// What was sent is no HTTP/1.1.
    NoHttp,
    /// The head of a request is too large.
    LargeHead,
    /// HTTP/2 was broken, or overdone.
    BrokenHttp2,
    /// The address has as many connections as it may.
    TooMany,
    /// The head of a request took too long.
    SlowHead,
    /// Nothing was asked any more, or the last answer wasn't taken.
    Idle,
    /// The answer of a stream of HTTP/2 wasn't taken; only the stream is cut off.
    NotTaken,
    /// A request found no place, and was told to come back.
    Crowd,
}

impl Why {
    const COUNT: usize = 8;

    const fn words(self) -> &'static str {
        match self {
            Self::NoHttp => "no HTTP",
            Self::LargeHead => "a head too large",
            Self::BrokenHttp2 => "broken HTTP/2",
            Self::TooMany => "too many from one address",
            Self::SlowHead => "a head took too long",
            Self::Idle => "idle for too long",
            Self::NotTaken => "an answer not taken",
            Self::Crowd => "more requests than places",
        }
    }

    /// Why the server has given a connection up; none when it was the other side that has left.
    pub(super) fn of(error: &(dyn Error + Send + Sync + 'static)) -> Option<Self> {
        let error = error.downcast_ref::<hyper::Error>()?;
        let left = error.source().is_some_and(<dyn Error>::is::<io::Error>)
            || error.is_incomplete_message()
            || error.is_canceled()
            || error.is_closed()
            || error.is_shutdown()
            || error.is_body_write_aborted();
        if left {
            None
        } else if error.is_parse_too_large() {
            Some(Self::LargeHead)
        } else if error.is_parse() {
            Some(Self::NoHttp)
        } else {
            Some(Self::BrokenHttp2)
        }
    }
}

/// What was told in the last minute. Clones are the same.
#[derive(Clone, Default)]
pub(super) struct Refusals(Arc<[Mutex<Told>; Why::COUNT]>);

#[derive(Default)]
struct Told {
    since: Option<Instant>,
    lines: u32,
    untold: u64,
}

impl Told {
    /// One more: how many before it went untold, when this one may be told.
    fn one_more(&mut self, now: Instant) -> Option<u64> {
        if self.since.is_none_or(|since| now - since >= MINUTE) {
            self.since = Some(now);
            self.lines = 0;
        }
        if self.lines == MOST {
            self.untold += 1;
            return None;
        }
        self.lines += 1;
        Some(std::mem::take(&mut self.untold))
    }
}

impl Refusals {
    /// Tells the log of one.
    pub(super) fn tell(&self, why: Why) {
        let told = &self.0[why as usize];
        let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(untold) = told.one_more(Instant::now()) {
            tracing::info!(
                target: "nabij_api::connection",
                why = why.words(),
                untold,
                "a connection or a request was refused or cut off"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_lines_in_a_minute_and_the_rest_is_counted() {
        let (mut told, now) = (Told::default(), Instant::now());
        for _ in 0..MOST {
            assert_eq!(told.one_more(now), Some(0));
        }
        for _ in 0..500 {
            assert_eq!(told.one_more(now + MINUTE / 2), None);
        }
        assert_eq!(told.one_more(now + MINUTE), Some(500));
        assert_eq!(told.one_more(now + MINUTE), Some(0));
    }
}
