//! Several signals in one request, for partner systems that hand over what they have collected.

use async_graphql::{Context, Error, InputObject, Object, SimpleObject};
use nabij_entity::signal;

use super::{Signal, mutations::SignalSubmitInput};
use crate::{
    domain::{Code, Outcome, Problem, Refusal, signal as domain},
    graphql::{
        errors::{FieldResult, UserError, user_errors},
        selection::{cx, idempotency_of, payload_rows},
    },
    store::idempotency::IdempotencyKey,
};

/// Most signals in one request.
const MOST: usize = 500;

/// Signals to submit in one request.
#[derive(Debug, InputObject)]
pub struct SignalSubmitManyInput {
    /// The signals, at most 500. Each may have an idempotency key and an external reference of its
    /// own.
    pub signals: Vec<SignalSubmitInput>,
    /// Whether one that is refused keeps all others out too; otherwise each stands for itself.
    #[graphql(default = true)]
    pub all_or_nothing: bool,
}

/// What came of one of the signals.
#[derive(SimpleObject)]
pub struct SignalSubmitResult {
    /// The signal as it is now; null when it wasn't submitted.
    pub signal: Option<Signal>,
    /// What was wrong with it. Empty beside a null signal: another one of the request was refused.
    pub user_errors: Vec<UserError>,
}

/// What came of `signalSubmitMany`.
#[derive(SimpleObject)]
pub struct SignalSubmitManyPayload {
    /// A result for each signal, in the same order; empty when the request as a whole was refused.
    pub results: Vec<SignalSubmitResult>,
    /// What was wrong with the request as a whole.
    pub user_errors: Vec<UserError>,
}

/// Bulk mutations of signals.
#[derive(Default)]
pub struct SignalBulkMutation;

#[Object]
impl SignalBulkMutation {
    /// Submits up to 500 signals: all or none of them, or each for itself.
    async fn signal_submit_many(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The signals.")] input: SignalSubmitManyInput,
    ) -> Option<Result<SignalSubmitManyPayload, Error>> {
        Some(submit_many(ctx, input).await.map_err(Error::from))
    }
}

async fn submit_many(
    ctx: &Context<'_>,
    input: SignalSubmitManyInput,
) -> FieldResult<SignalSubmitManyPayload> {
    let SignalSubmitManyInput {
        signals,
        all_or_nothing,
    } = input;
    if signals.is_empty() || signals.len() > MOST {
        let problem = Problem::new(
            Code::OutOfRange,
            "signals",
            "Send from 1 to 500 signals in one request.",
        );
        return Ok(SignalSubmitManyPayload {
            results: Vec::new(),
            user_errors: vec![problem.into()],
        });
    }
    let keyed: Vec<(Outcome<domain::Submission>, Option<IdempotencyKey>)> = signals
        .into_iter()
        .map(|signal| {
            let key = signal.idempotency_key.as_ref().map(|key| key.0);
            // Every field of the input shows in its debug form, and in the same order each time.
            let text = format!("{signal:?}");
            let key = key.map(|key| idempotency_of("signalSubmitMany", key, text.as_bytes()));
            (signal.read(), key)
        })
        .collect();
    let rows = if all_or_nothing {
        together(ctx, keyed).await?
    } else {
        let mut rows = Vec::with_capacity(keyed.len());
        for (submission, key) in keyed {
            let row = match submission {
                Ok(submission) => domain::submit(cx(ctx)?, submission, key).await,
                Err(refusal) => Err(refusal),
            };
            rows.push(Some(row));
        }
        rows
    };
    let ids: Vec<uuid::Uuid> = rows
        .iter()
        .filter_map(|row| row.as_ref()?.as_ref().ok())
        .copied()
        .collect();
    let shown = payload_rows::<signal::Entity>(ctx, "results", "signal", &ids).await?;
    let results = rows
        .into_iter()
        .map(|row| {
            Ok(match row {
                Some(Ok(id)) => SignalSubmitResult {
                    signal: shown.get(&id).cloned().map(Signal),
                    user_errors: Vec::new(),
                },
                Some(Err(refusal)) => SignalSubmitResult {
                    signal: None,
                    user_errors: user_errors(refusal)?,
                },
                None => SignalSubmitResult {
                    signal: None,
                    user_errors: Vec::new(),
                },
            })
        })
        .collect::<FieldResult<_>>()?;
    Ok(SignalSubmitManyPayload {
        results,
        user_errors: Vec::new(),
    })
}

type Row = Option<Outcome<uuid::Uuid>>;

async fn together(
    ctx: &Context<'_>,
    keyed: Vec<(Outcome<domain::Submission>, Option<IdempotencyKey>)>,
) -> FieldResult<Vec<Row>> {
    if keyed.iter().all(|(submission, _)| submission.is_ok()) {
        let lot = keyed
            .into_iter()
            .filter_map(|(submission, key)| Some((submission.ok()?, key)))
            .collect();
        return Ok(domain::submit_all(cx(ctx)?, lot).await?);
    }
    // An id that can't be read keeps the lot out before anything is begun.
    Ok(keyed
        .into_iter()
        .map(|(submission, _)| submission.err().map(|refusal: Refusal| Err(refusal)))
        .collect())
}
