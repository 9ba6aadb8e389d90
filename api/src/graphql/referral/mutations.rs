//! What can be done with referrals.

use async_graphql::{Context, Error, ID, InputObject, Object};
use nabij_entity::referral::{DisclosedField, ReferralOutcome, ReferralRejectReason, SharingBasis};

use super::Referral;
use crate::{
    domain::{Outcome, Problems, referral as domain},
    graphql::{
        errors::{FieldResult, input_id, input_id_opt},
        payload::payload,
        scalars::Uuid,
        selection::{cx, idempotency},
    },
    store::Kind,
};

/// A referral to make.
#[derive(Debug, InputObject)]
pub struct ReferralCreateInput {
    /// The signal that is referred.
    pub signal: ID,
    /// The partner it goes to: active, and covering the neighbourhood.
    pub to_partner: ID,
    /// One of that partner's services, with room left.
    pub service: Option<ID>,
    /// An activity that the partner organises, published and not over: the person is invited to it.
    pub activity: Option<ID>,
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
            activity,
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
        let activity = input_id_opt(Kind::Activity, "activity", activity.as_ref());
        let activity = problems.check(activity);
        let replaces = problems.check(input_id_opt(Kind::Referral, "replaces", replaces.as_ref()));
        let ids = signal
            .zip(to_partner)
            .zip(service.zip(activity).zip(replaces));
        problems
            .into_value(ids)
            .map(
                |((signal, to_partner), ((service, activity), replaces))| domain::Request {
                    signal,
                    to_partner,
                    service,
                    activity,
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
        /// How it ended: `GOT_HELP`, `PARTLY_HELPED` or `REFERRED_ELSEWHERE`.
        outcome: ReferralOutcome,
        /// More about it, for the coordinator.
        note: Option<String>,
    }
}
transition_input! {
    /// A referral to give up.
    ReferralFailInput {
        /// How it ended: `PARTLY_HELPED`, `CLIENT_DECLINED`, `COULD_NOT_CONTACT` or
        /// `REFERRED_ELSEWHERE`.
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
