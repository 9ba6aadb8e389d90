//! Who pays for initiatives and plans, in the schema.

use async_graphql::{Context, Error, ID, InputObject, Object};
use nabij_entity::funding_line::{self, FundingKind, FundingLineAction, FundingStatus};

use super::{
    errors::{self, FieldResult},
    event::Event,
    filters::{CodeFilter, DateTimeFilter, IdFilter, combine},
    initiative::Initiative,
    money::Money,
    paging::{self, Paging, Records, order_by},
    partner::Partner,
    payload::record_type,
    plan::Plan,
    scalars::{Date, DateTime},
    selection::{cx, find, list},
};
use crate::{
    domain::funding_line as domain,
    ids,
    store::{Filter, Kind, OrderTerm, Scalar, Visible},
};

mod mutations;

pub use self::mutations::FundingLineMutation;

/// What one funder is asked for, or pays, towards an initiative or a plan. For the place's coordinator,
/// the partners that carry it, and the funder.
#[derive(async_graphql::Description)]
pub struct FundingLine(pub(super) Visible<funding_line::Entity>);
record_type!(FundingLine, funding_line::Entity);

#[Object(use_type_description)]
impl FundingLine {
    /// Its id (TypeID).
    pub async fn id(&self) -> ID {
        ids::type_id(Kind::FundingLine, self.0.id).into()
    }

    /// What kind of money it is.
    async fn kind(&self) -> FundingKind {
        self.0.kind
    }

    /// Where it stands.
    async fn status(&self) -> FundingStatus {
        self.0.status
    }

    /// The funder, when it is a partner.
    async fn funder_partner(&self) -> FieldResult<Option<Partner>> {
        Ok(self.0.one("funderPartner")?.map(Partner))
    }

    /// The funder's name, when it is no partner.
    async fn funder_name(&self) -> Option<&str> {
        self.0.funder_name.as_deref()
    }

    /// How much is asked for; null if the funder isn't asked for a sum.
    async fn requested(&self) -> Option<Money> {
        self.0.requested_cents.map(Money::euro)
    }

    /// How much was granted; null until it is.
    async fn granted(&self) -> Option<Money> {
        self.0.granted_cents.map(Money::euro)
    }

    /// The day on which the funder was asked; null until it was.
    async fn applied_on(&self) -> Option<Date> {
        self.0.applied_on.map(Date)
    }

    /// The day on which the funder decided; null until it did.
    async fn decided_on(&self) -> Option<Date> {
        self.0.decided_on.map(Date)
    }

    /// What it is for, and the like.
    async fn note(&self) -> Option<&str> {
        self.0.note.as_deref()
    }

    /// What was said of the funder's decision.
    async fn status_note(&self) -> Option<&str> {
        self.0.status_note.as_deref()
    }

    /// The plan it is for; null when it is for an initiative, or when the plan isn't shown to you.
    async fn plan(&self) -> FieldResult<Option<Plan>> {
        Ok(self.0.one("plan")?.map(Plan))
    }

    /// The initiative it is for; null when it is for a plan.
    async fn initiative(&self) -> FieldResult<Option<Initiative>> {
        Ok(self.0.one("initiative")?.map(Initiative))
    }

    /// What you may do with it now; draw your buttons from this.
    async fn allowed_actions(&self, ctx: &Context<'_>) -> FieldResult<Vec<FundingLineAction>> {
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

/// Which funding lines.
#[derive(Clone, Debug, Default, InputObject)]
pub struct FundingLineWhere {
    /// By id.
    pub id: Option<IdFilter>,
    /// By municipality.
    pub municipality: Option<IdFilter>,
    /// By the plan they are for.
    pub plan: Option<IdFilter>,
    /// By the initiative they are for.
    pub initiative: Option<IdFilter>,
    /// By the partner that pays.
    pub funder_partner: Option<IdFilter>,
    /// By what kind of money they are.
    pub kind: Option<CodeFilter<FundingKind>>,
    /// By status.
    pub status: Option<CodeFilter<FundingStatus>>,
    /// By when they were added.
    pub created_at: Option<DateTimeFilter>,
    /// All of these hold.
    pub and: Option<Vec<FundingLineWhere>>,
    /// At least one of these holds.
    pub or: Option<Vec<FundingLineWhere>>,
    /// This doesn't hold.
    pub not: Option<Box<FundingLineWhere>>,
}

impl FundingLineWhere {
    fn filter(self) -> FieldResult<Filter> {
        let Self {
            id,
            municipality,
            plan,
            initiative,
            funder_partner,
            kind,
            status,
            created_at,
            and,
            or,
            not,
        } = self;
        let mut own = Vec::new();
        for (id, column, kind) in [
            (id, "id", Kind::FundingLine),
            (municipality, "municipality_id", Kind::Municipality),
            (plan, "plan_id", Kind::Plan),
            (initiative, "initiative_id", Kind::Initiative),
            (funder_partner, "funder_partner_id", Kind::Partner),
        ] {
            if let Some(id) = id {
                own.push(id.on(column, kind)?);
            }
        }
        own.extend(kind.map(|kind| kind.on("kind")));
        own.extend(status.map(|status| status.on("status")));
        own.extend(created_at.map(|created_at| created_at.on("created_at")));
        combine(own, and, or, not, Self::filter)
    }
}

order_by! {
    /// How funding lines are ordered.
    FundingLineOrder, FundingLineOrderField {
        /// By when they were recorded.
        CreatedAt => "created_at" Time,
    }
}

/// Queries about funding lines.
#[derive(Default)]
pub struct FundingLineQuery;

#[Object]
impl FundingLineQuery {
    /// A funding line by its id; null when there is none or you may not see it.
    async fn funding_line(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: ID,
    ) -> Option<Result<FundingLine, Error>> {
        let found = async { find(ctx, errors::id(Kind::FundingLine, &id)?).await };
        found.await.map_err(Error::from).transpose()
    }

    /// The funding lines you may see, the newest first unless ordered otherwise.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn funding_lines(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those for which this holds.", name = "where")] filter: Option<
            FundingLineWhere,
        >,
        #[graphql(desc = "In which order.")] order_by: Option<Vec<FundingLineOrder>>,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Option<Result<Records<FundingLine>, Error>> {
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
            paging::records(&list(ctx, Kind::FundingLine, &filter, &window).await?)
        };
        Some(page.await.map_err(Error::from))
    }
}
