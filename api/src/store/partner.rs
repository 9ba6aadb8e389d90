//! Partner organisations and their official identifiers. Active ones are public; whoever has
//! signed in sees the others too, since a partner is an organisation and not a person.

use nabij_entity::{partner, partner_identifier, partner_neighbourhood};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryResult,
    sea_query::{Alias, Expr, ExprTrait},
};
use uuid::Uuid;

use super::{
    Failure, Kind, OrderTerm, Record, Scalar, Tx,
    place::by_name,
    record::{Edge, How, model},
    scope,
};
use crate::policy::Viewer;

fn by_scheme() -> Vec<OrderTerm> {
    vec![OrderTerm::ascending("scheme", Scalar::Text)]
}

impl Record for partner::Entity {
    const KIND: Kind = Kind::Partner;
    type Row = partner::Model;

    fn scope(viewer: &Viewer, t: &Alias) -> Expr {
        match viewer.account() {
            Some(_) => scope::everything(),
            None => scope::col(t, "status").eq("ACTIVE"),
        }
    }

    fn edges() -> &'static [Edge] {
        const EDGES: &[Edge] = &[
            Edge {
                name: "identifiers",
                to: Kind::PartnerIdentifier,
                how: How::List("partner_id", by_scheme),
            },
            Edge {
                name: "neighbourhoods",
                to: Kind::Neighbourhood,
                how: How::Through(
                    "partner_neighbourhoods",
                    "partner_id",
                    "neighbourhood_id",
                    by_name,
                ),
            },
            Edge {
                name: "services",
                to: Kind::Service,
                how: How::Many("partner_id", by_name),
            },
        ];
        EDGES
    }

    fn decode(row: &QueryResult, prefix: &str) -> Result<Self::Row, DbErr> {
        model(row, prefix)
    }
}

impl Record for partner_identifier::Entity {
    const KIND: Kind = Kind::PartnerIdentifier;
    type Row = partner_identifier::Model;

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
    /// Whether the partner covers the neighbourhood.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn partner_covers(
        &self,
        partner: Uuid,
        neighbourhood: Uuid,
    ) -> Result<bool, Failure> {
        Ok(
            partner_neighbourhood::Entity::find_by_id((partner, neighbourhood))
                .one(&self.connection())
                .await?
                .is_some(),
        )
    }

    /// The partner that was onboarded under this reference.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn partner_by_reference(
        &self,
        reference: &str,
    ) -> Result<Option<partner::Model>, Failure> {
        Ok(partner::Entity::find()
            .filter(partner::Column::Reference.eq(reference))
            .one(&self.connection())
            .await?)
    }
}
