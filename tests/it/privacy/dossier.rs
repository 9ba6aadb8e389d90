//! A resident's dossier: everything that is held, and every read (GDPR article 15).

use nabij_api::store::held::{Column, HELD, Held, Tells};
use nabij_entity::role_grant::Role;
use nabij_tests::{Need, Town};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

use super::{DOSSIER, Scene, everywhere::Everywhere, held::words};

/// The columns of a table that are told.
fn told(held: &Held) -> impl Iterator<Item = &Column> {
    let columns = held.columns.iter();
    columns.filter(|column| column.tells != Tells::Nothing)
}

/// Beneath the service: whatever is still empty in what is told of residents holds something.
async fn everything_holds_something(town: &Town) {
    let db = town.beneath();
    for held in HELD {
        for column in told(held) {
            let (table, name) = (held.table, column.name);
            let empty = format!("SELECT '{name}' AS name FROM {table} WHERE {name} IS NULL");
            if words(db, &empty).await.is_empty() {
                continue;
            }
            let value = match column.tells {
                Tells::Time => "created_at".to_owned(),
                Tells::Organisation => "(SELECT id FROM partners LIMIT 1)".to_owned(),
                Tells::Text | Tells::Nothing => format!("'Of {table}.{name}'"),
            };
            let fill = format!("UPDATE {table} SET {name} = {value} WHERE {name} IS NULL");
            let fill = Statement::from_string(db.get_database_backend(), fill);
            db.execute_raw(fill).await.expect("it can be written");
        }
    }
}

/// How many rows a table has.
async fn rows(town: &Town, table: &str) -> usize {
    let all = format!("SELECT 'one' AS name FROM {table}");
    words(town.beneath(), &all).await.len()
}

/// The records of one kind in a dossier.
fn of_kind<'a>(dossier: &'a Value, table: &str) -> Vec<&'a Value> {
    let records = dossier["records"].as_array().into_iter().flatten();
    records.filter(|record| record["type"] == table).collect()
}

/// The values of a field in these records.
fn values<'a>(records: &[&'a Value], name: &str) -> Vec<&'a str> {
    let fields = records
        .iter()
        .flat_map(|record| record["fields"].as_array().into_iter().flatten());
    let named = fields.filter(|field| field["name"] == name);
    named.filter_map(|field| field["value"].as_str()).collect()
}

/// GDPR article 15(1) and (3): every row of every table that holds anything of residents, and every
/// column of them that is said to be told.
#[tokio::test]
async fn the_dossier_tells_every_column_of_every_table() {
    let everywhere = Everywhere::set().await;
    everywhere.ends().await;
    let scene = &everywhere.scene;
    let mut held = Vec::new();
    for table in HELD.iter().filter(|table| told(table).next().is_some()) {
        held.push((table, rows(&scene.town, table.table).await));
    }
    everything_holds_something(&scene.town).await;
    // Somebody else's is nobody's business.
    let need = Need::new("A neighbour", &scene.coordinator.neighbourhood)
        .with("text", "Elsewherexyz")
        .with("resident", json!({ "new": { "givenName": "Jozefxyz" } }));
    scene.coordinator.submits(need).await.done();

    let auditor = scene.town.official(Role::Auditor).await;
    let answer = auditor.asks(DOSSIER, json!({ "id": scene.maria })).await;
    let dossier = answer.data("/residentDossier");
    assert!(dossier.is_object(), "{}", answer.text());
    assert!(!answer.text().contains("xyz"), "{}", answer.text());
    for (table, number) in held {
        let records = of_kind(dossier, table.table);
        assert!(number > 0, "Maria isn't in {}", table.table);
        if table.table != "events" {
            assert_eq!(records.len(), number, "records of {}", table.table);
        }
        for column in told(table) {
            let place = format!("{}.{}", table.table, column.name);
            assert!(
                !values(&records, column.name).is_empty(),
                "{place} is held and not told"
            );
        }
    }
    for word in [
        "Mariauqz",
        "Peetersuqz",
        "Parrotuqz",
        "+3223591616",
        "mariauqz@example.org",
        "Stationuqz",
        "Stairsuqz",
        "hoplruqz",
        "At homeuqz",
        "A claimuqz",
        "Settleduqz",
        "Rails on the stairsuqz",
        "A falluqz",
        "Ring twiceuqz",
        "I know heruqz",
        "It holdsuqz",
        "Kinduqz",
        "OCMW Beersel",
        "resident.recorded",
        "signal.submitted",
    ] {
        assert!(answer.text().contains(word), "{word} is held and not told");
    }
}

/// GDPR article 15(1)(c): to whom they were shown, by organisation and never by name; that the dossier
/// was asked for, too.
#[tokio::test]
async fn the_dossier_tells_for_which_organisation_somebody_read() {
    let everywhere = Everywhere::set().await;
    let scene = &everywhere.scene;
    let (signal, referral) = (&scene.signal, &everywhere.referral);
    let name = "resident { givenName }";
    let auditor = scene.town.official(Role::Auditor).await;
    for (reader, record) in [
        (&everywhere.welfare, referral),
        (&everywhere.lotte, &everywhere.call_out),
        (&scene.rosa, signal),
        (&scene.coordinator, signal),
    ] {
        let seen = reader.sees(record, name).await.expect("it is shown");
        assert_eq!(seen["resident"]["givenName"], "Mariauqz");
        scene.town.wait(std::time::Duration::from_mins(1));
    }
    for asker in [&scene.coordinator, &auditor] {
        let answer = asker.asks(DOSSIER, json!({ "id": scene.maria })).await;
        let dossier = answer.data("/residentDossier");
        let reads = dossier["reads"].as_array().expect("reads");
        let organisations: Vec<&Value> = reads[..4].iter().map(|r| &r["organisation"]).collect();
        // Lotte reads for the pool she is in; Rosa is in none.
        let expected = ["OCMW Beersel", "OCMW Beersel", "Beersel", "Beersel"];
        assert_eq!(organisations, expected, "{}", answer.text());
        assert_eq!(reads[0]["fields"], json!(["NAME"]));
        let last = reads.last().expect("this one");
        assert_eq!(last["purpose"], "SUBJECT_REQUEST");
        assert_eq!(last["fields"], json!(["DOSSIER"]));
        assert_eq!(last["organisation"], "Beersel");
        for reader in ["Rosa", "Lotte", "Staff of", "Coordinator"] {
            assert!(
                !answer.text().contains(reader),
                "a reader is named: {reader}"
            );
        }
        println!("a dossier costs {} statements", answer.statements());
    }
}

/// GDPR article 32: nobody else gets it, and asking for somebody who isn't there is answered alike.
#[tokio::test]
async fn nobody_else_gets_the_dossier() {
    let scene = Scene::set().await;
    let welfare = scene.town.partner("OCMW Beersel").await;
    let nobody = "resident_01h455vb4pex5vsknk084sn02q";
    for stranger in [
        &scene.rosa,
        &welfare,
        &scene.town.coordinator_of("Herent").await,
        &scene.town.admin().await,
        &scene.town.passer_by(),
    ] {
        let foreign = stranger.asks(DOSSIER, json!({ "id": scene.maria })).await;
        let random = stranger.asks(DOSSIER, json!({ "id": nobody })).await;
        assert_eq!(foreign.data("/residentDossier"), &Value::Null);
        assert_eq!(foreign.less_request_id(), random.less_request_id());
    }
    assert_eq!(scene.log().await.len(), 0);
}
