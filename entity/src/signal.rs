//! A signal: a need, a problem or an initiative that somebody noticed, and what became of it.

use sea_orm::entity::prelude::*;

use crate::{
    SetOf,
    referral::{DisclosedField, SharingBasis},
    vocabulary::{Category, ChoreKind, InflowChannel, Urgency},
};

/// Something noticed in a neighbourhood that asks for attention.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "signals")]
pub struct Model {
    /// `UUIDv7` of the record, made by the service.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The municipality of the neighbourhood; kept here because scopes are by municipality.
    pub municipality_id: Uuid,
    /// The neighbourhood it is about.
    pub neighbourhood_id: Uuid,
    /// The resident it is about, if it is about one.
    pub resident_id: Option<Uuid>,
    /// Whether it is a need, a problem or an initiative.
    pub kind: SignalKind,
    /// What it is about.
    pub category: Category,
    /// Which small job, when the category is CHORES.
    pub chore_kind: Option<ChoreKind>,
    /// How soon somebody must look at it.
    pub urgency: Urgency,
    /// What it is, in one line.
    pub title: String,
    /// The story behind it.
    pub text: Option<String>,
    /// Where it stands.
    pub status: SignalStatus,
    /// The user who submitted it.
    pub reporter_user_id: Uuid,
    /// The ambassador as whom that user submitted it, if any.
    pub reporter_ambassador_id: Option<Uuid>,
    /// The partner for whom that user submitted it, if any.
    pub reporter_partner_id: Option<Uuid>,
    /// Name of the platform or system it came from, if any.
    pub source: Option<String>,
    /// The way by which it came in.
    pub inflow_channel: InflowChannel,
    /// Its name in the system that submitted it; unique for each reporting user, so that submitting
    /// again makes no second signal.
    pub external_reference: Option<String>,
    /// The partner that takes care of it.
    pub handler_partner_id: Option<Uuid>,
    /// The lawful basis on which that partner is told of the resident; none without a resident, and
    /// none where it reported the signal itself and is told nothing more.
    pub handler_basis: Option<SharingBasis>,
    /// Why that basis holds, in words; required for a vital interest.
    pub handler_basis_justification: Option<String>,
    /// The consent that this rests on, when the basis is consent.
    pub handler_consent_id: Option<Uuid>,
    /// What that partner may see of the resident, and nothing else.
    pub handler_disclosed_fields: SetOf<DisclosedField>,
    /// When somebody must have looked at it; follows from the urgency.
    pub due_at: DateTimeUtc,
    /// What came of it, once resolved.
    pub outcome: Option<SignalOutcome>,
    /// More about the outcome.
    pub outcome_note: Option<String>,
    /// Why it was dismissed.
    pub dismiss_reason: Option<SignalDismissReason>,
    /// The signal that says the same, when dismissed as a duplicate.
    pub duplicate_of_id: Option<Uuid>,
    /// When it was resolved, dismissed or withdrawn; none while it is open.
    pub closed_at: Option<DateTimeUtc>,
    /// When its content was removed because its period was over; from then on it holds codes, times
    /// and places, and no person.
    pub content_removed_at: Option<DateTimeUtc>,
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
    /// What sort of thing a signal tells.
    pub enum SignalKind {
        /// Somebody needs help or company.
        Need = "NEED",
        /// Something is wrong in the neighbourhood.
        Problem = "PROBLEM",
        /// Somebody wants to start something.
        Initiative = "INITIATIVE",
    }
}

codes! {
    /// Where a signal stands.
    pub enum SignalStatus {
        /// Came in; nobody has assessed it yet.
        Submitted = "SUBMITTED",
        /// Assessed: category, urgency and handler are confirmed.
        Triaged = "TRIAGED",
        /// Somebody is working on it.
        InProgress = "IN_PROGRESS",
        /// Closed with an outcome.
        Resolved = "RESOLVED",
        /// Closed without being taken up, with a reason.
        Dismissed = "DISMISSED",
        /// Taken back by whoever reported it.
        Withdrawn = "WITHDRAWN",
    }
}

codes! {
    /// What came of a resolved signal.
    pub enum SignalOutcome {
        /// The first conversation was enough.
        ResolvedAtIntake = "RESOLVED_AT_INTAKE",
        /// A volunteer helped.
        HelpedByVolunteer = "HELPED_BY_VOLUNTEER",
        /// A partner helped.
        HelpedByPartner = "HELPED_BY_PARTNER",
        /// The person joined an activity.
        JoinedActivity = "JOINED_ACTIVITY",
        /// The person found a buddy.
        BuddyFound = "BUDDY_FOUND",
        /// An initiative came of it.
        InitiativeStarted = "INITIATIVE_STARTED",
        /// Help was no longer needed.
        NoLongerNeeded = "NO_LONGER_NEEDED",
        /// Nobody could help.
        CouldNotHelp = "COULD_NOT_HELP",
    }
}

codes! {
    /// Why a signal wasn't taken up.
    pub enum SignalDismissReason {
        /// It takes a professional tradesperson.
        NeedsTradesperson = "NEEDS_TRADESPERSON",
        /// The job is neither small nor urgent.
        NotSmallOrUrgent = "NOT_SMALL_OR_URGENT",
        /// It isn't what the neighbourhood's care is for.
        OutOfScope = "OUT_OF_SCOPE",
        /// It turned out not to be so.
        Unfounded = "UNFOUNDED",
        /// Another signal says the same; that one is named.
        Duplicate = "DUPLICATE",
    }
}

codes! {
    /// What can be done to a signal.
    pub enum SignalAction {
        /// Assess it: confirm category and urgency, choose who handles it.
        Triage = "TRIAGE",
        /// Begin to work on it.
        Start = "START",
        /// Close it with an outcome.
        Resolve = "RESOLVE",
        /// Close it without taking it up, with a reason.
        Dismiss = "DISMISS",
        /// Take it back.
        Withdraw = "WITHDRAW",
        /// Open it again, with a reason.
        Reopen = "REOPEN",
    }
}
