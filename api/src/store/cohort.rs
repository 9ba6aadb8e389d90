//! Whether somebody is of the age that an initiative is meant for. The rule is the initiative's own,
//! as it is at the moment of asking: it marks and filters, and stands in nobody's way.

use chrono::Datelike;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query};
use uuid::Uuid;

use super::{
    Kind,
    record::Question,
    scope::{col, nothing},
};
use crate::policy::Viewer;

/// The question of a record with the column `resident_id`.
pub(super) const OF_ITS_RESIDENT: Question = Question {
    field: "inCohort",
    argument: "initiative",
    about: Kind::Initiative,
    holds: |viewer, t, initiative| {
        let (shape, resident) = (Kind::Resident.shape(), Alias::new("cohort_resident"));
        let visible = shape.scope(viewer, &resident);
        if visible == nothing() {
            return unknown();
        }
        let mut born = Query::select();
        born.expr(shape.column("birth_year", viewer, &resident))
            .from_as(shape.table(), resident.clone())
            .and_where(col(&resident, "id").eq(col(t, "resident_id")))
            .and_where(visible);
        in_cohort(
            viewer,
            initiative,
            Expr::SubQuery(None, Box::new(born.into())),
        )
    },
};

/// The question of a resident.
pub(super) const OF_THEMSELVES: Question = Question {
    field: "inCohort",
    argument: "initiative",
    about: Kind::Initiative,
    holds: |viewer, t, initiative| {
        let born = Kind::Resident.shape().column("birth_year", viewer, t);
        in_cohort(viewer, initiative, born)
    },
};

/// Neither yes nor no.
fn unknown() -> Expr {
    // Of a type, since it may be compared.
    Expr::cust("CAST(NULL AS BOOLEAN)")
}

/// Whether somebody born in the year `born` reaches the initiative's minimum age this year; true
/// without such a rule, and null when it depends on a year that isn't known or isn't shown.
fn in_cohort(viewer: &Viewer, initiative: Uuid, born: Expr) -> Expr {
    let rule = Alias::new("cohort_rule");
    let age = col(&rule, "minimum_age");
    let old_enough = born.add(age.clone()).lte(viewer.now().year());
    let mut select = Query::select();
    select
        .expr(Expr::case(age.is_null(), Expr::cust("TRUE")).finally(old_enough))
        .from_as("initiatives", rule.clone())
        .and_where(col(&rule, "id").eq(initiative));
    Expr::SubQuery(None, Box::new(select.into()))
}
