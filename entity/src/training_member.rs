//! The professionals of a team who took part in a training.

use sea_orm::entity::prelude::*;

/// One professional in one training.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "training_members")]
pub struct Model {
    /// The training.
    #[sea_orm(primary_key, auto_increment = false)]
    pub training_id: Uuid,
    /// A professional of a team who took part.
    #[sea_orm(primary_key, auto_increment = false)]
    pub team_member_id: Uuid,
}

/// No relations: the store plans its edges from the columns.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
