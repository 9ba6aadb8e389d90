//! The disk is full: what is written is refused, what shows nobody's personal data is read on, and when
//! there is room again, everything goes on. Reading personal data is written down first, so it is
//! refused too (GDPR article 5(2): if it can't be written down, it isn't shown).

use nabij_tests::{Record, SmallDisk, Town, wire::Reply};
use sea_orm::ConnectionTrait;
use serde_json::json;

use super::{NEIGHBOURHOODS, QUICK, SIGNALS, is_away, number_of_signals};

/// Somebody's name.
const NAME: &str = "query Name($id: ID!) { resident(id: $id) { givenName } }";

#[track_caller]
fn is_refused(reply: &Reply) {
    assert_eq!(reply.status, 503, "{}", reply.text());
    assert_eq!(reply.code(), "SERVICE_UNAVAILABLE", "{}", reply.text());
    assert_eq!(reply.header("retry-after"), "2");
}

#[tokio::test]
async fn on_sqlite_a_full_disk_is_told_and_writing_goes_on_when_there_is_room() {
    let town = Town::start().await;
    if town.is_on_postgres() {
        return;
    }
    let (coordinator, resident) = coordinator_and_resident(&town).await;
    let Some(small) = SmallDisk::of(&town, env!("CARGO_BIN_EXE_service")).await else {
        eprintln!("left out: this system lets no process have a disk of its own");
        return;
    };
    let input = json!({ "input": {
        "neighbourhood": coordinator.neighbourhood, "kind": "NEED", "category": "MOBILITY",
        "urgency": "NORMAL", "title": "The lift is broken",
    } });
    let submit = "mutation Submit($input: SignalSubmitInput!) {
        signalSubmit(input: $input) { signal { id } userErrors { code } } }";
    let submits = async || small.hears(&coordinator, submit, &input).await;
    let asks = async |query: &str| {
        let id = json!({ "id": resident.id });
        small.hears(&coordinator, query, &id).await
    };
    let counted = async || asks(SIGNALS).await.json()["data"]["signals"]["totalCount"].clone();
    let done = submits().await;
    assert!(done.json()["data"]["signalSubmit"]["signal"]["id"].is_string());
    assert_eq!(
        asks(NAME).await.json()["data"]["resident"]["givenName"],
        "Maria"
    );

    small.fills();
    // Again and again: the connection that found no room is used no more.
    for _ in 0..3 {
        is_refused(&submits().await);
        is_refused(&asks(NAME).await);
        let read = asks(NEIGHBOURHOODS).await;
        assert_eq!(read.status, 200, "{}", read.text());
        assert_eq!(counted().await, 1);
    }
    let live = b"GET /health/live HTTP/1.1\r\nhost: nabij\r\n\r\n";
    let live = small.service.hears(live).await.expect("it lives");
    assert_eq!(live.status, 200);

    small.is_cleared();
    let done = submits().await;
    assert!(
        done.json()["data"]["signalSubmit"]["signal"]["id"].is_string(),
        "{}",
        done.text()
    );
    assert_eq!(counted().await, 2, "what was refused left nothing");
    assert_eq!(asks(NAME).await.status, 200);
}

/// PostgreSQL says what it says when its disk is full (SQLSTATE 53100).
#[tokio::test]
async fn on_postgresql_a_full_disk_is_told_and_writing_goes_on_when_there_is_room() {
    let town = Town::impatient(QUICK, 15).await;
    if !town.is_on_postgres() {
        return;
    }
    let (coordinator, resident) = coordinator_and_resident(&town).await;
    coordinator
        .signals("The lift is broken", "NORMAL")
        .await
        .done();
    let no_room = "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
                     RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$; \
                   CREATE TRIGGER no_room BEFORE INSERT ON signals \
                     FOR EACH ROW EXECUTE FUNCTION no_room(); \
                   CREATE TRIGGER no_room BEFORE INSERT ON access_log \
                     FOR EACH ROW EXECUTE FUNCTION no_room()";
    let full = town.beneath().execute_unprepared(no_room).await;
    full.expect("a trigger stands for the disk");

    is_away(&coordinator.signals("Nobody to talk to", "NORMAL").await);
    is_away(&coordinator.asks(NAME, json!({ "id": resident.id })).await);
    let read = coordinator.asks(NEIGHBOURHOODS, json!({})).await;
    assert_eq!(read.status(), 200, "{}", read.text());

    let room = "DROP FUNCTION no_room CASCADE";
    let cleared = town.beneath().execute_unprepared(room).await;
    cleared.expect("the trigger goes");
    coordinator
        .signals("Nobody to talk to", "NORMAL")
        .await
        .done();
    assert_eq!(
        number_of_signals(&coordinator).await,
        2,
        "what was refused left nothing"
    );
}

async fn coordinator_and_resident(town: &Town) -> (nabij_tests::Person, Record) {
    let coordinator = town.coordinator().await;
    let input = json!({
        "neighbourhood": coordinator.neighbourhood,
        "particulars": { "givenName": "Maria" },
    });
    let recorded = coordinator.does("residentRecord", "resident", "id", input);
    let resident = recorded.await.done();
    (coordinator, resident)
}
