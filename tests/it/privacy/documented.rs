//! `docs/privacy.md` tells the data-protection officer what to send: each of it is sent here, as whom
//! it says, and does what it says (GDPR articles 7(3) and 12 to 21).

use nabij_entity::role_grant::Role;
use nabij_tests::Request;
use serde_json::json;

use super::Scene;

const PAGE: &str = include_str!("../../../docs/privacy.md");

/// The documents of the page, each with the role that its first line names.
fn documents() -> Vec<(&'static str, &'static str)> {
    let blocks = PAGE.split("```graphql\n").skip(1);
    let text = |block: &'static str| block.split("```").next().unwrap_or_default();
    blocks
        .map(text)
        .map(|block| {
            let (role, document) = block.split_once('\n').expect("two lines at least");
            (role.trim_start_matches("# As "), document)
        })
        .collect()
}

#[tokio::test]
async fn what_the_officer_is_told_to_send_does_what_it_says() {
    let scene = Scene::set().await;
    let auditor = scene.town.official(Role::Auditor).await;
    let input = json!({ "resident": scene.maria, "kind": "ACCEPT_HELP", "method": "ORAL" });
    let consent = scene
        .coordinator
        .does("consentRecord", "consent", "id", input)
        .await
        .done();
    let welfare = scene.town.partner("OCMW Beersel").await;
    let at_stake = Request::to(&welfare)
        .on("VITAL_INTEREST", &["NAME", "ADDRESS"])
        .with("basisJustification", "No answer at the door for a day");
    scene
        .coordinator
        .refers_by(&scene.signal, at_stake)
        .await
        .done();
    let noted = json!({ "on": { "signal": scene.signal.id }, "kind": "VISIT",
        "outcome": "REACHED", "note": "Was out" });
    let noted = scene
        .coordinator
        .does("contactMomentRecord", "contactMoment", "id", noted)
        .await
        .done();
    let documents = documents();
    assert_eq!(documents.len(), 13, "each document is sent");
    for (role, document) in documents {
        let person = match role {
            "AUDITOR" => &auditor,
            "COORDINATOR" => &scene.coordinator,
            other => panic!("{other} isn't a role of this page"),
        };
        let mut variables = json!({});
        for (name, id) in [
            ("id", &scene.maria),
            ("consent", &consent.id),
            ("signal", &scene.signal.id),
            ("contact", &noted.id),
            ("user", &scene.coordinator.user),
        ] {
            if document.contains(&format!("${name}: ID!")) {
                variables[name] = json!(id);
            }
        }
        if document.contains("$from: DateTime!") {
            variables["from"] = json!("2026-01-01T00:00:00Z");
            variables["until"] = json!("2027-01-01T00:00:00Z");
        }
        if document.contains("$name: String!") {
            let name = if role == "AUDITOR" {
                "coordinator"
            } else {
                "peetersUQZ"
            };
            variables["name"] = json!(name);
        }
        let answer = person.asks(document, variables).await;
        let text = answer.text();
        assert!(answer.errors().is_empty(), "{document}: {text}");
        if document.starts_with("mutation") {
            assert!(text.contains("\"userErrors\":[]"), "{document}: {text}");
        }
        let (_, rest) = document.split_once(' ').expect("a name");
        let name = rest.split(['(', ' ']).next().unwrap_or_default();
        let told = match name {
            "Register" => "\"resident_contacts\"",
            "VitalInterests" => "No answer at the door",
            "Find" => "Peetersuqz",
            "Access" => "Parrotuqz",
            "WhoRead" => "DOSSIER",
            "Readers" => "Coordinator of Beersel",
            "WhatTheyRead" => "\"NAME\"",
            "Rectify" => "Marie",
            "CorrectSignal" => "She slipped",
            "CorrectNote" => "Was at home",
            "Consents" => "ACCEPT_HELP",
            "Withdraw" => "withdrawnAt\":\"2026",
            "Erase" => "erasedAt\":\"2026",
            other => panic!("{other} isn't known"),
        };
        assert!(text.contains(told), "{name}: {text}");
    }
    let gone = scene
        .coordinator
        .asks(super::DOSSIER, json!({ "id": scene.maria }));
    assert!(!gone.await.text().contains("Peetersuqz"));
}
