//! The access log: every read of a resident's personal data, for the auditor and for the resident
//! (GDPR articles 5(2) and 15). Rows are never changed.

use std::collections::BTreeSet;

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
    /// The municipality where that resident lived; none only for what was read before this was kept
    /// and of whom nothing is kept any more.
    pub municipality_id: Option<Uuid>,
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

codes! {
    /// What was read of a resident.
    pub enum AccessedField {
        /// Given name or family name; also by finding somebody by their name.
        Name = "NAME",
        /// Year of birth.
        BirthYear = "BIRTH_YEAR",
        /// Languages spoken.
        Languages = "LANGUAGES",
        /// Notes for those who help.
        Notes = "NOTES",
        /// Groups the resident belongs to.
        TargetGroups = "TARGET_GROUPS",
        /// Phone number.
        Phone = "PHONE",
        /// E-mail address.
        Email = "EMAIL",
        /// Postal address.
        Address = "ADDRESS",
        /// How they want to be reached.
        PreferredChannel = "PREFERRED_CHANNEL",
        /// What somebody wrote about their case: the story of a signal, why they were referred, how it
        /// went.
        CaseText = "CASE_TEXT",
        /// A note of a contact with them or about them.
        ContactNote = "CONTACT_NOTE",
        /// What was said afterwards of the help they got.
        Feedback = "FEEDBACK",
        /// What a volunteer needs to know to help them, and what was written to and fro about it.
        HelpText = "HELP_TEXT",
        /// What they agreed to, and whether they took it back.
        Consent = "CONSENT",
        /// Why something of them must be kept for longer.
        HoldReason = "HOLD_REASON",
        /// Everything that is held, as the dossier.
        Dossier = "DOSSIER",
    }
}

/// Fields as they are kept in a row.
#[must_use]
pub fn words(fields: &BTreeSet<AccessedField>) -> String {
    let words: Vec<&str> = fields.iter().map(|field| field.code()).collect();
    words.join(",")
}

impl Model {
    /// What was read.
    pub fn accessed(&self) -> impl Iterator<Item = AccessedField> + '_ {
        self.fields.split(',').filter_map(AccessedField::from_code)
    }
}
