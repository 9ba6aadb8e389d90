//! Contact moments in the schema.

use async_graphql::{Context, Error, ID, InputObject, Object, OneofObject};
use nabij_entity::{
    contact_moment::{self, ContactKind, ContactOutcome},
    partner::SecrecyRegime,
};

use super::{
    ambassador::Ambassador,
    errors::{FieldResult, input_id},
    partner::Partner,
    payload::{payload, record_type},
    referral::Referral,
    resident::WithheldReason,
    scalars::{DateTime, Uuid},
    selection::{cx, idempotency},
    signal::Signal,
};
use crate::{
    domain::{Outcome, contact_moment as domain},
    ids,
    store::{Kind, Visible},
};

/// A visit, a call or a conversation about a signal or a referral.
#[derive(async_graphql::Description)]
pub struct ContactMoment(pub(super) Visible<contact_moment::Entity>);
record_type!(ContactMoment, contact_moment::Entity);

#[Object(use_type_description)]
impl ContactMoment {
    /// Its id (TypeID).
    pub async fn id(&self) -> ID {
        ids::type_id(Kind::ContactMoment, self.0.id).into()
    }

    /// How contact was sought.
    async fn kind(&self) -> ContactKind {
        self.0.kind
    }

    /// When it took place.
    async fn at(&self) -> DateTime {
        self.0.at.into()
    }

    /// Whether it came to a conversation.
    async fn outcome(&self) -> ContactOutcome {
        self.0.outcome
    }

    /// What was said, for those who help; null when nothing was written down or it is withheld.
    async fn note(&self) -> Option<&str> {
        self.0.note.as_deref()
    }

    /// Why the note is kept from you, whether or not there is one; null when it isn't kept from you.
    async fn note_withheld(&self) -> Option<WithheldReason> {
        (!self.0.shows("note")).then_some(match self.0.secrecy {
            SecrecyRegime::ProfessionalSecrecy => WithheldReason::ProfessionalSecrecy,
            SecrecyRegime::Discretion => WithheldReason::NotDisclosed,
        })
    }

    /// Under which secrecy the note was written.
    async fn secrecy(&self) -> SecrecyRegime {
        self.0.secrecy
    }

    /// The signal it was about; null when you may see the contact moment and not the signal.
    async fn signal(&self) -> FieldResult<Option<Signal>> {
        Ok(self.0.one("signal")?.map(Signal))
    }

    /// The referral it was for, if it was for one and you may see it.
    async fn referral(&self) -> FieldResult<Option<Referral>> {
        Ok(self.0.one("referral")?.map(Referral))
    }

    /// The ambassador who made the contact, if it was one and you may see them.
    async fn ambassador(&self) -> FieldResult<Option<Ambassador>> {
        Ok(self.0.one("ambassador")?.map(Ambassador))
    }

    /// The partner whose staff had the contact; null when nobody of a partner did.
    async fn partner(&self) -> FieldResult<Option<Partner>> {
        Ok(self.0.one("partner")?.map(Partner))
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

/// What a contact moment is about.
#[derive(Debug, OneofObject)]
pub enum ContactMomentSubjectInput {
    /// A signal. The first contact moment starts the work on it.
    Signal(ID),
    /// A referral that is open.
    Referral(ID),
}

impl ContactMomentSubjectInput {
    fn read(&self) -> Outcome<domain::Subject> {
        Ok(match self {
            Self::Signal(id) => domain::Subject::Signal(input_id(Kind::Signal, "on.signal", id)?),
            Self::Referral(id) => {
                domain::Subject::Referral(input_id(Kind::Referral, "on.referral", id)?)
            }
        })
    }
}

/// A contact moment to record.
#[derive(Debug, InputObject)]
pub struct ContactMomentRecordInput {
    /// What it was about.
    pub on: ContactMomentSubjectInput,
    /// How contact was sought.
    pub kind: ContactKind,
    /// When it took place; now when left out. Never in the future.
    pub at: Option<DateTime>,
    /// Whether it came to a conversation.
    pub outcome: ContactOutcome,
    /// What was said, for those who help; at most 10,000 characters.
    pub note: Option<String>,
    /// Under which secrecy the note was written; that of the partner for which you write when left
    /// out, and `DISCRETION` for the municipality and for volunteers. A note under
    /// `PROFESSIONAL_SECRECY` isn't shown to partners under `DISCRETION`, until the resident lifts the
    /// secrecy with a consent `LIFT_SECRECY`.
    pub secrecy: Option<SecrecyRegime>,
    /// A UUID of your own. Repeating the mutation with the same key and input within 24 hours
    /// makes no second record.
    pub idempotency_key: Option<Uuid>,
}

impl ContactMomentRecordInput {
    fn read(self) -> Outcome<domain::Moment> {
        let Self {
            on,
            kind,
            at,
            outcome,
            note,
            secrecy,
            idempotency_key: _,
        } = self;
        Ok(domain::Moment {
            on: on.read()?,
            kind,
            at: at.map(|at| at.0),
            outcome,
            note,
            secrecy,
        })
    }
}

payload! {
    /// What came of `contactMomentRecord`.
    ContactMomentRecordPayload, contact_moment: ContactMoment
}

/// What can be done with contact moments.
#[derive(Default)]
pub struct ContactMomentMutation;

#[Object]
impl ContactMomentMutation {
    /// Records that somebody was visited, called or spoken to. The first contact moment on a
    /// signal starts the work on it.
    async fn contact_moment_record(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The contact moment.")] input: ContactMomentRecordInput,
    ) -> Option<Result<ContactMomentRecordPayload, Error>> {
        let done = async {
            let key = input.idempotency_key.map(|key| key.0);
            let key = idempotency(ctx, "contactMomentRecord", key)?;
            let outcome = match input.read() {
                Ok(moment) => domain::record(cx(ctx)?, moment, key).await,
                Err(refusal) => Err(refusal),
            };
            ContactMomentRecordPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }
}
