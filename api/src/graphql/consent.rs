//! Consents in the schema.

use async_graphql::{Context, Error, ID, InputObject, Object};
use nabij_entity::consent::{self, ConsentAction, ConsentKind, ConsentMethod};

use super::{
    errors::{FieldResult, input_id, input_id_opt},
    event::Event,
    paging::{self, Paging, Records},
    partner::Partner,
    payload::{payload, record_type},
    resident::Resident,
    scalars::{DateTime, Uuid},
    selection::{cx, idempotency},
};
use crate::{
    domain::{Outcome, Problems, consent as domain},
    ids,
    store::{Kind, Visible},
};

/// Something a resident agreed to, in force until it is withdrawn. The kinds are separate: none
/// implies another.
#[derive(async_graphql::Description)]
pub struct Consent(pub(super) Visible<consent::Entity>);
record_type!(Consent, consent::Entity);

#[Object(use_type_description)]
impl Consent {
    /// Its id (TypeID).
    pub async fn id(&self) -> ID {
        ids::type_id(Kind::Consent, self.0.id).into()
    }

    /// What the resident agreed to.
    async fn kind(&self) -> ConsentKind {
        self.0.kind
    }

    /// How it was given.
    async fn method(&self) -> ConsentMethod {
        self.0.method
    }

    /// The resident; null when you may see the consent and not the person.
    async fn resident(&self) -> FieldResult<Option<Resident>> {
        Ok(self.0.one("resident")?.map(Resident))
    }

    /// The partner with which may be shared; for SHARE_WITH_PARTNER.
    async fn partner(&self) -> FieldResult<Option<Partner>> {
        Ok(self.0.one("partner")?.map(Partner))
    }

    /// When it was given.
    async fn given_at(&self) -> DateTime {
        self.0.given_at.into()
    }

    /// When it was withdrawn; null while it is in force.
    async fn withdrawn_at(&self) -> Option<DateTime> {
        self.0.withdrawn_at.map(Into::into)
    }

    /// What you may do with it now; draw your buttons from this.
    async fn allowed_actions(&self, ctx: &Context<'_>) -> FieldResult<Vec<ConsentAction>> {
        Ok(domain::allowed_to(&cx(ctx)?.viewer(), &self.0))
    }

    /// What happened to it, in order.
    async fn history(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<Event>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        paging::along(self.0.node(), "history", &paging)
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

/// A consent to record.
#[derive(Debug, InputObject)]
pub struct ConsentRecordInput {
    /// The resident who consents.
    pub resident: ID,
    /// What they agree to.
    pub kind: ConsentKind,
    /// The partner with whom their data may be shared; required for kind
    /// `SHARE_WITH_PARTNER`, and for that kind only.
    pub partner: Option<ID>,
    /// How it was given.
    pub method: ConsentMethod,
    /// When it was given; now when left out. Never in the future.
    pub given_at: Option<DateTime>,
    /// A UUID of your own. Repeating the mutation with the same key and input within 24 hours
    /// makes no second record.
    pub idempotency_key: Option<Uuid>,
}

impl ConsentRecordInput {
    fn read(self) -> Outcome<domain::Given> {
        let Self {
            resident,
            kind,
            partner,
            method,
            given_at,
            idempotency_key: _,
        } = self;
        let mut problems = Problems::new();
        let resident = problems.check(input_id(Kind::Resident, "resident", &resident));
        let partner = problems.check(input_id_opt(Kind::Partner, "partner", partner.as_ref()));
        problems
            .into_value(resident.zip(partner))
            .map(|(resident, partner)| domain::Given {
                resident,
                kind,
                partner,
                method,
                at: given_at.map(|at| at.0),
            })
    }
}

/// A consent that the resident withdraws.
#[derive(Debug, InputObject)]
pub struct ConsentWithdrawInput {
    /// The consent.
    pub id: ID,
    /// The version you read, if you want to be told when somebody else changed it since.
    pub expected_version: Option<i32>,
}

payload! {
    /// What came of `consentRecord`.
    ConsentRecordPayload, consent: Consent
}
payload! {
    /// What came of `consentWithdraw`.
    ConsentWithdrawPayload, consent: Consent
}

/// What can be done with consents.
#[derive(Default)]
pub struct ConsentMutation;

#[Object]
impl ConsentMutation {
    /// Records what a resident agreed to, as the place's coordinator. That they accept help
    /// (`ACCEPT_HELP`) is also recorded by the partner of an open referral that is about them.
    async fn consent_record(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The consent.")] input: ConsentRecordInput,
    ) -> Option<Result<ConsentRecordPayload, Error>> {
        let done = async {
            let key = idempotency(ctx, "consentRecord", input.idempotency_key.map(|key| key.0))?;
            let outcome = match input.read() {
                Ok(given) => domain::record(cx(ctx)?, given, key).await,
                Err(refusal) => Err(refusal),
            };
            ConsentRecordPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Records that a resident withdrew a consent. It counts at once: every open referral that
    /// rests on it is cancelled, what was passed on too, and the partners see that and nothing of the
    /// resident through it any more. When they accept help no longer, call-outs for them are
    /// cancelled, and no volunteer sees them.
    async fn consent_withdraw(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: ConsentWithdrawInput,
    ) -> Option<Result<ConsentWithdrawPayload, Error>> {
        let ConsentWithdrawInput {
            id,
            expected_version,
        } = input;
        let done = async {
            let outcome = match input_id(Kind::Consent, "id", &id) {
                Ok(id) => domain::withdraw(cx(ctx)?, id, expected_version).await,
                Err(problem) => Err(problem.into()),
            };
            ConsentWithdrawPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }
}
