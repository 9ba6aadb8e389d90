//! What onboarding will change: the difference between what the input says and what is there.

use std::collections::BTreeSet;

use nabij_entity::{
    partner::{self, PartnerStatus},
    partner_identifier,
    service::{self, ServiceStatus},
};
use uuid::Uuid;

use super::{
    identifier::Identifier,
    onboard::{Change, What},
    request::{Offer, Onboarding},
};
use crate::domain::refusal::{Code, Outcome, Problem, Problems};

/// What is there before.
#[derive(Debug, Default)]
pub(super) struct Present {
    pub partner: Option<partner::Model>,
    pub identifiers: Vec<partner_identifier::Model>,
    pub neighbourhoods: BTreeSet<Uuid>,
    pub services: Vec<(service::Model, BTreeSet<Uuid>)>,
}

/// What becomes of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Create,
    /// These fields differ.
    Update(Vec<&'static str>),
    Unchanged,
}

impl Verdict {
    fn of(fields: Vec<&'static str>) -> Self {
        if fields.is_empty() {
            Self::Unchanged
        } else {
            Self::Update(fields)
        }
    }

    fn told(&self, subject: &str) -> Change {
        let (what, subject) = match self {
            Self::Create => (What::Create, subject.to_owned()),
            Self::Update(fields) => (What::Update, format!("{subject}: {}", fields.join(", "))),
            Self::Unchanged => (What::Unchanged, subject.to_owned()),
        };
        Change { what, subject }
    }
}

/// All that will be done.
#[derive(Debug)]
pub(super) struct Steps<'a> {
    pub partner: Verdict,
    /// The partner's state afterwards.
    pub status: PartnerStatus,
    /// Each service listed, with the one that is there.
    pub services: Vec<(&'a Offer, Option<&'a service::Model>, Verdict)>,
    /// Services no longer listed that are still offered.
    pub retired: Vec<&'a service::Model>,
}

impl Steps<'_> {
    /// The steps in words, for whoever onboards.
    pub fn told(&self, reference: &str) -> Vec<Change> {
        let partner = self.partner.told(&format!("partner \"{reference}\""));
        let services = self
            .services
            .iter()
            .map(|(offer, _, verdict)| verdict.told(&format!("service \"{}\"", offer.reference)));
        let retired = self.retired.iter().map(|service| Change {
            what: What::Deactivate,
            subject: format!("service \"{}\"", service.reference),
        });
        std::iter::once(partner)
            .chain(services)
            .chain(retired)
            .collect()
    }
}

/// Compares what is wanted with what is there.
///
/// # Errors
/// [`Code::Invalid`] for a partner or service that ended for good.
pub(super) fn compare<'a>(wanted: &'a Onboarding, present: &'a Present) -> Outcome<Steps<'a>> {
    let mut problems = Problems::new();
    let (partner, status) = match &present.partner {
        None if wanted.activate => (Verdict::Create, PartnerStatus::Active),
        None => (Verdict::Create, PartnerStatus::Invited),
        Some(known) => {
            if known.status == PartnerStatus::Offboarded {
                problems.add(Problem::new(
                    Code::Invalid,
                    "reference",
                    "The partner with this reference was offboarded for good. Choose another \
                     reference.",
                ));
            }
            compare_partner(wanted, known, present)
        }
    };
    let mut services = Vec::new();
    for (i, offer) in wanted.services.iter().enumerate() {
        let known = present
            .services
            .iter()
            .find(|(service, _)| service.reference == offer.reference);
        let verdict = match known {
            None => Verdict::Create,
            Some((service, places)) => {
                if service.status == ServiceStatus::Defunct {
                    problems.add(Problem::new(
                        Code::Invalid,
                        &format!("services.{i}.reference"),
                        "The service with this reference ended for good. Choose another reference.",
                    ));
                }
                compare_service(offer, service, places, &wanted.neighbourhoods)
            }
        };
        services.push((offer, known.map(|(service, _)| service), verdict));
    }
    let retired = present
        .services
        .iter()
        .map(|(service, _)| service)
        .filter(|service| {
            matches!(
                service.status,
                ServiceStatus::Active | ServiceStatus::TemporarilyClosed
            )
        })
        .filter(|service| {
            !wanted
                .services
                .iter()
                .any(|offer| offer.reference == service.reference)
        })
        .collect();
    problems.into_value(Some(Steps {
        partner,
        status,
        services,
        retired,
    }))
}

fn differing(fields: &[(&'static str, bool)]) -> Vec<&'static str> {
    fields
        .iter()
        .filter(|(_, same)| !same)
        .map(|(name, _)| *name)
        .collect()
}

fn compare_partner(
    wanted: &Onboarding,
    known: &partner::Model,
    present: &Present,
) -> (Verdict, PartnerStatus) {
    // A partner that was set aside stays so: taking it back is a decision of its own.
    let status = if wanted.activate && known.status == PartnerStatus::Invited {
        PartnerStatus::Active
    } else {
        known.status
    };
    let identifiers: BTreeSet<Identifier> = present
        .identifiers
        .iter()
        .map(|identifier| Identifier {
            scheme: identifier.scheme,
            value: identifier.value.clone(),
        })
        .collect();
    let fields = differing(&[
        ("name", wanted.name == known.name),
        ("kind", wanted.kind == known.kind),
        ("secrecy", wanted.secrecy == known.secrecy),
        ("email", wanted.email == known.email),
        ("phone", wanted.phone == known.phone),
        ("website", wanted.website == known.website),
        ("identifiers", wanted.identifiers == identifiers),
        (
            "neighbourhoods",
            wanted.neighbourhoods == present.neighbourhoods,
        ),
        ("status", status == known.status),
    ]);
    (Verdict::of(fields), status)
}

fn compare_service(
    offer: &Offer,
    known: &service::Model,
    places: &BTreeSet<Uuid>,
    partners_places: &BTreeSet<Uuid>,
) -> Verdict {
    let wanted_places = offer.neighbourhoods.as_ref().unwrap_or(partners_places);
    Verdict::of(differing(&[
        ("name", offer.name == known.name),
        ("description", offer.description == known.description),
        ("categories", offer.categories == known.categories),
        ("targetGroups", offer.target_groups == known.target_groups),
        ("neighbourhoods", wanted_places == places),
        // Who leaves the maximum out leaves counting to the partner.
        (
            "capacity",
            offer.capacity_maximum.is_none() || offer.capacity_maximum == known.capacity_maximum,
        ),
        ("status", known.status != ServiceStatus::Inactive),
    ]))
}

#[cfg(test)]
mod tests;
