//! W1: neighbourhood teams mix trained volunteers and professionals, with a named professional to
//! turn to; training and peer review are recorded. W9: an advisory group.

use nabij_tests::{Answer, Person, Record, Story};
use serde_json::{Value, json};

use super::Wijk;

/// Welzijn op Recept's professional, a team of De Heul and its volunteer.
struct Team {
    wijk: Wijk,
    /// The professional of Welzijn op Recept.
    wout: Person,
    /// Volunteer in De Heul, who isn't in the public directory.
    anneke: Person,
    input: Value,
}

impl Team {
    async fn begins() -> Self {
        let wijk = Wijk::begins().await;
        let wout = wijk
            .partner("Welzijn op Recept", "OTHER", "PARTNER_STAFF", &[])
            .await;
        let anneke = wijk.volunteer("Anneke", &["De Heul"], json!({})).await;
        let initiative = wijk.initiative().await;
        let input = json!({
            "municipality": wijk.municipality.id, "neighbourhoods": [wijk.place("De Heul")],
            "initiative": initiative.id, "name": "Buurtteam De Heul",
            "contactName": "Wout", "contactPartner": wout.partner, "publicContact": true,
            "contactDetails": "Donderdagochtend in het buurthuis",
        });
        Self {
            wijk,
            wout,
            anneke,
            input,
        }
    }

    fn volunteer(&self) -> Value {
        json!({ "ambassador": self.anneke.ambassador })
    }
}

/// The teams of a neighbourhood, as anybody looks them up.
async fn teams_of(who: &Person, place: &str) -> Answer {
    let query = "query Teams($place: ID!) { neighbourhood(id: $place) { teams(first: 5) { nodes { \
        name contactName contactDetails contactPartner { name } \
        members(first: 9) { nodes { displayName ambassador { displayName } } } } } } }";
    who.asks(query, json!({ "place": place })).await
}

#[tokio::test]
async fn w1_a_team_of_volunteers_and_professionals_learns_together() {
    let team = Team::begins().await;
    let (wijk, wout, anneke) = (&team.wijk, &team.wout, &team.anneke);
    let nurse = wijk
        .partner("Wijkverpleging", "HOME_CARE", "SIGNALLER", &[])
        .await;
    let story = Story::of(
        "W1",
        "A neighbourhood team mixes volunteers and professionals, and its learning is on record",
    );
    let founded = story
        .step(
            "The coordinator founds a team with Wout as the professional to turn to",
            wijk.wendy.founds_team(team.input.clone()),
        )
        .await
        .done();
    let joined = story
        .step(
            "And lets Anneke join, a volunteer",
            wijk.wendy.adds_to_team(&founded, team.volunteer()),
        )
        .await
        .done();
    assert_eq!(joined.at("/ambassador/displayName"), "Anneke");
    let who = json!({ "professional": { "displayName": "Nel", "partner": nurse.partner } });
    let nel = story
        .step(
            "Wout lets Nel join, a district nurse",
            wout.adds_to_team(&founded, who),
        )
        .await
        .done();
    story
        .step(
            "Both are trained",
            wout.records_training(json!({
                "for": { "team": founded.id }, "kind": "TRAINING", "heldOn": "2026-02-12",
                "title": "Eenzaamheid herkennen en het gesprek aangaan", "minutes": 180,
                "provider": wout.partner, "ambassadors": [anneke.ambassador],
                "professionals": [nel.id],
            })),
        )
        .await
        .done();
    story
        .step(
            "A fortnight later they go through what they met",
            wout.records_training(json!({
                "for": { "team": founded.id }, "kind": "PEER_REVIEW", "heldOn": "2026-02-26",
                "title": "Intervisie: een deur die dicht blijft", "minutes": 90,
                "ambassadors": [anneke.ambassador], "professionals": [nel.id],
            })),
        )
        .await
        .done();
    let own = "query Mine($id: ID!) { ambassador(id: $id) { displayName \
        trainings(first: 9) { nodes { kind title heldOn minutes } } \
        teamMemberships(first: 9) { nodes { team { name contactName contactDetails \
        members(first: 9) { nodes { displayName ambassador { displayName } } } } } } } }";
    let mine = story
        .step(
            "Anneke sees what she took part in, and whom to turn to",
            anneke.asks(own, json!({ "id": anneke.ambassador })),
        )
        .await;
    assert_eq!(
        mine.data("/ambassador/trainings/nodes/0/kind"),
        "PEER_REVIEW"
    );
    assert_eq!(mine.data("/ambassador/trainings/nodes/1/minutes"), 180);
    let in_team = mine.data("/ambassador/teamMemberships/nodes/0/team");
    assert_eq!(in_team["contactName"], "Wout");
    assert_eq!(in_team["members"]["nodes"][1]["displayName"], "Nel");
    let seen = story
        .step(
            "Anybody in De Heul finds the team and whom to turn to, and not who is in it",
            teams_of(&wijk.town.passer_by(), wijk.place("De Heul")),
        )
        .await;
    story.ends();
    assert_eq!(
        *seen.data("/neighbourhood/teams/nodes"),
        json!([{
            "name": "Buurtteam De Heul", "contactName": "Wout",
            "contactDetails": "Donderdagochtend in het buurthuis",
            "contactPartner": { "name": "Welzijn op Recept" },
            "members": { "nodes": [] },
        }])
    );
}

#[tokio::test]
async fn w1_what_a_team_refuses_and_what_it_keeps_to_itself() {
    let team = Team::begins().await;
    let (wijk, wout, anneke) = (&team.wijk, &team.wout, &team.anneke);
    let passer_by = wijk.town.passer_by();
    for (who, refusal) in [
        (anneke, "FORBIDDEN"),
        (wout, "FORBIDDEN"),
        (&passer_by, "UNAUTHENTICATED"),
    ] {
        let refused = who.founds_team(team.input.clone()).await;
        refused.is_refused_as(refusal);
    }
    let with = |field: &str, value: Value| {
        let mut input = team.input.clone();
        input[field] = value;
        input
    };
    for (field, value, code) in [
        ("neighbourhoods", json!([]), "REQUIRED"),
        ("contactName", json!(" "), "REQUIRED"),
        ("name", json!("x".repeat(201)), "TOO_LONG"),
    ] {
        let refused = wijk.wendy.founds_team(with(field, value)).await;
        refused.is_refused_at(code, field);
    }
    // The staff of a contact's partner may change the team: no organisation from elsewhere.
    let herent = wijk
        .admin
        .enters_municipality("Herent", "24038")
        .await
        .done();
    let there = wijk
        .admin
        .enters_neighbourhood("Winksele", "24038C", &herent);
    let there = there.await.done();
    let places = [there.id.as_str()];
    let elsewhere = wijk
        .admin
        .brings_on_board("De Molotov", "YOUTH_CENTRE", &places);
    let elsewhere = elsewhere.await.partner;
    let refused = wijk
        .wendy
        .founds_team(with("contactPartner", json!(elsewhere)));
    refused.await.is_refused_at("INVALID", "contactPartner");
    let key = "018f3c1e-7a00-7000-8000-0000000000d1";
    let once = with("idempotencyKey", json!(key));
    let hidden = {
        let mut input = once.clone();
        input["publicContact"] = json!(false);
        input
    };
    let founded = wijk.wendy.founds_team(hidden.clone()).await.done();
    assert_eq!(wijk.wendy.founds_team(hidden).await.done().id, founded.id);
    wijk.wendy
        .founds_team(once)
        .await
        .is_refused_as("IDEMPOTENCY_MISMATCH");
    assert_eq!(
        founded.at("/allowedActions"),
        &json!(["UPDATE", "ADD_MEMBER", "RECORD_TRAINING"])
    );

    // Who the contact is, is for those who work with the team, unless it is public.
    let contact = "contactName contactDetails allowedActions history(first: 5) { totalCount }";
    let nothing = json!({
        "contactName": null, "contactDetails": null, "allowedActions": [],
        "history": { "totalCount": 0 },
    });
    assert_eq!(passer_by.sees(&founded, contact).await, Some(nothing));
    let of_place = anneke.sees(&founded, contact).await.expect("public");
    assert_eq!(of_place["contactName"], "Wout", "she serves its place");

    // Nobody is in it twice, and only its own people are.
    let unknown = wout.adds_to_team(&founded, team.volunteer()).await;
    unknown.is_refused_at("NOT_FOUND", "who.ambassador");
    let joined = wijk.wendy.adds_to_team(&founded, team.volunteer()).await;
    let joined = joined.done();
    assert_eq!(joined.at("/allowedActions"), &json!(["LEAVE"]));
    wout.adds_to_team(&founded, team.volunteer())
        .await
        .is_refused_at("ALREADY_EXISTS", "who.ambassador");
    anneke
        .adds_to_team(&founded, team.volunteer())
        .await
        .is_refused_as("FORBIDDEN");
    let unseen = wijk.volunteer("Bea", &["Binnenstad"], json!({})).await;
    wout.adds_to_team(&founded, json!({ "ambassador": unseen.ambassador }))
        .await
        .is_refused_at("NOT_FOUND", "who.ambassador");
    let training = |field: &str, value: Value| {
        let mut input = json!({
            "for": { "team": founded.id }, "kind": "PEER_REVIEW", "title": "Intervisie",
            "ambassadors": [anneke.ambassador],
        });
        input[field] = value;
        input
    };
    for (field, value, code, at) in [
        ("heldOn", json!("2026-03-03"), "OUT_OF_RANGE", "heldOn"),
        ("minutes", json!(0), "OUT_OF_RANGE", "minutes"),
        ("ambassadors", json!([]), "REQUIRED", "ambassadors"),
        (
            "ambassadors",
            json!([unseen.ambassador]),
            "NOT_FOUND",
            "ambassadors",
        ),
    ] {
        let refused = wout.records_training(training(field, value)).await;
        refused.is_refused_at(code, at);
    }
    let recorded = training("title", json!("Intervisie"));
    anneke
        .records_training(recorded.clone())
        .await
        .is_refused_as("FORBIDDEN");
    let training = wout.records_training(recorded).await.done();
    assert!(passer_by.sees(&training, "id").await.is_none());
    assert!(unseen.sees(&training, "id").await.is_none());
    assert!(anneke.sees(&training, "title").await.is_some());

    // She leaves: the team is as before to those who stay, and no longer hers.
    let leave = async |who: &Person, on: &str| {
        let input = json!({ "id": joined.id, "leftOn": on });
        who.does("teamMemberLeave", "teamMember", "id leftOn", input)
            .await
    };
    leave(anneke, "2026-03-02").await.is_refused_as("FORBIDDEN");
    leave(wout, "2026-02-01")
        .await
        .is_refused_at("OUT_OF_RANGE", "leftOn");
    leave(wout, "2026-03-02").await.done();
    leave(wout, "2026-03-02").await.is_refused_as("INVALID");
    let rejoined = wout.adds_to_team(&founded, team.volunteer()).await;
    // Wout no longer works with her: the coordinator, who still does, lets her join again.
    rejoined.is_refused_at("NOT_FOUND", "who.ambassador");
    wijk.wendy
        .adds_to_team(&founded, team.volunteer())
        .await
        .done();

    // Its record changes, at a version that was read.
    let update = json!({ "id": founded.id, "expectedVersion": 9, "name": "Team De Heul" });
    wijk.wendy
        .does("teamUpdate", "team", "id", update)
        .await
        .is_refused_as("CONFLICT");
    let update = json!({ "id": founded.id, "name": "Team De Heul", "publicContact": true });
    wout.does("teamUpdate", "team", "id name", update)
        .await
        .done();
    let seen = passer_by.sees(&founded, "name contactName").await;
    assert_eq!(
        seen,
        Some(json!({ "name": "Team De Heul", "contactName": "Wout" }))
    );
}

#[tokio::test]
async fn teams_cost_the_same_whatever_their_number() {
    let team = Team::begins().await;
    let (wijk, wout, anneke) = (&team.wijk, &team.wout, &team.anneke);
    let query = "query Many($place: ID!) { teams(first: 20, where: { neighbourhood: { eq: $place } }) \
        { nodes { name contactName initiative { name } members(first: 5) { nodes { allowedActions \
        ambassador { displayName } } } trainings(first: 5) { nodes { title \
        ambassadors(first: 5) { nodes { displayName } } } } } } }";
    let place = json!({ "place": wijk.place("De Heul") });
    let add = async |number: usize| {
        let mut input = team.input.clone();
        input["name"] = json!(format!("Team {number}"));
        let founded = wijk.wendy.founds_team(input).await.done();
        wijk.wendy
            .adds_to_team(&founded, team.volunteer())
            .await
            .done();
        let held = json!({
            "for": { "team": founded.id }, "kind": "TRAINING", "title": "Vorming",
            "ambassadors": [anneke.ambassador],
        });
        wijk.wendy.records_training(held).await.done();
    };
    add(0).await;
    let mut before = Vec::new();
    for person in [&wijk.wendy, wout, anneke] {
        let _cold = person.asks(query, place.clone()).await;
        before.push(person.asks(query, place.clone()).await.statements());
    }
    for number in 1..6 {
        add(number).await;
    }
    for (person, before) in [&wijk.wendy, wout, anneke].into_iter().zip(before) {
        let _cold = person.asks(query, place.clone()).await;
        let answer = person.asks(query, place.clone()).await;
        let found = answer.data("/teams/nodes").as_array().map_or(0, Vec::len);
        assert_eq!(
            (found, answer.statements()),
            (6, before),
            "{}",
            answer.text()
        );
        assert!(before <= 4, "{before} statements");
    }
}

#[tokio::test]
async fn w9_an_advisory_group_thinks_along() {
    let wijk = Wijk::begins().await;
    let initiative = wijk.initiative().await;
    let kerken = wijk
        .partner("Kerken", "FAITH_COMMUNITY", "PARTNER_STAFF", &[])
        .await;
    let vera = wijk.volunteer("Vera", &["De Heul"], json!({})).await;
    let seat = async |who: &Person, with: Value| {
        let mut input = with;
        input["initiative"] = json!(initiative.id);
        let shown = "id partner { name } position";
        who.does("initiativeAdvisorAdd", "advisor", shown, input)
            .await
    };
    let story = Story::of("W9", "An advisory group thinks along with the initiative");
    story
        .step(
            "The churches take a seat",
            seat(&wijk.wendy, json!({ "partner": kerken.partner })),
        )
        .await
        .done();
    let by_volunteer = json!({ "ambassador": vera.ambassador, "position": "Vrijwilligers" });
    let volunteers = story
        .step("A volunteer takes one", seat(&wijk.wendy, by_volunteer))
        .await
        .done();
    story
        .step(
            "And the residents of De Heul have one, without a name",
            seat(&wijk.wendy, json!({ "position": "Bewoners van De Heul" })),
        )
        .await
        .done();
    let query = "query Advisors($id: ID!) { initiative(id: $id) { name advisors(first: 9) { nodes { \
        partner { name } ambassador { displayName } position } } } }";
    let passer_by = wijk.town.passer_by();
    let read = story
        .step(
            "Everybody can read who advises it; a volunteer without a public profile isn't named",
            passer_by.asks(query, json!({ "id": initiative.id })),
        )
        .await;
    story.ends();
    assert_eq!(
        *read.data("/initiative/advisors/nodes"),
        json!([
            { "partner": { "name": "Kerken" }, "ambassador": null, "position": null },
            { "partner": null, "ambassador": null, "position": "Vrijwilligers" },
            { "partner": null, "ambassador": null, "position": "Bewoners van De Heul" },
        ])
    );
    seat(&wijk.wendy, json!({})).await.is_refused_as("REQUIRED");
    for (who, refusal) in [
        (&vera, "FORBIDDEN"),
        (&kerken, "FORBIDDEN"),
        (&passer_by, "UNAUTHENTICATED"),
    ] {
        let refused = seat(who, json!({ "position": "Iemand" })).await;
        refused.is_refused_as(refusal);
    }
    let remove = async |who: &Person| {
        let shown = "id advisors(first: 9) { totalCount }";
        let input = json!({ "id": volunteers.id });
        who.does("initiativeAdvisorRemove", "initiative", shown, input)
            .await
    };
    remove(&vera).await.is_refused_as("FORBIDDEN");
    let left: Record = remove(&wijk.wendy).await.done();
    assert_eq!(left.at("/advisors/totalCount"), 2);
    remove(&wijk.wendy).await.is_refused_as("NOT_FOUND");
}
