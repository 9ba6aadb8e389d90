//! Signals: what somebody noticed, and what becomes of it.

mod about;
mod due;
mod duplicate;
mod handling;

use chrono::TimeDelta;
use nabij_entity::{
    SetOf,
    signal::{self, SignalAction, SignalDismissReason, SignalKind, SignalOutcome, SignalStatus},
    vocabulary::{Category, ChoreKind, InflowChannel, Urgency},
};
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

pub use self::due::{is_overdue, overdue_filter, time_to_act};
pub(super) use self::handling::take_from_handler;
use self::{duplicate::original, handling::hand_over};
use super::{
    refusal::{Code, Outcome, Problem, Problems, Refusal, Transition, expect_version},
    reporter, resident as residents, retention,
    sharing::Terms,
    text,
};
use crate::{
    policy::{Action, Place, Reporter, decide},
    store::{
        Cx, Failure, Kind, Tx,
        events::Happening,
        idempotency::{IdempotencyKey, Recall},
        record::Seen,
        write::Stale,
    },
};

/// How long a reporter can reopen what was closed.
const REOPEN_WITHIN: TimeDelta = TimeDelta::days(30);

/// The machine: which state an action leads to, if it is possible.
fn next(from: SignalStatus, action: SignalAction) -> Option<SignalStatus> {
    use SignalAction as A;
    use SignalStatus as S;
    match (from, action) {
        (S::Submitted, A::Triage) => Some(S::Triaged),
        (S::Submitted | S::Triaged, A::Start) | (S::Resolved | S::Dismissed, A::Reopen) => {
            Some(S::InProgress)
        }
        (S::Submitted | S::Triaged | S::InProgress, A::Resolve) => Some(S::Resolved),
        (S::Submitted | S::Triaged, A::Dismiss) => Some(S::Dismissed),
        (S::Submitted | S::Triaged, A::Withdraw) => Some(S::Withdrawn),
        _ => None,
    }
}

/// The state an action leads to.
///
/// # Errors
/// The [`Transition`] that isn't possible.
pub fn step(from: SignalStatus, action: SignalAction) -> Result<SignalStatus, Transition> {
    next(from, action).ok_or_else(|| Transition {
        from: from.code(),
        attempted: action.code(),
        allowed: allowed(from).into_iter().map(SignalAction::code).collect(),
    })
}

/// The actions a state allows, whoever asks.
#[must_use]
pub fn allowed(from: SignalStatus) -> Vec<SignalAction> {
    use SignalAction as A;
    [
        A::Triage,
        A::Start,
        A::Resolve,
        A::Dismiss,
        A::Withdraw,
        A::Reopen,
    ]
    .into_iter()
    .filter(|action| next(from, *action).is_some())
    .collect()
}

/// What `viewer` may do now: the state allows it, the policy does, and the guards hold.
#[must_use]
pub fn allowed_to(
    viewer: &crate::policy::Viewer,
    signal: &Seen<signal::Model>,
    now: chrono::DateTime<chrono::Utc>,
) -> Vec<SignalAction> {
    allowed(signal.status)
        .into_iter()
        .filter(|action| decide(viewer, Action::Signal(*action, signal)).is_ok())
        .filter(|action| match action {
            SignalAction::Resolve => !signal.shows("has_open_referral"),
            SignalAction::Reopen => {
                signal.content_removed_at.is_none()
                    && (viewer.coordinates(signal.municipality_id, Some(signal.neighbourhood_id))
                        || is_recently_closed(signal, now))
            }
            _ => true,
        })
        .collect()
}

fn is_recently_closed(signal: &signal::Model, now: chrono::DateTime<chrono::Utc>) -> bool {
    signal
        .closed_at
        .is_some_and(|closed| now - closed <= REOPEN_WITHIN)
}

/// A signal as it comes in.
#[derive(Debug)]
pub struct Submission {
    /// Need, problem or initiative.
    pub kind: SignalKind,
    /// What it is about.
    pub category: Category,
    /// Which small job; only for [`Category::Chores`].
    pub chore_kind: Option<ChoreKind>,
    /// How soon somebody must look at it.
    pub urgency: Urgency,
    /// What it is, in one line.
    pub title: String,
    /// The story behind it.
    pub text: Option<String>,
    /// Where it is.
    pub neighbourhood: Uuid,
    /// Whom it is about.
    pub resident: Option<ResidentRef>,
    /// Name of the platform it came from.
    pub source: Option<String>,
    /// The way by which it came in.
    pub inflow_channel: InflowChannel,
    /// Its name in the system that submits it.
    pub external_reference: Option<String>,
}

/// A resident who is known, or one who is recorded with the signal.
#[derive(Debug)]
pub enum ResidentRef {
    /// A resident on record.
    Known(Uuid),
    /// A resident to record; needs no account and no e-mail (story B2).
    New(Box<residents::Particulars>),
}

/// The submission with its texts cut to their content.
fn checked(submission: Submission) -> Outcome<Submission> {
    let mut problems = Problems::new();
    let title = problems.check(text::required("title", &submission.title, text::LINE));
    let mut optional = |path: &str, text: &Option<String>, longest: usize| {
        problems
            .check(text::optional(path, text.as_deref(), longest))
            .flatten()
    };
    let text = optional("text", &submission.text, text::STORY);
    let source = optional("source", &submission.source, text::LINE);
    let reference = problems
        .check(text::foreign_reference(
            "externalReference",
            submission.external_reference.as_deref(),
        ))
        .flatten();
    if submission.chore_kind.is_some() && submission.category != Category::Chores {
        problems.add(Problem::new(
            Code::Invalid,
            "choreKind",
            "Only a signal of category CHORES has a kind of chore. Leave it out, or choose that \
             category.",
        ));
    }
    problems.into_value(title).map(|title| Submission {
        title,
        text,
        source,
        external_reference: reference,
        ..submission
    })
}

/// Submits a signal. Sending the same `external_reference` again gives the signal it made the
/// first time (story B5).
///
/// # Errors
/// What is wrong with the input, [`Code::NotFound`] for a place or resident the viewer may not
/// see, [`Code::Forbidden`] outside the viewer's places.
pub async fn submit(cx: &Cx, submission: Submission, key: Option<IdempotencyKey>) -> Outcome<Uuid> {
    let submission = checked(submission)?;
    let reference = submission.external_reference.clone();
    let tx = cx.begin().await?;
    match put(&tx, submission, key.as_ref()).await {
        Ok(id) => {
            tx.commit().await?;
            Ok(id)
        }
        // The same one came in at the same moment, and was first.
        Err(Refusal::Failure(failure)) if failure.is_duplicate() => {
            drop(tx);
            let tx = cx.begin().await?;
            let user = reporter::user(&tx)?;
            let known = match &reference {
                Some(reference) => tx.signal_by_reference(user, reference).await?,
                None => None,
            };
            Ok(known.ok_or(failure)?.id)
        }
        Err(refusal) => Err(refusal),
    }
}

/// Submits several signals: all of them, or none when one is refused.
///
/// # Errors
/// When the database fails. What was refused is in its row; the others of a failed lot are `None`.
pub async fn submit_all(
    cx: &Cx,
    lot: Vec<(Submission, Option<IdempotencyKey>)>,
) -> Result<Vec<Option<Outcome<Uuid>>>, Failure> {
    let tx = cx.begin().await?;
    let mut rows = Vec::with_capacity(lot.len());
    for (submission, key) in lot {
        let row = match checked(submission) {
            Ok(submission) => put(&tx, submission, key.as_ref()).await,
            Err(refusal) => Err(refusal),
        };
        match row {
            Err(Refusal::Failure(failure)) => return Err(failure),
            row => rows.push(Some(row)),
        }
    }
    if rows.iter().all(|row| matches!(row, Some(Ok(_)))) {
        tx.commit().await?;
    } else {
        for row in rows.iter_mut().filter(|row| matches!(row, Some(Ok(_)))) {
            *row = None;
        }
    }
    Ok(rows)
}

/// Adds a signal inside a transaction.
async fn put(tx: &Tx, submission: Submission, key: Option<&IdempotencyKey>) -> Outcome<Uuid> {
    let Submission {
        kind,
        category,
        chore_kind,
        urgency,
        title,
        text,
        neighbourhood,
        resident,
        source,
        inflow_channel,
        external_reference,
    } = submission;
    let municipality = reporter::place(tx, neighbourhood, "neighbourhood").await?;
    let reporter = reporter::of(tx, municipality, neighbourhood).await?;
    let place = Place {
        municipality,
        neighbourhood: Some(neighbourhood),
    };
    let permit = decide(tx.viewer(), Action::SignalSubmit(place, reporter))?;
    let user = reporter::user(tx)?;
    if let Some(reference) = &external_reference
        && let Some(known) = tx.signal_by_reference(user, reference).await?
    {
        return Ok(known.id);
    }
    let id = match tx.claim(key).await? {
        Recall::New(id) => id,
        Recall::Made(id) => return Ok(id),
        Recall::Mismatch => return Err(Problem::idempotency_mismatch().into()),
    };
    let resident_id = match resident {
        Some(resident) => Some(about::resident(tx, resident, place, reporter, &title).await?),
        None => None,
    };
    let now = tx.now();
    let model = signal::Model {
        id,
        municipality_id: municipality,
        neighbourhood_id: neighbourhood,
        resident_id,
        kind,
        category,
        chore_kind,
        urgency,
        title,
        text,
        status: SignalStatus::Submitted,
        reporter_user_id: user,
        reporter_ambassador_id: match reporter {
            Reporter::Ambassador(id) => Some(id),
            _ => None,
        },
        reporter_partner_id: match reporter {
            Reporter::Partner(id) => Some(id),
            _ => None,
        },
        source,
        inflow_channel,
        external_reference,
        handler_partner_id: None,
        handler_basis: None,
        handler_basis_justification: None,
        handler_consent_id: None,
        handler_disclosed_fields: SetOf::default(),
        due_at: now + time_to_act(urgency),
        outcome: None,
        outcome_note: None,
        dismiss_reason: None,
        duplicate_of_id: None,
        closed_at: None,
        content_removed_at: None,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let happening = Happening::new("signal.submitted", (Kind::Signal, id))
        .with("to", SignalStatus::Submitted.code())
        .with("category", category.code())
        .with("urgency", urgency.code());
    tx.insert::<signal::Entity>(&permit, model, happening)
        .await?;
    Ok(id)
}

/// A transition with what it needs.
#[derive(Debug)]
pub enum Transitioning {
    /// Assess: confirm or correct, and choose who handles it.
    Triage {
        /// Corrected category.
        category: Option<Category>,
        /// Corrected urgency; the due date follows it, from when the signal came in.
        urgency: Option<Urgency>,
        /// The partner that handles it; the municipality itself when there is none.
        handler: Option<Uuid>,
        /// On which terms that partner is told of the resident.
        terms: Terms,
    },
    /// Begin to work on it.
    Start,
    /// Close with an outcome.
    Resolve {
        /// What came of it.
        outcome: SignalOutcome,
        /// More about it, for the coordinator.
        note: Option<String>,
    },
    /// Close without taking it up.
    Dismiss {
        /// Why.
        reason: SignalDismissReason,
        /// The signal that says the same; only for [`SignalDismissReason::Duplicate`].
        duplicate_of: Option<Uuid>,
    },
    /// Take back.
    Withdraw,
    /// Open again.
    Reopen {
        /// Why.
        reason: String,
    },
}

impl Transitioning {
    /// The action it is.
    #[must_use]
    pub const fn action(&self) -> SignalAction {
        match self {
            Self::Triage { .. } => SignalAction::Triage,
            Self::Start => SignalAction::Start,
            Self::Resolve { .. } => SignalAction::Resolve,
            Self::Dismiss { .. } => SignalAction::Dismiss,
            Self::Withdraw => SignalAction::Withdraw,
            Self::Reopen { .. } => SignalAction::Reopen,
        }
    }
}

/// Takes a signal one step further.
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
    let signal = tx
        .visible::<signal::Entity>(id)
        .await?
        .ok_or_else(|| Problem::not_found("id"))?;
    let action = transitioning.action();
    let permit = decide(tx.viewer(), Action::Signal(action, &signal))?;
    expect_version(expected_version, signal.version)?;
    let to = step(signal.status, action)?;
    let mut change = signal::ActiveModel {
        status: Set(to),
        ..Default::default()
    };
    let happening = Happening::new(event_of(action), (Kind::Signal, id))
        .with("from", signal.status.code())
        .with("to", to.code());
    let happening = prepare(&tx, &signal, transitioning, &mut change, happening).await?;
    tx.update::<signal::Entity>(&permit, id, signal.version, change, happening)
        .await?
        .map_err(|Stale| Problem::raced())?;
    tx.commit().await?;
    Ok(id)
}

async fn prepare(
    tx: &Tx,
    signal: &Seen<signal::Model>,
    transitioning: Transitioning,
    change: &mut signal::ActiveModel,
    happening: Happening,
) -> Outcome<Happening> {
    let now = tx.now();
    Ok(match transitioning {
        Transitioning::Triage {
            category,
            urgency,
            handler,
            terms,
        } => {
            let happening = hand_over(tx, signal, handler, terms, change, happening).await?;
            let (category, urgency) = (
                category.unwrap_or(signal.category),
                urgency.unwrap_or(signal.urgency),
            );
            change.category = Set(category);
            change.urgency = Set(urgency);
            change.due_at = Set(signal.created_at + time_to_act(urgency));
            if category != Category::Chores {
                change.chore_kind = Set(None);
            }
            happening
                .with("category", category.code())
                .with("urgency", urgency.code())
        }
        Transitioning::Start => happening,
        Transitioning::Resolve { outcome, note } => {
            let note = text::optional("note", note.as_deref(), text::STORY)?;
            if tx.has_open_referral(signal.id).await? {
                return Err(Problem::new(
                    Code::Invalid,
                    "",
                    "A referral of this signal is still open. Wait for its end, or cancel it, \
                     before you resolve the signal.",
                )
                .into());
            }
            change.outcome = Set(Some(outcome));
            change.outcome_note = Set(note);
            change.closed_at = Set(Some(now));
            happening.with("outcome", outcome.code())
        }
        Transitioning::Dismiss {
            reason,
            duplicate_of,
        } => {
            change.dismiss_reason = Set(Some(reason));
            change.duplicate_of_id = Set(original(tx, signal, reason, duplicate_of).await?);
            change.closed_at = Set(Some(now));
            happening.with("reason", reason.code())
        }
        Transitioning::Withdraw => {
            change.closed_at = Set(Some(now));
            happening
        }
        Transitioning::Reopen { reason } => {
            text::required("reason", &reason, text::LINE)?;
            retention::still_kept(signal, "id")?;
            let coordinates = tx
                .viewer()
                .coordinates(signal.municipality_id, Some(signal.neighbourhood_id));
            if !coordinates && !is_recently_closed(signal, now) {
                return Err(Problem::new(
                    Code::Forbidden,
                    "",
                    "This was closed more than 30 days ago. Ask the coordinator to reopen it, or \
                     submit a new signal.",
                )
                .into());
            }
            change.outcome = Set(None);
            change.outcome_note = Set(None);
            change.dismiss_reason = Set(None);
            change.duplicate_of_id = Set(None);
            change.closed_at = Set(None);
            happening
        }
    })
}

const fn event_of(action: SignalAction) -> &'static str {
    match action {
        SignalAction::Triage => "signal.triaged",
        SignalAction::Start => "signal.started",
        SignalAction::Resolve => "signal.resolved",
        SignalAction::Dismiss => "signal.dismissed",
        SignalAction::Withdraw => "signal.withdrawn",
        SignalAction::Reopen => "signal.reopened",
    }
}

/// Moves a signal to IN_PROGRESS when work on it begins by itself: with its first referral or
/// contact moment. Does nothing when it is there already.
///
/// # Errors
/// [`Code::InvalidTransition`] when it is closed, [`Code::Conflict`] when somebody was faster.
pub(super) async fn begin_work(
    tx: &Tx,
    permit: &crate::policy::Permit,
    signal: &signal::Model,
) -> Outcome<()> {
    if signal.status == SignalStatus::InProgress {
        return Ok(());
    }
    let to = step(signal.status, SignalAction::Start)?;
    let change = signal::ActiveModel {
        status: Set(to),
        ..Default::default()
    };
    let happening = Happening::new("signal.started", (Kind::Signal, signal.id))
        .with("from", signal.status.code())
        .with("to", to.code());
    tx.update::<signal::Entity>(permit, signal.id, signal.version, change, happening)
        .await?
        .map_err(|Stale| Problem::raced())?;
    Ok(())
}
