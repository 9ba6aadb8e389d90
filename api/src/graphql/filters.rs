//! Typed comparators for `where:`. A comparator that is given several conditions wants all of them;
//! one that is given none finds nothing.

use async_graphql::{ID, InputObject, InputType};
use nabij_entity::{self as entity, area_code::AreaCodeScheme, set::Member};
use sea_orm::Value;

use super::{
    errors::FieldResult,
    scalars::{Date, DateTime},
};
use crate::{
    domain::text::LINE,
    store::{Filter, Kind},
};

/// Compares an id. Without a condition, or with a null one, it finds nothing.
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
        Ok(all_given(all))
    }
}

impl IdFilter {
    /// The condition that the record is linked, through `table`, to records of `kind`. `this` and
    /// `other` are that table's columns for this record's and the other's id.
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
        let Self { eq, r#in, is_null } = self;
        let linked = |ids: &[ID]| -> FieldResult<Filter> {
            let ids = ids.iter().map(|id| Ok(super::errors::id(kind, id)?.into()));
            Ok(Filter::Linked {
                table,
                this,
                other,
                ids: ids.collect::<FieldResult<_>>()?,
            })
        };
        let mut all = Vec::new();
        if let Some(id) = eq {
            all.push(linked(&[id])?);
        }
        if let Some(ids) = r#in {
            all.push(linked(&ids)?);
        }
        all.extend(is_null.map(|null| {
            let any = Filter::Owns {
                table,
                this,
                values: Vec::new(),
            };
            if null {
                Filter::Not(Box::new(any))
            } else {
                any
            }
        }));
        Ok(all_given(all))
    }
}

impl IdFilter {
    /// The condition that the volunteer serves these neighbourhoods at `now`, as assigned or as
    /// deployed.
    ///
    /// # Errors
    /// When an id is not a neighbourhood's.
    pub fn serves(self, now: chrono::DateTime<chrono::Utc>) -> FieldResult<Filter> {
        let Self { eq, r#in, is_null } = self;
        let in_places = |ids: &[ID]| -> FieldResult<Filter> {
            let ids = ids
                .iter()
                .map(|id| Ok(super::errors::id(Kind::Neighbourhood, id)?.into()));
            Ok(Filter::Serves(Some(ids.collect::<FieldResult<_>>()?), now))
        };
        let mut all = Vec::new();
        if let Some(id) = eq {
            all.push(in_places(&[id])?);
        }
        if let Some(ids) = r#in {
            all.push(in_places(&ids)?);
        }
        all.extend(is_null.map(|null| {
            let anywhere = Filter::Serves(None, now);
            if null {
                Filter::Not(Box::new(anywhere))
            } else {
                anywhere
            }
        }));
        Ok(all_given(all))
    }
}

/// Compares a whole number. Without a condition, or with a null one, it finds nothing.
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
        all_given(all)
    }
}

/// Compares a text. Without a condition, or with a null one, it finds nothing. Letters a–z match in either case; `%` and `_` are characters like others.
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
        // No line that is kept is longer, and a longer pattern is more than a database takes.
        all.extend(contains.map(|text| match text.chars().count() {
            0..=LINE => Filter::Contains(column, storable(text)),
            _ => Filter::Or(Vec::new()),
        }));
        all_given(all)
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

/// Compares a point in time. Without a condition, or with a null one, it finds nothing.
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
        all_given(all)
    }
}

/// Compares a calendar date. Without a condition, or with a null one, it finds nothing.
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
        all_given(all)
    }
}

/// Compares a code. Without a condition, or with a null one, it finds nothing.
#[derive(Clone, Debug, InputObject)]
#[graphql(concrete(name = "SignalStatusFilter", params(entity::signal::SignalStatus)))]
#[graphql(concrete(name = "SignalKindFilter", params(entity::signal::SignalKind)))]
#[graphql(concrete(name = "CategoryFilter", params(entity::vocabulary::Category)))]
#[graphql(concrete(name = "UrgencyFilter", params(entity::vocabulary::Urgency)))]
#[graphql(concrete(
    name = "InflowChannelFilter",
    params(entity::vocabulary::InflowChannel)
))]
#[graphql(concrete(
    name = "ReferralStatusFilter",
    params(entity::referral::ReferralStatus)
))]
#[graphql(concrete(name = "SharingBasisFilter", params(entity::referral::SharingBasis)))]
#[graphql(concrete(name = "CallOutStatusFilter", params(entity::call_out::CallOutStatus)))]
#[graphql(concrete(name = "ChoreKindFilter", params(entity::vocabulary::ChoreKind)))]
#[graphql(concrete(
    name = "AmbassadorStatusFilter",
    params(entity::ambassador::AmbassadorStatus)
))]
#[graphql(concrete(
    name = "AccessPurposeFilter",
    params(entity::access_log::AccessPurpose)
))]
#[graphql(concrete(name = "CountryFilter", params(entity::vocabulary::Country)))]
#[graphql(concrete(name = "PartnerKindFilter", params(entity::partner::PartnerKind)))]
#[graphql(concrete(name = "PartnerStatusFilter", params(entity::partner::PartnerStatus)))]
#[graphql(concrete(name = "ServiceStatusFilter", params(entity::service::ServiceStatus)))]
#[graphql(concrete(name = "TargetGroupFilter", params(entity::vocabulary::TargetGroup)))]
#[graphql(concrete(name = "BookableKindFilter", params(entity::bookable::BookableKind)))]
#[graphql(concrete(
    name = "BookableStatusFilter",
    params(entity::bookable::BookableStatus)
))]
#[graphql(concrete(name = "AccessFeatureFilter", params(entity::bookable::AccessFeature)))]
#[graphql(concrete(name = "BookingStatusFilter", params(entity::booking::BookingStatus)))]
#[graphql(concrete(
    name = "ActivityStatusFilter",
    params(entity::activity::ActivityStatus)
))]
#[graphql(concrete(name = "ActivityLeadFilter", params(entity::activity::ActivityLead)))]
#[graphql(concrete(
    name = "ActivityOutcomeFilter",
    params(entity::activity::ActivityOutcome)
))]
#[graphql(concrete(name = "TrainingKindFilter", params(entity::training::TrainingKind)))]
#[graphql(concrete(name = "PlanStageFilter", params(entity::plan::PlanStage)))]
#[graphql(concrete(name = "FindingKindFilter", params(entity::finding::FindingKind)))]
#[graphql(concrete(
    name = "PlanActionStatusFilter",
    params(entity::plan_action::PlanActionStatus)
))]
#[graphql(concrete(
    name = "PlanActionOwnerFilter",
    params(entity::plan_action::PlanActionOwner)
))]
#[graphql(concrete(name = "FundingKindFilter", params(entity::funding_line::FundingKind)))]
#[graphql(concrete(
    name = "FundingStatusFilter",
    params(entity::funding_line::FundingStatus)
))]
#[graphql(concrete(name = "UserKindFilter", params(entity::user::UserKind)))]
#[graphql(concrete(name = "UserStatusFilter", params(entity::user::UserStatus)))]
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
        all_given(all)
    }
}

impl<T: InputType + Member> CodeFilter<T> {
    /// The condition on `column`, which holds several codes: one of them compares so.
    #[must_use]
    pub fn among(self, column: &'static str) -> Filter {
        let Self { eq, r#in } = self;
        let has = |code: &T| Filter::Has(column, code.to_code().into_owned());
        let mut all = Vec::new();
        all.extend(eq.as_ref().map(has));
        all.extend(r#in.map(|mut codes| {
            // A code named twice asks for nothing more.
            let mut known = Vec::new();
            codes.retain(|code| {
                let code = code.to_code().into_owned();
                let new = !known.contains(&code);
                known.extend(new.then_some(code));
                new
            });
            Filter::Or(codes.iter().map(has).collect())
        }));
        all_given(all)
    }
}

/// Compares the official codes of a neighbourhood: it has one for which all of this holds.
#[derive(Clone, Debug, InputObject)]
pub struct AreaCodeFilter {
    /// The list that the code belongs to; absent for any.
    pub scheme: Option<AreaCodeScheme>,
    /// The code.
    pub code: String,
}

impl AreaCodeFilter {
    /// The condition on a neighbourhood.
    #[must_use]
    pub fn filter(self) -> Filter {
        let Self { scheme, code } = self;
        let mut values = vec![("code", storable(code).into())];
        values.extend(scheme.map(|scheme| ("scheme", scheme.into())));
        Filter::Owns {
            table: "area_codes",
            this: "neighbourhood_id",
            values,
        }
    }
}

/// Compares whether somebody is of the age that an initiative is meant for, by its rule as it is now
/// and the year they were born in. Without a condition, or with a null one, it finds nothing.
#[derive(Clone, Debug, InputObject)]
pub struct CohortFilter {
    /// The initiative.
    pub initiative: ID,
    /// They are (true), or they aren't (false).
    pub eq: Option<bool>,
    /// It isn't known or isn't shown to you (true), or it is (false).
    pub is_null: Option<bool>,
}

impl CohortFilter {
    /// The condition on a record that answers the question `inCohort`.
    ///
    /// # Errors
    /// When the id is not that of an initiative.
    pub fn filter(self) -> FieldResult<Filter> {
        let Self {
            initiative,
            eq,
            is_null,
        } = self;
        let initiative = super::errors::id(Kind::Initiative, &initiative)?;
        let answers = |answer| Filter::Answers("inCohort", initiative, answer);
        let mut all = Vec::new();
        all.extend(eq.map(|is| answers(Some(is))));
        all.extend(is_null.map(|null| {
            let none = answers(None);
            if null {
                none
            } else {
                Filter::Not(Box::new(none))
            }
        }));
        Ok(all_given(all))
    }
}

/// All of a comparator's conditions. One without any finds nothing: a variable that a client forgot
/// to set must not show it a whole list for one neighbourhood's.
fn all_given(conditions: Vec<Filter>) -> Filter {
    if conditions.is_empty() {
        Filter::Or(Vec::new())
    } else {
        Filter::And(conditions)
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
