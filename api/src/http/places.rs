//! Places among the requests that are worked on, and a short queue before them.
//!
//! A burst waits: whoever finds no place stays in the queue for up to [`BURST`]. When somebody has waited
//! for so long, or the queue is full, it is a crowd, until nobody had to be told for [`CALM`]. In a crowd
//! only a few places are given. For each of these one may wait, for up to [`CROWD`] and until the next one
//! comes, so that those who are let in have hardly waited, and the others know at once.
//!
//! Two times to wait, and the latest first in a crowd, are the ideas of "Fail at Scale" (ACM Queue 13-8,
//! 2015), after the controlled delay of queues (`CoDel`, RFC 8289). There, a queue that is empty for a
//! moment ends the crowd; here, that would let it wait again several times a second (docs/adr/0012).

use std::{
    collections::VecDeque,
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, oneshot},
    time::timeout,
};

/// How long somebody may wait in a burst.
const BURST: Duration = Duration::from_millis(100);
/// How long somebody may wait in a crowd.
const CROWD: Duration = Duration::from_millis(3);
/// When nobody had to be told for so long, the crowd has gone.
const CALM: Duration = Duration::from_secs(1);
/// How many may wait in a burst, for each place.
const WAITING_PER_PLACE: usize = 8;
/// One in so many places is given in a crowd too.
const FEW: usize = 4;

/// The places of a service.
pub(super) struct Places {
    /// Those that are given in a crowd too.
    few: Arc<Semaphore>,
    others: Arc<Semaphore>,
    queue: Mutex<Queue>,
    /// How many may wait in a burst.
    most_waiting: usize,
    /// How many may wait in a crowd.
    few_waiting: usize,
}

/// Those who wait.
#[derive(Default)]
struct Queue {
    /// How many wait as in a burst.
    waiting: usize,
    /// Those who wait as in a crowd, the latest last. Whoever is dropped here waits no longer.
    crowd: VecDeque<oneshot::Sender<()>>,
    /// When somebody was last told that there is no place.
    told: Option<Instant>,
}

impl Queue {
    fn is_crowded(&self) -> bool {
        self.told.is_some_and(|told| told.elapsed() < CALM)
    }
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
            few_waiting: few,
        }
    }

    /// A place, perhaps after a moment; none when there are too many.
    pub(super) async fn take(&self) -> Option<Place> {
        let place = self.find().await;
        if place.is_none() {
            self.queue().told = Some(Instant::now());
        }
        place
    }

    async fn find(&self) -> Option<Place> {
        if let Ok(place) = Arc::clone(&self.few).try_acquire_owned() {
            return Some(place);
        }
        let mut few = pin!(Arc::clone(&self.few).acquire_owned());
        if self.is_crowded() {
            let next_one_comes = self.comes_to_a_crowd();
            return tokio::select! {
                place = timeout(CROWD, few) => place.ok()?.ok(),
                _ = next_one_comes => None,
            };
        }
        if let Ok(place) = Arc::clone(&self.others).try_acquire_owned() {
            return Some(place);
        }
        let _waiting = Waiting::among(self)?;
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
            if let Ok(place) = timeout(CROWD, any).await {
                return place.ok();
            }
            if self.is_crowded() || came.elapsed() >= BURST {
                return None;
            }
        }
    }

    fn is_crowded(&self) -> bool {
        self.queue().is_crowded()
    }

    /// One more waits in a crowd, and whoever has waited longest waits no longer when there are too many:
    /// what ends when this one is the longest.
    fn comes_to_a_crowd(&self) -> oneshot::Receiver<()> {
        let (stays, longest) = oneshot::channel();
        let mut queue = self.queue();
        queue.crowd.retain(|one| !one.is_closed());
        if queue.crowd.len() == self.few_waiting {
            queue.crowd.pop_front();
        }
        queue.crowd.push_back(stays);
        longest
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
    fn a_crowd_is_told_sooner_than_a_burst() {
        let places = Places::new(1);
        let _held = together(places.take()).expect("a place");
        together(async {
            let began = Instant::now();
            assert!(places.take().await.is_none());
            assert!(began.elapsed() >= BURST, "a burst may wait");
            // The queue is empty in between, and that doesn't end the crowd.
            let mut times = Vec::new();
            for _ in 0..5 {
                let came = Instant::now();
                assert!(places.take().await.is_none());
                times.push(came.elapsed());
            }
            // Of several, since a busy machine may keep one of them.
            let soonest = times.into_iter().min().expect("five");
            assert!(soonest < BURST / 2, "{soonest:?}");
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
    fn in_a_crowd_a_few_places_are_given_and_the_latest_wait() {
        let places = Places::new(2 * FEW);
        places.queue().told = Some(Instant::now());
        let held = [together(places.take()), together(places.take())];
        assert!(held.iter().all(Option::is_some));
        let mut waiting = [Box::pin(places.take()), Box::pin(places.take())];
        together(async {
            for one in &mut waiting {
                assert!(one.as_mut().now_or_never().is_none(), "it waits");
            }
            let mut latest = Box::pin(places.take());
            assert!(latest.as_mut().now_or_never().is_none(), "it waits");
            let [first, second] = &mut waiting;
            let first = first.as_mut().now_or_never();
            assert!(first.expect("told when one more comes").is_none());
            drop(held);
            assert!(second.await.is_some() && latest.await.is_some());
        });
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
