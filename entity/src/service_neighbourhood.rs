//! The neighbourhoods in which a service is offered.

use sea_orm::entity::prelude::*;

/// One neighbourhood in which one service is offered.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "service_neighbourhoods")]
pub struct Model {
    /// The service.
    #[sea_orm(primary_key, auto_increment = false)]
    pub service_id: Uuid,
    /// The neighbourhood it is offered in.
    #[sea_orm(primary_key, auto_increment = false)]
    pub neighbourhood_id: Uuid,
}

/// No relations: the store plans its edges from the columns.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
