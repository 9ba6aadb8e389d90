//! Conditions as the caller may state them, over columns named in the code.

use sea_orm::{
    Value,
    sea_query::{Alias, Expr, ExprTrait, Func, LikeExpr, Query},
};

use super::record::{How, Kind};
use crate::policy::Viewer;

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
}

impl Filter {
    /// The condition as SQL over the alias `t`. A guarded column is compared as the viewer sees
    /// it, so that a hidden value can't be found out by filtering.
    pub(super) fn to_expr(&self, kind: Kind, viewer: &Viewer, t: &Alias) -> Expr {
        let column = |name: &'static str| kind.shape().column(name, viewer, t);
        match self {
            Self::And(parts) => {
                let parts = parts
                    .iter()
                    .map(|part| part.to_expr(kind, viewer, t))
                    .collect();
                super::scope::balanced(parts, ExprTrait::and)
                    .unwrap_or_else(super::scope::everything)
            }
            Self::Or(parts) => {
                let parts = parts
                    .iter()
                    .map(|part| part.to_expr(kind, viewer, t))
                    .collect();
                super::scope::balanced(parts, ExprTrait::or).unwrap_or_else(super::scope::nothing)
            }
            Self::Not(part) => part.to_expr(kind, viewer, t).not(),
            Self::Eq(name, value) => {
                super::scope::all([column(name).eq(value.clone()), shown(kind, name, viewer, t)])
            }
            Self::In(_, values) if values.is_empty() => Expr::cust("1 = 0"),
            Self::In(name, values) => super::scope::all([
                column(name).is_in(values.clone()),
                shown(kind, name, viewer, t),
            ]),
            Self::Gte(name, value) => column(name).gte(value.clone()),
            Self::Lt(name, value) => column(name).lt(value.clone()),
            Self::IsNull(name, null) => {
                let there =
                    super::scope::all([column(name).is_not_null(), shown(kind, name, viewer, t)]);
                if *null { there.not() } else { there }
            }
            Self::Contains(name, text) => {
                Expr::expr(Func::lower(column(name))).like(literal(&text.to_lowercase()))
            }
            Self::Has(name, value) => column(name).like(literal(&format!(",{value},"))),
            Self::Linked { ids, .. } if ids.is_empty() => super::scope::nothing(),
            Self::Linked {
                table,
                this,
                other,
                ids,
            } => super::scope::linked(
                t,
                table,
                this,
                Expr::col((Alias::new(*table), Alias::new(*other))).is_in(ids.clone()),
            ),
            Self::Owns {
                table,
                this,
                values,
            } => super::scope::linked(
                t,
                table,
                this,
                values
                    .iter()
                    .map(|(name, value)| {
                        Expr::col((Alias::new(*table), Alias::new(*name))).eq(value.clone())
                    })
                    .reduce(ExprTrait::and)
                    .unwrap_or_else(super::scope::everything),
            ),
        }
    }
}

/// Where a column holds the id of another record: that the viewer may see that record. Somebody who
/// isn't shown whom a record is about can't find it out by asking for their id.
fn shown(kind: Kind, name: &'static str, viewer: &Viewer, t: &Alias) -> Expr {
    let mut edges = kind.shape().edges().iter();
    let Some(edge) = edges.find(|edge| matches!(edge.how, How::One(of) if of == name)) else {
        return super::scope::everything();
    };
    let (other, shape) = (Alias::new("shown"), edge.to.shape());
    let visible = shape.scope(viewer, &other);
    if visible == super::scope::everything() {
        return visible;
    }
    let mut select = Query::select();
    select
        .expr(Expr::cust("1"))
        .from_as(shape.table(), other.clone())
        .and_where(super::scope::col(&other, "id").equals((t.clone(), name)))
        .and_where(visible);
    Expr::exists(select)
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
