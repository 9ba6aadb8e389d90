//! Bookings in the schema.

mod mutations;

use async_graphql::{Context, Error, ID, InputObject, Object};
use nabij_entity::booking::{self, BookingAction, BookingCancelCause, BookingStatus};

pub use self::mutations::BookingMutation;
use super::{
    activity::Activity,
    ambassador::Ambassador,
    bookable::{Bookable, TimeSpanInput},
    errors::{self, FieldResult},
    event::Event,
    filters::{CodeFilter, DateTimeFilter, IdFilter, combine},
    paging::{self, Paging, Records, order_by},
    partner::Partner,
    payload::record_type,
    scalars::DateTime,
    selection::{cx, find, list},
};
use crate::{
    domain::booking as domain,
    ids,
    store::{Filter, Kind, OrderTerm, Scalar, Visible},
};

/// A room or a thing that is kept for somebody. Whoever has signed in sees when it is taken; by whom
/// and what for is shown to its owner, to whoever booked it and to the place's coordinator.
#[derive(async_graphql::Description)]
pub struct Booking(pub(super) Visible<booking::Entity>);
record_type!(Booking, booking::Entity);

#[Object(use_type_description)]
impl Booking {
    /// Its id (TypeID).
    pub async fn id(&self) -> ID {
        ids::type_id(Kind::Booking, self.0.id).into()
    }

    /// What is booked.
    async fn bookable(&self) -> FieldResult<Bookable> {
        Ok(Bookable(self.0.always("bookable")?))
    }

    /// From when.
    async fn starts_at(&self) -> DateTime {
        self.0.starts_at.into()
    }

    /// Until when; the next booking may begin then.
    async fn ends_at(&self) -> DateTime {
        self.0.ends_at.into()
    }

    /// Where it stands.
    async fn status(&self) -> BookingStatus {
        self.0.status
    }

    /// The partner for which it was made; null when it was made for none or that isn't shown to you.
    async fn partner(&self) -> FieldResult<Option<Partner>> {
        Ok(self.0.one("partner")?.map(Partner))
    }

    /// The volunteer who made it; null when no volunteer did or that isn't shown to you.
    async fn ambassador(&self) -> FieldResult<Option<Ambassador>> {
        Ok(self.0.one("ambassador")?.map(Ambassador))
    }

    /// The activity it is for; null when it is for none or that one isn't shown to you.
    async fn activity(&self) -> FieldResult<Option<Activity>> {
        Ok(self.0.one("activity")?.map(Activity))
    }

    /// What the owner should know; null when there is nothing or it isn't shown to you.
    async fn note(&self) -> Option<&str> {
        self.0.note.as_deref()
    }

    /// What called it off, if it was called off; null when that isn't shown to you.
    async fn cancel_cause(&self) -> Option<BookingCancelCause> {
        self.0.cancel_cause
    }

    /// Why it was called off, in words; null when there are none or they aren't shown to you.
    async fn cancel_reason(&self) -> Option<&str> {
        self.0.cancel_reason.as_deref()
    }

    /// The first of the bookings that were made together with it, by one request: itself when it is
    /// the first or the only one.
    async fn first_of_lot(&self) -> FieldResult<Option<Booking>> {
        Ok(self.0.one("firstOfLot")?.map(Booking))
    }

    /// On the first of bookings that were made together: all of them, itself included, in the order
    /// of time. Empty on the others.
    async fn lot(
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
        paging::along(self.0.node(), "lot", &paging)
    }

    /// What you may do with it now; draw your buttons from this.
    async fn allowed_actions(&self, ctx: &Context<'_>) -> FieldResult<Vec<BookingAction>> {
        let cx = cx(ctx)?;
        Ok(domain::allowed_to(&cx.viewer(), &self.0, cx.now()))
    }

    /// What happened to it, in order; empty unless it concerns you.
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

    /// Its version, for `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// Which bookings.
#[derive(Clone, Debug, Default, InputObject)]
pub struct BookingWhere {
    /// By id.
    pub id: Option<IdFilter>,
    /// By what is booked.
    pub bookable: Option<IdFilter>,
    /// By the partner that owns what is booked.
    pub owner: Option<IdFilter>,
    /// By the partner for which they were made, as far as that is shown to you.
    pub partner: Option<IdFilter>,
    /// By the activity they are for, as far as that is shown to you.
    pub activity: Option<IdFilter>,
    /// By the municipality of what is booked.
    pub municipality: Option<IdFilter>,
    /// By the neighbourhood of what is booked.
    pub neighbourhood: Option<IdFilter>,
    /// By where they stand.
    pub status: Option<CodeFilter<BookingStatus>>,
    /// By when they begin.
    pub starts_at: Option<DateTimeFilter>,
    /// By when they end.
    pub ends_at: Option<DateTimeFilter>,
    /// They take some part of this time.
    pub overlapping: Option<TimeSpanInput>,
    /// All of these hold.
    pub and: Option<Vec<BookingWhere>>,
    /// At least one of these holds.
    pub or: Option<Vec<BookingWhere>>,
    /// This doesn't hold.
    pub not: Option<Box<BookingWhere>>,
}

impl BookingWhere {
    fn filter(self) -> FieldResult<Filter> {
        let Self {
            id,
            bookable,
            owner,
            partner,
            activity,
            municipality,
            neighbourhood,
            status,
            starts_at,
            ends_at,
            overlapping,
            and,
            or,
            not,
        } = self;
        let mut own = Vec::new();
        for (id, column, kind) in [
            (id, "id", Kind::Booking),
            (bookable, "bookable_id", Kind::Bookable),
            (owner, "owner_partner_id", Kind::Partner),
            (partner, "booked_by_partner_id", Kind::Partner),
            (activity, "activity_id", Kind::Activity),
            (municipality, "municipality_id", Kind::Municipality),
            (neighbourhood, "neighbourhood_id", Kind::Neighbourhood),
        ] {
            if let Some(id) = id {
                own.push(id.on(column, kind)?);
            }
        }
        own.extend(status.map(|status| status.on("status")));
        own.extend(starts_at.map(|at| at.on("starts_at")));
        own.extend(ends_at.map(|at| at.on("ends_at")));
        if let Some(time) = overlapping {
            own.push(Filter::overlapping(time.read()?));
        }
        combine(own, and, or, not, Self::filter)
    }
}

order_by! {
    /// How bookings are ordered.
    BookingOrder, BookingOrderField {
        /// By when they begin.
        StartsAt => "starts_at" Time,
        /// By when they were made.
        CreatedAt => "created_at" Time,
    }
}

/// Queries about bookings.
#[derive(Default)]
pub struct BookingQuery;

#[Object]
impl BookingQuery {
    /// A booking by its id; null when there is none or you may not see it.
    async fn booking(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: ID,
    ) -> Option<Result<Booking, Error>> {
        let found = async { find(ctx, errors::id(Kind::Booking, &id)?).await };
        found.await.map_err(Error::from).transpose()
    }

    /// The bookings you may see, what begins first comes first unless ordered otherwise. For whoever
    /// has signed in.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn bookings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those for which this holds.", name = "where")] filter: Option<
            BookingWhere,
        >,
        #[graphql(desc = "In which order.")] order_by: Option<Vec<BookingOrder>>,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Option<Result<Records<Booking>, Error>> {
        let order = paging::order(order_by, OrderTerm::ascending("starts_at", Scalar::Time));
        let page = async {
            let window = Paging {
                first,
                after,
                last,
                before,
            }
            .window(order)?;
            let filter = filter.unwrap_or_default().filter()?;
            paging::records(&list(ctx, Kind::Booking, &filter, &window).await?)
        };
        Some(page.await.map_err(Error::from))
    }
}
