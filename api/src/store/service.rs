//! What partners offer.

use nabij_entity::{service, service_neighbourhood};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryResult,
    sea_query::{Alias, Expr, ExprTrait},
};
use uuid::Uuid;

use super::{
    Failure, Kind, Record, Tx,
    place::by_name,
    record::{Edge, How, model},
    scope,
};
use crate::policy::Viewer;

impl Record for service::Entity {
    const KIND: Kind = Kind::Service;
    type Row = service::Model;

    fn scope(viewer: &Viewer, t: &Alias) -> Expr {
        if !viewer.is_anonymous() {
            return scope::everything();
        }
        let partner_is_active = scope::all([
            Expr::col(("partners", "id")).equals((t.clone(), "partner_id")),
            Expr::col(("partners", "status")).eq("ACTIVE"),
        ]);
        scope::all([
            scope::col(t, "status").is_in(["ACTIVE", "TEMPORARILY_CLOSED"]),
            scope::exists("partners", partner_is_active),
        ])
    }

    fn edges() -> &'static [Edge] {
        const EDGES: &[Edge] = &[
            Edge {
                name: "partner",
                to: Kind::Partner,
                how: How::One("partner_id"),
            },
            Edge {
                name: "neighbourhoods",
                to: Kind::Neighbourhood,
                how: How::Through(
                    "service_neighbourhoods",
                    "service_id",
                    "neighbourhood_id",
                    by_name,
                ),
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
    /// The services of a partner.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn services_of(&self, partner: Uuid) -> Result<Vec<service::Model>, Failure> {
        Ok(service::Entity::find()
            .filter(service::Column::PartnerId.eq(partner))
            .all(&self.connection())
            .await?)
    }

    /// Where services are offered: pairs of a service among `services` and a neighbourhood.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn neighbourhoods_served(
        &self,
        services: &[Uuid],
    ) -> Result<Vec<(Uuid, Uuid)>, Failure> {
        let rows = service_neighbourhood::Entity::find()
            .filter(service_neighbourhood::Column::ServiceId.is_in(services.iter().copied()))
            .all(&self.connection())
            .await?;
        Ok(rows
            .into_iter()
            .map(|row| (row.service_id, row.neighbourhood_id))
            .collect())
    }
}
