//! The places for connections: so many in all, and so many of them for one address.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use super::{budget::subscriber, forwarded::Proxies};

/// Who is connected. Clones are the same.
#[derive(Clone)]
pub(super) struct Crowd(Arc<Shared>);

struct Shared {
    free: Arc<Semaphore>,
    /// How many there may be in all.
    all: usize,
    /// How many of them may come from one address.
    each: usize,
    /// Behind these are many; they aren't counted as one.
    proxies: Proxies,
    taken: Mutex<Taken>,
    hurried: watch::Sender<bool>,
}

#[derive(Default)]
struct Taken {
    all: usize,
    by: HashMap<IpAddr, usize>,
    closing: bool,
}

impl Crowd {
    /// So many places in all, and so many of them for an address that is none of the proxies'.
    pub(super) fn new(all: usize, each: usize, proxies: Proxies) -> Self {
        Self(Arc::new(Shared {
            free: Arc::new(Semaphore::new(all.min(Semaphore::MAX_PERMITS))),
            all,
            each,
            proxies,
            taken: Mutex::default(),
            hurried: watch::Sender::new(false),
        }))
    }

    /// Waits until a place is free.
    pub(super) async fn free(&self) -> Option<OwnedSemaphorePermit> {
        // Nobody closes the semaphore.
        Arc::clone(&self.0.free).acquire_owned().await.ok()
    }

    /// Gives the free place to a connection from this address; none when it has as many as it may.
    pub(super) fn take(&self, free: Option<OwnedSemaphorePermit>, peer: IpAddr) -> Option<Seat> {
        let address = subscriber(peer);
        let mut taken = self.0.taken();
        let here = taken.by.entry(address).or_default();
        if *here >= self.0.each && !self.0.proxies.has(peer) {
            return None;
        }
        *here += 1;
        taken.all += 1;
        self.0.hurry(&taken);
        Some(Seat {
            crowd: self.clone(),
            address,
            _free: free,
        })
    }

    /// Whether nine in ten places are taken, or none will be given any more: then who is idle gives
    /// theirs back sooner.
    pub(super) fn hurried(&self) -> watch::Receiver<bool> {
        self.0.hurried.subscribe()
    }

    /// Gives no more places.
    pub(super) fn closes(&self) {
        let mut taken = self.0.taken();
        taken.closing = true;
        self.0.hurry(&taken);
    }
}

impl Shared {
    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hurry(&self, taken: &Taken) {
        let hurried = taken.closing || taken.all * 10 >= self.all.saturating_mul(9);
        self.hurried
            .send_if_modified(|now| std::mem::replace(now, hurried) != hurried);
    }
}

/// The place of one connection, given back when it is dropped.
pub(super) struct Seat {
    crowd: Crowd,
    address: IpAddr,
    _free: Option<OwnedSemaphorePermit>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.crowd.0.taken();
        taken.all -= 1;
        if let Some(here) = taken.by.get_mut(&self.address) {
            *here -= 1;
            if *here == 0 {
                taken.by.remove(&self.address);
            }
        }
        self.crowd.0.hurry(&taken);
    }
}
