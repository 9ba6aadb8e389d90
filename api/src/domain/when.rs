//! Points in time that people give for what has happened.

use chrono::{DateTime, Datelike, NaiveDate, Utc};

use super::refusal::{Code, Problem};

/// Nothing that is recorded happened before this year; an earlier one is a slip of the pen.
const EARLIEST: i32 = 1900;

/// When something took place: `at`, or now when it was left out.
///
/// # Errors
/// [`Code::OutOfRange`] for the future and for times before 1900.
pub fn moment(
    path: &str,
    at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<DateTime<Utc>, Problem> {
    match at {
        None => Ok(now),
        Some(at) if at <= now && at.year() >= EARLIEST => Ok(at),
        Some(_) => Err(out_of_range(path)),
    }
}

/// On which day something took place: `on`, or today (in UTC) when it was left out.
///
/// # Errors
/// [`Code::OutOfRange`] for days to come and for days before 1900.
pub fn day(path: &str, on: Option<NaiveDate>, now: DateTime<Utc>) -> Result<NaiveDate, Problem> {
    let today = now.date_naive();
    match on {
        None => Ok(today),
        Some(on) if on <= today && on.year() >= EARLIEST => Ok(on),
        Some(_) => Err(out_of_range(path)),
    }
}

fn out_of_range(path: &str) -> Problem {
    Problem::new(
        Code::OutOfRange,
        path,
        "This can't lie in the future, nor before 1900. Check the date, or leave it out for now.",
    )
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a time")
    }

    #[test]
    fn what_is_left_out_is_now() {
        let now = at("2026-05-03T09:30:00Z");
        assert_eq!(moment("at", None, now), Ok(now));
        assert_eq!(day("on", None, now), Ok(now.date_naive()));
    }

    #[test]
    fn the_past_and_the_present_count_and_the_future_does_not() {
        let now = at("2026-05-03T09:30:00Z");
        let micro = TimeDelta::microseconds(1);
        for (given, fits) in [
            (now, true),
            (now - TimeDelta::days(400), true),
            (now + micro, false),
            (at("1900-01-01T00:00:00Z"), true),
            (at("1899-12-31T23:59:59Z"), false),
        ] {
            let read = moment("at", Some(given), now);
            assert_eq!(read.is_ok(), fits, "{given}");
            if let Err(problem) = read {
                assert_eq!(problem.code, Code::OutOfRange);
            }
        }
        let today = now.date_naive();
        assert_eq!(day("on", Some(today), now), Ok(today));
        let tomorrow = today.succ_opt().expect("a day");
        assert_eq!(
            day("on", Some(tomorrow), now).map_err(|problem| problem.code),
            Err(Code::OutOfRange)
        );
    }
}
