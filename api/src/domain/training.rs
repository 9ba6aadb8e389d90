//! Trainings and peer reviews: what was learnt, on which day, by whom.

use chrono::NaiveDate;
use nabij_entity::{
    municipality, team,
    training::{self, TrainingKind},
};
use uuid::Uuid;

use super::{
    refusal::{Code, Outcome, Problem, Problems},
    team::active,
    text, when,
};
use crate::{
    policy::{Action, Permit, Place, decide},
    store::{
        Cx, Kind, Tx,
        events::Happening,
        idempotency::{IdempotencyKey, Recall},
    },
};

/// Longest training, in minutes: thirty days of it.
const LONGEST: i32 = 30 * 24 * 60;
/// Who takes part in one training, at most.
const PARTICIPANTS: usize = 500;

/// Whom a training was for.
#[derive(Clone, Copy, Debug)]
pub enum Audience {
    /// A team.
    Team(Uuid),
    /// Volunteers of a municipality, of no team in particular.
    Municipality(Uuid),
}

/// A training to put on record.
#[derive(Debug)]
pub struct NewTraining {
    /// Whom it was for.
    pub audience: Audience,
    /// A training or a peer review.
    pub kind: TrainingKind,
    /// What it was about.
    pub title: String,
    /// The day it was held; today when left out.
    pub held_on: Option<NaiveDate>,
    /// How long it took.
    pub minutes: Option<i32>,
    /// The partner that gave it.
    pub provider: Option<Uuid>,
    /// Volunteers who took part.
    pub ambassadors: Vec<Uuid>,
    /// Professionals of teams who took part.
    pub professionals: Vec<Uuid>,
}

/// Puts a training or a peer review on record.
///
/// # Errors
/// What is wrong with the input, [`Code::NotFound`], [`Code::Forbidden`].
pub async fn record(cx: &Cx, new: NewTraining, key: Option<IdempotencyKey>) -> Outcome<Uuid> {
    let NewTraining {
        audience,
        kind,
        title,
        held_on,
        minutes,
        provider,
        ambassadors,
        professionals,
    } = new;
    let mut problems = Problems::new();
    let title = problems.check(text::required("title", &title, text::LINE));
    let held_on = problems.check(when::day("heldOn", held_on, cx.now()));
    problems.check(duration(minutes));
    problems.check(somebody(&ambassadors, &professionals));
    let (title, held_on) = problems.into_value(title.zip(held_on))?;

    let tx = cx.begin().await?;
    let (permit, municipality_id, team_id) = audience_of(&tx, audience).await?;
    if let Some(provider) = provider {
        active(&tx, provider, "provider").await?;
    }
    let ambassadors = volunteers(&tx, municipality_id, ambassadors).await?;
    let professionals = colleagues(&tx, team_id, professionals).await?;
    let id = match tx.claim(key.as_ref()).await? {
        Recall::New(id) => id,
        Recall::Made(id) => return Ok(id),
        Recall::Mismatch => return Err(Problem::idempotency_mismatch().into()),
    };
    let now = tx.now();
    let model = training::Model {
        id,
        municipality_id,
        team_id,
        kind,
        title,
        held_on,
        minutes,
        provider_partner_id: provider,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let happening =
        Happening::new("training.recorded", (Kind::Training, id)).with("kind", kind.code());
    tx.insert::<training::Entity>(&permit, model, happening)
        .await?;
    for (table, other, ids) in [
        ("training_ambassadors", "ambassador_id", ambassadors),
        ("training_members", "team_member_id", professionals),
    ] {
        let this = ("training_id", id);
        tx.replace_links(&permit, table, this, other, &ids).await?;
    }
    tx.commit().await?;
    Ok(id)
}

fn duration(minutes: Option<i32>) -> Result<(), Problem> {
    match minutes {
        Some(minutes) if !(1..=LONGEST).contains(&minutes) => Err(Problem::new(
            Code::OutOfRange,
            "minutes",
            format!("A training takes between 1 and {LONGEST} minutes."),
        )),
        _ => Ok(()),
    }
}

fn somebody(ambassadors: &[Uuid], professionals: &[Uuid]) -> Result<(), Problem> {
    match ambassadors.len() + professionals.len() {
        0 => Err(Problem::new(
            Code::Required,
            "ambassadors",
            "Somebody took part: give at least one volunteer or one professional.",
        )),
        1..=PARTICIPANTS => Ok(()),
        _ => Err(Problem::new(
            Code::TooLong,
            "ambassadors",
            format!("These are too many. Record at most {PARTICIPANTS} people at once."),
        )),
    }
}

async fn audience_of(tx: &Tx, audience: Audience) -> Outcome<(Permit, Uuid, Option<Uuid>)> {
    match audience {
        Audience::Team(id) => {
            let team = tx
                .visible_beside::<team::Entity>(id)
                .await?
                .ok_or_else(|| Problem::not_found("for.team"))?;
            let permit = decide(tx.viewer(), Action::TeamManage(&team))?;
            Ok((permit, team.municipality_id, Some(id)))
        }
        Audience::Municipality(id) => {
            tx.visible_beside::<municipality::Entity>(id)
                .await?
                .ok_or_else(|| Problem::not_found("for.municipality"))?;
            let place = Place {
                municipality: id,
                neighbourhood: None,
            };
            let permit = decide(tx.viewer(), Action::TrainingRecord(place))?;
            Ok((permit, id, None))
        }
    }
}

/// The volunteers, each once: those of the municipality whom the writer may see.
async fn volunteers(tx: &Tx, municipality: Uuid, mut ids: Vec<Uuid>) -> Outcome<Vec<Uuid>> {
    ids.sort_unstable();
    ids.dedup();
    let known = tx.visible_ambassadors(&ids).await?;
    if known.len() != ids.len() {
        return Err(Problem::not_found("ambassadors").into());
    }
    if known.iter().any(|(_, home)| *home != municipality) {
        return Err(Problem::new(
            Code::Invalid,
            "ambassadors",
            "At least one of these volunteers is active in another municipality. Record it there.",
        )
        .into());
    }
    Ok(ids)
}

/// The professionals, each once: those of the team.
async fn colleagues(tx: &Tx, team: Option<Uuid>, mut ids: Vec<Uuid>) -> Outcome<Vec<Uuid>> {
    ids.sort_unstable();
    ids.dedup();
    let known = tx.visible_professionals(&ids).await?;
    if known.len() != ids.len() {
        return Err(Problem::not_found("professionals").into());
    }
    if known.iter().any(|(_, of)| Some(*of) != team) {
        return Err(Problem::new(
            Code::Invalid,
            "professionals",
            "At least one of these isn't a professional of the team. Choose from its `members`.",
        )
        .into());
    }
    Ok(ids)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_training_takes_some_time_and_somebody() {
        for (minutes, fits) in [(0, false), (1, true), (LONGEST, true), (LONGEST + 1, false)] {
            assert_eq!(duration(Some(minutes)).is_ok(), fits, "{minutes}");
        }
        assert!(duration(None).is_ok());
        let one = [Uuid::from_u128(1)];
        assert!(somebody(&[], &[]).is_err());
        assert!(somebody(&one, &[]).is_ok() && somebody(&[], &one).is_ok());
        assert!(somebody(&[one[0]; PARTICIPANTS], &one).is_err());
    }
}
