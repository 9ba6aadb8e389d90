//! Where people need what: care needs by neighbourhood and category (story Z5).

use std::collections::{BTreeMap, HashMap};

use async_graphql::{Context, Error, ID, Object, SimpleObject};
use chrono::NaiveDate;
use nabij_entity::{finding::FindingKind, neighbourhood, signal::SignalKind, vocabulary::Category};

use crate::{
    graphql::{
        errors::{self, Fault, FieldResult},
        place::Neighbourhood,
        scalars::Date,
        selection::{cx, selected_rows},
    },
    store::{Failure, Filter, Kind},
};

/// What people in a neighbourhood need, of one category.
#[derive(SimpleObject)]
pub struct CareNeed {
    /// The neighbourhood.
    pub neighbourhood: Neighbourhood,
    /// What the needs are about.
    pub category: Category,
    /// How many care needs the sessions of plans brought to light: of the plans you may see.
    pub findings: i32,
    /// How many signals of kind NEED came in: of those you may see, which for the place's coordinator
    /// are all.
    pub signals: i32,
}

/// Queries about care needs.
#[derive(Default)]
pub struct CareNeedQuery;

#[Object]
impl CareNeedQuery {
    /// The map of what people need: care needs found by plans, and signals, counted by neighbourhood
    /// and category, the most frequent first. It takes three statements, whatever the number of
    /// rows.
    async fn care_needs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The municipality.")] municipality: ID,
        #[graphql(desc = "Only these neighbourhoods of it.")] neighbourhoods: Option<Vec<ID>>,
        #[graphql(desc = "From this day on, in UTC.")] from: Option<Date>,
        #[graphql(desc = "Before this day, in UTC.")] until: Option<Date>,
    ) -> Option<Result<Vec<CareNeed>, Error>> {
        let counted = async {
            let mut filters = vec![Filter::Eq(
                "municipality_id",
                errors::id(Kind::Municipality, &municipality)?.into(),
            )];
            if let Some(places) = neighbourhoods {
                let places = places
                    .iter()
                    .map(|id| Ok(errors::id(Kind::Neighbourhood, id)?.into()))
                    .collect::<FieldResult<_>>()?;
                filters.push(Filter::In("neighbourhood_id", places));
            }
            let midnight = |day: Date| midnight(day.0).into();
            filters.extend(from.map(|day| Filter::Gte("created_at", midnight(day))));
            filters.extend(until.map(|day| Filter::Lt("created_at", midnight(day))));
            count(ctx, filters).await
        };
        Some(counted.await.map_err(Error::from))
    }
}

fn midnight(day: NaiveDate) -> chrono::DateTime<chrono::Utc> {
    day.and_time(chrono::NaiveTime::MIN).and_utc()
}

async fn count(ctx: &Context<'_>, filters: Vec<Filter>) -> FieldResult<Vec<CareNeed>> {
    let of_kind = |code: &'static str| {
        let mut all = filters.clone();
        all.push(Filter::Eq("kind", code.into()));
        Filter::And(all)
    };
    let found = of_kind(FindingKind::CareNeed.code());
    let told = of_kind(SignalKind::Need.code());
    let mut needs: BTreeMap<(uuid::Uuid, Category), (i64, i64)> = BTreeMap::new();
    for tally in cx(ctx)?.tally(Kind::Finding, &found).await? {
        needs
            .entry((tally.neighbourhood, tally.category))
            .or_default()
            .0 = tally.number;
    }
    for tally in cx(ctx)?.tally(Kind::Signal, &told).await? {
        needs
            .entry((tally.neighbourhood, tally.category))
            .or_default()
            .1 = tally.number;
    }
    let mut ids: Vec<uuid::Uuid> = needs.keys().map(|(place, _)| *place).collect();
    ids.dedup();
    let places: HashMap<_, _> =
        selected_rows::<neighbourhood::Entity>(ctx, "neighbourhood", &ids).await?;
    let mut map = needs
        .into_iter()
        .map(|((place, category), (findings, signals))| {
            let place = places
                .get(&place)
                .cloned()
                .ok_or(Fault::Failure(Failure::Bug("a place that isn't there")))?;
            Ok(CareNeed {
                neighbourhood: Neighbourhood::from(place),
                category,
                findings: number(findings),
                signals: number(signals),
            })
        })
        .collect::<FieldResult<Vec<_>>>()?;
    map.sort_by_key(|need| std::cmp::Reverse(need.findings.saturating_add(need.signals)));
    Ok(map)
}

fn number(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
