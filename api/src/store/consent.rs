//! Consents: for the coordinator, and for the partner that a consent names.

use nabij_entity::{consent, consent::ConsentKind};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QueryResult,
    sea_query::{Alias, Expr},
};
use uuid::Uuid;

use super::{
    Failure, Kind, Record, Tx,
    record::{Edge, How, model},
    scope,
};
use crate::policy::Viewer;

impl Record for consent::Entity {
    const KIND: Kind = Kind::Consent;
    type Row = consent::Model;

    fn scope(viewer: &Viewer, t: &Alias) -> Expr {
        scope::any([
            scope::coordinated(viewer, t),
            scope::among(t, "partner_id", viewer.staffed_partners()),
        ])
    }

    fn edges() -> &'static [Edge] {
        const EDGES: &[Edge] = &[
            Edge {
                name: "resident",
                to: Kind::Resident,
                how: How::One("resident_id"),
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
        model(row, prefix)
    }
}

impl Tx {
    /// The newest live consent of the resident to share with this partner.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn live_share_consent(
        &self,
        resident: Uuid,
        partner: Uuid,
    ) -> Result<Option<consent::Model>, Failure> {
        Ok(consent::Entity::find()
            .filter(consent::Column::ResidentId.eq(resident))
            .filter(consent::Column::PartnerId.eq(partner))
            .filter(consent::Column::Kind.eq(ConsentKind::ShareWithPartner))
            .filter(consent::Column::GivenAt.lte(self.now()))
            .filter(consent::Column::WithdrawnAt.is_null())
            .order_by_desc(consent::Column::GivenAt)
            .one(&self.connection())
            .await?)
    }
}
