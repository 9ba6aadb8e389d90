//! Call-outs whose deadline has passed with nobody selected: they end unfilled, and their referral
//! goes back to whoever referred.

use std::time::Instant;

use crate::{domain::call_out, store::Cx};

/// How many are read at a time.
const BATCH: u64 = 100;
/// How many batches one pass takes at most, so that others get their turn.
const BATCHES: usize = 10;

/// Settles what is due; how many call-outs ended. What fails is said in the log and tried again in
/// the next pass.
pub async fn lapse(cx: &Cx) -> usize {
    let began = Instant::now();
    let (mut ended, mut failed) = (0_usize, 0_usize);
    for _ in 0..BATCHES {
        let due = match cx.call_outs_past_deadline(BATCH).await {
            Ok(due) => due,
            Err(failure) => {
                tracing::error!(target: "nabij_api::relay", ?failure, "deadlines can't be read");
                break;
            }
        };
        let mut settled = 0;
        for id in &due {
            match call_out::lapse(cx, *id).await {
                Ok(true) => settled += 1,
                Ok(false) => {}
                Err(refusal) => {
                    failed += 1;
                    tracing::error!(target: "nabij_api::relay", ?refusal, "a call-out didn't end");
                }
            }
        }
        ended += settled;
        if settled == 0 || due.len() < usize::try_from(BATCH).unwrap_or(usize::MAX) {
            break;
        }
    }
    if ended + failed > 0 {
        tracing::info!(
            target: "nabij_api::relay",
            work = "call-out deadlines",
            ended,
            failed,
            took_us = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX),
            "relay"
        );
    }
    ended
}
