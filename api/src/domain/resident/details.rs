//! By what a resident could be known, and whether a text carries any of it: for texts that are read by
//! people who aren't shown all of it.

use nabij_entity::referral::DisclosedField;
use uuid::Uuid;

use super::Particulars;
use crate::{
    domain::refusal::Outcome,
    store::{Tx, resident::ShownDetails},
};

/// What a resident could be known by.
#[derive(Clone, Debug, Default)]
pub(in crate::domain) struct Details {
    given_name: Option<String>,
    family_name: Option<String>,
    birth_year: Option<i32>,
    phone: Option<String>,
    email: Option<String>,
    address: Option<String>,
    /// Whoever reads the text is told the name. Then what stands before the `@`, often a name, gives
    /// nothing away by itself.
    name_is_told: bool,
}

/// Shortest part of a name, a street or an address that counts by itself: shorter ones are particles
/// such as `van` and `de`.
const SHORTEST_PART: usize = 4;
/// From this length on a name is also found inside a longer word: `bijGodelieve`, `#Vandenbroucke`.
const FOUND_INSIDE: usize = 6;

impl Details {
    /// Those of a resident on record that the viewer is shown, and no others: with what was withheld
    /// from them, every text that is refused would tell them a little of it.
    ///
    /// # Errors
    /// When the database fails.
    pub(in crate::domain) async fn of(tx: &Tx, resident: Uuid) -> Outcome<Self> {
        let ShownDetails {
            given_name,
            family_name,
            birth_year,
            phone,
            email,
            address,
        } = tx.details_as_shown(resident).await?;
        Ok(Self {
            given_name,
            family_name,
            birth_year,
            phone,
            email,
            address,
            name_is_told: false,
        })
    }

    /// Those of somebody who is about to be recorded.
    pub(in crate::domain) fn told(particulars: &Particulars) -> Self {
        let contact = particulars.contact.as_ref();
        Self {
            given_name: particulars.given_name.clone(),
            family_name: particulars.family_name.clone(),
            birth_year: particulars.birth_year,
            phone: contact.and_then(|contact| contact.phone.clone()),
            email: contact.and_then(|contact| contact.email.clone()),
            address: contact.and_then(|contact| contact.address.clone()),
            name_is_told: false,
        }
    }

    /// Those that somebody isn't told to whom these fields are disclosed.
    #[must_use]
    pub(in crate::domain) fn less(mut self, disclosed: &[DisclosedField]) -> Self {
        for field in disclosed {
            match field {
                DisclosedField::Name => {
                    self.given_name = None;
                    self.family_name = None;
                    self.name_is_told = true;
                }
                DisclosedField::BirthYear => self.birth_year = None,
                DisclosedField::Phone => self.phone = None,
                DisclosedField::Email => self.email = None,
                DisclosedField::Address => self.address = None,
                // Nobody is known by these alone.
                DisclosedField::Languages | DisclosedField::Notes => {}
            }
        }
        self
    }

    /// Whether the text carries any of them, however it is spaced, capitalised or accented, and in
    /// whatever form a number is written. `places` are names that may stand in the text although an
    /// address has them: the neighbourhood's and the municipality's.
    pub(in crate::domain) fn are_in(&self, text: &str, places: &[&str]) -> bool {
        let text = Words::of(text);
        let names = [&self.given_name, &self.family_name];
        names.into_iter().flatten().any(|name| text.names(name))
            || self
                .birth_year
                .is_some_and(|year| text.holds_number(&year.to_string()))
            || self.phone.as_ref().is_some_and(|phone| text.calls(phone))
            || self
                .email
                .as_ref()
                .is_some_and(|email| text.writes_to(email, self.name_is_told))
            || self
                .address
                .as_ref()
                .is_some_and(|address| text.leads_to(address, places))
    }
}

/// A text as it is searched: its words without capitals and accents.
struct Words {
    each: Vec<String>,
    /// All letters and digits of the text, without anything between them.
    squeezed: String,
    /// All digits of the text, without anything between them.
    digits: String,
}

impl Words {
    fn of(text: &str) -> Self {
        let each: Vec<String> = words(text);
        let squeezed: String = each.concat();
        let digits = squeezed.chars().filter(char::is_ascii_digit).collect();
        Self {
            each,
            squeezed,
            digits,
        }
    }

    /// A name: the whole of it, or one of its longer parts.
    fn names(&self, name: &str) -> bool {
        let parts = words(name);
        self.holds(&parts.concat())
            || parts
                .iter()
                .any(|part| part.chars().count() >= SHORTEST_PART && self.holds(part))
    }

    /// Whether `squeezed` stands in the text as a word, as several in a row (`v a n`, `Van den
    /// Broeck` for `Vandenbroeck`), in the genitive, or inside a word when it is long enough.
    fn holds(&self, squeezed: &str) -> bool {
        if squeezed.is_empty() {
            return false;
        }
        if squeezed.chars().count() >= FOUND_INSIDE && self.squeezed.contains(squeezed) {
            return true;
        }
        (0..self.each.len()).any(|first| {
            let mut rest = squeezed;
            for word in &self.each[first..] {
                match rest.strip_prefix(word.as_str()) {
                    Some("") => return true,
                    Some(more) => rest = more,
                    None => return word.strip_suffix('s') == Some(rest),
                }
            }
            false
        })
    }

    fn holds_number(&self, number: &str) -> bool {
        self.each.iter().any(|word| word == number)
    }

    /// A phone number, with or without the country's code or a zero in front, with anything between
    /// its digits.
    fn calls(&self, phone: &str) -> bool {
        /// The part by which a number is known, whatever stands before it.
        const KNOWN_BY: usize = 8;
        let number: String = phone.chars().filter(char::is_ascii_digit).collect();
        let known_by = number.len().saturating_sub(KNOWN_BY);
        let end = number.get(known_by..).unwrap_or_default();
        !end.is_empty() && self.digits.contains(end)
    }

    /// An e-mail address: as it is, with `at`, `apenstaartje` or `punt` written out, or what stands
    /// before the `@`, unless that counts only `whole`.
    fn writes_to(&self, email: &str, whole: bool) -> bool {
        let (local, host) = email.split_once('@').unwrap_or((email, ""));
        let (local, host) = (words(local).concat(), words(host));
        if local.is_empty() || host.is_empty() {
            return self.holds(&local);
        }
        if !whole && local.chars().count() >= SHORTEST_PART && self.holds(&local) {
            return true;
        }
        ["", "at", "apenstaartje"].iter().any(|at| {
            ["", "dot", "punt"].iter().any(|dot| {
                let written = format!("{local}{at}{}", host.join(dot));
                self.squeezed.contains(&written)
            })
        })
    }

    /// A part of an address: the street, the number with a word that says so, a postcode.
    fn leads_to(&self, address: &str, places: &[&str]) -> bool {
        const NUMBER: [&str; 9] = [
            "nr",
            "nummer",
            "huisnummer",
            "no",
            "n",
            "bus",
            "box",
            "number",
            "numero",
        ];
        let place = |part: &str| places.iter().any(|place| words(place).concat() == part);
        let parts = words(address);
        let mut street = Vec::new();
        for part in &parts {
            if part.chars().any(|c| c.is_ascii_digit()) {
                let said = |pair: &[String]| pair[1] == *part && NUMBER.contains(&pair[0].as_str());
                let long = part.chars().count() >= 3 && self.holds_number(part);
                if long || self.each.windows(2).any(said) {
                    return true;
                }
                if self.holds_street(&street, &place) {
                    return true;
                }
                street.clear();
            } else {
                street.push(part.clone());
            }
        }
        // A postcode of the Netherlands is nearly a street: its letters belong to it.
        let postcode = |pair: &[String]| {
            pair[0].len() == 4
                && pair[0].chars().all(|c| c.is_ascii_digit())
                && pair[1].len() == 2
                && self.squeezed.contains(&pair.concat())
        };
        self.holds_street(&street, &place) || parts.windows(2).any(postcode)
    }

    /// The words of an address up to a number: the street's name, or the town's.
    fn holds_street(&self, words: &[String], is_place: &impl Fn(&str) -> bool) -> bool {
        const SHORT: [(&str, &[&str]); 5] = [
            ("straat", &["str"]),
            ("steenweg", &["stwg", "stw"]),
            ("laan", &["ln"]),
            ("plein", &["pl"]),
            ("dreef", &["dr"]),
        ];
        let name = words.concat();
        if name.chars().count() < SHORTEST_PART || is_place(&name) {
            return false;
        }
        let shortened = SHORT.iter().find_map(|(long, short)| {
            let stem = name.strip_suffix(long)?;
            Some(short.iter().any(|end| self.holds(&format!("{stem}{end}"))))
        });
        self.holds(&name) || shortened == Some(true)
    }
}

/// The words of a text in small letters without accents; what can't be seen is left out, so that it
/// parts no word.
pub(in crate::domain) fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for character in text.chars() {
        match (letters(character), words.last_mut()) {
            (Some(letters), Some(word)) => word.extend(letters),
            (None, Some(word)) if !word.is_empty() => words.push(String::new()),
            _ => {}
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The small letters without accents, or the digit, that a character stands for: not one for what
/// can't be seen. None at all for what parts words.
pub(in crate::domain) fn letters(character: char) -> Option<impl Iterator<Item = char>> {
    let folded = move || character.to_lowercase().flat_map(base);
    let is_part = is_invisible(character) || folded().any(|c| c.is_alphanumeric() || is_mark(c));
    is_part.then(|| folded().filter(|c| c.is_alphanumeric()))
}

const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

const fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

/// The letters or the digit that a small letter, a ligature or a full-width character stands for.
fn base(c: char) -> impl Iterator<Item = char> {
    let as_ascii = |from: char, to: char| {
        char::from_u32(u32::from(c) - u32::from(from) + u32::from(to)).unwrap_or(c)
    };
    let (first, second) = match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' => ('a', None),
        'æ' => ('a', Some('e')),
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => ('c', None),
        'ď' | 'đ' => ('d', None),
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => ('e', None),
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => ('g', None),
        'ì'..='ï' | 'ī' | 'ĭ' | 'į' | 'ı' => ('i', None),
        'ĳ' => ('i', Some('j')),
        'ł' => ('l', None),
        'ñ' | 'ń' | 'ň' => ('n', None),
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' => ('o', None),
        'œ' => ('o', Some('e')),
        'ŕ' | 'ř' => ('r', None),
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => ('s', None),
        'ß' => ('s', Some('s')),
        'ţ' | 'ť' | 'ț' => ('t', None),
        'ù'..='ü' | 'ū' | 'ŭ' | 'ů' | 'ű' => ('u', None),
        'ý' | 'ÿ' => ('y', None),
        'ź' | 'ż' | 'ž' => ('z', None),
        '\u{ff10}'..='\u{ff19}' => (as_ascii('\u{ff10}', '0'), None),
        '\u{ff41}'..='\u{ff5a}' => (as_ascii('\u{ff41}', 'a'), None),
        '\u{660}'..='\u{669}' => (as_ascii('\u{660}', '0'), None),
        other => (other, None),
    };
    std::iter::once(first).chain(second)
}

#[cfg(test)]
mod tests;
