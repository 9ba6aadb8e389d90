//! From which plans a plan descends: the one it was cloned from, the one that was cloned from, and
//! so on. A row for each, so that several generations are read at once, up or down.

use sea_orm::entity::prelude::*;

/// One plan and one of those it descends from.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "plan_lineage")]
pub struct Model {
    /// The plan.
    #[sea_orm(primary_key, auto_increment = false)]
    pub plan_id: Uuid,
    /// The plan it descends from.
    #[sea_orm(primary_key, auto_increment = false)]
    pub ancestor_id: Uuid,
}

/// No relations: the store plans its edges from the columns.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
