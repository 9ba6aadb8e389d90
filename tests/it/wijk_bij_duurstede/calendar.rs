//! W4: what 35 organisations do, in one calendar.

use std::collections::BTreeSet;

use nabij_tests::{Answer, Gathering, Person, Story};
use serde_json::{Value, json};

use super::Wijk;

const CALENDAR: &str = "query Calendar($from: DateTime!, $until: DateTime!, $where: CalendarWhere, \
    $first: Int, $after: String) { calendar(from: $from, until: $until, where: $where, \
    first: $first, after: $after) { totalCount nodes { startsAt neighbourhood { name } activity { \
    title targetGroups organisers(first: 3) { nodes { name } } } } \
    pageInfo { endCursor hasNextPage } } }";

/// A week of March 2026 as the Netherlands have it.
const WEEK: [&str; 2] = ["2026-03-15T23:00:00Z", "2026-03-22T23:00:00Z"];

async fn looks(who: &Person, [from, until]: [&str; 2], with: Value) -> Answer {
    let mut variables = with;
    variables["from"] = json!(from);
    variables["until"] = json!(until);
    who.asks(CALENDAR, variables).await
}

/// Each as `De Heul: Coffee 4`.
fn told(answer: &Answer) -> Vec<String> {
    let nodes = answer.data("/calendar/nodes").as_array().expect("nodes");
    let text = |of: &Value| of.as_str().expect("text").to_owned();
    nodes
        .iter()
        .map(|node| {
            let place = text(&node["neighbourhood"]["name"]);
            format!("{place}: {}", text(&node["activity"]["title"]))
        })
        .collect()
}

#[tokio::test]
async fn w4_the_activities_of_35_organisations_are_in_one_calendar() {
    let wijk = Wijk::begins().await;
    let names = ["Binnenstad", "De Heul", "Noorderwaard"];
    // 34 organisations do something once, each in its turn in another neighbourhood, half of them
    // for older people and half for youth.
    for number in 0..34 {
        let staff = wijk
            .partner(
                &format!("Organisation {number:02}"),
                "VOLUNTEER_ORGANISATION",
                "PARTNER_STAFF",
                &[],
            )
            .await;
        let (day, hour) = (16 + number % 7, 9 + number / 7);
        let at = format!("2026-03-{day}T{hour:02}:00:00Z");
        let group = ["OLDER_PEOPLE", "YOUTH"][number % 2];
        let place = wijk.place(names[number % 3]);
        let coffee = Gathering::new(
            &format!("Coffee {number:02}"),
            place,
            at.parse().expect("a time"),
        )
        .with("targetGroups", json!([group]))
        .published();
        staff.proposes(coffee).await.done();
    }
    let church = wijk
        .partner("De Brug", "VOLUNTEER_ORGANISATION", "PARTNER_STAFF", &[])
        .await;
    let heul = wijk.place("De Heul");

    let story = Story::of("W4", "What 35 organisations do is in one calendar");
    let choir = Gathering::new(
        "Choir",
        heul,
        "2026-03-17T18:30:00Z".parse().expect("a time"),
    )
    .with("recurrence", "FREQ=WEEKLY;COUNT=12")
    .published();
    story
        .step(
            "De Brug is the 35th organisation: its choir sings every Tuesday, and is for everyone",
            church.proposes(choir),
        )
        .await
        .done();
    let resident = wijk.town.passer_by();
    let near_me = json!({
        "where": { "neighbourhood": { "eq": heul }, "targetGroup": { "in": ["OLDER_PEOPLE", "EVERYONE"] } },
    });
    let found = story
        .step(
            "Somebody without an account looks what there is for older people in De Heul this week",
            looks(&resident, WEEK, near_me.clone()),
        )
        .await;
    let later = ["2026-03-29T22:00:00Z", "2026-04-05T22:00:00Z"];
    let after_the_clocks_changed = story
        .step(
            "And in the first week of summer time: the choir sings at the same hour",
            looks(&resident, later, near_me),
        )
        .await;
    story.ends();
    assert_eq!(
        told(&found),
        [
            "De Heul: Coffee 28",
            "De Heul: Coffee 22",
            "De Heul: Choir",
            "De Heul: Coffee 16",
            "De Heul: Coffee 10",
            "De Heul: Coffee 04",
        ]
    );
    assert_eq!(told(&after_the_clocks_changed), ["De Heul: Choir"]);

    // Page by page, every organisation is found once, in the order of the clock.
    let (mut organisations, mut starts) = (BTreeSet::new(), Vec::new());
    let mut after = Value::Null;
    loop {
        let with = json!({ "first": 10, "after": after });
        let page = looks(&resident, WEEK, with).await;
        assert_eq!(page.data("/calendar/totalCount"), &json!(35));
        for node in page.data("/calendar/nodes").as_array().expect("nodes") {
            let by = &node["activity"]["organisers"]["nodes"][0]["name"];
            assert!(organisations.insert(by.to_string()), "{by} twice");
            starts.push(node["startsAt"].to_string());
        }
        if page.data("/calendar/pageInfo/hasNextPage") != &json!(true) {
            break;
        }
        after = page.data("/calendar/pageInfo/endCursor").clone();
    }
    assert_eq!(organisations.len(), 35);
    assert!(starts.is_sorted());
}
