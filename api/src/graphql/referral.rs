//! Referrals in the schema.

use async_graphql::{Context, Error, ID, InputObject, Object};
use nabij_entity::referral::{
    self, DisclosedField, ReferralAction, ReferralCancelCause, ReferralOutcome,
    ReferralRejectReason, ReferralStatus, SharingBasis,
};

use super::{
    errors::{self, FieldResult, input_id, input_id_opt},
    event::Event,
    filters::{CodeFilter, DateTimeFilter, IdFilter, combine},
    paging::{self, Paging, Records, order_by},
    payload::{payload, record_type},
    place::Neighbourhood,
    scalars::{DateTime, Uuid},
    selection::{cx, find, idempotency, list},
    signal::Signal,
};
use crate::{
    domain::{Outcome, Problems, referral as domain},
    ids,
    store::{Filter, Kind, OrderTerm, Scalar, Visible},
};

/// A signal on its way to a partner, and how it ended. Its states are those of a FHIR Task.
pub struct Referral(pub(super) Visible<referral::Entity>);
record_type!(Referral, referral::Entity);

#[Object]
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

    /// Why that basis holds, in writing; null when there is none or the case isn't shown to you.
    async fn basis_justification(&self) -> Option<&str> {
        self.0.basis_justification.as_deref()
    }

    /// What the target may see of the resident while the referral is open.
    async fn disclosed_fields(&self) -> &[DisclosedField] {
        self.0.disclosed_fields.as_slice()
    }

    /// Why it was rejected, if it was.
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

    /// How it ended.
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

    /// The earlier referral that this one follows, if any.
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
        #[graphql(desc = "How many from the start, 1 to 100.")] first: Option<i32>,
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
    /// By municipality.
    pub municipality: Option<IdFilter>,
    /// By neighbourhood.
    pub neighbourhood: Option<IdFilter>,
    /// By status.
    pub status: Option<CodeFilter<ReferralStatus>>,
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
            municipality,
            neighbourhood,
            status,
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
            (municipality, "municipality_id", Kind::Municipality),
            (neighbourhood, "neighbourhood_id", Kind::Neighbourhood),
        ] {
            if let Some(id) = id {
                own.push(id.on(column, kind)?);
            }
        }
        own.extend(status.map(|status| status.on("status")));
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
        #[graphql(desc = "How many from the start, 1 to 100.")] first: Option<i32>,
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

/// A referral to make.
#[derive(Debug, InputObject)]
pub struct ReferralCreateInput {
    /// The signal that is referred.
    pub signal: ID,
    /// The partner it goes to: active, and covering the neighbourhood.
    pub to_partner: ID,
    /// One of that partner's services, with room left.
    pub service: Option<ID>,
    /// What is asked of the partner, at most 10,000 characters. The partner reads it.
    pub reason: String,
    /// The basis on which the resident's data is shared. Required when the signal is about a
    /// resident; CONSENT needs a live consent to share with this partner.
    pub basis: Option<SharingBasis>,
    /// Why that basis holds, in writing. Required for VITAL_INTEREST.
    pub basis_justification: Option<String>,
    /// What the partner may see of the resident while the referral is open; nothing if empty.
    #[graphql(default)]
    pub disclosed_fields: Vec<DisclosedField>,
    /// The rejected or failed referral that this one follows.
    pub replaces: Option<ID>,
    /// A UUID of your own. Repeating the mutation with the same key and input within 24 hours
    /// makes no second record.
    pub idempotency_key: Option<Uuid>,
}

impl ReferralCreateInput {
    fn read(self) -> Outcome<domain::Request> {
        let Self {
            signal,
            to_partner,
            service,
            reason,
            basis,
            basis_justification,
            disclosed_fields,
            replaces,
            idempotency_key: _,
        } = self;
        let mut problems = Problems::new();
        let signal = problems.check(input_id(Kind::Signal, "signal", &signal));
        let to_partner = problems.check(input_id(Kind::Partner, "toPartner", &to_partner));
        let service = problems.check(input_id_opt(Kind::Service, "service", service.as_ref()));
        let replaces = problems.check(input_id_opt(Kind::Referral, "replaces", replaces.as_ref()));
        let ids = signal.zip(to_partner).zip(service.zip(replaces));
        problems
            .into_value(ids)
            .map(
                |((signal, to_partner), (service, replaces))| domain::Request {
                    signal,
                    to_partner,
                    service,
                    reason,
                    basis,
                    basis_justification,
                    disclosed_fields,
                    replaces,
                },
            )
    }
}

/// Declares the input of a transition: the referral, what else it needs, the expected version.
macro_rules! transition_input {
    ($(#[$doc:meta])* $input:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Debug, InputObject)]
        pub struct $input {
            /// The referral.
            pub id: ID,
            $($(#[$field_doc])* pub $field: $type,)*
            /// The version you read, if you want to be told when somebody else changed it since.
            pub expected_version: Option<i32>,
        }
    };
}

transition_input! {
    /// A referral to take on.
    ReferralAcceptInput {}
}
transition_input! {
    /// A referral to decline.
    ReferralRejectInput {
        /// Why.
        reason: ReferralRejectReason,
        /// More about it; required for reason OTHER.
        note: Option<String>,
    }
}
transition_input! {
    /// A referral on which work begins.
    ReferralStartInput {}
}
transition_input! {
    /// A referral to let rest.
    ReferralHoldInput {
        /// Why.
        reason: String,
    }
}
transition_input! {
    /// A referral to go on with.
    ReferralResumeInput {}
}
transition_input! {
    /// A referral to end.
    ReferralCompleteInput {
        /// How it ended.
        outcome: ReferralOutcome,
        /// More about it, for the coordinator.
        note: Option<String>,
    }
}
transition_input! {
    /// A referral to give up.
    ReferralFailInput {
        /// How it ended.
        outcome: ReferralOutcome,
        /// More about it, for the coordinator.
        note: Option<String>,
    }
}
transition_input! {
    /// A referral to call off.
    ReferralCancelInput {
        /// Why.
        reason: String,
    }
}

payload! {
    /// What came of `referralCreate`.
    ReferralCreatePayload, referral: Referral
}
payload! {
    /// What came of `referralAccept`.
    ReferralAcceptPayload, referral: Referral
}
payload! {
    /// What came of `referralReject`.
    ReferralRejectPayload, referral: Referral
}
payload! {
    /// What came of `referralStart`.
    ReferralStartPayload, referral: Referral
}
payload! {
    /// What came of `referralHold`.
    ReferralHoldPayload, referral: Referral
}
payload! {
    /// What came of `referralResume`.
    ReferralResumePayload, referral: Referral
}
payload! {
    /// What came of `referralComplete`.
    ReferralCompletePayload, referral: Referral
}
payload! {
    /// What came of `referralFail`.
    ReferralFailPayload, referral: Referral
}
payload! {
    /// What came of `referralCancel`.
    ReferralCancelPayload, referral: Referral
}

/// What can be done with referrals.
#[derive(Default)]
pub struct ReferralMutation;

#[Object]
impl ReferralMutation {
    /// Refers a signal to a partner. A signal that wasn't begun is begun by it.
    async fn referral_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The referral.")] input: ReferralCreateInput,
    ) -> Option<Result<ReferralCreatePayload, Error>> {
        let done = async {
            let key = idempotency(
                ctx,
                "referralCreate",
                input.idempotency_key.map(|key| key.0),
            )?;
            let outcome = match input.read() {
                Ok(request) => domain::create(cx(ctx)?, request, key).await,
                Err(refusal) => Err(refusal),
            };
            ReferralCreatePayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Takes a referral on, for its target.
    async fn referral_accept(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: ReferralAcceptInput,
    ) -> Option<Result<ReferralAcceptPayload, Error>> {
        let ReferralAcceptInput {
            id,
            expected_version,
        } = input;
        let done = async {
            let step = domain::Transitioning::Accept;
            let outcome = transition(ctx, &id, expected_version, step).await?;
            ReferralAcceptPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Declines a referral, for its target.
    async fn referral_reject(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Why.")] input: ReferralRejectInput,
    ) -> Option<Result<ReferralRejectPayload, Error>> {
        let ReferralRejectInput {
            id,
            reason,
            note,
            expected_version,
        } = input;
        let done = async {
            let step = domain::Transitioning::Reject { reason, note };
            let outcome = transition(ctx, &id, expected_version, step).await?;
            ReferralRejectPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Begins to work on an accepted referral.
    async fn referral_start(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: ReferralStartInput,
    ) -> Option<Result<ReferralStartPayload, Error>> {
        let ReferralStartInput {
            id,
            expected_version,
        } = input;
        let done = async {
            let step = domain::Transitioning::Start;
            let outcome = transition(ctx, &id, expected_version, step).await?;
            ReferralStartPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Lets a referral rest.
    async fn referral_hold(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Why.")] input: ReferralHoldInput,
    ) -> Option<Result<ReferralHoldPayload, Error>> {
        let ReferralHoldInput {
            id,
            reason,
            expected_version,
        } = input;
        let done = async {
            let step = domain::Transitioning::Hold { reason };
            let outcome = transition(ctx, &id, expected_version, step).await?;
            ReferralHoldPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Goes on with a referral that rested.
    async fn referral_resume(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: ReferralResumeInput,
    ) -> Option<Result<ReferralResumePayload, Error>> {
        let ReferralResumeInput {
            id,
            expected_version,
        } = input;
        let done = async {
            let step = domain::Transitioning::Resume;
            let outcome = transition(ctx, &id, expected_version, step).await?;
            ReferralResumePayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Ends a referral with its outcome.
    async fn referral_complete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How it ended.")] input: ReferralCompleteInput,
    ) -> Option<Result<ReferralCompletePayload, Error>> {
        let ReferralCompleteInput {
            id,
            outcome,
            note,
            expected_version,
        } = input;
        let done = async {
            let step = domain::Transitioning::Complete { outcome, note };
            let outcome = transition(ctx, &id, expected_version, step).await?;
            ReferralCompletePayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Gives a referral up. Follow it with another one that `replaces` it.
    async fn referral_fail(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How it ended.")] input: ReferralFailInput,
    ) -> Option<Result<ReferralFailPayload, Error>> {
        let ReferralFailInput {
            id,
            outcome,
            note,
            expected_version,
        } = input;
        let done = async {
            let step = domain::Transitioning::Fail { outcome, note };
            let outcome = transition(ctx, &id, expected_version, step).await?;
            ReferralFailPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Calls a referral off: whoever asked for it at any time, its target after it accepted it.
    async fn referral_cancel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Why.")] input: ReferralCancelInput,
    ) -> Option<Result<ReferralCancelPayload, Error>> {
        let ReferralCancelInput {
            id,
            reason,
            expected_version,
        } = input;
        let done = async {
            let step = domain::Transitioning::Cancel { reason };
            let outcome = transition(ctx, &id, expected_version, step).await?;
            ReferralCancelPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }
}

async fn transition(
    ctx: &Context<'_>,
    id: &ID,
    expected_version: Option<i32>,
    step: domain::Transitioning,
) -> FieldResult<Outcome<uuid::Uuid>> {
    Ok(match input_id(Kind::Referral, "id", id) {
        Ok(id) => domain::transition(cx(ctx)?, id, expected_version, step).await,
        Err(problem) => Err(problem.into()),
    })
}
