//! Actions of plans in the schema.

use async_graphql::{Context, Error, ID, InputObject, Object};
use nabij_entity::plan_action::{self, PlanActionOwner, PlanActionStatus, PlanActionStep};

use super::{
    errors::{self, FieldResult},
    event::Event,
    filters::{CodeFilter, DateFilter, DateTimeFilter, IdFilter, combine},
    paging::{self, Paging, Records, order_by},
    partner::Partner,
    payload::record_type,
    place::Neighbourhood,
    plan::{Commitment, Plan},
    scalars::{Date, DateTime},
    selection::{cx, find, list},
};
use crate::{
    domain::plan_action as domain,
    ids,
    store::{Filter, Kind, OrderTerm, Scalar, Visible},
};

mod mutations;

pub use self::mutations::PlanActionMutation;

/// Something that somebody is going to do as part of a plan.
#[derive(async_graphql::Description)]
pub struct PlanAction(pub(super) Visible<plan_action::Entity>);
record_type!(PlanAction, plan_action::Entity);

#[Object(use_type_description)]
impl PlanAction {
    /// Its id (TypeID).
    pub async fn id(&self) -> ID {
        ids::type_id(Kind::PlanAction, self.0.id).into()
    }

    /// The plan it belongs to.
    async fn plan(&self) -> FieldResult<Plan> {
        Ok(Plan(self.0.always("plan")?))
    }

    /// What is to be done, in a line.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// More about it.
    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// Where it stands.
    async fn status(&self) -> PlanActionStatus {
        self.0.status
    }

    /// Who sees to it; null while it is only suggested.
    async fn owner(&self) -> Option<PlanActionOwner> {
        self.0.owner
    }

    /// The partner that sees to it, when a partner does.
    async fn owner_partner(&self) -> FieldResult<Option<Partner>> {
        Ok(self.0.one("ownerPartner")?.map(Partner))
    }

    /// The day by which it is to be done, if there is one.
    async fn due_on(&self) -> Option<Date> {
        self.0.due_on.map(Date)
    }

    /// What was said when it was done or dropped.
    async fn status_note(&self) -> Option<&str> {
        self.0.status_note.as_deref()
    }

    /// The neighbourhood it is for.
    async fn neighbourhood(&self) -> FieldResult<Neighbourhood> {
        Ok(Neighbourhood(self.0.always("neighbourhood")?))
    }

    /// The partner for which it was added, if any.
    async fn partner(&self) -> FieldResult<Option<Partner>> {
        Ok(self.0.one("partner")?.map(Partner))
    }

    /// What was promised for it, the oldest first.
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

    /// What you may do with it now; draw your buttons from this.
    async fn allowed_actions(&self, ctx: &Context<'_>) -> FieldResult<Vec<PlanActionStep>> {
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

/// Which actions of plans.
#[derive(Clone, Debug, Default, InputObject)]
pub struct PlanActionWhere {
    /// By id.
    pub id: Option<IdFilter>,
    /// By the plan they belong to.
    pub plan: Option<IdFilter>,
    /// By neighbourhood.
    pub neighbourhood: Option<IdFilter>,
    /// By the partner that sees to them.
    pub owner_partner: Option<IdFilter>,
    /// By who sees to them.
    pub owner: Option<CodeFilter<PlanActionOwner>>,
    /// By status.
    pub status: Option<CodeFilter<PlanActionStatus>>,
    /// By the day by which they are to be done.
    pub due_on: Option<DateFilter>,
    /// By when they were added.
    pub created_at: Option<DateTimeFilter>,
    /// All of these hold.
    pub and: Option<Vec<PlanActionWhere>>,
    /// At least one of these holds.
    pub or: Option<Vec<PlanActionWhere>>,
    /// This doesn't hold.
    pub not: Option<Box<PlanActionWhere>>,
}

impl PlanActionWhere {
    fn filter(self) -> FieldResult<Filter> {
        let Self {
            id,
            plan,
            neighbourhood,
            owner_partner,
            owner,
            status,
            due_on,
            created_at,
            and,
            or,
            not,
        } = self;
        let mut own = Vec::new();
        for (id, column, kind) in [
            (id, "id", Kind::PlanAction),
            (plan, "plan_id", Kind::Plan),
            (neighbourhood, "neighbourhood_id", Kind::Neighbourhood),
            (owner_partner, "owner_partner_id", Kind::Partner),
        ] {
            if let Some(id) = id {
                own.push(id.on(column, kind)?);
            }
        }
        own.extend(owner.map(|owner| owner.on("owner")));
        own.extend(status.map(|status| status.on("status")));
        own.extend(due_on.map(|due_on| due_on.on("due_on")));
        own.extend(created_at.map(|created_at| created_at.on("created_at")));
        combine(own, and, or, not, Self::filter)
    }
}

order_by! {
    /// How actions of plans are ordered.
    PlanActionOrder, PlanActionOrderField {
        /// By when they were recorded.
        CreatedAt => "created_at" Time,
    }
}

/// Queries about actions of plans.
#[derive(Default)]
pub struct PlanActionQuery;

#[Object]
impl PlanActionQuery {
    /// An action of a plan by its id; null when there is none or you may not see it.
    async fn plan_action(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: ID,
    ) -> Option<Result<PlanAction, Error>> {
        let found = async { find(ctx, errors::id(Kind::PlanAction, &id)?).await };
        found.await.map_err(Error::from).transpose()
    }

    /// The actions of the plans you may see, the newest first unless ordered otherwise.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn plan_actions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those for which this holds.", name = "where")] filter: Option<
            PlanActionWhere,
        >,
        #[graphql(desc = "In which order.")] order_by: Option<Vec<PlanActionOrder>>,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Option<Result<Records<PlanAction>, Error>> {
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
            paging::records(&list(ctx, Kind::PlanAction, &filter, &window).await?)
        };
        Some(page.await.map_err(Error::from))
    }
}
