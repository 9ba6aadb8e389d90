//! The neighbourhoods of an ambassador who isn't there for the whole municipality.

use sea_orm::entity::prelude::*;

/// One neighbourhood of one ambassador.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ambassador_neighbourhoods")]
pub struct Model {
    /// The ambassador.
    #[sea_orm(primary_key, auto_increment = false)]
    pub ambassador_id: Uuid,
    /// The neighbourhood the ambassador is there for.
    #[sea_orm(primary_key, auto_increment = false)]
    pub neighbourhood_id: Uuid,
}

/// No relations: the store plans its edges from the columns.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
