//! What nobody would write: requests made from the schema and bent, texts for scalars, ids and
//! cursors, headers and query strings. Nothing of it ends the process, costs much, or is our fault.
//!
//! A few rounds by default; `NABIJ_ROUNDS=1000000` for as many, `NABIJ_SEED=…` to begin elsewhere. A
//! failure tells the seed: `NABIJ_SEED=that NABIJ_ROUNDS=1` shows it again.

mod recurrences;

use std::{
    env, fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    time::{Duration, Instant},
};

use axum::body::Body;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use nabij_api::{
    gate::{Gate, GraphQlRequest, Limits},
    graphql::{self, scalars},
    ids,
    store::{OrderTerm, Scalar, Window},
};
use nabij_tests::{
    Answer, Town,
    fuzz::{Author, Dice, MARK, Written, bend},
};
use proptest::{
    collection::vec,
    prelude::{Just, ProptestConfig, Strategy, any, prop_oneof},
    sample::select,
    test_runner::TestRunner,
};
use serde_json::{Value, json};

fn setting(name: &str, usual: u64) -> u64 {
    env::var(name).map_or(usual, |text| text.parse().expect("it is a number"))
}

/// The seeds of this run.
fn seeds(usual: u64) -> std::ops::Range<u64> {
    let first = setting("NABIJ_SEED", 0);
    first..first + setting("NABIJ_ROUNDS", usual)
}

/// A runner of so many cases, or of as many as was asked for.
fn runner(usual: u32) -> TestRunner {
    let cases = setting("NABIJ_ROUNDS", usual.into());
    TestRunner::new(ProptestConfig {
        cases: u32::try_from(cases).unwrap_or(u32::MAX),
        failure_persistence: None,
        ..ProptestConfig::default()
    })
}

fn run<S: Strategy>(usual: u32, strategy: &S, holds: impl Fn(S::Value))
where
    S::Value: fmt::Debug,
{
    runner(usual)
        .run(strategy, |value| {
            holds(value);
            Ok(())
        })
        .expect("it holds for all of them");
}

/// A request is let in within the limits, or refused in words that repeat nothing; whether it was let
/// in. Asked what it would cost, the gate says no more than can be read.
fn passes(gate: &Gate, written: &Written) -> bool {
    let request = |explain| GraphQlRequest {
        query: &written.query,
        operation_name: written.operation_name.as_deref(),
        variables: &written.variables,
        explain,
    };
    match gate.admit(&request(false)) {
        Ok(admitted) => assert!(admitted.cost <= admitted.cost_limit),
        Err(refused) => {
            assert!((1..=gate.limits().errors).contains(&refused.problems.len()));
            for problem in &refused.problems {
                let message = &problem.message;
                assert!(message.len() < 2_000, "{message}");
                // In a document that was bent, a value may have become a name.
                assert!(written.bent || !message.contains(MARK), "{message}");
            }
        }
    }
    let Ok(explained) = gate.admit(&request(true)) else {
        return false;
    };
    let explanation = explained.explained.expect("that is what was asked");
    assert!(explanation.fields.len() <= gate.limits().explained);
    true
}

#[test]
fn the_gate_takes_any_request() {
    let sdl = graphql::sdl();
    let gate = Gate::new(&sdl, Limits::default())
        .expect("our own schema")
        .with_scalars(scalars::checks().into());
    let author = Author::new(&sdl);
    let mut admitted = 0_u64;
    let seeds = seeds(2_000);
    for seed in seeds.clone() {
        let written = author.request(&mut Dice::new(seed));
        // Half a second without optimisation; a document that doubles takes hours. Who waits for
        // other work on the machine is given another try.
        let mut tries = 0;
        loop {
            let started = Instant::now();
            let outcome = catch_unwind(AssertUnwindSafe(|| passes(&gate, &written)));
            let time = started.elapsed();
            let Ok(passed) = outcome else {
                panic!("seed {seed}: {}", written.query);
            };
            if time < Duration::from_millis(500) {
                admitted += u64::from(passed);
                break;
            }
            tries += 1;
            assert!(tries < 10, "seed {seed} takes {time:?}: {}", written.query);
        }
    }
    let rounds = seeds.end - seeds.start;
    // Otherwise the author writes nothing but nonsense, and nothing is tried behind the parser.
    assert!(
        rounds < 1_000 || admitted * 5 > rounds,
        "{admitted} of {rounds}"
    );
}

/// What the service must never say to anybody: that it is its own fault.
#[track_caller]
fn is_nobodys_fault(seed: u64, what: &str, answer: &Answer) {
    let ours = ["INTERNAL_SERVER_ERROR", "SERVICE_UNAVAILABLE", "TIMEOUT"];
    let codes = answer.text();
    assert!(
        answer.status() < 500 && !ours.iter().any(|code| codes.contains(code)),
        "seed {seed}: {what}: {codes}"
    );
}

#[tokio::test]
async fn what_is_admitted_is_executed() {
    let town = Town::start().await;
    let rosa = town.ambassador("Rosa", &["Alsemberg"]).await;
    let coordinator = town.coordinator().await;
    let welfare = town.partner("OCMW Beersel").await;
    let signal = rosa.signals("Stairs too steep", "HIGH").await.done();
    let more = town.has_more_like(&signal, 30).await;
    let referral = coordinator.refers(&signal, &welfare).await.done();
    let ids = [
        &signal.id,
        &more[7],
        &referral.id,
        &rosa.ambassador,
        &rosa.neighbourhood,
        &rosa.user,
        &welfare.partner,
        "signal_01h455vb4pex5vsknk084sn02q",
        "zebra7",
    ];
    let author = Author::new(&graphql::sdl()).who_knows(ids.map(str::to_owned).to_vec());
    let people = [&rosa, &coordinator, &welfare, &town.passer_by()];
    let mut executed = 0;
    let seeds = seeds(300);
    for seed in seeds.clone() {
        let mut dice = Dice::new(seed);
        let written = match dice.roll(4) {
            0 => author.request(&mut dice),
            _ => author.query(&mut dice),
        };
        let person = dice.pick(&people);
        let body = json!({
            "query": written.query,
            "operationName": written.operation_name,
            "variables": written.variables,
        });
        let request = person.request("POST", "/graphql").body(body.to_string());
        let answer = person.sends(request).await;
        is_nobodys_fault(seed, &body.to_string(), &answer);
        executed += u64::from(answer.status() == 200);
    }
    let rounds = seeds.end - seeds.start;
    assert!(
        rounds < 100 || executed * 3 > rounds,
        "{executed} of {rounds}"
    );
}

#[tokio::test]
async fn cursors_that_are_bent() {
    let town = Town::start().await;
    let rosa = town.ambassador("Rosa", &["Alsemberg"]).await;
    let signal = rosa.signals("Stairs too steep", "HIGH").await.done();
    town.has_more_like(&signal, 5).await;
    let query = "query($order: [SignalOrder!], $after: String, $before: String) {
      signals(first: 2, orderBy: $order, after: $after, before: $before) {
        nodes { id } totalCount pageInfo { endCursor hasNextPage } } }";
    let orders = ["CREATED_AT", "DUE_AT", "UPDATED_AT"]
        .map(|field| json!([{ "field": field, "direction": "DESC" }]));
    let mut cursors = Vec::new();
    for order in &orders {
        let page = rosa.asks(query, json!({ "order": order })).await;
        let cursor = page.data("/signals/pageInfo/endCursor").as_str();
        cursors.push(cursor.expect("there are more").to_owned());
    }
    for seed in seeds(200) {
        let mut dice = Dice::new(seed);
        let cursor = dice.pick(&cursors).clone();
        let mut inside = BASE64
            .decode(&cursor)
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .unwrap_or(cursor);
        for _ in 0..=dice.roll(2) {
            bend(&mut inside, &mut dice);
        }
        let bent = match dice.roll(8) {
            0 => inside,
            _ => BASE64.encode(inside),
        };
        let order = dice.pick(&orders);
        let side = *dice.pick(&["after", "before"]);
        let answer = rosa
            .asks(query, json!({ "order": order, side: bent }))
            .await;
        is_nobodys_fault(seed, &bent, &answer);
    }
}

/// A text of any characters, or one that looks like what is meant.
fn text() -> impl Strategy<Value = String> {
    let pieces = vec(
        prop_oneof![
            select(
                &[
                    "signal",
                    "_",
                    "01h455vb4pex5vsknk084sn02q",
                    "2026",
                    "-",
                    "T",
                    ":",
                    "Z",
                    "+32",
                    "@",
                    ".",
                    "https://",
                    "nl",
                    "\u{0}",
                    "\u{202e}",
                    "é",
                    "\u{1d7d9}",
                    "9",
                    "%",
                    " "
                ][..]
            )
            .prop_map(str::to_owned),
            any::<char>().prop_map(String::from),
        ],
        0..40,
    );
    prop_oneof![
        any::<String>(),
        pieces.prop_map(|pieces| pieces.concat()),
        (any::<char>(), 0..5_000_usize).prop_map(|(one, times)| String::from(one).repeat(times)),
    ]
}

#[test]
fn scalars_and_ids_take_any_text() {
    let checks = scalars::checks();
    run(2_000, &text(), |text| {
        for (name, check) in checks {
            if let Err(advice) = check(&text) {
                assert!(!advice.is_empty(), "{name}");
            }
        }
        if let Ok((kind, id)) = ids::parse_any(&text) {
            assert_eq!(ids::type_id(kind, id), text, "one string is the id");
        }
    });
}

#[test]
fn windows_take_any_cursor() {
    let order = vec![
        OrderTerm::descending("created_at", Scalar::Time),
        OrderTerm::ascending("title", Scalar::Text),
        OrderTerm::ascending("version", Scalar::Int),
        OrderTerm::ascending("day", Scalar::Date),
    ];
    let cursor = prop_oneof![text(), text().prop_map(|text| BASE64.encode(text))];
    let size = prop_oneof![Just(None), any::<i64>().prop_map(Some)];
    run(
        2_000,
        &(cursor, size.clone(), size),
        |(cursor, first, last)| {
            // Taken or refused; what counts is that it comes to an end.
            let _ = Window::new(order.clone(), first, Some(&cursor), last, Some(&cursor));
        },
    );
}

/// A header that may be made of anything that can be sent in one.
fn accept() -> impl Strategy<Value = Vec<u8>> {
    let pieces = select(
        &[
            "application/json",
            "application/graphql-response+json",
            "*/*",
            "application/*",
            ";",
            ",",
            "q=",
            "0.5",
            "1",
            "0",
            ".",
            "charset=utf-8",
            "\"",
            "\\",
            " ",
            "=",
            "/",
            "*",
            "\u{e9}",
        ][..],
    );
    prop_oneof![
        vec(pieces, 0..30).prop_map(|pieces| pieces.concat().into_bytes()),
        vec(any::<u8>(), 0..200),
    ]
    .prop_map(|mut bytes| {
        bytes.retain(|byte| *byte == b'\t' || (*byte >= b' ' && *byte != 0x7f));
        bytes
    })
}

fn query_string() -> impl Strategy<Value = String> {
    let pieces = select(
        &[
            "query=",
            "%7B__typename%7D",
            "&",
            "variables=",
            "%7B%7D",
            "operationName=",
            "extensions=",
            "documentId=",
            "sha256:",
            "%",
            "%f",
            "%ff",
            "%00",
            "+",
            "=",
            "null",
            "A",
            "%22",
            "[",
            "]",
        ][..],
    );
    vec(pieces, 0..20).prop_map(|pieces| pieces.concat())
}

#[tokio::test]
async fn any_header_and_query_string_is_answered() {
    let town = Town::start().await;
    let anybody = town.passer_by();
    let cases = setting("NABIJ_ROUNDS", 300);
    let mut runner = runner(1);
    for _ in 0..cases {
        use proptest::strategy::ValueTree;
        let case = (accept(), query_string()).new_tree(&mut runner);
        let (accept, query) = case.expect("there is one").current();
        let request = axum::http::Request::get(format!("/graphql?{query}"))
            .header("accept", &accept[..])
            .body(Body::empty());
        // What is no address can't be sent either.
        let Ok(request) = request else { continue };
        let answer = anybody.sends(Ok(request)).await;
        let told = [200, 400, 406].contains(&answer.status());
        assert!(told, "{accept:?} {query}: {}", answer.text());
        if answer.status() != 200 {
            assert_ne!(answer.code(), "", "{accept:?} {query}");
        }
        let media = answer.header("content-type");
        assert!(media.ends_with("json; charset=utf-8"), "{media}");
        assert_ne!(answer.body(), &Value::Null);
    }
}
