//! Services in the schema.

use async_graphql::{Context, Error, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use nabij_entity::{
    service::{self, ServiceAction, ServiceStatus},
    vocabulary::{Category, TargetGroup},
};

use super::{
    errors::{self, FieldResult, input_id},
    event::Event,
    filters::{CodeFilter, IdFilter, StringFilter, combine},
    paging::{self, Paging, Records, order_by},
    partner::Partner,
    payload::{payload, record_type},
    place::Neighbourhood,
    scalars::DateTime,
    selection::{cx, find, list},
};
use crate::{
    domain::{Outcome, service as domain},
    ids,
    store::{Filter, Kind, OrderTerm, Scalar, Visible},
};

/// Something that a partner offers.
#[derive(async_graphql::Description)]
pub struct Service(pub(super) Visible<service::Entity>);
record_type!(Service, service::Entity);

/// How much room a service has.
#[derive(SimpleObject)]
pub struct Capacity {
    /// Places that are free; null if nobody counts them.
    available: Option<i32>,
    /// Places there are in all; null if nobody counts them.
    maximum: Option<i32>,
    /// When they were last counted; null if never.
    updated_at: Option<DateTime>,
}

#[Object(use_type_description)]
impl Service {
    /// Its id (TypeID).
    pub async fn id(&self) -> ID {
        ids::type_id(Kind::Service, self.0.id).into()
    }

    /// Its short name, unique for the partner.
    async fn reference(&self) -> &str {
        &self.0.reference
    }

    /// Its name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What people can expect.
    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// The partner that offers it.
    async fn partner(&self) -> FieldResult<Partner> {
        Ok(Partner(self.0.always("partner")?))
    }

    /// What it is about.
    async fn categories(&self) -> &[Category] {
        self.0.categories.as_slice()
    }

    /// Whom it is meant for.
    async fn target_groups(&self) -> &[TargetGroup] {
        self.0.target_groups.as_slice()
    }

    /// Where it is offered, by name.
    async fn neighbourhoods(
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
        paging::along(self.0.node(), "neighbourhoods", &paging)
    }

    /// How much room it has.
    async fn capacity(&self) -> Capacity {
        Capacity {
            available: self.0.capacity_available,
            maximum: self.0.capacity_maximum,
            updated_at: self.0.capacity_updated_at.map(Into::into),
        }
    }

    /// Whether it is offered now.
    async fn status(&self) -> ServiceStatus {
        self.0.status
    }

    /// What you may do with it now; draw your buttons from this.
    async fn allowed_actions(&self, ctx: &Context<'_>) -> FieldResult<Vec<ServiceAction>> {
        Ok(domain::allowed_to(&cx(ctx)?.viewer(), &self.0))
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

/// Which services.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ServiceWhere {
    /// By id.
    pub id: Option<IdFilter>,
    /// By name.
    pub name: Option<StringFilter>,
    /// By short name.
    pub reference: Option<StringFilter>,
    /// By the partner that offers them.
    pub partner: Option<IdFilter>,
    /// By what they are about: one of their categories compares so.
    pub category: Option<CodeFilter<Category>>,
    /// By whom they are meant for: one of their target groups compares so.
    pub target_group: Option<CodeFilter<TargetGroup>>,
    /// By where they are offered.
    pub neighbourhood: Option<IdFilter>,
    /// By whether they are offered.
    pub status: Option<CodeFilter<ServiceStatus>>,
    /// All of these hold.
    pub and: Option<Vec<ServiceWhere>>,
    /// At least one of these holds.
    pub or: Option<Vec<ServiceWhere>>,
    /// This doesn't hold.
    pub not: Option<Box<ServiceWhere>>,
}

impl ServiceWhere {
    fn filter(self) -> FieldResult<Filter> {
        let Self {
            id,
            name,
            reference,
            partner,
            category,
            target_group,
            neighbourhood,
            status,
            and,
            or,
            not,
        } = self;
        let mut own = Vec::new();
        if let Some(id) = id {
            own.push(id.on("id", Kind::Service)?);
        }
        own.extend(name.map(|name| name.on("name")));
        own.extend(reference.map(|reference| reference.on("reference")));
        if let Some(id) = partner {
            own.push(id.on("partner_id", Kind::Partner)?);
        }
        own.extend(category.map(|category| category.among("categories")));
        own.extend(target_group.map(|group| group.among("target_groups")));
        if let Some(id) = neighbourhood {
            own.push(id.through(
                "service_neighbourhoods",
                "service_id",
                "neighbourhood_id",
                Kind::Neighbourhood,
            )?);
        }
        own.extend(status.map(|status| status.on("status")));
        combine(own, and, or, not, Self::filter)
    }
}

order_by! {
    /// How services are ordered.
    ServiceOrder, ServiceOrderField {
        /// By name.
        Name => "name" Text,
        /// By when they were recorded.
        CreatedAt => "created_at" Time,
    }
}

/// Queries about services.
#[derive(Default)]
pub struct ServiceQuery;

#[Object]
impl ServiceQuery {
    /// A service by its id. Those that aren't offered are for whoever has signed in.
    async fn service(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: ID,
    ) -> Option<Result<Service, Error>> {
        let found = async { find(ctx, errors::id(Kind::Service, &id)?).await };
        found.await.map_err(Error::from).transpose()
    }

    /// Services, by name unless ordered otherwise. Those that aren't offered are for whoever has
    /// signed in.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn services(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those for which this holds.", name = "where")] filter: Option<
            ServiceWhere,
        >,
        #[graphql(desc = "In which order.")] order_by: Option<Vec<ServiceOrder>>,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Option<Result<Records<Service>, Error>> {
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
            paging::records(&list(ctx, Kind::Service, &filter, &window).await?)
        };
        Some(page.await.map_err(Error::from))
    }
}

/// A count of the places of a service. What is absent stays as it is; null says that nobody counts
/// it.
#[derive(Debug, InputObject)]
pub struct ServiceUpdateCapacityInput {
    /// The service.
    pub id: ID,
    /// Places that are free; no more than `maximum`.
    pub available: MaybeUndefined<i32>,
    /// Places there are in all.
    pub maximum: MaybeUndefined<i32>,
    /// The version you read, if you want to be told when somebody else changed it since.
    pub expected_version: Option<i32>,
}

/// A service to offer, or to offer again.
#[derive(Debug, InputObject)]
pub struct ServiceOpenInput {
    /// The service.
    pub id: ID,
    /// The version you read, if you want to be told when somebody else changed it since.
    pub expected_version: Option<i32>,
}

/// A service to close for a while.
#[derive(Debug, InputObject)]
pub struct ServiceCloseTemporarilyInput {
    /// The service.
    pub id: ID,
    /// The version you read, if you want to be told when somebody else changed it since.
    pub expected_version: Option<i32>,
}

/// A service to end for good.
#[derive(Debug, InputObject)]
pub struct ServiceEndInput {
    /// The service.
    pub id: ID,
    /// The version you read, if you want to be told when somebody else changed it since.
    pub expected_version: Option<i32>,
}

payload! {
    /// What came of `serviceUpdateCapacity`.
    ServiceUpdateCapacityPayload, service: Service
}
payload! {
    /// What came of `serviceOpen`.
    ServiceOpenPayload, service: Service
}
payload! {
    /// What came of `serviceCloseTemporarily`.
    ServiceCloseTemporarilyPayload, service: Service
}
payload! {
    /// What came of `serviceEnd`.
    ServiceEndPayload, service: Service
}

/// What can be done with services.
#[derive(Default)]
pub struct ServiceMutation;

#[Object]
impl ServiceMutation {
    /// Records how many places a service has and how many are free. For the coordinator of its
    /// partner and for administrators.
    async fn service_update_capacity(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The count.")] input: ServiceUpdateCapacityInput,
    ) -> Option<Result<ServiceUpdateCapacityPayload, Error>> {
        let ServiceUpdateCapacityInput {
            id,
            available,
            maximum,
            expected_version,
        } = input;
        let done = async {
            let (available, maximum) = (available.into(), maximum.into());
            let outcome = match input_id(Kind::Service, "id", &id) {
                Ok(id) => {
                    domain::update_capacity(cx(ctx)?, id, expected_version, available, maximum)
                        .await
                }
                Err(problem) => Err(problem.into()),
            };
            ServiceUpdateCapacityPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Offers a service, or offers it again. For the coordinator of its partner and for
    /// administrators.
    async fn service_open(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: ServiceOpenInput,
    ) -> Option<Result<ServiceOpenPayload, Error>> {
        let ServiceOpenInput {
            id,
            expected_version,
        } = input;
        let done = async {
            let outcome = transition(ctx, &id, expected_version, ServiceAction::Open).await?;
            ServiceOpenPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Closes a service for a while. For the coordinator of its partner and for administrators.
    async fn service_close_temporarily(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: ServiceCloseTemporarilyInput,
    ) -> Option<Result<ServiceCloseTemporarilyPayload, Error>> {
        let ServiceCloseTemporarilyInput {
            id,
            expected_version,
        } = input;
        let done = async {
            let outcome =
                transition(ctx, &id, expected_version, ServiceAction::CloseTemporarily).await?;
            ServiceCloseTemporarilyPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Ends a service for good. For the coordinator of its partner and for administrators.
    async fn service_end(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: ServiceEndInput,
    ) -> Option<Result<ServiceEndPayload, Error>> {
        let ServiceEndInput {
            id,
            expected_version,
        } = input;
        let done = async {
            let outcome = transition(ctx, &id, expected_version, ServiceAction::End).await?;
            ServiceEndPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }
}

async fn transition(
    ctx: &Context<'_>,
    id: &ID,
    expected_version: Option<i32>,
    action: ServiceAction,
) -> FieldResult<Outcome<uuid::Uuid>> {
    Ok(match input_id(Kind::Service, "id", id) {
        Ok(id) => domain::transition(cx(ctx)?, id, expected_version, action).await,
        Err(problem) => Err(problem.into()),
    })
}
