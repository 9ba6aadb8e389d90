//! A resident who is helped. Needs no account. Contact details lie apart, in `resident_contacts`,
//! because reading them takes a purpose and leaves a trace.

use sea_orm::entity::prelude::*;

use crate::SetOf;
use crate::vocabulary::TargetGroup;

/// A resident. Personal data: shown only as the policy and the disclosed fields allow.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "residents")]
pub struct Model {
    /// `UUIDv7` of the record, made by the service.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The municipality where the resident lives.
    pub municipality_id: Uuid,
    /// The neighbourhood where the resident lives.
    pub neighbourhood_id: Uuid,
    /// Given name; none if unknown or erased.
    pub given_name: Option<String>,
    /// Family name; none if unknown or erased.
    pub family_name: Option<String>,
    /// Year of birth, four digits; the full date isn't kept.
    pub birth_year: Option<i32>,
    /// The groups the resident belongs to.
    pub target_groups: SetOf<TargetGroup>,
    /// Languages the resident speaks, as BCP 47 tags such as `nl` or `ar-MA`, the best one first.
    pub languages: SetOf<String>,
    /// Notes for those who help.
    pub notes: Option<String>,
    /// The user who made the record.
    pub recorded_by_user_id: Uuid,
    /// The ambassador as whom that user acted, if any.
    pub recorded_by_ambassador_id: Option<Uuid>,
    /// The partner for whom that user acted, if any.
    pub recorded_by_partner_id: Option<Uuid>,
    /// When the person was erased; from then on nothing of them is here but the id.
    pub erased_at: Option<DateTimeUtc>,
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
