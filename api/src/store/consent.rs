//! Consents: for the coordinator, and for the partner that a consent names. That a resident accepts
//! help is also for the partner that serves them: its contact person asks before somebody comes.

use nabij_entity::{consent, consent::ConsentKind};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QueryResult, QuerySelect,
    sea_query::{Alias, Expr, ExprTrait},
};
use uuid::Uuid;

use super::{
    Failure, Kind, Record, Tx, dialect,
    record::{Edge, Fact, How, Seen},
    referral, scope,
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

/// The resident whose id is in `resident`, a column of that table, gave a consent of this kind, and
/// didn't take it back.
pub(super) fn in_force(kind: ConsentKind, resident: (Alias, &'static str)) -> Expr {
    let of_them = Expr::col(("consents", "resident_id")).equals(resident);
    scope::exists(
        "consents",
        scope::all([
            of_them,
            Expr::col(("consents", "kind")).eq(kind.code()),
            Expr::col(("consents", "withdrawn_at")).is_null(),
        ]),
    )
}

/// It is about accepting help, and a partner that the viewer works for serves the resident.
fn helps(viewer: &Viewer, t: &Alias) -> Expr {
    let referrals = Alias::new("referrals");
    let serves = referral::serves(viewer, &referrals);
    let of_them = scope::col(&referrals, "resident_id").equals((t.clone(), "resident_id"));
    scope::all([
        scope::col(t, "kind").eq(ConsentKind::AcceptHelp.code()),
        scope::exists("referrals", scope::all([of_them, serves])),
    ])
}

impl Record for consent::Entity {
    const KIND: Kind = Kind::Consent;
    type Row = Seen<consent::Model>;

    fn scope(viewer: &Viewer, t: &Alias) -> Expr {
        scope::any([
            scope::coordinated(viewer, t),
            scope::among(t, "partner_id", viewer.staffed_partners()),
            helps(viewer, t),
        ])
    }

    fn facts(viewer: &Viewer, t: &Alias) -> Vec<Fact> {
        vec![Fact {
            name: "helps",
            wanted_by: "allowedActions",
            holds: helps(viewer, t),
        }]
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
        let seen = Self::Row::read(row, prefix, &[])?;
        Ok(seen.with_fact("helps", row.try_get(prefix, "helps")?))
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

    /// The consent of this resident to be helped, locked against being withdrawn until the
    /// transaction ends. It comes before the referral in the order of locks: whoever withdraws it
    /// holds it first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn live_help_consent(
        &self,
        resident: Uuid,
    ) -> Result<Option<consent::Model>, Failure> {
        let mut select = consent::Entity::find()
            .filter(consent::Column::ResidentId.eq(resident))
            .filter(consent::Column::Kind.eq(ConsentKind::AcceptHelp))
            .filter(consent::Column::WithdrawnAt.is_null());
        dialect::for_share(self.backend(), QuerySelect::query(&mut select));
        Ok(select.one(&self.connection()).await?)
    }
}
