//! Putting right what was told of somebody (GDPR article 16).

use nabij_entity::{event, role_grant::Role};
use nabij_tests::{Person, Record, handled_by};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};

use super::Scene;

async fn corrects(person: &Person, signal: &Record, with: Value) -> nabij_tests::Answer {
    person.takes("Correct", signal, with).await
}

async fn corrects_note(person: &Person, id: &str, note: &str, version: i64) -> nabij_tests::Answer {
    let input = json!({ "id": id, "note": note, "expectedVersion": version });
    let shown = "id note version secrecy";
    person
        .does("contactMomentCorrect", "contactMoment", shown, input)
        .await
}

/// What an event of this kind holds: the names of fields, and nothing that anybody told.
async fn told_of(scene: &Scene, kind: &str) -> Vec<Value> {
    let events = event::Entity::find()
        .filter(event::Column::Kind.eq(kind))
        .order_by_asc(event::Column::Id)
        .all(scene.town.beneath())
        .await
        .expect("the events");
    events.into_iter().map(|event| event.data).collect()
}

#[tokio::test]
async fn what_a_signal_says_is_put_right_by_who_answers_for_it() {
    let scene = Scene::set().await;
    let (coordinator, rosa) = (&scene.coordinator, &scene.rosa);
    let signal = &scene.signal;
    let welfare = scene.town.partner("OCMW Beersel").await;
    let handled = handled_by(&welfare, "PUBLIC_TASK", &["NOTES"]);
    coordinator.triages_as(signal, handled).await.done();

    // Who reported it, who handles it, and the coordinator; each part by itself.
    let text = json!({ "text": "She slipped, and didn't fall" });
    let read = corrects(rosa, signal, text).await.done();
    let title = json!({ "title": "Stairs are slippery", "expectedVersion": read.version() });
    corrects(&welfare, signal, title.clone()).await.done();
    let seen = coordinator.sees(signal, "title text history { nodes { kind } }");
    let seen = seen.await.expect("it is theirs");
    assert_eq!(seen["title"], "Stairs are slippery");
    assert_eq!(seen["text"], "She slipped, and didn't fall");
    let last = seen["history"]["nodes"].as_array().expect("events").last();
    assert_eq!(last.expect("one")["kind"], "signal.corrected");
    assert_eq!(
        told_of(&scene, "signal.corrected").await,
        [json!({ "text": true }), json!({ "title": true })]
    );

    corrects(coordinator, signal, title)
        .await
        .is_refused_as("CONFLICT");
    for (wrong, code, path) in [
        (json!({}), "REQUIRED", ""),
        (json!({ "title": " " }), "REQUIRED", "title"),
        (json!({ "title": null }), "REQUIRED", "title"),
        (
            json!({ "text": "93.05.18-223.61" }),
            "IDENTITY_NUMBER",
            "text",
        ),
    ] {
        let refused = corrects(coordinator, signal, wrong).await;
        refused.is_refused_at(code, path);
    }
    let stranger = scene.town.ambassador("Jef", &[]).await;
    let colleague = scene.town.colleague(&welfare, Role::Signaller).await;
    for nobody in [&stranger, &colleague, &scene.town.admin().await] {
        let tried = corrects(nobody, signal, json!({ "title": "Mine" })).await;
        assert!(["NOT_FOUND", "FORBIDDEN"].contains(&tried.refusal()));
    }

    // When it is closed, others have acted on it: only the coordinator still may, who answers for it.
    coordinator
        .resolves(signal, "NO_LONGER_NEEDED")
        .await
        .done();
    for former in [rosa, &welfare] {
        let late = corrects(former, signal, json!({ "text": "Late" })).await;
        late.is_refused_as("FORBIDDEN");
    }
    let cleared = corrects(coordinator, signal, json!({ "text": null }));
    cleared.await.done();
    let seen = coordinator.sees(signal, "text status").await;
    assert_eq!(seen, Some(json!({ "text": null, "status": "RESOLVED" })));
}

#[tokio::test]
async fn a_note_is_put_right_by_who_wrote_it_or_by_the_coordinator() {
    let scene = Scene::set().await;
    let (coordinator, rosa) = (&scene.coordinator, &scene.rosa);
    let welfare = scene.town.partner("OCMW Beersel").await;
    let handled = handled_by(&welfare, "PUBLIC_TASK", &["NOTES"]);
    coordinator.triages_as(&scene.signal, handled).await.done();
    let input = json!({ "on": { "signal": scene.signal.id }, "kind": "VISIT",
        "outcome": "REACHED", "note": "She drinks" });
    let shown = "id note version";
    let noted = rosa
        .does("contactMomentRecord", "contactMoment", shown, input)
        .await
        .done();
    let own = corrects_note(rosa, &noted.id, "She drinks coffee", 1)
        .await
        .done();
    assert_eq!(own.text("note"), "She drinks coffee");
    assert_eq!(own.version(), 2);
    corrects_note(coordinator, &noted.id, "Late", 1)
        .await
        .is_refused_as("CONFLICT");
    corrects_note(coordinator, &noted.id, "BSN 111222333", 2)
        .await
        .is_refused_at("IDENTITY_NUMBER", "note");
    // Of another volunteer, and of a partner that sees it and didn't write it.
    corrects_note(&welfare, &noted.id, "Hers", 2)
        .await
        .is_refused_as("FORBIDDEN");
    let jef = scene.town.ambassador("Jef", &[]).await;
    corrects_note(&jef, &noted.id, "His", 2)
        .await
        .is_refused_as("NOT_FOUND");
    let cleared = corrects_note(coordinator, &noted.id, "", 2).await.done();
    assert_eq!(cleared.at("/note"), &Value::Null);
    assert_eq!(
        told_of(&scene, "contact_moment.corrected").await,
        [json!({ "note": true }), json!({ "note": true })]
    );
    let history = coordinator.sees(&scene.signal, "history { nodes { kind } }");
    let history = history.await.expect("it is theirs").to_string();
    assert!(history.contains("contact_moment.corrected"), "{history}");
    assert!(!history.contains("drinks"), "{history}");
}
