//! The neighbourhoods in which an initiative works.

use sea_orm::entity::prelude::*;

/// One neighbourhood of one initiative.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "initiative_neighbourhoods")]
pub struct Model {
    /// The initiative.
    #[sea_orm(primary_key, auto_increment = false)]
    pub initiative_id: Uuid,
    /// The neighbourhood it works in.
    #[sea_orm(primary_key, auto_increment = false)]
    pub neighbourhood_id: Uuid,
}

/// No relations: the store plans its edges from the columns.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
