//! Plans: a neighbourhood is analysed, a change plan drawn up with the neighbours, adopted, carried
//! out, evaluated and anchored (stories Z1 to Z8). No stage is skipped. The coordinator of the place
//! or the partner that facilitates takes a plan further; that it counts and that it stays is for the
//! coordinator to say.

mod clone;

use nabij_entity::{
    initiative,
    plan::{self, PlanStage, PlanStep},
};
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

pub use self::clone::{CloneTo, clone};
use super::{
    change::Change,
    initiative::NewEvaluation,
    money,
    refusal::{Code, Outcome, Problem, Problems, Transition, expect_version},
    reporter, text,
};
use crate::{
    policy::{Action, Contributor, Forbidden, Permit, Place, Viewer, decide},
    store::{
        Cx, Kind, Tx,
        events::Happening,
        idempotency::{IdempotencyKey, Recall},
        record::Seen,
        write::{Stale, given},
    },
};

/// The machine: which stage each step leads to, if any.
const fn next(from: PlanStage, step: PlanStep) -> Option<PlanStage> {
    use PlanStage as S;
    match (from, step) {
        (S::Analysis, PlanStep::Draft) => Some(S::ChangePlan),
        (S::ChangePlan, PlanStep::Return) => Some(S::Analysis),
        (S::ChangePlan, PlanStep::Adopt) => Some(S::Adopted),
        (S::Adopted, PlanStep::Execute) => Some(S::InExecution),
        (S::InExecution, PlanStep::Evaluate) => Some(S::Evaluated),
        (S::Evaluated, PlanStep::Anchor) => Some(S::Anchored),
        _ => None,
    }
}

/// The stage a step leads to.
///
/// # Errors
/// The [`Transition`] that isn't possible.
pub fn step(from: PlanStage, step: PlanStep) -> Result<PlanStage, Transition> {
    next(from, step).ok_or_else(|| Transition {
        from: from.code(),
        attempted: step.code(),
        allowed: allowed(from).into_iter().map(PlanStep::code).collect(),
    })
}

/// The steps a stage allows, whoever asks.
#[must_use]
pub fn allowed(from: PlanStage) -> Vec<PlanStep> {
    use PlanStep as P;
    [
        P::Draft,
        P::Return,
        P::Adopt,
        P::Execute,
        P::Evaluate,
        P::Anchor,
    ]
    .into_iter()
    .filter(|step| next(from, *step).is_some())
    .collect()
}

/// What `viewer` may do now: the stage allows it, the policy does, and the guards hold.
#[must_use]
pub fn allowed_to(viewer: &Viewer, plan: &Seen<plan::Model>) -> Vec<PlanStep> {
    allowed(plan.stage)
        .into_iter()
        .filter(|step| decide(viewer, Action::Plan(*step, plan)).is_ok())
        .filter(|step| guard(*step, plan).is_ok())
        .collect()
}

/// What must be there before a step is taken.
fn guard(step: PlanStep, plan: &Seen<plan::Model>) -> Result<(), Problem> {
    let (fact, advice) = match step {
        PlanStep::Draft => (
            "analysed",
            "A change plan is drawn up from what people said. Record at least one session with its \
             findings first.",
        ),
        PlanStep::Adopt => (
            "endorsed",
            "A plan is adopted when the residents and at least one partner stand behind it. Record \
             their endorsements first: see `endorsements` of the plan.",
        ),
        PlanStep::Anchor => (
            "lasting",
            "A plan is anchored in lasting commitments. Record at least one without an end first: \
             see `commitments` of the plan.",
        ),
        PlanStep::Return | PlanStep::Execute | PlanStep::Evaluate => return Ok(()),
    };
    if plan.shows(fact) {
        Ok(())
    } else {
        Err(Problem::new(Code::Invalid, "", advice))
    }
}

/// A plan to begin.
#[derive(Debug)]
pub struct NewPlan {
    /// The neighbourhood it is about.
    pub neighbourhood: Uuid,
    /// Its title.
    pub title: String,
    /// What it comes down to.
    pub summary: Option<String>,
    /// The programme it is part of.
    pub initiative: Option<Uuid>,
    /// The partner that facilitates it.
    pub facilitator: Option<Uuid>,
    /// What it costs in all, in euro cents.
    pub budget_cents: Option<i32>,
}

/// Begins a plan, with the analysis.
///
/// # Errors
/// What is wrong with the input, [`Code::NotFound`], [`Code::Forbidden`].
pub async fn create(cx: &Cx, new: NewPlan, key: Option<IdempotencyKey>) -> Outcome<Uuid> {
    let NewPlan {
        neighbourhood,
        title,
        summary,
        initiative,
        facilitator,
        budget_cents,
    } = new;
    let mut problems = Problems::new();
    let title = problems.check(text::required("title", &title, text::LINE));
    let summary = problems.check(text::optional("summary", summary.as_deref(), text::STORY));
    problems.check(budget(budget_cents));
    let (title, summary) = problems.into_value(title.zip(summary))?;

    let tx = cx.begin().await?;
    let municipality = reporter::place(&tx, neighbourhood, "neighbourhood").await?;
    let place = Place {
        municipality,
        neighbourhood: Some(neighbourhood),
    };
    let permit = decide(tx.viewer(), Action::PlanCreate(place, facilitator))?;
    let id = match tx.claim(key.as_ref()).await? {
        Recall::New(id) => id,
        Recall::Made(id) => return Ok(id),
        Recall::Mismatch => return Err(Problem::idempotency_mismatch().into()),
    };
    if let Some(facilitator) = facilitator {
        reporter::active_partner(&tx, facilitator, neighbourhood, "facilitator").await?;
    }
    if let Some(initiative) = initiative {
        part_of(&tx, initiative, municipality).await?;
    }
    let model = plan::Model {
        initiative_id: initiative,
        facilitator_partner_id: facilitator,
        summary,
        budget_cents,
        ..blank(&tx, id, (municipality, neighbourhood), title)
    };
    tx.insert::<plan::Entity>(&permit, model, begun(id)).await?;
    tx.commit().await?;
    Ok(id)
}

/// A plan of which nothing is known but where and what it is called.
fn blank(tx: &Tx, id: Uuid, (town, place): (Uuid, Uuid), title: String) -> plan::Model {
    plan::Model {
        id,
        municipality_id: town,
        neighbourhood_id: place,
        initiative_id: None,
        facilitator_partner_id: None,
        cloned_from_id: None,
        title,
        summary: None,
        stage: PlanStage::Analysis,
        budget_cents: None,
        return_reason: None,
        recommendation: None,
        impact: None,
        strengths: None,
        barriers: None,
        lasting_impact: None,
        evaluated_on: None,
        created_at: tx.now(),
        updated_at: tx.now(),
        version: 1,
    }
}

fn begun(id: Uuid) -> Happening {
    Happening::new("plan.created", (Kind::Plan, id)).with("to", PlanStage::Analysis.code())
}

fn budget(cents: Option<i32>) -> Result<Option<i32>, Problem> {
    cents
        .map(|cents| money::cents("budget.cents", cents))
        .transpose()
}

/// Sees to it that a plan is part of an initiative of its own municipality.
async fn part_of(tx: &Tx, initiative: Uuid, municipality: Uuid) -> Outcome<()> {
    let initiative = tx
        .visible_beside::<initiative::Entity>(initiative)
        .await?
        .ok_or_else(|| Problem::not_found("initiative"))?;
    if initiative.municipality_id == municipality {
        return Ok(());
    }
    Err(Problem::new(
        Code::Invalid,
        "initiative",
        "This initiative belongs to another municipality. Choose one of the plan's own, or leave it \
         out.",
    )
    .into())
}

/// What changes of a plan.
#[derive(Debug, Default)]
pub struct PlanUpdate {
    /// Its title.
    pub title: Option<String>,
    /// What it comes down to.
    pub summary: Change<String>,
    /// The programme it is part of.
    pub initiative: Change<Uuid>,
    /// The partner that facilitates it.
    pub facilitator: Change<Uuid>,
    /// What it costs in all, in euro cents.
    pub budget_cents: Change<i32>,
}

/// Changes what a plan says, and who facilitates it.
///
/// # Errors
/// What is wrong with the input, [`Code::NotFound`], [`Code::Forbidden`], [`Code::Conflict`].
pub async fn update(
    cx: &Cx,
    id: Uuid,
    expected_version: Option<i32>,
    update: PlanUpdate,
) -> Outcome<Uuid> {
    let PlanUpdate {
        title,
        summary,
        initiative,
        facilitator,
        budget_cents,
    } = update;
    let mut problems = Problems::new();
    let title = problems.check(
        title
            .map(|title| text::required("title", &title, text::LINE))
            .transpose(),
    );
    let summary = problems.check(summary.text("summary", text::STORY));
    let budget_cents =
        problems.check(budget_cents.try_map(|cents| money::cents("budget.cents", cents)));
    let ((title, summary), budget_cents) =
        problems.into_value(title.zip(summary).zip(budget_cents))?;

    let tx = cx.begin().await?;
    let plan = tx
        .visible::<plan::Entity>(id)
        .await?
        .ok_or_else(|| Problem::not_found("id"))?;
    let permit = decide(tx.viewer(), Action::PlanUpdate(&plan))?;
    if facilitator != Change::Keep {
        let _permit = decide(tx.viewer(), Action::PlanEntrust(&plan))?;
    }
    expect_version(expected_version, plan.version)?;
    if let Change::To(facilitator) = facilitator {
        reporter::active_partner(&tx, facilitator, plan.neighbourhood_id, "facilitator").await?;
    }
    if let Change::To(initiative) = initiative {
        part_of(&tx, initiative, plan.municipality_id).await?;
    }
    let change = plan::ActiveModel {
        title: given(title),
        summary: summary.column(),
        initiative_id: initiative.column(),
        facilitator_partner_id: facilitator.column(),
        budget_cents: budget_cents.column(),
        ..Default::default()
    };
    let happening = Happening::new("plan.updated", (Kind::Plan, id));
    tx.update::<plan::Entity>(&permit, id, plan.version, change, happening)
        .await?
        .map_err(|Stale| Problem::raced())?;
    tx.commit().await?;
    Ok(id)
}

/// A step with what it needs.
#[derive(Debug)]
pub enum Stepping {
    /// Begin to draw up the change plan.
    Draft,
    /// Go back to the analysis.
    Return {
        /// Why.
        reason: String,
    },
    /// Adopt it.
    Adopt,
    /// Begin to carry it out.
    Execute,
    /// Put on record what came of it.
    Evaluate(NewEvaluation),
    /// Let it go on.
    Anchor,
}

impl Stepping {
    /// The step it is.
    #[must_use]
    pub const fn step(&self) -> PlanStep {
        match self {
            Self::Draft => PlanStep::Draft,
            Self::Return { .. } => PlanStep::Return,
            Self::Adopt => PlanStep::Adopt,
            Self::Execute => PlanStep::Execute,
            Self::Evaluate(_) => PlanStep::Evaluate,
            Self::Anchor => PlanStep::Anchor,
        }
    }
}

/// Takes a plan to another stage.
///
/// # Errors
/// [`Code::NotFound`], [`Code::Forbidden`], [`Code::Conflict`], [`Code::InvalidTransition`],
/// [`Code::Invalid`] when something must be there first, and what is wrong with the input.
pub async fn transition(
    cx: &Cx,
    id: Uuid,
    expected_version: Option<i32>,
    stepping: Stepping,
) -> Outcome<Uuid> {
    let tx = cx.begin().await?;
    let plan = tx
        .visible::<plan::Entity>(id)
        .await?
        .ok_or_else(|| Problem::not_found("id"))?;
    let taken = stepping.step();
    let permit = decide(tx.viewer(), Action::Plan(taken, &plan))?;
    expect_version(expected_version, plan.version)?;
    let to = step(plan.stage, taken)?;
    // Read again: what was said of its parts was read while the lock was still awaited.
    let plan = tx
        .visible::<plan::Entity>(id)
        .await?
        .ok_or_else(|| Problem::not_found("id"))?;
    guard(taken, &plan)?;
    let mut change = plan::ActiveModel {
        stage: Set(to),
        ..Default::default()
    };
    prepare(&tx, &permit, &plan, stepping, &mut change).await?;
    let happening = Happening::new(event_of(taken), (Kind::Plan, id))
        .with("from", plan.stage.code())
        .with("to", to.code());
    tx.update::<plan::Entity>(&permit, id, plan.version, change, happening)
        .await?
        .map_err(|Stale| Problem::raced())?;
    tx.commit().await?;
    Ok(id)
}

async fn prepare(
    tx: &Tx,
    permit: &Permit,
    plan: &plan::Model,
    stepping: Stepping,
    change: &mut plan::ActiveModel,
) -> Outcome<()> {
    match stepping {
        Stepping::Draft => change.return_reason = Set(None),
        Stepping::Return { reason } => {
            let reason = text::required("reason", &reason, text::STORY)?;
            change.return_reason = Set(Some(reason));
            // They stood behind the plan as it was, and it is going to be another.
            tx.let_endorsements_lapse(permit, plan.id).await?;
        }
        Stepping::Evaluate(evaluation) => {
            let today = tx.now().date_naive();
            let NewEvaluation {
                recommendation,
                impact,
                strengths,
                barriers,
                lasting_impact,
                evaluated_on,
            } = evaluation.check(today)?;
            change.recommendation = Set(recommendation);
            change.impact = Set(impact);
            change.strengths = Set(strengths);
            change.barriers = Set(barriers);
            change.lasting_impact = Set(lasting_impact);
            change.evaluated_on = Set(Some(evaluated_on.unwrap_or(today)));
        }
        Stepping::Adopt | Stepping::Execute | Stepping::Anchor => {}
    }
    Ok(())
}

const fn event_of(step: PlanStep) -> &'static str {
    match step {
        PlanStep::Draft => "plan.drafted",
        PlanStep::Return => "plan.returned",
        PlanStep::Adopt => "plan.adopted",
        PlanStep::Execute => "plan.execution_begun",
        PlanStep::Evaluate => "plan.evaluated",
        PlanStep::Anchor => "plan.anchored",
    }
}

/// The quality in which the viewer adds to a plan, the permit, and the partner for which they do.
///
/// # Errors
/// [`Code::Forbidden`].
pub(super) async fn contributor(
    tx: &Tx,
    plan: &plan::Model,
) -> Outcome<(Permit, Contributor, Option<Uuid>)> {
    let viewer = tx.viewer();
    let steward = Contributor::Steward;
    if let Ok(permit) = decide(viewer, Action::PlanContribute(plan, steward)) {
        let facilitator = plan.facilitator_partner_id;
        return Ok((
            permit,
            steward,
            facilitator.filter(|_| viewer.works_for(facilitator)),
        ));
    }
    let Some(initiative) = plan.initiative_id else {
        return Err(Forbidden.into());
    };
    for partner in viewer.staffed_partners() {
        if tx.carries_initiative(partner, initiative).await?
            && reporter::is_active(tx, partner).await?
        {
            let contributor = Contributor::Partner(partner);
            let permit = decide(viewer, Action::PlanContribute(plan, contributor))?;
            return Ok((permit, contributor, Some(partner)));
        }
    }
    Err(Forbidden.into())
}

/// A plan that is added to.
///
/// # Errors
/// [`Code::NotFound`].
pub(super) async fn beside(tx: &Tx, id: Uuid) -> Outcome<Seen<plan::Model>> {
    Ok(tx
        .visible_beside::<plan::Entity>(id)
        .await?
        .ok_or_else(|| Problem::not_found("plan"))?)
}
