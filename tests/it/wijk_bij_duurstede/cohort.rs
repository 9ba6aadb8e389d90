//! W8: the initiative begins with people of 75 and older and is widened later, by data and without a
//! release. The rule marks and filters; it stands in nobody's way.

use std::time::Duration;

use nabij_entity::access_log;
use nabij_tests::{Answer, Need, Person, Record, Request, Story};
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use super::Wijk;

fn need(place: &str, title: &str, resident: Value) -> Need {
    let need = Need::new(title, place).with("category", "LONELINESS");
    match resident {
        Value::Null => need,
        resident => need.with("resident", json!({ "new": resident })),
    }
}

async fn of_cohort(who: &Person, initiative: &Record, condition: Value) -> Answer {
    let query = "query Cohort($initiative: ID!, $cohort: CohortFilter!) { \
        signals(first: 9, where: { cohort: $cohort }, orderBy: [{ field: CREATED_AT }]) { \
        nodes { title inCohort(initiative: $initiative) } } }";
    let mut cohort = condition;
    cohort["initiative"] = json!(initiative.id);
    let variables = json!({ "initiative": initiative.id, "cohort": cohort });
    who.asks(query, variables).await
}

fn titles(answer: &Answer) -> Vec<&str> {
    let nodes = answer.data("/signals/nodes").as_array();
    let nodes = nodes.into_iter().flatten();
    nodes.filter_map(|node| node["title"].as_str()).collect()
}

async fn widens(who: &Person, initiative: &Record, to: Value) -> Answer {
    let input = json!({ "id": initiative.id, "minimumAge": to });
    who.does("initiativeUpdate", "initiative", "id minimumAge", input)
        .await
}

#[tokio::test]
async fn w8_it_starts_with_75_and_is_widened_without_a_release() {
    let wijk = Wijk::begins().await;
    let initiative = wijk.initiative().await;
    let recept = wijk
        .partner("Welzijn op Recept", "OTHER", "PARTNER_STAFF", &[])
        .await;
    let local = wijk.volunteer("Heleen", &["De Heul"], json!({})).await;
    let heul = wijk.place("De Heul");
    for (title, resident) in [
        ("Cornelia, 83", json!({ "birthYear": 1943 })),
        ("Hendrik, 75 this year", json!({ "birthYear": 1951 })),
        ("Grietje, 74", json!({ "birthYear": 1952 })),
        ("Of unknown age", json!({ "givenName": "Jan" })),
        ("About nobody in particular", Value::Null),
    ] {
        wijk.town.wait(Duration::from_secs(1));
        local.submits(need(heul, title, resident)).await.done();
    }
    let story = Story::of(
        "W8",
        "It starts with people of 75 and older, and is widened without a release",
    );
    let first = story
        .step(
            "The coordinator sees who is of the age it begins with",
            of_cohort(&wijk.wendy, &initiative, json!({ "eq": true })),
        )
        .await;
    assert_eq!(titles(&first), ["Cornelia, 83", "Hendrik, 75 this year"]);
    assert_eq!(first.data("/signals/nodes/0/inCohort"), true);
    let younger = of_cohort(&wijk.wendy, &initiative, json!({ "eq": false })).await;
    assert_eq!(titles(&younger), ["Grietje, 74"]);
    let unknown = story
        .step(
            "And of whom that isn't known",
            of_cohort(&wijk.wendy, &initiative, json!({ "isNull": true })),
        )
        .await;
    assert_eq!(
        titles(&unknown),
        ["Of unknown age", "About nobody in particular"]
    );
    assert!(unknown.data("/signals/nodes/0/inCohort").is_null());

    // Grietje isn't in it, and is helped all the same.
    let grietje = need(heul, "Grietje, 74, again", json!({ "birthYear": 1952 }));
    let signal = story
        .step(
            "Grietje of 74 is helped all the same",
            local.submits(grietje),
        )
        .await
        .done();
    let request = Request::to(&recept).on("PUBLIC_TASK", &["NAME"]);
    story
        .step(
            "And referred like everybody",
            wijk.wendy.refers_by(&signal, request),
        )
        .await
        .done();
    widens(&local, &initiative, json!(65))
        .await
        .is_refused_as("FORBIDDEN");
    widens(&wijk.wendy, &initiative, json!(126))
        .await
        .is_refused_at("OUT_OF_RANGE", "minimumAge");
    story
        .step(
            "The coordinator widens it to 65",
            widens(&wijk.wendy, &initiative, json!(65)),
        )
        .await
        .done();
    let wider = story
        .step(
            "At once more people are marked",
            of_cohort(&wijk.wendy, &initiative, json!({ "eq": true })),
        )
        .await;
    assert_eq!(
        titles(&wider),
        [
            "Cornelia, 83",
            "Hendrik, 75 this year",
            "Grietje, 74",
            "Grietje, 74, again",
        ]
    );
    story
        .step(
            "Later it is for everybody",
            widens(&wijk.wendy, &initiative, Value::Null),
        )
        .await
        .done();
    story.ends();
    let everybody = of_cohort(&wijk.wendy, &initiative, json!({ "eq": true })).await;
    assert_eq!(titles(&everybody).len(), 6, "of unknown age too");
    let others = of_cohort(&wijk.wendy, &initiative, json!({ "eq": false })).await;
    assert_eq!(titles(&others).len(), 0);
}

#[tokio::test]
async fn w8_years_pass_and_the_mark_shows_no_more_than_the_year_of_birth_does() {
    let wijk = Wijk::begins().await;
    let initiative = wijk.initiative().await;
    let recept = wijk
        .partner("Welzijn op Recept", "OTHER", "PARTNER_STAFF", &[])
        .await;
    let heul = wijk.place("De Heul");
    let local = wijk.volunteer("Heleen", &["De Heul"], json!({})).await;
    let of_74 = json!({ "givenName": "Grietje", "birthYear": 1952 });
    let signal = local.submits(need(heul, "Dines alone", of_74)).await.done();
    let mark = format!("inCohort(initiative: \"{}\")", initiative.id);
    let marked = async |who: &Person| {
        let seen = who.sees(&signal, &mark).await.expect("seen");
        seen["inCohort"].clone()
    };
    assert_eq!(marked(&wijk.wendy).await, false);
    assert_eq!(marked(&local).await, false, "she told the year herself");

    // A partner that isn't told the year of birth isn't told by the mark, nor by filtering.
    let request = Request::to(&recept).on("PUBLIC_TASK", &["NAME"]);
    wijk.wendy.refers_by(&signal, request).await.done();
    assert_eq!(marked(&recept).await, Value::Null);
    for condition in [json!({ "eq": true }), json!({ "eq": false })] {
        let found = of_cohort(&recept, &initiative, condition).await;
        assert_eq!(titles(&found).len(), 0);
    }
    let unknown = of_cohort(&recept, &initiative, json!({ "isNull": true })).await;
    assert_eq!(titles(&unknown), ["Dines alone"]);

    // Next year she is 75. Nobody changed a thing.
    wijk.town.wait(Duration::from_hours(24 * 310));
    assert_eq!(marked(&wijk.wendy).await, true);
    let found = of_cohort(&wijk.wendy, &initiative, json!({ "eq": true })).await;
    assert_eq!(titles(&found), ["Dines alone"]);

    // Of residents the same; and an id that is no initiative's is no question.
    let query = "query Residents($initiative: ID!) { residents(first: 5, where: { cohort: { \
        initiative: $initiative, eq: true } }) { nodes { givenName \
        inCohort(initiative: $initiative) } } }";
    let variables = json!({ "initiative": initiative.id });
    let answer = wijk.wendy.asks(query, variables).await;
    assert_eq!(
        *answer.data("/residents/nodes"),
        json!([{ "givenName": "Grietje", "inCohort": true }])
    );
    let wrong = wijk
        .wendy
        .asks(query, json!({ "initiative": signal.id }))
        .await;
    assert_eq!(wrong.code(), "BAD_USER_INPUT");
    let silent = of_cohort(&wijk.wendy, &initiative, json!({})).await;
    assert_eq!(
        titles(&silent).len(),
        0,
        "without a condition it finds nothing"
    );
}

#[tokio::test]
async fn w8_the_mark_costs_no_statement_whatever_the_number_of_signals() {
    let wijk = Wijk::begins().await;
    let initiative = wijk.initiative().await;
    let heul = wijk.place("De Heul");
    let of_83 = json!({ "birthYear": 1943 });
    let signal = wijk.wendy.submits(need(heul, "Hears nobody", of_83)).await;
    let signal = signal.done();
    let ask = async || {
        let cohort = json!({ "eq": true });
        let _cold = of_cohort(&wijk.wendy, &initiative, cohort.clone()).await;
        of_cohort(&wijk.wendy, &initiative, cohort).await
    };
    let few = ask().await;
    wijk.town.has_more_like(&signal, 20).await;
    let many = ask().await;
    assert_eq!((titles(&few).len(), titles(&many).len()), (1, 9));
    // Begin, the rows, the access log, commit.
    assert_eq!((few.statements(), many.statements()), (4, 4));
}

/// GDPR articles 5(2) and 15: whether somebody is of an age tells of the year they were born in.
#[tokio::test]
async fn w8_the_mark_is_read_with_a_trace() {
    let wijk = Wijk::begins().await;
    let initiative = wijk.initiative().await;
    let recept = wijk
        .partner("Welzijn op Recept", "OTHER", "PARTNER_STAFF", &[])
        .await;
    let heul = wijk.place("De Heul");
    let of_83 = json!({ "givenName": "Cornelia", "birthYear": 1943 });
    let signal = wijk.wendy.submits(need(heul, "Hears nobody", of_83)).await;
    let signal = signal.done();
    let nobodys = need(heul, "About nobody in particular", Value::Null);
    wijk.wendy.submits(nobodys).await.done();
    let request = Request::to(&recept).on("PUBLIC_TASK", &["NAME"]);
    wijk.wendy.refers_by(&signal, request).await.done();
    let marked = "query Marked($initiative: ID!) { signals(first: 9) { nodes { \
        inCohort(initiative: $initiative) } } }";
    let found = "query Found($initiative: ID!) { signals(first: 9, where: { cohort: { \
        initiative: $initiative, eq: true } }) { nodes { title } } }";
    let counted = "query Counted($initiative: ID!) { signals(where: { not: { cohort: { \
        initiative: $initiative, eq: false } } }) { totalCount } }";
    for query in [marked, found, counted] {
        for (who, reads) in [(&wijk.wendy, 1), (&recept, 0)] {
            let before = logged(&wijk).await.len();
            let answer = who
                .asks(query, json!({ "initiative": initiative.id }))
                .await;
            assert!(answer.errors().is_empty(), "{}", answer.text());
            let log = logged(&wijk).await.split_off(before);
            assert_eq!(log, vec!["BIRTH_YEAR"; reads], "{query}");
        }
    }
}

/// What was read, entry by entry.
async fn logged(wijk: &Wijk) -> Vec<String> {
    let all = access_log::Entity::find().all(wijk.town.beneath()).await;
    let all = all.expect("the access log").into_iter();
    all.map(|entry| entry.fields).collect()
}
