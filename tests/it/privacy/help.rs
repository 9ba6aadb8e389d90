//! Nobody is sent to somebody who didn't say that help is welcome: the third consent, apart from sharing
//! and from secrecy (GDPR articles 6(1)(a), 7 and 9(2)(a); story H5).

use nabij_entity::consent;
use nabij_tests::{Appeal, Need, Person, Record, Request};
use sea_orm::{ActiveModelTrait, ActiveValue::Set};
use serde_json::{Value, json};

use crate::herent::{Herent, WEDNESDAY, sees_whom};

async fn consents(
    person: &Person,
    kind: &str,
    resident: &str,
    partner: Value,
) -> nabij_tests::Answer {
    let input = json!({ "resident": resident, "kind": kind, "method": "ORAL", "partner": partner });
    let shown = "id kind withdrawnAt allowedActions";
    person.does("consentRecord", "consent", shown, input).await
}

async fn withdraws(person: &Person, consent: &Record) -> nabij_tests::Answer {
    let input = json!({ "id": consent.id });
    let shown = "id withdrawnAt allowedActions";
    person
        .does("consentWithdraw", "consent", shown, input)
        .await
}

/// GDPR articles 6(1)(a) and 7: asked first, by whoever sends somebody, and of nothing else.
#[tokio::test]
async fn whoever_calls_out_asks_whether_help_is_welcome_and_nothing_else() {
    let herent = Herent::begins().await;
    let (dora, jef) = (&herent.dora, &herent.jef);
    let lotte = herent.volunteer("Lotte").await;
    let (_, referral) = herent.chore().await;
    let her = jef.knows_whom(&referral).await;
    // Another partner doesn't know her; a volunteer neither.
    for stranger in [&herent.hilde, &lotte] {
        consents(stranger, "ACCEPT_HELP", &her, Value::Null)
            .await
            .is_refused_at("NOT_FOUND", "resident");
    }
    // The other two consents aren't for the youth house to hear.
    consents(jef, "LIFT_SECRECY", &her, Value::Null)
        .await
        .is_refused_as("FORBIDDEN");
    consents(jef, "SHARE_WITH_PARTNER", &her, json!(herent.hilde.partner))
        .await
        .is_refused_as("FORBIDDEN");
    // And they are not this one.
    for (kind, partner) in [
        ("LIFT_SECRECY", Value::Null),
        ("SHARE_WITH_PARTNER", json!(jef.partner)),
    ] {
        consents(dora, kind, &her, partner).await.done();
    }
    let call_out = jef
        .calls_out(&referral, Appeal::until(WEDNESDAY))
        .await
        .done();
    let offer = lotte.offers_to_help(&call_out).await.done();
    let refused = jef.selects(&offer).await;
    refused.is_refused_at("BASIS_REQUIRED", "id");
    let said = refused.user_errors()[0]["message"].as_str().expect("words");
    assert!(
        said.contains("consentRecord") && said.contains("ACCEPT_HELP"),
        "{said}"
    );
    assert!(sees_whom(&lotte, &call_out).await.is_null());

    let welcome = consents(jef, "ACCEPT_HELP", &her, Value::Null).await.done();
    assert_eq!(welcome.at("/allowedActions"), &json!(["WITHDRAW"]));
    consents(dora, "ACCEPT_HELP", &her, Value::Null)
        .await
        .is_refused_as("ALREADY_EXISTS");
    // The youth house sees this consent and the one that names it, and not the third.
    let seen = "resident { consents { nodes { kind allowedActions } } }";
    let seen = jef.sees(&referral, seen).await.expect("theirs");
    let kinds = seen["resident"]["consents"]["nodes"].to_string();
    assert!(
        kinds.contains("ACCEPT_HELP") && !kinds.contains("LIFT_SECRECY"),
        "{kinds}"
    );
    jef.selects(&offer).await.done();
    assert_eq!(sees_whom(&lotte, &call_out).await["givenName"], "Godelieve");

    // When it is done, it isn't theirs any more.
    jef.completes(&referral, "GOT_HELP").await.done();
    withdraws(jef, &welcome)
        .await
        .is_refused_at("NOT_FOUND", "id");
    consents(jef, "ACCEPT_HELP", &her, Value::Null)
        .await
        .is_refused_at("NOT_FOUND", "resident");
    withdraws(dora, &welcome).await.done();
}

/// GDPR article 7(3): she would rather not, and at once nobody comes; what she was referred for stays.
#[tokio::test]
async fn who_would_rather_not_is_seen_by_no_volunteer_from_then_on() {
    let herent = Herent::begins().await;
    let (dora, jef) = (&herent.dora, &herent.jef);
    let (lotte, sam) = (
        herent.volunteer("Lotte").await,
        herent.volunteer("Sam").await,
    );
    let (signal, referral) = herent.chore().await;
    let welcome = herent.is_welcome(&referral).await;
    let call_out = jef
        .calls_out(&referral, Appeal::until(WEDNESDAY))
        .await
        .done();
    let hers = lotte.offers_to_help(&call_out).await.done();
    let his = sam.offers_to_help(&call_out).await.done();
    jef.selects(&hers).await.done();
    // She asked for something else too, for which nobody was found yet.
    let her = jef.knows_whom(&referral).await;
    let place = dora.sees(&signal, "neighbourhood { id }").await;
    let place = place.expect("theirs")["neighbourhood"]["id"].clone();
    let hedge = Need::new("A hedge to trim", place.as_str().expect("an id"))
        .with("category", "CHORES")
        .with("resident", json!({ "id": her }));
    let hedge = dora.submits(hedge).await.done();
    let request = Request::to(jef).on("PUBLIC_TASK", &["NAME"]);
    let second = dora.refers_by(&hedge, request).await.done();
    let open = jef
        .calls_out(&second, Appeal::until(WEDNESDAY))
        .await
        .done();

    withdraws(&lotte, &welcome).await.is_refused_as("NOT_FOUND");
    let taken_back = withdraws(jef, &welcome).await.done();
    assert_eq!(taken_back.at("/allowedActions"), &json!([]));
    assert!(sees_whom(&lotte, &call_out).await.is_null());
    let ended = "status endCause closedAt";
    for over in [&call_out, &open] {
        let seen = jef.sees(over, ended).await.expect("theirs");
        assert_eq!(seen["status"], "CANCELLED");
        assert_eq!(seen["endCause"], "CONSENT_WITHDRAWN");
        assert!(seen["closedAt"].is_string());
    }
    assert_eq!(sam.looks_up(&his).await.expect("his").status(), "DECLINED");
    let goes_on = dora.sees(&referral, "status").await;
    assert_eq!(goes_on, Some(json!({ "status": "ACCEPTED" })));

    // Called out for once more, she has to be asked once more.
    let again = jef
        .calls_out(&referral, Appeal::until(WEDNESDAY))
        .await
        .done();
    let offer = sam.offers_to_help(&again).await.done();
    jef.selects(&offer)
        .await
        .is_refused_at("BASIS_REQUIRED", "id");
    herent.is_welcome(&referral).await;
    jef.selects(&offer).await.done();
    assert_eq!(sees_whom(&sam, &again).await["givenName"], "Godelieve");
}

/// GDPR article 7(3): that she is seen rests on the consent itself, and not on somebody's having ended
/// what was based on it.
#[tokio::test]
async fn a_volunteer_sees_by_the_consent_and_by_nothing_that_was_copied_from_it() {
    let herent = Herent::begins().await;
    let lotte = herent.volunteer("Lotte").await;
    let (_, referral) = herent.chore().await;
    let welcome = herent.is_welcome(&referral).await;
    let appeal = Appeal::until(WEDNESDAY).with("details", "Ring at the back");
    let call_out = herent.jef.calls_out(&referral, appeal).await.done();
    let offer = lotte.offers_to_help(&call_out).await.done();
    herent.jef.selects(&offer).await.done();
    let sees = async || {
        let details = lotte.sees(&call_out, "status details").await;
        (details.expect("hers"), sees_whom(&lotte, &call_out).await)
    };
    let (details, whom) = sees().await;
    assert_eq!(
        details,
        json!({ "status": "FILLED", "details": "Ring at the back" })
    );
    assert_eq!(whom["givenName"], "Godelieve");
    let id = nabij_api::ids::parse(nabij_api::store::Kind::Consent, &welcome.id);
    let row = consent::ActiveModel {
        id: Set(id.expect("a consent")),
        withdrawn_at: Set(Some(herent.town.now())),
        ..Default::default()
    };
    row.update(herent.town.beneath()).await.expect("arranged");
    let (details, whom) = sees().await;
    assert_eq!(details, json!({ "status": "FILLED", "details": null }));
    assert!(whom.is_null(), "{whom}");
}
