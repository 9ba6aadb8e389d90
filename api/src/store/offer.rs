//! Offers: for the volunteer who made it, the partner whose pool was called, and the place's
//! coordinator. Volunteers of a pool don't see each other's.

use nabij_entity::offer;
use sea_orm::{
    DbErr, QueryResult,
    sea_query::{Alias, Expr, ExprTrait},
};

use super::{
    Kind, Record,
    record::{Edge, Fact, How, Seen},
    scope,
};
use crate::policy::Viewer;

impl Record for offer::Entity {
    const KIND: Kind = Kind::Offer;
    type Row = Seen<offer::Model>;

    fn scope(viewer: &Viewer, t: &Alias) -> Expr {
        scope::any([
            scope::coordinated(viewer, t),
            scope::among(t, "partner_id", viewer.staffed_partners()),
            scope::among(t, "ambassador_id", viewer.ambassadors()),
        ])
    }

    fn facts(_viewer: &Viewer, t: &Alias) -> Vec<Fact> {
        let call_out = |status: &'static str| {
            scope::exists(
                "call_outs",
                scope::all([
                    Expr::col(("call_outs", "id")).equals((t.clone(), "call_out_id")),
                    Expr::col(("call_outs", "status")).eq(status),
                    Expr::col(("call_outs", "closed_at")).is_null(),
                ]),
            )
        };
        vec![
            Fact {
                name: "is_open",
                wanted_by: "allowedActions",
                holds: call_out("OPEN"),
            },
            Fact {
                name: "is_filled",
                wanted_by: "allowedActions",
                holds: call_out("FILLED"),
            },
        ]
    }

    fn edges() -> &'static [Edge] {
        const EDGES: &[Edge] = &[
            Edge {
                name: "callOut",
                to: Kind::CallOut,
                how: How::One("call_out_id"),
            },
            Edge {
                name: "ambassador",
                to: Kind::Ambassador,
                how: How::One("ambassador_id"),
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
        let seen = Self::Row::read(row, prefix, &[])?;
        Ok(seen
            .with_fact("is_open", row.try_get(prefix, "is_open")?)
            .with_fact("is_filled", row.try_get(prefix, "is_filled")?))
    }
}
