//! The neighbourhoods that a partner covers: it receives referrals from these alone.

use sea_orm::entity::prelude::*;

/// One neighbourhood covered by one partner.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "partner_neighbourhoods")]
pub struct Model {
    /// The partner.
    #[sea_orm(primary_key, auto_increment = false)]
    pub partner_id: Uuid,
    /// The neighbourhood it covers.
    #[sea_orm(primary_key, auto_increment = false)]
    pub neighbourhood_id: Uuid,
}

/// No relations: the store plans its edges from the columns.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
