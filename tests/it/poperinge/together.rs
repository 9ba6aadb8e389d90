//! P1, P2, P3 and P9: who organises, where it comes next, whom it is for, and how quickly.

use nabij_tests::{Gathering, Person, Record, Story};
use serde_json::{Value, json};

use super::{DAY, HOUR, Poperinge, volunteer};

const MADE: &str = "title status organisers(first: 9) { nodes { name } } \
    volunteers(first: 9) { nodes { displayName } }";

/// An activity as somebody sees it, by the query of the story.
async fn look(who: &Person, activity: &Record) -> Value {
    let query = format!("query Look($id: ID!) {{ activity(id: $id) {{ {MADE} }} }}");
    let answer = who.asks(&query, json!({ "id": activity.id })).await;
    answer.data("/activity").clone()
}

#[tokio::test]
async fn p1_several_organisers_own_an_activity_together() {
    let poperinge = Poperinge::begins().await;
    let (bram, helpers, nele) = (&poperinge.bram, &poperinge.helpers, &poperinge.nele);
    let passer_by = poperinge.town.passer_by();
    let story = Story::of(
        "P1",
        "Four organisations own an activity together, with a volunteer of the neighbourhood",
    );
    let gathering = poperinge
        .long_table("Bloemenbuurt")
        .with("volunteers", json!([nele.ambassador]));
    let proposal = bram.proposes(gathering.clone());
    let activity = story
        .step(
            "Bram of the service centre proposes it for all four",
            proposal,
        )
        .await
        .done();
    assert_eq!(activity.status(), "TENTATIVE");
    let seen = story
        .step("Nobody else sees it yet", look(&passer_by, &activity))
        .await;
    assert_eq!(seen, Value::Null);
    let published = story
        .step(
            "The organisation of volunteers publishes it: any organiser may",
            helpers.publishes(&activity),
        )
        .await
        .done();
    assert_eq!(published.status(), "CONFIRMED");
    let seen = story
        .step(
            "Now anybody sees it, and who organises it",
            look(&passer_by, &activity),
        )
        .await;
    assert_eq!(
        seen["organisers"]["nodes"].as_array().map(Vec::len),
        Some(4)
    );
    assert_eq!(
        seen["volunteers"]["nodes"],
        json!([{ "displayName": "Nele" }])
    );
    story.ends();

    // The volunteers are those of the neighbourhood.
    let parkbuurt = poperinge
        .long_table("Parkbuurt")
        .with("volunteers", json!([nele.ambassador]));
    bram.proposes(parkbuurt)
        .await
        .is_refused_at("INVALID", "volunteers.0");
    // All of them decide, and so does the coordinator; nobody else does.
    for who in [bram, helpers, &poperinge.petra, nele] {
        let seen = who.looks_up(&activity).await.expect("it is theirs");
        let allowed = json!(["UPDATE", "CANCEL", "HAND_OVER"]);
        assert_eq!(seen.at("/allowedActions"), &allowed);
    }
    let outsider = super::staff(
        &poperinge.admin,
        "Elsewhere vzw",
        "OTHER",
        &poperinge.places,
    )
    .await;
    let elsewhere = outsider.looks_up(&activity).await.expect("it is public");
    assert_eq!(elsewhere.at("/allowedActions"), &json!([]));
    outsider
        .cancels(&activity, "Not by us")
        .await
        .is_refused_as("FORBIDDEN");
    let hidden = bram.proposes(gathering).await.done();
    assert!(outsider.looks_up(&hidden).await.is_none());
    let refused = outsider.publishes(&hidden).await;
    refused.is_refused_at("NOT_FOUND", "id");
    passer_by
        .publishes(&hidden)
        .await
        .is_refused_as("UNAUTHENTICATED");
}

#[tokio::test]
async fn p1_who_organises_is_there_and_says_so() {
    let poperinge = Poperinge::begins().await;
    let (bram, petra) = (&poperinge.bram, &poperinge.petra);
    let gathering = || poperinge.long_table("Parkbuurt");
    // For others alone: no.
    let without_own = gathering().with("organisers", json!([poperinge.city.partner]));
    bram.proposes(without_own)
        .await
        .is_refused_at("INVALID", "organisers");
    // Without a word, for one's own.
    let own = bram
        .proposes(gathering().with("organisers", json!([])))
        .await
        .done();
    let seen = look(bram, &own).await;
    assert_eq!(
        seen["organisers"]["nodes"],
        json!([{ "name": "LDC De Bres" }])
    );
    // Somebody else joins later; the last one can't leave.
    let joined = json!({ "organisers": [bram.partner, poperinge.city.partner] });
    bram.rearranges(&own, joined).await.done();
    poperinge.city.publishes(&own).await.done();
    bram.rearranges(&own, json!({ "organisers": [] }))
        .await
        .is_refused_at("REQUIRED", "organisers");
    // A coordinator names who organises; a suspended partner can't.
    let nobody = gathering().with("organisers", json!([]));
    petra
        .proposes(nobody)
        .await
        .is_refused_at("REQUIRED", "organisers");
    let shared = bram.proposes(gathering()).await.done();
    let input = json!({ "id": poperinge.welfare.partner });
    let suspended = poperinge
        .admin
        .does("partnerSuspend", "partner", "id status", input)
        .await
        .done();
    assert_eq!(suspended.status(), "SUSPENDED");
    petra
        .proposes(gathering())
        .await
        .is_refused_at("INVALID", "organisers.2");
    poperinge
        .welfare
        .proposes(gathering())
        .await
        .is_refused_as("FORBIDDEN");
    // Nor does it decide any more over what it organised, or see it before everybody does.
    poperinge
        .welfare
        .publishes(&shared)
        .await
        .is_refused_as("NOT_FOUND");
    poperinge.city.publishes(&shared).await.done();
}

#[tokio::test]
async fn p2_each_time_another_neighbourhood_and_where_something_is_due() {
    let poperinge = Poperinge::begins().await;
    let bram = &poperinge.bram;
    let story = Story::of(
        "P2",
        "A series visits a different neighbourhood each time; where nothing followed, something is due",
    );
    let series = story
        .step(
            "Bram begins the series",
            bram.begins_series("Tegoare op de stroate", &poperinge.municipality),
        )
        .await
        .done();
    let table = |place: &str| {
        poperinge
            .long_table(place)
            .with("series", series.id.clone())
            .published()
    };
    let bloemenbuurt = story
        .step(
            "It visits the Bloemenbuurt",
            bram.proposes(table("Bloemenbuurt")),
        )
        .await
        .done();
    let vogelbuurt = bram.proposes(table("Vogelbuurt")).await.done();
    let parkbuurt = bram.proposes(table("Parkbuurt")).await.done();
    poperinge.town.wait(7 * DAY + 4 * HOUR);
    let due = async |who: &Person| {
        let query = "query Due($id: ID!) { activitySeries(id: $id) { name \
            neighbourhoodsWithoutFollowUp(first: 25) { nodes { name } totalCount } } }";
        let answer = who.asks(query, json!({ "id": series.id })).await;
        let at = "/activitySeries/neighbourhoodsWithoutFollowUp";
        let places = answer.data(at).clone();
        let names: Vec<String> = places["nodes"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|place| place["name"].as_str().unwrap_or_default().to_owned())
            .collect();
        assert_eq!(places["totalCount"], json!(names.len()));
        names
    };
    assert_eq!(due(bram).await, ["Bloemenbuurt", "Parkbuurt", "Vogelbuurt"]);
    let again = Gathering::new(
        "Soup in the street",
        poperinge.place("Bloemenbuurt"),
        poperinge.in_days(20),
    )
    .with("followUpOf", bloemenbuurt.id.clone())
    .published();
    let follow_up = poperinge.nele.proposes(again);
    let follow_up = story
        .step(
            "There, Nele and her neighbours have soup together later",
            follow_up,
        )
        .await
        .done();
    let names = story
        .step(
            "Bram asks where one was held and nothing followed",
            due(bram),
        )
        .await;
    assert_eq!(names, ["Parkbuurt", "Vogelbuurt"]);
    story.ends();

    // What is called off, or isn't published, is no activity and no follow-up.
    bram.cancels(&parkbuurt, "It rained").await.done();
    let soon = Gathering::new(
        "Not yet",
        poperinge.place("Vogelbuurt"),
        poperinge.in_days(9),
    )
    .with("followUpOf", vogelbuurt.id.clone());
    bram.proposes(soon).await.done();
    assert_eq!(due(bram).await, ["Vogelbuurt"]);
    poperinge.nele.cancels(&follow_up, "No soup").await.done();
    let passer_by = poperinge.town.passer_by();
    assert_eq!(due(&passer_by).await, ["Bloemenbuurt", "Vogelbuurt"]);
}

#[tokio::test]
async fn p2_a_series_stays_in_its_municipality() {
    let poperinge = Poperinge::begins().await;
    let (bram, nele) = (&poperinge.bram, &poperinge.nele);
    let begun = bram.begins_series("Tegoare op de stroate", &poperinge.municipality);
    let series = begun.await.done();
    let table = poperinge.long_table("Vogelbuurt").published();
    let vogelbuurt = bram.proposes(table).await.done();
    poperinge.town.wait(8 * DAY);
    nele.begins_series("Soup", &poperinge.municipality)
        .await
        .is_refused_as("FORBIDDEN");
    let herent = poperinge
        .admin
        .enters_municipality("Herent", "24038")
        .await
        .done();
    bram.begins_series("Elsewhere", &herent)
        .await
        .is_refused_as("FORBIDDEN");
    bram.begins_series(" ", &poperinge.municipality)
        .await
        .is_refused_at("REQUIRED", "name");
    let winksele = json!({ "name": "Winksele", "municipality": herent.id });
    let winksele = poperinge
        .admin
        .does("neighbourhoodCreate", "neighbourhood", "id name", winksele)
        .await
        .done();
    let other = super::staff(
        &poperinge.admin,
        "LDC Herent",
        "OTHER",
        std::slice::from_ref(&winksele),
    )
    .await;
    let across = Gathering::new("Elsewhere", &winksele.id, poperinge.in_days(3))
        .with("series", series.id.clone());
    other
        .proposes(across.clone())
        .await
        .is_refused_at("INVALID", "series");
    let followed = across
        .with("series", Value::Null)
        .with("followUpOf", vogelbuurt.id.clone());
    other
        .proposes(followed)
        .await
        .is_refused_at("INVALID", "followUpOf");
}

#[tokio::test]
async fn p3_an_activity_is_for_several_groups_and_each_finds_it() {
    let poperinge = Poperinge::begins().await;
    let passer_by = poperinge.town.passer_by();
    let story = Story::of(
        "P3",
        "An activity is for children, older people and people who speak other languages alike",
    );
    let activity = poperinge
        .bram
        .proposes(poperinge.long_table("Bloemenbuurt").published());
    let activity = story
        .step("Bram proposes it for seven target groups", activity)
        .await
        .done();
    let week = (poperinge.in_days(6), 7);
    let fields = "startsAt activity { title targetGroups } neighbourhood { name }";
    let of_group = async |group: Value| {
        let only = json!({ "targetGroup": group });
        let found = passer_by.looks_into_the_calendar(week, only, fields).await;
        let found = found.data("/calendar/nodes").as_array().map(Vec::len);
        found.expect("a list")
    };
    for (caption, group) in [
        ("Who looks for something for children finds it", "CHILDREN"),
        ("So does who looks for people in poverty", "POVERTY"),
    ] {
        let found = story.step(caption, of_group(json!({ "eq": group }))).await;
        assert_eq!(found, 1, "{group}");
    }
    story.ends();
    assert_eq!(of_group(json!({ "eq": "INFORMAL_CARERS" })).await, 0);
    let either = json!({ "in": ["INFORMAL_CARERS", "YOUTH"] });
    assert_eq!(of_group(either).await, 1);

    // Without any it is for everyone.
    let for_all = json!({ "targetGroups": [] });
    poperinge.bram.rearranges(&activity, for_all).await.done();
    assert_eq!(of_group(json!({ "eq": "EVERYONE" })).await, 1);
    assert_eq!(of_group(json!({ "eq": "CHILDREN" })).await, 0);
}

#[tokio::test]
async fn p9_created_and_published_in_one_call() {
    let poperinge = Poperinge::begins().await;
    let bram = &poperinge.bram;
    let story = Story::of(
        "P9",
        "The weather is good: an activity is there in one call",
    );
    let key = "0198c0de-0000-7000-8000-000000000009";
    let gathering = Gathering::new(
        "Waffles on the square",
        poperinge.place("Parkbuurt"),
        poperinge.in_days(1),
    )
    .with("idempotencyKey", key)
    .published();
    let activity = story
        .step(
            "Bram proposes waffles for tomorrow, and publishes them in the same breath",
            bram.proposes(gathering.clone()),
        )
        .await
        .done();
    assert_eq!(activity.status(), "CONFIRMED");
    let tomorrow = (poperinge.in_days(0), 2);
    let fields = "startsAt activity { title status } neighbourhood { name }";
    let passer_by = poperinge.town.passer_by();
    let calendar = passer_by.looks_into_the_calendar(tomorrow, Value::Null, fields);
    let calendar = story.step("It is in the calendar at once", calendar).await;
    assert_eq!(
        calendar.data("/calendar/nodes/0/activity/title"),
        "Waffles on the square"
    );
    story.ends();

    // Pressed twice, it is there once.
    let again = bram.proposes(gathering.clone()).await.done();
    assert_eq!(again.id, activity.id);
    bram.proposes(gathering.with("title", "Pancakes"))
        .await
        .is_refused_as("IDEMPOTENCY_MISMATCH");
    let history = bram
        .sees(
            &activity,
            "version history(first: 9) { nodes { kind from to } }",
        )
        .await
        .expect("seen");
    assert_eq!(
        history,
        json!({ "version": 2, "history": { "nodes": [
            { "kind": "activity.proposed", "from": null, "to": "TENTATIVE" },
            { "kind": "activity.published", "from": "TENTATIVE", "to": "CONFIRMED" },
        ] } })
    );
    // Several slips of the pen are told at once; nothing is written.
    let slips = Gathering::new(" ", poperinge.place("Parkbuurt"), poperinge.in_days(1))
        .with("endsAt", "2026-01-01T00:00:00Z")
        .with("capacity", 0);
    let refused = bram.proposes(slips).await;
    let codes: Vec<(&Value, &Value)> = refused
        .user_errors()
        .iter()
        .map(|error| (&error["code"], &error["path"][0]))
        .collect();
    assert_eq!(
        codes,
        [
            (&json!("REQUIRED"), &json!("title")),
            (&json!("OUT_OF_RANGE"), &json!("endsAt")),
            (&json!("OUT_OF_RANGE"), &json!("capacity")),
        ]
    );
    let public = Gathering::new(
        "Waffles",
        poperinge.place("Parkbuurt"),
        poperinge.in_days(1),
    )
    .with("description", "Ask for 93.05.18-223.61");
    bram.proposes(public)
        .await
        .is_refused_at("IDENTITY_NUMBER", "description");
    let listener = volunteer(
        &poperinge.admin,
        &poperinge.petra,
        ("Lien", "LISTENER"),
        &poperinge.municipality,
        &poperinge.places[1],
    )
    .await;
    let hers = Gathering::new("Tea", poperinge.place("Parkbuurt"), poperinge.in_days(1));
    listener.proposes(hers).await.is_refused_as("FORBIDDEN");
}
