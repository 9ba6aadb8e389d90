//! Every way a token can be wrong, each refused for its own reason.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, header::AUTHORIZATION};
use chrono::{DateTime, Utc};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, crypto};
use serde_json::{Value, json};

use super::*;
use crate::clock::{Clock, HeldClock};
use crate::config::IssuerSettings;

const SIGN_IN: &str = "https://sign-in.example/realms/beersel";
const OTHER: &str = "https://elsewhere.example";
const OWN: &str = "https://nabij.example";
const AUDIENCE: &str = "nabij";
const NOW: i64 = 1_773_489_600;

/// A service that trusts two issuers of people and itself, at a time the test holds.
struct Service {
    clock: Clock,
    held: HeldClock,
    /// Signs for `SIGN_IN`.
    key: Signer,
    /// Signs for `OTHER`.
    other: Signer,
    own: SigningKey,
    issuers: Issuers,
}

/// An issuer's key, able to sign what no well-meaning library would.
struct Signer {
    private: EncodingKey,
    algorithm: Algorithm,
    jwk: Value,
}

impl Signer {
    fn ed25519(kid: &str) -> Self {
        let pair = aws_lc_rs::signature::Ed25519KeyPair::generate().unwrap();
        let der = pair.to_pkcs8v1().unwrap();
        Self::over(
            EncodingKey::from_ed_der(der.as_ref()),
            Algorithm::EdDSA,
            kid,
        )
    }

    fn p256(kid: &str) -> Self {
        use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let der = pair.to_pkcs8v1().unwrap();
        Self::over(
            EncodingKey::from_ec_der(der.as_ref()),
            Algorithm::ES256,
            kid,
        )
    }

    fn rsa(kid: &str) -> Self {
        use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
        use aws_lc_rs::rsa::{KeyPair, KeySize};
        let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
        let pkcs8: Pkcs8V1Der = pair.as_der().unwrap();
        // The library signs with PKCS#1, which PKCS#8 wraps in 26 bytes for this key size.
        let pkcs1 = &pkcs8.as_ref()[26..];
        Self::over(EncodingKey::from_rsa_der(pkcs1), Algorithm::RS256, kid)
    }

    fn over(private: EncodingKey, algorithm: Algorithm, kid: &str) -> Self {
        let mut jwk = Jwk::from_encoding_key(&private, algorithm).unwrap();
        jwk.common.key_id = Some(kid.to_owned());
        let jwk = serde_json::to_value(jwk).unwrap();
        Self {
            private,
            algorithm,
            jwk,
        }
    }

    fn jwks(&self) -> String {
        json!({ "keys": [self.jwk] }).to_string()
    }

    fn signs(&self, header: &Value, claims: &Value) -> String {
        let message = format!("{}.{}", part(header), part(claims));
        let signature = crypto::sign(message.as_bytes(), &self.private, self.algorithm).unwrap();
        format!("{message}.{signature}")
    }

    fn header(&self) -> Value {
        json!({ "typ": "JWT", "alg": self.algorithm, "kid": self.jwk["kid"] })
    }
}

/// Any JSON as a part of a token.
fn part(value: &Value) -> String {
    let any = EncodingKey::from_secret(b"any");
    let token = jsonwebtoken::encode(&Header::default(), value, &any).unwrap();
    token.split('.').nth(1).unwrap().to_owned()
}

/// `value` with one member set, or removed when `to` is none.
fn with(value: &Value, member: &str, to: Option<Value>) -> Value {
    let mut changed = value.clone();
    let members = changed.as_object_mut().unwrap();
    match to {
        Some(to) => members.insert(member.to_owned(), to),
        None => members.remove(member),
    };
    changed
}

fn trusted(url: &str, jwks: String) -> IssuerSettings {
    IssuerSettings {
        url: url.to_owned(),
        audience: AUDIENCE.to_owned(),
        jwks: Some(jwks),
        jwks_file: None,
    }
}

/// As Keycloak makes them: no `nbf`, several audiences, and more that isn't read.
fn claims() -> Value {
    json!({
        "iss": SIGN_IN, "aud": ["account", AUDIENCE], "sub": "f3c1-rosa", "typ": "Bearer",
        "iat": NOW, "exp": NOW + 300, "jti": "onrtac:1", "azp": "web", "scope": "openid",
    })
}

impl Service {
    fn start() -> Self {
        let (clock, held) = Clock::held(DateTime::<Utc>::from_timestamp(NOW, 0).unwrap());
        let (key, other) = (Signer::ed25519("one"), Signer::ed25519("two"));
        let own = SigningKey::generate().unwrap();
        let settings = [trusted(SIGN_IN, key.jwks()), trusted(OTHER, other.jwks())];
        let issuers = Issuers::from_settings(&settings)
            .unwrap()
            .and_own(OWN, AUDIENCE, &own);
        Self {
            clock,
            held,
            key,
            other,
            own,
            issuers,
        }
    }

    fn verify(&self, token: &str) -> Result<Identity, TokenRefused> {
        self.issuers.verify(token, &self.clock)
    }

    fn with_header(&self, header: &Value) -> Result<Identity, TokenRefused> {
        self.verify(&self.key.signs(header, &claims()))
    }

    fn with_claims(&self, claims: &Value) -> Result<Identity, TokenRefused> {
        self.verify(&self.key.signs(&self.key.header(), claims))
    }

    fn with_claim(&self, claim: &str, value: Value) -> Result<Identity, TokenRefused> {
        self.with_claims(&with(&claims(), claim, Some(value)))
    }

    fn mint(&self, lifetime: Duration) -> String {
        let token = TokenFor {
            issuer: OWN,
            subject: "client-1",
            audience: AUDIENCE,
            lifetime,
        };
        self.own.mint(token, &self.clock).unwrap()
    }
}

#[test]
fn a_good_token_tells_whose_it_is() {
    let service = Service::start();
    let identity = service.with_claims(&claims()).unwrap();
    assert_eq!(
        identity,
        Identity {
            issuer: SIGN_IN.to_owned(),
            subject: "f3c1-rosa".to_owned(),
            expires_at: DateTime::from_timestamp(NOW + 300, 0).unwrap(),
            jti: Some("onrtac:1".to_owned()),
        }
    );
    let bare = with(&claims(), "jti", None);
    assert_eq!(service.with_claims(&bare).unwrap().jti, None);
    service.with_claim("aud", json!(AUDIENCE)).unwrap();
    for typ in ["at+jwt", "application/at+jwt", "AT+JWT", "jwt"] {
        let header = with(&service.key.header(), "typ", Some(json!(typ)));
        service.with_header(&header).unwrap();
    }
}

#[test]
fn each_algorithm_verifies_with_its_own_key() {
    let service = Service::start();
    for signer in [Signer::ed25519("k"), Signer::p256("k"), Signer::rsa("k")] {
        let issuers = Issuers::from_settings(&[trusted(SIGN_IN, signer.jwks())]).unwrap();
        let good = signer.signs(&signer.header(), &claims());
        issuers.verify(&good, &service.clock).unwrap();
        let forged = format!("{}.{}", good.rsplit_once('.').unwrap().0, part(&json!({})));
        assert_eq!(
            issuers.verify(&forged, &service.clock),
            Err(TokenRefused::BadSignature)
        );
    }
}

#[test]
fn garbage_is_refused_and_nothing_of_it_is_repeated() {
    let service = Service::start();
    let good = service.key.signs(&service.key.header(), &claims());
    let (message, signature) = good.rsplit_once('.').unwrap();
    let (header, payload) = message.split_once('.').unwrap();
    let not_an_object = part(&json!(["iss", SIGN_IN]));
    let malformed = [
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        "a.b.c".to_owned(),
        message.to_owned(),
        format!("{good}.{signature}"),
        format!("{header}.{not_an_object}.{signature}"),
        format!("{header}.{payload}=.{signature}"),
        format!("{}.{payload}.{signature}", part(&json!([]))),
        "\u{202e}é.\0.\r\n".to_owned(),
    ];
    for token in malformed {
        assert_eq!(
            service.verify(&token),
            Err(TokenRefused::Malformed),
            "{token}"
        );
    }
    let altered = part(&with(&claims(), "sub", Some(json!("somebody-else"))));
    let altered = format!("{header}.{altered}.{signature}");
    assert_eq!(service.verify(&altered), Err(TokenRefused::BadSignature));

    let long = service.with_claim("padding", json!("x".repeat(8 * 1024)));
    assert_eq!(long, Err(TokenRefused::TooLong));
}

#[test]
fn challenges_are_well_formed_and_say_what_to_do() {
    use TokenRefused as R;
    let all = [
        R::RepeatedHeader,
        R::NotBearer,
        R::TooLong,
        R::Malformed,
        R::WrongType,
        R::UnknownExtension,
        R::UnknownIssuer,
        R::UnknownKey,
        R::WrongAlgorithm,
        R::BadSignature,
        R::ClaimMissing("sub"),
        R::ClaimInvalid("exp"),
        R::WrongAudience,
        R::Expired,
        R::NotYetValid,
    ];
    for refusal in all {
        let description = refusal.description();
        // The characters RFC 6750 allows there.
        let allowed = |c: char| matches!(c, ' '..='!' | '#'..='[' | ']'..='~');
        assert!(description.chars().all(allowed), "{description}");
        let challenge = refusal.challenge();
        assert!(challenge.starts_with("Bearer realm=\"nabij\", error=\"invalid_token\""));
        assert!(HeaderValue::from_str(&challenge).is_ok());
    }
}

#[test]
fn our_own_tokens_are_accepted_while_they_last() {
    let service = Service::start();
    let token = service.mint(Duration::from_mins(15));
    let identity = service.verify(&token).unwrap();
    assert_eq!(
        (identity.issuer.as_str(), identity.subject.as_str()),
        (OWN, "client-1")
    );
    assert!(identity.jti.is_some());
    assert_ne!(
        service
            .verify(&service.mint(Duration::from_mins(15)))
            .unwrap()
            .jti,
        identity.jti
    );
    let header = jsonwebtoken::decode_header(&token).unwrap();
    assert_eq!(header.typ.as_deref(), Some("at+jwt"));
    assert_eq!(header.kid.as_deref(), Some(service.own.kid()));

    service.held.advance(Duration::from_secs(15 * 60 + 6));
    assert_eq!(service.verify(&token), Err(TokenRefused::Expired));

    // Somebody else's service, which trusts only people, takes none of it.
    let people = Issuers::from_settings(&[trusted(SIGN_IN, service.key.jwks())]).unwrap();
    assert_eq!(
        people.verify(&token, &service.clock),
        Err(TokenRefused::UnknownIssuer)
    );
}

#[test]
fn only_one_authorization_header_counts() {
    let ask = |values: &[&str]| {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(
                AUTHORIZATION,
                HeaderValue::from_bytes(value.as_bytes()).unwrap(),
            );
        }
        bearer(&headers).map(|token| token.map(str::to_owned))
    };
    assert_eq!(ask(&[]), Ok(None));
    for good in ["Bearer a.b.c", "bearer a.b.c", "BEARER   a.b.c "] {
        assert_eq!(ask(&[good]), Ok(Some("a.b.c".to_owned())), "{good}");
    }
    let repeated = ["Bearer a.b.c", "Bearer a.b.c"];
    assert_eq!(ask(&repeated), Err(TokenRefused::RepeatedHeader));
    assert_eq!(
        ask(&["Basic YTpi", "Bearer a.b.c"]),
        Err(TokenRefused::RepeatedHeader)
    );
    let wrong = [
        "",
        "Bearer",
        "Bearer ",
        "Basic YTpi",
        "a.b.c",
        "Bearer a.b.c, Bearer d",
        "Bearer é",
        "Bearer\ta",
    ];
    for value in wrong {
        assert_eq!(ask(&[value]), Err(TokenRefused::NotBearer), "{value}");
    }
    let longest = "x".repeat(8 * 1024);
    assert_eq!(
        ask(&[&format!("Bearer {longest}")]),
        Ok(Some(longest.clone()))
    );
    assert_eq!(
        ask(&[&format!("Bearer x{longest}")]),
        Err(TokenRefused::TooLong)
    );
}

mod claims;
mod header;
mod keys;
