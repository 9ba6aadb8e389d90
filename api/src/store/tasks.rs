//! Work that goes on when nobody waits for it any more: a mutation whose caller has left, a read that
//! is logged. It is counted, so that the process lets it end before it ends itself. The count is one
//! for the process, as its end is.

use std::sync::LazyLock;

use tokio::{sync::watch, task::JoinHandle};

static GOING: LazyLock<watch::Sender<usize>> = LazyLock::new(|| watch::Sender::new(0));

/// One of those that are counted, until it is dropped.
struct Going;

impl Going {
    fn begins() -> Self {
        GOING.send_modify(|going| *going += 1);
        Self
    }
}

impl Drop for Going {
    fn drop(&mut self) {
        GOING.send_modify(|going| *going -= 1);
    }
}

/// Does something in a task of its own and to its end, whoever still waits for it.
pub fn spawn<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
    let going = Going::begins();
    tokio::spawn(async move {
        let outcome = work.await;
        drop(going);
        outcome
    })
}

/// Waits until nothing of it goes on.
pub async fn ended() {
    let mut going = GOING.subscribe();
    // Nobody drops the sender.
    let _ = going.wait_for(|going| *going == 0).await;
}
