//! Feedback: how a referral went, from each side once. The volunteer who helped gives it on the
//! call-out, since they don't see the referral.

use nabij_entity::{
    call_out::{self, CallOutStatus},
    feedback::{self, FeedbackGiver},
    referral::{self, ReferralStatus},
};
use uuid::Uuid;

use super::{
    refusal::{Code, Outcome, Problem, Problems},
    reporter, retention, text,
};
use crate::{
    policy::{Action, Forbidden, Permit, Viewer, decide},
    store::{
        Cx, Kind, Tx,
        events::Happening,
        idempotency::{IdempotencyKey, Recall},
    },
};

/// What feedback is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A referral.
    Referral(Uuid),
    /// The help that a call-out found, by the volunteer who gave it.
    CallOut(Uuid),
}

/// Feedback as it is given.
#[derive(Debug)]
pub struct Given {
    /// What it is about.
    pub on: Subject,
    /// Whose judgement it is.
    pub giver: FeedbackGiver,
    /// From 1 (bad) to 5 (good).
    pub score: i32,
    /// In words.
    pub text: Option<String>,
}

/// Gives feedback on a referral that has been carried out.
///
/// # Errors
/// What is wrong with the input, [`Code::NotFound`], [`Code::Forbidden`], and
/// [`Code::AlreadyExists`] when this side has given its own.
pub async fn give(cx: &Cx, given: Given, key: Option<IdempotencyKey>) -> Outcome<Uuid> {
    let Given {
        on,
        giver,
        score,
        text,
    } = given;
    let mut problems = Problems::new();
    problems.check(in_range(score));
    let text = problems.check(text::optional("text", text.as_deref(), text::STORY));
    let text = problems.into_value(text)?;
    let tx = cx.begin().await?;
    let (permit, referral, ambassador) = judged(&tx, on, giver).await?;
    let user = reporter::user(&tx)?;
    carried_out(referral.status, on)?;
    if tx.is_removed(referral.signal_id).await? {
        return Err(retention::removed("").into());
    }
    let id = match tx.claim(key.as_ref()).await? {
        Recall::New(id) => id,
        Recall::Made(id) => return Ok(id),
        Recall::Mismatch => return Err(Problem::idempotency_mismatch().into()),
    };
    if tx.has_feedback(referral.id, giver).await? {
        return Err(Problem::new(
            Code::AlreadyExists,
            "giver",
            "This side has given its feedback on the referral already: see `feedback` of the \
             referral.",
        )
        .into());
    }
    let now = tx.now();
    let model = feedback::Model {
        id,
        referral_id: referral.id,
        signal_id: referral.signal_id,
        municipality_id: referral.municipality_id,
        neighbourhood_id: referral.neighbourhood_id,
        giver,
        score,
        text,
        author_user_id: user,
        author_partner_id: author_partner(tx.viewer(), &referral),
        author_ambassador_id: ambassador,
        call_out_id: tx.filled_call_out(referral.id).await?,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    // The score is for those who may read the feedback, not for all who may read the history.
    let happening = Happening::new("referral.feedback_given", (Kind::Referral, referral.id))
        .with("giver", giver.code());
    tx.insert::<feedback::Entity>(&permit, model, happening)
        .await?;
    tx.commit().await?;
    Ok(id)
}

/// The referral that is judged, locked, and the volunteer as whom the viewer judges, if they do.
async fn judged(
    tx: &Tx,
    on: Subject,
    giver: FeedbackGiver,
) -> Outcome<(Permit, referral::Model, Option<Uuid>)> {
    let id = match on {
        Subject::Referral(id) => {
            let referral = tx
                .visible::<referral::Entity>(id)
                .await?
                .ok_or_else(|| Problem::not_found("referral"))?;
            let permit = decide(tx.viewer(), Action::FeedbackGive(&referral))?;
            return Ok((permit, referral.into_model(), None));
        }
        Subject::CallOut(id) => id,
    };
    let missing = || Problem::not_found("callOut");
    let referral = tx.referral_of_call_out(id).await?.ok_or_else(missing)?;
    let referral = tx.locked_referral(referral).await?;
    let call_out = tx
        .visible::<call_out::Entity>(id)
        .await?
        .ok_or_else(missing)?;
    let permit = decide(tx.viewer(), Action::CallOutFeedbackGive(&call_out))?;
    if call_out.status != CallOutStatus::Filled {
        return Err(Forbidden.into());
    }
    if giver != FeedbackGiver::Volunteer {
        return Err(Problem::new(
            Code::Invalid,
            "giver",
            "On a call-out the volunteer who helped gives their own judgement: choose VOLUNTEER. \
             The others give theirs on the referral.",
        )
        .into());
    }
    let helped = call_out.selected_ambassador_id;
    Ok((permit, referral, helped))
}

fn in_range(score: i32) -> Result<(), Problem> {
    if (1..=5).contains(&score) {
        Ok(())
    } else {
        Err(Problem::new(
            Code::OutOfRange,
            "score",
            "A score goes from 1 (bad) to 5 (good).",
        ))
    }
}

fn carried_out(status: ReferralStatus, on: Subject) -> Result<(), Problem> {
    let path = match on {
        Subject::Referral(_) => "referral",
        Subject::CallOut(_) => "callOut",
    };
    match status {
        ReferralStatus::Completed | ReferralStatus::Failed => Ok(()),
        ReferralStatus::Requested
        | ReferralStatus::Accepted
        | ReferralStatus::InProgress
        | ReferralStatus::OnHold => Err(Problem::new(
            Code::Invalid,
            path,
            "The referral isn't over. Give feedback once the partner has completed it or given \
             it up.",
        )),
        ReferralStatus::Rejected | ReferralStatus::Cancelled => Err(Problem::new(
            Code::Invalid,
            path,
            "The referral was rejected or cancelled, so there is no help to judge. Give feedback \
             on the one that followed it.",
        )),
    }
}

/// The partner for which the viewer judges: the target, else the one that referred; none for the
/// place's coordinator.
fn author_partner(viewer: &Viewer, referral: &referral::Model) -> Option<Uuid> {
    if viewer.coordinates(referral.municipality_id, Some(referral.neighbourhood_id)) {
        return None;
    }
    [Some(referral.to_partner_id), referral.from_partner_id]
        .into_iter()
        .find(|partner| viewer.works_for(*partner))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_go_from_one_to_five() {
        for score in -1..=7 {
            assert_eq!(in_range(score).is_ok(), (1..=5).contains(&score), "{score}");
        }
    }

    #[test]
    fn only_what_was_carried_out_is_judged() {
        use ReferralStatus as S;
        let on = Subject::Referral(Uuid::nil());
        for (status, fits) in [
            (S::Requested, false),
            (S::Accepted, false),
            (S::Rejected, false),
            (S::InProgress, false),
            (S::OnHold, false),
            (S::Completed, true),
            (S::Failed, true),
            (S::Cancelled, false),
        ] {
            assert_eq!(carried_out(status, on).is_ok(), fits, "{status:?}");
        }
    }
}
