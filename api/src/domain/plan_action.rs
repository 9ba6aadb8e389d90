//! Actions of a plan, each with an owner once it is more than a suggestion: a partner or the
//! residents themselves (stories Z3, Z4).

use chrono::NaiveDate;
use nabij_entity::{
    plan::PlanStage,
    plan_action::{self, PlanActionOwner, PlanActionStatus, PlanActionStep},
};
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use super::{
    change::Change,
    plan as plans,
    refusal::{Code, Outcome, Problem, Problems, Transition, expect_version},
    reporter, text,
};
use crate::{
    policy::{Action, Contributor, Viewer, decide},
    store::{
        Cx, Kind, Tx,
        change_plan::PlanActionRow,
        events::Happening,
        idempotency::{IdempotencyKey, Recall},
        write::{Stale, given},
    },
};

/// The machine: which state each step leads to, if any.
const fn next(from: PlanActionStatus, step: PlanActionStep) -> Option<PlanActionStatus> {
    use PlanActionStatus as S;
    use PlanActionStep as P;
    match (from, step) {
        (S::Suggested, P::Plan) => Some(S::Planned),
        (S::Planned, P::Start) => Some(S::InProgress),
        (S::Planned | S::InProgress, P::Complete) => Some(S::Done),
        (S::Suggested | S::Planned | S::InProgress, P::Drop) => Some(S::Dropped),
        _ => None,
    }
}

/// The state a step leads to.
///
/// # Errors
/// The [`Transition`] that isn't possible.
pub fn step(from: PlanActionStatus, step: PlanActionStep) -> Result<PlanActionStatus, Transition> {
    next(from, step).ok_or_else(|| Transition {
        from: from.code(),
        attempted: step.code(),
        allowed: allowed(from)
            .into_iter()
            .map(PlanActionStep::code)
            .collect(),
    })
}

/// The steps a state allows, whoever asks.
#[must_use]
pub fn allowed(from: PlanActionStatus) -> Vec<PlanActionStep> {
    use PlanActionStep as P;
    [P::Plan, P::Start, P::Complete, P::Drop]
        .into_iter()
        .filter(|step| next(from, *step).is_some())
        .collect()
}

/// What `viewer` may do now: the state allows it, the policy does, and the plan is far enough.
#[must_use]
pub fn allowed_to(viewer: &Viewer, action: &PlanActionRow) -> Vec<PlanActionStep> {
    allowed(action.status)
        .into_iter()
        .filter(|step| {
            decide(
                viewer,
                Action::PlanAction(*step, action, action.facilitator),
            )
            .is_ok()
        })
        .filter(|step| {
            action
                .stage
                .is_some_and(|stage| far_enough(*step, stage).is_ok())
        })
        .collect()
}

/// What is planned and done depends on how far the plan is.
fn far_enough(step: PlanActionStep, stage: PlanStage) -> Result<(), Problem> {
    use PlanStage as S;
    let (is_far, advice) = match step {
        PlanActionStep::Plan => (
            stage != S::Analysis,
            "While the neighbourhood is being analysed, actions are suggestions. Plan them once the \
             change plan is being drawn up.",
        ),
        PlanActionStep::Start | PlanActionStep::Complete => (
            matches!(stage, S::InExecution | S::Evaluated | S::Anchored),
            "The plan isn't being carried out yet. Begin with its actions once it is: see `stage` \
             of the plan.",
        ),
        PlanActionStep::Drop => (true, ""),
    };
    if is_far {
        Ok(())
    } else {
        Err(Problem::new(Code::Invalid, "", advice))
    }
}

/// Who is to see to an action.
#[derive(Clone, Copy, Debug)]
pub struct OwnedBy {
    /// Residents or a partner.
    pub owner: PlanActionOwner,
    /// The partner, when it is one.
    pub partner: Option<Uuid>,
}

impl OwnedBy {
    /// Whether a partner is named exactly when a partner sees to it.
    fn check(self) -> Result<(), Problem> {
        match (self.owner, self.partner) {
            (PlanActionOwner::Partner, None) => Err(Problem::new(
                Code::Required,
                "ownerPartner",
                "Say which partner sees to it.",
            )),
            (PlanActionOwner::Residents, Some(_)) => Err(Problem::new(
                Code::Invalid,
                "ownerPartner",
                "Residents see to it, so no partner is named. Leave it out, or choose owner PARTNER.",
            )),
            _ => Ok(()),
        }
    }

    async fn can_be(self, tx: &Tx, neighbourhood: Uuid) -> Outcome<()> {
        if let Some(partner) = self.partner {
            reporter::active_partner(tx, partner, neighbourhood, "ownerPartner").await?;
        }
        Ok(())
    }
}

/// An action to add.
#[derive(Debug)]
pub struct NewAction {
    /// The plan.
    pub plan: Uuid,
    /// What is to be done.
    pub title: String,
    /// More about it.
    pub description: Option<String>,
    /// Who sees to it; none for a suggestion.
    pub owner: Option<OwnedBy>,
    /// The day by which it is to be done.
    pub due_on: Option<NaiveDate>,
}

/// Adds an action to a plan: planned when it has an owner, else a suggestion.
///
/// # Errors
/// What is wrong with the input, [`Code::NotFound`], [`Code::Forbidden`].
pub async fn add(cx: &Cx, new: NewAction, key: Option<IdempotencyKey>) -> Outcome<Uuid> {
    let NewAction {
        plan,
        title,
        description,
        owner,
        due_on,
    } = new;
    let mut problems = Problems::new();
    let title = problems.check(text::required("title", &title, text::LINE));
    let description = problems.check(text::optional(
        "description",
        description.as_deref(),
        text::STORY,
    ));
    if let Some(owner) = owner {
        problems.check(owner.check());
    }
    let (title, description) = problems.into_value(title.zip(description))?;

    let tx = cx.begin().await?;
    let plan = plans::beside(&tx, plan).await?;
    let (permit, contributor, partner) = plans::contributor(&tx, &plan).await?;
    let user = reporter::user(&tx)?;
    let id = match tx.claim(key.as_ref()).await? {
        Recall::New(id) => id,
        Recall::Made(id) => return Ok(id),
        Recall::Mismatch => return Err(Problem::idempotency_mismatch().into()),
    };
    if let Some(owner) = owner {
        for_itself(contributor, owner)?;
        far_enough(PlanActionStep::Plan, plan.stage).map_err(|problem| Problem {
            path: vec!["owner".to_owned()],
            ..problem
        })?;
        owner.can_be(&tx, plan.neighbourhood_id).await?;
    }
    let status = match owner {
        Some(_) => PlanActionStatus::Planned,
        None => PlanActionStatus::Suggested,
    };
    let now = tx.now();
    let model = plan_action::Model {
        id,
        plan_id: plan.id,
        municipality_id: plan.municipality_id,
        neighbourhood_id: plan.neighbourhood_id,
        title,
        description,
        status,
        owner: owner.map(|owner| owner.owner),
        owner_partner_id: owner.and_then(|owner| owner.partner),
        due_on,
        status_note: None,
        recorded_by_user_id: user,
        recorded_by_partner_id: partner,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let happening =
        Happening::new("planaction.added", (Kind::PlanAction, id)).with("to", status.code());
    tx.insert::<plan_action::Entity>(&permit, model, happening)
        .await?;
    tx.commit().await?;
    Ok(id)
}

/// A partner takes an action on itself; giving one to others is for those who steer the plan.
fn for_itself(contributor: Contributor, owner: OwnedBy) -> Result<(), Problem> {
    match contributor {
        Contributor::Partner(own) if owner.partner != Some(own) => Err(Problem::new(
            Code::Forbidden,
            "owner",
            "You can take an action on for your own partner only. Leave the owner out to suggest it.",
        )),
        Contributor::Partner(_) | Contributor::Steward => Ok(()),
    }
}

/// What changes of an action.
#[derive(Debug, Default)]
pub struct ActionUpdate {
    /// What is to be done.
    pub title: Option<String>,
    /// More about it.
    pub description: Change<String>,
    /// The day by which it is to be done.
    pub due_on: Change<NaiveDate>,
}

/// Changes what an action says.
///
/// # Errors
/// What is wrong with the input, [`Code::NotFound`], [`Code::Forbidden`], [`Code::Conflict`].
pub async fn update(
    cx: &Cx,
    id: Uuid,
    expected_version: Option<i32>,
    update: ActionUpdate,
) -> Outcome<Uuid> {
    let ActionUpdate {
        title,
        description,
        due_on,
    } = update;
    let mut problems = Problems::new();
    let title = problems.check(
        title
            .map(|title| text::required("title", &title, text::LINE))
            .transpose(),
    );
    let description = problems.check(description.text("description", text::STORY));
    let (title, description) = problems.into_value(title.zip(description))?;

    let tx = cx.begin().await?;
    let action = tx
        .visible::<plan_action::Entity>(id)
        .await?
        .ok_or_else(|| Problem::not_found("id"))?;
    let permit = decide(
        tx.viewer(),
        Action::PlanActionUpdate(&action, action.facilitator),
    )?;
    expect_version(expected_version, action.version)?;
    let change = plan_action::ActiveModel {
        title: given(title),
        description: description.column(),
        due_on: due_on.column(),
        ..Default::default()
    };
    let happening = Happening::new("planaction.updated", (Kind::PlanAction, id));
    tx.update::<plan_action::Entity>(&permit, id, action.version, change, happening)
        .await?
        .map_err(|Stale| Problem::raced())?;
    tx.commit().await?;
    Ok(id)
}

/// A step with what it needs.
#[derive(Debug)]
pub enum Stepping {
    /// Take it into the change plan.
    Plan(OwnedBy),
    /// Begin to do it.
    Start,
    /// It is done.
    Complete {
        /// What came of it.
        note: Option<String>,
    },
    /// Give it up.
    Drop {
        /// Why.
        reason: String,
    },
}

impl Stepping {
    /// The step it is.
    #[must_use]
    pub const fn step(&self) -> PlanActionStep {
        match self {
            Self::Plan(_) => PlanActionStep::Plan,
            Self::Start => PlanActionStep::Start,
            Self::Complete { .. } => PlanActionStep::Complete,
            Self::Drop { .. } => PlanActionStep::Drop,
        }
    }
}

/// Takes an action one step further.
///
/// # Errors
/// [`Code::NotFound`], [`Code::Forbidden`], [`Code::Conflict`], [`Code::InvalidTransition`],
/// [`Code::Invalid`] when the plan isn't far enough, and what is wrong with the input.
pub async fn transition(
    cx: &Cx,
    id: Uuid,
    expected_version: Option<i32>,
    stepping: Stepping,
) -> Outcome<Uuid> {
    let tx = cx.begin().await?;
    let action = tx
        .visible::<plan_action::Entity>(id)
        .await?
        .ok_or_else(|| Problem::not_found("id"))?;
    let plan = plans::beside(&tx, action.plan_id).await?;
    let taken = stepping.step();
    let facilitator = plan.facilitator_partner_id;
    let permit = decide(tx.viewer(), Action::PlanAction(taken, &action, facilitator))?;
    expect_version(expected_version, action.version)?;
    let to = step(action.status, taken)?;
    far_enough(taken, plan.stage)?;
    let mut change = plan_action::ActiveModel {
        status: Set(to),
        ..Default::default()
    };
    match stepping {
        Stepping::Plan(owned) => {
            owned.check()?;
            owned.can_be(&tx, plan.neighbourhood_id).await?;
            change.owner = Set(Some(owned.owner));
            change.owner_partner_id = Set(owned.partner);
        }
        Stepping::Start => {}
        Stepping::Complete { note } => {
            change.status_note = Set(text::optional("note", note.as_deref(), text::STORY)?);
        }
        Stepping::Drop { reason } => {
            change.status_note = Set(Some(text::required("reason", &reason, text::STORY)?));
        }
    }
    let happening = Happening::new(event_of(taken), (Kind::PlanAction, id))
        .with("from", action.status.code())
        .with("to", to.code());
    tx.update::<plan_action::Entity>(&permit, id, action.version, change, happening)
        .await?
        .map_err(|Stale| Problem::raced())?;
    tx.commit().await?;
    Ok(id)
}

const fn event_of(step: PlanActionStep) -> &'static str {
    match step {
        PlanActionStep::Plan => "planaction.planned",
        PlanActionStep::Start => "planaction.started",
        PlanActionStep::Complete => "planaction.completed",
        PlanActionStep::Drop => "planaction.dropped",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_done_waits_for_the_plan() {
        use PlanActionStep as P;
        use PlanStage as S;
        for stage in [
            S::Analysis,
            S::ChangePlan,
            S::Adopted,
            S::InExecution,
            S::Evaluated,
            S::Anchored,
        ] {
            let drawn_up = stage != S::Analysis;
            let under_way = drawn_up && !matches!(stage, S::ChangePlan | S::Adopted);
            for (step, is_far) in [
                (P::Plan, drawn_up),
                (P::Start, under_way),
                (P::Complete, under_way),
                (P::Drop, true),
            ] {
                assert_eq!(
                    far_enough(step, stage).is_ok(),
                    is_far,
                    "{step:?} {stage:?}"
                );
            }
        }
    }

    #[test]
    fn a_partner_is_named_exactly_when_one_sees_to_it() {
        let some = Some(Uuid::from_u128(1));
        for (owner, partner, fits) in [
            (PlanActionOwner::Partner, some, true),
            (PlanActionOwner::Partner, None, false),
            (PlanActionOwner::Residents, None, true),
            (PlanActionOwner::Residents, some, false),
        ] {
            assert_eq!(OwnedBy { owner, partner }.check().is_ok(), fits);
        }
    }
}
