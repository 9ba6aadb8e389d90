//! B2, B3 and B6: what Rosa hears at the door, for anyone in need, and who sees it.

use std::time::Duration;

use nabij_tests::{Need, Record, Story};
use serde_json::{Value, json};

use super::{Beersel, DAY, is_done};

#[tokio::test]
async fn b2_rosa_records_a_need_for_somebody_without_account_or_email() {
    let beersel = Beersel::begins().await;
    let (katrien, rosa) = (&beersel.katrien, &beersel.rosa);
    let story = Story::of(
        "B2",
        "An ambassador records a need for a resident who has no account and no e-mail",
    );
    let signal = story
        .step(
            "Rosa writes down what Maria told her at the door",
            rosa.submits(beersel.marias_need()),
        )
        .await
        .done();
    assert_eq!(signal.status(), "SUBMITTED");

    // The coordinator sees who it is and how to reach her, for a purpose.
    let whom = "resident { givenName familyName birthYear contact(purpose: CARE_COORDINATION) \
        { phone email } }";
    let seen = story
        .step(
            "Katrien, the coordinator, sees who it is and asks how to reach her, for a purpose",
            katrien.sees(&signal, whom),
        )
        .await
        .expect("it is in her municipality");
    assert_eq!(
        seen["resident"],
        json!({
            "givenName": "Maria", "familyName": "Peeters", "birthYear": 1938,
            "contact": { "phone": "+3223591616", "email": null },
        })
    );
    let seen = story
        .step(
            "Rosa sees what she told, but keeps no address book",
            rosa.sees(&signal, &format!("text {whom}")),
        )
        .await
        .expect("it is hers");
    assert_eq!(seen["resident"]["givenName"], "Maria");
    assert!(seen["resident"]["contact"]["phone"].is_null(), "{seen}");
    let number = beersel
        .marias_need()
        .with("text", "Her number is 93.05.18-223.61");
    story
        .step(
            "A national number is never kept, and not repeated in the refusal",
            rosa.submits(number),
        )
        .await
        .is_refused_at("IDENTITY_NUMBER", "text");
    story.ends();

    // Nobody else does: not her fellow volunteer, not a partner, not the street.
    let (admin, place) = (&beersel.admin, beersel.place("Alsemberg"));
    let jan = Beersel::volunteer(admin, katrien, "Jan", &beersel.municipality, place).await;
    for other in [
        &jan,
        &beersel.ocmw,
        &beersel.hoplr,
        admin,
        &beersel.town.passer_by(),
    ] {
        assert!(other.looks_up(&signal).await.is_none());
        let residents = other.asks("{ residents { totalCount } }", json!({})).await;
        assert_eq!(residents.data("/residents/totalCount"), 0);
    }

    // A problem and an initiative are recorded as well, about nobody in particular.
    for kind in ["PROBLEM", "INITIATIVE"] {
        rosa.submits(Need::new("A bench at the bus stop", &place.id).with("kind", kind))
            .await
            .done();
    }
    // Not a place she isn't there for.
    let elsewhere = beersel
        .marias_need()
        .with("neighbourhood", beersel.place("Dworp").id.clone());
    rosa.submits(elsewhere).await.is_refused_as("FORBIDDEN");
    let residents = katrien
        .asks("{ residents { totalCount } }", json!({}))
        .await;
    assert_eq!(
        residents.data("/residents/totalCount"),
        1,
        "a refused signal records nobody"
    );

    // A volunteer on a break submits nothing.
    is_done(katrien, "Pause", &Record::of(&*rosa.ambassador), json!({})).await;
    rosa.submits(beersel.marias_need())
        .await
        .is_refused_as("FORBIDDEN");
}

#[tokio::test]
async fn b3_the_municipality_sees_it_at_once_and_what_is_overdue() {
    let beersel = Beersel::begins().await;
    let (katrien, rosa, town) = (&beersel.katrien, &beersel.rosa, &beersel.town);
    let bench = Need::new("A bench at the bus stop", &beersel.place("Alsemberg").id)
        .with("urgency", "LOW")
        .with("category", "PUBLIC_SPACE");
    let bench = rosa.submits(bench).await.done();
    let story = Story::of(
        "B3",
        "The municipality sees a need at once, and what is overdue surfaces by itself",
    );
    let steep = story
        .step(
            "Rosa records a need that can't wait long",
            rosa.submits(beersel.marias_need()),
        )
        .await
        .done();

    let query = "query Desk($where: SignalWhere) { signals(orderBy: \
        { field: DUE_AT, direction: ASC }, where: $where) \
        { nodes { id urgency category overdue neighbourhood { name } resident { birthYear } } } }";
    let desk = async |wanted: Value| {
        let answer = katrien.asks(query, json!({ "where": wanted })).await;
        answer
            .data("/signals/nodes")
            .as_array()
            .expect("signals")
            .clone()
    };
    let all = story
        .step(
            "Katrien's desk: where, what, how urgent and how old, the most pressing first",
            desk(json!({})),
        )
        .await;
    assert_eq!(all.len(), 2);
    assert_eq!(
        all[0],
        json!({
            "id": steep.id, "urgency": "HIGH", "category": "HOUSING", "overdue": false,
            "neighbourhood": { "name": "Alsemberg" }, "resident": { "birthYear": 1938 },
        })
    );
    assert_eq!(
        desk(json!({ "category": { "eq": "PUBLIC_SPACE" } }))
            .await
            .len(),
        1
    );

    // HIGH waits two days. After that it surfaces by itself, until somebody closes it.
    town.wait(DAY + Duration::from_secs(24 * 3600 - 1));
    assert_eq!(desk(json!({ "overdue": true })).await, [] as [Value; 0]);
    town.wait(Duration::from_secs(1));
    let late = story
        .step(
            "Two days later nobody has looked at it: it is overdue",
            desk(json!({ "overdue": true })),
        )
        .await;
    assert_eq!(late.len(), 1);
    assert_eq!(
        (&late[0]["id"], &late[0]["overdue"]),
        (&json!(steep.id), &json!(true))
    );
    assert_eq!(desk(json!({ "overdue": false })).await.len(), 1);
    story
        .step(
            "Katrien calls her and closes it; it isn't overdue any more",
            katrien.resolves(&steep, "RESOLVED_AT_INTAKE"),
        )
        .await
        .done();
    assert_eq!(desk(json!({ "overdue": true })).await, [] as [Value; 0]);

    let acute = story
        .step(
            "The bench turns out to be in pieces: Katrien corrects the urgency, and the due date \
             follows from when it came in",
            katrien.triages_as(&bench, json!({ "urgency": "ACUTE" })),
        )
        .await
        .done();
    story.ends();
    assert_eq!(acute.text("dueAt"), "2026-03-02T13:00:00Z");
    assert_eq!(desk(json!({ "overdue": true })).await.len(), 1);
    rosa.triages(&bench).await.is_refused_as("FORBIDDEN");
    beersel
        .ocmw
        .triages(&bench)
        .await
        .is_refused_as("NOT_FOUND");
}

#[tokio::test]
async fn b6_seniors_first_but_anyone_in_need() {
    let beersel = Beersel::begins().await;
    let (katrien, rosa) = (&beersel.katrien, &beersel.rosa);
    let need_of = |name: &str, born: Option<i32>, groups: &[&str]| {
        let whom = json!({ "new": {
            "givenName": name, "birthYear": born, "targetGroups": groups,
        } });
        beersel.marias_need().with("resident", whom)
    };
    for (name, born, groups) in [
        ("Maria", Some(1938), ["OLDER_PEOPLE", "LIVING_ALONE"]),
        ("Jef", Some(1941), ["OLDER_PEOPLE", "INFORMAL_CARERS"]),
        ("Lars", Some(2012), ["YOUTH", "FAMILIES"]),
    ] {
        // Of fewer than five nothing is told.
        for _ in 0..5 {
            rosa.submits(need_of(name, born, &groups)).await.done();
        }
    }
    rosa.submits(need_of("Somebody who didn't say", None, &[]))
        .await
        .done();
    // About no person in particular.
    let bench = Need::new("A bench at the bus stop", &beersel.place("Alsemberg").id);
    rosa.submits(bench).await.done();

    let story = Story::of(
        "B6",
        "Seniors first, but anyone in need: nobody is too young, and the figures show who is not reached",
    );
    let yasmine = need_of("Yasmine", Some(1985), &["FAMILIES", "OTHER_LANGUAGE"])
        .with("category", "LANGUAGE")
        .with("title", "Letters from school that nobody explains")
        .with(
            "text",
            "She would like to practise Dutch with somebody from the street.",
        );
    story
        .step(
            "Rosa records a need of somebody who is forty",
            rosa.submits(yasmine),
        )
        .await
        .done();
    let municipality = json!({ "municipality": beersel.municipality.id });
    let this_year = ("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z");
    let query = "query WhoIsReached($places: StatisticsPlaces!, $from: DateTime!, \
        $until: DateTime!) { statistics(places: $places, from: $from, until: $until) { \
        total { signals { byAgeBand { ageBand count { value } } } \
        reach { notReached { ageBands targetGroups } } } \
        neighbourhoods { neighbourhood { name } figures { \
        signals { total { value } } reach { notReached { ageBands } } } } } }";
    let (from, until) = this_year;
    let variables = json!({ "places": municipality.clone(), "from": from, "until": until });
    let answer = story
        .step(
            "At the end of the year Katrien sees by age whose needs were heard, and who was not \
             reached, also in each neighbourhood",
            katrien.asks(query, variables),
        )
        .await;
    story
        .step(
            "The figures are the coordinator's",
            rosa.asks_figures(municipality, this_year, "peopleHelped { value }"),
        )
        .await
        .is_not_answered_as("FORBIDDEN");
    story.ends();
    let counted = |band: &str| {
        let bands = answer.data("/statistics/total/signals/byAgeBand");
        let mut lines = bands.as_array().expect("a line per band").iter();
        let line = lines.find(|line| line["ageBand"] == band).expect(band);
        line["count"]["value"].clone()
    };
    for (band, count) in [
        ("UP_TO_11", json!(null)),
        ("FROM_12_TO_24", json!(5)),
        ("FROM_25_TO_44", json!(null)),
        ("FROM_45_TO_64", json!(null)),
        ("FROM_85", json!(10)),
        ("UNKNOWN", json!(null)),
        ("NO_RESIDENT", json!(null)),
    ] {
        assert_eq!(counted(band), count, "{band}");
    }
    let not_reached = answer.data("/statistics/total/reach/notReached");
    assert_eq!(
        not_reached["ageBands"],
        json!([
            "UP_TO_11",
            "FROM_25_TO_44",
            "FROM_45_TO_64",
            "FROM_65_TO_74",
            "FROM_75_TO_84"
        ])
    );
    assert_eq!(
        not_reached["targetGroups"],
        json!([
            "CHILDREN",
            "MIGRATION_BACKGROUND",
            "OTHER_LANGUAGE",
            "POVERTY"
        ])
    );
    // Nobody in Dworp was heard at all.
    let dworp = answer.data("/statistics/neighbourhoods/2");
    assert_eq!(dworp["neighbourhood"]["name"], "Dworp");
    let missed = dworp["figures"]["reach"]["notReached"]["ageBands"].as_array();
    assert_eq!(missed.map(Vec::len), Some(7));

    // A year that can't be is refused, whoever it is about.
    for (born, code) in [(2031, "OUT_OF_RANGE"), (1850, "OUT_OF_RANGE")] {
        let answer = rosa.submits(need_of("Nobody", Some(born), &[])).await;
        answer.is_refused_at(code, "resident.new.birthYear");
    }
}
