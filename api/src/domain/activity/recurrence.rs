//! When an activity takes place: a recurrence rule (RFC 5545) written out as times.
//!
//! The `rrule` crate does the calendar's arithmetic. What it is given is read here, part by part:
//! a rule that asks for seconds, has no end, or reaches too far costs nothing, and whoever wrote it
//! is told what to change. Times keep their local hour, also across a change to summer time.

mod fit;

use std::str::FromStr;

use chrono::{
    DateTime, Month, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, TimeDelta, Utc, Weekday,
};
use chrono_tz::Tz;
use rrule::{Frequency, NWeekday, RRule, RRuleSet};

use crate::domain::refusal::{Code, Problem};

/// The most times an activity takes place.
pub const MOST: usize = 400;
/// How long after the first time the last one may be.
const REACH: TimeDelta = TimeDelta::days(5 * 366);
/// The longest rule, in characters.
const LONGEST: usize = 1_000;

/// One time an activity takes place: when it begins and when it ends.
pub type Time = (DateTime<Utc>, DateTime<Utc>);

/// A rule that was read.
#[derive(Debug)]
pub struct Rule {
    parts: RRule<rrule::Unvalidated>,
    until: Option<DateTime<Utc>>,
    except: Vec<Except>,
    text: String,
}

/// A time, or a whole day, that is left out.
#[derive(Debug)]
enum Except {
    Day(NaiveDate),
    Time(DateTime<Utc>),
}

impl Rule {
    /// The rule as it is kept: capital letters, no `RRULE:` in front.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

fn wrong(advice: &str) -> Problem {
    Problem::new(Code::Invalid, "recurrence", advice)
}

fn out_of_range(advice: &str) -> Problem {
    Problem::new(Code::OutOfRange, "recurrence", advice)
}

/// Reads a rule: one RRULE line and, if need be, EXDATE lines. Local times are those of `zone`.
///
/// # Errors
/// [`Code::Invalid`] and [`Code::OutOfRange`], each with what to write instead.
pub fn read(text: &str, zone: Tz) -> Result<Rule, Problem> {
    if text.len() > LONGEST || !text.is_ascii() {
        return Err(wrong(
            "This is no recurrence rule, or too long a one. Write at most 1,000 characters such as \
             FREQ=WEEKLY;BYDAY=TU;COUNT=10.",
        ));
    }
    let text = text.to_ascii_uppercase();
    let mut rule = None;
    let mut except = Vec::new();
    let mut kept = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some(dates) = line.strip_prefix("EXDATE") {
            exceptions(dates, zone, &mut except)?;
            kept.push(line.to_owned());
        } else if rule.is_none() {
            let parts = line.strip_prefix("RRULE:").unwrap_or(line);
            rule = Some(parts_of(parts, zone)?);
            kept.insert(0, parts.to_owned());
        } else {
            return Err(wrong(
                "Only one rule fits an activity, with EXDATE lines for the days that are left out. \
                 Propose a second activity for another rule.",
            ));
        }
    }
    let Some((rule, until)) = rule else {
        return Err(wrong(
            "There is no rule in this. Write one such as FREQ=WEEKLY;BYDAY=TU;COUNT=10, or leave \
             it out for an activity that takes place once.",
        ));
    };
    Ok(Rule {
        parts: rule,
        until,
        except,
        text: kept.join("\n"),
    })
}

/// The parts of an RRULE, `NAME=VALUE` with semicolons between.
fn parts_of(
    text: &str,
    zone: Tz,
) -> Result<(RRule<rrule::Unvalidated>, Option<DateTime<Utc>>), Problem> {
    let parts: Vec<(&str, &str)> = text
        .split(';')
        .map(|part| {
            part.split_once('=').ok_or_else(|| {
                wrong(
                    "A rule has parts NAME=VALUE with semicolons between. Write one such as \
                         FREQ=WEEKLY;BYDAY=TU;COUNT=10.",
                )
            })
        })
        .collect::<Result<_, _>>()?;
    let mut names: Vec<&str> = parts.iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    if names.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(wrong("A part of a rule can't be given twice."));
    }
    let frequency = parts.iter().find(|(name, _)| *name == "FREQ");
    let frequency = match frequency.map(|(_, value)| *value) {
        Some("DAILY") => Frequency::Daily,
        Some("WEEKLY") => Frequency::Weekly,
        Some("MONTHLY") => Frequency::Monthly,
        Some("YEARLY") => Frequency::Yearly,
        _ => {
            return Err(wrong(
                "FREQ must be DAILY, WEEKLY, MONTHLY or YEARLY: an activity takes place at most \
                 once a day.",
            ));
        }
    };
    let by_the_month = matches!(frequency, Frequency::Monthly | Frequency::Yearly);
    let (mut rule, mut until, mut counted) = (RRule::new(frequency), None, false);
    for (name, value) in parts {
        rule = match name {
            "FREQ" => rule,
            "INTERVAL" => {
                rule.interval(number(value, 1..=100, "INTERVAL lies between 1 and 100.")?)
            }
            "COUNT" => {
                counted = true;
                let advice = "COUNT lies between 1 and 400. Propose another activity for later \
                              times.";
                rule.count(number(value, 1..=400, advice)?)
            }
            "UNTIL" => {
                until = Some(until_of(value, zone)?);
                rule
            }
            "BYDAY" => rule.by_weekday(list(value, |day| weekday(day, by_the_month))?),
            "BYMONTHDAY" if frequency != Frequency::Weekly => {
                let advice = "BYMONTHDAY lists days from 1 to 31, or from -1 for the last one.";
                rule.by_month_day(list(value, |day| beside_zero(day, 31, advice))?)
            }
            "BYMONTH" => {
                let advice = "BYMONTH lists months from 1 to 12.";
                let months = list(value, |month| {
                    let month: u8 = number(month, 1..=12, advice)?;
                    Month::try_from(month).map_err(|_| wrong(advice))
                })?;
                rule.by_month(&months)
            }
            // In a week that the first time doesn't begin, the crate counts from the first time on.
            "BYSETPOS" if by_the_month => {
                let advice = "BYSETPOS lists places from 1, or from -1 for the last one.";
                rule.by_set_pos(list(value, |place| beside_zero(place, 31, advice))?)
            }
            "WKST" => rule.week_start(day(value)?),
            _ => {
                return Err(wrong(
                    "This rule has a part that doesn't fit an activity. Use FREQ, INTERVAL, COUNT, \
                     UNTIL, BYDAY, BYMONTHDAY (not WEEKLY), BYMONTH, BYSETPOS (MONTHLY and \
                     YEARLY) and WKST; `startsAt` says at what time.",
                ));
            }
        };
    }
    let picks_days = !rule.get_by_weekday().is_empty() || !rule.get_by_month_day().is_empty();
    if !rule.get_by_set_pos().is_empty() && !picks_days {
        return Err(wrong(
            "BYSETPOS picks among days. Add BYDAY or BYMONTHDAY, or leave it out.",
        ));
    }
    match (counted, until) {
        (true, Some(_)) => Err(wrong(
            "A rule ends in one way. Remove COUNT to go by the last day, or UNTIL to go by the \
             number of times.",
        )),
        (false, None) => Err(wrong(
            "A rule ends. Add COUNT=10 for ten times, or UNTIL=20271231 for the last day; at most \
             400 times.",
        )),
        _ => Ok((rule, until)),
    }
}

fn number<N>(text: &str, range: std::ops::RangeInclusive<N>, advice: &str) -> Result<N, Problem>
where
    N: FromStr + PartialOrd,
{
    text.parse()
        .ok()
        .filter(|number| range.contains(number))
        .ok_or_else(|| out_of_range(advice))
}

/// From 1 to `most`, or as much below zero.
fn beside_zero<N>(text: &str, most: i8, advice: &str) -> Result<N, Problem>
where
    N: From<i8>,
{
    let number = number(text, -most..=most, advice)?;
    if number == 0 {
        return Err(out_of_range(advice));
    }
    Ok(number.into())
}

fn list<T>(text: &str, read: impl Fn(&str) -> Result<T, Problem>) -> Result<Vec<T>, Problem> {
    text.split(',').map(read).collect()
}

fn day(text: &str) -> Result<Weekday, Problem> {
    Ok(match text {
        "MO" => Weekday::Mon,
        "TU" => Weekday::Tue,
        "WE" => Weekday::Wed,
        "TH" => Weekday::Thu,
        "FR" => Weekday::Fri,
        "SA" => Weekday::Sat,
        "SU" => Weekday::Sun,
        _ => return Err(wrong("Days are written MO, TU, WE, TH, FR, SA, SU.")),
    })
}

/// `TU`, or in a rule by the month `1TU` for the first and `-1TU` for the last one.
fn weekday(text: &str, by_the_month: bool) -> Result<NWeekday, Problem> {
    let (which, name) = text.split_at(text.len().saturating_sub(2));
    let name = day(name)?;
    if which.is_empty() {
        return Ok(NWeekday::Every(name));
    }
    let advice = "BYDAY has a number before the day only with FREQ=MONTHLY or YEARLY: 1TU is the \
                  first Tuesday, -1TU the last one, up to 53.";
    if !by_the_month {
        return Err(wrong(advice));
    }
    Ok(NWeekday::Nth(beside_zero(which, 53, advice)?, name))
}

/// `20271231`, `20271231T170000` in local time, or `20271231T160000Z`. A day counts to its end.
fn until_of(text: &str, zone: Tz) -> Result<DateTime<Utc>, Problem> {
    const LAST_SECOND: Option<NaiveTime> = NaiveTime::from_hms_opt(23, 59, 59);
    let at = match moment(text, zone) {
        Some(Except::Time(at)) => Some(at),
        Some(Except::Day(day)) => LAST_SECOND.and_then(|last| utc(day.and_time(last), zone)),
        None => None,
    };
    at.ok_or_else(|| wrong("UNTIL is a day such as 20271231, or a time such as 20271231T160000Z."))
}

/// The dates of an EXDATE line, from its parameters on.
fn exceptions(text: &str, zone: Tz, except: &mut Vec<Except>) -> Result<(), Problem> {
    let advice = "EXDATE lists days such as EXDATE:20271224,20271231, or times such as \
                  EXDATE:20271224T160000Z. Local times are those of `timeZone`.";
    let Some(("" | ";VALUE=DATE" | ";VALUE=DATE-TIME", dates)) = text.split_once(':') else {
        return Err(wrong(advice));
    };
    for date in dates.split(',') {
        except.push(moment(date, zone).ok_or_else(|| wrong(advice))?);
    }
    Ok(())
}

fn moment(text: &str, zone: Tz) -> Option<Except> {
    if let Ok(day) = NaiveDate::parse_from_str(text, "%Y%m%d") {
        return (text.len() == 8).then_some(Except::Day(day));
    }
    let (local, in_utc) = match text.strip_suffix('Z') {
        Some(local) => (local, true),
        None => (text, false),
    };
    let local = NaiveDateTime::parse_from_str(local, "%Y%m%dT%H%M%S").ok()?;
    let at = if in_utc {
        local.and_utc()
    } else {
        utc(local, zone)?
    };
    Some(Except::Time(at))
}

/// A local time as a moment. One that a change to summer time skips is an hour later; of one that
/// comes twice it is the first.
fn utc(local: NaiveDateTime, zone: Tz) -> Option<DateTime<Utc>> {
    let zoned = |local: NaiveDateTime| local.and_local_timezone(zone).earliest();
    let skipped = || zoned(local.checked_add_signed(TimeDelta::hours(1))?);
    Some(zoned(local).or_else(skipped)?.to_utc())
}

/// The times of an activity of which `first` is the first one: that one alone without a rule. Each
/// begins and ends at the same local hour.
///
/// # Errors
/// [`Code::Invalid`] when the rule doesn't begin with the first time, or leaves out what it doesn't
/// have; [`Code::OutOfRange`] when it has more than [`MOST`], or reaches further than five years.
pub fn times(first: Time, zone: Tz, rule: Option<&Rule>) -> Result<Vec<Time>, Problem> {
    let Some(rule) = rule else {
        return Ok(vec![first]);
    };
    let start = first.0.with_timezone(&rrule::Tz::from(zone));
    let too_far = || {
        out_of_range(
            "This rule reaches further than five years. End it earlier; later times are another \
             activity's.",
        )
    };
    let reach = first.0 + REACH;
    if rule.until.is_some_and(|until| until > reach) {
        return Err(too_far());
    }
    let until = rule.until.unwrap_or(reach).with_timezone(&rrule::Tz::UTC);
    let bounded = rule.parts.clone().until(until).validate(start);
    let bounded = bounded.map_err(|_| {
        wrong("The parts of this rule contradict each other, or it ends before it begins.")
    })?;
    let elsewhere = || {
        wrong(
            "The rule doesn't begin with `startsAt`. Let `startsAt` be the first time it takes \
             place, on a day of the rule.",
        )
    };
    // A rule that fits no day would be searched for years: one that fits this day isn't such a rule.
    if !fit::begins_on(&rule.parts, first.0.with_timezone(&zone).date_naive()) {
        return Err(elsewhere());
    }
    let wanted = bounded.get_count();
    let starts: Vec<DateTime<Utc>> = RRuleSet::new(start)
        .rrule(bounded)
        .limit()
        .into_iter()
        .take(MOST + 1)
        .map(|at| at.to_utc())
        .collect();
    if starts.first() != Some(&first.0) {
        return Err(elsewhere());
    }
    if starts.len() > MOST {
        return Err(out_of_range(
            "This rule has more than 400 times. End it earlier; later times are another activity's.",
        ));
    }
    if wanted.is_some_and(|wanted| usize::try_from(wanted) != Ok(starts.len())) {
        return Err(too_far());
    }
    if let Some(idle) = rule.except.iter().find(|one| !one.fits(&starts, zone)) {
        return Err(wrong(&idle.leaves_nothing_out()));
    }
    let lasts =
        first.1.with_timezone(&zone).naive_local() - first.0.with_timezone(&zone).naive_local();
    let times: Vec<Time> = starts
        .into_iter()
        .filter(|at| !rule.leaves_out(*at, zone))
        .filter_map(|at| {
            let ends = at
                .with_timezone(&zone)
                .naive_local()
                .checked_add_signed(lasts)?;
            Some((at, utc(ends, zone).filter(|ends| *ends > at)?))
        })
        .collect();
    if times.first().map(|time| time.0) != Some(first.0) {
        return Err(wrong(
            "EXDATE leaves out the first time. Let `startsAt` be the first time it takes place.",
        ));
    }
    Ok(times)
}

impl Rule {
    fn leaves_out(&self, at: DateTime<Utc>, zone: Tz) -> bool {
        self.except.iter().any(|except| except.is(at, zone))
    }
}

impl Except {
    fn is(&self, at: DateTime<Utc>, zone: Tz) -> bool {
        match self {
            Self::Day(day) => *day == at.with_timezone(&zone).date_naive(),
            Self::Time(time) => *time == at,
        }
    }

    /// Whether it leaves out one of these.
    fn fits(&self, starts: &[DateTime<Utc>], zone: Tz) -> bool {
        starts.iter().any(|at| self.is(*at, zone))
    }

    /// What to do about one that leaves nothing out: somebody would stand before a closed door.
    fn leaves_nothing_out(&self) -> String {
        match self {
            Self::Day(day) => format!(
                "EXDATE names {day}, on which this rule gives no time, so that nothing is left out. \
                 Name a day on which it would take place, or take {day} out of EXDATE."
            ),
            Self::Time(at) => {
                let at = at.to_rfc3339_opts(SecondsFormat::Secs, true);
                format!(
                    "EXDATE names {at}, at which no time of this rule begins, so that nothing is \
                     left out. Name the day alone, such as EXDATE:20271224, or take it out of \
                     EXDATE."
                )
            }
        }
    }
}

#[cfg(test)]
mod tests;
