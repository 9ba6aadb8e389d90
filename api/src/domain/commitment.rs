//! Commitments to a plan: what partners and people promise, for a while or for good (story Z4). A
//! partner promises for itself; what informal carers, neighbours, shops or associations promise is
//! written down by whoever steers the plan.

use chrono::NaiveDate;
use nabij_entity::{
    commitment::{self, CommitmentParty},
    plan::{self, PlanStage},
    plan_action,
};
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use super::{
    plan as plans,
    refusal::{Code, Outcome, Problem, Problems, expect_version},
    reporter, text,
};
use crate::{
    policy::{Action, decide},
    store::{
        Cx, Kind,
        events::Happening,
        idempotency::{IdempotencyKey, Recall},
        write::Stale,
    },
};

/// A commitment as it is made.
#[derive(Debug)]
pub struct Promise {
    /// The plan it is made to.
    pub plan: Uuid,
    /// The action it is for.
    pub action: Option<Uuid>,
    /// Who promises.
    pub party: CommitmentParty,
    /// The partner that promises.
    pub partner: Option<Uuid>,
    /// What is promised.
    pub what: String,
    /// From when; today when left out.
    pub from_on: Option<NaiveDate>,
    /// The last day; none when it is lasting.
    pub until_on: Option<NaiveDate>,
}

/// Whether a partner is named exactly when it is a partner that promises.
fn party(party: CommitmentParty, partner: Option<Uuid>) -> Result<(), Problem> {
    match (party, partner) {
        (CommitmentParty::Partner, None) => Err(Problem::new(
            Code::Required,
            "partner",
            "Say which partner promises.",
        )),
        (CommitmentParty::Partner, Some(_)) | (_, None) => Ok(()),
        (_, Some(_)) => Err(Problem::new(
            Code::Invalid,
            "partner",
            "Only a commitment of party PARTNER names a partner. Leave it out, or change the party.",
        )),
    }
}

fn ends(from_on: NaiveDate, until_on: Option<NaiveDate>) -> Result<(), Problem> {
    match until_on {
        Some(until_on) if until_on < from_on => Err(Problem::new(
            Code::OutOfRange,
            "until",
            "The last day can't be before the first one.",
        )),
        _ => Ok(()),
    }
}

/// Promises something to a plan.
///
/// # Errors
/// What is wrong with the input, [`Code::NotFound`], [`Code::Forbidden`].
pub async fn make(cx: &Cx, promise: Promise, key: Option<IdempotencyKey>) -> Outcome<Uuid> {
    let Promise {
        plan,
        action,
        party: by,
        partner,
        what,
        from_on,
        until_on,
    } = promise;
    let from_on = from_on.unwrap_or_else(|| cx.now().date_naive());
    let mut problems = Problems::new();
    problems.check(party(by, partner));
    problems.check(ends(from_on, until_on));
    let what = problems.check(text::required("what", &what, text::STORY));
    let what = problems.into_value(what)?;

    let tx = cx.begin().await?;
    let plan = plans::beside(&tx, plan).await?;
    let permit = decide(tx.viewer(), Action::PlanCommit(&plan, partner))?;
    let user = reporter::user(&tx)?;
    let id = match tx.claim(key.as_ref()).await? {
        Recall::New(id) => id,
        Recall::Made(id) => return Ok(id),
        Recall::Mismatch => return Err(Problem::idempotency_mismatch().into()),
    };
    if plan.stage == PlanStage::Analysis {
        return Err(Problem::new(
            Code::Invalid,
            "plan",
            "There is no change plan yet to commit to. Wait until it is being drawn up.",
        )
        .into());
    }
    if let Some(partner) = partner {
        reporter::active_partner(&tx, partner, plan.neighbourhood_id, "partner").await?;
    }
    if let Some(action) = action {
        tx.visible_beside::<plan_action::Entity>(action)
            .await?
            .filter(|action| action.plan_id == plan.id)
            .ok_or_else(|| Problem::not_found("action"))?;
    }
    let now = tx.now();
    let model = commitment::Model {
        id,
        plan_id: plan.id,
        municipality_id: plan.municipality_id,
        neighbourhood_id: plan.neighbourhood_id,
        action_id: action,
        party: by,
        partner_id: partner,
        what,
        from_on,
        until_on,
        recorded_by_user_id: user,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let happening =
        Happening::new("plan.commitment_made", (Kind::Plan, plan.id)).with("party", by.code());
    tx.insert::<commitment::Entity>(&permit, model, happening)
        .await?;
    tx.commit().await?;
    Ok(id)
}

/// Gives a commitment a last day, or an earlier one.
///
/// # Errors
/// [`Code::NotFound`], [`Code::Forbidden`], [`Code::Conflict`], [`Code::OutOfRange`], and
/// [`Code::Invalid`] when it ends by then already.
pub async fn end(
    cx: &Cx,
    id: Uuid,
    expected_version: Option<i32>,
    until_on: Option<NaiveDate>,
) -> Outcome<Uuid> {
    let until_on = until_on.unwrap_or_else(|| cx.now().date_naive());
    let tx = cx.begin().await?;
    let commitment = tx
        .visible::<commitment::Entity>(id)
        .await?
        .ok_or_else(|| Problem::not_found("id"))?;
    // Locked too: a plan isn't anchored in a commitment that is ended at the same moment.
    let plan = tx
        .visible::<plan::Entity>(commitment.plan_id)
        .await?
        .ok_or_else(|| Problem::not_found("id"))?;
    let facilitator = plan.facilitator_partner_id;
    let permit = decide(tx.viewer(), Action::CommitmentEnd(&commitment, facilitator))?;
    expect_version(expected_version, commitment.version)?;
    ends(commitment.from_on, Some(until_on))?;
    if commitment.until_on.is_some_and(|end| end <= until_on) {
        return Err(Problem::new(
            Code::Invalid,
            "until",
            "This commitment ends by then already. Give an earlier day, or make another one.",
        )
        .into());
    }
    let change = commitment::ActiveModel {
        until_on: Set(Some(until_on)),
        ..Default::default()
    };
    let happening = Happening::new("plan.commitment_ended", (Kind::Plan, plan.id))
        .with("party", commitment.party.code());
    tx.update::<commitment::Entity>(&permit, id, commitment.version, change, happening)
        .await?
        .map_err(|Stale| Problem::raced())?;
    tx.commit().await?;
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partner_is_named_exactly_when_one_promises() {
        let some = Some(Uuid::from_u128(1));
        for (by, partner, code) in [
            (CommitmentParty::Partner, some, None),
            (CommitmentParty::Partner, None, Some(Code::Required)),
            (CommitmentParty::Neighbours, None, None),
            (CommitmentParty::Neighbours, some, Some(Code::Invalid)),
        ] {
            let problem = party(by, partner).err().map(|problem| problem.code);
            assert_eq!(problem, code, "{by:?}");
        }
    }
}
