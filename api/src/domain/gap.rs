//! Gaps in the calendar: a neighbourhood, a target group and a period without an activity (story W5).
//! They are found, and an activity is proposed into one.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use nabij_entity::vocabulary::{Country, TargetGroup};
use uuid::Uuid;

use super::refusal::{Code, Outcome, Problem};
use crate::store::{
    Cx, Failure, Tx,
    booking::Span,
    gap::{Covered, Places},
};

/// The longest time that is looked at: a year and a day, so that a whole year fits.
const LONGEST: TimeDelta = TimeDelta::days(366);
/// The most neighbourhoods, and the most cells, of one answer.
const MOST_PLACES: usize = 100;
const MOST_CELLS: usize = 2_000;

/// How long the parts are into which a time is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// From Monday to Monday.
    Week,
    /// Calendar months.
    Month,
    /// January to March, and so on.
    Quarter,
    /// Calendar years.
    Year,
}

/// Where to look for gaps, and when.
#[derive(Debug)]
pub struct Question {
    /// In this municipality.
    pub municipality: Option<Uuid>,
    /// In these neighbourhoods.
    pub neighbourhoods: Option<Vec<Uuid>>,
    /// For these groups; all but everyone when left out.
    pub target_groups: Option<Vec<TargetGroup>>,
    /// From when until when, exclusive.
    pub time: Span,
    /// Divided into parts of this length.
    pub by: Option<Step>,
}

/// A place, a group and a time without an activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Where.
    pub neighbourhood: Uuid,
    /// For whom there is nothing.
    pub target_group: TargetGroup,
    /// When.
    pub time: Span,
    /// How often something for everyone takes place there and then.
    pub for_everyone: u64,
}

/// Why a question about gaps isn't answered.
#[derive(Debug)]
pub enum NoAnswer {
    /// What to ask instead.
    Advice(&'static str),
    /// The database failed.
    Failure(Failure),
}

impl From<Failure> for NoAnswer {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

/// Finds the gaps: by time, then by the neighbourhood's name, then in the order of the groups.
///
/// # Errors
/// [`NoAnswer`].
pub async fn find(cx: &Cx, question: Question) -> Result<Vec<Gap>, NoAnswer> {
    let Question {
        municipality,
        neighbourhoods,
        target_groups,
        time,
        by,
    } = question;
    if municipality.is_none() && neighbourhoods.is_none() {
        return Err(NoAnswer::Advice(
            "Say where to look: give `municipality`, `neighbourhoods` or both.",
        ));
    }
    if time.ends_at <= time.starts_at || time.ends_at - time.starts_at > LONGEST {
        return Err(NoAnswer::Advice(
            "`until` lies after `from`, by at most 366 days. Ask for a longer time in parts.",
        ));
    }
    let Places {
        neighbourhoods,
        country,
    } = cx.places(municipality, neighbourhoods.as_deref()).await?;
    let Some(country) = country else {
        return Ok(Vec::new());
    };
    let groups = groups(target_groups);
    let parts = parts(time, by, country);
    let cells = neighbourhoods.len() * groups.len() * parts.len();
    if neighbourhoods.len() > MOST_PLACES || cells > MOST_CELLS {
        return Err(NoAnswer::Advice(
            "This is more than is answered at once: at most 100 neighbourhoods, and at most 2,000 \
             times neighbourhoods, groups and periods. Ask for fewer of them.",
        ));
    }
    let covered = cx.covered(&neighbourhoods, &parts).await?;
    Ok(gaps(&neighbourhoods, &groups, &parts, &covered))
}

/// The groups asked for, each once; all of them but everyone when none is named.
fn groups(wanted: Option<Vec<TargetGroup>>) -> Vec<TargetGroup> {
    use TargetGroup as G;
    let Some(wanted) = wanted else {
        return vec![
            G::Children,
            G::Youth,
            G::OlderPeople,
            G::Families,
            G::MigrationBackground,
            G::OtherLanguage,
            G::Poverty,
            G::InformalCarers,
            G::LivingAlone,
        ];
    };
    let mut groups = Vec::new();
    for group in wanted {
        if !groups.contains(&group) {
            groups.push(group);
        }
    }
    groups
}

/// The parts of a time: cut where a week, a month, a quarter or a year begins in that country.
fn parts(time: Span, by: Option<Step>, country: Country) -> Vec<Span> {
    let zone = match country {
        Country::Be => Tz::Europe__Brussels,
        Country::Nl => Tz::Europe__Amsterdam,
    };
    let mut parts = Vec::new();
    let mut from = time.starts_at;
    while from < time.ends_at {
        let next = by.and_then(|by| next_cut(from, by, zone));
        let until = next.map_or(time.ends_at, |next| next.min(time.ends_at));
        parts.push(Span {
            starts_at: from,
            ends_at: until,
        });
        from = until;
    }
    parts
}

/// When the next week, month, quarter or year begins.
fn next_cut(at: DateTime<Utc>, by: Step, zone: Tz) -> Option<DateTime<Utc>> {
    let day = at.with_timezone(&zone).date_naive();
    let first = |months: u32| {
        let month = NaiveDate::from_ymd_opt(day.year(), day.month(), 1)?;
        month.checked_add_months(Months::new(months))
    };
    let next = match by {
        Step::Week => {
            let gone = u64::from(day.weekday().num_days_from_monday());
            day.checked_add_days(Days::new(7 - gone))
        }
        Step::Month => first(1),
        Step::Quarter => first(3 - day.month0() % 3),
        Step::Year => first(12 - day.month0()),
    }?;
    let midnight = zone.from_local_datetime(&next.and_time(NaiveTime::MIN));
    // Neither country changes to summer time at midnight.
    let midnight = midnight.earliest()?.with_timezone(&Utc);
    (midnight > at).then_some(midnight)
}

fn gaps(
    neighbourhoods: &[Uuid],
    groups: &[TargetGroup],
    parts: &[Span],
    covered: &[Covered],
) -> Vec<Gap> {
    let mut gaps = Vec::new();
    for (number, time) in parts.iter().enumerate() {
        for neighbourhood in neighbourhoods {
            let here: Vec<&Covered> = covered
                .iter()
                .filter(|row| row.part == number && row.neighbourhood == *neighbourhood)
                .collect();
            let times = |group: TargetGroup| -> u64 {
                let for_group = here.iter().filter(|row| row.target_groups.contains(&group));
                for_group.map(|row| row.times).sum()
            };
            let for_everyone = times(TargetGroup::Everyone);
            let open = groups.iter().filter(|group| times(**group) == 0);
            gaps.extend(open.map(|group| Gap {
                neighbourhood: *neighbourhood,
                target_group: *group,
                time: *time,
                for_everyone,
            }));
        }
    }
    gaps
}

/// The gap into which an activity is proposed: where it takes place, for whom and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ToFill {
    /// For whom there is nothing yet.
    pub target_group: TargetGroup,
    /// When.
    pub time: Span,
}

/// That it is a gap at this moment, and that the activity is meant for that group and begins within
/// that time at least once.
///
/// # Errors
/// [`Code::AlreadyExists`] when there is an activity by now, [`Code::OutOfRange`] and
/// [`Code::Invalid`] when the gap or the activity doesn't fit.
pub(super) async fn check(
    tx: &Tx,
    neighbourhood: Uuid,
    gap: ToFill,
    meant_for: &[TargetGroup],
    times: &[(DateTime<Utc>, DateTime<Utc>)],
) -> Outcome<()> {
    let (from, until) = (gap.time.starts_at, gap.time.ends_at);
    let problem = |code, path: &str, advice: &str| Err(Problem::new(code, path, advice).into());
    if until <= from || until - from > LONGEST {
        return problem(
            Code::OutOfRange,
            "gap.until",
            "A gap ends after it begins, at most 366 days later. Take it from `activityGaps`.",
        );
    }
    if !meant_for.contains(&gap.target_group) {
        return problem(
            Code::Invalid,
            "gap.targetGroup",
            "The activity isn't meant for the group of this gap. Add it to `targetGroups`, or leave \
             `gap` out.",
        );
    }
    if !times
        .iter()
        .any(|(begins, _)| (from..until).contains(begins))
    {
        return problem(
            Code::Invalid,
            "gap.from",
            "The activity doesn't begin within this gap. Choose another time, or leave `gap` out.",
        );
    }
    if tx
        .times_for(neighbourhood, gap.target_group, (from, until))
        .await?
        > 0
    {
        return problem(
            Code::AlreadyExists,
            "gap",
            "There is an activity for this group already at that time: it isn't a gap any more. Ask \
             `activityGaps` again, or leave `gap` out.",
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use nabij_entity::SetOf;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a time")
    }

    fn time(from: &str, until: &str) -> Span {
        Span {
            starts_at: at(from),
            ends_at: at(until),
        }
    }

    #[test]
    fn parts_begin_where_a_calendar_does_and_follow_each_other() {
        let spring = time("2026-03-04T09:00:00Z", "2026-07-02T00:00:00Z");
        let starts = |by| -> Vec<String> {
            let parts = parts(spring, by, Country::Nl);
            assert_eq!(parts[0].starts_at, spring.starts_at);
            assert_eq!(parts[parts.len() - 1].ends_at, spring.ends_at);
            for pair in parts.windows(2) {
                assert_eq!(pair[0].ends_at, pair[1].starts_at);
            }
            parts
                .iter()
                .skip(1)
                .map(|part| part.starts_at.to_rfc3339())
                .collect()
        };
        assert_eq!(starts(None), Vec::<String>::new());
        // The hour changes on 29 March.
        assert_eq!(
            starts(Some(Step::Month)),
            [
                "2026-03-31T22:00:00+00:00",
                "2026-04-30T22:00:00+00:00",
                "2026-05-31T22:00:00+00:00",
                "2026-06-30T22:00:00+00:00",
            ]
        );
        assert_eq!(
            starts(Some(Step::Quarter)),
            ["2026-03-31T22:00:00+00:00", "2026-06-30T22:00:00+00:00"]
        );
        assert_eq!(starts(Some(Step::Year)), Vec::<String>::new());
        let weeks = starts(Some(Step::Week));
        assert_eq!(weeks[0], "2026-03-08T23:00:00+00:00");
        assert_eq!(weeks[3], "2026-03-29T22:00:00+00:00");
        assert_eq!(weeks.len(), 17);
    }

    #[test]
    fn a_gap_is_where_there_is_nothing_for_that_group() {
        use TargetGroup as G;
        let places = [Uuid::from_u128(1), Uuid::from_u128(2)];
        let parts = [
            time("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z"),
            time("2026-04-01T00:00:00Z", "2026-05-01T00:00:00Z"),
        ];
        let covered = [
            Covered {
                part: 0,
                neighbourhood: places[0],
                target_groups: SetOf::from_iter([G::Children, G::Families]),
                times: 3,
            },
            Covered {
                part: 1,
                neighbourhood: places[1],
                target_groups: SetOf::from_iter([G::Everyone]),
                times: 2,
            },
        ];
        let found = gaps(&places, &[G::Children, G::Youth], &parts, &covered);
        let told: Vec<(usize, Uuid, G, u64)> = found
            .iter()
            .map(|gap| {
                let part = usize::from(gap.time == parts[1]);
                (part, gap.neighbourhood, gap.target_group, gap.for_everyone)
            })
            .collect();
        assert_eq!(
            told,
            [
                (0, places[0], G::Youth, 0),
                (0, places[1], G::Children, 0),
                (0, places[1], G::Youth, 0),
                (1, places[0], G::Children, 0),
                (1, places[0], G::Youth, 0),
                (1, places[1], G::Children, 2),
                (1, places[1], G::Youth, 2),
            ]
        );
    }
}
