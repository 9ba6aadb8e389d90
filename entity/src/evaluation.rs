//! An evaluation of an initiative: two marks and what was learnt.

use sea_orm::entity::prelude::*;

/// One evaluation of an initiative.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "evaluations")]
pub struct Model {
    /// `UUIDv7` of the record, made by the service.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The initiative it is about.
    pub initiative_id: Uuid,
    /// How strongly it is recommended to others, from 0 to 10.
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
