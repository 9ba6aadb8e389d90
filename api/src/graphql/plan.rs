//! Plans of neighbourhoods in the schema.

use async_graphql::{Context, Error, ID, InputObject, Object};
use nabij_entity::plan::{self, PlanStage, PlanStep};

use super::{
    errors::{self, FieldResult},
    event::Event,
    filters::{CodeFilter, DateTimeFilter, IdFilter, combine},
    funding_line::FundingLine,
    initiative::Initiative,
    money::Money,
    paging::{self, Paging, Records, order_by},
    partner::Partner,
    payload::record_type,
    place::{Municipality, Neighbourhood},
    plan_action::PlanAction,
    scalars::{Date, DateTime},
    selection::{cx, find, list},
};
use crate::{
    domain::plan as domain,
    ids,
    store::{Filter, Kind, OrderTerm, Scalar, Visible},
};

mod contributions;
mod mutations;
mod needs;
mod parts;

pub use self::{
    contributions::PlanContributionMutation,
    mutations::PlanMutation,
    needs::CareNeedQuery,
    parts::{Commitment, Endorsement, Finding, FindingQuery, PlanSession},
};

/// The plan of a neighbourhood: what its analysis brought to light, and the change plan that was drawn
/// up from it with the neighbours. No person stands in it.
#[derive(async_graphql::Description)]
pub struct Plan(pub(super) Visible<plan::Entity>);
record_type!(Plan, plan::Entity);

#[Object(use_type_description)]
impl Plan {
    /// Its id (TypeID).
    pub async fn id(&self) -> ID {
        ids::type_id(Kind::Plan, self.0.id).into()
    }

    /// Its title.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// What it comes down to, in words.
    async fn summary(&self) -> Option<&str> {
        self.0.summary.as_deref()
    }

    /// How far it is.
    async fn stage(&self) -> PlanStage {
        self.0.stage
    }

    /// The municipality of its neighbourhood.
    async fn municipality(&self) -> FieldResult<Municipality> {
        Ok(Municipality(self.0.always("municipality")?))
    }

    /// The neighbourhood it is about.
    async fn neighbourhood(&self) -> FieldResult<Neighbourhood> {
        Ok(Neighbourhood(self.0.always("neighbourhood")?))
    }

    /// The programme it is part of, if any.
    async fn initiative(&self) -> FieldResult<Option<Initiative>> {
        Ok(self.0.one("initiative")?.map(Initiative))
    }

    /// The partner that facilitates it; null when the coordinator does.
    async fn facilitator(&self) -> FieldResult<Option<Partner>> {
        Ok(self.0.one("facilitator")?.map(Partner))
    }

    /// What it costs in all; null if that isn't known.
    async fn budget(&self) -> Option<Money> {
        self.0.budget_cents.map(Money::euro)
    }

    /// Why it went back to the analysis; null when it didn't, or has moved on since.
    async fn return_reason(&self) -> Option<&str> {
        self.0.return_reason.as_deref()
    }

    /// How people were heard, in the order in which it was recorded.
    async fn sessions(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<PlanSession>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        paging::along(self.0.node(), "sessions", &paging)
    }

    /// What the analysis brought to light, the oldest first.
    async fn findings(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<Finding>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        paging::along(self.0.node(), "findings", &paging)
    }

    /// What is going to be done, the oldest first.
    async fn actions(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<PlanAction>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        paging::along(self.0.node(), "actions", &paging)
    }

    /// What partners and people promised, the oldest first.
    async fn commitments(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<Commitment>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        paging::along(self.0.node(), "commitments", &paging)
    }

    /// Who stood behind it, the oldest first; also those that lapsed when it
    /// went back to the analysis.
    async fn endorsements(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<Endorsement>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        paging::along(self.0.node(), "endorsements", &paging)
    }

    /// Who pays for it, the oldest first: those that are shown to you.
    async fn funding_lines(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<FundingLine>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        paging::along(self.0.node(), "fundingLines", &paging)
    }

    /// The plan of another neighbourhood that it was cloned from, if it was.
    async fn cloned_from(&self) -> FieldResult<Option<Plan>> {
        Ok(self.0.one("clonedFrom")?.map(Plan))
    }

    /// The plans that were cloned from it, the oldest first: those that are shown to you.
    async fn clones(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<Plan>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        paging::along(self.0.node(), "clones", &paging)
    }

    /// The plans that it descends from: the one it was cloned from, the one that was cloned from, and
    /// so on to the first.
    async fn ancestors(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<Plan>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        paging::along(self.0.node(), "ancestors", &paging)
    }

    /// The plans that descend from it: its clones, theirs, and so on; the oldest first, those that are
    /// shown to you.
    async fn descendants(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<Plan>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        paging::along(self.0.node(), "descendants", &paging)
    }

    /// How strongly its approach is recommended to others, from 0 to 10; null until it is evaluated.
    async fn recommendation(&self) -> Option<i32> {
        self.0.recommendation
    }

    /// How much it achieved, from 0 to 10; null until it is evaluated.
    async fn impact(&self) -> Option<i32> {
        self.0.impact
    }

    /// What went well; null until it is evaluated.
    async fn strengths(&self) -> Option<&str> {
        self.0.strengths.as_deref()
    }

    /// What stood in the way; null until it is evaluated.
    async fn barriers(&self) -> Option<&str> {
        self.0.barriers.as_deref()
    }

    /// What remains of it; null until it is evaluated.
    async fn lasting_impact(&self) -> Option<&str> {
        self.0.lasting_impact.as_deref()
    }

    /// The day of the evaluation; null until it is evaluated.
    async fn evaluated_on(&self) -> Option<Date> {
        self.0.evaluated_on.map(Date)
    }

    /// What you may do with it now; draw your buttons from this. A step that waits for something, such
    /// as an endorsement, isn't among them yet.
    async fn allowed_actions(&self, ctx: &Context<'_>) -> FieldResult<Vec<PlanStep>> {
        Ok(domain::allowed_to(&cx(ctx)?.viewer(), &self.0))
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

    /// When it was recorded.
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

/// Which plans.
#[derive(Clone, Debug, Default, InputObject)]
pub struct PlanWhere {
    /// By id.
    pub id: Option<IdFilter>,
    /// By municipality.
    pub municipality: Option<IdFilter>,
    /// By neighbourhood.
    pub neighbourhood: Option<IdFilter>,
    /// By the programme they are part of.
    pub initiative: Option<IdFilter>,
    /// By the partner that facilitates them.
    pub facilitator: Option<IdFilter>,
    /// By the plan they were cloned from; none for those that weren't.
    pub cloned_from: Option<IdFilter>,
    /// By how far they are.
    pub stage: Option<CodeFilter<PlanStage>>,
    /// By when they were begun.
    pub created_at: Option<DateTimeFilter>,
    /// All of these hold.
    pub and: Option<Vec<PlanWhere>>,
    /// At least one of these holds.
    pub or: Option<Vec<PlanWhere>>,
    /// This doesn't hold.
    pub not: Option<Box<PlanWhere>>,
}

impl PlanWhere {
    fn filter(self) -> FieldResult<Filter> {
        let Self {
            id,
            municipality,
            neighbourhood,
            initiative,
            facilitator,
            cloned_from,
            stage,
            created_at,
            and,
            or,
            not,
        } = self;
        let mut own = Vec::new();
        for (id, column, kind) in [
            (id, "id", Kind::Plan),
            (municipality, "municipality_id", Kind::Municipality),
            (neighbourhood, "neighbourhood_id", Kind::Neighbourhood),
            (initiative, "initiative_id", Kind::Initiative),
            (facilitator, "facilitator_partner_id", Kind::Partner),
            (cloned_from, "cloned_from_id", Kind::Plan),
        ] {
            if let Some(id) = id {
                own.push(id.on(column, kind)?);
            }
        }
        own.extend(stage.map(|stage| stage.on("stage")));
        own.extend(created_at.map(|created_at| created_at.on("created_at")));
        combine(own, and, or, not, Self::filter)
    }
}

order_by! {
    /// How plans are ordered.
    PlanOrder, PlanOrderField {
        /// By when they were recorded.
        CreatedAt => "created_at" Time,
        /// By when they last changed.
        UpdatedAt => "updated_at" Time,
    }
}

/// Queries about plans.
#[derive(Default)]
pub struct PlanQuery;

#[Object]
impl PlanQuery {
    /// The plan of a neighbourhood by its id; null when there is none or you may not see it.
    async fn plan(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: ID,
    ) -> Option<Result<Plan, Error>> {
        let found = async { find(ctx, errors::id(Kind::Plan, &id)?).await };
        found.await.map_err(Error::from).transpose()
    }

    /// The plans you may see, the newest first unless ordered otherwise.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn plans(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those for which this holds.", name = "where")] filter: Option<
            PlanWhere,
        >,
        #[graphql(desc = "In which order.")] order_by: Option<Vec<PlanOrder>>,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Option<Result<Records<Plan>, Error>> {
        let order = paging::order(order_by, OrderTerm::descending("created_at", Scalar::Time));
        let page = async {
            let window = Paging {
                first,
                after,
                last,
                before,
            }
            .window(order)?;
            let filter = filter.unwrap_or_default().filter()?;
            paging::records(&list(ctx, Kind::Plan, &filter, &window).await?)
        };
        Some(page.await.map_err(Error::from))
    }
}
