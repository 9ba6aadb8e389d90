//! What a token's header says, and whose key that lets it be checked with.

use super::*;

#[test]
fn an_unsigned_token_is_refused() {
    let service = Service::start();
    for alg in ["none", "None", "NONE", ""] {
        let header = with(&service.key.header(), "alg", Some(json!(alg)));
        let signed = service.key.signs(&header, &claims());
        let unsigned = format!("{}.", signed.rsplit_once('.').unwrap().0);
        assert_eq!(service.verify(&signed), Err(TokenRefused::Malformed));
        assert_eq!(service.verify(&unsigned), Err(TokenRefused::Malformed));
    }
    let good = service.key.signs(&service.key.header(), &claims());
    let stripped = format!("{}.", good.rsplit_once('.').unwrap().0);
    assert_eq!(service.verify(&stripped), Err(TokenRefused::BadSignature));
}

#[test]
fn the_public_key_is_no_shared_secret() {
    let service = Service::start();
    for signer in [Signer::ed25519("k"), Signer::p256("k"), Signer::rsa("k")] {
        let issuers = Issuers::from_settings(&[trusted(SIGN_IN, signer.jwks())]).unwrap();
        let public = signer.jwk.get("x").or(signer.jwk.get("n")).unwrap();
        for algorithm in [Algorithm::HS256, Algorithm::HS512] {
            let confused = Signer {
                private: EncodingKey::from_urlsafe_base64_secret(&padded(public)).unwrap(),
                algorithm,
                jwk: signer.jwk.clone(),
            };
            let token = confused.signs(&confused.header(), &claims());
            assert_eq!(
                issuers.verify(&token, &service.clock),
                Err(TokenRefused::WrongAlgorithm)
            );
        }
        // A key is not used with another algorithm of its own family either.
        let family = with(&signer.header(), "alg", Some(json!("PS256")));
        assert_eq!(
            issuers.verify(&signer.signs(&family, &claims()), &service.clock),
            Err(TokenRefused::WrongAlgorithm)
        );
    }
}

#[test]
fn the_key_is_looked_up_by_kid_among_the_issuers_own() {
    let service = Service::start();
    let header = service.key.header();
    for kid in [
        None,
        Some(json!("three")),
        Some(json!("")),
        Some(json!("../one")),
        Some(json!("two")),
    ] {
        let header = with(&header, "kid", kid);
        assert_eq!(service.with_header(&header), Err(TokenRefused::UnknownKey));
    }
    // The other issuer is trusted, but not to speak for this one.
    let lent = service.other.signs(&service.other.header(), &claims());
    assert_eq!(service.verify(&lent), Err(TokenRefused::UnknownKey));
    let renamed = service.other.signs(&header, &claims());
    assert_eq!(service.verify(&renamed), Err(TokenRefused::BadSignature));
}

#[test]
fn keys_that_the_token_brings_along_are_not_used() {
    let service = Service::start();
    let mallory = Signer::ed25519("one");
    let brought = [
        ("jwk", mallory.jwk.clone()),
        ("jku", json!("https://mallory.example/jwks.json")),
        ("x5u", json!("https://mallory.example/cert.pem")),
        ("x5c", json!(["MIIB"])),
    ];
    for (name, value) in brought {
        let header = with(&mallory.header(), name, Some(value));
        let token = mallory.signs(&header, &claims());
        assert_eq!(
            service.verify(&token),
            Err(TokenRefused::BadSignature),
            "{name}"
        );
        service.with_header(&header).unwrap();
    }
}

#[test]
fn the_header_must_be_that_of_an_access_token() {
    let service = Service::start();
    let header = service.key.header();
    let cases = [
        ("typ", None, TokenRefused::WrongType),
        ("typ", Some(json!("logout+jwt")), TokenRefused::WrongType),
        ("typ", Some(json!("")), TokenRefused::WrongType),
        ("typ", Some(json!(1)), TokenRefused::Malformed),
        ("crit", Some(json!(["b64"])), TokenRefused::UnknownExtension),
        ("crit", Some(json!([])), TokenRefused::UnknownExtension),
        ("alg", None, TokenRefused::Malformed),
        ("alg", Some(json!(["EdDSA"])), TokenRefused::Malformed),
        ("alg", Some(json!("ES256")), TokenRefused::WrongAlgorithm),
        ("kid", Some(json!(1)), TokenRefused::Malformed),
    ];
    for (name, value, refusal) in cases {
        let changed = with(&header, name, value);
        assert_eq!(service.with_header(&changed), Err(refusal), "{changed}");
    }
}

fn padded(base64url: &Value) -> String {
    let text = base64url.as_str().unwrap();
    format!("{text}{}", "=".repeat((4 - text.len() % 4) % 4))
}
