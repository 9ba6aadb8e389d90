//! What is told of figures about people, so that no small number can be found out, by reading it or
//! by taking one answer from another (docs/adr/0010).
//!
//! A count is told as "at least": rounded down to a multiple of the step, and not at all when it is
//! below it. A sum is told no higher than leaves it open, of each of its parts alone, whether that
//! part is nothing beyond what was told of it. What was counted of activities themselves is public and
//! told as it is.

use nabij_entity::call_out::CallOutStatus;
use sea_orm::Iterable;

use super::{Share, call_outs_filled, referrals_completed, signals_completed, sum};
use crate::store::statistics::{Counts, Figures, GOT_HELP, HELPED, Median, Waits};

/// Waits are told in whole hours, in seconds: the middle one is somebody's own.
const HOUR: u64 = 3_600;

/// The smallest count of people that is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threshold(u64);

impl Default for Threshold {
    fn default() -> Self {
        Self(5)
    }
}

impl Threshold {
    /// From the setting: the next number from there that isn't made of twos and threes, so that the
    /// twelve months of a year don't divide it. If they did, months that all lack one to the threshold
    /// would be told by their year.
    #[must_use]
    pub fn from_setting(smallest: u32) -> Self {
        let mut step = u64::from(smallest).max(5);
        while step % 2 == 0 || step % 3 == 0 {
            step += 1;
        }
        Self(step)
    }

    /// How much of a count is told; 0 is nothing.
    const fn of(self, count: u64) -> u64 {
        count / self.0 * self.0
    }

    /// How much a part can hold beyond what is told of it when its months are all known to be full.
    const fn room(self) -> u64 {
        self.0 - 12 % self.0
    }

    /// The most that may be told of a sum of `parts` parts, of which `told` was told: what all parts
    /// but one can make it, so that none of them need hold anything more than was told of it.
    fn most(self, told: u64, parts: usize) -> u64 {
        let others = u64::try_from(parts.saturating_sub(1)).unwrap_or(u64::MAX);
        told.saturating_add(self.of(others.saturating_mul(self.room())))
    }

    /// A sum over the codes of `told`.
    fn total<K: Iterable + Ord>(self, sum: u64, told: &Counts<K>) -> u64 {
        self.of(sum)
            .min(self.most(told.values().sum(), K::iter().count()))
    }
}

/// Sums over codes, as they are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Signals.
    pub signals: u64,
    /// Of them brought to a good end.
    pub signals_completed: Share,
    /// Referrals.
    pub referrals: u64,
    /// Of them ended in help.
    pub referrals_completed: Share,
    /// Call-outs.
    pub call_outs: u64,
    /// Of them filled.
    pub call_outs_filled: Share,
    /// Residents who were seen.
    pub residents: u64,
}

/// Figures as they are told: a count that isn't there, or is 0, is below the threshold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// The counts. Those of activities are exact.
    pub figures: Figures,
    /// The sums.
    pub totals: Totals,
}

/// Does something with each count of people by a code, here and there.
macro_rules! by_code {
    ($each:ident, $here:expr, $there:expr, $with:expr) => {{
        let (here, there, with) = ($here, $there, $with);
        $each(&mut here.signals.kinds, &there.signals.kinds, with);
        $each(
            &mut here.signals.categories,
            &there.signals.categories,
            with,
        );
        $each(&mut here.signals.age_bands, &there.signals.age_bands, with);
        $each(
            &mut here.signals.inflow_channels,
            &there.signals.inflow_channels,
            with,
        );
        $each(&mut here.signals.urgencies, &there.signals.urgencies, with);
        $each(&mut here.signals.statuses, &there.signals.statuses, with);
        $each(&mut here.signals.outcomes, &there.signals.outcomes, with);
        $each(
            &mut here.referrals.statuses,
            &there.referrals.statuses,
            with,
        );
        $each(
            &mut here.referrals.outcomes,
            &there.referrals.outcomes,
            with,
        );
        $each(&mut here.call_outs, &there.call_outs, with);
        $each(&mut here.activities.mix, &there.activities.mix, with);
        $each(&mut here.reach.age_bands, &there.reach.age_bands, with);
        $each(
            &mut here.reach.target_groups,
            &there.reach.target_groups,
            with,
        );
        // Counts without a code.
        for (here, there) in [
            (&mut here.people_helped, there.people_helped),
            (&mut here.activities.attendance, there.activities.attendance),
        ] {
            let mut one = Counts::from([((), *here)]);
            $each(&mut one, &Counts::from([((), there)]), with);
            *here = one.values().sum();
        }
    }};
}

fn round<K: Ord + Copy>(here: &mut Counts<K>, exact: &Counts<K>, threshold: Threshold) {
    let told = exact
        .iter()
        .map(|(code, count)| (*code, threshold.of(*count)));
    *here = told.filter(|(_, count)| *count > 0).collect();
}

fn add<K: Ord + Copy>(here: &mut Counts<K>, there: &Counts<K>, (): ()) {
    for (code, count) in there {
        *here.entry(*code).or_default() += count;
    }
}

fn keep_larger<K: Ord + Copy>(here: &mut Counts<K>, there: &Counts<K>, (): ()) {
    for (code, count) in there {
        let known = here.entry(*code).or_default();
        *known = (*known).max(*count);
    }
}

/// What was told of the places bounds what is told of them together.
fn bound<K: Ord + Copy>(
    here: &mut Counts<K>,
    places: &Counts<K>,
    (threshold, parts): (Threshold, usize),
) {
    for (code, count) in &mut *here {
        let told = places.get(code).copied().unwrap_or(0);
        *count = (*count).min(threshold.most(told, parts));
    }
    here.retain(|_, count| *count > 0);
}

/// The middle of the waits, when there are enough of them, in whole hours.
fn waits(exact: &Waits, threshold: Threshold) -> Waits {
    let hours = |median: &Median| {
        let of = threshold.of(median.of);
        let [low, high] = median.middle;
        let middle = low.midpoint(high).saturating_add(HOUR / 2) / HOUR * HOUR;
        if of == 0 {
            Median::default()
        } else {
            Median {
                of,
                middle: [middle; 2],
            }
        }
    };
    Waits {
        first_contact: hours(&exact.first_contact),
        first_referral: hours(&exact.first_referral),
        acceptance: hours(&exact.acceptance),
    }
}

impl Totals {
    /// The sums of exact figures, as far as what was told of their codes lets them be told.
    fn of(exact: &Figures, told: &Figures, threshold: Threshold) -> Self {
        let all = |sum: u64, bounds: &[u64]| bounds.iter().copied().fold(sum, u64::min);
        let share = |exact: Share, part: u64, parts: usize, of: u64| {
            let whole = threshold.of(exact.of).min(of);
            let part = threshold.of(exact.part).min(threshold.most(part, parts));
            Share {
                part: part.min(whole),
                of: whole,
            }
        };
        let (signals, exactly) = (&told.signals, &exact.signals);
        let came_in: u64 = exactly.statuses.values().sum();
        let came_in = all(
            threshold.of(came_in),
            &[
                threshold.total(came_in, &signals.kinds),
                threshold.total(came_in, &signals.categories),
                threshold.total(came_in, &signals.age_bands),
                threshold.total(came_in, &signals.inflow_channels),
                threshold.total(came_in, &signals.urgencies),
                threshold.total(came_in, &signals.statuses),
            ],
        );
        let made = exact.referrals.statuses.values().sum();
        let made = threshold.total(made, &told.referrals.statuses);
        let opened = exact.call_outs.values().sum();
        let opened = threshold.total(opened, &told.call_outs);
        let helped = sum(&signals.outcomes, HELPED);
        let got_help = sum(&told.referrals.outcomes, GOT_HELP);
        let filled = sum(&told.call_outs, [CallOutStatus::Filled]);
        Self {
            signals: came_in,
            signals_completed: share(signals_completed(exactly), helped, HELPED.len(), came_in),
            referrals: made,
            referrals_completed: share(
                referrals_completed(&exact.referrals),
                got_help,
                GOT_HELP.len(),
                made,
            ),
            call_outs: opened,
            call_outs_filled: share(call_outs_filled(&exact.call_outs), filled, 1, opened),
            residents: threshold.total(exact.reach.age_bands.values().sum(), &told.reach.age_bands),
        }
    }

    /// Does something with each sum, here and there.
    fn each(&mut self, there: &Self, with: impl Fn(&mut u64, u64)) {
        with(&mut self.signals, there.signals);
        with(&mut self.referrals, there.referrals);
        with(&mut self.call_outs, there.call_outs);
        with(&mut self.residents, there.residents);
        for (here, there) in [
            (&mut self.signals_completed, there.signals_completed),
            (&mut self.referrals_completed, there.referrals_completed),
            (&mut self.call_outs_filled, there.call_outs_filled),
        ] {
            with(&mut here.of, there.of);
            with(&mut here.part, there.part);
            here.part = here.part.min(here.of);
        }
    }
}

impl Told {
    /// What is told of a neighbourhood: the same whatever else is asked with it.
    #[must_use]
    pub fn of_place(exact: &Figures, threshold: Threshold) -> Self {
        let mut figures = exact.clone();
        by_code!(round, &mut figures, exact, threshold);
        figures.waits = waits(&exact.waits, threshold);
        Self {
            totals: Totals::of(exact, &figures, threshold),
            figures,
        }
    }

    /// What is told of a whole municipality, of which `places` is told.
    #[must_use]
    pub fn of_whole(exact: &Figures, places: &[Self], threshold: Threshold) -> Self {
        let mut told = Self::of_place(exact, threshold);
        let parts = places.len();
        let mut together = Figures::default();
        let mut sums = Totals::default();
        for place in places {
            by_code!(add, &mut together, &place.figures, ());
            sums.each(&place.totals, |here, there| *here += there);
        }
        by_code!(bound, &mut told.figures, &together, (threshold, parts));
        told.totals = Totals::of(exact, &told.figures, threshold);
        told.totals.each(&sums, |here, there| {
            *here = (*here).min(threshold.most(there, parts));
        });
        told
    }

    /// What is told of some neighbourhoods together: nothing that isn't told of each of them.
    /// Somebody who was seen in two of them may count once, so people aren't added up.
    #[must_use]
    pub fn of_some(exact: &Figures, places: &[Self]) -> Self {
        if let [place] = places {
            return place.clone();
        }
        let mut figures = Figures {
            waits: Waits::default(),
            people_helped: 0,
            ..exact.clone()
        };
        let mut people = Figures::default();
        by_code!(round, &mut figures, &people, Threshold::default());
        let mut totals = Totals::default();
        for place in places {
            by_code!(add, &mut figures, &place.figures, ());
            by_code!(keep_larger, &mut people, &place.figures, ());
            let larger = totals.residents.max(place.totals.residents);
            totals.each(&place.totals, |here, there| *here += there);
            totals.residents = larger;
        }
        figures.people_helped = people.people_helped;
        figures.reach = people.reach;
        Self { figures, totals }
    }
}
