//! A commitment: what a partner or a group of people promises to a plan, for a while or for good.

use sea_orm::entity::prelude::*;

/// One commitment to a plan.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "commitments")]
pub struct Model {
    /// `UUIDv7` of the record, made by the service.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The plan it belongs to.
    pub plan_id: Uuid,
    /// The municipality of the plan.
    pub municipality_id: Uuid,
    /// The neighbourhood of the plan.
    pub neighbourhood_id: Uuid,
    /// The action it is for, if it is for one in particular.
    pub action_id: Option<Uuid>,
    /// Who promises.
    pub party: CommitmentParty,
    /// The partner that promises, when a partner does.
    pub partner_id: Option<Uuid>,
    /// What is promised.
    pub what: String,
    /// From when it holds.
    pub from_on: Date,
    /// The last day it holds; none when it is lasting.
    pub until_on: Option<Date>,
    /// The user who wrote it down.
    pub recorded_by_user_id: Uuid,
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
    /// Who makes a commitment to a plan.
    pub enum CommitmentParty {
        /// People who care for a relative or neighbour without being paid.
        InformalCarers = "INFORMAL_CARERS",
        /// Neighbours.
        Neighbours = "NEIGHBOURS",
        /// Shops and other businesses of the neighbourhood.
        LocalShops = "LOCAL_SHOPS",
        /// The municipality.
        Municipality = "MUNICIPALITY",
        /// Associations and clubs.
        Associations = "ASSOCIATIONS",
        /// A partner organisation, which promises it itself.
        Partner = "PARTNER",
    }
}
