//! Feedback in the schema.

use async_graphql::{Context, Error, ID, InputObject, Object};
use nabij_entity::feedback::{self, FeedbackGiver};

use super::{
    ambassador::Ambassador,
    call_out::CallOut,
    errors::{FieldResult, input_id},
    partner::Partner,
    payload::{payload, record_type},
    referral::Referral,
    scalars::{DateTime, Uuid},
    selection::{cx, idempotency},
};
use crate::{
    domain::{Code, Outcome, Problem, feedback as domain},
    ids,
    store::{Kind, Visible},
};

/// How a referral went, in the judgement of one side.
#[derive(async_graphql::Description)]
pub struct Feedback(pub(super) Visible<feedback::Entity>);
record_type!(Feedback, feedback::Entity);

#[Object(use_type_description)]
impl Feedback {
    /// Its id (TypeID).
    pub async fn id(&self) -> ID {
        ids::type_id(Kind::Feedback, self.0.id).into()
    }

    /// Whose judgement it is.
    async fn giver(&self) -> FeedbackGiver {
        self.0.giver
    }

    /// From 1 (bad) to 5 (good).
    async fn score(&self) -> i32 {
        self.0.score
    }

    /// In words.
    async fn text(&self) -> Option<&str> {
        self.0.text.as_deref()
    }

    /// The referral it is about; null when you may see the feedback and not the referral.
    async fn referral(&self) -> FieldResult<Option<Referral>> {
        Ok(self.0.one("referral")?.map(Referral))
    }

    /// The call-out that found the volunteer who helped; null when none did or it isn't shown to
    /// you.
    async fn call_out(&self) -> FieldResult<Option<CallOut>> {
        Ok(self.0.one("callOut")?.map(CallOut))
    }

    /// The volunteer who gave it; null when no volunteer did or they aren't shown to you.
    async fn ambassador(&self) -> FieldResult<Option<Ambassador>> {
        Ok(self.0.one("ambassador")?.map(Ambassador))
    }

    /// The partner whose staff gave it; null when nobody of a partner did.
    async fn partner(&self) -> FieldResult<Option<Partner>> {
        Ok(self.0.one("partner")?.map(Partner))
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

/// Feedback to give.
#[derive(Debug, InputObject)]
pub struct FeedbackGiveInput {
    /// The referral it is about; it must have been completed or given up. Give this or `callOut`.
    pub referral: Option<ID>,
    /// The call-out it is about, for the volunteer who was selected on it and helped: they don't see
    /// the referral.
    pub call_out: Option<ID>,
    /// Whose judgement it is. Each side gives one for each referral.
    pub giver: FeedbackGiver,
    /// From 1 (bad) to 5 (good).
    pub score: i32,
    /// In words, at most 10,000 characters.
    pub text: Option<String>,
    /// A UUID of your own. Repeating the mutation with the same key and input within 24 hours
    /// makes no second record.
    pub idempotency_key: Option<Uuid>,
}

impl FeedbackGiveInput {
    fn read(self) -> Outcome<domain::Given> {
        let Self {
            referral,
            call_out,
            giver,
            score,
            text,
            idempotency_key: _,
        } = self;
        let on = match (referral, call_out) {
            (Some(id), None) => {
                domain::Subject::Referral(input_id(Kind::Referral, "referral", &id)?)
            }
            (None, Some(id)) => domain::Subject::CallOut(input_id(Kind::CallOut, "callOut", &id)?),
            (None, None) => {
                return Err(Problem::new(
                    Code::Required,
                    "referral",
                    "Name the referral, or the call-out, that the feedback is about.",
                )
                .into());
            }
            (Some(_), Some(_)) => {
                return Err(Problem::new(
                    Code::Invalid,
                    "callOut",
                    "Name the referral or the call-out, not both.",
                )
                .into());
            }
        };
        Ok(domain::Given {
            on,
            giver,
            score,
            text,
        })
    }
}

payload! {
    /// What came of `feedbackGive`.
    FeedbackGivePayload, feedback: Feedback
}

/// What can be done with feedback.
#[derive(Default)]
pub struct FeedbackMutation;

#[Object]
impl FeedbackMutation {
    /// Gives feedback on a referral that was completed or given up: its partners and the place's
    /// coordinator on the referral, the volunteer who helped on the call-out.
    async fn feedback_give(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The feedback.")] input: FeedbackGiveInput,
    ) -> Option<Result<FeedbackGivePayload, Error>> {
        let done = async {
            let key = idempotency(ctx, "feedbackGive", input.idempotency_key.map(|key| key.0))?;
            let outcome = match input.read() {
                Ok(given) => domain::give(cx(ctx)?, given, key).await,
                Err(refusal) => Err(refusal),
            };
            FeedbackGivePayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }
}
