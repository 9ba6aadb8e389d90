//! Bookings. Whoever has signed in sees when something is taken; by whom and what for is for the
//! owner, for whoever booked it and for the place's coordinator. An activity that is public is shown
//! as its own scope says.

use chrono::{DateTime, TimeDelta, Utc};
use nabij_entity::{
    activity_bookable,
    booking::{self, BookingCancelCause, BookingStatus},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QueryResult,
    QuerySelect,
    sea_query::{Alias, Expr, ExprTrait, OnConflict, Query},
};
use uuid::Uuid;

use super::{
    Failure, Kind, OrderTerm, Record, Scalar, Tx, dialect,
    events::Happening,
    record::{Edge, Guard, How, Seen},
    scope,
};
use crate::policy::{Permit, Viewer};

/// The longest that something is booked at a stretch. A look for what overlaps need not begin any
/// earlier, however many bookings there were before.
pub const LONGEST: TimeDelta = TimeDelta::days(31);

/// What begins first comes first.
pub(super) fn by_start() -> Vec<OrderTerm> {
    vec![OrderTerm::ascending("starts_at", Scalar::Time)]
}

/// Those whom it concerns: the owner, whoever booked it, the coordinator of the place.
fn concerned(viewer: &Viewer, t: &Alias) -> Expr {
    scope::any([
        scope::coordinated(viewer, t),
        scope::among(t, "owner_partner_id", viewer.staffed_partners()),
        scope::among(t, "booked_by_partner_id", viewer.staffed_partners()),
        scope::among(t, "booked_by_ambassador_id", viewer.ambassadors()),
    ])
}

impl Record for booking::Entity {
    const KIND: Kind = Kind::Booking;
    type Row = Seen<booking::Model>;

    fn scope(viewer: &Viewer, t: &Alias) -> Expr {
        if viewer.is_anonymous() {
            return scope::nothing();
        }
        scope::any([scope::col(t, "status").eq("BOOKED"), concerned(viewer, t)])
    }

    /// Its history tells for whom it was made.
    fn history_scope(viewer: &Viewer, t: &Alias) -> Expr {
        concerned(viewer, t)
    }

    fn guards(viewer: &Viewer, t: &Alias) -> Vec<Guard> {
        vec![Guard::nulling(
            "details",
            &[
                "note",
                "cancel_cause",
                "cancel_reason",
                "booked_by_ambassador_id",
                "booked_by_partner_id",
            ],
            concerned(viewer, t),
        )]
    }

    fn edges() -> &'static [Edge] {
        const EDGES: &[Edge] = &[
            Edge {
                name: "bookable",
                to: Kind::Bookable,
                how: How::One("bookable_id"),
            },
            Edge {
                name: "partner",
                to: Kind::Partner,
                how: How::One("booked_by_partner_id"),
            },
            Edge {
                name: "ambassador",
                to: Kind::Ambassador,
                how: How::One("booked_by_ambassador_id"),
            },
            Edge {
                name: "activity",
                to: Kind::Activity,
                how: How::One("activity_id"),
            },
            Edge {
                name: "firstOfLot",
                to: Kind::Booking,
                how: How::One("first_id"),
            },
            Edge {
                name: "lot",
                to: Kind::Booking,
                how: How::Many("first_id", by_start),
            },
            Edge {
                name: "history",
                to: Kind::Event,
                how: How::Many("subject_id", super::event::in_order),
            },
        ];
        EDGES
    }

    fn decode(row: &QueryResult, prefix: &str) -> Result<Self::Row, DbErr> {
        Seen::read(row, prefix, &["details"])
    }
}

/// From a moment on until another one, which doesn't belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// From when.
    pub starts_at: DateTime<Utc>,
    /// Until when, exclusive.
    pub ends_at: DateTime<Utc>,
}

impl Span {
    /// Whether the two have a moment in common.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.starts_at < other.ends_at && other.starts_at < self.ends_at
    }
}

/// The bookable `t` has no booking in force that overlaps this time.
pub(super) fn free_in(time: Span, t: &Alias) -> Expr {
    let taken = scope::all([
        Expr::col(("bookings", "bookable_id")).equals((t.clone(), "id")),
        Expr::col(("bookings", "status")).eq("BOOKED"),
        Expr::col(("bookings", "starts_at")).gte(time.starts_at - LONGEST),
        Expr::col(("bookings", "starts_at")).lt(time.ends_at),
        Expr::col(("bookings", "ends_at")).gt(time.starts_at),
    ]);
    scope::exists("bookings", taken).not()
}

impl Tx {
    /// When this is booked, as far as it overlaps one of `spans`. Whoever asks this for a new
    /// booking has locked the bookable before: then nobody else books it meanwhile.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn booked(&self, bookable: Uuid, spans: &[Span]) -> Result<Vec<Span>, Failure> {
        let Some((first, last)) = spans
            .iter()
            .map(|span| span.starts_at)
            .min()
            .zip(spans.iter().map(|span| span.ends_at).max())
        else {
            return Ok(Vec::new());
        };
        let overlapping = spans.iter().map(|span| {
            Expr::col("starts_at")
                .lt(span.ends_at)
                .and(Expr::col("ends_at").gt(span.starts_at))
        });
        let found: Vec<(DateTime<Utc>, DateTime<Utc>)> = booking::Entity::find()
            .select_only()
            .column(booking::Column::StartsAt)
            .column(booking::Column::EndsAt)
            .filter(booking::Column::BookableId.eq(bookable))
            .filter(booking::Column::Status.eq(BookingStatus::Booked))
            .filter(booking::Column::StartsAt.gte(first - LONGEST))
            .filter(booking::Column::StartsAt.lt(last))
            .filter(scope::balanced(overlapping.collect(), Expr::or).unwrap_or_else(scope::nothing))
            .order_by_asc(booking::Column::StartsAt)
            .into_tuple()
            .all(&self.connection())
            .await?;
        Ok(found
            .into_iter()
            .map(|(starts_at, ends_at)| Span { starts_at, ends_at })
            .collect())
    }

    /// Lets nobody else change the bookings of the activity that this booking is for, if it is for
    /// one. Who changes bookings locks the activity first, then what is booked, then the bookings.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn hold_activity_of(&self, booking: Uuid) -> Result<(), Failure> {
        let activity = Query::select()
            .column("activity_id")
            .from("bookings")
            .and_where(Expr::col("id").eq(booking))
            .to_owned();
        let mut select = Query::select()
            .column("id")
            .from("activities")
            .and_where(Expr::col("id").in_subquery(activity))
            .to_owned();
        dialect::for_update(self.backend(), &mut select);
        self.connection().query_one(&select).await?;
        Ok(())
    }

    /// The bookings ever made for an activity, locked, in the order of their ids.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn bookings_of(&self, activity: Uuid) -> Result<Vec<booking::Model>, Failure> {
        let mut select = booking::Entity::find()
            .filter(booking::Column::ActivityId.eq(activity))
            .order_by_asc(booking::Column::Id);
        dialect::for_update(self.backend(), QuerySelect::query(&mut select));
        Ok(select.all(&self.connection()).await?)
    }

    /// What an activity uses, in the order of the ids.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn bookables_of(&self, activity: Uuid) -> Result<Vec<Uuid>, Failure> {
        let rows: Vec<(Uuid,)> = activity_bookable::Entity::find()
            .select_only()
            .column(activity_bookable::Column::BookableId)
            .filter(activity_bookable::Column::ActivityId.eq(activity))
            .order_by_asc(activity_bookable::Column::BookableId)
            .into_tuple()
            .all(&self.connection())
            .await?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    /// The bookings made together with this one, itself included, that are in force and begin no
    /// earlier than `from`, locked in the order of their ids.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn bookings_from(
        &self,
        first: Uuid,
        from: DateTime<Utc>,
    ) -> Result<Vec<booking::Model>, Failure> {
        let mut select = booking::Entity::find()
            .filter(booking::Column::FirstId.eq(first))
            .filter(booking::Column::Status.eq(BookingStatus::Booked))
            .filter(booking::Column::StartsAt.gte(from))
            .order_by_asc(booking::Column::Id);
        dialect::for_update(self.backend(), QuerySelect::query(&mut select));
        Ok(select.all(&self.connection()).await?)
    }

    /// Cancels bookings that are in force, and records it.
    ///
    /// # Errors
    /// When the database fails, or when not all of them were in force: a bug, since they are locked.
    pub async fn cancel_bookings(
        &self,
        _permit: &Permit,
        bookings: &[booking::Model],
        cause: BookingCancelCause,
        reason: Option<String>,
    ) -> Result<(), Failure> {
        if bookings.is_empty() {
            return Ok(());
        }
        let done = booking::Entity::update_many()
            .col_expr(booking::Column::Status, Expr::value("CANCELLED"))
            .col_expr(booking::Column::CancelCause, Expr::value(cause.code()))
            .col_expr(booking::Column::CancelReason, Expr::value(reason))
            .col_expr(booking::Column::UpdatedAt, Expr::value(self.now()))
            .col_expr(
                booking::Column::Version,
                Expr::col(booking::Column::Version).add(1),
            )
            .filter(booking::Column::Id.is_in(bookings.iter().map(|booking| booking.id)))
            .filter(booking::Column::Status.eq(BookingStatus::Booked))
            .exec(&self.connection())
            .await?;
        if !usize::try_from(done.rows_affected).is_ok_and(|changed| changed == bookings.len()) {
            return Err(Failure::Bug(
                "not as many bookings cancelled as were locked",
            ));
        }
        let happened = |booking: &booking::Model| {
            Happening::new("booking.cancelled", (Kind::Booking, booking.id))
                .with("from", BookingStatus::Booked.code())
                .with("to", BookingStatus::Cancelled.code())
        };
        self.record_all(bookings.iter().map(happened).collect())
            .await
    }

    /// Notes that an activity uses something; once is enough.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn link_bookable(
        &self,
        _permit: &Permit,
        activity: Uuid,
        bookable: Uuid,
    ) -> Result<(), Failure> {
        let mut insert = Query::insert();
        insert
            .into_table(activity_bookable::Entity)
            .columns(["activity_id", "bookable_id"])
            .values([activity.into(), bookable.into()])
            .map_err(|_| Failure::Bug("a link has two columns"))?
            .on_conflict(
                OnConflict::columns(["activity_id", "bookable_id"])
                    .do_nothing()
                    .to_owned(),
            );
        self.connection().execute(&insert).await?;
        Ok(())
    }

    /// Forgets what an activity has no booking of any more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn unlink_unbooked(&self, _permit: &Permit, activity: Uuid) -> Result<(), Failure> {
        let in_force = Query::select()
            .column("bookable_id")
            .from("bookings")
            .and_where(Expr::col("activity_id").eq(activity))
            .and_where(Expr::col("status").eq("BOOKED"))
            .to_owned();
        let delete = Query::delete()
            .from_table("activity_bookables")
            .and_where(Expr::col("activity_id").eq(activity))
            .and_where(Expr::col("bookable_id").not_in_subquery(in_force))
            .to_owned();
        self.connection().execute(&delete).await?;
        Ok(())
    }
}
