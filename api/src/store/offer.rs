//! Offers: for the volunteer who made it, the partner whose pool was called, and the place's
//! coordinator. Volunteers of a pool don't see each other's. When the resident withdraws the consent on
//! which the referral rests, what was written with them closes: the partner sees them no longer, and
//! the volunteer sees that they offered.

use nabij_entity::offer;
use sea_orm::{
    DbErr, QueryResult,
    sea_query::{Alias, Expr, ExprTrait},
};

use super::{
    Kind, Record, call_out,
    record::{Edge, Fact, Guard, How, Seen},
    scope,
};
use crate::policy::Viewer;

/// The viewer works for the partner whose pool was called.
fn called(viewer: &Viewer, t: &Alias) -> Expr {
    scope::among(t, "partner_id", viewer.staffed_partners())
}

/// The viewer is the volunteer who made it.
fn own(viewer: &Viewer, t: &Alias) -> Expr {
    scope::among(t, "ambassador_id", viewer.ambassadors())
}

/// The resident whom the call-out is about accepts help, or it is about nobody in particular.
fn is_welcome(t: &Alias) -> Expr {
    let call_outs = Alias::new("call_outs");
    let of_it = scope::col(&call_outs, "id").equals((t.clone(), "call_out_id"));
    scope::exists(
        "call_outs",
        scope::all([of_it, call_out::help_is_welcome(&call_outs)]),
    )
}

impl Record for offer::Entity {
    const KIND: Kind = Kind::Offer;
    type Row = Seen<offer::Model>;

    fn scope(viewer: &Viewer, t: &Alias) -> Expr {
        scope::any([
            scope::coordinated(viewer, t),
            call_out::of_shared(t, called(viewer, t)),
            own(viewer, t),
        ])
    }

    fn guards(viewer: &Viewer, t: &Alias) -> Vec<Guard> {
        let concerned = scope::any([called(viewer, t), own(viewer, t)]);
        let shown = scope::any([
            scope::coordinated(viewer, t),
            call_out::of_shared(t, concerned),
        ]);
        vec![Guard::nulling("notes", &["note", "status_note"], shown)]
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
            Fact {
                name: "is_welcome",
                wanted_by: "allowedActions",
                holds: is_welcome(t),
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
        let seen = Self::Row::read(row, prefix, &["notes"])?;
        Ok(seen
            .with_fact("is_open", row.try_get(prefix, "is_open")?)
            .with_fact("is_filled", row.try_get(prefix, "is_filled")?)
            .with_fact("is_welcome", row.try_get(prefix, "is_welcome")?))
    }
}
