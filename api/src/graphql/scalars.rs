//! Scalars, each with the specification it follows.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{Datelike, NaiveDate, SecondsFormat, Utc};
use uuid::Uuid as Id;

/// A scalar written as text. [`checks`] lists them.
trait Written: Sized {
    /// Reads it, or says what to write instead.
    fn read(text: &str) -> Result<Self, &'static str>;
}

/// Reads what the executor hands over. The gate has checked it before, with [`checks`].
fn parse<T: Written + async_graphql::InputType>(value: Value) -> InputValueResult<T> {
    let Value::String(text) = &value else {
        return Err(InputValueError::expected_type(value));
    };
    // The code marks the text as ours, so that it is shown.
    T::read(text)
        .map_err(|advice| InputValueError::custom(advice).with_extension("code", "BAD_USER_INPUT"))
}

/// Whether a text is one of a scalar; if not, what to write instead.
pub type Check = fn(&str) -> Result<(), &'static str>;

/// The check of every scalar here by its name, for the gate. A new one has its line here.
#[must_use]
pub fn checks() -> [(&'static str, Check); 7] {
    fn check<T: Written>(text: &str) -> Result<(), &'static str> {
        T::read(text).map(drop)
    }
    [
        ("DateTime", check::<DateTime>),
        ("Date", check::<Date>),
        ("UUID", check::<Uuid>),
        ("PhoneNumber", check::<PhoneNumber>),
        ("EmailAddress", check::<EmailAddress>),
        ("LanguageTag", check::<LanguageTag>),
        ("URL", check::<URL>),
    ]
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
        parse(value)
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

impl Written for DateTime {
    fn read(text: &str) -> Result<Self, &'static str> {
        let at = chrono::DateTime::parse_from_rfc3339(text)
            .map_err(|_| "Write a time as RFC 3339 does: 2026-05-03T09:30:00Z.")?;
        // PostgreSQL keeps microseconds; what is compared must be what is kept.
        let micros = at.with_timezone(&Utc).timestamp_micros();
        let at = chrono::DateTime::from_timestamp_micros(micros)
            .filter(|at| in_range(at.year()))
            .ok_or("This time is out of range: years go from 0001 to 9999.")?;
        Ok(Self(at))
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
        parse(value)
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

impl Written for Date {
    fn read(text: &str) -> Result<Self, &'static str> {
        let date = NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .ok()
            .filter(|date| in_range(date.year()) && text.len() == 10)
            .ok_or("Write a date as 2026-05-03, of a year from 0001 to 9999.")?;
        Ok(Self(date))
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
        parse(value)
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

impl Written for Uuid {
    fn read(text: &str) -> Result<Self, &'static str> {
        let id = Id::try_parse(text).map_err(|_| "Write a UUID with 32 hexadecimal digits.")?;
        Ok(Self(id))
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
                parse(value)
            }

            fn to_value(&self) -> Value {
                Value::String(self.0.clone())
            }
        }

        impl Written for $name {
            fn read(text: &str) -> Result<Self, &'static str> {
                let check: fn(&str) -> bool = $check;
                if check(text) { Ok(Self(text.to_owned())) } else { Err($advice) }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scalar_of_the_schema_has_its_check() {
        let sdl = crate::graphql::sdl();
        let mut declared: Vec<&str> = sdl
            .lines()
            .filter_map(|line| line.strip_prefix("scalar ")?.split_whitespace().next())
            .collect();
        declared.sort_unstable();
        let checks = checks();
        let mut checked: Vec<&str> = checks.iter().map(|(name, _)| *name).collect();
        checked.sort_unstable();
        assert_eq!(declared, checked);
        for (name, check) in checks {
            check("?").expect_err(name);
        }
    }
}
