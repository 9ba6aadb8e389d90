//! A neighbourhood: the place that signals, residents and services are tied to.

use sea_orm::entity::prelude::*;

/// A neighbourhood within one municipality, possibly part of a larger neighbourhood.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "neighbourhoods")]
pub struct Model {
    /// `UUIDv7` of the record, made by the service.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The municipality it lies in.
    pub municipality_id: Uuid,
    /// The larger neighbourhood it is part of, in the same municipality.
    pub parent_id: Option<Uuid>,
    /// The name by which people there call it.
    pub name: String,
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
