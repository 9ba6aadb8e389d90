//! The ground of the story: places, partners, initiatives and people, in the order in which a
//! municipality would begin. Who takes part is in `load/accounts.rs`, what happens afterwards in
//! `story.rs`.

mod accounts;

use std::time::Duration;

use chrono::{DateTime, Days, NaiveTime, Utc};
use nabij_entity::role_grant::Role;
use uuid::Uuid;

use super::{
    data::{Chapter, Content, Initiative, Partner, Step},
    story::{self, Records},
};
use crate::{
    app::App,
    auth::Issuers,
    clock::{Clock, HeldClock},
    config::DEMO_ISSUER,
    domain::{Change, Outcome, Refusal, initiative, partner::onboard, place, service},
    http::edge::Edge,
    store::{Cx, Db, access::Subject},
};

/// How many days ago it begins; the steps of the story come later than this.
pub(super) const BEGINNING: u64 = 60;

/// The day on which the volunteers who are to be active are briefed.
const BRIEFING: u64 = 50;

/// At what time a day's first step happens.
const MORNING: NaiveTime = NaiveTime::from_hms_opt(8, 0, 0).expect("a time of day");

/// From one step of a day to the next.
const PAUSE: Duration = Duration::from_mins(7);

/// Builds everything, so that it ends on the day before `today`. The records' ids, by their keys.
///
/// # Errors
/// Which step was refused, and why.
pub(super) async fn everything(
    db: Db,
    content: &Content,
    today: DateTime<Utc>,
) -> Result<Records, String> {
    let (clock, held) = Clock::held(morning(today, BEGINNING));
    let app =
        App::new(db, clock.clone(), Issuers::default(), Edge::wide()).map_err(|e| e.to_string())?;
    let mut loader = Loader {
        app,
        clock,
        held,
        admin: first_admin(content)?.to_owned(),
        records: Records::default(),
    };
    loader.administrators(content).await?;
    for chapter in &content.chapters {
        loader.ground(chapter).await?;
    }
    loader.go_to(morning(today, BRIEFING));
    for chapter in &content.chapters {
        loader.volunteers_begin(chapter).await?;
    }
    for (day, chapter, step) in in_order(content) {
        loader.go_to(morning(today, day.into()));
        loader.pause();
        story::happen(&mut loader, chapter, step)
            .await
            .map_err(|why| format!("{} days ago, by {}: {why} ({step:?})", step.day, step.by))?;
    }
    Ok(loader.records)
}

/// The steps of all chapters, the earliest first.
fn in_order(content: &Content) -> Vec<(u16, &Chapter, &Step)> {
    let mut steps: Vec<(u16, &Chapter, &Step)> = content
        .chapters
        .iter()
        .flat_map(|chapter| {
            chapter
                .story
                .iter()
                .map(move |step| (step.day, chapter, step))
        })
        .collect();
    // A stable sort: on one day, the order of the files counts.
    steps.sort_by_key(|(day, ..)| std::cmp::Reverse(*day));
    steps
}

fn morning(today: DateTime<Utc>, days_ago: u64) -> DateTime<Utc> {
    let day = today.date_naive() - Days::new(days_ago);
    day.and_time(MORNING).and_utc()
}

fn first_admin(content: &Content) -> Result<&str, String> {
    content
        .platform
        .people
        .iter()
        .find(|person| person.roles.iter().any(|grant| grant.role == Role::Admin))
        .map(|person| person.subject.as_str())
        .ok_or_else(|| "platform.toml names no administrator".to_owned())
}

/// What is needed to let somebody do something.
pub(super) struct Loader {
    app: App,
    clock: Clock,
    held: HeldClock,
    admin: String,
    pub records: Records,
}

impl Loader {
    /// Moves on to `moment`, if it is still to come.
    fn go_to(&self, moment: DateTime<Utc>) {
        if let Ok(wait) = (moment - self.clock.now()).to_std() {
            self.held.advance(wait);
        }
    }

    fn pause(&self) {
        self.held.advance(PAUSE);
    }

    /// A context signed in as this person.
    pub async fn sign_in(&self, subject: &str) -> Result<Cx, String> {
        let mut cx = self.app.cx("demo");
        let identity = Subject {
            issuer: DEMO_ISSUER.to_owned(),
            subject: subject.to_owned(),
        };
        match cx.sign_in(identity).await {
            Ok(true) => Ok(cx),
            Ok(false) => Err(format!("{subject} has no account")),
            Err(failure) => Err(format!("{failure:?}")),
        }
    }

    async fn admin(&self) -> Result<Cx, String> {
        self.sign_in(&self.admin).await
    }

    /// Everything of a chapter that is there before its story begins.
    async fn ground(&mut self, chapter: &Chapter) -> Result<(), String> {
        let admin = self.admin().await?;
        let town = &chapter.municipality;
        let municipality = place::NewMunicipality {
            name: town.name.clone(),
            country: town.country,
            code_scheme: town.scheme,
            code: town.code.clone(),
        };
        let municipality = place::create_municipality(&admin, municipality, None).await;
        let municipality = told(municipality, &town.name)?;
        self.records
            .municipalities
            .insert(town.name.clone(), municipality);
        for neighbourhood in &chapter.neighbourhoods {
            let parent = neighbourhood.parent.as_ref();
            let new = place::NewNeighbourhood {
                municipality,
                parent: parent
                    .map(|key| self.records.neighbourhood(key))
                    .transpose()?,
                name: neighbourhood.name.clone(),
                area_codes: neighbourhood
                    .codes
                    .iter()
                    .map(|code| place::AreaCode {
                        scheme: code.scheme,
                        code: code.code.clone(),
                        valid_from: None,
                        valid_until: None,
                    })
                    .collect(),
            };
            let made = place::create_neighbourhood(&admin, new, None).await;
            let made = told(made, &neighbourhood.key)?;
            self.records
                .neighbourhoods
                .insert(neighbourhood.key.clone(), made);
        }
        for partner in &chapter.partners {
            self.partner(&admin, chapter, partner).await?;
        }
        self.people(chapter, municipality).await?;
        let coordinator = self.sign_in(coordinator(chapter)?).await?;
        self.initiative(&coordinator, chapter, &chapter.initiative)
            .await
    }

    /// The neighbourhoods with these keys, or all of the chapter's.
    fn places(&self, chapter: &Chapter, keys: Option<&Vec<String>>) -> Result<Vec<Uuid>, String> {
        match keys {
            Some(keys) => keys
                .iter()
                .map(|key| self.records.neighbourhood(key))
                .collect(),
            None => chapter
                .neighbourhoods
                .iter()
                .map(|neighbourhood| self.records.neighbourhood(&neighbourhood.key))
                .collect(),
        }
    }

    async fn partner(
        &mut self,
        admin: &Cx,
        chapter: &Chapter,
        partner: &Partner,
    ) -> Result<(), String> {
        let request = onboard::Request {
            reference: partner.reference.clone(),
            name: partner.name.clone(),
            kind: partner.kind,
            secrecy: partner.secrecy,
            identifiers: partner
                .identifiers
                .iter()
                .map(|identifier| (identifier.scheme, identifier.value.clone()))
                .collect(),
            email: partner.email.clone(),
            phone: None,
            website: None,
            neighbourhoods: self.places(chapter, partner.neighbourhoods.as_ref())?,
            services: partner
                .services
                .iter()
                .map(|service| onboard::ServiceRequest {
                    reference: service.reference.clone(),
                    name: service.name.clone(),
                    description: Some(service.description.clone()),
                    categories: service.categories.clone(),
                    target_groups: service.target_groups.clone(),
                    neighbourhoods: None,
                    capacity_maximum: service.capacity.map(|capacity| capacity.maximum),
                })
                .collect(),
            activate: true,
        };
        let made = onboard::onboard(admin, request, false, None).await;
        let made = told(made, &partner.reference)?;
        let id = made.partner.ok_or("onboarding a partner told no id")?;
        self.records.partners.insert(partner.reference.clone(), id);
        self.services(admin, partner, id).await
    }

    /// Notes the services' ids, and how much room they have.
    async fn services(&mut self, admin: &Cx, partner: &Partner, id: Uuid) -> Result<(), String> {
        let tx = admin
            .begin()
            .await
            .map_err(|failure| format!("{failure:?}"))?;
        let made = tx
            .services_of(id)
            .await
            .map_err(|failure| format!("{failure:?}"))?;
        drop(tx);
        for service in &partner.services {
            let key = format!("{}/{}", partner.reference, service.reference);
            let id = made
                .iter()
                .find(|made| made.reference == service.reference)
                .map(|made| made.id)
                .ok_or_else(|| format!("{key} was not made"))?;
            if let Some(capacity) = service.capacity {
                let available = Change::To(capacity.available);
                let maximum = Change::Keep;
                let counted = service::update_capacity(admin, id, None, available, maximum).await;
                told(counted, &key)?;
            }
            self.records.services.insert(key, id);
        }
        Ok(())
    }

    async fn initiative(
        &mut self,
        coordinator: &Cx,
        chapter: &Chapter,
        initiative: &Initiative,
    ) -> Result<(), String> {
        let new = initiative::NewInitiative {
            reference: initiative.reference.clone(),
            name: initiative.name.clone(),
            municipality: self.records.municipality(&chapter.municipality.name)?,
            description: Some(initiative.description.clone()),
            starts_on: initiative.starts_on,
            ends_on: None,
            target_groups: initiative.target_groups.clone(),
            minimum_age: initiative.minimum_age,
            website: None,
            budget_cents: initiative.budget_cents,
            neighbourhoods: self.places(chapter, initiative.neighbourhoods.as_ref())?,
            partners: initiative
                .partners
                .iter()
                .map(|reference| self.records.partner(reference))
                .collect::<Result<_, _>>()?,
        };
        let made = initiative::create(coordinator, new, None).await;
        let made = told(made, &initiative.reference)?;
        self.records
            .initiatives
            .insert(initiative.reference.clone(), made);
        if let Some(evaluation) = &initiative.evaluation {
            let new = initiative::NewEvaluation {
                recommendation: evaluation.recommendation,
                impact: evaluation.impact,
                strengths: Some(evaluation.strengths.clone()),
                barriers: Some(evaluation.barriers.clone()),
                lasting_impact: Some(evaluation.lasting_impact.clone()),
                evaluated_on: None,
            };
            let made = initiative::evaluate(coordinator, made, new, None).await;
            told(made, &initiative.reference)?;
        }
        Ok(())
    }
}

/// Whoever coordinates the chapter's municipality.
fn coordinator(chapter: &Chapter) -> Result<&str, String> {
    chapter
        .people
        .iter()
        .find(|person| {
            person
                .roles
                .iter()
                .any(|grant| grant.role == Role::Coordinator && grant.municipality)
        })
        .map(|person| person.subject.as_str())
        .ok_or_else(|| format!("{} has no coordinator", chapter.municipality.name))
}

/// What came of a use case, or in words why it was refused: then the content is wrong.
pub(super) fn told<T>(outcome: Outcome<T>, about: &str) -> Result<T, String> {
    outcome.map_err(|refusal| match refusal {
        Refusal::Problems(problems) => {
            let told: Vec<String> = problems
                .iter()
                .map(|problem| format!("{} ({})", problem.message, problem.path.join(".")))
                .collect();
            format!("{about}: {}", told.join("; "))
        }
        Refusal::Failure(failure) => format!("{about}: {failure:?}"),
    })
}
