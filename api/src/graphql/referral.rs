//! Referrals in the schema.

mod mutations;

use async_graphql::{Context, Error, ID, InputObject, Object};
use nabij_entity::referral::{
    self, DisclosedField, ReferralAction, ReferralCancelCause, ReferralOutcome,
    ReferralRejectReason, ReferralStatus, SharingBasis,
};

pub use self::mutations::ReferralMutation;
use super::{
    access::User,
    activity::Activity,
    call_out::CallOut,
    contact_moment::ContactMoment,
    errors::{self, FieldResult},
    event::Event,
    feedback::Feedback,
    filters::{CodeFilter, DateTimeFilter, IdFilter, combine},
    paging::{self, Paging, Records, order_by},
    partner::Partner,
    payload::record_type,
    place::Neighbourhood,
    resident::Resident,
    scalars::DateTime,
    selection::{cx, find, list},
    service::Service,
    signal::Signal,
};
use crate::{
    domain::referral as domain,
    ids,
    store::{Filter, Kind, OrderTerm, Scalar, Visible},
};

/// A signal on its way to a partner, and how it ended. Its states are those of a FHIR Task.
#[derive(async_graphql::Description)]
pub struct Referral(pub(super) Visible<referral::Entity>);
record_type!(Referral, referral::Entity);

#[Object(use_type_description)]
impl Referral {
    /// Its id (TypeID).
    pub async fn id(&self) -> ID {
        ids::type_id(Kind::Referral, self.0.id).into()
    }

    /// Where it stands.
    async fn status(&self) -> ReferralStatus {
        self.0.status
    }

    /// What is asked of the partner; null when the case isn't shown to you.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// The basis on which the resident's data is shared; null when it isn't about a resident.
    async fn basis(&self) -> Option<SharingBasis> {
        self.0.basis
    }

    /// Why that basis holds, in writing; null when there is none or it isn't shown to you. The
    /// municipality's auditor reads it where the basis is VITAL_INTEREST.
    async fn basis_justification(&self) -> Option<&str> {
        self.0.basis_justification.as_deref()
    }

    /// What the target may see of the resident while the referral is open.
    async fn disclosed_fields(&self) -> &[DisclosedField] {
        self.0.disclosed_fields.as_slice()
    }

    /// Why it was rejected; null when it wasn't or the case isn't shown to you.
    async fn reject_reason(&self) -> Option<ReferralRejectReason> {
        self.0.reject_reason
    }

    /// Who or what cancelled it, if it was cancelled.
    async fn cancel_cause(&self) -> Option<ReferralCancelCause> {
        self.0.cancel_cause
    }

    /// Why it was rejected, held or cancelled, in words; null when the case isn't shown to you.
    async fn status_note(&self) -> Option<&str> {
        self.0.status_note.as_deref()
    }

    /// How it ended; null when it hasn't or the case isn't shown to you.
    async fn outcome(&self) -> Option<ReferralOutcome> {
        self.0.outcome
    }

    /// More about how it ended; null when there is nothing or the case isn't shown to you.
    async fn outcome_note(&self) -> Option<&str> {
        self.0.outcome_note.as_deref()
    }

    /// When the target took it on.
    async fn accepted_at(&self) -> Option<DateTime> {
        self.0.accepted_at.map(DateTime)
    }

    /// When it ended.
    async fn closed_at(&self) -> Option<DateTime> {
        self.0.closed_at.map(DateTime)
    }

    /// The signal that was referred; null when it isn't shown to you.
    async fn signal(&self) -> FieldResult<Option<Signal>> {
        Ok(self.0.one("signal")?.map(Signal))
    }

    /// The neighbourhood it is about.
    async fn neighbourhood(&self) -> FieldResult<Neighbourhood> {
        Ok(Neighbourhood(self.0.always("neighbourhood")?))
    }

    /// Whom it is about; null when it is about nobody in particular or they aren't shown to you.
    async fn resident(&self) -> FieldResult<Option<Resident>> {
        Ok(self.0.one("resident")?.map(Resident))
    }

    /// The partner it comes from; null when it comes from the municipality.
    #[graphql(name = "fromPartner")]
    async fn referring_partner(&self) -> FieldResult<Option<Partner>> {
        Ok(self.0.one("fromPartner")?.map(Partner))
    }

    /// The partner it goes to.
    async fn to_partner(&self) -> FieldResult<Partner> {
        Ok(Partner(self.0.always("toPartner")?))
    }

    /// Who made it. It is shown to the municipality's auditor where the basis is VITAL_INTEREST, to
    /// whoever it was, and otherwise null.
    async fn requested_by(&self) -> FieldResult<Option<User>> {
        Ok(self.0.one("requestedBy")?.map(User))
    }

    /// The service it asks for; null when it asks for none or the case isn't shown to you.
    async fn service(&self) -> FieldResult<Option<Service>> {
        Ok(self.0.one("service")?.map(Service))
    }

    /// Call-outs on it to a pool of volunteers, the newest first: those that are shown to you.
    async fn call_outs(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<CallOut>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        paging::along(self.0.node(), "callOuts", &paging)
    }

    /// The activity it is meant for; null when it is for none or the case isn't shown to you.
    async fn activity(&self) -> FieldResult<Option<Activity>> {
        Ok(self.0.one("activity")?.map(Activity))
    }

    /// Contacts on it, the oldest first: those that are shown to you.
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

    /// Feedback on it, the newest first: that which is shown to you.
    async fn feedback(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<Feedback>> {
        paging::along(
            self.0.node(),
            "feedback",
            &Paging {
                first,
                after,
                last,
                before,
            },
        )
    }

    /// The earlier referral that this one follows; null when there is none or the case isn't shown
    /// to you.
    async fn replaces(&self) -> FieldResult<Option<Referral>> {
        Ok(self.0.one("replaces")?.map(Referral))
    }

    /// What you may do with it now; draw your buttons from this.
    async fn allowed_actions(&self, ctx: &Context<'_>) -> FieldResult<Vec<ReferralAction>> {
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

/// Which referrals.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ReferralWhere {
    /// By id.
    pub id: Option<IdFilter>,
    /// By signal.
    pub signal: Option<IdFilter>,
    /// By the partner it goes to.
    pub to_partner: Option<IdFilter>,
    /// By the partner it comes from; none for the municipality.
    pub from_partner: Option<IdFilter>,
    /// By service.
    pub service: Option<IdFilter>,
    /// By activity.
    pub activity: Option<IdFilter>,
    /// By municipality.
    pub municipality: Option<IdFilter>,
    /// By neighbourhood.
    pub neighbourhood: Option<IdFilter>,
    /// By status.
    pub status: Option<CodeFilter<ReferralStatus>>,
    /// By the basis on which data is shared.
    pub basis: Option<CodeFilter<SharingBasis>>,
    /// By when it was made.
    pub created_at: Option<DateTimeFilter>,
    /// By when it ended.
    pub closed_at: Option<DateTimeFilter>,
    /// All of these hold.
    pub and: Option<Vec<ReferralWhere>>,
    /// At least one of these holds.
    pub or: Option<Vec<ReferralWhere>>,
    /// This doesn't hold.
    pub not: Option<Box<ReferralWhere>>,
}

impl ReferralWhere {
    fn filter(self) -> FieldResult<Filter> {
        let Self {
            id,
            signal,
            to_partner,
            from_partner,
            service,
            activity,
            municipality,
            neighbourhood,
            status,
            basis,
            created_at,
            closed_at,
            and,
            or,
            not,
        } = self;
        let mut own = Vec::new();
        for (id, column, kind) in [
            (id, "id", Kind::Referral),
            (signal, "signal_id", Kind::Signal),
            (to_partner, "to_partner_id", Kind::Partner),
            (from_partner, "from_partner_id", Kind::Partner),
            (service, "service_id", Kind::Service),
            (activity, "activity_id", Kind::Activity),
            (municipality, "municipality_id", Kind::Municipality),
            (neighbourhood, "neighbourhood_id", Kind::Neighbourhood),
        ] {
            if let Some(id) = id {
                own.push(id.on(column, kind)?);
            }
        }
        own.extend(status.map(|status| status.on("status")));
        own.extend(basis.map(|basis| basis.on("basis")));
        own.extend(created_at.map(|at| at.on("created_at")));
        own.extend(closed_at.map(|at| at.on("closed_at")));
        combine(own, and, or, not, Self::filter)
    }
}

order_by! {
    /// How referrals are ordered.
    ReferralOrder, ReferralOrderField {
        /// By when they were made.
        CreatedAt => "created_at" Time,
        /// By when they last changed.
        UpdatedAt => "updated_at" Time,
    }
}

/// Queries about referrals.
#[derive(Default)]
pub struct ReferralQuery;

#[Object]
impl ReferralQuery {
    /// A referral by its id; null when there is none or you may not see it.
    async fn referral(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: ID,
    ) -> Option<Result<Referral, Error>> {
        let found = async { find(ctx, errors::id(Kind::Referral, &id)?).await };
        found.await.map_err(Error::from).transpose()
    }

    /// The referrals you may see, the newest first unless ordered otherwise.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn referrals(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those for which this holds.", name = "where")] filter: Option<
            ReferralWhere,
        >,
        #[graphql(desc = "In which order.")] order_by: Option<Vec<ReferralOrder>>,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Option<Result<Records<Referral>, Error>> {
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
            paging::records(&list(ctx, Kind::Referral, &filter, &window).await?)
        };
        Some(page.await.map_err(Error::from))
    }
}
