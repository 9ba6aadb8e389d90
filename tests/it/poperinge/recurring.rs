//! What takes place again and again: written out, moved, skipped, and refused when it would never
//! end.

use std::time::Instant;

use chrono::{DateTime, Utc};
use nabij_tests::{Gathering, Person, Record};
use serde_json::{Value, json};

use super::{DAY, Poperinge};

/// Coffee on Tuesdays at two, from 10 March on; summer time begins on the 29th.
pub(super) fn coffee(poperinge: &Poperinge, rule: &str) -> Gathering {
    let tuesday: DateTime<Utc> = "2026-03-10T13:00:00Z".parse().expect("a moment");
    Gathering::new("Coffee on Tuesday", poperinge.place("Vogelbuurt"), tuesday)
        .with("recurrence", rule)
        .published()
}

/// When it takes place, as the public sees it; `-` before what is called off.
pub(super) async fn times(poperinge: &Poperinge, activity: &Record) -> Vec<String> {
    let fields = "occurrences(first: 50) { nodes { startsAt cancelledAt } }";
    let passer_by = poperinge.town.passer_by();
    let seen = passer_by.sees(activity, fields).await.expect("public");
    let nodes = seen["occurrences"]["nodes"].as_array().expect("a list");
    let told = |node: &Value| {
        let at = node["startsAt"].as_str().expect("a moment");
        let off = if node["cancelledAt"].is_null() {
            ""
        } else {
            "-"
        };
        format!("{off}{}", &at[5..16])
    };
    nodes.iter().map(told).collect()
}

/// The id of the time that begins then.
pub(super) async fn time_of(who: &Person, activity: &Record, starts: &str) -> String {
    let fields = "occurrences(first: 50) { nodes { id startsAt } }";
    let seen = who.sees(activity, fields).await.expect("seen");
    let nodes = seen["occurrences"]["nodes"].as_array().expect("a list");
    let found = nodes.iter().find(|node| {
        node["startsAt"]
            .as_str()
            .is_some_and(|at| at.contains(starts))
    });
    let id = found.unwrap_or_else(|| panic!("no {starts} in {seen}"))["id"].as_str();
    id.expect("an id").to_owned()
}

#[tokio::test]
async fn it_keeps_its_hour_when_summer_time_begins() {
    let poperinge = Poperinge::begins().await;
    let weekly = coffee(&poperinge, "freq=weekly;count=5\nexdate:20260324");
    let activity = poperinge.bram.proposes(weekly).await.done();
    assert_eq!(
        times(&poperinge, &activity).await,
        ["03-10T13:00", "03-17T13:00", "03-31T12:00", "04-07T12:00"]
    );
    let seen = poperinge.bram.sees(&activity, "timeZone recurrence").await;
    assert_eq!(
        seen,
        Some(json!({
            "timeZone": "Europe/Brussels", "recurrence": "FREQ=WEEKLY;COUNT=5\nEXDATE:20260324",
        }))
    );
    // By the month and its weekdays; in another zone the hour is another one's.
    let monthly = coffee(&poperinge, "FREQ=MONTHLY;BYDAY=2TU;UNTIL=20260601")
        .with("timeZone", "Africa/Kinshasa");
    let monthly = poperinge.bram.proposes(monthly).await.done();
    assert_eq!(
        times(&poperinge, &monthly).await,
        ["03-10T13:00", "04-14T13:00", "05-12T13:00"]
    );
    let nowhere = coffee(&poperinge, "FREQ=WEEKLY;COUNT=2").with("timeZone", "Poperinge");
    let refused = poperinge.bram.proposes(nowhere).await;
    refused.is_refused_at("INVALID", "timeZone");
}

#[tokio::test]
async fn one_time_is_skipped_and_the_others_go_on() {
    let poperinge = Poperinge::begins().await;
    let bram = &poperinge.bram;
    let gathering = coffee(&poperinge, "FREQ=WEEKLY;COUNT=3");
    let activity = bram.proposes(gathering).await.done();
    assert_eq!(activity.at("/sequence"), 0);
    let second = time_of(bram, &activity, "03-17").await;
    let skipped = bram.skips(&activity, &second).await.done();
    assert_eq!(skipped.at("/sequence"), 1);
    assert_eq!(
        times(&poperinge, &activity).await,
        ["03-10T13:00", "-03-17T13:00", "03-24T13:00"]
    );
    let march = (poperinge.in_days(0), 30);
    let calendar = bram
        .looks_into_the_calendar(march, Value::Null, "startsAt")
        .await;
    let shown = calendar.data("/calendar/nodes").as_array().map(Vec::len);
    assert_eq!(shown, Some(2));
    let query = "query Off($from: DateTime!, $until: DateTime!) { calendar(from: $from, \
        until: $until, includeCancelled: true) { totalCount } }";
    let period = json!({ "from": "2026-03-01T00:00:00Z", "until": "2026-04-01T00:00:00Z" });
    let all = bram.asks(query, period).await;
    assert_eq!(all.data("/calendar/totalCount"), 3);

    // Not twice, not what has begun, not another's, not of what takes place once.
    bram.skips(&activity, &second)
        .await
        .is_refused_at("INVALID", "occurrence");
    let other = bram
        .proposes(coffee(&poperinge, "FREQ=WEEKLY;COUNT=2"))
        .await
        .done();
    let others = time_of(bram, &other, "03-17").await;
    bram.skips(&activity, &others)
        .await
        .is_refused_at("NOT_FOUND", "occurrence");
    let once = bram
        .proposes(coffee(&poperinge, "FREQ=WEEKLY;COUNT=2").with("recurrence", Value::Null))
        .await
        .done();
    let only = time_of(bram, &once, "03-10").await;
    bram.skips(&once, &only).await.is_refused_as("INVALID");
    poperinge
        .nele
        .skips(&activity, &second)
        .await
        .is_refused_as("FORBIDDEN");
    poperinge.town.wait(9 * DAY);
    let first = time_of(bram, &activity, "03-10").await;
    bram.skips(&activity, &first)
        .await
        .is_refused_at("INVALID", "occurrence");

    // Who came is counted per time.
    bram.counts(&activity, json!({ "total": 9, "occurrence": second }))
        .await
        .is_refused_at("INVALID", "attendance.occurrence");
    bram.counts(&activity, json!({ "total": 9 })).await.done();
    poperinge.town.wait(14 * DAY);
    bram.counts(&activity, json!({ "total": 5 }))
        .await
        .is_refused_at("REQUIRED", "attendance.occurrence");
    let third = time_of(bram, &activity, "03-24").await;
    bram.counts(&activity, json!({ "total": 5, "occurrence": others }))
        .await
        .is_refused_at("NOT_FOUND", "attendance.occurrence");
    let both = bram.counts(&activity, json!({ "total": 5, "occurrence": third }));
    assert_eq!(both.await.done().at("/attendanceTotal"), 14);
}

#[tokio::test]
async fn it_moves_and_what_was_announced_is_not_forgotten() {
    let poperinge = Poperinge::begins().await;
    let bram = &poperinge.bram;
    let gathering = coffee(&poperinge, "FREQ=WEEKLY;COUNT=4");
    let activity = bram.proposes(gathering).await.done();
    let second = time_of(bram, &activity, "03-17").await;
    // From Tuesday to Thursday: the same records, moved.
    let thursday = json!({ "startsAt": "2026-03-12T13:00:00Z", "endsAt": "2026-03-12T15:00:00Z" });
    let moved = bram.rearranges(&activity, thursday).await.done();
    assert_eq!(moved.at("/sequence"), 1);
    let fewer = json!({ "recurrence": "FREQ=WEEKLY;COUNT=3" });
    let fewer = bram.rearranges(&activity, fewer).await.done();
    assert_eq!(fewer.at("/sequence"), 2);
    assert_eq!(
        times(&poperinge, &activity).await,
        ["03-12T13:00", "03-19T13:00", "03-26T13:00"]
    );
    assert_eq!(time_of(bram, &activity, "03-19").await, second);
    // What changes beside the time moves nothing.
    let renamed = bram
        .rearranges(&activity, json!({ "title": "Coffee on Thursday" }))
        .await
        .done();
    assert_eq!(renamed.at("/sequence"), 2);
    assert_eq!(renamed.text("title"), "Coffee on Thursday");
    // Begun, its first time stands; those to come can change.
    poperinge.town.wait(11 * DAY);
    bram.rearranges(&activity, json!({ "startsAt": "2026-03-14T13:00:00Z" }))
        .await
        .is_refused_at("INVALID", "startsAt");
    let longer = json!({ "recurrence": "FREQ=WEEKLY;COUNT=5" });
    bram.rearranges(&activity, longer).await.done();
    assert_eq!(
        times(&poperinge, &activity).await,
        [
            "03-12T13:00",
            "03-19T13:00",
            "03-26T13:00",
            "04-02T12:00",
            "04-09T12:00"
        ]
    );
    let wrong = json!({ "recurrence": "FREQ=WEEKLY;BYDAY=MO;COUNT=5" });
    bram.rearranges(&activity, wrong)
        .await
        .is_refused_at("INVALID", "recurrence");
    // Somebody else was faster.
    let stale = json!({ "title": "Tea", "expectedVersion": 1 });
    bram.rearranges(&activity, stale)
        .await
        .is_refused_at("CONFLICT", "expectedVersion");
    // It ends earlier than announced: what is to come is called off, what was, was.
    super::ends(bram, &activity, "SUCCEEDED", "").await.done();
    assert_eq!(
        times(&poperinge, &activity).await,
        [
            "03-12T13:00",
            "-03-19T13:00",
            "-03-26T13:00",
            "-04-02T12:00",
            "-04-09T12:00"
        ]
    );
    let refused = bram.cancels(&activity, "No").await;
    refused.is_refused_as("INVALID_TRANSITION");
    // Called off as a whole.
    let other = coffee(&poperinge, "FREQ=WEEKLY;COUNT=3");
    let other = bram.proposes(other).await.done();
    bram.cancels(&other, " ")
        .await
        .is_refused_at("REQUIRED", "reason");
    let off = bram.cancels(&other, "The hall is flooded").await.done();
    assert_eq!(off.at("/sequence"), 1);
    assert_eq!(
        times(&poperinge, &other).await,
        ["03-10T13:00", "-03-17T13:00", "-03-24T13:00"]
    );
    let passer_by = poperinge.town.passer_by();
    let told = passer_by.sees(&other, "status cancelReason").await;
    assert_eq!(
        told,
        Some(json!({ "status": "CANCELLED", "cancelReason": "The hall is flooded" }))
    );
}

#[tokio::test]
async fn a_rule_that_would_never_end_is_refused_at_once() {
    let poperinge = Poperinge::begins().await;
    for (rule, code) in [
        ("FREQ=SECONDLY;COUNT=400", "INVALID"),
        ("FREQ=MINUTELY;UNTIL=20301231", "INVALID"),
        ("FREQ=WEEKLY", "INVALID"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=1", "INVALID"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=1", "INVALID"),
        ("FREQ=MONTHLY;BYDAY=TU;BYSETPOS=30;COUNT=1", "INVALID"),
        ("FREQ=DAILY;COUNT=401", "OUT_OF_RANGE"),
        ("FREQ=DAILY;UNTIL=20300101", "OUT_OF_RANGE"),
        ("FREQ=WEEKLY;UNTIL=99991231T235959Z", "OUT_OF_RANGE"),
        ("FREQ=WEEKLY;COUNT=2;BYDAY=\u{661}TU", "INVALID"),
        ("a", "INVALID"),
        ("\n", "INVALID"),
    ] {
        let begun = Instant::now();
        let refused = poperinge.bram.proposes(coffee(&poperinge, rule)).await;
        refused.is_refused_at(code, "recurrence");
        // Unoptimised, on a busy machine; it is a matter of milliseconds.
        assert!(begun.elapsed().as_secs() < 5, "{rule}");
    }
    let long = "X".repeat(100_000);
    let refused = poperinge.bram.proposes(coffee(&poperinge, &long)).await;
    refused.is_refused_at("INVALID", "recurrence");
    let nothing = poperinge
        .bram
        .asks("{ activities { totalCount } }", json!({}))
        .await;
    assert_eq!(nothing.data("/activities/totalCount"), 0);
}
