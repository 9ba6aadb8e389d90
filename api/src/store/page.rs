//! Keyset windows: which part of an ordered list is wanted, and the cursors that mark its edges.
//!
//! A cursor holds the ordering's name, the values of the ordering's columns and the record's id.
//! Page one and page one hundred thousand cost the same, and a row added meanwhile moves nothing.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use sea_orm::{
    QueryResult, Value,
    sea_query::{Alias, Expr, ExprTrait},
};
use uuid::Uuid;

use super::{Failure, scope};

/// Most records on one page.
pub const MAX_PAGE: u32 = 100;
/// Records on a page when the caller doesn't say.
pub const DEFAULT_PAGE: u32 = 25;

/// The type of an ordering's column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scalar {
    /// A point in time.
    Time,
    /// A calendar date.
    Date,
    /// Text.
    Text,
    /// A whole number.
    Int,
}

/// One column of an ordering. Only indexed columns without nulls are offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OrderTerm {
    /// The column.
    pub column: &'static str,
    /// Its type.
    pub scalar: Scalar,
    /// Largest first.
    pub descending: bool,
}

impl OrderTerm {
    /// Smallest first.
    #[must_use]
    pub const fn ascending(column: &'static str, scalar: Scalar) -> Self {
        Self {
            column,
            scalar,
            descending: false,
        }
    }

    /// Largest first.
    #[must_use]
    pub const fn descending(column: &'static str, scalar: Scalar) -> Self {
        Self {
            column,
            scalar,
            descending: true,
        }
    }
}

/// Why a window can't be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowError {
    /// Both `first` and `last` were given.
    FirstAndLast,
    /// `first` or `last` is below 1 or above [`MAX_PAGE`].
    Size,
    /// The cursor wasn't made by this service, or was changed.
    Cursor,
    /// The cursor belongs to another ordering.
    OtherOrder,
}

impl WindowError {
    /// What to do about it.
    #[must_use]
    pub const fn advice(self) -> &'static str {
        match self {
            Self::FirstAndLast => "Give `first` or `last`, not both.",
            Self::Size => "`first` and `last` take a number from 1 to 100.",
            Self::Cursor => {
                "This cursor can't be read. Use `endCursor` or `startCursor` of a page of this \
                 list, unchanged."
            }
            Self::OtherOrder => {
                "This cursor belongs to a list in another order. Start again without a cursor, or \
                 use the same `orderBy` as the page it came from."
            }
        }
    }
}

/// A position in an ordered list.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Cursor {
    values: Vec<String>,
    id: Uuid,
}

/// A part of an ordered list.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Window {
    size: u32,
    backwards: bool,
    after: Option<Cursor>,
    before: Option<Cursor>,
    order: Vec<OrderTerm>,
}

impl Window {
    /// A window from the four arguments of a Relay connection.
    ///
    /// # Errors
    /// See [`WindowError`].
    pub fn new(
        order: Vec<OrderTerm>,
        first: Option<i64>,
        after: Option<&str>,
        last: Option<i64>,
        before: Option<&str>,
    ) -> Result<Self, WindowError> {
        let (size, backwards) = match (first, last) {
            (Some(_), Some(_)) => return Err(WindowError::FirstAndLast),
            (Some(first), None) => (first, false),
            (None, Some(last)) => (last, true),
            (None, None) => (i64::from(DEFAULT_PAGE), false),
        };
        let size = u32::try_from(size).map_err(|_| WindowError::Size)?;
        if !(1..=MAX_PAGE).contains(&size) {
            return Err(WindowError::Size);
        }
        let after = after.map(|text| Cursor::read(text, &order)).transpose()?;
        let before = before.map(|text| Cursor::read(text, &order)).transpose()?;
        Ok(Self {
            size,
            backwards,
            after,
            before,
            order,
        })
    }

    /// All of a list that has only a few records.
    #[must_use]
    pub const fn all(order: Vec<OrderTerm>) -> Self {
        Self {
            size: MAX_PAGE,
            backwards: false,
            after: None,
            before: None,
            order,
        }
    }

    /// One more than the page holds, so that the next page's existence shows.
    pub(super) fn limit(&self) -> u64 {
        u64::from(self.size) + 1
    }

    /// The ordering as the database is to walk it, ending in the id.
    pub(super) fn walk(&self, t: &Alias) -> Vec<(Expr, sea_orm::Order)> {
        let direction = |descending: bool| {
            if descending == self.backwards {
                sea_orm::Order::Asc
            } else {
                sea_orm::Order::Desc
            }
        };
        self.order
            .iter()
            .map(|term| (scope::col(t, term.column), direction(term.descending)))
            .chain([(scope::col(t, "id"), direction(self.id_descends()))])
            .collect()
    }

    fn id_descends(&self) -> bool {
        self.order.last().is_some_and(|term| term.descending)
    }

    /// The rows between the cursors.
    pub(super) fn bounds(&self, t: &Alias) -> Option<Expr> {
        let after = self
            .after
            .as_ref()
            .map(|cursor| self.beyond(t, cursor, false));
        let before = self
            .before
            .as_ref()
            .map(|cursor| self.beyond(t, cursor, true));
        match (after, before) {
            (Some(after), Some(before)) => Some(after.and(before)),
            (one, other) => one.or(other),
        }
    }

    /// Rows after the cursor in the list's order, or before it.
    fn beyond(&self, t: &Alias, cursor: &Cursor, before: bool) -> Expr {
        let mut terms: Vec<(Expr, Value, bool)> = self
            .order
            .iter()
            .zip(&cursor.values)
            .map(|(term, text)| {
                let value = term.scalar.parse(text).unwrap_or(Value::String(None));
                (scope::col(t, term.column), value, term.descending)
            })
            .collect();
        terms.push((scope::col(t, "id"), cursor.id.into(), self.id_descends()));
        let one_way = terms.windows(2).all(|pair| pair[0].2 == pair[1].2);
        if one_way {
            // A row comparison is one range of the index, however far down the list it lies.
            let less = self.id_descends() != before;
            let values = Expr::tuple(terms.iter().map(|(_, value, _)| Expr::val(value.clone())));
            let columns = Expr::tuple(terms.into_iter().map(|(column, ..)| column));
            return if less {
                columns.lt(values)
            } else {
                columns.gt(values)
            };
        }
        (0..terms.len())
            .map(|last| {
                let equal = terms[..last]
                    .iter()
                    .map(|(column, value, _)| column.clone().eq(value.clone()));
                let (column, value, descending) = terms[last].clone();
                let strict = if descending == before {
                    column.gt(value)
                } else {
                    column.lt(value)
                };
                equal.fold(strict, |all, part| part.and(all))
            })
            .reduce(ExprTrait::or)
            .unwrap_or_else(scope::nothing)
    }

    /// The page's rows in the list's order, from rows as the database walked them.
    pub(super) fn page<T>(&self, mut rows: Vec<T>) -> Page<T> {
        let size = rows.len().min(self.size as usize);
        let beyond = rows.drain(size..).next();
        let more = beyond.is_some();
        let (has_next, has_previous) = if self.backwards {
            rows.reverse();
            (self.before.is_some(), more)
        } else {
            (more, self.after.is_some())
        };
        Page {
            rows,
            beyond,
            has_next,
            has_previous,
            total: None,
        }
    }

    /// The cursor of a row whose columns begin with `prefix`.
    pub(super) fn cursor(&self, row: &QueryResult, prefix: &str) -> Result<String, Failure> {
        let mut parts = vec![order_name(&self.order)];
        for term in &self.order {
            parts.push(match term.scalar {
                Scalar::Time => row
                    .try_get::<DateTime<Utc>>(prefix, term.column)?
                    .to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
                Scalar::Date => row.try_get::<NaiveDate>(prefix, term.column)?.to_string(),
                Scalar::Text => row.try_get::<String>(prefix, term.column)?,
                Scalar::Int => row.try_get::<i32>(prefix, term.column)?.to_string(),
            });
        }
        parts.push(row.try_get::<Uuid>(prefix, "id")?.simple().to_string());
        let json = serde_json::to_vec(&parts).map_err(|_| Failure::Bug("a cursor is text"))?;
        Ok(BASE64.encode(json))
    }
}

impl Cursor {
    fn read(text: &str, order: &[OrderTerm]) -> Result<Self, WindowError> {
        if text.len() > 2_048 {
            return Err(WindowError::Cursor);
        }
        let json = BASE64.decode(text).map_err(|_| WindowError::Cursor)?;
        let parts: Vec<String> = serde_json::from_slice(&json).map_err(|_| WindowError::Cursor)?;
        let [name, values @ .., id] = parts.as_slice() else {
            return Err(WindowError::Cursor);
        };
        if *name != order_name(order) {
            return Err(WindowError::OtherOrder);
        }
        let id = Uuid::try_parse(id).map_err(|_| WindowError::Cursor)?;
        let readable = values.len() == order.len()
            && order
                .iter()
                .zip(values)
                .all(|(term, text)| term.scalar.parse(text).is_some());
        if !readable {
            return Err(WindowError::Cursor);
        }
        Ok(Self {
            values: values.to_vec(),
            id,
        })
    }
}

impl Scalar {
    fn parse(self, text: &str) -> Option<Value> {
        match self {
            Self::Time => DateTime::parse_from_rfc3339(text)
                .ok()
                .map(|at| at.with_timezone(&Utc))
                .filter(|at| (1..=9999).contains(&at.year()))
                .map(Into::into),
            Self::Date => text.parse::<NaiveDate>().ok().map(Into::into),
            Self::Text => (!text.contains('\0')).then(|| text.into()),
            Self::Int => text.parse::<i32>().ok().map(Into::into),
        }
    }
}

fn order_name(order: &[OrderTerm]) -> String {
    let names: Vec<String> = order
        .iter()
        .map(|term| format!("{}{}", if term.descending { "-" } else { "+" }, term.column))
        .collect();
    names.join("")
}

/// A page of rows, in the list's order.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// The row beyond them, by which it shows that there are more.
    pub(super) beyond: Option<T>,
    /// Whether rows follow.
    pub has_next: bool,
    /// Whether rows come before.
    pub has_previous: bool,
    /// How many rows there are in all, when the plan asked.
    pub total: Option<Result<u64, TooMany>>,
}

/// Most records that are counted where each that is counted is written down.
pub(super) const MOST_COUNTED: u32 = 500;

/// There are more than that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany;

impl TooMany {
    /// What to do about it.
    #[must_use]
    pub const fn advice(self) -> &'static str {
        "More than 500 match, and each one that is counted by a name or an age is entered in the \
         access log. Narrow the question, to a neighbourhood for example, or leave out `totalCount`."
    }
}
