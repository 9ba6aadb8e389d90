//! The issuers this service trusts, and the checking of a token against them.

use std::collections::HashMap;
use std::fmt;

use chrono::{DateTime, Utc};
use jsonwebtoken::Header;
use serde_json::{Map, Value};

use super::bearer::LONGEST_TOKEN;
use super::claims::{Claims, Expected, claimed_issuer};
use super::keys::PinnedKey;
use super::{KeySet, KeysRefused, SigningKey, TokenRefused};
use crate::clock::Clock;
use crate::config::IssuerSettings;

/// Who a token was found to belong to. The user and the roles of that identity are in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The claim `iss`.
    pub issuer: String,
    /// The claim `sub`: who it is, in the issuer's own words.
    pub subject: String,
    /// The claim `exp`. A subscription that outlives it is closed.
    pub expires_at: DateTime<Utc>,
    /// The claim `jti`: the token's own id, when it has one.
    pub jti: Option<String>,
}

/// The issuers this service trusts.
#[derive(Clone, Debug, Default)]
pub struct Issuers(HashMap<String, Issuer>);

#[derive(Clone, Debug)]
struct Issuer {
    audience: String,
    keys: KeySet,
    own: bool,
}

impl Issuers {
    /// The issuers of the settings, with their keys from the file or the text given there.
    ///
    /// # Errors
    /// When a key file can't be read, or holds no usable keys.
    pub fn from_settings(settings: &[IssuerSettings]) -> Result<Self, IssuersRefused> {
        let mut issuers = HashMap::new();
        for (position, issuer) in settings.iter().enumerate() {
            let refused = |why| IssuersRefused { position, why };
            let json = match (&issuer.jwks, &issuer.jwks_file) {
                (Some(json), None) => json.clone(),
                (None, Some(file)) => {
                    std::fs::read_to_string(file).map_err(|_| refused(Why::Unreadable))?
                }
                _ => return Err(refused(Why::NoKeys)),
            };
            let keys = KeySet::from_jwks(&json).map_err(|why| refused(Why::Keys(why)))?;
            let audience = issuer.audience.clone();
            let trusted = Issuer {
                audience,
                keys,
                own: false,
            };
            if issuers.insert(issuer.url.clone(), trusted).is_some() {
                return Err(refused(Why::Repeated));
            }
        }
        Ok(Self(issuers))
    }

    /// These issuers and this service itself, whose tokens must have every claim. Takes the place
    /// of an issuer of the same name: nobody else speaks for this service.
    #[must_use]
    pub fn and_own(mut self, issuer: &str, audience: &str, key: &SigningKey) -> Self {
        let own = Issuer {
            audience: audience.to_owned(),
            keys: key.key_set().clone(),
            own: true,
        };
        self.0.insert(issuer.to_owned(), own);
        self
    }

    /// Checks a token and tells whose it is.
    ///
    /// The claimed issuer picks the keys, the header's `kid` one of those keys, and that key the
    /// algorithm. Keys and addresses in the header (`jwk`, `jku`, `x5u`, `x5c`) are never used.
    /// Times are compared with `clock`, five seconds of difference allowed.
    ///
    /// # Errors
    /// Whatever is wrong with it first.
    pub fn verify(&self, token: &str, clock: &Clock) -> Result<Identity, TokenRefused> {
        if token.len() > LONGEST_TOKEN {
            return Err(TokenRefused::TooLong);
        }
        let header = jsonwebtoken::decode_header(token).map_err(|_| TokenRefused::Malformed)?;
        check_header(&header)?;
        // Not believed before the signature is found good; until then the issuer it names only
        // picks the keys to check with.
        let claims: Map<String, Value> = jsonwebtoken::dangerous::insecure_decode_claims(token)
            .map_err(|_| TokenRefused::Malformed)?;
        let (url, issuer) = self
            .0
            .get_key_value(claimed_issuer(&claims)?)
            .ok_or(TokenRefused::UnknownIssuer)?;
        let key = header
            .kid
            .as_deref()
            .and_then(|kid| issuer.keys.find(kid))
            .ok_or(TokenRefused::UnknownKey)?;
        if header.alg != key.algorithm {
            return Err(TokenRefused::WrongAlgorithm);
        }
        if !is_signed(token, key) {
            return Err(TokenRefused::BadSignature);
        }
        let expected = Expected {
            issuer: url,
            audience: &issuer.audience,
            own: issuer.own,
        };
        let claims = Claims::check(&claims, expected, clock.now())?;
        Ok(Identity {
            issuer: url.clone(),
            subject: claims.subject,
            expires_at: claims.expires_at,
            jti: claims.jti,
        })
    }
}

/// Whether the key made the token's signature.
///
/// The library's `decode` would do more: compare times with the system's clock and stumble over
/// claims of a wrong type without saying which. Only its signature check is used, and every claim
/// is checked in `claims.rs`.
fn is_signed(token: &str, key: &PinnedKey) -> bool {
    token.rsplit_once('.').is_some_and(|(message, signature)| {
        jsonwebtoken::crypto::verify(signature, message.as_bytes(), &key.key, key.algorithm)
            .is_ok_and(|good| good)
    })
}

/// `typ` must be there, so that no other kind of JWT passes for an access token (RFC 8725, 3.11).
fn check_header(header: &Header) -> Result<(), TokenRefused> {
    if header.crit.is_some() {
        return Err(TokenRefused::UnknownExtension);
    }
    let typ = header.typ.as_deref().ok_or(TokenRefused::WrongType)?;
    // RFC 7515 has media types compared without case, with or without their "application/".
    let typ = typ.to_ascii_lowercase();
    match typ.strip_prefix("application/").unwrap_or(&typ) {
        "at+jwt" | "jwt" => Ok(()),
        _ => Err(TokenRefused::WrongType),
    }
}

/// Why an issuer of the settings can't be trusted; its text says what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IssuersRefused {
    position: usize,
    why: Why,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    Unreadable,
    NoKeys,
    Repeated,
    Keys(KeysRefused),
}

impl fmt::Display for IssuersRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`issuers[{}]`: ", self.position)?;
        match self.why {
            Why::Unreadable => f.write_str(
                "the jwks_file can't be read: check its path (relative to the working directory) \
                 and that this user may read it",
            ),
            Why::NoKeys => f.write_str("give either jwks_file or jwks"),
            Why::Repeated => f.write_str("this url is there twice: name each issuer once"),
            Why::Keys(why) => why.fmt(f),
        }
    }
}

impl std::error::Error for IssuersRefused {}
