//! An action of a plan: something that somebody is going to do.

use sea_orm::entity::prelude::*;

/// One action of a plan.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "plan_actions")]
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
    /// What is to be done, in a line.
    pub title: String,
    /// More about it.
    pub description: Option<String>,
    /// Where it stands.
    pub status: PlanActionStatus,
    /// Who sees to it; none while it is only suggested.
    pub owner: Option<PlanActionOwner>,
    /// The partner that sees to it, when a partner does.
    pub owner_partner_id: Option<Uuid>,
    /// The day by which it is to be done.
    pub due_on: Option<Date>,
    /// The words given when it was done or dropped.
    pub status_note: Option<String>,
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
    /// Where an action of a plan stands.
    pub enum PlanActionStatus {
        /// An idea: nobody has taken it on.
        Suggested = "SUGGESTED",
        /// Part of the change plan, with an owner.
        Planned = "PLANNED",
        /// Its owner is doing it.
        InProgress = "IN_PROGRESS",
        /// Done.
        Done = "DONE",
        /// Given up; a reason is given.
        Dropped = "DROPPED",
    }
}

codes! {
    /// Who sees to an action of a plan.
    pub enum PlanActionOwner {
        /// Residents of the neighbourhood, together.
        Residents = "RESIDENTS",
        /// A partner organisation.
        Partner = "PARTNER",
    }
}

codes! {
    /// What can be done to an action of a plan.
    pub enum PlanActionStep {
        /// Take it into the change plan, with an owner.
        Plan = "PLAN",
        /// Begin to do it, once the plan is being carried out.
        Start = "START",
        /// It is done.
        Complete = "COMPLETE",
        /// Give it up, with a reason.
        Drop = "DROP",
    }
}
