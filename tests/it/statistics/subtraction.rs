//! Somebody takes answers from each other: of codes and their sum, of neighbourhoods and their
//! municipality, of months and the year. Nothing that is kept back may follow (GDPR recital 26:
//! what can be worked out of somebody is told of them).

use nabij_api::{
    domain::statistics::told::{Threshold, Told},
    store::statistics::Figures,
};
use nabij_entity::{
    signal::{SignalKind, SignalStatus},
    vocabulary::{AgeBand, Category, InflowChannel, Urgency},
};
use sea_orm::Iterable;

use super::random::Dice;

/// Settings of the smallest count that is told, with the step that each makes.
const SETTINGS: [(u32, u64); 4] = [(3, 5), (5, 5), (6, 7), (10, 11)];
/// More than there is of anything.
const PLENTY: u64 = 1_000_000;
/// Months, then the year.
const TIMES: usize = 13;
const YEAR: usize = 12;

/// The least and the most that something can be, for all that was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Between(u64, u64);

/// What somebody knows: by place (the municipality is the last), by time, by code (the sum is last).
struct Attack {
    known: Vec<Vec<Vec<Between>>>,
    exact: Vec<Vec<Vec<u64>>>,
    places: usize,
    codes: usize,
    threshold: Threshold,
    step: u64,
}

fn figures(kinds: &[u64]) -> Figures {
    let mut figures = Figures::default();
    let sum = kinds.iter().sum();
    let signals = &mut figures.signals;
    signals.kinds = SignalKind::iter().zip(kinds.iter().copied()).collect();
    // The other breakdowns say nothing of their own here: everything is of one code.
    signals.categories = [(Category::Other, sum)].into();
    signals.age_bands = [(AgeBand::Unknown, sum)].into();
    signals.inflow_channels = [(InflowChannel::Visit, sum)].into();
    signals.urgencies = [(Urgency::Normal, sum)].into();
    signals.statuses = [(SignalStatus::Submitted, sum)].into();
    figures
}

fn parts_of(told: &Told) -> u64 {
    told.figures.signals.kinds.values().sum()
}

impl Attack {
    /// A year, drawn so that most months lack one or two to the threshold: the worst there is.
    fn on(seed: u64, places: usize, (setting, step): (u32, u64)) -> Self {
        let mut dice = Dice(seed);
        let codes = SignalKind::iter().count();
        let highest = [2, 4, 6, 12][dice.below(4)];
        let near = dice.below(2) == 0;
        let mut exact = vec![vec![vec![0; codes + 1]; TIMES]; places + 1];
        for place in 0..places {
            for time in 0..12 {
                for code in 0..codes {
                    let drawn = dice.below(highest + 1) as u64;
                    let count = if near && dice.often() {
                        step - 1
                    } else {
                        drawn
                    };
                    for of in [place, places] {
                        for at in [time, YEAR] {
                            exact[of][at][code] += count;
                            exact[of][at][codes] += count;
                        }
                    }
                }
            }
        }
        let mut attack = Self {
            known: vec![vec![vec![Between(0, PLENTY); codes + 1]; TIMES]; places + 1],
            exact,
            places,
            codes,
            threshold: Threshold::from_setting(setting),
            step,
        };
        attack.asks();
        attack
    }

    /// Asks for everything, and writes down what each answer says by itself.
    fn asks(&mut self) {
        let (threshold, step) = (self.threshold, self.step);
        let most = |told: u64, parts: usize| most(told, parts, step);
        let kinds: Vec<SignalKind> = SignalKind::iter().collect();
        for time in 0..TIMES {
            let of = |place: usize| figures(&self.exact[place][time][..self.codes]);
            let each: Vec<Told> = (0..self.places)
                .map(|place| Told::of_place(&of(place), threshold))
                .collect();
            let whole = Told::of_whole(&of(self.places), &each, threshold);
            for (place, told) in each.iter().chain([&whole]).enumerate() {
                for (code, kind) in kinds.iter().enumerate() {
                    let told =
                        |told: &Told| told.figures.signals.kinds.get(kind).copied().unwrap_or(0);
                    let parts: u64 = each.iter().map(told).sum();
                    let value = told(if place < self.places {
                        &each[place]
                    } else {
                        &whole
                    });
                    // A sum that was told as high as it may be can be anything above.
                    let bound = if place < self.places {
                        PLENTY
                    } else {
                        most(parts, self.places)
                    };
                    let high = if value < bound {
                        value + step - 1
                    } else {
                        PLENTY
                    };
                    self.known[place][time][code] = Between(value, high);
                }
                // All of them, which is bounded by its codes and by the places.
                let (codes, sum) = (parts_of(told), told.totals.signals);
                let places: u64 = each.iter().map(|told| told.totals.signals).sum();
                let bound = if place < self.places {
                    most(codes, self.codes)
                } else {
                    most(codes, self.codes).min(most(places, self.places))
                };
                let high = if sum < bound { sum + step - 1 } else { PLENTY };
                self.known[place][time][self.codes] = Between(sum, high);
            }
        }
    }

    /// Narrows what is known by each sum and its parts, until nothing changes any more.
    fn thinks(&mut self) {
        loop {
            let before = self.known.clone();
            for place in 0..=self.places {
                for code in 0..=self.codes {
                    let months: Vec<_> = (0..YEAR).map(|month| (place, month, code)).collect();
                    self.compare((place, YEAR, code), &months);
                }
            }
            for time in 0..TIMES {
                for code in 0..=self.codes {
                    let parts: Vec<_> = (0..self.places).map(|part| (part, time, code)).collect();
                    self.compare((self.places, time, code), &parts);
                }
                for place in 0..=self.places {
                    let parts: Vec<_> = (0..self.codes).map(|part| (place, time, part)).collect();
                    self.compare((place, time, self.codes), &parts);
                }
            }
            if before == self.known {
                return;
            }
        }
    }

    fn at(&mut self, (place, time, code): (usize, usize, usize)) -> &mut Between {
        &mut self.known[place][time][code]
    }

    fn compare(&mut self, sum: (usize, usize, usize), parts: &[(usize, usize, usize)]) {
        let all: Vec<Between> = parts.iter().map(|part| *self.at(*part)).collect();
        let (low, high) = all
            .iter()
            .fold((0, 0), |(low, high), Between(a, b)| (low + a, high + b));
        let whole = self.at(sum);
        *whole = Between(whole.0.max(low), whole.1.min(high));
        let whole = *whole;
        for (part, known) in parts.iter().zip(&all) {
            let others = (low - known.0, high - known.1);
            let least = whole.0.saturating_sub(others.1).max(known.0);
            let most = whole.1.saturating_sub(others.0).min(known.1);
            *self.at(*part) = Between(least, most);
        }
    }
}

fn most(told: u64, parts: usize, step: u64) -> u64 {
    told + (parts as u64 - 1) * (step - 12 % step) / step * step
}

#[test]
fn no_hidden_count_follows_from_others() {
    let (mut hidden, mut narrowed) = (0, 0);
    for seed in 0..400 {
        let at = usize::try_from(seed).expect("small");
        let setting = SETTINGS[at % SETTINGS.len()];
        let mut attack = Attack::on(seed, 1 + at % 6, setting);
        attack.thinks();
        for (known, exact) in attack.known.iter().zip(&attack.exact) {
            for (known, exact) in known.iter().flatten().zip(exact.iter().flatten()) {
                let Between(low, high) = *known;
                assert!(
                    low <= *exact && *exact <= high,
                    "seed {seed}: it thinks wrongly"
                );
                if (1..attack.step).contains(exact) {
                    hidden += 1;
                    narrowed += usize::from(low > 0 || high < attack.step - 1);
                    assert!(low < high, "seed {seed}: {exact} is found out");
                }
            }
        }
    }
    println!("{hidden} hidden counts, of which {narrowed} are narrowed and none is found out");
    assert!(hidden > 10_000, "there was something to find out");
}

/// The attack is one: without the bound on sums it finds out what is hidden.
#[test]
fn the_attack_finds_out_what_plain_suppression_leaves() {
    let mut attack = Attack::on(1, 1, (5, 5));
    for month in 1..YEAR {
        attack.known[0][month][0] = Between(10, 10);
    }
    attack.known[0][0][0] = Between(0, 4);
    attack.known[0][YEAR][0] = Between(112, 112);
    let months: Vec<_> = (0..YEAR).map(|month| (0, month, 0)).collect();
    attack.compare((0, YEAR, 0), &months);
    assert_eq!(attack.known[0][0][0], Between(2, 2));
}
