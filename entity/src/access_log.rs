//! The access log: every read of a resident's personal data, for the auditor and for the resident
//! (GDPR articles 5(2) and 15). Rows are never changed.

use sea_orm::entity::prelude::*;

/// One read of one resident's personal data.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "access_log")]
pub struct Model {
    /// `UUIDv7` of the record, made by the service.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The user who read.
    pub user_id: Uuid,
    /// The partner for whom that user read, if any.
    pub partner_id: Option<Uuid>,
    /// The resident whose data were read.
    pub resident_id: Uuid,
    /// The names of the fields that were read, separated by commas; never their content.
    pub fields: String,
    /// What the reader gave as the purpose.
    pub purpose: AccessPurpose,
    /// When it was read.
    pub at: DateTimeUtc,
    /// The request in which it was read, as in the log.
    pub request_id: String,
}

/// No relations: the store plans its edges from the columns.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

codes! {
    /// Why somebody reads personal data (GDPR article 5(1)(b)).
    pub enum AccessPurpose {
        /// To coordinate care for the resident.
        CareCoordination = "CARE_COORDINATION",
        /// To carry out a referral.
        ReferralExecution = "REFERRAL_EXECUTION",
        /// To answer the resident's own request (GDPR articles 15 to 22).
        SubjectRequest = "SUBJECT_REQUEST",
        /// Because somebody may come to harm.
        Emergency = "EMERGENCY",
    }
}
