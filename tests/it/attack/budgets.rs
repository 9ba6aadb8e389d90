//! What a caller may spend, who counts as one caller, and who may send nothing but trusted documents.

use std::time::Duration;

use nabij_api::{
    app::App,
    auth::Issuers,
    clock::Clock,
    config::EdgeSettings,
    http::{documents::document_id, edge::Edge},
};
use nabij_tests::{
    Folder, Town,
    service::{CONTROL, Listening, Service},
    wire::Reply,
};
use serde_json::json;

use super::{Case, Message, PLACES, Scene, is_an_error};

const UNTRUSTED: &str = "DOCUMENT_NOT_TRUSTED";
const ME: &str = "{ me { id } }";
/// A page of 100: what it costs is more than a quarter of the address's bucket here.
const PAGE: &str = "{ neighbourhoods(first: 100) { nodes { name } } }";

/// Buckets small enough to be emptied by hand: 400, and 40 more each second.
fn small() -> Listening {
    let mut listening = Listening::default();
    for bucket in [
        &mut listening.edge.address_budget,
        &mut listening.edge.account_budget,
    ] {
        bucket.burst = 1_200.try_into().expect("it isn't 0");
        bucket.per_second = 100.try_into().expect("it isn't 0");
    }
    listening
}

async fn send(service: &Service, message: &Message) -> Reply {
    service.hears(&message.bytes()).await.expect("an answer")
}

/// Sends it until the bucket is empty: the refusal, and how many came before it.
async fn empties(service: &Service, message: &Message) -> (Reply, usize) {
    for times in 0..200 {
        let reply = send(service, message).await;
        if reply.status == 429 {
            return (reply, times);
        }
    }
    panic!("the bucket has no bottom");
}

/// The number behind `NAME=` in a header.
fn figure(reply: &Reply, header: &str, name: &str) -> u64 {
    let value = reply.header(header);
    let mut parts = value.split(';');
    let found = parts.find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
    let number = found.and_then(|number| number.parse().ok());
    number.unwrap_or_else(|| panic!("no {name} in {header}: {value}"))
}

#[tokio::test]
async fn a_bucket_that_is_empty_fills_again() {
    let scene = Scene::set(small()).await;
    let service = &scene.service;
    let page = Message::query(PAGE);
    let first = send(service, &page).await;
    assert_eq!(first.status, 200, "{}", first.text());
    let cost = first.json()["extensions"]["cost"].clone();
    let requested = cost["requested"].as_u64().expect("a number");
    assert_eq!(figure(&first, "ratelimit-policy", "q"), 1_200);
    assert_eq!(figure(&first, "ratelimit-policy", "w"), 12);
    assert_eq!(figure(&first, "ratelimit", "r"), 1_200 - requested);
    assert_eq!(cost["remaining"], json!(1_200 - requested));

    let (refused, times) = empties(service, &page).await;
    assert_eq!(refused.code(), "RATE_LIMITED");
    is_an_error("an empty bucket", &refused);
    assert_eq!(times as u64 + 1, 1_200 / requested);
    let wait = refused
        .header("retry-after")
        .parse::<u64>()
        .expect("seconds");
    let missing = requested - 1_200 % requested;
    assert_eq!(wait, missing.div_ceil(100));
    assert_eq!(figure(&refused, "ratelimit-policy", "q"), 1_200);
    let older = send(service, &page.clone().by("accept", "application/json")).await;
    assert_eq!(
        (older.status, older.code()),
        (429, "RATE_LIMITED".to_owned())
    );

    // Whoever has an account has a bucket of their own.
    let token = format!("Bearer {}", service.token(&scene.rosa));
    let signed = send(service, &page.clone().and("authorization", &token)).await;
    assert_eq!(signed.status, 200, "{}", signed.text());
    let me = send(service, &Message::query(ME).and("authorization", &token)).await;
    assert!(figure(&me, "ratelimit", "r") < figure(&signed, "ratelimit", "r"));

    // Exactly when it was said, and not before.
    service.waits(Duration::from_millis(wait * 1_000 - 1_000));
    assert_eq!(send(service, &page).await.status, 429);
    service.waits(Duration::from_secs(1));
    assert_eq!(send(service, &page).await.status, 200);
    service.waits(Duration::from_secs(12));
    let full = send(service, &page).await;
    assert_eq!(figure(&full, "ratelimit", "r"), 1_200 - requested);
}

/// Whatever is read and not executed is paid for, and what is executed costs no less than its bytes.
#[tokio::test]
async fn nothing_is_read_for_nothing() {
    let scene = Scene::set(small()).await;
    let service = &scene.service;
    let long = "zebra7 ".repeat(15_000);
    let unknown = document_id("{ zebra7 }");
    let cases = [
        ("no JSON", Message::post(format!("{{{long}")), 400),
        ("no parameters", Message::json(&json!([long])), 400),
        (
            "an unknown document",
            Message::json(&json!({ "documentId": unknown, "extensions": { "zebra7": long } })),
            400,
        ),
        (
            "a token that is none",
            Message::query(ME).and("authorization", "Basic zebra7"),
            401,
        ),
        (
            "variables that nobody declares",
            Message::asks("{ __typename }", &json!({ "zebra7": long })),
            200,
        ),
    ];
    for (name, message, status) in cases {
        assert_eq!(send(service, &message).await.status, status, "{name}");
        let (spent, times) = empties(service, &message).await;
        assert_eq!(spent.code(), "RATE_LIMITED", "{name}");
        // 50 for a token, and for the others 1 for each 256 bytes.
        assert!(times <= 1_200 / 50, "{name}: {times} times");
        service.waits(Duration::from_secs(24));
    }
}

/// Who can't pay for reading is told so before anything is read.
#[tokio::test]
async fn who_asks_for_what_they_cannot_pay_pays_for_asking() {
    let scene = Scene::set(small()).await;
    let service = &scene.service;
    let (_, times) = empties(service, &Message::query(PAGE)).await;
    assert!(times > 0);
    let before = send(service, &Message::query(PAGE)).await;
    let after = send(service, &Message::query(PAGE)).await;
    assert_eq!((before.status, after.status), (429, 429));
    let left = |reply: &Reply| figure(reply, "ratelimit", "r");
    assert_eq!(left(&before), left(&after) + 1);
}

#[tokio::test]
async fn guessing_at_tokens_is_slow() {
    let scene = Scene::set(small()).await;
    let service = &scene.service;
    let mut guesses = 0..;
    let mut guess = || {
        let bearer = format!("Bearer zebra7-{}", guesses.next().unwrap_or(0));
        Message::query(ME).and("authorization", &bearer)
    };
    for _ in 0..24 {
        let reply = send(service, &guess()).await;
        assert_eq!(
            (reply.status, reply.code()),
            (401, "UNAUTHENTICATED".to_owned())
        );
    }
    let reply = send(service, &guess()).await;
    assert_eq!(
        (reply.status, reply.code()),
        (429, "RATE_LIMITED".to_owned())
    );
    assert_eq!(reply.header("www-authenticate"), "");
    // The good token is still taken: whoever shares the address isn't shut out.
    let token = format!("Bearer {}", service.token(&scene.rosa));
    let good = Message::query(ME).and("authorization", &token);
    assert_eq!(send(service, &good).await.status, 200);
}

/// Reading what is refused is work, so it is paid for by its length. Who can't pay isn't read.
#[tokio::test]
async fn what_is_refused_costs_its_sender() {
    let scene = Scene::set(small()).await;
    let service = &scene.service;
    let short = send(service, &Message::query("{")).await;
    assert_eq!(short.status, 400);
    assert_eq!(figure(&short, "ratelimit", "r"), 1_199);
    let older = Message::query("{ zebra }").by("accept", "application/json");
    assert_eq!(
        figure(&send(service, &older).await, "ratelimit", "r"),
        1_198
    );
    service.waits(Duration::from_secs(1));

    // 1, and 1 for each 256 bytes: 99.
    let text = format!("{{ {} }}", "zebra ".repeat(4_200));
    let body = json!({ "query": text }).to_string();
    let long = Message::post(body.clone());
    let cost = 1 + body.len() as u64 / 256;
    let (refused, times) = empties(service, &long).await;
    assert_eq!(refused.code(), "RATE_LIMITED");
    assert_eq!(times as u64, 1_200 / cost);
    let wait = refused.header("retry-after").parse().expect("seconds");
    // Now nothing is read: not what is right either.
    let page = Message::query(PLACES);
    let unread = send(service, &page).await;
    assert_eq!(
        (unread.status, unread.code()),
        (429, "RATE_LIMITED".to_owned())
    );
    assert_eq!(unread.header("retry-after"), refused.header("retry-after"));
    // Whoever has an account pays out of a bucket of their own.
    let token = format!("Bearer {}", service.token(&scene.rosa));
    let signed = |message: &Message| message.clone().and("authorization", &token);
    let reply = send(service, &signed(&long)).await;
    assert_eq!(reply.status, 400, "{}", reply.text());
    assert_eq!(figure(&reply, "ratelimit", "r"), 1_200 - cost);
    service.waits(Duration::from_secs(wait));
    assert_eq!(send(service, &page).await.status, 200);
}

/// A mutation that isn't done for want of a token, or because it came by GET, was read too.
#[tokio::test]
async fn what_is_turned_away_after_reading_costs_as_well() {
    let scene = Scene::set(small()).await;
    let service = &scene.service;
    let text = "mutation { signalWithdraw(input: { id: \"zebra7\" }) { userErrors { code } } }";
    assert_eq!(send(service, &Message::query(text)).await.status, 401);
    let encoded =
        "mutation%7BsignalWithdraw(input%3A%7Bid%3A%22x%22%7D)%7BuserErrors%7Bcode%7D%7D%7D";
    let get = Message::new("GET", &format!("/graphql?query={encoded}"));
    let reply = send(service, &get).await;
    assert_eq!(reply.status, 405);
    assert_eq!(figure(&reply, "ratelimit", "r"), 1_198);
}

#[tokio::test]
async fn what_is_too_expensive_and_what_is_explained_tell_their_cost() {
    let scene = Scene::set(small()).await;
    let service = &scene.service;
    let text = "{ signals(first: 100) { nodes { referrals(first: 100) { nodes { id } } } } }";
    let refused = send(service, &Message::query(text)).await;
    assert_eq!(
        (refused.status, refused.code()),
        (400, "QUERY_TOO_EXPENSIVE".to_owned())
    );
    let cost = refused.json()["extensions"]["cost"].clone();
    assert_eq!(
        cost,
        json!({ "requested": 10_301, "limit": 1_000, "remaining": 1_199 })
    );
    assert_eq!(figure(&refused, "ratelimit", "r"), 1_199);

    let body = json!({ "query": text, "extensions": { "explain": true } });
    let explained = send(service, &Message::json(&body)).await;
    assert_eq!(explained.status, 200, "{}", explained.text());
    let cost = explained.json()["extensions"]["cost"].clone();
    assert_eq!(
        cost,
        json!({ "requested": 10_301, "limit": 1_000, "remaining": 1_189 })
    );
    assert_eq!(figure(&explained, "ratelimit-policy", "q"), 1_200);
    // An explanation is paid for like anything else.
    let (refused, _) = empties(service, &Message::json(&body)).await;
    assert_eq!(refused.code(), "RATE_LIMITED");
}

/// Without proxies in the settings, what a caller writes into `X-Forwarded-For` changes nothing.
#[tokio::test]
async fn nobody_gets_another_bucket_by_saying_so() {
    let scene = Scene::set(small()).await;
    let page = Message::query(PAGE);
    empties(&scene.service, &page).await;
    for header in [
        "x-forwarded-for",
        "forwarded",
        "x-real-ip",
        "cf-connecting-ip",
    ] {
        for value in [
            "192.0.2.7",
            "for=192.0.2.7",
            "192.0.2.7, 127.0.0.1",
            "zebra7",
        ] {
            let reply = send(&scene.service, &page.clone().and(header, value)).await;
            assert_eq!(reply.status, 429, "{header}: {value}");
        }
    }
}

/// Behind a proxy, the last address it didn't add itself counts, whatever stands before it.
#[tokio::test]
async fn behind_a_proxy_each_caller_has_a_bucket() {
    let mut listening = small();
    listening.edge.trusted_proxies = ["127.0.0.0/8", "10.0.0.0/8"]
        .map(|net| net.parse().expect("a network"))
        .to_vec();
    let scene = Scene::set(listening).await;
    let service = &scene.service;
    let page = Message::query(PAGE);
    let from = |value: &str| page.clone().and("x-forwarded-for", value);
    empties(service, &from("192.0.2.7")).await;
    // The same caller, however it is put.
    for value in [
        "192.0.2.7",
        "  192.0.2.7  ",
        "198.51.100.1, 192.0.2.7",
        "zebra7, 192.0.2.7",
        "192.0.2.7, 10.1.2.3",
        "192.0.2.7, 10.1.2.3, 127.0.0.9",
        "::ffff:192.0.2.7",
        "192.0.2.7:4711",
        "[::ffff:192.0.2.7]:4711",
        "192.0.2.7, 10.1.2.3:80",
    ] {
        assert_eq!(send(service, &from(value)).await.status, 429, "{value}");
    }
    let twice = from("198.51.100.1").and("x-forwarded-for", "192.0.2.7");
    assert_eq!(send(service, &twice).await.status, 429, "in two headers");
    // Others.
    for value in ["192.0.2.8", "192.0.2.7, 192.0.2.9", "2001:db8::7"] {
        assert_eq!(send(service, &from(value)).await.status, 200, "{value}");
    }
    empties(service, &from("[2001:db8::7]:4711")).await;
    for value in ["2001:db8::7", "[2001:db8::7]", "[2001:db8::8]:1"] {
        assert_eq!(send(service, &from(value)).await.status, 429, "{value}");
    }
    // What is no address is the proxy's own fault, and counts as the proxy.
    for value in ["zebra7", "", "192.0.2.7, zebra7", ",,,"] {
        let reply = send(service, &from(value)).await;
        assert!([200, 429].contains(&reply.status), "{value}");
    }
    empties(service, &page).await;
    for value in ["zebra7", "192.0.2.7, zebra7"] {
        assert_eq!(send(service, &from(value)).await.status, 429, "{value}");
    }
}

/// A socket for both kinds of addresses tells those of IPv4 in the words of IPv6.
#[tokio::test]
async fn a_proxy_is_known_on_a_socket_for_both_kinds_of_addresses() {
    if std::net::TcpListener::bind("[::]:0").is_err() {
        eprintln!("not run: this system has no IPv6");
        return;
    }
    let mut listening = small();
    listening.address = "[::]:0".to_owned();
    listening.edge.trusted_proxies = vec!["127.0.0.0/8".parse().expect("a network")];
    let mut scene = Scene::set(listening).await;
    let port = scene
        .service
        .address
        .rsplit_once(':')
        .expect("a port")
        .1
        .to_owned();
    scene.service.address = format!("127.0.0.1:{port}");
    let from = |value: &str| Message::query(PAGE).and("x-forwarded-for", value);
    empties(&scene.service, &from("192.0.2.7")).await;
    let other = send(&scene.service, &from("192.0.2.8")).await;
    assert_eq!(other.status, 200, "{}", other.text());
}

/// Whatever stands in these headers, it is read or not, and ends there.
#[tokio::test]
async fn forwarding_that_was_made_up() {
    let mut listening = Listening::default();
    let open = Scene::set(listening.clone()).await;
    listening.edge.trusted_proxies = vec!["127.0.0.0/8".parse().expect("a network")];
    let behind = Scene::set(listening).await;
    let many = "192.0.2.7, ".repeat(2_500);
    for scene in [open, behind] {
        let mut cases = Vec::new();
        for header in [
            "x-forwarded-for",
            "forwarded",
            "x-real-ip",
            "x-forwarded-host",
        ] {
            for value in [
                "zebra7",
                "192.0.2.7:99999999",
                "[[::1]]:zebra7",
                "fe80::1%zebra7",
                "127.0.0.1, 127.0.0.1",
                "' OR 1=1 -- zebra7",
                ",,,,",
                &many,
            ] {
                let message = Message::query(PLACES).and(header, value);
                let name = format!("{header}: {}", &value[..value.len().min(30)]);
                cases.push(Case::raw(&name, message.bytes(), &[200]));
            }
        }
        scene.withstands(cases).await;
    }
}

/// The schema's text costs what it is; to hear that it is the same costs next to nothing.
#[tokio::test]
async fn the_schema_is_paid_for() {
    let scene = Scene::set(small()).await;
    let schema = Message::new("GET", "/schema.graphql");
    let first = send(&scene.service, &schema).await;
    assert_eq!(first.status, 200);
    let same = schema.clone().and("if-none-match", &first.header("etag"));
    for _ in 0..100 {
        assert_eq!(send(&scene.service, &same).await.status, 304);
    }
    let (refused, times) = empties(&scene.service, &schema).await;
    assert_eq!(refused.code(), "RATE_LIMITED");
    is_an_error("the schema, too often", &refused);
    assert_eq!(refused.header("retry-after"), "1");
    assert!((15..24).contains(&times), "{times}");
    scene.service.waits(Duration::from_secs(1));
    assert_eq!(send(&scene.service, &schema).await.status, 200);
}

#[tokio::test]
async fn trusted_documents() {
    let folder = Folder::default();
    let (id, page) = (document_id(ME), document_id(PLACES));
    let documents = json!({ &id: ME, &page: PLACES, document_id(CONTROL): CONTROL }).to_string();
    let mut listening = Listening::default();
    listening.edge.documents_file = Some(folder.file("documents.json", &documents).into());
    listening.edge.documents_only_for = vec!["anonymous".to_owned()];
    let scene = Scene::set(listening).await;
    let by_id = |id: &str| Message::json(&json!({ "documentId": id }));
    let encoded = page.replace(':', "%3A");
    let get = Message::new("GET", &format!("/graphql?documentId={encoded}"));
    let other = Message::query("{ me { __typename } }");
    let token = format!("Bearer {}", scene.service.token(&scene.rosa));
    let signed = |message: &Message| message.clone().and("authorization", &token);
    let spaced = Message::query("{ me { id }  }");
    let explained = json!({ "query": "{ zebra7", "extensions": { "explain": true } });
    let mut cases = vec![
        Case::raw("by its id", by_id(&id).bytes(), &[200]),
        Case::raw("by its id over GET", get.bytes(), &[200]),
        Case::raw("by its text", Message::query(ME).bytes(), &[200]),
        Case::new("another", &other, 400, UNTRUSTED),
        Case::new("a space more", &spaced, 400, UNTRUSTED),
        // Nothing of these is read.
        Case::new(
            "what is no GraphQL",
            &Message::query("{ zebra7"),
            400,
            UNTRUSTED,
        ),
        Case::new("explained", &Message::json(&explained), 400, UNTRUSTED),
        Case::new(
            "another, older",
            &other.clone().by("accept", "application/json"),
            200,
            UNTRUSTED,
        ),
        Case::raw(
            "another, for who isn't held to it",
            signed(&other).bytes(),
            &[200],
        ),
    ];
    let cut = &id[..id.len() - 1];
    for unknown in [
        "sha256:zebra7",
        "zebra7",
        "",
        cut,
        &id.to_uppercase(),
        &"z".repeat(100_000),
    ] {
        let message = by_id(unknown);
        cases.push(Case::new(
            "an id of none",
            &message,
            400,
            "DOCUMENT_NOT_FOUND",
        ));
    }
    scene.withstands(cases).await;
}

/// For an account too, before anything is read: only who it is must be known.
#[tokio::test]
async fn trusted_documents_for_everybody() {
    let folder = Folder::default();
    let documents = json!({ document_id(ME): ME, document_id(CONTROL): CONTROL }).to_string();
    let mut listening = Listening::default();
    listening.edge.documents_file = Some(folder.file("documents.json", &documents).into());
    listening.edge.documents_only_for = vec!["everybody".to_owned()];
    let scene = Scene::set(listening).await;
    let token = format!("Bearer {}", scene.service.token(&scene.rosa));
    let signed = |text: &str| Message::query(text).and("authorization", &token);
    let cases = vec![
        Case::raw("a trusted one", signed(ME).bytes(), &[200]),
        Case::new("another", &signed("{ me { __typename } }"), 400, UNTRUSTED),
        Case::new("what is no GraphQL", &signed("{ zebra7"), 400, UNTRUSTED),
    ];
    scene.withstands(cases).await;
}

/// What was registered for an older schema is found when the service starts, not by its client.
#[tokio::test]
async fn a_trusted_document_that_does_not_fit_stops_the_service_at_its_start() {
    let town = Town::start().await;
    let folder = Folder::default();
    let old = "{ me { wasHereOnce } }";
    let documents = json!({ document_id(ME): ME, document_id(old): old }).to_string();
    let settings = EdgeSettings {
        documents_file: Some(folder.file("documents.json", &documents).into()),
        ..EdgeSettings::default()
    };
    let clock = Clock::system();
    let edge = Edge::from_settings(&settings, &clock).expect("each id is the hash of its text");
    let refused = App::new(town.db().clone(), clock, Issuers::default(), edge).err();
    let why = refused.expect("it doesn't start").to_string();
    assert!(why.contains(&document_id(old)), "{why}");
    assert!(why.contains("wasHereOnce"), "{why}");
}
