//! P6: what lasts. Residents run later activities by themselves.

use nabij_tests::{Gathering, Story};
use serde_json::{Value, json};

use super::{DAY, Poperinge, ends};

#[tokio::test]
async fn p6_the_residents_run_the_next_one_by_themselves() {
    let poperinge = Poperinge::begins().await;
    let (bram, nele) = (&poperinge.bram, &poperinge.nele);
    let first = poperinge.at_table().await;
    bram.hands_over(&first, &["CLEAR_UP"]).await.done();
    ends(bram, &first, "SUCCEEDED", "").await.done();
    poperinge.town.wait(30 * DAY);

    let story = Story::of(
        "P6",
        "The same neighbours run later activities, without professionals",
    );
    let again = Gathering::new(
        "Barbecue on the square",
        poperinge.place("Bloemenbuurt"),
        poperinge.in_days(10),
    )
    .with("followUpOf", first.id.clone());
    let barbecue = nele.proposes(again.clone().published());
    let barbecue = story
        .step(
            "Nele, who lives there, proposes the next one and publishes it",
            barbecue,
        )
        .await
        .done();
    assert_eq!(barbecue.text("lead"), "RESIDENTS");
    let fields = "title followUps(first: 9) { nodes { title lead proposedByAmbassador \
        { displayName } organisers(first: 9) { nodes { name } } } }";
    let passer_by = poperinge.town.passer_by();
    let seen = story
        .step(
            "It hangs together with the first one",
            passer_by.sees(&first, fields),
        )
        .await
        .expect("it is public");
    assert_eq!(
        seen["followUps"]["nodes"],
        json!([{
            "title": "Barbecue on the square", "lead": "RESIDENTS",
            "proposedByAmbassador": { "displayName": "Nele" }, "organisers": { "nodes": [] },
        }])
    );
    poperinge.town.wait(11 * DAY);
    let over = json!({ "outcome": "SUCCEEDED", "attendance": { "total": 25 } });
    let done = story
        .step(
            "Nele ends it herself",
            nele.takes("Complete", &barbecue, over),
        )
        .await
        .done();
    assert_eq!(done.status(), "COMPLETED");
    let that_year = ("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z");
    let of_poperinge = json!({ "municipality": poperinge.municipality.id });
    let measure = "activities { total { value } residentLedFollowUps { value } }";
    let figures = story
        .step(
            "The measure of lasting impact: Petra asks how many follow-ups residents lead by themselves",
            poperinge.petra.asks_figures(of_poperinge, that_year, measure),
        )
        .await;
    let activities = figures.data("/statistics/total/activities");
    assert_eq!(activities["total"]["value"], 2);
    assert_eq!(activities["residentLedFollowUps"]["value"], 1);
    story.ends();

    let query = "query Lasting($where: ActivityWhere) \
        { activities(where: $where) { nodes { title attendanceTotal } } }";
    let only = json!({
        "followUpOf": { "isNull": false }, "lead": { "eq": "RESIDENTS" },
        "status": { "in": ["CONFIRMED", "COMPLETED"] },
    });
    let which = poperinge.petra.asks(query, json!({ "where": only })).await;
    assert_eq!(
        which.data("/activities/nodes"),
        &json!([{ "title": "Barbecue on the square", "attendanceTotal": 25 }])
    );

    // The professionals have nothing to say in it; the coordinator can step in.
    bram.cancels(&barbecue, "We weren't asked")
        .await
        .is_refused_as("FORBIDDEN");
    let petra = poperinge.petra.counts(&barbecue, json!({ "total": 26 }));
    petra.await.done();
}

#[tokio::test]
async fn p6_who_leads_by_themselves() {
    let poperinge = Poperinge::begins().await;
    let (bram, nele, petra) = (&poperinge.bram, &poperinge.nele, &poperinge.petra);
    let here = |place: &str| {
        Gathering::new(
            "Tea in the park",
            poperinge.place(place),
            poperinge.in_days(3),
        )
    };
    // In her own neighbourhood, and not in the name of a partner.
    nele.proposes(here("Parkbuurt"))
        .await
        .is_refused_as("FORBIDDEN");
    let with_bram = here("Bloemenbuurt").with("organisers", json!([bram.partner]));
    nele.proposes(with_bram)
        .await
        .is_refused_at("INVALID", "organisers");
    let for_partner = here("Bloemenbuurt").with("lead", "PARTNER");
    nele.proposes(for_partner)
        .await
        .is_refused_at("INVALID", "lead");
    // Somebody without an account is written down by the service centre, as residents' own.
    let theirs = here("Parkbuurt").with("lead", "RESIDENTS").published();
    let theirs = bram.proposes(theirs).await.done();
    let joined = json!({ "organisers": [bram.partner] });
    bram.rearranges(&theirs, joined)
        .await
        .is_refused_at("INVALID", "organisers");
    // What follows must have been, and been published.
    let first = bram.proposes(poperinge.long_table("Bloemenbuurt")).await;
    let first = first.done();
    let follows = here("Bloemenbuurt").with("followUpOf", first.id.clone());
    nele.proposes(follows.clone())
        .await
        .is_refused_at("NOT_FOUND", "followUpOf");
    petra
        .proposes(follows.clone().with("lead", "RESIDENTS"))
        .await
        .is_refused_at("INVALID", "followUpOf");
    bram.publishes(&first).await.done();
    nele.proposes(follows)
        .await
        .is_refused_at("INVALID", "followUpOf");

    // Who pauses doesn't lead meanwhile.
    let tea = nele.proposes(here("Bloemenbuurt")).await.done();
    let input = json!({ "id": nele.ambassador });
    petra
        .does("ambassadorPause", "ambassador", "id status", input)
        .await
        .done();
    let seen = nele.looks_up(&tea).await.expect("it is hers");
    assert_eq!(seen.at("/allowedActions"), &json!([]));
    nele.publishes(&tea).await.is_refused_as("FORBIDDEN");
    nele.proposes(here("Bloemenbuurt"))
        .await
        .is_refused_as("FORBIDDEN");
    assert_eq!(
        poperinge.town.passer_by().sees(&tea, "id").await,
        None::<Value>
    );
}
