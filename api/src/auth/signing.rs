//! The service's own Ed25519 key, and the tokens made with it.
//!
//! The key is kept as PKCS#8 in a file that only its owner may read: DER when the service made
//! it (`openssl pkey -inform DER -in FILE -pubout` shows the public part), DER or PEM when it was
//! brought along.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::Path;
use std::time::Duration;

use aws_lc_rs::signature::Ed25519KeyPair;
use jsonwebtoken::jwk::{Jwk, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;
use serde_json::{Value, json};

use super::KeySet;
use crate::clock::{Clock, new_id};

/// Nothing that is an Ed25519 key in PKCS#8 is longer than this, in bytes.
const LONGEST_KEY_FILE: u64 = 4 * 1024;

/// A key pair that signs this service's tokens.
#[derive(Clone, Debug)]
pub struct SigningKey {
    // Shows itself as "[redacted]".
    private: EncodingKey,
    kid: String,
    jwks: Value,
    public: KeySet,
}

/// What to put into a token.
#[derive(Clone, Copy, Debug)]
pub struct TokenFor<'a> {
    /// The claim `iss`: this service.
    pub issuer: &'a str,
    /// The claim `sub`: who the token is for.
    pub subject: &'a str,
    /// The claim `aud`: the service the token is good at.
    pub audience: &'a str,
    /// How long it is good, in whole seconds.
    pub lifetime: Duration,
}

#[derive(Serialize)]
struct ClaimsMade<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    iat: i64,
    nbf: i64,
    exp: i64,
    jti: String,
}

impl SigningKey {
    /// A new key, from the system's randomness, kept nowhere.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn generate() -> Result<Self, SigningKeyError> {
        Self::from_pkcs8(&new_pkcs8()?)
    }

    /// The key in `file`, or a new one put there for the next time.
    ///
    /// # Errors
    /// As [`SigningKey::load`], and when the file can't be written.
    pub fn load_or_generate(file: &Path) -> Result<Self, SigningKeyError> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut new = match options.open(file) {
            Ok(new) => new,
            // Of two that start together, the second loads what the first has made.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => return Self::load(file),
            Err(_) => return Err(SigningKeyError::Unwritable),
        };
        let pkcs8 = new_pkcs8()?;
        new.write_all(&pkcs8)
            .and_then(|()| new.sync_all())
            .map_err(|_| SigningKeyError::Unwritable)?;
        Self::from_pkcs8(&pkcs8)
    }

    /// The key in `file`: PKCS#8, as DER or PEM.
    ///
    /// # Errors
    /// When it can't be read, others than its owner may read it, or it holds no Ed25519 key.
    pub fn load(file: &Path) -> Result<Self, SigningKeyError> {
        let mut file = File::open(file).map_err(|_| SigningKeyError::Unreadable)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let metadata = file.metadata().map_err(|_| SigningKeyError::Unreadable)?;
            if metadata.permissions().mode() & 0o077 != 0 {
                return Err(SigningKeyError::OpenToOthers);
            }
        }
        let mut bytes = Vec::new();
        (&mut file)
            .take(LONGEST_KEY_FILE)
            .read_to_end(&mut bytes)
            .map_err(|_| SigningKeyError::Unreadable)?;
        Self::from_pkcs8(&bytes)
    }

    /// The key in PKCS#8, as DER or PEM.
    ///
    /// # Errors
    /// When it is no Ed25519 key.
    pub fn from_pkcs8(bytes: &[u8]) -> Result<Self, SigningKeyError> {
        let not_a_key = |_| SigningKeyError::NotAKey;
        let private = if bytes.trim_ascii_start().starts_with(b"-----BEGIN") {
            EncodingKey::from_ed_pem(bytes).map_err(not_a_key)?
        } else {
            EncodingKey::from_ed_der(bytes)
        };
        // Reading the public half is what shows that a DER file holds a key at all.
        let mut jwk = Jwk::from_encoding_key(&private, Algorithm::EdDSA).map_err(not_a_key)?;
        let kid = jwk.thumbprint(ThumbprintHash::SHA256).map_err(not_a_key)?;
        jwk.common.key_id = Some(kid.clone());
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        let jwks = json!({ "keys": [jwk] });
        let public = KeySet::from_jwks(&jwks.to_string()).map_err(|_| SigningKeyError::NotAKey)?;
        Ok(Self {
            private,
            kid,
            jwks,
            public,
        })
    }

    /// The key's name in tokens: its thumbprint (RFC 7638).
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The public key as a JWK Set, to be published.
    #[must_use]
    pub const fn jwks(&self) -> &Value {
        &self.jwks
    }

    pub(super) const fn key_set(&self) -> &KeySet {
        &self.public
    }

    /// Makes an access token (RFC 9068) that is good from now on.
    ///
    /// # Errors
    /// When signing fails, which with a key that was loaded it does not.
    pub fn mint(&self, token: TokenFor<'_>, clock: &Clock) -> Result<String, SigningKeyError> {
        let now = clock.now().timestamp();
        let lifetime = i64::try_from(token.lifetime.as_secs()).unwrap_or(i64::MAX);
        let claims = ClaimsMade {
            iss: token.issuer,
            sub: token.subject,
            aud: token.audience,
            iat: now,
            nbf: now,
            exp: now.saturating_add(lifetime),
            jti: new_id(clock).to_string(),
        };
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some("at+jwt".to_owned());
        header.kid = Some(self.kid.clone());
        jsonwebtoken::encode(&header, &claims, &self.private).map_err(|_| SigningKeyError::NotAKey)
    }
}

pub(super) fn new_pkcs8() -> Result<Vec<u8>, SigningKeyError> {
    // Version 1, which every other tool reads; version 2 adds the public key and loses OpenSSL.
    Ed25519KeyPair::generate()
        .and_then(|pair| pair.to_pkcs8v1())
        .map(|document| document.as_ref().to_vec())
        .map_err(|_| SigningKeyError::NoRandomness)
}

/// Why there is no signing key; its text says what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SigningKeyError {
    /// The file is not there or may not be read.
    Unreadable,
    /// The file can't be made.
    Unwritable,
    /// Others than the owner may read the file.
    OpenToOthers,
    /// The file holds something else.
    NotAKey,
    /// The system gives no randomness.
    NoRandomness,
}

impl fmt::Display for SigningKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unreadable => {
                "the signing key can't be read: check that its file is there and is yours"
            }
            Self::Unwritable => {
                "the signing key can't be written: check that its folder is there, is yours and \
                 has room"
            }
            Self::OpenToOthers => {
                "others on this machine may read the signing key: make a new one, or if nobody \
                 did, close the file with `chmod 600`"
            }
            Self::NotAKey => {
                "no Ed25519 key in PKCS#8 in the signing key's file: put one there, or delete the \
                 file to have a new key made"
            }
            Self::NoRandomness => "the system gives no randomness to make a key from: try again",
        })
    }
}

impl std::error::Error for SigningKeyError {}
