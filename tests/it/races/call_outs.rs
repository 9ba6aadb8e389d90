//! Races around a call-out: never two winners, never a referral in two places.

use std::time::Duration;

use futures_util::future::join_all;
use nabij_tests::{Appeal, Person, Record};
use serde_json::{Value, json};

use super::{Boxed, one_wins, rounds};
use crate::herent::{Herent, WEDNESDAY, sees_whom};

async fn seen(person: &Person, record: &Record, fields: &str) -> Value {
    person.sees(record, fields).await.expect("seen")
}

/// A deadline an hour from now.
fn soon(herent: &Herent) -> Appeal {
    let soon = herent.town.now() + Duration::from_hours(1);
    Appeal::until(&soon.to_rfc3339())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_offers_selected_at_once_one_wins() {
    let herent = Herent::begins().await;
    let (jef, lotte, sam) = (
        &herent.jef,
        herent.volunteer("Lotte").await,
        herent.volunteer("Sam").await,
    );
    for _ in 0..rounds() {
        let (_, referral, call_out) = herent.called().await;
        let (hers, his) = (
            lotte.offers_to_help(&call_out).await.done(),
            sam.offers_to_help(&call_out).await.done(),
        );
        let answers = join_all([
            Box::pin(jef.selects(&hers)) as Boxed,
            Box::pin(jef.selects(&his)),
        ])
        .await;
        one_wins(&answers, &["CONFLICT", "INVALID_TRANSITION"]);
        let fields = "status offers { nodes { status } } history { totalCount }";
        let after = seen(jef, &call_out, fields).await;
        let selected = after["offers"]["nodes"].as_array().into_iter().flatten();
        let selected = selected
            .filter(|offer| offer["status"] == "SELECTED")
            .count();
        assert_eq!((after["status"].as_str(), selected), (Some("FILLED"), 1));
        assert_eq!(after["history"]["totalCount"], 2, "opened, and filled once");
        let told = [
            sees_whom(&lotte, &call_out).await,
            sees_whom(&sam, &call_out).await,
        ];
        assert_eq!(told.iter().filter(|whom| !whom.is_null()).count(), 1);
        let accepted = seen(jef, &referral, "status version").await;
        assert_eq!(accepted, json!({ "status": "ACCEPTED", "version": 2 }));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_the_deadline_it_is_filled_or_goes_back_and_never_both() {
    let herent = Herent::begins().await;
    let (jef, dora, lotte) = (&herent.jef, &herent.dora, herent.volunteer("Lotte").await);
    for _ in 0..rounds() {
        let (_, referral) = herent.chore().await;
        herent.is_welcome(&referral).await;
        let call_out = jef.calls_out(&referral, soon(&herent)).await.done();
        let offer = lotte.offers_to_help(&call_out).await.done();
        herent.town.wait(Duration::from_hours(1));
        let due = || herent.town.what_is_due_happens();
        // Two replicas and the contact person at the same moment.
        let (answer, (), ()) = futures_util::join!(jef.selects(&offer), due(), due());
        let fields = "status rejectReason callOuts { nodes { status offers { nodes { status } } \
            history { totalCount } } }";
        let after = seen(dora, &referral, fields).await;
        let call_out = &after["callOuts"]["nodes"][0];
        let found = (
            after["status"].as_str(),
            call_out["status"].as_str(),
            call_out["offers"]["nodes"][0]["status"].as_str(),
        );
        let expected = match answer.refusal() {
            "" => (Some("ACCEPTED"), Some("FILLED"), Some("SELECTED")),
            "CONFLICT" | "INVALID_TRANSITION" => {
                (Some("REJECTED"), Some("UNFILLED"), Some("DECLINED"))
            }
            other => panic!("{other}: {}", answer.text()),
        };
        assert_eq!(found, expected, "{after}");
        assert_eq!(call_out["history"]["totalCount"], 2, "ended or filled once");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_offer_at_the_deadline_is_made_or_refused_and_never_left_waiting() {
    let herent = Herent::begins().await;
    let (jef, lotte) = (&herent.jef, herent.volunteer("Lotte").await);
    for _ in 0..rounds() {
        let (_, _, call_out) = herent.called().await;
        let (offered, closed) = futures_util::join!(
            lotte.offers_to_help(&call_out),
            jef.gives_up_on(&call_out, "Enough")
        );
        closed.done();
        assert!(
            ["", "NOT_FOUND", "INVALID_TRANSITION"].contains(&offered.refusal()),
            "{}",
            offered.text()
        );
        let after = seen(jef, &call_out, "status offers { nodes { status } }").await;
        let made: Vec<Value> = if offered.refusal().is_empty() {
            vec![json!({ "status": "DECLINED" })]
        } else {
            Vec::new()
        };
        assert_eq!(
            after,
            json!({ "status": "UNFILLED", "offers": { "nodes": made } })
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_call_out_for_a_referral_and_one_offer_for_a_volunteer() {
    let herent = Herent::begins().await;
    let (jef, lotte) = (&herent.jef, herent.volunteer("Lotte").await);
    for _ in 0..rounds() {
        let (_, referral) = herent.chore().await;
        let calls = (0..3).map(|_| jef.calls_out(&referral, Appeal::until(WEDNESDAY)));
        let answers = join_all(calls).await;
        one_wins(&answers, &["ALREADY_EXISTS"]);
        let call_out = answers
            .iter()
            .find(|answer| answer.refusal().is_empty())
            .expect("one won")
            .record();
        let offers = join_all((0..3).map(|_| lotte.offers_to_help(&call_out))).await;
        one_wins(&offers, &["ALREADY_EXISTS"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_drops_out_while_another_is_selected_and_the_referral_ends() {
    let herent = Herent::begins().await;
    let (jef, dora, lotte, sam) = (
        &herent.jef,
        &herent.dora,
        herent.volunteer("Lotte").await,
        herent.volunteer("Sam").await,
    );
    for round in 0..rounds() {
        let (_, referral, call_out) = herent.called().await;
        let (hers, his) = (
            lotte.offers_to_help(&call_out).await.done(),
            sam.offers_to_help(&call_out).await.done(),
        );
        jef.selects(&hers).await.done();
        let mut deeds: Vec<Boxed> = vec![
            Box::pin(lotte.drops_out(&hers, "A cold")),
            Box::pin(jef.selects(&his)),
        ];
        if round % 2 == 0 {
            deeds.push(Box::pin(dora.cancels(&referral, "Her son came")));
        }
        for answer in join_all(deeds).await {
            assert!(
                ["", "CONFLICT", "INVALID_TRANSITION"].contains(&answer.refusal()),
                "{}",
                answer.text()
            );
        }
        let fields = "status closedAt selectedOffer { id } offers { nodes { id status } }";
        let after = seen(jef, &call_out, fields).await;
        let told = !sees_whom(&lotte, &call_out).await.is_null();
        assert!(!told || round % 2 != 0 && after["selectedOffer"]["id"] == hers.id.as_str());
        if round % 2 == 0 {
            assert_eq!(after["status"], "CANCELLED", "{after}");
            assert!(sees_whom(&sam, &call_out).await.is_null());
        } else {
            let sams = !sees_whom(&sam, &call_out).await.is_null();
            assert_eq!(sams, after["status"] == "FILLED", "{after}");
        }
    }
}
