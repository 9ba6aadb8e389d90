//! The advisory group of an initiative in the schema.

use async_graphql::{Context, Error, ID, InputObject, Object};
use nabij_entity::initiative_advisor;

use super::Initiative;
use crate::{
    domain::{Outcome, Problems, initiative::advisor as domain},
    graphql::{
        ambassador::Ambassador,
        errors::{FieldResult, input_id, input_id_opt},
        partner::Partner,
        payload::{payload, record_type},
        scalars::{DateTime, Uuid},
        selection::{cx, idempotency},
    },
    ids,
    store::{Kind, Visible},
};

/// A seat in the advisory group of an initiative: a partner's, a volunteer's, or one that is told
/// in words.
#[derive(async_graphql::Description)]
pub struct Advisor(pub(in crate::graphql) Visible<initiative_advisor::Entity>);
record_type!(Advisor, initiative_advisor::Entity);

#[Object(use_type_description)]
impl Advisor {
    /// Its id (TypeID).
    pub async fn id(&self) -> ID {
        ids::type_id(Kind::Advisor, self.0.id).into()
    }

    /// The initiative that is advised.
    async fn initiative(&self) -> FieldResult<Initiative> {
        Ok(Initiative(self.0.always("initiative")?))
    }

    /// The partner that has the seat, if one has.
    async fn partner(&self) -> FieldResult<Option<Partner>> {
        Ok(self.0.one("partner")?.map(Partner))
    }

    /// The volunteer who has the seat; null when none has or they aren't shown to you.
    async fn ambassador(&self) -> FieldResult<Option<Ambassador>> {
        Ok(self.0.one("ambassador")?.map(Ambassador))
    }

    /// On whose behalf the seat is taken, in words without a name.
    async fn position(&self) -> Option<&str> {
        self.0.position.as_deref()
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

/// A seat to add: a partner's, a volunteer's, or one that is told in words; at least one of these.
#[derive(Debug, InputObject)]
pub struct InitiativeAdvisorAddInput {
    /// The initiative.
    pub initiative: ID,
    /// The partner that takes the seat.
    pub partner: Option<ID>,
    /// The volunteer who takes the seat.
    pub ambassador: Option<ID>,
    /// On whose behalf it is taken, such as "the residents of Cothen", at most 200 characters.
    /// Everybody can read it: leave names out.
    pub position: Option<String>,
    /// A UUID of your own. Repeating the mutation with the same key and input within 24 hours
    /// makes no second record.
    pub idempotency_key: Option<Uuid>,
}

impl InitiativeAdvisorAddInput {
    fn read(self) -> Outcome<domain::NewAdvisor> {
        let Self {
            initiative,
            partner,
            ambassador,
            position,
            idempotency_key: _,
        } = self;
        let mut problems = Problems::new();
        let initiative = problems.check(input_id(Kind::Initiative, "initiative", &initiative));
        let partner = problems.check(input_id_opt(Kind::Partner, "partner", partner.as_ref()));
        let ambassador = input_id_opt(Kind::Ambassador, "ambassador", ambassador.as_ref());
        let ambassador = problems.check(ambassador);
        problems
            .into_value(initiative.zip(partner).zip(ambassador))
            .map(|((initiative, partner), ambassador)| domain::NewAdvisor {
                initiative,
                partner,
                ambassador,
                position,
            })
    }
}

/// A seat to take away.
#[derive(Debug, InputObject)]
pub struct InitiativeAdvisorRemoveInput {
    /// The seat.
    pub id: ID,
}

payload! {
    /// What came of `initiativeAdvisorAdd`.
    InitiativeAdvisorAddPayload, advisor: Advisor
}
payload! {
    /// What came of `initiativeAdvisorRemove`.
    InitiativeAdvisorRemovePayload, initiative: Initiative
}

/// What can be done with advisory groups.
#[derive(Default)]
pub struct AdvisorMutation;

#[Object]
impl AdvisorMutation {
    /// Adds a seat to the advisory group of an initiative. For the coordinator of its municipality
    /// and for administrators.
    async fn initiative_advisor_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The seat.")] input: InitiativeAdvisorAddInput,
    ) -> Option<Result<InitiativeAdvisorAddPayload, Error>> {
        let done = async {
            let key = input.idempotency_key.map(|key| key.0);
            let key = idempotency(ctx, "initiativeAdvisorAdd", key)?;
            let outcome = match input.read() {
                Ok(new) => domain::add(cx(ctx)?, new, key).await,
                Err(refusal) => Err(refusal),
            };
            InitiativeAdvisorAddPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Takes a seat away from the advisory group of an initiative. For the coordinator of its
    /// municipality and for administrators.
    async fn initiative_advisor_remove(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The seat.")] input: InitiativeAdvisorRemoveInput,
    ) -> Option<Result<InitiativeAdvisorRemovePayload, Error>> {
        let done = async {
            let InitiativeAdvisorRemoveInput { id } = input;
            let outcome = match input_id(Kind::Advisor, "id", &id) {
                Ok(id) => domain::remove(cx(ctx)?, id).await,
                Err(problem) => Err(problem.into()),
            };
            InitiativeAdvisorRemovePayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }
}
