//! Bringing a partner on board, or up to date, in one call that can be repeated: the input says
//! how the partner and its services are to be, and only what differs is written.

use nabij_entity::{
    partner::{self, PartnerStatus},
    partner_identifier,
    service::{self, ServiceStatus},
};
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use super::{
    compare::{Present, Steps, Verdict, compare},
    identifier::Identifier,
    request::{Offer, Onboarding},
};
use crate::{
    domain::refusal::{Code, Outcome, Problem, Problems, unless_taken},
    policy::{Action, Permit, decide},
    store::{
        Cx, Kind, Tx,
        events::Happening,
        idempotency::{IdempotencyKey, Recall},
        write::Stale,
    },
};

pub use super::request::{Request, ServiceRequest};

/// What is done to a partner or a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// It is made.
    Create,
    /// Some of its fields change.
    Update,
    /// It isn't listed any more and becomes inactive.
    Deactivate,
    /// It is as the input says already.
    Unchanged,
}

/// One thing that onboarding does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What is done.
    pub what: What,
    /// To what, such as `service "dagopvang": name`.
    pub subject: String,
}

/// What onboarding did, or would do.
#[derive(Debug)]
pub struct Onboarded {
    /// The partner; none when a dry run finds that it would be made.
    pub partner: Option<Uuid>,
    /// What was or would be done.
    pub changes: Vec<Change>,
}

/// Brings a partner on board, or to what the request says if its reference is known. Doing it
/// twice changes nothing the second time. A dry run tells what would be done and writes nothing.
///
/// # Errors
/// What is wrong with the input, [`Code::Forbidden`], [`Code::NotFound`] for a neighbourhood,
/// [`Code::AlreadyExists`] for an identifier of another partner.
pub async fn onboard(
    cx: &Cx,
    request: Request,
    dry_run: bool,
    key: Option<IdempotencyKey>,
) -> Outcome<Onboarded> {
    let tx = cx.begin().await?;
    let permit = decide(tx.viewer(), Action::PartnerManage)?;
    let wanted = request.check()?;
    let present = present(&tx, &wanted.reference).await?;
    check_against_others(&tx, &wanted, &present).await?;
    let steps = compare(&wanted, &present)?;
    let known = present.partner.as_ref().map(|partner| partner.id);
    let changes = steps.told(&wanted.reference);
    if dry_run {
        return Ok(Onboarded {
            partner: known,
            changes,
        });
    }
    let id = match tx.claim(key.as_ref()).await? {
        Recall::New(new) => known.unwrap_or(new),
        // What it did then isn't told again, and what was changed since isn't undone.
        Recall::Made(_) => {
            return Ok(Onboarded {
                partner: known,
                changes: Vec::new(),
            });
        }
        Recall::Mismatch => return Err(Problem::idempotency_mismatch().into()),
    };
    write_partner(&tx, &permit, id, &wanted, &present, &steps).await?;
    write_services(&tx, &permit, id, &wanted, &steps).await?;
    tx.commit().await?;
    Ok(Onboarded {
        partner: Some(id),
        changes,
    })
}

async fn present(tx: &Tx, reference: &str) -> Outcome<Present> {
    let Some(found) = tx.partner_by_reference(reference).await? else {
        return Ok(Present::default());
    };
    // Read again, locked: what is compared now is what is changed below.
    let Some(partner) = tx.visible::<partner::Entity>(found.id).await? else {
        return Ok(Present::default());
    };
    let services = tx.services_of(partner.id).await?;
    let ids: Vec<Uuid> = services.iter().map(|service| service.id).collect();
    let served = tx.neighbourhoods_served(&ids).await?;
    let places = |id: Uuid| {
        served
            .iter()
            .filter(|(service, _)| *service == id)
            .map(|(_, place)| *place)
            .collect()
    };
    Ok(Present {
        identifiers: tx.identifiers_of(partner.id).await?,
        neighbourhoods: tx
            .neighbourhoods_covered(partner.id)
            .await?
            .into_iter()
            .collect(),
        services: services
            .into_iter()
            .map(|service| {
                let places = places(service.id);
                (service, places)
            })
            .collect(),
        partner: Some(partner),
    })
}

/// The neighbourhoods are there, and no other partner has the identifiers.
async fn check_against_others(tx: &Tx, wanted: &Onboarding, present: &Present) -> Outcome<()> {
    let mut problems = Problems::new();
    let places: Vec<Uuid> = wanted.neighbourhoods.iter().copied().collect();
    if tx.neighbourhoods(&places).await?.len() != places.len() {
        problems.add(Problem::new(
            Code::NotFound,
            "neighbourhoods",
            "At least one of these neighbourhoods doesn't exist. Find them with `neighbourhoods`.",
        ));
    }
    let own = present.partner.as_ref().map(|partner| partner.id);
    for identifier in &wanted.identifiers {
        let holder = tx
            .partner_identified(identifier.scheme, &identifier.value)
            .await?;
        if holder.is_some() && holder != own {
            problems.add(identifier_taken());
        }
    }
    problems.finish()
}

fn identifier_taken() -> Problem {
    Problem::new(
        Code::AlreadyExists,
        "identifiers",
        "Another partner has one of these identifiers. Update that partner under its own \
         reference, or correct the identifier.",
    )
}

async fn write_partner(
    tx: &Tx,
    permit: &Permit,
    id: Uuid,
    wanted: &Onboarding,
    present: &Present,
    steps: &Steps<'_>,
) -> Outcome<()> {
    let changes = |field: &str| match &steps.partner {
        Verdict::Create => true,
        Verdict::Update(fields) => fields.contains(&field),
        Verdict::Unchanged => false,
    };
    match (&steps.partner, &present.partner) {
        (Verdict::Update(fields), Some(known)) => {
            update_partner(tx, permit, wanted, known, fields, steps.status).await?;
        }
        (Verdict::Create, _) => insert_partner(tx, permit, id, wanted, steps.status).await?,
        (Verdict::Update(_), None) | (Verdict::Unchanged, _) => return Ok(()),
    }
    if changes("identifiers") {
        write_identifiers(tx, permit, id, wanted, present).await?;
    }
    if changes("neighbourhoods") {
        let places: Vec<Uuid> = wanted.neighbourhoods.iter().copied().collect();
        tx.replace_links(
            permit,
            "partner_neighbourhoods",
            ("partner_id", id),
            "neighbourhood_id",
            &places,
        )
        .await?;
    }
    Ok(())
}

async fn insert_partner(
    tx: &Tx,
    permit: &Permit,
    id: Uuid,
    wanted: &Onboarding,
    status: PartnerStatus,
) -> Outcome<()> {
    let now = tx.now();
    let model = partner::Model {
        id,
        reference: wanted.reference.clone(),
        name: wanted.name.clone(),
        kind: wanted.kind,
        secrecy: wanted.secrecy,
        status,
        email: wanted.email.clone(),
        phone: wanted.phone.clone(),
        pool_name: None,
        website: wanted.website.clone(),
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let happening =
        Happening::new("partner.onboarded", (Kind::Partner, id)).with("to", status.code());
    let added = tx.insert::<partner::Entity>(permit, model, happening).await;
    // Somebody onboarded the same reference at the same moment.
    unless_taken(added, Problem::raced)
}

async fn update_partner(
    tx: &Tx,
    permit: &Permit,
    wanted: &Onboarding,
    known: &partner::Model,
    fields: &[&'static str],
    status: PartnerStatus,
) -> Outcome<()> {
    let change = partner::ActiveModel {
        name: Set(wanted.name.clone()),
        kind: Set(wanted.kind),
        secrecy: Set(wanted.secrecy),
        status: Set(status),
        email: Set(wanted.email.clone()),
        phone: Set(wanted.phone.clone()),
        website: Set(wanted.website.clone()),
        ..Default::default()
    };
    let happening = Happening::new("partner.updated", (Kind::Partner, known.id))
        .with("fields", fields.to_vec());
    tx.update::<partner::Entity>(permit, known.id, known.version, change, happening)
        .await?
        .map_err(|Stale| Problem::raced())?;
    if status != known.status {
        let activated = Happening::new("partner.activated", (Kind::Partner, known.id))
            .with("from", known.status.code())
            .with("to", status.code());
        tx.record(activated).await?;
    }
    Ok(())
}

async fn write_identifiers(
    tx: &Tx,
    permit: &Permit,
    id: Uuid,
    wanted: &Onboarding,
    present: &Present,
) -> Outcome<()> {
    let is = |known: &partner_identifier::Model, identifier: &Identifier| {
        known.scheme == identifier.scheme && known.value == identifier.value
    };
    let gone: Vec<Uuid> = present
        .identifiers
        .iter()
        .filter(|known| !wanted.identifiers.iter().any(|other| is(known, other)))
        .map(|known| known.id)
        .collect();
    tx.delete_parts::<partner_identifier::Entity>(permit, &gone)
        .await?;
    let new = wanted.identifiers.iter().filter(|identifier| {
        !present
            .identifiers
            .iter()
            .any(|known| is(known, identifier))
    });
    for identifier in new {
        let model = partner_identifier::Model {
            id: tx.new_id(),
            partner_id: id,
            scheme: identifier.scheme,
            value: identifier.value.clone(),
            created_at: tx.now(),
        };
        let added = tx
            .insert_part::<partner_identifier::Entity>(permit, model)
            .await;
        unless_taken(added, identifier_taken)?;
    }
    Ok(())
}

async fn write_services(
    tx: &Tx,
    permit: &Permit,
    partner: Uuid,
    wanted: &Onboarding,
    steps: &Steps<'_>,
) -> Outcome<()> {
    for (offer, known, verdict) in &steps.services {
        let (id, moves) = match (verdict, known) {
            (Verdict::Update(fields), Some(known)) => {
                update_service(tx, permit, offer, known, fields).await?;
                (known.id, fields.contains(&"neighbourhoods"))
            }
            (Verdict::Create, _) => (insert_service(tx, permit, partner, offer).await?, true),
            (Verdict::Update(_), None) | (Verdict::Unchanged, _) => continue,
        };
        if moves {
            let places = offer.neighbourhoods.as_ref();
            let places: Vec<Uuid> = places
                .unwrap_or(&wanted.neighbourhoods)
                .iter()
                .copied()
                .collect();
            tx.replace_links(
                permit,
                "service_neighbourhoods",
                ("service_id", id),
                "neighbourhood_id",
                &places,
            )
            .await?;
        }
    }
    for known in &steps.retired {
        let change = service::ActiveModel {
            status: Set(ServiceStatus::Inactive),
            ..Default::default()
        };
        let happening = Happening::new("service.deactivated", (Kind::Service, known.id))
            .with("from", known.status.code())
            .with("to", ServiceStatus::Inactive.code());
        tx.update::<service::Entity>(permit, known.id, known.version, change, happening)
            .await?
            .map_err(|Stale| Problem::raced())?;
    }
    Ok(())
}

async fn insert_service(tx: &Tx, permit: &Permit, partner: Uuid, offer: &Offer) -> Outcome<Uuid> {
    let (id, now) = (tx.new_id(), tx.now());
    let maximum = offer.capacity_maximum;
    let model = service::Model {
        id,
        partner_id: partner,
        reference: offer.reference.clone(),
        name: offer.name.clone(),
        description: offer.description.clone(),
        categories: offer.categories.clone(),
        target_groups: offer.target_groups.clone(),
        // A new service is empty: every place is free.
        capacity_available: maximum,
        capacity_maximum: maximum,
        capacity_updated_at: maximum.map(|_| now),
        status: ServiceStatus::Active,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let happening = Happening::new("service.added", (Kind::Service, id))
        .with("to", ServiceStatus::Active.code());
    tx.insert::<service::Entity>(permit, model, happening)
        .await?;
    Ok(id)
}

async fn update_service(
    tx: &Tx,
    permit: &Permit,
    offer: &Offer,
    known: &service::Model,
    fields: &[&'static str],
) -> Outcome<()> {
    let mut change = service::ActiveModel {
        name: Set(offer.name.clone()),
        description: Set(offer.description.clone()),
        categories: Set(offer.categories.clone()),
        target_groups: Set(offer.target_groups.clone()),
        ..Default::default()
    };
    let mut happening = Happening::new("service.updated", (Kind::Service, known.id))
        .with("fields", fields.to_vec());
    if let Some(maximum) = offer
        .capacity_maximum
        .filter(|_| fields.contains(&"capacity"))
    {
        // No more can be free than there are.
        let available = known.capacity_available.unwrap_or(maximum).min(maximum);
        change.capacity_available = Set(Some(available));
        change.capacity_maximum = Set(Some(maximum));
        change.capacity_updated_at = Set(Some(tx.now()));
    }
    if fields.contains(&"status") {
        change.status = Set(ServiceStatus::Active);
        happening = happening
            .with("from", known.status.code())
            .with("to", ServiceStatus::Active.code());
    }
    tx.update::<service::Entity>(permit, known.id, known.version, change, happening)
        .await?
        .map_err(|Stale| Problem::raced())?;
    Ok(())
}
