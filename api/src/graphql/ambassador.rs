//! Ambassadors in the schema. Active ones with a public profile are there for everybody, without an
//! account (story B1).

mod mutations;

use async_graphql::{Context, Error, ID, InputObject, Object};
use nabij_entity::ambassador::{self, AmbassadorAction, AmbassadorStatus, VolunteerRole};

pub use self::mutations::AmbassadorMutation;
use super::{
    deployment::Deployment,
    errors::{self, FieldResult},
    event::Event,
    filters::{CodeFilter, IdFilter, StringFilter, combine},
    offer::Offer,
    paging::{self, Paging, Records, order_by},
    partner::Partner,
    payload::record_type,
    place::{Municipality, Neighbourhood},
    scalars::{Date, DateTime},
    selection::{cx, find, list},
    signal::Signal,
    team::TeamMember,
    training::Training,
};
use crate::{
    domain::ambassador as domain,
    ids,
    store::{Filter, Kind, OrderTerm, Scalar, Visible},
};

/// A volunteer who listens, helps or organises in the neighbourhood.
#[derive(async_graphql::Description)]
pub struct Ambassador(pub(super) Visible<ambassador::Entity>);
record_type!(Ambassador, ambassador::Entity);

#[Object(use_type_description)]
impl Ambassador {
    /// Their id (TypeID).
    pub async fn id(&self) -> ID {
        ids::type_id(Kind::Ambassador, self.0.id).into()
    }

    /// The name shown to others.
    async fn display_name(&self) -> &str {
        &self.0.display_name
    }

    /// What they do.
    async fn roles(&self) -> &[VolunteerRole] {
        self.0.roles.as_slice()
    }

    /// Whether they are active.
    async fn status(&self) -> AmbassadorStatus {
        self.0.status
    }

    /// Whether they are there for every neighbourhood of the municipality.
    async fn whole_municipality(&self) -> bool {
        self.0.whole_municipality
    }

    /// Whether the public directory shows them while they are active.
    async fn public_profile(&self) -> bool {
        self.0.public_profile
    }

    /// How the public may reach them, such as a place and an hour.
    async fn public_contact(&self) -> Option<&str> {
        self.0.public_contact.as_deref()
    }

    /// Day of their confidentiality briefing; null when it hasn't been given or isn't shown to
    /// you.
    async fn briefed_on(&self) -> Option<Date> {
        self.0.briefed_on.map(Date)
    }

    /// The municipality they are active in.
    async fn municipality(&self) -> FieldResult<Municipality> {
        Ok(Municipality(self.0.always("municipality")?))
    }

    /// The neighbourhoods they are there for, by name.
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

    /// The signals they submitted and that you may see, the newest first.
    async fn signals(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<Signal>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        paging::along(self.0.node(), "signals", &paging)
    }

    /// The offers they made on call-outs and that you may see, the newest first.
    async fn offers(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<Offer>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        paging::along(self.0.node(), "offers", &paging)
    }

    /// The teams they are in, or were, in the order in which they joined: those that are shown to
    /// you.
    async fn team_memberships(
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
        paging::along(self.0.node(), "teamMemberships", &paging)
    }

    /// The trainings and peer reviews they took part in, the latest first: those that are shown to
    /// you.
    async fn trainings(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<Training>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        paging::along(self.0.node(), "trainings", &paging)
    }

    /// The neighbourhoods they are, were or will be deployed in for a time, the latest first: those
    /// that are shown to you.
    async fn deployments(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<Deployment>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        paging::along(self.0.node(), "deployments", &paging)
    }

    /// The partner whose pool they are in, if any.
    async fn pool_partner(&self) -> FieldResult<Option<Partner>> {
        Ok(self.0.one("poolPartner")?.map(Partner))
    }

    /// What you may do now; draw your buttons from this.
    async fn allowed_actions(&self, ctx: &Context<'_>) -> FieldResult<Vec<AmbassadorAction>> {
        Ok(domain::allowed_to(&cx(ctx)?.viewer(), &self.0))
    }

    /// What happened to their record, in order; empty unless you work with them.
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

    /// When they were put on record.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When their record last changed.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }

    /// Their version, for `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// Which ambassadors.
#[derive(Clone, Debug, Default, InputObject)]
pub struct AmbassadorWhere {
    /// By id.
    pub id: Option<IdFilter>,
    /// By a neighbourhood they are there for now: assigned to it, or deployed in it for a time.
    pub neighbourhood: Option<IdFilter>,
    /// By municipality.
    pub municipality: Option<IdFilter>,
    /// By status.
    pub status: Option<CodeFilter<AmbassadorStatus>>,
    /// By the name shown to others.
    pub display_name: Option<StringFilter>,
    /// All of these hold.
    pub and: Option<Vec<AmbassadorWhere>>,
    /// At least one of these holds.
    pub or: Option<Vec<AmbassadorWhere>>,
    /// This doesn't hold.
    pub not: Option<Box<AmbassadorWhere>>,
}

impl AmbassadorWhere {
    fn filter(self, now: chrono::DateTime<chrono::Utc>) -> FieldResult<Filter> {
        let Self {
            id,
            neighbourhood,
            municipality,
            status,
            display_name,
            and,
            or,
            not,
        } = self;
        let mut own = Vec::new();
        if let Some(id) = id {
            own.push(id.on("id", Kind::Ambassador)?);
        }
        if let Some(neighbourhood) = neighbourhood {
            own.push(neighbourhood.serves(now)?);
        }
        if let Some(municipality) = municipality {
            own.push(municipality.on("municipality_id", Kind::Municipality)?);
        }
        own.extend(status.map(|status| status.on("status")));
        own.extend(display_name.map(|name| name.on("display_name")));
        combine(own, and, or, not, |part| part.filter(now))
    }
}

order_by! {
    /// How ambassadors are ordered.
    AmbassadorOrder, AmbassadorOrderField {
        /// By the name shown to others.
        DisplayName => "display_name" Text,
    }
}

/// Queries about ambassadors.
#[derive(Default)]
pub struct AmbassadorQuery;

#[Object]
impl AmbassadorQuery {
    /// An ambassador by their id; null when there is none or you may not see them.
    async fn ambassador(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Their id.")] id: ID,
    ) -> Option<Result<Ambassador, Error>> {
        let found = async { find(ctx, errors::id(Kind::Ambassador, &id)?).await };
        found.await.map_err(Error::from).transpose()
    }

    /// Ambassadors, by name unless ordered otherwise. Without an account you see the active ones
    /// with a public profile.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn ambassadors(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those for which this holds.", name = "where")] filter: Option<
            AmbassadorWhere,
        >,
        #[graphql(desc = "In which order.")] order_by: Option<Vec<AmbassadorOrder>>,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Option<Result<Records<Ambassador>, Error>> {
        let order = paging::order(order_by, OrderTerm::ascending("display_name", Scalar::Text));
        let page = async {
            let window = Paging {
                first,
                after,
                last,
                before,
            }
            .window(order)?;
            let filter = filter.unwrap_or_default().filter(cx(ctx)?.now())?;
            paging::records(&list(ctx, Kind::Ambassador, &filter, &window).await?)
        };
        Some(page.await.map_err(Error::from))
    }
}
