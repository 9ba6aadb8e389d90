//! Endorsements: residents and partners stand behind a change plan as it is. Both are needed before
//! it is adopted (story Z3).

use chrono::NaiveDate;
use nabij_entity::{
    endorsement::{self, Endorser},
    plan::{self, PlanStage},
};
use uuid::Uuid;

use super::{
    refusal::{Code, Outcome, Problem, Problems},
    reporter, text, when,
};
use crate::{
    policy::{Action, decide},
    store::{
        Cx, Kind,
        events::Happening,
        idempotency::{IdempotencyKey, Recall},
    },
};

/// An endorsement as it is given.
#[derive(Debug)]
pub struct Given {
    /// The plan.
    pub plan: Uuid,
    /// The partner that endorses; none for the residents.
    pub partner: Option<Uuid>,
    /// The day; today when left out.
    pub on: Option<NaiveDate>,
    /// How they did: a vote, a meeting, a decision.
    pub how: String,
}

/// Puts on record that residents or a partner stand behind a plan.
///
/// # Errors
/// What is wrong with the input, [`Code::NotFound`], [`Code::Forbidden`], [`Code::Invalid`] in
/// another stage than `CHANGE_PLAN`, [`Code::AlreadyExists`].
pub async fn give(cx: &Cx, given: Given, key: Option<IdempotencyKey>) -> Outcome<Uuid> {
    let Given {
        plan,
        partner,
        on,
        how,
    } = given;
    let mut problems = Problems::new();
    let on = problems.check(when::day("on", on, cx.now()));
    let how = problems.check(text::required("how", &how, text::STORY));
    let (endorsed_on, how) = problems.into_value(on.zip(how))?;

    let tx = cx.begin().await?;
    let plan = tx
        .visible::<plan::Entity>(plan)
        .await?
        .ok_or_else(|| Problem::not_found("plan"))?;
    let permit = decide(tx.viewer(), Action::PlanEndorse(&plan, partner))?;
    let user = reporter::user(&tx)?;
    let id = match tx.claim(key.as_ref()).await? {
        Recall::New(id) => id,
        Recall::Made(id) => return Ok(id),
        Recall::Mismatch => return Err(Problem::idempotency_mismatch().into()),
    };
    if plan.stage != PlanStage::ChangePlan {
        return Err(Problem::new(
            Code::Invalid,
            "plan",
            "Only a change plan that is being drawn up is endorsed: see `stage` of the plan.",
        )
        .into());
    }
    if let Some(partner) = partner {
        reporter::active_partner(&tx, partner, plan.neighbourhood_id, "partner").await?;
    }
    if tx.is_endorsed_by(plan.id, partner).await? {
        return Err(Problem::new(
            Code::AlreadyExists,
            "partner",
            "This side has endorsed the plan already: see `endorsements` of the plan.",
        )
        .into());
    }
    let now = tx.now();
    let endorser = match partner {
        Some(_) => Endorser::Partner,
        None => Endorser::Residents,
    };
    let model = endorsement::Model {
        id,
        plan_id: plan.id,
        municipality_id: plan.municipality_id,
        neighbourhood_id: plan.neighbourhood_id,
        endorser,
        partner_id: partner,
        endorsed_on,
        how,
        lapsed_at: None,
        recorded_by_user_id: user,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let happening =
        Happening::new("plan.endorsed", (Kind::Plan, plan.id)).with("endorser", endorser.code());
    tx.insert::<endorsement::Entity>(&permit, model, happening)
        .await?;
    tx.commit().await?;
    Ok(id)
}
