//! A plan with what is in it, and what can be done with them.

use nabij_api::policy::{Action, Contributor, Place};
use nabij_entity::{
    commitment, funding_line,
    funding_line::FundingLineAction,
    plan,
    plan::PlanStep,
    plan_action,
    plan_action::{PlanActionOwner, PlanActionStep},
};
use sea_orm::Iterable;

use super::{id, noon};

/// The plan and what is in it. Its facilitator is FACILITATOR, whoever owns or promises OWNER.
pub struct Plans {
    pub plan: plan::Model,
    pub action: plan_action::Model,
    pub commitments: [commitment::Model; 2],
    pub lines: [funding_line::Model; 2],
}

/// What is done to them.
pub fn actions(plans: &Plans, place: Place) -> Vec<Action<'_>> {
    let Plans {
        plan,
        action,
        commitments,
        lines,
    } = plans;
    let (facilitator, owner) = (Some(id::FACILITATOR), Some(id::OWNER));
    let mut actions = vec![
        Action::PlanCreate(place, facilitator),
        Action::PlanUpdate(plan),
        Action::PlanEntrust(plan),
    ];
    actions.extend(PlanStep::iter().map(|step| Action::Plan(step, plan)));
    actions.extend([
        Action::PlanContribute(plan, Contributor::Steward),
        Action::PlanContribute(plan, Contributor::Partner(id::OWNER)),
    ]);
    for partner in [owner, None] {
        actions.extend([
            Action::PlanCommit(plan, partner),
            Action::PlanEndorse(plan, partner),
        ]);
    }
    actions.extend(
        commitments
            .iter()
            .map(|made| Action::CommitmentEnd(made, facilitator)),
    );
    actions
        .extend(PlanActionStep::iter().map(|step| Action::PlanAction(step, action, facilitator)));
    actions.push(Action::PlanActionUpdate(action, facilitator));
    let whole = Place {
        neighbourhood: None,
        ..place
    };
    actions.extend([
        Action::FundingLineAdd(place, facilitator),
        Action::FundingLineAdd(whole, None),
    ]);
    for line in lines {
        let facilitator = facilitator.filter(|_| line.plan_id.is_some());
        actions.push(Action::FundingLineUpdate(line, facilitator));
        actions.extend(
            FundingLineAction::iter().map(|action| Action::FundingLine(action, line, facilitator)),
        );
    }
    actions
}

/// One plan in its first stage, with one of each, of a partner and of none.
pub fn plans() -> Plans {
    let (at, version) = (noon(), 1);
    let (municipality_id, neighbourhood_id) = (id::MUNICIPALITY, id::NEIGHBOURHOOD);
    let commitment = |partner_id: Option<uuid::Uuid>| commitment::Model {
        id: id::RECORD,
        plan_id: id::RECORD,
        municipality_id,
        neighbourhood_id,
        action_id: None,
        party: match partner_id {
            Some(_) => commitment::CommitmentParty::Partner,
            None => commitment::CommitmentParty::Neighbours,
        },
        partner_id,
        what: "A room on Tuesdays".to_owned(),
        from_on: at.date_naive(),
        until_on: None,
        recorded_by_user_id: id::SOMEBODY,
        created_at: at,
        updated_at: at,
        version,
    };
    let line = |of_plan: bool| funding_line::Model {
        id: id::RECORD,
        municipality_id,
        neighbourhood_id: of_plan.then_some(neighbourhood_id),
        plan_id: of_plan.then_some(id::RECORD),
        initiative_id: (!of_plan).then_some(id::RECORD),
        funder_partner_id: Some(id::OWNER),
        funder_name: None,
        kind: funding_line::FundingKind::Foundation,
        status: funding_line::FundingStatus::Planned,
        requested_cents: Some(200_000),
        granted_cents: None,
        applied_on: None,
        decided_on: None,
        note: None,
        status_note: None,
        created_at: at,
        updated_at: at,
        version,
    };
    Plans {
        plan: plan::Model {
            id: id::RECORD,
            municipality_id,
            neighbourhood_id,
            initiative_id: Some(id::RECORD),
            facilitator_partner_id: Some(id::FACILITATOR),
            cloned_from_id: None,
            title: "A neighbourhood that cares".to_owned(),
            summary: None,
            stage: plan::PlanStage::Analysis,
            budget_cents: None,
            return_reason: None,
            recommendation: None,
            impact: None,
            strengths: None,
            barriers: None,
            lasting_impact: None,
            evaluated_on: None,
            created_at: at,
            updated_at: at,
            version,
        },
        action: plan_action::Model {
            id: id::RECORD,
            plan_id: id::RECORD,
            municipality_id,
            neighbourhood_id,
            title: "A soup bar".to_owned(),
            description: None,
            status: plan_action::PlanActionStatus::Planned,
            owner: Some(PlanActionOwner::Partner),
            owner_partner_id: Some(id::OWNER),
            due_on: None,
            status_note: None,
            recorded_by_user_id: id::SOMEBODY,
            recorded_by_partner_id: None,
            created_at: at,
            updated_at: at,
            version,
        },
        commitments: [commitment(Some(id::OWNER)), commitment(None)],
        lines: [line(true), line(false)],
    }
}
