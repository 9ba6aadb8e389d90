//! Volunteers. An active one with a public profile is visible to everybody (story B1), any other
//! to the coordinator, to the partner whose pool they are in, and to themselves.

use nabij_entity::{ambassador, role_grant, role_grant::Role};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryResult, QuerySelect,
    sea_query::{Alias, Expr, ExprTrait},
};
use uuid::Uuid;

use super::{
    Failure, Kind, OrderTerm, Record, Scalar, Tx,
    place::{by_name, newest, oldest},
    record::{Edge, Guard, How, Seen},
    scope, serving, team,
};
use crate::policy::Viewer;

pub(super) fn by_display_name() -> Vec<OrderTerm> {
    vec![OrderTerm::ascending("display_name", Scalar::Text)]
}

/// Shown to everybody.
pub(super) fn public(t: &Alias) -> Expr {
    scope::col(t, "status")
        .eq("ACTIVE")
        .and(scope::col(t, "public_profile").eq(true))
}

/// Those who work with the volunteer: the coordinator of a place they are there for, or will be, the
/// staff of their pool, the professional contact of their team, and they themselves.
fn colleagues(viewer: &Viewer, t: &Alias) -> Expr {
    let coordinated = |table: &'static str| {
        scope::among(
            &Alias::new(table),
            "neighbourhood_id",
            viewer.neighbourhoods(Role::Coordinator),
        )
    };
    let assigned = scope::linked(
        t,
        "ambassador_neighbourhoods",
        "ambassador_id",
        coordinated("ambassador_neighbourhoods"),
    );
    let deployments = Alias::new("deployments");
    let deployed = scope::linked(
        t,
        "deployments",
        "ambassador_id",
        scope::all([
            coordinated("deployments"),
            serving::is_to_come_or_current(&deployments, viewer.now()),
        ]),
    );
    scope::any([
        scope::among(
            t,
            "municipality_id",
            viewer.municipalities(Role::Coordinator),
        ),
        assigned,
        deployed,
        scope::among(t, "id", viewer.ambassadors()),
        scope::among(t, "pool_partner_id", viewer.staffed_partners()),
        team::volunteers(t, |teams| team::guided(viewer, teams)),
    ])
}

impl Record for ambassador::Entity {
    const KIND: Kind = Kind::Ambassador;
    type Row = Seen<ambassador::Model>;

    fn scope(viewer: &Viewer, t: &Alias) -> Expr {
        scope::any([
            public(t),
            colleagues(viewer, t),
            team::volunteers(t, |teams| team::joined(viewer, teams)),
        ])
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
                name: "teamMemberships",
                to: Kind::TeamMember,
                how: How::Many("ambassador_id", oldest),
            },
            Edge {
                name: "trainings",
                to: Kind::Training,
                how: How::Through(
                    "training_ambassadors",
                    "ambassador_id",
                    "training_id",
                    super::training::latest,
                ),
            },
            Edge {
                name: "deployments",
                to: Kind::Deployment,
                how: How::Many("ambassador_id", super::deployment::latest),
            },
            Edge {
                name: "signals",
                to: Kind::Signal,
                how: How::Many("reporter_ambassador_id", newest),
            },
            Edge {
                name: "offers",
                to: Kind::Offer,
                how: How::Many("ambassador_id", newest),
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
