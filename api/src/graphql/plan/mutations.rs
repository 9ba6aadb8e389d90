//! Beginning plans, changing them, cloning them, and taking them from stage to stage.

use async_graphql::{Context, Error, ID, InputObject, MaybeUndefined, Object};

use super::Plan;
use crate::{
    domain::{Change, Outcome, Problems, initiative::NewEvaluation, plan as domain},
    graphql::{
        errors::{FieldResult, input_id, input_id_opt},
        inputs::change_id,
        money::MoneyInput,
        payload::payload,
        scalars::{Date, Uuid},
        selection::{cx, idempotency},
    },
    store::Kind,
};

/// A plan to begin. It begins with the analysis.
#[derive(Debug, InputObject)]
pub struct PlanCreateInput {
    /// The neighbourhood it is about.
    pub neighbourhood: ID,
    /// Its title.
    pub title: String,
    /// What it comes down to, at most 10,000 characters. Everybody can read it once it is adopted.
    pub summary: Option<String>,
    /// The programme it is part of, of the same municipality.
    pub initiative: Option<ID>,
    /// The partner that facilitates it: active, and covering the neighbourhood. Your own, unless you
    /// are the place's coordinator, who may leave it out.
    pub facilitator: Option<ID>,
    /// What it costs in all.
    pub budget: Option<MoneyInput>,
    /// A UUID of your own. Repeating the mutation with the same key and input within 24 hours
    /// makes no second record.
    pub idempotency_key: Option<Uuid>,
}

impl PlanCreateInput {
    fn read(self) -> Outcome<domain::NewPlan> {
        let Self {
            neighbourhood,
            title,
            summary,
            initiative,
            facilitator,
            budget,
            idempotency_key: _,
        } = self;
        let mut problems = Problems::new();
        let place = problems.check(input_id(
            Kind::Neighbourhood,
            "neighbourhood",
            &neighbourhood,
        ));
        let initiative = problems.check(input_id_opt(
            Kind::Initiative,
            "initiative",
            initiative.as_ref(),
        ));
        let facilitator = problems.check(input_id_opt(
            Kind::Partner,
            "facilitator",
            facilitator.as_ref(),
        ));
        let ids = place.zip(initiative).zip(facilitator);
        problems.into_value(ids).map(
            |((neighbourhood, initiative), facilitator)| domain::NewPlan {
                neighbourhood,
                title,
                summary,
                initiative,
                facilitator,
                budget_cents: budget.map(MoneyInput::euro_cents),
            },
        )
    }
}

/// What changes of a plan. What is absent stays as it is; null clears it.
#[derive(Debug, InputObject)]
pub struct PlanUpdateInput {
    /// The plan.
    pub id: ID,
    /// Its title.
    pub title: Option<String>,
    /// What it comes down to, at most 10,000 characters.
    pub summary: MaybeUndefined<String>,
    /// The programme it is part of, of the same municipality.
    pub initiative: MaybeUndefined<ID>,
    /// The partner that facilitates it; for the place's coordinator to say.
    pub facilitator: MaybeUndefined<ID>,
    /// What it costs in all.
    pub budget: MaybeUndefined<MoneyInput>,
    /// The version you read, if you want to be told when somebody else changed it since.
    pub expected_version: Option<i32>,
}

impl PlanUpdateInput {
    fn read(self) -> Outcome<(uuid::Uuid, Option<i32>, domain::PlanUpdate)> {
        let Self {
            id,
            title,
            summary,
            initiative,
            facilitator,
            budget,
            expected_version,
        } = self;
        let mut problems = Problems::new();
        let id = problems.check(input_id(Kind::Plan, "id", &id));
        let initiative = problems.check(change_id(Kind::Initiative, "initiative", initiative));
        let facilitator = problems.check(change_id(Kind::Partner, "facilitator", facilitator));
        let ids = id.zip(initiative).zip(facilitator);
        problems
            .into_value(ids)
            .map(|((id, initiative), facilitator)| {
                let update = domain::PlanUpdate {
                    title,
                    summary: summary.into(),
                    initiative,
                    facilitator,
                    budget_cents: Change::from(budget.map_value(MoneyInput::euro_cents)),
                };
                (id, expected_version, update)
            })
    }
}

/// A plan to clone, and where to.
#[derive(Debug, InputObject)]
pub struct PlanCloneInput {
    /// The plan: adopted at least.
    pub plan: ID,
    /// The other neighbourhood for which it is.
    pub neighbourhood: ID,
    /// Another title; the same when left out.
    pub title: Option<String>,
    /// The partner that facilitates it there; the same when left out.
    pub facilitator: Option<ID>,
    /// The programme it is part of there; the same when left out, within one municipality.
    pub initiative: Option<ID>,
    /// A UUID of your own. Repeating the mutation with the same key and input within 24 hours
    /// makes no second record.
    pub idempotency_key: Option<Uuid>,
}

impl PlanCloneInput {
    fn read(self) -> Outcome<domain::CloneTo> {
        let Self {
            plan,
            neighbourhood,
            title,
            facilitator,
            initiative,
            idempotency_key: _,
        } = self;
        let mut problems = Problems::new();
        let plan = problems.check(input_id(Kind::Plan, "plan", &plan));
        let place = problems.check(input_id(
            Kind::Neighbourhood,
            "neighbourhood",
            &neighbourhood,
        ));
        let facilitator = problems.check(input_id_opt(
            Kind::Partner,
            "facilitator",
            facilitator.as_ref(),
        ));
        let initiative = problems.check(input_id_opt(
            Kind::Initiative,
            "initiative",
            initiative.as_ref(),
        ));
        let ids = plan.zip(place).zip(facilitator.zip(initiative));
        problems
            .into_value(ids)
            .map(
                |((plan, neighbourhood), (facilitator, initiative))| domain::CloneTo {
                    plan,
                    neighbourhood,
                    title,
                    facilitator,
                    initiative,
                },
            )
    }
}

/// Declares the input of a step: the record, what else it needs, the expected version.
macro_rules! step_input {
    ($(#[$doc:meta])* $input:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Debug, InputObject)]
        pub struct $input {
            /// The plan.
            pub id: ID,
            $($(#[$field_doc])* pub $field: $type,)*
            /// The version you read, if you want to be told when somebody else changed it since.
            pub expected_version: Option<i32>,
        }
    };
}

step_input! {
    /// A plan of which the analysis is ripe.
    PlanDraftInput {
    }
}
step_input! {
    /// A change plan to go back to the analysis with.
    PlanReturnInput {
        /// Why, at most 10,000 characters.
        reason: String,
    }
}
step_input! {
    /// A plan that residents and partners stand behind.
    PlanAdoptInput {
    }
}
step_input! {
    /// A plan to carry out.
    PlanExecuteInput {
    }
}
step_input! {
    /// What came of a plan: at least one mark or one text.
    PlanEvaluateInput {
        /// How strongly its approach is recommended to others, from 0 to 10.
        recommendation: Option<i32>,
        /// How much it achieved, from 0 to 10.
        impact: Option<i32>,
        /// What went well, at most 10,000 characters.
        strengths: Option<String>,
        /// What stood in the way, at most 10,000 characters.
        barriers: Option<String>,
        /// What remains of it, at most 10,000 characters.
        lasting_impact: Option<String>,
        /// The day of the evaluation; today when left out.
        evaluated_on: Option<Date>,
    }
}
step_input! {
    /// A plan that goes on.
    PlanAnchorInput {
    }
}

payload! {
    /// What came of `planCreate`.
    PlanCreatePayload, plan: Plan
}
payload! {
    /// What came of `planUpdate`.
    PlanUpdatePayload, plan: Plan
}
payload! {
    /// What came of `planClone`.
    PlanClonePayload, plan: Plan
}
payload! {
    /// What came of `planDraft`.
    PlanDraftPayload, plan: Plan
}
payload! {
    /// What came of `planReturn`.
    PlanReturnPayload, plan: Plan
}
payload! {
    /// What came of `planAdopt`.
    PlanAdoptPayload, plan: Plan
}
payload! {
    /// What came of `planExecute`.
    PlanExecutePayload, plan: Plan
}
payload! {
    /// What came of `planEvaluate`.
    PlanEvaluatePayload, plan: Plan
}
payload! {
    /// What came of `planAnchor`.
    PlanAnchorPayload, plan: Plan
}

/// What can be done with plans.
#[derive(Default)]
pub struct PlanMutation;

#[Object]
impl PlanMutation {
    /// Begins a plan for a neighbourhood. For the place's coordinator, and for staff of the partner that
    /// facilitates it.
    async fn plan_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The plan.")] input: PlanCreateInput,
    ) -> Option<Result<PlanCreatePayload, Error>> {
        let done = async {
            let key = input.idempotency_key.map(|key| key.0);
            let key = idempotency(ctx, "planCreate", key)?;
            let outcome = match input.read() {
                Ok(new) => domain::create(cx(ctx)?, new, key).await,
                Err(refusal) => Err(refusal),
            };
            PlanCreatePayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Changes what a plan says. For the place's coordinator and the facilitator; who facilitates it is
    /// for the coordinator to say.
    async fn plan_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: PlanUpdateInput,
    ) -> Option<Result<PlanUpdatePayload, Error>> {
        let done = async {
            let outcome = match input.read() {
                Ok((id, expected, update)) => domain::update(cx(ctx)?, id, expected, update).await,
                Err(refusal) => Err(refusal),
            };
            PlanUpdatePayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Begins a plan for another neighbourhood with the actions of this one as suggestions; sessions,
    /// findings, owners, commitments, endorsements and funding stay where they are. For the coordinator
    /// of the other neighbourhood, and for staff of the partner that facilitates there.
    async fn plan_clone(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which plan, and where to.")] input: PlanCloneInput,
    ) -> Option<Result<PlanClonePayload, Error>> {
        let done = async {
            let key = input.idempotency_key.map(|key| key.0);
            let key = idempotency(ctx, "planClone", key)?;
            let outcome = match input.read() {
                Ok(to) => domain::clone(cx(ctx)?, to, key).await,
                Err(refusal) => Err(refusal),
            };
            PlanClonePayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Begins to draw up the change plan. Needs a session with findings.
    async fn plan_draft(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one, and what the step needs.")] input: PlanDraftInput,
    ) -> Option<Result<PlanDraftPayload, Error>> {
        let PlanDraftInput {
            id,
            expected_version,
        } = input;
        let done = async {
            let step = domain::Stepping::Draft;
            let outcome = transition(ctx, &id, expected_version, step).await?;
            PlanDraftPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Takes a change plan back to the analysis. Its endorsements lapse.
    async fn plan_return(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one, and what the step needs.")] input: PlanReturnInput,
    ) -> Option<Result<PlanReturnPayload, Error>> {
        let PlanReturnInput {
            id,
            reason,
            expected_version,
        } = input;
        let done = async {
            let step = domain::Stepping::Return { reason };
            let outcome = transition(ctx, &id, expected_version, step).await?;
            PlanReturnPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Adopts a plan: from now on everybody can read it. For the place's coordinator; needs endorsements
    /// by the residents and at least one partner.
    async fn plan_adopt(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one, and what the step needs.")] input: PlanAdoptInput,
    ) -> Option<Result<PlanAdoptPayload, Error>> {
        let PlanAdoptInput {
            id,
            expected_version,
        } = input;
        let done = async {
            let step = domain::Stepping::Adopt;
            let outcome = transition(ctx, &id, expected_version, step).await?;
            PlanAdoptPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Begins to carry a plan out.
    async fn plan_execute(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one, and what the step needs.")] input: PlanExecuteInput,
    ) -> Option<Result<PlanExecutePayload, Error>> {
        let PlanExecuteInput {
            id,
            expected_version,
        } = input;
        let done = async {
            let step = domain::Stepping::Execute;
            let outcome = transition(ctx, &id, expected_version, step).await?;
            PlanExecutePayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Puts on record what came of a plan.
    async fn plan_evaluate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one, and what the step needs.")] input: PlanEvaluateInput,
    ) -> Option<Result<PlanEvaluatePayload, Error>> {
        let PlanEvaluateInput {
            id,
            recommendation,
            impact,
            strengths,
            barriers,
            lasting_impact,
            evaluated_on,
            expected_version,
        } = input;
        let done = async {
            let step = domain::Stepping::Evaluate(NewEvaluation {
                recommendation,
                impact,
                strengths,
                barriers,
                lasting_impact,
                evaluated_on: evaluated_on.map(|date| date.0),
            });
            let outcome = transition(ctx, &id, expected_version, step).await?;
            PlanEvaluatePayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Anchors a plan. For the place's coordinator; needs at least one lasting commitment.
    async fn plan_anchor(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one, and what the step needs.")] input: PlanAnchorInput,
    ) -> Option<Result<PlanAnchorPayload, Error>> {
        let PlanAnchorInput {
            id,
            expected_version,
        } = input;
        let done = async {
            let step = domain::Stepping::Anchor;
            let outcome = transition(ctx, &id, expected_version, step).await?;
            PlanAnchorPayload::of(ctx, outcome).await
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
    Ok(match input_id(Kind::Plan, "id", id) {
        Ok(id) => domain::transition(cx(ctx)?, id, expected_version, step).await,
        Err(problem) => Err(problem.into()),
    })
}
