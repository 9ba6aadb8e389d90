//! Partners in the schema.

use async_graphql::{Context, Error, ID, InputObject, Object};
use nabij_entity::{
    partner::{self, PartnerAction, PartnerKind, PartnerStatus, SecrecyRegime},
    partner_identifier::{self, PartnerIdentifierScheme},
};

use super::{
    activity::Activity,
    ambassador::Ambassador,
    bookable::Bookable,
    errors::{self, FieldResult, input_id},
    event::Event,
    filters::{CodeFilter, IdFilter, StringFilter, combine},
    paging::{self, Paging, Records, order_by},
    payload::{payload, record_type},
    place::Neighbourhood,
    scalars::{DateTime, EmailAddress, PhoneNumber, URL},
    selection::{cx, find, list},
    service::Service,
};
use crate::{
    domain::{Outcome, partner as domain},
    ids,
    store::{Filter, Kind, OrderTerm, Scalar, Visible},
};

mod onboard;
mod pool;

pub use onboard::PartnerOnboardMutation;
pub use pool::PartnerPoolMutation;

/// An organisation that signals, helps or organises.
#[derive(async_graphql::Description)]
pub struct Partner(pub(super) Visible<partner::Entity>);
record_type!(Partner, partner::Entity);

#[Object(use_type_description)]
impl Partner {
    /// Its id (TypeID).
    pub async fn id(&self) -> ID {
        ids::type_id(Kind::Partner, self.0.id).into()
    }

    /// Its name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What sort of organisation it is.
    async fn kind(&self) -> PartnerKind {
        self.0.kind
    }

    /// The duty of confidentiality that its people work under.
    async fn secrecy(&self) -> SecrecyRegime {
        self.0.secrecy
    }

    /// Whether it takes part now.
    async fn status(&self) -> PartnerStatus {
        self.0.status
    }

    /// Its short name, the key by which it is onboarded.
    async fn reference(&self) -> &str {
        &self.0.reference
    }

    /// Its public e-mail address.
    async fn email(&self) -> Option<EmailAddress> {
        self.0.email.clone().map(EmailAddress)
    }

    /// Its public phone number.
    async fn phone(&self) -> Option<PhoneNumber> {
        self.0.phone.clone().map(PhoneNumber)
    }

    /// Its website.
    async fn website(&self) -> Option<URL> {
        self.0.website.clone().map(URL)
    }

    /// The name of its pool of volunteers; null when the pool has none of its own.
    async fn pool_name(&self) -> Option<&str> {
        self.0.pool_name.as_deref()
    }

    /// The volunteers of its pool whom you may see, by name.
    async fn pool(
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
        paging::along(self.0.node(), "pool", &paging)
    }

    /// The official numbers by which registers know it.
    async fn identifiers(&self) -> FieldResult<Vec<PartnerIdentifier>> {
        paging::all(self.0.node(), "identifiers")
    }

    /// The neighbourhoods it covers, by name.
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

    /// What it offers, by name.
    async fn services(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<Service>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        paging::along(self.0.node(), "services", &paging)
    }

    /// The rooms and things that it lends, by name.
    async fn bookables(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<Bookable>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        paging::along(self.0.node(), "bookables", &paging)
    }

    /// What you may do with it now; draw your buttons from this.
    async fn allowed_actions(&self, ctx: &Context<'_>) -> FieldResult<Vec<PartnerAction>> {
        Ok(domain::allowed_to(&cx(ctx)?.viewer(), &self.0))
    }

    /// Activities it organises, the latest first: those that are shown to you.
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

/// An official number of a partner.
#[derive(async_graphql::Description)]
pub struct PartnerIdentifier(Visible<partner_identifier::Entity>);
record_type!(PartnerIdentifier, partner_identifier::Entity);

#[Object(use_type_description)]
impl PartnerIdentifier {
    /// The register that gave the number.
    async fn scheme(&self) -> PartnerIdentifierScheme {
        self.0.scheme
    }

    /// The number.
    async fn value(&self) -> &str {
        &self.0.value
    }
}

/// Which partners.
#[derive(Clone, Debug, Default, InputObject)]
pub struct PartnerWhere {
    /// By id.
    pub id: Option<IdFilter>,
    /// By name.
    pub name: Option<StringFilter>,
    /// By sort of organisation.
    pub kind: Option<CodeFilter<PartnerKind>>,
    /// By whether they take part.
    pub status: Option<CodeFilter<PartnerStatus>>,
    /// By short name.
    pub reference: Option<StringFilter>,
    /// By a neighbourhood they cover.
    pub neighbourhood: Option<IdFilter>,
    /// All of these hold.
    pub and: Option<Vec<PartnerWhere>>,
    /// At least one of these holds.
    pub or: Option<Vec<PartnerWhere>>,
    /// This doesn't hold.
    pub not: Option<Box<PartnerWhere>>,
}

impl PartnerWhere {
    fn filter(self) -> FieldResult<Filter> {
        let Self {
            id,
            name,
            kind,
            status,
            reference,
            neighbourhood,
            and,
            or,
            not,
        } = self;
        let mut own = Vec::new();
        if let Some(id) = id {
            own.push(id.on("id", Kind::Partner)?);
        }
        own.extend(name.map(|name| name.on("name")));
        own.extend(kind.map(|kind| kind.on("kind")));
        own.extend(status.map(|status| status.on("status")));
        own.extend(reference.map(|reference| reference.on("reference")));
        if let Some(id) = neighbourhood {
            own.push(id.through(
                "partner_neighbourhoods",
                "partner_id",
                "neighbourhood_id",
                Kind::Neighbourhood,
            )?);
        }
        combine(own, and, or, not, Self::filter)
    }
}

order_by! {
    /// How partners are ordered.
    PartnerOrder, PartnerOrderField {
        /// By name.
        Name => "name" Text,
        /// By when they were recorded.
        CreatedAt => "created_at" Time,
    }
}

/// Queries about partners.
#[derive(Default)]
pub struct PartnerQuery;

#[Object]
impl PartnerQuery {
    /// A partner by its id. Those that aren't active are for whoever has signed in.
    async fn partner(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: ID,
    ) -> Option<Result<Partner, Error>> {
        let found = async { find(ctx, errors::id(Kind::Partner, &id)?).await };
        found.await.map_err(Error::from).transpose()
    }

    /// Partners, by name unless ordered otherwise. Those that aren't active are for whoever has
    /// signed in.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn partners(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those for which this holds.", name = "where")] filter: Option<
            PartnerWhere,
        >,
        #[graphql(desc = "In which order.")] order_by: Option<Vec<PartnerOrder>>,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Option<Result<Records<Partner>, Error>> {
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
            paging::records(&list(ctx, Kind::Partner, &filter, &window).await?)
        };
        Some(page.await.map_err(Error::from))
    }
}

/// A partner that takes part from now on.
#[derive(Debug, InputObject)]
pub struct PartnerActivateInput {
    /// The partner.
    pub id: ID,
    /// The version you read, if you want to be told when somebody else changed it since.
    pub expected_version: Option<i32>,
}

/// A partner to set aside.
#[derive(Debug, InputObject)]
pub struct PartnerSuspendInput {
    /// The partner.
    pub id: ID,
    /// The version you read, if you want to be told when somebody else changed it since.
    pub expected_version: Option<i32>,
}

/// A partner to let go.
#[derive(Debug, InputObject)]
pub struct PartnerOffboardInput {
    /// The partner.
    pub id: ID,
    /// The version you read, if you want to be told when somebody else changed it since.
    pub expected_version: Option<i32>,
}

payload! {
    /// What came of `partnerActivate`.
    PartnerActivatePayload, partner: Partner
}
payload! {
    /// What came of `partnerSuspend`.
    PartnerSuspendPayload, partner: Partner
}
payload! {
    /// What came of `partnerOffboard`.
    PartnerOffboardPayload, partner: Partner
}

/// What can be done with partners.
#[derive(Default)]
pub struct PartnerMutation;

#[Object]
impl PartnerMutation {
    /// Lets a partner take part: from now on it can receive referrals. For administrators.
    async fn partner_activate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: PartnerActivateInput,
    ) -> Option<Result<PartnerActivatePayload, Error>> {
        let PartnerActivateInput {
            id,
            expected_version,
        } = input;
        let done = async {
            let outcome = transition(ctx, &id, expected_version, PartnerAction::Activate).await?;
            PartnerActivatePayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Sets a partner aside for now: it receives no new referrals, and from the next request on the roles
    /// of its people don't count. For administrators.
    async fn partner_suspend(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: PartnerSuspendInput,
    ) -> Option<Result<PartnerSuspendPayload, Error>> {
        let PartnerSuspendInput {
            id,
            expected_version,
        } = input;
        let done = async {
            let outcome = transition(ctx, &id, expected_version, PartnerAction::Suspend).await?;
            PartnerSuspendPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Lets a partner go for good: the roles of its people end, its records stay. No referral to
    /// it may still be open. For administrators.
    async fn partner_offboard(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: PartnerOffboardInput,
    ) -> Option<Result<PartnerOffboardPayload, Error>> {
        let PartnerOffboardInput {
            id,
            expected_version,
        } = input;
        let done = async {
            let outcome = transition(ctx, &id, expected_version, PartnerAction::Offboard).await?;
            PartnerOffboardPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }
}

async fn transition(
    ctx: &Context<'_>,
    id: &ID,
    expected_version: Option<i32>,
    action: PartnerAction,
) -> FieldResult<Outcome<uuid::Uuid>> {
    Ok(match input_id(Kind::Partner, "id", id) {
        Ok(id) => domain::transition(cx(ctx)?, id, expected_version, action).await,
        Err(problem) => Err(problem.into()),
    })
}
