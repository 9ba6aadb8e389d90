//! Plans and what is in them: who facilitates one doesn't own it.

use nabij_entity::{
    commitment,
    plan::{self, PlanStep},
    plan_action::{self, PlanActionStep},
};
use uuid::Uuid;

use crate::policy::Viewer;

/// The viewer coordinates the place of the plan.
pub(super) fn coordinates_plan(viewer: &Viewer, plan: &plan::Model) -> bool {
    viewer.coordinates(plan.municipality_id, Some(plan.neighbourhood_id))
}

/// The viewer coordinates the place or works for the partner that facilitates the plan.
pub(super) fn steers(viewer: &Viewer, plan: &plan::Model) -> bool {
    coordinates_plan(viewer, plan) || viewer.works_for(plan.facilitator_partner_id)
}

/// Whether the viewer may take a plan to another stage.
pub(super) fn may_plan(viewer: &Viewer, step: PlanStep, plan: &plan::Model) -> bool {
    match step {
        PlanStep::Draft | PlanStep::Return | PlanStep::Execute | PlanStep::Evaluate => {
            steers(viewer, plan)
        }
        // Who facilitates doesn't own: that it counts, and that it stays, the place decides.
        PlanStep::Adopt | PlanStep::Anchor => coordinates_plan(viewer, plan),
    }
}

/// Whether the viewer may end a commitment: whoever could make it.
pub(super) fn may_end(
    viewer: &Viewer,
    commitment: &commitment::Model,
    facilitator: Option<Uuid>,
) -> bool {
    if commitment.partner_id.is_some() {
        return viewer.works_for(commitment.partner_id);
    }
    let (town, place) = (commitment.municipality_id, commitment.neighbourhood_id);
    viewer.coordinates(town, Some(place)) || viewer.works_for(facilitator)
}

/// Whether the viewer may take an action of a plan further, or change it.
pub(super) fn may_plan_action(
    viewer: &Viewer,
    step: Option<PlanActionStep>,
    action: &plan_action::Model,
    facilitator: Option<Uuid>,
) -> bool {
    let steward = viewer.coordinates(action.municipality_id, Some(action.neighbourhood_id))
        || viewer.works_for(facilitator);
    match step {
        Some(PlanActionStep::Plan) => steward,
        Some(PlanActionStep::Start | PlanActionStep::Complete | PlanActionStep::Drop) | None => {
            steward || viewer.works_for(action.owner_partner_id)
        }
    }
}
