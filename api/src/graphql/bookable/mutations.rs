//! Adding and changing rooms and things.

use async_graphql::{Context, Error, ID, InputObject, MaybeUndefined, Object};
use nabij_entity::bookable::{AccessFeature, BookableAction, BookableKind};

use super::Bookable;
use crate::{
    domain::{Outcome, Problems, bookable as domain},
    graphql::{
        errors::{FieldResult, input_id},
        payload::payload,
        scalars::Uuid,
        selection::{cx, idempotency},
    },
    store::Kind,
};

/// A room or a thing to add.
#[derive(Debug, InputObject)]
pub struct BookableCreateInput {
    /// The partner it belongs to.
    pub partner: ID,
    /// Whether it is a room or a thing.
    pub kind: BookableKind,
    /// The neighbourhood in which it lies or is kept. It can be used in others too.
    pub neighbourhood: ID,
    /// Its name, at most 200 characters.
    pub name: String,
    /// What it is, and what to keep in mind when using it, at most 10,000 characters. Public: name
    /// no private person.
    pub description: Option<String>,
    /// Where it lies or is kept, at most 200 characters. Public.
    pub address: Option<String>,
    /// How many people there is room for.
    pub capacity: Option<i32>,
    /// What makes it fit for people with a disability.
    #[graphql(default)]
    pub accessibility: Vec<AccessFeature>,
    /// A UUID of your own. Repeating the mutation with the same key and input within 24 hours
    /// makes no second record.
    pub idempotency_key: Option<Uuid>,
}

impl BookableCreateInput {
    fn read(self) -> Outcome<domain::NewBookable> {
        let Self {
            partner,
            kind,
            neighbourhood,
            name,
            description,
            address,
            capacity,
            accessibility,
            idempotency_key: _,
        } = self;
        let mut problems = Problems::new();
        let partner = problems.check(input_id(Kind::Partner, "partner", &partner));
        let neighbourhood = problems.check(input_id(
            Kind::Neighbourhood,
            "neighbourhood",
            &neighbourhood,
        ));
        let (partner, neighbourhood) = problems.into_value(partner.zip(neighbourhood))?;
        Ok(domain::NewBookable {
            partner,
            kind,
            neighbourhood,
            name,
            description,
            address,
            capacity,
            accessibility,
        })
    }
}

/// What changes of a room or a thing. What is absent stays as it is; null clears it.
#[derive(Debug, InputObject)]
pub struct BookableUpdateInput {
    /// The room or the thing.
    pub id: ID,
    /// Its name, at most 200 characters.
    pub name: Option<String>,
    /// What it is, and what to keep in mind when using it, at most 10,000 characters. Public.
    pub description: MaybeUndefined<String>,
    /// Where it lies or is kept, at most 200 characters. Public.
    pub address: MaybeUndefined<String>,
    /// How many people there is room for; null if nobody counts.
    pub capacity: MaybeUndefined<i32>,
    /// What makes it fit for people with a disability: all of it.
    pub accessibility: Option<Vec<AccessFeature>>,
    /// The version you read, if you want to be told when somebody else changed it since.
    pub expected_version: Option<i32>,
}

impl BookableUpdateInput {
    fn read(self) -> Outcome<(uuid::Uuid, Option<i32>, domain::BookableUpdate)> {
        let Self {
            id,
            name,
            description,
            address,
            capacity,
            accessibility,
            expected_version,
        } = self;
        let update = domain::BookableUpdate {
            name,
            description: description.into(),
            address: address.into(),
            capacity: capacity.into(),
            accessibility,
        };
        let id = input_id(Kind::Bookable, "id", &id)?;
        Ok((id, expected_version, update))
    }
}

/// A room or a thing that takes no more bookings.
#[derive(Debug, InputObject)]
pub struct BookableRetireInput {
    /// The room or the thing.
    pub id: ID,
    /// The version you read, if you want to be told when somebody else changed it since.
    pub expected_version: Option<i32>,
}

/// A room or a thing that takes bookings again.
#[derive(Debug, InputObject)]
pub struct BookableRestoreInput {
    /// The room or the thing.
    pub id: ID,
    /// The version you read, if you want to be told when somebody else changed it since.
    pub expected_version: Option<i32>,
}

payload! {
    /// What came of `bookableCreate`.
    BookableCreatePayload, bookable: Bookable
}
payload! {
    /// What came of `bookableUpdate`.
    BookableUpdatePayload, bookable: Bookable
}
payload! {
    /// What came of `bookableRetire`.
    BookableRetirePayload, bookable: Bookable
}
payload! {
    /// What came of `bookableRestore`.
    BookableRestorePayload, bookable: Bookable
}

/// What can be done with rooms and things.
#[derive(Default)]
pub struct BookableMutation;

#[Object]
impl BookableMutation {
    /// Adds a room or a thing that a partner lends to the neighbourhood. For the coordinator of
    /// that partner and for administrators.
    async fn bookable_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is lent.")] input: BookableCreateInput,
    ) -> Option<Result<BookableCreatePayload, Error>> {
        let done = async {
            let key = input.idempotency_key.as_ref().map(|key| key.0);
            let key = idempotency(ctx, "bookableCreate", key)?;
            let outcome = match input.read() {
                Ok(new) => domain::create(cx(ctx)?, new, key).await,
                Err(refusal) => Err(refusal),
            };
            BookableCreatePayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Changes what is known of a room or a thing. For the coordinator of its partner and for
    /// administrators.
    async fn bookable_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: BookableUpdateInput,
    ) -> Option<Result<BookableUpdatePayload, Error>> {
        let done = async {
            let outcome = match input.read() {
                Ok((id, version, update)) => domain::update(cx(ctx)?, id, version, update).await,
                Err(refusal) => Err(refusal),
            };
            BookableUpdatePayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Takes a room or a thing out of use: it takes no more bookings. Those made before stand; call
    /// them off one by one if need be. For the coordinator of its partner and for administrators.
    async fn bookable_retire(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: BookableRetireInput,
    ) -> Option<Result<BookableRetirePayload, Error>> {
        let BookableRetireInput {
            id,
            expected_version,
        } = input;
        let done = async {
            let outcome = transition(ctx, &id, expected_version, BookableAction::Retire).await?;
            BookableRetirePayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Takes a room or a thing into use again. For the coordinator of its partner and for
    /// administrators.
    async fn bookable_restore(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: BookableRestoreInput,
    ) -> Option<Result<BookableRestorePayload, Error>> {
        let BookableRestoreInput {
            id,
            expected_version,
        } = input;
        let done = async {
            let outcome = transition(ctx, &id, expected_version, BookableAction::Restore).await?;
            BookableRestorePayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }
}

async fn transition(
    ctx: &Context<'_>,
    id: &ID,
    expected_version: Option<i32>,
    action: BookableAction,
) -> FieldResult<Outcome<uuid::Uuid>> {
    Ok(match input_id(Kind::Bookable, "id", id) {
        Ok(id) => domain::transition(cx(ctx)?, id, expected_version, action).await,
        Err(problem) => Err(problem.into()),
    })
}
