//! Z5, Z6: the small scale, where needs surface, and the one between partners, where referral is
//! fast.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use nabij_tests::{Need, Request, Story};
use serde_json::{Value, json};

use super::Heist;

const MAP: &str = "query Map($municipality: ID!, $until: Date) { \
    careNeeds(municipality: $municipality, until: $until) { \
    neighbourhood { name } category findings signals } }";

#[tokio::test]
async fn z5_care_needs_surface_and_are_mapped_by_neighbourhood() {
    let heist = Heist::begins().await;
    let (heidi, dirk) = (&heist.heidi, &heist.dirk);
    let plan = heist.plan().await;
    let story = Story::of(
        "Z5",
        "Micro: care needs surface and are mapped by neighbourhood",
    );
    let said = [
        ("CARE_NEED", "CARE", "Informal carers are exhausted"),
        ("CARE_NEED", "CARE", "Nobody takes over at night"),
        ("CARE_NEED", "LONELINESS", "Sunday afternoons are long"),
        ("STRENGTH", "MEETING", "A café on every corner"),
    ];
    story
        .step(
            "A sounding board in Hallaar brings needs to light",
            dirk.holds_session(&plan, &said),
        )
        .await
        .done();
    let need = |title: &str, place: &str| Need::new(title, place).with("category", "CARE");
    story
        .step(
            "Somebody in Hallaar tells Dirk of theirs",
            dirk.submits(need("He cares for her alone", &heist.hallaar.id)),
        )
        .await
        .done();
    story
        .step(
            "… and somebody at the station",
            dirk.submits(need("Meals don't come any more", &heist.station.id)),
        )
        .await
        .done();
    let of_town = json!({ "municipality": heist.municipality.id });
    let map = story
        .step(
            "Heidi sees where people need what",
            heidi.asks(MAP, of_town.clone()),
        )
        .await;
    story.ends();
    let row = |place: &str, category: &str, findings: i32, signals: i32| {
        json!({ "neighbourhood": { "name": place }, "category": category,
            "findings": findings, "signals": signals })
    };
    assert_eq!(
        map.data("/careNeeds"),
        &json!([
            row("Hallaar", "CARE", 2, 1),
            row("Hallaar", "LONELINESS", 1, 0),
            row("Omgeving Station", "CARE", 0, 1),
        ])
    );
    // Everybody counts what they may see: Marleen the findings, Nele nothing, a passer-by nothing
    // before the plan is adopted.
    let marleens = heist.marleen.asks(MAP, of_town.clone()).await;
    assert_eq!(
        marleens.data("/careNeeds"),
        &json!([
            row("Hallaar", "CARE", 2, 0),
            row("Hallaar", "LONELINESS", 1, 0)
        ])
    );
    for stranger in [&heist.nele, &heist.town.passer_by()] {
        let seen = stranger.asks(MAP, of_town.clone()).await;
        assert_eq!(seen.data("/careNeeds"), &json!([]));
    }
    let mut before = of_town;
    before["until"] = json!("2026-03-02");
    let earlier = heidi.asks(MAP, before).await;
    assert_eq!(earlier.data("/careNeeds"), &json!([]));
    // One by one they are in the list of findings.
    let list = "query Needs($place: ID!) { findings(where: { neighbourhood: { eq: $place }, \
        kind: { eq: CARE_NEED }, category: { eq: CARE } }) { totalCount nodes { text } } }";
    let needs = heidi.asks(list, json!({ "place": heist.hallaar.id })).await;
    assert_eq!(needs.data("/findings/totalCount"), 2);
}

fn moment(of: &Value) -> DateTime<Utc> {
    let text = of.as_str().expect("a moment");
    text.parse().expect("RFC 3339")
}

#[tokio::test]
async fn z6_referral_between_partners_is_fast_and_the_time_it_takes_is_on_record() {
    let heist = Heist::begins().await;
    let (heidi, dirk, kathleen) = (&heist.heidi, &heist.dirk, &heist.kathleen);
    // Others before him went to the municipality within 2, 3, 6 and 9 hours.
    for hours in [2, 3, 6, 9] {
        let need = Need::new("Help at home", &heist.hallaar.id).with("category", "CARE");
        let signal = dirk.submits(need).await.done();
        let handler = json!({ "handler": dirk.partner });
        heidi.triages_as(&signal, handler).await.done();
        heist.town.wait(Duration::from_hours(hours));
        let referral = dirk.refers_by(&signal, Request::to(kathleen)).await.done();
        heist.town.wait(Duration::from_hours(1));
        kathleen.accepts(&referral).await.done();
    }

    let story = Story::of(
        "Z6",
        "Meso: referral between partners is fast, and the time from signal to referral is on record",
    );
    let need = Need::new("He cares for her alone", &heist.hallaar.id).with("category", "CARE");
    let signal = story
        .step("Dirk hears of a need", dirk.submits(need))
        .await
        .done();
    let handler = json!({ "handler": dirk.partner });
    story
        .step(
            "Heidi leaves it to the service centre",
            heidi.triages_as(&signal, handler),
        )
        .await
        .done();
    heist.town.wait(Duration::from_hours(4));
    let request = Request::to(kathleen).with("reason", "Somebody at home in the mornings");
    let referral = story
        .step(
            "The same day Dirk refers it to the municipality",
            dirk.refers_by(&signal, request),
        )
        .await
        .done();
    heist.town.wait(Duration::from_hours(1));
    story
        .step("Kathleen accepts it", kathleen.accepts(&referral))
        .await
        .done();
    let times = "createdAt referrals(first: 1) { nodes { createdAt acceptedAt \
        fromPartner { name } toPartner { name } } }";
    let seen = story
        .step("Heidi sees how long it took", heidi.sees(&signal, times))
        .await
        .expect("seen");
    let march = ("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z");
    let hallaar = json!({ "neighbourhoods": [heist.hallaar.id] });
    let waits = "waits { signalToFirstReferral { seconds of { value } } \
        referralToAcceptance { seconds of { value } } }";
    let figures = story
        .step(
            "And how long it takes as a rule in Hallaar: the median of March",
            heidi.asks_figures(hallaar, march, waits),
        )
        .await;
    story.ends();
    let waits = figures.data("/statistics/total/waits");
    let hours = |hours: u32| json!({ "seconds": hours * 60 * 60, "of": { "value": 5 } });
    assert_eq!(waits["signalToFirstReferral"], hours(4));
    assert_eq!(waits["referralToAcceptance"], hours(1));
    let made = &seen["referrals"]["nodes"][0];
    let (told, referred, accepted) = (
        moment(&seen["createdAt"]),
        moment(&made["createdAt"]),
        moment(&made["acceptedAt"]),
    );
    assert_eq!(referred - told, TimeDelta::hours(4));
    assert_eq!(accepted - referred, TimeDelta::hours(1));
    assert_eq!(made["fromPartner"]["name"], "LDC De Pit");
}
