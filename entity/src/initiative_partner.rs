//! The partners that take part in an initiative.

use sea_orm::entity::prelude::*;

/// One partner in one initiative.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "initiative_partners")]
pub struct Model {
    /// The initiative.
    #[sea_orm(primary_key, auto_increment = false)]
    pub initiative_id: Uuid,
    /// The partner that takes part.
    #[sea_orm(primary_key, auto_increment = false)]
    pub partner_id: Uuid,
}

/// No relations: the store plans its edges from the columns.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
