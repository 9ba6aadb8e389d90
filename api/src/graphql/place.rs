//! Municipalities and neighbourhoods in the schema.

use async_graphql::{Context, Error, ID, InputObject, Object};
use nabij_entity::{
    area_code::{self, AreaCodeScheme},
    municipality::{self, MunicipalityCodeScheme},
    neighbourhood,
    vocabulary::Country,
};

use super::{
    activity::Activity,
    ambassador::Ambassador,
    bookable::Bookable,
    deployment::Deployment,
    errors::{self, FieldResult},
    event::Event,
    filters::{AreaCodeFilter, CodeFilter, IdFilter, StringFilter, combine},
    initiative::Initiative,
    paging::{self, Paging, Records, order_by},
    partner::Partner,
    payload::record_type,
    plan::Plan,
    scalars::{Date, DateTime},
    selection::{find, list},
    service::Service,
    signal::Signal,
    team::Team,
};
use crate::{
    ids,
    store::{Filter, Kind, OrderTerm, Scalar, Visible},
};

mod changes;

pub use changes::PlaceMutation;

/// A municipality in Belgium or the Netherlands.
#[derive(async_graphql::Description)]
pub struct Municipality(pub(super) Visible<municipality::Entity>);
record_type!(Municipality, municipality::Entity);

#[Object(use_type_description)]
impl Municipality {
    /// Its id (TypeID).
    pub async fn id(&self) -> ID {
        ids::type_id(Kind::Municipality, self.0.id).into()
    }

    /// Its name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The country it lies in.
    async fn country(&self) -> Country {
        self.0.country
    }

    /// Its official code.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// The list that its code belongs to.
    async fn code_scheme(&self) -> MunicipalityCodeScheme {
        self.0.code_scheme
    }

    /// Its neighbourhoods, by name.
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

    /// Its initiatives, by name.
    async fn initiatives(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<Initiative>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        paging::along(self.0.node(), "initiatives", &paging)
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

/// A neighbourhood, the unit in which ambassadors and partners work.
#[derive(async_graphql::Description)]
pub struct Neighbourhood(pub(super) Visible<neighbourhood::Entity>);
record_type!(Neighbourhood, neighbourhood::Entity);

#[Object(use_type_description)]
impl Neighbourhood {
    /// Its id (TypeID).
    pub async fn id(&self) -> ID {
        ids::type_id(Kind::Neighbourhood, self.0.id).into()
    }

    /// Its name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The municipality it lies in.
    async fn municipality(&self) -> FieldResult<Municipality> {
        Ok(Municipality(self.0.always("municipality")?))
    }

    /// The larger neighbourhood it is part of, if any.
    async fn parent(&self) -> FieldResult<Option<Neighbourhood>> {
        Ok(self.0.one("parent")?.map(Neighbourhood))
    }

    /// The ambassadors who are there for it, by name. Without an account you see the active ones
    /// with a public profile.
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

    /// Its official codes.
    async fn area_codes(&self) -> FieldResult<Vec<AreaCode>> {
        paging::all(self.0.node(), "areaCodes")
    }

    /// The teams that work there, by name.
    async fn teams(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<Team>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        paging::along(self.0.node(), "teams", &paging)
    }

    /// The volunteers who are, were or will be deployed there for a time, the latest first: those that
    /// are shown to you. Who is assigned to it stands in `ambassadors`.
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

    /// Its plans, the newest first: those that are shown to you.
    async fn plans(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<Plan>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        paging::along(self.0.node(), "plans", &paging)
    }

    /// Its signals, the newest first.
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

    /// The partners that cover it, by name.
    async fn partners(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<Partner>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        paging::along(self.0.node(), "partners", &paging)
    }

    /// The rooms and things that can be booked in it, by name.
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

    /// The services offered in it, by name.
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

    /// Activities there, the latest first: those that are shown to you.
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

/// An official code of a neighbourhood. One neighbourhood can have several, and a code can cover
/// several neighbourhoods.
#[derive(async_graphql::Description)]
pub struct AreaCode(Visible<area_code::Entity>);
record_type!(AreaCode, area_code::Entity);

#[Object(use_type_description)]
impl AreaCode {
    /// The list that the code belongs to.
    async fn scheme(&self) -> AreaCodeScheme {
        self.0.scheme
    }

    /// The code.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// From when it is valid; null when that isn't known.
    async fn valid_from(&self) -> Option<Date> {
        self.0.valid_from.map(Date)
    }

    /// Until when it is valid; null while it is.
    async fn valid_until(&self) -> Option<Date> {
        self.0.valid_until.map(Date)
    }
}

/// Which municipalities.
#[derive(Clone, Debug, Default, InputObject)]
pub struct MunicipalityWhere {
    /// By id.
    pub id: Option<IdFilter>,
    /// By name.
    pub name: Option<StringFilter>,
    /// By country.
    pub country: Option<CodeFilter<Country>>,
    /// By official code.
    pub code: Option<StringFilter>,
    /// All of these hold.
    pub and: Option<Vec<MunicipalityWhere>>,
    /// At least one of these holds.
    pub or: Option<Vec<MunicipalityWhere>>,
    /// This doesn't hold.
    pub not: Option<Box<MunicipalityWhere>>,
}

impl MunicipalityWhere {
    fn filter(self) -> FieldResult<Filter> {
        let Self {
            id,
            name,
            country,
            code,
            and,
            or,
            not,
        } = self;
        let mut own = Vec::new();
        if let Some(id) = id {
            own.push(id.on("id", Kind::Municipality)?);
        }
        own.extend(name.map(|name| name.on("name")));
        own.extend(country.map(|country| country.on("country")));
        own.extend(code.map(|code| code.on("code")));
        combine(own, and, or, not, Self::filter)
    }
}

order_by! {
    /// How municipalities are ordered.
    MunicipalityOrder, MunicipalityOrderField {
        /// By name.
        Name => "name" Text,
        /// By when they were recorded.
        CreatedAt => "created_at" Time,
    }
}

/// Which neighbourhoods.
#[derive(Clone, Debug, Default, InputObject)]
pub struct NeighbourhoodWhere {
    /// By id.
    pub id: Option<IdFilter>,
    /// By name.
    pub name: Option<StringFilter>,
    /// By municipality.
    pub municipality: Option<IdFilter>,
    /// By one of its official codes, whether that is valid today or not.
    pub area_code: Option<AreaCodeFilter>,
    /// All of these hold.
    pub and: Option<Vec<NeighbourhoodWhere>>,
    /// At least one of these holds.
    pub or: Option<Vec<NeighbourhoodWhere>>,
    /// This doesn't hold.
    pub not: Option<Box<NeighbourhoodWhere>>,
}

impl NeighbourhoodWhere {
    fn filter(self) -> FieldResult<Filter> {
        let Self {
            id,
            name,
            municipality,
            area_code,
            and,
            or,
            not,
        } = self;
        let mut own = Vec::new();
        if let Some(id) = id {
            own.push(id.on("id", Kind::Neighbourhood)?);
        }
        own.extend(name.map(|name| name.on("name")));
        if let Some(id) = municipality {
            own.push(id.on("municipality_id", Kind::Municipality)?);
        }
        own.extend(area_code.map(AreaCodeFilter::filter));
        combine(own, and, or, not, Self::filter)
    }
}

order_by! {
    /// How neighbourhoods are ordered.
    NeighbourhoodOrder, NeighbourhoodOrderField {
        /// By name.
        Name => "name" Text,
        /// By when they were recorded.
        CreatedAt => "created_at" Time,
    }
}

/// Queries about places.
#[derive(Default)]
pub struct PlaceQuery;

#[Object]
impl PlaceQuery {
    /// A municipality by its id.
    async fn municipality(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: ID,
    ) -> Option<Result<Municipality, Error>> {
        let found = async { find(ctx, errors::id(Kind::Municipality, &id)?).await };
        found.await.map_err(Error::from).transpose()
    }

    /// Municipalities, by name unless ordered otherwise.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn municipalities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those for which this holds.", name = "where")] filter: Option<
            MunicipalityWhere,
        >,
        #[graphql(desc = "In which order.")] order_by: Option<Vec<MunicipalityOrder>>,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Option<Result<Records<Municipality>, Error>> {
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
            paging::records(&list(ctx, Kind::Municipality, &filter, &window).await?)
        };
        Some(page.await.map_err(Error::from))
    }

    /// A neighbourhood by its id.
    async fn neighbourhood(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: ID,
    ) -> Option<Result<Neighbourhood, Error>> {
        let found = async { find(ctx, errors::id(Kind::Neighbourhood, &id)?).await };
        found.await.map_err(Error::from).transpose()
    }

    /// Neighbourhoods, by name unless ordered otherwise.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn neighbourhoods(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those for which this holds.", name = "where")] filter: Option<
            NeighbourhoodWhere,
        >,
        #[graphql(desc = "In which order.")] order_by: Option<Vec<NeighbourhoodOrder>>,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Option<Result<Records<Neighbourhood>, Error>> {
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
            paging::records(&list(ctx, Kind::Neighbourhood, &filter, &window).await?)
        };
        Some(page.await.map_err(Error::from))
    }
}
