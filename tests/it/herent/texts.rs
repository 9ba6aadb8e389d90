//! The text of a call-out can be posted as it is: it is refused when it gives the resident away.

use nabij_tests::{Appeal, Need};
use serde_json::json;

use super::{Herent, WEDNESDAY};

#[tokio::test]
async fn h4_a_text_that_gives_her_away_is_refused() {
    let herent = Herent::begins().await;
    let jef = &herent.jef;
    let (_, referral) = herent.chore().await;
    for text in [
        "Wie helpt Godelieve met haar peren?",
        "GODELIEVE zoekt hulp",
        "G o d e l i e v e zoekt hulp",
        "Wie plukt bij Vandenbroeck?",
        "Bij mevrouw VAN-DEN-BROECK",
        "Bel 0475 12 34 56",
        "Bel 0475/12.34.56",
        "Bel +32 (0) 475 12 34 56",
        "Bel 0032475123456",
        "Mail GODELIEVE @ example.org",
        "In de Sint-Janstraat",
        "in de sint janstr. nr. 5",
    ] {
        let with_text = Appeal::until(WEDNESDAY).with("text", text);
        let answer = jef.calls_out(&referral, with_text).await;
        answer.is_refused_at("INVALID", "text");
        // It isn't said which detail: the youth house isn't told all of them.
        let message = answer.user_errors()[0]["message"].as_str().expect("words");
        assert!(
            !message.contains("odelieve") && !message.contains("475"),
            "{message}"
        );
    }
    let title = Appeal::until(WEDNESDAY).with("title", "Peren bij Godelieve");
    jef.calls_out(&referral, title)
        .await
        .is_refused_at("INVALID", "title");
    // An identity number gets nowhere at all.
    let identity = Appeal::until(WEDNESDAY).with("text", "93.05.18-223.61");
    jef.calls_out(&referral, identity)
        .await
        .is_refused_at("IDENTITY_NUMBER", "text");
    assert_eq!(
        jef.sees(&referral, "callOuts { totalCount }")
            .await
            .expect("theirs")["callOuts"]["totalCount"],
        0,
        "a refusal writes nothing"
    );

    let own = "Peren plukken in Winksele, donderdag om 14.00 uur. Bel het jeugdhuis: 016 20 30 40.";
    let with_text = Appeal::until(WEDNESDAY).with("text", own);
    let call_out = jef.calls_out(&referral, with_text).await.done();
    assert_eq!(call_out.text("text"), own);
}

#[tokio::test]
async fn a_call_out_about_nobody_in_particular_needs_no_such_check() {
    let herent = Herent::begins().await;
    let snow = Need::new("The church path is snowed under", &herent.places[0].id)
        .with("category", "CHORES")
        .with("choreKind", "SNOW");
    let signal = herent.dora.submits(snow).await.done();
    let referral = herent.dora.refers(&signal, &herent.jef).await.done();
    let with_text = Appeal::until(WEDNESDAY).with("text", "Bel Jef op 0475 12 34 56");
    let call_out = herent.jef.calls_out(&referral, with_text).await.done();
    let lotte = herent.volunteer("Lotte").await;
    let offer = lotte.offers_to_help(&call_out).await.done();
    herent.jef.selects(&offer).await.done();
    let seen = lotte.sees(&call_out, "status resident { id }").await;
    assert_eq!(
        seen.expect("hers"),
        json!({ "status": "FILLED", "resident": null })
    );
}

#[tokio::test]
async fn a_deadline_lies_ahead_and_leaves_time_for_the_job() {
    let herent = Herent::begins().await;
    let (_, referral) = herent.chore().await;
    for (appeal, path) in [
        (Appeal::until("2026-03-02T09:00:00Z"), "deadline"),
        (Appeal::until("2028-03-02T09:00:00Z"), "deadline"),
        (
            Appeal::until(WEDNESDAY).with("endsAt", "2026-03-04T16:59:00Z"),
            "deadline",
        ),
        (
            Appeal::until(WEDNESDAY)
                .with("startsAt", "2026-03-06T09:00:00Z")
                .with("endsAt", "2026-03-05T09:00:00Z"),
            "endsAt",
        ),
    ] {
        herent
            .jef
            .calls_out(&referral, appeal)
            .await
            .is_refused_at("OUT_OF_RANGE", path);
    }
}

#[tokio::test]
async fn the_same_key_makes_one_call_out_and_one_offer() {
    const KEY: &str = "0190f5a8-9f3c-7d5e-8a3b-5f0c6d7e8f90";
    let herent = Herent::begins().await;
    let lotte = herent.volunteer("Lotte").await;
    let (_, referral) = herent.chore().await;
    let appeal = Appeal::until(WEDNESDAY).with("idempotencyKey", KEY);
    let first = herent.jef.calls_out(&referral, appeal.clone()).await.done();
    let again = herent.jef.calls_out(&referral, appeal.clone()).await.done();
    assert_eq!(first.id, again.id);
    let other = appeal.with("details", "Something else");
    herent
        .jef
        .calls_out(&referral, other)
        .await
        .is_refused_at("IDEMPOTENCY_MISMATCH", "idempotencyKey");
    let key = json!({ "idempotencyKey": KEY });
    let offer = lotte.offers_with(&first, key.clone()).await.done();
    assert_eq!(offer.id, lotte.offers_with(&first, key).await.done().id);
}

#[tokio::test]
async fn a_pool_is_named_by_its_own_coordinator() {
    let herent = Herent::begins().await;
    let input = json!({ "id": herent.jef.partner, "name": "De Kletsmajoors" });
    for other in [&herent.dora, &herent.hilde] {
        other
            .does("partnerNamePool", "partner", "id", input.clone())
            .await
            .is_refused_as("FORBIDDEN");
    }
    let shown = "id poolName pool { nodes { displayName } }";
    herent.volunteer("Lotte").await;
    let named = herent.jef.does("partnerNamePool", "partner", shown, input);
    let named = named.await.done();
    assert_eq!(named.text("poolName"), "De Kletsmajoors");
    assert_eq!(
        named.at("/pool/nodes"),
        &json!([{ "displayName": "Lotte" }])
    );
    // The name is public; who is in the pool is not.
    let query = "query ($id: ID!) { partner(id: $id) { poolName pool { nodes { displayName } } } }";
    let id = json!({ "id": herent.jef.partner });
    let public = herent.town.passer_by().asks(query, id).await;
    assert_eq!(
        public.data("/partner"),
        &json!({ "poolName": "De Kletsmajoors", "pool": { "nodes": [] } })
    );
}
