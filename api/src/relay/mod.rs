//! What happens without a request: because time has passed.
//!
//! | file | what is in it |
//! |---|---|
//! | `call_outs.rs` | call-outs whose deadline has passed give their referral back |
//! | `erased.rs` | who was erased is on every replica's list, and in no log of the database |
//! | `keys.rs` | idempotency keys are forgotten after a day |
//! | `retention.rs` | once a day: what is kept for longer than its period is removed |
//!
//! Each work is safe with several replicas: it looks for what is due, and settles each record in a
//! transaction of its own, under a lock, after asking once more whether it still is. It runs by the
//! service's clock, and once by a function, so that a test doesn't wait.
//!
//! To add one: a file with a function that does it once, and a line in [`Relay::pass`].

pub mod call_outs;
pub mod erased;
pub mod keys;
pub mod retention;

use std::{sync::Arc, time::Duration};

use tokio::{sync::watch, task::JoinHandle, time};

use crate::store::Cx;

/// How often the relay looks for what is due.
const EVERY: Duration = Duration::from_secs(30);

/// The relay while it runs. Stop it before the database is closed.
#[derive(Debug)]
pub struct Relay {
    stopping: watch::Sender<bool>,
    running: JoinHandle<()>,
}

impl Relay {
    /// Starts it; `cx` gives each pass a context of its own.
    pub fn start(cx: impl Fn(&str) -> Cx + Send + Sync + 'static) -> Self {
        let (stopping, stopped) = watch::channel(false);
        let running = tokio::spawn(run(Arc::new(cx), stopped));
        Self { stopping, running }
    }

    /// Lets the pass that has begun end, and begins no other.
    pub async fn stop(self) {
        // Nobody listens any more only when it has ended already.
        let _ = self.stopping.send(true);
        if self.running.await.is_err() {
            tracing::error!(target: "nabij_api::relay", "the relay had broken down");
        }
    }

    /// Everything that is due now, once.
    pub async fn pass(cx: &Cx) {
        call_outs::lapse(cx).await;
        keys::forget(cx).await;
        retention::remove(cx).await;
        // Last: what the others erased is in the log too.
        erased::keep(cx).await;
    }
}

async fn run(cx: Arc<dyn Fn(&str) -> Cx + Send + Sync>, mut stopped: watch::Receiver<bool>) {
    let mut ticks = time::interval(EVERY);
    // After a long pass the next one keeps its distance, instead of making up for those missed.
    ticks.set_missed_tick_behavior(time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            // Told to stop, or whoever could tell is gone.
            _ = stopped.changed() => return,
            _ = ticks.tick() => {}
        }
        Relay::pass(&cx("relay")).await;
    }
}
