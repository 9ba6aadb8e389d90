//! What is in a plan: sessions, findings, commitments, endorsements.

use async_graphql::{Context, Error, ID, InputObject, Object};
use nabij_entity::{
    commitment::{self, CommitmentParty},
    endorsement::{self, Endorser},
    finding::{self, FindingKind},
    plan_session::{self, PlanSessionKind},
    vocabulary::{Category, TargetGroup},
};

use super::Plan;
use crate::{
    graphql::{
        errors::FieldResult,
        filters::{CodeFilter, DateTimeFilter, IdFilter, combine},
        paging::{self, Paging, Records, order_by},
        partner::Partner,
        payload::record_type,
        place::Neighbourhood,
        plan_action::PlanAction,
        scalars::{Date, DateTime},
        selection::list,
    },
    ids,
    store::{Filter, Kind, OrderTerm, Scalar, Visible},
};

/// A session of a plan: people came together or were visited, and what they said became findings. Who
/// was there is counted, never named.
#[derive(async_graphql::Description)]
pub struct PlanSession(pub(in crate::graphql) Visible<plan_session::Entity>);
record_type!(PlanSession, plan_session::Entity);

#[Object(use_type_description)]
impl PlanSession {
    /// Its id (TypeID).
    pub async fn id(&self) -> ID {
        ids::type_id(Kind::PlanSession, self.0.id).into()
    }

    /// The plan it belongs to.
    async fn plan(&self) -> FieldResult<Plan> {
        Ok(Plan(self.0.always("plan")?))
    }

    /// What kind of session it was.
    async fn kind(&self) -> PlanSessionKind {
        self.0.kind
    }

    /// The day on which it was held.
    async fn held_on(&self) -> Date {
        Date(self.0.held_on)
    }

    /// How many people were there.
    async fn headcount(&self) -> i32 {
        self.0.headcount
    }

    /// Who was there, by group.
    async fn mix(&self) -> &[TargetGroup] {
        self.0.mix.as_slice()
    }

    /// More about it; null when there is nothing, or when you don't work on the plan.
    async fn note(&self) -> Option<&str> {
        self.0.note.as_deref()
    }

    /// The partner for which it was recorded, if any.
    async fn partner(&self) -> FieldResult<Option<Partner>> {
        Ok(self.0.one("partner")?.map(Partner))
    }

    /// What people said, the oldest first.
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

/// Something that the analysis of a neighbourhood brought to light.
#[derive(async_graphql::Description)]
pub struct Finding(pub(in crate::graphql) Visible<finding::Entity>);
record_type!(Finding, finding::Entity);

#[Object(use_type_description)]
impl Finding {
    /// Its id (TypeID).
    pub async fn id(&self) -> ID {
        ids::type_id(Kind::Finding, self.0.id).into()
    }

    /// The plan it belongs to.
    async fn plan(&self) -> FieldResult<Plan> {
        Ok(Plan(self.0.always("plan")?))
    }

    /// What kind of finding it is.
    async fn kind(&self) -> FindingKind {
        self.0.kind
    }

    /// What it is about; always there for a care need.
    async fn category(&self) -> Option<Category> {
        self.0.category
    }

    /// The finding in words.
    async fn text(&self) -> &str {
        &self.0.text
    }

    /// The neighbourhood it is about.
    async fn neighbourhood(&self) -> FieldResult<Neighbourhood> {
        Ok(Neighbourhood(self.0.always("neighbourhood")?))
    }

    /// The session that brought it, if one did.
    async fn session(&self) -> FieldResult<Option<PlanSession>> {
        Ok(self.0.one("session")?.map(PlanSession))
    }

    /// The partner for which it was recorded, if any.
    async fn partner(&self) -> FieldResult<Option<Partner>> {
        Ok(self.0.one("partner")?.map(Partner))
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

/// What a partner or a group of people promised to a plan, for a while or for good.
#[derive(async_graphql::Description)]
pub struct Commitment(pub(in crate::graphql) Visible<commitment::Entity>);
record_type!(Commitment, commitment::Entity);

#[Object(use_type_description)]
impl Commitment {
    /// Its id (TypeID).
    pub async fn id(&self) -> ID {
        ids::type_id(Kind::Commitment, self.0.id).into()
    }

    /// The plan it belongs to.
    async fn plan(&self) -> FieldResult<Plan> {
        Ok(Plan(self.0.always("plan")?))
    }

    /// Who promised.
    async fn party(&self) -> CommitmentParty {
        self.0.party
    }

    /// The partner that promised, when a partner did.
    async fn partner(&self) -> FieldResult<Option<Partner>> {
        Ok(self.0.one("partner")?.map(Partner))
    }

    /// What was promised.
    async fn what(&self) -> &str {
        &self.0.what
    }

    /// From when it holds.
    async fn from(&self) -> Date {
        Date(self.0.from_on)
    }

    /// The last day it holds; null when it is lasting.
    async fn until(&self) -> Option<Date> {
        self.0.until_on.map(Date)
    }

    /// The action it is for, if it is for one in particular.
    async fn action(&self) -> FieldResult<Option<PlanAction>> {
        Ok(self.0.one("action")?.map(PlanAction))
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

/// Residents or a partner stand behind a change plan as it is.
#[derive(async_graphql::Description)]
pub struct Endorsement(pub(in crate::graphql) Visible<endorsement::Entity>);
record_type!(Endorsement, endorsement::Entity);

#[Object(use_type_description)]
impl Endorsement {
    /// Its id (TypeID).
    pub async fn id(&self) -> ID {
        ids::type_id(Kind::Endorsement, self.0.id).into()
    }

    /// The plan it belongs to.
    async fn plan(&self) -> FieldResult<Plan> {
        Ok(Plan(self.0.always("plan")?))
    }

    /// Who endorsed.
    async fn endorser(&self) -> Endorser {
        self.0.endorser
    }

    /// The partner that endorsed, when a partner did.
    async fn partner(&self) -> FieldResult<Option<Partner>> {
        Ok(self.0.one("partner")?.map(Partner))
    }

    /// The day on which they did.
    async fn endorsed_on(&self) -> Date {
        Date(self.0.endorsed_on)
    }

    /// How they did: a vote, a meeting, a decision.
    async fn how(&self) -> &str {
        &self.0.how
    }

    /// When it stopped to count, because the plan went back to the analysis; null while it counts.
    async fn lapsed_at(&self) -> Option<DateTime> {
        self.0.lapsed_at.map(DateTime)
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

/// Which findings.
#[derive(Clone, Debug, Default, InputObject)]
pub struct FindingWhere {
    /// By id.
    pub id: Option<IdFilter>,
    /// By the plan they belong to.
    pub plan: Option<IdFilter>,
    /// By the session that brought them.
    pub session: Option<IdFilter>,
    /// By municipality.
    pub municipality: Option<IdFilter>,
    /// By neighbourhood.
    pub neighbourhood: Option<IdFilter>,
    /// By kind.
    pub kind: Option<CodeFilter<FindingKind>>,
    /// By what they are about.
    pub category: Option<CodeFilter<Category>>,
    /// By when they were recorded.
    pub created_at: Option<DateTimeFilter>,
    /// All of these hold.
    pub and: Option<Vec<FindingWhere>>,
    /// At least one of these holds.
    pub or: Option<Vec<FindingWhere>>,
    /// This doesn't hold.
    pub not: Option<Box<FindingWhere>>,
}

impl FindingWhere {
    fn filter(self) -> FieldResult<Filter> {
        let Self {
            id,
            plan,
            session,
            municipality,
            neighbourhood,
            kind,
            category,
            created_at,
            and,
            or,
            not,
        } = self;
        let mut own = Vec::new();
        for (id, column, kind) in [
            (id, "id", Kind::Finding),
            (plan, "plan_id", Kind::Plan),
            (session, "session_id", Kind::PlanSession),
            (municipality, "municipality_id", Kind::Municipality),
            (neighbourhood, "neighbourhood_id", Kind::Neighbourhood),
        ] {
            if let Some(id) = id {
                own.push(id.on(column, kind)?);
            }
        }
        own.extend(kind.map(|kind| kind.on("kind")));
        own.extend(category.map(|category| category.on("category")));
        own.extend(created_at.map(|created_at| created_at.on("created_at")));
        combine(own, and, or, not, Self::filter)
    }
}

order_by! {
    /// How findings are ordered.
    FindingOrder, FindingOrderField {
        /// By when they were recorded.
        CreatedAt => "created_at" Time,
    }
}

/// Queries about findings.
#[derive(Default)]
pub struct FindingQuery;

#[Object]
impl FindingQuery {
    /// The findings of the plans you may see, the newest first unless ordered otherwise.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn findings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those for which this holds.", name = "where")] filter: Option<
            FindingWhere,
        >,
        #[graphql(desc = "In which order.")] order_by: Option<Vec<FindingOrder>>,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Option<Result<Records<Finding>, Error>> {
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
            paging::records(&list(ctx, Kind::Finding, &filter, &window).await?)
        };
        Some(page.await.map_err(Error::from))
    }
}
