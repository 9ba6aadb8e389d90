//! Two who want the same room at the same time: one gets it, the other is told that it is taken.

use super::*;

const TAKEN: [&str; 1] = ["CONFLICT"];

/// The hour so many hours after noon of the first of June 2026.
fn hour(number: usize) -> String {
    let noon: chrono::DateTime<chrono::Utc> = "2026-06-01T12:00:00Z"
        .parse()
        .expect("a moment in RFC 3339");
    let hours = i64::try_from(number).expect("a small number");
    (noon + chrono::TimeDelta::hours(hours)).to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

/// How many bookings of the room are in force within these hours.
async fn in_force(person: &Person, room: &Record, hours: (usize, usize)) -> Value {
    let query = "query Taken($where: BookingWhere) { bookings(where: $where) { totalCount } }";
    let filter = json!({
        "bookable": { "eq": room.id }, "status": { "eq": "BOOKED" },
        "overlapping": { "from": hour(hours.0), "until": hour(hours.1) },
    });
    let answer = person.asks(query, json!({ "where": filter })).await;
    answer.data("/bookings/totalCount").clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_book_one_room() {
    let town = Town::start().await;
    let (school, ann) = (
        town.partner("Dorpsschool").await,
        town.partner("OCMW Beersel").await,
    );
    let bert = town.coordinator().await;
    let head = town
        .colleague(&school, nabij_entity::role_grant::Role::PartnerCoordinator)
        .await;
    let room = head.lends_room("Refter").await.done();
    for round in 0..rounds() {
        // Each time three hours, of which the two want the first two and the last two.
        let first = round * 3;
        let (from, until) = (hour(first), hour(first + 2));
        let (later_from, later_until) = (hour(first + 1), hour(first + 3));
        let answers = join_all([
            Box::pin(ann.books(&room, &from, &until)) as Boxed,
            Box::pin(bert.books(&room, &later_from, &later_until)),
        ])
        .await;
        one_wins(&answers, &TAKEN);
        assert_eq!(in_force(&ann, &room, (first, first + 3)).await, 1);
        // Called off, it is free for the other.
        let (winner, loser) = if answers[0].refusal().is_empty() {
            (&ann, &bert)
        } else {
            (&bert, &ann)
        };
        let won = answers.iter().find(|answer| answer.refusal().is_empty());
        if round % 3 == 0 {
            let booking = won.expect("one won").record();
            winner.calls_off(&booking, "It rains").await.done();
            loser.books(&room, &from, &later_until).await.done();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn neighbours_in_time_do_not_get_in_each_others_way() {
    let town = Town::start().await;
    let head = town.partner("Dorpsschool").await;
    let head = town
        .colleague(&head, nabij_entity::role_grant::Role::PartnerCoordinator)
        .await;
    let room = head.lends_room("Refter").await.done();
    for round in 0..rounds() {
        let first = round * 8;
        let hours: Vec<(String, String)> = (first..first + 8)
            .map(|number| (hour(number), hour(number + 1)))
            .collect();
        let answers = hours
            .iter()
            .map(|(from, until)| head.books(&room, from, until));
        for answer in join_all(answers).await {
            answer.done();
        }
        assert_eq!(in_force(&head, &room, (first, first + 8)).await, 8);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_booking_is_called_off_once() {
    let town = Town::start().await;
    let head = town.partner("Dorpsschool").await;
    let head = town
        .colleague(&head, nabij_entity::role_grant::Role::PartnerCoordinator)
        .await;
    let ann = town.partner("OCMW Beersel").await;
    let room = head.lends_room("Refter").await.done();
    for round in 0..rounds() {
        let booking = ann
            .books(&room, &hour(round), &hour(round + 1))
            .await
            .done();
        let answers = join_all([
            Box::pin(ann.calls_off(&booking, "It rains")) as Boxed,
            Box::pin(head.calls_off(&booking, "The roof leaks")),
        ])
        .await;
        one_wins(&answers, &TOO_LATE);
        changed_once(&booking, &head).await;
    }
}
