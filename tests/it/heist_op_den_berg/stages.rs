//! Z3: analysis, change plan, execution. No stage is skipped, and each has its condition.

use nabij_tests::Story;
use serde_json::{Value, json};

use super::Heist;

fn refused(answer: &nabij_tests::Answer) -> (&Value, &Value, &Value) {
    answer.is_refused_as("INVALID_TRANSITION");
    let error = &answer.user_errors()[0];
    (&error["from"], &error["attempted"], &error["allowed"])
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a story is told in one piece")]
async fn z3_from_analysis_to_execution_stage_by_stage() {
    let heist = Heist::begins().await;
    let (heidi, dirk, kathleen) = (&heist.heidi, &heist.dirk, &heist.kathleen);
    let plan = heist.plan().await;
    let story = Story::of(
        "Z3",
        "Neighbourhood analysis, then a change plan drawn up with neighbours, then execution with \
         residents and partners; skipping a stage is refused",
    );
    let skipped = story
        .step(
            "Nobody adopts a plan that is still an analysis",
            heidi.adopts(&plan),
        )
        .await;
    assert_eq!(
        refused(&skipped),
        (&json!("ANALYSIS"), &json!("ADOPT"), &json!(["DRAFT"]))
    );
    story
        .step(
            "Without a session with findings there is nothing to draw a change plan up from",
            dirk.drafts(&plan),
        )
        .await
        .is_refused_as("INVALID");
    let said = [("CARE_NEED", "CARE", "Informal carers are exhausted")];
    story
        .step(
            "Dirk holds a sounding board",
            dirk.holds_session(&plan, &said),
        )
        .await
        .done();
    story
        .step("Now the change plan is drawn up", dirk.drafts(&plan))
        .await
        .done();
    let soup = json!({ "owner": "RESIDENTS", "dueOn": "2026-06-01" });
    story
        .step(
            "The neighbours will run a soup bar",
            dirk.adds_action(&plan, "A soup bar on Thursdays", soup),
        )
        .await
        .done();
    let respite = json!({ "owner": "PARTNER", "ownerPartner": heist.marleen.partner });
    let respite = story
        .step(
            "The informal carers organise an afternoon off for each other",
            heist
                .marleen
                .adds_action(&plan, "An afternoon off", respite),
        )
        .await
        .done();
    assert_eq!(respite.status(), "PLANNED");
    heidi.adopts(&plan).await.is_refused_as("INVALID");
    story
        .step(
            "The residents stand behind it",
            dirk.endorses_for_residents(&plan, "Forty neighbours voted at the village hall"),
        )
        .await
        .done();
    story
        .step(
            "The residents alone are not enough: a partner must stand behind it too",
            heidi.adopts(&plan),
        )
        .await
        .is_refused_as("INVALID");
    story
        .step(
            "The municipality does",
            kathleen.endorses(&plan, "Decided by the municipal executive"),
        )
        .await
        .done();
    let adopted = story
        .step("Heidi adopts it", heidi.adopts(&plan))
        .await
        .done();
    assert_eq!(adopted.status(), "ADOPTED");
    marleen_is_early(&heist, &respite).await;
    story
        .step("The plan is carried out", dirk.executes(&plan))
        .await
        .done();
    story
        .step(
            "Marleen begins",
            heist.marleen.takes("Start", &respite, json!({})),
        )
        .await
        .done();
    let how = "stage actions(first: 10) { nodes { title status owner ownerPartner { name } } } \
        endorsements(first: 10) { nodes { endorser partner { name } how } }";
    let public = story
        .step(
            "From its adoption on, everybody can read it",
            heist.town.passer_by().sees(&plan, how),
        )
        .await
        .expect("it is public");
    story.ends();
    assert_eq!(public["stage"], "IN_EXECUTION");
    assert_eq!(public["actions"]["nodes"][1]["status"], "IN_PROGRESS");

    // Back from the execution there is no way, and it isn't adopted twice.
    for (answer, attempted) in [
        (dirk.returns(&plan, "On second thoughts").await, "RETURN"),
        (heidi.adopts(&plan).await, "ADOPT"),
        (heidi.anchors(&plan).await, "ANCHOR"),
    ] {
        assert_eq!(
            refused(&answer),
            (
                &json!("IN_EXECUTION"),
                &json!(attempted),
                &json!(["EVALUATE"])
            )
        );
    }
}

/// What is planned isn't begun before the plan is being carried out.
async fn marleen_is_early(heist: &Heist, action: &nabij_tests::Record) {
    let seen = heist.marleen.looks_up(action).await.expect("it is public");
    assert_eq!(seen.at("/allowedActions"), &json!(["DROP"]));
    for step in ["Start", "Complete"] {
        let answer = heist.marleen.takes(step, action, json!({})).await;
        answer.is_refused_as("INVALID");
    }
}

#[tokio::test]
async fn z3b_a_change_plan_goes_back_to_the_analysis_with_a_reason() {
    let heist = Heist::begins().await;
    let (heidi, dirk, kathleen) = (&heist.heidi, &heist.dirk, &heist.kathleen);
    let plan = heist.change_plan().await;
    let by_residents = json!({ "plan": plan.id, "how": "At the village hall" });
    let story = Story::of(
        "Z3b",
        "A change plan goes back to the analysis with a reason, and what was endorsed lapses",
    );
    story
        .step(
            "The residents stand behind it",
            dirk.endorses_as(by_residents.clone()),
        )
        .await
        .done();
    story
        .step("They do so once", dirk.endorses_as(by_residents))
        .await
        .is_refused_as("ALREADY_EXISTS");
    kathleen.endorses(&plan, "By decision").await.done();
    dirk.returns(&plan, "  ")
        .await
        .is_refused_at("REQUIRED", "reason");
    story
        .step(
            "Nobody of the station side was heard: Dirk takes it back",
            dirk.returns(&plan, "Nobody from across the railway was heard"),
        )
        .await
        .done();
    let why = "stage returnReason endorsements(first: 5) { nodes { endorser lapsedAt } } \
        allowedActions";
    let seen = story
        .step("Heidi sees why", heidi.sees(&plan, why))
        .await
        .expect("seen");
    assert_eq!(seen["stage"], "ANALYSIS");
    assert_eq!(
        seen["returnReason"],
        "Nobody from across the railway was heard"
    );
    for endorsement in seen["endorsements"]["nodes"].as_array().expect("two") {
        assert!(endorsement["lapsedAt"].is_string(), "{endorsement}");
    }
    story
        .step(
            "In the analysis there is nothing to endorse",
            dirk.endorses_for_residents(&plan, "Again"),
        )
        .await
        .is_refused_at("INVALID", "plan");
    story
        .step("The change plan is drawn up again", dirk.drafts(&plan))
        .await
        .done();
    story
        .step(
            "What was endorsed before doesn't count any more",
            heidi.adopts(&plan),
        )
        .await
        .is_refused_as("INVALID");
    story.ends();
    let seen = heidi.sees(&plan, why).await.expect("seen");
    assert!(seen["returnReason"].is_null());
    assert_eq!(seen["allowedActions"], json!(["RETURN"]));
    dirk.endorses_for_residents(&plan, "Once more").await.done();
    kathleen.endorses(&plan, "Once more").await.done();
    heidi.adopts(&plan).await.done();
}

#[tokio::test]
async fn z3c_what_was_read_before_is_no_ground_for_a_step() {
    let heist = Heist::begins().await;
    let plan = heist.plan().await;
    let input = json!({ "id": plan.id, "title": "Pittig Hallaar", "expectedVersion": 1 });
    let update = async |input: &Value| {
        let fields = "id title version";
        heist
            .dirk
            .does("planUpdate", "plan", fields, input.clone())
            .await
    };
    update(&input).await.done();
    update(&input)
        .await
        .is_refused_at("CONFLICT", "expectedVersion");
    let late = json!({ "reason": "Late", "expectedVersion": 1 });
    let answer = heist.dirk.takes("Return", &plan, late).await;
    answer.is_refused_as("CONFLICT");
    let elsewhere = json!({ "id": plan.id, "budget": { "cents": -1 } });
    update(&elsewhere)
        .await
        .is_refused_at("OUT_OF_RANGE", "budget.cents");
    let cleared = json!({ "id": plan.id, "summary": null, "budget": { "cents": 1_250_000 } });
    update(&cleared).await.done();
    let seen = heist
        .heidi
        .sees(&plan, "summary title budget { cents currency }")
        .await;
    assert_eq!(
        seen.expect("seen"),
        json!({ "summary": null, "title": "Pittig Hallaar",
            "budget": { "cents": 1_250_000, "currency": "EUR" } })
    );
}
