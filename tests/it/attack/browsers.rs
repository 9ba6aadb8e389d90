//! What browsers and caches are told: CORS, security headers, compression, entity tags.

use nabij_tests::{
    Need,
    service::{Listening, Service},
};
use serde_json::json;

use super::{Case, Message, PLACES, Scene, is_careful};

const FRONT: &str = "https://front.example";

fn preflight(origin: &str) -> Message {
    Message::new("OPTIONS", "/graphql")
        .and("origin", origin)
        .and("access-control-request-method", "POST")
        .and(
            "access-control-request-headers",
            "authorization,content-type",
        )
}

/// The cases' answers carry nothing that lets another site's page read them.
fn closed(case: Case) -> Case {
    case.with("access-control-allow-origin", "")
        .with("access-control-allow-credentials", "")
}

#[tokio::test]
async fn no_other_site_reads_answers_unless_the_settings_say_so() {
    let scene = Scene::set(Listening::default()).await;
    let simple = Message::query(PLACES).and("origin", "https://zebra7.example");
    scene
        .withstands(vec![
            closed(Case::new(
                "a preflight",
                &preflight(FRONT),
                405,
                "METHOD_NOT_ALLOWED",
            )),
            closed(Case::raw("another site's request", simple.bytes(), &[200])),
        ])
        .await;
}

#[tokio::test]
async fn the_sites_of_the_settings_read_answers_and_no_others() {
    let mut listening = Listening::default();
    listening.edge.cors_origins = vec![FRONT.to_owned()];
    let scene = Scene::set(listening).await;
    let from = |origin: &str| Message::query(PLACES).and("origin", origin);
    let refused = Message::query("{").and("origin", FRONT);
    let unsigned = Message::query(PLACES)
        .and("origin", FRONT)
        .and("authorization", "Bearer zebra7");
    let mut cases = vec![
        Case::raw("its preflight", preflight(FRONT).bytes(), &[200, 204])
            .with("access-control-allow-origin", FRONT)
            .with("access-control-allow-headers", "authorization")
            .with("access-control-allow-methods", "POST")
            .with("access-control-max-age", "3600")
            .with("access-control-allow-credentials", ""),
        Case::raw("its request", from(FRONT).bytes(), &[200])
            .with("access-control-allow-origin", FRONT)
            .with("access-control-expose-headers", "retry-after")
            .with("vary", "origin"),
        // A page must be able to read what was wrong.
        Case::new("its mistake", &refused, 400, "GRAPHQL_PARSE_FAILED")
            .with("access-control-allow-origin", FRONT),
        Case::new("its old token", &unsigned, 401, "UNAUTHENTICATED")
            .with("access-control-allow-origin", FRONT)
            .with("access-control-expose-headers", "www-authenticate"),
    ];
    for origin in [
        "https://zebra7.example",
        "https://front.example.zebra7.example",
        "http://front.example",
        "https://front.example:444",
        "https://sub.front.example",
        "https://FRONT.example",
        "null",
        "*",
        "",
    ] {
        let name = format!("a preflight from {origin:?}");
        cases.push(closed(Case::raw(
            &name,
            preflight(origin).bytes(),
            &[200, 204],
        )));
        let name = format!("a request from {origin:?}");
        cases.push(closed(Case::raw(&name, from(origin).bytes(), &[200])));
    }
    scene.withstands(cases).await;
}

#[tokio::test]
async fn every_answer_tells_browsers_to_be_careful() {
    let scene = Scene::set(Listening::default()).await;
    for message in [
        Message::query(PLACES),
        Message::query("{"),
        Message::new("GET", "/schema.graphql"),
        Message::new("GET", "/health/live"),
        Message::new("GET", "/nowhere"),
        Message::new("PUT", "/graphql"),
    ] {
        let reply = scene.service.hears(&message.bytes()).await;
        let reply = reply.expect("each is answered");
        is_careful(&message.line, &reply);
        assert_eq!(reply.header("server"), "", "it doesn't say what it runs on");
    }
}

#[tokio::test]
async fn answers_are_compressed_for_whoever_asks() {
    let scene = Scene::set(Listening::default()).await;
    let schema = Message::new("GET", "/schema.graphql");
    let plain = scene
        .service
        .hears(&schema.bytes())
        .await
        .expect("an answer");
    let gzip = schema.clone().and("accept-encoding", "gzip");
    let packed = scene.service.hears(&gzip.bytes()).await.expect("an answer");
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert!(packed.header("vary").contains("accept-encoding"));
    assert!(
        packed.body.len() * 4 < plain.body.len(),
        "{}",
        packed.body.len()
    );
    assert_eq!(packed.body[..2], *b"\x1f\x8b");

    let get = |encoding: &str| {
        let message = schema.clone().and("accept-encoding", encoding);
        Case::raw(encoding, message.bytes(), &[200]).with("content-encoding", "")
    };
    let graphql = Message::query("{ __schema { types { name fields { name } } } }");
    scene
        .withstands(vec![
            get("identity"),
            get("gzip;q=0"),
            get("zebra7"),
            get(""),
            get("identity, gzip;q=0.5"),
            // Nothing is left to be taken: it is sent as it is, for it was done.
            get("identity;q=0"),
            get("*;q=0"),
            get("gzip;q=0, identity;q=0, *;q=0"),
            Case::raw(
                "a small answer",
                Message::query(PLACES)
                    .and("accept-encoding", "gzip")
                    .bytes(),
                &[200],
            )
            .with("content-encoding", ""),
            Case::raw(
                "an answer",
                graphql.and("accept-encoding", "gzip").bytes(),
                &[200],
            )
            .with("content-encoding", "gzip")
            .with("vary", "accept"),
        ])
        .await;
}

/// What was done is told, whatever the caller says of encodings.
#[tokio::test]
async fn no_mutation_is_done_and_then_refused_for_its_encoding() {
    let scene = Scene::set(Listening::default()).await;
    let submit = "mutation($input: SignalSubmitInput!) { \
        signalSubmit(input: $input) { signal { id } userErrors { code } } }";
    let input = Need::new("The stairs are too steep", &scene.rosa.neighbourhood).input();
    let bearer = format!("Bearer {}", scene.service.token(&scene.rosa));
    for accepted in ["identity;q=0", "*;q=0", "zebra7, identity;q=0"] {
        let message = Message::asks(submit, &json!({ "input": input }))
            .and("authorization", &bearer)
            .and("accept-encoding", accepted);
        scene
            .service
            .withstands(accepted, async |service: &Service| {
                let reply = service.hears(&message.bytes()).await.expect("an answer");
                assert_eq!(reply.status, 200, "{accepted}: {}", reply.text());
                let signal = &reply.json()["data"]["signalSubmit"]["signal"]["id"];
                assert!(signal.is_string(), "{}", reply.text());
            })
            .await;
    }
}

#[tokio::test]
async fn the_schema_is_sent_once() {
    let scene = Scene::set(Listening::default()).await;
    let schema = Message::new("GET", "/schema.graphql");
    let first = scene
        .service
        .hears(&schema.bytes())
        .await
        .expect("an answer");
    let tag = first.header("etag");
    assert!(tag.starts_with("\"sha256-") && tag.ends_with('"'), "{tag}");
    assert_eq!(first.header("cache-control"), "no-cache");
    let asked = |name: &str, known: &str, status: u16| {
        let message = schema.clone().and("if-none-match", known);
        Case::raw(name, message.bytes(), &[status])
            .with("etag", tag.clone())
            .with("vary", "accept-encoding")
    };
    assert_eq!(first.header("vary"), "accept-encoding");
    // Packed, it is another text with another tag.
    let packed = schema.clone().and("accept-encoding", "gzip");
    let first_packed = scene
        .service
        .hears(&packed.bytes())
        .await
        .expect("an answer");
    let packed_tag = first_packed.header("etag");
    assert_ne!(packed_tag, tag);
    assert_eq!(first_packed.header("vary"), "accept-encoding");
    let asked_packed = |name: &str, known: &str, status: u16| {
        let message = packed.clone().and("if-none-match", known);
        Case::raw(name, message.bytes(), &[status])
            .with("etag", packed_tag.clone())
            .with("vary", "accept-encoding")
    };
    scene
        .withstands(vec![
            asked("the tag", &tag, 304),
            asked("the weak tag", &format!("W/{tag}"), 304),
            asked("among others", &format!("\"zebra7\", {tag}"), 304),
            asked("any", "*", 304),
            asked("another", "\"zebra7\"", 200),
            asked("no tag", "zebra7", 200),
            asked("half of one", &tag[..20], 200),
            asked("the packed one's tag", &packed_tag, 200),
            asked_packed("packed: the tag", &packed_tag, 304),
            asked_packed("packed: the plain one's tag", &tag, 200),
            asked_packed("packed: both", &format!("{tag}, {packed_tag}"), 304),
            asked("40 others", &"\"zebra7\", ".repeat(40), 200),
        ])
        .await;
    let head = Message::new("HEAD", "/schema.graphql").and("connection", "close");
    let head = head.bytes();
    let mut wire = nabij_tests::wire::Wire::to(&scene.service.address).await;
    wire.sends(&head).await;
    let head = wire.is_closed().await;
    assert!(head.starts_with(b"HTTP/1.1 200") && head.ends_with(b"\r\n\r\n"));
}
