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
    let all = words(address);
    let line = words(address.split([',', '\n']).next().unwrap_or_default());
    let numbered = all.iter().position(|word| is_house_number(word))?;
    let street = all.get(..=numbered).unwrap_or_default().to_vec();
    let tells = |part: &Vec<String>| {
        part.iter().any(|word| is_house_number(word)) && part.iter().any(|word| !has_digit(word))
    };
    let parts: Vec<Vec<String>> = [all, line, street].into_iter().filter(tells).collect();
    let shortest = parts.iter().min_by_key(|part| part.len())?;
    let pattern = around(&shortest.join(" "));
    let spellings = parts.iter().map(|part| part.concat());
    Some(Known::new(spellings, Ends::OfWords, pattern))
}

fn has_digit(word: &str) -> bool {
    word.chars().any(|c| c.is_ascii_digit())
}

/// A number that isn't a postcode: those are of many people.
fn is_house_number(word: &str) -> bool {
    let digits = word.chars().take_while(char::is_ascii_digit).count();
    digits > 0 && digits != 4
}

/// The pattern of texts in which these stand in this order.
fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.fold("%".to_owned(), |pattern, part| format!("{pattern}{part}%"))
}

/// The pattern of texts that hold the longest word of these, however its accents are written; in the
/// way in which it was written, where hardly a letter would be left.
fn around(written: &str) -> String {
    /// Letters that hardly ever carry an accent, by which alone a word is found.
    const ENOUGH: usize = 2;
    let lower = written.to_lowercase();
    let parts = lower.split(|c: char| !c.is_alphanumeric() && c.is_ascii());
    let longest = parts
        .map(without_article)
        .max_by_key(|word| word.chars().count());
    let longest = longest.unwrap_or_default();
    let plain = |c: &char| c.is_ascii_alphanumeric() && !may_have_accent(*c);
    let loose = longest.chars().filter(plain).count() >= ENOUGH;
    let letters = longest.chars().map(|c| match c {
        c if !c.is_ascii() => '%',
        c if loose && may_have_accent(c) => '_',
        c => c,
    });
    joined(std::iter::once(letters.collect()))
}

const fn may_have_accent(c: char) -> bool {
    matches!(c, 'a' | 'c' | 'e' | 'i' | 'n' | 'o' | 's' | 'u' | 'y' | 'z')
}

/// A name without the article that is written apart by some: `Vandenbroeck`, `Desmet`.
fn without_article(word: &str) -> &str {
    const ARTICLES: [&str; 8] = [
        "vanden", "vander", "vande", "van", "den", "der", "de", "ver",
    ];
    /// Letters of which a name still has to be made.
    const LEFT: usize = 3;
    let stems = ARTICLES
        .iter()
        .filter_map(|article| word.strip_prefix(article));
    let mut long = stems.filter(|stem| stem.chars().count() >= LEFT);
    long.next().unwrap_or(word)
}
