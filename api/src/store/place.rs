//! Municipalities, neighbourhoods and their official codes: public, all of them.

use nabij_entity::{area_code, municipality, neighbourhood, vocabulary::Country};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryResult, QuerySelect,
    sea_query::{Alias, Expr},
};
use uuid::Uuid;

use super::{
    Failure, Kind, OrderTerm, Record, Scalar, Tx,
    record::{Edge, How, model},
    scope,
};
use crate::policy::Viewer;

/// By name.
pub(super) fn by_name() -> Vec<OrderTerm> {
    vec![OrderTerm::ascending("name", Scalar::Text)]
}

/// The newest first.
pub(super) fn newest() -> Vec<OrderTerm> {
    vec![OrderTerm::descending("created_at", Scalar::Time)]
}

/// The oldest first.
pub(super) fn oldest() -> Vec<OrderTerm> {
    vec![OrderTerm::ascending("created_at", Scalar::Time)]
}

fn by_code() -> Vec<OrderTerm> {
    vec![OrderTerm::ascending("code", Scalar::Text)]
}

impl Record for municipality::Entity {
    const KIND: Kind = Kind::Municipality;
    type Row = municipality::Model;

    fn scope(_viewer: &Viewer, _t: &Alias) -> Expr {
        scope::everything()
    }

    fn edges() -> &'static [Edge] {
        const EDGES: &[Edge] = &[
            Edge {
                name: "neighbourhoods",
                to: Kind::Neighbourhood,
                how: How::Many("municipality_id", by_name),
            },
            Edge {
                name: "initiatives",
                to: Kind::Initiative,
                how: How::Many("municipality_id", by_name),
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

impl Record for neighbourhood::Entity {
    const KIND: Kind = Kind::Neighbourhood;
    type Row = neighbourhood::Model;

    fn scope(_viewer: &Viewer, _t: &Alias) -> Expr {
        scope::everything()
    }

    fn edges() -> &'static [Edge] {
        const EDGES: &[Edge] = &[
            Edge {
                name: "municipality",
                to: Kind::Municipality,
                how: How::One("municipality_id"),
            },
            Edge {
                name: "parent",
                to: Kind::Neighbourhood,
                how: How::One("parent_id"),
            },
            Edge {
                name: "areaCodes",
                to: Kind::AreaCode,
                how: How::List("neighbourhood_id", by_code),
            },
            Edge {
                name: "ambassadors",
                to: Kind::Ambassador,
                how: How::Through(
                    "ambassador_neighbourhoods",
                    "neighbourhood_id",
                    "ambassador_id",
                    super::ambassador::by_display_name,
                ),
            },
            Edge {
                name: "partners",
                to: Kind::Partner,
                how: How::Through(
                    "partner_neighbourhoods",
                    "neighbourhood_id",
                    "partner_id",
                    by_name,
                ),
            },
            Edge {
                name: "services",
                to: Kind::Service,
                how: How::Through(
                    "service_neighbourhoods",
                    "neighbourhood_id",
                    "service_id",
                    by_name,
                ),
            },
            Edge {
                name: "bookables",
                to: Kind::Bookable,
                how: How::Many("neighbourhood_id", by_name),
            },
            Edge {
                name: "teams",
                to: Kind::Team,
                how: How::Through(
                    "team_neighbourhoods",
                    "neighbourhood_id",
                    "team_id",
                    by_name,
                ),
            },
            Edge {
                name: "deployments",
                to: Kind::Deployment,
                how: How::Many("neighbourhood_id", super::deployment::latest),
            },
            Edge {
                name: "signals",
                to: Kind::Signal,
                how: How::Many("neighbourhood_id", newest),
            },
            Edge {
                name: "activities",
                to: Kind::Activity,
                how: How::Many("neighbourhood_id", super::activity::latest),
            },
            Edge {
                name: "plans",
                to: Kind::Plan,
                how: How::Many("neighbourhood_id", newest),
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

impl Record for area_code::Entity {
    const KIND: Kind = Kind::AreaCode;
    type Row = area_code::Model;

    fn scope(_viewer: &Viewer, _t: &Alias) -> Expr {
        scope::everything()
    }

    fn edges() -> &'static [Edge] {
        &[]
    }

    fn decode(row: &QueryResult, prefix: &str) -> Result<Self::Row, DbErr> {
        model(row, prefix)
    }
}

impl Tx {
    /// The names of a neighbourhood and its municipality, and the country they lie in.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn names_of_place(
        &self,
        neighbourhood: Uuid,
    ) -> Result<(String, (String, Country)), Failure> {
        let place = neighbourhood::Entity::find_by_id(neighbourhood)
            .one(&self.connection())
            .await?
            .ok_or(Failure::Bug("a record without its neighbourhood"))?;
        let town = municipality::Entity::find_by_id(place.municipality_id)
            .one(&self.connection())
            .await?
            .ok_or(Failure::Bug("a neighbourhood without its municipality"))?;
        Ok((place.name, (town.name, town.country)))
    }

    /// The names of a neighbourhood and of its municipality, which tell of nobody; none of none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn names_around(&self, neighbourhood: Option<Uuid>) -> Result<Vec<String>, Failure> {
        let Some(neighbourhood) = neighbourhood else {
            return Ok(Vec::new());
        };
        let (neighbourhood, (municipality, _)) = self.names_of_place(neighbourhood).await?;
        Ok(vec![neighbourhood, municipality])
    }

    /// The municipality of a neighbourhood; none when there is no such neighbourhood.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn municipality_of(&self, neighbourhood: Uuid) -> Result<Option<Uuid>, Failure> {
        let found: Option<(Uuid,)> = neighbourhood::Entity::find_by_id(neighbourhood)
            .select_only()
            .column(neighbourhood::Column::MunicipalityId)
            .into_tuple()
            .one(&self.connection())
            .await?;
        Ok(found.map(|(id,)| id))
    }

    /// The ids among `ids` that are neighbourhoods, with their municipalities.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn neighbourhoods(&self, ids: &[Uuid]) -> Result<Vec<(Uuid, Uuid)>, Failure> {
        Ok(neighbourhood::Entity::find()
            .select_only()
            .column(neighbourhood::Column::Id)
            .column(neighbourhood::Column::MunicipalityId)
            .filter(neighbourhood::Column::Id.is_in(ids.iter().copied()))
            .into_tuple()
            .all(&self.connection())
            .await?)
    }

    /// All neighbourhoods of a municipality.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn neighbourhoods_of(&self, municipality: Uuid) -> Result<Vec<Uuid>, Failure> {
        let rows: Vec<(Uuid,)> = neighbourhood::Entity::find()
            .select_only()
            .column(neighbourhood::Column::Id)
            .filter(neighbourhood::Column::MunicipalityId.eq(municipality))
            .into_tuple()
            .all(&self.connection())
            .await?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    /// The official codes of a neighbourhood.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn area_codes_of(
        &self,
        neighbourhood: Uuid,
    ) -> Result<Vec<area_code::Model>, Failure> {
        Ok(area_code::Entity::find()
            .filter(area_code::Column::NeighbourhoodId.eq(neighbourhood))
            .all(&self.connection())
            .await?)
    }
}
