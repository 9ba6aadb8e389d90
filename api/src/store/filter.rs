//! Conditions as the caller may state them, over columns named in the code.

use sea_orm::{
    Value,
    sea_query::{Alias, Expr, ExprTrait, Func, Iden, LikeExpr, Query},
};

use self::compared::{Comparable, Compared};
use super::{booking::Span, record::Kind, scope};
use crate::policy::Viewer;

mod compared;

/// A condition on one record. Columns are `'static`: they come from the code, never from a caller.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    /// Every one holds (true when empty).
    And(Vec<Filter>),
    /// At least one holds (false when empty).
    Or(Vec<Filter>),
    /// The condition doesn't hold.
    Not(Box<Filter>),
    /// The column equals the value.
    Eq(&'static str, Value),
    /// The column is one of the values (false when there are none).
    In(&'static str, Vec<Value>),
    /// The column is at least the value.
    Gte(&'static str, Value),
    /// The column is less than the value.
    Lt(&'static str, Value),
    /// The column holds no value (`true`) or some value (`false`).
    IsNull(&'static str, bool),
    /// The text occurs in the column, taken literally (`%` and `_` are characters), without regard
    /// to case for the letters a–z.
    Contains(&'static str, String),
    /// The many-valued column holds the value.
    Has(&'static str, String),
    /// The answer to the record's question of this field about the record with this id: yes, no, or
    /// neither.
    Answers(&'static str, uuid::Uuid, Option<bool>),
    /// The volunteer serves one of these neighbourhoods at this moment, as assigned or as deployed;
    /// with none given, any.
    Serves(Option<Vec<Value>>, chrono::DateTime<chrono::Utc>),
    /// The record is linked to one of those with these ids through a link table.
    Linked {
        /// The link table.
        table: &'static str,
        /// Its column with this record's id.
        this: &'static str,
        /// Its column with the other's id.
        other: &'static str,
        /// The others' ids.
        ids: Vec<Value>,
    },
    /// The column holds the id of a record of this kind that the viewer may see and for which the
    /// condition holds.
    Of(&'static str, Kind, Box<Filter>),
    /// The record has a row in another table that belongs to it and has all these values; with no
    /// values, any row.
    Owns {
        /// The other table.
        table: &'static str,
        /// Its column with this record's id.
        this: &'static str,
        /// Columns of that table and the values they hold.
        values: Vec<(&'static str, Value)>,
    },
    /// The bookable isn't booked at any moment of this time. Who may not see what is booked finds
    /// nothing.
    FreeIn(Span),
}

impl Filter {
    /// Whether it compares this column of the record.
    pub(super) fn names(&self, column: &str) -> bool {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().any(|part| part.names(column)),
            Self::Not(part) => part.names(column),
            Self::Eq(name, _)
            | Self::In(name, _)
            | Self::Gte(name, _)
            | Self::Lt(name, _)
            | Self::IsNull(name, _)
            | Self::Contains(name, _)
            | Self::Has(name, _) => *name == column,
            // The one question that lists ask is about an age.
            Self::Answers(..) => column == "birth_year",
            Self::Linked { .. }
            | Self::Owns { .. }
            | Self::Of(..)
            | Self::Serves(..)
            | Self::FreeIn(_) => false,
        }
    }

    /// The questions it asks of the record: their fields, and the records they are about.
    pub(super) fn questions(&self) -> Vec<(&'static str, uuid::Uuid)> {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().flat_map(Self::questions).collect(),
            Self::Not(part) => part.questions(),
            Self::Answers(field, about, _) => vec![(*field, *about)],
            _ => Vec::new(),
        }
    }

    /// The record, which has `starts_at` and `ends_at`, has a moment in common with this time.
    #[must_use]
    pub fn overlapping(time: Span) -> Self {
        let until: Value = time.starts_at.into();
        let over = Self::Or(vec![
            Self::Lt("ends_at", until.clone()),
            Self::Eq("ends_at", until),
        ]);
        Self::And(vec![
            Self::Lt("starts_at", time.ends_at.into()),
            Self::Not(Box::new(over)),
        ])
    }

    /// The condition as SQL over the alias `t`. A guarded column is compared as the viewer sees
    /// it, so that a hidden value can't be found out by filtering.
    pub(super) fn to_expr(&self, kind: Kind, viewer: &Viewer, t: &Alias) -> Expr {
        let mut record = Compared::new(kind, viewer, t);
        let repeated = record.repeated(&self.compares());
        if repeated.is_empty() {
            return self.over(&record);
        }
        // What compares nothing of them stays outside, where an index can serve it.
        let parts = match self {
            Self::And(parts) => parts.as_slice(),
            other => std::slice::from_ref(other),
        };
        let (inside, outside): (Vec<_>, Vec<_>) = parts.iter().partition(|part| {
            let compares = part.compares();
            compares.iter().any(|value| repeated.contains(value))
        });
        let outside = outside.into_iter().map(|part| part.over(&record)).collect();
        let outside = scope::balanced(outside, ExprTrait::and);
        record.once = repeated;
        let inside = inside.into_iter().map(|part| part.over(&record)).collect();
        let inside = scope::balanced(inside, ExprTrait::and).map(|holds| record.with_once(holds));
        scope::all(outside.into_iter().chain(inside))
    }

    /// What it compares of the record, as often as it does.
    fn compares(&self) -> Vec<Comparable> {
        use Comparable::{Answer, Column, Shown};
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().flat_map(Self::compares).collect(),
            Self::Not(part) => part.compares(),
            Self::Eq(name, _) | Self::In(name, _) | Self::IsNull(name, _) => {
                vec![Column(name), Shown(name)]
            }
            Self::Gte(name, _)
            | Self::Lt(name, _)
            | Self::Contains(name, _)
            | Self::Has(name, _) => vec![Column(name)],
            Self::Answers(field, about, _) => vec![Answer(field, *about)],
            Self::Linked { .. }
            | Self::Owns { .. }
            | Self::Of(..)
            | Self::Serves(..)
            | Self::FreeIn(_) => Vec::new(),
        }
    }

    fn over(&self, record: &Compared) -> Expr {
        use Comparable::{Answer, Column, Shown};
        let Compared { viewer, t, .. } = *record;
        let column = |name: &'static str| record.value(Column(name));
        let shown = |name: &'static str| record.value(Shown(name));
        match self {
            Self::And(parts) => {
                let parts = parts.iter().map(|part| part.over(record)).collect();
                scope::balanced(parts, ExprTrait::and).unwrap_or_else(scope::everything)
            }
            Self::Or(parts) => {
                let parts = parts.iter().map(|part| part.over(record)).collect();
                scope::balanced(parts, ExprTrait::or).unwrap_or_else(scope::nothing)
            }
            Self::Not(part) => part.over(record).not(),
            Self::Eq(name, value) => scope::all([column(name).eq(value.clone()), shown(name)]),
            Self::In(_, values) if values.is_empty() => scope::nothing(),
            Self::In(name, values) => scope::all([column(name).is_in(values.clone()), shown(name)]),
            Self::Gte(name, value) => column(name).gte(value.clone()),
            Self::Lt(name, value) => column(name).lt(value.clone()),
            Self::IsNull(name, null) => {
                let there = scope::all([column(name).is_not_null(), shown(name)]);
                if *null { there.not() } else { there }
            }
            Self::Contains(name, text) => {
                Expr::expr(Func::lower(column(name))).like(literal(&text.to_lowercase()))
            }
            Self::Has(name, value) => column(name).like(literal(&format!(",{value},"))),
            Self::Of(name, other, condition) => {
                let alias = Alias::new(format!("{}_of", t.unquoted()));
                let mut select = Query::select();
                select
                    .expr(Expr::cust("1"))
                    .from_as(other.shape().table(), alias.clone())
                    .and_where(scope::col(&alias, "id").equals((t.clone(), *name)))
                    .and_where(other.shape().scope(viewer, &alias))
                    .and_where(condition.to_expr(*other, viewer, &alias));
                Expr::exists(select)
            }
            Self::Answers(field, about, answer) => {
                let found = record.value(Answer(field, *about));
                match answer {
                    // Never neither, so that `not` finds the rest.
                    Some(is) => Expr::expr(Func::coalesce([found, Expr::val(!is)])).eq(*is),
                    None => found.is_null(),
                }
            }
            Self::Serves(places, now) => {
                let who = scope::col(t, "id");
                let in_places = |place: Expr| match places {
                    None => scope::everything(),
                    Some(places) if places.is_empty() => scope::nothing(),
                    Some(places) => place.is_in(places.clone()),
                };
                super::serving::serves(&who, in_places, *now)
            }
            Self::Linked { ids, .. } if ids.is_empty() => scope::nothing(),
            Self::Linked {
                table,
                this,
                other,
                ids,
            } => scope::linked(
                t,
                table,
                this,
                Expr::col((Alias::new(*table), Alias::new(*other))).is_in(ids.clone()),
            ),
            Self::Owns {
                table,
                this,
                values,
            } => scope::linked(
                t,
                table,
                this,
                values
                    .iter()
                    .map(|(name, value)| {
                        Expr::col((Alias::new(*table), Alias::new(*name))).eq(value.clone())
                    })
                    .reduce(ExprTrait::and)
                    .unwrap_or_else(scope::everything),
            ),
            Self::FreeIn(_) if viewer.is_anonymous() => scope::nothing(),
            Self::FreeIn(time) => super::booking::free_in(*time, t),
        }
    }
}

/// A LIKE pattern that finds `text` as it stands.
fn literal(text: &str) -> LikeExpr {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    LikeExpr::new(pattern).escape('\\')
}
