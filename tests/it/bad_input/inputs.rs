//! Values that aren't of their type, in variables and in the document: refused before anything is
//! executed, in words that say what fits.

use nabij_tests::{Answer, Need};
use serde_json::{Value, json};

use super::{Scene, is_well, repeats_nothing};

const TWO: &str = "mutation($good: SignalSubmitInput!, $bad: SignalSubmitInput!) {
  first: signalSubmit(input: $good) { signal { id } }
  second: signalSubmit(input: $bad) { signal { id } }
}";

const PHONE: &str = "Write a phone number in international form: +3223591616.";

/// Refused with this message, and nothing was done.
async fn is_told(scene: &Scene, answer: Answer, message: &str) {
    assert_eq!(
        (answer.status(), answer.code()),
        (400, "BAD_USER_INPUT"),
        "{}",
        answer.text()
    );
    assert_eq!(answer.errors()[0]["message"], message);
    assert_eq!(answer.statements(), 0);
    repeats_nothing(&answer);
    let query = "{ signals(where: { title: { contains: \"first of two\" } }) { totalCount } }";
    let stored = scene.coordinator.asks(query, json!({})).await;
    assert_eq!(
        stored.data("/signals/totalCount"),
        0,
        "the first was stored"
    );
    is_well(&scene.coordinator, &scene.signal).await;
}

#[tokio::test]
async fn a_mistake_in_the_second_mutation_stops_the_first() {
    let scene = Scene::set().await;
    let need = |title: &str| Need::new(title, &scene.rosa.neighbourhood);
    let about = |resident: Value| need("The second of two").with("resident", resident).input();
    let good = need("The first of two").input();
    let phone = |phone: &str| json!({ "new": { "contact": { "phone": phone } } });
    for (bad, message) in [
        (
            about(phone("zebra7")),
            format!("`$bad.resident.new.contact.phone`: {PHONE}"),
        ),
        (
            about(json!({ "new": { "languages": ["nl", "zebra7!"] } })),
            "`$bad.resident.new.languages[1]`: Write a language tag: nl, nl-BE, ar.".to_owned(),
        ),
        (
            about(json!({ "id": "zebra7", "new": {} })),
            "`$bad.resident`: Give exactly one of `id`, `new`.".to_owned(),
        ),
        (
            need("The second of two").with("kind", "zebra7").input(),
            "`$bad.kind`: Write one of the values of SignalKind: INITIATIVE, NEED, PROBLEM."
                .to_owned(),
        ),
    ] {
        let variables = json!({ "good": good, "bad": bad });
        let answer = scene.rosa.asks(TWO, variables).await;
        is_told(&scene, answer, &message).await;
    }

    let literal = TWO
        .replace(", $bad: SignalSubmitInput!", ", $place: ID!")
        .replace(
            "$bad",
            "{neighbourhood: $place, kind: NEED, category: MOBILITY, urgency: NORMAL, title: \"t\",
              resident: {new: {contact: {phone: \"zebra7\"}}}}",
        );
    let variables = json!({ "good": good, "place": scene.rosa.neighbourhood });
    let answer = scene.rosa.asks(&literal, variables).await;
    let message = format!("`input.resident.new.contact.phone`: {PHONE}");
    is_told(&scene, answer, &message).await;

    // Without the mistake, both are done.
    let variables = json!({ "good": good, "bad": about(phone("+3223591616")) });
    let answer = scene.rosa.asks(TWO, variables).await;
    for done in ["/first/signal/id", "/second/signal/id"] {
        assert!(answer.data(done).is_string(), "{}", answer.text());
    }
}
