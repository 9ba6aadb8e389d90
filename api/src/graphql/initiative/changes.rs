//! Adding, changing and evaluating initiatives.

use async_graphql::{Context, Error, ID, InputObject, MaybeUndefined, Object};
use nabij_entity::vocabulary::TargetGroup;

use super::{Evaluation, Initiative};
use crate::{
    domain::{Change, Outcome, Problems, initiative as domain},
    graphql::{
        errors::input_id,
        inputs::ids,
        money::MoneyInput,
        payload::payload,
        scalars::{Date, URL, Uuid},
        selection::{cx, idempotency},
    },
    store::Kind,
};

/// An initiative to add.
#[derive(Debug, InputObject)]
pub struct InitiativeCreateInput {
    /// Its short name, such as `zorgzaam-alsemberg`: lower-case letters and digits, in words
    /// joined by hyphens. No other initiative has it.
    pub reference: String,
    /// Its name.
    pub name: String,
    /// The municipality it belongs to.
    pub municipality: ID,
    /// What it does and for whom, at most 10,000 characters.
    pub description: Option<String>,
    /// Its first day.
    pub starts_on: Option<Date>,
    /// Its last day; absent if it has no end yet.
    pub ends_on: Option<Date>,
    /// Whom it is meant for.
    #[graphql(default)]
    pub target_groups: Vec<TargetGroup>,
    /// Age in years from which people take part, if there is such a rule.
    pub minimum_age: Option<i32>,
    /// Its website.
    pub website: Option<URL>,
    /// What it costs in all.
    pub budget: Option<MoneyInput>,
    /// The neighbourhoods of its municipality where it works.
    #[graphql(default)]
    pub neighbourhoods: Vec<ID>,
    /// The partners that carry it.
    #[graphql(default)]
    pub partners: Vec<ID>,
    /// A UUID of your own. Repeating the mutation with the same key and input within 24 hours
    /// makes no second record.
    pub idempotency_key: Option<Uuid>,
}

impl InitiativeCreateInput {
    fn read(self) -> Outcome<domain::NewInitiative> {
        let Self {
            reference,
            name,
            municipality,
            description,
            starts_on,
            ends_on,
            target_groups,
            minimum_age,
            website,
            budget,
            neighbourhoods,
            partners,
            idempotency_key: _,
        } = self;
        let mut problems = Problems::new();
        let municipality =
            problems.check(input_id(Kind::Municipality, "municipality", &municipality));
        let neighbourhoods = ids(
            Kind::Neighbourhood,
            "neighbourhoods",
            &neighbourhoods,
            &mut problems,
        );
        let partners = ids(Kind::Partner, "partners", &partners, &mut problems);
        problems
            .into_value(municipality)
            .map(|municipality| domain::NewInitiative {
                reference,
                name,
                municipality,
                description,
                starts_on: starts_on.map(|date| date.0),
                ends_on: ends_on.map(|date| date.0),
                target_groups,
                minimum_age,
                website: website.map(|website| website.0),
                budget_cents: budget.map(MoneyInput::euro_cents),
                neighbourhoods,
                partners,
            })
    }
}

/// What changes of an initiative. What is absent stays as it is; null clears it.
#[derive(Debug, InputObject)]
pub struct InitiativeUpdateInput {
    /// The initiative.
    pub id: ID,
    /// Its name.
    pub name: Option<String>,
    /// What it does and for whom, at most 10,000 characters.
    pub description: MaybeUndefined<String>,
    /// Its first day.
    pub starts_on: MaybeUndefined<Date>,
    /// Its last day; null if it has no end yet.
    pub ends_on: MaybeUndefined<Date>,
    /// Whom it is meant for: all of them.
    pub target_groups: Option<Vec<TargetGroup>>,
    /// Age in years from which people take part; null if there is no such rule.
    pub minimum_age: MaybeUndefined<i32>,
    /// Its website.
    pub website: MaybeUndefined<URL>,
    /// What it costs in all.
    pub budget: MaybeUndefined<MoneyInput>,
    /// All the neighbourhoods of its municipality where it works.
    pub neighbourhoods: Option<Vec<ID>>,
    /// All the partners that carry it.
    pub partners: Option<Vec<ID>>,
    /// The version you read, if you want to be told when somebody else changed it since.
    pub expected_version: Option<i32>,
}

impl InitiativeUpdateInput {
    fn read(self) -> Outcome<(uuid::Uuid, Option<i32>, domain::InitiativeUpdate)> {
        let Self {
            id,
            name,
            description,
            starts_on,
            ends_on,
            target_groups,
            minimum_age,
            website,
            budget,
            neighbourhoods,
            partners,
            expected_version,
        } = self;
        let mut problems = Problems::new();
        let id = problems.check(input_id(Kind::Initiative, "id", &id));
        let neighbourhoods = neighbourhoods.map(|places| {
            ids(
                Kind::Neighbourhood,
                "neighbourhoods",
                &places,
                &mut problems,
            )
        });
        let partners =
            partners.map(|partners| ids(Kind::Partner, "partners", &partners, &mut problems));
        let date = |date: MaybeUndefined<Date>| Change::from(date.map_value(|date| date.0));
        problems.into_value(id).map(|id| {
            let update = domain::InitiativeUpdate {
                name,
                description: description.into(),
                starts_on: date(starts_on),
                ends_on: date(ends_on),
                target_groups,
                minimum_age: minimum_age.into(),
                website: website.map_value(|website| website.0).into(),
                budget_cents: budget.map_value(MoneyInput::euro_cents).into(),
                neighbourhoods,
                partners,
            };
            (id, expected_version, update)
        })
    }
}

/// An evaluation to put on record: at least one mark or one text.
#[derive(Debug, InputObject)]
pub struct InitiativeEvaluateInput {
    /// The initiative it is about.
    pub initiative: ID,
    /// How strongly it is recommended to others, from 0 to 10.
    pub recommendation: Option<i32>,
    /// How much it achieved, from 0 to 10.
    pub impact: Option<i32>,
    /// What went well, at most 10,000 characters.
    pub strengths: Option<String>,
    /// What stood in the way, at most 10,000 characters.
    pub barriers: Option<String>,
    /// What remains of it, at most 10,000 characters.
    pub lasting_impact: Option<String>,
    /// The day of the evaluation.
    pub evaluated_on: Option<Date>,
    /// A UUID of your own. Repeating the mutation with the same key and input within 24 hours
    /// makes no second record.
    pub idempotency_key: Option<Uuid>,
}

impl InitiativeEvaluateInput {
    fn read(self) -> Outcome<(uuid::Uuid, domain::NewEvaluation)> {
        let Self {
            initiative,
            recommendation,
            impact,
            strengths,
            barriers,
            lasting_impact,
            evaluated_on,
            idempotency_key: _,
        } = self;
        let initiative = input_id(Kind::Initiative, "initiative", &initiative)?;
        let evaluation = domain::NewEvaluation {
            recommendation,
            impact,
            strengths,
            barriers,
            lasting_impact,
            evaluated_on: evaluated_on.map(|date| date.0),
        };
        Ok((initiative, evaluation))
    }
}

payload! {
    /// What came of `initiativeCreate`.
    InitiativeCreatePayload, initiative: Initiative
}
payload! {
    /// What came of `initiativeUpdate`.
    InitiativeUpdatePayload, initiative: Initiative
}
payload! {
    /// What came of `initiativeEvaluate`.
    InitiativeEvaluatePayload, evaluation: Evaluation
}

/// What can be done with initiatives.
#[derive(Default)]
pub struct InitiativeMutation;

#[Object]
impl InitiativeMutation {
    /// Adds an initiative. For the coordinator of its municipality and for administrators.
    async fn initiative_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The initiative.")] input: InitiativeCreateInput,
    ) -> Option<Result<InitiativeCreatePayload, Error>> {
        let done = async {
            let key = idempotency(
                ctx,
                "initiativeCreate",
                input.idempotency_key.map(|key| key.0),
            )?;
            let outcome = match input.read() {
                Ok(new) => domain::create(cx(ctx)?, new, key).await,
                Err(refusal) => Err(refusal),
            };
            InitiativeCreatePayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Changes an initiative. For the coordinator of its municipality and for administrators.
    async fn initiative_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: InitiativeUpdateInput,
    ) -> Option<Result<InitiativeUpdatePayload, Error>> {
        let done = async {
            let outcome = match input.read() {
                Ok((id, expected, update)) => domain::update(cx(ctx)?, id, expected, update).await,
                Err(refusal) => Err(refusal),
            };
            InitiativeUpdatePayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Puts an evaluation of an initiative on record. For the coordinator of its municipality and
    /// for administrators.
    async fn initiative_evaluate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The evaluation.")] input: InitiativeEvaluateInput,
    ) -> Option<Result<InitiativeEvaluatePayload, Error>> {
        let done = async {
            let key = idempotency(
                ctx,
                "initiativeEvaluate",
                input.idempotency_key.map(|key| key.0),
            )?;
            let outcome = match input.read() {
                Ok((initiative, new)) => domain::evaluate(cx(ctx)?, initiative, new, key).await,
                Err(refusal) => Err(refusal),
            };
            InitiativeEvaluatePayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }
}
