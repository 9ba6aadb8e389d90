//! How long a municipality keeps what is told in a closed case (GDPR article 5(1)(e)).

use sea_orm::entity::prelude::*;

use crate::signal::{SignalOutcome, SignalStatus};

/// A municipality's own period for one ground. Without a row, the service's default counts.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "retention_rules")]
pub struct Model {
    /// `UUIDv7` of the record, made by the service.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The municipality whose cases it is about.
    pub municipality_id: Uuid,
    /// How a case ended; one row for each municipality and ground.
    pub ground: RetentionGround,
    /// How many months after closing the content is kept.
    pub months: i32,
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
    /// How a case ended, by which it is known how long its content is kept.
    pub enum RetentionGround {
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
        /// It was closed without being taken up.
        Dismissed = "DISMISSED",
        /// It was taken back by whoever reported it.
        Withdrawn = "WITHDRAWN",
        /// A resident without a case. With their last case they go at once; this period is for those
        /// who never had one, from when their record last changed.
        NoCase = "NO_CASE",
    }
}

impl RetentionGround {
    /// The ground on which a closed signal is kept; none while it is open.
    #[must_use]
    pub const fn of(status: SignalStatus, outcome: Option<SignalOutcome>) -> Option<Self> {
        use SignalOutcome as O;
        Some(match (status, outcome) {
            (SignalStatus::Dismissed, _) => Self::Dismissed,
            (SignalStatus::Withdrawn, _) => Self::Withdrawn,
            (SignalStatus::Resolved, Some(outcome)) => match outcome {
                O::ResolvedAtIntake => Self::ResolvedAtIntake,
                O::HelpedByVolunteer => Self::HelpedByVolunteer,
                O::HelpedByPartner => Self::HelpedByPartner,
                O::JoinedActivity => Self::JoinedActivity,
                O::BuddyFound => Self::BuddyFound,
                O::InitiativeStarted => Self::InitiativeStarted,
                O::NoLongerNeeded => Self::NoLongerNeeded,
                O::CouldNotHelp => Self::CouldNotHelp,
            },
            _ => return None,
        })
    }
}
