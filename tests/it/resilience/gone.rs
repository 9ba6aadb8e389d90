//! The database is gone: nobody listens, connections are cut, the network stands still.

use std::{fs, time::Instant};

use futures_util::future::join;
use nabij_api::{
    clock::{Clock, new_id},
    store::Patience,
};
use nabij_tests::{CONNECTIONS, Need, Person, Town, Wire};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use serde_json::json;

use super::{
    MUNICIPALITIES, NEIGHBOURHOODS, QUICK, SIGNALS, ask_at_once, asks_for_json, health, is_away,
    number_of_signals, slow::slows_down, took_at_most, until_served,
};

async fn is_served(person: &Person) {
    for answer in ask_at_once(person, SIGNALS, 6).await {
        assert_eq!(answer.status(), 200, "{}", answer.text());
    }
}

#[tokio::test]
async fn a_server_that_is_gone_is_told_in_time_and_comes_back_by_itself() {
    let Some((town, mut door)) = Town::behind_a_door(QUICK, Wire::Plain).await else {
        return;
    };
    let rosa = town.ambassador("Rosa", &["Alsemberg"]).await;
    let before = rosa.signals("The lift is broken", "NORMAL").await.done();
    is_served(&rosa).await;

    door.shuts().await;
    let started = Instant::now();
    is_away(&rosa.signals("Nobody to talk to", "NORMAL").await);
    took_at_most(started, QUICK.connection);
    let started = Instant::now();
    is_away(&rosa.asks(SIGNALS, json!({})).await);
    is_away(&asks_for_json(&rosa, SIGNALS).await);
    is_away(&asks_for_json(&town.passer_by(), MUNICIPALITIES).await);
    took_at_most(started, QUICK.connection * 3);
    assert_eq!(health(&rosa, "live").await, 200);
    assert_eq!(health(&rosa, "ready").await, 503);

    door.opens();
    rosa.signals("Nobody to talk to", "NORMAL").await.done();
    assert!(rosa.looks_up(&before).await.is_some());
    is_served(&rosa).await;
    assert_eq!(health(&rosa, "ready").await, 200);
    assert_eq!(
        number_of_signals(&rosa).await,
        2,
        "what was refused left nothing"
    );
}

/// The server restarts, or something between it and the service drops what is open.
#[tokio::test]
async fn connections_that_were_cut_off_are_found_out_before_anybody_is_told() {
    let Some((town, mut door)) = Town::behind_a_door(QUICK, Wire::Plain).await else {
        return;
    };
    let rosa = town.ambassador("Rosa", &["Alsemberg"]).await;
    rosa.signals("The lift is broken", "NORMAL").await.done();
    is_served(&rosa).await;

    door.cuts().await;
    rosa.signals("Nobody to talk to", "NORMAL").await.done();
    is_served(&rosa).await;

    door.cuts().await;
    is_served(&rosa).await;

    ends_all_connections(&town).await;
    is_served(&rosa).await;
    ends_all_connections(&town).await;
    rosa.signals("The door is stuck", "NORMAL").await.done();
    assert_eq!(number_of_signals(&rosa).await, 3);
}

async fn ends_all_connections(town: &Town) {
    let server = town.server().await;
    let sql = format!(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity \
         WHERE datname = '{}' AND application_name = 'nabij'",
        town.database_name()
    );
    let ended = server
        .query_all_raw(Statement::from_string(server.get_database_backend(), sql))
        .await;
    assert!(!ended.expect("the server ends them").is_empty());
}

/// What is asked is answered in time although nothing comes back, and a BEGIN that nobody waits for any
/// more doesn't leave a transaction open for the next one (sqlx#4393).
#[tokio::test]
async fn a_network_that_stands_still_is_told_and_leaves_nothing_open() {
    let Some((town, door)) = Town::behind_a_door(QUICK, Wire::Encrypted).await else {
        return;
    };
    let rosa = town.ambassador("Rosa", &["Alsemberg"]).await;
    rosa.signals("The lift is broken", "NORMAL").await.done();

    door.holds();
    let started = Instant::now();
    is_away(&rosa.signals("Nobody to talk to", "NORMAL").await);
    is_away(&rosa.asks(SIGNALS, json!({})).await);
    took_at_most(started, QUICK.statement * 4);

    door.lets_go();
    let server = town.server().await;
    let started = Instant::now();
    while open_transactions(&town, &server).await > 0 {
        took_at_most(started, QUICK.statement);
    }
    rosa.signals("Nobody to talk to", "NORMAL").await.done();
    assert_eq!(
        number_of_signals(&rosa).await,
        2,
        "what was refused left nothing"
    );
}

/// Statements are under way, and what stands between has forgotten their connections: nothing comes over
/// them any more, and nobody says so (sqlx#4349).
#[tokio::test]
async fn connections_that_nothing_comes_over_are_given_up() {
    let patience = Patience {
        connection: QUICK.connection * 5,
        statement: QUICK.statement * 3,
        ..QUICK
    };
    let Some((town, door)) = Town::behind_a_door(patience, Wire::Encrypted).await else {
        return;
    };
    let (anybody, server) = (town.passer_by(), town.server().await);
    slows_down(&town).await;
    let strands = async {
        let started = Instant::now();
        while open_transactions(&town, &server).await < i64::from(CONNECTIONS) {
            took_at_most(started, patience.statement);
        }
        door.strands();
    };
    let asked = ask_at_once(&anybody, NEIGHBOURHOODS, CONNECTIONS as usize);
    let (answers, ()) = join(asked, strands).await;
    for answer in answers {
        is_away(&answer);
    }
    until_served(&anybody).await;
}

async fn open_transactions(town: &Town, server: &DatabaseConnection) -> i64 {
    let sql = format!(
        "SELECT count(*) AS open FROM pg_stat_activity \
         WHERE datname = '{}' AND application_name = 'nabij' AND state <> 'idle'",
        town.database_name()
    );
    let row = server
        .query_one_raw(Statement::from_string(server.get_database_backend(), sql))
        .await;
    let row = row.expect("the server tells").expect("a row");
    row.try_get("", "open").expect("a number")
}

/// The transaction may have been made last. Whoever sends it again with the same key hears of it.
#[tokio::test]
async fn a_commit_whose_answer_is_lost_is_told_as_unknown() {
    let Some((town, door)) = Town::behind_a_door(QUICK, Wire::Plain).await else {
        return;
    };
    let rosa = town.ambassador("Rosa", &["Alsemberg"]).await;
    let key = new_id(&Clock::system()).to_string();
    let need = Need::new("Nobody to talk to", &rosa.neighbourhood).with("idempotencyKey", key);

    door.falls_before_a_commit_is_answered();
    let lost = rosa.submits(need.clone()).await;

    assert_eq!(lost.code(), "OUTCOME_UNKNOWN", "{}", lost.text());
    assert_eq!(lost.status(), 200, "it may have been done");
    assert_eq!(number_of_signals(&rosa).await, 1, "here it was");
    rosa.submits(need).await.done();
    assert_eq!(number_of_signals(&rosa).await, 1);
}

#[tokio::test]
async fn what_was_done_and_cannot_be_shown_is_not_told_as_a_failure() {
    let Some((town, mut door)) = Town::behind_a_door(QUICK, Wire::Plain).await else {
        return;
    };
    let rosa = town.ambassador("Rosa", &["Alsemberg"]).await;

    door.falls_after_a_commit_is_answered();
    let done = rosa.signals("Nobody to talk to", "NORMAL").await;

    assert_eq!(done.status(), 200, "{}", done.text());
    assert_eq!(done.code(), "SERVICE_UNAVAILABLE", "{}", done.text());
    let told = done.errors()[0]["message"].as_str().expect("a message");
    assert!(told.starts_with("This was done"), "{told}");
    let payload = done.data_despite_errors("/signalSubmit");
    assert_eq!(payload, &json!({ "signal": null, "userErrors": [] }));
    door.opens();
    assert_eq!(number_of_signals(&rosa).await, 1);
}

/// The connections that SQLite has open go on; whoever needs another one is told.
#[tokio::test]
async fn a_file_that_was_taken_away_is_told_and_found_again() {
    let town = Town::impatient(Patience::default(), 15).await;
    if town.is_on_postgres() {
        return;
    }
    let anybody = town.passer_by();
    let file = town.database_url().trim_start_matches("sqlite://");
    let (folder, _) = file.rsplit_once('/').expect("it lies in a folder");
    let elsewhere = format!("{folder}_elsewhere");

    fs::rename(folder, &elsewhere).expect("it can be moved");
    let answers = ask_at_once(&anybody, NEIGHBOURHOODS, 6).await;
    let lives = health(&anybody, "live").await;
    fs::rename(&elsewhere, folder).expect("it can be moved back");

    let (answered, told): (Vec<_>, Vec<_>) =
        answers.iter().partition(|answer| answer.status() == 200);
    assert!(!told.is_empty(), "nobody needed a connection: {answered:?}");
    told.into_iter().for_each(is_away);
    assert_eq!(lives, 200);
    for answer in ask_at_once(&anybody, NEIGHBOURHOODS, 6).await {
        assert_eq!(answer.status(), 200, "{}", answer.text());
    }
}
