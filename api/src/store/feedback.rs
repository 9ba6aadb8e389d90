//! Feedback on a referral: for the coordinator, the partners that took part, and the volunteer who
//! gave it.

use nabij_entity::{feedback, feedback::FeedbackGiver};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryResult,
    sea_query::{Alias, Expr, ExprTrait},
};
use uuid::Uuid;

use super::{
    Failure, Kind, Record, Tx,
    record::{Edge, How, model},
    referral, scope,
};
use crate::policy::Viewer;

impl Record for feedback::Entity {
    const KIND: Kind = Kind::Feedback;
    type Row = feedback::Model;

    fn scope(viewer: &Viewer, t: &Alias) -> Expr {
        let referrals = Alias::new("referrals");
        let partaken = scope::all([
            Expr::col(("referrals", "id")).equals((t.clone(), "referral_id")),
            referral::partaken(viewer, &referrals),
        ]);
        scope::any([
            scope::coordinated(viewer, t),
            scope::exists("referrals", partaken),
            scope::among(t, "author_ambassador_id", viewer.ambassadors()),
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
                name: "callOut",
                to: Kind::CallOut,
                how: How::One("call_out_id"),
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

impl Tx {
    /// Whether `giver` has given feedback on this referral. The caller holds the referral locked,
    /// so that the answer stays true until its transaction ends.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn has_feedback(
        &self,
        referral: Uuid,
        giver: FeedbackGiver,
    ) -> Result<bool, Failure> {
        Ok(feedback::Entity::find()
            .filter(feedback::Column::ReferralId.eq(referral))
            .filter(feedback::Column::Giver.eq(giver))
            .one(&self.connection())
            .await?
            .is_some())
    }
}
