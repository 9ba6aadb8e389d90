//! Places among the requests that are worked on, and a short queue before them.
//!
//! A burst waits: whoever finds no place stays in the queue for up to [`BURST`]. A crowd that doesn't
//! get smaller is told to come back: when somebody has been waiting all through the last [`BURST`],
//! nobody waits longer than [`STANDING`], so that those who are let in are answered as soon as ever, and
//! the others know at once. That is the controlled delay of queues (`CoDel`, RFC 8289), in the form for
//! servers of "Fail at Scale" (ACM Queue 13-8, 2015).

use std::{
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// How long somebody may wait in a burst, and after which time a queue counts as standing.
const BURST: Duration = Duration::from_millis(100);
/// How long somebody may wait in a queue that stands.
const STANDING: Duration = Duration::from_millis(2);
/// How many may wait, for each place.
const WAITING_PER_PLACE: usize = 8;

/// The places of a service.
pub(super) struct Places {
    free: Arc<Semaphore>,
    queue: Mutex<Queue>,
    most_waiting: usize,
}

/// Those who wait.
struct Queue {
    waiting: usize,
    /// Since when it hasn't been empty; of no meaning while it is.
    since: Instant,
}

/// A place, given back when it goes out of scope.
pub(super) type Place = OwnedSemaphorePermit;

impl Places {
    /// So many places.
    pub(super) fn new(count: usize) -> Self {
        Self {
            free: Arc::new(Semaphore::new(count)),
            queue: Mutex::new(Queue {
                waiting: 0,
                since: Instant::now(),
            }),
            most_waiting: count.saturating_mul(WAITING_PER_PLACE),
        }
    }

    /// A place, perhaps after a moment; none when there are too many.
    pub(super) async fn take(&self) -> Option<Place> {
        if let Ok(place) = Arc::clone(&self.free).try_acquire_owned() {
            return Some(place);
        }
        let _waiting = Waiting::among(self)?;
        let came = Instant::now();
        let mut place = pin!(Arc::clone(&self.free).acquire_owned());
        loop {
            // Looked at again and again, so that those who came before the queue stood are told too.
            if let Ok(place) = timeout(STANDING, place.as_mut()).await {
                return place.ok();
            }
            if self.stands() || came.elapsed() >= BURST {
                return None;
            }
        }
    }

    /// Whether somebody has been waiting for so long that it is no burst.
    fn stands(&self) -> bool {
        let queue = self.queue();
        queue.waiting > 0 && queue.since.elapsed() >= BURST
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
        if queue.waiting == 0 {
            queue.since = Instant::now();
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
        together(async {
            assert!(places.take().now_or_never().is_none(), "it waits");
        });
        drop((waiting, held));
        assert!(together(places.take()).is_some());
    }

    #[test]
    fn a_crowd_that_stays_is_told_sooner_than_a_burst() {
        let places = Places::new(1);
        let _held = together(places.take()).expect("a place");
        together(async {
            let began = Instant::now();
            assert!(places.take().await.is_none());
            assert!(began.elapsed() >= BURST, "a burst may wait");
            // One is there all the time, so that the queue stands.
            let crowd = async {
                loop {
                    let next = pin!(places.take());
                    let _ = next.await;
                }
            };
            let one = async {
                let mut told = false;
                while !told {
                    let came = Instant::now();
                    assert!(places.take().await.is_none());
                    told = came.elapsed() < BURST;
                }
            };
            let _ = futures_util::future::select(pin!(crowd), pin!(one)).await;
        });
    }
}
