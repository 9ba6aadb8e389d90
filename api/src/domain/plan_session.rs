//! Sessions of a plan: how people were heard, and what they said (stories Z1, Z2). Who was there is
//! counted, never named.

use chrono::NaiveDate;
use nabij_entity::{
    finding,
    plan_session::{self, PlanSessionKind},
    vocabulary::TargetGroup,
};
use uuid::Uuid;

use super::{
    finding::{Observation, Part},
    plan,
    refusal::{Code, Outcome, Problem, Problems},
    reporter, text, when,
};
use crate::store::{
    Cx, Kind,
    events::Happening,
    idempotency::{IdempotencyKey, Recall},
};

/// Most people at one session; more is a slip of the pen.
const CROWD: i32 = 10_000;
/// Most findings that are recorded with one session.
const MANY: usize = 100;

/// A session as it was held.
#[derive(Debug)]
pub struct Session {
    /// The plan it was held for.
    pub plan: Uuid,
    /// What kind of session it was.
    pub kind: PlanSessionKind,
    /// The day; today when left out.
    pub held_on: Option<NaiveDate>,
    /// How many people were there.
    pub headcount: i32,
    /// Who was there, by group.
    pub mix: Vec<TargetGroup>,
    /// More about it.
    pub note: Option<String>,
    /// What they said.
    pub findings: Vec<Observation>,
}

/// Puts a session on record, with its findings.
///
/// # Errors
/// What is wrong with the input, [`Code::NotFound`], [`Code::Forbidden`].
pub async fn record(cx: &Cx, session: Session, key: Option<IdempotencyKey>) -> Outcome<Uuid> {
    let Session {
        plan,
        kind,
        held_on,
        headcount,
        mix,
        note,
        findings,
    } = session;
    let mut problems = Problems::new();
    let held_on = problems.check(when::day("heldOn", held_on, cx.now()));
    problems.check(counted(headcount));
    let note = problems.check(text::optional("note", note.as_deref(), text::STORY));
    if kind == PlanSessionKind::Other && note.as_ref().is_some_and(Option::is_none) {
        problems.add(Problem::new(
            Code::Required,
            "note",
            "A session of kind OTHER needs a note that says which.",
        ));
    }
    if findings.len() > MANY {
        problems.add(Problem::new(
            Code::OutOfRange,
            "findings",
            "A session is recorded with at most 100 findings. Record the others one by one.",
        ));
    }
    let findings: Vec<Option<Observation>> = findings
        .into_iter()
        .enumerate()
        .map(|(i, finding)| problems.check(finding.checked(&format!("findings.{i}."))))
        .collect();
    let (held_on, note) = problems.into_value(held_on.zip(note))?;

    let tx = cx.begin().await?;
    let plan = plan::beside(&tx, plan).await?;
    let (permit, _, partner) = plan::contributor(&tx, &plan).await?;
    let user = reporter::user(&tx)?;
    let id = match tx.claim(key.as_ref()).await? {
        Recall::New(id) => id,
        Recall::Made(id) => return Ok(id),
        Recall::Mismatch => return Err(Problem::idempotency_mismatch().into()),
    };
    let now = tx.now();
    let model = plan_session::Model {
        id,
        plan_id: plan.id,
        municipality_id: plan.municipality_id,
        neighbourhood_id: plan.neighbourhood_id,
        kind,
        held_on,
        headcount,
        mix: mix.into(),
        note,
        recorded_by_user_id: user,
        recorded_by_partner_id: partner,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let happening = Happening::new("plan.session_recorded", (Kind::Plan, plan.id))
        .with("kind", kind.code())
        .with("findings", findings.len());
    tx.insert::<plan_session::Entity>(&permit, model, happening)
        .await?;
    for finding in findings.into_iter().flatten() {
        let part = Part {
            plan: &plan,
            session: Some(id),
            user,
            partner,
        };
        let row = part.row(tx.new_id(), finding, now);
        tx.insert_part::<finding::Entity>(&permit, row).await?;
    }
    tx.commit().await?;
    Ok(id)
}

fn counted(headcount: i32) -> Result<(), Problem> {
    if (1..=CROWD).contains(&headcount) {
        Ok(())
    } else {
        Err(Problem::new(
            Code::OutOfRange,
            "headcount",
            "Count the people who were there: 1 to 10000.",
        ))
    }
}
