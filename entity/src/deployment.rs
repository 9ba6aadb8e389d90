//! A deployment: a volunteer of the whole municipality is put to work in one neighbourhood for a
//! time.

use sea_orm::entity::prelude::*;

/// One volunteer in one neighbourhood, for a time.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "deployments")]
pub struct Model {
    /// `UUIDv7` of the record, made by the service.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The municipality of the volunteer and of the neighbourhood.
    pub municipality_id: Uuid,
    /// Where the volunteer is put to work.
    pub neighbourhood_id: Uuid,
    /// The volunteer.
    pub ambassador_id: Uuid,
    /// From when on, inclusive.
    pub starts_at: DateTimeUtc,
    /// Until when, exclusive; none while no end is set. Before the beginning when it was called off.
    pub ends_at: Option<DateTimeUtc>,
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

codes! {
    /// What can be done with a deployment.
    pub enum DeploymentAction {
        /// Let it end now, or not begin at all.
        End = "END",
    }
}
