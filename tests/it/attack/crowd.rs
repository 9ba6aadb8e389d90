//! More requests than can be worked on: a few wait, the others are told at once, and nothing of it
//! stays when the crowd has gone.

use std::time::{Duration, Instant};

use nabij_tests::{
    Town,
    service::{Listening, Service},
    wire::{Reply, Wire},
};
use sea_orm::ConnectionTrait;
use serde_json::json;

use super::{Message, PLACES, Scene, is_an_error};

/// Places of the service here, and how many may wait for each.
const PLACES_TO_WORK: usize = 1;
const WAITING: usize = 8;
/// What a machine may be late by that is busy with something else.
const NOISE: Duration = Duration::from_secs(5);

/// A mutation that waits for a lock, and so keeps its place.
async fn stuck(scene: &Scene, town: &Town) -> Wire {
    let lock = if town.is_on_postgres() {
        "BEGIN; LOCK TABLE signals IN ACCESS EXCLUSIVE MODE"
    } else {
        "BEGIN IMMEDIATE"
    };
    let locked = town.beneath().execute_unprepared(lock).await;
    locked.expect("nobody else writes");
    let input = json!({
        "neighbourhood": scene.rosa.neighbourhood, "kind": "NEED", "category": "MOBILITY",
        "title": "Waits its turn",
    });
    let query = "mutation($input: SignalSubmitInput!) { signalSubmit(input: $input) { signal { id } \
        userErrors { code } } }";
    let token = format!("Bearer {}", scene.service.token(&scene.rosa));
    let message = Message::asks(query, &json!({ "input": input })).and("authorization", &token);
    let mut wire = Wire::to(&scene.service.address).await;
    wire.sends(&message.bytes()).await;
    wire
}

async fn is_told_to_come_back(service: &Service) -> Reply {
    let reply = service.hears(&Message::query(PLACES).bytes()).await;
    let reply = reply.expect("an answer");
    assert_eq!(reply.status, 503, "{}", reply.text());
    assert_eq!(reply.code(), "SERVICE_UNAVAILABLE", "{}", reply.text());
    assert_eq!(reply.header("retry-after"), "1");
    is_an_error("a crowd", &reply);
    reply
}

#[tokio::test]
async fn who_finds_no_place_is_told_at_once_and_the_others_are_answered() {
    let mut listening = Listening::default();
    listening.edge.requests = PLACES_TO_WORK;
    let scene = Scene::set(listening).await;
    let (service, town) = (&scene.service, &scene.town);
    let mut stuck = stuck(&scene, town).await;

    // The mutation has the place as soon as somebody is told that there is none.
    let began = Instant::now();
    loop {
        let reply = service.hears(&Message::query(PLACES).bytes()).await;
        if reply.expect("an answer").status == 503 {
            break;
        }
        assert!(began.elapsed() < NOISE, "the place is never taken");
    }

    // As many as may wait do, and everybody beyond them is told.
    let mut crowd = Vec::new();
    for _ in 0..4 * WAITING {
        let mut wire = Wire::to(&service.address).await;
        wire.sends(&Message::query(PLACES).bytes()).await;
        crowd.push(wire);
    }
    is_told_to_come_back(service).await;
    for mut wire in crowd {
        let reply = wire.hears().await.expect("an answer");
        assert_eq!(reply.status, 503, "{}", reply.text());
    }
    assert!(
        began.elapsed() < NOISE,
        "nobody is held until the lock is gone"
    );

    // The one who has the place is answered when the lock is gone, and there is room for the next.
    let free = town.beneath().execute_unprepared("ROLLBACK").await;
    free.expect("the lock is ours");
    let done = stuck.hears().await.expect("an answer").json();
    assert!(
        done["data"]["signalSubmit"]["signal"]["id"].is_string(),
        "{done}"
    );
    let reply = service.hears(&Message::query(PLACES).bytes()).await;
    assert_eq!(reply.expect("an answer").status, 200);
}

/// A page that opens with many questions at once is a burst and no crowd: all are answered.
#[tokio::test]
async fn a_burst_is_answered() {
    let mut listening = Listening::default();
    listening.edge.requests = PLACES_TO_WORK;
    let scene = Scene::set(listening).await;
    for _ in 0..5 {
        let mut page = Vec::new();
        for _ in 0..WAITING / 2 {
            let mut wire = Wire::to(&scene.service.address).await;
            wire.sends(&Message::query("{ __typename }").bytes()).await;
            page.push(wire);
        }
        for mut wire in page {
            let reply = wire.hears().await.expect("an answer");
            assert_eq!(reply.status, 200, "{}", reply.text());
        }
    }
}
