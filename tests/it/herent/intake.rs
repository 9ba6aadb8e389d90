//! H1 to H3: what comes in at the local service centre, and what the screening makes of it.

use nabij_tests::{Need, Request, Story};
use serde_json::json;

use super::Herent;

#[tokio::test]
async fn h1_what_can_be_answered_at_the_desk_is_closed_there() {
    let herent = Herent::begins().await;
    let (dora, wim) = (&herent.dora, &herent.wim);
    let story = Story::of(
        "H1",
        "Staff of the service centre take a request in and close it on the spot",
    );
    let meals = Need::new("How do I order warm meals at home?", &herent.places[0].id)
        .with("category", "CARE")
        .with("inflowChannel", "DESK");
    let signal = story
        .step("Dora takes the request in at the desk", dora.submits(meals))
        .await
        .done();
    // The screening isn't everybody's at the desk.
    wim.resolves(&signal, "RESOLVED_AT_INTAKE")
        .await
        .is_refused_as("NOT_FOUND");
    let resolved = story
        .step(
            "She answers it there and then, and closes it without a referral",
            dora.resolves(&signal, "RESOLVED_AT_INTAKE"),
        )
        .await
        .done();
    story.ends();
    assert_eq!(resolved.status(), "RESOLVED");
    let seen = dora
        .sees(&signal, "outcome referrals { totalCount }")
        .await
        .expect("it is hers");
    assert_eq!(
        seen,
        json!({ "outcome": "RESOLVED_AT_INTAKE", "referrals": { "totalCount": 0 } })
    );
    dora.refers(&signal, &herent.jef)
        .await
        .is_refused_as("INVALID_TRANSITION");
    dora.resolves(&signal, "RESOLVED_AT_INTAKE")
        .await
        .is_refused_as("INVALID_TRANSITION");
}

#[tokio::test]
async fn h1_who_handles_it_closes_it_as_well() {
    let herent = Herent::begins().await;
    let (dora, wim) = (&herent.dora, &herent.wim);
    let signal = wim.signals("A form I don't understand", "NORMAL").await;
    let signal = signal.done();
    dora.triages_as(&signal, json!({ "handler": wim.partner }))
        .await
        .done();
    wim.resolves(&signal, "RESOLVED_AT_INTAKE").await.done();
}

#[tokio::test]
async fn h2_a_request_is_referred_and_they_see_whether_it_is_taken_up() {
    let herent = Herent::begins().await;
    let (dora, hilde) = (&herent.dora, &herent.hilde);
    let story = Story::of(
        "H2",
        "A request is referred to a partner, and the centre sees whether it was taken up",
    );
    let bill = Need::new("The energy bill can't be paid", &herent.places[1].id)
        .with("category", "MONEY")
        .with("inflowChannel", "INTERMEDIARY");
    let signal = dora.submits(bill).await.done();
    let request = Request::to(hilde).with("reason", "A payment plan, and the social tariff");
    let referral = story
        .step(
            "Dora refers it to the Sociaal Huis",
            dora.refers_by(&signal, request),
        )
        .await
        .done();
    let taken_up = "status acceptedAt toPartner { name }";
    let before = dora.sees(&referral, taken_up).await.expect("it is hers");
    assert_eq!(
        before,
        json!({
            "status": "REQUESTED", "acceptedAt": null,
            "toPartner": { "name": "Sociaal Huis Herent" },
        })
    );
    herent
        .jef
        .accepts(&referral)
        .await
        .is_refused_as("NOT_FOUND");
    dora.accepts(&referral).await.is_refused_as("FORBIDDEN");
    story
        .step("The Sociaal Huis takes it on", hilde.accepts(&referral))
        .await
        .done();
    let after = story
        .step(
            "Dora sees that it was taken up, and when",
            dora.sees(&referral, taken_up),
        )
        .await
        .expect("it is hers");
    story.ends();
    assert_eq!(after["status"], "ACCEPTED");
    assert!(after["acceptedAt"].is_string());
}

#[tokio::test]
async fn h3_the_screening_ends_what_is_no_small_urgent_chore() {
    let herent = Herent::begins().await;
    let (dora, wim) = (&herent.dora, &herent.wim);
    let story = Story::of(
        "H3",
        "The screening ends a request for a tradesperson, and one that is neither small nor urgent",
    );
    let chore = |title: &str, kind: &str, channel: &str| {
        Need::new(title, &herent.places[0].id)
            .with("category", "CHORES")
            .with("choreKind", kind)
            .with("inflowChannel", channel)
    };
    let gutter = chore("The gutter hangs loose", "SMALL_REPAIRS", "PHONE");
    let gutter = dora.submits(gutter).await.done();
    wim.dismisses(&gutter, "NEEDS_TRADESPERSON")
        .await
        .is_refused_as("NOT_FOUND");
    let own = wim.signals("The roof leaks", "NORMAL").await.done();
    wim.dismisses(&own, "NEEDS_TRADESPERSON")
        .await
        .is_refused_as("FORBIDDEN");
    let dismissed = story
        .step(
            "The gutter needs a tradesperson",
            dora.dismisses(&gutter, "NEEDS_TRADESPERSON"),
        )
        .await
        .done();
    assert_eq!(dismissed.status(), "DISMISSED");
    let path = chore("Lay a new garden path", "GARDEN", "CAMPAIGN");
    let path = dora.submits(path).await.done();
    story
        .step(
            "A new garden path is neither small nor urgent",
            dora.dismisses(&path, "NOT_SMALL_OR_URGENT"),
        )
        .await
        .done();
    story.ends();
    // Dismissed is dismissed: no chore for the youth house.
    for signal in [&gutter, &path] {
        dora.refers(signal, &herent.jef)
            .await
            .is_refused_as("INVALID_TRANSITION");
    }
    // Every chore that the initiative names can be told, and none without being a chore.
    for kind in [
        "SNOW",
        "GARDEN",
        "PETS",
        "SMALL_REPAIRS",
        "BABYSITTING",
        "MOVING",
        "ERRANDS",
        "OTHER",
    ] {
        dora.submits(chore("A chore", kind, "WORD_OF_MOUTH"))
            .await
            .done();
    }
    let no_chore = chore("Snow", "SNOW", "PHONE").with("category", "MEETING");
    dora.submits(no_chore)
        .await
        .is_refused_at("INVALID", "choreKind");
}

#[tokio::test]
async fn h8_each_request_tells_how_it_came_in() {
    let herent = Herent::begins().await;
    for channel in ["INTERMEDIARY", "WORD_OF_MOUTH", "WORD_OF_MOUTH", "CAMPAIGN"] {
        let need = Need::new("A chore", &herent.places[0].id).with("inflowChannel", channel);
        herent.dora.submits(need).await.done();
    }
    let query = "query ($channel: InflowChannel!) { signals(where: { inflowChannel: { eq: $channel \
        } }) { totalCount } }";
    for (channel, times) in [
        ("INTERMEDIARY", 1),
        ("WORD_OF_MOUTH", 2),
        ("CAMPAIGN", 1),
        ("DESK", 0),
    ] {
        let answer = herent.dora.asks(query, json!({ "channel": channel })).await;
        assert_eq!(answer.data("/signals/totalCount"), times, "{channel}");
    }
}
