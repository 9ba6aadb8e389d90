//! A finding: something that the analysis of a neighbourhood brought to light.

use sea_orm::entity::prelude::*;

use crate::vocabulary::Category;

/// One finding of a plan.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "findings")]
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
    /// The session that brought it, if one did.
    pub session_id: Option<Uuid>,
    /// What kind of finding it is.
    pub kind: FindingKind,
    /// What it is about; always there for a care need.
    pub category: Option<Category>,
    /// The finding in words.
    pub text: String,
    /// The user who wrote it down.
    pub recorded_by_user_id: Uuid,
    /// The partner for whom that user acted, if any.
    pub recorded_by_partner_id: Option<Uuid>,
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
    /// What the analysis of a neighbourhood brings to light.
    pub enum FindingKind {
        /// Something that the neighbourhood is good at or has plenty of.
        Strength = "STRENGTH",
        /// Something that could grow into more.
        Opportunity = "OPPORTUNITY",
        /// How people live together there, and who they are.
        SocialContext = "SOCIAL_CONTEXT",
        /// Care or support that people there need; its category says of what kind.
        CareNeed = "CARE_NEED",
    }
}
