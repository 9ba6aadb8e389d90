//! How long cases are kept, what is due, and what was removed, in the schema.

use async_graphql::{Context, Error, ID, InputObject, Object, SimpleObject};
use nabij_entity::{
    retention_rule::{self, RetentionGround},
    retention_run::{self, RemovedCount},
};

use super::{
    errors::{self, Fault, FieldResult, input_id},
    event::Event,
    paging::{self, Paging, Records},
    payload::{payload, record_type},
    place::Municipality,
    scalars::{Date, DateTime},
    selection::{cx, list},
};
use crate::{
    domain::{Refusal, retention as domain},
    ids,
    store::{Failure, Filter, Kind, OrderTerm, Scalar, Visible, retention::After},
};

/// A municipality's own period for one way in which cases end. It counts for cases that were closed
/// before it was set, too.
#[derive(async_graphql::Description)]
pub struct RetentionRule(pub(super) Visible<retention_rule::Entity>);
record_type!(RetentionRule, retention_rule::Entity);

#[Object(use_type_description)]
impl RetentionRule {
    /// Its id (TypeID).
    pub async fn id(&self) -> ID {
        ids::type_id(Kind::RetentionRule, self.0.id).into()
    }

    /// The municipality.
    async fn municipality(&self) -> FieldResult<Municipality> {
        Ok(Municipality(self.0.always("municipality")?))
    }

    /// How a case ended.
    async fn ground(&self) -> RetentionGround {
        self.0.ground
    }

    /// How many months after closing its content is kept.
    async fn months(&self) -> i32 {
        self.0.months
    }

    /// Each change, in order; `from` and `to` are periods such as `P24M`. For the administrator, and
    /// the municipality's coordinator and auditor.
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

    /// When it was first set.
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

/// The period that counts in a municipality for one way in which cases end.
#[derive(Clone, Debug, SimpleObject)]
pub struct RetentionPeriod {
    /// How a case ended.
    pub ground: RetentionGround,
    /// How many months after closing its content is kept.
    pub months: i32,
    /// The id of the municipality's own rule, a `RetentionRule`; null where the service's default
    /// counts.
    pub rule_id: Option<ID>,
}

/// How many records of one sort were removed, or would be, by one rule.
#[derive(Clone, Debug, SimpleObject)]
pub struct RetentionCount {
    /// The rule: how the case ended.
    pub ground: RetentionGround,
    /// Its period, in months.
    pub months: i32,
    /// What sort of record, such as `signals` or `residents`.
    pub r#type: String,
    /// How many.
    pub count: i32,
}

impl From<RemovedCount> for RetentionCount {
    fn from(removed: RemovedCount) -> Self {
        let RemovedCount {
            ground,
            months,
            table,
            count,
        } = removed;
        Self {
            ground,
            months,
            r#type: table,
            count,
        }
    }
}

/// A case whose content would be removed.
#[derive(Clone, Debug, SimpleObject)]
pub struct RetentionCase {
    /// The id of its signal.
    pub signal_id: ID,
    /// The rule: how it ended.
    pub ground: RetentionGround,
    /// When it was closed.
    pub closed_at: DateTime,
    /// The ids of all records that lose their texts and their link to the resident: the signal, its
    /// referrals, contact moments, feedback, call-outs, offers and past holds.
    pub records: Vec<ID>,
}

/// What a run would remove now. Ids and numbers only, of which nothing can be read by who may not.
#[derive(Clone, Debug, SimpleObject)]
pub struct RetentionPreview {
    /// The moment for which it holds.
    pub at: DateTime,
    /// How much it is in all, not of this part only.
    pub counts: Vec<RetentionCount>,
    /// Cases, in the order of their ids.
    pub cases: Vec<RetentionCase>,
    /// The ids of residents who go altogether, with their contact details: those of whom no case is
    /// left, and those who never had one. They come when all cases have been listed.
    pub residents: Vec<ID>,
    /// Give this as `after` to go on; null when nothing comes after.
    pub end_cursor: Option<ID>,
}

/// What was removed in a municipality on one day because its period was over.
#[derive(async_graphql::Description)]
pub struct RetentionRun(pub(super) Visible<retention_run::Entity>);
record_type!(RetentionRun, retention_run::Entity);

#[Object(use_type_description)]
impl RetentionRun {
    /// Its id (TypeID).
    pub async fn id(&self) -> ID {
        ids::type_id(Kind::RetentionRun, self.0.id).into()
    }

    /// The municipality.
    async fn municipality(&self) -> FieldResult<Municipality> {
        Ok(Municipality(self.0.always("municipality")?))
    }

    /// The day, in UTC.
    async fn day(&self) -> Date {
        Date(self.0.day)
    }

    /// When it began.
    async fn started_at(&self) -> DateTime {
        self.0.started_at.into()
    }

    /// When nothing was due any more; null while it is under way, or was broken off and will go on.
    async fn finished_at(&self) -> Option<DateTime> {
        self.0.finished_at.map(Into::into)
    }

    /// What it removed, in numbers; empty when nothing was due.
    async fn removed(&self) -> Vec<RetentionCount> {
        self.0.removed.0.iter().cloned().map(Into::into).collect()
    }
}

/// Queries about how long cases are kept.
#[derive(Default)]
pub struct RetentionQuery;

#[Object]
impl RetentionQuery {
    /// How long a municipality keeps what is told in a case, for each way in which cases end (GDPR
    /// article 13(2)(a)); null when there is no such municipality. For everybody.
    async fn retention_periods(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The municipality.")] municipality: ID,
    ) -> Option<Result<Vec<RetentionPeriod>, Error>> {
        let found = async {
            let id = errors::id(Kind::Municipality, &municipality)?;
            let periods = domain::periods_of(cx(ctx)?, id).await?;
            let told = |period: domain::Period| RetentionPeriod {
                ground: period.ground,
                months: period.months,
                rule_id: period
                    .rule
                    .map(|id| ids::type_id(Kind::RetentionRule, id).into()),
            };
            FieldResult::Ok(periods.map(|periods| periods.into_iter().map(told).collect()))
        };
        found.await.map_err(Error::from).transpose()
    }

    /// What the next run would remove if it were now, exactly: found by the same statements. For the
    /// administrator, and the municipality's coordinator and auditor; null when there is no such
    /// municipality.
    async fn retention_preview(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The municipality.")] municipality: ID,
        #[graphql(desc = "How many cases and residents, 1 to 100.", default = 25)] first: i32,
        #[graphql(desc = "The `endCursor` of the part before.")] after: Option<ID>,
    ) -> Option<Result<RetentionPreview, Error>> {
        let found = async {
            let id = errors::id(Kind::Municipality, &municipality)?;
            let first = u64::try_from(first)
                .ok()
                .filter(|first| (1..=100).contains(first))
                .ok_or(Fault::BadInput("Ask for 1 to 100 at once."))?;
            let after = match after.map(|after| ids::parse_any(&after)).transpose()? {
                None => After::Nothing,
                Some((Kind::Signal, id)) => After::Case(id),
                Some((Kind::Resident, id)) => After::Resident(id),
                Some(_) => {
                    return Err(Fault::BadInput(
                        "`after` is the `endCursor` of the part before, unchanged.",
                    ));
                }
            };
            let cx = cx(ctx)?;
            match domain::preview(cx, id, after, first).await {
                Ok(found) => Ok(found.map(|found| shown(cx.now().into(), found))),
                Err(Refusal::Failure(failure)) => Err(failure.into()),
                Err(Refusal::Problems(mut problems)) => Err(match problems.pop() {
                    Some(problem) => Fault::Refused(problem),
                    None => Fault::Failure(Failure::Bug("a refusal without a problem")),
                }),
            }
        };
        found.await.map_err(Error::from).transpose()
    }

    /// What was removed because its period was over, the latest first. For the administrator, and
    /// the municipality's coordinator and auditor.
    async fn retention_runs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those of this municipality.")] municipality: Option<ID>,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Option<Result<Records<RetentionRun>, Error>> {
        let page = async {
            let window = Paging {
                first,
                after,
                last,
                before,
            }
            .window(vec![OrderTerm::descending("started_at", Scalar::Time)])?;
            let own = municipality
                .map(|id| errors::id(Kind::Municipality, &id))
                .transpose()?
                .map(|id| Filter::Eq("municipality_id", id.into()));
            let filter = Filter::And(own.into_iter().collect());
            paging::records(&list(ctx, Kind::RetentionRun, &filter, &window).await?)
        };
        Some(page.await.map_err(Error::from))
    }
}

fn shown(at: DateTime, found: crate::store::retention::Preview) -> RetentionPreview {
    let end = match (found.residents.last(), found.cases.last()) {
        (Some(resident), _) => Some(ids::type_id(Kind::Resident, *resident)),
        (None, Some(case)) => Some(ids::type_id(Kind::Signal, case.id)),
        (None, None) => None,
    };
    let records_of = |case: uuid::Uuid| {
        let own = found.records.iter().filter(move |(.., of)| *of == case);
        own.filter_map(|(prefix, id, _)| Some(ids::type_id(Kind::from_prefix(prefix)?, *id).into()))
            .collect()
    };
    RetentionPreview {
        at,
        cases: found
            .cases
            .iter()
            .map(|case| RetentionCase {
                signal_id: ids::type_id(Kind::Signal, case.id).into(),
                ground: case.ground,
                closed_at: case.closed_at.into(),
                records: records_of(case.id),
            })
            .collect(),
        residents: found
            .residents
            .iter()
            .map(|id| ids::type_id(Kind::Resident, *id).into())
            .collect(),
        end_cursor: end.filter(|_| found.has_more).map(ID::from),
        counts: found.counts.0.into_iter().map(Into::into).collect(),
    }
}

/// How long something is to be kept.
#[derive(Debug, InputObject)]
pub struct RetentionRuleSetInput {
    /// The municipality.
    pub municipality: ID,
    /// How a case ended.
    pub ground: RetentionGround,
    /// How many months after closing its content is kept, 2 to 240.
    pub months: i32,
    /// The version you read, if you want to be told when somebody else changed it since; 0 for
    /// where the default counts.
    pub expected_version: Option<i32>,
}

payload! {
    /// What came of `retentionRuleSet`.
    RetentionRuleSetPayload, rule: RetentionRule
}

/// What can be done about how long cases are kept.
#[derive(Default)]
pub struct RetentionMutation;

#[Object]
impl RetentionMutation {
    /// Says how long a municipality keeps what is told in cases that end in one way. For the
    /// administrator and the municipality's coordinator. It counts from the next daily run on, also
    /// for cases that are closed already: look at `retentionPreview` after you set it.
    async fn retention_rule_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How long.")] input: RetentionRuleSetInput,
    ) -> Option<Result<RetentionRuleSetPayload, Error>> {
        let done = async {
            let RetentionRuleSetInput {
                municipality,
                ground,
                months,
                expected_version,
            } = input;
            let outcome = match input_id(Kind::Municipality, "municipality", &municipality) {
                Ok(id) => domain::set(cx(ctx)?, id, ground, months, expected_version).await,
                Err(problem) => Err(problem.into()),
            };
            RetentionRuleSetPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }
}
