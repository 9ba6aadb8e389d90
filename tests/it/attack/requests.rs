//! Requests that are none: bodies, parameters, media types, methods, paths.

use nabij_tests::{
    service::{Listening, Service},
    wire::Wire,
};
use serde_json::json;

use super::{Case, Message, PLACES, Scene};

const BAD: &str = "BAD_REQUEST";
const MEDIA: &str = "UNSUPPORTED_MEDIA_TYPE";
const METHOD: &str = "METHOD_NOT_ALLOWED";

fn bodies() -> Vec<Case> {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let deep_variables = format!(r#"{{"query":"{{__typename}}","variables":{{"v":{deep}}}}}"#);
    let mut cases: Vec<Case> = [
        ("an empty body", &b""[..]),
        ("half a body", br#"{"query":"{__typename"#),
        ("no object", b"null"),
        ("a text", br#""zebra7""#),
        ("a batch of one", br#"[{"query":"{__typename}"}]"#),
        ("no document", b"{}"),
        ("a number for a document", br#"{"query":7}"#),
        (
            "a list for variables",
            br#"{"query":"{__typename}","variables":["zebra7"]}"#,
        ),
        (
            "a text for variables",
            br#"{"query":"{__typename}","variables":"zebra7"}"#,
        ),
        (
            "a text for extensions",
            br#"{"query":"{__typename}","extensions":"zebra7"}"#,
        ),
        (
            "an object for a name",
            br#"{"query":"{__typename}","operationName":{"zebra7":1}}"#,
        ),
        ("a number for a document's id", br#"{"documentId":7}"#),
        (
            "a document and an id",
            br#"{"query":"{__typename}","documentId":"sha256:zebra7"}"#,
        ),
        (
            "bytes that are no UTF-8",
            b"{\"query\":\"{__typename} #\xff\xfe zebra7\"}",
        ),
        ("UTF-16", b"\xff\xfe{\0\"\0q\0"),
        ("a lone surrogate", br#"{"query":"{__typename} #\ud800"}"#),
        ("100,000 lists", deep.as_bytes()),
        ("100,000 lists in a variable", deep_variables.as_bytes()),
    ]
    .into_iter()
    .map(|(name, body)| Case::new(name, &Message::post(body), 400, BAD))
    .collect();
    // The same in the older media type.
    let older = Message::post("{").by("accept", "application/json");
    cases.push(Case::new("half a body, older", &older, 400, BAD));
    let batch = vec![json!({ "query": PLACES }); 2_000];
    let batch = Message::json(&json!(batch));
    cases.push(Case::new("a batch of 2,000", &batch, 400, BAD));
    cases
}

fn media() -> Vec<Case> {
    let good = Message::query(PLACES);
    let mut cases = vec![
        Case::new(
            "no media type",
            &good.clone().without("content-type"),
            415,
            MEDIA,
        ),
        Case::new(
            "two media types",
            &good.clone().and("content-type", "application/json"),
            415,
            MEDIA,
        ),
    ];
    for media in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=zebra7",
        "application/graphql",
        "application/json; charset=utf-16",
        "application/jsonzebra7",
        "zebra7",
    ] {
        let message = good.clone().by("content-type", media);
        cases.push(Case::new(media, &message, 415, MEDIA));
    }
    for encoding in ["gzip", "deflate", "br", "zstd", "identity, gzip", "zebra7"] {
        let message = good.clone().and("content-encoding", encoding);
        cases.push(Case::new(encoding, &message, 415, MEDIA));
    }
    for (first, second) in [("identity", "gzip"), ("gzip", "identity"), ("gzip", "gzip")] {
        let message = good
            .clone()
            .and("content-encoding", first)
            .and("content-encoding", second);
        let name = format!("{first} and then {second}");
        cases.push(Case::new(&name, &message, 415, MEDIA));
    }
    // 200 kB of gzip, which would be 200 MB.
    let bomb = [
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03".to_vec(),
        vec![0; 200_000],
    ]
    .concat();
    let bomb = Message::post(bomb).and("content-encoding", "gzip");
    cases.push(Case::new("a compressed bomb", &bomb, 415, MEDIA));
    // A semicolon with nothing behind it says nothing.
    for accept in ["application/json;", "application/graphql-response+json; ;"] {
        let message = good.clone().by("accept", accept);
        cases.push(Case::raw(accept, message.bytes(), &[200]));
    }
    let ranges = "text/zebra7;q=0.1, ".repeat(500);
    for accept in [
        "text/html",
        "application/json;q=0",
        "zebra7",
        "application/json;q=zebra7",
        &ranges,
    ] {
        let message = good.clone().by("accept", accept);
        cases.push(Case::new(accept, &message, 406, "NOT_ACCEPTABLE"));
    }
    // Two headers are one list.
    let two = |first: &str, second: &str| {
        let message = good.clone().by("accept", first).and("accept", second);
        Case::raw(&format!("{first} and {second}"), message.bytes(), &[200])
    };
    cases.push(two("text/html", "application/json").with("content-type", "application/json"));
    let both = two("application/json", "application/graphql-response+json");
    cases.push(both.with("content-type", "graphql-response+json"));
    let neither = good
        .clone()
        .by("accept", "text/html")
        .and("accept", "image/*");
    cases.push(Case::new(
        "two that are neither",
        &neither,
        406,
        "NOT_ACCEPTABLE",
    ));
    cases
}

fn methods_and_paths() -> Vec<Case> {
    let mut cases = Vec::new();
    for method in [
        "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "ZEBRA7", "post",
    ] {
        let message = Message::new(method, "/graphql");
        cases.push(Case::new(method, &message, 405, METHOD).with("allow", "GET, HEAD, POST"));
    }
    let encoded =
        "mutation%7BsignalWithdraw(input%3A%7Bid%3A%22zebra7%22%7D)%7BuserErrors%7Bcode%7D%7D%7D";
    let get = |query: &str| Message::new("GET", &format!("/graphql?{query}"));
    let mutation = get(&format!("query={encoded}"));
    cases.push(Case::new("a mutation over GET", &mutation, 405, METHOD).with("allow", "POST"));
    for (name, query) in [
        ("no query string", ""),
        (
            "a query twice",
            "query=%7B__typename%7D&query=%7B__typename%7D",
        ),
        (
            "variables that are a list",
            "query=%7B__typename%7D&variables=%5B%5D",
        ),
        (
            "variables that are no JSON",
            "query=%7B__typename%7D&variables=zebra7",
        ),
        (
            "extensions that are a number",
            "query=%7B__typename%7D&extensions=7",
        ),
    ] {
        cases.push(Case::new(name, &get(query), 400, BAD));
    }
    let garbled = get("query=%ff%fezebra7");
    cases.push(Case::new(
        "bytes that are no text",
        &garbled,
        400,
        "GRAPHQL_PARSE_FAILED",
    ));
    let broken = get("query=%7B__typename%7Dzebra7%");
    cases.push(Case::new(
        "half an escape",
        &broken,
        400,
        "GRAPHQL_PARSE_FAILED",
    ));
    for path in [
        "/",
        "/graphql/",
        "//graphql",
        "/GRAPHQL",
        "/../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/zebra7%00",
        "/graphql%0d%0ax-zebra7:%201",
        "/.env",
    ] {
        cases.push(Case::raw(path, Message::new("GET", path).bytes(), &[404]));
    }
    for path in ["/schema.graphql", "/health/live", "/health/ready"] {
        let message = Message {
            body: b"{}".to_vec(),
            ..Message::new("POST", path).and("content-length", "2")
        };
        let case = Case::raw(&format!("POST {path}"), message.bytes(), &[405]);
        cases.push(case.with("allow", "GET"));
    }
    // What is not for GraphQL is answered as usual, and has nothing in it for the log.
    let named = |letters| format!("query {} {{ __typename }}", "Z".repeat(letters));
    let long = Message::query(&named(128));
    cases.push(Case::raw("a name of 128 letters", long.bytes(), &[200]));
    let longer = Message::query(&named(129));
    let code = "QUERY_TOO_EXPENSIVE";
    cases.push(Case::new("a name of 129 letters", &longer, 400, code));
    let unsigned = Message::query(
        "mutation { signalWithdraw(input: { id: \"zebra7\" }) { userErrors { code } } }",
    );
    let case = Case::new(
        "a mutation without a token",
        &unsigned,
        401,
        "UNAUTHENTICATED",
    );
    cases.push(case.with("www-authenticate", "Bearer realm"));
    cases
}

#[tokio::test]
async fn requests_that_are_none() {
    let scene = Scene::set(Listening::default()).await;
    scene.withstands(bodies()).await;
    scene.withstands(media()).await;
    scene.withstands(methods_and_paths()).await;
}

/// What GET would answer, without the answer; and nothing is changed by it.
#[tokio::test]
async fn head_is_get_without_the_body() {
    let scene = Scene::set(Listening::default()).await;
    let read = "query=%7B__typename%7D";
    let write = "query=mutation%7BsignalWithdraw(input%3A%7Bid%3A%22zebra7%22%7D)\
                 %7BuserErrors%7Bcode%7D%7D%7D";
    for (name, query, status) in [
        ("a query by HEAD", read, "200"),
        ("a mutation by HEAD", write, "405"),
        ("nothing by HEAD", "", "400"),
        ("half a document by HEAD", "query=%7Bzebra7", "400"),
    ] {
        let message = Message::new("HEAD", &format!("/graphql?{query}")).and("connection", "close");
        scene
            .service
            .withstands(name, async |service: &Service| {
                let mut wire = Wire::to(&service.address).await;
                wire.sends(&message.bytes()).await;
                let answer = String::from_utf8(wire.is_closed().await).expect("it is text");
                assert!(
                    answer.starts_with(&format!("HTTP/1.1 {status} ")),
                    "{answer}"
                );
                assert!(answer.ends_with("\r\n\r\n"), "{name}: {answer}");
            })
            .await;
    }
}
