//! A member of a team: a volunteer, or a professional of a partner.

use sea_orm::entity::prelude::*;

/// Somebody in a team, for a time.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "team_members")]
pub struct Model {
    /// `UUIDv7` of the record, made by the service.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The team.
    pub team_id: Uuid,
    /// The municipality of the team.
    pub municipality_id: Uuid,
    /// The volunteer who they are; none for a professional.
    pub ambassador_id: Option<Uuid>,
    /// The partner a professional works for; none for a volunteer.
    pub partner_id: Option<Uuid>,
    /// A professional's name; none for a volunteer, who has one of their own.
    pub display_name: Option<String>,
    /// What they do in the team.
    pub task: Option<String>,
    /// First day in the team.
    pub joined_on: Date,
    /// Last day in the team; none while they are in it.
    pub left_on: Option<Date>,
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
    /// What can be done with a member of a team.
    pub enum TeamMemberAction {
        /// Record that they have left the team.
        Leave = "LEAVE",
    }
}
