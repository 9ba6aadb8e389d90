use std::time::Instant;

use super::*;

const BRUSSELS: Tz = Tz::Europe__Brussels;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("a time")
}

/// Of an activity that takes two hours from `start`.
fn written_out(start: &str, rule: &str) -> Result<Vec<Time>, Problem> {
    let first = (at(start), at(start) + TimeDelta::hours(2));
    let rule = read(rule, BRUSSELS)?;
    times(first, BRUSSELS, Some(&rule))
}

fn starts(start: &str, rule: &str) -> Vec<String> {
    written_out(start, rule)
        .unwrap_or_else(|problem| panic!("{rule}: {}", problem.message))
        .iter()
        .map(|time| time.0.format("%F %R").to_string())
        .collect()
}

#[test]
fn a_weekly_activity_keeps_its_hour_across_summer_time() {
    // Tuesdays at 14:00 in Brussels; summer time begins on 29 March 2026.
    let times = starts("2026-03-17T13:00:00Z", "FREQ=WEEKLY;COUNT=4");
    assert_eq!(
        times,
        [
            "2026-03-17 13:00",
            "2026-03-24 13:00",
            "2026-03-31 12:00",
            "2026-04-07 12:00"
        ]
    );
    let autumn = starts("2026-10-20T12:00:00Z", "RRULE:FREQ=WEEKLY;UNTIL=20261027");
    assert_eq!(autumn, ["2026-10-20 12:00", "2026-10-27 13:00"]);
}

#[test]
fn an_activity_at_night_ends_at_the_same_hour_too() {
    let first = (at("2026-03-21T21:00:00Z"), at("2026-03-22T02:00:00Z"));
    let rule = read("FREQ=WEEKLY;COUNT=2", BRUSSELS).expect("a rule");
    let times = times(first, BRUSSELS, Some(&rule)).expect("times");
    // From ten till three: an hour less in the night to 29 March.
    assert_eq!(
        times[1],
        (at("2026-03-28T21:00:00Z"), at("2026-03-29T01:00:00Z"))
    );
}

#[test]
fn months_go_by_their_weekdays() {
    let first_saturdays = starts("2026-06-06T12:00:00Z", "FREQ=MONTHLY;BYDAY=1SA;COUNT=3");
    assert_eq!(
        first_saturdays,
        ["2026-06-06 12:00", "2026-07-04 12:00", "2026-08-01 12:00"]
    );
    let last_working_days = "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;UNTIL=20260731T235959Z";
    assert_eq!(
        starts("2026-05-29T12:00:00Z", last_working_days),
        ["2026-05-29 12:00", "2026-06-30 12:00", "2026-07-31 12:00"]
    );
    assert_eq!(
        starts("2026-02-28T12:00:00Z", "FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=2"),
        ["2026-02-28 12:00", "2026-03-31 11:00"]
    );
}

#[test]
fn some_days_are_left_out() {
    let rule = "FREQ=WEEKLY;COUNT=4\nEXDATE:20260609\nEXDATE:20260616T140000";
    assert_eq!(
        starts("2026-06-02T12:00:00Z", rule),
        ["2026-06-02 12:00", "2026-06-23 12:00"]
    );
    let read = read("rrule:freq=weekly;count=4\r\nexdate:20260609\r\n", BRUSSELS).expect("a rule");
    assert_eq!(read.text(), "FREQ=WEEKLY;COUNT=4\nEXDATE:20260609");
}

#[test]
fn a_rule_without_a_rule_is_once() {
    let first = (at("2026-06-02T12:00:00Z"), at("2026-06-02T14:00:00Z"));
    assert_eq!(times(first, BRUSSELS, None).expect("one time"), [first]);
}

#[test]
fn what_does_not_fit_is_refused_with_what_to_do() {
    for (rule, code) in [
        ("", Code::Invalid),
        ("every tuesday", Code::Invalid),
        ("FREQ=SECONDLY;COUNT=10", Code::Invalid),
        ("FREQ=MINUTELY;COUNT=10", Code::Invalid),
        ("FREQ=HOURLY;UNTIL=20261231", Code::Invalid),
        ("COUNT=10", Code::Invalid),
        ("FREQ=WEEKLY", Code::Invalid),
        ("FREQ=WEEKLY;COUNT=2;UNTIL=20261231", Code::Invalid),
        ("FREQ=WEEKLY;COUNT=2;COUNT=3", Code::Invalid),
        ("FREQ=WEEKLY;COUNT=2;BYHOUR=1,2,3", Code::Invalid),
        ("FREQ=WEEKLY;COUNT=2;BYSECOND=1,2,3", Code::Invalid),
        ("FREQ=YEARLY;COUNT=2;BYEASTER=1", Code::Invalid),
        ("FREQ=WEEKLY;COUNT=2;BYDAY=1TU", Code::Invalid),
        ("FREQ=MONTHLY;COUNT=2;BYDAY=99TU", Code::OutOfRange),
        ("FREQ=WEEKLY;COUNT=2;BYDAY=XX", Code::Invalid),
        ("FREQ=WEEKLY;COUNT=2;BYDAY=", Code::Invalid),
        ("FREQ=WEEKLY;COUNT=2;BYDAY=U", Code::Invalid),
        ("FREQ=WEEKLY;BYDAY=TU;COUNT=2;BYSETPOS=1", Code::Invalid),
        ("FREQ=MONTHLY;BYMONTH=6;COUNT=2;BYSETPOS=1", Code::Invalid),
        ("FREQ=MONTHLY;BYDAY=TU;COUNT=2;BYSETPOS=2", Code::Invalid),
        ("FREQ=MONTHLY;BYDAY=2TU;COUNT=2", Code::Invalid),
        ("FREQ=MONTHLY;BYDAY=-1TU;COUNT=2", Code::Invalid),
        ("FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=2", Code::Invalid),
        ("FREQ=DAILY;BYMONTH=7;COUNT=2", Code::Invalid),
        ("FREQ=WEEKLY;COUNT=2;BYMONTHDAY=2", Code::Invalid),
        ("FREQ=MONTHLY;COUNT=2;BYMONTHDAY=0", Code::OutOfRange),
        ("FREQ=MONTHLY;COUNT=2;BYMONTHDAY=32", Code::OutOfRange),
        ("FREQ=WEEKLY;COUNT=0", Code::OutOfRange),
        ("FREQ=WEEKLY;COUNT=401", Code::OutOfRange),
        ("FREQ=WEEKLY;COUNT=99999999999999999999", Code::OutOfRange),
        ("FREQ=WEEKLY;COUNT=2;INTERVAL=0", Code::OutOfRange),
        ("FREQ=WEEKLY;COUNT=2;INTERVAL=65535", Code::OutOfRange),
        ("FREQ=WEEKLY;UNTIL=20260101", Code::Invalid),
        ("FREQ=WEEKLY;UNTIL=2026", Code::Invalid),
        ("FREQ=WEEKLY;UNTIL=99991231", Code::OutOfRange),
        ("FREQ=DAILY;UNTIL=20280101", Code::OutOfRange),
        ("FREQ=YEARLY;COUNT=7", Code::OutOfRange),
        ("FREQ=WEEKLY;COUNT=2;BYDAY=WE", Code::Invalid),
        ("FREQ=WEEKLY;COUNT=2\nFREQ=DAILY;COUNT=2", Code::Invalid),
        ("FREQ=WEEKLY;COUNT=2\nRDATE:20260609", Code::Invalid),
        ("DTSTART:20260602T120000Z", Code::Invalid),
        ("EXDATE:20260602", Code::Invalid),
        ("FREQ=WEEKLY;COUNT=2\nEXDATE:20260602", Code::Invalid),
        ("FREQ=WEEKLY;COUNT=2\nEXDATE:20260610", Code::Invalid),
        ("FREQ=WEEKLY;COUNT=2\nEXDATE:20260616", Code::Invalid),
        ("FREQ=WEEKLY;COUNT=2\nEXDATE:20260609T120000", Code::Invalid),
        (
            "FREQ=WEEKLY;COUNT=2\nEXDATE;TZID=Mars:20260609",
            Code::Invalid,
        ),
        ("FREQ=WEEKLY;COUNT=2\nEXDATE:soon", Code::Invalid),
        ("FREQ=WEEKLY;COUNT=\u{664}", Code::Invalid),
    ] {
        let refused = written_out("2026-06-02T12:00:00Z", rule);
        let problem = refused.expect_err(rule);
        assert_eq!(problem.code, code, "{rule}: {}", problem.message);
        assert_eq!(problem.path, ["recurrence"]);
    }
}

#[test]
fn the_first_time_is_a_day_of_the_rule() {
    // Tuesday 2 June 2026: the first Tuesday of the month, the twenty-second of the year, with 30
    // after it.
    for rule in [
        "FREQ=MONTHLY;BYDAY=1TU;COUNT=2",
        "FREQ=MONTHLY;BYMONTHDAY=-29;COUNT=2",
        "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=2;COUNT=2",
        "FREQ=MONTHLY;BYMONTHDAY=1,2,3;BYDAY=TU,WE;BYSETPOS=1;COUNT=2",
        "FREQ=YEARLY;BYDAY=22TU;COUNT=2",
        "FREQ=YEARLY;BYDAY=-31TU;COUNT=2",
        "FREQ=YEARLY;BYMONTH=6;BYDAY=1TU;COUNT=2",
        "FREQ=YEARLY;BYMONTH=5,6;BYDAY=TU;BYSETPOS=5;COUNT=2",
    ] {
        assert_eq!(starts("2026-06-02T12:00:00Z", rule)[0], "2026-06-02 12:00");
    }
}

/// Rules that match no day, or hardly one, in every frequency.
#[test]
fn a_rule_that_never_matches_is_refused_quickly() {
    let days: Vec<String> = (1..=31).map(|day| day.to_string()).collect();
    let days = days.join(",");
    let on_leap_day = [
        "FREQ=DAILY;INTERVAL=97;BYMONTH=2;BYMONTHDAY=29;BYDAY=TU;COUNT=2",
        "FREQ=WEEKLY;INTERVAL=100;BYMONTH=2;BYDAY=TU;COUNT=400",
        "FREQ=MONTHLY;INTERVAL=100;BYMONTHDAY=29;BYDAY=TU;COUNT=400",
        "FREQ=YEARLY;INTERVAL=100;BYMONTH=2;BYMONTHDAY=29;BYDAY=TU;COUNT=2",
    ];
    for rule in on_leap_day {
        let begun = Instant::now();
        let refused = written_out("2028-02-29T12:00:00Z", rule);
        println!("{:?} {rule}", begun.elapsed());
        assert!(refused.is_err(), "{rule}");
        assert!(begun.elapsed().as_millis() < 1_000, "{rule}");
    }
    for rule in [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=2".to_owned(),
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31;UNTIL=20270101".to_owned(),
        "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30;COUNT=2".to_owned(),
        "FREQ=MONTHLY;BYDAY=1MO;BYMONTHDAY=31;COUNT=2".to_owned(),
        "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=31;COUNT=2".to_owned(),
        "FREQ=MONTHLY;INTERVAL=12;BYMONTH=2;COUNT=2".to_owned(),
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=2".to_owned(),
        "FREQ=YEARLY;BYDAY=53MO;BYMONTH=1;COUNT=400".to_owned(),
        "FREQ=YEARLY;INTERVAL=100;BYMONTH=2;BYMONTHDAY=30;COUNT=400".to_owned(),
        "FREQ=WEEKLY;BYMONTH=2;BYDAY=MO;BYSETPOS=31;COUNT=2".to_owned(),
        format!("FREQ=DAILY;INTERVAL=100;BYMONTH=2;BYMONTHDAY={days};COUNT=400"),
    ] {
        let begun = Instant::now();
        let refused = written_out("2026-06-02T12:00:00Z", &rule);
        let took = begun.elapsed();
        println!("{took:?} {rule}");
        assert!(refused.is_err(), "{rule}");
        assert!(took.as_millis() < 1_000, "{rule} took {took:?}");
    }
}
