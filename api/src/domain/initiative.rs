//! Initiatives: programmes of neighbourhood care, and what their evaluations say (story B7).

pub mod advisor;

use chrono::NaiveDate;
use nabij_entity::{evaluation, initiative, municipality, partner, vocabulary::TargetGroup};
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use super::{
    change::Change,
    money,
    refusal::{Code, Outcome, Problem, Problems, expect_version, unless_taken},
    text,
};
use crate::{
    policy::{Action, Permit, Place, decide},
    store::{
        Cx, Kind, Tx,
        events::Happening,
        idempotency::{IdempotencyKey, Recall},
        write::{Stale, given},
    },
};

/// Longest URL, in characters.
const URL: usize = 2_000;

/// An initiative to add.
#[derive(Debug)]
pub struct NewInitiative {
    /// Its short name.
    pub reference: String,
    /// Its name.
    pub name: String,
    /// The municipality it belongs to.
    pub municipality: Uuid,
    /// What it does and for whom.
    pub description: Option<String>,
    /// First day.
    pub starts_on: Option<NaiveDate>,
    /// Last day.
    pub ends_on: Option<NaiveDate>,
    /// Whom it is meant for.
    pub target_groups: Vec<TargetGroup>,
    /// Age from which people take part.
    pub minimum_age: Option<i32>,
    /// Its website.
    pub website: Option<String>,
    /// What it costs in all, in euro cents.
    pub budget_cents: Option<i32>,
    /// Where it works.
    pub neighbourhoods: Vec<Uuid>,
    /// The partners that carry it.
    pub partners: Vec<Uuid>,
}

/// What changes of an initiative.
#[derive(Debug, Default)]
pub struct InitiativeUpdate {
    /// Its name.
    pub name: Option<String>,
    /// What it does and for whom.
    pub description: Change<String>,
    /// First day.
    pub starts_on: Change<NaiveDate>,
    /// Last day.
    pub ends_on: Change<NaiveDate>,
    /// Whom it is meant for.
    pub target_groups: Option<Vec<TargetGroup>>,
    /// Age from which people take part.
    pub minimum_age: Change<i32>,
    /// Its website.
    pub website: Change<String>,
    /// What it costs in all, in euro cents.
    pub budget_cents: Change<i32>,
    /// Where it works: all of it.
    pub neighbourhoods: Option<Vec<Uuid>>,
    /// The partners that carry it: all of them.
    pub partners: Option<Vec<Uuid>>,
}

/// What an evaluation says.
#[derive(Debug)]
pub struct NewEvaluation {
    /// How strongly it is recommended to others, 0 to 10.
    pub recommendation: Option<i32>,
    /// How much it achieved, 0 to 10.
    pub impact: Option<i32>,
    /// What went well.
    pub strengths: Option<String>,
    /// What stood in the way.
    pub barriers: Option<String>,
    /// What remains of it.
    pub lasting_impact: Option<String>,
    /// Day of the evaluation.
    pub evaluated_on: Option<NaiveDate>,
}

fn period(starts_on: Option<NaiveDate>, ends_on: Option<NaiveDate>) -> Result<(), Problem> {
    match starts_on.zip(ends_on) {
        Some((first, last)) if last < first => Err(Problem::new(
            Code::OutOfRange,
            "endsOn",
            "The last day can't be before the first one.",
        )),
        _ => Ok(()),
    }
}

fn age(age: Option<i32>) -> Result<(), Problem> {
    match age {
        Some(age) if !(0..=125).contains(&age) => Err(Problem::new(
            Code::OutOfRange,
            "minimumAge",
            "An age lies between 0 and 125 years.",
        )),
        _ => Ok(()),
    }
}

/// A mark out of ten.
fn mark(path: &str, mark: Option<i32>) -> Result<Option<i32>, Problem> {
    match mark {
        Some(mark) if !(0..=10).contains(&mark) => Err(Problem::new(
            Code::OutOfRange,
            path,
            "A mark lies between 0 and 10.",
        )),
        _ => Ok(mark),
    }
}

/// Adds an initiative.
///
/// # Errors
/// What is wrong with the input, [`Code::NotFound`], [`Code::Forbidden`], [`Code::AlreadyExists`]
/// for a reference that is in use.
pub async fn create(cx: &Cx, new: NewInitiative, key: Option<IdempotencyKey>) -> Outcome<Uuid> {
    let NewInitiative {
        reference,
        name,
        municipality,
        description,
        starts_on,
        ends_on,
        target_groups,
        minimum_age,
        website,
        budget_cents,
        neighbourhoods,
        partners,
    } = new;
    let mut problems = Problems::new();
    let reference = problems.check(text::reference("reference", &reference));
    let name = problems.check(text::required("name", &name, text::LINE));
    let description = problems.check(text::optional(
        "description",
        description.as_deref(),
        text::STORY,
    ));
    let website = problems.check(text::optional("website", website.as_deref(), URL));
    problems.check(period(starts_on, ends_on));
    problems.check(age(minimum_age));
    if let Some(budget) = budget_cents {
        problems.check(money::cents("budget.cents", budget));
    }
    let (reference, name) = problems.into_value(reference.zip(name))?;

    let tx = cx.begin().await?;
    let municipality = tx
        .visible::<municipality::Entity>(municipality)
        .await?
        .ok_or_else(|| Problem::not_found("municipality"))?
        .id;
    let place = Place {
        municipality,
        neighbourhood: None,
    };
    let permit = decide(tx.viewer(), Action::InitiativeCreate(place))?;
    let id = match tx.claim(key.as_ref()).await? {
        Recall::New(id) => id,
        Recall::Made(id) => return Ok(id),
        Recall::Mismatch => return Err(Problem::idempotency_mismatch().into()),
    };
    let now = tx.now();
    let model = initiative::Model {
        id,
        reference,
        name,
        municipality_id: municipality,
        description: description.flatten(),
        starts_on,
        ends_on,
        target_groups: target_groups.into(),
        minimum_age,
        website: website.flatten(),
        budget_cents,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let happening = Happening::new("initiative.created", (Kind::Initiative, id));
    let added = tx
        .insert::<initiative::Entity>(&permit, model, happening)
        .await;
    unless_taken(added, || {
        Problem::new(
            Code::AlreadyExists,
            "reference",
            "Another initiative has this reference. Choose another, or update that one.",
        )
    })?;
    place_in(&tx, &permit, id, municipality, neighbourhoods).await?;
    carry_by(&tx, &permit, id, partners).await?;
    tx.commit().await?;
    Ok(id)
}

/// Says where an initiative works: in neighbourhoods of its own municipality.
async fn place_in(
    tx: &Tx,
    permit: &Permit,
    initiative: Uuid,
    municipality: Uuid,
    mut neighbourhoods: Vec<Uuid>,
) -> Outcome<()> {
    neighbourhoods.sort_unstable();
    neighbourhoods.dedup();
    let known = tx.neighbourhoods(&neighbourhoods).await?;
    if known.len() != neighbourhoods.len() {
        return Err(Problem::not_found("neighbourhoods").into());
    }
    if known.iter().any(|(_, home)| *home != municipality) {
        return Err(Problem::new(
            Code::Invalid,
            "neighbourhoods",
            "At least one of these lies in another municipality. Choose those of the initiative's \
             own.",
        )
        .into());
    }
    tx.replace_links(
        permit,
        "initiative_neighbourhoods",
        ("initiative_id", initiative),
        "neighbourhood_id",
        &neighbourhoods,
    )
    .await?;
    Ok(())
}

/// Says which partners carry an initiative.
async fn carry_by(
    tx: &Tx,
    permit: &Permit,
    initiative: Uuid,
    mut partners: Vec<Uuid>,
) -> Outcome<()> {
    partners.sort_unstable();
    partners.dedup();
    for id in &partners {
        tx.visible_beside::<partner::Entity>(*id)
            .await?
            .ok_or_else(|| Problem::not_found("partners"))?;
    }
    tx.replace_links(
        permit,
        "initiative_partners",
        ("initiative_id", initiative),
        "partner_id",
        &partners,
    )
    .await?;
    Ok(())
}

/// Changes an initiative.
///
/// # Errors
/// What is wrong with the input, [`Code::NotFound`], [`Code::Forbidden`], [`Code::Conflict`].
pub async fn update(
    cx: &Cx,
    id: Uuid,
    expected_version: Option<i32>,
    update: InitiativeUpdate,
) -> Outcome<Uuid> {
    let InitiativeUpdate {
        name,
        description,
        starts_on,
        ends_on,
        target_groups,
        minimum_age,
        website,
        budget_cents,
        neighbourhoods,
        partners,
    } = update;
    let mut problems = Problems::new();
    let name = problems.check(
        name.map(|name| text::required("name", &name, text::LINE))
            .transpose(),
    );
    let description = problems.check(description.text("description", text::STORY));
    let website = problems.check(website.text("website", URL));
    let budget_cents =
        problems.check(budget_cents.try_map(|cents| money::cents("budget.cents", cents)));
    let (name, description, website, budget_cents) = problems
        .into_value(name.zip(description).zip(website).zip(budget_cents))
        .map(|(((name, description), website), budget)| (name, description, website, budget))?;

    let tx = cx.begin().await?;
    let initiative = tx
        .visible::<initiative::Entity>(id)
        .await?
        .ok_or_else(|| Problem::not_found("id"))?;
    let permit = decide(tx.viewer(), Action::InitiativeManage(&initiative))?;
    expect_version(expected_version, initiative.version)?;
    let starts_on = starts_on.after(initiative.starts_on);
    let ends_on = ends_on.after(initiative.ends_on);
    let minimum_age = minimum_age.after(initiative.minimum_age);
    let mut problems = Problems::new();
    problems.check(period(starts_on, ends_on));
    problems.check(age(minimum_age));
    problems.finish()?;
    if let Some(neighbourhoods) = neighbourhoods {
        place_in(&tx, &permit, id, initiative.municipality_id, neighbourhoods).await?;
    }
    if let Some(partners) = partners {
        carry_by(&tx, &permit, id, partners).await?;
    }
    let change = initiative::ActiveModel {
        name: given(name),
        description: description.column(),
        starts_on: Set(starts_on),
        ends_on: Set(ends_on),
        target_groups: given(target_groups.map(Into::into)),
        minimum_age: Set(minimum_age),
        website: website.column(),
        budget_cents: budget_cents.column(),
        ..Default::default()
    };
    let happening = Happening::new("initiative.updated", (Kind::Initiative, id));
    tx.update::<initiative::Entity>(&permit, id, initiative.version, change, happening)
        .await?
        .map_err(|Stale| Problem::raced())?;
    tx.commit().await?;
    Ok(id)
}

impl NewEvaluation {
    /// The evaluation, if nothing is wrong with it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn check(self, today: NaiveDate) -> Outcome<Self> {
        let Self {
            recommendation,
            impact,
            strengths,
            barriers,
            lasting_impact,
            evaluated_on,
        } = self;
        let mut problems = Problems::new();
        let recommendation = problems
            .check(mark("recommendation", recommendation))
            .flatten();
        let impact = problems.check(mark("impact", impact)).flatten();
        let mut story = |path: &str, text: Option<String>| {
            problems
                .check(text::optional(path, text.as_deref(), text::STORY))
                .flatten()
        };
        let strengths = story("strengths", strengths);
        let barriers = story("barriers", barriers);
        let lasting_impact = story("lastingImpact", lasting_impact);
        if evaluated_on.is_some_and(|day| day > today) {
            problems.add(Problem::new(
                Code::OutOfRange,
                "evaluatedOn",
                "An evaluation can't lie in the future. Record it when it has been done.",
            ));
        }
        problems.finish()?;
        let texts = [&strengths, &barriers, &lasting_impact];
        if recommendation.is_none() && impact.is_none() && texts.iter().all(|text| text.is_none()) {
            return Err(Problem::new(
                Code::Required,
                "",
                "An evaluation says something: give a mark, or a text.",
            )
            .into());
        }
        Ok(Self {
            recommendation,
            impact,
            strengths,
            barriers,
            lasting_impact,
            evaluated_on,
        })
    }
}

/// Puts an evaluation of an initiative on record.
///
/// # Errors
/// What is wrong with the input, [`Code::NotFound`], [`Code::Forbidden`].
pub async fn evaluate(
    cx: &Cx,
    initiative: Uuid,
    new: NewEvaluation,
    key: Option<IdempotencyKey>,
) -> Outcome<Uuid> {
    let NewEvaluation {
        recommendation,
        impact,
        strengths,
        barriers,
        lasting_impact,
        evaluated_on,
    } = new.check(cx.now().date_naive())?;
    let tx = cx.begin().await?;
    let initiative = tx
        .visible::<initiative::Entity>(initiative)
        .await?
        .ok_or_else(|| Problem::not_found("initiative"))?;
    let permit = decide(tx.viewer(), Action::InitiativeManage(&initiative))?;
    let id = match tx.claim(key.as_ref()).await? {
        Recall::New(id) => id,
        Recall::Made(id) => return Ok(id),
        Recall::Mismatch => return Err(Problem::idempotency_mismatch().into()),
    };
    let now = tx.now();
    let model = evaluation::Model {
        id,
        initiative_id: initiative.id,
        recommendation,
        impact,
        strengths,
        barriers,
        lasting_impact,
        evaluated_on,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let happening = Happening::new("initiative.evaluated", (Kind::Initiative, initiative.id));
    tx.insert::<evaluation::Entity>(&permit, model, happening)
        .await?;
    tx.commit().await?;
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Refusal;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2024, 6, day).expect("a day of June")
    }

    fn evaluation() -> NewEvaluation {
        NewEvaluation {
            recommendation: Some(8),
            impact: Some(7),
            strengths: Some(" Close by ".to_owned()),
            barriers: None,
            lasting_impact: None,
            evaluated_on: Some(day(1)),
        }
    }

    fn refused(new: NewEvaluation) -> Vec<(Code, String)> {
        match new.check(day(1)) {
            Ok(_) => Vec::new(),
            Err(Refusal::Problems(problems)) => problems
                .into_iter()
                .map(|problem| (problem.code, problem.path.join(".")))
                .collect(),
            Err(failure) => panic!("{failure:?}"),
        }
    }

    #[test]
    fn an_evaluation_holds_marks_out_of_ten_of_a_day_that_has_come() {
        let checked = evaluation()
            .check(day(1))
            .expect("nothing is wrong with it");
        assert_eq!(checked.strengths.as_deref(), Some("Close by"));
        let wrong = NewEvaluation {
            recommendation: Some(11),
            impact: Some(-1),
            evaluated_on: Some(day(2)),
            ..evaluation()
        };
        assert_eq!(
            refused(wrong),
            [
                (Code::OutOfRange, "recommendation".to_owned()),
                (Code::OutOfRange, "impact".to_owned()),
                (Code::OutOfRange, "evaluatedOn".to_owned()),
            ]
        );
    }

    #[test]
    fn an_evaluation_says_something() {
        let silent = NewEvaluation {
            recommendation: None,
            impact: None,
            strengths: Some("  ".to_owned()),
            ..evaluation()
        };
        assert_eq!(refused(silent), [(Code::Required, String::new())]);
    }

    #[test]
    fn a_period_ends_after_it_begins() {
        assert_eq!(period(Some(day(1)), Some(day(1))), Ok(()));
        assert_eq!(period(None, Some(day(1))), Ok(()));
        assert_eq!(period(Some(day(2)), None), Ok(()));
        assert!(period(Some(day(2)), Some(day(1))).is_err());
    }
}
