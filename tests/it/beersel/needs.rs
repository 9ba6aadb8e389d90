//! B2, B3 and B6: what Rosa hears at the door, for anyone in need, and who sees it.

use std::time::Duration;

use nabij_tests::{Need, Record};
use serde_json::{Value, json};

use super::{Beersel, DAY, is_done};

#[tokio::test]
async fn b2_rosa_records_a_need_for_somebody_without_account_or_email() {
    let beersel = Beersel::begins().await;
    let (katrien, rosa) = (&beersel.katrien, &beersel.rosa);
    let signal = rosa.submits(beersel.marias_need()).await.done();
    assert_eq!(signal.status(), "SUBMITTED");

    // The coordinator sees who it is and how to reach her, for a purpose.
    let whom = "resident { givenName familyName birthYear contact(purpose: CARE_COORDINATION) \
        { phone email } }";
    let seen = katrien
        .sees(&signal, whom)
        .await
        .expect("it is in her municipality");
    assert_eq!(
        seen["resident"],
        json!({
            "givenName": "Maria", "familyName": "Peeters", "birthYear": 1938,
            "contact": { "phone": "+3223591616", "email": null },
        })
    );
    // Rosa sees what she told, but keeps no address book.
    let seen = rosa
        .sees(&signal, &format!("text {whom}"))
        .await
        .expect("it is hers");
    assert_eq!(seen["resident"]["givenName"], "Maria");
    assert!(seen["resident"]["contact"]["phone"].is_null(), "{seen}");

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
    // Not a place she isn't there for, and not a number that may not be kept.
    let elsewhere = beersel
        .marias_need()
        .with("neighbourhood", beersel.place("Dworp").id.clone());
    rosa.submits(elsewhere).await.is_refused_as("FORBIDDEN");
    let number = beersel
        .marias_need()
        .with("text", "Her number is 93.05.18-223.61");
    rosa.submits(number)
        .await
        .is_refused_at("IDENTITY_NUMBER", "text");
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
    let steep = rosa.submits(beersel.marias_need()).await.done();
    let bench = Need::new("A bench at the bus stop", &beersel.place("Alsemberg").id)
        .with("urgency", "LOW")
        .with("category", "PUBLIC_SPACE");
    let bench = rosa.submits(bench).await.done();

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
    let all = desk(json!({})).await;
    assert_eq!(all.len(), 2);
    // The most pressing comes first: where, what, how urgent, how old.
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
    let late = desk(json!({ "overdue": true })).await;
    assert_eq!(late.len(), 1);
    assert_eq!(
        (&late[0]["id"], &late[0]["overdue"]),
        (&json!(steep.id), &json!(true))
    );
    assert_eq!(desk(json!({ "overdue": false })).await.len(), 1);
    katrien.resolves(&steep, "RESOLVED_AT_INTAKE").await.done();
    assert_eq!(desk(json!({ "overdue": true })).await, [] as [Value; 0]);

    // Triage corrects the urgency, and the due date follows from when it came in.
    let acute = katrien
        .triages_as(&bench, json!({ "urgency": "ACUTE" }))
        .await
        .done();
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
    for (name, born) in [
        ("Maria", Some(1938)),
        ("Jef", Some(1941)),
        ("Yasmine", Some(1985)),
        ("Lars", Some(2012)),
        ("Somebody who didn't say", None),
    ] {
        let whom = json!({ "new": { "givenName": name, "birthYear": born } });
        rosa.submits(beersel.marias_need().with("resident", whom))
            .await
            .done();
    }
    // By age band: who is reached, and who is not.
    let query = "query Band($from: Int, $below: Int) { residents(where: { birthYear: \
        { gte: $from, lt: $below } }) { totalCount } }";
    for (from, below, count) in [
        (None, Some(1947), 2),
        (Some(1947), Some(1962), 0),
        (Some(1962), None, 2),
    ] {
        let answer = katrien
            .asks(query, json!({ "from": from, "below": below }))
            .await;
        assert_eq!(
            answer.data("/residents/totalCount"),
            count,
            "{from:?} to {below:?}"
        );
    }
    // A year that can't be is refused, whoever it is about.
    for (born, code) in [(2031, "OUT_OF_RANGE"), (1850, "OUT_OF_RANGE")] {
        let whom = json!({ "new": { "birthYear": born } });
        let answer = rosa
            .submits(beersel.marias_need().with("resident", whom))
            .await;
        answer.is_refused_at(code, "resident.new.birthYear");
    }
}
