//! Connections as Relay defines them, over pages that the plan has read.

use std::sync::Arc;

use async_graphql::{
    Object, OutputType,
    connection::{Connection, Edge, EmptyFields},
};

use super::{
    errors::{Fault, FieldResult},
    selection::RecordType,
};
use crate::store::{Failure, Node, Page, TooMany, Visible, Window, read::Entry, record::How};

/// A page of records.
pub type Records<T> = Connection<String, T, Totals, EmptyFields>;

/// What a connection says about the whole list.
#[derive(async_graphql::Description)]
pub struct Totals(Option<Result<u64, TooMany>>);

#[Object(use_type_description)]
impl Totals {
    /// How many records there are in all. Costs nothing unless you select it.
    async fn total_count(&self) -> FieldResult<i32> {
        let total = self
            .0
            .ok_or(Fault::Failure(Failure::Bug("a total was not planned")))?
            .map_err(|too_many| Fault::BadInput(too_many.advice()))?;
        Ok(i32::try_from(total).unwrap_or(i32::MAX))
    }
}

/// A connection over a page.
///
/// # Errors
/// When a row is of another type: a bug.
pub fn records<T: RecordType + OutputType>(page: &Page<Entry>) -> FieldResult<Records<T>> {
    let mut connection =
        Connection::with_additional_fields(page.has_previous, page.has_next, Totals(page.total));
    for entry in &page.rows {
        let node = Visible::try_from_node(entry.node.clone())?;
        connection
            .edges
            .push(Edge::new(entry.cursor.clone(), T::from(node)));
    }
    Ok(connection)
}

/// The arguments of a connection.
#[derive(Debug, Default)]
pub struct Paging {
    /// How many from the start.
    pub first: Option<i32>,
    /// After this cursor.
    pub after: Option<String>,
    /// How many from the end.
    pub last: Option<i32>,
    /// Before this cursor.
    pub before: Option<String>,
}

impl Paging {
    /// The window they describe.
    ///
    /// # Errors
    /// When they contradict each other or are out of range.
    pub fn window(&self, order: Vec<crate::store::OrderTerm>) -> FieldResult<Window> {
        Ok(Window::new(
            order,
            self.first.map(i64::from),
            self.after.as_deref(),
            self.last.map(i64::from),
            self.before.as_deref(),
        )?)
    }
}

/// The connection along an edge to many of a record that was read by plan.
///
/// # Errors
/// When the arguments are wrong.
pub fn along<T: RecordType + OutputType>(
    node: &Arc<Node>,
    edge: &'static str,
    paging: &Paging,
) -> FieldResult<Records<T>> {
    let order = match node.kind().edge(edge).map(|edge| &edge.how) {
        Some(How::Many(_, order) | How::Through(.., order) | How::Where(_, order)) => order(),
        _ => return Err(Failure::Bug("not an edge to many").into()),
    };
    records(node.many(edge, &paging.window(order)?)?)
}

/// All records along an edge that has only a few.
///
/// # Errors
/// When the plan didn't ask for it: a bug.
pub fn all<T: RecordType>(node: &Arc<Node>, edge: &'static str) -> FieldResult<Vec<T>> {
    let order = match node.kind().edge(edge).map(|edge| &edge.how) {
        Some(How::List(_, order)) => order(),
        _ => return Err(Failure::Bug("not an edge to a few").into()),
    };
    let page = node.many(edge, &Window::all(order))?;
    page.rows
        .iter()
        .map(|entry| Ok(T::from(Visible::try_from_node(entry.node.clone())?)))
        .collect()
}

/// Declares the input by which a list is ordered: an enum of indexed fields and a direction.
macro_rules! order_by {
    (
        $(#[$doc:meta])* $input:ident, $field:ident {
            $($(#[$value_doc:meta])* $value:ident => $column:literal $scalar:ident,)+
        }
    ) => {
        #[doc = concat!("What a list can be ordered by, for `", stringify!($input), "`.")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
        pub enum $field {
            $($(#[$value_doc])* $value,)+
        }

        $(#[$doc])*
        #[derive(Clone, Copy, Debug, async_graphql::InputObject)]
        pub struct $input {
            /// The field to order by.
            pub field: $field,
            /// Smallest first or largest first.
            #[graphql(default_with = "crate::graphql::paging::Direction::Asc")]
            pub direction: $crate::graphql::paging::Direction,
        }

        impl From<$input> for $crate::store::OrderTerm {
            fn from(by: $input) -> Self {
                let (column, scalar) = match by.field {
                    $($field::$value => ($column, $crate::store::Scalar::$scalar),)+
                };
                match by.direction {
                    $crate::graphql::paging::Direction::Asc => Self::ascending(column, scalar),
                    $crate::graphql::paging::Direction::Desc => Self::descending(column, scalar),
                }
            }
        }
    };
}
pub(super) use order_by;

/// The order asked for, or `otherwise`.
pub fn order<B: Into<crate::store::OrderTerm>>(
    by: Option<Vec<B>>,
    otherwise: crate::store::OrderTerm,
) -> Vec<crate::store::OrderTerm> {
    let mut terms: Vec<crate::store::OrderTerm> = Vec::new();
    for term in by.unwrap_or_default().into_iter().map(Into::into) {
        if !terms.iter().any(|known| known.column == term.column) {
            terms.push(term);
        }
    }
    if terms.is_empty() {
        vec![otherwise]
    } else {
        terms
    }
}

/// Which comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
pub enum Direction {
    /// The smallest, the oldest, A.
    Asc,
    /// The largest, the newest, Z.
    Desc,
}
