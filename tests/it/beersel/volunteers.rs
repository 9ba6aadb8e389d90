//! B1 and B7: the volunteers, from the day they come forward, and how anybody finds them.

use nabij_tests::{Need, Person, Record, Story};
use serde_json::json;

use super::{Beersel, comes_forward, is_done, step};

#[tokio::test]
async fn b1_anyone_finds_the_ambassador_of_their_neighbourhood() {
    let beersel = Beersel::begins().await;
    let (katrien, rosa) = (&beersel.katrien, &beersel.rosa);
    let rosas_record = Record::of(&*rosa.ambassador);
    let passer_by = beersel.town.passer_by();
    let whose = async |place: &str| {
        let query = "query Whose($place: ID!) { ambassadors(where: { neighbourhood: { eq: $place } }) \
            { nodes { displayName publicContact briefedOn } } }";
        let answer = passer_by
            .asks(query, json!({ "place": beersel.place(place).id }))
            .await;
        answer.data("/ambassadors/nodes").clone()
    };
    // Katrien assigns Rosa to Lot as well; from then on anybody there finds her too.
    let story = Story::of(
        "B1",
        "A coordinator assigns an ambassador to neighbourhoods, and anyone finds her there",
    );
    assert_eq!(
        story.step("Nobody is found in Lot yet", whose("Lot")).await,
        json!([])
    );
    let both =
        json!({ "neighbourhoods": [beersel.place("Alsemberg").id, beersel.place("Lot").id] });
    story
        .step(
            "Katrien assigns Rosa to Alsemberg and Lot",
            is_done(katrien, "Assign", &rosas_record, both.clone()),
        )
        .await;
    story
        .step("Anybody in Lot finds her, without an account", whose("Lot"))
        .await;
    story.ends();
    for place in ["Alsemberg", "Lot"] {
        assert_eq!(
            whose(place).await,
            json!([{
                "displayName": "Rosa",
                "publicContact": "Wednesdays, ten to twelve, at the library of Alsemberg",
                // That she was briefed is between her and her coordinator.
                "briefedOn": null,
            }])
        );
    }
    // She can now take something up in Lot.
    rosa.submits(Need::new("Nobody to talk to", &beersel.place("Lot").id))
        .await
        .done();

    // Who hasn't begun yet, or doesn't want to be found, isn't.
    let jan = comes_forward(
        katrien,
        "Jan",
        &beersel.municipality,
        beersel.place("Dworp"),
    )
    .await;
    assert_eq!(whose("Dworp").await, json!([]));
    assert!(passer_by.sees(&jan, "id").await.is_none());
    let hidden = json!({ "publicProfile": false });
    step(katrien, "Update", &rosas_record, hidden).await.done();
    assert_eq!(whose("Lot").await, json!([]));

    // Nobody assigns themselves, and no other coordinator does it.
    step(rosa, "Assign", &rosas_record, both.clone())
        .await
        .is_refused_as("FORBIDDEN");
    step(&passer_by, "Assign", &rosas_record, both.clone())
        .await
        .is_refused_as("UNAUTHENTICATED");
    let herent = beersel
        .admin
        .enters_municipality("Herent", "24038")
        .await
        .done();
    let other = beersel.admin.registers("Coordinator of Herent").await;
    let of_herent = json!({ "municipality": herent.id });
    beersel
        .admin
        .gives(&other, "COORDINATOR", of_herent)
        .await
        .done();
    step(&other, "Assign", &rosas_record, both)
        .await
        .is_refused_as("NOT_FOUND");
    let winksele = beersel
        .admin
        .enters_neighbourhood("Winksele", "24038C", &herent)
        .await
        .done();
    let outside = json!({ "neighbourhoods": [winksele.id] });
    step(katrien, "Assign", &rosas_record, outside)
        .await
        .is_refused_at("INVALID", "neighbourhoods.0");
}

#[tokio::test]
async fn b7_from_candidate_to_active_and_the_initiative_is_evaluated() {
    let beersel = Beersel::begins().await;
    let (katrien, admin) = (&beersel.katrien, &beersel.admin);
    let place = beersel.place("Dworp");
    let story = Story::of(
        "B7",
        "A volunteer goes from candidate to active, and the initiative judges itself for all to read",
    );
    let jan = story
        .step(
            "Katrien takes Jan in as a candidate",
            comes_forward(katrien, "Jan", &beersel.municipality, place),
        )
        .await;
    assert_eq!(jan.status(), "CANDIDATE");
    let as_jan = Beersel::signs_in(admin, "Jan", &jan, place).await;

    // A candidate submits nothing, and doesn't begin before the briefing on confidentiality.
    as_jan
        .signals("Snow on the doorstep", "LOW")
        .await
        .is_refused_as("FORBIDDEN");
    step(&as_jan, "Activate", &jan, json!({}))
        .await
        .is_refused_as("FORBIDDEN");
    story
        .step(
            "He can't begin before he was briefed on confidentiality",
            step(katrien, "Activate", &jan, json!({})),
        )
        .await
        .is_refused_as("INVALID");
    step(katrien, "Pause", &jan, json!({}))
        .await
        .is_refused_as("INVALID_TRANSITION");
    let future = json!({ "briefedOn": "2026-03-03" });
    step(katrien, "Brief", &jan, future)
        .await
        .is_refused_at("OUT_OF_RANGE", "briefedOn");
    let briefed = story
        .step(
            "He is briefed",
            is_done(katrien, "Brief", &jan, json!({ "briefedOn": "2026-03-01" })),
        )
        .await;
    assert_eq!(
        (briefed.status(), briefed.text("briefedOn")),
        ("CANDIDATE", "2026-03-01")
    );
    let active = story
        .step("And begins", is_done(katrien, "Activate", &jan, json!({})))
        .await;
    assert_eq!(active.status(), "ACTIVE");
    story
        .step(
            "Now he can take something up",
            as_jan.signals("Snow on the doorstep", "LOW"),
        )
        .await
        .done();

    let history = katrien
        .sees(&jan, "history(first: 9) { nodes { kind to } }")
        .await
        .expect("seen");
    let last = history["history"]["nodes"]
        .as_array()
        .and_then(|events| events.last());
    assert_eq!(
        last,
        Some(&json!({ "kind": "ambassador.activated", "to": "ACTIVE" }))
    );
    assert_eq!(
        is_done(katrien, "Leave", &jan, json!({})).await.status(),
        "LEFT"
    );
    step(katrien, "Activate", &jan, json!({}))
        .await
        .is_refused_as("INVALID_TRANSITION");
    as_jan
        .signals("Once more", "LOW")
        .await
        .is_refused_as("FORBIDDEN");

    // The initiative with its own evaluation, for everybody to read.
    let input = json!({
        "reference": "buurtambassadeurs", "name": "Buurtambassadeurs",
        "municipality": beersel.municipality.id, "startsOn": "2021-05-01",
        "targetGroups": ["OLDER_PEOPLE", "EVERYONE"], "partners": [beersel.ocmw.partner],
        "neighbourhoods": beersel.places.iter().map(|place| &place.id).collect::<Vec<_>>(),
    });
    let initiative = katrien
        .does("initiativeCreate", "initiative", "id", input)
        .await
        .done();
    let evaluate = async |who: &Person, recommendation: i32| {
        let input = json!({
            "initiative": initiative.id, "recommendation": recommendation, "impact": 7,
            "strengths": "Visible and approachable", "barriers": "Digital tools",
        });
        who.does("initiativeEvaluate", "evaluation", "id", input)
            .await
    };
    evaluate(katrien, 11)
        .await
        .is_refused_at("OUT_OF_RANGE", "recommendation");
    evaluate(&beersel.rosa, 8).await.is_refused_as("FORBIDDEN");
    story
        .step(
            "Later Katrien records how the initiative judges itself",
            evaluate(katrien, 8),
        )
        .await
        .done();
    let fields = "name minimumAge evaluations { recommendation impact strengths barriers }";
    let anybody = beersel.town.passer_by();
    let read = story
        .step(
            "Anybody can read it, without an account",
            anybody.sees(&initiative, fields),
        )
        .await
        .expect("it is public");
    story.ends();
    assert_eq!(
        read,
        json!({
            "name": "Buurtambassadeurs", "minimumAge": null,
            "evaluations": [{
                "recommendation": 8, "impact": 7,
                "strengths": "Visible and approachable", "barriers": "Digital tools",
            }],
        })
    );
}
