//! A booking: a room or a thing, kept for somebody from one time to another. The end doesn't belong
//! to it: the next booking may begin when this one ends.

use sea_orm::entity::prelude::*;

/// A room or a thing that is kept for somebody.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "bookings")]
pub struct Model {
    /// `UUIDv7` of the record, made by the service.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The first of the bookings that were made together; itself if it is the first.
    pub first_id: Uuid,
    /// What is booked.
    pub bookable_id: Uuid,
    /// The partner that it belongs to.
    pub owner_partner_id: Uuid,
    /// The municipality of what is booked.
    pub municipality_id: Uuid,
    /// The neighbourhood of what is booked.
    pub neighbourhood_id: Uuid,
    /// The activity it is for, if any.
    pub activity_id: Option<Uuid>,
    /// The time that the activity takes place, if it is for one.
    pub occurrence_id: Option<Uuid>,
    /// From when it is kept.
    pub starts_at: DateTimeUtc,
    /// Until when it is kept, exclusive.
    pub ends_at: DateTimeUtc,
    /// Where it stands.
    pub status: BookingStatus,
    /// What the owner should know.
    pub note: Option<String>,
    /// What cancelled it.
    pub cancel_cause: Option<BookingCancelCause>,
    /// Why it was cancelled, in words.
    pub cancel_reason: Option<String>,
    /// The user who made it.
    pub booked_by_user_id: Uuid,
    /// The volunteer who made it, if a volunteer did.
    pub booked_by_ambassador_id: Option<Uuid>,
    /// The partner for which it was made, if for one.
    pub booked_by_partner_id: Option<Uuid>,
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
    /// Where a booking stands.
    pub enum BookingStatus {
        /// It is kept.
        Booked = "BOOKED",
        /// It is free again.
        Cancelled = "CANCELLED",
    }
}

codes! {
    /// What cancelled a booking.
    pub enum BookingCancelCause {
        /// Whoever booked called it off.
        ByBooker = "BY_BOOKER",
        /// The owner, or the coordinator of the place, called it off.
        ByOwner = "BY_OWNER",
        /// The activity it was for was called off or takes place at another time or elsewhere.
        WithActivity = "WITH_ACTIVITY",
    }
}

codes! {
    /// What can be done to a booking.
    pub enum BookingAction {
        /// Call it off.
        Cancel = "CANCEL",
    }
}
