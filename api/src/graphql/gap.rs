//! Gaps in the calendar, in the schema.

use std::collections::HashMap;

use async_graphql::{Context, Enum, Error, ID, InputObject, Object, SimpleObject};
use nabij_entity::vocabulary::TargetGroup;

use super::{
    errors::{self, Fault, FieldResult},
    place::Neighbourhood,
    scalars::DateTime,
    selection::{cx, plan},
};
use crate::{
    domain::gap::{self as domain, Gap, NoAnswer, Question, Step},
    store::{Failure, Kind, Plan, Visible, booking::Span},
};

/// The length of the parts into which a time is divided, by the calendar of the place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Step")]
pub enum GapPeriod {
    /// From Monday to Monday.
    Week,
    /// Calendar months.
    Month,
    /// January to March, April to June, July to September, October to December.
    Quarter,
    /// Calendar years.
    Year,
}

/// Where to look for gaps, and for whom. At least one of `municipality` and `neighbourhoods`.
#[derive(Clone, Debug, InputObject)]
pub struct ActivityGapWhere {
    /// In this municipality: in each of its neighbourhoods that isn't divided into smaller ones.
    pub municipality: Option<ID>,
    /// In these neighbourhoods, at most 100.
    pub neighbourhoods: Option<Vec<ID>>,
    /// For these target groups; for each but EVERYONE when left out.
    pub target_groups: Option<Vec<TargetGroup>>,
}

/// A neighbourhood, a target group and a time without an activity: none begins there and then that is
/// published, not called off, and meant for that group.
#[derive(SimpleObject)]
pub struct ActivityGap {
    /// Where.
    pub neighbourhood: Neighbourhood,
    /// For whom there is nothing.
    pub target_group: TargetGroup,
    /// From when.
    pub from: DateTime,
    /// Until when; doesn't belong to it.
    pub until: DateTime,
    /// How often something that is meant for everyone begins there and then.
    pub for_everyone: i32,
}

/// The gap into which an activity is proposed, as `activityGaps` tells it.
#[derive(Clone, Debug, InputObject)]
pub struct ActivityGapInput {
    /// The group for which there is nothing yet; the activity must be meant for it.
    pub target_group: TargetGroup,
    /// From when.
    pub from: DateTime,
    /// Until when, at most 366 days later. The activity begins within this time at least once.
    pub until: DateTime,
}

impl ActivityGapInput {
    pub(super) fn read(self) -> domain::ToFill {
        let Self {
            target_group,
            from,
            until,
        } = self;
        domain::ToFill {
            target_group,
            time: Span {
                starts_at: from.0,
                ends_at: until.0,
            },
        }
    }
}

/// The gap into which an activity was proposed.
#[derive(SimpleObject)]
pub struct ProposedGap {
    /// The group for which there was nothing.
    pub target_group: TargetGroup,
    /// From when.
    pub from: DateTime,
    /// Until when.
    pub until: DateTime,
}

/// Queries about gaps.
#[derive(Default)]
pub struct GapQuery;

#[Object]
impl GapQuery {
    /// Gaps in the calendar: which target group has nothing in which neighbourhood, in which part of
    /// a time of at most 366 days. By time, then by the neighbourhood's name; at most 2,000 cells are
    /// looked at. For anybody: only what is public counts. Propose an activity into one with
    /// `activityPropose(input: {gap: …})`.
    async fn activity_gaps(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Where, and for whom.", name = "where")] filter: ActivityGapWhere,
        #[graphql(desc = "From when.")] from: DateTime,
        #[graphql(desc = "Until when, exclusive; at most 366 days later.")] until: DateTime,
        #[graphql(
            desc = "Look at each week, month, quarter or year by itself; at the whole time \
                          at once when left out."
        )]
        by: Option<GapPeriod>,
    ) -> Option<Result<Vec<ActivityGap>, Error>> {
        let time = Span {
            starts_at: from.0,
            ends_at: until.0,
        };
        Some(gaps(ctx, filter, time, by).await.map_err(Error::from))
    }
}

async fn gaps(
    ctx: &Context<'_>,
    filter: ActivityGapWhere,
    time: Span,
    by: Option<GapPeriod>,
) -> FieldResult<Vec<ActivityGap>> {
    let ActivityGapWhere {
        municipality,
        neighbourhoods,
        target_groups,
    } = filter;
    let municipality = municipality.map(|id| errors::id(Kind::Municipality, &id));
    let neighbourhoods = neighbourhoods.map(|ids| {
        let ids = ids.iter().map(|id| errors::id(Kind::Neighbourhood, id));
        ids.collect::<FieldResult<_>>()
    });
    let question = Question {
        municipality: municipality.transpose()?,
        neighbourhoods: neighbourhoods.transpose()?,
        target_groups,
        time,
        by: by.map(Step::from),
    };
    let found = domain::find(cx(ctx)?, question).await;
    let found = found.map_err(|reason| match reason {
        NoAnswer::Advice(advice) => Fault::BadInput(advice),
        NoAnswer::Failure(failure) => Fault::Failure(failure),
    })?;
    shown(ctx, &found).await
}

/// The gaps with their neighbourhoods, all of which are read at once.
async fn shown(ctx: &Context<'_>, found: &[Gap]) -> FieldResult<Vec<ActivityGap>> {
    let mut wanted = Plan::of(Kind::Neighbourhood);
    for selected in ctx.field().selection_set() {
        if selected.name() == "neighbourhood" {
            wanted.merge(plan(Kind::Neighbourhood, &selected)?);
        }
    }
    let mut ids: Vec<uuid::Uuid> = found.iter().map(|gap| gap.neighbourhood).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let nodes = cx(ctx)?.find_all(&wanted, &ids).await?;
    let places: HashMap<uuid::Uuid, Visible<_>> = nodes
        .into_iter()
        .map(|node| Ok((node.id(), Visible::try_from_node(node)?)))
        .collect::<Result<_, Failure>>()?;
    found
        .iter()
        .map(|gap| {
            let place = places.get(&gap.neighbourhood).cloned();
            Ok(ActivityGap {
                neighbourhood: Neighbourhood(place.ok_or(Fault::Failure(Failure::Bug(
                    "a neighbourhood that was found is gone",
                )))?),
                target_group: gap.target_group,
                from: gap.time.starts_at.into(),
                until: gap.time.ends_at.into(),
                for_everyone: i32::try_from(gap.for_everyone).unwrap_or(i32::MAX),
            })
        })
        .collect()
}
