//! What can be done with the actions of plans.

use async_graphql::{Context, Error, ID, InputObject, MaybeUndefined, Object};
use nabij_entity::plan_action::PlanActionOwner;

use super::PlanAction;
use crate::{
    domain::{Change, Outcome, Problem, Problems, plan_action as domain},
    graphql::{
        errors::{FieldResult, input_id, input_id_opt},
        payload::payload,
        scalars::{Date, Uuid},
        selection::{cx, idempotency},
    },
    store::Kind,
};

/// An action to add to a plan. With an owner it is planned; without one it is a suggestion.
#[derive(Debug, InputObject)]
pub struct PlanActionAddInput {
    /// The plan.
    pub plan: ID,
    /// What is to be done, in a line.
    pub title: String,
    /// More about it, at most 10,000 characters.
    pub description: Option<String>,
    /// Who sees to it. Not while the neighbourhood is being analysed.
    pub owner: Option<PlanActionOwner>,
    /// The partner that sees to it, for owner PARTNER: active, and covering the neighbourhood.
    pub owner_partner: Option<ID>,
    /// The day by which it is to be done.
    pub due_on: Option<Date>,
    /// A UUID of your own. Repeating the mutation with the same key and input within 24 hours
    /// makes no second record.
    pub idempotency_key: Option<Uuid>,
}

impl PlanActionAddInput {
    fn read(self) -> Outcome<domain::NewAction> {
        let Self {
            plan,
            title,
            description,
            owner,
            owner_partner,
            due_on,
            idempotency_key: _,
        } = self;
        let mut problems = Problems::new();
        let plan = problems.check(input_id(Kind::Plan, "plan", &plan));
        let partner = problems.check(partner(owner_partner.as_ref()));
        let (plan, partner) = problems.into_value(plan.zip(partner))?;
        // A partner alone says who sees to it.
        let owner = owner.or(partner.map(|_| PlanActionOwner::Partner));
        Ok(domain::NewAction {
            plan,
            title,
            description,
            owner: owner.map(|owner| domain::OwnedBy { owner, partner }),
            due_on: due_on.map(|date| date.0),
        })
    }
}

fn partner(id: Option<&ID>) -> Result<Option<uuid::Uuid>, Problem> {
    input_id_opt(Kind::Partner, "ownerPartner", id)
}

/// What changes of an action. What is absent stays as it is; null clears it.
#[derive(Debug, InputObject)]
pub struct PlanActionUpdateInput {
    /// The action.
    pub id: ID,
    /// What is to be done, in a line.
    pub title: Option<String>,
    /// More about it, at most 10,000 characters.
    pub description: MaybeUndefined<String>,
    /// The day by which it is to be done.
    pub due_on: MaybeUndefined<Date>,
    /// The version you read, if you want to be told when somebody else changed it since.
    pub expected_version: Option<i32>,
}

impl PlanActionUpdateInput {
    fn read(self) -> Outcome<(uuid::Uuid, Option<i32>, domain::ActionUpdate)> {
        let Self {
            id,
            title,
            description,
            due_on,
            expected_version,
        } = self;
        let id = input_id(Kind::PlanAction, "id", &id)?;
        let update = domain::ActionUpdate {
            title,
            description: description.into(),
            due_on: Change::from(due_on.map_value(|date| date.0)),
        };
        Ok((id, expected_version, update))
    }
}

/// Declares the input of a step: the record, what else it needs, the expected version.
macro_rules! step_input {
    ($(#[$doc:meta])* $input:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Debug, InputObject)]
        pub struct $input {
            /// The action.
            pub id: ID,
            $($(#[$field_doc])* pub $field: $type,)*
            /// The version you read, if you want to be told when somebody else changed it since.
            pub expected_version: Option<i32>,
        }
    };
}

step_input! {
    /// A suggestion to take into the change plan.
    PlanActionPlanInput {
        /// Who sees to it.
        owner: PlanActionOwner,
        /// The partner that sees to it, for owner PARTNER: active, and covering the neighbourhood.
        owner_partner: Option<ID>,
    }
}
step_input! {
    /// An action to begin with.
    PlanActionStartInput {
    }
}
step_input! {
    /// An action that is done.
    PlanActionCompleteInput {
        /// What came of it, at most 10,000 characters.
        note: Option<String>,
    }
}
step_input! {
    /// An action to give up.
    PlanActionDropInput {
        /// Why, at most 10,000 characters.
        reason: String,
    }
}

payload! {
    /// What came of `planActionAdd`.
    PlanActionAddPayload, plan_action: PlanAction
}
payload! {
    /// What came of `planActionUpdate`.
    PlanActionUpdatePayload, plan_action: PlanAction
}
payload! {
    /// What came of `planActionPlan`.
    PlanActionPlanPayload, plan_action: PlanAction
}
payload! {
    /// What came of `planActionStart`.
    PlanActionStartPayload, plan_action: PlanAction
}
payload! {
    /// What came of `planActionComplete`.
    PlanActionCompletePayload, plan_action: PlanAction
}
payload! {
    /// What came of `planActionDrop`.
    PlanActionDropPayload, plan_action: PlanAction
}

/// What can be done with the actions of plans.
#[derive(Default)]
pub struct PlanActionMutation;

#[Object]
impl PlanActionMutation {
    /// Adds an action to a plan. For the place's coordinator, the facilitator, and staff of the partners
    /// that carry the plan's initiative, who suggest one or take it on themselves.
    async fn plan_action_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The action.")] input: PlanActionAddInput,
    ) -> Option<Result<PlanActionAddPayload, Error>> {
        let done = async {
            let key = input.idempotency_key.map(|key| key.0);
            let key = idempotency(ctx, "planActionAdd", key)?;
            let outcome = match input.read() {
                Ok(new) => domain::add(cx(ctx)?, new, key).await,
                Err(refusal) => Err(refusal),
            };
            PlanActionAddPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Changes what an action says. For the place's coordinator, the facilitator and its owner.
    async fn plan_action_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: PlanActionUpdateInput,
    ) -> Option<Result<PlanActionUpdatePayload, Error>> {
        let done = async {
            let outcome = match input.read() {
                Ok((id, expected, update)) => domain::update(cx(ctx)?, id, expected, update).await,
                Err(refusal) => Err(refusal),
            };
            PlanActionUpdatePayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Takes a suggestion into the change plan, with an owner. For the place's coordinator and the
    /// facilitator, once the change plan is being drawn up.
    async fn plan_action_plan(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one, and what the step needs.")] input: PlanActionPlanInput,
    ) -> Option<Result<PlanActionPlanPayload, Error>> {
        let PlanActionPlanInput {
            id,
            owner,
            owner_partner,
            expected_version,
        } = input;
        let done = async {
            let step = match partner(owner_partner.as_ref()) {
                Ok(partner) => domain::Stepping::Plan(domain::OwnedBy { owner, partner }),
                Err(problem) => {
                    return PlanActionPlanPayload::of(ctx, Err(problem.into())).await;
                }
            };
            let outcome = transition(ctx, &id, expected_version, step).await?;
            PlanActionPlanPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Begins with an action, once the plan is being carried out. For the place's coordinator, the
    /// facilitator and its owner.
    async fn plan_action_start(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one, and what the step needs.")] input: PlanActionStartInput,
    ) -> Option<Result<PlanActionStartPayload, Error>> {
        let PlanActionStartInput {
            id,
            expected_version,
        } = input;
        let done = async {
            let step = domain::Stepping::Start;
            let outcome = transition(ctx, &id, expected_version, step).await?;
            PlanActionStartPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Says that an action is done. For the same people as its start.
    async fn plan_action_complete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one, and what the step needs.")] input: PlanActionCompleteInput,
    ) -> Option<Result<PlanActionCompletePayload, Error>> {
        let PlanActionCompleteInput {
            id,
            note,
            expected_version,
        } = input;
        let done = async {
            let step = domain::Stepping::Complete { note };
            let outcome = transition(ctx, &id, expected_version, step).await?;
            PlanActionCompletePayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Gives an action up. For the place's coordinator, the facilitator and its owner.
    async fn plan_action_drop(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one, and what the step needs.")] input: PlanActionDropInput,
    ) -> Option<Result<PlanActionDropPayload, Error>> {
        let PlanActionDropInput {
            id,
            reason,
            expected_version,
        } = input;
        let done = async {
            let step = domain::Stepping::Drop { reason };
            let outcome = transition(ctx, &id, expected_version, step).await?;
            PlanActionDropPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }
}

async fn transition(
    ctx: &Context<'_>,
    id: &ID,
    expected_version: Option<i32>,
    step: domain::Stepping,
) -> FieldResult<Outcome<uuid::Uuid>> {
    Ok(match input_id(Kind::PlanAction, "id", id) {
        Ok(id) => domain::transition(cx(ctx)?, id, expected_version, step).await,
        Err(problem) => Err(problem.into()),
    })
}
