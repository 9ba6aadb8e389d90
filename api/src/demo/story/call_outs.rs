//! What happens with call-outs: the pool gets its name, is called, and answers.

use chrono::TimeDelta;
use nabij_entity::feedback::FeedbackGiver;
use serde::Deserialize;

use super::Records;
use crate::{
    demo::load::told,
    domain::{
        call_out::{self, Opening},
        feedback,
        offer::{self, Making},
        partner,
    },
    store::Cx,
};

/// What can be done. Days count from the step's own.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub(in crate::demo) enum CallOutDeed {
    /// Name the pool.
    Name {
        partner: String,
        name: String,
    },
    /// Call out to the pool, in the service's own words.
    Open {
        key: String,
        referral: String,
        /// After how many days nobody can offer any more.
        deadline: i64,
        /// On which day it is to be done.
        on: Option<i64>,
        details: Option<String>,
    },
    /// Offer to help; with a volunteer, in their name.
    Offer {
        key: String,
        callout: String,
        ambassador: Option<String>,
        note: Option<String>,
    },
    Select {
        offer: String,
    },
    Decline {
        offer: String,
        note: Option<String>,
    },
    /// Drop out.
    Withdraw {
        offer: String,
        note: Option<String>,
    },
    /// Give up looking.
    Close {
        callout: String,
        note: Option<String>,
    },
    /// Say how it went, as the volunteer who helped.
    Feedback {
        callout: String,
        score: i32,
        text: Option<String>,
    },
}

/// Lets it happen.
///
/// # Errors
/// Why it was refused.
pub(super) async fn happen(
    cx: &Cx,
    records: &mut Records,
    deed: &CallOutDeed,
) -> Result<(), String> {
    match deed {
        CallOutDeed::Name { partner, name } => {
            let id = records.partner(partner)?;
            let named = partner::name_pool(cx, id, None, Some(name.clone())).await;
            told(named, partner).map(drop)
        }
        CallOutDeed::Open {
            key,
            referral,
            deadline,
            on,
            details,
        } => {
            let day = |days: i64| cx.now() + TimeDelta::days(days);
            let opening = Opening {
                referral: records.referral(referral)?,
                deadline: day(*deadline),
                starts_at: on.map(day),
                ends_at: on.map(|on| day(on) + TimeDelta::hours(2)),
                title: None,
                text: None,
                details: details.clone(),
            };
            let id = told(call_out::open(cx, opening, None).await, key)?;
            records.call_outs.insert(key.clone(), id);
            Ok(())
        }
        CallOutDeed::Offer {
            key,
            callout,
            ambassador,
            note,
        } => {
            let ambassador = ambassador.as_ref();
            let making = Making {
                call_out: records.call_out(callout)?,
                ambassador: ambassador.map(|key| records.ambassador(key)).transpose()?,
                note: note.clone(),
            };
            let id = told(offer::make(cx, making, None).await, key)?;
            records.offers.insert(key.clone(), id);
            Ok(())
        }
        CallOutDeed::Select { offer } => {
            let id = records.offer(offer)?;
            told(offer::select(cx, id, None).await, offer).map(drop)
        }
        CallOutDeed::Decline { offer, note } => {
            let id = records.offer(offer)?;
            told(offer::decline(cx, id, None, note.clone()).await, offer).map(drop)
        }
        CallOutDeed::Withdraw { offer, note } => {
            let id = records.offer(offer)?;
            told(offer::withdraw(cx, id, None, note.clone()).await, offer).map(drop)
        }
        CallOutDeed::Close { callout, note } => {
            let id = records.call_out(callout)?;
            told(call_out::close(cx, id, None, note.clone()).await, callout).map(drop)
        }
        CallOutDeed::Feedback {
            callout,
            score,
            text,
        } => {
            let given = feedback::Given {
                on: feedback::Subject::CallOut(records.call_out(callout)?),
                giver: FeedbackGiver::Volunteer,
                score: *score,
                text: text.clone(),
            };
            told(feedback::give(cx, given, None).await, callout).map(drop)
        }
    }
}
