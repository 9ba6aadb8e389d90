//! Erasing somebody (GDPR article 17), also from a restored backup.

use nabij_api::domain::resident::erase::replay;
use nabij_entity::{erasure, event, resident, resident_contact, signal};
use nabij_tests::{Person, Record, Request, Town, handled_by};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel,
    QueryFilter, Statement,
};
use serde_json::{Value, json};

use super::{
    DOSSIER, Scene,
    held::{catalogue, words},
};

/// What occurs nowhere but in what is told of Maria: no id has a `u`.
const CANARIES: [&str; 2] = ["uqz", "3223591616"];

/// Every row of every table as text, with the table's name.
async fn dump(town: &Town) -> Vec<(String, String)> {
    let mut rows = Vec::new();
    for (table, columns) in catalogue(town).await {
        let row = if town.is_on_postgres() {
            format!("SELECT t::text AS name FROM \"{table}\" t")
        } else {
            let columns: Vec<String> = columns
                .iter()
                .map(|column| format!("COALESCE(CAST(\"{column}\" AS TEXT), '')"))
                .collect();
            format!(
                "SELECT {} AS name FROM \"{table}\"",
                columns.join(" || '|' || ")
            )
        };
        // An id is bytes on SQLite, which needn't be text.
        let row = if town.is_on_postgres() {
            row
        } else {
            row.replace("CAST(", "CAST(quote(")
                .replace(" AS TEXT)", ") AS TEXT)")
        };
        for row in words(town.beneath(), &row).await {
            rows.push((table.clone(), row));
        }
    }
    rows
}

pub(super) async fn found(town: &Town) -> Vec<(String, String)> {
    let mut rows = dump(town).await;
    rows.retain(|(_, row)| CANARIES.iter().any(|word| row.contains(word)));
    rows
}

/// The bytes of an SQLite database's files, pages that are free too.
async fn bytes(town: &Town) -> Option<Vec<u8>> {
    if town.is_on_postgres() {
        return None;
    }
    let db = town.beneath();
    let run = Statement::from_string(db.get_database_backend(), "PRAGMA wal_checkpoint(TRUNCATE)");
    db.query_all_raw(run)
        .await
        .expect("the log is written back");
    let file = words(
        db,
        "SELECT file AS name FROM pragma_database_list WHERE name = 'main'",
    )
    .await;
    Some(std::fs::read(&file[0]).expect("the database is a file"))
}

async fn erase(person: &Person, id: &str) -> nabij_tests::Answer {
    let input = json!({ "id": id });
    person
        .does(
            "residentErase",
            "resident",
            "id erasedAt givenName version",
            input,
        )
        .await
}

/// Tells of Maria wherever anything can be told.
async fn told_everywhere(scene: &Scene) -> (Person, Record) {
    let coordinator = &scene.coordinator;
    let welfare = scene.town.partner("OCMW Beersel").await;
    let mut handled = handled_by(&welfare, "VITAL_INTEREST", &["NAME"]);
    handled["basisJustification"] = json!("Aloneuqz after the fall");
    let triaged = coordinator.triages_as(&scene.signal, handled).await;
    triaged.done();
    let consent = json!({ "resident": scene.maria, "kind": "SHARE_WITH_PARTNER", "method": "ORAL",
        "partner": welfare.partner });
    coordinator
        .does("consentRecord", "consent", "id", consent)
        .await
        .done();
    let moment = json!({ "on": { "signal": scene.signal.id }, "kind": "VISIT",
        "outcome": "REACHED", "note": "Mariauqz was at home" });
    coordinator
        .does("contactMomentRecord", "contactMoment", "id", moment)
        .await
        .done();
    let request = Request::to(&welfare)
        .on("VITAL_INTEREST", &["NAME"])
        .with("reason", "Stairsuqz")
        .with("basisJustification", "Falluqz");
    let first = coordinator.refers_by(&scene.signal, request).await.done();
    welfare.accepts(&first).await.done();
    welfare.holds(&first, "Waituqz").await.done();
    welfare.resumes(&first).await.done();
    let end = json!({ "outcome": "GOT_HELP", "note": "Liftuqz" });
    welfare.takes("Complete", &first, end).await.done();
    let feedback =
        json!({ "referral": first.id, "giver": "PARTNER", "score": 5, "text": "Kinduqz" });
    welfare
        .does("feedbackGive", "feedback", "id", feedback)
        .await
        .done();
    // One that is still open, on the consent.
    let request = Request::to(&welfare)
        .on("CONSENT", &["NAME"])
        .with("reason", "Againuqz");
    let open = coordinator.refers_by(&scene.signal, request).await.done();
    // An event that holds what no event may.
    let data = json!({ "from": "SUBMITTED", "told": "Mariauqz" });
    event::Entity::update_many()
        .col_expr(event::Column::Data, sea_orm::sea_query::Expr::value(data))
        .filter(event::Column::Kind.eq("signal.submitted"))
        .exec(scene.town.beneath())
        .await
        .expect("the event is there");
    assert!(
        coordinator
            .sees(&scene.signal, "resident { givenName }")
            .await
            .is_some()
    );
    (welfare, open)
}

/// GDPR article 17: no byte is left in any table; a record without content stays.
#[tokio::test]
async fn of_somebody_who_was_erased_no_byte_is_left() {
    let scene = Scene::set().await;
    let (welfare, open) = told_everywhere(&scene).await;
    let tables: std::collections::BTreeSet<String> = found(&scene.town)
        .await
        .into_iter()
        .map(|(table, _)| table)
        .collect();
    for table in [
        "residents",
        "resident_contacts",
        "signals",
        "referrals",
        "contact_moments",
        "feedback",
        "events",
    ] {
        assert!(
            tables.contains(table),
            "nothing of Maria in {table}: {tables:?}"
        );
    }
    if let Some(bytes) = bytes(&scene.town).await {
        assert!(
            bytes.windows(8).any(|part| part == b"Mariauqz"),
            "the file is looked through"
        );
    }

    let tombstone = erase(&scene.coordinator, &scene.maria).await.done();
    assert!(tombstone.at("/erasedAt").is_string());
    assert_eq!(tombstone.at("/givenName"), &Value::Null);
    assert_eq!(found(&scene.town).await, []);
    if let Some(bytes) = bytes(&scene.town).await {
        for word in [
            &b"Mariauqz"[..],
            b"Peetersuqz",
            b"Parrotuqz",
            b"3223591616",
            b"Stationuqz",
        ] {
            let left = bytes.windows(word.len()).any(|part| part == word);
            assert!(!left, "{} is in the file", String::from_utf8_lossy(word));
        }
    }
    let people = resident::Entity::find().all(scene.town.beneath()).await;
    let left = people.expect("residents").remove(0);
    assert_eq!(
        (
            left.birth_year,
            left.languages.len(),
            left.target_groups.len()
        ),
        (None, 0, 0)
    );
    let keys = dump(&scene.town).await;
    assert!(
        keys.iter().all(|(table, _)| table != "idempotency_keys"),
        "digests are gone"
    );

    // What was open has ended, and the partner sees nothing of it any more.
    let signal = scene
        .coordinator
        .sees(&scene.signal, "status title text")
        .await;
    assert_eq!(
        signal,
        Some(json!({ "status": "WITHDRAWN", "title": "", "text": null }))
    );
    let ended = scene.coordinator.sees(&open, "status cancelCause").await;
    let expected = json!({ "status": "CANCELLED", "cancelCause": "PERSON_ERASED" });
    assert_eq!(ended, Some(expected));
    assert!(welfare.sees(&open, "id").await.is_none());
    // Who read what stays (article 5(2)); it tells nothing of Maria.
    let dossier = scene
        .coordinator
        .asks(DOSSIER, json!({ "id": scene.maria }))
        .await;
    assert_eq!(
        dossier.data("/residentDossier/reads/0/fields"),
        &json!(["NAME"])
    );
    assert!(
        CANARIES.iter().all(|word| !dossier.text().contains(word)),
        "{}",
        dossier.text()
    );

    // Nothing is added to somebody who is gone.
    let twice = erase(&scene.coordinator, &scene.maria).await;
    assert_eq!(twice.user_errors()[0]["code"], "INVALID");
    let update = json!({ "id": scene.maria, "givenName": "Mariauqz" });
    let update = scene
        .coordinator
        .does("residentUpdate", "resident", "id", update)
        .await;
    assert_eq!(update.user_errors()[0]["code"], "INVALID");
    let consent = json!({ "resident": scene.maria, "kind": "ACCEPT_HELP", "method": "ORAL" });
    let consent = scene
        .coordinator
        .does("consentRecord", "consent", "id", consent)
        .await;
    assert_eq!(consent.user_errors()[0]["code"], "INVALID");
    let need = nabij_tests::Need::new("Again", &scene.coordinator.neighbourhood)
        .with("resident", json!({ "id": scene.maria }));
    let need = scene.coordinator.submits(need).await;
    assert_eq!(need.user_errors()[0]["code"], "INVALID");
}

/// GDPR article 17, and who may: the place's coordinator.
#[tokio::test]
async fn only_the_coordinator_of_the_place_erases() {
    let scene = Scene::set().await;
    let auditor = scene
        .town
        .official(nabij_entity::role_grant::Role::Auditor)
        .await;
    let herent = scene.town.coordinator_of("Herent").await;
    let admin = scene.town.admin().await;
    for (person, code) in [
        (&scene.rosa, "FORBIDDEN"),
        (&auditor, "NOT_FOUND"),
        (&herent, "NOT_FOUND"),
        (&admin, "NOT_FOUND"),
    ] {
        let refused = erase(person, &scene.maria).await;
        assert_eq!(refused.user_errors()[0]["code"], code);
    }
    let stale = json!({ "id": scene.maria, "expectedVersion": 7 });
    let stale = scene
        .coordinator
        .does("residentErase", "resident", "id", stale)
        .await;
    assert_eq!(stale.user_errors()[0]["code"], "CONFLICT");
    assert!(!found(&scene.town).await.is_empty());
}

/// GDPR article 17: a restored backup doesn't bring anybody back.
#[tokio::test]
async fn a_restored_backup_brings_nobody_back() {
    let scene = Scene::set().await;
    let db = scene.town.beneath();
    // The backup: what was there before.
    let people = resident::Entity::find().all(db).await.expect("residents");
    let contacts = resident_contact::Entity::find()
        .all(db)
        .await
        .expect("contacts");
    let signals = signal::Entity::find().all(db).await.expect("signals");
    erase(&scene.coordinator, &scene.maria).await.done();
    assert_eq!(found(&scene.town).await, []);
    let id = people[0].id;
    assert_eq!(scene.town.erased_list(), format!("{id}\n"));

    // It is put back, and the table that remembers is as old as the rest.
    erasure::Entity::delete_many()
        .exec(db)
        .await
        .expect("as it was");
    for person in people {
        person
            .into_active_model()
            .reset_all()
            .update(db)
            .await
            .expect("restored");
    }
    for signal in signals {
        signal
            .into_active_model()
            .reset_all()
            .update(db)
            .await
            .expect("restored");
    }
    for contact in contacts {
        resident_contact::Entity::insert(contact.into_active_model())
            .exec_without_returning(db)
            .await
            .expect("restored");
    }
    assert!(!found(&scene.town).await.is_empty());

    // The start, before the service listens.
    let cx = scene.town.app().cx("erased-residents");
    assert_eq!(replay(&cx).await.expect("it is erased again"), 1);
    assert_eq!(found(&scene.town).await, []);
    assert_eq!(replay(&cx).await.expect("nothing is left to do"), 0);
    assert_eq!(scene.town.erased_list(), format!("{id}\n"));

    // A list that was lost is made again from the table.
    scene.town.loses_erased_list();
    assert_eq!(replay(&cx).await.expect("it is written anew"), 0);
    assert_eq!(scene.town.erased_list(), format!("{id}\n"));

    // A line that was cut off wasn't acknowledged; one that is no id stops the start.
    scene
        .town
        .writes_erased_list(&format!("{id}\n0192f0c1-2d3e"));
    assert_eq!(replay(&cx).await.expect("it is mended"), 0);
    assert_eq!(scene.town.erased_list(), format!("{id}\n"));
    scene.town.writes_erased_list(&format!("Maria\n{id}\n"));
    let refused = replay(&cx)
        .await
        .expect_err("the list was changed")
        .to_string();
    assert!(
        refused.contains("line 1") && !refused.contains("Maria"),
        "{refused}"
    );

    // Without the list, nobody is erased at all.
    let tombstone = resident::ActiveModel {
        id: Set(id),
        erased_at: Set(None),
        ..Default::default()
    };
    tombstone.update(db).await.expect("as if it had not been");
    scene.town.blocks_erased_list();
    let refused = erase(&scene.coordinator, &scene.maria).await;
    assert_eq!(refused.code(), "SERVICE_UNAVAILABLE");
}
