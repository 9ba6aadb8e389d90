//! A bookable: a room (in iCalendar's words a venue) or a thing that a partner lends to the
//! neighbourhood.

use sea_orm::entity::prelude::*;

use crate::SetOf;

/// A room or a thing that can be booked.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "bookables")]
pub struct Model {
    /// `UUIDv7` of the record, made by the service.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// A room or a thing.
    pub kind: BookableKind,
    /// The partner it belongs to.
    pub partner_id: Uuid,
    /// The municipality of the neighbourhood.
    pub municipality_id: Uuid,
    /// The neighbourhood in which it lies or is kept.
    pub neighbourhood_id: Uuid,
    /// Its name.
    pub name: String,
    /// What it is, and what to keep in mind when using it.
    pub description: Option<String>,
    /// Where it lies or is kept; public.
    pub address: Option<String>,
    /// How many people there is room for; none if that doesn't apply or nobody counts.
    pub capacity: Option<i32>,
    /// What makes it fit for people with a disability.
    pub accessibility: SetOf<AccessFeature>,
    /// Whether it can be booked.
    pub status: BookableStatus,
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
    /// What can be booked.
    pub enum BookableKind {
        /// A room, a hall, a garden: somewhere to meet.
        Venue = "VENUE",
        /// A thing that is lent, such as a cart with tables and benches.
        Asset = "ASSET",
    }
}

codes! {
    /// What makes a place or a thing fit for people with a disability.
    pub enum AccessFeature {
        /// No steps from the street to where people meet.
        StepFree = "STEP_FREE",
        /// A toilet that can be used in a wheelchair.
        AccessibleToilet = "ACCESSIBLE_TOILET",
        /// A lift to the other floors.
        Lift = "LIFT",
        /// A reserved parking place near the entrance.
        AccessibleParking = "ACCESSIBLE_PARKING",
        /// An induction loop for hearing aids.
        HearingLoop = "HEARING_LOOP",
    }
}

codes! {
    /// Whether something can be booked.
    pub enum BookableStatus {
        /// It can be booked.
        Active = "ACTIVE",
        /// It can't be booked any more; bookings made before stand.
        Retired = "RETIRED",
    }
}

codes! {
    /// What can be done with a room or a thing.
    pub enum BookableAction {
        /// Book it.
        Book = "BOOK",
        /// Change what is known of it.
        Update = "UPDATE",
        /// Take no more bookings.
        Retire = "RETIRE",
        /// Take bookings again.
        Restore = "RESTORE",
    }
}
