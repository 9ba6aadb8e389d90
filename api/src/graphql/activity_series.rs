//! Series of activities in the schema.

use async_graphql::{Context, Error, ID, InputObject, Object};
use nabij_entity::activity_series;

use super::{
    activity::Activity,
    errors::{self, FieldResult, input_id, input_id_opt},
    event::Event,
    filters::{IdFilter, StringFilter, combine},
    initiative::Initiative,
    paging::{self, Paging, Records, order_by},
    payload::{payload, record_type},
    place::{Municipality, Neighbourhood},
    scalars::{DateTime, Uuid},
    selection::{cx, find, idempotency, list},
};
use crate::{
    domain::{Outcome, Problems, activity_series as domain},
    ids,
    store::{Filter, Kind, OrderTerm, Scalar, Visible},
};

/// Activities that belong together, mostly each in another neighbourhood.
#[derive(async_graphql::Description)]
pub struct ActivitySeries(pub(super) Visible<activity_series::Entity>);
record_type!(ActivitySeries, activity_series::Entity);

#[Object(use_type_description)]
impl ActivitySeries {
    /// Its id (TypeID).
    pub async fn id(&self) -> ID {
        ids::type_id(Kind::ActivitySeries, self.0.id).into()
    }

    /// Its name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What people can expect.
    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// The municipality through which it goes.
    async fn municipality(&self) -> FieldResult<Municipality> {
        Ok(Municipality(self.0.always("municipality")?))
    }

    /// The initiative it is part of, if any.
    async fn initiative(&self) -> FieldResult<Option<Initiative>> {
        Ok(self.0.one("initiative")?.map(Initiative))
    }

    /// Its activities, the first one first: those that are shown to you.
    async fn activities(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<Activity>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        paging::along(self.0.node(), "activities", &paging)
    }

    /// Neighbourhoods that had an activity of this series, published and not called off, and none that
    /// follows up on it; by name. There, something is due.
    async fn neighbourhoods_without_follow_up(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<Neighbourhood>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        paging::along(self.0.node(), "neighbourhoodsWithoutFollowUp", &paging)
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

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When it last changed.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }

    /// Its version.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// Which series.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ActivitySeriesWhere {
    /// By id.
    pub id: Option<IdFilter>,
    /// By name.
    pub name: Option<StringFilter>,
    /// By municipality.
    pub municipality: Option<IdFilter>,
    /// By initiative.
    pub initiative: Option<IdFilter>,
    /// All of these hold.
    pub and: Option<Vec<ActivitySeriesWhere>>,
    /// At least one of these holds.
    pub or: Option<Vec<ActivitySeriesWhere>>,
    /// This doesn't hold.
    pub not: Option<Box<ActivitySeriesWhere>>,
}

impl ActivitySeriesWhere {
    fn filter(self) -> FieldResult<Filter> {
        let Self {
            id,
            name,
            municipality,
            initiative,
            and,
            or,
            not,
        } = self;
        let mut own = Vec::new();
        for (id, column, kind) in [
            (id, "id", Kind::ActivitySeries),
            (municipality, "municipality_id", Kind::Municipality),
            (initiative, "initiative_id", Kind::Initiative),
        ] {
            if let Some(id) = id {
                own.push(id.on(column, kind)?);
            }
        }
        own.extend(name.map(|name| name.on("name")));
        combine(own, and, or, not, Self::filter)
    }
}

order_by! {
    /// How series are ordered.
    ActivitySeriesOrder, ActivitySeriesOrderField {
        /// By name.
        Name => "name" Text,
        /// By when they were made.
        CreatedAt => "created_at" Time,
    }
}

/// Queries about series of activities.
#[derive(Default)]
pub struct ActivitySeriesQuery;

#[Object]
impl ActivitySeriesQuery {
    /// A series of activities by its id.
    async fn activity_series(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: ID,
    ) -> Option<Result<ActivitySeries, Error>> {
        let found = async { find(ctx, errors::id(Kind::ActivitySeries, &id)?).await };
        found.await.map_err(Error::from).transpose()
    }

    /// Series of activities, by name unless ordered otherwise.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn activity_series_list(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those for which this holds.", name = "where")] filter: Option<
            ActivitySeriesWhere,
        >,
        #[graphql(desc = "In which order.")] order_by: Option<Vec<ActivitySeriesOrder>>,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Option<Result<Records<ActivitySeries>, Error>> {
        let order = paging::order(order_by, OrderTerm::ascending("name", Scalar::Text));
        let page = async {
            let window = Paging {
                first,
                after,
                last,
                before,
            }
            .window(order)?;
            let filter = filter.unwrap_or_default().filter()?;
            paging::records(&list(ctx, Kind::ActivitySeries, &filter, &window).await?)
        };
        Some(page.await.map_err(Error::from))
    }
}

/// A series to begin.
#[derive(Debug, InputObject)]
pub struct ActivitySeriesCreateInput {
    /// The municipality through which it goes.
    pub municipality: ID,
    /// Its name.
    pub name: String,
    /// What people can expect, at most 10,000 characters.
    pub description: Option<String>,
    /// The initiative of that municipality it is part of.
    pub initiative: Option<ID>,
    /// A UUID of your own. Repeating the mutation with the same key and input within 24 hours
    /// makes no second record.
    pub idempotency_key: Option<Uuid>,
}

impl ActivitySeriesCreateInput {
    fn read(self) -> Outcome<domain::NewSeries> {
        let Self {
            municipality,
            name,
            description,
            initiative,
            idempotency_key: _,
        } = self;
        let mut problems = Problems::new();
        let municipality =
            problems.check(input_id(Kind::Municipality, "municipality", &municipality));
        let initiative = input_id_opt(Kind::Initiative, "initiative", initiative.as_ref());
        let initiative = problems.check(initiative);
        let (municipality, initiative) = problems.into_value(municipality.zip(initiative))?;
        Ok(domain::NewSeries {
            municipality,
            initiative,
            name,
            description,
        })
    }
}

payload! {
    /// What came of `activitySeriesCreate`.
    ActivitySeriesCreatePayload, activity_series: ActivitySeries
}

/// What can be done with series of activities.
#[derive(Default)]
pub struct ActivitySeriesMutation;

#[Object]
impl ActivitySeriesMutation {
    /// Begins a series of activities. For the municipality's coordinator and for staff of active
    /// partners there.
    async fn activity_series_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The series.")] input: ActivitySeriesCreateInput,
    ) -> Option<Result<ActivitySeriesCreatePayload, Error>> {
        let done = async {
            let key = input.idempotency_key.map(|key| key.0);
            let key = idempotency(ctx, "activitySeriesCreate", key)?;
            let outcome = match input.read() {
                Ok(new) => domain::create(cx(ctx)?, new, key).await,
                Err(refusal) => Err(refusal),
            };
            ActivitySeriesCreatePayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }
}
