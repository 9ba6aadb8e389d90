//! The one place a token may be: a single `Authorization: Bearer` header.
//!
//! Tokens in the URL or a form are never read: URLs end up in logs and histories.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;

use super::TokenRefused;

/// The longest token that is looked at, in bytes.
pub(super) const LONGEST_TOKEN: usize = 8 * 1024;

/// The request's bearer token; none when it has no `Authorization` header.
///
/// # Errors
/// When there are several such headers, another scheme, or something other than one token.
pub fn bearer(headers: &HeaderMap) -> Result<Option<&str>, TokenRefused> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(TokenRefused::RepeatedHeader);
    }
    if value.len() > LONGEST_TOKEN + "Bearer ".len() {
        return Err(TokenRefused::TooLong);
    }
    let (scheme, token) = value
        .to_str()
        .ok()
        .and_then(|value| value.split_once(' '))
        .ok_or(TokenRefused::NotBearer)?;
    let token = token.trim_matches(' ');
    let is_token = !token.is_empty() && token.bytes().all(is_token_byte);
    if scheme.eq_ignore_ascii_case("bearer") && is_token {
        Ok(Some(token))
    } else {
        Err(TokenRefused::NotBearer)
    }
}

/// The characters of RFC 6750's `b64token`.
const fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'=')
}
