//! What onboarding changes, and that it changes nothing the second time.

use chrono::DateTime;
use nabij_entity::{
    SetOf,
    partner::{PartnerKind, SecrecyRegime},
    partner_identifier::PartnerIdentifierScheme,
    vocabulary::Category,
};

use super::*;
use crate::domain::Refusal;

fn uuid(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn offer(reference: &str) -> Offer {
    Offer {
        reference: reference.to_owned(),
        name: reference.to_owned(),
        description: None,
        categories: SetOf::from(vec![Category::Care]),
        target_groups: SetOf::default(),
        neighbourhoods: None,
        capacity_maximum: Some(10),
    }
}

fn wanted() -> Onboarding {
    Onboarding {
        reference: "ldc-a".to_owned(),
        name: "LDC A".to_owned(),
        kind: PartnerKind::LocalServiceCentre,
        secrecy: SecrecyRegime::ProfessionalSecrecy,
        identifiers: [Identifier {
            scheme: PartnerIdentifierScheme::Kbo,
            value: "0202239951".to_owned(),
        }]
        .into(),
        email: Some("a@example.org".to_owned()),
        phone: None,
        website: None,
        neighbourhoods: [uuid(1), uuid(2)].into(),
        services: vec![offer("dagopvang"), offer("maaltijden")],
        activate: true,
    }
}

/// What is there after `wanted` was onboarded.
fn after(wanted: &Onboarding) -> Present {
    let now = DateTime::UNIX_EPOCH;
    let services = wanted.services.iter().zip(100..).map(|(offer, n)| {
        let model = service::Model {
            id: uuid(n),
            partner_id: uuid(10),
            reference: offer.reference.clone(),
            name: offer.name.clone(),
            description: offer.description.clone(),
            categories: offer.categories.clone(),
            target_groups: offer.target_groups.clone(),
            capacity_available: offer.capacity_maximum,
            capacity_maximum: offer.capacity_maximum,
            capacity_updated_at: None,
            status: ServiceStatus::Active,
            created_at: now,
            updated_at: now,
            version: 1,
        };
        let places = offer.neighbourhoods.as_ref();
        (model, places.unwrap_or(&wanted.neighbourhoods).clone())
    });
    let identifiers = wanted.identifiers.iter().zip(200..);
    Present {
        partner: Some(partner::Model {
            id: uuid(10),
            reference: wanted.reference.clone(),
            name: wanted.name.clone(),
            kind: wanted.kind,
            secrecy: wanted.secrecy,
            status: PartnerStatus::Active,
            email: wanted.email.clone(),
            phone: wanted.phone.clone(),
            website: wanted.website.clone(),
            pool_name: None,
            created_at: now,
            updated_at: now,
            version: 1,
        }),
        identifiers: identifiers
            .map(|(identifier, n)| partner_identifier::Model {
                id: uuid(n),
                partner_id: uuid(10),
                scheme: identifier.scheme,
                value: identifier.value.clone(),
                created_at: now,
            })
            .collect(),
        neighbourhoods: wanted.neighbourhoods.clone(),
        services: services.collect(),
    }
}

fn told(wanted: &Onboarding, present: &Present) -> Vec<String> {
    let steps = compare(wanted, present).expect("nothing is wrong with it");
    steps
        .told(&wanted.reference)
        .into_iter()
        .map(|change| format!("{:?} {}", change.what, change.subject))
        .collect()
}

fn refused_at(wanted: &Onboarding, present: &Present) -> Vec<String> {
    match compare(wanted, present) {
        Err(Refusal::Problems(problems)) => problems
            .into_iter()
            .map(|problem| problem.path.join("."))
            .collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_new_partner_is_made_with_its_services() {
    assert_eq!(
        told(&wanted(), &Present::default()),
        [
            "Create partner \"ldc-a\"",
            "Create service \"dagopvang\"",
            "Create service \"maaltijden\"",
        ]
    );
}

#[test]
fn the_second_time_nothing_changes() {
    assert_eq!(
        told(&wanted(), &after(&wanted())),
        [
            "Unchanged partner \"ldc-a\"",
            "Unchanged service \"dagopvang\"",
            "Unchanged service \"maaltijden\"",
        ]
    );
}

#[test]
fn what_differs_is_named_and_what_is_not_listed_any_more_becomes_inactive() {
    let before = after(&wanted());
    let mut now = wanted();
    now.name = "LDC B".to_owned();
    now.identifiers.clear();
    now.services.remove(1);
    now.services[0].description = Some("New".to_owned());
    now.services[0].capacity_maximum = Some(12);
    now.services.push(offer("vervoer"));
    assert_eq!(
        told(&now, &before),
        [
            "Update partner \"ldc-a\": name, identifiers",
            "Update service \"dagopvang\": description, capacity",
            "Create service \"vervoer\"",
            "Deactivate service \"maaltijden\"",
        ]
    );
}

#[test]
fn services_follow_the_partners_neighbourhoods_unless_they_name_their_own() {
    let mut own = wanted();
    own.services[1].neighbourhoods = Some([uuid(1)].into());
    let before = after(&own);
    own.neighbourhoods.insert(uuid(3));
    assert_eq!(
        told(&own, &before),
        [
            "Update partner \"ldc-a\": neighbourhoods",
            "Update service \"dagopvang\": neighbourhoods",
            "Unchanged service \"maaltijden\"",
        ]
    );
}

#[test]
fn counting_is_left_to_the_partner_when_no_maximum_is_given() {
    let before = after(&wanted());
    let mut now = wanted();
    now.services[0].capacity_maximum = None;
    assert_eq!(told(&now, &before)[1], "Unchanged service \"dagopvang\"");
}

#[test]
fn an_inactive_service_that_is_listed_again_comes_back() {
    let mut before = after(&wanted());
    before.services[0].0.status = ServiceStatus::Inactive;
    before.services[1].0.status = ServiceStatus::TemporarilyClosed;
    assert_eq!(
        told(&wanted(), &before)[1..],
        [
            "Update service \"dagopvang\": status",
            "Unchanged service \"maaltijden\"",
        ]
    );
}

#[test]
fn activating_takes_an_invited_partner_in_and_leaves_a_suspended_one_aside() {
    for (status, activate, afterwards) in [
        (PartnerStatus::Invited, true, PartnerStatus::Active),
        (PartnerStatus::Invited, false, PartnerStatus::Invited),
        (PartnerStatus::Suspended, true, PartnerStatus::Suspended),
        (PartnerStatus::Active, false, PartnerStatus::Active),
    ] {
        let mut wanted = wanted();
        wanted.activate = activate;
        let mut before = after(&wanted);
        if let Some(partner) = &mut before.partner {
            partner.status = status;
        }
        let steps = compare(&wanted, &before).expect("nothing is wrong with it");
        assert_eq!(steps.status, afterwards, "{status:?} {activate}");
        let changed = steps.partner == Verdict::Update(vec!["status"]);
        assert_eq!(changed, status != afterwards, "{status:?} {activate}");
    }
}

#[test]
fn what_ended_for_good_does_not_come_back() {
    let mut before = after(&wanted());
    before.services[1].0.status = ServiceStatus::Defunct;
    assert_eq!(refused_at(&wanted(), &before), ["services.1.reference"]);
    let mut before = after(&wanted());
    if let Some(partner) = &mut before.partner {
        partner.status = PartnerStatus::Offboarded;
    }
    assert_eq!(refused_at(&wanted(), &before), ["reference"]);
}

#[test]
fn a_defunct_service_that_is_not_listed_stays_as_it_is() {
    let mut before = after(&wanted());
    before.services[1].0.status = ServiceStatus::Defunct;
    let mut now = wanted();
    now.services.remove(1);
    assert_eq!(told(&now, &before).len(), 2);
}
