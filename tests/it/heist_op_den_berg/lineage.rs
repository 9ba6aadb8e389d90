//! Z7: what works is anchored, and taken to the next neighbourhoods with its lineage.

use nabij_tests::{Record, Story};
use serde_json::{Value, json};

use super::Heist;

const LINEAGE: &str = "title stage neighbourhood { name } clonedFrom { neighbourhood { name } } \
    ancestors(first: 10) { nodes { neighbourhood { name } } } \
    descendants(first: 10) { nodes { neighbourhood { name } clonedFrom { neighbourhood { name } } } }";

fn places(list: &Value) -> Vec<&str> {
    let nodes = list["nodes"].as_array().into_iter().flatten();
    nodes
        .filter_map(|plan| plan["neighbourhood"]["name"].as_str())
        .collect()
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a story is told in one piece")]
async fn z7_the_work_is_anchored_and_rolled_out_with_its_lineage() {
    let heist = Heist::begins().await;
    let (heidi, dirk, kathleen) = (&heist.heidi, &heist.dirk, &heist.kathleen);
    let plan = heist.change_plan().await;
    let soup = json!({ "owner": "RESIDENTS", "dueOn": "2026-06-01",
        "description": "With vegetables from the gardens" });
    dirk.adds_action(&plan, "A soup bar on Thursdays", soup)
        .await
        .done();
    let dropped = dirk.adds_action(&plan, "A bus", json!({})).await.done();
    let why = json!({ "reason": "There is one already" });
    dirk.takes("Drop", &dropped, why).await.done();
    heidi
        .clones_plan(&plan, &heist.itegem.id)
        .await
        .is_refused_at("INVALID", "plan");
    dirk.endorses_for_residents(&plan, "At the village hall")
        .await
        .done();
    kathleen.endorses(&plan, "By decision").await.done();
    heidi.adopts(&plan).await.done();
    dirk.executes(&plan).await.done();

    let story = Story::of(
        "Z7",
        "Macro: the work is anchored in Hallaar and rolled out to Itegem, Heist centre and the \
         station area, keeping its lineage",
    );
    dirk.takes("Evaluate", &plan, json!({}))
        .await
        .is_refused_as("REQUIRED");
    story
        .step(
            "Dirk puts on record what came of the plan of Hallaar",
            dirk.evaluates(&plan, "Neighbours find each other sooner"),
        )
        .await
        .done();
    let for_a_year = json!({ "plan": plan.id, "party": "NEIGHBOURS", "what": "Chairs",
        "until": "2027-03-01" });
    dirk.makes_commitment(for_a_year).await.done();
    story
        .step(
            "It isn't anchored by promises that end",
            heidi.anchors(&plan),
        )
        .await
        .is_refused_as("INVALID");
    story
        .step(
            "The municipality promises a neighbourhood worker for good",
            kathleen.commits_itself(&plan, "A neighbourhood worker, half time"),
        )
        .await
        .done();
    dirk.anchors(&plan).await.is_refused_as("FORBIDDEN");
    story
        .step("Now Heidi anchors it", heidi.anchors(&plan))
        .await
        .done();
    let itegem = story
        .step(
            "Dirk takes it to Itegem",
            dirk.clones_plan(&plan, &heist.itegem.id),
        )
        .await
        .done();
    assert_eq!(itegem.status(), "ANALYSIS");
    let renamed = json!({ "title": "Pittig Heist centrum" });
    story
        .step(
            "… and to the centre of Heist",
            dirk.clones_plan_with(&plan, &heist.centre.id, renamed),
        )
        .await
        .done();
    heidi.gets_adopted(&itegem, kathleen).await;
    let station = story
        .step(
            "From Itegem, where it was adopted meanwhile, it goes on to the station",
            dirk.clones_plan(&itegem, &heist.station.id),
        )
        .await
        .done();
    let upwards = story
        .step(
            "The plan of the station knows where it comes from",
            heidi.sees(&station, LINEAGE),
        )
        .await
        .expect("seen");
    let downwards = story
        .step(
            "… and the plan of Hallaar where it went",
            heidi.sees(&plan, LINEAGE),
        )
        .await
        .expect("seen");
    story.ends();
    assert_eq!(places(&upwards["ancestors"]), ["Itegem", "Hallaar"]);
    assert_eq!(upwards["clonedFrom"]["neighbourhood"]["name"], "Itegem");
    assert_eq!(
        places(&downwards["descendants"]),
        ["Itegem", "Heist-op-den-Berg centrum", "Omgeving Station"]
    );
    what_is_taken_over(&heist, &plan, &itegem).await;
    who_may_clone(&heist, &plan).await;
}

/// The actions, as suggestions; nothing of what people said, promised, endorsed or paid.
async fn what_is_taken_over(heist: &Heist, plan: &Record, clone: &Record) {
    let all = "title summary budget { cents } facilitator { name } initiative { name } \
        actions(first: 9) { nodes { title description status owner dueOn statusNote } } \
        sessions { totalCount } findings { totalCount } commitments { totalCount } \
        endorsements { totalCount } fundingLines { totalCount } recommendation strengths \
        evaluatedOn";
    let fresh = heist
        .dirk
        .clones_plan(clone, &heist.hallaar.id)
        .await
        .done();
    let seen = heist.heidi.sees(&fresh, all).await.expect("seen");
    assert_eq!(
        seen,
        json!({
            "title": "Pittige buurt Hallaar", "summary": null, "budget": null,
            "facilitator": { "name": "LDC De Pit" }, "initiative": { "name": "Pittige buurt" },
            "actions": { "nodes": [{
                "title": "A soup bar on Thursdays",
                "description": "With vegetables from the gardens",
                "status": "SUGGESTED", "owner": null, "dueOn": null, "statusNote": null,
            }] },
            "sessions": { "totalCount": 0 }, "findings": { "totalCount": 0 },
            "commitments": { "totalCount": 0 }, "endorsements": { "totalCount": 0 },
            "fundingLines": { "totalCount": 0 },
            "recommendation": null, "strengths": null, "evaluatedOn": null,
        })
    );
    // What is done with the clone leaves the first plan as it was.
    let first = heist.heidi.sees(plan, "stage actions { totalCount }").await;
    assert_eq!(
        first.expect("seen"),
        json!({ "stage": "ANCHORED", "actions": { "totalCount": 2 } })
    );
}

async fn who_may_clone(heist: &Heist, plan: &Record) {
    let (heidi, dirk, nele) = (&heist.heidi, &heist.dirk, &heist.nele);
    dirk.clones_plan(plan, &heist.itegem.id)
        .await
        .is_refused_at("ALREADY_EXISTS", "neighbourhood");
    dirk.clones_plan(plan, &heist.hallaar.id)
        .await
        .is_refused_at("INVALID", "neighbourhood");
    // Anybody may read an adopted plan; cloning it is for who works on the next one.
    let by_nele = json!({ "facilitator": nele.partner });
    nele.clones_plan_with(plan, &heist.station.id, by_nele.clone())
        .await
        .is_refused_at("INVALID", "facilitator");
    nele.clones_plan(plan, &heist.station.id)
        .await
        .is_refused_as("FORBIDDEN");
    heist
        .town
        .passer_by()
        .clones_plan(plan, &heist.station.id)
        .await
        .is_refused_as("UNAUTHENTICATED");
    let key = json!({ "idempotencyKey": "0198c0de-0000-7000-8000-000000000002" });
    let once = heidi
        .clones_plan_with(plan, &heist.station.id, key.clone())
        .await
        .done();
    let twice = heidi
        .clones_plan_with(plan, &heist.station.id, key)
        .await
        .done();
    assert_eq!(once.id, twice.id);
    // Who has nothing to do with the station doesn't see that there is a clone.
    let clones = "clones { nodes { id } }";
    let seen = nele.sees(plan, clones).await.expect("it is public");
    assert!(!seen.to_string().contains(&once.id), "{seen}");
    let seen = heidi.sees(plan, clones).await.expect("seen");
    assert!(seen.to_string().contains(&once.id), "{seen}");
}
