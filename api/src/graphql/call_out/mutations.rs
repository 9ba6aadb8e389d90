//! What can be done with call-outs.

use async_graphql::{Context, Error, ID, InputObject, Object};

use super::CallOut;
use crate::{
    domain::{Outcome, call_out as domain},
    graphql::{
        errors::input_id,
        payload::payload,
        scalars::{DateTime, Uuid},
        selection::{cx, idempotency},
    },
    store::Kind,
};

/// A call-out to open.
#[derive(Debug, InputObject)]
pub struct CallOutOpenInput {
    /// The referral it is for: an open one to the partner you work for.
    pub referral: ID,
    /// Until when volunteers can offer, at most a year ahead and not after `endsAt`.
    pub deadline: DateTime,
    /// When the job can begin, if that is known.
    pub starts_at: Option<DateTime>,
    /// When the job must be done, if that is known.
    pub ends_at: Option<DateTime>,
    /// What is asked, in one line, at most 200 characters; without it the service writes one. It is
    /// refused when it carries any of the resident's own details.
    pub title: Option<String>,
    /// The appeal as it can be posted anywhere as it is, at most 10,000 characters; without it the
    /// service writes one in Dutch, from what is asked, where and when. It is refused when it carries
    /// any of the resident's own details.
    pub text: Option<String>,
    /// What the volunteer who is selected needs to know, such as where the ladder stands; shown to
    /// no other volunteer. At most 10,000 characters.
    pub details: Option<String>,
    /// A UUID of your own. Repeating the mutation with the same key and input within 24 hours
    /// makes no second record.
    pub idempotency_key: Option<Uuid>,
}

impl CallOutOpenInput {
    fn read(self) -> Outcome<domain::Opening> {
        let Self {
            referral,
            deadline,
            starts_at,
            ends_at,
            title,
            text,
            details,
            idempotency_key: _,
        } = self;
        Ok(domain::Opening {
            referral: input_id(Kind::Referral, "referral", &referral)?,
            deadline: deadline.0,
            starts_at: starts_at.map(|at| at.0),
            ends_at: ends_at.map(|at| at.0),
            title,
            text,
            details,
        })
    }
}

/// A call-out on which to give up looking.
#[derive(Debug, InputObject)]
pub struct CallOutCloseInput {
    /// The call-out.
    pub id: ID,
    /// What whoever referred should know.
    pub note: Option<String>,
    /// The version you read, if you want to be told when somebody else changed it since.
    pub expected_version: Option<i32>,
}

/// A call-out to call off.
#[derive(Debug, InputObject)]
pub struct CallOutCancelInput {
    /// The call-out.
    pub id: ID,
    /// Why.
    pub reason: String,
    /// The version you read, if you want to be told when somebody else changed it since.
    pub expected_version: Option<i32>,
}

payload! {
    /// What came of `callOutOpen`.
    CallOutOpenPayload, call_out: CallOut
}
payload! {
    /// What came of `callOutClose`.
    CallOutClosePayload, call_out: CallOut
}
payload! {
    /// What came of `callOutCancel`.
    CallOutCancelPayload, call_out: CallOut
}

/// What can be done with call-outs.
#[derive(Default)]
pub struct CallOutMutation;

#[Object]
impl CallOutMutation {
    /// Calls out to the pool of volunteers of the partner that a referral went to. At most one
    /// call-out runs on a referral.
    async fn call_out_open(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The call-out.")] input: CallOutOpenInput,
    ) -> Option<Result<CallOutOpenPayload, Error>> {
        let done = async {
            let key = idempotency(ctx, "callOutOpen", input.idempotency_key.map(|key| key.0))?;
            let outcome = match input.read() {
                Ok(opening) => domain::open(cx(ctx)?, opening, key).await,
                Err(refusal) => Err(refusal),
            };
            CallOutOpenPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Gives up looking: the call-out ends unfilled, and its referral goes back, rejected for want
    /// of capacity. So it does by itself when the deadline passes with nobody selected.
    async fn call_out_close(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: CallOutCloseInput,
    ) -> Option<Result<CallOutClosePayload, Error>> {
        let CallOutCloseInput {
            id,
            note,
            expected_version,
        } = input;
        let done = async {
            let outcome = match input_id(Kind::CallOut, "id", &id) {
                Ok(id) => domain::close(cx(ctx)?, id, expected_version, note).await,
                Err(problem) => Err(problem.into()),
            };
            CallOutClosePayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Calls a call-out off; what was unlocked is locked again, and the referral stays as it is.
    async fn call_out_cancel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Why.")] input: CallOutCancelInput,
    ) -> Option<Result<CallOutCancelPayload, Error>> {
        let CallOutCancelInput {
            id,
            reason,
            expected_version,
        } = input;
        let done = async {
            let outcome = match input_id(Kind::CallOut, "id", &id) {
                Ok(id) => domain::cancel(cx(ctx)?, id, expected_version, &reason).await,
                Err(problem) => Err(problem.into()),
            };
            CallOutCancelPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }
}
