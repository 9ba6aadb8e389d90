//! Deployments in the schema.

use async_graphql::{Context, Error, ID, InputObject, Object};
use nabij_entity::deployment::{self, DeploymentAction};

use super::{
    ambassador::Ambassador,
    errors::{self, FieldResult, input_id},
    event::Event,
    filters::{DateTimeFilter, IdFilter, combine},
    paging::{self, Paging, Records, order_by},
    payload::{payload, record_type},
    place::{Municipality, Neighbourhood},
    scalars::{DateTime, Uuid},
    selection::{cx, find, idempotency, list},
};
use crate::{
    domain::{Outcome, Problems, deployment as domain},
    ids,
    store::{self, Filter, Kind, OrderTerm, Scalar, Visible},
};

/// A volunteer who works for the whole municipality, put to work in one neighbourhood for a time.
/// While it lasts, that neighbourhood counts as one of their own.
#[derive(async_graphql::Description)]
pub struct Deployment(pub(super) Visible<deployment::Entity>);
record_type!(Deployment, deployment::Entity);

#[Object(use_type_description)]
impl Deployment {
    /// Its id (TypeID).
    pub async fn id(&self) -> ID {
        ids::type_id(Kind::Deployment, self.0.id).into()
    }

    /// The volunteer; null when they aren't shown to you.
    async fn ambassador(&self) -> FieldResult<Option<Ambassador>> {
        Ok(self.0.one("ambassador")?.map(Ambassador))
    }

    /// Where they are at work.
    async fn neighbourhood(&self) -> FieldResult<Neighbourhood> {
        Ok(Neighbourhood(self.0.always("neighbourhood")?))
    }

    /// The municipality of that neighbourhood.
    async fn municipality(&self) -> FieldResult<Municipality> {
        Ok(Municipality(self.0.always("municipality")?))
    }

    /// From when on.
    async fn starts_at(&self) -> DateTime {
        self.0.starts_at.into()
    }

    /// Until when; null while no end is set, and before `startsAt` when it was called off.
    async fn ends_at(&self) -> Option<DateTime> {
        self.0.ends_at.map(Into::into)
    }

    /// Whether it lasts now.
    async fn current(&self, ctx: &Context<'_>) -> FieldResult<bool> {
        Ok(domain::is_current(&self.0, cx(ctx)?.now()))
    }

    /// What you may do now; draw your buttons from this.
    async fn allowed_actions(&self, ctx: &Context<'_>) -> FieldResult<Vec<DeploymentAction>> {
        let cx = cx(ctx)?;
        Ok(domain::allowed_to(&cx.viewer(), &self.0, cx.now()))
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

/// Which deployments.
#[derive(Clone, Debug, Default, InputObject)]
pub struct DeploymentWhere {
    /// By id.
    pub id: Option<IdFilter>,
    /// By volunteer.
    pub ambassador: Option<IdFilter>,
    /// By neighbourhood.
    pub neighbourhood: Option<IdFilter>,
    /// By municipality.
    pub municipality: Option<IdFilter>,
    /// By when they begin.
    pub starts_at: Option<DateTimeFilter>,
    /// Only those that last now (true), or the others (false).
    pub current: Option<bool>,
    /// All of these hold.
    pub and: Option<Vec<DeploymentWhere>>,
    /// At least one of these holds.
    pub or: Option<Vec<DeploymentWhere>>,
    /// This doesn't hold.
    pub not: Option<Box<DeploymentWhere>>,
}

impl DeploymentWhere {
    fn filter(self, now: chrono::DateTime<chrono::Utc>) -> FieldResult<Filter> {
        let Self {
            id,
            ambassador,
            neighbourhood,
            municipality,
            starts_at,
            current,
            and,
            or,
            not,
        } = self;
        let mut own = Vec::new();
        own.extend(starts_at.map(|at| at.on("starts_at")));
        own.extend(current.map(|current| {
            let lasts = store::deployment::current(now);
            if current {
                lasts
            } else {
                Filter::Not(Box::new(lasts))
            }
        }));
        for (id, column, kind) in [
            (id, "id", Kind::Deployment),
            (ambassador, "ambassador_id", Kind::Ambassador),
            (neighbourhood, "neighbourhood_id", Kind::Neighbourhood),
            (municipality, "municipality_id", Kind::Municipality),
        ] {
            if let Some(id) = id {
                own.push(id.on(column, kind)?);
            }
        }
        combine(own, and, or, not, |part| part.filter(now))
    }
}

order_by! {
    /// How deployments are ordered.
    DeploymentOrder, DeploymentOrderField {
        /// By when they begin.
        StartsAt => "starts_at" Time,
        /// By when they were recorded.
        CreatedAt => "created_at" Time,
    }
}

/// Queries about deployments.
#[derive(Default)]
pub struct DeploymentQuery;

#[Object]
impl DeploymentQuery {
    /// A deployment by its id; null when there is none or you may not see it.
    async fn deployment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: ID,
    ) -> Option<Result<Deployment, Error>> {
        let found = async { find(ctx, errors::id(Kind::Deployment, &id)?).await };
        found.await.map_err(Error::from).transpose()
    }

    /// The deployments you may see, the latest first unless ordered otherwise. Without an account you
    /// see those that last now, of volunteers with a public profile.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn deployments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those for which this holds.", name = "where")] filter: Option<
            DeploymentWhere,
        >,
        #[graphql(desc = "In which order.")] order_by: Option<Vec<DeploymentOrder>>,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Option<Result<Records<Deployment>, Error>> {
        let order = paging::order(order_by, OrderTerm::descending("starts_at", Scalar::Time));
        let page = async {
            let window = Paging {
                first,
                after,
                last,
                before,
            }
            .window(order)?;
            let filter = filter.unwrap_or_default().filter(cx(ctx)?.now())?;
            paging::records(&list(ctx, Kind::Deployment, &filter, &window).await?)
        };
        Some(page.await.map_err(Error::from))
    }
}

/// A volunteer to deploy.
#[derive(Debug, InputObject)]
pub struct DeploymentCreateInput {
    /// The volunteer; an active one of the neighbourhood's municipality.
    pub ambassador: ID,
    /// Where they are put to work.
    pub neighbourhood: ID,
    /// From when on; now when left out.
    pub starts_at: Option<DateTime>,
    /// Until when; open-ended when left out.
    pub ends_at: Option<DateTime>,
    /// A UUID of your own. Repeating the mutation with the same key and input within 24 hours
    /// makes no second record.
    pub idempotency_key: Option<Uuid>,
}

impl DeploymentCreateInput {
    fn read(self) -> Outcome<domain::NewDeployment> {
        let Self {
            ambassador,
            neighbourhood,
            starts_at,
            ends_at,
            idempotency_key: _,
        } = self;
        let mut problems = Problems::new();
        let ambassador = problems.check(input_id(Kind::Ambassador, "ambassador", &ambassador));
        let place = input_id(Kind::Neighbourhood, "neighbourhood", &neighbourhood);
        let place = problems.check(place);
        problems
            .into_value(ambassador.zip(place))
            .map(|(ambassador, neighbourhood)| domain::NewDeployment {
                ambassador,
                neighbourhood,
                starts_at: starts_at.map(|at| at.0),
                ends_at: ends_at.map(|at| at.0),
            })
    }
}

/// A deployment to end.
#[derive(Debug, InputObject)]
pub struct DeploymentEndInput {
    /// The deployment.
    pub id: ID,
    /// The version you read, if you want to be told when somebody else changed it since.
    pub expected_version: Option<i32>,
}

payload! {
    /// What came of `deploymentCreate`.
    DeploymentCreatePayload, deployment: Deployment
}
payload! {
    /// What came of `deploymentEnd`.
    DeploymentEndPayload, deployment: Deployment
}

/// What can be done with deployments.
#[derive(Default)]
pub struct DeploymentMutation;

#[Object]
impl DeploymentMutation {
    /// Deploys a volunteer in a neighbourhood for a time. For its coordinator.
    async fn deployment_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who, where and when.")] input: DeploymentCreateInput,
    ) -> Option<Result<DeploymentCreatePayload, Error>> {
        let done = async {
            let key = input.idempotency_key.map(|key| key.0);
            let key = idempotency(ctx, "deploymentCreate", key)?;
            let outcome = match input.read() {
                Ok(new) => domain::create(cx(ctx)?, new, key).await,
                Err(refusal) => Err(refusal),
            };
            DeploymentCreatePayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Ends a deployment now; one that hasn't begun is called off. For the neighbourhood's
    /// coordinator.
    async fn deployment_end(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which deployment.")] input: DeploymentEndInput,
    ) -> Option<Result<DeploymentEndPayload, Error>> {
        let done = async {
            let DeploymentEndInput {
                id,
                expected_version,
            } = input;
            let outcome = match input_id(Kind::Deployment, "id", &id) {
                Ok(id) => domain::end(cx(ctx)?, id, expected_version).await,
                Err(problem) => Err(problem.into()),
            };
            DeploymentEndPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }
}
