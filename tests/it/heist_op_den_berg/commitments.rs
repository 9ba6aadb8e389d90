//! Z4, Z8: partners and people commit themselves lastingly, and who facilitates doesn't own.

use nabij_tests::Story;
use serde_json::{Value, json};

use super::Heist;

#[tokio::test]
async fn z4_partners_and_people_commit_to_actions_lastingly() {
    let heist = Heist::begins().await;
    let (dirk, kathleen) = (&heist.dirk, &heist.kathleen);
    let early = heist.plan().await;
    dirk.commits(&early, "NEIGHBOURS", "They bring chairs")
        .await
        .is_refused_at("INVALID", "plan");
    let said = [("CARE_NEED", "MEETING", "Nowhere to meet")];
    dirk.holds_session(&early, &said).await.done();
    let plan = dirk.drafts(&early).await.done();

    let story = Story::of(
        "Z4",
        "Partners commit to actions, lastingly: informal carers, neighbours, local shops, the \
         municipality, associations",
    );
    let action = story
        .step(
            "Dirk suggests a meeting place",
            dirk.adds_action(&plan, "A meeting place in the old school", json!({})),
        )
        .await
        .done();
    assert_eq!(action.status(), "SUGGESTED");
    let takes_it_on = json!({ "owner": "PARTNER", "ownerPartner": kathleen.partner });
    story
        .step(
            "It becomes part of the plan, and the municipality sees to it",
            dirk.takes("Plan", &action, takes_it_on),
        )
        .await
        .done();
    let building = json!({
        "plan": plan.id, "action": action.id, "party": "PARTNER", "partner": kathleen.partner,
        "what": "The old school, heated, every weekday",
    });
    let promise = story
        .step(
            "The municipality commits the building to it, for good",
            kathleen.makes_commitment(building),
        )
        .await
        .done();
    assert!(promise.at("/until").is_null(), "lasting");
    for (party, what) in [
        ("INFORMAL_CARERS", "Somebody to talk to every Tuesday"),
        ("NEIGHBOURS", "They open and close the door by turns"),
        ("LOCAL_SHOPS", "The bread of the day before, for the soup"),
        ("ASSOCIATIONS", "A card afternoon every month"),
    ] {
        story
            .step(
                &format!("{party} promise: {what}"),
                dirk.commits(&plan, party, what),
            )
            .await
            .done();
    }
    let promises = "commitments(first: 10) { nodes { party partner { name } what until \
        action { title } } }";
    let seen = story
        .step(
            "Heidi sees who promised what",
            heist.heidi.sees(&plan, promises),
        )
        .await
        .expect("seen");
    story.ends();
    let made = seen["commitments"]["nodes"].as_array().expect("promises");
    assert_eq!(made.len(), 5);
    assert_eq!(
        made[0]["action"]["title"],
        "A meeting place in the old school"
    );

    // A promise is ended by whoever could make it, once.
    dirk.ends_commitment(&promise, "2026-12-31")
        .await
        .is_refused_as("FORBIDDEN");
    kathleen
        .ends_commitment(&promise, "2026-03-01")
        .await
        .is_refused_at("OUT_OF_RANGE", "until");
    kathleen
        .ends_commitment(&promise, "2026-12-31")
        .await
        .done();
    kathleen
        .ends_commitment(&promise, "2027-12-31")
        .await
        .is_refused_at("INVALID", "until");
    for (party, partner, code) in [
        ("PARTNER", Value::Null, "REQUIRED"),
        ("NEIGHBOURS", json!(kathleen.partner), "INVALID"),
    ] {
        let input = json!({ "plan": plan.id, "party": party, "partner": partner, "what": "Tea" });
        kathleen
            .makes_commitment(input)
            .await
            .is_refused_at(code, "partner");
    }
    let other = heist.nele.commits_itself(&plan, "Tea").await;
    other.is_refused_at("NOT_FOUND", "plan");
}

#[tokio::test]
async fn z8_the_service_centre_facilitates_and_does_not_own() {
    let heist = Heist::begins().await;
    let (heidi, dirk, kathleen, marleen) =
        (&heist.heidi, &heist.dirk, &heist.kathleen, &heist.marleen);
    let plan = heist.change_plan().await;
    let story = Story::of("Z8", "LDC De Pit facilitates; it does not own everything");
    let in_its_name = json!({
        "plan": plan.id, "party": "PARTNER", "partner": kathleen.partner,
        "what": "A building, free of charge",
    });
    story
        .step(
            "Dirk can't promise anything in the name of another partner",
            dirk.makes_commitment(in_its_name.clone()),
        )
        .await
        .is_refused_as("FORBIDDEN");
    let in_its_name = json!({ "plan": plan.id, "partner": kathleen.partner, "how": "Surely" });
    story
        .step(
            "… nor endorse the plan in its name",
            dirk.endorses_as(in_its_name.clone()),
        )
        .await
        .is_refused_as("FORBIDDEN");
    heidi
        .endorses_as(in_its_name)
        .await
        .is_refused_as("FORBIDDEN");
    story
        .step(
            "Dirk writes down that the residents endorse it",
            dirk.endorses_for_residents(&plan, "By show of hands"),
        )
        .await
        .done();
    story
        .step(
            "Marleen endorses it for the informal carers",
            marleen.endorses(&plan, "At their evening"),
        )
        .await
        .done();
    story
        .step("Dirk can't adopt it", dirk.adopts(&plan))
        .await
        .is_refused_as("FORBIDDEN");
    story
        .step("Heidi does, for the municipality", heidi.adopts(&plan))
        .await
        .done();
    let hands_over = |to: &str| json!({ "id": plan.id, "facilitator": to });
    let shown = "id facilitator { name } version";
    dirk.does("planUpdate", "plan", shown, hands_over(&marleen.partner))
        .await
        .is_refused_as("FORBIDDEN");
    let entrusted = story
        .step(
            "Heidi entrusts it to the informal carers' group",
            heidi.does("planUpdate", "plan", shown, hands_over(&marleen.partner)),
        )
        .await
        .done();
    assert_eq!(
        entrusted.at("/facilitator/name"),
        "Mantelzorgers van Hallaar"
    );
    story
        .step(
            "From then on Dirk can't take it further",
            dirk.executes(&plan),
        )
        .await
        .is_refused_as("FORBIDDEN");
    story
        .step("… and Marleen can", marleen.executes(&plan))
        .await
        .done();
    story.ends();
    heidi
        .does("planUpdate", "plan", shown, hands_over(&heist.nele.partner))
        .await
        .is_refused_at("INVALID", "facilitator");
    // A partner of the initiative takes an action on for itself, and gives none to others.
    let for_others = json!({ "owner": "PARTNER", "ownerPartner": kathleen.partner });
    dirk.adds_action(&plan, "Coffee", for_others)
        .await
        .is_refused_at("FORBIDDEN", "owner");
    let for_itself = json!({ "ownerPartner": dirk.partner });
    let own = dirk.adds_action(&plan, "Coffee", for_itself).await.done();
    assert_eq!(own.text("owner"), "PARTNER");
    dirk.takes("Start", &own, json!({})).await.done();
    kathleen
        .takes("Complete", &own, json!({}))
        .await
        .is_refused_as("FORBIDDEN");
    let drunk = json!({ "note": "Every Friday since" });
    dirk.takes("Complete", &own, drunk).await.done();
    let again = dirk.takes("Drop", &own, json!({ "reason": "Cold" })).await;
    again.is_refused_as("INVALID_TRANSITION");
}
