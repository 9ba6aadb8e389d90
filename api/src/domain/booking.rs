//! Bookings of rooms and things: two are never at the same time, also when they are made at the
//! same moment. Who books locks what is booked, then looks, then writes.

mod for_activity;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use nabij_entity::{
    activity,
    ambassador::{self, AmbassadorStatus, VolunteerRole},
    bookable::{self, BookableAction},
    booking::{self, BookingAction, BookingCancelCause, BookingStatus},
    municipality,
    partner::{self, PartnerStatus},
};
use uuid::Uuid;

pub(super) use self::for_activity::{book_for, follow, release};
use super::{
    activity as activities, bookable as bookables,
    refusal::{Code, Outcome, Problem, Problems, Transition, expect_version},
    reporter, text,
};
use crate::{
    policy::{Action, Forbidden, Permit, Reporter, Viewer, decide, has_booked},
    store::{
        Cx, Kind, Tx,
        booking::{LONGEST, Span},
        events::Happening,
        idempotency::{IdempotencyKey, Recall},
    },
};

/// How long ahead something can be booked.
const AHEAD: TimeDelta = TimeDelta::days(5 * 366);
/// How many of the times that are taken are told.
const TOLD: usize = 10;

/// The machine: a booking ends by being called off, or by its time passing.
///
/// # Errors
/// The [`Transition`] that isn't possible.
pub fn step(from: BookingStatus, action: BookingAction) -> Result<BookingStatus, Transition> {
    match (from, action) {
        (BookingStatus::Booked, BookingAction::Cancel) => Ok(BookingStatus::Cancelled),
        (BookingStatus::Cancelled, BookingAction::Cancel) => Err(Transition {
            from: from.code(),
            attempted: action.code(),
            allowed: Vec::new(),
        }),
    }
}

/// What `viewer` may do now.
#[must_use]
pub fn allowed_to(
    viewer: &Viewer,
    booking: &booking::Model,
    now: DateTime<Utc>,
) -> Vec<BookingAction> {
    let may = decide(viewer, Action::BookingCancel(booking)).is_ok();
    let can = step(booking.status, BookingAction::Cancel).is_ok() && booking.ends_at > now;
    if may && can {
        vec![BookingAction::Cancel]
    } else {
        Vec::new()
    }
}

/// A time to book, and the occurrence of an activity that it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// When.
    pub span: Span,
    /// What for.
    pub occurrence: Option<Uuid>,
}

/// What to book.
#[derive(Debug)]
pub struct NewBooking {
    /// The room or the thing.
    pub bookable: Uuid,
    /// From when until when, exclusive: the first time. May be left out for an activity.
    pub time: (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    /// The rule by which it recurs.
    pub recurrence: Option<String>,
    /// The time zone in which it keeps its hour.
    pub time_zone: Option<String>,
    /// The activity it is for.
    pub activity: Option<Uuid>,
    /// What the owner should know.
    pub note: Option<String>,
}

/// A time that can be booked: it ends after it begins, isn't over and isn't too long.
fn span(starts_at: DateTime<Utc>, ends_at: DateTime<Utc>, now: DateTime<Utc>) -> Outcome<Span> {
    let problem = |path, message| Err(Problem::new(Code::OutOfRange, path, message).into());
    if ends_at <= starts_at {
        return problem(
            "endsAt",
            "It must end after it begins. Give a later `endsAt`.",
        );
    }
    if ends_at <= now {
        return problem(
            "endsAt",
            "This is over already. Give times that are still to come.",
        );
    }
    if starts_at > now + AHEAD {
        return problem(
            "startsAt",
            "Something is booked at most five years ahead. Check the year.",
        );
    }
    if ends_at - starts_at > LONGEST {
        return problem(
            "endsAt",
            "This is too long: something is booked for at most 31 days at a stretch. Make several \
             bookings.",
        );
    }
    Ok(Span { starts_at, ends_at })
}

/// Books a room or a thing. The first of the bookings.
///
/// # Errors
/// What is wrong with the input, [`Code::NotFound`], [`Code::Forbidden`]; [`Code::Conflict`] when a
/// time is taken, and then nothing is booked.
pub async fn create(cx: &Cx, new: NewBooking, key: Option<IdempotencyKey>) -> Outcome<Uuid> {
    let note = text::optional("note", new.note.as_deref(), text::STORY)?;
    let tx = cx.begin().await?;
    if let Some(id) = new.activity {
        let activity = tx
            .visible::<activity::Entity>(id)
            .await?
            .ok_or_else(|| Problem::not_found("activity"))?;
        activities::may_use(tx.viewer(), &activity, "activity")?;
    }
    let bookable = tx
        .visible::<bookable::Entity>(new.bookable)
        .await?
        .ok_or_else(|| Problem::not_found("bookable"))?;
    let (booker, permit) = Booker::of(&tx, &bookable).await?;
    let first = match tx.claim(key.as_ref()).await? {
        Recall::New(id) => id,
        Recall::Made(id) => return Ok(id),
        Recall::Mismatch => return Err(Problem::idempotency_mismatch().into()),
    };
    let wanted = wanted(&tx, &bookable, &new).await?;
    let lot = Lot {
        first,
        activity: new.activity,
        note,
        path: "bookable",
    };
    book(&tx, &permit, &bookable, &booker, &wanted, lot).await?;
    tx.commit().await?;
    Ok(first)
}

/// The times to book: those that are given, or else those of the activity that are to come.
async fn wanted(tx: &Tx, bookable: &bookable::Model, new: &NewBooking) -> Outcome<Vec<Wanted>> {
    let (starts_at, ends_at) = match (new.time, new.activity) {
        ((Some(starts_at), Some(ends_at)), _) => (starts_at, ends_at),
        ((None, None), Some(activity)) if new.recurrence.is_none() => {
            let wanted = for_activity::to_come(tx, activity).await?;
            if wanted.is_empty() {
                return Err(Problem::new(
                    Code::Invalid,
                    "activity",
                    "This activity doesn't take place any more. Choose another, or give `startsAt` \
                     and `endsAt`.",
                )
                .into());
            }
            return Ok(wanted);
        }
        ((starts_at, _), _) => {
            let path = if starts_at.is_none() {
                "startsAt"
            } else {
                "endsAt"
            };
            return Err(Problem::new(
                Code::Required,
                path,
                "Give both `startsAt` and `endsAt`; or neither, with an `activity`, to book it for \
                 all the times it takes place.",
            )
            .into());
        }
    };
    let first = span(starts_at, ends_at, tx.now())?;
    let country = tx
        .visible_beside::<municipality::Entity>(bookable.municipality_id)
        .await?
        .ok_or_else(|| Problem::not_found("bookable"))?
        .country;
    let (zone, rule) = (new.time_zone.as_deref(), new.recurrence.as_deref());
    let times = activities::times((first.starts_at, first.ends_at), zone, country, rule)?;
    Ok(times
        .into_iter()
        .map(|(starts_at, ends_at)| Wanted {
            span: Span { starts_at, ends_at },
            occurrence: None,
        })
        .collect())
}

/// In which quality somebody books.
struct Booker {
    quality: Reporter,
    user: Uuid,
}

impl Booker {
    /// The quality in which the viewer books this, and the means to do it: for its owner, as the
    /// coordinator of the place, as a volunteer of the municipality who organises, or for another
    /// partner that works there.
    async fn of(tx: &Tx, bookable: &bookable::Model) -> Outcome<(Self, Permit)> {
        let quality = quality(tx, bookable).await?.ok_or(Forbidden)?;
        let permit = decide(tx.viewer(), Action::BookableBook(bookable, quality))?;
        let user = reporter::user(tx)?;
        Ok((Self { quality, user }, permit))
    }
}

async fn quality(tx: &Tx, bookable: &bookable::Model) -> Outcome<Option<Reporter>> {
    let viewer = tx.viewer();
    if viewer.works_for(Some(bookable.partner_id)) {
        return Ok(Some(Reporter::Partner(bookable.partner_id)));
    }
    if viewer.coordinates(bookable.municipality_id, Some(bookable.neighbourhood_id)) {
        return Ok(Some(Reporter::Coordinator));
    }
    for id in viewer.ambassadors() {
        let organises = tx
            .visible_beside::<ambassador::Entity>(id)
            .await?
            .is_some_and(|own| {
                own.status == AmbassadorStatus::Active
                    && own.roles.contains(&VolunteerRole::Organiser)
                    && own.municipality_id == bookable.municipality_id
            });
        if organises {
            return Ok(Some(Reporter::Ambassador(id)));
        }
    }
    for id in viewer.staffed_partners() {
        if tx
            .partner_is_active_in(id, bookable.municipality_id)
            .await?
        {
            return Ok(Some(Reporter::Partner(id)));
        }
    }
    Ok(None)
}

/// What bookings made together share.
struct Lot<'a> {
    /// The id of the first of them.
    first: Uuid,
    activity: Option<Uuid>,
    note: Option<String>,
    /// Where in the input it stands what is booked.
    path: &'a str,
}

/// Books all of these times, or none of them. `bookable` is locked.
async fn book(
    tx: &Tx,
    permit: &Permit,
    bookable: &bookable::Model,
    booker: &Booker,
    wanted: &[Wanted],
    lot: Lot<'_>,
) -> Outcome<()> {
    can_be_booked(tx, bookable, lot.path).await?;
    let spans: Vec<Span> = wanted.iter().map(|wanted| wanted.span).collect();
    let taken = tx.booked(bookable.id, &spans).await?;
    if let Some(problem) = clash(&spans, &taken, lot.path) {
        return Err(problem.into());
    }
    let now = tx.now();
    let (ambassador, partner) = match booker.quality {
        Reporter::Ambassador(id) => (Some(id), None),
        Reporter::Partner(id) => (None, Some(id)),
        Reporter::Coordinator => (None, None),
    };
    let mut id = Some(lot.first);
    let rows: Vec<booking::Model> = wanted
        .iter()
        .map(|wanted| booking::Model {
            id: id.take().unwrap_or_else(|| tx.new_id()),
            first_id: lot.first,
            bookable_id: bookable.id,
            owner_partner_id: bookable.partner_id,
            municipality_id: bookable.municipality_id,
            neighbourhood_id: bookable.neighbourhood_id,
            activity_id: lot.activity,
            occurrence_id: wanted.occurrence,
            starts_at: wanted.span.starts_at,
            ends_at: wanted.span.ends_at,
            status: BookingStatus::Booked,
            note: lot.note.clone(),
            cancel_cause: None,
            cancel_reason: None,
            booked_by_user_id: booker.user,
            booked_by_ambassador_id: ambassador,
            booked_by_partner_id: partner,
            created_at: now,
            updated_at: now,
            version: 1,
        })
        .collect();
    let happened = |row: &booking::Model| {
        Happening::new("booking.created", (Kind::Booking, row.id))
            .with("to", BookingStatus::Booked.code())
    };
    let happenings = rows.iter().map(happened).collect();
    tx.insert_all::<booking::Entity>(permit, rows, happenings)
        .await?;
    if let Some(activity) = lot.activity {
        tx.link_bookable(permit, activity, bookable.id).await?;
    }
    Ok(())
}

async fn can_be_booked(tx: &Tx, bookable: &bookable::Model, path: &str) -> Outcome<()> {
    if bookables::step(bookable.status, BookableAction::Book).is_err() {
        return Err(Problem::new(
            Code::Invalid,
            path,
            "This can't be booked any more. Choose another: see `bookables`.",
        )
        .into());
    }
    let owner = tx
        .visible_beside::<partner::Entity>(bookable.partner_id)
        .await?;
    if owner.is_none_or(|owner| owner.status != PartnerStatus::Active) {
        return Err(Problem::new(
            Code::Invalid,
            path,
            "The partner that lends this doesn't take part at present. Choose another: see \
             `bookables`.",
        )
        .into());
    }
    Ok(())
}

/// What is in the way: a booking that is there, or another of the times asked for. It tells which
/// of these can't be had, and nothing about who has them.
fn clash(spans: &[Span], booked: &[Span], path: &str) -> Option<Problem> {
    let taken: Vec<(usize, Span)> = spans
        .iter()
        .enumerate()
        .filter(|(number, span)| {
            booked.iter().any(|other| other.overlaps(span))
                || spans[..*number].iter().any(|other| other.overlaps(span))
        })
        .map(|(number, span)| (number + 1, *span))
        .collect();
    let (number, first) = *taken.first()?;
    let at = first.starts_at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let message = if spans.len() == 1 {
        "This is taken at that time. Choose another time, or something else: `bookables` can be \
         asked what is free."
            .to_owned()
    } else {
        format!(
            "{} of the {} times are taken, the first of them number {number}, which begins at \
             {at}. Nothing was booked. Choose other times, or something else: `bookables` can be \
             asked what is free.",
            taken.len(),
            spans.len(),
        )
    };
    let mut problem = Problem::new(Code::Conflict, path, message);
    problem.taken = taken.into_iter().take(TOLD).map(|(_, span)| span).collect();
    Some(problem)
}

/// Calls a booking off, and those after it that were made together with it if `following`.
///
/// # Errors
/// [`Code::NotFound`], [`Code::Forbidden`], [`Code::Conflict`], [`Code::InvalidTransition`];
/// [`Code::Invalid`] for one that is over.
pub async fn cancel(
    cx: &Cx,
    id: Uuid,
    expected_version: Option<i32>,
    reason: Option<String>,
    following: bool,
) -> Outcome<Uuid> {
    let mut problems = Problems::new();
    let reason = problems.check(text::optional("reason", reason.as_deref(), text::STORY));
    let reason = problems.into_value(reason)?;

    let tx = cx.begin().await?;
    tx.hold_activity_of(id).await?;
    let booking = tx
        .visible::<booking::Entity>(id)
        .await?
        .ok_or_else(|| Problem::not_found("id"))?;
    let permit = decide(tx.viewer(), Action::BookingCancel(&booking))?;
    expect_version(expected_version, booking.version)?;
    step(booking.status, BookingAction::Cancel)?;
    if booking.ends_at <= tx.now() {
        return Err(Problem::new(
            Code::Invalid,
            "id",
            "This booking is over: there is nothing left to call off.",
        )
        .into());
    }
    let cause = if has_booked(tx.viewer(), &booking) {
        BookingCancelCause::ByBooker
    } else {
        BookingCancelCause::ByOwner
    };
    let activity = booking.activity_id;
    let lot = if following {
        tx.bookings_from(booking.first_id, booking.starts_at)
            .await?
    } else {
        vec![booking.into_model()]
    };
    tx.cancel_bookings(&permit, &lot, cause, reason).await?;
    if let Some(activity) = activity {
        tx.unlink_unbooked(&permit, activity).await?;
    }
    tx.commit().await?;
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(from: u32, until: u32) -> Span {
        let at = |hour: u32| {
            format!("2026-05-03T{hour:02}:00:00Z")
                .parse()
                .expect("a time")
        };
        Span {
            starts_at: at(from),
            ends_at: at(until),
        }
    }

    #[test]
    fn one_may_end_when_the_other_begins() {
        let afternoon = hours(13, 17);
        for (other, overlaps) in [
            (hours(9, 13), false),
            (hours(17, 20), false),
            (hours(9, 14), true),
            (hours(16, 20), true),
            (hours(14, 15), true),
            (hours(9, 20), true),
            (afternoon, true),
        ] {
            assert_eq!(afternoon.overlaps(&other), overlaps, "{other:?}");
            assert_eq!(other.overlaps(&afternoon), overlaps, "{other:?}");
        }
    }

    #[test]
    fn it_is_told_which_time_is_taken() {
        let wanted = [hours(9, 10), hours(11, 12), hours(13, 14)];
        assert_eq!(clash(&wanted, &[hours(10, 11)], "bookable"), None);
        let problem = clash(&wanted, &[hours(11, 14)], "bookable").expect("taken");
        assert_eq!(problem.taken, [wanted[1], wanted[2]]);
        assert!(
            problem
                .message
                .starts_with("2 of the 3 times are taken, the first of them number 2"),
            "{}",
            problem.message
        );
    }

    #[test]
    fn times_asked_for_do_not_overlap_each_other_either() {
        let problem = clash(&[hours(9, 11), hours(10, 12)], &[], "bookable").expect("taken");
        assert_eq!(problem.taken, [hours(10, 12)]);
    }

    #[test]
    fn what_is_over_or_upside_down_is_not_booked() {
        let now = hours(12, 13).starts_at;
        let read = |span: Span| super::span(span.starts_at, span.ends_at, now).is_ok();
        assert!(read(hours(11, 13)), "it is still going on");
        assert!(!read(hours(11, 12)), "it is over");
        assert!(!read(hours(14, 14)), "it never is");
        assert!(!read(hours(15, 14)));
        let long = Span {
            starts_at: now,
            ends_at: now + LONGEST,
        };
        assert!(read(long));
        let longer = Span {
            ends_at: long.ends_at + chrono::TimeDelta::seconds(1),
            ..long
        };
        assert!(!read(longer));
    }
}
