//! The parts of a plan: whoever sees the plan sees them. Notes on a session are for those who work
//! on the plan.

use std::ops::Deref;

use nabij_entity::{commitment, endorsement, finding, plan::PlanStage, plan_action, plan_session};
use sea_orm::{
    DbErr, QueryResult,
    sea_query::{Alias, Expr},
};
use uuid::Uuid;

use super::{inside, of_plan, plan_column, seen};
use crate::{
    policy::Viewer,
    store::{
        Kind, Record, event,
        place::oldest,
        record::{Edge, Fact, Guard, How, Seen, model},
    },
};

impl Record for plan_session::Entity {
    const KIND: Kind = Kind::PlanSession;
    type Row = Seen<plan_session::Model>;

    fn scope(viewer: &Viewer, t: &Alias) -> Expr {
        of_plan(t, |plans| seen(viewer, plans))
    }

    fn guards(viewer: &Viewer, t: &Alias) -> Vec<Guard> {
        let inside = of_plan(t, |plans| inside(viewer, plans));
        vec![Guard::nulling("note", &["note"], inside)]
    }

    fn edges() -> &'static [Edge] {
        const EDGES: &[Edge] = &[
            Edge {
                name: "plan",
                to: Kind::Plan,
                how: How::One("plan_id"),
            },
            Edge {
                name: "partner",
                to: Kind::Partner,
                how: How::One("recorded_by_partner_id"),
            },
            Edge {
                name: "findings",
                to: Kind::Finding,
                how: How::Many("session_id", oldest),
            },
        ];
        EDGES
    }

    fn decode(row: &QueryResult, prefix: &str) -> Result<Self::Row, DbErr> {
        Seen::read(row, prefix, &["note"])
    }
}

impl Record for finding::Entity {
    const KIND: Kind = Kind::Finding;
    type Row = finding::Model;

    fn scope(viewer: &Viewer, t: &Alias) -> Expr {
        of_plan(t, |plans| seen(viewer, plans))
    }

    fn edges() -> &'static [Edge] {
        const EDGES: &[Edge] = &[
            Edge {
                name: "plan",
                to: Kind::Plan,
                how: How::One("plan_id"),
            },
            Edge {
                name: "neighbourhood",
                to: Kind::Neighbourhood,
                how: How::One("neighbourhood_id"),
            },
            Edge {
                name: "session",
                to: Kind::PlanSession,
                how: How::One("session_id"),
            },
            Edge {
                name: "partner",
                to: Kind::Partner,
                how: How::One("recorded_by_partner_id"),
            },
        ];
        EDGES
    }

    fn decode(row: &QueryResult, prefix: &str) -> Result<Self::Row, DbErr> {
        model(row, prefix)
    }
}

/// An action, with what its steps depend on beside it.
#[derive(Clone, Debug)]
pub struct PlanActionRow {
    model: plan_action::Model,
    /// The stage of its plan; none if that wasn't asked for.
    pub stage: Option<PlanStage>,
    /// Who facilitates its plan; none if that wasn't asked for.
    pub facilitator: Option<Uuid>,
}

impl Deref for PlanActionRow {
    type Target = plan_action::Model;

    fn deref(&self) -> &plan_action::Model {
        &self.model
    }
}

impl Record for plan_action::Entity {
    const KIND: Kind = Kind::PlanAction;
    type Row = PlanActionRow;

    fn scope(viewer: &Viewer, t: &Alias) -> Expr {
        of_plan(t, |plans| seen(viewer, plans))
    }

    fn facts(_viewer: &Viewer, t: &Alias) -> Vec<Fact> {
        [
            ("stage", "stage"),
            ("facilitator", "facilitator_partner_id"),
        ]
        .map(|(name, column)| Fact {
            name,
            wanted_by: "allowedActions",
            holds: plan_column(t, column),
        })
        .into()
    }

    fn edges() -> &'static [Edge] {
        const EDGES: &[Edge] = &[
            Edge {
                name: "plan",
                to: Kind::Plan,
                how: How::One("plan_id"),
            },
            Edge {
                name: "neighbourhood",
                to: Kind::Neighbourhood,
                how: How::One("neighbourhood_id"),
            },
            Edge {
                name: "ownerPartner",
                to: Kind::Partner,
                how: How::One("owner_partner_id"),
            },
            Edge {
                name: "partner",
                to: Kind::Partner,
                how: How::One("recorded_by_partner_id"),
            },
            Edge {
                name: "commitments",
                to: Kind::Commitment,
                how: How::Many("action_id", oldest),
            },
            Edge {
                name: "history",
                to: Kind::Event,
                how: How::Many("subject_id", event::in_order),
            },
        ];
        EDGES
    }

    fn decode(row: &QueryResult, prefix: &str) -> Result<Self::Row, DbErr> {
        Ok(PlanActionRow {
            model: model(row, prefix)?,
            stage: row.try_get(prefix, "stage")?,
            facilitator: row.try_get(prefix, "facilitator")?,
        })
    }
}

impl Record for commitment::Entity {
    const KIND: Kind = Kind::Commitment;
    type Row = commitment::Model;

    fn scope(viewer: &Viewer, t: &Alias) -> Expr {
        of_plan(t, |plans| seen(viewer, plans))
    }

    fn edges() -> &'static [Edge] {
        const EDGES: &[Edge] = &[
            Edge {
                name: "plan",
                to: Kind::Plan,
                how: How::One("plan_id"),
            },
            Edge {
                name: "action",
                to: Kind::PlanAction,
                how: How::One("action_id"),
            },
            Edge {
                name: "partner",
                to: Kind::Partner,
                how: How::One("partner_id"),
            },
        ];
        EDGES
    }

    fn decode(row: &QueryResult, prefix: &str) -> Result<Self::Row, DbErr> {
        model(row, prefix)
    }
}

impl Record for endorsement::Entity {
    const KIND: Kind = Kind::Endorsement;
    type Row = endorsement::Model;

    fn scope(viewer: &Viewer, t: &Alias) -> Expr {
        of_plan(t, |plans| seen(viewer, plans))
    }

    fn edges() -> &'static [Edge] {
        const EDGES: &[Edge] = &[
            Edge {
                name: "plan",
                to: Kind::Plan,
                how: How::One("plan_id"),
            },
            Edge {
                name: "partner",
                to: Kind::Partner,
                how: How::One("partner_id"),
            },
        ];
        EDGES
    }

    fn decode(row: &QueryResult, prefix: &str) -> Result<Self::Row, DbErr> {
        model(row, prefix)
    }
}
