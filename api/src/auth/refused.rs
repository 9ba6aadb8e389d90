//! Why a token was refused, in words that help its owner and tell a thief nothing.
//!
//! No description repeats anything from the token.

use std::fmt;

/// `WWW-Authenticate` for a request without a token. By RFC 6750, section 3.1, it names no error.
pub const CHALLENGE: &str = "Bearer realm=\"nabij\"";

/// Why a request's token was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenRefused {
    /// More than one `Authorization` header.
    RepeatedHeader,
    /// The `Authorization` header is not `Bearer` and one token.
    NotBearer,
    /// Longer than a token may be (8 KiB).
    TooLong,
    /// Not a signed JWT with an algorithm that can be accepted; an unsigned one among them.
    Malformed,
    /// The header's `typ` or the claim `typ` says that this is no access token.
    WrongType,
    /// The header demands an extension (`crit`).
    UnknownExtension,
    /// The claim `iss` names nobody this service trusts.
    UnknownIssuer,
    /// The header has no `kid`, or the issuer has no key of that name.
    UnknownKey,
    /// The header's `alg` is not that of the key.
    WrongAlgorithm,
    /// The signature is not the key's.
    BadSignature,
    /// A claim that must be there is not.
    ClaimMissing(&'static str),
    /// A claim is not of the type or the form it must have.
    ClaimInvalid(&'static str),
    /// The token was made for another service.
    WrongAudience,
    /// `exp` has passed.
    Expired,
    /// `nbf` or `iat` lies in the future.
    NotYetValid,
}

impl TokenRefused {
    /// The `error_description` of the challenge: what is wrong and what to do.
    #[must_use]
    pub fn description(self) -> String {
        let text = match self {
            Self::RepeatedHeader => "send exactly one Authorization header",
            Self::NotBearer => "send the header as 'Authorization: Bearer' and one token",
            Self::TooLong => "the token is longer than 8192 characters",
            Self::Malformed => {
                "not a JWT signed with EdDSA, ES256 or RS256: send the access token as it was issued"
            }
            Self::WrongType => "not an access token: typ must be at+jwt or JWT",
            Self::UnknownExtension => "the token demands an extension (crit) that is not supported",
            Self::UnknownIssuer => {
                "the issuer (iss) is not trusted here: sign in where this service's operator says"
            }
            Self::UnknownKey => {
                "signed with a key (kid) the issuer does not publish here: request a new token"
            }
            Self::WrongAlgorithm => "the algorithm (alg) is not that of the issuer's key",
            Self::BadSignature => "the signature does not match: request a new token",
            Self::ClaimMissing(claim) => return format!("the claim {claim} is missing"),
            Self::ClaimInvalid(claim) => {
                return format!("the claim {claim} is not of the type it must have");
            }
            Self::WrongAudience => {
                "made for another service: request a token whose audience (aud) is this one"
            }
            Self::Expired => "expired: request a new token",
            Self::NotYetValid => "not valid yet: check the issuer's clock",
        };
        text.to_owned()
    }

    /// The whole `WWW-Authenticate` value, by RFC 6750.
    #[must_use]
    pub fn challenge(self) -> String {
        // No description holds a quote or a backslash, so nothing needs escaping; a test says so.
        format!(
            "{CHALLENGE}, error=\"invalid_token\", error_description=\"{}\"",
            self.description()
        )
    }
}

impl fmt::Display for TokenRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.description())
    }
}

impl std::error::Error for TokenRefused {}
