//! What is booked for an activity: for each time that it takes place, all or nothing; it moves along
//! when the activity moves, and is free again when that is called off.
//!
//! Who changes bookings locks the activity first, then what is booked in the order of the ids, then
//! the bookings: nobody waits for somebody who waits for them.

use std::collections::{BTreeMap, BTreeSet};

use nabij_entity::{
    activity, bookable,
    booking::{self, BookingCancelCause, BookingStatus},
    occurrence,
};
use uuid::Uuid;

use super::{Booker, Lot, Wanted, book};
use crate::{
    domain::refusal::{Code, Outcome, Problem},
    policy::{Permit, Reporter},
    store::{Tx, booking::Span},
};

/// The most rooms and things that are booked with a proposal.
const MOST: usize = 10;

/// The time at which an activity takes place, to be booked.
fn wanted(time: &occurrence::Model) -> Wanted {
    Wanted {
        span: Span {
            starts_at: time.starts_at,
            ends_at: time.ends_at,
        },
        occurrence: Some(time.id),
    }
}

/// The times of an activity that are still to be booked.
pub(super) async fn to_come(tx: &Tx, activity: Uuid) -> Outcome<Vec<Wanted>> {
    let (times, now) = (tx.occurrences_of(activity).await?, tx.now());
    Ok(times
        .iter()
        .filter(|time| time.cancelled_at.is_none() && time.ends_at > now)
        .map(wanted)
        .collect())
}

/// Books these for an activity that was just proposed.
///
/// # Errors
/// [`Code::NotFound`], [`Code::Forbidden`]; [`Code::Conflict`] when one is taken at one of the times.
pub async fn book_for(tx: &Tx, activity: Uuid, bookables: &[Uuid]) -> Outcome<()> {
    if bookables.is_empty() {
        return Ok(());
    }
    if bookables.len() > MOST {
        return Err(Problem::new(
            Code::OutOfRange,
            "bookables",
            "At most 10 rooms and things are booked with an activity.",
        )
        .into());
    }
    let wanted = to_come(tx, activity).await?;
    if wanted.is_empty() {
        return Err(Problem::new(
            Code::Invalid,
            "bookables",
            "This is over already: there is no time left to book. Leave it out.",
        )
        .into());
    }
    // In the order of their ids, each once; named by their place in the input.
    let in_order: BTreeMap<Uuid, usize> = bookables
        .iter()
        .enumerate()
        .rev()
        .map(|(place, id)| (*id, place))
        .collect();
    for (id, place) in in_order {
        let path = format!("bookables.{place}");
        let bookable = tx
            .visible::<bookable::Entity>(id)
            .await?
            .ok_or_else(|| Problem::not_found(&path))?;
        let (booker, permit) = Booker::of(tx, &bookable).await?;
        let lot = Lot {
            first: tx.new_id(),
            activity: Some(activity),
            note: None,
            path: &path,
        };
        book(tx, &permit, &bookable, &booker, &wanted, lot).await?;
    }
    Ok(())
}

/// Frees what was booked for the times that are called off, or for `all` of them.
///
/// # Errors
/// When the database fails.
pub async fn release(tx: &Tx, permit: &Permit, activity: Uuid, all: bool) -> Outcome<()> {
    let (booked, now) = (tx.bookings_of(activity).await?, tx.now());
    if booked.is_empty() {
        return Ok(());
    }
    let called_off: BTreeSet<Uuid> = tx
        .occurrences_of(activity)
        .await?
        .into_iter()
        .filter(|time| time.cancelled_at.is_some())
        .map(|time| time.id)
        .collect();
    let free: Vec<booking::Model> = booked
        .into_iter()
        .filter(|row| row.status == BookingStatus::Booked && row.ends_at > now)
        .filter(|row| all || row.occurrence_id.is_some_and(|id| called_off.contains(&id)))
        .collect();
    let cause = BookingCancelCause::WithActivity;
    tx.cancel_bookings(permit, &free, cause, None).await?;
    Ok(tx.unlink_unbooked(permit, activity).await?)
}

/// Lets what is booked move along with an activity that takes place at other times: all of it, or
/// the activity stays where it was. What was booked for the times that are `gone` is free again.
/// `path` is where in the input it stands what moves it.
///
/// # Errors
/// [`Code::Conflict`] when something is taken at one of the new times.
pub async fn follow(
    tx: &Tx,
    permit: &Permit,
    activity: &activity::Model,
    gone: &[Uuid],
    path: &str,
) -> Outcome<()> {
    let used = tx.bookables_of(activity.id).await?;
    if used.is_empty() {
        return Ok(());
    }
    let mut bookables = Vec::with_capacity(used.len());
    for id in used {
        bookables.extend(tx.visible::<bookable::Entity>(id).await?);
    }
    let booked = tx.bookings_of(activity.id).await?;
    let times = tx.occurrences_of(activity.id).await?;
    let now = tx.now();
    let gone: BTreeSet<Uuid> = gone.iter().copied().collect();
    for bookable in bookables {
        let mine: Vec<&booking::Model> = booked
            .iter()
            .filter(|row| row.bookable_id == bookable.id && row.occurrence_id.is_some())
            .collect();
        let Some(example) = mine.first() else {
            continue;
        };
        let is_free = |row: &booking::Model| {
            let of_gone = row.occurrence_id.is_some_and(|id| gone.contains(&id));
            of_gone && row.status == BookingStatus::Booked && row.ends_at > now
        };
        let mut left: Vec<booking::Model> = mine
            .iter()
            .filter(|row| is_free(row))
            .map(|row| (**row).clone())
            .collect();
        let mut moved = Vec::new();
        for time in times.iter().filter(|time| !gone.contains(&time.id)) {
            let of_this = || mine.iter().filter(|row| row.occurrence_id == Some(time.id));
            let held = of_this().find(|row| row.status == BookingStatus::Booked);
            let stays = |row: &booking::Model| {
                time.cancelled_at.is_none()
                    && (row.starts_at, row.ends_at) == (time.starts_at, time.ends_at)
            };
            let is_new = of_this().next().is_none();
            if let Some(row) = held.filter(|row| !stays(row) && row.ends_at > now) {
                left.push((**row).clone());
            }
            let wants = is_new || held.is_some_and(|row| !stays(row));
            if wants && time.cancelled_at.is_none() && time.ends_at > now {
                moved.push(wanted(time));
            }
        }
        let cause = BookingCancelCause::WithActivity;
        tx.cancel_bookings(permit, &left, cause, None).await?;
        if moved.is_empty() {
            continue;
        }
        let lot = Lot {
            first: tx.new_id(),
            activity: Some(activity.id),
            note: example.note.clone(),
            path,
        };
        book(tx, permit, &bookable, &as_before(example), &moved, lot).await?;
    }
    Ok(tx.unlink_unbooked(permit, activity.id).await?)
}

/// Who booked before, books again.
fn as_before(row: &booking::Model) -> Booker {
    let quality = match (row.booked_by_partner_id, row.booked_by_ambassador_id) {
        (Some(partner), _) => Reporter::Partner(partner),
        (None, Some(ambassador)) => Reporter::Ambassador(ambassador),
        (None, None) => Reporter::Coordinator,
    };
    Booker {
        quality,
        user: row.booked_by_user_id,
    }
}
