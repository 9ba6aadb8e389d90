//! Somebody else has locked the database: a backup, a migration, an administrator's session.

use std::time::Instant;

use futures_util::future::join_all;
use nabij_tests::Town;
use sea_orm::ConnectionTrait;

use super::{QUICK, health, is_away, number_of_signals, took_at_most};

/// Whoever wants to write has to wait; whoever reads hasn't.
async fn locks(town: &Town) {
    let lock = if town.is_on_postgres() {
        "BEGIN; LOCK TABLE signals IN EXCLUSIVE MODE"
    } else {
        "BEGIN IMMEDIATE"
    };
    let locked = town.beneath().execute_unprepared(lock).await;
    locked.expect("nobody else writes");
}

async fn unlocks(town: &Town) {
    let unlocked = town.beneath().execute_unprepared("ROLLBACK").await;
    unlocked.expect("the lock is ours");
}

#[tokio::test]
async fn a_lock_that_somebody_keeps_is_told_in_time_and_reading_goes_on() {
    let town = Town::impatient(QUICK, 15).await;
    let rosa = town.ambassador("Rosa", &["Alsemberg"]).await;
    let before = rosa.signals("The lift is broken", "NORMAL").await.done();

    locks(&town).await;
    let started = Instant::now();
    let refused = join_all((0..3).map(|_| rosa.signals("Nobody to talk to", "NORMAL"))).await;

    refused.iter().for_each(is_away);
    // On SQLite they wait for each other too.
    took_at_most(started, QUICK.connection + QUICK.lock);
    assert_eq!(health(&rosa, "live").await, 200);
    assert!(rosa.looks_up(&before).await.is_some());

    unlocks(&town).await;
    rosa.signals("Nobody to talk to", "NORMAL").await.done();
    assert_eq!(
        number_of_signals(&rosa).await,
        2,
        "what was refused left nothing"
    );
}
