//! Recording residents and changing their records.

use async_graphql::{Context, Error, ID, InputObject, MaybeUndefined, Object};
use nabij_entity::{resident_contact::PreferredChannel, vocabulary::TargetGroup};

use super::Resident;
use crate::{
    domain::{Change, resident as domain},
    graphql::{
        errors::input_id,
        payload::payload,
        scalars::{EmailAddress, LanguageTag, PhoneNumber, Uuid},
        selection::{cx, idempotency},
    },
    store::Kind,
};

/// What a resident tells about themselves. Nothing of it is required: record what is needed.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ResidentParticularsInput {
    /// Given name.
    pub given_name: Option<String>,
    /// Family name.
    pub family_name: Option<String>,
    /// Year of birth.
    pub birth_year: Option<i32>,
    /// Groups they belong to.
    #[graphql(default)]
    pub target_groups: Vec<TargetGroup>,
    /// Languages they speak, the best first, at most 10.
    #[graphql(default)]
    pub languages: Vec<LanguageTag>,
    /// Notes for whoever cares for them.
    pub notes: Option<String>,
    /// How to reach them.
    pub contact: Option<ContactDetailsInput>,
}

/// How to reach a resident.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ContactDetailsInput {
    /// Phone number.
    pub phone: Option<PhoneNumber>,
    /// E-mail address.
    pub email: Option<EmailAddress>,
    /// Street, number and town.
    pub address: Option<String>,
    /// How they want to be reached.
    pub preferred_channel: Option<PreferredChannel>,
}

impl From<ResidentParticularsInput> for domain::Particulars {
    fn from(input: ResidentParticularsInput) -> Self {
        let ResidentParticularsInput {
            given_name,
            family_name,
            birth_year,
            target_groups,
            languages,
            notes,
            contact,
        } = input;
        Self {
            given_name,
            family_name,
            birth_year,
            target_groups,
            languages: languages.into_iter().map(|language| language.0).collect(),
            notes,
            contact: contact.map(Into::into),
        }
    }
}

impl From<ContactDetailsInput> for domain::ContactDetails {
    fn from(input: ContactDetailsInput) -> Self {
        let ContactDetailsInput {
            phone,
            email,
            address,
            preferred_channel,
        } = input;
        Self {
            phone: phone.map(|phone| phone.0),
            email: email.map(|email| email.0),
            address,
            preferred_channel,
        }
    }
}

/// A resident to put on record.
#[derive(Debug, InputObject)]
pub struct ResidentRecordInput {
    /// The neighbourhood they live in.
    pub neighbourhood: ID,
    /// What they tell about themselves.
    #[graphql(default)]
    pub particulars: ResidentParticularsInput,
    /// A UUID of your own. Repeating the mutation with the same key and input within 24 hours
    /// makes no second record.
    pub idempotency_key: Option<Uuid>,
}

/// What changes in a resident's record. What is absent stays as it is, and `null` clears it.
#[derive(Debug, InputObject)]
pub struct ResidentUpdateInput {
    /// The resident.
    pub id: ID,
    /// Given name.
    pub given_name: MaybeUndefined<String>,
    /// Family name.
    pub family_name: MaybeUndefined<String>,
    /// Year of birth.
    pub birth_year: MaybeUndefined<i32>,
    /// Groups they belong to: the whole list.
    pub target_groups: MaybeUndefined<Vec<TargetGroup>>,
    /// Languages they speak, the best first, at most 10: the whole list.
    pub languages: MaybeUndefined<Vec<LanguageTag>>,
    /// Notes for whoever cares for them.
    pub notes: MaybeUndefined<String>,
    /// How to reach them; `null` clears all of it.
    pub contact: MaybeUndefined<ContactDetailsUpdateInput>,
    /// The version you read, if you want to be told when somebody else changed it since.
    pub expected_version: Option<i32>,
}

/// What changes in how to reach a resident. What is absent stays as it is, and `null` clears it.
#[derive(Debug, InputObject)]
pub struct ContactDetailsUpdateInput {
    /// Phone number.
    pub phone: MaybeUndefined<PhoneNumber>,
    /// E-mail address.
    pub email: MaybeUndefined<EmailAddress>,
    /// Street, number and town.
    pub address: MaybeUndefined<String>,
    /// How they want to be reached.
    pub preferred_channel: MaybeUndefined<PreferredChannel>,
}

impl From<ContactDetailsUpdateInput> for domain::ContactChange {
    fn from(input: ContactDetailsUpdateInput) -> Self {
        let ContactDetailsUpdateInput {
            phone,
            email,
            address,
            preferred_channel,
        } = input;
        Self {
            phone: Change::from(phone).map(|phone| phone.0),
            email: Change::from(email).map(|email| email.0),
            address: address.into(),
            preferred_channel: preferred_channel.into(),
        }
    }
}

/// A resident to erase.
#[derive(Clone, Debug, InputObject)]
pub struct ResidentEraseInput {
    /// Their id.
    pub id: ID,
    /// The version you read; refused with CONFLICT when it has changed since.
    pub expected_version: Option<i32>,
}

payload! {
    /// What came of `residentRecord`.
    ResidentRecordPayload, resident: Resident
}
payload! {
    /// What came of `residentErase`: the record without content.
    ResidentErasePayload, resident: Resident
}
payload! {
    /// What came of `residentUpdate`.
    ResidentUpdatePayload, resident: Resident
}

/// What can be done with residents.
#[derive(Default)]
pub struct ResidentMutation;

#[Object]
impl ResidentMutation {
    /// Puts a resident of a neighbourhood you serve on record.
    async fn resident_record(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The resident.")] input: ResidentRecordInput,
    ) -> Option<Result<ResidentRecordPayload, Error>> {
        let done = async {
            let ResidentRecordInput {
                neighbourhood,
                particulars,
                idempotency_key,
            } = input;
            let key = idempotency(ctx, "residentRecord", idempotency_key.map(|key| key.0))?;
            let outcome = match input_id(Kind::Neighbourhood, "neighbourhood", &neighbourhood) {
                Ok(place) => domain::record(cx(ctx)?, place, particulars.into(), key).await,
                Err(problem) => Err(problem.into()),
            };
            ResidentRecordPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Changes a resident's record.
    async fn resident_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: ResidentUpdateInput,
    ) -> Option<Result<ResidentUpdatePayload, Error>> {
        let done = async {
            let ResidentUpdateInput {
                id,
                given_name,
                family_name,
                birth_year,
                target_groups,
                languages,
                notes,
                contact,
                expected_version,
            } = input;
            let update = domain::Update {
                given_name: given_name.into(),
                family_name: family_name.into(),
                birth_year: birth_year.into(),
                target_groups: target_groups.into(),
                languages: Change::from(languages)
                    .map(|tags| tags.into_iter().map(|tag| tag.0).collect()),
                notes: notes.into(),
                contact: Change::from(contact).map(Into::into),
            };
            let outcome = match input_id(Kind::Resident, "id", &id) {
                Ok(id) => domain::update(cx(ctx)?, id, expected_version, update).await,
                Err(problem) => Err(problem.into()),
            };
            ResidentUpdatePayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }
    /// Erases a resident at their request (GDPR article 17), for good: what is open about them ends,
    /// and their names, contact details, notes and every text about them go. A record without content
    /// stays. Whoever restores an older backup doesn't bring them back.
    async fn resident_erase(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who.")] input: ResidentEraseInput,
    ) -> Option<Result<ResidentErasePayload, Error>> {
        let done = async {
            let ResidentEraseInput {
                id,
                expected_version,
            } = input;
            let outcome = match input_id(Kind::Resident, "id", &id) {
                Ok(id) => domain::erase::erase(cx(ctx)?, id, expected_version).await,
                Err(problem) => Err(problem.into()),
            };
            ResidentErasePayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }
}
