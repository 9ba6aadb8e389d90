//! Partner organisations and their official identifiers. Active ones are public; whoever has
//! signed in sees the others too, since a partner is an organisation and not a person.

use nabij_entity::{
    neighbourhood, partner,
    partner_identifier::{self, PartnerIdentifierScheme},
    partner_neighbourhood, referral,
};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryResult, QuerySelect,
    QueryTrait,
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
        if viewer.is_anonymous() {
            scope::col(t, "status").eq("ACTIVE")
        } else {
            scope::everything()
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
            Edge {
                name: "pool",
                to: Kind::Ambassador,
                how: How::Many("pool_partner_id", super::ambassador::by_display_name),
            },
            Edge {
                name: "bookables",
                to: Kind::Bookable,
                how: How::Many("partner_id", by_name),
            },
            Edge {
                name: "activities",
                to: Kind::Activity,
                how: How::Through(
                    "activity_organisers",
                    "partner_id",
                    "activity_id",
                    super::activity::latest,
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

    /// Whether the partner is active and covers at least one neighbourhood of the municipality.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn partner_is_active_in(
        &self,
        partner: Uuid,
        municipality: Uuid,
    ) -> Result<bool, Failure> {
        let active = partner::Entity::find_by_id(partner)
            .filter(partner::Column::Status.eq(partner::PartnerStatus::Active))
            .one(&self.connection())
            .await?
            .is_some();
        let here = neighbourhood::Entity::find()
            .select_only()
            .column(neighbourhood::Column::Id)
            .filter(neighbourhood::Column::MunicipalityId.eq(municipality))
            .into_query();
        Ok(active
            && partner_neighbourhood::Entity::find()
                .filter(partner_neighbourhood::Column::PartnerId.eq(partner))
                .filter(partner_neighbourhood::Column::NeighbourhoodId.in_subquery(here))
                .count(&self.connection())
                .await?
                > 0)
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

    /// The official identifiers of a partner.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn identifiers_of(
        &self,
        partner: Uuid,
    ) -> Result<Vec<partner_identifier::Model>, Failure> {
        Ok(partner_identifier::Entity::find()
            .filter(partner_identifier::Column::PartnerId.eq(partner))
            .all(&self.connection())
            .await?)
    }

    /// The partner that has this official identifier.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn partner_identified(
        &self,
        scheme: PartnerIdentifierScheme,
        value: &str,
    ) -> Result<Option<Uuid>, Failure> {
        let found = partner_identifier::Entity::find()
            .filter(partner_identifier::Column::Scheme.eq(scheme))
            .filter(partner_identifier::Column::Value.eq(value))
            .one(&self.connection())
            .await?;
        Ok(found.map(|identifier| identifier.partner_id))
    }

    /// The neighbourhoods that a partner covers.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn neighbourhoods_covered(&self, partner: Uuid) -> Result<Vec<Uuid>, Failure> {
        let rows = partner_neighbourhood::Entity::find()
            .filter(partner_neighbourhood::Column::PartnerId.eq(partner))
            .all(&self.connection())
            .await?;
        Ok(rows.into_iter().map(|row| row.neighbourhood_id).collect())
    }

    /// Whether a referral to the partner is still open.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn partner_has_open_referral(&self, partner: Uuid) -> Result<bool, Failure> {
        Ok(referral::Entity::find()
            .filter(referral::Column::ToPartnerId.eq(partner))
            .filter(referral::Column::Status.is_in(super::referral::OPEN))
            .one(&self.connection())
            .await?
            .is_some())
    }
}
