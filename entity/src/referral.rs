//! A referral: a signal handed to a partner, with what that partner may know and why. States and
//! their names follow FHIR Task.

use sea_orm::entity::prelude::*;

use crate::SetOf;

/// A signal referred to a partner.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "referrals")]
pub struct Model {
    /// `UUIDv7` of the record, made by the service.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The signal that is referred.
    pub signal_id: Uuid,
    /// The municipality of the signal.
    pub municipality_id: Uuid,
    /// The neighbourhood of the signal.
    pub neighbourhood_id: Uuid,
    /// The resident it is about, if it names one.
    pub resident_id: Option<Uuid>,
    /// The partner that refers; none when a coordinator does.
    pub from_partner_id: Option<Uuid>,
    /// The partner it is referred to.
    pub to_partner_id: Uuid,
    /// The service of that partner it is meant for, if any.
    pub service_id: Option<Uuid>,
    /// The activity of that partner it is meant for, if any.
    pub activity_id: Option<Uuid>,
    /// The rejected or failed referral that this one follows.
    pub replaces_id: Option<Uuid>,
    /// Where it stands.
    pub status: ReferralStatus,
    /// While on hold: the state to which resuming returns.
    pub held_from: Option<ReferralStatus>,
    /// The lawful basis for sharing personal data; none when it names no resident.
    pub basis: Option<SharingBasis>,
    /// Why that basis holds, in words; required for a vital interest.
    pub basis_justification: Option<String>,
    /// The consent it rests on, when the basis is consent.
    pub consent_id: Option<Uuid>,
    /// What the target may see of the resident, and nothing else.
    pub disclosed_fields: SetOf<DisclosedField>,
    /// What is asked of the partner.
    pub reason: Option<String>,
    /// Why the target rejected it.
    pub reject_reason: Option<ReferralRejectReason>,
    /// The words given with a hold, a rejection or a cancellation.
    pub status_note: Option<String>,
    /// What cancelled it.
    pub cancel_cause: Option<ReferralCancelCause>,
    /// What came of it, once completed or failed.
    pub outcome: Option<ReferralOutcome>,
    /// More about the outcome.
    pub outcome_note: Option<String>,
    /// The user who made it.
    pub requested_by_user_id: Uuid,
    /// When the target accepted it.
    pub accepted_at: Option<DateTimeUtc>,
    /// When it was rejected, completed, failed or cancelled; none while it is open.
    pub closed_at: Option<DateTimeUtc>,
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
    /// Where a referral stands (FHIR Task.status).
    pub enum ReferralStatus {
        /// Waiting for the target to accept or reject.
        Requested = "REQUESTED",
        /// The target takes it on.
        Accepted = "ACCEPTED",
        /// The target doesn't take it on; a reason is given.
        Rejected = "REJECTED",
        /// The target is working on it.
        InProgress = "IN_PROGRESS",
        /// The work waits for something.
        OnHold = "ON_HOLD",
        /// Done, with an outcome.
        Completed = "COMPLETED",
        /// Ended without success, with an outcome.
        Failed = "FAILED",
        /// Called off before it was done.
        Cancelled = "CANCELLED",
    }
}

codes! {
    /// The lawful basis on which a partner is told of a resident, by a referral or because it handles
    /// a signal (GDPR article 6(1)).
    pub enum SharingBasis {
        /// The resident agreed to sharing with this partner (GDPR article 6(1)(a)).
        Consent = "CONSENT",
        /// Needed for a task in the public interest (GDPR article 6(1)(e)).
        PublicTask = "PUBLIC_TASK",
        /// The law requires it (GDPR article 6(1)(c)).
        LegalObligation = "LEGAL_OBLIGATION",
        /// Somebody's life or safety depends on it (GDPR article 6(1)(d)); needs a written
        /// justification, and the auditor is told.
        VitalInterest = "VITAL_INTEREST",
    }
}

codes! {
    /// A part of a resident's data that may be disclosed to the target of a referral, or to the
    /// partner that handles a signal.
    pub enum DisclosedField {
        /// Given name and family name.
        Name = "NAME",
        /// Phone number.
        Phone = "PHONE",
        /// E-mail address.
        Email = "EMAIL",
        /// Postal address.
        Address = "ADDRESS",
        /// Year of birth.
        BirthYear = "BIRTH_YEAR",
        /// Languages spoken.
        Languages = "LANGUAGES",
        /// Notes for those who help, and what was told in the signal; to the partner that handles the
        /// signal also what was noted of contacts about it.
        Notes = "NOTES",
    }
}

codes! {
    /// Why a target rejects a referral.
    pub enum ReferralRejectReason {
        /// There is no room at present.
        NoCapacity = "NO_CAPACITY",
        /// The person doesn't meet the conditions.
        NotEligible = "NOT_ELIGIBLE",
        /// The neighbourhood isn't covered.
        OutOfArea = "OUT_OF_AREA",
        /// Too little is known to start.
        MissingInformation = "MISSING_INFORMATION",
        /// Another service is the right one.
        WrongService = "WRONG_SERVICE",
        /// Another reason; the note says which.
        Other = "OTHER",
    }
}

codes! {
    /// What cancelled a referral.
    pub enum ReferralCancelCause {
        /// Whoever referred called it off.
        ByRequester = "BY_REQUESTER",
        /// The target called it off after accepting.
        ByTarget = "BY_TARGET",
        /// The consent it rested on was withdrawn.
        ConsentWithdrawn = "CONSENT_WITHDRAWN",
        /// The person was erased at their request.
        PersonErased = "PERSON_ERASED",
    }
}

codes! {
    /// What came of a referral.
    pub enum ReferralOutcome {
        /// The person got the help that was asked for.
        GotHelp = "GOT_HELP",
        /// The person got part of that help.
        PartlyHelped = "PARTLY_HELPED",
        /// The person didn't want the help.
        ClientDeclined = "CLIENT_DECLINED",
        /// The person couldn't be reached.
        CouldNotContact = "COULD_NOT_CONTACT",
        /// The person was sent on to somebody else.
        ReferredElsewhere = "REFERRED_ELSEWHERE",
    }
}

codes! {
    /// What can be done to a referral.
    pub enum ReferralAction {
        /// Take it on.
        Accept = "ACCEPT",
        /// Decline it, with a reason.
        Reject = "REJECT",
        /// Begin to work on it.
        Start = "START",
        /// Let it rest, with a reason.
        Hold = "HOLD",
        /// Go on with it.
        Resume = "RESUME",
        /// End it with an outcome.
        Complete = "COMPLETE",
        /// Give it up, with an outcome.
        Fail = "FAIL",
        /// Call it off, with a reason.
        Cancel = "CANCEL",
    }
}
