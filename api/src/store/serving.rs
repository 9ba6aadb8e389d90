//! Where a volunteer serves at a moment: in the neighbourhoods they were assigned to, and, while a
//! deployment lasts, in the one they are deployed in. Whatever asks that asks it here.

use chrono::{DateTime, Utc};
use nabij_entity::ambassador;
use sea_orm::{
    EntityTrait, QueryFilter,
    sea_query::{Alias, Expr, ExprTrait},
};
use uuid::Uuid;

use super::{Failure, Tx, scope};
use crate::policy::Viewer;

/// The deployment has begun and isn't over.
pub(super) fn is_current(deployment: &Alias, now: DateTime<Utc>) -> Expr {
    scope::all([
        scope::col(deployment, "starts_at").lte(now),
        is_to_come_or_current(deployment, now),
    ])
}

/// The deployment isn't over.
pub(super) fn is_to_come_or_current(deployment: &Alias, now: DateTime<Utc>) -> Expr {
    let end = scope::col(deployment, "ends_at");
    end.clone().is_null().or(end.gt(now))
}

/// The volunteer with the id `who` is assigned to, or deployed in, a neighbourhood for which
/// `place` holds. Says nothing about whether they are active.
pub(super) fn serves(who: &Expr, place: impl Fn(Expr) -> Expr, now: DateTime<Utc>) -> Expr {
    let (links, deployments) = (
        Alias::new("ambassador_neighbourhoods"),
        Alias::new("deployments"),
    );
    let there = |table: &Alias| {
        [
            scope::col(table, "ambassador_id").eq(who.clone()),
            place(scope::col(table, "neighbourhood_id")),
        ]
    };
    scope::any([
        scope::exists("ambassador_neighbourhoods", scope::all(there(&links))),
        scope::exists(
            "deployments",
            scope::all([
                scope::all(there(&deployments)),
                is_current(&deployments, now),
            ]),
        ),
    ])
}

/// The row lies in a neighbourhood that the viewer, as an active volunteer, serves now. `column`
/// of the alias `t` holds the neighbourhood.
pub(super) fn served(viewer: &Viewer, t: &Alias, column: &'static str) -> Expr {
    serves_one(viewer, |place| place.eq(scope::col(t, column)))
}

/// The viewer, as an active volunteer, serves a neighbourhood now for which `place` holds.
pub(super) fn serves_one(viewer: &Viewer, place: impl Fn(Expr) -> Expr) -> Expr {
    let volunteers = Alias::new("ambassadors");
    let own = scope::among(&volunteers, "id", viewer.ambassadors());
    if own == scope::nothing() {
        return own;
    }
    let who = scope::col(&volunteers, "id");
    scope::exists(
        "ambassadors",
        scope::all([
            own,
            scope::col(&volunteers, "status").eq("ACTIVE"),
            serves(&who, place, viewer.now()),
        ]),
    )
}

impl Tx {
    /// Whether the volunteer is active and serves the neighbourhood now.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn ambassador_serves(
        &self,
        ambassador: Uuid,
        neighbourhood: Uuid,
    ) -> Result<bool, Failure> {
        let who = Expr::col((Alias::new("ambassadors"), "id"));
        Ok(ambassador::Entity::find_by_id(ambassador)
            .filter(Expr::col((Alias::new("ambassadors"), "status")).eq("ACTIVE"))
            .filter(serves(&who, |place| place.eq(neighbourhood), self.now()))
            .one(&self.connection())
            .await?
            .is_some())
    }
}
