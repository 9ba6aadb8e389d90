//! B4: the municipality refers, on a basis, and whoever noticed it hears how it ended.

use nabij_tests::{Person, Record, Request, Story};
use serde_json::{Value, json};

use super::{Beersel, staff};

/// Records Maria's consent to share with a partner.
async fn consents(katrien: &Person, resident: &Value, partner: &Person) -> Record {
    let input = json!({
        "resident": resident, "kind": "SHARE_WITH_PARTNER", "partner": partner.partner,
        "method": "ORAL",
    });
    katrien
        .does("consentRecord", "consent", "id version", input)
        .await
        .done()
}

#[tokio::test]
async fn b4_the_municipality_refers_and_rosa_learns_the_outcome_not_the_case() {
    let beersel = Beersel::begins().await;
    let (katrien, rosa, ocmw, zone) = (
        &beersel.katrien,
        &beersel.rosa,
        &beersel.ocmw,
        &beersel.zone,
    );
    let signal = rosa.submits(beersel.marias_need()).await.done();
    katrien.triages(&signal).await.done();

    // Maria's data goes nowhere without a basis; a consent is for one partner.
    let story = Story::of(
        "B4",
        "The municipality refers to a partner, and the ambassador learns the outcome, not the case",
    );
    let to = |partner: &Person| Request::to(partner).with("reason", "A stair lift, and company");
    story
        .step(
            "Katrien refers Maria's need to the welfare centre, and is asked on what basis",
            katrien.refers_by(&signal, to(ocmw)),
        )
        .await
        .is_refused_at("BASIS_REQUIRED", "basis");
    let on_consent = |partner: &Person| to(partner).on("CONSENT", &["NAME", "PHONE"]);
    katrien
        .refers_by(&signal, on_consent(ocmw))
        .await
        .is_refused_at("BASIS_REQUIRED", "basis");
    let maria = katrien
        .sees(&signal, "resident { id }")
        .await
        .expect("seen")["resident"]["id"]
        .clone();
    consents(katrien, &maria, zone).await;
    katrien
        .refers_by(&signal, on_consent(ocmw))
        .await
        .is_refused_at("BASIS_REQUIRED", "basis");
    story
        .step(
            "Maria agrees, on the phone, that the welfare centre is told",
            consents(katrien, &maria, ocmw),
        )
        .await;
    rosa.refers_by(&signal, on_consent(ocmw))
        .await
        .is_refused_as("FORBIDDEN");
    zone.refers_by(&signal, on_consent(ocmw))
        .await
        .is_refused_at("NOT_FOUND", "signal");

    let referral = story
        .step(
            "Now Katrien refers, with Maria's name and phone number",
            katrien.refers_by(&signal, on_consent(ocmw)),
        )
        .await
        .done();
    assert_eq!(
        katrien.looks_up(&signal).await.expect("seen").status(),
        "IN_PROGRESS"
    );
    katrien
        .refers_by(&signal, on_consent(ocmw))
        .await
        .is_refused_at("ALREADY_EXISTS", "toPartner");

    // The welfare centre sees what was disclosed and why the rest is not shown.
    let whom = "resident { givenName birthYear notes contact(purpose: REFERRAL_EXECUTION) \
        { phone address } withheld { field } }";
    let seen = story
        .step(
            "The welfare centre sees what was disclosed, and why the rest is not shown",
            ocmw.sees(&referral, whom),
        )
        .await
        .expect("it is for them");
    assert_eq!(seen["resident"]["givenName"], "Maria");
    assert_eq!(
        seen["resident"]["contact"],
        json!({ "phone": "+3223591616", "address": null })
    );
    assert!(seen["resident"]["birthYear"].is_null() && seen["resident"]["notes"].is_null());
    let withheld = seen["resident"]["withheld"].to_string();
    assert!(
        withheld.contains("BIRTH_YEAR") && !withheld.contains("\"NAME\""),
        "{withheld}"
    );
    assert!(zone.looks_up(&referral).await.is_none());

    // It is theirs to take on, and nobody else's.
    for other in [rosa, katrien] {
        other.accepts(&referral).await.is_refused_as("FORBIDDEN");
    }
    zone.accepts(&referral).await.is_refused_as("NOT_FOUND");
    ocmw.starts(&referral)
        .await
        .is_refused_as("INVALID_TRANSITION");
    story
        .step("It takes Maria's need on", ocmw.accepts(&referral))
        .await
        .done();
    ocmw.starts(&referral).await.done();
    katrien
        .resolves(&signal, "HELPED_BY_PARTNER")
        .await
        .is_refused_as("INVALID");
    let ending =
        json!({ "outcome": "GOT_HELP", "note": "A stair lift; the file is with the nurse" });
    story
        .step("Maria is helped", ocmw.takes("Complete", &referral, ending))
        .await
        .done();
    story
        .step(
            "Katrien closes the signal",
            katrien.resolves(&signal, "HELPED_BY_PARTNER"),
        )
        .await
        .done();

    // Rosa hears how it ended, and not what was in the file.
    let ended = "status outcome outcomeNote referrals(first: 5) { nodes { status outcome reason \
        outcomeNote toPartner { name } } }";
    let heard = story
        .step(
            "Rosa hears how it ended, and not what is in the file",
            rosa.sees(&signal, ended),
        )
        .await
        .expect("it is hers");
    assert_eq!(
        (&heard["status"], &heard["outcome"]),
        (&json!("RESOLVED"), &json!("HELPED_BY_PARTNER"))
    );
    assert_eq!(
        heard["referrals"]["nodes"],
        json!([{
            "status": "COMPLETED", "outcome": "GOT_HELP", "reason": null, "outcomeNote": null,
            "toPartner": { "name": "OCMW Beersel" },
        }])
    );
    let after = story
        .step(
            "The work is done: so is the welfare centre's view of Maria",
            ocmw.sees(&referral, "status resident { givenName }"),
        )
        .await
        .expect("it is theirs");
    story.ends();
    assert!(
        after["resident"].is_null() || after["resident"]["givenName"].is_null(),
        "{after}"
    );
}

#[tokio::test]
async fn b4_a_withdrawn_consent_ends_what_rests_on_it_at_once() {
    let beersel = Beersel::begins().await;
    let (katrien, rosa, ocmw) = (&beersel.katrien, &beersel.rosa, &beersel.ocmw);
    let signal = rosa.submits(beersel.marias_need()).await.done();
    let maria = katrien
        .sees(&signal, "resident { id }")
        .await
        .expect("seen")["resident"]["id"]
        .clone();
    let consent = consents(katrien, &maria, ocmw).await;
    let request = Request::to(ocmw).on("CONSENT", &["NAME"]);
    let story = Story::of(
        "B4b",
        "Maria changes her mind, and what rested on her consent ends at once",
    );
    let referral = story
        .step(
            "Katrien refers on Maria's consent",
            katrien.refers_by(&signal, request.clone()),
        )
        .await
        .done();
    ocmw.accepts(&referral).await.done();

    let withdraw = async |who: &Person| {
        let input = json!({ "id": consent.id });
        who.does("consentWithdraw", "consent", "id withdrawnAt", input)
            .await
    };
    withdraw(ocmw).await.is_refused_as("FORBIDDEN");
    story
        .step("Maria calls: she would rather not", withdraw(katrien))
        .await
        .done();
    let told = "status cancelCause closedAt reason statusNote outcome resident { id } signal { id } \
        history(first: 9) { nodes { kind to } } allowedActions";
    let seen = story
        .step(
            "The welfare centre sees that it is over and why, and nothing of Maria's case",
            ocmw.sees(&referral, told),
        )
        .await
        .expect("it is told");
    assert_eq!(
        seen,
        json!({
            "status": "CANCELLED", "cancelCause": "CONSENT_WITHDRAWN",
            "closedAt": "2026-03-02T09:00:00Z", "reason": null, "statusNote": null,
            "outcome": null, "resident": null, "signal": null, "allowedActions": [],
            "history": { "nodes": [
                { "kind": "referral.requested", "to": "REQUESTED" },
                { "kind": "referral.accepted", "to": "ACCEPTED" },
                { "kind": "referral.cancelled", "to": "CANCELLED" },
            ] },
        })
    );
    assert!(ocmw.looks_up(&signal).await.is_none());
    ocmw.starts(&referral)
        .await
        .is_refused_as("INVALID_TRANSITION");
    let seen = story
        .step(
            "Katrien sees that it was called off, and why",
            katrien.sees(&referral, "status cancelCause"),
        )
        .await
        .expect("seen");
    story.ends();
    assert_eq!(
        seen,
        json!({ "status": "CANCELLED", "cancelCause": "CONSENT_WITHDRAWN" })
    );
    katrien
        .refers_by(&signal, request)
        .await
        .is_refused_at("BASIS_REQUIRED", "basis");
}

#[tokio::test]
async fn b4_a_partner_that_is_away_or_elsewhere_is_not_referred_to() {
    let beersel = Beersel::begins().await;
    let (katrien, admin) = (&beersel.katrien, &beersel.admin);
    let signal = beersel
        .rosa
        .signals("The lift is broken", "NORMAL")
        .await
        .done();
    let only_lot = json!([beersel.place("Lot").id]);
    let regime = ("HOME_CARE", "DISCRETION", "PARTNER_STAFF");
    let thuiszorg = staff(admin, "Thuiszorg Lot", regime, only_lot).await;
    katrien
        .refers(&signal, &thuiszorg)
        .await
        .is_refused_at("INVALID", "toPartner");

    let suspended = json!({ "id": beersel.zone.partner });
    admin
        .does("partnerSuspend", "partner", "id status", suspended)
        .await
        .done();
    katrien
        .refers(&signal, &beersel.zone)
        .await
        .is_refused_at("INVALID", "toPartner");

    // Rejected with a reason, it goes elsewhere, and the new one says which it follows.
    let first = katrien.refers(&signal, &beersel.ocmw).await.done();
    beersel
        .ocmw
        .rejects(&first, "OTHER")
        .await
        .is_refused_at("REQUIRED", "note");
    let story = Story::of(
        "B4c",
        "A partner that can't help says so, and the need goes elsewhere",
    );
    story
        .step(
            "It isn't for the welfare centre",
            beersel.ocmw.rejects(&first, "WRONG_SERVICE"),
        )
        .await
        .done();
    let back = json!({ "id": beersel.zone.partner });
    admin
        .does("partnerActivate", "partner", "id status", back)
        .await
        .done();
    let next = Request::to(&beersel.zone).with("replaces", first.id.clone());
    let next = story
        .step(
            "Katrien refers it to the primary care zone, in place of the first",
            katrien.refers_by(&signal, next),
        )
        .await
        .done();
    let seen = story
        .step(
            "Rosa sees where it stands, and what went before",
            beersel.rosa.sees(&next, "status replaces { rejectReason }"),
        )
        .await
        .expect("seen");
    story.ends();
    assert_eq!(
        seen,
        json!({ "status": "REQUESTED", "replaces": { "rejectReason": "WRONG_SERVICE" } })
    );
}
