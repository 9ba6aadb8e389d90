//! The database is slow: what takes too long is stopped, and holds no connection from others.

use std::time::Duration;

use nabij_api::store::Patience;
use nabij_tests::Town;
use sea_orm::ConnectionTrait;
use serde_json::json;

use super::{MUNICIPALITIES, NEIGHBOURHOODS, QUICK, ask_at_once, is_away, until_served};

/// Puts a view in the place of the neighbourhoods, which have another name meanwhile.
const MOVE: [&str; 2] = [
    "PRAGMA legacy_alter_table = ON",
    "ALTER TABLE neighbourhoods RENAME TO kept_neighbourhoods",
];
const VIEW: &str = "VIEW neighbourhoods AS SELECT kept.* FROM kept_neighbourhoods kept";
/// Never ends on SQLite, which has no statement that waits.
const COUNTING: &str = "(WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number) \
                        SELECT count(*) FROM number) > 0";

async fn runs(town: &Town, sql: &str) {
    let done = town.beneath().execute_unprepared(sql).await;
    done.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// Whatever reads the neighbourhoods takes longer than anybody waits.
pub(super) async fn slows_down(town: &Town) {
    if town.is_on_postgres() {
        runs(town, MOVE[1]).await;
        runs(
            town,
            &format!("CREATE {VIEW} WHERE pg_sleep(600) IS NOT NULL"),
        )
        .await;
    } else {
        runs(town, MOVE[0]).await;
        runs(town, MOVE[1]).await;
        runs(town, &format!("CREATE {VIEW} WHERE {COUNTING}")).await;
    }
}

async fn speeds_up(town: &Town) {
    if town.is_on_postgres() {
        runs(town, &format!("CREATE OR REPLACE {VIEW}")).await;
    } else {
        runs(town, "DROP VIEW neighbourhoods").await;
        runs(town, &format!("CREATE {VIEW}")).await;
    }
}

#[tokio::test]
async fn a_statement_that_takes_too_long_is_stopped_and_holds_nobody_up() {
    let town = Town::impatient(QUICK, 15).await;
    let anybody = town.passer_by();
    slows_down(&town).await;

    // More than SQLite has readers.
    for answer in ask_at_once(&anybody, NEIGHBOURHOODS, 6).await {
        is_away(&answer);
    }
    for answer in ask_at_once(&anybody, MUNICIPALITIES, 6).await {
        assert_eq!(answer.status(), 200, "{}", answer.text());
    }

    // What can be answered is.
    let both = "{ neighbourhoods(first: 3) { nodes { name } } municipalities { totalCount } }";
    let half = anybody.asks(both, json!({})).await;
    assert_eq!(half.status(), 200, "{}", half.text());
    assert_eq!(half.code(), "SERVICE_UNAVAILABLE", "{}", half.text());
    assert_eq!(half.data_despite_errors("/municipalities/totalCount"), 2);
    assert!(half.data_despite_errors("/neighbourhoods").is_null());

    speeds_up(&town).await;
    for answer in ask_at_once(&anybody, NEIGHBOURHOODS, 6).await {
        assert_eq!(answer.status(), 200, "{}", answer.text());
    }
}

/// Reading somebody's data is written down in the same transaction: on SQLite it holds the only writer.
#[tokio::test]
async fn a_slow_read_that_is_logged_gives_the_writer_back() {
    let town = Town::impatient(QUICK, 15).await;
    let coordinator = town.coordinator().await;
    let input = json!({
        "neighbourhood": coordinator.neighbourhood,
        "particulars": { "givenName": "Maria" },
    });
    let recorded = coordinator.does("residentRecord", "resident", "id", input);
    let resident = json!({ "id": recorded.await.done().id });
    slows_down(&town).await;

    let whereabouts =
        "query Where($id: ID!) { resident(id: $id) { givenName neighbourhood { name } } }";
    is_away(&coordinator.asks(whereabouts, resident.clone()).await);

    speeds_up(&town).await;
    coordinator
        .signals("Nobody to talk to", "NORMAL")
        .await
        .done();
    let read = coordinator.asks(whereabouts, resident).await;
    assert_eq!(read.data("/resident/neighbourhood/name"), "Beersel");
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_told_and_its_connections_come_back() {
    let patience = Patience {
        statement: Duration::from_secs(3),
        ..QUICK
    };
    let town = Town::impatient(patience, 1).await;
    let anybody = town.passer_by();
    slows_down(&town).await;

    // More than there are connections.
    for answer in ask_at_once(&anybody, NEIGHBOURHOODS, 10).await {
        assert_eq!(answer.status(), 503, "{}", answer.text());
        assert!(!answer.header("retry-after").is_empty());
        assert!(["TIMEOUT", "SERVICE_UNAVAILABLE"].contains(&answer.code()));
    }
    // The statements that nobody waits for any more end by themselves.
    until_served(&anybody).await;
}
