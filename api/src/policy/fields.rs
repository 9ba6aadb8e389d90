//! For every field of the schema: who may read it, and by what that is held.
//!
//! The rules here don't hold anything by themselves. [`Rule::Scoped`], [`Rule::Edge`] and
//! [`Rule::Shown`] are held by the store, which puts scope and guards into every statement, and
//! [`Rule::Decided`] by [`super::decide()`]. This is the list that makes somebody who adds a field
//! say which it is: `tests/it/fields.rs` refuses a field without a row, and a row that doesn't agree
//! with the store's edges and guards.
//!
//! A file per room, each with its part of `Query` and `Mutation`; a payload of one record and its
//! user errors is named under `@payloads`, by its record and without the word.

mod access;
mod activities;
mod answers;
mod bookings;
mod call_outs;
mod cases;
mod figures;
mod initiatives;
mod partners;
mod people;
mod places;
mod plans;
mod privacy;
mod teams;

/// By what a field is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Part of the public directory: whoever sees the record, and that needs no account.
    Open,
    /// Whoever may see the record.
    Record,
    /// Only where the record's guard of this name shows it; elsewhere null or empty.
    Shown(&'static str),
    /// Another record or list of records, as far as their own scope shows them.
    Edge,
    /// Another record as far as its own scope shows it, only where the record's guard of this name
    /// shows it.
    ShownEdge(&'static str),
    /// Records, as far as their scope shows them.
    Scoped,
    /// Only with a purpose, which is written to the access log.
    Purpose,
    /// A use case that asks the policy for this action.
    Decided(&'static str),
    /// Part of the answer to what was asked; says nothing of its own.
    Answer,
}

/// Fields of one type that are held by the same rule.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The type.
    pub of: &'static str,
    /// The rule.
    pub rule: Rule,
    /// The fields.
    pub fields: &'static [&'static str],
}

macro_rules! rows {
    (
        $($of:ident { $($rule:ident $(($what:literal))? : $($field:ident)+ ;)+ })*
        $(@payloads { $($record:ident: $($payload:ident)+ ;)+ })?
    ) => {
        &[
            $($(Row {
                of: stringify!($of),
                rule: Rule::$rule $(($what))?,
                fields: &[$(stringify!($field)),+],
            },)+)*
            $($($(Row {
                of: concat!(stringify!($payload), "Payload"),
                rule: Rule::Answer,
                fields: &[stringify!($record), "userErrors"],
            },)+)+)?
        ]
    };
}
use rows;

/// The rooms.
const ROOMS: &[&[Row]] = &[
    access::FIELDS,
    activities::FIELDS,
    answers::FIELDS,
    call_outs::FIELDS,
    bookings::FIELDS,
    cases::FIELDS,
    figures::FIELDS,
    initiatives::FIELDS,
    partners::FIELDS,
    people::FIELDS,
    places::FIELDS,
    privacy::FIELDS,
    teams::FIELDS,
    plans::FIELDS,
];

/// Every field but those of connections, which are made in one place and show what their records'
/// scope shows.
pub fn all() -> impl Iterator<Item = &'static Row> {
    ROOMS.iter().flat_map(|room| room.iter())
}

/// The rule of a field.
#[must_use]
pub fn rule(of: &str, field: &str) -> Option<Rule> {
    all()
        .find(|row| row.of == of && row.fields.contains(&field))
        .map(|row| row.rule)
}
