//! What was done together, and how many came.

use nabij_entity::{
    activity::{ActivityLead, ActivityOutcome, ActivityStatus},
    vocabulary::TargetGroup,
};
use sea_orm::{
    Iterable,
    sea_query::{Alias, Expr, ExprTrait, JoinType, Query, SelectStatement, UnionType},
};

use super::{Sheets, Span, called, reach::has, rows, tally, together, total, within};
use crate::{
    policy::Permit,
    store::{Cx, Failure, scope, scope::col},
};

/// Times at which something published was to take place, each with its activity.
fn times(span: &Span) -> SelectStatement {
    let (o, a) = (Alias::new("o"), Alias::new("a"));
    let mut select = Query::select();
    select
        .expr_as(col(&o, "id"), "id")
        .expr_as(col(&o, "neighbourhood_id"), "place")
        .expr_as(col(&o, "cancelled_at"), "cancelled_at")
        .expr_as(col(&o, "attendance_total"), "attendance_total")
        .expr_as(col(&a, "id"), "activity")
        .from_as("occurrences", o.clone())
        .join_as(
            JoinType::InnerJoin,
            "activities",
            a.clone(),
            col(&a, "id").equals((o.clone(), "activity_id")),
        )
        .and_where(within(span, &o, "starts_at"))
        .and_where(col(&a, "published_at").is_not_null());
    for column in [
        "status",
        "outcome",
        "lead",
        "follow_up_of_id",
        "target_groups",
    ] {
        select.expr_as(col(&a, column), column);
    }
    select
}

/// The activities of those times, each once: those that were called off altogether, and those of
/// which at least one time in the period was not.
fn held() -> SelectStatement {
    Query::select()
        .distinct()
        .columns([
            "place",
            "activity",
            "status",
            "outcome",
            "lead",
            "follow_up_of_id",
            "target_groups",
        ])
        .from("times")
        .and_where(
            Expr::col("cancelled_at")
                .is_null()
                .or(Expr::col("status").eq(ActivityStatus::Cancelled.code())),
        )
        .to_owned()
}

/// Neither this time nor the whole activity was called off.
fn took_place(t: &Alias) -> Expr {
    scope::all([
        col(t, "cancelled_at").is_null(),
        col(t, "status").ne(ActivityStatus::Cancelled.code()),
    ])
}

/// How many people of each group were counted.
fn counted() -> SelectStatement {
    let (t, c) = (Alias::new("times"), Alias::new("c"));
    Query::select()
        .expr_as(col(&t, "place"), "place")
        .expr_as(col(&c, "target_group"), "target_group")
        .expr_as(col(&c, "count"), "count")
        .from(t.clone())
        .join_as(
            JoinType::InnerJoin,
            "attendances",
            c.clone(),
            col(&c, "occurrence_id").equals((t.clone(), "id")),
        )
        .and_where(took_place(&t))
        .to_owned()
}

impl Cx {
    /// Counts the activities, and who came to them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_activities(
        &self,
        _permit: &Permit,
        span: &Span,
        sheets: &mut Sheets,
    ) -> Result<(), Failure> {
        let took_place = took_place(&Alias::new("times"));
        let by_residents = Expr::col("lead")
            .eq(ActivityLead::Residents.code())
            .and(Expr::col("status").ne(ActivityStatus::Cancelled.code()));
        let reached = scope::all([
            Expr::col("status").eq(ActivityStatus::Completed.code()),
            Expr::col("outcome").ne(ActivityOutcome::HardToReach.code()),
        ]);
        let sum = |column: &str| Expr::cust(format!("SUM(\"{column}\")"));
        let column = |what: &'static str| tally("held", what, Expr::col(what), rows());
        let mut parts = vec![
            column("status"),
            column("outcome"),
            tally("counted", "mix", Expr::col("target_group"), sum("count")),
            total("times", "occurrences", None, rows(), took_place.clone()),
            total(
                "times",
                "attendance",
                None,
                sum("attendance_total"),
                took_place,
            ),
            total("held", "resident_led", None, rows(), by_residents.clone()),
            total(
                "held",
                "follow_ups",
                None,
                rows(),
                by_residents.and(Expr::col("follow_up_of_id").is_not_null()),
            ),
        ];
        parts.extend(TargetGroup::iter().map(|group| {
            let holds = scope::all([reached.clone(), has(Expr::col("target_groups"), group)]);
            total("held", "meant_for", Some(group.code()), rows(), holds)
        }));
        let mut select = together(parts, UnionType::All);
        select.with_cte(
            Query::with()
                .cte(called("times", times(span)))
                .cte(called("held", held()))
                .cte(called("counted", counted()))
                .to_owned(),
        );
        for row in self.tallies(&select).await? {
            sheets.adding(&row, |figures| {
                let activities = &mut figures.activities;
                match row.what.as_str() {
                    "status" => row.onto(&mut activities.statuses, ActivityStatus::from_code)?,
                    "outcome" => row.onto(&mut activities.outcomes, ActivityOutcome::from_code)?,
                    "mix" => row.onto(&mut activities.mix, TargetGroup::from_code)?,
                    "meant_for" => row.onto(&mut activities.meant_for, TargetGroup::from_code)?,
                    "occurrences" => activities.occurrences += row.total,
                    "attendance" => activities.attendance += row.total,
                    "resident_led" => activities.resident_led += row.total,
                    _ => activities.resident_led_follow_ups += row.total,
                }
                Ok(())
            })?;
        }
        Ok(())
    }
}
