//! Changing an activity before it is over.

use chrono::{DateTime, Utc};
use nabij_entity::{
    activity::{self, ActivityAction, ActivityLead},
    vocabulary::TargetGroup,
};
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use super::{Ready, people, propose, ready, schedule, take};
use crate::{
    domain::{
        booking,
        change::Change,
        refusal::{Code, Outcome, Problem, Problems},
        text,
    },
    store::{Cx, Tx, write::given},
};

/// What changes of an activity.
#[derive(Debug, Default)]
pub struct ActivityUpdate {
    /// What it is, in a few words.
    pub title: Option<String>,
    /// What people can expect.
    pub description: Change<String>,
    /// Where in the neighbourhood, in words.
    pub place: Change<String>,
    /// When it begins, the first time.
    pub starts_at: Option<DateTime<Utc>>,
    /// When it ends, the first time.
    pub ends_at: Option<DateTime<Utc>>,
    /// The rule by which it recurs.
    pub recurrence: Change<String>,
    /// Whom it is meant for.
    pub target_groups: Option<Vec<TargetGroup>>,
    /// The languages spoken there.
    pub languages: Option<Vec<String>>,
    /// How many people there is room for.
    pub capacity: Change<i32>,
    /// The initiative it is part of.
    pub initiative: Change<Uuid>,
    /// The series it is part of.
    pub series: Change<Uuid>,
    /// The partners that organise it: all of them.
    pub organisers: Option<Vec<Uuid>>,
    /// The volunteers who help: all of them.
    pub volunteers: Option<Vec<Uuid>>,
}

/// Changes an activity.
///
/// # Errors
/// What is wrong with the input, [`Code::NotFound`], [`Code::Forbidden`], [`Code::Conflict`],
/// [`Code::InvalidTransition`] when it is over.
pub async fn update(
    cx: &Cx,
    id: Uuid,
    expected_version: Option<i32>,
    update: ActivityUpdate,
) -> Outcome<Uuid> {
    let ActivityUpdate {
        title,
        description,
        place,
        starts_at,
        ends_at,
        recurrence,
        target_groups,
        languages,
        capacity,
        initiative,
        series,
        organisers,
        volunteers,
    } = update;
    let mut problems = Problems::new();
    let title = title.map(|title| text::required("title", &title, text::LINE));
    let title = problems.check(title.transpose());
    let description = problems.check(description.text("description", text::STORY));
    let place = problems.check(place.text("place", text::LINE));
    if let Change::To(capacity) = capacity {
        problems.check(propose::room(Some(capacity)));
    }
    if let Some(groups) = &target_groups {
        problems.check(propose::whom(groups));
    }
    if let Some(languages) = &languages {
        problems.check(propose::spoken(languages));
    }
    let ((title, description), place) = problems.into_value(title.zip(description).zip(place))?;

    let tx = cx.begin().await?;
    let ready = ready(&tx, id, expected_version, ActivityAction::Update).await?;
    let activity = &ready.activity;
    let here = activity.municipality_id;
    if let Change::To(series) = series {
        people::of_series(&tx, Some(series), here).await?;
    }
    if let Change::To(initiative) = initiative {
        people::of_initiative(&tx, Some(initiative), here).await?;
    }
    let moves = place != Change::Keep;
    let mut change = activity::ActiveModel {
        title: given(title),
        description: description.column(),
        place: place.column(),
        target_groups: given(target_groups.map(|groups| propose::meant_for(groups).into())),
        languages: given(languages.map(Into::into)),
        capacity: capacity.column(),
        initiative_id: initiative.column(),
        series_id: series.column(),
        ..Default::default()
    };
    let moves =
        moves | reschedule(&tx, &ready, (starts_at, ends_at), recurrence, &mut change).await?;
    if moves {
        change.sequence = Set(activity.sequence + 1);
    }
    name_people(&tx, &ready, organisers, volunteers).await?;
    take(&tx, &ready, change).await?;
    tx.commit().await?;
    Ok(id)
}

async fn name_people(
    tx: &Tx,
    ready: &Ready,
    organisers: Option<Vec<Uuid>>,
    volunteers: Option<Vec<Uuid>>,
) -> Outcome<()> {
    let (activity, permit) = (&ready.activity, &ready.permit);
    let (id, here) = (activity.id, activity.neighbourhood_id);
    if let Some(organisers) = organisers {
        let before = tx.organisers_of(id).await?;
        let (from, to) = (before.is_empty(), organisers.is_empty());
        if activity.lead == ActivityLead::Partner && to {
            return Err(Problem::new(
                Code::Required,
                "organisers",
                "A partner takes the lead: name at least one. Or hand it over to the residents.",
            )
            .into());
        }
        if activity.lead == ActivityLead::Residents && from && !to {
            return Err(Problem::new(
                Code::Invalid,
                "organisers",
                "Residents lead this without partners. Propose another activity to organise one \
                 together.",
            )
            .into());
        }
        people::organised_by(tx, permit, id, here, organisers, &before).await?;
    }
    if let Some(volunteers) = volunteers {
        let before = tx.volunteers_of(id).await?;
        people::helped_by(tx, permit, id, here, volunteers, &before).await?;
    }
    Ok(())
}

/// Moves it to other times, if that is asked for. Whether it was.
async fn reschedule(
    tx: &Tx,
    ready: &Ready,
    (starts_at, ends_at): (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    recurrence: Change<String>,
    change: &mut activity::ActiveModel,
) -> Outcome<bool> {
    let (activity, now) = (&ready.activity, tx.now());
    let first = (
        starts_at.unwrap_or(activity.starts_at),
        ends_at.unwrap_or(activity.ends_at),
    );
    let moves = first != (activity.starts_at, activity.ends_at);
    if !moves && recurrence == Change::Keep {
        return Ok(false);
    }
    let path = match (starts_at, ends_at) {
        (Some(_), _) => "startsAt",
        (None, Some(_)) => "endsAt",
        (None, None) => "recurrence",
    };
    if moves && activity.starts_at <= now {
        return Err(Problem::new(
            Code::Invalid,
            path,
            "It has begun, so that its first time can't move any more. Change `recurrence` for the \
             times to come, or propose another activity.",
        )
        .into());
    }
    if moves {
        schedule::period(first.0, first.1, now)?;
    }
    let zone = activity
        .time_zone
        .parse()
        .map_err(|_| crate::store::Failure::Bug("a time zone that is none was kept"))?;
    let rule = recurrence.after(activity.recurrence.clone());
    let schedule = schedule::Schedule::of(first, zone, rule.as_deref())?;
    let before = (activity.starts_at, activity.ends_at);
    // What was kept under a rule that is refused by now is told apart by its days.
    let before = schedule::Schedule::of(before, zone, activity.recurrence.as_deref()).ok();
    let moves = schedule::Moves {
        from: before.as_ref(),
        to: &schedule,
    };
    let permit = &ready.permit;
    let gone = schedule::write_again(tx, permit, activity, &moves).await?;
    booking::follow(tx, permit, activity, &gone, path).await?;
    tx.remove_occurrences(permit, &gone).await?;
    change.starts_at = Set(first.0);
    change.ends_at = Set(first.1);
    change.recurrence = Set(schedule.text());
    Ok(true)
}
