//! Who pays for an initiative or a plan: seen by the place's coordinator, the partners that carry it,
//! the funder and administrators. What a funder refused isn't for everybody.

use std::ops::Deref;

use nabij_entity::{funding_line, role_grant::Role};
use sea_orm::{
    DbErr, QueryResult,
    sea_query::{Alias, Expr, ExprTrait},
};
use uuid::Uuid;

use super::{
    Kind, Record,
    change_plan::{carried, of_plan, plan_column},
    record::{Edge, Fact, How, model},
    scope,
};
use crate::policy::Viewer;

/// A funding line, with what its steps depend on beside it.
#[derive(Clone, Debug)]
pub struct FundingLineRow {
    model: funding_line::Model,
    /// Who facilitates its plan; none if that wasn't asked for.
    pub facilitator: Option<Uuid>,
}

impl Deref for FundingLineRow {
    type Target = funding_line::Model;

    fn deref(&self) -> &funding_line::Model {
        &self.model
    }
}

impl Record for funding_line::Entity {
    const KIND: Kind = Kind::FundingLine;
    type Row = FundingLineRow;

    fn scope(viewer: &Viewer, t: &Alias) -> Expr {
        if viewer.holds(Role::Admin) {
            return scope::everything();
        }
        let links = Alias::new("initiative_partners");
        let of_initiative =
            scope::col(&links, "initiative_id").equals((t.clone(), "initiative_id"));
        let carrying = scope::all([
            scope::among(&links, "partner_id", viewer.staffed_partners()),
            of_initiative,
        ]);
        scope::any([
            scope::coordinated(viewer, t),
            scope::among(t, "funder_partner_id", viewer.staffed_partners()),
            scope::exists("initiative_partners", carrying),
            of_plan(t, |plans| carried(viewer, plans)),
        ])
    }

    fn facts(_viewer: &Viewer, t: &Alias) -> Vec<Fact> {
        vec![Fact {
            name: "facilitator",
            wanted_by: "allowedActions",
            holds: plan_column(t, "facilitator_partner_id"),
        }]
    }

    fn edges() -> &'static [Edge] {
        const EDGES: &[Edge] = &[
            Edge {
                name: "plan",
                to: Kind::Plan,
                how: How::One("plan_id"),
            },
            Edge {
                name: "initiative",
                to: Kind::Initiative,
                how: How::One("initiative_id"),
            },
            Edge {
                name: "funderPartner",
                to: Kind::Partner,
                how: How::One("funder_partner_id"),
            },
            Edge {
                name: "history",
                to: Kind::Event,
                how: How::Many("subject_id", super::event::in_order),
            },
        ];
        EDGES
    }

    fn decode(row: &QueryResult, prefix: &str) -> Result<Self::Row, DbErr> {
        Ok(FundingLineRow {
            model: model(row, prefix)?,
            facilitator: row.try_get(prefix, "facilitator")?,
        })
    }
}
