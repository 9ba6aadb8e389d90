//! What a partner and its services are to be, as it comes in and once it is checked.

use std::collections::BTreeSet;

use nabij_entity::{
    SetOf,
    partner::{PartnerKind, SecrecyRegime},
    partner_identifier::PartnerIdentifierScheme,
    vocabulary::{Category, TargetGroup},
};
use uuid::Uuid;

use super::identifier::{self, Identifier};
use crate::domain::{
    refusal::{Code, Outcome, Problem, Problems},
    text,
};

/// Longest e-mail address (RFC 5321) and longest URL, in characters.
const EMAIL: usize = 254;
const URL: usize = 2_000;

/// What a partner is to be, as it comes in.
#[derive(Debug)]
pub struct Request {
    /// The key that makes onboarding repeatable.
    pub reference: String,
    /// Its name.
    pub name: String,
    /// What sort of organisation it is.
    pub kind: PartnerKind,
    /// The duty of confidentiality its people work under.
    pub secrecy: SecrecyRegime,
    /// Its official identifiers.
    pub identifiers: Vec<(PartnerIdentifierScheme, String)>,
    /// Its public e-mail address.
    pub email: Option<String>,
    /// Its public phone number.
    pub phone: Option<String>,
    /// Its website.
    pub website: Option<String>,
    /// The neighbourhoods it covers.
    pub neighbourhoods: Vec<Uuid>,
    /// What it offers: all of it.
    pub services: Vec<ServiceRequest>,
    /// Whether it takes part from now on.
    pub activate: bool,
}

/// What a service is to be, as it comes in.
#[derive(Debug)]
pub struct ServiceRequest {
    /// Its short name, unique for the partner.
    pub reference: String,
    /// Its name.
    pub name: String,
    /// What people can expect.
    pub description: Option<String>,
    /// What it is about.
    pub categories: Vec<Category>,
    /// Whom it is meant for.
    pub target_groups: Vec<TargetGroup>,
    /// Where it is offered; none for all that the partner covers.
    pub neighbourhoods: Option<Vec<Uuid>>,
    /// Places there are; none leaves counting to the partner.
    pub capacity_maximum: Option<i32>,
}

/// The same, checked.
#[derive(Clone, Debug)]
pub(super) struct Onboarding {
    pub reference: String,
    pub name: String,
    pub kind: PartnerKind,
    pub secrecy: SecrecyRegime,
    pub identifiers: BTreeSet<Identifier>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub website: Option<String>,
    pub neighbourhoods: BTreeSet<Uuid>,
    pub services: Vec<Offer>,
    pub activate: bool,
}

/// A service of it, checked.
#[derive(Clone, Debug)]
pub(super) struct Offer {
    pub reference: String,
    pub name: String,
    pub description: Option<String>,
    pub categories: SetOf<Category>,
    pub target_groups: SetOf<TargetGroup>,
    pub neighbourhoods: Option<BTreeSet<Uuid>>,
    pub capacity_maximum: Option<i32>,
}

impl Request {
    /// Reads the request; all that is wrong with it is told at once.
    pub(super) fn check(self) -> Outcome<Onboarding> {
        let Self {
            reference,
            name,
            kind,
            secrecy,
            identifiers,
            email,
            phone,
            website,
            neighbourhoods,
            services,
            activate,
        } = self;
        let mut problems = Problems::new();
        let reference = problems.check(text::reference("reference", &reference));
        let name = problems.check(text::required("name", &name, text::LINE));
        let mut optional = |path: &str, value: Option<String>, longest: usize| {
            problems
                .check(text::optional(path, value.as_deref(), longest))
                .flatten()
        };
        let email = optional("email", email, EMAIL);
        let phone = optional("phone", phone, text::LINE);
        let website = optional("website", website, URL);
        let identifiers = identifiers
            .into_iter()
            .enumerate()
            .filter_map(|(i, (scheme, value))| {
                let path = format!("identifiers.{i}.value");
                problems.check(identifier::read(&path, scheme, &value))
            })
            .collect();
        let neighbourhoods: BTreeSet<Uuid> = neighbourhoods.into_iter().collect();
        let mut offers: Vec<Offer> = Vec::new();
        for (i, service) in services.into_iter().enumerate() {
            let path = format!("services.{i}");
            let Some(offer) = service.check(&path, &neighbourhoods, &mut problems) else {
                continue;
            };
            if offers
                .iter()
                .any(|known| known.reference == offer.reference)
            {
                problems.add(Problem::new(
                    Code::Invalid,
                    &format!("{path}.reference"),
                    "Two services have this reference. Give each its own.",
                ));
            }
            offers.push(offer);
        }
        problems
            .into_value(reference.zip(name))
            .map(|(reference, name)| Onboarding {
                reference,
                name,
                kind,
                secrecy,
                identifiers,
                email,
                phone,
                website,
                neighbourhoods,
                services: offers,
                activate,
            })
    }
}

impl ServiceRequest {
    fn check(self, path: &str, covered: &BTreeSet<Uuid>, problems: &mut Problems) -> Option<Offer> {
        let Self {
            reference,
            name,
            description,
            categories,
            target_groups,
            neighbourhoods,
            capacity_maximum,
        } = self;
        let at = |field: &str| format!("{path}.{field}");
        let reference = problems.check(text::reference(&at("reference"), &reference));
        let name = problems.check(text::required(&at("name"), &name, text::LINE));
        let description = problems.check(text::optional(
            &at("description"),
            description.as_deref(),
            text::STORY,
        ));
        if capacity_maximum.is_some_and(|maximum| maximum < 0) {
            problems.add(Problem::new(
                Code::OutOfRange,
                &at("capacityMaximum"),
                "A service can't have fewer than 0 places.",
            ));
        }
        let neighbourhoods: Option<BTreeSet<Uuid>> =
            neighbourhoods.map(|places| places.into_iter().collect());
        if neighbourhoods
            .as_ref()
            .is_some_and(|places| !places.is_subset(covered))
        {
            problems.add(Problem::new(
                Code::Invalid,
                &at("neighbourhoods"),
                "The partner doesn't cover all of these neighbourhoods. Add them to the \
                 partner's, or leave them out here.",
            ));
        }
        Some(Offer {
            reference: reference?,
            name: name?,
            description: description?,
            categories: categories.into(),
            target_groups: target_groups.into(),
            neighbourhoods,
            capacity_maximum,
        })
    }
}
