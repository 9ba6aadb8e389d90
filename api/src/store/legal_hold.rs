//! Legal holds: for the place's coordinator, who places them, and for the municipality's auditor.

use chrono::{DateTime, Utc};
use nabij_entity::{legal_hold, resident, role_grant::Role, signal};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QueryResult, QuerySelect,
    sea_query::{Alias, Expr, ExprTrait},
};
use uuid::Uuid;

use super::{
    Failure, Filter, Kind, Record, Tx, dialect,
    record::{Edge, How, model},
    scope::{self, col},
};
use crate::policy::Viewer;

impl Record for legal_hold::Entity {
    const KIND: Kind = Kind::LegalHold;
    type Row = legal_hold::Model;

    fn scope(viewer: &Viewer, t: &Alias) -> Expr {
        scope::any([
            scope::coordinated(viewer, t),
            scope::among(t, "municipality_id", viewer.municipalities(Role::Auditor)),
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
                name: "signal",
                to: Kind::Signal,
                how: How::One("signal_id"),
            },
            Edge {
                name: "resident",
                to: Kind::Resident,
                how: How::One("resident_id"),
            },
            Edge {
                name: "placedBy",
                to: Kind::User,
                how: How::One("placed_by_user_id"),
            },
            Edge {
                name: "liftedBy",
                to: Kind::User,
                how: How::One("lifted_by_user_id"),
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

/// The hold in the alias `t` counts at `now`.
fn in_force(t: &Alias, now: DateTime<Utc>) -> Expr {
    let open = col(t, "ends_at")
        .is_null()
        .or(col(t, "ends_at").gt(Expr::val(now)));
    scope::all([col(t, "lifted_at").is_null(), open])
}

/// The same as a condition of a list.
#[must_use]
pub fn in_force_filter(counts: bool, now: DateTime<Utc>) -> Filter {
    let later = (now + chrono::TimeDelta::microseconds(1)).into();
    let is = Filter::And(vec![
        Filter::IsNull("lifted_at", true),
        Filter::Or(vec![
            Filter::IsNull("ends_at", true),
            Filter::Gte("ends_at", later),
        ]),
    ]);
    if counts {
        is
    } else {
        Filter::Not(Box::new(is))
    }
}

/// A hold that counts is on the signal in `signals`, or on its resident.
pub(super) fn on_signal(now: DateTime<Utc>) -> Expr {
    let (h, s) = (Alias::new("legal_holds"), Alias::new("signals"));
    let it = scope::any([
        col(&h, "signal_id").equals((s.clone(), "id")),
        col(&h, "resident_id").equals((s, "resident_id")),
    ]);
    scope::exists("legal_holds", scope::all([in_force(&h, now), it]))
}

/// A hold that counts is on the resident in `residents`.
pub(super) fn on_resident(now: DateTime<Utc>) -> Expr {
    let h = Alias::new("legal_holds");
    let they = col(&h, "resident_id").equals((Alias::new("residents"), "id"));
    scope::exists("legal_holds", scope::all([in_force(&h, now), they]))
}

impl Tx {
    /// The hold that counts for a resident or one of their signals, if there is one; the one that
    /// lasts longest. The signals are locked first, so that none is placed until the transaction
    /// ends; the caller holds the resident.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn legal_hold_of(
        &self,
        resident: Uuid,
    ) -> Result<Option<legal_hold::Model>, Failure> {
        let signals = self.lock_signals_of(&[resident]).await?;
        let holds = legal_hold::Entity::find()
            .filter(in_force(&Alias::new("legal_holds"), self.now()))
            .filter(
                legal_hold::Column::ResidentId
                    .eq(resident)
                    .or(legal_hold::Column::SignalId.is_in(signals)),
            )
            .order_by_asc(legal_hold::Column::Id)
            .all(&self.connection())
            .await?;
        let end = |hold: &legal_hold::Model| hold.ends_at.unwrap_or(DateTime::<Utc>::MAX_UTC);
        Ok(holds.into_iter().max_by_key(end))
    }

    /// The ids of the signals about these residents, locked in the order of their ids.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn lock_signals_of(&self, residents: &[Uuid]) -> Result<Vec<Uuid>, Failure> {
        let mut select = signal::Entity::find()
            .filter(signal::Column::ResidentId.is_in(residents.iter().copied()))
            .order_by_asc(signal::Column::Id);
        dialect::for_update(self.backend(), QuerySelect::query(&mut select));
        let signals = select.all(&self.connection()).await?;
        Ok(signals.iter().map(|signal| signal.id).collect())
    }

    /// Whether the resident was erased.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_erased(&self, resident: Uuid) -> Result<bool, Failure> {
        let found = resident::Entity::find_by_id(resident)
            .one(&self.connection())
            .await?;
        Ok(found.is_none_or(|resident| resident.erased_at.is_some()))
    }
}
