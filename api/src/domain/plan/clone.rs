//! What worked in one neighbourhood is tried in the next (story Z7): the plan begins there again with
//! the analysis, and takes over what was done as suggestions. What people said, promised and paid
//! stays where it was.

use nabij_entity::{
    plan::{self, PlanStage},
    plan_action::{self, PlanActionStatus},
    plan_lineage,
};
use uuid::Uuid;

use super::{begun, blank, part_of};
use crate::{
    domain::{
        refusal::{Code, Outcome, Problem, unless_taken},
        reporter, text,
    },
    policy::{Action, Permit, Place, decide},
    store::{
        Cx, Kind, Tx,
        events::Happening,
        idempotency::{IdempotencyKey, Recall},
    },
};

/// A plan to clone, and where to.
#[derive(Debug)]
pub struct CloneTo {
    /// The plan that is cloned.
    pub plan: Uuid,
    /// The neighbourhood for which it is.
    pub neighbourhood: Uuid,
    /// Another title.
    pub title: Option<String>,
    /// Who facilitates it there; whoever facilitates the first one unless said otherwise.
    pub facilitator: Option<Uuid>,
    /// The programme it is part of there; that of the first one unless said otherwise, in the same
    /// municipality.
    pub initiative: Option<Uuid>,
}

/// Begins a plan for another neighbourhood with the actions of this one as suggestions.
///
/// # Errors
/// What is wrong with the input, [`Code::NotFound`], [`Code::Forbidden`], and
/// [`Code::AlreadyExists`] when that neighbourhood has a clone of it.
pub async fn clone(cx: &Cx, to: CloneTo, key: Option<IdempotencyKey>) -> Outcome<Uuid> {
    let CloneTo {
        plan,
        neighbourhood,
        title,
        facilitator,
        initiative,
    } = to;
    let title = text::optional("title", title.as_deref(), text::LINE)?;
    let tx = cx.begin().await?;
    let origin = super::beside(&tx, plan).await?.into_model();
    let municipality = reporter::place(&tx, neighbourhood, "neighbourhood").await?;
    let place = Place {
        municipality,
        neighbourhood: Some(neighbourhood),
    };
    let facilitator = facilitator.or(origin.facilitator_partner_id);
    let permit = decide(tx.viewer(), Action::PlanCreate(place, facilitator))?;
    let id = match tx.claim(key.as_ref()).await? {
        Recall::New(id) => id,
        Recall::Made(id) => return Ok(id),
        Recall::Mismatch => return Err(Problem::idempotency_mismatch().into()),
    };
    can_be_cloned(&origin, neighbourhood)?;
    if let Some(facilitator) = facilitator {
        reporter::active_partner(&tx, facilitator, neighbourhood, "facilitator").await?;
    }
    if let Some(initiative) = initiative {
        part_of(&tx, initiative, municipality).await?;
    }
    let kept = origin
        .initiative_id
        .filter(|_| origin.municipality_id == municipality);
    let model = plan::Model {
        initiative_id: initiative.or(kept),
        facilitator_partner_id: facilitator,
        cloned_from_id: Some(origin.id),
        ..blank(
            &tx,
            id,
            (municipality, neighbourhood),
            title.unwrap_or_else(|| origin.title.clone()),
        )
    };
    let added = tx
        .insert::<plan::Entity>(&permit, model.clone(), begun(id))
        .await;
    unless_taken(added, || {
        Problem::new(
            Code::AlreadyExists,
            "neighbourhood",
            "This neighbourhood has a clone of the plan already: see `clones` of the plan. Go on \
             with that one.",
        )
    })?;
    descend(&tx, &permit, id, origin.id).await?;
    suggest(&tx, &permit, &model, origin.id).await?;
    tx.record(Happening::new("plan.cloned", (Kind::Plan, origin.id)))
        .await?;
    tx.commit().await?;
    Ok(id)
}

fn can_be_cloned(origin: &plan::Model, neighbourhood: Uuid) -> Result<(), Problem> {
    if matches!(origin.stage, PlanStage::Analysis | PlanStage::ChangePlan) {
        return Err(Problem::new(
            Code::Invalid,
            "plan",
            "Only a plan that was adopted is cloned. Wait until it is, or begin another one with \
             `planCreate`.",
        ));
    }
    if origin.neighbourhood_id == neighbourhood {
        return Err(Problem::new(
            Code::Invalid,
            "neighbourhood",
            "This is the plan's own neighbourhood. Choose another one.",
        ));
    }
    Ok(())
}

/// The clone descends from the first plan, and from all that one descends from.
async fn descend(tx: &Tx, permit: &Permit, id: Uuid, origin: Uuid) -> Outcome<()> {
    let mut ancestors = tx.ancestors_of(origin).await?;
    ancestors.push(origin);
    for ancestor_id in ancestors {
        let row = plan_lineage::Model {
            plan_id: id,
            ancestor_id,
        };
        tx.insert_part::<plan_lineage::Entity>(permit, row).await?;
    }
    Ok(())
}

/// What was done there is a suggestion here: without an owner, a date or a promise.
async fn suggest(tx: &Tx, permit: &Permit, plan: &plan::Model, origin: Uuid) -> Outcome<()> {
    let user = reporter::user(tx)?;
    for action in tx.actions_to_clone(origin).await? {
        let id = tx.new_id();
        let row = plan_action::Model {
            id,
            plan_id: plan.id,
            municipality_id: plan.municipality_id,
            neighbourhood_id: plan.neighbourhood_id,
            title: action.title,
            description: action.description,
            status: PlanActionStatus::Suggested,
            owner: None,
            owner_partner_id: None,
            due_on: None,
            status_note: None,
            recorded_by_user_id: user,
            recorded_by_partner_id: None,
            created_at: plan.created_at,
            updated_at: plan.created_at,
            version: 1,
        };
        let happening = Happening::new("planaction.suggested", (Kind::PlanAction, id))
            .with("to", PlanActionStatus::Suggested.code());
        tx.insert::<plan_action::Entity>(permit, row, happening)
            .await?;
    }
    Ok(())
}
