//! Deployments: for the coordinator, the volunteer, their pool, and the volunteers of the place. While
//! one lasts, everybody is shown it for a volunteer whom everybody is shown.

use chrono::{DateTime, Utc};
use nabij_entity::{ambassador_neighbourhood, deployment};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryResult,
    sea_query::{Alias, Expr, ExprTrait},
};
use uuid::Uuid;

use super::{
    Failure, Filter, Kind, OrderTerm, Record, Scalar, Tx, ambassador,
    record::{Edge, How, model},
    scope, serving,
};
use crate::policy::Viewer;

/// The latest first.
pub(super) fn latest() -> Vec<OrderTerm> {
    vec![OrderTerm::descending("starts_at", Scalar::Time)]
}

impl Record for deployment::Entity {
    const KIND: Kind = Kind::Deployment;
    type Row = deployment::Model;

    fn scope(viewer: &Viewer, t: &Alias) -> Expr {
        let volunteers = Alias::new("ambassadors");
        let of_volunteer = |holds: Expr| {
            let this = Expr::col(("ambassadors", "id")).equals((t.clone(), "ambassador_id"));
            match holds {
                nobody if nobody == scope::nothing() => nobody,
                holds => scope::exists("ambassadors", scope::all([this, holds])),
            }
        };
        let pool = scope::among(&volunteers, "pool_partner_id", viewer.staffed_partners());
        scope::any([
            scope::coordinated(viewer, t),
            scope::among(t, "ambassador_id", viewer.ambassadors()),
            of_volunteer(pool),
            serving::served(viewer, t, "neighbourhood_id"),
            scope::all([
                serving::is_current(t, viewer.now()),
                of_volunteer(ambassador::public(&volunteers)),
            ]),
        ])
    }

    fn edges() -> &'static [Edge] {
        const EDGES: &[Edge] = &[
            Edge {
                name: "municipality",
                to: Kind::Municipality,
                how: How::One("municipality_id"),
            },
            Edge {
                name: "neighbourhood",
                to: Kind::Neighbourhood,
                how: How::One("neighbourhood_id"),
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
        model(row, prefix)
    }
}

/// The deployment has begun and isn't over at `now`.
#[must_use]
pub fn current(now: DateTime<Utc>) -> Filter {
    Filter::And(vec![
        Filter::Not(Box::new(Filter::Gte(
            "starts_at",
            (now + chrono::TimeDelta::microseconds(1)).into(),
        ))),
        Filter::Or(vec![
            Filter::IsNull("ends_at", true),
            Filter::Gte("ends_at", (now + chrono::TimeDelta::microseconds(1)).into()),
        ]),
    ])
}

impl Tx {
    /// Whether the neighbourhood is one of the volunteer's own.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_assigned(
        &self,
        ambassador: Uuid,
        neighbourhood: Uuid,
    ) -> Result<bool, Failure> {
        let key = (ambassador, neighbourhood);
        Ok(ambassador_neighbourhood::Entity::find_by_id(key)
            .one(&self.connection())
            .await?
            .is_some())
    }

    /// Whether the volunteer is deployed in the neighbourhood at some moment from `from` until
    /// `until`. The caller holds the volunteer locked, so that the answer stays true until its
    /// transaction ends.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_deployed(
        &self,
        ambassador: Uuid,
        neighbourhood: Uuid,
        from: DateTime<Utc>,
        until: Option<DateTime<Utc>>,
    ) -> Result<bool, Failure> {
        let (starts, ends) = (deployment::Column::StartsAt, deployment::Column::EndsAt);
        let mut overlapping = deployment::Entity::find()
            .filter(deployment::Column::AmbassadorId.eq(ambassador))
            .filter(deployment::Column::NeighbourhoodId.eq(neighbourhood))
            .filter(ends.is_null().or(ends.gt(from)))
            // One that never began covers no moment.
            .filter(
                ends.is_null()
                    .or(Expr::col("ends_at").gt(Expr::col("starts_at"))),
            );
        if let Some(until) = until {
            overlapping = overlapping.filter(starts.lt(until));
        }
        Ok(overlapping.one(&self.connection()).await?.is_some())
    }
}
