//! What happened: visible to whoever may see the history of the record it happened to.

use nabij_entity::event;
use sea_orm::{
    DbErr, QueryResult,
    sea_query::{Alias, Expr, ExprTrait, Query},
};

use super::{
    Kind, OrderTerm, Record, Scalar,
    record::{Edge, How, model},
    scope,
};
use crate::policy::Viewer;

/// In the order in which things happened.
pub(super) fn in_order() -> Vec<OrderTerm> {
    vec![OrderTerm::ascending("at", Scalar::Time)]
}

/// Kinds of records that have a history.
const SUBJECTS: &[Kind] = &[
    Kind::Signal,
    Kind::Referral,
    Kind::CallOut,
    Kind::Offer,
    Kind::Resident,
    Kind::Ambassador,
    Kind::Partner,
    Kind::Service,
    Kind::Initiative,
    Kind::Plan,
    Kind::PlanAction,
    Kind::FundingLine,
    Kind::Consent,
    Kind::Municipality,
    Kind::Neighbourhood,
    Kind::User,
    Kind::Bookable,
    Kind::Booking,
    Kind::Activity,
    Kind::ActivitySeries,
    Kind::Occurrence,
    Kind::Team,
    Kind::Training,
    Kind::Deployment,
    Kind::RetentionRule,
    Kind::LegalHold,
];

impl Record for event::Entity {
    const KIND: Kind = Kind::Event;
    type Row = event::Model;

    fn scope(viewer: &Viewer, t: &Alias) -> Expr {
        let subject = Alias::new("subject");
        scope::any(SUBJECTS.iter().copied().map(|kind| {
            let shape = kind.shape();
            let visible = shape.history_scope(viewer, &subject);
            if visible == scope::nothing() {
                return visible;
            }
            let mut select = Query::select();
            select
                .expr(Expr::cust("1"))
                .from_as(shape.table(), subject.clone())
                .and_where(scope::col(&subject, "id").equals((t.clone(), "subject_id")))
                .and_where(visible);
            scope::all([
                scope::col(t, "subject_kind").eq(kind.prefix()),
                Expr::exists(select),
            ])
        }))
    }

    fn edges() -> &'static [Edge] {
        const EDGES: &[Edge] = &[Edge {
            name: "actorPartner",
            to: Kind::Partner,
            how: How::One("actor_partner_id"),
        }];
        EDGES
    }

    fn decode(row: &QueryResult, prefix: &str) -> Result<Self::Row, DbErr> {
        model(row, prefix)
    }
}
