//! Figures of places in a period: counts, medians, who was seen. One statement for each part,
//! whatever the number of rows and places.
//!
//! A figure is no record, so no scope can be put on it: each part takes the permit that `decide()`
//! gave for the places. What each figure means is said where people read it, in
//! `graphql/statistics.rs`.
//!
//! To add a figure: a field of [`Figures`], its rows in the statement of its part.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use nabij_entity::{
    activity::{ActivityOutcome, ActivityStatus},
    call_out::CallOutStatus,
    referral::{ReferralOutcome, ReferralStatus},
    signal::{SignalKind, SignalOutcome, SignalStatus},
    vocabulary::{AgeBand, Category, InflowChannel, TargetGroup, Urgency},
};
use sea_orm::{
    ConnectionTrait, QueryResult,
    sea_query::{
        Alias, CaseStatement, CommonTableExpression, Expr, ExprTrait, JoinType, Order, Query,
        SelectStatement, UnionType,
    },
};
use uuid::Uuid;

use super::{Cx, Failure, access, read::padded, scope, scope::col};
use crate::policy::Viewer;

mod activities;
mod cases;
mod reach;
mod waits;

pub use cases::{GOT_HELP, HELPED};

/// Which places are asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Places {
    /// All neighbourhoods of a municipality.
    Municipality(Uuid),
    /// These neighbourhoods.
    Neighbourhoods(Vec<Uuid>),
}

/// A place that was found: its municipality, and the neighbourhood, unless it has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// The municipality.
    pub municipality: Uuid,
    /// The neighbourhood; none for a municipality in which there is none yet.
    pub neighbourhood: Option<Uuid>,
}

/// What is counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// In which neighbourhoods.
    pub neighbourhoods: Vec<Uuid>,
    /// From when.
    pub from: DateTime<Utc>,
    /// Until when, that moment not included.
    pub until: DateTime<Utc>,
    /// The year in which people's ages are told.
    pub year: i32,
}

/// How many of each.
pub type Counts<K> = BTreeMap<K, u64>;

/// The figures of one place, or of all places together. What wasn't asked for is zero.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Signals that came in.
    pub signals: Signals,
    /// Referrals that were made.
    pub referrals: Referrals,
    /// Call-outs that were opened, by where they stand.
    pub call_outs: Counts<CallOutStatus>,
    /// Different residents who were helped.
    pub people_helped: u64,
    /// How long people waited.
    pub waits: Waits,
    /// What was done together.
    pub activities: Activities,
    /// Who was seen.
    pub reach: Reach,
}

/// Signals that came in, by what is known of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signals {
    /// By kind.
    pub kinds: Counts<SignalKind>,
    /// By category.
    pub categories: Counts<Category>,
    /// By the age of the resident.
    pub age_bands: Counts<AgeBand>,
    /// By the way they came in.
    pub inflow_channels: Counts<InflowChannel>,
    /// By urgency.
    pub urgencies: Counts<Urgency>,
    /// By where they stand.
    pub statuses: Counts<SignalStatus>,
    /// By outcome, those that are resolved.
    pub outcomes: Counts<SignalOutcome>,
}

/// Referrals that were made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Referrals {
    /// By where they stand.
    pub statuses: Counts<ReferralStatus>,
    /// By outcome, those that were completed or failed.
    pub outcomes: Counts<ReferralOutcome>,
}

/// Times that people waited.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waits {
    /// From a signal to the first contact about it.
    pub first_contact: Median,
    /// From a signal to its first referral.
    pub first_referral: Median,
    /// From a referral to its acceptance.
    pub acceptance: Median,
}

/// The middle of some times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Median {
    /// How many there are.
    pub of: u64,
    /// The two in the middle, in seconds: the same one when there is an odd number.
    pub middle: [u64; 2],
}

/// Activities that took place or should have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Activities {
    /// By where they stand.
    pub statuses: Counts<ActivityStatus>,
    /// By outcome, those that are completed.
    pub outcomes: Counts<ActivityOutcome>,
    /// How often something took place.
    pub occurrences: u64,
    /// How many people were counted.
    pub attendance: u64,
    /// How many of each group were counted.
    pub mix: Counts<TargetGroup>,
    /// Led by residents.
    pub resident_led: u64,
    /// Led by residents, and following an earlier one.
    pub resident_led_follow_ups: u64,
    /// Completed ones that reached the groups they were meant for, by group.
    pub meant_for: Counts<TargetGroup>,
}

/// Different residents who were seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// By age.
    pub age_bands: Counts<AgeBand>,
    /// By the groups they belong to; somebody may belong to several.
    pub target_groups: Counts<TargetGroup>,
}

/// The figures of each neighbourhood, and under `None` those of all together.
#[derive(Clone, Debug, Default)]
pub struct Sheets(HashMap<Option<Uuid>, Figures>);

impl Sheets {
    /// Takes out the figures of a neighbourhood; those of all together under `None`.
    #[must_use]
    pub fn take(&mut self, place: Option<Uuid>) -> Figures {
        self.0.remove(&place).unwrap_or_default()
    }

    /// Of one place.
    fn of(&mut self, place: Option<Uuid>) -> &mut Figures {
        self.0.entry(place).or_default()
    }

    /// Of the place of a row and of all together: for what is in one place only.
    fn adding(
        &mut self,
        row: &Tally,
        mut add: impl FnMut(&mut Figures) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        add(self.of(row.place))?;
        add(self.of(None))
    }
}

/// A row of a statement that counts: a place (none for all together), what, its code, how many.
struct Tally {
    place: Option<Uuid>,
    what: String,
    code: Option<String>,
    total: u64,
}

impl Tally {
    fn read(row: &QueryResult) -> Result<Self, Failure> {
        Ok(Self {
            place: row.try_get("", "place")?,
            what: row.try_get("", "what")?,
            code: row.try_get("", "code")?,
            total: count(row, "total")?,
        })
    }

    /// Adds this row to the counts whose codes `read` knows.
    fn onto<K: Ord>(
        &self,
        counts: &mut Counts<K>,
        read: fn(&str) -> Option<K>,
    ) -> Result<(), Failure> {
        let code = self.code.as_deref().and_then(read);
        let code = code.ok_or(Failure::Bug("a code that isn't in the vocabulary"))?;
        *counts.entry(code).or_default() += self.total;
        Ok(())
    }
}

/// A whole number that isn't negative; null counts as none.
fn count(row: &QueryResult, column: &str) -> Result<u64, Failure> {
    let number = row.try_get::<Option<i64>>("", column)?.unwrap_or(0);
    u64::try_from(number).map_err(|_| Failure::Bug("a count below 0"))
}

impl Cx {
    /// The places asked about that there are, by name. Says nothing about what may be known of
    /// them. When the viewer's roles have changed since they were read, they are read again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn places_counted(&self, asked: &Places) -> Result<Vec<Found>, Failure> {
        let viewer = self.viewer();
        let found = self.places_counted_as(&viewer, asked).await?;
        if found.is_empty() && self.refresh_viewer(&viewer).await? {
            return self.places_counted_as(&self.viewer(), asked).await;
        }
        Ok(found)
    }

    async fn places_counted_as(
        &self,
        viewer: &Viewer,
        asked: &Places,
    ) -> Result<Vec<Found>, Failure> {
        let (n, m) = (Alias::new("n"), Alias::new("m"));
        let mut select = Query::select();
        select
            .expr_as(col(&m, "id"), "municipality")
            .expr_as(col(&n, "id"), "neighbourhood")
            .from_as("municipalities", m.clone())
            .join_as(
                JoinType::LeftJoin,
                "neighbourhoods",
                n.clone(),
                col(&n, "municipality_id").equals((m.clone(), "id")),
            )
            .and_where_option(access::is_current(viewer))
            .order_by((n.clone(), "name"), Order::Asc)
            .order_by((n.clone(), "id"), Order::Asc);
        match asked {
            Places::Municipality(id) => select.and_where(col(&m, "id").eq(*id)),
            Places::Neighbourhoods(ids) => select.and_where(col(&n, "id").is_in(padded(ids))),
        };
        let rows = self.reader().query_all(&select).await?;
        let found = rows.iter().map(|row| {
            Ok(Found {
                municipality: row.try_get("", "municipality")?,
                neighbourhood: row.try_get("", "neighbourhood")?,
            })
        });
        found.collect()
    }

    /// Runs a statement whose rows are tallies.
    async fn tallies(&self, select: &SelectStatement) -> Result<Vec<Tally>, Failure> {
        let rows = self.reader().query_all(select).await?;
        rows.iter().map(Tally::read).collect()
    }
}

/// The row lies in one of the neighbourhoods.
fn there(span: &Span, t: &Alias) -> Expr {
    if span.neighbourhoods.is_empty() {
        return scope::nothing();
    }
    col(t, "neighbourhood_id").is_in(padded(&span.neighbourhoods))
}

/// The row lies in one of the neighbourhoods, and its moment `column` in the period.
fn within(span: &Span, t: &Alias, column: &'static str) -> Expr {
    scope::all([
        there(span, t),
        col(t, column).gte(span.from),
        col(t, column).lt(span.until),
    ])
}

/// A select that others of the statement refer to by its name. It is run once: SQLite would run it
/// anew for each that does.
fn called(name: &'static str, select: SelectStatement) -> CommonTableExpression {
    CommonTableExpression::new()
        .query(select)
        .table_name(name)
        .materialized(true)
        .to_owned()
}

/// Tallies of the rows of `from` that have a `code`, per place.
fn tally(from: &'static str, what: &'static str, code: Expr, total: Expr) -> SelectStatement {
    Query::select()
        .column("place")
        .expr_as(Expr::cust(format!("'{what}'")), "what")
        .expr_as(code.clone(), "code")
        .expr_as(total, "total")
        .from(from)
        .and_where(code.clone().is_not_null())
        .group_by_col("place")
        .add_group_by([code])
        .to_owned()
}

/// The total per place of the rows of `from` for which `holds`, under one code or none.
fn total(
    from: &'static str,
    what: &'static str,
    code: Option<&'static str>,
    total: Expr,
    holds: Expr,
) -> SelectStatement {
    let code = code.map_or_else(|| "NULL".to_owned(), |code| format!("'{code}'"));
    Query::select()
        .column("place")
        .expr_as(Expr::cust(format!("'{what}'")), "what")
        .expr_as(Expr::cust(code), "code")
        .expr_as(total, "total")
        .from(from)
        .and_where(holds)
        .group_by_col("place")
        .to_owned()
}

/// The number of rows.
fn rows() -> Expr {
    Expr::cust("COUNT(*)")
}

/// One statement of several.
fn together(parts: impl IntoIterator<Item = SelectStatement>, how: UnionType) -> SelectStatement {
    let mut parts = parts.into_iter();
    let mut first = parts.next().unwrap_or_default();
    first.unions(parts.map(|part| (how, part)));
    first
}

/// Below which age each band ends.
const BANDS: [(i32, AgeBand); 6] = [
    (12, AgeBand::UpTo11),
    (25, AgeBand::From12To24),
    (45, AgeBand::From25To44),
    (65, AgeBand::From45To64),
    (75, AgeBand::From65To74),
    (85, AgeBand::From75To84),
];

/// The age band, in `year`, of a resident whose row is `r`; there may be none.
fn age_band(r: &Alias, year: i32) -> Expr {
    let born = col(r, "birth_year");
    let mut case = CaseStatement::new()
        .case(col(r, "id").is_null(), AgeBand::NoResident.code())
        .case(born.clone().is_null(), AgeBand::Unknown.code());
    for (below, band) in BANDS {
        case = case.case(born.clone().gt(year - below), band.code());
    }
    case.finally(AgeBand::From85.code()).into()
}
