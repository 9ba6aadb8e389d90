//! An endorsement: residents or a partner stand behind a change plan as it is. It lapses when the plan
//! goes back to the analysis.

use sea_orm::entity::prelude::*;

/// One endorsement of a plan.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "endorsements")]
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
    /// Who endorses.
    pub endorser: Endorser,
    /// The partner that endorses, when a partner does.
    pub partner_id: Option<Uuid>,
    /// The day on which they did.
    pub endorsed_on: Date,
    /// How they did: a vote, a meeting, a decision.
    pub how: String,
    /// When it stopped to count, because the plan went back to the analysis.
    pub lapsed_at: Option<DateTimeUtc>,
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
    /// Who endorses a plan.
    pub enum Endorser {
        /// The residents of the neighbourhood.
        Residents = "RESIDENTS",
        /// A partner organisation.
        Partner = "PARTNER",
    }
}
