//! What is held of a resident, table by table: how a row is tied to a person, what of it is told in
//! the person's dossier (GDPR article 15), and what of it goes when the person is erased (article 17).
//! The tables themselves are in `held/tables.rs`.

use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query, SelectStatement};
use uuid::Uuid;

use super::scope;

mod tables;

pub use tables::{ELSEWHERE, HELD};

/// A table with what it holds of residents.
pub struct Held {
    /// The table.
    pub table: &'static str,
    /// The prefix of its records' ids; none for rows that have no id of their own.
    pub prefix: Option<&'static str>,
    /// How a row is tied to a person; any of them counts.
    ties: &'static [Tie],
    /// Its columns.
    pub columns: &'static [Column],
    /// Whether its rows go altogether when the person is erased.
    pub goes: bool,
}

/// How a row is tied to a person.
enum Tie {
    /// This column holds the person's id.
    Person(&'static str),
    /// This column holds the id of a row of that table, which is tied to the person.
    Row(&'static str, &'static str),
    /// This column holds the id of any record that is tied to the person.
    AnyRecord(&'static str),
}

/// A column of a table that holds something of residents.
#[derive(Clone, Copy)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// How it is told in the dossier.
    pub tells: Tells,
    /// What becomes of it when the person is erased.
    pub fate: Fate,
}

/// How a column is told in the dossier.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tells {
    /// It isn't: it says nothing of the person, or is somebody else's name.
    Nothing,
    /// As it is.
    Text,
    /// A moment.
    Time,
    /// The name of the organisation whose id it holds.
    Organisation,
}

/// What becomes of a column when the person is erased.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It stays: a code, a time or an id, without the person.
    Stays,
    /// It becomes null.
    Null,
    /// It becomes an empty text.
    Blank,
    /// It becomes an empty set.
    NoneOf,
    /// Only codes of its document stay.
    Codes,
    /// It stays: it leads to nobody any more. When a case is removed whose person stays, it becomes
    /// null.
    Link,
}

/// Whose rows are meant.
#[derive(Clone)]
pub(super) enum Whose {
    /// Those of these people.
    People(Vec<Uuid>),
    /// Those of these cases: signals, with what belongs to them, and nothing else of their people.
    Cases(Vec<Uuid>),
    /// Those of the cases whose ids this selects.
    CasesIn(Box<SelectStatement>),
}

impl Whose {
    pub(super) fn person(id: Uuid) -> Self {
        Self::People(vec![id])
    }

    /// The row's column holds the id of one of the people.
    fn are_people(&self, column: Expr) -> Expr {
        match self {
            Self::People(ids) => column.is_in(ids.iter().copied()),
            Self::Cases(_) | Self::CasesIn(_) => scope::nothing(),
        }
    }

    /// The signal's id is that of one of the cases.
    fn are_cases(&self, id: Expr) -> Expr {
        match self {
            Self::People(_) => scope::nothing(),
            Self::Cases(ids) => id.is_in(ids.iter().copied()),
            Self::CasesIn(select) => id.in_subquery(SelectStatement::clone(select)),
        }
    }
}

impl Held {
    /// The rows of this table that are theirs, by its own name.
    pub(super) fn of(&self, whose: &Whose) -> Expr {
        let ties = self.ties.iter().map(|tie| tie.holds(self.table, whose));
        if self.table != "signals" {
            return scope::any(ties);
        }
        let id = Expr::col((Alias::new(self.table), Alias::new("id")));
        scope::any(ties.chain([whose.are_cases(id)]))
    }

    /// The ids of those rows.
    pub(super) fn ids_of(&self, whose: &Whose) -> SelectStatement {
        Query::select()
            .column((Alias::new(self.table), Alias::new("id")))
            .from(self.table)
            .and_where(self.of(whose))
            .to_owned()
    }

    /// The id of the signal that a row of this table belongs to, by its own name; none where it
    /// belongs to no case, or isn't a record of its own.
    pub(super) fn case(&self) -> Option<Expr> {
        self.prefix?;
        let column = |name: &'static str| Expr::col((Alias::new(self.table), Alias::new(name)));
        if self.table == "signals" {
            return Some(column("id"));
        }
        self.ties.iter().find_map(|tie| match tie {
            Tie::Row(name, "signals") => Some(column(name)),
            Tie::Row(name, other) => {
                let held = HELD.iter().find(|held| held.table == *other)?;
                let mut select = Query::select();
                select.expr(held.case()?).from(held.table).and_where(
                    Expr::col((Alias::new(held.table), Alias::new("id"))).eq(column(name)),
                );
                Some(select.into())
            }
            Tie::Person(_) | Tie::AnyRecord(_) => None,
        })
    }
}

impl Tie {
    fn holds(&self, table: &'static str, whose: &Whose) -> Expr {
        let column = |name: &'static str| Expr::col((Alias::new(table), Alias::new(name)));
        let known = |name: &str| HELD.iter().find(|held| held.table == name);
        match self {
            Self::Person(name) => whose.are_people(column(name)),
            Self::Row(name, other) => match known(other) {
                Some(other) => column(name).in_subquery(other.ids_of(whose)),
                None => scope::nothing(),
            },
            Self::AnyRecord(name) => scope::any(
                HELD.iter()
                    .filter(|held| held.prefix.is_some_and(|prefix| prefix != "event"))
                    .map(|held| column(name).in_subquery(held.ids_of(whose))),
            ),
        }
    }
}
