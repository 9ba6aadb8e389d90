//! Idempotency keys of yesterday: they tell who changed what, and nothing needs them any more.

use crate::store::{Cx, Failure};

/// Forgets them; how many. What fails is said in the log and tried again in the next pass.
pub async fn forget(cx: &Cx) -> u64 {
    match forget_once(cx).await {
        Ok(forgotten) => forgotten,
        Err(failure) => {
            tracing::error!(target: "nabij_api::relay", ?failure, "keys can't be forgotten");
            0
        }
    }
}

async fn forget_once(cx: &Cx) -> Result<u64, Failure> {
    let tx = cx.begin().await?;
    let forgotten = tx.forget_keys().await?;
    tx.commit().await?;
    Ok(forgotten)
}
