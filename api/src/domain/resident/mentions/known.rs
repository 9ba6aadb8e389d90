//! By what somebody is found in a text, in every way in which people write it.

use nabij_entity::{resident, resident_contact};

use crate::domain::resident::details::words;

/// The part of a phone number by which it is known, whatever stands before it: its last digits.
const KNOWN_BY: usize = 8;
/// A shorter number may be of anything.
const SHORTEST_NUMBER: usize = 6;

/// One thing by which somebody is known.
pub(super) struct Known {
    /// Its letters and digits as they are compared, in each way of writing it.
    pub(super) spellings: Vec<Vec<char>>,
    /// Between what it stands.
    pub(super) ends: Ends,
    /// What texts have in common that hold it, as a pattern of LIKE in small letters. Some of them
    /// don't hold it.
    pub(super) pattern: String,
}

/// Between what a find stands by itself.
#[derive(Clone, Copy)]
pub(super) enum Ends {
    /// The ends of words.
    OfWords,
    /// Anything but digits.
    OfNumbers,
}

impl Known {
    fn new(spellings: impl IntoIterator<Item = String>, ends: Ends, pattern: String) -> Self {
        let spellings = spellings.into_iter().map(|one| one.chars().collect());
        Self {
            spellings: spellings.collect(),
            ends,
            pattern,
        }
    }
}

/// All by which somebody is known.
pub(super) fn by(
    resident: &resident::Model,
    contact: Option<&resident_contact::Model>,
) -> Vec<Known> {
    let full_name = resident
        .given_name
        .as_deref()
        .zip(resident.family_name.as_deref());
    let phone = contact.and_then(|contact| contact.phone.as_deref());
    let email = contact.and_then(|contact| contact.email.as_deref());
    let address = contact.and_then(|contact| contact.address.as_deref());
    [
        full_name.and_then(|(given, family)| name(given, family)),
        phone.and_then(phone_number),
        email.and_then(email_address),
        address.and_then(street_address),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A full name, in either order.
fn name(given: &str, family: &str) -> Option<Known> {
    let (first, last) = (words(given).concat(), words(family).concat());
    if first.is_empty() || last.is_empty() {
        return None;
    }
    let spellings = [format!("{first}{last}"), format!("{last}{first}")];
    Some(Known::new(
        spellings,
        Ends::OfWords,
        around(&format!("{given} {family}")),
    ))
}

/// A phone number, with or without the country's code or a zero in front.
fn phone_number(phone: &str) -> Option<Known> {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    if digits.len() < SHORTEST_NUMBER {
        return None;
    }
    let known_by = digits.len().saturating_sub(KNOWN_BY);
    let ends = (0..=known_by).filter_map(|from| digits.get(from..));
    let spellings = ends.flat_map(|end| ["", "0", "00"].map(|before| format!("{before}{end}")));
    let pattern = joined(digits.get(known_by..)?.chars().map(String::from));
    Some(Known::new(spellings, Ends::OfNumbers, pattern))
}

/// An e-mail address: as it is, or with `at`, `apenstaartje`, `dot` or `punt` written out.
fn email_address(email: &str) -> Option<Known> {
    let (local, host) = email.rsplit_once('@')?;
    let (local, host) = (words(local), words(host));
    if local.is_empty() || host.is_empty() {
        return None;
    }
    let mut spellings = Vec::new();
    for at in ["", "at", "apenstaartje"] {
        for dot in ["", "dot", "punt"] {
            let host = host.join(dot);
            let locals = [local.concat(), local.join(dot)];
            spellings.extend(locals.map(|local| format!("{local}{at}{host}")));
        }
    }
    Some(Known::new(
        spellings,
        Ends::OfWords,
        joined(local.into_iter().chain(host)),
    ))
}

/// An address with a house number: all of it, its first line, and the street with the number.
fn street_address(address: &str) -> Option<Known> {
    let lines: Vec<Vec<String>> = address.split([',', '\n']).map(words).collect();
    let all = lines.concat();
    let number = house_number(&lines)?;
    let first_line = lines.first().map_or(0, Vec::len);
    let line = all.get(..first_line).filter(|_| number < first_line);
    let street = all.get(..=number);
    let says_where = |part: &&[String]| part.iter().any(|word| !has_digit(word));
    let parts: Vec<&[String]> = [Some(all.as_slice()), line, street]
        .into_iter()
        .flatten()
        .filter(says_where)
        .collect();
    let shortest = parts.iter().min_by_key(|part| part.len())?;
    let pattern = around(&shortest.join(" "));
    let spellings = parts.iter().map(|part| part.concat());
    Some(Known::new(spellings, Ends::OfWords, pattern))
}

/// Where the house number stands among the words of all lines. A number of four digits is one behind a
/// street, unless a place follows: then it is a postcode, which many people share.
fn house_number(lines: &[Vec<String>]) -> Option<usize> {
    let mut before = 0;
    for line in lines {
        let number = line.iter().enumerate().position(|(at, word)| {
            let follows = line.get(at + 1).map(String::as_str);
            match word.chars().take_while(char::is_ascii_digit).count() {
                0 => false,
                4 => at > 0 && follows.is_none_or(is_of_a_house),
                _ => true,
            }
        });
        if let Some(number) = number {
            return Some(before + number);
        }
        before += line.len();
    }
    None
}

/// What stands behind a house number: a box, or its number or letter.
fn is_of_a_house(word: &str) -> bool {
    has_digit(word) || word.len() == 1 || matches!(word, "bus" | "boite" | "bte" | "box" | "app")
}

fn has_digit(word: &str) -> bool {
    word.chars().any(|c| c.is_ascii_digit())
}

/// The pattern of texts in which these stand in this order.
fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.fold("%".to_owned(), |pattern, part| format!("{pattern}{part}%"))
}

/// The pattern of texts that may hold the longest word of these: the letters that never carry an accent
/// and are in no ligature, in their order, with anything between them. A word without any is looked for
/// in every text.
fn around(written: &str) -> String {
    let words = words(written);
    let longest = words.iter().max_by_key(|word| word.chars().count());
    let letters = longest.map(String::as_str).unwrap_or_default().chars();
    joined(letters.filter(|c| is_always_itself(*c)).map(String::from))
}

/// What no other character is [compared as](words), but for those of full width, which no keyboard here
/// has.
const fn is_always_itself(c: char) -> bool {
    matches!(
        c,
        '0'..='9' | 'b' | 'f' | 'h' | 'k' | 'm' | 'p' | 'q' | 'v' | 'w' | 'x'
    )
}
