//! Who pays for an initiative or a plan: each funder is asked, decides, and pays, or doesn't (story
//! W10). Sums are whole cents.

use chrono::{DateTime, NaiveDate, Utc};
use nabij_entity::{
    funding_line::{self, FundingKind, FundingLineAction, FundingStatus},
    initiative, partner, plan,
};
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use super::{
    change::Change,
    money,
    refusal::{Code, Outcome, Problem, Problems, Transition, expect_version},
    text, when,
};
use crate::{
    policy::{Action, Place, Viewer, decide},
    store::{
        Cx, Kind, Tx,
        events::Happening,
        funding_line::FundingLineRow,
        idempotency::{IdempotencyKey, Recall},
        write::{Stale, given},
    },
};

/// The machine: which state each action leads to, if any.
const fn next(from: FundingStatus, action: FundingLineAction) -> Option<FundingStatus> {
    use FundingLineAction as A;
    use FundingStatus as S;
    match (from, action) {
        // What one year's round refused, the next may grant.
        (S::Planned | S::Refused, A::Apply) => Some(S::Applied),
        (S::Applied, A::Grant) => Some(S::Granted),
        (S::Applied, A::Refuse) => Some(S::Refused),
        (S::Granted, A::Pay) => Some(S::Paid),
        _ => None,
    }
}

/// The state an action leads to.
///
/// # Errors
/// The [`Transition`] that isn't possible.
pub fn step(from: FundingStatus, action: FundingLineAction) -> Result<FundingStatus, Transition> {
    next(from, action).ok_or_else(|| Transition {
        from: from.code(),
        attempted: action.code(),
        allowed: allowed(from)
            .into_iter()
            .map(FundingLineAction::code)
            .collect(),
    })
}

/// The actions a state allows, whoever asks.
#[must_use]
pub fn allowed(from: FundingStatus) -> Vec<FundingLineAction> {
    use FundingLineAction as A;
    [A::Apply, A::Grant, A::Refuse, A::Pay]
        .into_iter()
        .filter(|action| next(from, *action).is_some())
        .collect()
}

/// What `viewer` may do now: the state allows it, and the policy does.
#[must_use]
pub fn allowed_to(viewer: &Viewer, line: &FundingLineRow) -> Vec<FundingLineAction> {
    allowed(line.status)
        .into_iter()
        .filter(|action| {
            decide(viewer, Action::FundingLine(*action, line, line.facilitator)).is_ok()
        })
        .collect()
}

/// What is paid for.
#[derive(Clone, Copy, Debug)]
pub enum Purpose {
    /// A plan.
    Plan(Uuid),
    /// An initiative.
    Initiative(Uuid),
}

/// Who pays.
#[derive(Debug)]
pub enum Funder {
    /// A partner.
    Partner(Uuid),
    /// Somebody who is no partner, by name: an organisation, never a person.
    Named(String),
}

/// A funding line to add.
#[derive(Debug)]
pub struct NewLine {
    /// What is paid for.
    pub purpose: Purpose,
    /// Who pays.
    pub funder: Funder,
    /// What kind of money it is.
    pub kind: FundingKind,
    /// How much is going to be asked for.
    pub requested_cents: Option<i32>,
    /// What it is for, and the like.
    pub note: Option<String>,
}

/// The columns of a purpose.
struct Whose {
    place: Place,
    facilitator: Option<Uuid>,
    plan: Option<Uuid>,
    initiative: Option<Uuid>,
}

async fn whose(tx: &Tx, purpose: Purpose) -> Outcome<Whose> {
    Ok(match purpose {
        Purpose::Plan(id) => {
            let plan = tx.visible_beside::<plan::Entity>(id).await?;
            let plan = plan.ok_or_else(|| for_what("plan"))?;
            Whose {
                place: Place {
                    municipality: plan.municipality_id,
                    neighbourhood: Some(plan.neighbourhood_id),
                },
                facilitator: plan.facilitator_partner_id,
                plan: Some(id),
                initiative: None,
            }
        }
        Purpose::Initiative(id) => {
            let initiative = tx
                .visible_beside::<initiative::Entity>(id)
                .await?
                .ok_or_else(|| for_what("initiative"))?;
            Whose {
                place: Place {
                    municipality: initiative.municipality_id,
                    neighbourhood: None,
                },
                facilitator: None,
                plan: None,
                initiative: Some(id),
            }
        }
    })
}

fn for_what(what: &str) -> Problem {
    Problem::not_found(&format!("for.{what}"))
}

/// Adds a funder of an initiative or a plan.
///
/// # Errors
/// What is wrong with the input, [`Code::NotFound`], [`Code::Forbidden`].
pub async fn add(cx: &Cx, new: NewLine, key: Option<IdempotencyKey>) -> Outcome<Uuid> {
    let NewLine {
        purpose,
        funder,
        kind,
        requested_cents,
        note,
    } = new;
    let mut problems = Problems::new();
    let funder_name = problems.check(match &funder {
        Funder::Partner(_) => Ok(None),
        Funder::Named(name) => text::required("funder.name", name, text::LINE).map(Some),
    });
    let requested = problems.check(sum("requested.cents", requested_cents));
    let note = problems.check(text::optional("note", note.as_deref(), text::STORY));
    if kind == FundingKind::Other && note.as_ref().is_some_and(Option::is_none) {
        problems.add(Problem::new(
            Code::Required,
            "note",
            "Money of kind OTHER needs a note that says which.",
        ));
    }
    let ((funder_name, requested_cents), note) =
        problems.into_value(funder_name.zip(requested).zip(note))?;

    let tx = cx.begin().await?;
    let Whose {
        place,
        facilitator,
        plan,
        initiative,
    } = whose(&tx, purpose).await?;
    let permit = decide(tx.viewer(), Action::FundingLineAdd(place, facilitator))?;
    let id = match tx.claim(key.as_ref()).await? {
        Recall::New(id) => id,
        Recall::Made(id) => return Ok(id),
        Recall::Mismatch => return Err(Problem::idempotency_mismatch().into()),
    };
    let funder_partner_id = match funder {
        Funder::Named(_) => None,
        Funder::Partner(id) => {
            let partner = tx.visible_beside::<partner::Entity>(id).await?;
            partner.ok_or_else(|| Problem::not_found("funder.partner"))?;
            Some(id)
        }
    };
    let now = tx.now();
    let status = FundingStatus::Planned;
    let model = funding_line::Model {
        id,
        municipality_id: place.municipality,
        neighbourhood_id: place.neighbourhood,
        plan_id: plan,
        initiative_id: initiative,
        funder_partner_id,
        funder_name,
        kind,
        status,
        requested_cents,
        granted_cents: None,
        applied_on: None,
        decided_on: None,
        note,
        status_note: None,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let happening =
        Happening::new("funding.added", (Kind::FundingLine, id)).with("to", status.code());
    tx.insert::<funding_line::Entity>(&permit, model, happening)
        .await?;
    tx.commit().await?;
    Ok(id)
}

fn sum(path: &str, cents: Option<i32>) -> Result<Option<i32>, Problem> {
    cents.map(|cents| money::cents(path, cents)).transpose()
}

/// What changes of a funding line.
#[derive(Debug, Default)]
pub struct LineUpdate {
    /// What kind of money it is.
    pub kind: Option<FundingKind>,
    /// How much is asked for; until the funder has decided.
    pub requested_cents: Change<i32>,
    /// What it is for, and the like.
    pub note: Change<String>,
}

/// Changes a funding line.
///
/// # Errors
/// What is wrong with the input, [`Code::NotFound`], [`Code::Forbidden`], [`Code::Conflict`].
pub async fn update(
    cx: &Cx,
    id: Uuid,
    expected_version: Option<i32>,
    update: LineUpdate,
) -> Outcome<Uuid> {
    let LineUpdate {
        kind,
        requested_cents,
        note,
    } = update;
    let mut problems = Problems::new();
    let requested =
        problems.check(requested_cents.try_map(|cents| money::cents("requested.cents", cents)));
    let note = problems.check(note.text("note", text::STORY));
    let (requested_cents, note) = problems.into_value(requested.zip(note))?;

    let tx = cx.begin().await?;
    let line = tx
        .visible::<funding_line::Entity>(id)
        .await?
        .ok_or_else(|| Problem::not_found("id"))?;
    let permit = decide(
        tx.viewer(),
        Action::FundingLineUpdate(&line, line.facilitator),
    )?;
    expect_version(expected_version, line.version)?;
    let decided = matches!(line.status, FundingStatus::Granted | FundingStatus::Paid);
    if requested_cents != Change::Keep && decided {
        return Err(Problem::new(
            Code::Invalid,
            "requested",
            "The funder has decided on what was asked for, so that stays as it is. Add another \
             funding line for another request.",
        )
        .into());
    }
    if kind.unwrap_or(line.kind) == FundingKind::Other
        && note.clone().after(line.note.clone()).is_none()
    {
        return Err(Problem::new(
            Code::Required,
            "note",
            "Money of kind OTHER needs a note that says which.",
        )
        .into());
    }
    let change = funding_line::ActiveModel {
        kind: given(kind),
        requested_cents: requested_cents.column(),
        note: note.column(),
        ..Default::default()
    };
    let happening = Happening::new("funding.updated", (Kind::FundingLine, id));
    tx.update::<funding_line::Entity>(&permit, id, line.version, change, happening)
        .await?
        .map_err(|Stale| Problem::raced())?;
    tx.commit().await?;
    Ok(id)
}

/// A transition with what it needs.
#[derive(Debug)]
pub enum Transitioning {
    /// The funder was asked.
    Apply {
        /// For how much, if that changed.
        requested_cents: Option<i32>,
        /// The day; today when left out.
        on: Option<NaiveDate>,
    },
    /// The funder grants it.
    Grant {
        /// How much.
        granted_cents: i32,
        /// The day; today when left out.
        on: Option<NaiveDate>,
        /// More about it.
        note: Option<String>,
    },
    /// The funder refuses it.
    Refuse {
        /// The day; today when left out.
        on: Option<NaiveDate>,
        /// More about it.
        note: Option<String>,
    },
    /// The money came in.
    Pay,
}

impl Transitioning {
    /// The action it is.
    #[must_use]
    pub const fn action(&self) -> FundingLineAction {
        match self {
            Self::Apply { .. } => FundingLineAction::Apply,
            Self::Grant { .. } => FundingLineAction::Grant,
            Self::Refuse { .. } => FundingLineAction::Refuse,
            Self::Pay => FundingLineAction::Pay,
        }
    }
}

/// Takes a funding line one step further.
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
    let line = tx
        .visible::<funding_line::Entity>(id)
        .await?
        .ok_or_else(|| Problem::not_found("id"))?;
    let action = transitioning.action();
    let permit = decide(
        tx.viewer(),
        Action::FundingLine(action, &line, line.facilitator),
    )?;
    expect_version(expected_version, line.version)?;
    let to = step(line.status, action)?;
    let mut change = funding_line::ActiveModel {
        status: Set(to),
        ..Default::default()
    };
    let now = tx.now();
    match transitioning {
        Transitioning::Apply {
            requested_cents,
            on,
        } => {
            let requested = sum("requested.cents", requested_cents)?;
            if requested.or(line.requested_cents).is_none() {
                return Err(Problem::new(
                    Code::Required,
                    "requested",
                    "How much is asked for? Give `requested`, in cents.",
                )
                .into());
            }
            change.requested_cents = requested.map_or(change.requested_cents, |sum| Set(Some(sum)));
            change.applied_on = Set(Some(when::day("on", on, now)?));
            // What was said of an earlier refusal is gone with it.
            change.decided_on = Set(None);
            change.status_note = Set(None);
        }
        Transitioning::Grant {
            granted_cents,
            on,
            note,
        } => {
            change.granted_cents = Set(Some(money::cents("granted.cents", granted_cents)?));
            change.decided_on = Set(Some(decided(&line, on, now)?));
            change.status_note = Set(text::optional("note", note.as_deref(), text::STORY)?);
        }
        Transitioning::Refuse { on, note } => {
            change.decided_on = Set(Some(decided(&line, on, now)?));
            change.status_note = Set(text::optional("note", note.as_deref(), text::STORY)?);
        }
        Transitioning::Pay => {}
    }
    let happening = Happening::new(event_of(action), (Kind::FundingLine, id))
        .with("from", line.status.code())
        .with("to", to.code());
    tx.update::<funding_line::Entity>(&permit, id, line.version, change, happening)
        .await?
        .map_err(|Stale| Problem::raced())?;
    tx.commit().await?;
    Ok(id)
}

/// On which day the funder decided: not before it was asked.
fn decided(
    line: &funding_line::Model,
    on: Option<NaiveDate>,
    now: DateTime<Utc>,
) -> Result<NaiveDate, Problem> {
    let on = when::day("on", on, now)?;
    match line.applied_on {
        Some(applied) if on < applied => Err(Problem::new(
            Code::OutOfRange,
            "on",
            "A funder decides after it was asked. Check the day, and `appliedOn`.",
        )),
        _ => Ok(on),
    }
}

const fn event_of(action: FundingLineAction) -> &'static str {
    match action {
        FundingLineAction::Apply => "funding.applied",
        FundingLineAction::Grant => "funding.granted",
        FundingLineAction::Refuse => "funding.refused",
        FundingLineAction::Pay => "funding.paid",
    }
}
