//! A series of activities that goes from neighbourhood to neighbourhood.

use sea_orm::entity::prelude::*;

/// Activities that belong together, mostly each in another neighbourhood.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "activity_series")]
pub struct Model {
    /// `UUIDv7` of the record, made by the service.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The municipality through which it goes.
    pub municipality_id: Uuid,
    /// The initiative it is part of, if any.
    pub initiative_id: Option<Uuid>,
    /// Its name.
    pub name: String,
    /// What people can expect.
    pub description: Option<String>,
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
