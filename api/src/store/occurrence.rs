//! The times at which activities take place, and how many came. Whoever sees the activity sees its
//! times; who came, by target group, is for those who prepare it.

use chrono::{DateTime, Utc};
use nabij_entity::{activity, attendance, booking, occurrence, vocabulary::TargetGroup};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QueryOrder, QueryResult,
    sea_query::{Alias, Expr, ExprTrait, Func, OnConflict, Query},
};
use uuid::Uuid;

use super::{
    Failure, Kind, OrderTerm, Record, Scalar, Tx, activity as activities,
    record::{Edge, How, model},
    scope,
};
use crate::policy::{Permit, Viewer};

/// The first one first.
pub(super) fn by_start() -> Vec<OrderTerm> {
    vec![OrderTerm::ascending("starts_at", Scalar::Time)]
}

fn by_group() -> Vec<OrderTerm> {
    vec![OrderTerm::ascending("target_group", Scalar::Text)]
}

/// The row's activity exists and is so.
fn of_activity(t: &Alias, holds: Expr) -> Expr {
    let of_this = Expr::col(("activities", "id")).equals((t.clone(), "activity_id"));
    scope::exists("activities", scope::all([of_this, holds]))
}

impl Record for occurrence::Entity {
    const KIND: Kind = Kind::Occurrence;
    type Row = occurrence::Model;

    fn scope(viewer: &Viewer, t: &Alias) -> Expr {
        of_activity(
            t,
            activity::Entity::scope(viewer, &Alias::new("activities")),
        )
    }

    fn edges() -> &'static [Edge] {
        const EDGES: &[Edge] = &[
            Edge {
                name: "activity",
                to: Kind::Activity,
                how: How::One("activity_id"),
            },
            Edge {
                name: "neighbourhood",
                to: Kind::Neighbourhood,
                how: How::One("neighbourhood_id"),
            },
            Edge {
                name: "attendance",
                to: Kind::Attendance,
                how: How::List("occurrence_id", by_group),
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
        model(row, prefix)
    }
}

impl Record for attendance::Entity {
    const KIND: Kind = Kind::Attendance;
    type Row = attendance::Model;

    fn scope(viewer: &Viewer, t: &Alias) -> Expr {
        of_activity(t, activities::prepared(viewer, &Alias::new("activities")))
    }

    fn edges() -> &'static [Edge] {
        &[]
    }

    fn decode(row: &QueryResult, prefix: &str) -> Result<Self::Row, DbErr> {
        model(row, prefix)
    }
}

impl Tx {
    /// All times of an activity, called off or not, the first one first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn occurrences_of(&self, activity: Uuid) -> Result<Vec<occurrence::Model>, Failure> {
        Ok(occurrence::Entity::find()
            .filter(occurrence::Column::ActivityId.eq(activity))
            .order_by_asc(occurrence::Column::StartsAt)
            .order_by_asc(occurrence::Column::Id)
            .all(&self.connection())
            .await?)
    }

    /// Whether the activity still takes place after this moment, in part or as a whole.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn takes_place_after(
        &self,
        activity: Uuid,
        at: DateTime<Utc>,
    ) -> Result<bool, Failure> {
        Ok(occurrence::Entity::find()
            .filter(occurrence::Column::ActivityId.eq(activity))
            .filter(occurrence::Column::CancelledAt.is_null())
            .filter(occurrence::Column::EndsAt.gt(at))
            .count(&self.connection())
            .await?
            > 0)
    }

    /// Adds times of an activity, or changes those that are there already: in one statement,
    /// however many. Their event is the activity's.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_occurrences(
        &self,
        _permit: &Permit,
        occurrences: Vec<occurrence::Model>,
    ) -> Result<(), Failure> {
        if occurrences.is_empty() {
            return Ok(());
        }
        let rows = occurrences
            .into_iter()
            .map(IntoActiveModel::into_active_model);
        occurrence::Entity::insert_many(rows)
            .on_conflict(
                OnConflict::column(occurrence::Column::Id)
                    .update_columns([
                        occurrence::Column::MunicipalityId,
                        occurrence::Column::NeighbourhoodId,
                        occurrence::Column::StartsAt,
                        occurrence::Column::EndsAt,
                        occurrence::Column::CancelledAt,
                        occurrence::Column::UpdatedAt,
                        occurrence::Column::Version,
                    ])
                    .to_owned(),
            )
            .exec_without_returning(&self.connection())
            .await?;
        Ok(())
    }

    /// Removes times that are no longer an activity's and for which nothing is booked any more: in two
    /// statements, however many. Bookings that were called off lose the time they were for, and stay
    /// the activity's. Their event is the activity's.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn remove_occurrences(&self, permit: &Permit, ids: &[Uuid]) -> Result<(), Failure> {
        if ids.is_empty() {
            return Ok(());
        }
        booking::Entity::update_many()
            .col_expr(booking::Column::OccurrenceId, Expr::value(None::<Uuid>))
            .filter(booking::Column::OccurrenceId.is_in(ids.iter().copied()))
            .exec(&self.connection())
            .await?;
        self.delete_parts::<occurrence::Entity>(permit, ids).await
    }

    /// Writes down how many of each target group came, in place of what was counted before.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_attendance(
        &self,
        _permit: &Permit,
        occurrence: &occurrence::Model,
        mix: &[(TargetGroup, i32)],
    ) -> Result<(), Failure> {
        attendance::Entity::delete_many()
            .filter(attendance::Column::OccurrenceId.eq(occurrence.id))
            .exec(&self.connection())
            .await?;
        if mix.is_empty() {
            return Ok(());
        }
        let rows = mix.iter().map(|(target_group, count)| {
            let row = attendance::Model {
                id: self.new_id(),
                activity_id: occurrence.activity_id,
                occurrence_id: occurrence.id,
                target_group: *target_group,
                count: *count,
            };
            row.into_active_model()
        });
        attendance::Entity::insert_many(rows)
            .exec_without_returning(&self.connection())
            .await?;
        Ok(())
    }

    /// How many came to an activity, all its times together; none if nobody counted.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn attendance_of(&self, activity: Uuid) -> Result<Option<i32>, Failure> {
        let mut select = Query::select();
        select
            .expr_as(
                Func::sum(Expr::col("attendance_total")),
                Alias::new("total"),
            )
            .from("occurrences")
            .and_where(Expr::col("activity_id").eq(activity));
        let row = self
            .connection()
            .query_one(&select)
            .await?
            .ok_or(Failure::Bug("no sum"))?;
        let total: Option<i64> = row.try_get("", "total")?;
        Ok(total.map(|total| i32::try_from(total).unwrap_or(i32::MAX)))
    }
}
