//! Contact moments are case notes: for the coordinator, the partner that handles the signal, the
//! target of the referral they belong to, and whoever wrote them.

use nabij_entity::contact_moment;
use sea_orm::{
    DbErr, QueryResult,
    sea_query::{Alias, Expr, ExprTrait},
};

use super::{
    Kind, Record,
    record::{Edge, How, model},
    referral, scope,
};
use crate::policy::Viewer;

impl Record for contact_moment::Entity {
    const KIND: Kind = Kind::ContactMoment;
    type Row = contact_moment::Model;

    fn scope(viewer: &Viewer, t: &Alias) -> Expr {
        let (signals, referrals) = (Alias::new("signals"), Alias::new("referrals"));
        let handled = scope::all([
            Expr::col(("signals", "id")).equals((t.clone(), "signal_id")),
            scope::among(&signals, "handler_partner_id", viewer.staffed_partners()),
        ]);
        let served = scope::all([
            Expr::col(("referrals", "id")).equals((t.clone(), "referral_id")),
            referral::serves(viewer, &referrals),
        ]);
        scope::any([
            scope::coordinated(viewer, t),
            scope::among(t, "author_ambassador_id", viewer.ambassadors()),
            scope::wrote(viewer, t, ["author_user_id", "author_partner_id"]),
            scope::among(t, "author_partner_id", viewer.staffed_partners()),
            scope::exists("signals", handled),
            scope::exists("referrals", served),
        ])
    }

    fn edges() -> &'static [Edge] {
        const EDGES: &[Edge] = &[
            Edge {
                name: "signal",
                to: Kind::Signal,
                how: How::One("signal_id"),
            },
            Edge {
                name: "referral",
                to: Kind::Referral,
                how: How::One("referral_id"),
            },
            Edge {
                name: "ambassador",
                to: Kind::Ambassador,
                how: How::One("author_ambassador_id"),
            },
            Edge {
                name: "partner",
                to: Kind::Partner,
                how: How::One("author_partner_id"),
            },
        ];
        EDGES
    }

    fn decode(row: &QueryResult, prefix: &str) -> Result<Self::Row, DbErr> {
        model(row, prefix)
    }
}
