//! Whether a rule fits a day, without looking any further.

use chrono::{Datelike, Days, NaiveDate};
use rrule::{Frequency, NWeekday, RRule, Unvalidated};

type Parts = RRule<Unvalidated>;

/// Whether an activity that recurs by these parts can begin on this day: the day is one of theirs.
pub(super) fn begins_on(parts: &Parts, first: NaiveDate) -> bool {
    fits(parts, first) && is_picked(parts, first)
}

/// Whether the day is in the months, on the days of the month and on the weekdays of the rule.
fn fits(parts: &Parts, day: NaiveDate) -> bool {
    let (months, days) = (parts.get_by_month(), parts.get_by_month_day());
    let weekdays = parts.get_by_weekday();
    let from_the_start = i64::from(day.day());
    let from_the_end = from_the_start - i64::from(day.num_days_in_month()) - 1;
    let on_day = |wanted: &i8| [from_the_start, from_the_end].contains(&i64::from(*wanted));
    (months.is_empty() || months.iter().any(|month| u32::from(*month) == day.month()))
        && (days.is_empty() || days.iter().any(on_day))
        && (weekdays.is_empty() || weekdays.iter().any(|wanted| is_that(parts, *wanted, day)))
}

/// Whether the day is this weekday: of a year, if the rule goes by the year and names no months,
/// otherwise of a month.
fn is_that(parts: &Parts, wanted: NWeekday, day: NaiveDate) -> bool {
    let of_year = parts.get_freq() == Frequency::Yearly && parts.get_by_month().is_empty();
    let (number, length) = if of_year {
        (i64::from(day.ordinal()), i64::from(days_of_year(day)))
    } else {
        (i64::from(day.day()), i64::from(day.num_days_in_month()))
    };
    match wanted {
        NWeekday::Every(weekday) => day.weekday() == weekday,
        NWeekday::Nth(nth, weekday) => {
            let from_the_start = (number - 1) / 7 + 1;
            let from_the_end = -((length - number) / 7 + 1);
            day.weekday() == weekday && [from_the_start, from_the_end].contains(&i64::from(nth))
        }
    }
}

fn days_of_year(day: NaiveDate) -> u16 {
    if day.leap_year() { 366 } else { 365 }
}

/// Whether BYSETPOS picks the day among those of its month, or of its year if the rule goes by it.
fn is_picked(parts: &Parts, day: NaiveDate) -> bool {
    let places = parts.get_by_set_pos();
    if places.is_empty() {
        return true;
    }
    let back = |days: u32| day.checked_sub_days(Days::new(days.into())).unwrap_or(day);
    let of_year = parts.get_freq() == Frequency::Yearly;
    let (first, length) = if of_year {
        (back(day.ordinal0()), days_of_year(day))
    } else {
        (back(day.day0()), day.num_days_in_month().into())
    };
    let those = first
        .iter_days()
        .take(length.into())
        .filter(|day| fits(parts, *day));
    let those: Vec<NaiveDate> = those.collect();
    let Some(place) = those.iter().position(|one| *one == day) else {
        return false;
    };
    places.iter().any(|wanted| match usize::try_from(*wanted) {
        Ok(wanted) => wanted == place + 1,
        Err(_) => usize::try_from(-wanted).is_ok_and(|wanted| wanted == those.len() - place),
    })
}
