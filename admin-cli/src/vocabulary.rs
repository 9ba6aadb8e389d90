//! The codes that a file or an argument may use, as the schema writes them. A test holds them to
//! `schema.graphql`.
//!
//! To add a vocabulary: a constant, a line in the test, and where a file uses it an implementation
//! of [`Vocabulary`].

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error, IntoDeserializer, value},
};

use crate::queries::partner_onboard as onboard;

/// States of a partner.
pub(crate) const PARTNER_STATUSES: [&str; 4] = ["ACTIVE", "INVITED", "OFFBOARDED", "SUSPENDED"];

/// States of a signal.
pub(crate) const SIGNAL_STATUSES: [&str; 6] = [
    "DISMISSED",
    "IN_PROGRESS",
    "RESOLVED",
    "SUBMITTED",
    "TRIAGED",
    "WITHDRAWN",
];

const PARTNER_KINDS: &[&str] = &[
    "FAITH_COMMUNITY",
    "FUND",
    "GENERAL_PRACTICE",
    "HOME_CARE",
    "HOUSING_CORPORATION",
    "LOCAL_BUSINESS",
    "LOCAL_SERVICE_CENTRE",
    "MUNICIPALITY",
    "OTHER",
    "PRIMARY_CARE_ZONE",
    "PUBLIC_WELFARE_CENTRE",
    "RESIDENTS_GROUP",
    "SCHOOL",
    "SPORTS_CLUB",
    "VOLUNTEER_ORGANISATION",
    "YOUTH_CENTRE",
];

const SECRECY_REGIMES: &[&str] = &["DISCRETION", "PROFESSIONAL_SECRECY"];

const IDENTIFIER_SCHEMES: &[&str] = &["KBO", "KVK", "OIN", "OVO", "VCODE"];

const CATEGORIES: &[&str] = &[
    "CARE",
    "CHORES",
    "DIGITAL",
    "FAMILY",
    "HEALTH",
    "HOUSING",
    "LANGUAGE",
    "LONELINESS",
    "MEETING",
    "MOBILITY",
    "MONEY",
    "OTHER",
    "PUBLIC_SPACE",
    "SAFETY",
];

const TARGET_GROUPS: &[&str] = &[
    "CHILDREN",
    "EVERYONE",
    "FAMILIES",
    "INFORMAL_CARERS",
    "LIVING_ALONE",
    "MIGRATION_BACKGROUND",
    "OLDER_PEOPLE",
    "OTHER_LANGUAGE",
    "POVERTY",
    "YOUTH",
];

/// An enum of the schema whose values a file may use.
pub(crate) trait Vocabulary: DeserializeOwned {
    /// Its values.
    const CODES: &'static [&'static str];
}

impl Vocabulary for onboard::PartnerKind {
    const CODES: &'static [&'static str] = PARTNER_KINDS;
}
impl Vocabulary for onboard::SecrecyRegime {
    const CODES: &'static [&'static str] = SECRECY_REGIMES;
}
impl Vocabulary for onboard::PartnerIdentifierScheme {
    const CODES: &'static [&'static str] = IDENTIFIER_SCHEMES;
}
impl Vocabulary for onboard::Category {
    const CODES: &'static [&'static str] = CATEGORIES;
}
impl Vocabulary for onboard::TargetGroup {
    const CODES: &'static [&'static str] = TARGET_GROUPS;
}

/// A value of a vocabulary in a file; what isn't one is refused with the list of those that are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Code<T>(pub(crate) T);

impl<'de, T: Vocabulary> Deserialize<'de> for Code<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        read(&text).map(Self).map_err(D::Error::custom)
    }
}

/// A text that isn't in a vocabulary.
#[derive(Debug)]
pub(crate) struct NotACode(&'static [&'static str]);

impl fmt::Display for NotACode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "write one of {}", self.0.join(", "))
    }
}

fn read<T: Vocabulary>(text: &str) -> Result<T, NotACode> {
    if !T::CODES.contains(&text) {
        return Err(NotACode(T::CODES));
    }
    known(text).ok_or(NotACode(T::CODES))
}

/// The schema's value for a code that is known to be one.
pub(crate) fn known<T: DeserializeOwned>(code: &str) -> Option<T> {
    let text: value::StrDeserializer<'_, value::Error> = code.into_deserializer();
    T::deserialize(text).ok()
}

#[cfg(test)]
mod tests {
    use apollo_compiler::{Schema, schema::ExtendedType};

    use super::*;

    #[test]
    fn the_codes_are_those_of_the_schema() {
        let sdl = include_str!("../../schema.graphql");
        let schema = Schema::parse(sdl, "schema.graphql").expect("it is the service's own");
        for (name, ours) in [
            ("PartnerStatus", &PARTNER_STATUSES[..]),
            ("SignalStatus", &SIGNAL_STATUSES),
            ("PartnerKind", PARTNER_KINDS),
            ("SecrecyRegime", SECRECY_REGIMES),
            ("PartnerIdentifierScheme", IDENTIFIER_SCHEMES),
            ("Category", CATEGORIES),
            ("TargetGroup", TARGET_GROUPS),
        ] {
            let Some(ExtendedType::Enum(found)) = schema.types.get(name) else {
                panic!("{name} isn't an enum of the schema");
            };
            let mut theirs: Vec<&str> = found
                .values
                .keys()
                .map(apollo_compiler::Name::as_str)
                .collect();
            theirs.sort_unstable();
            assert_eq!(ours, theirs, "{name}");
        }
    }

    #[test]
    fn what_is_not_a_code_is_answered_with_those_that_are() {
        let wrong = read::<onboard::SecrecyRegime>("SECRET").unwrap_err();
        assert_eq!(
            wrong.to_string(),
            "write one of DISCRETION, PROFESSIONAL_SECRECY"
        );
        assert_eq!(
            read::<onboard::SecrecyRegime>("DISCRETION").unwrap(),
            onboard::SecrecyRegime::DISCRETION
        );
    }
}
