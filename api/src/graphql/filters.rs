//! Typed comparators for `where:`. What a comparator is given twice holds both times; an empty one
//! holds always.

use async_graphql::{ID, InputObject, InputType};
use nabij_entity as entity;
use sea_orm::Value;

use super::{
    errors::FieldResult,
    scalars::{Date, DateTime},
};
use crate::store::{Filter, Kind};

/// Compares an id.
#[derive(Clone, Debug, Default, InputObject)]
pub struct IdFilter {
    /// It is this one.
    pub eq: Option<ID>,
    /// It is one of these.
    pub r#in: Option<Vec<ID>>,
    /// There is none (true), or there is one (false).
    pub is_null: Option<bool>,
}

impl IdFilter {
    /// The condition on `column`, which holds ids of `kind`.
    ///
    /// # Errors
    /// When an id is not one of `kind`.
    pub fn on(self, column: &'static str, kind: Kind) -> FieldResult<Filter> {
        let Self { eq, r#in, is_null } = self;
        let mut all = Vec::new();
        if let Some(id) = eq {
            all.push(Filter::Eq(column, super::errors::id(kind, &id)?.into()));
        }
        if let Some(ids) = r#in {
            let ids = ids
                .iter()
                .map(|id| Ok(super::errors::id(kind, id)?.into()))
                .collect::<FieldResult<_>>()?;
            all.push(Filter::In(column, ids));
        }
        all.extend(is_null.map(|null| Filter::IsNull(column, null)));
        Ok(Filter::And(all))
    }
}

/// Compares the records that one is linked to: at least one of them fits.
#[derive(Clone, Debug, Default, InputObject)]
pub struct LinkFilter {
    /// It is linked to this one.
    pub eq: Option<ID>,
    /// It is linked to one of these.
    pub r#in: Option<Vec<ID>>,
}

impl LinkFilter {
    /// The condition through the link table `table`, of which the column `this` holds the record's
    /// id and the column `other` ids of `kind`.
    ///
    /// # Errors
    /// When an id is not one of `kind`.
    pub fn through(
        self,
        table: &'static str,
        this: &'static str,
        other: &'static str,
        kind: Kind,
    ) -> FieldResult<Filter> {
        let Self { eq, r#in } = self;
        let linked = |id: &ID| {
            Ok(Filter::Linked {
                table,
                this,
                other,
                id: super::errors::id(kind, id)?.into(),
            })
        };
        let mut all = Vec::new();
        if let Some(id) = eq {
            all.push(linked(&id)?);
        }
        if let Some(ids) = r#in {
            let any = ids.iter().map(linked).collect::<FieldResult<_>>()?;
            all.push(Filter::Or(any));
        }
        Ok(Filter::And(all))
    }
}

/// Compares a whole number.
#[derive(Clone, Debug, Default, InputObject)]
pub struct IntFilter {
    /// It is this one.
    pub eq: Option<i32>,
    /// It is at least this.
    pub gte: Option<i32>,
    /// It is less than this.
    pub lt: Option<i32>,
    /// There is none (true), or there is one (false).
    pub is_null: Option<bool>,
}

impl IntFilter {
    /// The condition on `column`.
    #[must_use]
    pub fn on(self, column: &'static str) -> Filter {
        let Self {
            eq,
            gte,
            lt,
            is_null,
        } = self;
        let mut all = Vec::new();
        all.extend(eq.map(|number| Filter::Eq(column, number.into())));
        all.extend(gte.map(|number| Filter::Gte(column, number.into())));
        all.extend(lt.map(|number| Filter::Lt(column, number.into())));
        all.extend(is_null.map(|null| Filter::IsNull(column, null)));
        Filter::And(all)
    }
}

/// Compares a text. Letters a–z match in either case; `%` and `_` are characters like others.
#[derive(Clone, Debug, Default, InputObject)]
pub struct StringFilter {
    /// It is this one, to the letter.
    pub eq: Option<String>,
    /// It is one of these, to the letter.
    pub r#in: Option<Vec<String>>,
    /// It holds this somewhere.
    pub contains: Option<String>,
}

impl StringFilter {
    /// The condition on `column`.
    #[must_use]
    pub fn on(self, column: &'static str) -> Filter {
        let Self { eq, r#in, contains } = self;
        let mut all = Vec::new();
        all.extend(eq.map(|text| Filter::Eq(column, storable(text).into())));
        all.extend(r#in.map(|texts| {
            Filter::In(
                column,
                texts
                    .into_iter()
                    .map(|text| storable(text).into())
                    .collect(),
            )
        }));
        all.extend(contains.map(|text| Filter::Contains(column, storable(text))));
        Filter::And(all)
    }
}

/// PostgreSQL can't take NUL in text, and no text that is kept holds one: nothing is lost.
fn storable(text: String) -> String {
    if text.contains('\0') {
        text.replace('\0', "\u{fffd}")
    } else {
        text
    }
}

/// Compares a point in time.
#[derive(Clone, Debug, Default, InputObject)]
pub struct DateTimeFilter {
    /// It is at or after this.
    pub gte: Option<DateTime>,
    /// It is before this.
    pub lt: Option<DateTime>,
    /// There is none (true), or there is one (false).
    pub is_null: Option<bool>,
}

impl DateTimeFilter {
    /// The condition on `column`.
    #[must_use]
    pub fn on(self, column: &'static str) -> Filter {
        let Self { gte, lt, is_null } = self;
        let mut all = Vec::new();
        all.extend(gte.map(|at| Filter::Gte(column, at.0.into())));
        all.extend(lt.map(|at| Filter::Lt(column, at.0.into())));
        all.extend(is_null.map(|null| Filter::IsNull(column, null)));
        Filter::And(all)
    }
}

/// Compares a calendar date.
#[derive(Clone, Debug, Default, InputObject)]
pub struct DateFilter {
    /// It is on or after this.
    pub gte: Option<Date>,
    /// It is before this.
    pub lt: Option<Date>,
    /// There is none (true), or there is one (false).
    pub is_null: Option<bool>,
}

impl DateFilter {
    /// The condition on `column`.
    #[must_use]
    pub fn on(self, column: &'static str) -> Filter {
        let Self { gte, lt, is_null } = self;
        let mut all = Vec::new();
        all.extend(gte.map(|date| Filter::Gte(column, date.0.into())));
        all.extend(lt.map(|date| Filter::Lt(column, date.0.into())));
        all.extend(is_null.map(|null| Filter::IsNull(column, null)));
        Filter::And(all)
    }
}

/// Compares a code.
#[derive(Clone, Debug, InputObject)]
#[graphql(concrete(name = "SignalStatusFilter", params(entity::signal::SignalStatus)))]
#[graphql(concrete(name = "SignalKindFilter", params(entity::signal::SignalKind)))]
#[graphql(concrete(
    name = "ReferralStatusFilter",
    params(entity::referral::ReferralStatus)
))]
#[graphql(concrete(name = "CategoryFilter", params(entity::vocabulary::Category)))]
#[graphql(concrete(name = "UrgencyFilter", params(entity::vocabulary::Urgency)))]
#[graphql(concrete(
    name = "InflowChannelFilter",
    params(entity::vocabulary::InflowChannel)
))]
#[graphql(concrete(
    name = "AmbassadorStatusFilter",
    params(entity::ambassador::AmbassadorStatus)
))]
pub struct CodeFilter<T: InputType> {
    /// It is this one.
    pub eq: Option<T>,
    /// It is one of these.
    pub r#in: Option<Vec<T>>,
}

impl<T: InputType + Into<Value>> CodeFilter<T> {
    /// The condition on `column`.
    #[must_use]
    pub fn on(self, column: &'static str) -> Filter {
        let Self { eq, r#in } = self;
        let mut all = Vec::new();
        all.extend(eq.map(|code| Filter::Eq(column, code.into())));
        all.extend(
            r#in.map(|codes| Filter::In(column, codes.into_iter().map(Into::into).collect())),
        );
        Filter::And(all)
    }
}

/// Combines the parts of a `where:`: its own comparators, `and`, `or` and `not`.
///
/// # Errors
/// Those of the parts.
pub fn combine<W>(
    mut own: Vec<Filter>,
    and: Option<Vec<W>>,
    or: Option<Vec<W>>,
    not: Option<Box<W>>,
    read: impl Fn(W) -> FieldResult<Filter>,
) -> FieldResult<Filter> {
    if let Some(parts) = and {
        own.push(Filter::And(
            parts.into_iter().map(&read).collect::<FieldResult<_>>()?,
        ));
    }
    if let Some(parts) = or {
        own.push(Filter::Or(
            parts.into_iter().map(&read).collect::<FieldResult<_>>()?,
        ));
    }
    if let Some(part) = not {
        own.push(Filter::Not(Box::new(read(*part)?)));
    }
    Ok(Filter::And(own))
}
