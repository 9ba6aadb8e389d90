//! Activities in the schema. The calendar, of the times they take place, is in `calendar.rs`.

mod mutations;

use async_graphql::{Context, Error, ID, InputObject, Object};
use nabij_entity::{
    activity::{self, ActivityAction, ActivityLead, ActivityOutcome, ActivityStatus, HandoverTask},
    vocabulary::TargetGroup,
};

pub use self::mutations::ActivityMutation;
use super::{
    activity_series::ActivitySeries,
    ambassador::Ambassador,
    bookable::Bookable,
    booking::Booking,
    calendar::Occurrence,
    errors::{self, FieldResult},
    event::Event,
    filters::{CodeFilter, DateTimeFilter, IdFilter, StringFilter, combine},
    gap::ProposedGap,
    initiative::Initiative,
    paging::{self, Paging, Records, order_by},
    partner::Partner,
    payload::record_type,
    place::{Municipality, Neighbourhood},
    scalars::{DateTime, LanguageTag},
    selection::{cx, find, list},
};
use crate::{
    domain::activity as domain,
    ids,
    store::{Filter, Kind, OrderTerm, Scalar, Visible},
};

/// Something that neighbours do together, once or again and again. Once published anybody sees it.
#[derive(async_graphql::Description)]
pub struct Activity(pub(super) Visible<activity::Entity>);
record_type!(Activity, activity::Entity);

#[Object(use_type_description)]
impl Activity {
    /// Its id (TypeID).
    pub async fn id(&self) -> ID {
        ids::type_id(Kind::Activity, self.0.id).into()
    }

    /// What it is, in a few words.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// What people can expect.
    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// Where it stands.
    async fn status(&self) -> ActivityStatus {
        self.0.status
    }

    /// Who takes the lead. It passes from partners to residents when they hand over.
    async fn lead(&self) -> ActivityLead {
        self.0.lead
    }

    /// Where in the neighbourhood, in words.
    async fn place(&self) -> Option<&str> {
        self.0.place.as_deref()
    }

    /// When it begins; of one that recurs, the first time.
    async fn starts_at(&self) -> DateTime {
        self.0.starts_at.into()
    }

    /// When it ends; of one that recurs, the first time.
    async fn ends_at(&self) -> DateTime {
        self.0.ends_at.into()
    }

    /// The time zone in which it keeps its hour, such as `Europe/Brussels` (IANA).
    async fn time_zone(&self) -> &str {
        &self.0.time_zone
    }

    /// The rule by which it recurs (RFC 5545 RRULE, with EXDATE lines for days that are left out);
    /// null when it takes place once. Its times are in `occurrences`, written out.
    async fn recurrence(&self) -> Option<&str> {
        self.0.recurrence.as_deref()
    }

    /// Whom it is meant for.
    async fn target_groups(&self) -> &[TargetGroup] {
        self.0.target_groups.as_slice()
    }

    /// The languages spoken there.
    async fn languages(&self) -> Vec<LanguageTag> {
        self.0.languages.iter().cloned().map(LanguageTag).collect()
    }

    /// How many people there is room for; null when nobody counts.
    async fn capacity(&self) -> Option<i32> {
        self.0.capacity
    }

    /// How often it was moved or called off, from 0 (iCalendar SEQUENCE).
    async fn sequence(&self) -> i32 {
        self.0.sequence
    }

    /// Why it was cancelled, if it was.
    async fn cancel_reason(&self) -> Option<&str> {
        self.0.cancel_reason.as_deref()
    }

    /// What came of it, once it is completed.
    async fn outcome(&self) -> Option<ActivityOutcome> {
        self.0.outcome
    }

    /// More about what came of it; null when there is nothing or you don't prepare it.
    async fn outcome_note(&self) -> Option<&str> {
        self.0.outcome_note.as_deref()
    }

    /// How many people came, all its times together; null when nobody counted. Somebody who came
    /// twice counts twice.
    async fn attendance_total(&self) -> Option<i32> {
        self.0.attendance_total
    }

    /// When its organisers handed over to the residents; null when they didn't.
    async fn handed_over_at(&self) -> Option<DateTime> {
        self.0.handed_over_at.map(DateTime)
    }

    /// What the residents took over.
    async fn handover_tasks(&self) -> &[HandoverTask] {
        self.0.handover_tasks.as_slice()
    }

    /// More about what the residents took over; null when there is nothing or you don't prepare it.
    async fn handover_note(&self) -> Option<&str> {
        self.0.handover_note.as_deref()
    }

    /// When it was published; null while it is only proposed.
    async fn published_at(&self) -> Option<DateTime> {
        self.0.published_at.map(DateTime)
    }

    /// When it was completed or cancelled.
    async fn closed_at(&self) -> Option<DateTime> {
        self.0.closed_at.map(DateTime)
    }

    /// The municipality in which it takes place.
    async fn municipality(&self) -> FieldResult<Municipality> {
        Ok(Municipality(self.0.always("municipality")?))
    }

    /// The neighbourhood in which it takes place.
    async fn neighbourhood(&self) -> FieldResult<Neighbourhood> {
        Ok(Neighbourhood(self.0.always("neighbourhood")?))
    }

    /// The initiative it is part of, if any.
    async fn initiative(&self) -> FieldResult<Option<Initiative>> {
        Ok(self.0.one("initiative")?.map(Initiative))
    }

    /// The series it is part of, if any.
    async fn series(&self) -> FieldResult<Option<ActivitySeries>> {
        Ok(self.0.one("series")?.map(ActivitySeries))
    }

    /// The earlier activity that it follows, if any.
    async fn follow_up_of(&self) -> FieldResult<Option<Activity>> {
        Ok(self.0.one("followUpOf")?.map(Activity))
    }

    /// Later activities that follow it, the first one first.
    async fn follow_ups(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<Activity>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        paging::along(self.0.node(), "followUps", &paging)
    }

    /// The volunteer who proposed it; null when it was somebody else or they aren't shown to you.
    async fn proposed_by_ambassador(&self) -> FieldResult<Option<Ambassador>> {
        Ok(self.0.one("proposedByAmbassador")?.map(Ambassador))
    }

    /// The partner for which it was proposed, if for one.
    async fn proposed_by_partner(&self) -> FieldResult<Option<Partner>> {
        Ok(self.0.one("proposedByPartner")?.map(Partner))
    }

    /// The partners that organise it, by name.
    async fn organisers(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<Partner>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        paging::along(self.0.node(), "organisers", &paging)
    }

    /// The volunteers who help, by name: those that are shown to you.
    async fn volunteers(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<Ambassador>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        paging::along(self.0.node(), "volunteers", &paging)
    }

    /// The times it takes place, the first one first, also those that were called off.
    async fn occurrences(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<Occurrence>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        paging::along(self.0.node(), "occurrences", &paging)
    }

    /// The gap in the calendar into which it was proposed; null when it wasn't proposed into one.
    async fn gap(&self) -> Option<ProposedGap> {
        Some(ProposedGap {
            target_group: self.0.gap_target_group?,
            from: self.0.gap_from?.into(),
            until: self.0.gap_until?.into(),
        })
    }

    /// The rooms and things that are booked for it, by name.
    async fn bookables(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<Bookable>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        paging::along(self.0.node(), "bookables", &paging)
    }

    /// What is booked for it and when, as far as that is shown to you.
    async fn bookings(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<Booking>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        paging::along(self.0.node(), "bookings", &paging)
    }

    /// What you may do with it now; draw your buttons from this.
    async fn allowed_actions(&self, ctx: &Context<'_>) -> FieldResult<Vec<ActivityAction>> {
        let cx = cx(ctx)?;
        Ok(domain::allowed_to(&cx.viewer(), &self.0, cx.now()))
    }

    /// What happened to it, in order.
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

    /// Its version, for `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// Which activities.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ActivityWhere {
    /// By id.
    pub id: Option<IdFilter>,
    /// By title.
    pub title: Option<StringFilter>,
    /// By municipality.
    pub municipality: Option<IdFilter>,
    /// By neighbourhood.
    pub neighbourhood: Option<IdFilter>,
    /// By initiative.
    pub initiative: Option<IdFilter>,
    /// By series.
    pub series: Option<IdFilter>,
    /// By the activity that they follow; `isNull: false` for all follow-ups.
    pub follow_up_of: Option<IdFilter>,
    /// By a partner that organises them.
    pub organiser: Option<IdFilter>,
    /// By target group. Those for everyone are found by EVERYONE.
    pub target_group: Option<CodeFilter<TargetGroup>>,
    /// By status.
    pub status: Option<CodeFilter<ActivityStatus>>,
    /// By who takes the lead.
    pub lead: Option<CodeFilter<ActivityLead>>,
    /// By what came of them.
    pub outcome: Option<CodeFilter<ActivityOutcome>>,
    /// By when they begin, the first time. For what is going on in a period, ask `calendar`.
    pub starts_at: Option<DateTimeFilter>,
    /// All of these hold.
    pub and: Option<Vec<ActivityWhere>>,
    /// At least one of these holds.
    pub or: Option<Vec<ActivityWhere>>,
    /// This doesn't hold.
    pub not: Option<Box<ActivityWhere>>,
}

/// By a partner that organises the activity.
pub(super) fn organised_by(organiser: IdFilter) -> FieldResult<Filter> {
    organiser.through(
        "activity_organisers",
        "activity_id",
        "partner_id",
        Kind::Partner,
    )
}

impl ActivityWhere {
    fn filter(self) -> FieldResult<Filter> {
        let Self {
            id,
            title,
            municipality,
            neighbourhood,
            initiative,
            series,
            follow_up_of,
            organiser,
            target_group,
            status,
            lead,
            outcome,
            starts_at,
            and,
            or,
            not,
        } = self;
        let mut own = Vec::new();
        for (id, column, kind) in [
            (id, "id", Kind::Activity),
            (municipality, "municipality_id", Kind::Municipality),
            (neighbourhood, "neighbourhood_id", Kind::Neighbourhood),
            (initiative, "initiative_id", Kind::Initiative),
            (series, "series_id", Kind::ActivitySeries),
            (follow_up_of, "follow_up_of_id", Kind::Activity),
        ] {
            if let Some(id) = id {
                own.push(id.on(column, kind)?);
            }
        }
        if let Some(organiser) = organiser {
            own.push(organised_by(organiser)?);
        }
        own.extend(title.map(|title| title.on("title")));
        own.extend(target_group.map(|group| group.among("target_groups")));
        own.extend(status.map(|status| status.on("status")));
        own.extend(lead.map(|lead| lead.on("lead")));
        own.extend(outcome.map(|outcome| outcome.on("outcome")));
        own.extend(starts_at.map(|at| at.on("starts_at")));
        combine(own, and, or, not, Self::filter)
    }
}

order_by! {
    /// How activities are ordered.
    ActivityOrder, ActivityOrderField {
        /// By when they begin, the first time.
        StartsAt => "starts_at" Time,
        /// By when they were made.
        CreatedAt => "created_at" Time,
    }
}

/// Queries about activities.
#[derive(Default)]
pub struct ActivityQuery;

#[Object]
impl ActivityQuery {
    /// An activity by its id; null when there is none or you may not see it.
    async fn activity(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: ID,
    ) -> Option<Result<Activity, Error>> {
        let found = async { find(ctx, errors::id(Kind::Activity, &id)?).await };
        found.await.map_err(Error::from).transpose()
    }

    /// The activities you may see, the latest first unless ordered otherwise.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn activities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those for which this holds.", name = "where")] filter: Option<
            ActivityWhere,
        >,
        #[graphql(desc = "In which order.")] order_by: Option<Vec<ActivityOrder>>,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Option<Result<Records<Activity>, Error>> {
        let order = paging::order(order_by, OrderTerm::descending("starts_at", Scalar::Time));
        let page = async {
            let window = Paging {
                first,
                after,
                last,
                before,
            }
            .window(order)?;
            let filter = filter.unwrap_or_default().filter()?;
            paging::records(&list(ctx, Kind::Activity, &filter, &window).await?)
        };
        Some(page.await.map_err(Error::from))
    }
}
