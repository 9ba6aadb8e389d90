//! What can be done with signals.

use async_graphql::{Context, Error, ID, InputObject, Object, OneofObject};
use nabij_entity::{
    referral::{DisclosedField, SharingBasis},
    signal::{SignalDismissReason, SignalKind, SignalOutcome},
    vocabulary::{Category, ChoreKind, InflowChannel, Urgency},
};

use super::Signal;
use crate::{
    domain::{Outcome, Problems, sharing::Terms, signal as domain},
    graphql::{
        errors::{FieldResult, input_id, input_id_opt},
        payload::payload,
        resident::ResidentParticularsInput,
        scalars::Uuid,
        selection::{cx, idempotency},
    },
    store::Kind,
};

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
    /// Never a person's number: a rijksregisternummer or BSN that is written or named as one is
    /// refused, plain digits are taken for your own.
    pub external_reference: Option<String>,
    /// A UUID of your own. Repeating the mutation with the same key and input within 24 hours
    /// makes no second record.
    pub idempotency_key: Option<Uuid>,
}

impl SignalSubmitInput {
    pub(super) fn read(self) -> Outcome<domain::Submission> {
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
    /// The basis on which that partner is told of the resident. Required when the signal is about a
    /// resident, unless that partner reported it and is told nothing more; CONSENT needs a live
    /// consent to share with it.
    pub basis: Option<SharingBasis>,
    /// Why that basis holds, in writing. Required for VITAL_INTEREST.
    pub basis_justification: Option<String>,
    /// What that partner may see of the resident while the signal is open; nothing if empty.
    #[graphql(default)]
    pub disclosed_fields: Vec<DisclosedField>,
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
    /// More about it, for the coordinator.
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
            basis,
            basis_justification: justification,
            disclosed_fields,
            expected_version,
        } = input;
        let done = async {
            let outcome = match input_id_opt(Kind::Partner, "handler", handler.as_ref()) {
                Ok(handler) => {
                    let step = domain::Transitioning::Triage {
                        category,
                        urgency,
                        handler,
                        terms: Terms {
                            basis,
                            justification,
                            disclosed_fields,
                        },
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
