//! W6: schools and sports clubs offer their rooms, in neighbourhoods that have no other place to meet.

use nabij_tests::{Gathering, Record, Story};
use serde_json::json;

use super::Wijk;

const ROOMS: &str = "query Rooms($place: ID!, $time: TimeSpanInput!) { bookables(where: { \
    neighbourhood: {eq: $place}, kind: {eq: VENUE}, accessibility: {eq: STEP_FREE}, \
    freeBetween: $time }) { nodes { name address capacity partner { name kind } } } }";
const WHERE: &str = "query Where($place: ID!) { calendar(from: \"2026-03-16T00:00:00Z\", \
    until: \"2026-03-30T00:00:00Z\", where: {neighbourhood: {eq: $place}}) { nodes { startsAt \
    activity { title bookables(first: 3) { nodes { name address } } } } } }";

#[tokio::test]
async fn w6_schools_and_sports_clubs_offer_their_rooms() {
    let wijk = Wijk::begins().await;
    let head = wijk
        .partner(
            "School De Heul",
            "SCHOOL",
            "PARTNER_COORDINATOR",
            &["De Heul"],
        )
        .await;
    let club = wijk
        .partner(
            "Sportclub",
            "SPORTS_CLUB",
            "PARTNER_COORDINATOR",
            &["De Heul"],
        )
        .await;
    let team = wijk
        .partner("Buurtteam", "VOLUNTEER_ORGANISATION", "PARTNER_STAFF", &[])
        .await;
    let place = wijk.place("De Heul");
    let story = Story::of(
        "W6",
        "Schools and sports clubs offer their rooms for activities in the neighbourhood",
    );
    let hall = json!({
        "kind": "VENUE", "capacity": 60, "accessibility": ["STEP_FREE", "ACCESSIBLE_TOILET"],
        "address": "Schoolstraat 1 (invented)", "description": "After school, from four o'clock on.",
    });
    let hall = story
        .step(
            "The school offers its hall, after hours",
            head.lends("Aula", hall),
        )
        .await
        .done();
    let canteen = json!({ "kind": "VENUE", "capacity": 40, "address": "Sportlaan 2 (invented)" });
    story
        .step(
            "The sports club offers its canteen",
            club.lends("Kantine", canteen),
        )
        .await
        .done();
    let afternoon = json!({ "from": "2026-03-17T15:00:00Z", "until": "2026-03-17T17:00:00Z" });
    let found = story
        .step(
            "The neighbourhood team looks for a room without steps, free on Tuesday afternoon",
            team.asks(ROOMS, json!({ "place": place, "time": afternoon })),
        )
        .await;
    assert_eq!(
        found.data("/bookables/nodes"),
        &json!([{
            "name": "Aula", "address": "Schoolstraat 1 (invented)", "capacity": 60,
            "partner": { "name": "School De Heul", "kind": "SCHOOL" },
        }])
    );
    let rehearsal = json!({ "note": "The school play" });
    story
        .step(
            "The school itself needs the hall on one Tuesday later on",
            head.books_with(
                &hall,
                "2026-03-31T14:00:00Z",
                "2026-03-31T16:00:00Z",
                rehearsal,
            ),
        )
        .await
        .done();
    let coffee = |times: u32| {
        let starts_at = "2026-03-17T15:00:00Z".parse().expect("a moment");
        Gathering::new("Coffee for everybody", place, starts_at)
            .with("recurrence", format!("FREQ=WEEKLY;COUNT={times}"))
            .with("bookables", json!([hall.id]))
            .published()
    };
    let refused = story
        .step(
            "Coffee every Tuesday, five times: the third is taken, so nothing is booked",
            team.proposes(coffee(5)),
        )
        .await;
    refused.is_refused_at("CONFLICT", "bookables.0");
    let activity = story
        .step("Then two times", team.proposes(coffee(2)))
        .await
        .done();
    let calendar = story
        .step(
            "Anybody sees in the calendar where to go",
            wijk.town.passer_by().asks(WHERE, json!({ "place": place })),
        )
        .await;
    let times = calendar.data("/calendar/nodes").as_array().expect("times");
    assert_eq!(times.len(), 2);
    for time in times {
        assert_eq!(time["activity"]["bookables"]["nodes"][0]["name"], "Aula");
    }
    story.ends();

    let message = refused.user_errors()[0]["message"].as_str().expect("words");
    assert!(
        message.starts_with("1 of the 5 times are taken, the first of them number 3"),
        "{message}"
    );
    assert!(!refused.text().contains("play"), "{}", refused.text());
    // The team sees that the hall is taken, and not what for; the school sees who comes.
    let bookings = "bookings(first: 9) { nodes { note partner { name } activity { title } } }";
    let taken = |note: Option<&str>, by: Option<&str>, title: Option<&str>| {
        json!({
            "note": note, "partner": by.map(|name| json!({ "name": name })),
            "activity": title.map(|title| json!({ "title": title })),
        })
    };
    let coffee = taken(None, Some("Buurtteam"), Some("Coffee for everybody"));
    assert_eq!(
        team.sees(&hall, bookings).await,
        Some(json!({ "bookings": { "nodes": [coffee, coffee, taken(None, None, None)] } }))
    );
    assert_eq!(
        head.sees(&hall, bookings).await,
        Some(json!({ "bookings": { "nodes": [
            coffee, coffee, taken(Some("The school play"), Some("School De Heul"), None),
        ] } }))
    );
    assert_eq!(
        wijk.town.passer_by().sees(&hall, bookings).await,
        Some(json!({ "bookings": { "nodes": [] } }))
    );
    let _ = activity;
}

#[tokio::test]
async fn a_room_is_booked_week_after_week_or_not_at_all() {
    let wijk = Wijk::begins().await;
    let head = wijk
        .partner(
            "School De Heul",
            "SCHOOL",
            "PARTNER_COORDINATOR",
            &["De Heul"],
        )
        .await;
    let team = wijk
        .partner("Buurtteam", "VOLUNTEER_ORGANISATION", "PARTNER_STAFF", &[])
        .await;
    let hall = head.lends_room("Aula").await.done();
    let (from, until) = ("2026-03-17T15:00:00Z", "2026-03-17T17:00:00Z");
    let weekly = |times: u32| json!({ "recurrence": format!("FREQ=WEEKLY;COUNT={times}") });
    let first = team.books_with(&hall, from, until, weekly(4)).await.done();
    let lot = async || {
        let fields = "lot(first: 9) { nodes { startsAt status } }";
        let seen = team.sees(&first, fields).await.expect("their own");
        seen["lot"]["nodes"].as_array().cloned().expect("a list")
    };
    let told = lot().await;
    assert_eq!(told.len(), 4);
    // The hour of the Netherlands: summer time from 29 March on.
    assert_eq!(told[1]["startsAt"], "2026-03-24T15:00:00Z");
    assert_eq!(told[2]["startsAt"], "2026-03-31T14:00:00Z");

    // One that meets it halfway: which times, all of them, and nothing booked.
    let meets = head
        .books_with(
            &hall,
            "2026-03-03T16:00:00Z",
            "2026-03-03T18:00:00Z",
            weekly(10),
        )
        .await;
    meets.is_refused_at("CONFLICT", "bookable");
    let seen = head.sees(&hall, "bookings(first: 1) { totalCount }").await;
    assert_eq!(seen, Some(json!({ "bookings": { "totalCount": 4 } })));
    let query = "mutation Again($input: BookingCreateInput!) { bookingCreate(input: $input) { \
        userErrors { code taken { startsAt endsAt } } } }";
    let input = json!({
        "bookable": hall.id, "startsAt": "2026-03-24T14:00:00Z", "endsAt": "2026-03-24T16:00:00Z",
        "recurrence": "FREQ=DAILY;COUNT=8",
    });
    let answer = head.asks(query, json!({ "input": input })).await;
    assert_eq!(
        answer.data("/bookingCreate/userErrors"),
        &json!([{ "code": "CONFLICT", "taken": [
            { "startsAt": "2026-03-24T14:00:00Z", "endsAt": "2026-03-24T16:00:00Z" },
            { "startsAt": "2026-03-31T13:00:00Z", "endsAt": "2026-03-31T15:00:00Z" },
        ] }])
    );
    // Times that get in each other's way are refused too, and so is a rule without end.
    head.books_with(
        &hall,
        "2026-05-04T08:00:00Z",
        "2026-05-05T09:00:00Z",
        json!({ "recurrence": "FREQ=DAILY;COUNT=2" }),
    )
    .await
    .is_refused_as("CONFLICT");
    head.books_with(
        &hall,
        "2026-05-04T08:00:00Z",
        "2026-05-04T09:00:00Z",
        json!({ "recurrence": "FREQ=DAILY" }),
    )
    .await
    .is_refused_at("INVALID", "recurrence");
    head.books_with(
        &hall,
        "2026-05-04T08:00:00Z",
        "2026-05-04T09:00:00Z",
        json!({ "timeZone": "Wijk" }),
    )
    .await
    .is_refused_at("INVALID", "timeZone");
    let without_end = json!({ "bookable": hall.id, "startsAt": "2026-05-04T08:00:00Z" });
    head.does("bookingCreate", "booking", "id", without_end)
        .await
        .is_refused_at("REQUIRED", "endsAt");

    // From the second on it isn't needed any more: those after it are free again.
    let query = "query Second($hall: ID!) { bookings(last: 3, where: {bookable: {eq: $hall}}) { \
        nodes { id firstOfLot { id } } } }";
    let answer = team.asks(query, json!({ "hall": hall.id })).await;
    assert_eq!(
        answer.data("/bookings/nodes/0/firstOfLot/id"),
        &json!(first.id)
    );
    let second = Record::of(answer.data("/bookings/nodes/0/id").as_str().expect("an id"));
    let all_of_it = json!({ "id": second.id, "following": true });
    team.does("bookingCancel", "booking", "id status", all_of_it)
        .await
        .done();
    let statuses: Vec<_> = lot()
        .await
        .iter()
        .map(|row| row["status"].clone())
        .collect();
    assert_eq!(statuses, ["BOOKED", "CANCELLED", "CANCELLED", "CANCELLED"]);
}
