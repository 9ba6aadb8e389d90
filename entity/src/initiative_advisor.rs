//! Who is in the advisory group of an initiative.

use sea_orm::entity::prelude::*;

/// One seat in an advisory group: a partner's, a volunteer's, or one that is told in words.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "initiative_advisors")]
pub struct Model {
    /// `UUIDv7` of the record, made by the service.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The initiative.
    pub initiative_id: Uuid,
    /// The partner that has the seat, if one has.
    pub partner_id: Option<Uuid>,
    /// The volunteer who has the seat, if one has.
    pub ambassador_id: Option<Uuid>,
    /// On whose behalf the seat is taken, in words without a name.
    pub position: Option<String>,
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
