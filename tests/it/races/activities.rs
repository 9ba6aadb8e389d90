//! Several organisers at one activity.

use chrono::TimeDelta;
use futures_util::future::join_all;
use nabij_entity::role_grant::Role;
use nabij_tests::{Gathering, Town, written};
use serde_json::{Value, json};

use super::{A_KEY, Boxed, one_wins, rounds};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_organisers_take_one_step() {
    let town = Town::start().await;
    let ann = town.partner("LDC Beersel").await;
    let bert = town.colleague(&ann, Role::PartnerCoordinator).await;
    let starts = town.now() - TimeDelta::hours(1);
    let place = town.neighbourhood("Alsemberg");
    for round in 0..rounds() {
        let gathering = Gathering::new("Coffee", &place, starts);
        let activity = ann.proposes(gathering).await.done();
        if round % 3 > 0 {
            ann.publishes(&activity).await.done();
        }
        let over = json!({ "outcome": "SUCCEEDED", "attendance": { "total": 9 } });
        let answers = match round % 3 {
            0 => join_all([
                Box::pin(ann.publishes(&activity)) as Boxed,
                Box::pin(bert.publishes(&activity)),
            ]),
            1 => join_all([
                Box::pin(ann.hands_over(&activity, &["CLEAR_UP"])) as Boxed,
                Box::pin(bert.hands_over(&activity, &["WALK_HOME"])),
            ]),
            _ => join_all([
                Box::pin(ann.takes("Complete", &activity, over)) as Boxed,
                Box::pin(bert.cancels(&activity, "It rained")),
            ]),
        };
        one_wins(
            &answers.await,
            &["CONFLICT", "INVALID_TRANSITION", "INVALID"],
        );
        let counts = if round % 3 == 0 { 2 } else { 3 };
        let fields = "version history(first: 10) { nodes { kind } }";
        let seen = ann.sees(&activity, fields).await.expect("seen");
        assert_eq!(seen["version"], counts, "{seen}");
        let events = seen["history"]["nodes"].as_array().map(Vec::len);
        assert_eq!(events, Some(counts), "{seen}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gap_is_filled_once() {
    let town = Town::start().await;
    let (ann, bert) = (
        town.partner("LDC Beersel").await,
        town.partner("Femma").await,
    );
    let place = town.neighbourhood("Alsemberg");
    for round in 0..rounds() {
        let begins = town.now() + TimeDelta::days(1 + i64::try_from(round % 100).expect("few"));
        let hour = TimeDelta::hours(i64::try_from(round / 100).expect("few"));
        let (from, until) = (begins + hour, begins + hour + TimeDelta::hours(1));
        let gap = json!({ "targetGroup": "YOUTH", "from": written(from), "until": written(until) });
        let into_it = || {
            Gathering::new("Football", &place, from)
                .with("gap", gap.clone())
                .published()
        };
        let answers = join_all([
            Box::pin(ann.proposes(into_it())) as Boxed,
            Box::pin(bert.proposes(into_it())),
        ]);
        one_wins(&answers.await, &["ALREADY_EXISTS"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_came_is_counted_once() {
    let town = Town::start().await;
    let ann = town.partner("LDC Beersel").await;
    let starts = town.now() - TimeDelta::hours(1);
    let place = town.neighbourhood("Alsemberg");
    for _ in 0..rounds() {
        let gathering = Gathering::new("Coffee", &place, starts).published();
        let activity = ann.proposes(gathering).await.done();
        let count = |total: i32| {
            let mix = json!([{ "targetGroup": "YOUTH", "count": total }]);
            ann.counts(&activity, json!({ "total": total, "mix": mix }))
        };
        // Each takes the place of the one before: none is lost half-way.
        for answer in join_all([count(3), count(4), count(5)]).await {
            answer.done();
        }
        let fields = "attendanceTotal occurrences { nodes { attendanceTotal \
            attendance { count } } }";
        let seen = ann.sees(&activity, fields).await.expect("seen");
        let total = &seen["attendanceTotal"];
        assert_eq!(
            seen["occurrences"]["nodes"],
            json!([{ "attendanceTotal": total, "attendance": [{ "count": total }] }])
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_times_the_same_key_makes_one_activity() {
    let town = Town::start().await;
    let ann = town.partner("LDC Beersel").await;
    let place = town.neighbourhood("Alsemberg");
    let gathering = Gathering::new("Coffee", &place, town.now() + TimeDelta::days(1))
        .with("recurrence", "FREQ=WEEKLY;COUNT=20")
        .with("idempotencyKey", A_KEY)
        .published();
    let answers = join_all((0..10).map(|_| ann.proposes(gathering.clone()))).await;
    let first = answers[0].record();
    assert!(answers.iter().all(|answer| answer.record().id == first.id));
    let query = "{ activities { totalCount nodes { occurrences { totalCount } } } }";
    let found = ann.asks(query, Value::Null).await;
    assert_eq!(
        found.data("/activities"),
        &json!({ "totalCount": 1, "nodes": [{ "occurrences": { "totalCount": 20 } }] })
    );
}
