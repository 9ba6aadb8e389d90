//! Activities in the story.

use chrono::{DateTime, Days, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use nabij_entity::vocabulary::Country;

use super::{
    super::data::{ActivityDeed, Chapter, Propose},
    Records,
};
use crate::{
    demo::load::told,
    domain::{
        activity::{self, Attendance, Proposal, Transitioning},
        activity_series,
        gap::ToFill,
    },
    store::{Cx, booking::Span},
};

/// Lets something happen to an activity.
///
/// # Errors
/// Why it was refused.
pub(super) async fn happen(
    cx: &Cx,
    records: &mut Records,
    chapter: &Chapter,
    deed: &ActivityDeed,
) -> Result<(), String> {
    let (key, step) = match deed {
        ActivityDeed::Series {
            key,
            name,
            description,
        } => {
            let series = activity_series::NewSeries {
                municipality: records.municipality(&chapter.municipality.name)?,
                initiative: Some(records.initiative(&chapter.initiative.reference)?),
                name: name.clone(),
                description: Some(description.clone()),
            };
            let id = told(activity_series::create(cx, series, None).await, key)?;
            records.series.insert(key.clone(), id);
            return Ok(());
        }
        ActivityDeed::Propose(propose) => {
            let proposal = proposal(cx, records, chapter, propose)?;
            let id = told(activity::propose(cx, proposal, None).await, &propose.key)?;
            records.activities.insert(propose.key.clone(), id);
            return Ok(());
        }
        ActivityDeed::Publish { activity } => (activity, Transitioning::Publish),
        ActivityDeed::Hand {
            activity,
            tasks,
            note,
        } => {
            let (tasks, note) = (tasks.clone(), note.clone());
            (activity, Transitioning::HandOver { tasks, note })
        }
        ActivityDeed::End {
            activity,
            outcome,
            note,
            total,
            mix,
        } => {
            let attendance = Attendance {
                occurrence: None,
                total: *total,
                mix: mix.clone(),
            };
            let step = Transitioning::Complete {
                outcome: *outcome,
                note: note.clone(),
                attendance: Some(attendance),
            };
            (activity, step)
        }
        ActivityDeed::Off { activity, reason } => {
            let reason = reason.clone();
            (activity, Transitioning::Cancel { reason })
        }
    };
    let id = records.activity(key)?;
    told(activity::transition(cx, id, None, step).await, key).map(drop)
}

fn proposal(
    cx: &Cx,
    records: &Records,
    chapter: &Chapter,
    propose: &Propose,
) -> Result<Proposal, String> {
    let starts_at = begins(cx.now(), chapter, propose.in_days, propose.hour)?;
    let gap = propose.fills_gap_for.map(|target_group| ToFill {
        target_group,
        time: Span {
            starts_at: cx.now(),
            ends_at: cx.now() + TimeDelta::days(60),
        },
    });
    let initiative = &chapter.initiative.reference;
    let initiative = propose
        .of_initiative
        .then(|| records.initiative(initiative));
    let series = propose.series.as_ref();
    let follows = propose.follows.as_ref();
    Ok(Proposal {
        neighbourhood: records.neighbourhood(&propose.neighbourhood)?,
        initiative: initiative.transpose()?,
        series: series.map(|key| records.one_series(key)).transpose()?,
        follow_up_of: follows.map(|key| records.activity(key)).transpose()?,
        title: propose.title.clone(),
        description: propose.description.clone(),
        place: propose.place.clone(),
        lead: propose.lead,
        starts_at,
        ends_at: starts_at + TimeDelta::hours(propose.hours.into()),
        time_zone: None,
        recurrence: propose.recurrence.clone(),
        target_groups: propose.target_groups.clone(),
        languages: propose.languages.clone(),
        capacity: propose.capacity,
        organisers: all(&propose.organisers, |key| records.partner(key))?,
        volunteers: all(&propose.volunteers, |key| records.ambassador(key))?,
        bookables: all(&propose.bookables, |key| records.bookable(key))?,
        gap,
        publish: propose.publish.unwrap_or(true),
    })
}

fn all<T>(keys: &[String], find: impl Fn(&str) -> Result<T, String>) -> Result<Vec<T>, String> {
    keys.iter().map(|key| find(key)).collect()
}

/// The hour of a day to come, where the story plays.
///
/// # Errors
/// When there is no such hour.
pub(super) fn begins(
    now: DateTime<Utc>,
    chapter: &Chapter,
    in_days: u16,
    hour: u32,
) -> Result<DateTime<Utc>, String> {
    let zone = match chapter.municipality.country {
        Country::Be => Tz::Europe__Brussels,
        Country::Nl => Tz::Europe__Amsterdam,
    };
    let day = now.with_timezone(&zone).date_naive() + Days::new(in_days.into());
    let at = NaiveTime::from_hms_opt(hour, 0, 0)
        .and_then(|hour| day.and_time(hour).and_local_timezone(zone).earliest());
    Ok(at.ok_or("that is no hour of that day")?.to_utc())
}
