//! Signals in the schema.

mod bulk;
mod mutations;

use async_graphql::{Context, Error, ID, InputObject, Object};
use nabij_entity::{
    referral::{DisclosedField, SharingBasis},
    signal::{self, SignalAction, SignalDismissReason, SignalKind, SignalOutcome, SignalStatus},
    vocabulary::{Category, ChoreKind, InflowChannel, Urgency},
};

pub use self::{bulk::SignalBulkMutation, mutations::SignalMutation};
use super::{
    ambassador::Ambassador,
    contact_moment::ContactMoment,
    errors::{self, FieldResult},
    event::Event,
    filters::{CodeFilter, CohortFilter, DateTimeFilter, IdFilter, StringFilter, combine},
    paging::{self, Paging, Records, order_by},
    partner::Partner,
    payload::record_type,
    place::{Municipality, Neighbourhood},
    referral::Referral,
    resident::Resident,
    scalars::DateTime,
    selection::{cx, find, list},
};
use crate::{
    domain::signal as domain,
    ids,
    store::{Filter, Kind, OrderTerm, Scalar, Visible},
};

/// What somebody noticed in a neighbourhood: a need, a problem or an initiative.
#[derive(async_graphql::Description)]
pub struct Signal(pub(super) Visible<signal::Entity>);
record_type!(Signal, signal::Entity);

#[Object(use_type_description)]
impl Signal {
    /// Its id (TypeID).
    pub async fn id(&self) -> ID {
        ids::type_id(Kind::Signal, self.0.id).into()
    }

    /// Need, problem or initiative.
    async fn kind(&self) -> SignalKind {
        self.0.kind
    }

    /// What it is about.
    async fn category(&self) -> Category {
        self.0.category
    }

    /// Which small job, for category CHORES.
    async fn chore_kind(&self) -> Option<ChoreKind> {
        self.0.chore_kind
    }

    /// How soon somebody must look at it.
    async fn urgency(&self) -> Urgency {
        self.0.urgency
    }

    /// What it is, in one line without names.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// The story behind it; null when there is none or it isn't shown to you. A partner that handles it
    /// reads it when `NOTES` are disclosed, or when it is about nobody.
    async fn text(&self) -> Option<&str> {
        self.0.text.as_deref()
    }

    /// Where it stands.
    async fn status(&self) -> SignalStatus {
        self.0.status
    }

    /// By when somebody must have looked at it (follows from the urgency).
    async fn due_at(&self) -> DateTime {
        self.0.due_at.into()
    }

    /// Whether that moment has passed and it is still open.
    async fn overdue(&self, ctx: &Context<'_>) -> FieldResult<bool> {
        Ok(domain::is_overdue(&self.0, cx(ctx)?.now()))
    }

    /// The way by which it came in.
    async fn inflow_channel(&self) -> InflowChannel {
        self.0.inflow_channel
    }

    /// Name of the platform it came from; null when there is none or it isn't shown to you.
    async fn source(&self) -> Option<&str> {
        self.0.source.as_deref()
    }

    /// Its name in the system that submitted it; null when it has none or it isn't shown to you.
    async fn external_reference(&self) -> Option<&str> {
        self.0.external_reference.as_deref()
    }

    /// What came of it, once it is resolved.
    async fn outcome(&self) -> Option<SignalOutcome> {
        self.0.outcome
    }

    /// More about the outcome, for the coordinator.
    async fn outcome_note(&self) -> Option<&str> {
        self.0.outcome_note.as_deref()
    }

    /// Why it was dismissed, if it was.
    async fn dismiss_reason(&self) -> Option<SignalDismissReason> {
        self.0.dismiss_reason
    }

    /// The municipality it is in.
    async fn municipality(&self) -> FieldResult<Municipality> {
        Ok(Municipality(self.0.always("municipality")?))
    }

    /// The neighbourhood it is about.
    async fn neighbourhood(&self) -> FieldResult<Neighbourhood> {
        Ok(Neighbourhood(self.0.always("neighbourhood")?))
    }

    /// Whom it is about; null when it is about nobody in particular or they aren't shown to you.
    async fn resident(&self) -> FieldResult<Option<Resident>> {
        Ok(self.0.one("resident")?.map(Resident))
    }

    /// Whether the person it is about is of the age that an initiative is meant for, by the
    /// initiative's rule as it is now and the year they were born in: a mark, which stands in nobody's
    /// way. True for everybody where there is no such rule; null when the year isn't known or isn't
    /// shown to you.
    async fn in_cohort(
        &self,
        #[graphql(desc = "The initiative.")] initiative: ID,
    ) -> FieldResult<Option<bool>> {
        let initiative = errors::id(Kind::Initiative, &initiative)?;
        Ok(self.0.node().answer("inCohort", initiative)?)
    }

    /// The ambassador who submitted it; null when somebody else did or they aren't shown to you.
    async fn ambassador(&self) -> FieldResult<Option<Ambassador>> {
        Ok(self.0.one("ambassador")?.map(Ambassador))
    }

    /// The partner whose staff submitted it; null when somebody else did.
    async fn reporter_partner(&self) -> FieldResult<Option<Partner>> {
        Ok(self.0.one("reporterPartner")?.map(Partner))
    }

    /// The partner that handles it; null while the municipality does or it isn't shown to you.
    async fn handler(&self) -> FieldResult<Option<Partner>> {
        Ok(self.0.one("handler")?.map(Partner))
    }

    /// On which basis the partner that handles it is told of the resident: for the coordinator, and for
    /// that partner while the signal is open. Null when it isn't told of anybody.
    async fn handler_basis(&self) -> Option<SharingBasis> {
        self.0.handler_basis
    }

    /// Why that basis holds, in writing; for the same.
    async fn handler_basis_justification(&self) -> Option<&str> {
        self.0.handler_basis_justification.as_deref()
    }

    /// What the partner that handles it may see of the resident while the signal is open; for the same.
    async fn handler_disclosed_fields(&self) -> &[DisclosedField] {
        self.0.handler_disclosed_fields.as_slice()
    }

    /// Contacts about it, the oldest first: those that are shown to you.
    async fn contact_moments(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<ContactMoment>> {
        paging::along(
            self.0.node(),
            "contactMoments",
            &Paging {
                first,
                after,
                last,
                before,
            },
        )
    }

    /// The signal that says the same, if it was dismissed as a duplicate and that one is shown to
    /// you.
    async fn duplicate_of(&self) -> FieldResult<Option<Signal>> {
        Ok(self.0.one("duplicateOf")?.map(Signal))
    }

    /// Where it was referred to, the newest first.
    async fn referrals(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<Referral>> {
        paging::along(
            self.0.node(),
            "referrals",
            &Paging {
                first,
                after,
                last,
                before,
            },
        )
    }

    /// What you may do with it now; draw your buttons from this.
    async fn allowed_actions(&self, ctx: &Context<'_>) -> FieldResult<Vec<SignalAction>> {
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
        paging::along(
            self.0.node(),
            "history",
            &Paging {
                first,
                after,
                last,
                before,
            },
        )
    }

    /// When what was told in it, and whom it leads to, was removed because its period was over; null
    /// while it is kept. Then its title is empty, and it can't be opened again.
    async fn content_removed_at(&self) -> Option<DateTime> {
        self.0.content_removed_at.map(Into::into)
    }

    /// When it came in.
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

/// Which signals.
#[derive(Clone, Debug, Default, InputObject)]
pub struct SignalWhere {
    /// By id.
    pub id: Option<IdFilter>,
    /// By kind.
    pub kind: Option<CodeFilter<SignalKind>>,
    /// By category.
    pub category: Option<CodeFilter<Category>>,
    /// By urgency.
    pub urgency: Option<CodeFilter<Urgency>>,
    /// By status.
    pub status: Option<CodeFilter<SignalStatus>>,
    /// By the way it came in.
    pub inflow_channel: Option<CodeFilter<InflowChannel>>,
    /// By municipality.
    pub municipality: Option<IdFilter>,
    /// By neighbourhood.
    pub neighbourhood: Option<IdFilter>,
    /// By resident.
    pub resident: Option<IdFilter>,
    /// By whether the person it is about is of the age that an initiative is meant for. Who is found or
    /// counted by it is entered in the access log; more than 500 aren't counted so.
    pub cohort: Option<CohortFilter>,
    /// By the ambassador who submitted it.
    pub ambassador: Option<IdFilter>,
    /// By the partner that handles it.
    pub handler: Option<IdFilter>,
    /// By title.
    pub title: Option<StringFilter>,
    /// By its name in the system that submitted it.
    pub external_reference: Option<StringFilter>,
    /// By when it came in.
    pub created_at: Option<DateTimeFilter>,
    /// By when somebody must have looked at it.
    pub due_at: Option<DateTimeFilter>,
    /// Only those that are open and past their due date (true), or the others (false).
    pub overdue: Option<bool>,
    /// All of these hold.
    pub and: Option<Vec<SignalWhere>>,
    /// At least one of these holds.
    pub or: Option<Vec<SignalWhere>>,
    /// This doesn't hold.
    pub not: Option<Box<SignalWhere>>,
}

impl SignalWhere {
    fn filter(self, now: chrono::DateTime<chrono::Utc>) -> FieldResult<Filter> {
        let Self {
            id,
            kind,
            category,
            urgency,
            status,
            inflow_channel,
            municipality,
            neighbourhood,
            resident,
            cohort,
            ambassador,
            handler,
            title,
            external_reference,
            created_at,
            due_at,
            overdue,
            and,
            or,
            not,
        } = self;
        let mut own = Vec::new();
        own.extend(kind.map(|kind| kind.on("kind")));
        own.extend(category.map(|category| category.on("category")));
        own.extend(urgency.map(|urgency| urgency.on("urgency")));
        own.extend(status.map(|status| status.on("status")));
        own.extend(inflow_channel.map(|channel| channel.on("inflow_channel")));
        for (id, column, kind) in [
            (id, "id", Kind::Signal),
            (municipality, "municipality_id", Kind::Municipality),
            (neighbourhood, "neighbourhood_id", Kind::Neighbourhood),
            (resident, "resident_id", Kind::Resident),
            (ambassador, "reporter_ambassador_id", Kind::Ambassador),
            (handler, "handler_partner_id", Kind::Partner),
        ] {
            if let Some(id) = id {
                own.push(id.on(column, kind)?);
            }
        }
        if let Some(cohort) = cohort {
            own.push(cohort.filter()?);
        }
        own.extend(title.map(|title| title.on("title")));
        own.extend(external_reference.map(|reference| reference.on("external_reference")));
        own.extend(created_at.map(|at| at.on("created_at")));
        own.extend(due_at.map(|at| at.on("due_at")));
        own.extend(overdue.map(|overdue| domain::overdue_filter(overdue, now)));
        combine(own, and, or, not, |part| part.filter(now))
    }
}

order_by! {
    /// How signals are ordered.
    SignalOrder, SignalOrderField {
        /// By when they came in.
        CreatedAt => "created_at" Time,
        /// By when they last changed.
        UpdatedAt => "updated_at" Time,
        /// By when somebody must have looked at them.
        DueAt => "due_at" Time,
    }
}

/// Queries about signals.
#[derive(Default)]
pub struct SignalQuery;

#[Object]
impl SignalQuery {
    /// A signal by its id; null when there is none or you may not see it.
    async fn signal(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: ID,
    ) -> Option<Result<Signal, Error>> {
        let found = async { find(ctx, errors::id(Kind::Signal, &id)?).await };
        found.await.map_err(Error::from).transpose()
    }

    /// The signals you may see, the newest first unless ordered otherwise.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn signals(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those for which this holds.", name = "where")] filter: Option<
            SignalWhere,
        >,
        #[graphql(desc = "In which order.")] order_by: Option<Vec<SignalOrder>>,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Option<Result<Records<Signal>, Error>> {
        let order = paging::order(order_by, OrderTerm::descending("created_at", Scalar::Time));
        let page = async {
            let window = Paging {
                first,
                after,
                last,
                before,
            }
            .window(order)?;
            let filter = filter.unwrap_or_default().filter(cx(ctx)?.now())?;
            paging::records(&list(ctx, Kind::Signal, &filter, &window).await?)
        };
        Some(page.await.map_err(Error::from))
    }
}
