//! Feedback on a referral, by the partner, the volunteer or the person who was helped.

use sea_orm::entity::prelude::*;

/// One judgement of how a referral went.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "feedback")]
pub struct Model {
    /// `UUIDv7` of the record, made by the service.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The referral it is about.
    pub referral_id: Uuid,
    /// The signal of that referral.
    pub signal_id: Uuid,
    /// The municipality of the signal.
    pub municipality_id: Uuid,
    /// The neighbourhood of the signal.
    pub neighbourhood_id: Uuid,
    /// Whose judgement it is.
    pub giver: FeedbackGiver,
    /// From 1 (bad) to 5 (good).
    pub score: i32,
    /// The judgement in words.
    pub text: Option<String>,
    /// The user who wrote it down.
    pub author_user_id: Uuid,
    /// The partner for whom that user acted, if any.
    pub author_partner_id: Option<Uuid>,
    /// The volunteer as whom that user acted, if any.
    pub author_ambassador_id: Option<Uuid>,
    /// The call-out that found the volunteer who helped, if one did.
    pub call_out_id: Option<Uuid>,
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
    /// Whose judgement a feedback is.
    pub enum FeedbackGiver {
        /// The partner that carried out the referral.
        Partner = "PARTNER",
        /// The volunteer who reported or helped.
        Volunteer = "VOLUNTEER",
        /// The person who was helped, written down by somebody who asked.
        PersonHelped = "PERSON_HELPED",
    }
}
