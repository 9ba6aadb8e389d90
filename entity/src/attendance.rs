//! Attendance: how many people of a target group came to an occurrence. Counted, never by name.

use sea_orm::entity::prelude::*;

use crate::vocabulary::TargetGroup;

/// How many of one target group came. Somebody may belong to several, so that the counts can add up
/// to more than the occurrence's total.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "attendances")]
pub struct Model {
    /// `UUIDv7` of the record, made by the service.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The activity.
    pub activity_id: Uuid,
    /// The time that was counted.
    pub occurrence_id: Uuid,
    /// The target group.
    pub target_group: TargetGroup,
    /// How many of them came.
    pub count: i32,
}

/// No relations: the store plans its edges from the columns.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
