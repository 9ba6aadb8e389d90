//! Feedback on a referral: for the coordinator and the partners that took part.

use nabij_entity::feedback;
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

impl Record for feedback::Entity {
    const KIND: Kind = Kind::Feedback;
    type Row = feedback::Model;

    fn scope(viewer: &Viewer, t: &Alias) -> Expr {
        let referrals = Alias::new("referrals");
        let partaken = Expr::col(("referrals", "id"))
            .equals((t.clone(), "referral_id"))
            .and(referral::partaken(viewer, &referrals));
        scope::any([
            scope::coordinated(viewer, t),
            scope::among(t, "author_user_id", viewer.user_id()),
            scope::exists("referrals", partaken),
        ])
    }

    fn edges() -> &'static [Edge] {
        const EDGES: &[Edge] = &[
            Edge {
                name: "referral",
                to: Kind::Referral,
                how: How::One("referral_id"),
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
