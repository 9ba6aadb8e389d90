//! Recurrence rules (RFC 5545) of any text: refused with advice, or written out as times that hold to
//! what an activity promises.

use std::{cell::Cell, collections::BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use nabij_api::domain::activity::recurrence::{self, MOST};
use proptest::{collection::vec, prelude::*, sample::select};

use super::{run, text};

const ZONES: [chrono_tz::Tz; 3] = [
    chrono_tz::Europe::Brussels,
    chrono_tz::Europe::Amsterdam,
    // Half an hour of summer time, on the other side of the year.
    chrono_tz::Australia::Lord_Howe,
];

/// A part as it should be, or of any words.
fn part() -> impl Strategy<Value = String> {
    let sensible = select(
        &[
            "INTERVAL=1",
            "INTERVAL=3",
            "BYDAY=MO,TU,WE,TH,FR",
            "BYDAY=MO,TU,WE,TH,FR,SA,SU",
            "BYDAY=SA,SU",
            "BYMONTH=3,6,9,12",
            "BYMONTHDAY=1,2,3,4,5,6,7,28,29,30,31",
            "BYSETPOS=1",
            "BYSETPOS=-1",
            "WKST=MO",
            "WKST=SU",
        ][..],
    );
    let name = select(
        &[
            "COUNT",
            "UNTIL",
            "INTERVAL",
            "BYDAY",
            "BYMONTH",
            "BYMONTHDAY",
            "BYSETPOS",
            "BYYEARDAY",
            "BYWEEKNO",
            "BYHOUR",
            "BYSECOND",
            "BYEASTER",
            "WKST",
            "RRULE:FREQ",
        ][..],
    );
    let value = select(
        &[
            "SECONDLY",
            "MO",
            "WE,FR",
            "1MO",
            "-1SU",
            "53TU",
            "-0WE",
            "-1",
            "0",
            "31",
            "366",
            "65536",
            "4294967296",
            "20260601T000000Z",
            "99991231T235959Z",
            "00000000",
            "",
        ][..],
    );
    prop_oneof![
        6 => sensible.prop_map(str::to_owned),
        1 => (name, value).prop_map(|(name, value)| format!("{name}={value}")),
    ]
}

/// Something like a rule.
fn rule() -> impl Strategy<Value = String> {
    let begin = select(&["FREQ=DAILY", "FREQ=WEEKLY", "FREQ=MONTHLY", "FREQ=YEARLY"][..]);
    let end = prop_oneof![
        4 => (1..60_u16).prop_map(|count| format!(";COUNT={count}")),
        3 => (2026..2037_u16, 1..13_u8).prop_map(|(y, m)| format!(";UNTIL={y}{m:02}15T120000Z")),
        1 => Just(String::new()),
    ];
    let parts = vec(part().prop_map(|part| format!(";{part}")), 0..4);
    (begin, end, parts).prop_map(|(begin, end, parts)| begin.to_owned() + &end + &parts.concat())
}

/// How many days after the first time one is left out: often a day of the rule, sometimes the first
/// one or one before it.
fn left_out() -> impl Strategy<Value = Vec<i64>> {
    let days = prop_oneof![6 => select(&[1_i64, 2, 7, 14, 28][..]), 1 => -1..400_i64];
    prop_oneof![2 => Just(Vec::new()), 1 => vec(days, 1..3)]
}

/// Any minute of ten years around summer time's beginnings and ends.
fn moment() -> impl Strategy<Value = DateTime<Utc>> {
    (0..10 * 366 * 24 * 60_i64).prop_map(|minutes| {
        let begin = DateTime::from_timestamp(1_767_225_600, 0).expect("2026");
        begin + TimeDelta::minutes(minutes)
    })
}

#[test]
fn recurrences_take_any_text() {
    let rule = prop_oneof![4 => rule(), 1 => text()];
    let lasts = (1..2 * 24 * 60_i64).prop_map(TimeDelta::minutes);
    let case = (rule, moment(), lasts, select(&ZONES[..]), left_out());
    let (all, written, skipping) = (Cell::new(0_u32), Cell::new(0_u32), Cell::new(0_u32));
    run(3_000, &case, |(rule, starts, lasts, zone, left_out)| {
        all.set(all.get() + 1);
        let day = |at: DateTime<Utc>| at.with_timezone(&zone).date_naive();
        let left_out: Vec<_> = left_out
            .into_iter()
            .map(|days| day(starts) + TimeDelta::days(days))
            .collect();
        let except = left_out
            .iter()
            .map(|day| day.format("\nEXDATE;VALUE=DATE:%Y%m%d").to_string());
        let without = rule.clone();
        let rule = rule + &except.collect::<String>();
        let first = (starts, starts + lasts);
        let read = match recurrence::read(&rule, zone) {
            Ok(read) => read,
            Err(problem) => {
                assert!(!problem.message.is_empty());
                return;
            }
        };
        let Ok(times) = recurrence::times(first, zone, Some(&read)) else {
            return;
        };
        written.set(written.get() + 1);
        assert!(times.len() <= MOST, "{rule}: {}", times.len());
        assert!(times.windows(2).all(|pair| pair[0].0 < pair[1].0), "{rule}");
        assert!(times.iter().all(|(begins, ends)| begins < ends), "{rule}");
        let last = times.iter().map(|time| time.0).max().unwrap_or(starts);
        assert!(last - starts <= TimeDelta::days(5 * 366), "{rule}: {last}");
        assert!(
            times.iter().all(|time| !left_out.contains(&day(time.0))),
            "{rule}"
        );
        // Each day that is left out is one less: a slip of the pen is refused.
        if !left_out.is_empty() {
            skipping.set(skipping.get() + 1);
            let unskipped = recurrence::read(&without, zone).expect("it is the same rule");
            let unskipped = recurrence::times(first, zone, Some(&unskipped)).expect("it too");
            let days = left_out.iter().collect::<BTreeSet<_>>().len();
            assert!(times.len() + days <= unskipped.len(), "{rule}");
        }
        // What is kept means the same.
        let again = recurrence::read(read.text(), zone).expect("it was read before");
        let again = recurrence::times(first, zone, Some(&again));
        assert_eq!(again.expect("it was written out before"), times, "{rule}");
    });
    let (all, written) = (all.get(), written.get());
    assert!(written * 20 > all, "{written} of {all} were rules");
    let skipping = skipping.get();
    assert!(skipping * 100 > all, "{skipping} of {all} left days out");
}
