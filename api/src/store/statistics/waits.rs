//! How long people waited: medians, by the middle rows of each place, the same on both databases.

use sea_orm::{
    ConnectionTrait,
    sea_query::{Alias, Expr, ExprTrait, JoinType, Query, SelectStatement, UnionType},
};

use super::{Median, Sheets, Span, called, count, together, within};
use crate::{
    policy::Permit,
    store::{Cx, Failure, dialect, scope::col},
};

/// From each signal that came in to the earliest of its rows in `table` for which `holds`.
fn to_first(
    what: &'static str,
    table: &'static str,
    holds: Option<Expr>,
    seconds: Expr,
) -> SelectStatement {
    let (s, first) = (Alias::new("s"), Alias::new("first"));
    Query::select()
        .expr_as(Expr::cust(format!("'{what}'")), "what")
        .expr_as(col(&s, "place"), "place")
        .expr_as(seconds, "wait")
        .from_as("came_in", s.clone())
        .join_as(
            JoinType::InnerJoin,
            table,
            first.clone(),
            col(&first, "signal_id").equals((s.clone(), "id")),
        )
        .and_where_option(holds)
        .group_by_columns([(s.clone(), "id"), (s.clone(), "place"), (s, "created_at")])
        .to_owned()
}

impl Cx {
    /// Finds the median waits. Somebody who was spoken to before the signal was written down
    /// waited for nothing.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_waits(
        &self,
        _permit: &Permit,
        span: &Span,
        sheets: &mut Sheets,
    ) -> Result<(), Failure> {
        let backend = self.backend();
        let (s, first, r) = (Alias::new("s"), Alias::new("first"), Alias::new("r"));
        let came_in = Query::select()
            .expr_as(col(&s, "id"), "id")
            .expr_as(col(&s, "neighbourhood_id"), "place")
            .expr_as(col(&s, "created_at"), "created_at")
            .from_as("signals", s.clone())
            .and_where(within(span, &s, "created_at"))
            .to_owned();
        let since = |moment: Expr, begin: Expr| {
            dialect::second(backend, moment).sub(dialect::second(backend, begin))
        };
        let signal_made = col(&s, "created_at");
        let waits = together(
            [
                to_first(
                    "contact",
                    "contact_moments",
                    Some(col(&first, "outcome").ne("NOT_REACHED")),
                    since(col(&first, "at").min(), signal_made.clone()),
                ),
                to_first(
                    "referral",
                    "referrals",
                    None,
                    since(col(&first, "created_at").min(), signal_made),
                ),
                Query::select()
                    .expr_as(Expr::cust("'acceptance'"), "what")
                    .expr_as(col(&r, "neighbourhood_id"), "place")
                    .expr_as(since(col(&r, "accepted_at"), col(&r, "created_at")), "wait")
                    .from_as("referrals", r.clone())
                    .and_where(within(span, &r, "created_at"))
                    .and_where(col(&r, "accepted_at").is_not_null())
                    .to_owned(),
            ],
            UnionType::All,
        );
        // Each counts for its place and for all together.
        let counted = |place: Expr| {
            let wait = "CASE WHEN \"wait\" < 0 THEN 0 ELSE \"wait\" END";
            Query::select()
                .column("what")
                .expr_as(place, "place")
                .expr_as(Expr::cust(wait), "wait")
                .from("waits")
                .to_owned()
        };
        let counted = together(
            [counted(Expr::col("place")), counted(Expr::cust("NULL"))],
            UnionType::All,
        );
        let of = "PARTITION BY \"what\", \"place\"";
        let ranked = Query::select()
            .columns(["what", "place", "wait"])
            .expr_as(
                Expr::cust(format!("ROW_NUMBER() OVER ({of} ORDER BY \"wait\")")),
                "nth",
            )
            .expr_as(Expr::cust(format!("COUNT(*) OVER ({of})")), "total")
            .from("counted")
            .to_owned();
        let mut select = Query::select();
        select
            .columns(["what", "place", "total"])
            .expr_as(Expr::cust("MIN(\"wait\")"), "low")
            .expr_as(Expr::cust("MAX(\"wait\")"), "high")
            .from("ranked")
            .and_where(Expr::cust(
                "\"nth\" IN ((\"total\" + 1) / 2, (\"total\" + 2) / 2)",
            ))
            .group_by_columns(["what", "place", "total"])
            .with_cte(
                Query::with()
                    .cte(called("came_in", came_in))
                    .cte(called("waits", waits))
                    .cte(called("counted", counted))
                    .cte(called("ranked", ranked))
                    .to_owned(),
            );
        for row in self.reader().query_all(&select).await? {
            let median = Median {
                of: count(&row, "total")?,
                middle: [count(&row, "low")?, count(&row, "high")?],
            };
            let waits = &mut sheets.of(row.try_get("", "place")?).waits;
            match row.try_get::<String>("", "what")?.as_str() {
                "contact" => waits.first_contact = median,
                "referral" => waits.first_referral = median,
                _ => waits.acceptance = median,
            }
        }
        Ok(())
    }
}
