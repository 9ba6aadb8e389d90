//! The one calendar: who sees what of it, page by page, and what it costs.

use chrono::{DateTime, TimeDelta, Utc};
use nabij_tests::{Answer, Gathering, Person, Record, written};
use serde_json::{Value, json};

use super::Poperinge;

const CALENDAR: &str = "query Calendar($from: DateTime!, $until: DateTime!, $where: CalendarWhere, \
    $first: Int, $after: String) { calendar(from: $from, until: $until, where: $where, \
    first: $first, after: $after) { nodes { id startsAt endsAt neighbourhood { name } \
    activity { title allowedActions organisers(first: 5) { nodes { name } } } } \
    pageInfo { endCursor hasNextPage } } }";

async fn calendar(who: &Person, from: DateTime<Utc>, days: i64, with: Value) -> Answer {
    let mut variables = with;
    variables["from"] = json!(written(from));
    variables["until"] = json!(written(from + TimeDelta::days(days)));
    who.asks(CALENDAR, variables).await
}

fn titles(answer: &Answer) -> Vec<String> {
    let nodes = answer.data("/calendar/nodes").as_array();
    let title = |node: &Value| node["activity"]["title"].as_str().map(str::to_owned);
    nodes.into_iter().flatten().filter_map(title).collect()
}

/// Every day at the same hour, in one neighbourhood.
async fn daily(
    poperinge: &Poperinge,
    who: &Person,
    title: &str,
    place: &str,
    times: u32,
) -> Record {
    let starts = poperinge.in_days(1);
    let gathering = Gathering::new(title, poperinge.place(place), starts)
        .with("recurrence", format!("FREQ=DAILY;COUNT={times}"))
        .published();
    who.proposes(gathering).await.done()
}

#[tokio::test]
async fn page_by_page_each_time_once_and_in_order() {
    let poperinge = Poperinge::begins().await;
    // Three at the same moments, so that only the id tells them apart.
    daily(&poperinge, &poperinge.bram, "Coffee", "Bloemenbuurt", 9).await;
    daily(&poperinge, &poperinge.city, "Tea", "Parkbuurt", 9).await;
    daily(&poperinge, &poperinge.helpers, "Soup", "Vogelbuurt", 9).await;
    let passer_by = poperinge.town.passer_by();
    let (mut after, mut seen) = (Value::Null, Vec::new());
    loop {
        let with = json!({ "first": 5, "after": after });
        let page = calendar(&passer_by, poperinge.in_days(0), 30, with).await;
        for node in page.data("/calendar/nodes").as_array().expect("a list") {
            seen.push((node["startsAt"].to_string(), node["id"].to_string()));
        }
        after = page.data("/calendar/pageInfo/endCursor").clone();
        if page.data("/calendar/pageInfo/hasNextPage") == &json!(false) {
            break;
        }
    }
    assert_eq!(seen.len(), 27);
    let mut sorted = seen.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!(sorted, seen);
}

#[tokio::test]
async fn what_goes_on_in_a_period_and_for_whom() {
    let poperinge = Poperinge::begins().await;
    let (bram, passer_by) = (&poperinge.bram, poperinge.town.passer_by());
    let starts = poperinge.in_days(5);
    let camp = Gathering::new("Camp", poperinge.place("Parkbuurt"), starts)
        .with("endsAt", written(starts + TimeDelta::days(10)))
        .published();
    bram.proposes(camp).await.done();
    let secret = Gathering::new(
        "Not yet",
        poperinge.place("Parkbuurt"),
        poperinge.in_days(6),
    );
    let secret = bram.proposes(secret).await.done();
    let long_table = poperinge.long_table("Bloemenbuurt").published();
    poperinge.city.proposes(long_table).await.done();

    // What began before and still goes on belongs to the period; what ends with its beginning, or
    // begins with its end, doesn't.
    let during = async |from: DateTime<Utc>, days: i64| {
        titles(&calendar(&passer_by, from, days, json!({})).await)
    };
    assert_eq!(during(poperinge.in_days(14), 1).await, ["Camp"]);
    assert_eq!(during(poperinge.in_days(15), 5).await, [""; 0]);
    assert_eq!(during(poperinge.in_days(4), 1).await, [""; 0]);
    let all = ["Camp", "A long table in the street"];
    assert_eq!(during(poperinge.in_days(0), 366).await, all);

    // Those who prepare it see what is only proposed.
    for (who, sees) in [
        (bram, 3),
        (&poperinge.petra, 3),
        (&poperinge.city, 2),
        (&poperinge.nele, 2),
    ] {
        let seen = calendar(who, poperinge.in_days(0), 30, json!({})).await;
        assert_eq!(titles(&seen).len(), sees);
    }
    let seen = passer_by.asks(
        "query Node($id: ID!) { node(id: $id) { id } }",
        json!({ "id": secret.id }),
    );
    assert_eq!(seen.await.data("/node"), &Value::Null);

    // By place, organiser, status, and what they have together.
    let found = async |only: Value| {
        let with = json!({ "where": only });
        titles(&calendar(bram, poperinge.in_days(0), 30, with).await).len()
    };
    for (only, count) in [
        (
            json!({ "neighbourhood": { "eq": poperinge.place("Parkbuurt") } }),
            2,
        ),
        (
            json!({ "municipality": { "eq": poperinge.municipality.id } }),
            3,
        ),
        (
            json!({ "organiser": { "eq": poperinge.welfare.partner } }),
            1,
        ),
        (json!({ "organiser": { "in": [] } }), 0),
        (json!({ "status": { "eq": "TENTATIVE" } }), 1),
        (json!({ "lead": { "eq": "RESIDENTS" } }), 0),
        (json!({ "series": { "isNull": true } }), 3),
        (json!({ "initiative": { "isNull": false } }), 0),
        (json!({ "not": { "status": { "eq": "TENTATIVE" } } }), 2),
        (
            json!({ "or": [
                { "status": { "eq": "TENTATIVE" } },
                { "neighbourhood": { "eq": poperinge.place("Bloemenbuurt") } },
            ] }),
            2,
        ),
    ] {
        assert_eq!(found(only.clone()).await, count, "{only}");
    }

    // A period has an end, after its beginning and not too far.
    for days in [0, -1, 367] {
        let refused = calendar(bram, poperinge.in_days(0), days, json!({})).await;
        assert_eq!(refused.code(), "BAD_USER_INPUT", "{days} days");
    }
}

#[tokio::test]
async fn whatever_is_in_it_it_costs_the_same() {
    let poperinge = Poperinge::begins().await;
    let (bram, petra) = (&poperinge.bram, &poperinge.petra);
    let everybody = [bram.clone(), petra.clone(), poperinge.nele.clone()];
    daily(&poperinge, bram, "Coffee", "Bloemenbuurt", 1).await;
    let costs = async |who: &Person, rows: usize| {
        let with = json!({ "first": 100 });
        let _cold = calendar(who, poperinge.in_days(0), 300, with.clone()).await;
        let answer = calendar(who, poperinge.in_days(0), 300, with).await;
        assert_eq!(titles(&answer).len(), rows);
        answer.statements()
    };
    for person in &everybody {
        assert_eq!(costs(person, 1).await, 2);
    }
    for (title, place) in [
        ("Tea", "Parkbuurt"),
        ("Soup", "Vogelbuurt"),
        ("Cake", "Vogelbuurt"),
    ] {
        daily(&poperinge, &poperinge.city, title, place, 30).await;
    }
    for person in &everybody {
        assert_eq!(costs(person, 91).await, 2);
    }

    // Proposing, moving and calling off, too, however many times it takes place.
    let statements = async |times: u32| {
        let starts = poperinge.in_days(1);
        let rule = |times: u32| format!("FREQ=DAILY;COUNT={times}");
        let gathering = Gathering::new("Walk", poperinge.place("Parkbuurt"), starts)
            .with("recurrence", rule(times))
            .published();
        let proposed = bram.proposes(gathering).await;
        let activity = proposed.done();
        let later = json!({
            "startsAt": written(starts + TimeDelta::hours(1)),
            "endsAt": written(starts + TimeDelta::hours(2)), "recurrence": rule(times - 1),
        });
        let moved = bram.rearranges(&activity, later).await;
        moved.done();
        let off = bram.cancels(&activity, "It rains").await;
        off.done();
        [proposed, moved, off].map(|answer| answer.statements())
    };
    let few = statements(2).await;
    assert_eq!(statements(400).await, few);
    println!("propose, move, call off: {few:?} statements");

    // The lists of a series and of a neighbourhood.
    let series = bram
        .begins_series("Series", &poperinge.municipality)
        .await
        .done();
    let query = "query Series($id: ID!) { activitySeries(id: $id) { \
        activities(first: 20) { nodes { title neighbourhood { name } occurrences(first: 3) \
        { nodes { startsAt attendance { count } } } } } \
        neighbourhoodsWithoutFollowUp(first: 20) { nodes { name activities(first: 3) \
        { nodes { title } } } } } }";
    let mut before = None;
    for number in 0_usize..6 {
        let place = ["Bloemenbuurt", "Parkbuurt", "Vogelbuurt"][number % 3];
        let table = poperinge
            .long_table(place)
            .with("series", series.id.clone())
            .published();
        bram.proposes(table).await.done();
        let answer = bram.asks(query, json!({ "id": series.id })).await;
        let found = answer.data("/activitySeries/activities/nodes").as_array();
        assert_eq!(found.map(Vec::len), Some(number + 1));
        let statements = answer.statements();
        assert_eq!(*before.get_or_insert(statements), statements);
    }
    assert_eq!(before, Some(6));
}
