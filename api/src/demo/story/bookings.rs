//! Rooms and things in the story.

use chrono::TimeDelta;

use super::{
    super::data::{Book, BookingDeed, Chapter, Lend},
    Records, activities,
};
use crate::{
    demo::load::told,
    domain::{
        bookable::{self, NewBookable},
        booking::{self, NewBooking},
    },
    store::Cx,
};

/// Lets something happen to a room or a thing.
///
/// # Errors
/// Why it was refused.
pub(super) async fn happen(
    cx: &Cx,
    records: &mut Records,
    chapter: &Chapter,
    deed: &BookingDeed,
) -> Result<(), String> {
    match deed {
        BookingDeed::Lend(lend) => lent(cx, records, lend).await,
        BookingDeed::Book(book) => booked(cx, records, chapter, book).await,
        BookingDeed::Free { booking, reason } => {
            let id = records.booking(booking)?;
            let reason = Some(reason.clone());
            told(booking::cancel(cx, id, None, reason, false).await, booking).map(drop)
        }
    }
}

async fn lent(cx: &Cx, records: &mut Records, lend: &Lend) -> Result<(), String> {
    let new = NewBookable {
        partner: records.partner(&lend.partner)?,
        kind: lend.kind,
        neighbourhood: records.neighbourhood(&lend.neighbourhood)?,
        name: lend.name.clone(),
        description: lend.description.clone(),
        address: lend.address.clone(),
        capacity: lend.capacity,
        accessibility: lend.accessibility.clone(),
    };
    let id = told(bookable::create(cx, new, None).await, &lend.key)?;
    records.bookables.insert(lend.key.clone(), id);
    Ok(())
}

async fn booked(
    cx: &Cx,
    records: &mut Records,
    chapter: &Chapter,
    book: &Book,
) -> Result<(), String> {
    let starts_at = activities::begins(cx.now(), chapter, book.in_days, book.hour)?;
    let new = NewBooking {
        bookable: records.bookable(&book.bookable)?,
        time: (
            Some(starts_at),
            Some(starts_at + TimeDelta::hours(book.hours.into())),
        ),
        recurrence: book.recurrence.clone(),
        time_zone: None,
        activity: None,
        note: book.note.clone(),
    };
    let id = told(booking::create(cx, new, None).await, &book.key)?;
    records.bookings.insert(book.key.clone(), id);
    Ok(())
}
