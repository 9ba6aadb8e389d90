//! The official numbers of organisations, each with the check that its register prescribes.
//!
//! To add a register: a value in `PartnerIdentifierScheme` and an arm in [`read`].

use nabij_entity::partner_identifier::PartnerIdentifierScheme;

use crate::domain::refusal::{Code, Problem};

/// An official number of an organisation, as its register writes it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identifier {
    /// The register.
    pub scheme: PartnerIdentifierScheme,
    /// The number.
    pub value: String,
}

/// Reads a number. Spaces and dots between its characters are left out.
///
/// # Errors
/// [`Code::Invalid`] when it isn't a number of that register.
pub fn read(
    path: &str,
    scheme: PartnerIdentifierScheme,
    value: &str,
) -> Result<Identifier, Problem> {
    let value: String = value
        .chars()
        .filter(|character| !matches!(character, ' ' | '.' | '\u{a0}'))
        .collect();
    let (fits, advice) = match scheme {
        PartnerIdentifierScheme::Kbo => (
            is_enterprise_number(&value),
            "A KBO number has ten digits, begins with 0 or 1 and ends in its two check digits: \
             0202.239.951.",
        ),
        PartnerIdentifierScheme::Kvk => (
            is_digits(&value, 8),
            "A KVK number has eight digits: 12345678.",
        ),
        PartnerIdentifierScheme::Vcode => (
            value
                .strip_prefix('V')
                .is_some_and(|digits| is_digits(digits, 7)),
            "A VCODE is V and seven digits: V0001001.",
        ),
        PartnerIdentifierScheme::Ovo => (
            value
                .strip_prefix("OVO")
                .is_some_and(|digits| is_digits(digits, 6)),
            "An OVO code is OVO and six digits: OVO000001.",
        ),
        PartnerIdentifierScheme::Oin => (
            is_digits(&value, 20),
            "An OIN has twenty digits: 00000001123456789000.",
        ),
    };
    if fits {
        Ok(Identifier { scheme, value })
    } else {
        Err(Problem::new(Code::Invalid, path, advice))
    }
}

fn is_digits(text: &str, count: usize) -> bool {
    text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Enterprise number of the Crossroads Bank for Enterprises: ten digits, of which the last two are
/// 97 less the first eight modulo 97 (royal decree of 24 June 2003, article 1).
fn is_enterprise_number(text: &str) -> bool {
    if !is_digits(text, 10) || !text.starts_with(['0', '1']) {
        return false;
    }
    let (number, check) = text.split_at(8);
    match (number.parse::<u32>(), check.parse::<u32>()) {
        (Ok(number), Ok(check)) => 97 - number % 97 == check,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_kept_as_their_register_writes_them() {
        use PartnerIdentifierScheme as S;
        for (scheme, given, kept) in [
            (S::Kbo, "0202.239.951", "0202239951"),
            (S::Kbo, "0202239951", "0202239951"),
            (S::Kvk, "1234 5678", "12345678"),
            (S::Vcode, "V0001001", "V0001001"),
            (S::Ovo, "OVO002949", "OVO002949"),
            (S::Oin, "00000001123456789000", "00000001123456789000"),
        ] {
            assert_eq!(
                read("a", scheme, given).map(|identifier| identifier.value),
                Ok(kept.to_owned()),
                "{given}"
            );
        }
    }

    #[test]
    fn numbers_that_fail_their_check_are_refused_without_repeating_them() {
        use PartnerIdentifierScheme as S;
        for (scheme, given) in [
            (S::Kbo, "0202.239.952"),
            (S::Kbo, "2202239951"),
            (S::Kbo, "202239951"),
            (S::Kbo, "BE0202239951"),
            (S::Kvk, "7654321"),
            (S::Kvk, "7654321a"),
            (S::Vcode, "1001000"),
            (S::Ovo, "OVO02949"),
            (S::Ovo, "ovo002949"),
            (S::Oin, "9990000112345678900"),
            (S::Oin, "9990000112345678900\u{661}"),
        ] {
            let problem = read("a", scheme, given).unwrap_err();
            assert_eq!(problem.code, Code::Invalid, "{given}");
            assert!(!problem.message.contains(given), "{given}");
        }
    }
}
