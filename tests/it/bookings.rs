//! Rooms and things that are lent, and bookings of them: never two at once, and nobody learns more
//! of another's booking than that the time is taken.

use std::time::Duration;

use nabij_entity::role_grant::Role;
use nabij_tests::{Person, Record, Town};
use serde_json::{Value, json};

const A_KEY: &str = "0190f5a8-9f3c-7d5e-8a3b-5f0c6d7e8f90";
const FREE: &str = "query Free($from: DateTime!, $until: DateTime!) { bookables(where: \
    {freeBetween: {from: $from, until: $until}}) { nodes { name } } }";

/// A school that lends its refectory, and others who'd like to use it.
struct Scene {
    town: Town,
    /// The coordinator of the school.
    head: Person,
    /// Staff of another partner.
    ann: Person,
    /// Staff of a third one.
    bert: Person,
    room: Record,
}

impl Scene {
    async fn set() -> Self {
        let town = Town::start().await;
        let staff = town.partner("Dorpsschool").await;
        let head = town.colleague(&staff, Role::PartnerCoordinator).await;
        let room = head.lends_room("Refter").await.done();
        Self {
            ann: town.partner("OCMW Beersel").await,
            bert: town.partner("Thuiszorg").await,
            town,
            head,
            room,
        }
    }
}

fn nodes<'a>(of: &'a Value, list: &str) -> &'a [Value] {
    of[list]["nodes"].as_array().map_or(&[], Vec::as_slice)
}

#[tokio::test]
async fn one_booking_ends_when_the_next_begins() {
    let Scene {
        ann, bert, room, ..
    } = &Scene::set().await;
    ann.books(room, "2026-03-10T13:00:00Z", "2026-03-10T15:00:00Z")
        .await
        .done();
    for (from, until) in [
        ("11:00", "13:00:01"),
        ("12:00", "16:00"),
        ("13:00", "15:00"),
        ("13:30", "14:00"),
        ("14:59:59", "16:00"),
    ] {
        let at = |time: &str| {
            format!(
                "2026-03-10T{}Z",
                if time.len() > 5 {
                    time.to_owned()
                } else {
                    format!("{time}:00")
                }
            )
        };
        bert.books(room, &at(from), &at(until))
            .await
            .is_refused_at("CONFLICT", "bookable");
    }
    bert.books(room, "2026-03-10T15:00:00Z", "2026-03-10T17:00:00Z")
        .await
        .done();
    bert.books(room, "2026-03-10T11:00:00Z", "2026-03-10T13:00:00Z")
        .await
        .done();
    // The night before until the night after, over a month's end as well.
    bert.books(room, "2026-03-09T20:00:00Z", "2026-04-01T08:00:00Z")
        .await
        .is_refused_as("CONFLICT");
}

#[tokio::test]
async fn what_is_called_off_is_free_again() {
    let Scene {
        town,
        head,
        ann,
        bert,
        room,
    } = &Scene::set().await;
    let (from, until) = ("2026-03-10T13:00:00Z", "2026-03-10T15:00:00Z");
    let free = async |who: &Person| {
        let answer = who
            .asks(FREE, json!({ "from": from, "until": until }))
            .await;
        nodes(answer.data(""), "bookables").len()
    };
    assert_eq!(free(bert).await, 1);
    let booking = ann.books(room, from, until).await.done();
    assert_eq!(free(bert).await, 0);
    assert_eq!(free(&town.passer_by()).await, 0, "only for who signed in");

    bert.calls_off(&booking, "I want it")
        .await
        .is_refused_as("FORBIDDEN");
    let stale = json!({ "id": booking.id, "expectedVersion": 7 });
    ann.does("bookingCancel", "booking", "id", stale)
        .await
        .is_refused_at("CONFLICT", "expectedVersion");
    let called_off = ann.calls_off(&booking, "It rains").await.done();
    assert_eq!(called_off.status(), "CANCELLED");
    assert_eq!(called_off.fields["allowedActions"], json!([]));
    ann.calls_off(&booking, "Again")
        .await
        .is_refused_as("INVALID_TRANSITION");
    assert_eq!(free(bert).await, 1);

    let theirs = bert.books(room, from, until).await.done();
    head.calls_off(&theirs, "The roof leaks").await.done();
    let seen = bert
        .sees(
            &theirs,
            "status cancelCause cancelReason history(first: 5) { nodes { kind from to } }",
        )
        .await
        .expect("it is their own");
    assert_eq!(
        seen,
        json!({
            "status": "CANCELLED", "cancelCause": "BY_OWNER", "cancelReason": "The roof leaks",
            "history": { "nodes": [
                { "kind": "booking.created", "from": null, "to": "BOOKED" },
                { "kind": "booking.cancelled", "from": "BOOKED", "to": "CANCELLED" },
            ] },
        })
    );
}

#[tokio::test]
async fn others_see_that_it_is_taken_and_nothing_else() {
    let Scene {
        town,
        head,
        ann,
        bert,
        room,
    } = &Scene::set().await;
    let (from, until) = ("2026-03-10T13:00:00Z", "2026-03-10T15:00:00Z");
    let note = json!({ "note": "For a family in difficulty" });
    let booking = ann.books_with(room, from, until, note).await.done();
    let fields = "startsAt status note partner { name } history(first: 1) { totalCount } \
        allowedActions";
    for (who, concerned) in [
        (ann, true),
        (head, true),
        (&town.coordinator().await, true),
        (bert, false),
        (&town.coordinator_of("Herent").await, false),
        (&town.ambassador("Rosa", &["Alsemberg"]).await, false),
        (&town.newcomer("Noor").await, false),
    ] {
        let seen = who.sees(&booking, fields).await.expect("it is taken");
        let shown = if concerned {
            json!({
                "startsAt": from, "status": "BOOKED", "note": "For a family in difficulty",
                "partner": { "name": "OCMW Beersel" }, "history": { "totalCount": 1 },
                "allowedActions": ["CANCEL"],
            })
        } else {
            json!({
                "startsAt": from, "status": "BOOKED", "note": null, "partner": null,
                "history": { "totalCount": 0 }, "allowedActions": [],
            })
        };
        assert_eq!(seen, shown, "{}", who.user);
        // Nor is it found out by asking for it.
        let query = "query Whose($partner: ID!) { bookings(where: {partner: {eq: $partner}}) { \
            totalCount } }";
        let answer = who.asks(query, json!({ "partner": ann.partner })).await;
        assert_eq!(
            answer.data("/bookings/totalCount"),
            i32::from(concerned),
            "{}",
            who.user
        );
    }
    // A refusal tells the time and not the booker.
    let refused = bert.books(room, "2026-03-10T14:00:00Z", until).await;
    refused.is_refused_as("CONFLICT");
    assert!(!refused.text().contains("OCMW"), "{}", refused.text());
    // Without an account nothing of it; called off, only those whom it concerns.
    assert!(town.passer_by().sees(&booking, "id").await.is_none());
    ann.calls_off(&booking, "No need").await.done();
    assert!(bert.sees(&booking, "id").await.is_none());
    assert!(head.sees(&booking, "id").await.is_some());
    bert.calls_off(&booking, "Let me")
        .await
        .is_refused_as("NOT_FOUND");
}

#[tokio::test]
async fn who_may_lend_and_who_may_book() {
    let Scene {
        town,
        head,
        ann,
        room,
        ..
    } = &Scene::set().await;
    // Staff don't lend what their school has; nor does anybody lend in another's name.
    let staff = town.colleague(head, Role::PartnerStaff).await;
    staff
        .lends_room("Turnzaal")
        .await
        .is_refused_as("FORBIDDEN");
    ann.lends(
        "Turnzaal",
        json!({ "kind": "VENUE", "partner": head.partner }),
    )
    .await
    .is_refused_as("FORBIDDEN");
    town.passer_by()
        .lends("Turnzaal", json!({ "kind": "VENUE", "partner": head.partner, "neighbourhood": head.neighbourhood }))
        .await
        .is_refused_as("UNAUTHENTICATED");
    head.lends("Turnzaal", json!({ "kind": "VENUE", "capacity": 0 }))
        .await
        .is_refused_at("OUT_OF_RANGE", "capacity");
    head.lends(" ", json!({ "kind": "VENUE" }))
        .await
        .is_refused_at("REQUIRED", "name");
    let unknown = "neighbourhood_01h455vb4pex5vsknk084sn02q";
    head.lends(
        "Turnzaal",
        json!({ "kind": "VENUE", "neighbourhood": unknown }),
    )
    .await
    .is_refused_at("NOT_FOUND", "neighbourhood");

    let mut day = 10;
    let mut try_out = async |who: &Person| {
        day += 1;
        let (from, until) = (
            format!("2026-03-{day}T13:00:00Z"),
            format!("2026-03-{day}T14:00:00Z"),
        );
        let shown = who.sees(room, "allowedActions").await;
        let may = shown.is_some_and(|shown| {
            shown["allowedActions"]
                .as_array()
                .is_some_and(|actions| actions.contains(&json!("BOOK")))
        });
        let answer = who.books(room, &from, &until).await;
        assert_eq!(may, answer.refusal().is_empty(), "{}", answer.text());
        answer.refusal().to_owned()
    };
    // Organising is what a volunteer must do; in this municipality.
    let rosa = town.ambassador("Rosa", &["Alsemberg"]).await;
    assert_eq!(try_out(&rosa).await, "FORBIDDEN");
    let roles = json!({ "id": rosa.ambassador, "roles": ["LISTENER", "ORGANISER"] });
    town.coordinator()
        .await
        .does("ambassadorUpdate", "ambassador", "id", roles)
        .await
        .done();
    assert_eq!(try_out(&rosa).await, "");
    for (who, refusal) in [
        (&staff, ""),
        (ann, ""),
        (&town.partner_in("Zorgpunt Lot", &["Lot"]).await, ""),
        (&town.coordinator().await, ""),
        (&town.partner_in("Elders", &["Winksele"]).await, "FORBIDDEN"),
        (&town.coordinator_of("Herent").await, "FORBIDDEN"),
        (&town.colleague(ann, Role::Signaller).await, "FORBIDDEN"),
        (&town.admin().await, "FORBIDDEN"),
        (&town.newcomer("Noor").await, "FORBIDDEN"),
        (&town.passer_by(), "UNAUTHENTICATED"),
    ] {
        assert_eq!(try_out(who).await, refusal, "{}", who.user);
    }
}

#[tokio::test]
async fn what_is_out_of_use_is_not_booked() {
    let Scene {
        town,
        head,
        ann,
        room,
        ..
    } = &Scene::set().await;
    let (from, until) = ("2026-03-10T13:00:00Z", "2026-03-10T15:00:00Z");
    let booking = ann.books(room, from, until).await.done();
    ann.takes("Retire", room, json!({}))
        .await
        .is_refused_as("FORBIDDEN");
    let retired = head.takes("Retire", room, json!({})).await.done();
    assert_eq!(retired.status(), "RETIRED");
    assert_eq!(
        retired.fields["allowedActions"],
        json!(["UPDATE", "RESTORE"])
    );
    head.takes("Retire", room, json!({}))
        .await
        .is_refused_as("INVALID_TRANSITION");
    assert!(town.passer_by().sees(room, "id").await.is_none());
    ann.books(room, "2026-03-11T13:00:00Z", "2026-03-11T15:00:00Z")
        .await
        .is_refused_at("INVALID", "bookable");
    // What was booked before stands.
    let seen = ann.sees(&booking, "status bookable { name status }").await;
    assert_eq!(
        seen,
        Some(json!({ "status": "BOOKED", "bookable": { "name": "Refter", "status": "RETIRED" } }))
    );
    head.takes("Restore", room, json!({})).await.done();
    let cleared =
        json!({ "id": room.id, "name": "Eetzaal", "capacity": 60, "accessibility": ["STEP_FREE"] });
    head.does("bookableUpdate", "bookable", "id", cleared)
        .await
        .done();
    let seen = town
        .passer_by()
        .sees(
            room,
            "name capacity accessibility partner { name } bookings(first: 1) { totalCount }",
        )
        .await;
    assert_eq!(
        seen,
        Some(json!({
            "name": "Eetzaal", "capacity": 60, "accessibility": ["STEP_FREE"],
            "partner": { "name": "Dorpsschool" }, "bookings": { "totalCount": 0 },
        }))
    );
}

#[tokio::test]
async fn times_that_cannot_be_booked() {
    let Scene {
        town, ann, room, ..
    } = &Scene::set().await;
    for (from, until) in [
        ("2026-03-10T13:00:00Z", "2026-03-10T13:00:00Z"),
        ("2026-03-10T13:00:00Z", "2026-03-10T12:00:00Z"),
        // It is nine o'clock on the second of March.
        ("2026-03-02T08:00:00Z", "2026-03-02T09:00:00Z"),
        ("2026-03-10T13:00:00Z", "2026-04-10T13:00:01Z"),
    ] {
        ann.books(room, from, until)
            .await
            .is_refused_at("OUT_OF_RANGE", "endsAt");
    }
    let now = ann
        .books(room, "2026-03-02T08:00:00Z", "2026-03-02T10:00:00Z")
        .await
        .done();
    town.wait(Duration::from_hours(2));
    ann.calls_off(&now, "Too late")
        .await
        .is_refused_at("INVALID", "id");
    let seen = ann.looks_up(&now).await.expect("it is their own");
    assert_eq!(seen.fields["allowedActions"], json!([]));
}

#[tokio::test]
async fn the_same_key_books_once() {
    let Scene {
        ann, bert, room, ..
    } = &Scene::set().await;
    let (from, until) = ("2026-03-10T13:00:00Z", "2026-03-10T15:00:00Z");
    let key = json!({ "idempotencyKey": A_KEY });
    let first = ann.books_with(room, from, until, key.clone()).await.done();
    let again = ann.books_with(room, from, until, key.clone()).await.done();
    assert_eq!(first.id, again.id);
    ann.books_with(room, from, "2026-03-10T16:00:00Z", key.clone())
        .await
        .is_refused_as("IDEMPOTENCY_MISMATCH");
    bert.books_with(room, from, until, key)
        .await
        .is_refused_as("CONFLICT");
}

#[tokio::test]
async fn a_list_of_rooms_with_their_bookings_costs_the_same_for_many() {
    const ROOMS: &str = "{ bookables(first: 50) { nodes { name partner { name } \
        neighbourhood { name } allowedActions bookings(first: 5) { nodes { startsAt \
        partner { name } } } } } }";
    let Scene {
        head, ann, room, ..
    } = &Scene::set().await;
    let _cold = ann.asks(ROOMS, json!({})).await;
    ann.books(room, "2026-03-10T13:00:00Z", "2026-03-10T15:00:00Z")
        .await
        .done();
    let few = ann.asks(ROOMS, json!({})).await;
    assert_eq!(nodes(few.data(""), "bookables").len(), 1);
    for number in 2..12 {
        let room = head.lends_room(&format!("Klas {number}")).await.done();
        for day in 10..14 {
            let (from, until) = (
                format!("2026-03-{day}T13:00:00Z"),
                format!("2026-03-{day}T15:00:00Z"),
            );
            ann.books(&room, &from, &until).await.done();
        }
    }
    let many = ann.asks(ROOMS, json!({})).await;
    assert_eq!(nodes(many.data(""), "bookables").len(), 11);
    assert_eq!(few.statements(), many.statements());
    assert!(many.statements() <= 2, "{}", many.statements());
}
