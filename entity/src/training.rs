//! A training or a peer review that has been held, with who took part.

use sea_orm::entity::prelude::*;

/// One meeting in which volunteers and professionals learnt something.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "trainings")]
pub struct Model {
    /// `UUIDv7` of the record, made by the service.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The municipality whose volunteers took part.
    pub municipality_id: Uuid,
    /// The team it was for, if it was for one.
    pub team_id: Option<Uuid>,
    /// A training or a peer review.
    pub kind: TrainingKind,
    /// What it was about.
    pub title: String,
    /// The day it was held.
    pub held_on: Date,
    /// How long it took, in minutes.
    pub minutes: Option<i32>,
    /// The partner that gave it, if a partner did.
    pub provider_partner_id: Option<Uuid>,
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
    /// In which way people learnt.
    pub enum TrainingKind {
        /// Somebody taught.
        Training = "TRAINING",
        /// They went through what they had met with each other (intervisie).
        PeerReview = "PEER_REVIEW",
    }
}
