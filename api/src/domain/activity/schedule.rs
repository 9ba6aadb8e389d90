//! The times an activity takes place: written out when it is proposed, written again when it moves,
//! called off one by one or all together. What was called off is kept, so that whoever counted on it
//! finds out; a time to come that a changed rule doesn't give any more is removed.

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use chrono_tz::Tz;
use nabij_entity::{
    activity,
    occurrence::{self, Entity as Occurrence},
    vocabulary::Country,
};
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use super::recurrence::{self, Rule, Time};
use crate::{
    domain::refusal::{Code, Outcome, Problem},
    policy::Permit,
    store::{Kind, Tx, events::Happening, write::Stale},
};

/// The longest an activity lasts. The calendar counts on it: what is going on at a moment began at
/// most so long before.
pub const LONGEST: TimeDelta = TimeDelta::days(14);
/// How long before it begins an activity can be written down.
const AHEAD: TimeDelta = TimeDelta::days(5 * 366);
/// Nothing that is written down began before this year.
const EARLIEST: i32 = 1900;
/// The most times that are kept of one activity, with those that were called off.
const MOST_KEPT: usize = 2_000;

/// When it begins and ends, as far as that can be told without a rule.
pub(super) fn period(
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Time, Problem> {
    let problem = |path: &str, advice: &str| Problem::new(Code::OutOfRange, path, advice);
    if starts_at.year() < EARLIEST || starts_at > now + AHEAD {
        return Err(problem(
            "startsAt",
            "An activity begins within the next five years, or has begun. Check the year.",
        ));
    }
    if ends_at <= starts_at {
        return Err(problem("endsAt", "An activity ends after it begins."));
    }
    if ends_at - starts_at > LONGEST {
        return Err(problem(
            "endsAt",
            "An activity lasts at most 14 days. Let it end earlier, and take place more often with \
             `recurrence`.",
        ));
    }
    Ok((starts_at, ends_at))
}

/// The time zone of this name; that of the country without one.
pub(super) fn zone(name: Option<&str>, country: Country) -> Result<Tz, Problem> {
    let Some(name) = name else {
        return Ok(match country {
            Country::Be => Tz::Europe__Brussels,
            Country::Nl => Tz::Europe__Amsterdam,
        });
    };
    name.parse().map_err(|_| {
        Problem::new(
            Code::Invalid,
            "timeZone",
            "This is no time zone. Use a name of the IANA database, such as Europe/Brussels, or \
             leave it out for that of the country.",
        )
    })
}

/// When an activity takes place.
#[derive(Debug)]
pub(super) struct Schedule {
    pub(super) zone: Tz,
    pub(super) rule: Option<Rule>,
    pub(super) times: Vec<Time>,
}

impl Schedule {
    pub(super) fn of(first: Time, zone: Tz, rule: Option<&str>) -> Result<Self, Problem> {
        let rule = rule.map(|rule| recurrence::read(rule, zone)).transpose()?;
        let times = recurrence::times(first, zone, rule.as_ref())?;
        Ok(Self { zone, rule, times })
    }

    /// The rule as it is kept.
    pub(super) fn text(&self) -> Option<String> {
        self.rule.as_ref().map(|rule| rule.text().to_owned())
    }
}

fn new_time(tx: &Tx, activity: &activity::Model, (starts_at, ends_at): Time) -> occurrence::Model {
    let now = tx.now();
    occurrence::Model {
        id: tx.new_id(),
        activity_id: activity.id,
        municipality_id: activity.municipality_id,
        neighbourhood_id: activity.neighbourhood_id,
        starts_at,
        ends_at,
        cancelled_at: None,
        attendance_total: None,
        created_at: now,
        updated_at: now,
        version: 1,
    }
}

/// Writes out the times of a new activity.
pub(super) async fn write_out(
    tx: &Tx,
    permit: &Permit,
    activity: &activity::Model,
    times: &[Time],
) -> Outcome<()> {
    let rows = times.iter().map(|time| new_time(tx, activity, *time));
    Ok(tx.put_occurrences(permit, rows.collect()).await?)
}

/// The times of a series before and after it changed.
pub(super) struct Moves<'a> {
    /// As it was; none when that can't be told any more.
    pub(super) from: Option<&'a Schedule>,
    /// As it is to be.
    pub(super) to: &'a Schedule,
}

impl Moves<'_> {
    /// Which of the times that were is which of those that are to be. With the same rule a time
    /// keeps its place in the series, whatever day or hour that is moved to; with another one it
    /// keeps its day.
    fn partner(&self, wanted: usize, known: &[occurrence::Model]) -> Option<usize> {
        let time = self.to.times.get(wanted)?;
        let same_rule = self.from.filter(|from| from.text() == self.to.text());
        if let Some(from) = same_rule {
            let (starts_at, _) = from.times.get(wanted)?;
            return known.iter().position(|row| row.starts_at == *starts_at);
        }
        let day = |at: DateTime<Utc>| at.with_timezone(&self.to.zone).date_naive();
        let wanted = day(time.0);
        known.iter().position(|row| day(row.starts_at) == wanted)
    }
}

/// Writes the times anew; of a series that has begun, those to come. A time that has a partner among
/// the new ones keeps its record, and whether it was called off; what was booked for it moves along.
/// One without a partner is no time of the series any more: these are the ones returned, to be
/// removed once nothing is booked for them. What was called off by itself stays, since people were
/// told so and ask about it; what was counted did take place and can't be forgotten, so that it is
/// called off at most.
pub(super) async fn write_again(
    tx: &Tx,
    permit: &Permit,
    activity: &activity::Model,
    moves: &Moves<'_>,
) -> Outcome<Vec<Uuid>> {
    let (known, now) = (tx.occurrences_of(activity.id).await?, tx.now());
    let kept = known.len();
    let mut to_come = known;
    to_come.retain(|row| row.starts_at > now);
    // In front what takes place: it goes before what was called off on the same day.
    to_come.sort_by_key(|row| row.cancelled_at.is_some());
    let has_begun = activity.starts_at <= now;
    let mut changed = Vec::new();
    let mut added = 0;
    for (place, time) in moves.to.times.iter().enumerate() {
        if has_begun && time.0 <= now {
            continue;
        }
        let Some(partner) = moves.partner(place, &to_come) else {
            added += 1;
            changed.push(new_time(tx, activity, *time));
            continue;
        };
        let row = to_come.remove(partner);
        if (row.starts_at, row.ends_at) != *time {
            changed.push(moved(&row, *time, now));
        }
    }
    to_come.retain(|row| row.cancelled_at.is_none());
    let (counted, left): (Vec<_>, Vec<_>) = to_come
        .into_iter()
        .partition(|row| row.attendance_total.is_some());
    changed.extend(counted.iter().map(|row| called_off(row, now)));
    if kept + added > MOST_KEPT + left.len() {
        return Err(Problem::new(
            Code::OutOfRange,
            "recurrence",
            "This activity was moved too often. Cancel it and propose another.",
        )
        .into());
    }
    tx.put_occurrences(permit, changed).await?;
    Ok(left.into_iter().map(|row| row.id).collect())
}

fn moved(
    row: &occurrence::Model,
    (starts_at, ends_at): Time,
    now: DateTime<Utc>,
) -> occurrence::Model {
    occurrence::Model {
        starts_at,
        ends_at,
        updated_at: now,
        version: row.version + 1,
        ..row.clone()
    }
}

fn called_off(row: &occurrence::Model, now: DateTime<Utc>) -> occurrence::Model {
    occurrence::Model {
        cancelled_at: Some(now),
        updated_at: now,
        version: row.version + 1,
        ..row.clone()
    }
}

/// Calls off the times for which `which` holds.
pub(super) async fn call_off(
    tx: &Tx,
    permit: &Permit,
    activity: Uuid,
    which: impl Fn(&occurrence::Model) -> bool,
) -> Outcome<()> {
    let now = tx.now();
    let rows = tx.occurrences_of(activity).await?.into_iter();
    let rows = rows
        .filter(|row| row.cancelled_at.is_none() && which(row))
        .map(|row| called_off(&row, now));
    Ok(tx.put_occurrences(permit, rows.collect()).await?)
}

/// Calls off one time to come.
pub(super) async fn call_off_one(
    tx: &Tx,
    permit: &Permit,
    activity: &activity::Model,
    id: Uuid,
) -> Outcome<()> {
    let row = tx
        .visible::<Occurrence>(id)
        .await?
        .filter(|row| row.activity_id == activity.id)
        .ok_or_else(|| Problem::not_found("occurrence"))?;
    let now = tx.now();
    if row.cancelled_at.is_some() || row.starts_at <= now {
        return Err(Problem::new(
            Code::Invalid,
            "occurrence",
            "This one has begun, or is called off already. Choose one that is still to come.",
        )
        .into());
    }
    let change = occurrence::ActiveModel {
        cancelled_at: Set(Some(now)),
        ..Default::default()
    };
    let happening = Happening::new("occurrence.cancelled", (Kind::Occurrence, id));
    tx.update::<Occurrence>(permit, id, row.version, change, happening)
        .await?
        .map_err(|Stale| Problem::raced())?;
    Ok(())
}
