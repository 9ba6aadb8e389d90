//! Text that people type: cut to its content, of a bounded length, without control characters and
//! without a national identity number.

use super::refusal::{Code, Problem};

/// Longest line, in characters: a name, a title.
pub const LINE: usize = 200;
/// Longest text, in characters: a story, a note.
pub const STORY: usize = 10_000;

/// What is said to whoever writes an identity number; never the number itself.
pub const IDENTITY_NUMBER: &str = "This holds a national identity number (Belgian \
     rijksregisternummer or Dutch BSN). Nabij may not keep those: remove it.";

/// A line that must be there.
///
/// # Errors
/// [`Code::Required`], and those of [`optional`].
pub fn required(path: &str, text: &str, longest: usize) -> Result<String, Problem> {
    optional(path, Some(text), longest)?.ok_or_else(|| missing(path))
}

fn missing(path: &str) -> Problem {
    Problem::new(
        Code::Required,
        path,
        "This can't be empty. Write at least one character.",
    )
}

/// A text that may be left out; one without content counts as left out.
///
/// # Errors
/// [`Code::TooLong`], [`Code::Invalid`] for control characters, [`Code::IdentityNumber`].
pub fn optional(path: &str, text: Option<&str>, longest: usize) -> Result<Option<String>, Problem> {
    match fitting(path, text, longest)? {
        Some(text) if holds_identity_number(text) => {
            Err(Problem::new(Code::IdentityNumber, path, IDENTITY_NUMBER))
        }
        text => Ok(text.map(str::to_owned)),
    }
}

/// A text cut to its content, of the length and the characters it may have.
fn fitting<'a>(
    path: &str,
    text: Option<&'a str>,
    longest: usize,
) -> Result<Option<&'a str>, Problem> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    if text.chars().count() > longest {
        return Err(Problem::new(
            Code::TooLong,
            path,
            format!("This is too long. Write at most {longest} characters."),
        ));
    }
    let line = longest <= LINE;
    if text
        .chars()
        .any(|c| is_unwanted(c) || (line && matches!(c, '\n' | '\r' | '\t')))
    {
        return Err(Problem::new(
            Code::Invalid,
            path,
            "This holds characters that can't be shown (control characters, or a line break in a \
             single line). Remove them.",
        ));
    }
    Ok(Some(text))
}

/// What is said to whoever names a record by a person's number; never the number itself.
pub const IDENTITY_REFERENCE: &str = "This is written as a national identity number (Belgian \
     rijksregisternummer or Dutch BSN). Nabij may not keep those: send the number that the record \
     has in your own system, not the person's.";

/// What is said to whoever registers an account under a person's number; never the number itself.
pub const IDENTITY_SUBJECT: &str = "This is written as a national identity number (Belgian \
     rijksregisternummer or Dutch BSN). Nabij may not keep those: let the issuer send another `sub`, \
     one that it makes for this service alone (OpenID Connect Core 1.0, section 8.1).";

/// The name that a record has in somebody else's system; one without content counts as left out. A
/// number there is that system's own, and one in eleven of nine digits passes for a BSN by chance:
/// only what is written or named as an identity number is taken for one.
///
/// # Errors
/// Those of [`optional`].
pub fn foreign_reference(path: &str, text: Option<&str>) -> Result<Option<String>, Problem> {
    foreign(path, text, LINE, IDENTITY_REFERENCE)
}

/// The name that an issuer has for somebody, which must be there: as [`foreign_reference`].
///
/// # Errors
/// [`Code::Required`], and those of [`optional`].
pub fn foreign_subject(path: &str, text: &str, longest: usize) -> Result<String, Problem> {
    foreign(path, Some(text), longest, IDENTITY_SUBJECT)?.ok_or_else(|| missing(path))
}

fn foreign(
    path: &str,
    text: Option<&str>,
    longest: usize,
    advice: &str,
) -> Result<Option<String>, Problem> {
    match fitting(path, text, longest)? {
        Some(text) if is_written_as_identity_number(text) => {
            Err(Problem::new(Code::IdentityNumber, path, advice))
        }
        text => Ok(text.map(str::to_owned)),
    }
}

/// A short name that systems use, such as `ocmw-beersel`: lower-case letters and digits in words
/// joined by single hyphens.
///
/// # Errors
/// [`Code::Required`], [`Code::TooLong`], [`Code::Invalid`].
pub fn reference(path: &str, text: &str) -> Result<String, Problem> {
    /// Longest reference, in characters.
    const LONGEST: usize = 80;
    let reference = required(path, text, LONGEST)?;
    let fits = reference.split('-').all(|word| {
        !word.is_empty()
            && word
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    });
    if fits {
        Ok(reference)
    } else {
        Err(Problem::new(
            Code::Invalid,
            path,
            "A reference has lower-case letters and digits, in words joined by single hyphens: \
             ocmw-beersel.",
        ))
    }
}

/// Control characters but for line breaks and tabs, and the invisible characters that change the
/// direction of what follows (Unicode bidirectional overrides and isolates).
fn is_unwanted(character: char) -> bool {
    (character.is_control() && !matches!(character, '\n' | '\r' | '\t'))
        || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether the text holds a valid Belgian national number (rijksregisternummer, 11 digits with a
/// check modulo 97; law of 8 August 1983) or a valid Dutch citizen service number (BSN, 9 digits
/// that pass the eleven test; Wabb), in any of the usual ways of writing them, in the digits of any
/// script.
#[must_use]
pub fn holds_identity_number(text: &str) -> bool {
    holds(text, |shape| match shape.iter().sum::<usize>() {
        9 => is_written_as_bsn(shape),
        eleven => eleven == 11,
    })
}

/// Whether the text holds such a number in the grouping that only those numbers have, or beside
/// their name: for texts in which a number of nine or eleven digits means something else.
#[must_use]
pub fn is_written_as_identity_number(text: &str) -> bool {
    holds(text, |shape| {
        matches!(shape, [4, 2, 3] | [2, 2, 2, 3, 2] | [6, 3, 2])
    })
}

/// Whether the text holds a valid number whose groups of digits are `written` as one, or that is
/// said to be one.
fn holds(text: &str, written: impl Fn(&[usize]) -> bool) -> bool {
    const NAMES: [&str; 9] = [
        "bsn",
        "burgerservice",
        "sofinummer",
        "sofi-nummer",
        "rijksregister",
        "registre national",
        "insz",
        "niss",
        "rrn",
    ];
    // Where it is said to be one, it counts however it is written, also without its leading zero.
    let lower = text.to_lowercase();
    let named = NAMES.iter().any(|word| lower.contains(word));
    digit_groups(text).iter().any(|groups| {
        (0..groups.len()).any(|first| {
            let mut digits = Vec::with_capacity(11);
            let mut shape = Vec::with_capacity(9);
            groups[first..].iter().any(|group| {
                digits.extend_from_slice(group);
                shape.push(group.len());
                match digits.len() {
                    8 if named => {
                        let mut digits = digits.clone();
                        digits.insert(0, 0);
                        is_bsn(&digits)
                    }
                    9 => (named || written(&shape)) && is_bsn(&digits),
                    11 => (named || written(&shape)) && is_national_register_number(&digits),
                    _ => false,
                }
            })
        })
    })
}

/// Phone numbers have nine digits too, and one in eleven passes the test: only the ways in which a
/// BSN is written count.
fn is_written_as_bsn(shape: &[usize]) -> bool {
    matches!(shape, [9] | [3, 3, 3] | [4, 2, 3]) || *shape == [1; 9]
}

/// Groups of digits, those together that have at most three characters other than letters and digits
/// between them: a number may begin at any group, since a house number may stand before it. Phone
/// numbers of the countries around, which begin with +3 or +4, are left out: they have eleven digits
/// too.
fn digit_groups(text: &str) -> Vec<Vec<Vec<u32>>> {
    let mut rows: Vec<Vec<Vec<u32>>> = vec![Vec::new()];
    let mut phone = false;
    let mut gap = 1;
    let mut characters = text.chars().filter(|c| !is_invisible(*c)).peekable();
    while let Some(character) = characters.next() {
        let digit = digit(character);
        if phone && (digit.is_some() || matches!(character, ' ' | '-' | '.' | '/')) {
            continue;
        }
        let country = characters.peek().and_then(|next| self::digit(*next));
        phone = matches!(character, '+' | '\u{ff0b}') && matches!(country, Some(3 | 4));
        let Some(row) = rows.last_mut() else { break };
        if let Some(digit) = digit {
            if gap > 0 {
                row.push(Vec::new());
            }
            gap = 0;
            if let Some(group) = row.last_mut() {
                group.push(digit);
            }
        } else {
            gap += 1;
            if character.is_alphanumeric() || gap > 3 || phone {
                rows.push(Vec::new());
                gap = 1;
            }
        }
    }
    rows
}

/// The zero of each script's decimal digits (Unicode's general category Nd), nine more after each.
const ZEROS: [u32; 65] = [
    0x0030, 0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6,
    0x0d66, 0x0de6, 0x0e50, 0x0ed0, 0x0f20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80,
    0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0,
    0xff10, 0x104a0, 0x10d30, 0x11066, 0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0,
    0x11650, 0x116c0, 0x11730, 0x118e0, 0x11950, 0x11c50, 0x11d50, 0x11da0, 0x11f50, 0x16a60,
    0x16ac0, 0x16b50, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1e950, 0x1fbf0,
];

/// The digit a character shows: of any script, raised, lowered or circled.
fn digit(character: char) -> Option<u32> {
    if character.is_ascii() {
        return character.to_digit(10);
    }
    let code = u32::from(character);
    let from = |first: u32, least: u32| code.checked_sub(first).map(|n| n + least);
    let shown = match code {
        0x00b9 => Some(1),
        0x00b2 | 0x00b3 => from(0x00b0, 0),
        0x2070 | 0x2074..=0x2079 => from(0x2070, 0),
        0x2080..=0x2089 => from(0x2080, 0),
        0x2460..=0x2468 => from(0x2460, 1),
        0x2474..=0x247c => from(0x2474, 1),
        0x2488..=0x2490 => from(0x2488, 1),
        0x24ea | 0x24ff => Some(0),
        0x24f5..=0x24fd => from(0x24f5, 1),
        0x2776..=0x277e => from(0x2776, 1),
        0x2780..=0x2788 => from(0x2780, 1),
        0x278a..=0x2792 => from(0x278a, 1),
        _ => None,
    };
    let of_a_script = || {
        ZEROS
            .iter()
            .find_map(|zero| code.checked_sub(*zero).filter(|n| *n < 10))
    };
    shown.or_else(of_a_script)
}

/// Characters that show nothing: they part no digits.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{2060}'..='\u{2064}' | '\u{20e3}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
    )
}

fn is_bsn(digits: &[u32]) -> bool {
    // Weights 9 down to 2, and −1 for the last digit.
    let sum: i64 = digits
        .iter()
        .zip([9_i64, 8, 7, 6, 5, 4, 3, 2, -1])
        .map(|(digit, weight)| i64::from(*digit) * weight)
        .sum();
    sum % 11 == 0 && digits.iter().any(|digit| *digit != 0)
}

fn is_national_register_number(digits: &[u32]) -> bool {
    let number = |digits: &[u32]| {
        digits
            .iter()
            .fold(0_u64, |n, digit| n * 10 + u64::from(*digit))
    };
    let (birth_and_counter, check) = (number(&digits[..9]), number(&digits[9..]));
    // Months go up by 20 or 40 in numbers for people who aren't in the register (BIS numbers).
    let month = number(&digits[2..4]) % 20;
    let day = number(&digits[4..6]);
    let matches = |n: u64| 97 - n % 97 == check;
    // Born from 2000 on: a 2 stands in front.
    month <= 12
        && day <= 31
        && (matches(birth_and_counter) || matches(2_000_000_000 + birth_and_counter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identity_numbers_are_found_however_they_are_written() {
        for text in [
            "93.05.18-223.61",
            "her number is 93051822361.",
            "930518 223 61",
            "BSN 111222333",
            "bsn: 1112.22.333",
            "huis 12 93.05.18-223.61",
            "93.05.18\n223.61",
            "93 05 18 \u{2013} 223:61",
            "tel +1 93.05.18-223.61",
            "\u{ff19}\u{ff13}\u{ff10}\u{ff15}\u{ff11}\u{ff18}\u{ff12}\u{ff12}\u{ff13}\u{ff16}\u{ff11}",
            "\u{669}\u{663}.\u{660}\u{665}.\u{661}\u{668}-\u{662}\u{662}\u{663}.\u{666}\u{661}",
            "\u{1d7d7}\u{1d7d1}\u{1d7ce}518 223 61",
            "\u{2468}\u{2462}\u{24ea}518 223 \u{2076}\u{2081}",
            "9\u{200b}3\u{ad}051822361",
            "9 3 0 5 1 8 2 2 3 6 1",
            "1 1 1 2 2 2 3 3 3",
            "111\u{a0}222\u{2009}333",
            "1112.22.333",
            "haar BSN is 11 12 22 33 3",
            "burgerservicenummer 123456782",
            "BSN 10000008",
            "93.05.18-223.61 12",
            "00.01.25-567.77"
                .replace("77", &check(2_000_125_567))
                .as_str(),
        ] {
            assert!(holds_identity_number(text), "{text}");
        }
    }

    fn check(n: u64) -> String {
        format!("{:02}", 97 - n % 97)
    }

    #[test]
    fn other_numbers_are_left_alone() {
        for text in [
            "+32 2 359 16 16",
            "0475 12 34 56",
            "+32470123456",
            "bel +31 6 11122233, na zes uur",
            "93.05.18-223.62",
            "111222334",
            "000000000",
            "BE 0207.503.703",
            "10000016",
            "016 12 34 56",
            "2026-11-24 08:15",
            "\u{ff0b}32 470 12 34 56",
            "Alsembergsteenweg 1046, 1652 Alsemberg",
        ] {
            assert!(!holds_identity_number(text), "{text}");
        }
    }

    #[test]
    fn a_number_of_another_system_is_no_identity_number_by_chance() {
        for theirs in [
            "111222333",
            "111 222 333",
            "93051822361",
            "hoplr-111222333",
            "2026/111222333",
        ] {
            assert_eq!(
                foreign_reference("a", Some(theirs)),
                Ok(Some(theirs.to_owned()))
            );
        }
        for somebodys in [
            "93.05.18-223.61",
            "930518-223-61",
            "1112.22.333",
            "BSN111222333",
            "rrn:93051822361",
            "NISS 93051822361",
        ] {
            let refused = foreign_reference("a", Some(somebodys)).unwrap_err();
            assert_eq!(refused.code, Code::IdentityNumber, "{somebodys}");
            assert!(refused.message.contains("your own system"));
        }
    }

    #[test]
    fn a_reference_is_made_of_words_and_hyphens() {
        for fits in ["a", "ocmw-beersel", "ldc-de-boomgaard-2"] {
            assert_eq!(reference("a", fits), Ok(fits.to_owned()));
        }
        for unfit in ["Ocmw", "a b", "-a", "a-", "a--b", "zorg_1", "café"] {
            assert_eq!(
                reference("a", unfit).unwrap_err().code,
                Code::Invalid,
                "{unfit}"
            );
        }
        assert_eq!(reference("a", " ").unwrap_err().code, Code::Required);
        assert_eq!(
            reference("a", &"a".repeat(81)).unwrap_err().code,
            Code::TooLong
        );
    }

    #[test]
    fn text_is_cut_bounded_and_clean() {
        assert_eq!(
            optional("a", Some("  hello "), LINE),
            Ok(Some("hello".into()))
        );
        assert_eq!(optional("a", Some("   "), LINE), Ok(None));
        let code = |text: &str| optional("a", Some(text), LINE).unwrap_err().code;
        assert_eq!(code(&"x".repeat(201)), Code::TooLong);
        assert_eq!(code("a\0b"), Code::Invalid);
        assert_eq!(code("a\nb"), Code::Invalid);
        assert_eq!(code("a\u{202e}b"), Code::Invalid);
        assert_eq!(code("93.05.18-223.61"), Code::IdentityNumber);
    }
}
