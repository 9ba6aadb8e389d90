//! Volunteers. An active one with a public profile is visible to everybody (story B1), any other
//! to the coordinator, to the partner whose pool they are in, and to themselves.

use nabij_entity::{ambassador, ambassador_neighbourhood, role_grant, role_grant::Role};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryResult, QuerySelect,
    sea_query::{Alias, Expr, ExprTrait},
};
use uuid::Uuid;

use super::{
    Failure, Kind, OrderTerm, Record, Scalar, Tx,
    place::{by_name, newest},
    record::{Edge, Guard, How, Seen},
    scope,
};
use crate::policy::Viewer;

pub(super) fn by_display_name() -> Vec<OrderTerm> {
    vec![OrderTerm::ascending("display_name", Scalar::Text)]
}

fn colleagues(viewer: &Viewer, t: &Alias) -> Expr {
    let served = scope::linked(
        t,
        "ambassador_neighbourhoods",
        "ambassador_id",
        scope::among(
            &Alias::new("ambassador_neighbourhoods"),
            "neighbourhood_id",
            viewer.neighbourhoods(Role::Coordinator),
        ),
    );
    scope::any([
        scope::among(
            t,
            "municipality_id",
            viewer.municipalities(Role::Coordinator),
        ),
        served,
        scope::among(t, "id", viewer.ambassadors()),
        scope::among(t, "pool_partner_id", viewer.staffed_partners()),
    ])
}

impl Record for ambassador::Entity {
    const KIND: Kind = Kind::Ambassador;
    type Row = Seen<ambassador::Model>;

    fn scope(viewer: &Viewer, t: &Alias) -> Expr {
        let public = scope::col(t, "status")
            .eq("ACTIVE")
            .and(scope::col(t, "public_profile").eq(true));
        scope::any([public, colleagues(viewer, t)])
    }

    /// That somebody took a break or was briefed concerns colleagues, not the public.
    fn history_scope(viewer: &Viewer, t: &Alias) -> Expr {
        colleagues(viewer, t)
    }

    fn guards(viewer: &Viewer, t: &Alias) -> Vec<Guard> {
        vec![Guard::nulling(
            "briefing",
            &["briefed_on"],
            colleagues(viewer, t),
        )]
    }

    fn edges() -> &'static [Edge] {
        const EDGES: &[Edge] = &[
            Edge {
                name: "municipality",
                to: Kind::Municipality,
                how: How::One("municipality_id"),
            },
            Edge {
                name: "poolPartner",
                to: Kind::Partner,
                how: How::One("pool_partner_id"),
            },
            Edge {
                name: "neighbourhoods",
                to: Kind::Neighbourhood,
                how: How::Through(
                    "ambassador_neighbourhoods",
                    "ambassador_id",
                    "neighbourhood_id",
                    by_name,
                ),
            },
            Edge {
                name: "signals",
                to: Kind::Signal,
                how: How::Many("reporter_ambassador_id", newest),
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
        Seen::read(row, prefix, &["briefing"])
    }
}

impl Tx {
    /// Whether the volunteer is active and serves the neighbourhood.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn ambassador_serves(
        &self,
        ambassador: Uuid,
        neighbourhood: Uuid,
    ) -> Result<bool, Failure> {
        let active = ambassador::Entity::find_by_id(ambassador)
            .filter(ambassador::Column::Status.eq(ambassador::AmbassadorStatus::Active))
            .one(&self.connection())
            .await?
            .is_some();
        Ok(active
            && ambassador_neighbourhood::Entity::find_by_id((ambassador, neighbourhood))
                .one(&self.connection())
                .await?
                .is_some())
    }

    /// The users who sign in as this volunteer.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn users_of_ambassador(&self, ambassador: Uuid) -> Result<Vec<Uuid>, Failure> {
        let rows: Vec<(Uuid,)> = role_grant::Entity::find()
            .select_only()
            .column(role_grant::Column::UserId)
            .filter(role_grant::Column::AmbassadorId.eq(ambassador))
            .into_tuple()
            .all(&self.connection())
            .await?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    /// Volunteers who serve the whole municipality.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn municipal_ambassadors(&self, municipality: Uuid) -> Result<Vec<Uuid>, Failure> {
        let rows: Vec<(Uuid,)> = ambassador::Entity::find()
            .select_only()
            .column(ambassador::Column::Id)
            .filter(ambassador::Column::MunicipalityId.eq(municipality))
            .filter(ambassador::Column::WholeMunicipality.eq(true))
            .into_tuple()
            .all(&self.connection())
            .await?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }
}
