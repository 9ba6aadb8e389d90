//! H4 to H6: the pool is called, volunteers offer, one is selected; nobody is found, or they drop
//! out.

use nabij_tests::{Appeal, Person, Record, Story};
use serde_json::json;

use super::{DAY, HOUR, Herent, WEDNESDAY, sees_whom, tells_nothing_of_her};

#[tokio::test]
async fn h4_the_pool_hears_what_is_asked_and_never_of_whom() {
    let herent = Herent::begins().await;
    let (dora, jef) = (&herent.dora, &herent.jef);
    let lotte = herent.volunteer("Lotte").await;
    let story = Story::of(
        "H4",
        "The youth house calls out to its pool: what, where and when, never a name or an address",
    );
    let (signal, referral) = herent.chore().await;
    let appeal = Appeal::until(WEDNESDAY)
        .with("startsAt", "2026-03-05T13:00:00Z")
        .with("endsAt", "2026-03-05T16:00:00Z")
        .with("details", "The ladder stands behind the shed of Godelieve");
    // Only the youth house calls its own pool.
    for other in [dora, &herent.wim, &lotte] {
        let answer = other.calls_out(&referral, appeal.clone()).await;
        assert!(["FORBIDDEN", "NOT_FOUND"].contains(&answer.refusal()));
    }
    let call_out = story
        .step(
            "Jef, the contact person, calls out to the pool; the service writes the text to post",
            jef.calls_out(&referral, appeal.clone()),
        )
        .await
        .done();
    assert_eq!(call_out.text("title"), "Een klus in de tuin in Winksele");
    assert_eq!(
        call_out.text("text"),
        "Wie helpt een buur in Winksele? We zoeken iemand voor: een klus in de tuin. Op donderdag 5 \
         maart, tussen 14.00 uur en 17.00 uur. Interesse? Laat het weten aan De WelWillende \
         Molotoffers vóór woensdag 4 maart om 18.00 uur."
    );
    let read = story
        .step(
            "Lotte, of the pool, sees what is asked, where and when",
            lotte.reads_the_pools_call_outs(),
        )
        .await;
    story.ends();
    let seen = &read.data("/callOuts/nodes")[0];
    assert_eq!(seen["category"], "CHORES");
    assert_eq!(seen["choreKind"], "GARDEN");
    assert_eq!(seen["neighbourhood"]["name"], "Winksele");
    assert_eq!(seen["allowedActions"], json!(["OFFER"]));
    tells_nothing_of_her(read.text());
    // One at a time; a repetition by key makes no second.
    jef.calls_out(&referral, appeal)
        .await
        .is_refused_at("ALREADY_EXISTS", "referral");
    let seen = dora
        .sees(&signal, "referrals { nodes { callOuts { nodes { id } } } }")
        .await
        .expect("it is hers");
    assert_eq!(
        seen["referrals"]["nodes"][0]["callOuts"]["nodes"],
        json!([{ "id": call_out.id }])
    );
}

#[tokio::test]
async fn h4_only_the_pools_active_volunteers_are_called() {
    let herent = Herent::begins().await;
    let lotte = herent.volunteer("Lotte").await;
    let outsider = herent
        .volunteer_for("Otto", &herent.hilde.partner, "HELPER")
        .await;
    let (_, _, call_out) = herent.called().await;
    assert!(lotte.looks_up(&call_out).await.is_some());
    let passer_by = herent.town.passer_by();
    for other in [&outsider, &herent.hilde, &passer_by] {
        assert!(other.looks_up(&call_out).await.is_none());
    }
    outsider
        .offers_to_help(&call_out)
        .await
        .is_refused_at("NOT_FOUND", "callOut");
    // During a break nobody is called.
    let lottes_record = Record::of(&*lotte.ambassador);
    herent
        .dora
        .takes("Pause", &lottes_record, json!({}))
        .await
        .done();
    assert!(lotte.looks_up(&call_out).await.is_none());
    lotte
        .offers_to_help(&call_out)
        .await
        .is_refused_at("NOT_FOUND", "callOut");
}

#[tokio::test]
async fn h5_one_volunteer_is_selected_and_only_then_the_youth_house_accepts() {
    let herent = Herent::begins().await;
    let (dora, jef) = (&herent.dora, &herent.jef);
    let (lotte, sam) = (
        herent.volunteer("Lotte").await,
        herent.volunteer("Sam").await,
    );
    let story = Story::of(
        "H5",
        "Volunteers offer, she is asked, one is selected, and only that one sees whom it is about",
    );
    let (_, referral) = herent.chore().await;
    let call_out = jef
        .calls_out(&referral, Appeal::until(WEDNESDAY))
        .await
        .done();
    let hers = story
        .step("Lotte offers", lotte.offers_to_help(&call_out))
        .await
        .done();
    let his = story
        .step("So does Sam", sam.offers_to_help(&call_out))
        .await
        .done();
    let status = async || {
        dora.looks_up(&referral)
            .await
            .expect("hers")
            .status()
            .to_owned()
    };
    assert_eq!(status().await, "REQUESTED", "nobody has accepted yet");
    lotte
        .offers_to_help(&call_out)
        .await
        .is_refused_at("ALREADY_EXISTS", "callOut");
    // Volunteers don't see each other's offers, and select nobody.
    assert!(sam.sees(&hers, "id").await.is_none());
    sam.selects(&hers).await.is_refused_as("NOT_FOUND");
    lotte.selects(&hers).await.is_refused_as("FORBIDDEN");
    dora.selects(&hers).await.is_refused_as("FORBIDDEN");

    let said = async || {
        let seen = jef.sees(&hers, "allowedActions").await.expect("theirs");
        seen["allowedActions"].to_string()
    };
    assert!(!said().await.contains("SELECT"));
    story
        .step(
            "Jef would select Lotte, and is told to ask first whether help is welcome",
            jef.selects(&hers),
        )
        .await
        .is_refused_at("BASIS_REQUIRED", "id");
    assert_eq!(status().await, "REQUESTED", "a refusal changes nothing");
    let godelieve = jef.knows_whom(&referral).await;
    story
        .step(
            "He rings Godelieve, who is glad of it, and writes that down",
            jef.hears_that_help_is_welcome(&godelieve),
        )
        .await
        .done();
    assert!(said().await.contains("SELECT"));
    let selected = story
        .step(
            "Jef selects Lotte; with that the youth house accepts",
            jef.selects(&hers),
        )
        .await
        .done();
    assert_eq!(selected.at("/callOut/status"), "FILLED");
    assert_eq!(status().await, "ACCEPTED");
    story
        .step("Sam can't be selected beside her", jef.selects(&his))
        .await
        .is_refused_as("INVALID_TRANSITION");
    let whom = story
        .step(
            "Lotte sees whom she helps, in the fields that were disclosed",
            sees_whom(&lotte, &call_out),
        )
        .await;
    assert_eq!(whom["givenName"], "Godelieve");
    assert_eq!(
        whom["contact"],
        json!({
            "phone": "+32475123456", "email": null, "address": "Sint-Janstraat 5, 3020 Herent",
        })
    );
    let nothing = story
        .step("Sam still sees nothing of it", sees_whom(&sam, &call_out))
        .await;
    story.ends();
    assert!(nothing.is_null(), "{nothing}");
}

#[tokio::test]
async fn h5_the_contact_person_writes_down_what_a_volunteer_told() {
    let herent = Herent::begins().await;
    let (jef, lotte) = (&herent.jef, herent.volunteer("Lotte").await);
    let outsider = herent
        .volunteer_for("Otto", &herent.hilde.partner, "HELPER")
        .await;
    let (_, _, call_out) = herent.called().await;
    let of = |person: &Person| json!({ "ambassador": person.ambassador });
    jef.offers_to_help(&call_out)
        .await
        .is_refused_as("FORBIDDEN");
    let offer = jef.offers_with(&call_out, of(&lotte)).await.done();
    jef.offers_with(&call_out, of(&outsider))
        .await
        .is_refused_at("NOT_FOUND", "ambassador");
    jef.selects(&offer).await.done();
    assert_eq!(sees_whom(&lotte, &call_out).await["givenName"], "Godelieve");
}

#[tokio::test]
async fn h6_nobody_offers_and_the_request_goes_back() {
    let herent = Herent::begins().await;
    let (dora, jef) = (&herent.dora, &herent.jef);
    let lotte = herent.volunteer("Lotte").await;
    let (signal, referral, call_out) = herent.called().await;
    let status = "status rejectReason callOuts { nodes { status endCause } }";
    let of = async |person: &Person| person.sees(&referral, status).await.expect("seen");
    herent.town.what_is_due_happens().await;
    assert_eq!(of(dora).await["status"], "REQUESTED", "there is time still");
    // At the deadline itself it is too late to offer, whether or not the service was there already.
    herent.town.wait(2 * DAY + 8 * HOUR);
    lotte
        .offers_to_help(&call_out)
        .await
        .is_refused_at("OUT_OF_RANGE", "callOut");
    assert_eq!(
        lotte
            .looks_up(&call_out)
            .await
            .expect("open")
            .at("/allowedActions"),
        &json!([])
    );
    herent.town.what_is_due_happens().await;
    herent.town.what_is_due_happens().await;
    let story = Story::of(
        "H6",
        "Nobody offers before the deadline: the request goes back to the service centre",
    );
    let back = story
        .step(
            "Dora sees that it came back unfilled",
            dora.sees(&referral, status),
        )
        .await
        .expect("it is hers");
    assert_eq!(
        back,
        json!({
            "status": "REJECTED", "rejectReason": "NO_CAPACITY",
            "callOuts": { "nodes": [{ "status": "UNFILLED", "endCause": "DEADLINE_PASSED" }] },
        })
    );
    assert!(lotte.looks_up(&call_out).await.is_none());
    // The service did it, and says so once.
    let told = dora
        .sees(&call_out, "history { nodes { kind actorRole to } }")
        .await
        .expect("seen");
    assert_eq!(
        told["history"]["nodes"][1],
        json!({ "kind": "callout.unfilled", "actorRole": null, "to": "UNFILLED" })
    );
    assert_eq!(told["history"]["nodes"].as_array().map(Vec::len), Some(2));
    jef.calls_out(&referral, Appeal::until("2026-03-09T17:00:00Z"))
        .await
        .is_refused_at("INVALID", "referral");
    // It is the centre's again: referred anew, or closed.
    let anew = herent
        .to_the_youth_house()
        .with("replaces", referral.id.clone());
    let next = story
        .step(
            "She asks the youth house once more",
            dora.refers_by(&signal, anew),
        )
        .await
        .done();
    story.ends();
    let appeal = Appeal::until("2026-03-09T17:00:00Z");
    let second = jef.calls_out(&next, appeal).await.done();
    // By hand it goes back as well.
    lotte.offers_to_help(&second).await.done();
    lotte
        .gives_up_on(&second, "No")
        .await
        .is_refused_as("FORBIDDEN");
    let closed = jef.gives_up_on(&second, "Exams this week").await.done();
    assert_eq!(
        (closed.status(), closed.text("endCause")),
        ("UNFILLED", "CLOSED_BY_HAND")
    );
    let note = dora.sees(&next, "status statusNote").await.expect("seen");
    assert_eq!(
        note,
        json!({ "status": "REJECTED", "statusNote": "Exams this week" })
    );
    let offers = "offers { nodes { status } }";
    assert_eq!(
        dora.sees(&second, offers).await.expect("seen")["offers"]["nodes"],
        json!([{ "status": "DECLINED" }])
    );
    jef.gives_up_on(&second, "Again")
        .await
        .is_refused_as("INVALID_TRANSITION");
    dora.resolves(&signal, "COULD_NOT_HELP").await.done();
}

#[tokio::test]
async fn h6_a_volunteer_drops_out_and_another_takes_over() {
    let herent = Herent::begins().await;
    let (dora, jef) = (&herent.dora, &herent.jef);
    let (lotte, sam) = (
        herent.volunteer("Lotte").await,
        herent.volunteer("Sam").await,
    );
    let (_, referral, call_out) = herent.called().await;
    let hers = lotte.offers_to_help(&call_out).await.done();
    let his = sam.offers_to_help(&call_out).await.done();
    jef.selects(&hers).await.done();
    assert_eq!(sees_whom(&lotte, &call_out).await["givenName"], "Godelieve");

    let story = Story::of(
        "H6b",
        "A selected volunteer drops out: the details are locked, and another is selected",
    );
    sam.drops_out(&hers, "Not mine")
        .await
        .is_refused_as("NOT_FOUND");
    let gone = story
        .step(
            "Lotte has a cold and drops out",
            lotte.drops_out(&hers, "I have a cold"),
        )
        .await
        .done();
    assert_eq!(gone.status(), "WITHDRAWN");
    assert_eq!(gone.at("/callOut/status"), "OPEN");
    assert_eq!(gone.at("/callOut/deadline"), WEDNESDAY);
    let locked = story
        .step(
            "At once she sees nothing any more",
            sees_whom(&lotte, &call_out),
        )
        .await;
    assert!(locked.is_null(), "{locked}");
    story
        .step("Jef selects Sam, who was in reserve", jef.selects(&his))
        .await
        .done();
    assert_eq!(
        story
            .step("Now Sam sees whom he helps", sees_whom(&sam, &call_out))
            .await["givenName"],
        "Godelieve"
    );
    story.ends();
    assert!(sees_whom(&lotte, &call_out).await.is_null());
    jef.selects(&hers).await.is_refused_as("INVALID_TRANSITION");

    // After the deadline a drop-out leaves a day to find somebody else; then it goes back, though it
    // had been accepted.
    herent.town.wait(3 * DAY);
    herent.town.what_is_due_happens().await;
    assert_eq!(call_status(dora, &call_out).await, "FILLED");
    let gone = jef
        .drops_out(&his, "He rang: his bus didn't come")
        .await
        .done();
    assert_eq!(gone.at("/callOut/deadline"), "2026-03-06T09:00:00Z");
    assert!(sees_whom(&sam, &call_out).await.is_null());
    herent.town.what_is_due_happens().await;
    assert_eq!(call_status(dora, &call_out).await, "OPEN");
    herent.town.wait(DAY);
    herent.town.what_is_due_happens().await;
    assert_eq!(call_status(dora, &call_out).await, "UNFILLED");
    let back = dora.sees(&referral, "status rejectReason").await;
    assert_eq!(
        back.expect("seen"),
        json!({ "status": "REJECTED", "rejectReason": "NO_CAPACITY" })
    );
}

async fn call_status(person: &Person, call_out: &Record) -> String {
    let seen = person.looks_up(call_out).await.expect("seen");
    seen.status().to_owned()
}

#[tokio::test]
async fn a_referrals_end_is_its_call_outs_end() {
    let herent = Herent::begins().await;
    let (dora, jef) = (&herent.dora, &herent.jef);
    let lotte = herent.volunteer("Lotte").await;
    // Called off by whoever asked, with somebody selected.
    let (_, referral, call_out) = herent.called().await;
    let offer = lotte.offers_to_help(&call_out).await.done();
    jef.selects(&offer).await.done();
    dora.cancels(&referral, "Her son came").await.done();
    assert_eq!(call_status(dora, &call_out).await, "CANCELLED");
    assert!(sees_whom(&lotte, &call_out).await.is_null());
    lotte
        .drops_out(&offer, "Too late")
        .await
        .is_refused_as("INVALID_TRANSITION");
    // Done by the youth house itself, with nobody selected.
    let (_, referral, call_out) = herent.called().await;
    let offer = lotte.offers_to_help(&call_out).await.done();
    jef.accepts(&referral).await.done();
    for contradicts in [
        jef.completes(&referral, "COULD_NOT_CONTACT").await,
        jef.fails(&referral, "GOT_HELP").await,
    ] {
        contradicts.is_refused_at("INVALID", "outcome");
    }
    jef.completes(&referral, "GOT_HELP").await.done();
    assert_eq!(call_status(dora, &call_out).await, "CANCELLED");
    assert_eq!(
        lotte.looks_up(&offer).await.expect("own").status(),
        "DECLINED"
    );
    // The call-out alone is called off: the referral stays, and the pool can be called again.
    let (_, referral, call_out) = herent.called().await;
    let offer = lotte.offers_to_help(&call_out).await.done();
    jef.selects(&offer).await.done();
    dora.calls_off(&call_out, "No")
        .await
        .is_refused_as("FORBIDDEN");
    jef.calls_off(&call_out, "")
        .await
        .is_refused_at("REQUIRED", "reason");
    jef.calls_off(&call_out, "Another day").await.done();
    assert!(sees_whom(&lotte, &call_out).await.is_null());
    assert_eq!(
        dora.looks_up(&referral).await.expect("seen").status(),
        "ACCEPTED"
    );
    jef.calls_out(&referral, Appeal::until(WEDNESDAY))
        .await
        .done();
}
