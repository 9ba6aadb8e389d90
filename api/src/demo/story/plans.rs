//! What happens with plans, and who pays.

use chrono::Days;
use serde::Deserialize;

use super::Records;
use crate::{
    demo::load::told,
    domain::{
        commitment, endorsement,
        finding::{self, Observation},
        funding_line::{self, Funder, Purpose, Transitioning},
        initiative::NewEvaluation,
        plan::{self, Stepping},
        plan_action::{self, OwnedBy},
        plan_session,
    },
    store::Cx,
};
use nabij_entity::{
    commitment::CommitmentParty,
    finding::FindingKind,
    funding_line::FundingKind,
    plan_action::PlanActionOwner,
    plan_session::PlanSessionKind,
    vocabulary::{Category, TargetGroup},
};

/// What can be done with a plan.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum PlanDeed {
    Begin(Box<Begin>),
    Session(Box<Session>),
    Finding {
        plan: String,
        finding: Found,
    },
    Draft {
        plan: String,
    },
    /// Add an action; a suggestion when nobody is to see to it.
    Act(Box<Act>),
    Commit {
        plan: String,
        action: Option<String>,
        party: CommitmentParty,
        partner: Option<String>,
        what: String,
    },
    /// Endorse a plan for a partner; for the residents without one.
    Endorse {
        plan: String,
        partner: Option<String>,
        how: String,
    },
    Adopt {
        plan: String,
    },
    Execute {
        plan: String,
    },
    /// Begin with an action.
    Start {
        action: String,
    },
    /// Say that an action is done.
    Complete {
        action: String,
        note: Option<String>,
    },
    Evaluate {
        plan: String,
        recommendation: i32,
        impact: i32,
        strengths: String,
        barriers: String,
        lasting_impact: String,
    },
    Anchor {
        plan: String,
    },
    Clone {
        key: String,
        plan: String,
        neighbourhood: String,
        title: Option<String>,
    },
}

/// A plan.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Begin {
    key: String,
    neighbourhood: String,
    title: String,
    summary: String,
    initiative: Option<String>,
    facilitator: Option<String>,
    budget_cents: Option<i32>,
}

/// A session with its findings.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Session {
    plan: String,
    kind: PlanSessionKind,
    headcount: i32,
    mix: Vec<TargetGroup>,
    note: Option<String>,
    findings: Vec<Found>,
}

/// A finding.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Found {
    kind: FindingKind,
    category: Option<Category>,
    text: String,
}

impl Found {
    fn observed(&self) -> Observation {
        Observation {
            kind: self.kind,
            category: self.category,
            text: self.text.clone(),
        }
    }
}

/// An action.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Act {
    key: String,
    plan: String,
    title: String,
    description: Option<String>,
    owner: Option<PlanActionOwner>,
    partner: Option<String>,
    /// In how many days after the step it is to be done.
    due_in: Option<u64>,
}

/// What can be done with a funding line.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum FundDeed {
    Add(Box<Line>),
    Apply { line: String },
    Grant { line: String, cents: i32 },
    Refuse { line: String, note: Option<String> },
    Pay { line: String },
}

/// A funding line: of a plan or else of an initiative, by a partner or else by somebody named.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    key: String,
    plan: Option<String>,
    initiative: Option<String>,
    partner: Option<String>,
    name: Option<String>,
    kind: FundingKind,
    requested_cents: Option<i32>,
    note: Option<String>,
}

/// Lets it happen.
///
/// # Errors
/// Why it was refused.
pub(super) async fn happen(cx: &Cx, records: &mut Records, deed: &PlanDeed) -> Result<(), String> {
    match deed {
        PlanDeed::Begin(begin) => begun(cx, records, begin).await,
        PlanDeed::Session(session) => held(cx, records, session).await,
        PlanDeed::Finding { plan, finding } => {
            let of = (records.plan(plan)?, None);
            told(
                finding::record(cx, of, finding.observed(), None).await,
                plan,
            )
            .map(drop)
        }
        PlanDeed::Act(act) => added(cx, records, act).await,
        PlanDeed::Commit { .. } | PlanDeed::Endorse { .. } => supported(cx, records, deed).await,
        PlanDeed::Start { action } => {
            let step = plan_action::Stepping::Start;
            further(cx, records, action, step).await
        }
        PlanDeed::Complete { action, note } => {
            let note = note.clone();
            further(
                cx,
                records,
                action,
                plan_action::Stepping::Complete { note },
            )
            .await
        }
        PlanDeed::Clone {
            key,
            plan,
            neighbourhood,
            title,
        } => {
            let to = plan::CloneTo {
                plan: records.plan(plan)?,
                neighbourhood: records.neighbourhood(neighbourhood)?,
                title: title.clone(),
                facilitator: None,
                initiative: None,
            };
            let id = told(plan::clone(cx, to, None).await, key)?;
            records.plans.insert(key.clone(), id);
            Ok(())
        }
        _ => to_the_next_stage(cx, records, deed).await,
    }
}

async fn begun(cx: &Cx, records: &mut Records, begin: &Begin) -> Result<(), String> {
    let initiative = begin.initiative.as_ref();
    let facilitator = begin.facilitator.as_ref();
    let new = plan::NewPlan {
        neighbourhood: records.neighbourhood(&begin.neighbourhood)?,
        title: begin.title.clone(),
        summary: Some(begin.summary.clone()),
        initiative: initiative.map(|key| records.initiative(key)).transpose()?,
        facilitator: facilitator.map(|key| records.partner(key)).transpose()?,
        budget_cents: begin.budget_cents,
    };
    let id = told(plan::create(cx, new, None).await, &begin.key)?;
    records.plans.insert(begin.key.clone(), id);
    Ok(())
}

async fn held(cx: &Cx, records: &Records, session: &Session) -> Result<(), String> {
    let held = plan_session::Session {
        plan: records.plan(&session.plan)?,
        kind: session.kind,
        held_on: None,
        headcount: session.headcount,
        mix: session.mix.clone(),
        note: session.note.clone(),
        findings: session.findings.iter().map(Found::observed).collect(),
    };
    told(plan_session::record(cx, held, None).await, &session.plan).map(drop)
}

async fn added(cx: &Cx, records: &mut Records, act: &Act) -> Result<(), String> {
    let partner = act.partner.as_ref();
    let partner = partner.map(|key| records.partner(key)).transpose()?;
    let today = cx.now().date_naive();
    let new = plan_action::NewAction {
        plan: records.plan(&act.plan)?,
        title: act.title.clone(),
        description: act.description.clone(),
        owner: act.owner.map(|owner| OwnedBy { owner, partner }),
        due_on: act.due_in.map(|days| today + Days::new(days)),
    };
    let id = told(plan_action::add(cx, new, None).await, &act.key)?;
    records.plan_actions.insert(act.key.clone(), id);
    Ok(())
}

async fn further(
    cx: &Cx,
    records: &Records,
    action: &str,
    step: plan_action::Stepping,
) -> Result<(), String> {
    let id = records.plan_action(action)?;
    told(plan_action::transition(cx, id, None, step).await, action).map(drop)
}

async fn supported(cx: &Cx, records: &Records, deed: &PlanDeed) -> Result<(), String> {
    match deed {
        PlanDeed::Commit {
            plan,
            action,
            party,
            partner,
            what,
        } => {
            let (action, partner) = (action.as_ref(), partner.as_ref());
            let promise = commitment::Promise {
                plan: records.plan(plan)?,
                action: action.map(|key| records.plan_action(key)).transpose()?,
                party: *party,
                partner: partner.map(|key| records.partner(key)).transpose()?,
                what: what.clone(),
                from_on: None,
                until_on: None,
            };
            told(commitment::make(cx, promise, None).await, plan).map(drop)
        }
        PlanDeed::Endorse { plan, partner, how } => {
            let partner = partner.as_ref();
            let given = endorsement::Given {
                plan: records.plan(plan)?,
                partner: partner.map(|key| records.partner(key)).transpose()?,
                on: None,
                how: how.clone(),
            };
            told(endorsement::give(cx, given, None).await, plan).map(drop)
        }
        _ => Err("this supports no plan".to_owned()),
    }
}

async fn to_the_next_stage(cx: &Cx, records: &Records, deed: &PlanDeed) -> Result<(), String> {
    let (key, step) = match deed {
        PlanDeed::Draft { plan } => (plan, Stepping::Draft),
        PlanDeed::Adopt { plan } => (plan, Stepping::Adopt),
        PlanDeed::Execute { plan } => (plan, Stepping::Execute),
        PlanDeed::Anchor { plan } => (plan, Stepping::Anchor),
        PlanDeed::Evaluate {
            plan,
            recommendation,
            impact,
            strengths,
            barriers,
            lasting_impact,
        } => {
            let evaluation = NewEvaluation {
                recommendation: Some(*recommendation),
                impact: Some(*impact),
                strengths: Some(strengths.clone()),
                barriers: Some(barriers.clone()),
                lasting_impact: Some(lasting_impact.clone()),
                evaluated_on: None,
            };
            (plan, Stepping::Evaluate(evaluation))
        }
        _ => return Err("this isn't a step of a plan".to_owned()),
    };
    let id = records.plan(key)?;
    told(plan::transition(cx, id, None, step).await, key).map(drop)
}

/// Lets it happen with money.
///
/// # Errors
/// Why it was refused.
pub(super) async fn funded(cx: &Cx, records: &mut Records, deed: &FundDeed) -> Result<(), String> {
    let (key, step) = match deed {
        FundDeed::Add(line) => return asked_for(cx, records, line).await,
        FundDeed::Apply { line } => {
            let (requested_cents, on) = (None, None);
            (
                line,
                Transitioning::Apply {
                    requested_cents,
                    on,
                },
            )
        }
        FundDeed::Grant { line, cents } => {
            let step = Transitioning::Grant {
                granted_cents: *cents,
                on: None,
                note: None,
            };
            (line, step)
        }
        FundDeed::Refuse { line, note } => {
            let note = note.clone();
            (line, Transitioning::Refuse { on: None, note })
        }
        FundDeed::Pay { line } => (line, Transitioning::Pay),
    };
    let id = records.funding_line(key)?;
    told(funding_line::transition(cx, id, None, step).await, key).map(drop)
}

async fn asked_for(cx: &Cx, records: &mut Records, line: &Line) -> Result<(), String> {
    let purpose = match (&line.plan, &line.initiative) {
        (Some(plan), None) => Purpose::Plan(records.plan(plan)?),
        (None, Some(initiative)) => Purpose::Initiative(records.initiative(initiative)?),
        _ => return Err(format!("{} is for a plan or for an initiative", line.key)),
    };
    let funder = match (&line.partner, &line.name) {
        (Some(partner), None) => Funder::Partner(records.partner(partner)?),
        (None, Some(name)) => Funder::Named(name.clone()),
        _ => return Err(format!("{} has a partner or a name", line.key)),
    };
    let new = funding_line::NewLine {
        purpose,
        funder,
        kind: line.kind,
        requested_cents: line.requested_cents,
        note: line.note.clone(),
    };
    let id = told(funding_line::add(cx, new, None).await, &line.key)?;
    records.funding_lines.insert(line.key.clone(), id);
    Ok(())
}
