//! The one calendar: the times at which activities take place, whoever organises them.

use async_graphql::{Context, Error, ID, InputObject, Object};
use chrono::TimeDelta;
use nabij_entity::{
    activity::{ActivityLead, ActivityStatus},
    attendance, occurrence,
    vocabulary::TargetGroup,
};

use super::{
    activity::{Activity, organised_by},
    errors::{Fault, FieldResult},
    event::Event,
    filters::{CodeFilter, IdFilter, combine},
    paging::{self, Paging, Records},
    payload::record_type,
    place::Neighbourhood,
    scalars::DateTime,
    selection::list,
};
use crate::{
    domain::activity::LONGEST,
    ids,
    store::{Filter, Kind, OrderTerm, Scalar, Visible},
};

/// The longest period that is shown at once: a year and a day, so that a whole year fits.
const PERIOD: TimeDelta = TimeDelta::days(366);

/// One time that an activity takes place.
#[derive(async_graphql::Description)]
pub struct Occurrence(pub(super) Visible<occurrence::Entity>);
record_type!(Occurrence, occurrence::Entity);

#[Object(use_type_description)]
impl Occurrence {
    /// Its id (TypeID).
    pub async fn id(&self) -> ID {
        ids::type_id(Kind::Occurrence, self.0.id).into()
    }

    /// When it begins.
    async fn starts_at(&self) -> DateTime {
        self.0.starts_at.into()
    }

    /// When it ends.
    async fn ends_at(&self) -> DateTime {
        self.0.ends_at.into()
    }

    /// When it was called off, alone or with the whole activity; null when it wasn't.
    async fn cancelled_at(&self) -> Option<DateTime> {
        self.0.cancelled_at.map(DateTime)
    }

    /// The activity.
    async fn activity(&self) -> FieldResult<Activity> {
        Ok(Activity(self.0.always("activity")?))
    }

    /// The neighbourhood in which it takes place.
    async fn neighbourhood(&self) -> FieldResult<Neighbourhood> {
        Ok(Neighbourhood(self.0.always("neighbourhood")?))
    }

    /// How many people came; null when nobody counted.
    async fn attendance_total(&self) -> Option<i32> {
        self.0.attendance_total
    }

    /// How many came of each target group that was counted, for those who prepare the activity;
    /// empty for others. Somebody may be in several, so that these can add up to more than the total.
    async fn attendance(&self) -> FieldResult<Vec<Attendance>> {
        paging::all(self.0.node(), "attendance")
    }

    /// What happened to it, in order; what happened to the activity is in its own history.
    async fn history(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<Event>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        paging::along(self.0.node(), "history", &paging)
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When it last changed.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }

    /// Its version.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// How many people of a target group came. Counted, never by name.
#[derive(async_graphql::Description)]
pub struct Attendance(pub(super) Visible<attendance::Entity>);
record_type!(Attendance, attendance::Entity);

#[Object(use_type_description)]
impl Attendance {
    /// The target group.
    async fn target_group(&self) -> TargetGroup {
        self.0.target_group
    }

    /// How many of them came.
    async fn count(&self) -> i32 {
        self.0.count
    }
}

/// What of the calendar.
#[derive(Clone, Debug, Default, InputObject)]
pub struct CalendarWhere {
    /// By neighbourhood.
    pub neighbourhood: Option<IdFilter>,
    /// By municipality.
    pub municipality: Option<IdFilter>,
    /// By target group of the activity. Those for everyone are found by EVERYONE.
    pub target_group: Option<CodeFilter<TargetGroup>>,
    /// By a partner that organises the activity.
    pub organiser: Option<IdFilter>,
    /// By activity.
    pub activity: Option<IdFilter>,
    /// By series of the activity.
    pub series: Option<IdFilter>,
    /// By initiative of the activity.
    pub initiative: Option<IdFilter>,
    /// By status of the activity.
    pub status: Option<CodeFilter<ActivityStatus>>,
    /// By who takes the lead in the activity.
    pub lead: Option<CodeFilter<ActivityLead>>,
    /// All of these hold.
    pub and: Option<Vec<CalendarWhere>>,
    /// At least one of these holds.
    pub or: Option<Vec<CalendarWhere>>,
    /// This doesn't hold.
    pub not: Option<Box<CalendarWhere>>,
}

impl CalendarWhere {
    fn filter(self) -> FieldResult<Filter> {
        let Self {
            neighbourhood,
            municipality,
            target_group,
            organiser,
            activity,
            series,
            initiative,
            status,
            lead,
            and,
            or,
            not,
        } = self;
        let (mut own, mut of_activity) = (Vec::new(), Vec::new());
        for (id, column, kind) in [
            (neighbourhood, "neighbourhood_id", Kind::Neighbourhood),
            (municipality, "municipality_id", Kind::Municipality),
            (activity, "activity_id", Kind::Activity),
        ] {
            if let Some(id) = id {
                own.push(id.on(column, kind)?);
            }
        }
        for (id, column, kind) in [
            (series, "series_id", Kind::ActivitySeries),
            (initiative, "initiative_id", Kind::Initiative),
        ] {
            if let Some(id) = id {
                of_activity.push(id.on(column, kind)?);
            }
        }
        if let Some(organiser) = organiser {
            of_activity.push(organised_by(organiser)?);
        }
        of_activity.extend(target_group.map(|group| group.among("target_groups")));
        of_activity.extend(status.map(|status| status.on("status")));
        of_activity.extend(lead.map(|lead| lead.on("lead")));
        if !of_activity.is_empty() {
            let all = Box::new(Filter::And(of_activity));
            own.push(Filter::Of("activity_id", Kind::Activity, all));
        }
        combine(own, and, or, not, Self::filter)
    }
}

/// What goes on, in part or as a whole, between two moments.
fn during(from: DateTime, until: DateTime) -> FieldResult<Filter> {
    let (from, until) = (from.0, until.0);
    if until <= from || until - from > PERIOD {
        return Err(Fault::BadInput(
            "`until` lies after `from`, by at most 366 days. Ask for a longer time in parts.",
        ));
    }
    let earliest = from.checked_sub_signed(LONGEST).unwrap_or(from);
    Ok(Filter::And(vec![
        // What is going on at `from` began at most so long before: the index is read from there on.
        Filter::Gte("starts_at", earliest.into()),
        Filter::Lt("starts_at", until.into()),
        Filter::Not(Box::new(Filter::Lt("ends_at", (from + MOMENT).into()))),
    ]))
}

/// The least time there is: half-open periods, so that what ends at `from` isn't going on any more.
const MOMENT: TimeDelta = TimeDelta::microseconds(1);

/// The calendar.
#[derive(Default)]
pub struct CalendarQuery;

#[Object]
impl CalendarQuery {
    /// What goes on in a period, whoever organises it: every time at which an activity that you may
    /// see takes place, the first one first. Recurrences are written out.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a calendar")]
    async fn calendar(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The beginning of the period.")] from: DateTime,
        #[graphql(desc = "The end of the period, at most 366 days after its beginning.")]
        until: DateTime,
        #[graphql(desc = "Only that for which this holds.", name = "where")] filter: Option<
            CalendarWhere,
        >,
        #[graphql(
            desc = "Also what was called off, so that people who counted on it find out.",
            default
        )]
        include_cancelled: bool,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Option<Result<Records<Occurrence>, Error>> {
        let page = async {
            let order = vec![OrderTerm::ascending("starts_at", Scalar::Time)];
            let window = Paging {
                first,
                after,
                last,
                before,
            }
            .window(order)?;
            let mut all = vec![during(from, until)?, filter.unwrap_or_default().filter()?];
            if !include_cancelled {
                all.push(Filter::IsNull("cancelled_at", true));
            }
            paging::records(&list(ctx, Kind::Occurrence, &Filter::And(all), &window).await?)
        };
        Some(page.await.map_err(Error::from))
    }
}
