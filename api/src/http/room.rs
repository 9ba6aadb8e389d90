//! Room for bodies: how many bytes of them the process holds at once, whoever sends them and over
//! however many connections and streams.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Room for so many bytes in all.
#[derive(Clone, Debug)]
pub(super) struct Room(Arc<Semaphore>);

impl Room {
    /// Room for so many bytes; at most 2^61 are counted.
    pub(super) fn for_bytes(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new(bytes.min(Semaphore::MAX_PERMITS))))
    }

    /// What somebody holds of it: nothing yet.
    pub(super) fn nothing(&self) -> Held {
        Held {
            room: Arc::clone(&self.0),
            bytes: None,
        }
    }
}

/// What somebody holds of the room, until it is dropped.
pub(super) struct Held {
    room: Arc<Semaphore>,
    bytes: Option<OwnedSemaphorePermit>,
}

impl Held {
    /// Waits until there is room for so many bytes more. What has come in is counted, not what was
    /// announced: nobody takes others' room by announcing much and sending little.
    pub(super) async fn more(&mut self, bytes: usize) {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        // Nobody closes the semaphore.
        let Ok(more) = Arc::clone(&self.room).acquire_many_owned(bytes).await else {
            return;
        };
        match &mut self.bytes {
            Some(held) => held.merge(more),
            None => self.bytes = Some(more),
        }
    }
}
