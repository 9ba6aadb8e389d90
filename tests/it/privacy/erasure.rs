//! Erasing somebody (GDPR article 17).

mod dump;
mod restored;
mod told;

use std::collections::BTreeSet;

use nabij_api::{
    domain::resident::erase::replay,
    store::held::{Fate, HELD, Tells},
};
use nabij_entity::resident;
use nabij_tests::{Need, Person, Town};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ConnectionTrait, EntityTrait, Statement, TransactionTrait,
};
use serde_json::{Value, json};

pub(super) use self::dump::canaries_in_files;
use self::{
    dump::{CANARIES, canaries_in_pg_dump, dump, rows_with_canaries},
    told::{CLEARED, MENTION, in_column, mention, texts, told_everywhere},
};
use super::{DOSSIER, Scene};

/// The rows in which something of Maria is found, with their tables.
pub(super) async fn found(town: &Town) -> Vec<(String, String)> {
    rows_with_canaries(town.beneath()).await
}

pub(super) async fn erase(person: &Person, id: &str) -> nabij_tests::Answer {
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

/// The fields of somebody's dossier by kind of record, and whether they hold a text of theirs.
async fn dossier(scene: &Scene) -> BTreeSet<(String, String)> {
    let asked = json!({ "id": scene.maria });
    let answer = scene.coordinator.asks(DOSSIER, asked).await;
    let records = answer.data("/residentDossier/records").as_array();
    let records = records.unwrap_or_else(|| panic!("{}", answer.text()));
    let mut found = BTreeSet::new();
    for record in records {
        let kind = record["type"].as_str().expect("a kind");
        for field in record["fields"].as_array().expect("fields") {
            let name = field["name"].as_str().expect("a name");
            found.insert((kind.to_owned(), name.to_owned()));
        }
    }
    found
}

/// Every column that is told of somebody and goes with them.
fn that_goes() -> BTreeSet<(String, String)> {
    let columns = HELD.iter().flat_map(|held| {
        let goes = held.columns.iter().filter(|column| {
            column.tells != Tells::Nothing
                && (held.goes || matches!(column.fate, Fate::Null | Fate::Blank | Fate::NoneOf))
        });
        goes.map(|column| (held.table.to_owned(), column.name.to_owned()))
    });
    // When contact details were last changed is no detail of anybody.
    columns
        .filter(|(_, column)| column != "updated_at")
        .collect()
}

/// GDPR article 17: of somebody who occurs in every record there is, and is mentioned in every text
/// of others, no byte of name, phone, e-mail, address or note is left in a dump, nor in the files. A
/// record without content stays, and so does the rest of what others were told.
#[tokio::test]
async fn of_somebody_who_was_erased_no_byte_is_left() {
    let scene = Scene::set().await;
    let town = &scene.town;
    let (welfare, open) = told_everywhere(&scene).await;
    let texts = texts(&scene).await;
    mention(town, &texts).await;

    // Before: whatever can be told of somebody is, in their own records and in others' texts.
    let before = dossier(&scene).await;
    let missing: Vec<_> = that_goes().difference(&before).cloned().collect();
    assert!(missing.is_empty(), "not told of Maria: {missing:?}");
    for (table, column) in &texts {
        let told = told::in_column(town, table, column).await;
        assert!(told.contains(MENTION), "{table}.{column} mentions nobody");
    }
    let tables: BTreeSet<String> = found(town).await.into_iter().map(|(of, _)| of).collect();
    for table in ["residents", "resident_contacts", "events"] {
        assert!(tables.contains(table), "nothing of Maria in {table}");
    }
    let keys = dump(town.beneath()).await;
    assert!(keys.iter().any(|(table, _)| table == "idempotency_keys"));
    let written = canaries_in_files(town.database());
    let dumped = canaries_in_pg_dump(town);
    for seen in [written, dumped].into_iter().flatten() {
        assert_eq!(seen, CANARIES, "it is looked for where it is");
    }

    let tombstone = erase(&scene.coordinator, &scene.maria).await.done();
    assert!(tombstone.at("/erasedAt").is_string());
    assert_eq!(tombstone.at("/givenName"), &Value::Null);
    assert_eq!(found(town).await, []);
    let (written, dumped) = (
        canaries_in_files(town.database()),
        canaries_in_pg_dump(town),
    );
    for left in [written, dumped].into_iter().flatten() {
        assert!(left.is_empty(), "{left:?}");
    }
    let after = dossier(&scene).await;
    let left: Vec<_> = that_goes().intersection(&after).cloned().collect();
    assert!(left.is_empty(), "still told of Maria: {left:?}");
    for (table, column) in &texts {
        let is_own = HELD.iter().any(|held| held.table == table);
        let told = told::in_column(town, table, column).await;
        assert!(is_own || told.contains(CLEARED), "{table}.{column}: {told}");
    }
    let id = nabij_api::ids::parse(nabij_api::store::Kind::Resident, &scene.maria).expect("an id");
    let left = resident::Entity::find_by_id(id).one(town.beneath()).await;
    let left = left.expect("residents").expect("a record without content");
    assert_eq!(
        (
            left.birth_year,
            left.languages.len(),
            left.target_groups.len()
        ),
        (None, 0, 0)
    );
    let keys = dump(town.beneath()).await;
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
    let reads = dossier.data("/residentDossier/reads").as_array();
    let reads = reads.expect("reads");
    assert!(
        reads.iter().any(|read| read["fields"] == json!(["NAME"])),
        "{}",
        dossier.text()
    );
    assert!(
        CANARIES.iter().all(|word| !dossier.text().contains(word)),
        "{}",
        dossier.text()
    );
}

/// GDPR article 17: nothing is added to somebody who is gone.
#[tokio::test]
async fn nothing_is_told_anew_of_somebody_who_was_erased() {
    let scene = Scene::set().await;
    let coordinator = &scene.coordinator;
    let moment = json!({ "on": { "signal": scene.signal.id }, "kind": "VISIT",
        "outcome": "REACHED", "note": "Mariauqz was at home" });
    let moment = coordinator
        .does("contactMomentRecord", "contactMoment", "id", moment)
        .await
        .done();
    erase(coordinator, &scene.maria).await.done();
    let twice = erase(coordinator, &scene.maria).await;
    twice.is_refused_as("INVALID");
    for (mutation, record, input) in [
        (
            "residentUpdate",
            "resident",
            json!({ "id": scene.maria, "givenName": "Mariauqz" }),
        ),
        (
            "consentRecord",
            "consent",
            json!({ "resident": scene.maria, "kind": "ACCEPT_HELP", "method": "ORAL" }),
        ),
        (
            "signalCorrect",
            "signal",
            json!({ "id": scene.signal.id, "text": "Mariauqz" }),
        ),
        (
            "contactMomentCorrect",
            "contactMoment",
            json!({ "id": moment.id, "note": "Mariauqz" }),
        ),
    ] {
        let refused = coordinator.does(mutation, record, "id", input).await;
        assert_eq!(refused.refusal(), "INVALID", "{mutation}");
    }
    let need = Need::new("Again", &coordinator.neighbourhood)
        .with("resident", json!({ "id": scene.maria }));
    coordinator.submits(need).await.is_refused_as("INVALID");
    assert_eq!(found(&scene.town).await, []);
}

/// GDPR article 17: only what tells somebody from others goes from others' texts, and only in their
/// municipality. What is retained no longer takes the mentions with it too (article 5(1)(e)).
#[tokio::test]
async fn who_shares_a_name_or_a_street_is_still_told_of() {
    let scene = Scene::set().await;
    let coordinator = &scene.coordinator;
    let herent = scene.town.coordinator_of("Herent").await;
    let text = "Jan Peetersuqz of the Stationuqz 11 and Mariauqz were there. Peetersuqz, Mariauqz \
        rang: 02/359.16.16";
    let told = async |person: &Person, name: &str| {
        let need = Need::new("A lamp", &person.neighbourhood)
            .with("text", text)
            .with("resident", json!({ "new": { "givenName": name } }));
        person.submits(need).await.done()
    };
    let (here, elsewhere) = (told(coordinator, "Jan").await, told(&herent, "Jo").await);
    let version = here.version();
    erase(coordinator, &scene.maria).await.done();
    let here = coordinator
        .sees(&here, "text version")
        .await
        .expect("theirs");
    assert_eq!(
        here["text"],
        "Jan Peetersuqz of the Stationuqz 11 and Mariauqz were there. […] rang: […]"
    );
    assert_eq!(
        here["version"],
        version + 1,
        "whoever has read it is told so"
    );
    let elsewhere = herent.sees(&elsewhere, "text").await.expect("theirs");
    assert_eq!(elsewhere["text"], text);
}

/// GDPR article 17: however many texts mention somebody. They are looked through a part at a time.
#[tokio::test]
async fn every_mention_goes_of_more_than_are_looked_at_at_once() {
    let scene = Scene::set().await;
    let coordinator = &scene.coordinator;
    let need = Need::new("Nobody to talk to", &coordinator.neighbourhood)
        .with("text", "Next to Mariauqz Peetersuqz");
    let neighbours = coordinator.submits(need).await.done();
    scene.town.has_more_like(&neighbours, 600).await;
    let mentioning = async |text: &str| {
        let all = in_column(&scene.town, "signals", "text").await;
        all.matches(text).count()
    };
    assert_eq!(mentioning("Mariauqz Peetersuqz").await, 601);
    erase(coordinator, &scene.maria).await.done();
    assert_eq!(mentioning("Peetersuqz").await, 0);
    assert_eq!(mentioning("Next to […]").await, 601);
}

/// GDPR article 17, on SQLite: while somebody reads, the log can't be emptied; then it is done later.
#[tokio::test]
async fn the_log_is_emptied_as_soon_as_nobody_reads() {
    let scene = Scene::set().await;
    let town = &scene.town;
    if town.is_on_postgres() {
        return;
    }
    let db = town.beneath();
    let reading = db.begin().await.expect("a transaction");
    let one = Statement::from_string(db.get_database_backend(), "SELECT 1 FROM residents");
    reading.query_all_raw(one).await.expect("it is read");
    erase(&scene.coordinator, &scene.maria).await.done();
    let left = canaries_in_files(town.database()).expect("files");
    assert!(!left.is_empty(), "the log is as long as somebody reads");
    reading.commit().await.expect("the reading ends");
    town.what_is_due_happens().await;
    assert_eq!(canaries_in_files(town.database()), Some(Vec::new()));
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

/// GDPR article 17: the list beside the database is whole, mended, and never left aside.
#[tokio::test]
async fn the_list_of_who_was_erased_is_looked_after() {
    let scene = Scene::set().await;
    let db = scene.town.beneath();
    let people = resident::Entity::find().all(db).await.expect("residents");
    let id = people[0].id;
    erase(&scene.coordinator, &scene.maria).await.done();
    assert_eq!(scene.town.erased_list(), format!("{id}\n"));
    let cx = scene.town.app().cx("erased-residents");

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
