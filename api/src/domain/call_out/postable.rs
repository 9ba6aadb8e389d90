//! The text of a call-out, which can be posted anywhere as it is: written from what isn't about
//! anybody, in Dutch, or the contact person's own, which is refused when it gives the resident away.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use nabij_entity::vocabulary::{Category, ChoreKind, Country};

/// What a call-out is about, as far as everybody may know.
#[derive(Clone, Copy, Debug)]
pub(super) struct Appeal<'a> {
    pub(super) category: Category,
    pub(super) chore: Option<ChoreKind>,
    pub(super) neighbourhood: &'a str,
    /// The name of the pool, else of the partner.
    pub(super) pool: &'a str,
    pub(super) country: Country,
    pub(super) starts_at: Option<DateTime<Utc>>,
    pub(super) ends_at: Option<DateTime<Utc>>,
    pub(super) deadline: DateTime<Utc>,
}

impl Appeal<'_> {
    /// The one line over it.
    pub(super) fn title(&self) -> String {
        let mut title = format!("{} in {}", self.what(), self.neighbourhood);
        if let Some(first) = title.get(..1) {
            let upper = first.to_uppercase();
            title.replace_range(..1, &upper);
        }
        title
    }

    /// The whole of it.
    pub(super) fn text(&self) -> String {
        let when = self.when();
        let until = day_and_hour(self.deadline, self.zone());
        format!(
            "Wie helpt een buur in {}? We zoeken iemand voor: {}. {when} Interesse? Laat het weten \
             aan {} vóór {until}.",
            self.neighbourhood,
            self.what(),
            self.pool,
        )
    }

    fn zone(&self) -> Tz {
        match self.country {
            Country::Be => Tz::Europe__Brussels,
            Country::Nl => Tz::Europe__Amsterdam,
        }
    }

    fn when(&self) -> String {
        let zone = self.zone();
        match (self.starts_at, self.ends_at) {
            (None, None) => "Wanneer spreken we samen af.".to_owned(),
            (Some(from), None) => format!("Vanaf {}.", day_and_hour(from, zone)),
            (None, Some(until)) => format!("Ten laatste {}.", day_and_hour(until, zone)),
            (Some(from), Some(until)) => {
                let (from, until) = (from.with_timezone(&zone), until.with_timezone(&zone));
                if from.date_naive() == until.date_naive() {
                    format!(
                        "Op {}, tussen {} en {}.",
                        day(&from),
                        hour(&from),
                        hour(&until)
                    )
                } else {
                    format!("Tussen {} en {}.", day(&from), day(&until))
                }
            }
        }
    }

    fn what(&self) -> &'static str {
        match self.chore {
            Some(ChoreKind::Snow) => "sneeuw ruimen",
            Some(ChoreKind::Garden) => "een klus in de tuin",
            Some(ChoreKind::Pets) => "voor een huisdier zorgen",
            Some(ChoreKind::SmallRepairs) => "een kleine klus in huis",
            Some(ChoreKind::Babysitting) => "oppassen",
            Some(ChoreKind::Moving) => "helpen verhuizen",
            Some(ChoreKind::Errands) => "een boodschap doen",
            Some(ChoreKind::Other) => "een klus",
            None => match self.category {
                Category::Loneliness => "wat gezelschap",
                Category::Mobility => "iemand ergens heen brengen",
                Category::Chores => "een klus",
                Category::Housing => "hulp in en om het huis",
                Category::Health | Category::Care => "een handje hulp bij iemand thuis",
                Category::Money => "hulp met papieren",
                Category::Safety => "een veiliger gevoel in de buurt",
                Category::Language => "Nederlands oefenen",
                Category::Family => "steun voor een gezin",
                Category::Digital => "hulp met computer of telefoon",
                Category::PublicSpace => "een klus in de straat",
                Category::Meeting => "iemand meenemen naar een activiteit",
                Category::Other => "een handje hulp",
            },
        }
    }
}

fn day_and_hour(at: DateTime<Utc>, zone: Tz) -> String {
    let at = at.with_timezone(&zone);
    format!("{} om {}", day(&at), hour(&at))
}

fn day(at: &DateTime<Tz>) -> String {
    use chrono::Datelike;
    const DAYS: [&str; 7] = [
        "maandag",
        "dinsdag",
        "woensdag",
        "donderdag",
        "vrijdag",
        "zaterdag",
        "zondag",
    ];
    const MONTHS: [&str; 12] = [
        "januari",
        "februari",
        "maart",
        "april",
        "mei",
        "juni",
        "juli",
        "augustus",
        "september",
        "oktober",
        "november",
        "december",
    ];
    let name = DAYS.get(at.weekday().num_days_from_monday() as usize);
    let month = MONTHS.get(at.month0() as usize);
    format!(
        "{} {} {}",
        name.unwrap_or(&""),
        at.day(),
        month.unwrap_or(&"")
    )
}

fn hour(at: &DateTime<Tz>) -> String {
    at.format("%H.%M uur").to_string()
}

/// What a resident could be known by.
#[derive(Clone, Debug, Default)]
pub(super) struct Details {
    pub(super) given_name: Option<String>,
    pub(super) family_name: Option<String>,
    pub(super) birth_year: Option<i32>,
    pub(super) phone: Option<String>,
    pub(super) email: Option<String>,
    pub(super) address: Option<String>,
}

/// Shortest part of a name, a street or an address that counts by itself: shorter ones are particles
/// such as `van` and `de`.
const SHORTEST_PART: usize = 4;
/// From this length on a name is also found inside a longer word: `bijGodelieve`, `#Vandenbroucke`.
const FOUND_INSIDE: usize = 6;

impl Details {
    /// Whether the text carries any of them, however it is spaced, capitalised or accented, and in
    /// whatever form a number is written. `places` are names that may stand in the text although an
    /// address has them: the neighbourhood's and the municipality's.
    pub(super) fn are_in(&self, text: &str, places: &[&str]) -> bool {
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
                .is_some_and(|email| text.writes_to(email))
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
    /// before the `@`.
    fn writes_to(&self, email: &str) -> bool {
        let (local, host) = email.split_once('@').unwrap_or((email, ""));
        let (local, host) = (words(local).concat(), words(host));
        if local.is_empty() || host.is_empty() {
            return self.holds(&local);
        }
        if local.chars().count() >= SHORTEST_PART && self.holds(&local) {
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
