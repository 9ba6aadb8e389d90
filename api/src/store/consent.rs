//! Consents: for the coordinator, and for the partner that a consent names.

use nabij_entity::{consent, consent::ConsentKind};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QueryResult, QuerySelect,
    sea_query::{Alias, Expr, ExprTrait},
};
use uuid::Uuid;

use super::{
    Failure, Kind, Record, Tx,
    record::{Edge, How, model},
    scope,
};
use crate::policy::Viewer;

/// The consent in this column of `t`, if there is one, wasn't withdrawn (GDPR article 7(3)).
pub(super) fn holds(t: &Alias, column: &'static str) -> Expr {
    let withdrawn = scope::all([
        Expr::col(("consents", "id")).equals((t.clone(), column)),
        Expr::col(("consents", "withdrawn_at")).is_not_null(),
    ]);
    scope::exists("consents", withdrawn).not()
}

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
    /// Whether the resident has a live consent of this kind, for this partner or for none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn has_live_consent(
        &self,
        resident: Uuid,
        kind: ConsentKind,
        partner: Option<Uuid>,
    ) -> Result<bool, Failure> {
        let mut live = consent::Entity::find()
            .filter(consent::Column::ResidentId.eq(resident))
            .filter(consent::Column::Kind.eq(kind))
            .filter(consent::Column::WithdrawnAt.is_null());
        live = match partner {
            Some(partner) => live.filter(consent::Column::PartnerId.eq(partner)),
            None => live.filter(consent::Column::PartnerId.is_null()),
        };
        Ok(live.one(&self.connection()).await?.is_some())
    }

    /// The newest live consent of the resident to share with this partner, locked against being
    /// withdrawn until the transaction ends: whatever is made to rest on it is then there to be
    /// cancelled.
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
            .lock_shared()
            .one(&self.connection())
            .await?)
    }
}
