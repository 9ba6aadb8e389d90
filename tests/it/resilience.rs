//! The database is away or locked: the service says so, stays alive, and heals by itself.

use nabij_tests::{Person, Town};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;

async fn is_ready(person: &Person) -> u16 {
    let request = person.request("GET", "/health/ready").body(String::new());
    person.sends(request).await.status()
}

async fn is_alive(person: &Person) -> u16 {
    let request = person.request("GET", "/health/live").body(String::new());
    person.sends(request).await.status()
}

/// Locks the database against writing, or cuts everybody off and lets nobody in.
async fn breaks(town: &Town) {
    if !town.is_on_postgres() {
        let locked = town.beneath().execute_unprepared("BEGIN IMMEDIATE").await;
        locked.expect("nobody else writes");
        return;
    }
    let server = town.server().await;
    let name = town.database_name();
    let closed = format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false");
    server.execute_unprepared(&closed).await.expect("closed");
    let cut =
        format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
    let cut = Statement::from_string(server.get_database_backend(), cut);
    server.query_all_raw(cut).await.expect("cut off");
}

async fn mends(town: &Town) {
    if !town.is_on_postgres() {
        let free = town.beneath().execute_unprepared("ROLLBACK").await;
        free.expect("the lock is ours");
        return;
    }
    let open = format!(
        "ALTER DATABASE {} ALLOW_CONNECTIONS true",
        town.database_name()
    );
    let server = town.server().await;
    server.execute_unprepared(&open).await.expect("open again");
}

#[tokio::test]
async fn a_database_that_is_away_is_told_and_comes_back_by_itself() {
    let town = Town::start().await;
    let rosa = town.ambassador("Rosa", &["Alsemberg"]).await;
    let before = rosa.signals("The lift is broken", "NORMAL").await.done();
    assert_eq!(is_ready(&rosa).await, 200);

    breaks(&town).await;
    let refused = rosa.signals("Nobody to talk to", "NORMAL").await;

    assert_eq!(refused.code(), "SERVICE_UNAVAILABLE", "{}", refused.text());
    assert_eq!(is_alive(&rosa).await, 200);
    if town.is_on_postgres() {
        assert_eq!(is_ready(&rosa).await, 503);
        let asked = rosa.asks("{ signals { nodes { id } } }", json!({})).await;
        assert_eq!(asked.code(), "SERVICE_UNAVAILABLE", "{}", asked.text());
    } else {
        // SQLite's readers don't wait for who writes.
        assert!(rosa.looks_up(&before).await.is_some());
    }

    mends(&town).await;
    // A connection that was cut off is found out when it is used, one by one.
    for _ in 0..10 {
        is_ready(&rosa).await;
    }
    assert_eq!(is_ready(&rosa).await, 200);
    rosa.signals("Nobody to talk to", "NORMAL").await.done();
    assert!(rosa.looks_up(&before).await.is_some());
    let all = rosa.asks("{ signals { totalCount } }", json!({})).await;
    assert_eq!(
        all.data("/signals/totalCount"),
        2,
        "what was refused left nothing"
    );
}
