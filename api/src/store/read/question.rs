//! Questions ride along with the row that is asked, a column for each.

use std::collections::BTreeMap;

use sea_orm::{
    DbErr, QueryResult,
    sea_query::{Alias, Iden, SelectStatement},
};
use uuid::Uuid;

use crate::{policy::Viewer, store::plan::Plan};

/// Yes, no or neither, by question and by the record it is about.
pub(super) type Answers = BTreeMap<(&'static str, Uuid), Option<bool>>;

/// Adds a plan's questions to its columns.
pub(super) fn ask(select: &mut SelectStatement, plan: &Plan, viewer: &Viewer, t: &Alias) {
    for (at, (field, about)) in plan.asked.iter().enumerate() {
        if let Some(question) = plan.kind.question(field) {
            let answer = (question.holds)(viewer, t, *about);
            select.expr_as(answer, Alias::new(format!("{}_asked_{at}", t.unquoted())));
        }
    }
}

/// Reads the answers from columns that begin with `prefix`.
pub(super) fn answers(row: &QueryResult, plan: &Plan, prefix: &str) -> Result<Answers, DbErr> {
    let asked = plan.asked.iter().enumerate();
    asked
        .map(|(at, question)| Ok((*question, row.try_get(prefix, &format!("asked_{at}"))?)))
        .collect()
}
