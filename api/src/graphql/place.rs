//! Municipalities and neighbourhoods in the schema.

use async_graphql::{Context, Error, ID, InputObject, Object};
use nabij_entity::{
    area_code::{self, AreaCodeScheme},
    municipality::{self, MunicipalityCodeScheme},
    neighbourhood,
    vocabulary::Country,
};

use super::{
    ambassador::Ambassador,
    errors::{self, FieldResult},
    filters::{IdFilter, StringFilter, combine},
    paging::{self, Paging, Records, order_by},
    payload::record_type,
    scalars::{Date, DateTime},
    selection::{find, list},
    signal::Signal,
};
use crate::{
    ids,
    store::{Filter, Kind, OrderTerm, Scalar, Visible},
};

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
        #[graphql(desc = "How many from the start, 1 to 100.")] first: Option<i32>,
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
        #[graphql(desc = "How many from the start, 1 to 100.")] first: Option<i32>,
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

    /// Its signals, the newest first.
    async fn signals(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100.")] first: Option<i32>,
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

/// Which neighbourhoods.
#[derive(Clone, Debug, Default, InputObject)]
pub struct NeighbourhoodWhere {
    /// By id.
    pub id: Option<IdFilter>,
    /// By name.
    pub name: Option<StringFilter>,
    /// By municipality.
    pub municipality: Option<IdFilter>,
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
        #[graphql(desc = "How many from the start, 1 to 100.")] first: Option<i32>,
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
