//! A town in which everything occurs: in the municipality and in another, under each partner, with
//! consents given, withdrawn and absent, in every state. Drawn from a seed and written beneath the
//! service, so that combinations occur that nobody would think of. Every text is a marked one: what
//! comes out can be told to a row and a column.

use chrono::{DateTime, TimeDelta, Utc};
use nabij_api::{
    clock::{self, Clock},
    ids,
    store::Kind,
};
use nabij_entity::{
    SetOf, access_log, activity, activity_organiser, activity_series, activity_volunteer,
    ambassador, attendance, bookable, booking, call_out, commitment, consent, contact_moment,
    deployment, endorsement, evaluation, event, feedback, finding, funding_line, initiative,
    initiative_advisor, initiative_partner, legal_hold, occurrence, offer, partner,
    partner_neighbourhood, plan, plan_action, plan_session, referral, resident, resident_contact,
    retention_rule, retention_run, role_grant, service, signal, team, team_member,
    team_neighbourhood, training, training_ambassador, user,
};
use nabij_tests::{Person, Town};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseConnection, EntityTrait, IntoActiveModel, Iterable,
    ModelTrait, QueryFilter, sea_query::Expr,
};
use uuid::Uuid;

use crate::{policy::records::records, statistics::random::Dice};

/// A marked text: of which record and column it is. Only letters, digits and underscores, so that
/// it stays whole wherever it is written.
pub fn mark(table: &str, column: &str, id: Uuid) -> String {
    format!("ZZ{table}__{column}__{}ZZ", id.simple())
}

/// An id that no record has.
pub fn nobodys() -> Uuid {
    let moment = DateTime::from_timestamp(1_795_348_800, 0).expect("in range");
    clock::new_id(&Clock::held(moment).0)
}

#[expect(clippy::unnecessary_wraps, reason = "for columns that may be empty")]
fn marked(table: &str, column: &str, id: Uuid) -> Option<String> {
    Some(mark(table, column, id))
}

/// Everything there is, as it was written.
#[derive(Default)]
pub struct World {
    pub partners: Vec<partner::Model>,
    pub covered: Vec<partner_neighbourhood::Model>,
    pub services: Vec<service::Model>,
    pub residents: Vec<resident::Model>,
    pub contacts: Vec<resident_contact::Model>,
    pub consents: Vec<consent::Model>,
    pub ambassadors: Vec<ambassador::Model>,
    pub assigned: Vec<nabij_entity::ambassador_neighbourhood::Model>,
    pub signals: Vec<signal::Model>,
    pub contact_moments: Vec<contact_moment::Model>,
    pub referrals: Vec<referral::Model>,
    pub call_outs: Vec<call_out::Model>,
    pub offers: Vec<offer::Model>,
    pub feedback: Vec<feedback::Model>,
    pub initiatives: Vec<initiative::Model>,
    pub carriers: Vec<initiative_partner::Model>,
    pub evaluations: Vec<evaluation::Model>,
    pub advisors: Vec<initiative_advisor::Model>,
    pub bookables: Vec<bookable::Model>,
    pub bookings: Vec<booking::Model>,
    pub activities: Vec<activity::Model>,
    pub organisers: Vec<activity_organiser::Model>,
    pub volunteers: Vec<activity_volunteer::Model>,
    pub series: Vec<activity_series::Model>,
    pub occurrences: Vec<occurrence::Model>,
    pub attendances: Vec<attendance::Model>,
    pub plans: Vec<plan::Model>,
    pub sessions: Vec<plan_session::Model>,
    pub findings: Vec<finding::Model>,
    pub actions: Vec<plan_action::Model>,
    pub commitments: Vec<commitment::Model>,
    pub endorsements: Vec<endorsement::Model>,
    pub funding: Vec<funding_line::Model>,
    pub teams: Vec<team::Model>,
    pub team_places: Vec<team_neighbourhood::Model>,
    pub members: Vec<team_member::Model>,
    pub trainings: Vec<training::Model>,
    pub trained: Vec<training_ambassador::Model>,
    pub deployments: Vec<deployment::Model>,
    pub events: Vec<event::Model>,
    pub reads: Vec<access_log::Model>,
    pub retention_rules: Vec<retention_rule::Model>,
    pub retention_runs: Vec<retention_run::Model>,
    pub holds: Vec<legal_hold::Model>,
    pub users: Vec<user::Model>,
    pub grants: Vec<role_grant::Model>,
    pub municipalities: Vec<Uuid>,
    pub neighbourhoods: Vec<Uuid>,
}

/// How many of the records that cases consist of.
const MANY: usize = 40;
/// How many of the others.
const SOME: usize = 14;

/// What the rows are drawn from.
struct Draw<'a> {
    dice: Dice,
    clock: Clock,
    db: &'a DatabaseConnection,
    now: DateTime<Utc>,
    places: Vec<(Uuid, Uuid)>,
    partners: Vec<Uuid>,
    users: Vec<Uuid>,
    ambassadors: Vec<Uuid>,
}

impl Draw<'_> {
    fn id(&self) -> Uuid {
        clock::new_id(&self.clock)
    }

    fn maybe(&mut self, of: &[Uuid]) -> Option<Uuid> {
        let is_one = self.dice.below(3) > 0 && !of.is_empty();
        is_one.then(|| self.dice.one(of))
    }

    fn time(&mut self) -> Option<DateTime<Utc>> {
        let ago = TimeDelta::hours(i64::try_from(self.dice.below(40)).expect("small"));
        (self.dice.below(2) == 0).then(|| self.now - ago)
    }

    fn set<T: Iterable + Copy + PartialEq + nabij_entity::set::Member>(&mut self) -> SetOf<T> {
        T::iter().filter(|_| self.dice.below(2) == 0).collect()
    }

    /// Writes a row and keeps it.
    async fn put<M, A>(&self, into: &mut Vec<M>, row: M)
    where
        M: ModelTrait + IntoActiveModel<A> + Clone,
        M::Entity: EntityTrait<Model = M>,
        A: ActiveModelTrait<Entity = M::Entity> + Send,
    {
        M::Entity::insert(row.clone().into_active_model().reset_all())
            .exec_without_returning(self.db)
            .await
            .expect("the row fits its table");
        into.push(row);
    }
}

fn each<M>(rows: &[M], id: impl Fn(&M) -> Uuid) -> Vec<Uuid> {
    rows.iter().map(id).collect()
}

async fn all<E: EntityTrait>(db: &DatabaseConnection) -> Vec<E::Model> {
    E::find().all(db).await.expect("a readable table")
}

impl World {
    /// Writes a world into the town in which these people are.
    pub async fn arise(town: &Town, seed: u64, people: &[Person]) -> Self {
        let (clock, _) = Clock::held(town.now());
        let read = |kind, id: &str| ids::parse(kind, id).expect("an id");
        let place = |municipality: &str, name: &str| {
            (
                read(Kind::Municipality, &town.municipality(municipality)),
                read(Kind::Neighbourhood, &town.neighbourhood(name)),
            )
        };
        let db = town.beneath();
        helped::arrange(db).await;
        Self::sets_aside(db).await;
        let mut world = Self {
            partners: all::<partner::Entity>(db).await,
            covered: all::<partner_neighbourhood::Entity>(db).await,
            ambassadors: all::<ambassador::Entity>(db).await,
            assigned: all::<nabij_entity::ambassador_neighbourhood::Entity>(db).await,
            users: all::<user::Entity>(db).await,
            grants: all::<role_grant::Entity>(db).await,
            neighbourhoods: each(
                &all::<nabij_entity::neighbourhood::Entity>(db).await,
                |place| place.id,
            ),
            municipalities: each(
                &all::<nabij_entity::municipality::Entity>(db).await,
                |place| place.id,
            ),
            ..Self::default()
        };
        let mut draw = Draw {
            dice: Dice(seed),
            clock,
            db,
            now: town.now(),
            places: vec![
                place("Beersel", "Alsemberg"),
                place("Beersel", "Dworp"),
                place("Herent", "Winksele"),
            ],
            partners: each(&world.partners, |partner| partner.id),
            users: people
                .iter()
                .filter(|person| !person.user.is_empty())
                .map(|person| read(Kind::User, &person.user))
                .collect(),
            ambassadors: each(&world.ambassadors, |volunteer| volunteer.id),
        };
        world.helpers(&mut draw).await;
        world.cases(&mut draw).await;
        world.helped(&mut draw).await;
        world.answers(&mut draw).await;
        world.together(&mut draw).await;
        world.planned(&mut draw).await;
        world.teams(&mut draw).await;
        world.kept(&mut draw).await;
        world.traces(&mut draw).await;
        world
    }

    /// One partner is suspended, and one volunteer takes a break.
    async fn sets_aside(db: &DatabaseConnection) {
        partner::Entity::update_many()
            .col_expr(
                partner::Column::Status,
                Expr::value(partner::PartnerStatus::Suspended),
            )
            .filter(partner::Column::Name.eq("Set aside"))
            .exec(db)
            .await
            .expect("it is written");
        ambassador::Entity::update_many()
            .col_expr(
                ambassador::Column::Status,
                Expr::value(ambassador::AmbassadorStatus::Paused),
            )
            .filter(ambassador::Column::DisplayName.eq("Pia"))
            .exec(db)
            .await
            .expect("it is written");
    }

    /// Volunteers who are anything but active and public, services, initiatives.
    async fn helpers(&mut self, draw: &mut Draw<'_>) {
        let sample = records();
        let working = self.partners[0].clone();
        for status in partner::PartnerStatus::iter() {
            let id = draw.id();
            let row = partner::Model {
                id,
                reference: id.simple().to_string(),
                status,
                ..working.clone()
            };
            draw.put(&mut self.partners, row).await;
        }
        for _ in 0..SOME {
            let (municipality_id, _) = draw.dice.one(&draw.places);
            let id = draw.id();
            let row = ambassador::Model {
                id,
                municipality_id,
                pool_partner_id: draw.maybe(&draw.partners.clone()),
                display_name: mark("ambassador", "displayName", id),
                roles: draw.set(),
                status: draw.dice.any(),
                briefed_on: draw.time().map(|at| at.date_naive()),
                public_profile: draw.dice.often(),
                public_contact: marked("ambassador", "publicContact", id),
                ..sample.ambassador.clone()
            };
            draw.put(&mut self.ambassadors, row).await;
            let id = draw.id();
            let row = service::Model {
                id,
                partner_id: draw.dice.one(&draw.partners),
                reference: id.simple().to_string(),
                name: mark("service", "name", id),
                description: None,
                categories: SetOf::default(),
                target_groups: SetOf::default(),
                capacity_available: None,
                capacity_maximum: None,
                capacity_updated_at: None,
                status: draw.dice.any(),
                created_at: draw.now,
                updated_at: draw.now,
                version: 1,
            };
            draw.put(&mut self.services, row).await;
            let (municipality_id, _) = draw.dice.one(&draw.places);
            let id = draw.id();
            let row = initiative::Model {
                id,
                municipality_id,
                reference: id.simple().to_string(),
                minimum_age: Some(65),
                ..sample.initiative.clone()
            };
            draw.put(&mut self.initiatives, row).await;
            let row = initiative_partner::Model {
                initiative_id: id,
                partner_id: draw.dice.one(&draw.partners),
            };
            draw.put(&mut self.carriers, row).await;
            let row = evaluation::Model {
                id: draw.id(),
                initiative_id: id,
                recommendation: None,
                impact: None,
                strengths: None,
                barriers: None,
                lasting_impact: None,
                evaluated_on: None,
                created_at: draw.now,
                updated_at: draw.now,
                version: 1,
            };
            draw.put(&mut self.evaluations, row).await;
            let row = initiative_advisor::Model {
                id: draw.id(),
                initiative_id: id,
                partner_id: None,
                ambassador_id: Some(draw.dice.one(&each(&self.ambassadors, |one| one.id))),
                position: None,
                created_at: draw.now,
                updated_at: draw.now,
                version: 1,
            };
            draw.put(&mut self.advisors, row).await;
        }
    }

    async fn cases(&mut self, draw: &mut Draw<'_>) {
        let sample = records();
        for _ in 0..SOME {
            let place = draw.dice.one(&draw.places);
            self.resident(draw, place).await;
        }
        for _ in 0..MANY {
            let resident = self.residents[draw.dice.below(self.residents.len())].clone();
            let row = consent::Model {
                id: draw.id(),
                resident_id: resident.id,
                municipality_id: resident.municipality_id,
                neighbourhood_id: resident.neighbourhood_id,
                kind: draw.dice.any(),
                partner_id: draw.maybe(&draw.partners.clone()),
                recorded_by_user_id: draw.dice.one(&draw.users),
                withdrawn_at: draw.time(),
                ..sample.consent.clone()
            };
            draw.put(&mut self.consents, row).await;
            let consents = self.consents.iter();
            let consents: Vec<Uuid> = consents
                .filter(|one| one.resident_id == resident.id)
                .map(|one| one.id)
                .collect();
            let id = draw.id();
            let row = signal::Model {
                id,
                municipality_id: resident.municipality_id,
                neighbourhood_id: resident.neighbourhood_id,
                resident_id: draw.maybe(&[resident.id]),
                title: mark("signal", "title", id),
                text: marked("signal", "text", id),
                status: draw.dice.any(),
                reporter_user_id: draw.dice.one(&draw.users),
                reporter_ambassador_id: draw.maybe(&draw.ambassadors.clone()),
                reporter_partner_id: draw.maybe(&draw.partners.clone()),
                handler_partner_id: draw.maybe(&draw.partners.clone()),
                handler_basis: Some(draw.dice.any()),
                handler_basis_justification: marked("signal", "handlerBasisJustification", id),
                handler_consent_id: draw.maybe(&consents),
                handler_disclosed_fields: draw.set(),
                outcome_note: marked("signal", "outcomeNote", id),
                external_reference: marked("signal", "externalReference", id),
                source: marked("signal", "source", id),
                ..sample.signal.clone()
            };
            draw.put(&mut self.signals, row).await;
        }
        for _ in 0..MANY * 2 {
            let signal = self.signals[draw.dice.below(self.signals.len())].clone();
            self.referral(draw, &signal).await;
        }
    }

    async fn answers(&mut self, draw: &mut Draw<'_>) {
        let sample = records();
        for _ in 0..MANY {
            let referral = self.referrals[draw.dice.below(self.referrals.len())].clone();
            let id = draw.id();
            let row = call_out::Model {
                id,
                referral_id: referral.id,
                signal_id: referral.signal_id,
                municipality_id: referral.municipality_id,
                neighbourhood_id: referral.neighbourhood_id,
                partner_id: referral.to_partner_id,
                resident_id: referral.resident_id,
                title: mark("callout", "title", id),
                text: mark("callout", "text", id),
                details: marked("callout", "details", id),
                status: draw.dice.any(),
                selected_ambassador_id: Some(draw.dice.one(&draw.ambassadors)),
                status_note: marked("callout", "statusNote", id),
                opened_by_user_id: draw.dice.one(&draw.users),
                closed_at: draw.time(),
                ..sample.call_out.clone()
            };
            draw.put(&mut self.call_outs, row.clone()).await;
            let id = draw.id();
            let row = offer::Model {
                id,
                call_out_id: row.id,
                municipality_id: row.municipality_id,
                neighbourhood_id: row.neighbourhood_id,
                partner_id: row.partner_id,
                ambassador_id: draw.dice.one(&draw.ambassadors),
                status: draw.dice.any(),
                note: marked("offer", "note", id),
                status_note: marked("offer", "statusNote", id),
                ..sample.offer.clone()
            };
            draw.put(&mut self.offers, row).await;
            let referral = self.referrals[draw.dice.below(self.referrals.len())].clone();
            let id = draw.id();
            let row = contact_moment::Model {
                id,
                signal_id: referral.signal_id,
                referral_id: draw.maybe(&[referral.id]),
                municipality_id: referral.municipality_id,
                neighbourhood_id: referral.neighbourhood_id,
                kind: draw.dice.any(),
                at: draw.now,
                outcome: draw.dice.any(),
                note: marked("contact", "note", id),
                secrecy: draw.dice.any(),
                author_user_id: draw.dice.one(&draw.users),
                author_ambassador_id: draw.maybe(&draw.ambassadors.clone()),
                author_partner_id: draw.maybe(&draw.partners.clone()),
                created_at: draw.now,
                updated_at: draw.now,
                version: 1,
            };
            draw.put(&mut self.contact_moments, row).await;
            let id = draw.id();
            let row = feedback::Model {
                id,
                referral_id: referral.id,
                signal_id: referral.signal_id,
                municipality_id: referral.municipality_id,
                neighbourhood_id: referral.neighbourhood_id,
                giver: draw.dice.any(),
                score: 3,
                text: marked("feedback", "text", id),
                author_user_id: draw.dice.one(&draw.users),
                author_partner_id: draw.maybe(&draw.partners.clone()),
                author_ambassador_id: draw.maybe(&draw.ambassadors.clone()),
                call_out_id: None,
                created_at: draw.now,
                updated_at: draw.now,
                version: 1,
            };
            draw.put(&mut self.feedback, row).await;
        }
        self.secret_notes(draw).await;
    }

    /// Notes under professional secrecy on signals that are handled by who isn't bound by it. They are
    /// about nobody, so that nobody lifted it.
    async fn secret_notes(&mut self, draw: &mut Draw<'_>) {
        use partner::SecrecyRegime::{Discretion, ProfessionalSecrecy};
        let of = |regime| move |one: &&partner::Model| one.secrecy == regime;
        let author = self.partners.iter().find(of(ProfessionalSecrecy));
        let author = author.expect("one is bound").id;
        let handlers = self.partners.iter().filter(of(Discretion));
        for handler in handlers.map(|one| one.id).collect::<Vec<_>>() {
            let id = draw.id();
            let handled = signal::Model {
                id,
                resident_id: None,
                title: mark("signal", "title", id),
                text: marked("signal", "text", id),
                outcome_note: marked("signal", "outcomeNote", id),
                status: signal::SignalStatus::InProgress,
                external_reference: marked("signal", "externalReference", id),
                source: marked("signal", "source", id),
                handler_partner_id: Some(handler),
                handler_basis: None,
                handler_basis_justification: None,
                handler_consent_id: None,
                handler_disclosed_fields: SetOf::default(),
                ..self.signals[0].clone()
            };
            draw.put(&mut self.signals, handled.clone()).await;
            let id = draw.id();
            let row = contact_moment::Model {
                id,
                signal_id: handled.id,
                referral_id: None,
                municipality_id: handled.municipality_id,
                neighbourhood_id: handled.neighbourhood_id,
                note: marked("contact", "note", id),
                secrecy: ProfessionalSecrecy,
                author_ambassador_id: None,
                author_partner_id: Some(author),
                ..self.contact_moments[0].clone()
            };
            draw.put(&mut self.contact_moments, row).await;
        }
    }
}

mod helped;
mod rest;
