//! Once a day and municipality: what is kept for longer than its period is removed.
//!
//! There is one record of the run for each day. Whoever looks first begins it; several replicas take
//! turns at it, each part in a transaction of its own; what was broken off goes on in the next pass.

use std::time::Instant;

use crate::{
    domain::{resident::erase, retention},
    store::Cx,
};

/// How many cases or residents are removed in one transaction.
const BATCH: u64 = 50;
/// How many batches one pass takes for a municipality, so that others get their turn.
const BATCHES: usize = 20;
/// How many municipalities one pass looks after.
const MUNICIPALITIES: u64 = 100;

/// Removes what is due; how many batches that took. What fails is said in the log and tried again in
/// the next pass.
pub async fn remove(cx: &Cx) -> usize {
    let began = Instant::now();
    let day = cx.clock().today();
    let municipalities = match cx.municipalities_to_run(day, MUNICIPALITIES).await {
        Ok(found) => found,
        Err(failure) => {
            tracing::error!(target: "nabij_api::relay", ?failure, "retention can't be read");
            return 0;
        }
    };
    let (mut batches, mut failed) = (0_usize, 0_usize);
    for municipality in municipalities {
        for _ in 0..BATCHES {
            match retention::run_some(cx, municipality, day, BATCH).await {
                Ok(true) => batches += 1,
                Ok(false) => break,
                Err(refusal) => {
                    failed += 1;
                    tracing::error!(target: "nabij_api::relay", ?refusal, "retention was broken off");
                    break;
                }
            }
        }
    }
    if batches > 0 {
        erase::scrub(cx).await;
    }
    if batches + failed > 0 {
        tracing::info!(
            target: "nabij_api::relay",
            work = "retention",
            batches,
            failed,
            took_us = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX),
            "relay"
        );
    }
    batches
}
