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

#[cfg(test)]
mod tests;
