//! Callers who take their time, come in crowds, or stay: each has a deadline, and nobody waits for
//! them. The service's deadlines are short here, so that a test needs no patience.

use std::time::{Duration, Instant};

use nabij_tests::{
    service::{Listening, Service},
    wire::Wire,
};
use tokio::{io::AsyncWriteExt, net::TcpStream};

use super::{Case, Message, PLACES, Scene};

pub(super) const SHORT: Duration = Duration::from_millis(400);
/// What other work on the machine may add.
pub(super) const NOISE: Duration = Duration::from_secs(5);

pub(super) fn hurried() -> Listening {
    Listening {
        head: SHORT,
        body: SHORT,
        idle: 2 * SHORT,
        answer: SHORT,
        ..Listening::default()
    }
}

/// By how much the service may have begun to count before us.
const AHEAD: Duration = Duration::from_millis(50);

/// Sends bytes one by one, a moment between them, until the other side is done with it: for how long.
async fn drips(service: &Service, first: &[u8], bytes: &[u8]) -> (Duration, Option<u16>) {
    let mut wire = Wire::to(&service.address).await;
    let started = Instant::now();
    wire.sends(first).await;
    let mut rest = bytes.iter().cycle();
    let mut pace = tokio::time::interval(SHORT / 8);
    let reply = loop {
        tokio::select! {
            reply = wire.hears() => break reply,
            _ = pace.tick() => {}
        }
        let next = rest.next().copied().unwrap_or_default();
        wire.sends(&[next]).await;
        assert!(started.elapsed() < SHORT + NOISE, "it may drip for ever");
    };
    (started.elapsed(), reply.map(|reply| reply.status))
}

#[tokio::test]
async fn who_sends_nothing_or_little_is_let_go() {
    let scene = Scene::set(hurried()).await;
    let service = &scene.service;
    service
        .withstands("silence", async |service: &Service| {
            let mut wire = Wire::to(&service.address).await;
            assert_eq!(wire.is_closed().await, b"");
        })
        .await;
    let head = b"POST /graphql HTTP/1.1\r\nhost: nabij\r\nx-zebra7: ";
    service
        .withstands("half a head", async |service: &Service| {
            let mut wire = Wire::to(&service.address).await;
            wire.sends(head).await;
            wire.is_closed().await;
        })
        .await;
    service
        .withstands("a head that drips", async |service: &Service| {
            let (time, status) = drips(service, head, b"z").await;
            assert!(time + AHEAD >= SHORT, "{time:?}");
            assert!([None, Some(408)].contains(&status), "{status:?}");
        })
        .await;
    service
        .withstands("a second head that drips", async |service: &Service| {
            let mut wire = Wire::to(&service.address).await;
            wire.sends(&Message::query(PLACES).bytes()).await;
            assert_eq!(wire.hears().await.map(|reply| reply.status), Some(200));
            wire.sends(head).await;
            wire.is_closed().await;
        })
        .await;
    service
        .withstands("nothing more", async |service: &Service| {
            let mut wire = Wire::to(&service.address).await;
            wire.sends(&Message::query(PLACES).bytes()).await;
            assert_eq!(wire.hears().await.map(|reply| reply.status), Some(200));
            assert_eq!(wire.is_closed().await, b"");
        })
        .await;
    service
        .withstands("HTTP/2 and then silence", async |service: &Service| {
            let mut wire = Wire::to(&service.address).await;
            wire.sends(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0")
                .await;
            wire.is_closed().await;
        })
        .await;
}

#[tokio::test]
async fn a_body_that_drips_is_408() {
    let scene = Scene::set(hurried()).await;
    let declared = Message::post("{").by("content-length", "1000").bytes();
    let chunked = Message::post("")
        .without("content-length")
        .and("transfer-encoding", "chunked")
        .bytes();
    for (name, first, bytes) in [
        ("a body that drips", declared, &b" "[..]),
        ("chunks that drip", chunked, b"1\r\n \r\n"),
    ] {
        scene
            .service
            .withstands(name, async |service: &Service| {
                let (time, status) = drips(service, &first, bytes).await;
                assert!(time + AHEAD >= SHORT, "{name}: {time:?}");
                assert_eq!(status, Some(408), "{name}");
            })
            .await;
    }
    let stalled = Message::post("{").by("content-length", "1000").bytes();
    scene
        .service
        .withstands("half a body", async |service: &Service| {
            let mut wire = Wire::to(&service.address).await;
            wire.sends(&stalled).await;
            let reply = wire.hears().await.expect("it is told");
            assert_eq!(
                (reply.status, reply.code()),
                (408, "REQUEST_TIMEOUT".to_owned())
            );
            assert_eq!(reply.header("connection"), "close");
            wire.is_closed().await;
        })
        .await;
}

/// Answers that nobody takes fill the sockets' buffers and hold a place, until the deadline.
#[tokio::test]
async fn who_asks_and_doesnt_listen_is_let_go() {
    let mut listening = hurried();
    listening.edge.connections = 4;
    let scene = Scene::set(listening).await;
    let schema = Message::new("GET", "/schema.graphql").bytes().repeat(300);
    scene
        .service
        .withstands("four who don't listen", async |service: &Service| {
            let mut deaf = Vec::new();
            for _ in 0..4 {
                let mut stream = TcpStream::connect(&service.address).await.expect("open");
                stream.write_all(&schema).await.expect("it is taken");
                deaf.push(stream);
            }
            let bytes = Message::query(PLACES).bytes();
            let reply = service.hears(&bytes).await.expect("its turn comes");
            assert_eq!(reply.status, 200);
            drop(deaf);
        })
        .await;
}

/// Whoever holds all the places gives them back at a deadline; who waited is answered then.
#[tokio::test]
async fn a_crowd_waits_at_the_door() {
    let mut listening = hurried();
    listening.edge.connections = 4;
    let scene = Scene::set(listening).await;
    scene
        .service
        .withstands("a crowd", async |service: &Service| {
            let mut crowd = Vec::new();
            for _ in 0..12 {
                crowd.push(Wire::to(&service.address).await);
            }
            let mut wire = Wire::to(&service.address).await;
            wire.sends(&Message::query(PLACES).bytes()).await;
            let reply = wire.hears().await.expect("its turn comes");
            assert_eq!(reply.status, 200);
            for mut one in crowd {
                one.is_closed().await;
            }
        })
        .await;
}

/// With one place for work, and slow callers everywhere, whoever sends at once is answered.
#[tokio::test]
async fn who_is_slow_takes_nobodys_place() {
    let mut listening = hurried();
    listening.edge.requests = 1;
    let scene = Scene::set(listening).await;
    let slow = Message::post("{").by("content-length", "1000").bytes();
    scene
        .service
        .withstands("a hundred slow callers", async |service: &Service| {
            let mut crowd = Vec::new();
            for _ in 0..100 {
                let mut wire = Wire::to(&service.address).await;
                wire.sends(&slow).await;
                crowd.push(wire);
            }
            let bytes = Message::query(PLACES).bytes();
            let reply = service.hears(&bytes).await.expect("an answer");
            assert_eq!(reply.status, 200, "{}", reply.text());
            for mut one in crowd {
                one.is_closed().await;
            }
        })
        .await;
}

/// There is room for so many bytes of bodies: who gets none is told to come back, and what others
/// held is free again.
#[tokio::test]
async fn who_finds_no_room_for_a_body_is_told_to_come_back() {
    let mut listening = hurried();
    listening.room = 400_000;
    let scene = Scene::set(listening).await;
    let large = Message::query(&format!("{PLACES} #{}", "z".repeat(150_000)));
    let none = Case::new("no room", &large, 503, "SERVICE_UNAVAILABLE")
        .with("retry-after", "1")
        .with("connection", "close");
    scene.withstands(vec![none]).await;
    // What is announced and doesn't come takes nobody's room.
    let announced = Message::post("{").by("content-length", "90000").bytes();
    let half = Message::query(&format!("{PLACES} #{}", "z".repeat(60_000))).bytes();
    scene
        .service
        .withstands("many who announce much", async |service: &Service| {
            let mut crowd = Vec::new();
            for _ in 0..20 {
                let mut wire = Wire::to(&service.address).await;
                wire.sends(&announced).await;
                crowd.push(wire);
            }
            let reply = service.hears(&half).await.expect("an answer");
            assert_eq!(reply.status, 200, "{}", reply.text());
        })
        .await;
}

/// Somebody who sends much and never ends it keeps a part of the room, and the others theirs.
#[tokio::test]
async fn one_address_does_not_take_all_room_for_bodies() {
    let mut listening = hurried();
    listening.room = 400_000;
    let scene = Scene::set(listening).await;
    let unended = Message::post("z".repeat(90_000)).by("content-length", "90001");
    let whole = Message::query(&format!("{PLACES} #{}", "z".repeat(60_000))).bytes();
    scene
        .service
        .withstands("bodies that never end", async |service: &Service| {
            let mut crowd = Vec::new();
            for _ in 0..5 {
                let mut wire = Wire::from("127.0.0.3", &service.address).await;
                wire.sends(&unended.bytes()).await;
                crowd.push(wire);
            }
            let reply = service.hears(&whole).await.expect("an answer");
            assert_eq!(reply.status, 200, "{}", reply.text());
        })
        .await;
}
