//! Who was erased, by whichever replica, is on this one's list; and what was erased lies in no log of
//! the database.

use crate::{domain::resident::erase, store::Cx};

/// Sees to both; how many were added to the list. What fails is said in the log and tried again in the
/// next pass.
pub async fn keep(cx: &Cx) -> usize {
    if cx.log_is_to_be_emptied() {
        erase::scrub(cx).await;
    }
    match erase::keep_list_whole(cx).await {
        Ok(added) => added,
        Err(error) => {
            tracing::error!(target: "nabij_api::relay", %error, "the list of erased residents is not whole");
            0
        }
    }
}
