//! An ambassador: a volunteer who listens, helps or organises in the neighbourhood.

use sea_orm::entity::prelude::*;

use crate::SetOf;

/// A volunteer in one municipality, in some of its neighbourhoods or in all.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ambassadors")]
pub struct Model {
    /// `UUIDv7` of the record, made by the service.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The municipality in which the ambassador is active.
    pub municipality_id: Uuid,
    /// Whether the ambassador is there for every neighbourhood of the municipality: all of them are
    /// listed, and one that is added later is listed by itself.
    pub whole_municipality: bool,
    /// The partner whose pool of volunteers the ambassador belongs to, if any.
    pub pool_partner_id: Option<Uuid>,
    /// The name shown to others.
    pub display_name: String,
    /// What the ambassador does.
    pub roles: SetOf<VolunteerRole>,
    /// Whether the ambassador is active.
    pub status: AmbassadorStatus,
    /// Day of the confidentiality briefing; none if it hasn't been given.
    pub briefed_on: Option<Date>,
    /// Whether the public directory shows the ambassador.
    pub public_profile: bool,
    /// How the public may reach the ambassador, such as a place and an hour.
    pub public_contact: Option<String>,
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
    /// What a volunteer does.
    pub enum VolunteerRole {
        /// Listens, notices and signals.
        Listener = "LISTENER",
        /// Gives practical help.
        Helper = "HELPER",
        /// Goes along with one person for a longer time.
        Buddy = "BUDDY",
        /// Organises activities.
        Organiser = "ORGANISER",
    }
}

codes! {
    /// Whether an ambassador is active.
    pub enum AmbassadorStatus {
        /// Came forward, hasn't started.
        Candidate = "CANDIDATE",
        /// Active: there for people, and able to submit signals.
        Active = "ACTIVE",
        /// Takes a break.
        Paused = "PAUSED",
        /// Has stopped; earlier signals keep the name.
        Left = "LEFT",
    }
}

codes! {
    /// What can be done with an ambassador.
    pub enum AmbassadorAction {
        /// Let them begin, or come back after a break; takes a confidentiality briefing on record.
        Activate = "ACTIVATE",
        /// Let them take a break.
        Pause = "PAUSE",
        /// Record that they have stopped.
        Leave = "LEAVE",
        /// Record the day of the confidentiality briefing.
        Brief = "BRIEF",
        /// Choose the neighbourhoods they are there for.
        Assign = "ASSIGN",
    }
}
