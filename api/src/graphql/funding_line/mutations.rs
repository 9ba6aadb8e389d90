//! What can be done with funding lines.

use async_graphql::{Context, Error, ID, InputObject, MaybeUndefined, Object, OneofObject};
use nabij_entity::funding_line::FundingKind;

use super::FundingLine;
use crate::{
    domain::{Change, Outcome, Problem, Problems, funding_line as domain},
    graphql::{
        errors::{FieldResult, input_id},
        money::MoneyInput,
        payload::payload,
        scalars::{Date, Uuid},
        selection::{cx, idempotency},
    },
    store::Kind,
};

/// What is paid for: exactly one of these.
#[derive(Debug, OneofObject)]
pub enum FundingPurposeInput {
    /// A plan.
    Plan(ID),
    /// An initiative.
    Initiative(ID),
}

impl FundingPurposeInput {
    fn read(&self) -> Result<domain::Purpose, Problem> {
        Ok(match self {
            Self::Plan(id) => domain::Purpose::Plan(input_id(Kind::Plan, "for.plan", id)?),
            Self::Initiative(id) => {
                domain::Purpose::Initiative(input_id(Kind::Initiative, "for.initiative", id)?)
            }
        })
    }
}

/// Who pays: exactly one of these.
#[derive(Debug, OneofObject)]
pub enum FunderInput {
    /// A partner.
    Partner(ID),
    /// The name of an organisation that is no partner.
    Name(String),
}

impl FunderInput {
    fn read(self) -> Result<domain::Funder, Problem> {
        Ok(match self {
            Self::Partner(id) => {
                domain::Funder::Partner(input_id(Kind::Partner, "funder.partner", &id)?)
            }
            Self::Name(name) => domain::Funder::Named(name),
        })
    }
}

/// A funder to add to an initiative or a plan.
#[derive(Debug, InputObject)]
pub struct FundingLineAddInput {
    /// What is paid for.
    pub r#for: FundingPurposeInput,
    /// Who pays.
    pub funder: FunderInput,
    /// What kind of money it is.
    pub kind: FundingKind,
    /// How much is going to be asked for.
    pub requested: Option<MoneyInput>,
    /// What it is for, and the like; at most 10,000 characters. Required for kind OTHER.
    pub note: Option<String>,
    /// A UUID of your own. Repeating the mutation with the same key and input within 24 hours
    /// makes no second record.
    pub idempotency_key: Option<Uuid>,
}

impl FundingLineAddInput {
    fn read(self) -> Outcome<domain::NewLine> {
        let Self {
            r#for,
            funder,
            kind,
            requested,
            note,
            idempotency_key: _,
        } = self;
        let mut problems = Problems::new();
        let purpose = problems.check(r#for.read());
        let funder = problems.check(funder.read());
        problems
            .into_value(purpose.zip(funder))
            .map(|(purpose, funder)| domain::NewLine {
                purpose,
                funder,
                kind,
                requested_cents: requested.map(MoneyInput::euro_cents),
                note,
            })
    }
}

/// What changes of a funding line. What is absent stays as it is; null clears it.
#[derive(Debug, InputObject)]
pub struct FundingLineUpdateInput {
    /// The funding line.
    pub id: ID,
    /// What kind of money it is.
    pub kind: Option<FundingKind>,
    /// How much is asked for; not once the funder has granted it.
    pub requested: MaybeUndefined<MoneyInput>,
    /// What it is for, and the like; at most 10,000 characters.
    pub note: MaybeUndefined<String>,
    /// The version you read, if you want to be told when somebody else changed it since.
    pub expected_version: Option<i32>,
}

impl FundingLineUpdateInput {
    fn read(self) -> Outcome<(uuid::Uuid, Option<i32>, domain::LineUpdate)> {
        let Self {
            id,
            kind,
            requested,
            note,
            expected_version,
        } = self;
        let id = input_id(Kind::FundingLine, "id", &id)?;
        let update = domain::LineUpdate {
            kind,
            requested_cents: Change::from(requested.map_value(MoneyInput::euro_cents)),
            note: note.into(),
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
            /// The funding line.
            pub id: ID,
            $($(#[$field_doc])* pub $field: $type,)*
            /// The version you read, if you want to be told when somebody else changed it since.
            pub expected_version: Option<i32>,
        }
    };
}

step_input! {
    /// A funder that was asked.
    FundingLineApplyInput {
        /// For how much, if that isn't on record or changed.
        requested: Option<MoneyInput>,
        /// The day; today when left out.
        on: Option<Date>,
    }
}
step_input! {
    /// A funder that grants it.
    FundingLineGrantInput {
        /// How much.
        granted: MoneyInput,
        /// The day of the decision; today when left out.
        on: Option<Date>,
        /// More about it, at most 10,000 characters.
        note: Option<String>,
    }
}
step_input! {
    /// A funder that refuses it.
    FundingLineRefuseInput {
        /// The day of the decision; today when left out.
        on: Option<Date>,
        /// More about it, at most 10,000 characters.
        note: Option<String>,
    }
}
step_input! {
    /// A funder that paid.
    FundingLinePayInput {
    }
}

payload! {
    /// What came of `fundingLineAdd`.
    FundingLineAddPayload, funding_line: FundingLine
}
payload! {
    /// What came of `fundingLineUpdate`.
    FundingLineUpdatePayload, funding_line: FundingLine
}
payload! {
    /// What came of `fundingLineApply`.
    FundingLineApplyPayload, funding_line: FundingLine
}
payload! {
    /// What came of `fundingLineGrant`.
    FundingLineGrantPayload, funding_line: FundingLine
}
payload! {
    /// What came of `fundingLineRefuse`.
    FundingLineRefusePayload, funding_line: FundingLine
}
payload! {
    /// What came of `fundingLinePay`.
    FundingLinePayPayload, funding_line: FundingLine
}

/// What can be done with funding lines.
#[derive(Default)]
pub struct FundingLineMutation;

#[Object]
impl FundingLineMutation {
    /// Adds a funder to an initiative or a plan. For the place's coordinator, the
    /// plan's facilitator and administrators.
    async fn funding_line_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The funding line.")] input: FundingLineAddInput,
    ) -> Option<Result<FundingLineAddPayload, Error>> {
        let done = async {
            let key = input.idempotency_key.map(|key| key.0);
            let key = idempotency(ctx, "fundingLineAdd", key)?;
            let outcome = match input.read() {
                Ok(new) => domain::add(cx(ctx)?, new, key).await,
                Err(refusal) => Err(refusal),
            };
            FundingLineAddPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Changes a funding line. For the place's coordinator, the
    /// plan's facilitator and administrators.
    async fn funding_line_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: FundingLineUpdateInput,
    ) -> Option<Result<FundingLineUpdatePayload, Error>> {
        let done = async {
            let outcome = match input.read() {
                Ok((id, expected, update)) => domain::update(cx(ctx)?, id, expected, update).await,
                Err(refusal) => Err(refusal),
            };
            FundingLineUpdatePayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Puts on record that the funder was asked, also again after a refusal.
    async fn funding_line_apply(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one, and what the step needs.")] input: FundingLineApplyInput,
    ) -> Option<Result<FundingLineApplyPayload, Error>> {
        let FundingLineApplyInput {
            id,
            requested,
            on,
            expected_version,
        } = input;
        let done = async {
            let step = domain::Transitioning::Apply {
                requested_cents: requested.map(MoneyInput::euro_cents),
                on: on.map(|date| date.0),
            };
            let outcome = transition(ctx, &id, expected_version, step).await?;
            FundingLineApplyPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Puts on record that the funder grants it, and how much.
    async fn funding_line_grant(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one, and what the step needs.")] input: FundingLineGrantInput,
    ) -> Option<Result<FundingLineGrantPayload, Error>> {
        let FundingLineGrantInput {
            id,
            granted,
            on,
            note,
            expected_version,
        } = input;
        let done = async {
            let step = domain::Transitioning::Grant {
                granted_cents: granted.euro_cents(),
                on: on.map(|date| date.0),
                note,
            };
            let outcome = transition(ctx, &id, expected_version, step).await?;
            FundingLineGrantPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Puts on record that the funder refuses it.
    async fn funding_line_refuse(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one, and what the step needs.")] input: FundingLineRefuseInput,
    ) -> Option<Result<FundingLineRefusePayload, Error>> {
        let FundingLineRefuseInput {
            id,
            on,
            note,
            expected_version,
        } = input;
        let done = async {
            let step = domain::Transitioning::Refuse {
                on: on.map(|date| date.0),
                note,
            };
            let outcome = transition(ctx, &id, expected_version, step).await?;
            FundingLineRefusePayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Puts on record that the money came in.
    async fn funding_line_pay(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one, and what the step needs.")] input: FundingLinePayInput,
    ) -> Option<Result<FundingLinePayPayload, Error>> {
        let FundingLinePayInput {
            id,
            expected_version,
        } = input;
        let done = async {
            let step = domain::Transitioning::Pay;
            let outcome = transition(ctx, &id, expected_version, step).await?;
            FundingLinePayPayload::of(ctx, outcome).await
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
    Ok(match input_id(Kind::FundingLine, "id", id) {
        Ok(id) => domain::transition(cx(ctx)?, id, expected_version, step).await,
        Err(problem) => Err(problem.into()),
    })
}
