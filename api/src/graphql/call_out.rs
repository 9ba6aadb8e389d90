//! Call-outs in the schema: what volunteers of a pool see of a referral, and the one who is selected.

mod mutations;

use async_graphql::{Context, Error, ID, InputObject, Object};
use nabij_entity::{
    call_out::{self, CallOutAction, CallOutEndCause, CallOutStatus},
    vocabulary::{Category, ChoreKind},
};

pub use self::mutations::CallOutMutation;
use super::{
    errors::{self, FieldResult},
    event::Event,
    feedback::Feedback,
    filters::{CodeFilter, DateTimeFilter, IdFilter, combine},
    offer::Offer,
    paging::{self, Paging, Records, order_by},
    partner::Partner,
    payload::record_type,
    place::{Municipality, Neighbourhood},
    referral::Referral,
    resident::Resident,
    scalars::DateTime,
    selection::{cx, find, list},
    signal::Signal,
};
use crate::{
    domain::call_out as domain,
    ids,
    store::{Filter, Kind, OrderTerm, Scalar, Visible},
};

/// A partner's appeal to its pool of volunteers to help with a referral. Volunteers see what is
/// asked, where and when; who is helped opens for the one who is selected, and for no other.
#[derive(async_graphql::Description)]
pub struct CallOut(pub(super) Visible<call_out::Entity>);
record_type!(CallOut, call_out::Entity);

#[Object(use_type_description)]
impl CallOut {
    /// Its id (TypeID).
    pub async fn id(&self) -> ID {
        ids::type_id(Kind::CallOut, self.0.id).into()
    }

    /// Where it stands.
    async fn status(&self) -> CallOutStatus {
        self.0.status
    }

    /// What it is about.
    async fn category(&self) -> Category {
        self.0.category
    }

    /// Which small job, when the category is CHORES.
    async fn chore_kind(&self) -> Option<ChoreKind> {
        self.0.chore_kind
    }

    /// What is asked, in one line.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// The appeal as it can be posted anywhere as it is: nothing in it tells who is helped.
    async fn text(&self) -> &str {
        &self.0.text
    }

    /// What the selected volunteer needs to know beyond the appeal; null for other volunteers, and
    /// when there is nothing.
    async fn details(&self) -> Option<&str> {
        self.0.details.as_deref()
    }

    /// When the job can begin; null when that is open.
    async fn starts_at(&self) -> Option<DateTime> {
        self.0.starts_at.map(DateTime)
    }

    /// When the job must be done; null when that is open.
    async fn ends_at(&self) -> Option<DateTime> {
        self.0.ends_at.map(DateTime)
    }

    /// Until when volunteers can offer. Then, with nobody selected, the referral goes back.
    async fn deadline(&self) -> DateTime {
        self.0.deadline.into()
    }

    /// Why it ended; null while it runs.
    async fn end_cause(&self) -> Option<CallOutEndCause> {
        self.0.end_cause
    }

    /// Why it was ended by hand, in words; null when there are none or they aren't shown to you.
    async fn status_note(&self) -> Option<&str> {
        self.0.status_note.as_deref()
    }

    /// When it ended; null while it runs, also with somebody selected.
    async fn closed_at(&self) -> Option<DateTime> {
        self.0.closed_at.map(DateTime)
    }

    /// The referral it is for; null for volunteers.
    async fn referral(&self) -> FieldResult<Option<Referral>> {
        Ok(self.0.one("referral")?.map(Referral))
    }

    /// The signal behind it; null for volunteers, unless it is their own.
    async fn signal(&self) -> FieldResult<Option<Signal>> {
        Ok(self.0.one("signal")?.map(Signal))
    }

    /// The municipality it is in.
    async fn municipality(&self) -> FieldResult<Municipality> {
        Ok(Municipality(self.0.always("municipality")?))
    }

    /// The neighbourhood it is in.
    async fn neighbourhood(&self) -> FieldResult<Neighbourhood> {
        Ok(Neighbourhood(self.0.always("neighbourhood")?))
    }

    /// The partner whose pool is called.
    async fn partner(&self) -> FieldResult<Partner> {
        Ok(Partner(self.0.always("partner")?))
    }

    /// Whom it is about, in the fields that the referral discloses: for the selected volunteer while
    /// the referral is open, and for those who see the resident anyway; null for everybody else.
    async fn resident(&self) -> FieldResult<Option<Resident>> {
        Ok(self.0.one("resident")?.map(Resident))
    }

    /// The offer that is selected; null when none is, or when it isn't shown to you.
    async fn selected_offer(&self) -> FieldResult<Option<Offer>> {
        Ok(self.0.one("selectedOffer")?.map(Offer))
    }

    /// Offers on it, the oldest first: a volunteer sees their own.
    async fn offers(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<Offer>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        paging::along(self.0.node(), "offers", &paging)
    }

    /// Feedback on the help that came of it, the newest first: that which is shown to you.
    async fn feedback(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<Feedback>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        paging::along(self.0.node(), "feedback", &paging)
    }

    /// What you may do with it now; draw your buttons from this.
    async fn allowed_actions(&self, ctx: &Context<'_>) -> FieldResult<Vec<CallOutAction>> {
        let cx = cx(ctx)?;
        Ok(domain::allowed_to(&cx.viewer(), &self.0, cx.now()))
    }

    /// What happened to it, in order; empty for volunteers.
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

    /// When it was opened.
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

/// Which call-outs.
#[derive(Clone, Debug, Default, InputObject)]
pub struct CallOutWhere {
    /// By id.
    pub id: Option<IdFilter>,
    /// By referral.
    pub referral: Option<IdFilter>,
    /// By signal.
    pub signal: Option<IdFilter>,
    /// By the partner whose pool is called.
    pub partner: Option<IdFilter>,
    /// By municipality.
    pub municipality: Option<IdFilter>,
    /// By neighbourhood.
    pub neighbourhood: Option<IdFilter>,
    /// By status.
    pub status: Option<CodeFilter<CallOutStatus>>,
    /// By what they are about.
    pub category: Option<CodeFilter<Category>>,
    /// By the small job that is asked.
    pub chore_kind: Option<CodeFilter<ChoreKind>>,
    /// By the deadline.
    pub deadline: Option<DateTimeFilter>,
    /// By when the job can begin.
    pub starts_at: Option<DateTimeFilter>,
    /// By when they were opened.
    pub created_at: Option<DateTimeFilter>,
    /// By when they ended.
    pub closed_at: Option<DateTimeFilter>,
    /// All of these hold.
    pub and: Option<Vec<CallOutWhere>>,
    /// At least one of these holds.
    pub or: Option<Vec<CallOutWhere>>,
    /// This doesn't hold.
    pub not: Option<Box<CallOutWhere>>,
}

impl CallOutWhere {
    fn filter(self) -> FieldResult<Filter> {
        let Self {
            id,
            referral,
            signal,
            partner,
            municipality,
            neighbourhood,
            status,
            category,
            chore_kind,
            deadline,
            starts_at,
            created_at,
            closed_at,
            and,
            or,
            not,
        } = self;
        let mut own = Vec::new();
        for (id, column, kind) in [
            (id, "id", Kind::CallOut),
            (referral, "referral_id", Kind::Referral),
            (signal, "signal_id", Kind::Signal),
            (partner, "partner_id", Kind::Partner),
            (municipality, "municipality_id", Kind::Municipality),
            (neighbourhood, "neighbourhood_id", Kind::Neighbourhood),
        ] {
            if let Some(id) = id {
                own.push(id.on(column, kind)?);
            }
        }
        own.extend(status.map(|status| status.on("status")));
        own.extend(category.map(|category| category.on("category")));
        own.extend(chore_kind.map(|chore| chore.on("chore_kind")));
        own.extend(deadline.map(|at| at.on("deadline")));
        own.extend(starts_at.map(|at| at.on("starts_at")));
        own.extend(created_at.map(|at| at.on("created_at")));
        own.extend(closed_at.map(|at| at.on("closed_at")));
        combine(own, and, or, not, Self::filter)
    }
}

order_by! {
    /// How call-outs are ordered.
    CallOutOrder, CallOutOrderField {
        /// By when they were opened.
        CreatedAt => "created_at" Time,
        /// By their deadline.
        Deadline => "deadline" Time,
    }
}

/// Queries about call-outs.
#[derive(Default)]
pub struct CallOutQuery;

#[Object]
impl CallOutQuery {
    /// A call-out by its id; null when there is none or you may not see it.
    async fn call_out(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: ID,
    ) -> Option<Result<CallOut, Error>> {
        let found = async { find(ctx, errors::id(Kind::CallOut, &id)?).await };
        found.await.map_err(Error::from).transpose()
    }

    /// The call-outs you may see, the newest first unless ordered otherwise. A volunteer sees the
    /// open ones of their pool, and those on which they offered.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn call_outs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those for which this holds.", name = "where")] filter: Option<
            CallOutWhere,
        >,
        #[graphql(desc = "In which order.")] order_by: Option<Vec<CallOutOrder>>,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Option<Result<Records<CallOut>, Error>> {
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
            paging::records(&list(ctx, Kind::CallOut, &filter, &window).await?)
        };
        Some(page.await.map_err(Error::from))
    }
}
