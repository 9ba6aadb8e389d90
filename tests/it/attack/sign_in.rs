//! Tokens that are none, and tokens that are somebody else's.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use jsonwebtoken::{Algorithm, EncodingKey};
use nabij_tests::service::{Listening, Service};
use serde_json::{Map, Value, json};

use super::{Case, Message, Scene};

const ME: &str = "{ me { id } }";

/// Claims of a wrong type or out of the window, by the claim.
fn mistyped(now: i64) -> Vec<(&'static str, Value)> {
    vec![
        ("iss", json!(["https://issuer.test"])),
        ("iss", json!("https://issuer.test/")),
        ("iss", json!("https://zebra7.example")),
        ("aud", json!("https://zebra7.example")),
        ("aud", json!(["https://nabij.test", 7])),
        ("aud", json!({ "zebra7": 1 })),
        ("aud", json!([])),
        ("sub", json!(7)),
        ("sub", json!("")),
        ("sub", json!("zebra7\nx: y")),
        ("sub", json!("z".repeat(256))),
        ("iat", json!("zebra7")),
        ("iat", json!(now + 3_600)),
        ("exp", json!(now - 60)),
        ("exp", json!(now.to_string())),
        ("exp", json!(-1)),
        ("exp", json!(1e30)),
        ("exp", json!(u64::MAX)),
        ("exp", json!(now)),
        ("nbf", json!(now + 3_600)),
        ("nbf", json!(true)),
        ("jti", json!({ "zebra7": 1 })),
        ("jti", json!("")),
        ("typ", json!("ID")),
        ("typ", json!("Refresh")),
    ]
}

fn part(value: &Value) -> String {
    BASE64.encode(value.to_string())
}

/// Tokens with a header that tries something; the claims are good.
fn headers(service: &Service, claims: &Value) -> Vec<(String, String)> {
    let good = service.token_header();
    let mut tokens = Vec::new();
    for (field, value) in [
        ("alg", json!("none")),
        ("alg", json!("None")),
        ("alg", json!("RS256")),
        ("alg", json!("zebra7")),
        ("kid", json!("zebra7")),
        ("kid", json!("../../../../dev/null")),
        ("kid", json!("' UNION SELECT 'zebra7")),
        ("kid", json!("")),
        ("kid", json!(7)),
        ("crit", json!(["exp"])),
        ("typ", json!("logout+jwt")),
        ("typ", json!("")),
        ("typ", json!("zebra7")),
    ] {
        let mut header = good.clone();
        header[field] = value.clone();
        tokens.push((format!("{field}: {value}"), service.signs(&header, claims)));
    }
    for field in ["alg", "kid", "typ"] {
        let mut header = good.clone();
        header.as_object_mut().expect("an object").remove(field);
        tokens.push((format!("no {field}"), service.signs(&header, claims)));
    }
    tokens
}

/// Tokens by a key that the caller has, one way or another.
fn forged(service: &Service, claims: &Value) -> Vec<(String, String)> {
    let good = service.token_header();
    let hmac = |header: &Value, secret: &[u8]| {
        let message = format!("{}.{}", part(header), part(claims));
        let key = EncodingKey::from_secret(secret);
        let algorithm = header["alg"].as_str().and_then(|name| name.parse().ok());
        let algorithm = algorithm.unwrap_or(Algorithm::HS256);
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key, algorithm);
        format!("{message}.{}", signature.expect("it signs"))
    };
    let mut shared = good.clone();
    shared["alg"] = json!("HS256");
    // A stranger's key, named in the header in each of the ways there are.
    let stranger = nabij_api::auth::SigningKey::generate().expect("a key");
    let mut tokens = vec![
        (
            "the key's name as a shared secret".to_owned(),
            hmac(&shared, service.kid.as_bytes()),
        ),
        ("an empty shared secret".to_owned(), hmac(&shared, b"")),
    ];
    // The public key, which everybody has, in each form in which a library may take it for a secret.
    let own = &service.jwks["keys"][0];
    let x = own["x"].as_str().expect("an Ed25519 key");
    let raw = BASE64.decode(x).expect("it is base64");
    let der = [
        &b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00"[..],
        &raw,
    ]
    .concat();
    let text = base64::engine::general_purpose::STANDARD.encode(&der);
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----\n");
    for (form, secret) in [
        ("raw", raw.as_slice()),
        ("base64", x.as_bytes()),
        ("DER", der.as_slice()),
        ("PEM", pem.as_bytes()),
        ("JWK", own.to_string().as_bytes()),
        ("JWK Set", service.jwks.to_string().as_bytes()),
    ] {
        for algorithm in ["HS256", "HS384", "HS512"] {
            let mut header = good.clone();
            header["alg"] = json!(algorithm);
            let name = format!("the public key as a shared secret, {form}, {algorithm}");
            tokens.push((name, hmac(&header, secret)));
        }
    }
    let jwk = stranger.jwks()["keys"][0].clone();
    for (field, value) in [
        ("jwk", jwk),
        ("jku", json!("https://zebra7.example/jwks.json")),
        ("x5u", json!("https://zebra7.example/x5u.pem")),
        ("x5c", json!(["zebra7"])),
    ] {
        let token = nabij_api::auth::TokenFor {
            issuer: "https://issuer.test",
            subject: claims["sub"].as_str().expect("a text"),
            audience: "https://nabij.test",
            lifetime: Duration::from_mins(10),
        };
        let now = claims["iat"]
            .as_i64()
            .and_then(|now| chrono::DateTime::from_timestamp(now, 0));
        let (clock, _) = nabij_api::clock::Clock::held(now.expect("a moment"));
        let minted = stranger.mint(token, &clock).expect("it signs");
        if field == "jwk" {
            // As it was good before the issuer took its key out of the set, under that key's name.
            tokens.push(("a retired key".to_owned(), minted.clone()));
        }
        let (message, signature) = minted.rsplit_once('.').expect("a JWT");
        let (_, claims) = message.split_once('.').expect("a JWT");
        let mut header = good.clone();
        header[field] = value;
        tokens.push((
            field.to_owned(),
            format!("{}.{claims}.{signature}", part(&header)),
        ));
    }
    tokens
}

/// The good token, bent.
fn bent(good: &str) -> Vec<(String, String)> {
    let (message, signature) = good.rsplit_once('.').expect("a JWT");
    let flipped: String = signature.chars().rev().collect();
    let (header, claims) = message.split_once('.').expect("a JWT");
    [
        ("no signature", format!("{message}.")),
        ("no signature and no dot", message.to_owned()),
        ("another signature", format!("{message}.{flipped}")),
        ("five parts", format!("{good}.{claims}.{signature}")),
        ("padding", format!("{good}==")),
        (
            "other claims",
            format!("{header}.{}.{signature}", part(&json!({ "sub": "zebra7" }))),
        ),
        (
            "claims that are a list",
            format!("{header}.{}.{signature}", part(&json!(["zebra7"]))),
        ),
        (
            "9,000 characters",
            format!("{message}.{}", "z".repeat(9_000)),
        ),
        ("no token", String::new()),
        ("two tokens", format!("{good} {good}")),
        ("a comma", format!("{good},{good}")),
        ("zebra7", "zebra7".to_owned()),
        ("dots", "...".to_owned()),
    ]
    .into_iter()
    .map(|(name, token)| (name.to_owned(), token))
    .collect()
}

#[tokio::test]
async fn no_token_but_a_good_one_is_taken() {
    let scene = Scene::set(Listening::default()).await;
    let (service, rosa) = (&scene.service, &scene.rosa);
    let claims = service.claims(rosa);
    let now = claims["iat"].as_i64().expect("a number");
    let good = service.token(rosa);
    let signed = |claims: &Map<String, Value>| {
        service.signs(&service.token_header(), &Value::Object(claims.clone()))
    };

    let mut tokens = headers(service, &Value::Object(claims.clone()));
    tokens.extend(forged(service, &Value::Object(claims.clone())));
    tokens.extend(bent(&good));
    for claim in ["iss", "aud", "sub", "iat", "exp", "nbf", "jti"] {
        let mut less = claims.clone();
        less.remove(claim);
        tokens.push((format!("no {claim}"), signed(&less)));
        let mut null = claims.clone();
        null.insert(claim.to_owned(), Value::Null);
        tokens.push((format!("{claim}: null"), signed(&null)));
    }
    for (claim, value) in mistyped(now) {
        let mut other = claims.clone();
        other.insert(claim.to_owned(), value.clone());
        tokens.push((format!("{claim}: {value}"), signed(&other)));
    }
    let mut cases: Vec<Case> = tokens
        .into_iter()
        .map(|(name, token)| {
            let message = Message::query(ME).and("authorization", &format!("Bearer {token}"));
            Case::new(&name, &message, 401, "UNAUTHENTICATED")
                .with("www-authenticate", "error=\"invalid_token\"")
        })
        .collect();
    for (name, header) in [
        ("another scheme", format!("Basic {good}")),
        ("no scheme", good.clone()),
        ("a scheme and no more", "Bearer".to_owned()),
    ] {
        let message = Message::query(ME).and("authorization", &header);
        cases.push(Case::new(name, &message, 401, "UNAUTHENTICATED"));
    }
    let bearer = format!("Bearer {good}");
    let twice = Message::query(ME)
        .and("authorization", &bearer)
        .and("authorization", &bearer);
    cases.push(Case::new("two headers", &twice, 401, "UNAUTHENTICATED"));
    // In the older media type the same.
    let older = Message::query(ME)
        .by("accept", "application/json")
        .and("authorization", "Bearer zebra7");
    cases.push(Case::new("older", &older, 401, "UNAUTHENTICATED"));
    scene.withstands(cases).await;

    // The good one is taken, in the one place it may be in.
    let signed_in = async |message: Message| {
        let reply = service.hears(&message.bytes()).await.expect("an answer");
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply.json()["data"]["me"]["id"] == json!(rosa.user)
    };
    assert!(signed_in(Message::query(ME).and("authorization", &bearer)).await);
    let query = "query=%7Bme%7Bid%7D%7D";
    let in_url = format!("/graphql?{query}&access_token={good}");
    assert!(!signed_in(Message::new("GET", &in_url)).await);
    let in_body = json!({ "query": ME, "access_token": good });
    assert!(!signed_in(Message::json(&in_body)).await);
    let in_cookie = Message::query(ME).and("cookie", &format!("access_token={good}"));
    assert!(!signed_in(in_cookie).await);

    // And not a moment longer than it is good, but for five seconds of leeway.
    service.waits(Duration::from_secs(905));
    assert!(signed_in(Message::query(ME).and("authorization", &bearer)).await);
    service.waits(Duration::from_secs(1));
    let late = Message::query(ME).and("authorization", &bearer);
    scene
        .withstands(vec![
            Case::new("a second too late", &late, 401, "UNAUTHENTICATED")
                .with("www-authenticate", "expired"),
        ])
        .await;
}

/// The token is good until its time is up; the account behind it is not.
#[tokio::test]
async fn an_account_that_was_blocked_is_out_at_once() {
    let scene = Scene::set(Listening::default()).await;
    let bearer = format!("Bearer {}", scene.service.token(&scene.rosa));
    let good = Message::query(ME).and("authorization", &bearer);
    scene
        .withstands(vec![Case::raw("before", good.bytes(), &[200])])
        .await;
    scene.town.blocks(&scene.rosa).await;
    let submit = "mutation { signalWithdraw(input: { id: \"zebra7\" }) { userErrors { code } } }";
    let change = Message::query(submit).and("authorization", &bearer);
    let out = |name: &str, message: &Message| {
        Case::new(name, message, 401, "UNAUTHENTICATED")
            .with("www-authenticate", "error=\"invalid_token\"")
    };
    scene
        .withstands(vec![out("reading", &good), out("writing", &change)])
        .await;
}
