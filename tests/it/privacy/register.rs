//! The register of processing (GDPR article 30): every column of the database is declared, what is
//! declared agrees with what is told and erased, and it is there for whoever has an account.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use nabij_api::store::{
    held::{Fate, HELD, Tells},
    register,
};
use nabij_entity::{idempotency_key, role_grant::Role};
use nabij_tests::{Person, Town};
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use super::held::catalogue;

const REGISTER: &str = "{ processingRegister { record field subjects category purpose bases \
    specialCategoryBases receivers retention whenErased } }";

/// What the auditor sees of a referral whose ground is a vital interest. The signal's id is of use to
/// nobody who doesn't see the signal.
const AUDITED: [&str; 15] = [
    "id",
    "signal_id",
    "municipality_id",
    "neighbourhood_id",
    "from_partner_id",
    "to_partner_id",
    "status",
    "basis",
    "basis_justification",
    "disclosed_fields",
    "cancel_cause",
    "accepted_at",
    "closed_at",
    "created_at",
    "updated_at",
];

/// The register as somebody reads it, by record and field.
pub(super) async fn read(person: &Person) -> BTreeMap<(String, String), Value> {
    let answer = person.asks(REGISTER, json!({})).await;
    let entries = answer.data("/processingRegister").as_array();
    let entries = entries.unwrap_or_else(|| panic!("{}", answer.text()));
    let key = |entry: &Value, part: &str| entry[part].as_str().expect("a text").to_owned();
    entries
        .iter()
        .map(|entry| ((key(entry, "record"), key(entry, "field")), entry.clone()))
        .collect()
}

/// GDPR article 30(1). A column that isn't declared doesn't compile; a table that isn't is named here.
#[tokio::test]
async fn every_table_of_the_database_is_declared() {
    let town = Town::empty().await;
    let tables: BTreeSet<String> = catalogue(&town).await.into_keys().collect();
    let declared: BTreeSet<String> = register::tables()
        .map(|(table, _)| table.to_owned())
        .collect();
    assert_eq!(
        tables, declared,
        "api/src/store/register/: declare the columns of each table"
    );
    let columns: usize = catalogue(&town).await.values().map(BTreeSet::len).sum();
    assert_eq!(register::tables().count(), columns, "each column once");
}

/// GDPR articles 15 and 17 rest on the same declarations as article 30.
#[tokio::test]
async fn what_is_told_or_erased_of_residents_is_in_the_register() {
    let town = Town::start().await;
    let entries = read(&town.official(Role::Auditor).await).await;
    for held in HELD {
        for column in held.columns {
            let of = (held.table.to_owned(), column.name.to_owned());
            let is_personal = column.tells != Tells::Nothing || column.fate != Fate::Stays;
            let entry = entries.get(&of);
            assert!(
                !is_personal || entry.is_some(),
                "{of:?} is told or erased, and not in the register"
            );
            if !matches!(column.fate, Fate::Stays | Fate::Link) {
                let effect = &entry.expect("it is there")["whenErased"];
                assert_ne!(effect, "STAYS", "{of:?}");
            }
        }
    }
    for ((record, field), entry) in &entries {
        let of_residents = HELD.iter().any(|held| held.table == record);
        assert_eq!(
            entry["whenErased"].is_string(),
            of_residents,
            "{record}.{field}: {entry}"
        );
    }
}

/// GDPR article 30(1)(a) to (f): what the article asks of each, by hand for a few.
#[tokio::test]
async fn the_register_tells_purpose_ground_receivers_and_term() {
    let town = Town::start().await;
    let entries = read(&town.official(Role::Auditor).await).await;
    let entry = |record: &str, field: &str| &entries[&(record.to_owned(), field.to_owned())];

    let phone = entry("resident_contacts", "phone");
    assert_eq!(phone["subjects"], json!(["RESIDENT"]));
    assert_eq!(phone["category"], "CONTACT");
    assert_eq!(phone["purpose"], "HELP");
    assert_eq!(phone["bases"], json!(["PUBLIC_TASK"]));
    assert_eq!(
        phone["receivers"],
        json!(["MUNICIPALITY", "PARTNER", "VOLUNTEER"])
    );
    assert_eq!(phone["retention"], "WITH_THE_CASE");
    assert_eq!(phone["whenErased"], "GOES");

    let note = entry("contact_moments", "note");
    assert_eq!(
        note["specialCategoryBases"],
        json!(["SOCIAL_CARE", "EXPLICIT_CONSENT", "VITAL_INTEREST"])
    );
    let signaller = json!("SIGNALLER");
    assert!(
        !note["receivers"]
            .as_array()
            .expect("some")
            .contains(&signaller)
    );

    // A volunteer who wishes to be known is known to everybody; when they were briefed isn't.
    assert_eq!(
        entry("ambassadors", "public_contact")["receivers"][0],
        "PUBLIC"
    );
    assert_eq!(
        entry("ambassadors", "briefed_on")["receivers"],
        json!(["MUNICIPALITY", "PARTNER", "VOLUNTEER"])
    );
    assert_eq!(
        entry("access_log", "user_id")["receivers"],
        json!(["AUDITOR"])
    );
    assert_eq!(entry("idempotency_keys", "user_id")["receivers"], json!([]));

    for ((record, field), entry) in &entries {
        for part in ["subjects", "bases"] {
            assert!(
                !entry[part].as_array().expect("a list").is_empty(),
                "{record}.{field}"
            );
        }
        // Of residents, nothing goes to the public, to administrators or to whoever has an account; to
        // the auditor, why a vital interest was the ground of a referral, and when.
        if entry["category"] != "AUTHORSHIP" && entry["subjects"] == json!(["RESIDENT"]) {
            let receivers = entry["receivers"].as_array().expect("a list");
            for nobody in ["PUBLIC", "SIGNED_IN", "ADMINISTRATOR"] {
                assert!(
                    !receivers.contains(&json!(nobody)),
                    "{record}.{field}: {entry}"
                );
            }
            let audited = record == "referrals" && AUDITED.contains(&field.as_str());
            let is_told = receivers.contains(&json!("AUDITOR"));
            assert_eq!(is_told, audited, "{record}.{field}: {entry}");
        }
    }
    assert!(!entries.contains_key(&("municipalities".to_owned(), "name".to_owned())));
}

#[tokio::test]
async fn whoever_has_an_account_reads_the_register() {
    let town = Town::start().await;
    let everybody = read(&town.admin().await).await;
    for person in [
        town.official(Role::Auditor).await,
        town.coordinator().await,
        town.ambassador("Rosa", &["Alsemberg"]).await,
        town.partner("OCMW Beersel").await,
    ] {
        assert_eq!(read(&person).await, everybody);
    }
    let refused = town.passer_by().asks(REGISTER, json!({})).await;
    assert_eq!(refused.code(), "FORBIDDEN", "{}", refused.text());
    assert!(refused.data_despite_errors("/processingRegister").is_null());
}

/// GDPR article 5(1)(e): the register says that who sent what stays for a day, and so it is.
#[tokio::test]
async fn who_repeated_what_is_forgotten_after_a_day() {
    let scene = super::Scene::set().await;
    let entries = read(&scene.coordinator).await;
    let key = ("idempotency_keys".to_owned(), "user_id".to_owned());
    assert_eq!(entries[&key]["retention"], "A_DAY");
    let keys = async || {
        let kept = idempotency_key::Entity::find()
            .all(scene.town.beneath())
            .await;
        kept.expect("the keys").len()
    };
    assert_eq!(keys().await, 1);
    scene.town.what_is_due_happens().await;
    assert_eq!(keys().await, 1, "a request may still be repeated");
    scene.town.wait(Duration::from_hours(25));
    scene.town.what_is_due_happens().await;
    assert_eq!(keys().await, 0);
}
