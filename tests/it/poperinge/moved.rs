//! A series that moves: each time stays what it was, also called off; what the rule doesn't give any
//! more is gone; what is booked goes along.

use nabij_tests::{Gathering, Person, Record};
use serde_json::{Value, json};

use super::{
    DAY, Poperinge,
    bookings::christa,
    recurring::{coffee, time_of, times},
};

/// When what is booked for an activity is booked, as whoever runs it sees it.
async fn booked(who: &Person, activity: &Record) -> Vec<String> {
    let query = "query Booked($activity: ID!) { bookings(first: 50, where: { \
        activity: {eq: $activity}, status: {eq: BOOKED}}) { nodes { startsAt } } }";
    let answer = who.asks(query, json!({ "activity": activity.id })).await;
    let nodes = answer.data("/bookings/nodes").as_array().expect("a list");
    let told = |node: &Value| node["startsAt"].as_str().expect("a moment")[5..16].to_owned();
    nodes.iter().map(told).collect()
}

fn an_hour_later() -> Value {
    json!({ "startsAt": "2026-03-10T14:00:00Z", "endsAt": "2026-03-10T17:00:00Z" })
}

#[tokio::test]
async fn what_was_called_off_stays_called_off_when_the_series_moves() {
    let poperinge = Poperinge::begins().await;
    let bram = &poperinge.bram;
    let cart = christa(&poperinge).await.lends_thing("Klapkarre").await;
    let cart = cart.done();
    let weekly = coffee(&poperinge, "FREQ=WEEKLY;COUNT=3").with("bookables", json!([cart.id]));
    let activity = bram.proposes(weekly).await.done();
    let mut ids = Vec::new();
    for day in ["03-10", "03-17", "03-24"] {
        ids.push(time_of(bram, &activity, day).await);
    }
    bram.skips(&activity, &ids[1]).await.done();
    assert_eq!(
        booked(bram, &activity).await,
        ["03-10T13:00", "03-24T13:00"]
    );

    // The same days, an hour later; then two days later; then the end alone.
    let thursdays = json!({ "startsAt": "2026-03-12T14:00:00Z", "endsAt": "2026-03-12T17:00:00Z" });
    let shorter = json!({ "endsAt": "2026-03-12T15:00:00Z" });
    for (to, days, hour) in [
        (an_hour_later(), ["03-10", "03-17", "03-24"], "14:00"),
        (thursdays, ["03-12", "03-19", "03-26"], "14:00"),
        (shorter, ["03-12", "03-19", "03-26"], "14:00"),
    ] {
        bram.rearranges(&activity, to).await.done();
        let [first, second, third] = days.map(|day| format!("{day}T{hour}"));
        assert_eq!(
            times(&poperinge, &activity).await,
            [first.clone(), format!("-{second}"), third.clone()]
        );
        for (day, id) in days.iter().zip(&ids) {
            assert_eq!(&time_of(bram, &activity, day).await, id, "{day}");
        }
        assert_eq!(booked(bram, &activity).await, [first, third]);
    }

    // With another rule it is the day that tells: on Thursdays and, from now on, Fridays.
    let also_fridays = json!({ "recurrence": "FREQ=WEEKLY;BYDAY=TH,FR;COUNT=5" });
    bram.rearranges(&activity, also_fridays).await.done();
    let all = [
        "03-12T14:00",
        "03-13T14:00",
        "-03-19T14:00",
        "03-20T14:00",
        "03-26T14:00",
    ];
    assert_eq!(times(&poperinge, &activity).await, all);
    for (day, id) in ["03-12", "03-19", "03-26"].iter().zip(&ids) {
        assert_eq!(&time_of(bram, &activity, day).await, id, "{day}");
    }
    let taking_place = [all[0], all[1], all[3], all[4]];
    assert_eq!(booked(bram, &activity).await, taking_place);
}

#[tokio::test]
async fn what_a_rule_does_not_give_any_more_is_gone() {
    let poperinge = Poperinge::begins().await;
    let bram = &poperinge.bram;
    let cart = christa(&poperinge).await.lends_thing("Klapkarre").await;
    let cart = cart.done();
    let weekly = coffee(&poperinge, "FREQ=WEEKLY;COUNT=5").with("bookables", json!([cart.id]));
    let activity = bram.proposes(weekly).await.done();
    let third = time_of(bram, &activity, "03-24").await;
    let fourth = time_of(bram, &activity, "03-31").await;
    bram.skips(&activity, &third).await.done();

    // Fewer times, and a day that is left out: these are no call-offs. A real one is still told.
    let fewer = json!({ "recurrence": "FREQ=WEEKLY;COUNT=3\nEXDATE:20260317" });
    let changed = bram.rearranges(&activity, fewer).await.done();
    assert_eq!(changed.at("/sequence"), 2);
    assert_eq!(
        times(&poperinge, &activity).await,
        ["03-10T13:00", "-03-24T13:00"]
    );
    assert_eq!(booked(bram, &activity).await, ["03-10T13:00"]);
    let gone = bram
        .asks(
            "query Gone($id: ID!) { node(id: $id) { id } }",
            json!({ "id": fourth }),
        )
        .await;
    assert_eq!(gone.data("/node"), &Value::Null);
    // The owner still sees that the cart was booked then, and why it isn't any more.
    let fields = "bookings(first: 9) { nodes { startsAt status cancelCause } }";
    let seen = bram.sees(&activity, fields).await.expect("his own");
    let nodes = seen["bookings"]["nodes"].as_array().expect("a list");
    assert_eq!(nodes.len(), 5, "{seen}");
    assert_eq!(
        nodes[3],
        json!({
            "startsAt": "2026-03-31T12:00:00Z", "status": "CANCELLED",
            "cancelCause": "WITH_ACTIVITY",
        })
    );
    let march = (poperinge.in_days(0), 60);
    let calendar = bram.looks_into_the_calendar(march, Value::Null, "startsAt");
    let shown = calendar
        .await
        .data("/calendar/nodes")
        .as_array()
        .map(Vec::len);
    assert_eq!(shown, Some(1));
    // Called off by one that the rule doesn't give, too: people were told.
    let two = json!({ "recurrence": "FREQ=WEEKLY;COUNT=2" });
    let changed = bram.rearranges(&activity, two).await.done();
    assert_eq!(changed.at("/sequence"), 3);
    assert_eq!(
        times(&poperinge, &activity).await,
        ["03-10T13:00", "03-17T13:00", "-03-24T13:00"]
    );

    // What was, stays, whatever the rule says of it: people came.
    poperinge.town.wait(16 * DAY);
    let first = time_of(bram, &activity, "03-10").await;
    bram.counts(&activity, json!({ "total": 9, "occurrence": first }))
        .await
        .done();
    let daily = json!({ "recurrence": "FREQ=WEEKLY;INTERVAL=3;COUNT=2" });
    bram.rearranges(&activity, daily).await.done();
    assert_eq!(
        times(&poperinge, &activity).await,
        ["03-10T13:00", "03-17T13:00", "-03-24T13:00", "03-31T12:00"]
    );
    assert_eq!(
        bram.looks_up(&activity)
            .await
            .expect("his")
            .at("/attendanceTotal"),
        9
    );
}

#[tokio::test]
async fn what_stands_in_the_way_is_counted_among_what_takes_place() {
    let poperinge = Poperinge::begins().await;
    let (bram, nele) = (&poperinge.bram, &poperinge.nele);
    let cart = christa(&poperinge).await.lends_thing("Klapkarre").await;
    let cart = cart.done();
    let weekly = coffee(&poperinge, "FREQ=WEEKLY;COUNT=4").with("bookables", json!([cart.id]));
    let activity = bram.proposes(weekly).await.done();
    let second = time_of(bram, &activity, "03-17").await;
    bram.skips(&activity, &second).await.done();
    // When it was called off the cart is free: also an hour later.
    nele.books(&cart, "2026-03-17T13:00:00Z", "2026-03-17T17:00:00Z")
        .await
        .done();
    nele.books(&cart, "2026-03-24T16:00:00Z", "2026-03-24T17:00:00Z")
        .await
        .done();
    let refused = bram.rearranges(&activity, an_hour_later()).await;
    refused.is_refused_at("CONFLICT", "startsAt");
    let message = refused.user_errors()[0]["message"].as_str().expect("words");
    assert!(
        message.starts_with("1 of the 3 times are taken, the first of them number 2"),
        "{message}"
    );
    let longer = json!({ "endsAt": "2026-03-10T16:30:00Z" });
    let refused = bram.rearranges(&activity, longer).await;
    refused.is_refused_at("CONFLICT", "endsAt");
    nele.books(&cart, "2026-04-14T12:00:00Z", "2026-04-14T13:00:00Z")
        .await
        .done();
    let more = json!({ "recurrence": "FREQ=WEEKLY;COUNT=6" });
    let refused = bram.rearranges(&activity, more).await;
    refused.is_refused_at("CONFLICT", "recurrence");
}

#[tokio::test]
async fn it_moves_in_as_many_statements_whatever_its_times() {
    let poperinge = Poperinge::begins().await;
    let bram = &poperinge.bram;
    let christa = christa(&poperinge).await;
    let mut costs = Vec::new();
    for count in [3, 60] {
        let cart = christa.lends_thing("Klapkarre").await.done();
        let rule = format!("FREQ=DAILY;COUNT={count}");
        let daily = coffee(&poperinge, &rule).with("bookables", json!([cart.id]));
        let activity = bram.proposes(daily).await.done();
        let skipped = time_of(bram, &activity, "03-11").await;
        bram.skips(&activity, &skipped).await.done();
        let moved = bram.rearranges(&activity, an_hour_later()).await;
        moved.done();
        let fewer = json!({ "recurrence": "FREQ=DAILY;COUNT=1" });
        let fewer = bram.rearranges(&activity, fewer).await;
        fewer.done();
        assert_eq!(
            times(&poperinge, &activity).await,
            ["03-10T14:00", "-03-11T14:00"]
        );
        costs.push((moved.statements(), fewer.statements()));
    }
    assert_eq!(costs[0], costs[1]);
}

#[tokio::test]
async fn a_slip_of_the_pen_before_it_begins_is_mended_into_the_past() {
    let poperinge = Poperinge::begins().await;
    let bram = &poperinge.bram;
    let once = Gathering::new(
        "Coffee",
        poperinge.place("Vogelbuurt"),
        poperinge.in_days(7),
    );
    let activity = bram.proposes(once.published()).await.done();
    let yesterday = json!({
        "startsAt": nabij_tests::written(poperinge.in_days(-1)),
        "endsAt": nabij_tests::written(poperinge.in_days(-1) + chrono::TimeDelta::hours(2)),
    });
    bram.rearranges(&activity, yesterday).await.done();
    let counted = bram.counts(&activity, json!({ "total": 12 })).await.done();
    assert_eq!(counted.at("/attendanceTotal"), 12);
}

#[tokio::test]
async fn a_day_that_is_none_of_the_rule_cannot_be_left_out() {
    let poperinge = Poperinge::begins().await;
    let bram = &poperinge.bram;
    for (except, named) in [
        // A Wednesday, a Tuesday after the last one, and an hour at which nothing begins.
        ("EXDATE:20260318", "2026-03-18"),
        ("EXDATE:20260317,20260407", "2026-04-07"),
        ("EXDATE:20260317T150000", "2026-03-17T14:00:00Z"),
    ] {
        let rule = format!("FREQ=WEEKLY;COUNT=4\n{except}");
        let refused = bram.proposes(coffee(&poperinge, &rule)).await;
        refused.is_refused_at("INVALID", "recurrence");
        let message = refused.user_errors()[0]["message"].as_str().expect("words");
        assert!(message.contains(named), "{message}");
    }
    // Moved to Thursdays, there is no such Tuesday any more to leave out.
    let weekly = coffee(&poperinge, "FREQ=WEEKLY;COUNT=4\nEXDATE:20260317");
    let activity = bram.proposes(weekly).await.done();
    let mut thursday =
        json!({ "startsAt": "2026-03-12T13:00:00Z", "endsAt": "2026-03-12T15:00:00Z" });
    let refused = bram.rearranges(&activity, thursday.clone()).await;
    refused.is_refused_at("INVALID", "recurrence");
    thursday["recurrence"] = "FREQ=WEEKLY;COUNT=4\nEXDATE:20260319".into();
    bram.rearranges(&activity, thursday).await.done();
    assert_eq!(
        times(&poperinge, &activity).await,
        ["03-12T13:00", "03-26T13:00", "04-02T12:00"]
    );
}

/// Who is refused is told what to do next.
#[tokio::test]
async fn each_refusal_says_what_to_do() {
    let poperinge = Poperinge::begins().await;
    let bram = &poperinge.bram;
    let nowhere = coffee(&poperinge, "FREQ=WEEKLY;COUNT=2");
    for (rule, advice) in [
        ("FREQ=WEEKLY", "Add COUNT=10"),
        ("FREQ=WEEKLY;COUNT=2;UNTIL=20260401", "Remove COUNT"),
        ("every tuesday", "FREQ=WEEKLY;BYDAY=TU;COUNT=10"),
    ] {
        let refused = bram
            .proposes(nowhere.clone().with("recurrence", rule))
            .await;
        refused.is_refused_at("INVALID", "recurrence");
        assert!(refused.text().contains(advice), "{}", refused.text());
    }
    let too_many = json!(["EVERYONE", "CHILDREN"]);
    let refused = bram
        .proposes(nowhere.clone().with("targetGroups", too_many.clone()))
        .await;
    refused.is_refused_at("INVALID", "targetGroups");
    let activity = bram.proposes(nowhere).await.done();
    let refused = bram
        .rearranges(&activity, json!({ "targetGroups": too_many }))
        .await;
    refused.is_refused_at("INVALID", "targetGroups");
    assert!(
        refused.text().contains("EVERYONE alone"),
        "{}",
        refused.text()
    );

    let early = bram.counts(&activity, json!({ "total": 9 })).await;
    early.is_refused_as("INVALID");
    assert!(early.text().contains("`startsAt`"), "{}", early.text());
    let early = super::ends(bram, &activity, "SUCCEEDED", "").await;
    early.is_refused_as("INVALID");
    assert!(
        early.text().contains("`activityCancel`"),
        "{}",
        early.text()
    );
    bram.hands_over(&activity, &["CLEAR_UP"]).await.done();
    let again = bram.hands_over(&activity, &["CLEAR_UP"]).await;
    again.is_refused_as("INVALID");
    assert!(again.text().contains("`handoverTasks`"), "{}", again.text());
}
