//! Places among the requests that are worked on, and a short queue before them.
//!
//! A burst waits: whoever finds no place stays in the queue for up to [`BURST`]. When somebody has waited
//! for so long, or the queue is full, it is a crowd, until for a while ([`CALM`]) nobody had to be told or the
//! places that are given in a crowd were empty for some of the time. In a crowd few places are given, and only the latest who came waits, for a
//! [`MOMENT`] or until the next one comes: so those who are let in are fast, somebody is there when a place
//! becomes free, and all others know at once.
//!
//! That a queue is for bursts only, and that in a crowd the latest is let in first, are the ideas of "Fail at
//! Scale" (ACM Queue 13-8, 2015), after the controlled delay of queues (`CoDel`, RFC 8289). There, a queue
//! that is empty for a moment ends the crowd; here, that would let it wait again several times a second
//! (docs/adr/0012).

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::{sync::oneshot, time::timeout};

/// How long somebody may wait in a burst.
const BURST: Duration = Duration::from_millis(100);
/// How long the latest may wait in a crowd.
const MOMENT: Duration = Duration::from_millis(5);
/// How long a crowd is looked at before it may end: when nobody had to be told for so long.
const CALM: Duration = Duration::from_secs(1);
/// It ends, too, when for so much of that time, in hundredths, its places were empty. One that is asked for just as
/// much as it can do leaves them empty for about a quarter, since not everybody comes when there is room.
const EMPTY: u32 = 30;
/// Whoever has worked for so long doesn't keep the others of a crowd from their places.
const LONG: Duration = Duration::from_millis(50);
/// How many may wait in a burst, for each place.
const WAITING_PER_PLACE: usize = 8;

/// The places of a service. Clones are the same places.
#[derive(Clone)]
pub(super) struct Places(Arc<Mutex<State>>);

struct State {
    count: usize,
    /// How many are given in a crowd.
    few: u32,
    /// Since when those work who have a place, in the order in which they came.
    working: VecDeque<Instant>,
    /// Who waits, in that order.
    waiting: VecDeque<oneshot::Sender<Place>>,
    crowd: Option<Crowd>,
}

/// A crowd, as long as it is looked at.
struct Crowd {
    since: Instant,
    seen: Instant,
    /// How long the few places were empty until it was last seen, added up.
    empty: Duration,
    /// Whether somebody was told that there is no place.
    told: bool,
}

impl Crowd {
    fn seen_at(now: Instant) -> Self {
        Self {
            since: now,
            seen: now,
            empty: Duration::ZERO,
            told: false,
        }
    }
}

impl State {
    /// Sees what became of a crowd, before anything changes.
    fn look(&mut self, now: Instant) {
        let working = u32::try_from(self.working.len()).unwrap_or(u32::MAX);
        let Some(crowd) = &mut self.crowd else {
            return;
        };
        // Others may have looked since the time was taken.
        let now = now.max(crowd.seen);
        crowd.empty += (now - crowd.seen) * self.few.saturating_sub(working);
        crowd.seen = now;
        let lasted = now - crowd.since;
        if lasted < CALM {
            return;
        }
        let is_over = !crowd.told || crowd.empty * 100 >= lasted * self.few * EMPTY;
        self.crowd = (!is_over).then(|| Crowd::seen_at(now));
    }

    fn is_free(&self, now: Instant) -> bool {
        let lately = self.working.iter().rev();
        let lately = lately.take_while(|since| now - **since < LONG);
        self.working.len() < self.count
            && (self.crowd.is_none() || lately.count() < self.few as usize)
    }

    /// It is a crowd, and all who wait are told.
    fn tells(&mut self, now: Instant) {
        let crowd = self.crowd.get_or_insert_with(|| Crowd::seen_at(now));
        crowd.told |= self.waiting.iter().any(|waits| !waits.is_closed());
        self.waiting.clear();
    }
}

/// A place, given back when its last clone goes out of scope.
#[derive(Clone)]
pub(super) struct Place {
    _taken: Arc<Taken>,
}

struct Taken {
    places: Places,
    since: Instant,
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.places.is_given_back(self.since, Instant::now());
    }
}

/// Where somebody waits for a place, and how long they may.
struct Waits {
    place: oneshot::Receiver<Place>,
    patience: Duration,
}

impl Places {
    /// So many places, of which few are given in a crowd.
    pub(super) fn new(count: usize, few: usize) -> Self {
        let few = u32::try_from(few).unwrap_or(u32::MAX);
        Self(Arc::new(Mutex::new(State {
            count,
            few,
            working: VecDeque::new(),
            waiting: VecDeque::new(),
            crowd: None,
        })))
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.state().count
    }

    /// Whether there are more than can be let in.
    pub(super) fn is_crowded(&self) -> bool {
        let mut state = self.state();
        state.look(Instant::now());
        state.crowd.is_some()
    }

    /// A place, perhaps after a moment; none when there are too many.
    pub(super) async fn take(&self) -> Option<Place> {
        let Waits { place, patience } = match self.finds(Instant::now()) {
            Ok(place) => return Some(place),
            Err(waits) => waits,
        };
        match timeout(patience, place).await {
            Ok(told) => told.ok(),
            Err(_) => self.waited_in_vain(Instant::now()),
        }
    }

    /// A place, or where to wait for one.
    fn finds(&self, now: Instant) -> Result<Place, Waits> {
        let mut state = self.state();
        state.look(now);
        if state.is_free(now) {
            return Ok(self.given(&mut state, now));
        }
        let most = state.count.saturating_mul(WAITING_PER_PLACE);
        if state.waiting.len() >= most {
            state.waiting.retain(|waits| !waits.is_closed());
        }
        if state.crowd.is_some() || state.waiting.len() >= most {
            state.tells(now);
        }
        let patience = match state.crowd {
            Some(_) => MOMENT,
            None => BURST,
        };
        let (waits, place) = oneshot::channel();
        state.waiting.push_back(waits);
        drop(state);
        Err(Waits { place, patience })
    }

    /// A place that has become free because others have worked for long; otherwise it is a crowd.
    fn waited_in_vain(&self, now: Instant) -> Option<Place> {
        let mut state = self.state();
        state.look(now);
        if state.is_free(now) {
            return Some(self.given(&mut state, now));
        }
        match &mut state.crowd {
            Some(crowd) => crowd.told = true,
            None => state.tells(now),
        }
        None
    }

    fn given(&self, state: &mut State, now: Instant) -> Place {
        state.working.push_back(now);
        let places = self.clone();
        Place {
            _taken: Arc::new(Taken { places, since: now }),
        }
    }

    /// The place of somebody who worked since then goes to the next.
    fn is_given_back(&self, since: Instant, now: Instant) {
        let mut state = self.state();
        state.look(now);
        let at = state.working.iter().position(|other| *other == since);
        at.and_then(|at| state.working.remove(at));
        if !state.is_free(now) {
            return;
        }
        while let Some(next) = state.waiting.pop_front() {
            if !next.is_closed() {
                let place = self.given(&mut state, now);
                drop(state);
                // Whoever leaves in this instant gives it back, too.
                drop(next.send(place));
                return;
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    const SHORT: Duration = Duration::from_millis(4);

    /// So many places, of which one is given in a crowd and somebody has one; and the time.
    fn one_works(count: usize) -> (Places, Place, Instant) {
        let (places, now) = (Places::new(count, 1), Instant::now());
        let held = places.finds(now).ok().expect("a place");
        (places, held, now)
    }

    impl Places {
        fn crowded(self, now: Instant) -> Self {
            self.state().tells(now);
            self
        }

        fn waits(&self, now: Instant) -> oneshot::Receiver<Place> {
            self.finds(now).err().expect("no place").place
        }

        fn ends(&self, now: Instant) {
            let since = self.state().working[0];
            self.is_given_back(since, now);
        }
    }

    impl Place {
        /// Given back by the test's own clock.
        fn forgotten(self) {
            std::mem::forget(self);
        }
    }

    fn is_told(place: &mut oneshot::Receiver<Place>) -> bool {
        matches!(place.try_recv(), Err(oneshot::error::TryRecvError::Closed))
    }

    fn is_let_in(place: &mut oneshot::Receiver<Place>) -> bool {
        place.try_recv().map(Place::forgotten).is_ok()
    }

    #[tokio::test]
    async fn a_burst_waits_and_everybody_gets_a_place() {
        let places = Places::new(2, 1);
        let all = futures_util::future::join_all((0..16).map(|_| async {
            let place = places.take().await;
            tokio::task::yield_now().await;
            place.is_some()
        }));
        assert_eq!(all.await, [true; 16]);
        assert!(!places.is_crowded());
    }

    #[tokio::test]
    async fn who_waits_for_too_long_in_a_burst_makes_it_a_crowd() {
        let (places, _held, now) = one_works(1);
        let mut other = places.waits(now + BURST / 2);
        let came = Instant::now();
        assert!(places.take().await.is_none());
        assert!(came.elapsed() >= BURST, "a burst may wait");
        assert!(places.is_crowded());
        assert!(is_told(&mut other), "all of them are told");
    }

    #[test]
    fn more_than_the_queue_holds_are_told_at_once() {
        let (places, _held, now) = one_works(1);
        let mut waiting: Vec<_> = (0..WAITING_PER_PLACE).map(|_| places.waits(now)).collect();
        // Whoever leaves makes room.
        drop(waiting.pop());
        waiting.push(places.waits(now));
        assert!(!places.is_crowded());
        let mut latest = places.waits(now);
        assert!(places.is_crowded());
        assert!(waiting.iter_mut().all(is_told));
        places.ends(now);
        assert!(is_let_in(&mut latest));
    }

    #[test]
    fn in_a_crowd_the_latest_has_the_next_place() {
        let (places, _held, now) = one_works(4);
        let places = places.crowded(now);
        let mut earlier = places.waits(now);
        let mut latest = places.waits(now);
        assert!(is_told(&mut earlier));
        places.ends(now);
        assert!(is_let_in(&mut latest));
    }

    #[test]
    fn in_a_crowd_few_places_are_given() {
        let (places, now) = (Places::new(4, 1), Instant::now());
        let _held: Vec<_> = (0..3).map(|_| places.finds(now).ok()).collect();
        let places = places.crowded(now);
        let mut waits = places.waits(now);
        for still_working in [2, 1] {
            places.ends(now);
            assert!(!is_let_in(&mut waits), "{still_working} still work");
        }
        places.ends(now);
        assert!(is_let_in(&mut waits));
    }

    #[test]
    fn who_works_for_long_keeps_nobody_of_a_crowd_from_their_place() {
        let (places, _slow, now) = one_works(2);
        let places = places.crowded(now);
        let _waits = places.waits(now);
        assert!(places.waited_in_vain(now + MOMENT).is_none());
        let next = places.waited_in_vain(now + LONG).expect("a place");
        let _waits = places.waits(now + LONG);
        let _waits = places.waits(now + 2 * LONG);
        assert_eq!(places.state().working.len(), 2, "there are no more");
        drop(next);
    }

    #[test]
    fn a_crowd_of_which_nobody_had_to_be_told_has_gone() {
        let (places, _held, mut now) = one_works(1);
        let places = places.crowded(now);
        // One caller who asks again and again, and another who leaves.
        for _ in 0..250 {
            drop(places.waits(now));
            let mut next = places.waits(now);
            now += SHORT;
            places.ends(now);
            assert!(is_let_in(&mut next));
        }
        assert!(places.state().crowd.is_none());
    }

    #[test]
    fn a_crowd_lasts_while_its_places_are_taken() {
        let (places, _held, mut now) = one_works(1);
        let places = places.crowded(now);
        for _ in 0..1_000 {
            let mut other = places.waits(now);
            let mut next = places.waits(now);
            now += SHORT;
            places.ends(now);
            assert!(is_told(&mut other));
            assert!(is_let_in(&mut next));
        }
        assert!(places.state().crowd.is_some(), "after four seconds");
    }

    #[test]
    fn a_crowd_ends_when_its_places_were_empty_for_some_of_the_time() {
        let (places, _held, mut now) = one_works(1);
        let places = places.crowded(now);
        let began = now;
        places.ends(now);
        // A page that asks ten questions at once, ten times a second: that is no crowd, whoever is told.
        while places.state().crowd.is_some() {
            assert!(now - began < 2 * CALM);
            places.finds(now).ok().expect("a place").forgotten();
            let _others: Vec<_> = (0..9).map(|_| places.finds(now).err()).collect();
            places.ends(now + SHORT);
            places.ends(now + 2 * SHORT);
            now += CALM / 10;
            places.state().look(now);
        }
        assert!(now - began >= CALM);
        let _first = places.finds(now).ok().expect("a place");
        let mut others: Vec<_> = (0..8).map(|_| places.waits(now)).collect();
        assert!(!others.iter_mut().any(is_told), "all may wait now");
    }

    #[test]
    fn a_place_goes_to_nobody_who_has_left() {
        let (places, held, now) = one_works(1);
        let left = places.waits(now);
        let mut stays = places.waits(now);
        drop(left);
        drop(held);
        let place = stays.try_recv().expect("the next has it");
        let waits = places.waits(now);
        drop((waits, place));
        assert!(places.take().now_or_never().flatten().is_some());
    }

    #[test]
    fn a_place_that_comes_too_late_is_given_back() {
        let (places, held, now) = one_works(1);
        let left = places.waits(now);
        drop(held);
        assert_eq!(places.state().working.len(), 1, "it is under way");
        drop(left);
        assert_eq!(places.state().working.len(), 0);
    }
}
