//! An activity: something that brings neighbours together, once or again and again. Its states and
//! its sequence follow iCalendar (RFC 5545).

use sea_orm::entity::prelude::*;

use crate::SetOf;
use crate::vocabulary::TargetGroup;

/// Something that neighbours do together.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "activities")]
pub struct Model {
    /// `UUIDv7` of the record, made by the service.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The municipality of the neighbourhood.
    pub municipality_id: Uuid,
    /// The neighbourhood in which it takes place.
    pub neighbourhood_id: Uuid,
    /// The initiative it is part of, if any.
    pub initiative_id: Option<Uuid>,
    /// The series it is part of, if any.
    pub series_id: Option<Uuid>,
    /// The earlier activity that this one follows, if any.
    pub follow_up_of_id: Option<Uuid>,
    /// What it is, in a few words.
    pub title: String,
    /// What people can expect.
    pub description: Option<String>,
    /// Where it stands.
    pub status: ActivityStatus,
    /// Who takes the lead.
    pub lead: ActivityLead,
    /// Where in the neighbourhood, in words.
    pub place: Option<String>,
    /// When it begins; of one that recurs, the first time.
    pub starts_at: DateTimeUtc,
    /// When it ends; of one that recurs, the first time.
    pub ends_at: DateTimeUtc,
    /// The time zone in which it keeps its hour, such as `Europe/Brussels` (IANA).
    pub time_zone: String,
    /// The rule by which it recurs (RFC 5545 RRULE and, if need be, EXDATE lines); none if it
    /// takes place once.
    pub recurrence: Option<String>,
    /// Whom it is meant for.
    pub target_groups: SetOf<TargetGroup>,
    /// The languages spoken there, as language tags (BCP 47).
    pub languages: SetOf<String>,
    /// How many people there is room for; none if nobody counts.
    pub capacity: Option<i32>,
    /// How often its time or place was changed or it was cancelled (iCalendar SEQUENCE), from 0.
    pub sequence: i32,
    /// Why it was cancelled.
    pub cancel_reason: Option<String>,
    /// What came of it, once completed.
    pub outcome: Option<ActivityOutcome>,
    /// More about the outcome.
    pub outcome_note: Option<String>,
    /// How many came, all its occurrences together; none if nobody counted.
    pub attendance_total: Option<i32>,
    /// When professionals handed over to residents.
    pub handed_over_at: Option<DateTimeUtc>,
    /// What the residents took over.
    pub handover_tasks: SetOf<HandoverTask>,
    /// More about what the residents took over.
    pub handover_note: Option<String>,
    /// The target group of the gap it was proposed into, if it was.
    pub gap_target_group: Option<TargetGroup>,
    /// From when that gap was.
    pub gap_from: Option<DateTimeUtc>,
    /// Until when that gap was, exclusive.
    pub gap_until: Option<DateTimeUtc>,
    /// The user who proposed it.
    pub proposed_by_user_id: Uuid,
    /// The volunteer who proposed it, if a volunteer did.
    pub proposed_by_ambassador_id: Option<Uuid>,
    /// The partner for which it was proposed, if for one.
    pub proposed_by_partner_id: Option<Uuid>,
    /// When it was published; none if it never was, and then only those who prepare it see it.
    pub published_at: Option<DateTimeUtc>,
    /// When it was completed or cancelled; none while it is open.
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
    /// Where an activity stands (iCalendar STATUS).
    pub enum ActivityStatus {
        /// Proposed; only those who prepare it see it.
        Tentative = "TENTATIVE",
        /// Published: anybody sees it.
        Confirmed = "CONFIRMED",
        /// Called off, with a reason.
        Cancelled = "CANCELLED",
        /// Over, with an outcome.
        Completed = "COMPLETED",
    }
}

codes! {
    /// Who takes the lead in an activity.
    pub enum ActivityLead {
        /// Its organisers: professionals or an association.
        Partner = "PARTNER",
        /// The residents themselves.
        Residents = "RESIDENTS",
    }
}

codes! {
    /// What residents take over from professionals during an activity.
    pub enum HandoverTask {
        /// See to it that people, mostly older ones, come home safely.
        WalkHome = "WALK_HOME",
        /// Clear up.
        ClearUp = "CLEAR_UP",
        /// Bring back what was lent.
        ReturnBorrowed = "RETURN_BORROWED",
        /// Something else; the note says what.
        Other = "OTHER",
    }
}

codes! {
    /// What came of an activity.
    pub enum ActivityOutcome {
        /// It did what it was meant to do.
        Succeeded = "SUCCEEDED",
        /// Few people came.
        LowTurnout = "LOW_TURNOUT",
        /// The people it was meant for couldn't be reached.
        HardToReach = "HARD_TO_REACH",
    }
}

codes! {
    /// What can be done to an activity.
    pub enum ActivityAction {
        /// Make it public.
        Publish = "PUBLISH",
        /// Change what it is, when or where.
        Update = "UPDATE",
        /// Call off one of the times it takes place.
        CancelOccurrence = "CANCEL_OCCURRENCE",
        /// Call it off, with a reason.
        Cancel = "CANCEL",
        /// Let the residents take the lead.
        HandOver = "HAND_OVER",
        /// Write down how many came.
        RecordAttendance = "RECORD_ATTENDANCE",
        /// End it with an outcome.
        Complete = "COMPLETE",
    }
}
