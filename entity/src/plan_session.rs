//! A session of a plan: neighbours and partners came together, or somebody went round, and what they
//! said became findings. Who was there is counted, never named.

use sea_orm::entity::prelude::*;

use crate::SetOf;
use crate::vocabulary::TargetGroup;

/// One session of a plan.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "plan_sessions")]
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
    /// What kind of session it was.
    pub kind: PlanSessionKind,
    /// The day on which it was held.
    pub held_on: Date,
    /// How many people were there.
    pub headcount: i32,
    /// Who was there, by group.
    pub mix: SetOf<TargetGroup>,
    /// More about it, for those who work on the plan.
    pub note: Option<String>,
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
    /// How people were heard for a plan.
    pub enum PlanSessionKind {
        /// A sounding board: residents and partners round a table.
        SoundingBoard = "SOUNDING_BOARD",
        /// A walk through the neighbourhood with those who live there.
        NeighbourhoodWalk = "NEIGHBOURHOOD_WALK",
        /// Conversations with people one by one.
        Interviews = "INTERVIEWS",
        /// A questionnaire.
        Survey = "SURVEY",
        /// A meeting that everybody could come to.
        OpenMeeting = "OPEN_MEETING",
        /// Another way; the note says which.
        Other = "OTHER",
    }
}
