//! What a token claims: required, of its type, for us, and now.

use super::TokenRefused::{ClaimInvalid, ClaimMissing};
use super::*;

#[test]
fn every_claim_is_required() {
    let service = Service::start();
    for claim in ["iss", "aud", "sub", "iat", "exp"] {
        let lacking = with(&claims(), claim, None);
        assert_eq!(service.with_claims(&lacking), Err(ClaimMissing(claim)));
    }
    // Our own tokens have more.
    let bytes = signing::new_pkcs8().unwrap();
    let key = SigningKey::from_pkcs8(&bytes).unwrap();
    let issuers = Issuers::default().and_own(OWN, AUDIENCE, &key);
    let own = Signer::over(
        EncodingKey::from_ed_der(&bytes),
        Algorithm::EdDSA,
        key.kid(),
    );
    let full = json!({
        "iss": OWN, "aud": AUDIENCE, "sub": "c", "iat": NOW, "nbf": NOW, "exp": NOW + 9, "jti": "1",
    });
    let verify = |claims: &Value| issuers.verify(&own.signs(&own.header(), claims), &service.clock);
    verify(&full).unwrap();
    for claim in ["nbf", "jti"] {
        assert_eq!(verify(&with(&full, claim, None)), Err(ClaimMissing(claim)));
    }
}

#[test]
fn every_claim_is_checked_for_its_type() {
    let service = Service::start();
    let wrong_texts = [json!(1), json!(null), json!([]), json!({}), json!(true)];
    for claim in ["iss", "sub", "jti"] {
        for value in &wrong_texts {
            let outcome = service.with_claim(claim, value.clone());
            assert_eq!(outcome, Err(ClaimInvalid(claim)), "{claim}: {value}");
        }
    }
    for value in ["", " ", "a\nb", "a\u{0}", &"x".repeat(256)] {
        assert_eq!(
            service.with_claim("sub", json!(value)),
            Err(ClaimInvalid("sub"))
        );
    }
    for claim in ["iat", "exp", "nbf"] {
        let wrong_times = [
            json!(format!("{NOW}")),
            json!(1_773_489_600.5),
            json!(-1),
            json!(u64::MAX),
            json!(i64::MAX),
            json!(253_402_300_800_u64),
            json!(1e300),
            json!(null),
            json!([NOW]),
        ];
        for value in wrong_times {
            let outcome = service.with_claim(claim, value.clone());
            assert_eq!(outcome, Err(ClaimInvalid(claim)), "{claim}: {value}");
        }
    }
    for value in [
        json!(1),
        json!(null),
        json!({}),
        json!([AUDIENCE, 1]),
        json!([[AUDIENCE]]),
    ] {
        assert_eq!(service.with_claim("aud", value), Err(ClaimInvalid("aud")));
    }
    assert_eq!(
        service.with_claim("typ", json!(1)),
        Err(ClaimInvalid("typ"))
    );
}

#[test]
fn a_token_for_somebody_or_something_else_is_refused() {
    let service = Service::start();
    for audience in [
        json!("other"),
        json!([]),
        json!(["account"]),
        json!("NABIJ"),
        json!("nabij "),
    ] {
        assert_eq!(
            service.with_claim("aud", audience),
            Err(TokenRefused::WrongAudience)
        );
    }
    for typ in ["ID", "Refresh", "Logout", ""] {
        assert_eq!(
            service.with_claim("typ", json!(typ)),
            Err(TokenRefused::WrongType)
        );
    }
    for issuer in [
        "https://mallory.example",
        "",
        &format!("{SIGN_IN}/"),
        &SIGN_IN.to_uppercase(),
    ] {
        assert_eq!(
            service.with_claim("iss", json!(issuer)),
            Err(TokenRefused::UnknownIssuer)
        );
    }
}

#[test]
fn five_seconds_of_difference_are_allowed_and_six_are_not() {
    let service = Service::start();
    let token = service.key.signs(&service.key.header(), &claims());
    service.held.advance(Duration::from_secs(304));
    service.verify(&token).unwrap();
    service.held.advance(Duration::from_secs(1));
    service.verify(&token).unwrap();
    service.held.advance(Duration::from_secs(1));
    assert_eq!(service.verify(&token), Err(TokenRefused::Expired));

    let service = Service::start();
    for claim in ["nbf", "iat"] {
        service.with_claim(claim, json!(NOW + 5)).unwrap();
        assert_eq!(
            service.with_claim(claim, json!(NOW + 6)),
            Err(TokenRefused::NotYetValid),
            "{claim}"
        );
    }
    // Good for no time at all, leeway or not.
    assert_eq!(
        service.with_claim("exp", json!(NOW)),
        Err(ClaimInvalid("exp"))
    );
}
