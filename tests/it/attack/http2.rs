//! HTTP/2: streams that are never taken, or opened and dropped by the thousand, and frames that no
//! client sends. Where one behaves well, hyper's client does; the rest is written by hand.

use std::{
    convert::Infallible,
    time::{Duration, Instant},
};

use futures_util::stream;
use http_body_util::{BodyExt, Full, StreamBody, combinators::UnsyncBoxBody};
use hyper::{
    Request, Response,
    body::{Bytes, Frame, Incoming},
    client::conn::http2::{self, SendRequest},
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use nabij_tests::{
    frames::{
        CONTINUATION, DATA, END_HEADERS, END_STREAM, HEADERS, INITIAL_WINDOW_SIZE, PING,
        RST_STREAM, SETTINGS, asking, frame, greeting, request,
    },
    service::{Listening, Service},
    wire::Wire,
};
use serde_json::json;
use tokio::{io::AsyncWriteExt, net::TcpStream};

use super::{
    PLACES, Scene,
    slow::{NOISE, SHORT, hurried},
};

type Body = UnsyncBoxBody<Bytes, Infallible>;

/// A client of HTTP/2; its connection is driven until both are gone.
async fn client(service: &Service) -> SendRequest<Body> {
    let stream = TcpStream::connect(&service.address).await.expect("a place");
    let (send, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
        .await
        .expect("it speaks HTTP/2");
    tokio::spawn(connection);
    send
}

fn whole(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).boxed_unsync()
}

fn post(service: &Service, body: Body) -> Request<Body> {
    Request::post(format!("http://{}/graphql", service.address))
        .header("content-type", "application/json")
        .header("accept", "application/graphql-response+json")
        .body(body)
        .expect("a request")
}

fn query(service: &Service, text: &str) -> Request<Body> {
    post(service, whole(json!({ "query": text }).to_string()))
}

async fn status_and_code(answer: Response<Incoming>) -> (u16, String) {
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.expect("it is whole");
    let body: serde_json::Value = serde_json::from_slice(&body.to_bytes()).unwrap_or_default();
    let code = body["errors"][0]["extensions"]["code"].clone();
    (status, code.as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn http2_without_an_upgrade() {
    let scene = Scene::set(hurried()).await;
    scene
        .service
        .withstands("16 streams and more", async |service: &Service| {
            let mut send = client(service).await;
            let first = send.send_request(query(service, PLACES)).await;
            // With it comes how many streams there may be; more wait on this side.
            assert_eq!(first.expect("it is answered").status().as_u16(), 200);
            let mut answers = Vec::new();
            for n in 0..200 {
                let text = if n % 2 == 0 { PLACES } else { "{ zebra7 }" };
                send.ready().await.expect("it takes more");
                answers.push((n, send.send_request(query(service, text))));
            }
            for (n, answer) in answers {
                let answer = answer.await.expect("each is answered");
                let (status, code) = status_and_code(answer).await;
                if n % 2 == 0 {
                    assert_eq!(status, 200);
                } else {
                    assert_eq!((status, &*code), (400, "GRAPHQL_VALIDATION_FAILED"));
                }
            }
        })
        .await;
    scene
        .service
        .withstands("a connection that is idle", async |service: &Service| {
            let stream = TcpStream::connect(&service.address).await.expect("a place");
            let (send, connection) =
                http2::handshake::<_, _, Body>(TokioExecutor::new(), TokioIo::new(stream))
                    .await
                    .expect("it speaks HTTP/2");
            let closed = tokio::time::timeout(SHORT * 2 + NOISE, connection).await;
            assert!(closed.is_ok(), "it may stay for ever");
            drop(send);
        })
        .await;
}

/// A stream whose answer nobody takes is reset, whatever else goes on over its connection, which stays.
#[tokio::test]
async fn an_answer_that_is_not_taken_is_taken_back() {
    let scene = Scene::set(Listening {
        answer: SHORT,
        ..Listening::default()
    })
    .await;
    scene
        .service
        .withstands("a window of 0", async |service: &Service| {
            let mut wire = Wire::to(&service.address).await;
            wire.sends(&greeting(&[(INITIAL_WINDOW_SIZE, 0)])).await;
            for stream in [1, 3, 5] {
                wire.sends(&request(stream, "GET", "/schema.graphql")).await;
            }
            let (started, mut next) = (Instant::now(), 7);
            let mut pace = tokio::time::interval(SHORT / 4);
            let mut reset = 0;
            while reset < 3 {
                tokio::select! {
                    came = wire.frame() => {
                        let came = came.expect("the connection stays");
                        assert_ne!(came.kind, DATA, "there is no room for it");
                        reset += usize::from(came.kind == RST_STREAM && came.stream < 7);
                    }
                    _ = pace.tick() => {
                        wire.sends(&request(next, "HEAD", "/health/live")).await;
                        next += 2;
                    }
                }
                assert!(started.elapsed() < SHORT + NOISE, "it may stay for ever");
            }
            assert!(started.elapsed() >= SHORT, "{:?}", started.elapsed());
            wire.sends(&request(next, "HEAD", "/health/live")).await;
            loop {
                let came = wire.frame().await.expect("the connection stays");
                if came.kind == HEADERS && came.stream == next {
                    break;
                }
            }
        })
        .await;
    scene.service.tells(&["an answer not taken"]).await;
}

/// Frames by the ten thousand, and what ends them: a deadline, or the protocol's own limits.
fn floods() -> Vec<(&'static str, Vec<u8>)> {
    let open = frame(HEADERS, END_HEADERS, 1, &asking("POST", "/graphql"));
    let reset: Vec<u8> = (0..2_000u32)
        .flat_map(|n| {
            let stream = 2 * n + 1;
            let mut both = request(stream, "GET", "/schema.graphql");
            both.extend(frame(RST_STREAM, 0, stream, &[0, 0, 0, 8]));
            both
        })
        .collect();
    let mut endless = frame(HEADERS, 0, 1, &asking("GET", "/health/live"));
    let more = frame(CONTINUATION, 0, 1, b"\x00\x01x\x0czebra7zebra7");
    endless.extend(more.repeat(20_000));
    let mut empty = open.clone();
    empty.extend(frame(DATA, 0, 1, b"").repeat(50_000));
    let mut padded = open;
    padded.extend(frame(DATA, 8, 1, &[vec![255], vec![0; 255]].concat()).repeat(2_000));
    let mut streams = Vec::new();
    for n in 0..2_000u32 {
        streams.extend(frame(
            HEADERS,
            END_HEADERS,
            2 * n + 1,
            &asking("POST", "/graphql"),
        ));
    }
    vec![
        ("streams opened and reset", reset),
        ("a head without an end", endless),
        ("settings", frame(SETTINGS, 0, 0, b"").repeat(50_000)),
        ("pings", frame(PING, 0, 0, b"zebra7zz").repeat(50_000)),
        ("empty pieces of a body", empty),
        ("padding and nothing else", padded),
        ("2,000 streams at once", streams),
        (
            "frames of no kind",
            frame(0x7b, 0xff, 1, b"zebra7").repeat(20_000),
        ),
        (
            "a frame of 16 MB",
            b"\xff\xff\xff\x00\x00\x00\x00\x00\x01zebra7".to_vec(),
        ),
        (
            "a stream of an even number",
            request(2, "GET", "/health/live"),
        ),
        (
            "a body for no stream",
            frame(DATA, END_STREAM, 77, b"zebra7"),
        ),
    ]
}

#[tokio::test]
async fn floods_of_frames_come_to_an_end() {
    let scene = Scene::set(hurried()).await;
    for (name, flood) in floods() {
        scene
            .service
            .withstands(name, async |service: &Service| {
                let mut wire = Wire::to(&service.address).await;
                wire.sends(&greeting(&[])).await;
                wire.sends(&flood).await;
                wire.is_closed().await;
            })
            .await;
        let name = format!("{name}, and nobody listens");
        scene
            .service
            .withstands(&name, async |service: &Service| {
                let mut stream = TcpStream::connect(&service.address).await.expect("open");
                let mut bytes = greeting(&[]);
                bytes.extend(&flood);
                // Taken until the service has had enough: then the rest isn't.
                let sent = tokio::time::timeout(SHORT * 4 + NOISE, stream.write_all(&bytes)).await;
                assert!(sent.is_ok(), "it waits for ever");
            })
            .await;
    }
    let log = scene.service.log();
    assert!(log.contains("broken HTTP/2"), "{log}");
}

#[tokio::test]
async fn bodies_and_heads_over_http2_have_the_same_limits() {
    let scene = Scene::set(hurried()).await;
    scene
        .service
        .withstands(
            "a body that drips over HTTP/2",
            async |service: &Service| {
                let pace = tokio::time::interval(SHORT / 8);
                let drops = stream::unfold(pace, |mut pace| async move {
                    pace.tick().await;
                    let drop = Frame::data(Bytes::from_static(b" "));
                    Some((Ok::<_, Infallible>(drop), pace))
                });
                let body = StreamBody::new(drops).boxed_unsync();
                let started = Instant::now();
                let mut send = client(service).await;
                let answer = send.send_request(post(service, body)).await;
                let told = status_and_code(answer.expect("it is told")).await;
                assert_eq!(told, (408, "REQUEST_TIMEOUT".to_owned()));
                assert!((SHORT..SHORT + NOISE).contains(&started.elapsed()));
            },
        )
        .await;
    let too_large = (413, "PAYLOAD_TOO_LARGE".to_owned());
    scene
        .service
        .withstands("300 kB over HTTP/2", async |service: &Service| {
            let body = whole(vec![b'z'; 300_000]);
            let mut send = client(service).await;
            let answer = send.send_request(post(service, body)).await;
            let told = status_and_code(answer.expect("it is told")).await;
            assert_eq!(told, too_large);
        })
        .await;
    scene
        .service
        .withstands("a body without an end", async |service: &Service| {
            let piece = || Ok::<_, Infallible>(Frame::data(Bytes::from(vec![b' '; 16_000])));
            let pieces = stream::repeat_with(piece);
            let body = StreamBody::new(pieces).boxed_unsync();
            let mut send = client(service).await;
            let answer = send.send_request(post(service, body)).await;
            let told = status_and_code(answer.expect("it is told")).await;
            assert_eq!(told, too_large);
        })
        .await;
    scene
        .service
        .withstands(
            "a head of 40,000 bytes over HTTP/2",
            async |service: &Service| {
                let mut request = query(service, PLACES);
                for n in 0..40 {
                    let name = format!("x-zebra7-{n}");
                    let name = hyper::header::HeaderName::try_from(name).expect("a name");
                    let value = "z".repeat(1_000).parse().expect("a value");
                    request.headers_mut().insert(name, value);
                }
                let mut send = client(service).await;
                // Told, or the stream is refused.
                if let Ok(answer) = send.send_request(request).await {
                    assert_eq!(answer.status().as_u16(), 431);
                }
            },
        )
        .await;
    scene
        .service
        .withstands("16 bodies that drip at once", async |service: &Service| {
            let mut wire = Wire::to(&service.address).await;
            wire.sends(&greeting(&[])).await;
            let streams = (0..16u32).map(|n| 2 * n + 1);
            for stream in streams.clone() {
                wire.sends(&frame(
                    HEADERS,
                    END_HEADERS,
                    stream,
                    &asking("POST", "/graphql"),
                ))
                .await;
            }
            let (started, mut answered) = (Instant::now(), 0);
            let mut pace = tokio::time::interval(SHORT / 8);
            while answered < 16 {
                tokio::select! {
                    came = wire.frame() => {
                        let came = came.expect("the connection stays");
                        answered += usize::from(came.kind == HEADERS);
                    }
                    _ = pace.tick(), if started.elapsed() < SHORT => {
                        for stream in streams.clone() {
                            wire.sends(&frame(DATA, 0, stream, b" ")).await;
                        }
                    }
                }
                assert!(started.elapsed() < SHORT + NOISE, "they may drip for ever");
            }
        })
        .await;
}

/// Streams hold as little as connections do: with room for one body, many who drip take nobody's.
#[tokio::test]
async fn streams_share_the_room_for_bodies() {
    let mut listening = hurried();
    listening.room = 400_000;
    let scene = Scene::set(listening).await;
    scene
        .service
        .withstands("16 streams of 30 kB", async |service: &Service| {
            let mut send = client(service).await;
            let large = format!("{PLACES} #{}", "z".repeat(30_000));
            let mut answers = Vec::new();
            for _ in 0..16 {
                send.ready().await.expect("it takes more");
                answers.push(send.send_request(query(service, &large)));
            }
            for answer in answers {
                let (status, _) = status_and_code(answer.await.expect("each is told")).await;
                // In turn, or told to come back; never more at once than there is room for.
                assert!([200, 503].contains(&status), "{status}");
            }
        })
        .await;
    let patience = Duration::from_secs(30);
    let mut send = client(&scene.service).await;
    let alone = send.send_request(query(&scene.service, PLACES));
    let alone = tokio::time::timeout(patience, alone).await;
    assert_eq!(
        alone
            .expect("in time")
            .expect("an answer")
            .status()
            .as_u16(),
        200
    );
}
