//! Bytes that are no HTTP, and HTTP that means two things.

use std::time::Duration;

use nabij_tests::{
    service::{Listening, Service},
    wire::Wire,
};

use super::{Case, Message, PLACES, Scene};

const TOO_LARGE: &str = "PAYLOAD_TOO_LARGE";

/// A request with these lines of head beside the usual, and this after the head.
fn lines(lines: &[&str], rest: &str) -> Vec<u8> {
    let lines = lines.join("\r\n");
    format!("POST /graphql HTTP/1.1\r\nhost: nabij.example\r\n{lines}\r\n\r\n{rest}").into_bytes()
}

/// Bodies of which nobody knows where they end.
fn framing() -> Vec<Case> {
    let json = "content-type: application/json";
    let body = r#"{"query":"{__typename} #zebra7"}"#;
    let chunk = format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
    vec![
        Case::raw(
            "two lengths",
            lines(&[json, "content-length: 5", "content-length: 500"], body),
            &[400],
        ),
        Case::raw(
            "a length below zero",
            lines(&[json, "content-length: -1"], body),
            &[400],
        ),
        Case::raw(
            "a length that is none",
            lines(&[json, "content-length: zebra7"], body),
            &[400],
        ),
        Case::raw(
            "a list of lengths",
            lines(&[json, "content-length: 5, 6"], body),
            &[400],
        ),
        Case::raw(
            "a length beyond all numbers",
            lines(&[json, "content-length: 99999999999999999999"], body),
            &[400, 413],
        ),
        Case::raw(
            "a chunk of more than there are numbers",
            lines(
                &[json, "transfer-encoding: chunked"],
                "fffffffffffffffff\r\nzebra7",
            ),
            &[400],
        ),
        Case::raw(
            "a chunk without a number",
            lines(&[json, "transfer-encoding: chunked"], "zebra7\r\n"),
            &[400],
        ),
        Case::raw(
            "a transfer encoding nobody knows",
            lines(&[json, "transfer-encoding: zebra7"], &chunk),
            &[400, 501],
        ),
    ]
}

/// Heads that are none.
fn heads() -> Vec<Case> {
    let filler = format!("x-zebra7: {}", "z".repeat(40_000));
    let many: Vec<String> = (0..200).map(|n| format!("x-zebra7-{n}: 1")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let path = format!(
        "GET /graphql?query={} HTTP/1.1\r\nhost: nabij\r\n\r\n",
        "z".repeat(70_000)
    );
    let get = |line: &str| format!("{line}\r\nhost: nabij.example\r\nx: zebra7\r\n\r\n");
    let gone: &[u16] = &[];
    vec![
        Case::raw("a head of 40,000 bytes", lines(&[&filler], ""), &[431]),
        Case::raw("200 headers", lines(&many, ""), &[431]),
        Case::raw("a path of 70,000 bytes", path, &[414, 431]),
        Case::raw(
            "a header over two lines",
            lines(&["x: 1", " zebra7"], ""),
            &[400],
        ),
        Case::raw(
            "a space in a header's name",
            lines(&["x zebra7: 1"], ""),
            &[400],
        ),
        Case::raw(
            "a space behind a header's name",
            lines(&["content-length : 5"], "zebra7"),
            &[400],
        ),
        Case::raw("a NUL in a header", lines(&["x: zebra7\0"], ""), &[400]),
        Case::raw("a header without a name", lines(&[": zebra7"], ""), &[400]),
        Case::raw("HTTP/0.9", "GET /zebra7\r\n", &[400]),
        Case::raw("HTTP/1.7", get("GET /health/live HTTP/1.7"), &[400, 505]),
        Case::raw("HTTP/3.0", get("GET /health/live HTTP/3.0"), &[400, 505]),
        Case::raw(
            "a method of 2,000 letters",
            get(&format!("{} / HTTP/1.1", "Z".repeat(2_000))),
            &[400, 404],
        ),
        Case::raw(
            "CONNECT",
            "CONNECT zebra7.example:443 HTTP/1.1\r\nhost: zebra7\r\n\r\n",
            &[404, 405],
        ),
        Case::raw(
            "a scheme that isn't ours",
            get("GET file:///etc/passwd HTTP/1.1"),
            &[400, 404],
        ),
        Case::raw(
            "two hosts",
            lines(&["host: zebra7.example", "content-length: 0"], ""),
            &[400, 415],
        ),
        Case::raw(
            "a TLS greeting",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(),
            &[400],
        ),
        Case::raw(
            "bytes that are nothing",
            (0..=255u8).collect::<Vec<_>>(),
            &[400],
        ),
        Case::raw(
            "HTTP/2 and then none",
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nzebra7zebra7zebra7".to_vec(),
            gone,
        ),
        Case::raw(
            "line ends and nothing else",
            "\r\n".repeat(20_000),
            &[400, 431],
        ),
    ]
}

#[tokio::test]
async fn bytes_that_are_no_http() {
    // Half a request isn't answered: its time runs out, which is short here.
    let scene = Scene::set(Listening {
        head: Duration::from_millis(400),
        idle: Duration::from_millis(800),
        ..Listening::default()
    })
    .await;
    for case in framing().into_iter().chain(heads()) {
        scene
            .service
            .withstands(&case.name, async |service: &Service| {
                let lines = service.log().lines().count();
                let mut wire = Wire::to(&service.address).await;
                wire.sends(&case.bytes).await;
                let reply = wire.hears().await;
                case.compare(reply.as_ref());
                wire.is_closed().await;
                // Whether it became a request or not.
                service.writes_more_than(lines).await;
            })
            .await;
    }
    let log = scene.service.log();
    for why in ["no HTTP", "a head too large", "broken HTTP/2"] {
        let line = log.lines().find(|line| line.contains(why));
        let line = line.unwrap_or_else(|| panic!("nothing of {why} in {log}"));
        assert!(!line.contains("127.0.0.1"), "{line}");
    }
}

/// What follows a request whose length means two things must not become a request of its own.
#[tokio::test]
async fn no_request_is_smuggled_behind_another() {
    let scene = Scene::set(Listening::default()).await;
    let hidden = "GET /schema.graphql HTTP/1.1\r\nhost: nabij\r\n\r\n";
    for (name, bytes) in [
        (
            "chunked and with a length",
            lines(
                &[
                    "content-type: application/json",
                    "content-length: 5",
                    "transfer-encoding: chunked",
                ],
                &format!("0\r\n\r\n{hidden}"),
            ),
        ),
        (
            "chunked, twice",
            lines(
                &[
                    "content-type: application/json",
                    "transfer-encoding: chunked",
                    "transfer-encoding: identity",
                ],
                &format!("0\r\n\r\n{hidden}"),
            ),
        ),
    ] {
        scene
            .service
            .withstands(name, async |service: &Service| {
                let mut wire = Wire::to(&service.address).await;
                wire.sends(&bytes).await;
                while let Some(reply) = wire.hears().await {
                    assert!(!reply.text().contains("type Query"), "{name}: {reply:?}");
                }
            })
            .await;
    }
}

#[tokio::test]
async fn bodies_too_large_are_413() {
    let scene = Scene::set(Listening::default()).await;
    let large = Message::query(&format!("#{}", "zebra7".repeat(50_000)));
    let chunk = format!("8000\r\n{}\r\n", "z".repeat(0x8000)).repeat(200);
    let declared = Message::post("").by("content-length", "1000000000");
    let chunked = Message::post(chunk)
        .without("content-length")
        .and("transfer-encoding", "chunked");
    let older = large.clone().by("accept", "application/json");
    scene
        .withstands(vec![
            Case::new("300 kB", &large, 413, TOO_LARGE),
            Case::new("300 kB, older", &older, 413, TOO_LARGE),
            Case::new("a gigabyte that never comes", &declared, 413, TOO_LARGE),
            Case::new("6 MB in chunks", &chunked, 413, TOO_LARGE),
        ])
        .await;
}

#[tokio::test]
async fn many_requests_over_one_connection() {
    let scene = Scene::set(Listening::default()).await;
    let one = Message::query(PLACES).bytes();
    scene
        .service
        .withstands("200 requests at once", async |service: &Service| {
            let mut wire = Wire::to(&service.address).await;
            wire.sends(&one.repeat(200)).await;
            for n in 0..200 {
                let reply = wire.hears().await.expect("each is answered");
                assert_eq!(reply.status, 200, "{n}");
            }
        })
        .await;
    let leaving = Message::post(r#"{"query":"{__typename}"#)
        .by("content-length", "1000")
        .bytes();
    scene
        .service
        .withstands("300 who leave in the middle", async |service: &Service| {
            for _ in 0..300 {
                let mut wire = Wire::to(&service.address).await;
                wire.sends(&leaving).await;
            }
        })
        .await;
    let upgrade = Message::query(PLACES)
        .and("connection", "upgrade, http2-settings")
        .and("upgrade", "h2c")
        .and("http2-settings", "AAMAAABkAAQAoAAAAAIAAAAA");
    let expecting = Message::query(PLACES).and("expect", "100-continue");
    scene
        .withstands(vec![
            Case::raw("an upgrade that isn't offered", upgrade.bytes(), &[200]),
            Case::raw("who asks before the body", expecting.bytes(), &[200]),
        ])
        .await;
}
