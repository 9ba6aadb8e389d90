//! An issuer's public keys, each pinned to the one algorithm it may be used with.

use std::collections::HashMap;
use std::fmt;

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyOperations, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::Value;

/// The public keys of one issuer, by `kid`.
#[derive(Clone, Debug)]
pub struct KeySet(HashMap<String, PinnedKey>);

/// A key and the only algorithm it verifies. What the token's header says is compared with this,
/// never followed.
#[derive(Clone, Debug)]
pub(super) struct PinnedKey {
    pub(super) algorithm: Algorithm,
    pub(super) key: DecodingKey,
}

impl KeySet {
    /// Reads a JWK Set (RFC 7517).
    ///
    /// Keys for another purpose (encryption), without a `kid`, or of an algorithm other than
    /// `EdDSA` (Ed25519), `ES256` and `RS256` are passed over, as issuers publish those too.
    ///
    /// # Errors
    /// When it is no JWK Set, holds a private or a shared key, two keys of one `kid`, an RSA key
    /// of less than 2048 bits, or nothing that can be used.
    pub fn from_jwks(json: &str) -> Result<Self, KeysRefused> {
        let set: Value = serde_json::from_str(json).map_err(|_| KeysRefused::NotAJwkSet)?;
        let entries = set
            .get("keys")
            .and_then(Value::as_array)
            .ok_or(KeysRefused::NotAJwkSet)?;
        let mut keys = HashMap::new();
        for entry in entries {
            if entry.get("d").is_some() || entry.get("k").is_some() {
                return Err(KeysRefused::Secret);
            }
            // A form this library has no name for is one more key that can't be used.
            let Ok(jwk) = serde_json::from_value::<Jwk>(entry.clone()) else {
                continue;
            };
            let (Some(kid), Some(algorithm)) = (jwk.common.key_id.clone(), algorithm_of(&jwk))
            else {
                continue;
            };
            if is_small_rsa(&jwk) {
                return Err(KeysRefused::SmallRsa);
            }
            let key = DecodingKey::from_jwk(&jwk).map_err(|_| KeysRefused::NotAJwkSet)?;
            if keys.insert(kid, PinnedKey { algorithm, key }).is_some() {
                return Err(KeysRefused::RepeatedKid);
            }
        }
        if keys.is_empty() {
            return Err(KeysRefused::Nothing);
        }
        Ok(Self(keys))
    }

    pub(super) fn find(&self, kid: &str) -> Option<&PinnedKey> {
        self.0.get(kid)
    }
}

/// The algorithm that the key's own form and words allow; none when it may not be used here.
fn algorithm_of(jwk: &Jwk) -> Option<Algorithm> {
    let common = &jwk.common;
    let for_signatures = matches!(common.public_key_use, None | Some(PublicKeyUse::Signature))
        && common
            .key_operations
            .as_ref()
            .is_none_or(|operations| operations.contains(&KeyOperations::Verify));
    let by_form = match &jwk.algorithm {
        AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => {
            Algorithm::EdDSA
        }
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P256 => {
            Algorithm::ES256
        }
        AlgorithmParameters::RSA(_) => Algorithm::RS256,
        _ => return None,
    };
    let by_word = common
        .key_algorithm
        .map_or(Some(by_form), |word| Algorithm::try_from(word).ok());
    (for_signatures && by_word == Some(by_form)).then_some(by_form)
}

/// 2048 bits are 256 bytes, which are 342 characters of base64url without padding.
fn is_small_rsa(jwk: &Jwk) -> bool {
    matches!(&jwk.algorithm, AlgorithmParameters::RSA(key) if key.n.len() < 342)
}

/// Why a JWK Set was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeysRefused {
    /// Not JSON of the form `{"keys":[…]}`, or a key in it can't be read.
    NotAJwkSet,
    /// A private or a shared key is among them.
    Secret,
    /// Two keys have one `kid`.
    RepeatedKid,
    /// An RSA key is shorter than 2048 bits.
    SmallRsa,
    /// No key in it can verify a token.
    Nothing,
}

impl fmt::Display for KeysRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAJwkSet => {
                "not a JWK Set: copy what the issuer serves at its jwks_uri, as in {\"keys\":[…]}"
            }
            Self::Secret => {
                "a private or shared key is in the JWK Set: replace that key at the issuer, \
                 and give only public keys here"
            }
            Self::RepeatedKid => "two keys have the same kid: give each key its own",
            Self::SmallRsa => {
                "an RSA key is shorter than 2048 bits: have the issuer use a longer one"
            }
            Self::Nothing => {
                "no key in the JWK Set can be used: one with a kid, for signatures, of the \
                 algorithm EdDSA, ES256 or RS256 is needed"
            }
        })
    }
}

impl std::error::Error for KeysRefused {}
