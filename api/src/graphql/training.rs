//! Trainings and peer reviews in the schema.

use async_graphql::{Context, Error, ID, InputObject, Object, OneofObject};
use nabij_entity::training::{self, TrainingKind};

use super::{
    ambassador::Ambassador,
    errors::{self, FieldResult, input_id, input_id_opt},
    event::Event,
    filters::{CodeFilter, DateFilter, IdFilter, combine},
    inputs::ids,
    paging::{self, Paging, Records, order_by},
    partner::Partner,
    payload::{payload, record_type},
    place::Municipality,
    scalars::{Date, DateTime, Uuid},
    selection::{cx, find, idempotency, list},
    team::{Team, TeamMember},
};
use crate::{
    domain::{Outcome, Problems, training as domain},
    ids as type_ids,
    store::{Filter, Kind, OrderTerm, Scalar, Visible},
};

/// A training or a peer review that has been held, with who took part.
#[derive(async_graphql::Description)]
pub struct Training(pub(super) Visible<training::Entity>);
record_type!(Training, training::Entity);

#[Object(use_type_description)]
impl Training {
    /// Its id (TypeID).
    pub async fn id(&self) -> ID {
        type_ids::type_id(Kind::Training, self.0.id).into()
    }

    /// A training or a peer review.
    async fn kind(&self) -> TrainingKind {
        self.0.kind
    }

    /// What it was about.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// The day it was held.
    async fn held_on(&self) -> Date {
        Date(self.0.held_on)
    }

    /// How long it took, in minutes; null if unknown.
    async fn minutes(&self) -> Option<i32> {
        self.0.minutes
    }

    /// The municipality whose volunteers took part.
    async fn municipality(&self) -> FieldResult<Municipality> {
        Ok(Municipality(self.0.always("municipality")?))
    }

    /// The team it was for; null when it was for volunteers of no team in particular.
    async fn team(&self) -> FieldResult<Option<Team>> {
        Ok(self.0.one("team")?.map(Team))
    }

    /// The partner that gave it; null when none did.
    async fn provider(&self) -> FieldResult<Option<Partner>> {
        Ok(self.0.one("provider")?.map(Partner))
    }

    /// The volunteers who took part, by name: those who are shown to you.
    async fn ambassadors(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<Ambassador>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        paging::along(self.0.node(), "ambassadors", &paging)
    }

    /// The professionals of the team who took part: those who are shown to you.
    async fn professionals(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<TeamMember>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        paging::along(self.0.node(), "professionals", &paging)
    }

    /// What happened to it, in order.
    async fn history(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<Event>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        paging::along(self.0.node(), "history", &paging)
    }

    /// When it was recorded.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When it last changed.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }

    /// Its version, for `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// Which trainings.
#[derive(Clone, Debug, Default, InputObject)]
pub struct TrainingWhere {
    /// By id.
    pub id: Option<IdFilter>,
    /// By kind.
    pub kind: Option<CodeFilter<TrainingKind>>,
    /// By municipality.
    pub municipality: Option<IdFilter>,
    /// By the team they were for.
    pub team: Option<IdFilter>,
    /// By a volunteer who took part.
    pub ambassador: Option<IdFilter>,
    /// By the partner that gave them.
    pub provider: Option<IdFilter>,
    /// By the day they were held.
    pub held_on: Option<DateFilter>,
    /// All of these hold.
    pub and: Option<Vec<TrainingWhere>>,
    /// At least one of these holds.
    pub or: Option<Vec<TrainingWhere>>,
    /// This doesn't hold.
    pub not: Option<Box<TrainingWhere>>,
}

impl TrainingWhere {
    fn filter(self) -> FieldResult<Filter> {
        let Self {
            id,
            kind,
            municipality,
            team,
            ambassador,
            provider,
            held_on,
            and,
            or,
            not,
        } = self;
        let mut own = Vec::new();
        own.extend(kind.map(|kind| kind.on("kind")));
        own.extend(held_on.map(|day| day.on("held_on")));
        for (id, column, kind) in [
            (id, "id", Kind::Training),
            (municipality, "municipality_id", Kind::Municipality),
            (team, "team_id", Kind::Team),
            (provider, "provider_partner_id", Kind::Partner),
        ] {
            if let Some(id) = id {
                own.push(id.on(column, kind)?);
            }
        }
        if let Some(ambassador) = ambassador {
            own.push(ambassador.through(
                "training_ambassadors",
                "training_id",
                "ambassador_id",
                Kind::Ambassador,
            )?);
        }
        combine(own, and, or, not, Self::filter)
    }
}

order_by! {
    /// How trainings are ordered.
    TrainingOrder, TrainingOrderField {
        /// By the day they were held.
        HeldOn => "held_on" Date,
        /// By when they were recorded.
        CreatedAt => "created_at" Time,
    }
}

/// Queries about trainings.
#[derive(Default)]
pub struct TrainingQuery;

#[Object]
impl TrainingQuery {
    /// A training or a peer review by its id; null when there is none or you may not see it.
    async fn training(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: ID,
    ) -> Option<Result<Training, Error>> {
        let found = async { find(ctx, errors::id(Kind::Training, &id)?).await };
        found.await.map_err(Error::from).transpose()
    }

    /// The trainings and peer reviews you may see, the latest first unless ordered otherwise.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn trainings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those for which this holds.", name = "where")] filter: Option<
            TrainingWhere,
        >,
        #[graphql(desc = "In which order.")] order_by: Option<Vec<TrainingOrder>>,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Option<Result<Records<Training>, Error>> {
        let order = paging::order(order_by, OrderTerm::descending("held_on", Scalar::Date));
        let page = async {
            let window = Paging {
                first,
                after,
                last,
                before,
            }
            .window(order)?;
            let filter = filter.unwrap_or_default().filter()?;
            paging::records(&list(ctx, Kind::Training, &filter, &window).await?)
        };
        Some(page.await.map_err(Error::from))
    }
}

/// Whom a training was for.
#[derive(Debug, OneofObject)]
pub enum TrainingForInput {
    /// A team.
    Team(ID),
    /// Volunteers of a municipality, of no team in particular.
    Municipality(ID),
}

/// A training or a peer review to put on record.
#[derive(Debug, InputObject)]
pub struct TrainingRecordInput {
    /// Whom it was for.
    #[graphql(name = "for")]
    pub audience: TrainingForInput,
    /// A training or a peer review.
    pub kind: TrainingKind,
    /// What it was about, at most 200 characters.
    pub title: String,
    /// The day it was held; today when left out. Never in the future.
    pub held_on: Option<Date>,
    /// How long it took, in minutes.
    pub minutes: Option<i32>,
    /// The partner that gave it, if a partner did.
    pub provider: Option<ID>,
    /// The volunteers who took part.
    #[graphql(default)]
    pub ambassadors: Vec<ID>,
    /// The professionals of the team who took part, as its members.
    #[graphql(default)]
    pub professionals: Vec<ID>,
    /// A UUID of your own. Repeating the mutation with the same key and input within 24 hours
    /// makes no second record.
    pub idempotency_key: Option<Uuid>,
}

impl TrainingRecordInput {
    fn read(self) -> Outcome<domain::NewTraining> {
        let Self {
            audience,
            kind,
            title,
            held_on,
            minutes,
            provider,
            ambassadors,
            professionals,
            idempotency_key: _,
        } = self;
        let mut problems = Problems::new();
        let audience = problems.check(match audience {
            TrainingForInput::Team(id) => {
                input_id(Kind::Team, "for.team", &id).map(domain::Audience::Team)
            }
            TrainingForInput::Municipality(id) => {
                input_id(Kind::Municipality, "for.municipality", &id)
                    .map(domain::Audience::Municipality)
            }
        });
        let provider = input_id_opt(Kind::Partner, "provider", provider.as_ref());
        let provider = problems.check(provider);
        let ambassadors = ids(Kind::Ambassador, "ambassadors", &ambassadors, &mut problems);
        let path = "professionals";
        let professionals = ids(Kind::TeamMember, path, &professionals, &mut problems);
        problems
            .into_value(audience.zip(provider))
            .map(|(audience, provider)| domain::NewTraining {
                audience,
                kind,
                title,
                held_on: held_on.map(|date| date.0),
                minutes,
                provider,
                ambassadors,
                professionals,
            })
    }
}

payload! {
    /// What came of `trainingRecord`.
    TrainingRecordPayload, training: Training
}

/// What can be done with trainings.
#[derive(Default)]
pub struct TrainingMutation;

#[Object]
impl TrainingMutation {
    /// Puts a training or a peer review on record. For the coordinator of the municipality and, for
    /// a team, the staff of its contact's partner.
    async fn training_record(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What was held, and who took part.")] input: TrainingRecordInput,
    ) -> Option<Result<TrainingRecordPayload, Error>> {
        let done = async {
            let key = input.idempotency_key.map(|key| key.0);
            let key = idempotency(ctx, "trainingRecord", key)?;
            let outcome = match input.read() {
                Ok(new) => domain::record(cx(ctx)?, new, key).await,
                Err(refusal) => Err(refusal),
            };
            TrainingRecordPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }
}
