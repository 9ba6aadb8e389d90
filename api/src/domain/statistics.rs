//! Figures of places in a period, for whoever coordinates those places.
//!
//! What a completed case is and who isn't reached is settled here, and in [`told`] what is told of it;
//! the counting is the store's.

pub mod told;

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, Months, NaiveTime, TimeDelta, Utc};
use nabij_entity::{
    call_out::CallOutStatus,
    referral::ReferralStatus,
    signal::{SignalOutcome, SignalStatus},
    vocabulary::{AgeBand, TargetGroup},
};
use sea_orm::Iterable;
use uuid::Uuid;

use super::refusal::{Code, Outcome, Problem};
use crate::{
    policy::{Action, Forbidden, Place, decide},
    store::{
        Cx,
        statistics::{
            Counts, Figures, GOT_HELP, HELPED, Median, Places, Referrals, Sheets, Signals, Span,
        },
    },
};
use told::{Threshold, Told};

/// A part of the figures; each costs a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Signals that came in.
    Signals,
    /// Referrals that were made.
    Referrals,
    /// Call-outs that were opened.
    CallOuts,
    /// Who was helped.
    PeopleHelped,
    /// How long people waited.
    Waits,
    /// What was done together.
    Activities,
    /// Who was seen.
    Reach,
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct Asked {
    /// About which places.
    pub places: Places,
    /// From when.
    pub from: DateTime<Utc>,
    /// Until when, that moment not included.
    pub until: DateTime<Utc>,
    /// Which parts.
    pub parts: BTreeSet<Part>,
    /// The smallest count of people that is told.
    pub threshold: Threshold,
}

/// The answer.
#[derive(Clone, Debug)]
pub struct Statistics {
    /// Of each neighbourhood, by name.
    pub neighbourhoods: Vec<(Uuid, Told)>,
    /// Of all of them together.
    pub total: Told,
}

/// Counts what was asked; none when a place isn't there.
///
/// # Errors
/// [`Code::OutOfRange`] for a period that is no month and no year; [`Code::Forbidden`] unless
/// the viewer coordinates all of the places.
pub async fn ask(cx: &Cx, asked: Asked) -> Outcome<Option<Statistics>> {
    let Asked {
        places,
        from,
        until,
        parts,
        threshold,
    } = asked;
    period(from, until)?;
    let found = cx.places_counted(&places).await?;
    let missing = match &places {
        Places::Municipality(_) => found.is_empty(),
        Places::Neighbourhoods(ids) => ids
            .iter()
            .any(|id| !found.iter().any(|found| found.neighbourhood == Some(*id))),
    };
    if missing {
        return Ok(None);
    }
    let whole = matches!(places, Places::Municipality(_));
    let viewer = cx.viewer();
    let mut permit = None;
    for place in &found {
        let place = Place {
            municipality: place.municipality,
            // Who coordinates one neighbourhood doesn't get the figures of all.
            neighbourhood: place.neighbourhood.filter(|_| !whole),
        };
        permit = Some(decide(&viewer, Action::StatisticsRead(place)).map_err(|Forbidden| {
            Problem::new(
                Code::Forbidden,
                "places",
                "Figures are for whoever coordinates all of the places. See `roles` of `me`, and \
                 ask about the places that you coordinate.",
            )
        })?);
    }
    let Some(permit) = permit else {
        return Ok(None);
    };
    let neighbourhoods: Vec<Uuid> = found
        .iter()
        .filter_map(|place| place.neighbourhood)
        .collect();
    let span = Span {
        neighbourhoods: neighbourhoods.clone(),
        from,
        until,
        year: year(until, cx.now()),
    };
    let mut sheets = Sheets::default();
    for part in parts {
        match part {
            Part::Signals => cx.count_signals(&permit, &span, &mut sheets).await?,
            Part::Referrals => cx.count_referrals(&permit, &span, &mut sheets).await?,
            Part::CallOuts => cx.count_call_outs(&permit, &span, &mut sheets).await?,
            Part::PeopleHelped => cx.count_people_helped(&permit, &span, &mut sheets).await?,
            Part::Waits => cx.find_waits(&permit, &span, &mut sheets).await?,
            Part::Activities => cx.count_activities(&permit, &span, &mut sheets).await?,
            Part::Reach => cx.count_reach(&permit, &span, &mut sheets).await?,
        }
    }
    let total = sheets.take(None);
    let neighbourhoods: Vec<(Uuid, Told)> = neighbourhoods
        .into_iter()
        .map(|id| (id, Told::of_place(&sheets.take(Some(id)), threshold)))
        .collect();
    let each: Vec<Told> = neighbourhoods
        .iter()
        .map(|(_, told)| told.clone())
        .collect();
    Ok(Some(Statistics {
        total: if whole {
            Told::of_whole(&total, &each, threshold)
        } else {
            Told::of_some(&total, &each)
        },
        neighbourhoods,
    }))
}

/// The period is one calendar month or year, in UTC. Periods of any other length, or moved
/// by a day, would tell by their difference what is in between.
fn period(from: DateTime<Utc>, until: DateTime<Utc>) -> Result<(), Problem> {
    let begins = |at: DateTime<Utc>| at.day() == 1 && at.time() == NaiveTime::MIN;
    let month = from.month0();
    let fits = [(1, 1), (12, 12)].iter().any(|(months, every)| {
        month.is_multiple_of(*every) && from.checked_add_months(Months::new(*months)) == Some(until)
    });
    if begins(from) && fits {
        return Ok(());
    }
    Err(Problem::new(
        Code::OutOfRange,
        "until",
        "Figures are of one calendar month or year, in UTC: give a `from` on its first day and an \
         `until` on the first day of the next, both at 00:00:00Z, as in 2026-04-01T00:00:00Z and \
         2026-05-01T00:00:00Z. Ask for several of them under names of their own.",
    ))
}

/// The year in which ages are told: the one in which the period ends, or this one while it hasn't.
fn year(until: DateTime<Utc>, now: DateTime<Utc>) -> i32 {
    (until - TimeDelta::microseconds(1)).min(now).year()
}

/// How many of how many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// How many.
    pub part: u64,
    /// Of how many.
    pub of: u64,
}

fn sum<K: Ord>(counts: &Counts<K>, of: impl IntoIterator<Item = K>) -> u64 {
    of.into_iter().filter_map(|code| counts.get(&code)).sum()
}

/// How many signals were brought to a good end, of those that were to be taken up: not dismissed,
/// not withdrawn, still needed.
#[must_use]
pub fn signals_completed(signals: &Signals) -> Share {
    let all: u64 = signals.statuses.values().sum();
    let not_taken_up = sum(
        &signals.statuses,
        [SignalStatus::Dismissed, SignalStatus::Withdrawn],
    ) + sum(&signals.outcomes, [SignalOutcome::NoLongerNeeded]);
    Share {
        part: sum(&signals.outcomes, HELPED),
        of: all.saturating_sub(not_taken_up),
    }
}

/// How many referrals ended in help, of those that were neither rejected nor called off.
#[must_use]
pub fn referrals_completed(referrals: &Referrals) -> Share {
    let all: u64 = referrals.statuses.values().sum();
    let not_taken_up = sum(
        &referrals.statuses,
        [ReferralStatus::Rejected, ReferralStatus::Cancelled],
    );
    Share {
        part: sum(&referrals.outcomes, GOT_HELP),
        of: all.saturating_sub(not_taken_up),
    }
}

/// How many call-outs found a volunteer, of those that were looked for to the end.
#[must_use]
pub fn call_outs_filled(call_outs: &Counts<CallOutStatus>) -> Share {
    let filled = sum(call_outs, [CallOutStatus::Filled]);
    Share {
        part: filled,
        of: filled + sum(call_outs, [CallOutStatus::Unfilled]),
    }
}

/// The median in whole seconds; of an even number, halfway between the two in the middle.
#[must_use]
pub fn seconds(median: &Median) -> Option<u64> {
    let [low, high] = median.middle;
    (median.of > 0).then_some(low.midpoint(high))
}

/// Age bands of which, by what is told, nobody was seen.
#[must_use]
pub fn age_bands_not_reached(figures: &Figures) -> Vec<AgeBand> {
    AgeBand::iter()
        .filter(|band| !matches!(band, AgeBand::Unknown | AgeBand::NoResident))
        .filter(|band| !figures.reach.age_bands.contains_key(band))
        .collect()
}

/// Target groups of which, by what is told, nobody was seen: no resident of the group, nobody counted at an activity,
/// and no activity for the group that reached it. Everybody isn't a group that can be missed.
#[must_use]
pub fn target_groups_not_reached(figures: &Figures) -> Vec<TargetGroup> {
    let Figures {
        activities, reach, ..
    } = figures;
    let seen = |counts: &Counts<TargetGroup>, group| sum(counts, [group]) > 0;
    TargetGroup::iter()
        .filter(|group| *group != TargetGroup::Everyone)
        .filter(|group| {
            !seen(&reach.target_groups, *group)
                && !seen(&activities.mix, *group)
                && !seen(&activities.meant_for, *group)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a time")
    }

    #[test]
    fn a_period_is_a_month_or_a_year() {
        for (from, until, fits) in [
            ("2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z", true),
            ("2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z", true),
            ("2026-04-01T00:00:00Z", "2026-07-01T00:00:00Z", false),
            ("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", true),
            // Nothing in between, nothing moved, nothing else.
            ("2026-03-01T00:00:00Z", "2026-06-01T00:00:00Z", false),
            ("2026-02-01T00:00:00Z", "2027-02-01T00:00:00Z", false),
            ("2026-01-01T00:00:00Z", "2026-03-01T00:00:00Z", false),
            ("2026-01-01T00:00:00Z", "2028-01-01T00:00:00Z", false),
            ("2026-01-02T00:00:00Z", "2026-02-02T00:00:00Z", false),
            (
                "2026-01-01T00:00:00.000001Z",
                "2026-02-01T00:00:00.000001Z",
                false,
            ),
            (
                "2026-01-01T00:00:00+01:00",
                "2026-02-01T00:00:00+01:00",
                false,
            ),
            ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", false),
            ("2026-02-01T00:00:00Z", "2026-01-01T00:00:00Z", false),
        ] {
            let asked = period(at(from), at(until));
            assert_eq!(asked.is_ok(), fits, "{from} to {until}");
        }
    }

    #[test]
    fn ages_are_told_in_the_last_year_of_the_period_that_has_begun() {
        let now = at("2026-05-03T09:30:00Z");
        for (until, expected) in [
            ("2019-01-01T00:00:00Z", 2018),
            ("2018-07-01T00:00:00Z", 2018),
            ("2027-01-01T00:00:00Z", 2026),
            ("2030-01-01T00:00:00Z", 2026),
        ] {
            assert_eq!(year(at(until), now), expected, "{until}");
        }
    }

    #[test]
    fn what_was_never_to_be_taken_up_does_not_count_against_those_who_help() {
        let signals = Signals {
            statuses: [
                (SignalStatus::Submitted, 1),
                (SignalStatus::Resolved, 4),
                (SignalStatus::Dismissed, 7),
                (SignalStatus::Withdrawn, 2),
            ]
            .into(),
            outcomes: [
                (SignalOutcome::HelpedByVolunteer, 2),
                (SignalOutcome::NoLongerNeeded, 1),
                (SignalOutcome::CouldNotHelp, 1),
            ]
            .into(),
            ..Signals::default()
        };
        assert_eq!(signals_completed(&signals), Share { part: 2, of: 4 });
        assert_eq!(signals_completed(&Signals::default()), Share::default());
    }

    #[test]
    fn a_median_of_nothing_is_none() {
        let median = |of, middle| seconds(&Median { of, middle });
        assert_eq!(median(0, [0, 0]), None);
        assert_eq!(median(1, [5, 5]), Some(5));
        assert_eq!(median(2, [5, 8]), Some(6));
    }

    #[test]
    fn a_group_that_was_seen_anywhere_is_reached() {
        let mut figures = Figures::default();
        assert_eq!(age_bands_not_reached(&figures).len(), 7);
        assert_eq!(target_groups_not_reached(&figures).len(), 9);
        figures.reach.age_bands = [(AgeBand::From85, 1), (AgeBand::Unknown, 3)].into();
        figures.reach.target_groups = [(TargetGroup::OlderPeople, 1)].into();
        figures.activities.mix = [(TargetGroup::Youth, 2), (TargetGroup::Children, 0)].into();
        figures.activities.meant_for = [(TargetGroup::Families, 1)].into();
        assert_eq!(age_bands_not_reached(&figures).len(), 6);
        let missed = target_groups_not_reached(&figures);
        assert_eq!(missed.len(), 6);
        assert!(missed.contains(&TargetGroup::Children));
    }
}
