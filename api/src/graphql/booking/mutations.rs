//! Booking rooms and things, and calling it off.

use async_graphql::{Context, Error, ID, InputObject, Object};

use super::Booking;
use crate::{
    domain::{Outcome, booking as domain},
    graphql::{
        errors::{input_id, input_id_opt},
        payload::payload,
        scalars::{DateTime, Uuid},
        selection::{cx, idempotency},
    },
    store::Kind,
};

/// A room or a thing to book.
#[derive(Debug, InputObject)]
pub struct BookingCreateInput {
    /// The room or the thing.
    pub bookable: ID,
    /// From when; of what recurs, the first time. Absent, with `activity`, for all the times to come
    /// of that activity.
    pub starts_at: Option<DateTime>,
    /// Until when, at most 31 days later; of what recurs, the first time. It may end when the next
    /// booking begins.
    pub ends_at: Option<DateTime>,
    /// The rule by which it recurs: RFC 5545 RRULE with COUNT or UNTIL, at most 400 times within
    /// five years, such as `FREQ=WEEKLY;BYDAY=TU;COUNT=10`. All of it is booked, or nothing.
    pub recurrence: Option<String>,
    /// The time zone in which it keeps its hour, such as `Europe/Brussels` (IANA). That of the
    /// country if left out.
    pub time_zone: Option<String>,
    /// The activity it is for, one that you organise. Called off with it; a booking made for all its
    /// times moves along with it.
    pub activity: Option<ID>,
    /// What the owner should know, at most 10,000 characters.
    pub note: Option<String>,
    /// A UUID of your own. Repeating the mutation with the same key and input within 24 hours
    /// makes no second record.
    pub idempotency_key: Option<Uuid>,
}

impl BookingCreateInput {
    fn read(self) -> Outcome<domain::NewBooking> {
        let Self {
            bookable,
            starts_at,
            ends_at,
            recurrence,
            time_zone,
            activity,
            note,
            idempotency_key: _,
        } = self;
        Ok(domain::NewBooking {
            bookable: input_id(Kind::Bookable, "bookable", &bookable)?,
            time: (starts_at.map(|at| at.0), ends_at.map(|at| at.0)),
            recurrence,
            time_zone,
            activity: input_id_opt(Kind::Activity, "activity", activity.as_ref())?,
            note,
        })
    }
}

/// A booking to call off.
#[derive(Debug, InputObject)]
pub struct BookingCancelInput {
    /// The booking.
    pub id: ID,
    /// Why, at most 10,000 characters. Shown to the owner and to whoever booked.
    pub reason: Option<String>,
    /// Whether those after it that were made together with it are called off as well.
    #[graphql(default)]
    pub following: bool,
    /// The version you read, if you want to be told when somebody else changed it since.
    pub expected_version: Option<i32>,
}

payload! {
    /// What came of `bookingCreate`: the first of the bookings it made. Its `lot` has all of them.
    BookingCreatePayload, booking: Booking
}
payload! {
    /// What came of `bookingCancel`.
    BookingCancelPayload, booking: Booking
}

/// What can be done with bookings.
#[derive(Default)]
pub struct BookingMutation;

#[Object]
impl BookingMutation {
    /// Books a room or a thing. Two bookings of it never overlap: what is taken is refused with
    /// CONFLICT, and then nothing is booked. For staff of partners that work in the municipality,
    /// for its volunteers who organise, and for the coordinator of the place.
    async fn booking_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to book, and when.")] input: BookingCreateInput,
    ) -> Option<Result<BookingCreatePayload, Error>> {
        let done = async {
            let key = input.idempotency_key.as_ref().map(|key| key.0);
            let key = idempotency(ctx, "bookingCreate", key)?;
            let outcome = match input.read() {
                Ok(new) => domain::create(cx(ctx)?, new, key).await,
                Err(refusal) => Err(refusal),
            };
            BookingCreatePayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Calls a booking off: from then on its time is free again. For whoever booked it, for its
    /// owner and for the coordinator of the place.
    async fn booking_cancel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: BookingCancelInput,
    ) -> Option<Result<BookingCancelPayload, Error>> {
        let BookingCancelInput {
            id,
            reason,
            following,
            expected_version,
        } = input;
        let done = async {
            let outcome = match input_id(Kind::Booking, "id", &id) {
                Ok(id) => domain::cancel(cx(ctx)?, id, expected_version, reason, following).await,
                Err(problem) => Err(problem.into()),
            };
            BookingCancelPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }
}
