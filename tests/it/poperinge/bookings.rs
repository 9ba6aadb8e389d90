//! P7: something shared can be booked: the klapkarre, a cart with a folding table and benches.

use nabij_tests::{Person, Record, Story, written};
use serde_json::json;

use super::Poperinge;

/// The coordinator of the local service centre, who lends what it has.
pub(super) async fn christa(poperinge: &Poperinge) -> Person {
    let admin = &poperinge.admin;
    let mut christa = admin.registers("Christa").await;
    let of_centre = json!({ "partner": poperinge.bram.partner });
    admin
        .gives(&christa, "PARTNER_COORDINATOR", of_centre)
        .await
        .done();
    christa.partner.clone_from(&poperinge.bram.partner);
    poperinge
        .place("Parkbuurt")
        .clone_into(&mut christa.neighbourhood);
    christa
}

const FREE: &str = "query Free($time: TimeSpanInput!) { bookables(where: {freeBetween: $time}) { \
    nodes { name } } }";

#[tokio::test]
async fn p7_the_cart_is_booked_by_one_at_a_time() {
    let poperinge = Poperinge::begins().await;
    let (bram, nele, helpers) = (&poperinge.bram, &poperinge.nele, &poperinge.helpers);
    let christa = christa(&poperinge).await;
    let story = Story::of(
        "P7",
        "The klapkarre, a cart with a table and benches, goes from street to street and is never \
         promised twice",
    );
    let described = json!({
        "kind": "ASSET",
        "description": "A cart with a folding table and benches for twelve. Bring it back clean.",
        "address": "In the shed behind the service centre",
    });
    let cart = story
        .step(
            "The service centre lends its cart to all neighbourhoods",
            christa.lends("Klapkarre", described),
        )
        .await
        .done();
    let table = poperinge
        .long_table("Bloemenbuurt")
        .with("bookables", json!([cart.id]))
        .published();
    let activity = story
        .step(
            "Bram proposes a long table in the street, and books the cart with it",
            bram.proposes(table),
        )
        .await
        .done();
    let at = |hours: i64| written(poperinge.in_days(7) + chrono::TimeDelta::hours(hours));
    story
        .step(
            "Nele wants it for the Parkbuurt that same day: it is taken then",
            nele.books(&cart, &at(2), &at(4)),
        )
        .await
        .is_refused_at("CONFLICT", "bookable");
    let hers = story
        .step(
            "When the long table ends, it can go to her",
            nele.books(&cart, &at(3), &at(5)),
        )
        .await
        .done();
    let question = json!({ "time": { "from": at(-1), "until": at(1) } });
    let free = story
        .step(
            "Somebody else looks what is free at the time of the long table",
            helpers.asks(FREE, question.clone()),
        )
        .await;
    assert_eq!(free.data("/bookables/nodes"), &json!([]));
    let cancelled = story
        .step(
            "It rains: Bram calls the long table off, and the cart is free again",
            bram.takes("Cancel", &activity, json!({ "reason": "Rain all day" })),
        )
        .await
        .done();
    assert_eq!(cancelled.status(), "CANCELLED");
    let free = story
        .step("Now it is there", helpers.asks(FREE, question))
        .await;
    assert_eq!(free.data("/bookables/nodes/0/name"), "Klapkarre");
    story.ends();

    let fields =
        "bookables(first: 5) { totalCount } bookings(first: 5) { nodes { status cancelCause } }";
    assert_eq!(
        bram.sees(&activity, fields).await,
        Some(json!({
            "bookables": { "totalCount": 0 },
            "bookings": { "nodes": [{ "status": "CANCELLED", "cancelCause": "WITH_ACTIVITY" }] },
        }))
    );
    // What isn't for the activity stays.
    assert_eq!(nele.looks_up(&hers).await.expect("hers").status(), "BOOKED");
}

#[tokio::test]
async fn what_is_booked_moves_along_or_the_activity_stays() {
    let poperinge = Poperinge::begins().await;
    let (bram, nele) = (&poperinge.bram, &poperinge.nele);
    let christa = christa(&poperinge).await;
    let cart = christa.lends_thing("Klapkarre").await.done();
    let weekly = poperinge
        .long_table("Bloemenbuurt")
        .with("recurrence", "FREQ=WEEKLY;COUNT=4")
        .with("bookables", json!([cart.id]));
    let activity = bram.proposes(weekly.clone()).await.done();
    // In the last week of March the hour changes: the booking keeps the activity's.
    let fields = "bookables(first: 2) { nodes { name } } bookings(first: 9) { nodes { startsAt status } } \
        occurrences(first: 9) { nodes { id startsAt } }";
    let look = async || bram.sees(&activity, fields).await.expect("his own");
    let starts = |of: &serde_json::Value, list: &str, status: Option<&str>| -> Vec<String> {
        let nodes = of[list]["nodes"].as_array().into_iter().flatten();
        nodes
            .filter(|node| status.is_none_or(|status| node["status"] == status))
            .map(|node| node["startsAt"].as_str().expect("a time").to_owned())
            .collect()
    };
    let seen = look().await;
    assert_eq!(
        starts(&seen, "bookings", Some("BOOKED")),
        [
            "2026-03-09T09:00:00Z",
            "2026-03-16T09:00:00Z",
            "2026-03-23T09:00:00Z",
            "2026-03-30T08:00:00Z"
        ]
    );
    assert_eq!(
        starts(&seen, "occurrences", None),
        starts(&seen, "bookings", Some("BOOKED"))
    );
    // The same again is refused as a whole: it says which time is taken, not by whom.
    let second = poperinge
        .long_table("Parkbuurt")
        .with("startsAt", "2026-03-16T10:00:00Z")
        .with("endsAt", "2026-03-16T14:00:00Z")
        .with("recurrence", "FREQ=DAILY;COUNT=3")
        .with("title", "Pancakes")
        .with("bookables", json!([cart.id]));
    let refused = poperinge.city.proposes(second.clone()).await;
    refused.is_refused_at("CONFLICT", "bookables.0");
    let message = refused.user_errors()[0]["message"].as_str().expect("words");
    assert!(
        message.starts_with("1 of the 3 times are taken, the first of them number 1"),
        "{message}"
    );
    assert!(!refused.text().contains("long table"), "{}", refused.text());
    let of_city = poperinge
        .city
        .asks(
            "{ activities(where: {title: {contains: \"Pancakes\"}}) { totalCount } }",
            json!({}),
        )
        .await;
    assert_eq!(of_city.data("/activities/totalCount"), 0);

    // Somebody has the cart on the Tuesday to which it would move: it stays where it was.
    let theirs = nele
        .books(&cart, "2026-03-17T09:00:00Z", "2026-03-17T10:00:00Z")
        .await
        .done();
    let to_tuesday =
        json!({ "startsAt": "2026-03-10T09:00:00Z", "endsAt": "2026-03-10T12:00:00Z" });
    bram.rearranges(&activity, to_tuesday.clone())
        .await
        .is_refused_at("CONFLICT", "startsAt");
    assert_eq!(look().await, seen);
    nele.calls_off(&theirs, "Not needed").await.done();
    bram.rearranges(&activity, to_tuesday).await.done();
    let seen = look().await;
    assert_eq!(
        starts(&seen, "bookings", Some("BOOKED")),
        [
            "2026-03-10T09:00:00Z",
            "2026-03-17T09:00:00Z",
            "2026-03-24T09:00:00Z",
            "2026-03-31T08:00:00Z"
        ]
    );
    assert_eq!(
        starts(&seen, "bookings", Some("CANCELLED")).len(),
        4,
        "the Mondays are free again"
    );
    // On the Monday nothing stands in the way any more.
    poperinge
        .city
        .proposes(second.with("recurrence", "FREQ=DAILY;COUNT=1"))
        .await
        .done();

    // One time that is called off frees that time alone.
    let third = Record::of(
        seen["occurrences"]["nodes"][2]["id"]
            .as_str()
            .expect("an id"),
    );
    bram.skips(&activity, &third.id).await.done();
    assert_eq!(
        starts(&look().await, "bookings", Some("BOOKED")),
        [
            "2026-03-10T09:00:00Z",
            "2026-03-17T09:00:00Z",
            "2026-03-31T08:00:00Z"
        ]
    );
    // What the owner calls off stays called off when the activity is changed once more.
    let booking = christa
        .asks(
            "query Next($cart: ID!) { bookings(first: 1, where: {bookable: {eq: $cart}, \
             status: {eq: BOOKED}, startsAt: {gte: \"2026-03-17T00:00:00Z\"}}) { nodes { id } } }",
            json!({ "cart": cart.id }),
        )
        .await;
    let booking = Record::of(
        booking
            .data("/bookings/nodes/0/id")
            .as_str()
            .expect("an id"),
    );
    christa
        .calls_off(&booking, "A wheel is broken")
        .await
        .done();
    let longer = json!({ "recurrence": "FREQ=WEEKLY;COUNT=5" });
    bram.rearranges(&activity, longer).await.done();
    assert_eq!(
        starts(&look().await, "bookings", Some("BOOKED")),
        [
            "2026-03-10T09:00:00Z",
            "2026-03-31T08:00:00Z",
            "2026-04-07T08:00:00Z"
        ]
    );
}

#[tokio::test]
async fn whose_activity_it_is_is_told_only_where_that_is_public() {
    let poperinge = Poperinge::begins().await;
    let (bram, city) = (&poperinge.bram, &poperinge.city);
    let cart = christa(&poperinge)
        .await
        .lends_thing("Klapkarre")
        .await
        .done();
    let table = poperinge
        .long_table("Bloemenbuurt")
        .with("organisers", json!([bram.partner]))
        .with("bookables", json!([cart.id]));
    let activity = bram.proposes(table).await.done();
    let what_for = async |who: &Person| {
        let query = "query For($cart: ID!) { bookable(id: $cart) { bookings(first: 1) { nodes { \
            status partner { name } activity { title } } } } }";
        let answer = who.asks(query, json!({ "cart": cart.id })).await;
        answer.data("/bookable/bookings/nodes/0").clone()
    };
    assert_eq!(
        what_for(city).await,
        json!({ "status": "BOOKED", "partner": null, "activity": null })
    );
    assert_eq!(
        what_for(bram).await,
        json!({
            "status": "BOOKED", "partner": { "name": "LDC De Bres" },
            "activity": { "title": "A long table in the street" },
        })
    );
    let query =
        "query Of($activity: ID!) { bookings(where: {activity: {eq: $activity}}) { totalCount } }";
    let count = async |who: &Person| {
        let answer = who.asks(query, json!({ "activity": activity.id })).await;
        answer.data("/bookings/totalCount").clone()
    };
    assert_eq!((count(city).await, count(bram).await), (json!(0), json!(1)));
    // Nobody books for an activity that they don't see, or don't run.
    let for_it = json!({ "bookable": cart.id, "activity": activity.id });
    let book = async |who: &Person| {
        who.does("bookingCreate", "booking", "id", for_it.clone())
            .await
    };
    book(city).await.is_refused_at("NOT_FOUND", "activity");
    bram.publishes(&activity).await.done();
    assert_eq!(
        what_for(city).await["activity"]["title"],
        "A long table in the street"
    );
    assert_eq!(count(city).await, 1);
    book(city).await.is_refused_at("FORBIDDEN", "activity");
    // It is booked for that time already, by themselves.
    book(bram).await.is_refused_at("CONFLICT", "bookable");
}
