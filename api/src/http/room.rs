//! Room for bodies: how many bytes of them the process holds at once, whoever sends them and over
//! however many connections and streams; and how many of one address, so that nobody takes all of it.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::budget::subscriber;

/// One address has this part of the room at most.
const SHARE: usize = 4;

/// Room for so many bytes in all.
#[derive(Clone, Debug)]
pub(super) struct Room {
    all: Arc<Semaphore>,
    each: usize,
    by: Arc<Mutex<HashMap<IpAddr, Weak<Semaphore>>>>,
}

impl Room {
    /// Room for so many bytes; at most 2^61 are counted.
    pub(super) fn for_bytes(bytes: usize) -> Self {
        let all = bytes.min(Semaphore::MAX_PERMITS);
        Self {
            all: Arc::new(Semaphore::new(all)),
            each: all.div_ceil(SHARE),
            by: Arc::default(),
        }
    }

    /// What somebody at this address holds of it: nothing yet.
    pub(super) fn nothing(&self, origin: IpAddr) -> Held {
        Held {
            share: self.share(subscriber(origin)),
            room: Arc::clone(&self.all),
            bytes: None,
        }
    }

    fn share(&self, address: IpAddr) -> Arc<Semaphore> {
        let mut by = self.by.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(share) = by.get(&address).and_then(Weak::upgrade) {
            return share;
        }
        // Whoever has gone is forgotten when somebody else comes.
        by.retain(|_, share| share.strong_count() > 0);
        let share = Arc::new(Semaphore::new(self.each));
        by.insert(address, Arc::downgrade(&share));
        share
    }
}

/// What somebody holds of the room, until it is dropped.
pub(super) struct Held {
    share: Arc<Semaphore>,
    room: Arc<Semaphore>,
    bytes: Option<[OwnedSemaphorePermit; 2]>,
}

impl Held {
    /// Waits until there is room for so many bytes more. What has come in is counted, not what was
    /// announced: nobody takes others' room by announcing much and sending little.
    pub(super) async fn more(&mut self, bytes: usize) {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        // In the queue of their own address first: the others' doesn't stand behind it. Nobody closes
        // the semaphores.
        let Ok(share) = Arc::clone(&self.share).acquire_many_owned(bytes).await else {
            return;
        };
        let Ok(room) = Arc::clone(&self.room).acquire_many_owned(bytes).await else {
            return;
        };
        match &mut self.bytes {
            Some([of_share, of_room]) => {
                of_share.merge(share);
                of_room.merge(room);
            }
            None => self.bytes = Some([share, room]),
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn one_address_leaves_room_for_the_others() {
        let room = Room::for_bytes(400);
        let at = |text: &str| room.nothing(text.parse().expect("an address"));
        let takes = |held: &mut Held, bytes| held.more(bytes).now_or_never().is_some();
        let [mut first, mut second] = [at("192.0.2.1"), at("192.0.2.1")];
        assert!(takes(&mut first, 60));
        assert!(!takes(&mut second, 60), "a quarter is for one address");
        assert!(takes(&mut at("192.0.2.2"), 100));
        drop(first);
        assert!(takes(&mut second, 60));
    }

    #[test]
    fn all_of_them_have_no_more_than_the_room() {
        let room = Room::for_bytes(400);
        let mut held: Vec<Held> = (1..=5)
            .map(|n| room.nothing(IpAddr::from([192, 0, 2, n])))
            .collect();
        let found: Vec<bool> = held
            .iter_mut()
            .map(|held| held.more(100).now_or_never().is_some())
            .collect();
        assert_eq!(found, [true, true, true, true, false]);
    }
}
