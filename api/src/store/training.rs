//! Trainings and peer reviews: for the coordinator, those who took part, their team and their pool,
//! and the partner that gave it.

use nabij_entity::{ambassador, role_grant::Role, team_member, training};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryResult, QuerySelect,
    sea_query::{Alias, Expr, ExprTrait},
};
use uuid::Uuid;

use super::{
    Failure, Filter, Kind, OrderTerm, Record, Scalar, Tx,
    ambassador::by_display_name,
    place::oldest,
    record::{Edge, How, model},
    scope, team,
};
use crate::policy::Viewer;

/// The latest first.
pub(super) fn latest() -> Vec<OrderTerm> {
    vec![OrderTerm::descending("held_on", Scalar::Date)]
}

impl Record for training::Entity {
    const KIND: Kind = Kind::Training;
    type Row = training::Model;

    fn scope(viewer: &Viewer, t: &Alias) -> Expr {
        let (links, teams) = (Alias::new("training_ambassadors"), Alias::new("teams"));
        let volunteers = Alias::new("ambassadors");
        let of_team = Expr::col(("teams", "id")).equals((t.clone(), "team_id"));
        let of_team = match team::colleagues(viewer, &teams) {
            nobody if nobody == scope::nothing() => nobody,
            holds => scope::exists("teams", scope::all([of_team, holds])),
        };
        let of_pool = scope::exists(
            "ambassadors",
            scope::all([
                scope::among(&volunteers, "pool_partner_id", viewer.staffed_partners()),
                Expr::col(("ambassadors", "id")).equals((links.clone(), "ambassador_id")),
            ]),
        );
        let took_part = scope::any([
            scope::among(&links, "ambassador_id", viewer.ambassadors()),
            of_pool,
        ]);
        scope::any([
            scope::among(
                t,
                "municipality_id",
                viewer.municipalities(Role::Coordinator),
            ),
            scope::among(t, "provider_partner_id", viewer.staffed_partners()),
            of_team,
            scope::linked(t, "training_ambassadors", "training_id", took_part),
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
                name: "team",
                to: Kind::Team,
                how: How::One("team_id"),
            },
            Edge {
                name: "provider",
                to: Kind::Partner,
                how: How::One("provider_partner_id"),
            },
            Edge {
                name: "ambassadors",
                to: Kind::Ambassador,
                how: How::Through(
                    "training_ambassadors",
                    "training_id",
                    "ambassador_id",
                    by_display_name,
                ),
            },
            Edge {
                name: "professionals",
                to: Kind::TeamMember,
                how: How::Through("training_members", "training_id", "team_member_id", oldest),
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

impl Tx {
    /// Those of these volunteers whom the writer may see, with their municipalities.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn visible_ambassadors(&self, ids: &[Uuid]) -> Result<Vec<(Uuid, Uuid)>, Failure> {
        let t = Alias::new("ambassadors");
        Ok(ambassador::Entity::find()
            .select_only()
            .column(ambassador::Column::Id)
            .column(ambassador::Column::MunicipalityId)
            .filter(ambassador::Column::Id.is_in(ids.iter().copied()))
            .filter(ambassador::Entity::scope(self.viewer(), &t))
            .into_tuple()
            .all(&self.connection())
            .await?)
    }

    /// Those of these members of teams who are professionals and whom the writer may see, with
    /// their teams.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn visible_professionals(&self, ids: &[Uuid]) -> Result<Vec<(Uuid, Uuid)>, Failure> {
        let t = Alias::new("team_members");
        Ok(team_member::Entity::find()
            .select_only()
            .column(team_member::Column::Id)
            .column(team_member::Column::TeamId)
            .filter(team_member::Column::Id.is_in(ids.iter().copied()))
            .filter(team_member::Column::AmbassadorId.is_null())
            .filter(team_member::Entity::scope(self.viewer(), &t))
            .into_tuple()
            .all(&self.connection())
            .await?)
    }
}

/// The training is one in which these volunteers took part.
#[must_use]
pub fn taken_by(ids: Vec<sea_orm::Value>) -> Filter {
    Filter::Linked {
        table: "training_ambassadors",
        this: "training_id",
        other: "ambassador_id",
        ids,
    }
}
