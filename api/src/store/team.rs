//! Teams and their members. That a team is there, and where it works, is public; who is in it is for
//! those who work with it, but for volunteers whom everybody is shown anyway.

use nabij_entity::{role_grant::Role, team, team_member, team_neighbourhood};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryResult, QuerySelect,
    sea_query::{Alias, Expr, ExprTrait},
};
use uuid::Uuid;

use super::{
    Failure, Kind, Record, Tx, ambassador,
    place::{by_name, oldest},
    record::{Edge, Fact, Guard, How, Seen},
    scope, serving,
};
use crate::policy::Viewer;

/// The viewer works for the partner of the team's professional contact.
pub(super) fn guided(viewer: &Viewer, t: &Alias) -> Expr {
    scope::among(t, "contact_partner_id", viewer.staffed_partners())
}

/// The viewer is in the team: as a volunteer, or working for the partner of a professional in it.
pub(super) fn joined(viewer: &Viewer, t: &Alias) -> Expr {
    let members = Alias::new("team_members");
    let own = scope::any([
        scope::among(&members, "ambassador_id", viewer.ambassadors()),
        scope::among(&members, "partner_id", viewer.staffed_partners()),
    ]);
    let present = scope::col(&members, "left_on").is_null();
    scope::linked(t, "team_members", "team_id", scope::all([own, present]))
}

/// The volunteer `t` is in a team for which `holds` is true.
pub(super) fn volunteers(t: &Alias, holds: impl Fn(&Alias) -> Expr) -> Expr {
    let (members, teams) = (Alias::new("team_members"), Alias::new("teams"));
    let holds = holds(&teams);
    if holds == scope::nothing() {
        return holds;
    }
    let of_team = Expr::col(("teams", "id")).equals((members.clone(), "team_id"));
    let team = scope::exists("teams", scope::all([of_team, holds]));
    let present = scope::col(&members, "left_on").is_null();
    scope::linked(
        t,
        "team_members",
        "ambassador_id",
        scope::all([present, team]),
    )
}

/// Those who work with the team: whoever coordinates a place of it, whoever is in it, the partner
/// of its professional contact, and volunteers who serve a place of it now.
pub(super) fn colleagues(viewer: &Viewer, t: &Alias) -> Expr {
    let places = Alias::new("team_neighbourhoods");
    let place = scope::any([
        scope::among(
            &places,
            "neighbourhood_id",
            viewer.neighbourhoods(Role::Coordinator),
        ),
        serving::served(viewer, &places, "neighbourhood_id"),
    ]);
    scope::any([
        scope::among(
            t,
            "municipality_id",
            viewer.municipalities(Role::Coordinator),
        ),
        guided(viewer, t),
        joined(viewer, t),
        scope::linked(t, "team_neighbourhoods", "team_id", place),
    ])
}

impl Record for team::Entity {
    const KIND: Kind = Kind::Team;
    type Row = Seen<team::Model>;

    fn scope(_viewer: &Viewer, _t: &Alias) -> Expr {
        scope::everything()
    }

    /// Who came and went concerns those who work with the team.
    fn history_scope(viewer: &Viewer, t: &Alias) -> Expr {
        colleagues(viewer, t)
    }

    fn guards(viewer: &Viewer, t: &Alias) -> Vec<Guard> {
        let public = scope::col(t, "public_contact").eq(true);
        vec![Guard::nulling(
            "contact",
            &["contact_name", "contact_details"],
            scope::any([public, colleagues(viewer, t)]),
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
                name: "initiative",
                to: Kind::Initiative,
                how: How::One("initiative_id"),
            },
            Edge {
                name: "contactPartner",
                to: Kind::Partner,
                how: How::One("contact_partner_id"),
            },
            Edge {
                name: "neighbourhoods",
                to: Kind::Neighbourhood,
                how: How::Through(
                    "team_neighbourhoods",
                    "team_id",
                    "neighbourhood_id",
                    by_name,
                ),
            },
            Edge {
                name: "members",
                to: Kind::TeamMember,
                how: How::Many("team_id", oldest),
            },
            Edge {
                name: "trainings",
                to: Kind::Training,
                how: How::Many("team_id", super::training::latest),
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
        Seen::read(row, prefix, &["contact"])
    }
}

impl Record for team_member::Entity {
    const KIND: Kind = Kind::TeamMember;
    type Row = Seen<team_member::Model>;

    fn scope(viewer: &Viewer, t: &Alias) -> Expr {
        let (volunteers, teams) = (Alias::new("ambassadors"), Alias::new("teams"));
        let public = scope::all([
            Expr::col(("ambassadors", "id")).equals((t.clone(), "ambassador_id")),
            ambassador::public(&volunteers),
        ]);
        let of_team = Expr::col(("teams", "id")).equals((t.clone(), "team_id"));
        let present = scope::col(t, "left_on").is_null();
        let worked_with = match colleagues(viewer, &teams) {
            nobody if nobody == scope::nothing() => nobody,
            holds => scope::exists("teams", scope::all([of_team, holds])),
        };
        scope::any([
            scope::all([present, scope::exists("ambassadors", public)]),
            scope::among(t, "ambassador_id", viewer.ambassadors()),
            worked_with,
        ])
    }

    fn facts(viewer: &Viewer, t: &Alias) -> Vec<Fact> {
        let teams = Alias::new("teams");
        let of_team = Expr::col(("teams", "id")).equals((t.clone(), "team_id"));
        let holds = match guided(viewer, &teams) {
            nobody if nobody == scope::nothing() => nobody,
            holds => scope::exists("teams", scope::all([of_team, holds])),
        };
        vec![Fact {
            name: "guided",
            wanted_by: "allowedActions",
            holds,
        }]
    }

    fn edges() -> &'static [Edge] {
        const EDGES: &[Edge] = &[
            Edge {
                name: "team",
                to: Kind::Team,
                how: How::One("team_id"),
            },
            Edge {
                name: "ambassador",
                to: Kind::Ambassador,
                how: How::One("ambassador_id"),
            },
            Edge {
                name: "partner",
                to: Kind::Partner,
                how: How::One("partner_id"),
            },
        ];
        EDGES
    }

    fn decode(row: &QueryResult, prefix: &str) -> Result<Self::Row, DbErr> {
        let seen = Self::Row::read(row, prefix, &[])?;
        Ok(seen.with_fact("guided", row.try_get(prefix, "guided")?))
    }
}

impl Tx {
    /// The team of a record that refers to it, whoever asks: everybody may see a team.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn team(&self, id: Uuid) -> Result<Option<team::Model>, Failure> {
        Ok(team::Entity::find_by_id(id).one(&self.connection()).await?)
    }

    /// Where a team works.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn places_of_team(&self, team: Uuid) -> Result<Vec<Uuid>, Failure> {
        let rows: Vec<(Uuid,)> = team_neighbourhood::Entity::find()
            .select_only()
            .column(team_neighbourhood::Column::NeighbourhoodId)
            .filter(team_neighbourhood::Column::TeamId.eq(team))
            .into_tuple()
            .all(&self.connection())
            .await?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    /// Whether the volunteer is in the team now. The caller holds the team locked, so that the
    /// answer stays true until its transaction ends.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_in_team(&self, team: Uuid, ambassador: Uuid) -> Result<bool, Failure> {
        Ok(team_member::Entity::find()
            .filter(team_member::Column::TeamId.eq(team))
            .filter(team_member::Column::AmbassadorId.eq(ambassador))
            .filter(team_member::Column::LeftOn.is_null())
            .one(&self.connection())
            .await?
            .is_some())
    }
}
