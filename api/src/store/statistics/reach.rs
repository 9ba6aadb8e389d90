//! Who was seen: different residents, by their age and by the groups they belong to.

use nabij_entity::{
    SetOf,
    vocabulary::{AgeBand, TargetGroup},
};
use sea_orm::{
    Iterable,
    sea_query::{Alias, Expr, ExprTrait, JoinType, LikeExpr, Query, SelectStatement, UnionType},
};

use super::{Sheets, Span, age_band, called, rows, tally, together, total, within};
use crate::{
    policy::Permit,
    store::{Cx, Failure, scope::col},
};

/// Residents about whom a signal came in, and those whom somebody spoke to.
fn people(span: &Span) -> SelectStatement {
    let (s, c) = (Alias::new("s"), Alias::new("c"));
    let told = Query::select()
        .expr_as(col(&s, "neighbourhood_id"), "place")
        .expr_as(col(&s, "resident_id"), "person")
        .from_as("signals", s.clone())
        .and_where(within(span, &s, "created_at"))
        .and_where(col(&s, "resident_id").is_not_null())
        .to_owned();
    let spoken_to = Query::select()
        .expr_as(col(&c, "neighbourhood_id"), "place")
        .expr_as(col(&s, "resident_id"), "person")
        .from_as("contact_moments", c.clone())
        .join_as(
            JoinType::InnerJoin,
            "signals",
            s.clone(),
            col(&s, "id").equals((c.clone(), "signal_id")),
        )
        .and_where(within(span, &c, "at"))
        .and_where(col(&c, "outcome").ne("NOT_REACHED"))
        .and_where(col(&s, "resident_id").is_not_null())
        .to_owned();
    together([told, spoken_to], UnionType::Distinct)
}

/// Each person once in their place and once in all together, with their age band and groups.
fn seen(span: &Span) -> SelectStatement {
    let (p, r) = (Alias::new("p"), Alias::new("r"));
    let each = |place: Expr| {
        Query::select()
            .expr_as(place, "place")
            .expr_as(col(&p, "person"), "person")
            .expr_as(age_band(&r, span.year), "age_band")
            .expr_as(col(&r, "target_groups"), "target_groups")
            .from_as("people", p.clone())
            .join_as(
                JoinType::InnerJoin,
                "residents",
                r.clone(),
                col(&r, "id").equals((p.clone(), "person")),
            )
            .to_owned()
    };
    together(
        [each(col(&p, "place")), each(Expr::cust("NULL"))],
        UnionType::Distinct,
    )
}

/// Whether the set in `column` has the group.
pub(super) fn has(column: Expr, group: TargetGroup) -> Expr {
    column.like(LikeExpr::new(SetOf::pattern(&group)).escape('\\'))
}

impl Cx {
    /// Counts the different residents who were seen.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_reach(
        &self,
        _permit: &Permit,
        span: &Span,
        sheets: &mut Sheets,
    ) -> Result<(), Failure> {
        let by_age = tally("seen", "age_band", Expr::col("age_band"), rows());
        let by_group = TargetGroup::iter().map(|group| {
            let holds = has(Expr::col("target_groups"), group);
            total("seen", "target_group", Some(group.code()), rows(), holds)
        });
        let mut select = together([by_age].into_iter().chain(by_group), UnionType::All);
        select.with_cte(
            Query::with()
                .cte(called("people", people(span)))
                .cte(called("seen", seen(span)))
                .to_owned(),
        );
        for row in self.tallies(&select).await? {
            let reach = &mut sheets.of(row.place).reach;
            match row.what.as_str() {
                "age_band" => row.onto(&mut reach.age_bands, AgeBand::from_code)?,
                _ => row.onto(&mut reach.target_groups, TargetGroup::from_code)?,
            }
        }
        Ok(())
    }
}
