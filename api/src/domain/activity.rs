//! Activities: what brings neighbours together, once or again and again. Its states are those of
//! iCalendar.
//!
//! `propose.rs` begins one, `update.rs` changes it, `schedule.rs` writes out the times it takes place
//! (with `recurrence.rs`), `attendance.rs` counts who came. The machine and its steps are here.

mod attendance;
mod people;
mod propose;
pub mod recurrence;
mod schedule;
mod update;

use chrono::{DateTime, Utc};
use nabij_entity::{
    activity::{self, ActivityAction, ActivityLead, ActivityOutcome, ActivityStatus, HandoverTask},
    occurrence,
    vocabulary::Country,
};
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

pub(super) use self::people::{joinable, of_initiative};
pub use self::{
    attendance::Attendance,
    propose::{Proposal, propose},
    schedule::LONGEST,
    update::{ActivityUpdate, update},
};
use super::{
    booking,
    refusal::{Code, Outcome, Problem, Transition, expect_version},
    text,
};
use crate::{
    policy::{Action, Permit, Viewer, decide},
    store::{Cx, Kind, Tx, events::Happening, record::Seen, write::Stale},
};

/// The times that a rule gives, for what recurs as activities do.
///
/// # Errors
/// What is wrong with the rule or the time zone.
pub(super) fn times(
    first: recurrence::Time,
    zone: Option<&str>,
    country: Country,
    rule: Option<&str>,
) -> Result<Vec<recurrence::Time>, Problem> {
    let zone = schedule::zone(zone, country)?;
    Ok(schedule::Schedule::of(first, zone, rule)?.times)
}

/// Whether the viewer may use something for this activity, named at `path`: who may change it, while
/// it may change.
///
/// # Errors
/// [`Code::Forbidden`], [`Code::InvalidTransition`].
pub(super) fn may_use(
    viewer: &Viewer,
    activity: &Seen<activity::Model>,
    path: &str,
) -> Result<(), Problem> {
    let _permit =
        may(viewer, ActivityAction::Update, activity).map_err(|no| Problem::from(no).at(path))?;
    step(activity.status, ActivityAction::Update).map_err(|no| Problem::transition(no).at(path))?;
    Ok(())
}

/// The machine: which state each action leads to, if any.
const fn next(from: ActivityStatus, action: ActivityAction) -> Option<ActivityStatus> {
    use ActivityAction as A;
    use ActivityStatus as S;
    match (from, action) {
        (S::Tentative, A::Publish) | (S::Confirmed, A::HandOver) => Some(S::Confirmed),
        (S::Tentative | S::Confirmed, A::Update | A::CancelOccurrence)
        | (S::Confirmed | S::Completed, A::RecordAttendance) => Some(from),
        (S::Tentative | S::Confirmed, A::Cancel) => Some(S::Cancelled),
        (S::Confirmed, A::Complete) => Some(S::Completed),
        _ => None,
    }
}

/// The state an action leads to.
///
/// # Errors
/// The [`Transition`] that isn't possible.
pub fn step(from: ActivityStatus, action: ActivityAction) -> Result<ActivityStatus, Transition> {
    next(from, action).ok_or_else(|| Transition {
        from: from.code(),
        attempted: action.code(),
        allowed: allowed(from)
            .into_iter()
            .map(ActivityAction::code)
            .collect(),
    })
}

/// The actions a state allows, whoever asks.
#[must_use]
pub fn allowed(from: ActivityStatus) -> Vec<ActivityAction> {
    use ActivityAction as A;
    [
        A::Publish,
        A::Update,
        A::CancelOccurrence,
        A::Cancel,
        A::HandOver,
        A::RecordAttendance,
        A::Complete,
    ]
    .into_iter()
    .filter(|action| next(from, *action).is_some())
    .collect()
}

/// What `viewer` may do at `now`: the state allows it, the policy does, and the guards hold.
#[must_use]
pub fn allowed_to(
    viewer: &Viewer,
    activity: &Seen<activity::Model>,
    now: DateTime<Utc>,
) -> Vec<ActivityAction> {
    allowed(activity.status)
        .into_iter()
        .filter(|action| may(viewer, *action, activity).is_ok())
        .filter(|action| guard(*action, activity, now).is_ok())
        .collect()
}

fn may(
    viewer: &Viewer,
    action: ActivityAction,
    activity: &Seen<activity::Model>,
) -> Result<Permit, crate::policy::Forbidden> {
    let runs = activity.shows("is_run_by_viewer");
    decide(viewer, Action::Activity(action, activity, runs))
}

/// What holds of the activity beside its state.
fn guard(
    action: ActivityAction,
    activity: &activity::Model,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    use ActivityAction as A;
    let advice = match action {
        A::RecordAttendance if activity.starts_at > now => {
            "It hasn't begun yet, so that nobody can have come. Count who came from `startsAt` of the \
             activity on; call off with `activityCancel` what doesn't take place."
        }
        A::Complete if activity.starts_at > now => {
            "It hasn't begun yet. End it after `startsAt`, or call it off now with `activityCancel`."
        }
        A::HandOver if activity.lead == ActivityLead::Residents => {
            "The residents take the lead already: nothing is left to hand over. Read in \
             `handoverTasks` what they took over, and change the activity with `activityUpdate`."
        }
        A::CancelOccurrence if activity.recurrence.is_none() => {
            "It takes place once. Call off the activity itself with `activityCancel`."
        }
        _ => return Ok(()),
    };
    Err(Problem::new(Code::Invalid, "", advice))
}

/// A transition with what it needs.
#[derive(Debug)]
pub enum Transitioning {
    /// Make it public.
    Publish,
    /// Call off one of its times.
    CancelOccurrence {
        /// Which.
        occurrence: Uuid,
    },
    /// Call it off.
    Cancel {
        /// Why.
        reason: String,
    },
    /// Let the residents take the lead.
    HandOver {
        /// What they take over.
        tasks: Vec<HandoverTask>,
        /// More about it.
        note: Option<String>,
    },
    /// Write down how many came.
    RecordAttendance(Attendance),
    /// End it.
    Complete {
        /// What came of it.
        outcome: ActivityOutcome,
        /// More about it.
        note: Option<String>,
        /// How many came, if that wasn't written down before.
        attendance: Option<Attendance>,
    },
}

impl Transitioning {
    /// The action it is.
    #[must_use]
    pub const fn action(&self) -> ActivityAction {
        match self {
            Self::Publish => ActivityAction::Publish,
            Self::CancelOccurrence { .. } => ActivityAction::CancelOccurrence,
            Self::Cancel { .. } => ActivityAction::Cancel,
            Self::HandOver { .. } => ActivityAction::HandOver,
            Self::RecordAttendance(_) => ActivityAction::RecordAttendance,
            Self::Complete { .. } => ActivityAction::Complete,
        }
    }
}

/// Takes an activity one step further.
///
/// # Errors
/// [`Code::NotFound`], [`Code::Forbidden`], [`Code::Conflict`], [`Code::InvalidTransition`], and
/// what is wrong with the input.
pub async fn transition(
    cx: &Cx,
    id: Uuid,
    expected_version: Option<i32>,
    transitioning: Transitioning,
) -> Outcome<Uuid> {
    let tx = cx.begin().await?;
    let ready = ready(&tx, id, expected_version, transitioning.action()).await?;
    let mut change = activity::ActiveModel::default();
    prepare(&tx, &ready, transitioning, &mut change).await?;
    take(&tx, &ready, change).await?;
    tx.commit().await?;
    Ok(id)
}

/// An activity that may be taken a step further, by somebody who may.
struct Ready {
    activity: activity::Model,
    action: ActivityAction,
    to: ActivityStatus,
    permit: Permit,
}

async fn ready(
    tx: &Tx,
    id: Uuid,
    expected_version: Option<i32>,
    action: ActivityAction,
) -> Outcome<Ready> {
    let activity = tx
        .visible::<activity::Entity>(id)
        .await?
        .ok_or_else(|| Problem::not_found("id"))?;
    let permit = may(tx.viewer(), action, &activity)?;
    expect_version(expected_version, activity.version)?;
    let to = step(activity.status, action)?;
    guard(action, &activity, tx.now())?;
    Ok(Ready {
        activity: activity.into_model(),
        action,
        to,
        permit,
    })
}

async fn take(tx: &Tx, ready: &Ready, mut change: activity::ActiveModel) -> Outcome<()> {
    let Ready {
        activity,
        action,
        to,
        permit,
    } = ready;
    change.status = Set(*to);
    let happening = Happening::new(event_of(*action), (Kind::Activity, activity.id))
        .with("from", activity.status.code())
        .with("to", to.code());
    let happening = match (&change.outcome, &change.lead) {
        (Set(Some(outcome)), _) => happening.with("outcome", outcome.code()),
        (_, Set(lead)) => happening.with("lead", lead.code()),
        _ => happening,
    };
    tx.update::<activity::Entity>(permit, activity.id, activity.version, change, happening)
        .await?
        .map_err(|Stale| Problem::raced())?;
    Ok(())
}

async fn prepare(
    tx: &Tx,
    ready: &Ready,
    transitioning: Transitioning,
    change: &mut activity::ActiveModel,
) -> Outcome<()> {
    let (activity, permit, now) = (&ready.activity, &ready.permit, tx.now());
    match transitioning {
        Transitioning::Publish => change.published_at = Set(Some(now)),
        Transitioning::CancelOccurrence { occurrence } => {
            schedule::call_off_one(tx, permit, activity, occurrence).await?;
            booking::release(tx, permit, activity.id, false).await?;
            change.sequence = Set(activity.sequence + 1);
        }
        Transitioning::Cancel { reason } => {
            change.cancel_reason = Set(Some(text::required("reason", &reason, text::STORY)?));
            change.closed_at = Set(Some(now));
            change.sequence = Set(activity.sequence + 1);
            // Of one that recurs, what was, was.
            let once = activity.recurrence.is_none();
            let called_off = |time: &occurrence::Model| once || time.ends_at > now;
            schedule::call_off(tx, permit, activity.id, called_off).await?;
            booking::release(tx, permit, activity.id, true).await?;
        }
        Transitioning::HandOver { tasks, note } => {
            let note = text::optional("note", note.as_deref(), text::STORY)?;
            handed_over(&tasks, note.as_deref())?;
            change.lead = Set(ActivityLead::Residents);
            change.handed_over_at = Set(Some(now));
            change.handover_tasks = Set(tasks.into());
            change.handover_note = Set(note);
        }
        Transitioning::RecordAttendance(attendance) => {
            let total = attendance::record(tx, permit, activity, attendance).await?;
            change.attendance_total = Set(total);
        }
        Transitioning::Complete {
            outcome,
            note,
            attendance,
        } => {
            change.outcome = Set(Some(outcome));
            change.outcome_note = Set(text::optional("note", note.as_deref(), text::STORY)?);
            change.closed_at = Set(Some(now));
            if let Some(attendance) = attendance {
                let total = attendance::record(tx, permit, activity, attendance).await?;
                change.attendance_total = Set(total);
            }
            let to_come = |time: &occurrence::Model| time.starts_at > now;
            schedule::call_off(tx, permit, activity.id, to_come).await?;
            booking::release(tx, permit, activity.id, false).await?;
        }
    }
    Ok(())
}

fn handed_over(tasks: &[HandoverTask], note: Option<&str>) -> Result<(), Problem> {
    if tasks.is_empty() {
        return Err(Problem::new(
            Code::Required,
            "tasks",
            "Say what the residents take over: at least one task.",
        ));
    }
    if tasks.contains(&HandoverTask::Other) && note.is_none() {
        return Err(Problem::new(
            Code::Required,
            "note",
            "Task OTHER needs a note that says which.",
        ));
    }
    Ok(())
}

const fn event_of(action: ActivityAction) -> &'static str {
    match action {
        ActivityAction::Publish => "activity.published",
        ActivityAction::Update => "activity.updated",
        ActivityAction::CancelOccurrence => "activity.rescheduled",
        ActivityAction::Cancel => "activity.cancelled",
        ActivityAction::HandOver => "activity.handed_over",
        ActivityAction::RecordAttendance => "activity.counted",
        ActivityAction::Complete => "activity.completed",
    }
}
