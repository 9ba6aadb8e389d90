//! B4: the municipality refers, on a basis, and whoever noticed it hears how it ended.

use nabij_tests::{Person, Record, Request};
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
    let to = |partner: &Person| Request::to(partner).with("reason", "A stair lift, and company");
    katrien
        .refers(&signal, ocmw)
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
    consents(katrien, &maria, ocmw).await;
    rosa.refers_by(&signal, on_consent(ocmw))
        .await
        .is_refused_as("FORBIDDEN");
    zone.refers_by(&signal, on_consent(ocmw))
        .await
        .is_refused_at("NOT_FOUND", "signal");

    let referral = katrien.refers_by(&signal, on_consent(ocmw)).await.done();
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
    let seen = ocmw.sees(&referral, whom).await.expect("it is for them");
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
    ocmw.accepts(&referral).await.done();
    ocmw.starts(&referral).await.done();
    katrien
        .resolves(&signal, "HELPED_BY_PARTNER")
        .await
        .is_refused_as("INVALID");
    let ending =
        json!({ "outcome": "GOT_HELP", "note": "A stair lift; the file is with the nurse" });
    ocmw.takes("Complete", &referral, ending).await.done();
    katrien.resolves(&signal, "HELPED_BY_PARTNER").await.done();

    // Rosa hears how it ended, and not what was in the file.
    let ended = "status outcome outcomeNote referrals(first: 5) { nodes { status outcome reason \
        outcomeNote toPartner { name } } }";
    let heard = rosa.sees(&signal, ended).await.expect("it is hers");
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
    // The work is done: so is the welfare centre's view of Maria.
    let after = ocmw
        .sees(&referral, "status resident { givenName }")
        .await
        .expect("it is theirs");
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
    let referral = katrien.refers_by(&signal, request.clone()).await.done();
    ocmw.accepts(&referral).await.done();

    let withdraw = async |who: &Person| {
        let input = json!({ "id": consent.id });
        who.does("consentWithdraw", "consent", "id withdrawnAt", input)
            .await
    };
    withdraw(ocmw).await.is_refused_as("FORBIDDEN");
    withdraw(katrien).await.done();
    assert!(ocmw.looks_up(&referral).await.is_none());
    assert!(ocmw.looks_up(&signal).await.is_none());
    ocmw.starts(&referral).await.is_refused_as("NOT_FOUND");
    let seen = katrien
        .sees(&referral, "status cancelCause")
        .await
        .expect("seen");
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
    beersel.ocmw.rejects(&first, "WRONG_SERVICE").await.done();
    let back = json!({ "id": beersel.zone.partner });
    admin
        .does("partnerActivate", "partner", "id status", back)
        .await
        .done();
    let next = Request::to(&beersel.zone).with("replaces", first.id.clone());
    let next = katrien.refers_by(&signal, next).await.done();
    let seen = beersel
        .rosa
        .sees(&next, "status replaces { rejectReason }")
        .await
        .expect("seen");
    assert_eq!(
        seen,
        json!({ "status": "REQUESTED", "replaces": { "rejectReason": "WRONG_SERVICE" } })
    );
}
