//! Signals in the schema.

use async_graphql::{Context, Error, ID, InputObject, Object, OneofObject};
use nabij_entity::{
    signal::{self, SignalAction, SignalDismissReason, SignalKind, SignalOutcome, SignalStatus},
    vocabulary::{Category, ChoreKind, InflowChannel, Urgency},
};

use super::{
    errors::{self, FieldResult, input_id, input_id_opt},
    event::Event,
    filters::{CodeFilter, DateTimeFilter, IdFilter, StringFilter, combine},
    paging::{self, Paging, Records, order_by},
    payload::{payload, record_type},
    place::{Municipality, Neighbourhood},
    referral::Referral,
    resident::ResidentParticularsInput,
    scalars::{DateTime, Uuid},
    selection::{cx, find, idempotency, list},
};
use crate::{
    domain::{Outcome, Problems, signal as domain},
    ids,
    store::{Filter, Kind, OrderTerm, Scalar, Visible},
};

/// What somebody noticed in a neighbourhood: a need, a problem or an initiative.
pub struct Signal(pub(super) Visible<signal::Entity>);
record_type!(Signal, signal::Entity);

#[Object]
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

    /// The story behind it; null when there is none or it isn't shown to you.
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

    /// Name of the platform it came from, if any.
    async fn source(&self) -> Option<&str> {
        self.0.source.as_deref()
    }

    /// Its name in the system that submitted it.
    async fn external_reference(&self) -> Option<&str> {
        self.0.external_reference.as_deref()
    }

    /// What came of it, once it is resolved.
    async fn outcome(&self) -> Option<SignalOutcome> {
        self.0.outcome
    }

    /// More about the outcome, for the coordinator and the partner that handles it.
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

    /// The signal that says the same, if it was dismissed as a duplicate and that one is shown to
    /// you.
    async fn duplicate_of(&self) -> FieldResult<Option<Signal>> {
        Ok(self.0.one("duplicateOf")?.map(Signal))
    }

    /// Where it was referred to, the newest first.
    async fn referrals(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100.")] first: Option<i32>,
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
        #[graphql(desc = "How many from the start, 1 to 100.")] first: Option<i32>,
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

/// Whom a signal is about.
#[derive(Debug, OneofObject)]
pub enum SignalResidentInput {
    /// A resident on record.
    Id(ID),
    /// A resident to record with the signal; needs no account and no e-mail.
    New(ResidentParticularsInput),
}

/// A signal to submit.
#[derive(Debug, InputObject)]
pub struct SignalSubmitInput {
    /// The neighbourhood it is about.
    pub neighbourhood: ID,
    /// Need, problem or initiative.
    pub kind: SignalKind,
    /// What it is about.
    pub category: Category,
    /// Which small job; only for category CHORES.
    pub chore_kind: Option<ChoreKind>,
    /// How soon somebody must look at it.
    #[graphql(default_with = "Urgency::Normal")]
    pub urgency: Urgency,
    /// What it is, in one line of at most 200 characters. No names: partners read it.
    pub title: String,
    /// The story behind it, at most 10,000 characters.
    pub text: Option<String>,
    /// Whom it is about, if it is about one person.
    pub resident: Option<SignalResidentInput>,
    /// The way by which it came in.
    #[graphql(default_with = "InflowChannel::Visit")]
    pub inflow_channel: InflowChannel,
    /// Name of the platform it comes from, such as `Hoplr`.
    pub source: Option<String>,
    /// Its name in your system. Submitting the same again gives the signal it made the first time.
    pub external_reference: Option<String>,
    /// A UUID of your own. Repeating the mutation with the same key and input within 24 hours
    /// makes no second record.
    pub idempotency_key: Option<Uuid>,
}

impl SignalSubmitInput {
    fn read(self) -> Outcome<domain::Submission> {
        let Self {
            neighbourhood,
            kind,
            category,
            chore_kind,
            urgency,
            title,
            text,
            resident,
            inflow_channel,
            source,
            external_reference,
            idempotency_key: _,
        } = self;
        let mut problems = Problems::new();
        let neighbourhood = problems.check(input_id(
            Kind::Neighbourhood,
            "neighbourhood",
            &neighbourhood,
        ));
        let resident = match resident {
            None => None,
            Some(SignalResidentInput::Id(id)) => problems
                .check(input_id(Kind::Resident, "resident.id", &id))
                .map(domain::ResidentRef::Known),
            Some(SignalResidentInput::New(new)) => {
                Some(domain::ResidentRef::New(Box::new(new.into())))
            }
        };
        problems
            .into_value(neighbourhood)
            .map(|neighbourhood| domain::Submission {
                kind,
                category,
                chore_kind,
                urgency,
                title,
                text,
                neighbourhood,
                resident,
                source,
                inflow_channel,
                external_reference,
            })
    }
}

/// A signal to assess.
#[derive(Debug, InputObject)]
pub struct SignalTriageInput {
    /// The signal.
    pub id: ID,
    /// The right category; absent leaves it as it is.
    pub category: Option<Category>,
    /// The right urgency; absent leaves it as it is. The due date follows it.
    pub urgency: Option<Urgency>,
    /// The partner that handles it from now on; absent for the municipality itself.
    pub handler: Option<ID>,
    /// The version you read, if you want to be told when somebody else changed it since.
    pub expected_version: Option<i32>,
}

/// A signal on which work begins.
#[derive(Debug, InputObject)]
pub struct SignalStartInput {
    /// The signal.
    pub id: ID,
    /// The version you read, if you want to be told when somebody else changed it since.
    pub expected_version: Option<i32>,
}

/// A signal to close with an outcome.
#[derive(Debug, InputObject)]
pub struct SignalResolveInput {
    /// The signal.
    pub id: ID,
    /// What came of it.
    pub outcome: SignalOutcome,
    /// More about it, for the coordinator and the partner that handles it.
    pub note: Option<String>,
    /// The version you read, if you want to be told when somebody else changed it since.
    pub expected_version: Option<i32>,
}

/// A signal to close without taking it up.
#[derive(Debug, InputObject)]
pub struct SignalDismissInput {
    /// The signal.
    pub id: ID,
    /// Why.
    pub reason: SignalDismissReason,
    /// The signal that says the same; only for reason DUPLICATE.
    pub duplicate_of: Option<ID>,
    /// The version you read, if you want to be told when somebody else changed it since.
    pub expected_version: Option<i32>,
}

/// A signal to take back.
#[derive(Debug, InputObject)]
pub struct SignalWithdrawInput {
    /// The signal.
    pub id: ID,
    /// The version you read, if you want to be told when somebody else changed it since.
    pub expected_version: Option<i32>,
}

/// A signal to open again.
#[derive(Debug, InputObject)]
pub struct SignalReopenInput {
    /// The signal.
    pub id: ID,
    /// Why, in one line.
    pub reason: String,
    /// The version you read, if you want to be told when somebody else changed it since.
    pub expected_version: Option<i32>,
}

payload! {
    /// What came of `signalSubmit`.
    SignalSubmitPayload, signal: Signal
}
payload! {
    /// What came of `signalTriage`.
    SignalTriagePayload, signal: Signal
}
payload! {
    /// What came of `signalStart`.
    SignalStartPayload, signal: Signal
}
payload! {
    /// What came of `signalResolve`.
    SignalResolvePayload, signal: Signal
}
payload! {
    /// What came of `signalDismiss`.
    SignalDismissPayload, signal: Signal
}
payload! {
    /// What came of `signalWithdraw`.
    SignalWithdrawPayload, signal: Signal
}
payload! {
    /// What came of `signalReopen`.
    SignalReopenPayload, signal: Signal
}

/// What can be done with signals.
#[derive(Default)]
pub struct SignalMutation;

#[Object]
impl SignalMutation {
    /// Submits a signal about a neighbourhood you serve.
    async fn signal_submit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The signal.")] input: SignalSubmitInput,
    ) -> Option<Result<SignalSubmitPayload, Error>> {
        let done = async {
            let key = idempotency(ctx, "signalSubmit", input.idempotency_key.map(|key| key.0))?;
            let outcome = match input.read() {
                Ok(submission) => domain::submit(cx(ctx)?, submission, key).await,
                Err(refusal) => Err(refusal),
            };
            SignalSubmitPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Assesses a signal: confirms or corrects it, and chooses who handles it.
    async fn signal_triage(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The assessment.")] input: SignalTriageInput,
    ) -> Option<Result<SignalTriagePayload, Error>> {
        let SignalTriageInput {
            id,
            category,
            urgency,
            handler,
            expected_version,
        } = input;
        let done = async {
            let outcome = match input_id_opt(Kind::Partner, "handler", handler.as_ref()) {
                Ok(handler) => {
                    let step = domain::Transitioning::Triage {
                        category,
                        urgency,
                        handler,
                    };
                    transition(ctx, &id, expected_version, step).await?
                }
                Err(problem) => Err(problem.into()),
            };
            SignalTriagePayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Begins to work on a signal. A first referral or contact moment does this by itself.
    async fn signal_start(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: SignalStartInput,
    ) -> Option<Result<SignalStartPayload, Error>> {
        let SignalStartInput {
            id,
            expected_version,
        } = input;
        let done = async {
            let step = domain::Transitioning::Start;
            SignalStartPayload::of(ctx, transition(ctx, &id, expected_version, step).await?).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Closes a signal with an outcome. No referral of it may still be open.
    async fn signal_resolve(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What came of it.")] input: SignalResolveInput,
    ) -> Option<Result<SignalResolvePayload, Error>> {
        let SignalResolveInput {
            id,
            outcome,
            note,
            expected_version,
        } = input;
        let done = async {
            let step = domain::Transitioning::Resolve { outcome, note };
            SignalResolvePayload::of(ctx, transition(ctx, &id, expected_version, step).await?).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Closes a signal without taking it up, with a reason.
    async fn signal_dismiss(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Why.")] input: SignalDismissInput,
    ) -> Option<Result<SignalDismissPayload, Error>> {
        let SignalDismissInput {
            id,
            reason,
            duplicate_of,
            expected_version,
        } = input;
        let done = async {
            let outcome = match input_id_opt(Kind::Signal, "duplicateOf", duplicate_of.as_ref()) {
                Ok(duplicate_of) => {
                    let step = domain::Transitioning::Dismiss {
                        reason,
                        duplicate_of,
                    };
                    transition(ctx, &id, expected_version, step).await?
                }
                Err(problem) => Err(problem.into()),
            };
            SignalDismissPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Takes back a signal you submitted, before work on it begins.
    async fn signal_withdraw(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: SignalWithdrawInput,
    ) -> Option<Result<SignalWithdrawPayload, Error>> {
        let SignalWithdrawInput {
            id,
            expected_version,
        } = input;
        let done = async {
            let step = domain::Transitioning::Withdraw;
            SignalWithdrawPayload::of(ctx, transition(ctx, &id, expected_version, step).await?)
                .await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Opens a closed signal again: its coordinator always, its reporter within 30 days.
    async fn signal_reopen(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Why.")] input: SignalReopenInput,
    ) -> Option<Result<SignalReopenPayload, Error>> {
        let SignalReopenInput {
            id,
            reason,
            expected_version,
        } = input;
        let done = async {
            let step = domain::Transitioning::Reopen { reason };
            SignalReopenPayload::of(ctx, transition(ctx, &id, expected_version, step).await?).await
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
    Ok(match input_id(Kind::Signal, "id", id) {
        Ok(id) => domain::transition(cx(ctx)?, id, expected_version, step).await,
        Err(problem) => Err(problem.into()),
    })
}
