//! The deadline of a request, and the end of the service while others are in the middle of something:
//! what was begun is done whole or not at all, and the process is out in time.

use nabij_tests::{
    Need, Town,
    frames::{INITIAL_WINDOW_SIZE, greeting, request},
    service::Listening,
    wire::{Reply, Wire},
};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;

use super::{Message, PLACES, Scene};

const SUBMIT: &str = "mutation($input: SignalSubmitInput!) { \
    signalSubmit(input: $input) { signal { id title } userErrors { code } } }";
const KEYS: [&str; 2] = [
    "0192f0c1-2d3e-7f40-8a5b-6c7d8e9fa0b1",
    "0192f0c1-2d3e-7f40-8a5b-6c7d8e9fa0b2",
];

/// Nobody but the holder of this lock may write a signal.
async fn locks(town: &Town) {
    let begin = if town.is_on_postgres() {
        "BEGIN; LOCK TABLE signals IN EXCLUSIVE MODE"
    } else {
        "BEGIN IMMEDIATE"
    };
    let locked = town.beneath().execute_unprepared(begin).await;
    locked.expect("nobody else writes");
}

async fn unlocks(town: &Town) {
    let free = town.beneath().execute_unprepared("ROLLBACK").await;
    free.expect("the lock is ours");
}

async fn rows(town: &Town, sql: &str) -> i64 {
    let db = town.beneath();
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let row = db.query_one_raw(statement).await.expect("it is read");
    row.expect("a count").try_get("", "n").expect("a number")
}

/// How many signals there are, and how many events of signals that were submitted.
async fn written(town: &Town) -> (i64, i64) {
    let events = "SELECT COUNT(*) AS n FROM events WHERE subject_kind = 'signal'";
    (
        rows(town, "SELECT COUNT(*) AS n FROM signals").await,
        rows(town, events).await,
    )
}

impl Scene {
    /// Rosa submits a signal under a key.
    fn submits(&self, key: &str) -> Vec<u8> {
        let need = Need::new("The stairs are too steep", &self.rosa.neighbourhood);
        let input = need.with("idempotencyKey", key).input();
        let bearer = format!("Bearer {}", self.service.token(&self.rosa));
        Message::asks(SUBMIT, &json!({ "input": input }))
            .and("authorization", &bearer)
            .bytes()
    }

    /// Sends it on a connection of its own, which is answered later.
    async fn sends(&self, bytes: &[u8]) -> Wire {
        let mut wire = Wire::to(&self.service.address).await;
        wire.sends(bytes).await;
        wire
    }
}

fn is_timed_out(reply: &Reply) {
    let told = (reply.status, reply.code());
    assert_eq!(told, (503, "TIMEOUT".to_owned()), "{}", reply.text());
    assert_eq!(reply.header("retry-after"), "5");
    assert!(reply.text().contains("idempotencyKey"), "{}", reply.text());
}

fn is_submitted(reply: &Reply) -> String {
    let signal = reply.json()["data"]["signalSubmit"]["signal"]["id"].clone();
    let id = signal.as_str().map(str::to_owned);
    id.unwrap_or_else(|| panic!("{}", reply.text()))
}

fn deadline_of_a_second() -> Listening {
    let mut listening = Listening::default();
    listening.edge.deadline_seconds = 1;
    listening
}

#[tokio::test]
async fn a_mutation_past_its_deadline_is_done_once() {
    let scene = Scene::set(deadline_of_a_second()).await;
    let submits = scene.submits(KEYS[0]);

    locks(&scene.town).await;
    let reply = scene.service.hears(&submits).await.expect("an answer");
    is_timed_out(&reply);
    unlocks(&scene.town).await;

    // Whoever does as they were told hears what came of it.
    let mut signals = Vec::new();
    for _ in 0..20 {
        let reply = scene.service.hears(&submits).await.expect("an answer");
        if reply.status == 200 {
            signals.push(is_submitted(&reply));
        }
        if signals.len() == 2 {
            break;
        }
    }
    assert_eq!(signals.len(), 2, "it is never told");
    assert_eq!(signals[0], signals[1]);
    assert_eq!(written(&scene.town).await, (1, 1));
}

/// Two that wait for each other behind a lock, both past their deadline, when the service is told to
/// end: it waits for them.
#[tokio::test]
async fn the_service_waits_for_mutations_that_nobody_waits_for() {
    let scene = Scene::set(deadline_of_a_second()).await;
    locks(&scene.town).await;
    let mut callers = Vec::new();
    for key in KEYS {
        callers.push(scene.sends(&scene.submits(key)).await);
    }
    for caller in &mut callers {
        is_timed_out(&caller.hears().await.expect("an answer"));
    }
    scene.service.terminates();
    scene.service.tells(&["\"message\":\"stopping\""]).await;
    unlocks(&scene.town).await;
    let ended = scene.service.ends().await;
    assert!(ended.success(), "{ended:?}: {}", scene.service.log());
    assert_eq!(written(&scene.town).await, (2, 2));
}

#[tokio::test]
async fn a_mutation_that_gives_up_has_done_nothing() {
    let scene = Scene::set(deadline_of_a_second()).await;
    locks(&scene.town).await;
    let submits = scene.submits(KEYS[0]);
    let reply = scene.service.hears(&submits).await.expect("an answer");
    is_timed_out(&reply);
    scene.service.terminates();
    // The database's own patience ends, and with it the mutation.
    let ended = scene.service.ends().await;
    assert!(ended.success(), "{ended:?}: {}", scene.service.log());
    unlocks(&scene.town).await;
    assert_eq!(written(&scene.town).await, (0, 0));
}

/// Everybody who may hold a service up at its end: a mutation behind a lock, a connection that is kept,
/// half a body, somebody who asks and doesn't listen, a stream that isn't taken.
#[tokio::test]
async fn the_service_ends_in_time_and_answers_what_it_has_begun() {
    let scene = Scene::set(Listening {
        relay: true,
        ..Listening::default()
    })
    .await;
    let mut idle = scene.sends(&Message::query(PLACES).bytes()).await;
    assert_eq!(idle.hears().await.expect("an answer").status, 200);
    let half = Message::post("{").by("content-length", "1000").bytes();
    let half = scene.sends(&half).await;
    let schema = Message::new("GET", "/schema.graphql").bytes();
    let mut deaf = tokio::net::TcpStream::connect(&scene.service.address)
        .await
        .expect("open");
    tokio::io::AsyncWriteExt::write_all(&mut deaf, &schema.repeat(300))
        .await
        .expect("it is taken");
    let mut stream = scene.sends(&greeting(&[(INITIAL_WINDOW_SIZE, 0)])).await;
    stream.sends(&request(1, "GET", "/schema.graphql")).await;
    stream.frame().await.expect("it answers");
    locks(&scene.town).await;
    let mut waits = scene.sends(&scene.submits(KEYS[0])).await;
    scene.is_waited_for().await;

    scene.service.terminates();
    scene.service.tells(&["\"message\":\"stopping\""]).await;
    unlocks(&scene.town).await;

    let reply = waits.hears().await.expect("it is answered");
    assert_eq!(reply.status, 200, "{}", reply.text());
    is_submitted(&reply);
    idle.is_closed().await;
    let ended = scene.service.ends().await;
    assert!(ended.success(), "{ended:?}: {}", scene.service.log());
    assert_eq!(written(&scene.town).await, (1, 1));
    drop((half, deaf, stream));
}

impl Scene {
    /// Waits until the lock keeps somebody waiting: then the probes of whoever balances load are still
    /// answered at once, since they only read.
    async fn is_waited_for(&self) {
        let ready = Message::new("GET", "/health/ready").bytes();
        let started = std::time::Instant::now();
        for _ in 0..50 {
            let reply = self.service.hears(&ready).await.expect("an answer");
            assert_eq!(reply.status, 200, "{}", reply.text());
        }
        let took = started.elapsed();
        assert!(took < std::time::Duration::from_secs(5), "{took:?}");
    }
}
