//! Where somebody who is erased is mentioned in a text that nothing ties to them: in a neighbour's
//! case, in the note of an activity. There they are taken out of it, and the rest of the text stays.
//!
//! What counts is what tells them from others: their full name in either order, their phone number,
//! their e-mail address, their address with its number. A first name alone, a street alone, may be
//! anybody's, and stays.

mod known;

use std::{collections::BTreeMap, ops::Range};

use nabij_entity::resident;
use uuid::Uuid;

use self::known::{Ends, Known};
use crate::{
    domain::{refusal::Outcome, resident::details::letters},
    policy::Permit,
    store::Tx,
};

/// What stands in a text instead of somebody who was erased.
const MARK: &str = "[…]";

/// Who is looked for, by municipality.
pub(super) struct Mentioned(BTreeMap<Uuid, Vec<Known>>);

/// By what residents are found in texts: read before it is erased.
///
/// # Errors
/// When the database fails.
pub(super) async fn of(tx: &Tx, residents: &[resident::Model]) -> Outcome<Mentioned> {
    let ids: Vec<Uuid> = residents.iter().map(|resident| resident.id).collect();
    let contacts = tx.contact_details_of(&ids).await?;
    let mut found: BTreeMap<Uuid, Vec<Known>> = BTreeMap::new();
    for resident in residents {
        let contact = contacts.iter().find(|of| of.resident_id == resident.id);
        let of_place = found.entry(resident.municipality_id).or_default();
        of_place.extend(known::by(resident, contact));
    }
    Ok(Mentioned(found))
}

/// Takes them out of every text of their municipality: each table is looked through once, however
/// many they are, and only what holds one of them is locked and written.
///
/// # Errors
/// When the database fails.
pub(super) async fn take_out(tx: &Tx, permit: &Permit, mentioned: &Mentioned) -> Outcome<()> {
    for (municipality, known) in &mentioned.0 {
        let patterns: Vec<&str> = known.iter().map(|known| known.pattern.as_str()).collect();
        let holds = |text: &str| without(text, known).is_some();
        let mut told = tx.told_where(*municipality, &patterns, holds).await?;
        for (_, text) in told.iter_mut().flat_map(|record| &mut record.texts) {
            *text = text.take().and_then(|text| without(&text, known));
        }
        tx.retell(permit, told).await?;
    }
    Ok(())
}

/// A letter or digit of a text as it is compared, and where it stands.
struct Letter {
    shown: char,
    at: Range<usize>,
    /// Whether a word begins with it.
    begins: bool,
    /// Whether a word ends with it.
    ends: bool,
}

fn folded(text: &str) -> Vec<Letter> {
    let mut found: Vec<Letter> = Vec::with_capacity(text.len());
    let mut begins = true;
    for (from, character) in text.char_indices() {
        let Some(shown) = letters(character) else {
            if let Some(last) = found.last_mut() {
                last.ends = true;
            }
            begins = true;
            continue;
        };
        for shown in shown {
            found.push(Letter {
                shown,
                at: from..from + character.len_utf8(),
                begins,
                ends: false,
            });
            begins = false;
        }
    }
    if let Some(last) = found.last_mut() {
        last.ends = true;
    }
    found
}

/// The text without any of them; none when nobody is in it.
fn without(text: &str, known: &[Known]) -> Option<String> {
    let letters = folded(text);
    let mut found: Vec<Range<usize>> = known
        .iter()
        .flat_map(|known| {
            known
                .spellings
                .iter()
                .map(|spelling| (spelling, known.ends))
        })
        .flat_map(|(spelling, ends)| mentions(&letters, spelling, ends))
        .collect();
    found.sort_by_key(|range| (range.start, range.end));
    let mut kept = String::with_capacity(text.len());
    let mut until = 0;
    for range in &found {
        if range.start >= until {
            let before = text.get(until..range.start).unwrap_or_default();
            kept.push_str(before.strip_suffix('+').unwrap_or(before));
            kept.push_str(MARK);
        }
        until = until.max(range.end);
    }
    kept.push_str(text.get(until..).unwrap_or_default());
    (!found.is_empty()).then_some(kept)
}

/// Where a spelling stands in a text, from its first letter to its last.
fn mentions(letters: &[Letter], spelling: &[char], ends: Ends) -> Vec<Range<usize>> {
    let here = |(first, window): (usize, &[Letter])| {
        let is_it = window
            .iter()
            .map(|letter| letter.shown)
            .eq(spelling.iter().copied());
        let (from, to) = (window.first()?, window.last()?);
        let before = first.checked_sub(1).and_then(|at| letters.get(at));
        let fits = is_it && ends.fit(before, window, letters.get(first + spelling.len()..)?);
        fits.then_some(from.at.start..to.at.end)
    };
    if spelling.is_empty() {
        return Vec::new();
    }
    letters
        .windows(spelling.len())
        .enumerate()
        .filter_map(here)
        .collect()
}

impl Ends {
    /// Whether a find stands by itself, between what is before and after it.
    fn fit(self, before: Option<&Letter>, found: &[Letter], after: &[Letter]) -> bool {
        let (Some(first), Some(last)) = (found.first(), found.last()) else {
            return false;
        };
        let is_digit = |letter: Option<&Letter>| letter.is_some_and(|of| of.shown.is_numeric());
        match self {
            // Also in the genitive.
            Self::OfWords => {
                let genitive = after
                    .first()
                    .is_some_and(|next| next.shown == 's' && next.ends);
                first.begins && (last.ends || genitive)
            }
            Self::OfNumbers => {
                (first.begins || !is_digit(before)) && (last.ends || !is_digit(after.first()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use nabij_entity::{SetOf, resident_contact};

    use super::*;

    fn maria(family: &str) -> Vec<Known> {
        maria_of(family, "Kerkstraat 12 bus 3, 1650 Beersel")
    }

    fn maria_of(family: &str, address: &str) -> Vec<Known> {
        let id = Uuid::from_u128(1);
        let at = DateTime::UNIX_EPOCH;
        let resident = resident::Model {
            id,
            municipality_id: id,
            neighbourhood_id: id,
            given_name: Some("María".to_owned()),
            family_name: Some(family.to_owned()),
            birth_year: None,
            target_groups: SetOf::default(),
            languages: SetOf::default(),
            notes: None,
            recorded_by_user_id: id,
            recorded_by_ambassador_id: None,
            recorded_by_partner_id: None,
            erased_at: None,
            created_at: at,
            updated_at: at,
            version: 1,
        };
        let contact = resident_contact::Model {
            resident_id: id,
            phone: Some("+32470123456".to_owned()),
            email: Some("m.peeters@telenet.be".to_owned()),
            address: Some(address.to_owned()),
            preferred_channel: None,
            updated_at: at,
        };
        known::by(&resident, Some(&contact))
    }

    /// LIKE, as the databases do it.
    fn is_like(text: &str, pattern: &str) -> bool {
        match pattern.chars().next() {
            None => text.is_empty(),
            Some('%') => {
                let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
                let mut rests = ends.filter_map(|at| text.get(at..));
                rests.any(|rest| is_like(rest, &pattern[1..]))
            }
            Some(wanted) => {
                let mut rest = text.chars();
                let fits = rest.next().is_some_and(|c| wanted == '_' || wanted == c);
                fits && is_like(rest.as_str(), &pattern[wanted.len_utf8()..])
            }
        }
    }

    #[test]
    fn somebody_is_taken_out_however_they_are_written_and_the_rest_stays() {
        for (family, text, left) in [
            ("Peeters", "Zag Maria Peeters thuis.", "Zag […] thuis."),
            ("Peeters", "PEETERS, Mari\u{301}a", "[…]"),
            ("Peeters", "Peeters María’s hond", "[…]’s hond"),
            ("Peeters", "de hond van maria-peeterss", "de hond van […]s"),
            ("Vandenbroeck", "Maria Van den Broeck belt", "[…] belt"),
            ("Van den Broeck", "Maria Vandenbroeck belt", "[…] belt"),
            ("Solé", "Maria Solé en Maria Sole", "[…] en […]"),
            ("Celik", "Maria Çelik", "[…]"),
            ("Erdogan", "Maria Erdoğan helpt", "[…] helpt"),
            ("Strasse", "Maria Straße", "[…]"),
            ("Erdogan", "M a r i a E r-d o g a n", "[…]"),
            (
                "Peeters",
                "tel. 0470/12.34.56 of +32 470 12 34 56",
                "tel. […] of […]",
            ),
            ("Peeters", "0032470123456", "[…]"),
            ("Peeters", "mail M.Peeters@telenet.be!", "mail […]!"),
            ("Peeters", "m punt peeters at telenet punt be", "[…]"),
            (
                "Peeters",
                "woont Kerkstraat 12, Beersel",
                "woont […], Beersel",
            ),
            ("Peeters", "Kerkstraat 12 bus 3, 1650 Beersel", "[…]"),
        ] {
            let known = maria(family);
            assert_eq!(without(text, &known).as_deref(), Some(left), "{text}");
            // As SQLite folds: ASCII only.
            let lower = text.to_ascii_lowercase();
            let fits = known.iter().any(|known| is_like(&lower, &known.pattern));
            assert!(fits, "{text} isn't even looked at");
        }
    }

    #[test]
    fn a_house_number_may_have_four_digits_and_a_postcode_is_none() {
        for (address, text, left) in [
            (
                "Alsembergsteenweg 1046, 1652 Alsemberg",
                "naast Alsembergsteenweg 1046 te Alsemberg",
                Some("naast […] te Alsemberg"),
            ),
            (
                "Alsembergsteenweg 1046 bus 2\n1652 Alsemberg",
                "Alsembergsteenweg 1046, 1652 Alsemberg",
                Some("[…], 1652 Alsemberg"),
            ),
            ("Dorp, 1652 Alsemberg", "in 1652 Alsemberg, Dorp", None),
            ("Kerkstraat 1652 Alsemberg", "de Kerkstraat 1652", None),
            ("1652 Alsemberg", "in 1652 Alsemberg", None),
        ] {
            let known = maria_of("Peeters", address);
            assert_eq!(without(text, &known).as_deref(), left, "{address}: {text}");
        }
    }

    #[test]
    fn others_stay() {
        for text in [
            "Maria was thuis",
            "Jan Peeters en Maria Claes",
            "Annamaria Peeters",
            "Kerkstraat 121, 1650 Beersel",
            "in de Kerkstraat",
            "04701234567",
            "m.peeters@elders.be",
        ] {
            assert_eq!(without(text, &maria("Peeters")), None, "{text}");
        }
    }
}
