//! Rooms and things that can be booked, in the schema.

mod mutations;

use async_graphql::{Context, Error, ID, InputObject, Object};
use nabij_entity::bookable::{self, AccessFeature, BookableAction, BookableKind, BookableStatus};

pub use self::mutations::BookableMutation;
use super::{
    booking::Booking,
    errors::{self, Fault, FieldResult},
    event::Event,
    filters::{CodeFilter, IdFilter, IntFilter, StringFilter, combine},
    paging::{self, Paging, Records, order_by},
    partner::Partner,
    payload::record_type,
    place::{Municipality, Neighbourhood},
    scalars::DateTime,
    selection::{cx, find, list},
};
use crate::{
    domain::bookable as domain,
    ids,
    store::{Filter, Kind, OrderTerm, Scalar, Visible, booking::Span},
};

/// A room, or a thing such as a cart with tables, that a partner lends to the neighbourhood.
#[derive(async_graphql::Description)]
pub struct Bookable(pub(super) Visible<bookable::Entity>);
record_type!(Bookable, bookable::Entity);

#[Object(use_type_description)]
impl Bookable {
    /// Its id (TypeID).
    pub async fn id(&self) -> ID {
        ids::type_id(Kind::Bookable, self.0.id).into()
    }

    /// Whether it is a room or a thing.
    async fn kind(&self) -> BookableKind {
        self.0.kind
    }

    /// Its name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What it is, and what to keep in mind when using it.
    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// Where it lies or is kept.
    async fn address(&self) -> Option<&str> {
        self.0.address.as_deref()
    }

    /// How many people there is room for; null if that doesn't apply or nobody counts.
    async fn capacity(&self) -> Option<i32> {
        self.0.capacity
    }

    /// What makes it fit for people with a disability.
    async fn accessibility(&self) -> &[AccessFeature] {
        self.0.accessibility.as_slice()
    }

    /// Whether it can be booked.
    async fn status(&self) -> BookableStatus {
        self.0.status
    }

    /// The partner it belongs to; null when that partner isn't public and you haven't signed in.
    async fn partner(&self) -> FieldResult<Option<Partner>> {
        Ok(self.0.one("partner")?.map(Partner))
    }

    /// The municipality in which it lies or is kept.
    async fn municipality(&self) -> FieldResult<Municipality> {
        Ok(Municipality(self.0.always("municipality")?))
    }

    /// The neighbourhood in which it lies or is kept.
    async fn neighbourhood(&self) -> FieldResult<Neighbourhood> {
        Ok(Neighbourhood(self.0.always("neighbourhood")?))
    }

    /// Its bookings that are shown to you, what begins first comes first: when it is taken, for
    /// whoever has signed in; by whom, for those whom it concerns. `bookings` at the root takes
    /// conditions, such as a period.
    async fn bookings(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<Booking>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        paging::along(self.0.node(), "bookings", &paging)
    }

    /// What you may do with it now; draw your buttons from this.
    async fn allowed_actions(&self, ctx: &Context<'_>) -> FieldResult<Vec<BookableAction>> {
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

/// A time from one moment on until another one, which doesn't belong to it.
#[derive(Clone, Debug, InputObject)]
pub struct TimeSpanInput {
    /// From when.
    pub from: DateTime,
    /// Until when; later than `from`.
    pub until: DateTime,
}

impl TimeSpanInput {
    /// The span it is.
    ///
    /// # Errors
    /// When it doesn't end after it begins.
    pub(super) fn read(self) -> FieldResult<Span> {
        let Self { from, until } = self;
        if from.0 < until.0 {
            Ok(Span {
                starts_at: from.0,
                ends_at: until.0,
            })
        } else {
            Err(Fault::BadInput(
                "A time must end after it begins: give an `until` later than `from`.",
            ))
        }
    }
}

/// Which rooms and things.
#[derive(Clone, Debug, Default, InputObject)]
pub struct BookableWhere {
    /// By id.
    pub id: Option<IdFilter>,
    /// By whether it is a room or a thing.
    pub kind: Option<CodeFilter<BookableKind>>,
    /// By name.
    pub name: Option<StringFilter>,
    /// By the partner it belongs to.
    pub partner: Option<IdFilter>,
    /// By municipality.
    pub municipality: Option<IdFilter>,
    /// By neighbourhood.
    pub neighbourhood: Option<IdFilter>,
    /// By how many people there is room for.
    pub capacity: Option<IntFilter>,
    /// By what makes it fit for people with a disability: one of these features compares so.
    pub accessibility: Option<CodeFilter<AccessFeature>>,
    /// By whether it can be booked.
    pub status: Option<CodeFilter<BookableStatus>>,
    /// Nobody has booked any part of this time. For whoever has signed in.
    pub free_between: Option<TimeSpanInput>,
    /// All of these hold.
    pub and: Option<Vec<BookableWhere>>,
    /// At least one of these holds.
    pub or: Option<Vec<BookableWhere>>,
    /// This doesn't hold.
    pub not: Option<Box<BookableWhere>>,
}

impl BookableWhere {
    fn filter(self) -> FieldResult<Filter> {
        let Self {
            id,
            kind,
            name,
            partner,
            municipality,
            neighbourhood,
            capacity,
            accessibility,
            status,
            free_between,
            and,
            or,
            not,
        } = self;
        let mut own = Vec::new();
        for (id, column, kind) in [
            (id, "id", Kind::Bookable),
            (partner, "partner_id", Kind::Partner),
            (municipality, "municipality_id", Kind::Municipality),
            (neighbourhood, "neighbourhood_id", Kind::Neighbourhood),
        ] {
            if let Some(id) = id {
                own.push(id.on(column, kind)?);
            }
        }
        own.extend(kind.map(|kind| kind.on("kind")));
        own.extend(name.map(|name| name.on("name")));
        own.extend(capacity.map(|capacity| capacity.on("capacity")));
        own.extend(accessibility.map(|feature| feature.among("accessibility")));
        own.extend(status.map(|status| status.on("status")));
        if let Some(time) = free_between {
            own.push(Filter::FreeIn(time.read()?));
        }
        combine(own, and, or, not, Self::filter)
    }
}

order_by! {
    /// How rooms and things are ordered.
    BookableOrder, BookableOrderField {
        /// By name.
        Name => "name" Text,
        /// By when they were recorded.
        CreatedAt => "created_at" Time,
    }
}

/// Queries about rooms and things.
#[derive(Default)]
pub struct BookableQuery;

#[Object]
impl BookableQuery {
    /// A room or a thing by its id. Those that can't be booked are for whoever has signed in.
    async fn bookable(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: ID,
    ) -> Option<Result<Bookable, Error>> {
        let found = async { find(ctx, errors::id(Kind::Bookable, &id)?).await };
        found.await.map_err(Error::from).transpose()
    }

    /// Rooms and things, by name unless ordered otherwise. Those that can't be booked are for
    /// whoever has signed in.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn bookables(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those for which this holds.", name = "where")] filter: Option<
            BookableWhere,
        >,
        #[graphql(desc = "In which order.")] order_by: Option<Vec<BookableOrder>>,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Option<Result<Records<Bookable>, Error>> {
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
            paging::records(&list(ctx, Kind::Bookable, &filter, &window).await?)
        };
        Some(page.await.map_err(Error::from))
    }
}
