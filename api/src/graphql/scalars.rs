//! Scalars, each with the specification it follows.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{Datelike, NaiveDate, SecondsFormat, Utc};
use uuid::Uuid as Id;

/// What to write instead. The code marks the text as ours, so that it is shown.
fn advice<T: async_graphql::InputType>(advice: &'static str) -> InputValueError<T> {
    InputValueError::custom(advice).with_extension("code", "BAD_USER_INPUT")
}

/// Years of four digits: what RFC 3339 can write, and what sorts as text.
fn in_range(year: i32) -> bool {
    (1..=9999).contains(&year)
}

/// A point in time in UTC as RFC 3339 writes it, such as `2026-05-03T09:30:00Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Description)]
pub struct DateTime(pub chrono::DateTime<Utc>);

#[Scalar(
    use_type_description = true,
    specified_by_url = "https://scalars.graphql.org/andimarek/date-time.html"
)]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        let at = chrono::DateTime::parse_from_rfc3339(text)
            .map_err(|_| advice("Write a time as RFC 3339 does: 2026-05-03T09:30:00Z."))?;
        // PostgreSQL keeps microseconds; what is compared must be what is kept.
        let micros = at.with_timezone(&Utc).timestamp_micros();
        let at = chrono::DateTime::from_timestamp_micros(micros)
            .filter(|at| in_range(at.year()))
            .ok_or_else(|| advice("This time is out of range: years go from 0001 to 9999."))?;
        Ok(Self(at))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

impl From<chrono::DateTime<Utc>> for DateTime {
    fn from(at: chrono::DateTime<Utc>) -> Self {
        Self(at)
    }
}

/// A calendar date as ISO 8601 writes it, such as `2026-05-03`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Description)]
pub struct Date(pub NaiveDate);

#[Scalar(
    use_type_description = true,
    specified_by_url = "https://scalars.graphql.org/andimarek/local-date.html"
)]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        let date = NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .ok()
            .filter(|date| in_range(date.year()) && text.len() == 10)
            .ok_or_else(|| advice("Write a date as 2026-05-03, of a year from 0001 to 9999."))?;
        Ok(Self(date))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// A UUID as RFC 9562 writes it, such as `0196f1a0-5b5e-7c3a-9d4e-2f1c0a9b8d7e`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Description)]
pub struct Uuid(pub Id);

#[Scalar(
    use_type_description = true,
    name = "UUID",
    specified_by_url = "https://www.rfc-editor.org/rfc/rfc9562"
)]
impl ScalarType for Uuid {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        let id =
            Id::try_parse(text).map_err(|_| advice("Write a UUID with 32 hexadecimal digits."))?;
        Ok(Self(id))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// Declares a scalar over text with a check of its form.
macro_rules! text_scalar {
    ($(#[$doc:meta])* $name:ident = $word:literal, $url:literal, $advice:literal, $check:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, async_graphql::Description)]
        pub struct $name(pub String);

        #[Scalar(use_type_description = true, name = $word, specified_by_url = $url)]
        impl ScalarType for $name {
            fn parse(value: Value) -> InputValueResult<Self> {
                let Value::String(text) = value else {
                    return Err(InputValueError::expected_type(value));
                };
                let check: fn(&str) -> bool = $check;
                if check(&text) { Ok(Self(text)) } else { Err(advice($advice)) }
            }

            fn to_value(&self) -> Value {
                Value::String(self.0.clone())
            }
        }
    };
}

text_scalar! {
    /// A phone number in international form (E.164), such as `+3223591616`.
    PhoneNumber = "PhoneNumber", "https://www.itu.int/rec/T-REC-E.164",
    "Write a phone number in international form: +3223591616.",
    |text| {
        text.strip_prefix('+').is_some_and(|digits| {
            (7..=15).contains(&digits.len())
                && !digits.starts_with('0')
                && digits.bytes().all(|byte| byte.is_ascii_digit())
        })
    }
}

text_scalar! {
    /// An e-mail address as HTML's e-mail field takes it, such as `rosa@example.org`.
    EmailAddress = "EmailAddress", "https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address",
    "Write an e-mail address: name@example.org.",
    is_email
}

text_scalar! {
    /// A language tag of BCP 47 (RFC 5646), such as `nl` or `nl-BE`.
    LanguageTag = "LanguageTag", "https://www.rfc-editor.org/rfc/rfc5646",
    "Write a language tag: nl, nl-BE, ar.",
    |text| {
        let mut parts = text.split('-');
        parts.next().is_some_and(|language| {
            (2..=8).contains(&language.len()) && language.bytes().all(|b| b.is_ascii_alphabetic())
        }) && parts.all(|part| {
            (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
        }) && text.len() <= 35
    }
}

text_scalar! {
    /// An absolute `http` or `https` URL (WHATWG), such as `https://www.beersel.be`.
    URL = "URL", "https://url.spec.whatwg.org/",
    "Write an absolute URL that begins with http:// or https://.",
    |text| {
        text.len() <= 2_000
            && text.parse::<axum::http::Uri>().is_ok_and(|uri| {
                matches!(uri.scheme_str(), Some("http" | "https"))
                    && uri.host().is_some_and(|host| !host.is_empty())
            })
    }
}

fn is_email(text: &str) -> bool {
    let Some((name, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let name_fits = !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~.-".contains(&b));
    let domain_fits = domain.split('.').all(|label| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    });
    text.len() <= 254 && name_fits && domain_fits
}
