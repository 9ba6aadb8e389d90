//! What is added to a plan: sessions with their findings, commitments, endorsements.

use async_graphql::{Context, Error, ID, InputObject, Object};
use nabij_entity::{
    commitment::CommitmentParty,
    finding::FindingKind,
    plan_session::PlanSessionKind,
    vocabulary::{Category, TargetGroup},
};

use super::{Commitment, Endorsement, Finding, PlanSession};
use crate::{
    domain::{Outcome, Problems, commitment, endorsement, finding, plan_session},
    graphql::{
        errors::{input_id, input_id_opt},
        payload::payload,
        scalars::{Date, Uuid},
        selection::{cx, idempotency},
    },
    store::Kind,
};

/// Something that came to light.
#[derive(Debug, InputObject)]
pub struct FindingInput {
    /// What kind of finding it is.
    pub kind: FindingKind,
    /// What it is about; required for a care need.
    pub category: Option<Category>,
    /// The finding in words, at most 10,000 characters and without anybody's name: everybody can
    /// read it once the plan is adopted.
    pub text: String,
}

impl FindingInput {
    fn read(self) -> finding::Observation {
        let Self {
            kind,
            category,
            text,
        } = self;
        finding::Observation {
            kind,
            category,
            text,
        }
    }
}

/// A session that was held, with what people said.
#[derive(Debug, InputObject)]
pub struct PlanSessionRecordInput {
    /// The plan it was held for.
    pub plan: ID,
    /// What kind of session it was.
    pub kind: PlanSessionKind,
    /// The day on which it was held; today when left out.
    pub held_on: Option<Date>,
    /// How many people were there.
    pub headcount: i32,
    /// Who was there, by group.
    #[graphql(default)]
    pub mix: Vec<TargetGroup>,
    /// More about it, for those who work on the plan; at most 10,000 characters. Required for kind
    /// OTHER.
    pub note: Option<String>,
    /// What people said: at most 100 findings.
    #[graphql(default)]
    pub findings: Vec<FindingInput>,
    /// A UUID of your own. Repeating the mutation with the same key and input within 24 hours
    /// makes no second record.
    pub idempotency_key: Option<Uuid>,
}

impl PlanSessionRecordInput {
    fn read(self) -> Outcome<plan_session::Session> {
        let Self {
            plan,
            kind,
            held_on,
            headcount,
            mix,
            note,
            findings,
            idempotency_key: _,
        } = self;
        Ok(plan_session::Session {
            plan: input_id(Kind::Plan, "plan", &plan)?,
            kind,
            held_on: held_on.map(|date| date.0),
            headcount,
            mix,
            note,
            findings: findings.into_iter().map(FindingInput::read).collect(),
        })
    }
}

/// A finding to put on record by itself.
#[derive(Debug, InputObject)]
pub struct PlanFindingRecordInput {
    /// The plan it belongs to.
    pub plan: ID,
    /// The session of that plan that brought it, if one did.
    pub session: Option<ID>,
    /// The finding.
    pub finding: FindingInput,
    /// A UUID of your own. Repeating the mutation with the same key and input within 24 hours
    /// makes no second record.
    pub idempotency_key: Option<Uuid>,
}

impl PlanFindingRecordInput {
    fn read(self) -> Outcome<((uuid::Uuid, Option<uuid::Uuid>), finding::Observation)> {
        let Self {
            plan,
            session,
            finding,
            idempotency_key: _,
        } = self;
        let mut problems = Problems::new();
        let plan = problems.check(input_id(Kind::Plan, "plan", &plan));
        let session = problems.check(input_id_opt(Kind::PlanSession, "session", session.as_ref()));
        let ids = problems.into_value(plan.zip(session))?;
        Ok((ids, finding.read()))
    }
}

/// A promise to a plan.
#[derive(Debug, InputObject)]
pub struct PlanCommitInput {
    /// The plan: no longer in analysis.
    pub plan: ID,
    /// The action of that plan it is for, if it is for one in particular.
    pub action: Option<ID>,
    /// Who promises.
    pub party: CommitmentParty,
    /// The partner that promises: your own. Required for party PARTNER, absent otherwise.
    pub partner: Option<ID>,
    /// What is promised, at most 10,000 characters.
    pub what: String,
    /// From when it holds; from today when left out.
    pub from: Option<Date>,
    /// The last day it holds; absent when it is lasting.
    pub until: Option<Date>,
    /// A UUID of your own. Repeating the mutation with the same key and input within 24 hours
    /// makes no second record.
    pub idempotency_key: Option<Uuid>,
}

impl PlanCommitInput {
    fn read(self) -> Outcome<commitment::Promise> {
        let Self {
            plan,
            action,
            party,
            partner,
            what,
            from,
            until,
            idempotency_key: _,
        } = self;
        let mut problems = Problems::new();
        let plan = problems.check(input_id(Kind::Plan, "plan", &plan));
        let action = problems.check(input_id_opt(Kind::PlanAction, "action", action.as_ref()));
        let partner = problems.check(input_id_opt(Kind::Partner, "partner", partner.as_ref()));
        let ids = plan.zip(action).zip(partner);
        problems
            .into_value(ids)
            .map(|((plan, action), partner)| commitment::Promise {
                plan,
                action,
                party,
                partner,
                what,
                from_on: from.map(|date| date.0),
                until_on: until.map(|date| date.0),
            })
    }
}

/// A commitment to give a last day.
#[derive(Debug, InputObject)]
pub struct CommitmentEndInput {
    /// The commitment.
    pub id: ID,
    /// The last day it holds; today when left out.
    pub until: Option<Date>,
    /// The version you read, if you want to be told when somebody else changed it since.
    pub expected_version: Option<i32>,
}

impl CommitmentEndInput {
    fn read(self) -> Outcome<(uuid::Uuid, Option<i32>, Option<chrono::NaiveDate>)> {
        let Self {
            id,
            until,
            expected_version,
        } = self;
        let id = input_id(Kind::Commitment, "id", &id)?;
        Ok((id, expected_version, until.map(|date| date.0)))
    }
}

/// Residents or a partner who stand behind a change plan.
#[derive(Debug, InputObject)]
pub struct PlanEndorseInput {
    /// The plan: its change plan is being drawn up.
    pub plan: ID,
    /// The partner that endorses it: your own. Absent when the residents do.
    pub partner: Option<ID>,
    /// The day on which they did; today when left out.
    pub on: Option<Date>,
    /// How they did: a vote, a meeting, a decision. At most 10,000 characters.
    pub how: String,
    /// A UUID of your own. Repeating the mutation with the same key and input within 24 hours
    /// makes no second record.
    pub idempotency_key: Option<Uuid>,
}

impl PlanEndorseInput {
    fn read(self) -> Outcome<endorsement::Given> {
        let Self {
            plan,
            partner,
            on,
            how,
            idempotency_key: _,
        } = self;
        let mut problems = Problems::new();
        let plan = problems.check(input_id(Kind::Plan, "plan", &plan));
        let partner = problems.check(input_id_opt(Kind::Partner, "partner", partner.as_ref()));
        problems
            .into_value(plan.zip(partner))
            .map(|(plan, partner)| endorsement::Given {
                plan,
                partner,
                on: on.map(|date| date.0),
                how,
            })
    }
}

payload! {
    /// What came of `planSessionRecord`.
    PlanSessionRecordPayload, session: PlanSession
}
payload! {
    /// What came of `planFindingRecord`.
    PlanFindingRecordPayload, finding: Finding
}
payload! {
    /// What came of `planCommit`.
    PlanCommitPayload, commitment: Commitment
}
payload! {
    /// What came of `commitmentEnd`.
    CommitmentEndPayload, commitment: Commitment
}
payload! {
    /// What came of `planEndorse`.
    PlanEndorsePayload, endorsement: Endorsement
}

/// What can be added to plans.
#[derive(Default)]
pub struct PlanContributionMutation;

#[Object]
impl PlanContributionMutation {
    /// Puts a session of a plan on record, with its findings. For the place's coordinator, the
    /// facilitator, and staff of the partners that carry the plan's initiative.
    async fn plan_session_record(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The session.")] input: PlanSessionRecordInput,
    ) -> Option<Result<PlanSessionRecordPayload, Error>> {
        let done = async {
            let key = input.idempotency_key.map(|key| key.0);
            let key = idempotency(ctx, "planSessionRecord", key)?;
            let outcome = match input.read() {
                Ok(session) => plan_session::record(cx(ctx)?, session, key).await,
                Err(refusal) => Err(refusal),
            };
            PlanSessionRecordPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Puts a finding on record, of a session or of none in particular. For the same people as a
    /// session.
    async fn plan_finding_record(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The finding.")] input: PlanFindingRecordInput,
    ) -> Option<Result<PlanFindingRecordPayload, Error>> {
        let done = async {
            let key = input.idempotency_key.map(|key| key.0);
            let key = idempotency(ctx, "planFindingRecord", key)?;
            let outcome = match input.read() {
                Ok((of, finding)) => finding::record(cx(ctx)?, of, finding, key).await,
                Err(refusal) => Err(refusal),
            };
            PlanFindingRecordPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Promises something to a plan. A partner promises for itself; what informal carers, neighbours,
    /// shops or associations promise is written down by the coordinator or the facilitator.
    async fn plan_commit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The promise.")] input: PlanCommitInput,
    ) -> Option<Result<PlanCommitPayload, Error>> {
        let done = async {
            let key = input.idempotency_key.map(|key| key.0);
            let key = idempotency(ctx, "planCommit", key)?;
            let outcome = match input.read() {
                Ok(promise) => commitment::make(cx(ctx)?, promise, key).await,
                Err(refusal) => Err(refusal),
            };
            PlanCommitPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Gives a commitment a last day. For whoever could make it.
    async fn commitment_end(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one, and when.")] input: CommitmentEndInput,
    ) -> Option<Result<CommitmentEndPayload, Error>> {
        let done = async {
            let outcome = match input.read() {
                Ok((id, expected, until)) => commitment::end(cx(ctx)?, id, expected, until).await,
                Err(refusal) => Err(refusal),
            };
            CommitmentEndPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Puts on record that residents or a partner stand behind a change plan. A partner does so itself;
    /// for the residents, the coordinator or the facilitator writes down how they did.
    async fn plan_endorse(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who, and how.")] input: PlanEndorseInput,
    ) -> Option<Result<PlanEndorsePayload, Error>> {
        let done = async {
            let key = input.idempotency_key.map(|key| key.0);
            let key = idempotency(ctx, "planEndorse", key)?;
            let outcome = match input.read() {
                Ok(given) => endorsement::give(cx(ctx)?, given, key).await,
                Err(refusal) => Err(refusal),
            };
            PlanEndorsePayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }
}
