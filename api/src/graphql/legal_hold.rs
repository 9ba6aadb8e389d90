//! Legal holds in the schema.

use async_graphql::{Context, Error, ID, InputObject, Object, OneofObject};
use nabij_entity::legal_hold;

use super::{
    access::User,
    errors::{FieldResult, input_id},
    event::Event,
    filters::{IdFilter, combine},
    paging::{self, Paging, Records},
    payload::{payload, record_type},
    place::Municipality,
    resident::Resident,
    scalars::{DateTime, Uuid},
    selection::{cx, idempotency, list},
    signal::Signal,
};
use crate::{
    domain::legal_hold as domain,
    ids,
    store::{Filter, Kind, OrderTerm, Scalar, Visible, legal_hold as store},
};

/// What must be kept although its period is over, or although somebody asks to be erased, for a legal
/// claim or because a law says so (GDPR article 17(3)). While it counts, nothing of what it holds is
/// removed. For the place's coordinator and the municipality's auditor.
#[derive(async_graphql::Description)]
pub struct LegalHold(pub(super) Visible<legal_hold::Entity>);
record_type!(LegalHold, legal_hold::Entity);

#[Object(use_type_description)]
impl LegalHold {
    /// Its id (TypeID).
    pub async fn id(&self) -> ID {
        ids::type_id(Kind::LegalHold, self.0.id).into()
    }

    /// The municipality of what is held.
    async fn municipality(&self) -> FieldResult<Municipality> {
        Ok(Municipality(self.0.always("municipality")?))
    }

    /// The signal that is held, with all that belongs to it and its resident; null when it is on a
    /// resident, or for whoever sees no case.
    async fn signal(&self) -> FieldResult<Option<Signal>> {
        Ok(self.0.one("signal")?.map(Signal))
    }

    /// The resident who is held, with all their signals; null when it is on a signal, or for whoever
    /// sees no case.
    async fn resident(&self) -> FieldResult<Option<Resident>> {
        Ok(self.0.one("resident")?.map(Resident))
    }

    /// Why it was placed; empty once what it held was removed.
    async fn reason(&self) -> &str {
        &self.0.reason
    }

    /// Until when it counts, that moment not included; null when until it is lifted.
    async fn until(&self) -> Option<DateTime> {
        self.0.ends_at.map(Into::into)
    }

    /// Who placed it.
    async fn placed_by(&self) -> FieldResult<Option<User>> {
        Ok(self.0.one("placedBy")?.map(User))
    }

    /// When it was lifted; null if it wasn't.
    async fn lifted_at(&self) -> Option<DateTime> {
        self.0.lifted_at.map(Into::into)
    }

    /// Who lifted it.
    async fn lifted_by(&self) -> FieldResult<Option<User>> {
        Ok(self.0.one("liftedBy")?.map(User))
    }

    /// Why it was lifted.
    async fn lift_reason(&self) -> Option<&str> {
        self.0.lift_reason.as_deref()
    }

    /// Whether it counts now.
    async fn in_force(&self, ctx: &Context<'_>) -> FieldResult<bool> {
        Ok(domain::counts(&self.0, cx(ctx)?.now()))
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

    /// When it was placed.
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

/// Which holds.
#[derive(Clone, Debug, Default, InputObject)]
pub struct LegalHoldWhere {
    /// By the resident who is held.
    pub resident: Option<IdFilter>,
    /// By the signal that is held.
    pub signal: Option<IdFilter>,
    /// By whether they count now.
    pub in_force: Option<bool>,
    /// All of these hold.
    pub and: Option<Vec<LegalHoldWhere>>,
    /// At least one of these holds.
    pub or: Option<Vec<LegalHoldWhere>>,
    /// This doesn't hold.
    pub not: Option<Box<LegalHoldWhere>>,
}

impl LegalHoldWhere {
    fn filter(self, now: chrono::DateTime<chrono::Utc>) -> FieldResult<Filter> {
        let Self {
            resident,
            signal,
            in_force,
            and,
            or,
            not,
        } = self;
        let mut own = Vec::new();
        for (id, column, kind) in [
            (resident, "resident_id", Kind::Resident),
            (signal, "signal_id", Kind::Signal),
        ] {
            if let Some(id) = id {
                own.push(id.on(column, kind)?);
            }
        }
        own.extend(in_force.map(|counts| store::in_force_filter(counts, now)));
        combine(own, and, or, not, |filter| filter.filter(now))
    }
}

/// Queries about legal holds.
#[derive(Default)]
pub struct LegalHoldQuery;

#[Object]
impl LegalHoldQuery {
    /// The holds you may see, the newest first.
    async fn legal_holds(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those for which this holds.", name = "where")] filter: Option<
            LegalHoldWhere,
        >,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Option<Result<Records<LegalHold>, Error>> {
        let page = async {
            let window = Paging {
                first,
                after,
                last,
                before,
            }
            .window(vec![OrderTerm::descending("created_at", Scalar::Time)])?;
            let filter = filter.unwrap_or_default().filter(cx(ctx)?.now())?;
            paging::records(&list(ctx, Kind::LegalHold, &filter, &window).await?)
        };
        Some(page.await.map_err(Error::from))
    }
}

/// What is to be held.
#[derive(Debug, OneofObject)]
pub enum LegalHoldOnInput {
    /// A signal, with all that belongs to it.
    Signal(ID),
    /// A resident, with all their signals.
    Resident(ID),
}

/// A hold to place.
#[derive(Debug, InputObject)]
pub struct LegalHoldPlaceInput {
    /// What is to be held.
    pub on: LegalHoldOnInput,
    /// Why it must be kept, at most 200 characters: the claim or the law.
    pub reason: String,
    /// Until when, within twenty years; until it is lifted when left out.
    pub until: Option<DateTime>,
    /// A UUID of your own. Repeating the mutation with the same key and input within 24 hours
    /// makes no second record.
    pub idempotency_key: Option<Uuid>,
}

/// A hold to lift.
#[derive(Debug, InputObject)]
pub struct LegalHoldLiftInput {
    /// Its id.
    pub id: ID,
    /// Why, at most 200 characters.
    pub reason: String,
    /// The version you read; refused with CONFLICT when it has changed since.
    pub expected_version: Option<i32>,
}

payload! {
    /// What came of `legalHoldPlace`.
    LegalHoldPlacePayload, legal_hold: LegalHold
}
payload! {
    /// What came of `legalHoldLift`.
    LegalHoldLiftPayload, legal_hold: LegalHold
}

/// What can be done with legal holds.
#[derive(Default)]
pub struct LegalHoldMutation;

#[Object]
impl LegalHoldMutation {
    /// Keeps a signal or a resident for a legal claim or because a law says so (GDPR article 17(3)):
    /// neither the daily run nor a request removes them while it counts. For the place's coordinator.
    async fn legal_hold_place(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What, why and until when.")] input: LegalHoldPlaceInput,
    ) -> Option<Result<LegalHoldPlacePayload, Error>> {
        let done = async {
            let LegalHoldPlaceInput {
                on,
                reason,
                until,
                idempotency_key,
            } = input;
            let key = idempotency(ctx, "legalHoldPlace", idempotency_key.map(|key| key.0))?;
            let on = match on {
                LegalHoldOnInput::Signal(id) => {
                    input_id(Kind::Signal, "on.signal", &id).map(domain::Subject::Signal)
                }
                LegalHoldOnInput::Resident(id) => {
                    input_id(Kind::Resident, "on.resident", &id).map(domain::Subject::Resident)
                }
            };
            let outcome = match on {
                Ok(on) => {
                    let until = until.map(|until| until.0);
                    domain::place(cx(ctx)?, on, &reason, until, key).await
                }
                Err(problem) => Err(problem.into()),
            };
            LegalHoldPlacePayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Lifts a hold before its end: what it held is removed by the next run when it is due, and can
    /// be erased. For the place's coordinator.
    async fn legal_hold_lift(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and why.")] input: LegalHoldLiftInput,
    ) -> Option<Result<LegalHoldLiftPayload, Error>> {
        let done = async {
            let LegalHoldLiftInput {
                id,
                reason,
                expected_version,
            } = input;
            let outcome = match input_id(Kind::LegalHold, "id", &id) {
                Ok(id) => domain::lift(cx(ctx)?, id, &reason, expected_version).await,
                Err(problem) => Err(problem.into()),
            };
            LegalHoldLiftPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }
}
