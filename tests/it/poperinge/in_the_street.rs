//! P4, P5 and P8: the day itself. Who came, who takes over, and how it went.

use nabij_tests::{Gathering, Story};
use serde_json::{Value, json};

use super::{DAY, HOUR, Poperinge, ends};

#[tokio::test]
async fn p4_forty_people_came_and_no_one_is_written_down() {
    let poperinge = Poperinge::begins().await;
    let bram = &poperinge.bram;
    let gathering = poperinge.long_table("Bloemenbuurt").published();
    let activity = bram.proposes(gathering).await.done();
    // Not before it has begun.
    let forty = json!({ "total": 40, "mix": [
        { "targetGroup": "CHILDREN", "count": 12 },
        { "targetGroup": "OLDER_PEOPLE", "count": 11 },
        { "targetGroup": "OTHER_LANGUAGE", "count": 9 },
        { "targetGroup": "FAMILIES", "count": 22 },
    ] });
    bram.counts(&activity, forty.clone())
        .await
        .is_refused_as("INVALID");
    poperinge.town.wait(7 * DAY + HOUR);

    let story = Story::of(
        "P4",
        "Forty neighbours came, young and old: counted, and nobody written down",
    );
    let counted = bram.counts(&activity, forty.clone());
    let counted = story
        .step("Bram writes down how many came, and the mix", counted)
        .await
        .done();
    assert_eq!(counted.at("/attendanceTotal"), 40);
    let fields = "attendanceTotal occurrences(first: 9) { nodes { attendanceTotal \
        attendance { targetGroup count } } }";
    let organiser = poperinge.city.sees(&activity, fields);
    let seen = story
        .step("The other organisers see the mix", organiser)
        .await
        .expect("seen");
    let mix = seen["occurrences"]["nodes"][0]["attendance"].clone();
    assert_eq!(
        mix,
        json!([
            { "targetGroup": "CHILDREN", "count": 12 },
            { "targetGroup": "FAMILIES", "count": 22 },
            { "targetGroup": "OLDER_PEOPLE", "count": 11 },
            { "targetGroup": "OTHER_LANGUAGE", "count": 9 },
        ])
    );
    let passer_by = poperinge.town.passer_by();
    let seen = story
        .step(
            "Anybody else sees that forty came",
            passer_by.sees(&activity, fields),
        )
        .await
        .expect("it is public");
    assert_eq!(seen["attendanceTotal"], 40);
    assert_eq!(seen["occurrences"]["nodes"][0]["attendance"], json!([]));
    story.ends();

    // Counted again, it takes the place of the first count.
    let fewer = json!({ "total": 38, "mix": [{ "targetGroup": "YOUTH", "count": 4 }] });
    let again = bram.counts(&activity, fewer).await.done();
    assert_eq!(again.at("/attendanceTotal"), 38);
    let seen = bram.sees(&activity, fields).await.expect("seen");
    assert_eq!(
        seen["occurrences"]["nodes"][0]["attendance"],
        json!([{ "targetGroup": "YOUTH", "count": 4 }])
    );
    for (attendance, code, path) in [
        (json!({ "total": -1 }), "OUT_OF_RANGE", "attendance.total"),
        (
            json!({ "total": 5, "mix": [{ "targetGroup": "YOUTH", "count": 6 }] }),
            "OUT_OF_RANGE",
            "attendance.mix.0.count",
        ),
        (
            json!({ "total": 5, "mix": [{ "targetGroup": "EVERYONE", "count": 5 }] }),
            "INVALID",
            "attendance.mix.0.targetGroup",
        ),
        (
            json!({ "total": 5, "mix": [
                { "targetGroup": "YOUTH", "count": 1 }, { "targetGroup": "YOUTH", "count": 2 },
            ] }),
            "INVALID",
            "attendance.mix.1.targetGroup",
        ),
    ] {
        let refused = bram.counts(&activity, attendance).await;
        refused.is_refused_at(code, path);
    }
    let outsider = poperinge.town.passer_by();
    outsider
        .counts(&activity, forty)
        .await
        .is_refused_as("UNAUTHENTICATED");
}

#[tokio::test]
async fn p5_the_professionals_hand_over_and_the_residents_see_to_it() {
    let poperinge = Poperinge::begins().await;
    let bram = &poperinge.bram;
    let activity = poperinge.at_table().await;
    assert_eq!(activity.text("lead"), "PARTNER");
    let story = Story::of(
        "P5",
        "At five the professionals go; the neighbours stay in the sun and see to the rest",
    );
    let tasks = ["WALK_HOME", "CLEAR_UP", "RETURN_BORROWED"];
    let with = json!({ "tasks": tasks, "note": "Jan and Marie bring the oldest home" });
    let handed = story
        .step(
            "Bram hands over what is left to do",
            bram.takes("HandOver", &activity, with),
        )
        .await
        .done();
    assert_eq!(
        (handed.status(), handed.text("lead")),
        ("CONFIRMED", "RESIDENTS")
    );
    let fields = "status lead handedOverAt handoverTasks handoverNote";
    let passer_by = poperinge.town.passer_by();
    let seen = story
        .step(
            "Anybody sees that the residents lead now",
            passer_by.sees(&activity, fields),
        )
        .await
        .expect("it is public");
    assert_eq!(seen["handoverTasks"], json!(tasks));
    // Who does what is between those who prepared it.
    assert_eq!(seen["handoverNote"], Value::Null);
    story.ends();
    let organiser = poperinge.welfare.sees(&activity, fields).await;
    let note = organiser.expect("theirs")["handoverNote"].clone();
    assert_eq!(note, "Jan and Marie bring the oldest home");

    bram.hands_over(&activity, &tasks)
        .await
        .is_refused_as("INVALID");
    let other = bram
        .proposes(poperinge.long_table("Parkbuurt"))
        .await
        .done();
    let early = bram.hands_over(&other, &tasks).await;
    early.is_refused_as("INVALID_TRANSITION");
    let error = &early.user_errors()[0];
    assert_eq!(error["from"], "TENTATIVE");
    assert_eq!(error["attempted"], "HAND_OVER");
    assert_eq!(
        error["allowed"],
        json!(["PUBLISH", "UPDATE", "CANCEL_OCCURRENCE", "CANCEL"])
    );
    bram.publishes(&other).await.done();
    bram.hands_over(&other, &[])
        .await
        .is_refused_at("REQUIRED", "tasks");
    bram.hands_over(&other, &["OTHER"])
        .await
        .is_refused_at("REQUIRED", "note");
    // Nele is of another neighbourhood, and doesn't help with this one.
    poperinge
        .nele
        .hands_over(&other, &tasks)
        .await
        .is_refused_as("FORBIDDEN");
}

#[tokio::test]
async fn p8_few_came_or_nobody_could_be_reached() {
    let poperinge = Poperinge::begins().await;
    let bram = &poperinge.bram;
    let gathering = Gathering::new(
        "Coffee at the corner",
        poperinge.place("Vogelbuurt"),
        poperinge.in_days(2),
    )
    .published();
    let activity = bram.proposes(gathering.clone()).await.done();
    ends(bram, &activity, "LOW_TURNOUT", "")
        .await
        .is_refused_as("INVALID");
    poperinge.town.wait(2 * DAY + 4 * HOUR);
    let story = Story::of(
        "P8",
        "Not every neighbourhood is ready: it can end with few people, or hard to reach",
    );
    let with = json!({
        "outcome": "LOW_TURNOUT", "note": "Three came; the flats on the east side didn't answer",
        "attendance": { "total": 3 },
    });
    let done = story
        .step(
            "Bram ends it as it was",
            bram.takes("Complete", &activity, with),
        )
        .await
        .done();
    assert_eq!(done.status(), "COMPLETED");
    assert_eq!(done.at("/attendanceTotal"), 3);
    let fields = "status outcome outcomeNote attendanceTotal closedAt";
    let passer_by = poperinge.town.passer_by();
    let seen = story
        .step(
            "Anybody sees how it went",
            passer_by.sees(&activity, fields),
        )
        .await
        .expect("it is public");
    assert_eq!(seen["outcome"], "LOW_TURNOUT");
    assert_eq!(seen["outcomeNote"], Value::Null);
    let query = "query Hard($where: ActivityWhere) { activities(where: $where) \
        { nodes { title outcome neighbourhood { name } } } }";
    let only = json!({ "outcome": { "in": ["LOW_TURNOUT", "HARD_TO_REACH"] } });
    let petra = poperinge.petra.asks(query, json!({ "where": only }));
    let hard = story
        .step("Petra asks where more energy is needed", petra)
        .await;
    assert_eq!(
        hard.data("/activities/nodes"),
        &json!([{
            "title": "Coffee at the corner", "outcome": "LOW_TURNOUT",
            "neighbourhood": { "name": "Vogelbuurt" },
        }])
    );
    story.ends();

    // Over is over; only the count can be mended.
    for (step, with) in [
        ("Complete", json!({ "outcome": "SUCCEEDED" })),
        ("Cancel", json!({ "reason": "Too late" })),
        ("Update", json!({ "title": "Tea" })),
        ("Publish", json!({})),
    ] {
        let refused = bram.takes(step, &activity, with).await;
        refused.is_refused_as("INVALID_TRANSITION");
        assert_eq!(
            refused.user_errors()[0]["allowed"],
            json!(["RECORD_ATTENDANCE"])
        );
    }
    let mended = bram.counts(&activity, json!({ "total": 4 })).await.done();
    assert_eq!(mended.at("/attendanceTotal"), 4);
    // One that was hard to reach.
    let other = bram
        .proposes(gathering.with("startsAt", "2026-03-04T09:00:00Z"))
        .await
        .done();
    let hard = ends(bram, &other, "HARD_TO_REACH", "").await.done();
    assert_eq!(hard.text("outcome"), "HARD_TO_REACH");
}
