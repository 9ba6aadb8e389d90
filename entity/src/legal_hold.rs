//! What must be kept although its period is over, or although somebody asks to be erased (GDPR
//! article 17(3)): for a legal claim, or because a law says so.

use sea_orm::entity::prelude::*;

/// A hold on one signal or one resident.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "legal_holds")]
pub struct Model {
    /// `UUIDv7` of the record, made by the service.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The municipality of what is held.
    pub municipality_id: Uuid,
    /// The neighbourhood of what is held.
    pub neighbourhood_id: Uuid,
    /// The signal that is held, with all that belongs to it; or else `resident_id`.
    pub signal_id: Option<Uuid>,
    /// The resident who is held, with all their signals; or else `signal_id`.
    pub resident_id: Option<Uuid>,
    /// Why it must be kept; empty when the person was erased since.
    pub reason: String,
    /// Until when it counts, that moment not included; none until it is lifted.
    pub ends_at: Option<DateTimeUtc>,
    /// The user who placed it.
    pub placed_by_user_id: Uuid,
    /// When it was lifted before its end.
    pub lifted_at: Option<DateTimeUtc>,
    /// The user who lifted it.
    pub lifted_by_user_id: Option<Uuid>,
    /// Why it was lifted.
    pub lift_reason: Option<String>,
    /// When the record was made.
    pub created_at: DateTimeUtc,
    /// When the record last changed.
    pub updated_at: DateTimeUtc,
    /// Number of the present version, from 1; for optimistic locking.
    pub version: i32,
}

/// No relations: the store plans its edges from the columns.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
