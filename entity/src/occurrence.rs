//! An occurrence: one time that an activity takes place. Also an activity that doesn't recur has
//! one, so that the calendar is the occurrences and nothing else.

use sea_orm::entity::prelude::*;

/// One time that an activity takes place.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "occurrences")]
pub struct Model {
    /// `UUIDv7` of the record, made by the service.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The activity.
    pub activity_id: Uuid,
    /// The municipality of the activity.
    pub municipality_id: Uuid,
    /// The neighbourhood of the activity.
    pub neighbourhood_id: Uuid,
    /// When it begins.
    pub starts_at: DateTimeUtc,
    /// When it ends.
    pub ends_at: DateTimeUtc,
    /// When it was called off, alone or with the whole activity; none if it wasn't.
    pub cancelled_at: Option<DateTimeUtc>,
    /// How many came; none if nobody counted.
    pub attendance_total: Option<i32>,
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
