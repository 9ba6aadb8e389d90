//! Figures of places in a period. What each figure means is said here, in its description; how it
//! is counted is in `store/statistics`.
//!
//! To add a figure: a field below, and where it comes from in `Figures::of`.

use std::collections::BTreeSet;

use async_graphql::{Context, Error, ID, Object, OneofObject, SelectionField, SimpleObject};
use nabij_entity::neighbourhood;
use uuid::Uuid;

use super::{
    errors::{self, Fault, FieldResult},
    place::Neighbourhood,
    scalars::DateTime,
    selection::{cx, plan},
};
use crate::{
    domain::statistics::{self as domain, Asked, Part, told::Threshold},
    store::{Failure, Kind, Plan, Visible, statistics::Places},
};

mod figures;

pub use figures::Figures;

/// Most neighbourhoods in one question.
const MOST: usize = 100;

/// The places that figures are asked about.
#[derive(Debug, OneofObject)]
pub enum StatisticsPlaces {
    /// All neighbourhoods of a municipality. You must coordinate the municipality.
    Municipality(ID),
    /// These neighbourhoods, 1 to 100. You must coordinate each of them.
    Neighbourhoods(Vec<ID>),
}

impl StatisticsPlaces {
    fn read(&self) -> FieldResult<Places> {
        match self {
            Self::Municipality(id) => Ok(Places::Municipality(errors::id(Kind::Municipality, id)?)),
            Self::Neighbourhoods(ids) if (1..=MOST).contains(&ids.len()) => {
                let ids = ids.iter().map(|id| errors::id(Kind::Neighbourhood, id));
                Ok(Places::Neighbourhoods(ids.collect::<FieldResult<_>>()?))
            }
            Self::Neighbourhoods(_) => Err(Fault::BadInput(
                "Name 1 to 100 neighbourhoods, or ask about their municipality.",
            )),
        }
    }
}

/// Figures of places in a period.
pub struct Statistics {
    from: DateTime,
    until: DateTime,
    neighbourhoods: Vec<NeighbourhoodStatistics>,
    total: Figures,
}

/// Figures of places in a period.
#[Object]
impl Statistics {
    /// From when it is counted.
    async fn from(&self) -> DateTime {
        self.from
    }

    /// Until when it is counted, that moment not included.
    async fn until(&self) -> DateTime {
        self.until
    }

    /// The figures of each neighbourhood, by name. What happened in a neighbourhood counts there
    /// and not in the one it is part of.
    async fn neighbourhoods(&self) -> &[NeighbourhoodStatistics] {
        &self.neighbourhoods
    }

    /// The figures of all of them together. Of a municipality, somebody who was seen in two places counts
    /// once. Of neighbourhoods that were named, no more than follows from what is told of each.
    async fn total(&self) -> &Figures {
        &self.total
    }
}

/// The figures of one neighbourhood.
pub struct NeighbourhoodStatistics {
    neighbourhood: Option<Visible<neighbourhood::Entity>>,
    figures: Figures,
}

/// The figures of one neighbourhood.
#[Object]
impl NeighbourhoodStatistics {
    /// The neighbourhood.
    async fn neighbourhood(&self) -> FieldResult<Neighbourhood> {
        let found = self.neighbourhood.clone().map(Neighbourhood);
        found.ok_or(Fault::Failure(Failure::Bug("a neighbourhood was not read")))
    }

    /// Its figures.
    async fn figures(&self) -> &Figures {
        &self.figures
    }
}

/// How many. Of people, and of what is about them, at least so many: rounded down to a multiple of the
/// service's threshold (5 unless its operator chose a higher one). Below it nothing is told, so that nobody
/// is recognised: then `value` is null and `suppressed` true. A sum can be a little lower than that, so
/// that no hidden number follows from it. Activities are counted exactly.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct Count {
    /// The number; null when it is kept back.
    pub value: Option<i32>,
    /// Whether it is kept back: there are fewer than the threshold, perhaps none.
    pub suppressed: bool,
}

impl Count {
    /// Of what is public.
    fn exact(number: u64) -> Self {
        Self {
            value: Some(i32::try_from(number).unwrap_or(i32::MAX)),
            suppressed: false,
        }
    }

    /// Of people, as it is told; 0 is kept back.
    fn told(number: u64) -> Self {
        match number {
            0 => Self {
                value: None,
                suppressed: true,
            },
            number => Self::exact(number),
        }
    }
}

/// How many of how many.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct Share {
    /// How many.
    pub part: Count,
    /// Of how many.
    pub of: Count,
    /// The part as a fraction, 0 to 1, to two decimals, of the numbers as they are told; null when one of
    /// them is kept back.
    pub rate: Option<f64>,
}

impl From<domain::Share> for Share {
    fn from(share: domain::Share) -> Self {
        let domain::Share { part, of } = share;
        #[expect(
            clippy::cast_precision_loss,
            reason = "a count above 2^53 is not to be expected"
        )]
        let rate = (part > 0 && of > 0).then(|| (part as f64 / of as f64 * 100.0).round() / 100.0);
        Self {
            part: Count::told(part),
            of: Count::told(of),
            rate,
        }
    }
}

/// The time in the middle: half of them took no longer.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct MedianTime {
    /// The time in seconds, rounded to whole hours; null when there are too few.
    pub seconds: Option<i32>,
    /// How many times it is the middle of.
    pub of: Count,
    /// Whether it is kept back.
    pub suppressed: bool,
}

impl From<crate::store::statistics::Median> for MedianTime {
    fn from(median: crate::store::statistics::Median) -> Self {
        let seconds = domain::seconds(&median);
        Self {
            seconds: seconds.map(|seconds| i32::try_from(seconds).unwrap_or(i32::MAX)),
            of: Count::told(median.of),
            suppressed: seconds.is_none(),
        }
    }
}

/// Which parts of the figures are selected below `field`.
fn parts(field: &SelectionField<'_>, parts: &mut BTreeSet<Part>) {
    for selected in field.selection_set() {
        match selected.name() {
            "signals" => drop(parts.insert(Part::Signals)),
            "referrals" => drop(parts.insert(Part::Referrals)),
            "callOuts" => drop(parts.insert(Part::CallOuts)),
            "peopleHelped" => drop(parts.insert(Part::PeopleHelped)),
            "waits" => drop(parts.insert(Part::Waits)),
            "activities" => drop(parts.insert(Part::Activities)),
            "reach" => parts.extend(reach_parts(&selected)),
            _ => {}
        }
    }
}

/// Who was seen is told by what is known of residents and by what was counted at activities.
fn reach_parts(field: &SelectionField<'_>) -> Vec<Part> {
    let at_activities = ["targetGroups", "notReached"];
    let activities = field
        .selection_set()
        .any(|selected| at_activities.contains(&selected.name()));
    let mut parts = vec![Part::Reach];
    parts.extend(activities.then_some(Part::Activities));
    parts
}

/// What is selected: the parts, and of the neighbourhoods what is shown of them, if anything.
fn selected(ctx: &Context<'_>) -> FieldResult<(BTreeSet<Part>, Option<Plan>)> {
    let (mut wanted, mut shown) = (BTreeSet::new(), None::<Plan>);
    for field in ctx.field().selection_set() {
        match field.name() {
            "total" => parts(&field, &mut wanted),
            "neighbourhoods" => {
                for field in field.selection_set() {
                    match field.name() {
                        "figures" => parts(&field, &mut wanted),
                        "neighbourhood" => {
                            let plan = plan(Kind::Neighbourhood, &field)?;
                            match &mut shown {
                                Some(own) => own.merge(plan),
                                None => shown = Some(plan),
                            }
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    Ok((wanted, shown))
}

async fn answer(
    ctx: &Context<'_>,
    places: &StatisticsPlaces,
    from: DateTime,
    until: DateTime,
) -> FieldResult<Option<Statistics>> {
    let cx = cx(ctx)?;
    let (parts, shown) = selected(ctx)?;
    let asked = Asked {
        places: places.read()?,
        from: from.0,
        until: until.0,
        parts,
        threshold: ctx.data::<Threshold>().copied().unwrap_or_default(),
    };
    let Some(found) = domain::ask(cx, asked).await? else {
        return Ok(None);
    };
    let ids: Vec<Uuid> = found.neighbourhoods.iter().map(|(id, _)| *id).collect();
    let nodes = match &shown {
        Some(plan) if !ids.is_empty() => cx.find_all(plan, &ids).await?,
        _ => Vec::new(),
    };
    let mut records = nodes
        .into_iter()
        .map(|node| Ok((node.id(), Visible::try_from_node(node)?)))
        .collect::<FieldResult<std::collections::HashMap<_, _>>>()?;
    Ok(Some(Statistics {
        from,
        until,
        total: Figures::of(&found.total),
        neighbourhoods: found
            .neighbourhoods
            .iter()
            .map(|(id, figures)| NeighbourhoodStatistics {
                neighbourhood: records.remove(id),
                figures: Figures::of(figures),
            })
            .collect(),
    }))
}

/// Queries about figures.
#[derive(Default)]
pub struct StatisticsQuery;

#[Object]
impl StatisticsQuery {
    /// Figures of places in a period, per neighbourhood and of all together, for whoever coordinates
    /// those places. Null when a place isn't there. Only what is selected is counted. Compare
    /// periods by asking several times in one query, each under a name of its own.
    async fn statistics(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which places.")] places: StatisticsPlaces,
        #[graphql(desc = "The first moment of a calendar month or year, in UTC.")] from: DateTime,
        #[graphql(desc = "The first moment after that month or year.")] until: DateTime,
    ) -> Option<Result<Statistics, Error>> {
        let found = async { answer(ctx, &places, from, until).await };
        found.await.map_err(Error::from).transpose()
    }
}
