//! From a bearer token to a verified identity.
//!
//! [`bearer`] takes the token from the one place it may be, [`Issuers::verify`] checks it against
//! the issuers this service trusts, and [`SigningKey`] makes tokens of our own. Who an
//! [`Identity`] is here, and what it may do, is not in the token: the store knows.
//!
//! To trust another issuer, name it in the settings; no code changes. To get keys another way
//! (discovery over HTTP), hand what was fetched to [`KeySet::from_jwks`]: every key of every
//! issuer comes in through there. To check another claim, add it to `claims.rs` and a row to its
//! tests.

mod bearer;
mod claims;
mod issuers;
mod keys;
mod refused;
mod signing;

pub use bearer::bearer;
pub use issuers::{Identity, Issuers, IssuersRefused};
pub use keys::{KeySet, KeysRefused};
pub use refused::{CHALLENGE, TokenRefused};
pub use signing::{SigningKey, SigningKeyError, TokenFor};

#[cfg(test)]
mod tests;
