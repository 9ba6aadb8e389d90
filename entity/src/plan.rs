//! A plan: the analysis of a neighbourhood and the change plan drawn up from it with the neighbours,
//! from its first stage to its last. No person stands in it.

use sea_orm::entity::prelude::*;

/// The plan of a neighbourhood.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "plans")]
pub struct Model {
    /// `UUIDv7` of the record, made by the service.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The municipality of the neighbourhood.
    pub municipality_id: Uuid,
    /// The neighbourhood it is about.
    pub neighbourhood_id: Uuid,
    /// The programme it is part of, if any.
    pub initiative_id: Option<Uuid>,
    /// The partner that facilitates it; none when the coordinator does.
    pub facilitator_partner_id: Option<Uuid>,
    /// The plan of another neighbourhood that it was cloned from.
    pub cloned_from_id: Option<Uuid>,
    /// Its title.
    pub title: String,
    /// What it comes down to, in words.
    pub summary: Option<String>,
    /// How far it is.
    pub stage: PlanStage,
    /// What it costs in all, in euro cents.
    pub budget_cents: Option<i32>,
    /// Why it went back to the analysis; none when it didn't, or has moved on since.
    pub return_reason: Option<String>,
    /// How strongly its approach is recommended to others, from 0 to 10.
    pub recommendation: Option<i32>,
    /// How much it achieved, from 0 to 10.
    pub impact: Option<i32>,
    /// What went well.
    pub strengths: Option<String>,
    /// What stood in the way.
    pub barriers: Option<String>,
    /// What remains of it.
    pub lasting_impact: Option<String>,
    /// Day of the evaluation.
    pub evaluated_on: Option<Date>,
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
    /// How far a plan is.
    pub enum PlanStage {
        /// The neighbourhood is being analysed: sessions are held and findings recorded.
        Analysis = "ANALYSIS",
        /// The change plan is being drawn up with the neighbours.
        ChangePlan = "CHANGE_PLAN",
        /// Residents and partners stand behind it. From here on everybody can read it.
        Adopted = "ADOPTED",
        /// Residents and partners are carrying it out.
        InExecution = "IN_EXECUTION",
        /// What came of it has been put on record.
        Evaluated = "EVALUATED",
        /// What it brought goes on by lasting commitments.
        Anchored = "ANCHORED",
    }
}

codes! {
    /// What can be done to a plan: a step to another stage.
    pub enum PlanStep {
        /// Begin to draw up the change plan; needs a session with findings.
        Draft = "DRAFT",
        /// Go back to the analysis, with a reason; endorsements lapse.
        Return = "RETURN",
        /// Adopt it; residents and at least one partner must have endorsed it.
        Adopt = "ADOPT",
        /// Begin to carry it out.
        Execute = "EXECUTE",
        /// Put on record what came of it.
        Evaluate = "EVALUATE",
        /// Let it go on; needs a lasting commitment.
        Anchor = "ANCHOR",
    }
}
