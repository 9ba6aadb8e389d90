//! Residents in the schema.

use async_graphql::InputObject;
use nabij_entity::{resident_contact::PreferredChannel, vocabulary::TargetGroup};

use super::scalars::{EmailAddress, LanguageTag, PhoneNumber};
use crate::domain::resident as domain;

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
    /// Languages they speak.
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
