//! Many connections: from one address, and so many that places are few.

use std::time::{Duration, Instant};

use nabij_tests::{
    service::{Listening, Service},
    wire::Wire,
};

use super::{Message, PLACES, Scene};

/// An address of this machine that isn't the one everybody else comes from.
const ELSEWHERE: &str = "127.0.0.2";

/// Somebody who has asked once and stays.
async fn stays(own: &str, service: &Service) -> Wire {
    let mut wire = Wire::from(own, &service.address).await;
    wire.sends(&Message::query(PLACES).bytes()).await;
    let reply = wire.hears().await.expect("an answer");
    assert_eq!(reply.status, 200, "{}", reply.text());
    wire
}

#[tokio::test]
async fn one_address_takes_only_so_many_places() {
    let mut listening = Listening::default();
    listening.edge.connections = 100;
    listening.edge.connections_per_address = 4;
    let scene = Scene::set(listening).await;
    scene
        .service
        .withstands("40 from one address", async |service: &Service| {
            let mut crowd = Vec::new();
            for _ in 0..4 {
                crowd.push(stays(ELSEWHERE, service).await);
            }
            let started = Instant::now();
            for _ in 0..36 {
                let mut wire = Wire::from(ELSEWHERE, &service.address).await;
                wire.sends(&Message::query(PLACES).bytes()).await;
                assert_eq!(wire.is_closed().await, b"", "it is let in");
            }
            // At once, and not at the deadline for silence.
            assert!(started.elapsed() < Duration::from_secs(36), "they wait");
            stays("127.0.0.1", service).await;
            for wire in &mut crowd {
                wire.sends(&Message::query(PLACES).bytes()).await;
                let reply = wire.hears().await.expect("those who are in stay in");
                assert_eq!(reply.status, 200);
            }
            // A place that is given back is another's.
            drop(crowd.pop());
            let mut wire = Wire::from(ELSEWHERE, &service.address).await;
            for _ in 0..100 {
                wire.sends(&Message::query(PLACES).bytes()).await;
                if wire.hears().await.is_some() {
                    return;
                }
                wire = Wire::from(ELSEWHERE, &service.address).await;
            }
            panic!("the place is lost");
        })
        .await;
    let line = scene.service.tells(&["too many from one address"]).await;
    assert!(!line.contains("127.0.0"), "{line}");
}

/// A proxy comes with many callers; one place in four hundred is still nobody's alone.
#[tokio::test]
async fn a_trusted_proxy_takes_as_many_places_as_it_has_callers() {
    let mut listening = Listening::default();
    listening.edge.connections_per_address = 4;
    listening.edge.trusted_proxies = vec!["127.0.0.2/32".parse().expect("a network")];
    let scene = Scene::set(listening).await;
    scene
        .service
        .withstands("40 from a proxy", async |service: &Service| {
            let mut crowd = Vec::new();
            for _ in 0..40 {
                crowd.push(stays(ELSEWHERE, service).await);
            }
        })
        .await;
}

#[tokio::test]
async fn when_places_are_few_the_idle_leave_sooner() {
    let mut listening = Listening {
        idle: Duration::from_secs(25),
        ..Listening::default()
    };
    listening.edge.connections = 10;
    let scene = Scene::set(listening).await;
    scene
        .service
        .withstands("nine of ten", async |service: &Service| {
            let mut crowd = Vec::new();
            for _ in 0..8 {
                crowd.push(stays(ELSEWHERE, service).await);
            }
            let started = Instant::now();
            crowd.push(stays(ELSEWHERE, service).await);
            // Whoever was idle longest leaves in a tenth of the time (and what else goes on here); then
            // places aren't few any more.
            crowd[0].is_closed().await;
            let took = started.elapsed();
            assert!(took < Duration::from_secs(15), "{took:?}");
        })
        .await;
    scene.service.tells(&["idle for too long"]).await;
}

/// So that a flood of refusals is no flood in the log.
#[tokio::test]
async fn the_log_tells_of_some_refusals_and_counts_the_rest() {
    let scene = Scene::set(Listening::default()).await;
    scene
        .service
        .withstands("500 who don't speak HTTP", async |service: &Service| {
            for _ in 0..500 {
                let mut wire = Wire::to(&service.address).await;
                wire.sends(b"zebra7 zebra7\r\n\r\n").await;
                wire.is_closed().await;
            }
        })
        .await;
    let log = scene.service.log();
    let lines = log.lines().filter(|line| line.contains("no HTTP")).count();
    assert!((1..=120).contains(&lines), "{lines} lines");
}
