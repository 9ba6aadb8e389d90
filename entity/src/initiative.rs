//! An initiative: a programme in one or more neighbourhoods, with its partners and evaluations.

use sea_orm::entity::prelude::*;

use crate::SetOf;
use crate::vocabulary::TargetGroup;

/// A programme of neighbourhood care.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "initiatives")]
pub struct Model {
    /// `UUIDv7` of the record, made by the service.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Short name, such as `zorgzaam-alsemberg`; unique.
    pub reference: String,
    /// Its name.
    pub name: String,
    /// The municipality it belongs to.
    pub municipality_id: Uuid,
    /// What it does and for whom.
    pub description: Option<String>,
    /// First day; none if unknown.
    pub starts_on: Option<Date>,
    /// Last day; none if it has no end yet.
    pub ends_on: Option<Date>,
    /// Whom it is meant for.
    pub target_groups: SetOf<TargetGroup>,
    /// Age in years from which people take part, for a programme that has such a rule.
    pub minimum_age: Option<i32>,
    /// Its website.
    pub website: Option<String>,
    /// What it costs in all, in euro cents.
    pub budget_cents: Option<i32>,
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
