//! Places among the requests that are worked on, and a short queue before them.
//!
//! A burst waits: whoever finds no place stays in the queue for up to [`BURST`]. When somebody has waited
//! for so long, or the queue is full, it is a crowd, until nobody had to be told for [`CALM`], or no place
//! was given for so long. In a crowd fewer places are given and nobody waits, so that those who are let in
//! are fast, and the others know at once.
//!
//! That a queue is for bursts only is the idea of "Fail at Scale" (ACM Queue 13-8, 2015), after the
//! controlled delay of queues (`CoDel`, RFC 8289). There, a queue that is empty for a moment ends the crowd;
//! here, that would let it wait again several times a second (docs/adr/0012).

use std::{
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// How long somebody may wait in a burst.
const BURST: Duration = Duration::from_millis(100);
/// How soon those who wait hear that it has become a crowd.
const NEWS: Duration = Duration::from_millis(3);
/// When nobody had to be told for so long, or no place was given, the crowd has gone.
const CALM: Duration = Duration::from_secs(1);
/// How many may wait in a burst, for each place.
const WAITING_PER_PLACE: usize = 8;
/// One in so many places is given in a crowd too.
const FEW: usize = 2;

/// The places of a service.
pub(super) struct Places {
    /// Those that are given in a crowd too.
    few: Arc<Semaphore>,
    others: Arc<Semaphore>,
    queue: Mutex<Queue>,
    /// How many may wait.
    most_waiting: usize,
}

/// How many wait, and when somebody was last let in or told.
#[derive(Default)]
struct Queue {
    waiting: usize,
    /// When a place was last given.
    given: Option<Instant>,
    /// When somebody was last told that there is no place, while places were given.
    told: Option<Instant>,
}

impl Queue {
    fn is_crowded(&self) -> bool {
        is_recent(self.told)
    }

    /// Somebody is told that there is no place. A few slow ones are no crowd: where none is given either,
    /// the other places are needed.
    fn tells(&mut self) {
        if !self.is_crowded() || is_recent(self.given) {
            self.told = Some(Instant::now());
        }
    }
}

fn is_recent(moment: Option<Instant>) -> bool {
    moment.is_some_and(|moment| moment.elapsed() < CALM)
}

/// A place, given back when it goes out of scope.
pub(super) type Place = OwnedSemaphorePermit;

impl Places {
    /// So many places.
    pub(super) fn new(count: usize) -> Self {
        let few = count.div_ceil(FEW);
        Self {
            few: Arc::new(Semaphore::new(few)),
            others: Arc::new(Semaphore::new(count - few)),
            queue: Mutex::default(),
            most_waiting: count.saturating_mul(WAITING_PER_PLACE),
        }
    }

    /// A place, perhaps after a moment; none when there are too many.
    pub(super) async fn take(&self) -> Option<Place> {
        let place = self.find().await;
        let mut queue = self.queue();
        if place.is_some() {
            queue.given = Some(Instant::now());
        } else {
            queue.tells();
        }
        drop(queue);
        place
    }

    /// Whether somebody who comes now is told that there is no place: then they have been.
    pub(super) fn turns_away(&self) -> bool {
        let mut queue = self.queue();
        let full = queue.is_crowded() && self.few.available_permits() == 0;
        if full {
            queue.tells();
        }
        full
    }

    async fn find(&self) -> Option<Place> {
        if let Ok(place) = Arc::clone(&self.few).try_acquire_owned() {
            return Some(place);
        }
        if self.queue().is_crowded() {
            return None;
        }
        if let Ok(place) = Arc::clone(&self.others).try_acquire_owned() {
            return Some(place);
        }
        let _waiting = Waiting::among(self)?;
        let mut few = pin!(Arc::clone(&self.few).acquire_owned());
        let came = Instant::now();
        let mut other = pin!(Arc::clone(&self.others).acquire_owned());
        loop {
            // Looked at again and again, so that those who came before the crowd are told too.
            let any = async {
                tokio::select! {
                    place = few.as_mut() => place,
                    place = other.as_mut() => place,
                }
            };
            if let Ok(place) = timeout(NEWS, any).await {
                return place.ok();
            }
            if self.queue().is_crowded() || came.elapsed() >= BURST {
                return None;
            }
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody who waits, until this goes out of scope.
struct Waiting<'a>(&'a Places);

impl<'a> Waiting<'a> {
    /// One more in the queue; none when it is full.
    fn among(places: &'a Places) -> Option<Self> {
        let mut queue = places.queue();
        if queue.waiting >= places.most_waiting {
            return None;
        }
        queue.waiting += 1;
        drop(queue);
        Some(Self(places))
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.queue().waiting -= 1;
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;

    use futures_util::{FutureExt, future::join_all};

    use super::*;

    /// What happens while time is measured by the queue itself: nobody here waits for a given time.
    fn together<T>(work: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .expect("a runtime");
        runtime.block_on(work)
    }

    #[test]
    fn a_burst_waits_and_everybody_gets_a_place() {
        let places = Places::new(2);
        let all = join_all((0..16).map(|_| async {
            let place = places.take().await;
            tokio::task::yield_now().await;
            place.is_some()
        }));
        assert_eq!(together(all), [true; 16]);
    }

    #[test]
    fn more_than_the_queue_holds_are_told_at_once() {
        let places = Places::new(1);
        let held = together(places.take()).expect("a place");
        let mut waiting: Vec<_> = (0..WAITING_PER_PLACE)
            .map(|_| Box::pin(places.take()))
            .collect();
        together(async {
            for one in &mut waiting {
                assert!(one.as_mut().now_or_never().is_none(), "it waits");
            }
            assert!(
                places
                    .take()
                    .now_or_never()
                    .expect("told at once")
                    .is_none()
            );
        });
        // Whoever leaves makes room.
        drop(waiting.pop());
        places.queue().told = None;
        together(async {
            assert!(places.take().now_or_never().is_none(), "it waits");
        });
        drop((waiting, held));
        assert!(together(places.take()).is_some());
    }

    #[test]
    fn a_burst_waits_and_a_crowd_is_told_at_once() {
        let places = Places::new(1);
        let _held = together(places.take()).expect("a place");
        together(async {
            let began = Instant::now();
            assert!(places.take().await.is_none());
            assert!(began.elapsed() >= BURST, "a burst may wait");
            // The queue is empty in between, and that doesn't end the crowd.
            for _ in 0..5 {
                let told = places.take().now_or_never();
                assert!(told.expect("at once").is_none());
            }
        });
    }

    #[test]
    fn who_came_before_the_crowd_is_told_with_it() {
        let soonest = (0..5).map(|_| {
            let places = Places::new(1);
            let _held = together(places.take()).expect("a place");
            let came = Instant::now();
            let all = join_all((0..=WAITING_PER_PLACE).map(|_| places.take()));
            assert!(together(all).iter().all(Option::is_none));
            came.elapsed()
        });
        let soonest = soonest.min().expect("five");
        assert!(
            soonest < BURST,
            "the last one makes it a crowd: {soonest:?}"
        );
    }

    #[test]
    fn in_a_crowd_half_of_the_places_are_given() {
        let places = Places::new(4);
        places.queue().told = Some(Instant::now());
        let mut held = Vec::new();
        for _ in 0..2 {
            assert!(!places.turns_away());
            held.push(together(places.take()).expect("a place"));
        }
        assert!(places.turns_away());
        assert!(together(places.take()).is_none());
        held.pop();
        assert!(!places.turns_away());
        assert!(together(places.take()).is_some());
    }

    #[test]
    fn nobody_is_turned_away_before_it_is_a_crowd() {
        let places = Places::new(1);
        let _held = together(places.take()).expect("a place");
        assert!(!places.turns_away());
        assert!(together(places.take()).is_none(), "a burst waits in vain");
        assert!(places.turns_away());
        places.queue().told = Instant::now().checked_sub(CALM);
        assert!(!places.turns_away());
    }

    #[test]
    fn when_no_place_was_given_for_a_while_the_others_are() {
        let places = Places::new(2);
        let _slow = together(places.take()).expect("a place");
        places.queue().told = Some(Instant::now());
        assert!(places.turns_away());
        let long_ago = Instant::now().checked_sub(CALM);
        places.queue().given = long_ago;
        places.queue().told = long_ago.map(|then| then + CALM / 2);
        assert!(places.turns_away(), "it is a crowd still");
        let told = places.queue().told;
        assert_eq!(told, long_ago.map(|then| then + CALM / 2), "and not longer");
        places.queue().told = long_ago;
        assert!(together(places.take()).is_some());
    }

    #[test]
    fn when_nobody_had_to_be_told_for_a_while_the_crowd_has_gone() {
        let places = Places::new(1);
        let _held = together(places.take()).expect("a place");
        places.queue().told = Instant::now().checked_sub(CALM);
        together(async {
            let came = Instant::now();
            assert!(places.take().await.is_none());
            assert!(came.elapsed() >= BURST, "a burst may wait again");
        });
    }
}
