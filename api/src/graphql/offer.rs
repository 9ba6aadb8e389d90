//! Offers in the schema.

use async_graphql::{Context, Error, ID, InputObject, Object};
use nabij_entity::offer::{self, OfferAction, OfferStatus};

use super::{
    ambassador::Ambassador,
    call_out::CallOut,
    errors::{self, FieldResult, input_id, input_id_opt},
    event::Event,
    paging::{self, Paging, Records},
    payload::{payload, record_type},
    scalars::{DateTime, Uuid},
    selection::{cx, find, idempotency},
};
use crate::{
    domain::{Outcome, Problems, offer as domain},
    ids,
    store::{Kind, Visible},
};

/// A volunteer's answer to a call-out. Volunteers don't see each other's.
#[derive(async_graphql::Description)]
pub struct Offer(pub(super) Visible<offer::Entity>);
record_type!(Offer, offer::Entity);

#[Object(use_type_description)]
impl Offer {
    /// Its id (TypeID).
    pub async fn id(&self) -> ID {
        ids::type_id(Kind::Offer, self.0.id).into()
    }

    /// Where it stands.
    async fn status(&self) -> OfferStatus {
        self.0.status
    }

    /// What the volunteer says to the contact person; null when that is nothing, or closed with the
    /// consent on which the referral rested.
    async fn note(&self) -> Option<&str> {
        self.0.note.as_deref()
    }

    /// When it was selected; stays when it is withdrawn afterwards.
    async fn selected_at(&self) -> Option<DateTime> {
        self.0.selected_at.map(DateTime)
    }

    /// Why it was declined or withdrawn, in words; null when that is nothing, or closed with the
    /// consent on which the referral rested.
    async fn status_note(&self) -> Option<&str> {
        self.0.status_note.as_deref()
    }

    /// The call-out it answers; null when that isn't shown to you.
    async fn call_out(&self) -> FieldResult<Option<CallOut>> {
        Ok(self.0.one("callOut")?.map(CallOut))
    }

    /// The volunteer who offers; null when they aren't shown to you any more.
    async fn ambassador(&self) -> FieldResult<Option<Ambassador>> {
        Ok(self.0.one("ambassador")?.map(Ambassador))
    }

    /// What you may do with it now; draw your buttons from this.
    async fn allowed_actions(&self, ctx: &Context<'_>) -> FieldResult<Vec<OfferAction>> {
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

    /// When it was made.
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

/// Queries about offers.
#[derive(Default)]
pub struct OfferQuery;

#[Object]
impl OfferQuery {
    /// An offer by its id; null when there is none or you may not see it. Lists of them are `offers`
    /// of a call-out and of an ambassador.
    async fn offer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: ID,
    ) -> Option<Result<Offer, Error>> {
        let found = async { find(ctx, errors::id(Kind::Offer, &id)?).await };
        found.await.map_err(Error::from).transpose()
    }
}

/// An offer to make.
#[derive(Debug, InputObject)]
pub struct OfferMakeInput {
    /// The call-out it answers.
    pub call_out: ID,
    /// The volunteer who offers: only for the contact person, who writes down what a volunteer of
    /// the pool told them. You yourself when left out.
    pub ambassador: Option<ID>,
    /// What the volunteer says to the contact person, at most 10,000 characters.
    pub note: Option<String>,
    /// A UUID of your own. Repeating the mutation with the same key and input within 24 hours
    /// makes no second record.
    pub idempotency_key: Option<Uuid>,
}

impl OfferMakeInput {
    fn read(self) -> Outcome<domain::Making> {
        let Self {
            call_out,
            ambassador,
            note,
            idempotency_key: _,
        } = self;
        let mut problems = Problems::new();
        let call_out = problems.check(input_id(Kind::CallOut, "callOut", &call_out));
        let ambassador = input_id_opt(Kind::Ambassador, "ambassador", ambassador.as_ref());
        let ambassador = problems.check(ambassador);
        let ids = problems.into_value(call_out.zip(ambassador));
        ids.map(|(call_out, ambassador)| domain::Making {
            call_out,
            ambassador,
            note,
        })
    }
}

/// An offer to select.
#[derive(Debug, InputObject)]
pub struct OfferSelectInput {
    /// The offer.
    pub id: ID,
    /// The version you read, if you want to be told when somebody else changed it since.
    pub expected_version: Option<i32>,
}

/// An offer that isn't needed.
#[derive(Debug, InputObject)]
pub struct OfferDeclineInput {
    /// The offer.
    pub id: ID,
    /// A word for the volunteer.
    pub note: Option<String>,
    /// The version you read, if you want to be told when somebody else changed it since.
    pub expected_version: Option<i32>,
}

/// An offer to take back.
#[derive(Debug, InputObject)]
pub struct OfferWithdrawInput {
    /// The offer.
    pub id: ID,
    /// A word for the contact person.
    pub note: Option<String>,
    /// The version you read, if you want to be told when somebody else changed it since.
    pub expected_version: Option<i32>,
}

payload! {
    /// What came of `offerMake`.
    OfferMakePayload, offer: Offer
}
payload! {
    /// What came of `offerSelect`.
    OfferSelectPayload, offer: Offer
}
payload! {
    /// What came of `offerDecline`.
    OfferDeclinePayload, offer: Offer
}
payload! {
    /// What came of `offerWithdraw`.
    OfferWithdrawPayload, offer: Offer
}

/// What can be done with offers.
#[derive(Default)]
pub struct OfferMutation;

#[Object]
impl OfferMutation {
    /// Offers to help with an open call-out of your pool. It takes an active volunteer with role
    /// HELPER or BUDDY and a confidentiality briefing on record.
    async fn offer_make(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The offer.")] input: OfferMakeInput,
    ) -> Option<Result<OfferMakePayload, Error>> {
        let done = async {
            let key = idempotency(ctx, "offerMake", input.idempotency_key.map(|key| key.0))?;
            let outcome = match input.read() {
                Ok(making) => domain::make(cx(ctx)?, making, key).await,
                Err(refusal) => Err(refusal),
            };
            OfferMakePayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Selects a volunteer, for the partner that called: accepts the referral if it was only
    /// requested, and opens what it discloses of the resident for this volunteer and no other. It
    /// takes the resident's consent of kind `ACCEPT_HELP` (`consentRecord`). The other offers stay in
    /// reserve.
    async fn offer_select(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: OfferSelectInput,
    ) -> Option<Result<OfferSelectPayload, Error>> {
        let OfferSelectInput {
            id,
            expected_version,
        } = input;
        let done = async {
            let outcome = match input_id(Kind::Offer, "id", &id) {
                Ok(id) => domain::select(cx(ctx)?, id, expected_version).await,
                Err(problem) => Err(problem.into()),
            };
            OfferSelectPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Says that an offer isn't needed, for the partner that called.
    async fn offer_decline(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: OfferDeclineInput,
    ) -> Option<Result<OfferDeclinePayload, Error>> {
        let OfferDeclineInput {
            id,
            note,
            expected_version,
        } = input;
        let done = async {
            let outcome = match input_id(Kind::Offer, "id", &id) {
                Ok(id) => domain::decline(cx(ctx)?, id, expected_version, note).await,
                Err(problem) => Err(problem.into()),
            };
            OfferDeclinePayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Takes an offer back, for the volunteer or the contact person they told. After a selection
    /// the details are locked again at once and the call-out is open anew: until its deadline, or
    /// for 24 hours when that has passed.
    async fn offer_withdraw(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: OfferWithdrawInput,
    ) -> Option<Result<OfferWithdrawPayload, Error>> {
        let OfferWithdrawInput {
            id,
            note,
            expected_version,
        } = input;
        let done = async {
            let outcome = match input_id(Kind::Offer, "id", &id) {
                Ok(id) => domain::withdraw(cx(ctx)?, id, expected_version, note).await,
                Err(problem) => Err(problem.into()),
            };
            OfferWithdrawPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }
}
