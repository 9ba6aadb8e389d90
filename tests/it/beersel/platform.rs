//! B5: what arrives from another platform.

use nabij_tests::{Need, Story};
use serde_json::json;

use super::{Beersel, DAY};

#[tokio::test]
async fn b5_what_comes_twice_from_another_platform_is_one_signal() {
    let beersel = Beersel::begins().await;
    let (hoplr, katrien) = (&beersel.hoplr, &beersel.katrien);
    let from_hoplr = |reference: &str| {
        Need::new(
            "Who can drive me to the hospital?",
            &beersel.place("Huizingen").id,
        )
        .with("inflowChannel", "PLATFORM")
        .with("source", "Hoplr")
        .with("externalReference", reference)
    };
    let story = Story::of(
        "B5",
        "A request that arrives from another platform is one signal, however often it is sent",
    );
    let first = story
        .step(
            "Hoplr's system sends what somebody posted there",
            hoplr.submits(from_hoplr("post-4711")),
        )
        .await
        .done();
    let again = story
        .step(
            "The line was cut, so it sends it again: it is the same signal",
            hoplr.submits(from_hoplr("post-4711")),
        )
        .await
        .done();
    assert_eq!(first.id, again.id);
    // A day later, and with the text edited meanwhile, it is still the same one.
    beersel.town.wait(2 * DAY);
    let edited = from_hoplr("post-4711").with("title", "Found a driver, thanks!");
    assert_eq!(hoplr.submits(edited).await.done().id, first.id);
    assert_ne!(
        hoplr.submits(from_hoplr("post-4712")).await.done().id,
        first.id
    );
    // Another client's references are its own.
    let own = Need::new("Heating broken", &beersel.place("Huizingen").id)
        .with("externalReference", "post-4711");
    assert_ne!(beersel.ocmw.submits(own).await.done().id, first.id);

    let query = "{ signals(where: { externalReference: { eq: \"post-4711\" } }, orderBy: \
        { field: CREATED_AT }) { nodes { source inflowChannel title } } }";
    let found = story
        .step(
            "Katrien sees where it came from; the welfare centre has a post-4711 of its own",
            katrien.asks(query, json!({})),
        )
        .await;
    assert_eq!(
        found.data("/signals/nodes"),
        &json!([
            { "source": "Hoplr", "inflowChannel": "PLATFORM", "title": "Who can drive me to the hospital?" },
            { "source": null, "inflowChannel": "VISIT", "title": "Heating broken" },
        ])
    );

    // Hoplr follows its own and nothing else.
    assert_eq!(
        hoplr
            .looks_up(&first)
            .await
            .expect("its own")
            .at("/allowedActions"),
        &json!(["WITHDRAW"])
    );
    let rosas = beersel
        .rosa
        .signals("Stairs too steep", "HIGH")
        .await
        .done();
    assert!(hoplr.looks_up(&rosas).await.is_none());
    hoplr.triages(&first).await.is_refused_as("FORBIDDEN");
    story
        .step(
            "A volunteer drove along",
            katrien.resolves(&first, "HELPED_BY_VOLUNTEER"),
        )
        .await
        .done();
    let heard = story
        .step(
            "Hoplr hears how it ended",
            hoplr.sees(&first, "status outcome"),
        )
        .await
        .expect("its own");
    story.ends();
    assert_eq!(
        heard,
        json!({ "status": "RESOLVED", "outcome": "HELPED_BY_VOLUNTEER" })
    );
}
