//! Proposing an activity, and publishing it in the same breath if that is wanted (story P9).

use chrono::{DateTime, Utc};
use nabij_entity::{
    activity::{self, ActivityAction, ActivityLead, ActivityStatus},
    municipality,
    vocabulary::TargetGroup,
};
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use super::{Ready, people, recurrence::Time, schedule, step, take};
use crate::{
    domain::{
        booking, gap,
        refusal::{Code, Outcome, Problem, Problems},
        reporter, text,
    },
    policy::{Action, Permit, Place, Reporter, decide},
    store::{
        Cx, Kind, Tx,
        events::Happening,
        idempotency::{IdempotencyKey, Recall},
    },
};

/// More room than this nobody has: a slip of the pen.
const MOST_ROOM: i32 = 100_000;

/// An activity to propose.
#[derive(Debug)]
pub struct Proposal {
    /// Where.
    pub neighbourhood: Uuid,
    /// The initiative it is part of.
    pub initiative: Option<Uuid>,
    /// The series it is part of.
    pub series: Option<Uuid>,
    /// The earlier activity it follows.
    pub follow_up_of: Option<Uuid>,
    /// What it is, in a few words.
    pub title: String,
    /// What people can expect.
    pub description: Option<String>,
    /// Where in the neighbourhood, in words.
    pub place: Option<String>,
    /// Who takes the lead; follows from who proposes it when left out.
    pub lead: Option<ActivityLead>,
    /// When it begins, the first time.
    pub starts_at: DateTime<Utc>,
    /// When it ends, the first time.
    pub ends_at: DateTime<Utc>,
    /// The time zone in which it keeps its hour.
    pub time_zone: Option<String>,
    /// The rule by which it recurs.
    pub recurrence: Option<String>,
    /// Whom it is meant for; everyone if left out.
    pub target_groups: Vec<TargetGroup>,
    /// The languages spoken there.
    pub languages: Vec<String>,
    /// How many people there is room for.
    pub capacity: Option<i32>,
    /// The partners that organise it.
    pub organisers: Vec<Uuid>,
    /// The volunteers who help.
    pub volunteers: Vec<Uuid>,
    /// The rooms and things to book for each time it takes place.
    pub bookables: Vec<Uuid>,
    /// The gap that it is to fill.
    pub gap: Option<gap::ToFill>,
    /// Whether it is published at once.
    pub publish: bool,
}

pub(super) fn room(capacity: Option<i32>) -> Result<(), Problem> {
    match capacity {
        Some(capacity) if !(1..=MOST_ROOM).contains(&capacity) => Err(Problem::new(
            Code::OutOfRange,
            "capacity",
            "There is room for 1 to 100,000 people. Leave it out if nobody counts.",
        )),
        _ => Ok(()),
    }
}

pub(super) fn spoken(languages: &[String]) -> Result<(), Problem> {
    if languages.len() <= 10 {
        return Ok(());
    }
    Err(Problem::new(
        Code::OutOfRange,
        "languages",
        "An activity has at most 10 languages.",
    ))
}

/// Everyone leaves no group to name beside it.
pub(super) fn whom(groups: &[TargetGroup]) -> Result<(), Problem> {
    let everyone = |group: &TargetGroup| *group == TargetGroup::Everyone;
    if groups.iter().any(everyone) && !groups.iter().all(everyone) {
        return Err(Problem::new(
            Code::Invalid,
            "targetGroups",
            "EVERYONE takes in all the other groups. Name EVERYONE alone, or leave it out and name \
             the groups it is meant for.",
        ));
    }
    Ok(())
}

/// The target groups, each once; everyone when none is named.
pub(super) fn meant_for(groups: Vec<TargetGroup>) -> Vec<TargetGroup> {
    if groups.is_empty() {
        vec![TargetGroup::Everyone]
    } else {
        groups
    }
}

/// Proposes an activity.
///
/// # Errors
/// What is wrong with the input, [`Code::NotFound`], [`Code::Forbidden`].
pub async fn propose(cx: &Cx, proposal: Proposal, key: Option<IdempotencyKey>) -> Outcome<Uuid> {
    let mut problems = Problems::new();
    let title = problems.check(text::required("title", &proposal.title, text::LINE));
    let description = proposal.description.as_deref();
    let description = problems.check(text::optional("description", description, text::STORY));
    let place = proposal.place.as_deref();
    let place = problems.check(text::optional("place", place, text::LINE));
    let first = schedule::period(proposal.starts_at, proposal.ends_at, cx.now());
    let first = problems.check(first);
    problems.check(room(proposal.capacity));
    problems.check(whom(&proposal.target_groups));
    problems.check(spoken(&proposal.languages));
    let ((title, description), (place, first)) =
        problems.into_value(title.zip(description).zip(place.zip(first)))?;

    let tx = cx.begin().await?;
    if proposal.gap.is_some() {
        tx.take_turn_in(proposal.neighbourhood).await?;
    }
    let municipality = reporter::place(&tx, proposal.neighbourhood, "neighbourhood").await?;
    let (permit, proposer) = permitted(&tx, municipality, &proposal).await?;
    let id = match tx.claim(key.as_ref()).await? {
        Recall::New(id) => id,
        Recall::Made(id) => return Ok(id),
        Recall::Mismatch => return Err(Problem::idempotency_mismatch().into()),
    };
    let country = tx
        .visible_beside::<municipality::Entity>(municipality)
        .await?
        .ok_or_else(|| Problem::not_found("neighbourhood"))?
        .country;
    let zone = schedule::zone(proposal.time_zone.as_deref(), country)?;
    let schedule = schedule::Schedule::of(first, zone, proposal.recurrence.as_deref())?;
    let target_groups = for_whom(&tx, &proposal, &schedule.times).await?;
    let (lead, organisers) = people::lead(proposer, proposal.lead, proposal.organisers)?;
    people::of_series(&tx, proposal.series, municipality).await?;
    people::of_initiative(&tx, proposal.initiative, municipality).await?;
    people::follows(&tx, proposal.follow_up_of, municipality, first.0).await?;

    let now = tx.now();
    let model = activity::Model {
        id,
        municipality_id: municipality,
        neighbourhood_id: proposal.neighbourhood,
        initiative_id: proposal.initiative,
        series_id: proposal.series,
        follow_up_of_id: proposal.follow_up_of,
        title,
        description,
        status: ActivityStatus::Tentative,
        lead,
        place,
        starts_at: first.0,
        ends_at: first.1,
        time_zone: schedule.zone.name().to_owned(),
        recurrence: schedule.text(),
        target_groups: target_groups.into(),
        languages: proposal.languages.into(),
        capacity: proposal.capacity,
        sequence: 0,
        cancel_reason: None,
        outcome: None,
        outcome_note: None,
        attendance_total: None,
        handed_over_at: None,
        handover_tasks: Vec::new().into(),
        handover_note: None,
        gap_target_group: proposal.gap.map(|gap| gap.target_group),
        gap_from: proposal.gap.map(|gap| gap.time.starts_at),
        gap_until: proposal.gap.map(|gap| gap.time.ends_at),
        proposed_by_user_id: reporter::user(&tx)?,
        proposed_by_ambassador_id: match proposer {
            Reporter::Ambassador(id) => Some(id),
            Reporter::Partner(_) | Reporter::Coordinator => None,
        },
        proposed_by_partner_id: match proposer {
            Reporter::Partner(id) => Some(id),
            Reporter::Ambassador(_) | Reporter::Coordinator => None,
        },
        published_at: None,
        closed_at: None,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let happening = Happening::new("activity.proposed", (Kind::Activity, id))
        .with("to", ActivityStatus::Tentative.code())
        .with("lead", lead.code());
    tx.insert::<activity::Entity>(&permit, model.clone(), happening)
        .await?;
    let here = proposal.neighbourhood;
    people::organised_by(&tx, &permit, id, here, organisers, &[]).await?;
    people::helped_by(&tx, &permit, id, here, proposal.volunteers, &[]).await?;
    schedule::write_out(&tx, &permit, &model, &schedule.times).await?;
    booking::book_for(&tx, id, &proposal.bookables).await?;
    if proposal.publish {
        publish(&tx, model, permit).await?;
    }
    tx.commit().await?;
    Ok(id)
}

/// The target groups it is meant for. What fills a gap is meant for those who had nothing, unless it
/// is said for whom; and a gap it must be.
async fn for_whom(tx: &Tx, proposal: &Proposal, times: &[Time]) -> Outcome<Vec<TargetGroup>> {
    let named = proposal.target_groups.clone();
    let Some(filled) = proposal.gap else {
        return Ok(meant_for(named));
    };
    let groups = if named.is_empty() {
        vec![filled.target_group]
    } else {
        named
    };
    gap::check(tx, proposal.neighbourhood, filled, &groups, times).await?;
    Ok(groups)
}

async fn permitted(
    tx: &Tx,
    municipality: Uuid,
    proposal: &Proposal,
) -> Outcome<(Permit, Reporter)> {
    let here = proposal.neighbourhood;
    let proposer = people::proposer(tx, municipality, here, &proposal.organisers).await?;
    let place = Place {
        municipality,
        neighbourhood: Some(here),
    };
    let permit = decide(tx.viewer(), Action::ActivityPropose(place, proposer))?;
    Ok((permit, proposer))
}

/// Publishes what was just proposed: whoever proposes an activity runs it.
async fn publish(tx: &Tx, model: activity::Model, permit: Permit) -> Outcome<()> {
    let action = ActivityAction::Publish;
    let ready = Ready {
        to: step(model.status, action)?,
        activity: model,
        action,
        permit,
    };
    let change = activity::ActiveModel {
        published_at: Set(Some(tx.now())),
        ..Default::default()
    };
    take(tx, &ready, change).await
}
