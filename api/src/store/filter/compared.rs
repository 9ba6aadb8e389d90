//! What filters compare of a record: its columns as the viewer sees them.
//!
//! What a viewer sees may hang on a condition over several tables. Stated once for each comparison, forty
//! of them keep `PostgreSQL` planning for seconds, in which it can't be interrupted. So what is compared
//! more than once is computed once for each row, in a sub-select of one row.

use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query};
use uuid::Uuid;

use super::super::{
    record::{How, Kind},
    scope,
};
use crate::policy::Viewer;

/// Something of a record that can be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparable {
    /// The column, as the viewer sees it.
    Column(&'static str),
    /// Whether the viewer may see the record whose id is in this column. Somebody who isn't shown whom
    /// a record is about can't find it out by asking for their id.
    Shown(&'static str),
    /// The answer to the record's question of this field about the record with this id.
    Answer(&'static str, Uuid),
}

/// The record of which something is compared.
pub(super) struct Compared<'a> {
    pub(super) viewer: &'a Viewer,
    /// Its alias.
    pub(super) t: &'a Alias,
    kind: Kind,
    /// What is computed once.
    pub(super) once: Vec<Comparable>,
}

impl<'a> Compared<'a> {
    pub(super) fn new(kind: Kind, viewer: &'a Viewer, t: &'a Alias) -> Self {
        Self {
            viewer,
            t,
            kind,
            once: Vec::new(),
        }
    }

    /// Of what is compared, each that is so more than once and isn't just a column or known already.
    pub(super) fn repeated(&self, compared: &[Comparable]) -> Vec<Comparable> {
        let mut repeated = Vec::new();
        for (n, value) in compared.iter().enumerate() {
            let again = compared[..n].contains(value);
            if again && !repeated.contains(value) && !self.is_plain(*value) {
                repeated.push(*value);
            }
        }
        repeated
    }

    fn is_plain(&self, value: Comparable) -> bool {
        let computed = self.computed(value);
        match value {
            Comparable::Column(name) => computed == scope::col(self.t, name),
            Comparable::Shown(_) => computed == scope::everything(),
            Comparable::Answer(..) => false,
        }
    }

    /// The value, for comparing it.
    pub(super) fn value(&self, value: Comparable) -> Expr {
        match self.once.iter().position(|known| *known == value) {
            Some(n) => Expr::col((once(), column_of(n))),
            None => self.computed(value),
        }
    }

    /// `holds`, which compares what is computed once.
    pub(super) fn with_once(&self, holds: Expr) -> Expr {
        let mut row = Query::select();
        for (n, value) in self.once.iter().enumerate() {
            row.expr_as(self.computed(*value), column_of(n));
        }
        // A limit keeps the databases from writing the conditions out into each comparison again.
        row.limit(1);
        let mut select = Query::select();
        select
            .expr(Expr::cust("1"))
            .from_subquery(row, once())
            .and_where(holds);
        Expr::exists(select)
    }

    fn computed(&self, value: Comparable) -> Expr {
        match value {
            Comparable::Column(name) => self.kind.shape().column(name, self.viewer, self.t),
            Comparable::Shown(name) => self.shows_other(name),
            Comparable::Answer(field, about) => match self.kind.question(field) {
                None => scope::nothing(),
                Some(question) => (question.holds)(self.viewer, self.t, about),
            },
        }
    }

    fn shows_other(&self, column: &'static str) -> Expr {
        let mut edges = self.kind.shape().edges().iter();
        let Some(edge) = edges.find(|edge| matches!(edge.how, How::One(of) if of == column)) else {
            return scope::everything();
        };
        let (other, shape) = (Alias::new("shown"), edge.to.shape());
        let visible = shape.scope(self.viewer, &other);
        if visible == scope::everything() {
            return visible;
        }
        let mut select = Query::select();
        select
            .expr(Expr::cust("1"))
            .from_as(shape.table(), other.clone())
            .and_where(scope::col(&other, "id").equals((self.t.clone(), column)))
            .and_where(visible);
        Expr::exists(select)
    }
}

fn once() -> Alias {
    Alias::new("once")
}

fn column_of(n: usize) -> Alias {
    Alias::new(format!("c{n}"))
}
