//! A row of every entity, with every field filled: no `..Default::default()`, so that a new field
//! asks for its value here.

mod activities;
mod bookings;
mod plans;
mod retention;
mod signals;
mod teams;

use std::collections::BTreeSet;

use nabij_entity as entity;
use nabij_entity::vocabulary::{Category, ChoreKind, Country, InflowChannel, TargetGroup, Urgency};
use sea_orm::prelude::*;

use super::{holds, new_id, only};

fn sample_time() -> DateTimeUtc {
    DateTimeUtc::from_timestamp_micros(1_795_339_800_123_456).expect("in range")
}

fn sample_date() -> Date {
    Date::from_ymd_opt(2026, 11, 22).expect("a day of the calendar")
}

fn text(words: &str) -> String {
    words.to_owned()
}

pub(super) fn sample_event(subject_id: Uuid, actor: Option<(Uuid, Uuid)>) -> entity::event::Model {
    entity::event::Model {
        id: new_id(),
        subject_kind: text("signal"),
        subject_id,
        kind: text("signal.triaged"),
        actor_user_id: actor.map(|(user, _)| user),
        actor_role: Some(entity::role_grant::Role::PartnerCoordinator),
        actor_partner_id: actor.map(|(_, partner)| partner),
        request_id: text("request-1"),
        at: sample_time(),
        data: serde_json::json!({ "from": "SUBMITTED", "to": "TRIAGED", "codes": [1, null] }),
    }
}

/// The ids that later records refer to.
struct Ids {
    municipality: Uuid,
    neighbourhood: Uuid,
    partner: Uuid,
    user: Uuid,
    ambassador: Uuid,
    activity: Uuid,
}

/// Writes and reads a row of every record. Answers with the names of their tables.
pub(super) async fn every_record(db: &DatabaseConnection) -> BTreeSet<String> {
    let ids = Ids {
        municipality: new_id(),
        neighbourhood: new_id(),
        partner: new_id(),
        user: new_id(),
        ambassador: new_id(),
        activity: new_id(),
    };
    let mut tables = Vec::new();
    tables.extend(places(db, &ids).await);
    tables.extend(partners(db, &ids).await);
    tables.extend(initiatives(db, &ids).await);
    tables.extend(helpers(db, &ids).await);
    tables.extend(activities::activities(db, &ids).await);
    tables.extend(bookings::bookings(db, &ids).await);
    tables.extend(teams::rows(db, &ids).await);
    let resident = resident(db, &ids, &mut tables).await;
    signals::case(db, &ids, resident, &mut tables).await;
    retention::rows(db, &ids, resident, &mut tables).await;
    plans::all(db, &ids, &mut tables).await;
    tables.into_iter().collect()
}

async fn places(db: &DatabaseConnection, ids: &Ids) -> [String; 3] {
    [
        holds(
            db,
            entity::municipality::Model {
                id: ids.municipality,
                name: text("name"),
                country: Country::Nl,
                code: text("code"),
                code_scheme: entity::municipality::MunicipalityCodeScheme::CbsGm,
                created_at: sample_time(),
                updated_at: sample_time(),
                version: 1,
            },
        )
        .await,
        holds(
            db,
            entity::neighbourhood::Model {
                id: ids.neighbourhood,
                municipality_id: ids.municipality,
                parent_id: Some(ids.neighbourhood),
                name: text("name"),
                created_at: sample_time(),
                updated_at: sample_time(),
                version: 1,
            },
        )
        .await,
        holds(
            db,
            entity::area_code::Model {
                id: new_id(),
                neighbourhood_id: ids.neighbourhood,
                scheme: entity::area_code::AreaCodeScheme::CbsBuurt,
                code: text("code"),
                valid_from: Some(sample_date()),
                valid_until: Some(sample_date()),
                created_at: sample_time(),
            },
        )
        .await,
    ]
}

async fn partners(db: &DatabaseConnection, ids: &Ids) -> [String; 5] {
    let service = new_id();
    [
        holds(
            db,
            entity::partner::Model {
                id: ids.partner,
                reference: text("reference"),
                name: text("name"),
                kind: entity::partner::PartnerKind::Other,
                secrecy: entity::partner::SecrecyRegime::Discretion,
                status: entity::partner::PartnerStatus::Offboarded,
                email: Some(text("email")),
                phone: Some(text("phone")),
                pool_name: Some(text("pool name")),
                website: Some(text("website")),
                created_at: sample_time(),
                updated_at: sample_time(),
                version: 1,
            },
        )
        .await,
        holds(
            db,
            entity::partner_identifier::Model {
                id: new_id(),
                partner_id: ids.partner,
                scheme: entity::partner_identifier::PartnerIdentifierScheme::Oin,
                value: text("value"),
                created_at: sample_time(),
            },
        )
        .await,
        holds(
            db,
            entity::partner_neighbourhood::Model {
                partner_id: ids.partner,
                neighbourhood_id: ids.neighbourhood,
            },
        )
        .await,
        holds(
            db,
            entity::service::Model {
                id: service,
                partner_id: ids.partner,
                reference: text("reference"),
                name: text("name"),
                description: Some(text("description")),
                categories: vec![Category::Other, Category::Loneliness].into(),
                target_groups: vec![TargetGroup::Everyone, TargetGroup::Children].into(),
                capacity_available: Some(7),
                capacity_maximum: Some(7),
                capacity_updated_at: Some(sample_time()),
                status: entity::service::ServiceStatus::Defunct,
                created_at: sample_time(),
                updated_at: sample_time(),
                version: 1,
            },
        )
        .await,
        holds(
            db,
            entity::service_neighbourhood::Model {
                service_id: service,
                neighbourhood_id: ids.neighbourhood,
            },
        )
        .await,
    ]
}

async fn initiatives(db: &DatabaseConnection, ids: &Ids) -> [String; 4] {
    let initiative = new_id();
    [
        holds(
            db,
            entity::initiative::Model {
                id: initiative,
                reference: text("reference"),
                name: text("name"),
                municipality_id: ids.municipality,
                description: Some(text("description")),
                starts_on: Some(sample_date()),
                ends_on: Some(sample_date()),
                target_groups: vec![TargetGroup::Everyone, TargetGroup::Children].into(),
                minimum_age: Some(7),
                website: Some(text("website")),
                budget_cents: Some(7),
                created_at: sample_time(),
                updated_at: sample_time(),
                version: 1,
            },
        )
        .await,
        holds(
            db,
            entity::initiative_neighbourhood::Model {
                initiative_id: initiative,
                neighbourhood_id: ids.neighbourhood,
            },
        )
        .await,
        holds(
            db,
            entity::initiative_partner::Model {
                initiative_id: initiative,
                partner_id: ids.partner,
            },
        )
        .await,
        holds(
            db,
            entity::evaluation::Model {
                id: new_id(),
                initiative_id: initiative,
                recommendation: Some(7),
                impact: Some(7),
                strengths: Some(text("strengths")),
                barriers: Some(text("barriers")),
                lasting_impact: Some(text("lasting impact")),
                evaluated_on: Some(sample_date()),
                created_at: sample_time(),
                updated_at: sample_time(),
                version: 1,
            },
        )
        .await,
    ]
}

async fn helpers(db: &DatabaseConnection, ids: &Ids) -> [String; 5] {
    [
        holds(
            db,
            entity::user::Model {
                id: ids.user,
                kind: entity::user::UserKind::Client,
                issuer: text("issuer"),
                subject: text("subject"),
                display_name: text("display name"),
                status: entity::user::UserStatus::Blocked,
                authz_version: 5,
                created_at: sample_time(),
                updated_at: sample_time(),
                version: 1,
            },
        )
        .await,
        holds(
            db,
            entity::ambassador::Model {
                id: ids.ambassador,
                municipality_id: ids.municipality,
                whole_municipality: true,
                pool_partner_id: Some(ids.partner),
                display_name: text("display name"),
                roles: vec![
                    entity::ambassador::VolunteerRole::Organiser,
                    entity::ambassador::VolunteerRole::Listener,
                ]
                .into(),
                status: entity::ambassador::AmbassadorStatus::Left,
                briefed_on: Some(sample_date()),
                public_profile: true,
                public_contact: Some(text("public contact")),
                created_at: sample_time(),
                updated_at: sample_time(),
                version: 1,
            },
        )
        .await,
        holds(
            db,
            entity::ambassador_neighbourhood::Model {
                ambassador_id: ids.ambassador,
                neighbourhood_id: ids.neighbourhood,
            },
        )
        .await,
        holds(
            db,
            entity::role_grant::Model {
                id: new_id(),
                user_id: ids.user,
                role: entity::role_grant::Role::Admin,
                municipality_id: Some(ids.municipality),
                neighbourhood_id: Some(ids.neighbourhood),
                partner_id: Some(ids.partner),
                ambassador_id: Some(ids.ambassador),
                valid_from: sample_time(),
                valid_until: Some(sample_time()),
                created_at: sample_time(),
                updated_at: sample_time(),
                version: 1,
            },
        )
        .await,
        holds(
            db,
            entity::idempotency_key::Model {
                user_id: ids.user,
                key: new_id(),
                mutation: text("mutation"),
                input_hash: text("input hash"),
                record_id: ids.partner,
                created_at: sample_time(),
            },
        )
        .await,
    ]
}

async fn resident(db: &DatabaseConnection, ids: &Ids, tables: &mut Vec<String>) -> Uuid {
    let resident = new_id();
    tables.extend([
        holds(
            db,
            entity::resident::Model {
                id: resident,
                municipality_id: ids.municipality,
                neighbourhood_id: ids.neighbourhood,
                given_name: Some(text("given name")),
                family_name: Some(text("family name")),
                birth_year: Some(7),
                target_groups: vec![TargetGroup::Everyone, TargetGroup::Children].into(),
                languages: vec![text("nl-BE"), text("a,b")].into(),
                notes: Some(text("notes")),
                recorded_by_user_id: ids.user,
                recorded_by_ambassador_id: Some(ids.ambassador),
                recorded_by_partner_id: Some(ids.partner),
                erased_at: Some(sample_time()),
                created_at: sample_time(),
                updated_at: sample_time(),
                version: 1,
            },
        )
        .await,
        holds(
            db,
            entity::erasure::Model {
                resident_id: resident,
                municipality_id: ids.municipality,
                user_id: Some(ids.user),
                erased_at: sample_time(),
                request_id: text("request id"),
            },
        )
        .await,
        holds(
            db,
            entity::resident_contact::Model {
                resident_id: resident,
                phone: Some(text("phone")),
                email: Some(text("email")),
                address: Some(text("address")),
                preferred_channel: Some(entity::resident_contact::PreferredChannel::Email),
                updated_at: sample_time(),
            },
        )
        .await,
        holds(
            db,
            entity::access_log::Model {
                id: new_id(),
                user_id: ids.user,
                partner_id: Some(ids.partner),
                resident_id: resident,
                municipality_id: Some(ids.municipality),
                fields: text("fields"),
                purpose: entity::access_log::AccessPurpose::Emergency,
                at: sample_time(),
                request_id: text("request id"),
            },
        )
        .await,
    ]);
    resident
}
