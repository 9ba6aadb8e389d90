//! Whoever balances load asks whether the service is ready, and anybody else may ask as often.

use std::time::{Duration, Instant};

use nabij_tests::service::{Listening, Service};
use sea_orm::ConnectionTrait;

use super::{Message, Scene};

/// The answer is kept for a second and no longer, and comes within one.
#[tokio::test]
async fn probes_are_answered_within_a_second_whatever_the_database_does() {
    let scene = Scene::set(Listening::default()).await;
    let ready = Message::new("GET", "/health/ready").bytes();
    let probe = async |service: &Service| {
        let started = Instant::now();
        let reply = service.hears(&ready).await.expect("an answer");
        (reply.status, started.elapsed())
    };
    let (status, _) = probe(&scene.service).await;
    assert_eq!(status, 200);
    let asked = Instant::now();
    let older = "UPDATE seaql_migrations SET version = 'zebra7' || version";
    let newer = "UPDATE seaql_migrations SET version = replace(version, 'zebra7', '')";
    let rename = async |sql: &str| {
        let renamed = scene.town.beneath().execute_unprepared(sql).await;
        renamed.expect("the tables are there");
    };
    rename(older).await;
    let (status, _) = probe(&scene.service).await;
    assert!(
        status == 200 || asked.elapsed() > Duration::from_millis(900),
        "it asks the database for each probe"
    );
    let becomes = async |wanted: u16| {
        let mut pace = tokio::time::interval(Duration::from_millis(100));
        for _ in 0..200 {
            pace.tick().await;
            let (status, took) = probe(&scene.service).await;
            assert!(took < Duration::from_secs(3), "{took:?}");
            if status == wanted {
                return;
            }
        }
        panic!("it never becomes {wanted}");
    };
    becomes(503).await;
    rename(newer).await;
    becomes(200).await;
    if scene.town.is_on_postgres() {
        let lock = "BEGIN; LOCK TABLE seaql_migrations IN ACCESS EXCLUSIVE MODE";
        rename(lock).await;
        becomes(503).await;
        rename("ROLLBACK").await;
        becomes(200).await;
    }
}

/// A thousand who ask take nothing from whoever writes.
#[tokio::test]
async fn probes_block_nobody() {
    let scene = Scene::set(Listening::default()).await;
    let ready = Message::new("GET", "/health/ready").bytes();
    scene
        .service
        .withstands("a thousand probes", async |service: &Service| {
            let mut wire = nabij_tests::wire::Wire::to(&service.address).await;
            wire.sends(&ready.repeat(1_000)).await;
            for n in 0..1_000 {
                let reply = wire.hears().await.expect("each is answered");
                assert_eq!(reply.status, 200, "{n}");
            }
        })
        .await;
}
