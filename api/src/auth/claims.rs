//! What a token claims, each claim required and checked for its type before it is believed.
//!
//! Required of everybody: `iss`, `aud`, `sub`, `iat`, `exp`. Our own tokens must have `nbf` and
//! `jti` too. People's issuers may leave those two out, since neither OpenID Connect nor RFC 9068
//! asks for `nbf`, Keycloak leaves it out and Entra ID has no `jti`; when they are there, they are
//! checked all the same.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value};

use super::TokenRefused;
use TokenRefused::{ClaimInvalid, ClaimMissing};

/// How far the issuer's clock may be from ours.
const LEEWAY: TimeDelta = TimeDelta::seconds(5);

/// The longest `sub` and `jti`, in characters; OpenID Connect caps `sub` at 255.
const LONGEST_NAME: usize = 255;

/// The claims that are read once they are known to be in order.
#[derive(Debug)]
pub(super) struct Claims {
    pub(super) subject: String,
    pub(super) expires_at: DateTime<Utc>,
    pub(super) jti: Option<String>,
}

/// What the claims must be for a token to count.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) audience: &'a str,
    /// Whether the token must have all that ours have.
    pub(super) own: bool,
}

/// Who says to have made the token. Not yet believed: it only picks the keys to check with.
pub(super) fn claimed_issuer(claims: &Map<String, Value>) -> Result<&str, TokenRefused> {
    string(claims, "iss")?.ok_or(ClaimMissing("iss"))
}

impl Claims {
    /// Checks the claims of a token whose signature was found good.
    pub(super) fn check(
        claims: &Map<String, Value>,
        expected: Expected<'_>,
        now: DateTime<Utc>,
    ) -> Result<Self, TokenRefused> {
        if claimed_issuer(claims)? != expected.issuer {
            return Err(TokenRefused::UnknownIssuer);
        }
        check_audience(claims, expected.audience)?;
        check_type(claims)?;
        let subject = name(claims, "sub")?.ok_or(ClaimMissing("sub"))?;
        let issued_at = time(claims, "iat")?.ok_or(ClaimMissing("iat"))?;
        let expires_at = time(claims, "exp")?.ok_or(ClaimMissing("exp"))?;
        let not_before = time(claims, "nbf")?;
        let jti = name(claims, "jti")?;
        if expected.own {
            not_before.ok_or(ClaimMissing("nbf"))?;
            jti.ok_or(ClaimMissing("jti"))?;
        }
        if expires_at <= issued_at {
            return Err(ClaimInvalid("exp"));
        }
        if expires_at + LEEWAY < now {
            return Err(TokenRefused::Expired);
        }
        if issued_at.max(not_before.unwrap_or(issued_at)) > now + LEEWAY {
            return Err(TokenRefused::NotYetValid);
        }
        Ok(Self {
            subject: subject.to_owned(),
            expires_at,
            jti: jti.map(str::to_owned),
        })
    }
}

/// A claim that is a text, when it is there. `null` is a value of the wrong type, not an absence.
fn string<'a>(
    claims: &'a Map<String, Value>,
    claim: &'static str,
) -> Result<Option<&'a str>, TokenRefused> {
    claims
        .get(claim)
        .map(|value| value.as_str().ok_or(ClaimInvalid(claim)))
        .transpose()
}

/// A text that names something: neither empty nor endless, and nothing that could break a line.
fn name<'a>(
    claims: &'a Map<String, Value>,
    claim: &'static str,
) -> Result<Option<&'a str>, TokenRefused> {
    let value = string(claims, claim)?;
    let is_name = |value: &str| {
        !value.trim().is_empty()
            && value.chars().count() <= LONGEST_NAME
            && !value.chars().any(char::is_control)
    };
    match value {
        Some(value) if !is_name(value) => Err(ClaimInvalid(claim)),
        value => Ok(value),
    }
}

/// A moment in whole seconds since 1970. RFC 7519 would allow fractions; no issuer sends them, and
/// a number that is not whole is more likely an attempt at something.
fn time(
    claims: &Map<String, Value>,
    claim: &'static str,
) -> Result<Option<DateTime<Utc>>, TokenRefused> {
    claims
        .get(claim)
        .map(|value| {
            value
                .as_u64()
                // The end of the year 9999: nothing later can be added to without care.
                .filter(|seconds| *seconds <= 253_402_300_799)
                .and_then(|seconds| i64::try_from(seconds).ok())
                .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
                .ok_or(ClaimInvalid(claim))
        })
        .transpose()
}

/// `aud` is one text or a list of them, and ours must be there.
fn check_audience(claims: &Map<String, Value>, ours: &str) -> Result<(), TokenRefused> {
    let found = match claims.get("aud").ok_or(ClaimMissing("aud"))? {
        Value::String(audience) => audience == ours,
        Value::Array(audiences) => {
            if !audiences.iter().all(Value::is_string) {
                return Err(ClaimInvalid("aud"));
            }
            audiences.iter().any(|audience| audience == ours)
        }
        _ => return Err(ClaimInvalid("aud")),
    };
    if found {
        Ok(())
    } else {
        Err(TokenRefused::WrongAudience)
    }
}

/// Keycloak signs ID, refresh and logout tokens with the same key and says which in a claim `typ`.
fn check_type(claims: &Map<String, Value>) -> Result<(), TokenRefused> {
    match string(claims, "typ")? {
        None => Ok(()),
        Some(word) if word.eq_ignore_ascii_case("Bearer") => Ok(()),
        Some(_) => Err(TokenRefused::WrongType),
    }
}
