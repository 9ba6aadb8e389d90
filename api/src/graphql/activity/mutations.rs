//! What can be done with activities.

use async_graphql::{Context, Error, ID, InputObject, MaybeUndefined, Object};
use nabij_entity::{
    activity::{ActivityLead, ActivityOutcome, HandoverTask},
    vocabulary::TargetGroup,
};

use super::Activity;
use crate::{
    domain::{Outcome, Problems, activity as domain},
    graphql::{
        errors::{FieldResult, input_id, input_id_opt},
        gap::ActivityGapInput,
        inputs::{change_id, ids},
        payload::payload,
        scalars::{DateTime, LanguageTag, Uuid},
        selection::{cx, idempotency},
    },
    store::Kind,
};

/// An activity to propose.
#[derive(Debug, InputObject)]
pub struct ActivityProposeInput {
    /// The neighbourhood in which it takes place.
    pub neighbourhood: ID,
    /// What it is, in a few words. Anybody reads it once it is published.
    pub title: String,
    /// What people can expect, at most 10,000 characters.
    pub description: Option<String>,
    /// Where in the neighbourhood, in words: a square, a hall.
    pub place: Option<String>,
    /// When it begins; of one that recurs, the first time.
    pub starts_at: DateTime,
    /// When it ends; of one that recurs, the first time. At most 14 days later.
    pub ends_at: DateTime,
    /// The time zone in which it keeps its hour, such as `Europe/Brussels` (IANA). That of the
    /// country if left out.
    pub time_zone: Option<String>,
    /// The rule by which it recurs: RFC 5545 RRULE with COUNT or UNTIL, at most 400 times within
    /// five years, such as `FREQ=WEEKLY;BYDAY=TU;COUNT=10` or
    /// `FREQ=MONTHLY;BYDAY=1SA;UNTIL=20271231`. Lines such as `EXDATE:20261224` leave days
    /// of the rule out.
    pub recurrence: Option<String>,
    /// Whom it is meant for; everyone if left out.
    #[graphql(default)]
    pub target_groups: Vec<TargetGroup>,
    /// The languages spoken there, at most 10.
    #[graphql(default)]
    pub languages: Vec<LanguageTag>,
    /// How many people there is room for; absent if nobody counts.
    pub capacity: Option<i32>,
    /// Who takes the lead. Residents, when a volunteer proposes it; otherwise its organisers, if left
    /// out. What residents lead has no organisers.
    pub lead: Option<ActivityLead>,
    /// The partners that organise it together: active, and covering the neighbourhood. Your own if
    /// left out.
    #[graphql(default)]
    pub organisers: Vec<ID>,
    /// Volunteers of the neighbourhood who help.
    #[graphql(default)]
    pub volunteers: Vec<ID>,
    /// Rooms and things to book for each time it takes place, at most 10: all of them, or nothing
    /// is proposed.
    #[graphql(default)]
    pub bookables: Vec<ID>,
    /// The initiative of the municipality it is part of.
    pub initiative: Option<ID>,
    /// The series it is part of.
    pub series: Option<ID>,
    /// The earlier activity that it follows.
    pub follow_up_of: Option<ID>,
    /// The gap that it is to fill: refused when it isn't one any more. Without `targetGroups` it is
    /// meant for the group of the gap.
    pub gap: Option<ActivityGapInput>,
    /// Publish it at once.
    #[graphql(default)]
    pub publish: bool,
    /// A UUID of your own. Repeating the mutation with the same key and input within 24 hours
    /// makes no second record.
    pub idempotency_key: Option<Uuid>,
}

impl ActivityProposeInput {
    fn read(self) -> Outcome<domain::Proposal> {
        let Self {
            neighbourhood,
            title,
            description,
            place,
            starts_at,
            ends_at,
            time_zone,
            recurrence,
            target_groups,
            languages,
            capacity,
            lead,
            organisers,
            volunteers,
            bookables,
            initiative,
            series,
            follow_up_of,
            gap,
            publish,
            idempotency_key: _,
        } = self;
        let mut problems = Problems::new();
        let neighbourhood = input_id(Kind::Neighbourhood, "neighbourhood", &neighbourhood);
        let neighbourhood = problems.check(neighbourhood);
        let initiative = input_id_opt(Kind::Initiative, "initiative", initiative.as_ref());
        let initiative = problems.check(initiative);
        let series = input_id_opt(Kind::ActivitySeries, "series", series.as_ref());
        let series = problems.check(series);
        let follow_up_of = input_id_opt(Kind::Activity, "followUpOf", follow_up_of.as_ref());
        let follow_up_of = problems.check(follow_up_of);
        let organisers = ids(Kind::Partner, "organisers", &organisers, &mut problems);
        let volunteers = ids(Kind::Ambassador, "volunteers", &volunteers, &mut problems);
        let bookables = ids(Kind::Bookable, "bookables", &bookables, &mut problems);
        let read = neighbourhood.zip(initiative).zip(series.zip(follow_up_of));
        let ((neighbourhood, initiative), (series, follow_up_of)) = problems.into_value(read)?;
        Ok(domain::Proposal {
            neighbourhood,
            initiative,
            series,
            follow_up_of,
            title,
            description,
            place,
            lead,
            starts_at: starts_at.0,
            ends_at: ends_at.0,
            time_zone,
            recurrence,
            target_groups,
            languages: tags(languages),
            capacity,
            organisers,
            volunteers,
            bookables,
            gap: gap.map(ActivityGapInput::read),
            publish,
        })
    }
}

fn tags(languages: Vec<LanguageTag>) -> Vec<String> {
    languages.into_iter().map(|tag| tag.0).collect()
}

/// What changes of an activity. What is absent stays as it is; null clears it.
#[derive(Debug, InputObject)]
pub struct ActivityUpdateInput {
    /// The activity.
    pub id: ID,
    /// What it is, in a few words.
    pub title: Option<String>,
    /// What people can expect, at most 10,000 characters.
    pub description: MaybeUndefined<String>,
    /// Where in the neighbourhood, in words.
    pub place: MaybeUndefined<String>,
    /// When it begins, the first time; as long as it hasn't begun.
    pub starts_at: Option<DateTime>,
    /// When it ends, the first time; as long as it hasn't begun.
    pub ends_at: Option<DateTime>,
    /// The rule by which it recurs. Times that have been stay. A time to come keeps its id, and
    /// whether it was called off, on the same day; one that the rule doesn't give any more is
    /// removed, unless it was called off before. With the same rule and another `startsAt` or
    /// `endsAt`, each time keeps its place in the series.
    pub recurrence: MaybeUndefined<String>,
    /// Whom it is meant for: all of them.
    pub target_groups: Option<Vec<TargetGroup>>,
    /// The languages spoken there: all of them.
    pub languages: Option<Vec<LanguageTag>>,
    /// How many people there is room for; null if nobody counts.
    pub capacity: MaybeUndefined<i32>,
    /// The initiative it is part of.
    pub initiative: MaybeUndefined<ID>,
    /// The series it is part of.
    pub series: MaybeUndefined<ID>,
    /// All the partners that organise it.
    pub organisers: Option<Vec<ID>>,
    /// All the volunteers who help.
    pub volunteers: Option<Vec<ID>>,
    /// The version you read, if you want to be told when somebody else changed it since.
    pub expected_version: Option<i32>,
}

impl ActivityUpdateInput {
    fn read(self) -> Outcome<(uuid::Uuid, Option<i32>, domain::ActivityUpdate)> {
        let Self {
            id,
            title,
            description,
            place,
            starts_at,
            ends_at,
            recurrence,
            target_groups,
            languages,
            capacity,
            initiative,
            series,
            organisers,
            volunteers,
            expected_version,
        } = self;
        let mut problems = Problems::new();
        let id = problems.check(input_id(Kind::Activity, "id", &id));
        let initiative = problems.check(change_id(Kind::Initiative, "initiative", initiative));
        let series = problems.check(change_id(Kind::ActivitySeries, "series", series));
        let organisers = organisers.map(|of| ids(Kind::Partner, "organisers", &of, &mut problems));
        let volunteers =
            volunteers.map(|of| ids(Kind::Ambassador, "volunteers", &of, &mut problems));
        let ((id, initiative), series) = problems.into_value(id.zip(initiative).zip(series))?;
        let update = domain::ActivityUpdate {
            title,
            description: description.into(),
            place: place.into(),
            starts_at: starts_at.map(|at| at.0),
            ends_at: ends_at.map(|at| at.0),
            recurrence: recurrence.into(),
            target_groups,
            languages: languages.map(tags),
            capacity: capacity.into(),
            initiative,
            series,
            organisers,
            volunteers,
        };
        Ok((id, expected_version, update))
    }
}

/// How many people of a target group came.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct AttendanceCountInput {
    /// The target group.
    pub target_group: TargetGroup,
    /// How many of them came.
    pub count: i32,
}

/// How many came. Counted, never by name.
#[derive(Debug, InputObject)]
pub struct AttendanceInput {
    /// The time that was counted; may be left out when it took place once.
    pub occurrence: Option<ID>,
    /// How many people came in all.
    pub total: i32,
    /// How many of each target group, as far as that was seen. Somebody may be in several.
    #[graphql(default)]
    pub mix: Vec<AttendanceCountInput>,
}

impl AttendanceInput {
    fn read(self, path: &str) -> Outcome<domain::Attendance> {
        let Self {
            occurrence,
            total,
            mix,
        } = self;
        let occurrence = input_id_opt(Kind::Occurrence, path, occurrence.as_ref())?;
        let counted = |input: AttendanceCountInput| (input.target_group, input.count);
        Ok(domain::Attendance {
            occurrence,
            total,
            mix: mix.into_iter().map(counted).collect(),
        })
    }
}

/// Declares the input of a transition: the activity, what else it needs, the expected version.
macro_rules! transition_input {
    ($(#[$doc:meta])* $input:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Debug, InputObject)]
        pub struct $input {
            /// The activity.
            pub id: ID,
            $($(#[$field_doc])* pub $field: $type,)*
            /// The version you read, if you want to be told when somebody else changed it since.
            pub expected_version: Option<i32>,
        }
    };
}

transition_input! {
    /// An activity to publish.
    ActivityPublishInput {}
}
transition_input! {
    /// An activity to call off.
    ActivityCancelInput {
        /// Why; anybody who sees the activity reads it.
        reason: String,
    }
}
transition_input! {
    /// One of the times of an activity, to call off.
    ActivityCancelOccurrenceInput {
        /// Which: one that is still to come.
        occurrence: ID,
    }
}
transition_input! {
    /// An activity of which the residents take the lead.
    ActivityHandOverInput {
        /// What they take over; at least one.
        #[graphql(default)] tasks: Vec<HandoverTask>,
        /// More about it, for those who prepare the activity; required for task OTHER.
        note: Option<String>,
    }
}
transition_input! {
    /// How many came to an activity.
    ActivityRecordAttendanceInput {
        /// How many; it takes the place of what was counted before.
        attendance: AttendanceInput,
    }
}
transition_input! {
    /// An activity that is over.
    ActivityCompleteInput {
        /// What came of it.
        outcome: ActivityOutcome,
        /// More about it, for those who prepare the activity.
        note: Option<String>,
        /// How many came, if that wasn't written down before.
        attendance: Option<AttendanceInput>,
    }
}

payload! {
    /// What came of `activityPropose`.
    ActivityProposePayload, activity: Activity
}
payload! {
    /// What came of `activityPublish`.
    ActivityPublishPayload, activity: Activity
}
payload! {
    /// What came of `activityUpdate`.
    ActivityUpdatePayload, activity: Activity
}
payload! {
    /// What came of `activityCancel`.
    ActivityCancelPayload, activity: Activity
}
payload! {
    /// What came of `activityCancelOccurrence`.
    ActivityCancelOccurrencePayload, activity: Activity
}
payload! {
    /// What came of `activityHandOver`.
    ActivityHandOverPayload, activity: Activity
}
payload! {
    /// What came of `activityRecordAttendance`.
    ActivityRecordAttendancePayload, activity: Activity
}
payload! {
    /// What came of `activityComplete`.
    ActivityCompletePayload, activity: Activity
}

/// What can be done with activities.
#[derive(Default)]
pub struct ActivityMutation;

#[Object]
impl ActivityMutation {
    /// Proposes an activity, and publishes it at once with `publish: true`. For staff of active
    /// partners that cover the neighbourhood, for active volunteers there who organise, and for its
    /// coordinator.
    async fn activity_propose(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The activity.")] input: ActivityProposeInput,
    ) -> Option<Result<ActivityProposePayload, Error>> {
        let done = async {
            let key = input.idempotency_key.map(|key| key.0);
            let key = idempotency(ctx, "activityPropose", key)?;
            let outcome = match input.read() {
                Ok(proposal) => domain::propose(cx(ctx)?, proposal, key).await,
                Err(refusal) => Err(refusal),
            };
            ActivityProposePayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Changes an activity that isn't over: what it is, when and where, who organises it. For any of
    /// its organisers and the coordinator.
    async fn activity_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: ActivityUpdateInput,
    ) -> Option<Result<ActivityUpdatePayload, Error>> {
        let done = async {
            let outcome = match input.read() {
                Ok((id, expected, update)) => domain::update(cx(ctx)?, id, expected, update).await,
                Err(refusal) => Err(refusal),
            };
            ActivityUpdatePayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Publishes an activity: from then on anybody sees it.
    async fn activity_publish(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: ActivityPublishInput,
    ) -> Option<Result<ActivityPublishPayload, Error>> {
        let ActivityPublishInput {
            id,
            expected_version,
        } = input;
        let done = async {
            let step = Ok(domain::Transitioning::Publish);
            let outcome = transition(ctx, &id, expected_version, step).await?;
            ActivityPublishPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Calls an activity off, with the times that are still to come.
    async fn activity_cancel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Why.")] input: ActivityCancelInput,
    ) -> Option<Result<ActivityCancelPayload, Error>> {
        let ActivityCancelInput {
            id,
            reason,
            expected_version,
        } = input;
        let done = async {
            let step = Ok(domain::Transitioning::Cancel { reason });
            let outcome = transition(ctx, &id, expected_version, step).await?;
            ActivityCancelPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Calls off one of the times of an activity that recurs. The others go on.
    async fn activity_cancel_occurrence(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: ActivityCancelOccurrenceInput,
    ) -> Option<Result<ActivityCancelOccurrencePayload, Error>> {
        let ActivityCancelOccurrenceInput {
            id,
            occurrence,
            expected_version,
        } = input;
        let done = async {
            let step = input_id(Kind::Occurrence, "occurrence", &occurrence)
                .map(|occurrence| domain::Transitioning::CancelOccurrence { occurrence })
                .map_err(Into::into);
            let outcome = transition(ctx, &id, expected_version, step).await?;
            ActivityCancelOccurrencePayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Lets the residents take the lead: they take over what professionals did.
    async fn activity_hand_over(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What they take over.")] input: ActivityHandOverInput,
    ) -> Option<Result<ActivityHandOverPayload, Error>> {
        let ActivityHandOverInput {
            id,
            tasks,
            note,
            expected_version,
        } = input;
        let done = async {
            let step = Ok(domain::Transitioning::HandOver { tasks, note });
            let outcome = transition(ctx, &id, expected_version, step).await?;
            ActivityHandOverPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Writes down how many came, also after the activity was completed.
    async fn activity_record_attendance(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many.")] input: ActivityRecordAttendanceInput,
    ) -> Option<Result<ActivityRecordAttendancePayload, Error>> {
        let ActivityRecordAttendanceInput {
            id,
            attendance,
            expected_version,
        } = input;
        let done = async {
            let step = attendance
                .read("attendance.occurrence")
                .map(domain::Transitioning::RecordAttendance);
            let outcome = transition(ctx, &id, expected_version, step).await?;
            ActivityRecordAttendancePayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Ends an activity with its outcome, after it has begun. Times that are still to come are
    /// called off.
    async fn activity_complete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What came of it.")] input: ActivityCompleteInput,
    ) -> Option<Result<ActivityCompletePayload, Error>> {
        let ActivityCompleteInput {
            id,
            outcome,
            note,
            attendance,
            expected_version,
        } = input;
        let done = async {
            let attendance = attendance.map(|counted| counted.read("attendance.occurrence"));
            let step = attendance
                .transpose()
                .map(|attendance| domain::Transitioning::Complete {
                    outcome,
                    note,
                    attendance,
                });
            let outcome = transition(ctx, &id, expected_version, step).await?;
            ActivityCompletePayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }
}

async fn transition(
    ctx: &Context<'_>,
    id: &ID,
    expected_version: Option<i32>,
    step: Outcome<domain::Transitioning>,
) -> FieldResult<Outcome<uuid::Uuid>> {
    let id = input_id(Kind::Activity, "id", id).map_err(Into::into);
    Ok(match id.and_then(|id| Ok((id, step?))) {
        Ok((id, step)) => domain::transition(cx(ctx)?, id, expected_version, step).await,
        Err(refusal) => Err(refusal),
    })
}
