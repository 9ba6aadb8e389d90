//! More requests than can be worked on: a few wait, the others are told at once, and nothing of it
//! stays when the crowd has gone.

use std::{
    sync::mpsc,
    time::{Duration, Instant},
};

use nabij_api::{app::Running, config::EdgeSettings, http::serve::Server};
use nabij_tests::{
    Town,
    service::{Listening, Service},
    wire::{Reply, Wire},
};
use sea_orm::ConnectionTrait;
use serde_json::json;
use tokio::{net::TcpListener, runtime::Builder, sync::oneshot};

use super::{Message, PLACES, Scene, is_an_error};

/// A page of another origin that may ask.
const FRONT: &str = "https://front.example";
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

/// Until the mutation has the place, that is when somebody is told that there is none.
async fn until_crowded(service: &Service) {
    let began = Instant::now();
    loop {
        let reply = service.hears(&Message::query(PLACES).bytes()).await;
        if reply.expect("an answer").status == 503 {
            break;
        }
        assert!(began.elapsed() < NOISE, "the place is never taken");
    }
}

#[tokio::test]
async fn who_finds_no_place_is_told_at_once_and_the_others_are_answered() {
    let mut listening = Listening::default();
    listening.edge.requests = PLACES_TO_WORK;
    let scene = Scene::set(listening).await;
    let (service, town) = (&scene.service, &scene.town);
    let mut stuck = stuck(&scene, town).await;

    let began = Instant::now();
    until_crowded(service).await;

    // Only the latest may wait, and that for a moment.
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
    // Of so many, the log counts.
    service.tells(&["more requests than places"]).await;
    assert!(!service.log().contains("\"status\":503"));
}

/// Whoever is turned away at the door hears it as from any other part of the service, and can ask again
/// over the same connection.
#[tokio::test]
async fn who_is_turned_away_at_the_door_misses_nothing() {
    let mut listening = Listening::default();
    listening.edge.requests = PLACES_TO_WORK;
    listening.edge.cors_origins = vec![FRONT.to_owned()];
    let scene = Scene::set(listening).await;
    let _stuck = stuck(&scene, &scene.town).await;

    let asks = |media: &str| {
        let message = Message::query(PLACES).and("origin", FRONT);
        message.by("accept", media).bytes()
    };
    let mut wire = Wire::to(&scene.service.address).await;
    for media in ["application/json", "application/graphql-response+json"] {
        until_crowded(&scene.service).await;
        // In two pieces, as a network may bring it.
        let bytes = asks(media);
        let (first, second) = bytes.split_at(bytes.len() - 5);
        wire.sends(first).await;
        tokio::task::yield_now().await;
        wire.sends(second).await;
        let reply = wire.hears().await.expect("the connection stays");
        assert_eq!(reply.status, 503, "{}", reply.text());
        assert_eq!(reply.code(), "SERVICE_UNAVAILABLE", "{}", reply.text());
        assert_eq!(reply.header("retry-after"), "1");
        assert!(reply.header("content-type").starts_with(media));
        assert_eq!(reply.header("access-control-allow-origin"), FRONT);
        is_an_error("turned away", &reply);
    }

    // Too much isn't taken at the door either.
    let much = Message::query(&"zebra7 ".repeat(50_000)).bytes();
    let reply = scene.service.hears(&much).await.expect("an answer");
    assert_eq!(reply.status, 413, "{}", reply.text());
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

/// All that works is kept busy here, by the one thread of the scene's own runtime, which stands still:
/// whoever can't be let in is told by the door.
#[tokio::test]
async fn who_is_told_to_come_back_does_not_wait_behind_those_who_work() {
    let edge = EdgeSettings {
        requests: 1,
        ..EdgeSettings::default()
    };
    let town = Town::behind(&edge).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("it has one").to_string();
    let running = Running {
        server: Server::default(),
        router: town.app().router(),
        relay: None,
        db: town.db().clone(),
    };
    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn(running.until(listener, async {
        let _ = stopped.await;
    }));
    let (tell, told) = mpsc::channel();
    for _ in 0..2 {
        let (tell, address) = (tell.clone(), address.clone());
        std::thread::spawn(move || {
            let own = Builder::new_current_thread().enable_all().build();
            let reply = own.expect("a runtime").block_on(async {
                let mut wire = Wire::to(&address).await;
                wire.sends(&Message::query(PLACES).bytes()).await;
                wire.hears().await
            });
            tell.send(reply.expect("an answer").status)
        });
    }
    // The door opens when the service is first looked at; from then on, this thread does nothing.
    tokio::task::yield_now().await;
    let first = told.recv_timeout(NOISE).expect("somebody is told");
    assert_eq!(first, 503);
    let second = tokio::task::spawn_blocking(move || told.recv_timeout(NOISE));
    assert_eq!(second.await.expect("it looks"), Ok(200));
    stop.send(()).expect("it still runs");
    running.await.expect("it ends").expect("it had its threads");
}
