//! Z1, Z2: what people say about their neighbourhood is put on record, session by session.

use nabij_tests::Story;
use serde_json::{Value, json};

use super::Heist;

const FINDINGS: &str = "stage findings(first: 20) { nodes { kind category text \
    partner { name } session { kind } } }";

#[tokio::test]
async fn z1_strengths_opportunities_the_social_context_and_care_needs_are_recorded() {
    let heist = Heist::begins().await;
    let (heidi, dirk, marleen) = (&heist.heidi, &heist.dirk, &heist.marleen);
    let story = Story::of(
        "Z1",
        "Findings are recorded: strengths, opportunities, social context, care needs",
    );
    let plan = story
        .step(
            "Dirk of the local service centre begins a plan for Hallaar",
            dirk.begins_plan(heist.hallaars_plan()),
        )
        .await
        .done();
    assert_eq!(plan.status(), "ANALYSIS");
    for (caption, finding) in [
        (
            "He records a strength",
            json!({ "kind": "STRENGTH", "text": "Many clubs, and neighbours who know each other" }),
        ),
        (
            "… an opportunity",
            json!({ "kind": "OPPORTUNITY", "text": "The old school stands empty" }),
        ),
        (
            "… and something of the social context",
            json!({ "kind": "SOCIAL_CONTEXT", "text": "One household in three is a single person" }),
        ),
    ] {
        story.step(caption, dirk.finds(&plan, finding)).await.done();
    }
    let need = json!({ "kind": "CARE_NEED", "category": "CARE",
        "text": "Informal carers have nobody to take over for an afternoon" });
    story
        .step(
            "Marleen adds a care need that the informal carers know of",
            marleen.finds(&plan, need.clone()),
        )
        .await
        .done();
    let vague = json!({ "kind": "CARE_NEED", "text": "Help in the evening" });
    story
        .step(
            "A care need without a category can't be mapped",
            dirk.finds(&plan, vague),
        )
        .await
        .is_refused_at("REQUIRED", "finding.category");
    let seen = story
        .step(
            "Heidi, who coordinates, reads them",
            heidi.sees(&plan, FINDINGS),
        )
        .await
        .expect("it is in her municipality");
    story.ends();
    let kinds: Vec<&Value> = nodes(&seen["findings"])
        .map(|found| &found["kind"])
        .collect();
    assert_eq!(
        kinds,
        ["STRENGTH", "OPPORTUNITY", "SOCIAL_CONTEXT", "CARE_NEED"]
    );
    assert_eq!(
        seen["findings"]["nodes"][3]["partner"]["name"],
        "Mantelzorgers van Hallaar"
    );

    // A volunteer of the place may read along, not write; who has nothing to do with it sees nothing.
    assert!(heist.fien.sees(&plan, FINDINGS).await.is_some());
    heist
        .fien
        .finds(&plan, need.clone())
        .await
        .is_refused_as("FORBIDDEN");
    for stranger in [&heist.nele, &heist.town.passer_by()] {
        assert!(stranger.looks_up(&plan).await.is_none());
    }
    heist
        .nele
        .finds(&plan, need)
        .await
        .is_refused_at("NOT_FOUND", "plan");
    let numbered = json!({ "kind": "STRENGTH", "text": "Ask 93.05.18-223.61" });
    dirk.finds(&plan, numbered)
        .await
        .is_refused_at("IDENTITY_NUMBER", "finding.text");
    // A plan isn't begun for a neighbourhood by whoever doesn't facilitate there.
    nele_begins(&heist).await;
}

async fn nele_begins(heist: &Heist) {
    let mut plan = heist.hallaars_plan();
    heist
        .nele
        .begins_plan(plan.clone())
        .await
        .is_refused_as("FORBIDDEN");
    plan["facilitator"] = json!(heist.nele.partner);
    // Her partner doesn't cover Hallaar.
    heist
        .nele
        .begins_plan(plan.clone())
        .await
        .is_refused_at("INVALID", "facilitator");
    plan["neighbourhood"] = json!(heist.itegem.id);
    heist.nele.begins_plan(plan).await.done();
}

fn nodes(list: &Value) -> impl Iterator<Item = &Value> {
    list["nodes"].as_array().into_iter().flatten()
}

#[tokio::test]
async fn z2_several_sounding_boards_feed_the_findings() {
    let heist = Heist::begins().await;
    let (heidi, dirk, marleen) = (&heist.heidi, &heist.dirk, &heist.marleen);
    let plan = heist.plan().await;
    let story = Story::of("Z2", "Several sounding-board sessions feed the findings");
    let first = [
        ("STRENGTH", "", "The baker knows everybody"),
        ("CARE_NEED", "LONELINESS", "Sunday afternoons are long"),
    ];
    story
        .step(
            "Dirk holds a first sounding board with fourteen people, and records what they said",
            dirk.holds_session(&plan, &first),
        )
        .await
        .done();
    let walk = json!({
        "plan": plan.id, "kind": "NEIGHBOURHOOD_WALK", "heldOn": "2026-02-27", "headcount": 9,
        "mix": ["OLDER_PEOPLE"], "note": "It rained; two people turned back at the chapel.",
        "findings": [{ "kind": "CARE_NEED", "category": "MOBILITY",
            "text": "There is no bench between the church and the shops" }],
    });
    story
        .step(
            "Marleen walked through the neighbourhood with nine others",
            marleen.records_session(walk.clone()),
        )
        .await
        .done();
    let sessions = "sessions(first: 10) { nodes { kind heldOn headcount mix note \
        findings(first: 10) { nodes { kind text } } } }";
    let seen = story
        .step(
            "Heidi sees who was heard, and what each session brought",
            heidi.sees(&plan, sessions),
        )
        .await
        .expect("it is in her municipality");
    story.ends();
    let held: Vec<(&Value, usize)> = nodes(&seen["sessions"])
        .map(|session| (&session["headcount"], nodes(&session["findings"]).count()))
        .collect();
    assert_eq!(held, [(&json!(14), 2), (&json!(9), 1)]);

    for (field, wrong, code, path) in [
        ("heldOn", json!("2026-03-03"), "OUT_OF_RANGE", "heldOn"),
        ("headcount", json!(0), "OUT_OF_RANGE", "headcount"),
        (
            "findings",
            json!([{ "kind": "STRENGTH", "text": "Good" }, { "kind": "STRENGTH", "text": " " }]),
            "REQUIRED",
            "findings.1.text",
        ),
    ] {
        let mut session = walk.clone();
        session[field] = wrong;
        dirk.records_session(session)
            .await
            .is_refused_at(code, path);
    }
    let other = json!({ "plan": plan.id, "kind": "OTHER", "headcount": 3 });
    dirk.records_session(other)
        .await
        .is_refused_at("REQUIRED", "note");
    // The same session sent twice is one.
    let mut again = walk;
    again["idempotencyKey"] = json!("0198c0de-0000-7000-8000-000000000001");
    let once = dirk.records_session(again.clone()).await.done();
    assert_eq!(dirk.records_session(again).await.done().id, once.id);

    // Once the plan is adopted everybody can read what was said, but not the notes on a session.
    dirk.drafts(&plan).await.done();
    dirk.endorses_for_residents(&plan, "By show of hands")
        .await
        .done();
    marleen.endorses(&plan, "At their evening").await.done();
    heidi.adopts(&plan).await.done();
    let public = heist.town.passer_by().sees(&plan, sessions).await;
    let public = public.expect("everybody can read it");
    let walk = &public["sessions"]["nodes"][1];
    assert!(walk["note"].is_null() && walk["headcount"] == 9, "{walk}");
    let inside = marleen.sees(&plan, sessions).await.expect("it is theirs");
    assert!(inside["sessions"]["nodes"][1]["note"].is_string());
}
