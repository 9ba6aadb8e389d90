//! People who are at it at the same moment: one wins, the others are told, and what must hold of
//! the records holds.

use futures_util::future::join_all;
use nabij_tests::{Answer, Need, Person, Record, Request, Town, handled_by};
use serde_json::{Value, json};

mod activities;
mod bookings;
mod call_outs;
mod plans;

const ROUNDS: usize = 6;

/// How often a race is run: a few times, or as often as `NABIJ_ROUNDS` says.
fn rounds() -> usize {
    match std::env::var("NABIJ_ROUNDS") {
        Ok(number) => number.parse().expect("NABIJ_ROUNDS is a number"),
        Err(_) => ROUNDS,
    }
}

const A_KEY: &str = "0190f5a8-9f3c-7d5e-8a3b-5f0c6d7e8f90";

/// Exactly one of these was done; the others say why not, with one of these codes.
#[track_caller]
fn one_wins(answers: &[Answer], others: &[&str]) {
    let refusals: Vec<&str> = answers.iter().map(Answer::refusal).collect();
    let won = refusals.iter().filter(|code| code.is_empty()).count();
    assert_eq!(won, 1, "{refusals:?}");
    assert!(
        refusals
            .iter()
            .all(|code| code.is_empty() || others.contains(code)),
        "{refusals:?}"
    );
}

/// Too late: the version has changed, or the state.
const TOO_LATE: [&str; 2] = ["CONFLICT", "INVALID_TRANSITION"];

/// The record changed once since it was made, and one event says so.
async fn changed_once(record: &Record, overseer: &Person) {
    let fields = "version history(first: 10) { nodes { kind } }";
    let seen = overseer.sees(record, fields).await.expect("seen");
    assert_eq!(seen["version"], 2, "{seen}");
    assert_eq!(
        seen["history"]["nodes"].as_array().map_or(0, Vec::len),
        2,
        "{seen}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_for_one_step_of_a_signal() {
    let town = Town::start().await;
    let rosa = town.ambassador("Rosa", &["Alsemberg"]).await;
    let (ann, bert) = (
        town.coordinator().await,
        town.coordinator_in("Alsemberg").await,
    );
    for round in 0..rounds() {
        let signal = rosa
            .signals("The stairs are too steep", "NORMAL")
            .await
            .done();
        let answers = match round % 3 {
            0 => join_all([
                Box::pin(ann.resolves(&signal, "RESOLVED_AT_INTAKE")) as Boxed,
                Box::pin(bert.dismisses(&signal, "OUT_OF_SCOPE")),
            ]),
            1 => join_all([
                Box::pin(ann.triages(&signal)) as Boxed,
                Box::pin(bert.triages(&signal)),
            ]),
            _ => join_all([
                Box::pin(rosa.withdraws(&signal)) as Boxed,
                Box::pin(bert.starts(&signal)),
            ]),
        };
        one_wins(&answers.await, &TOO_LATE);
        changed_once(&signal, &ann).await;
    }
}

type Boxed<'a> = std::pin::Pin<Box<dyn Future<Output = Answer> + Send + 'a>>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_for_one_step_of_a_referral() {
    let town = Town::start().await;
    let (rosa, coordinator) = (
        town.ambassador("Rosa", &["Alsemberg"]).await,
        town.coordinator().await,
    );
    let ann = town.partner("OCMW Beersel").await;
    let bert = town
        .colleague(&ann, nabij_entity::role_grant::Role::PartnerCoordinator)
        .await;
    for round in 0..rounds() {
        let signal = rosa
            .signals("The stairs are too steep", "NORMAL")
            .await
            .done();
        let referral = coordinator.refers(&signal, &ann).await.done();
        let answers = match round % 3 {
            0 => join_all([
                Box::pin(ann.accepts(&referral)) as Boxed,
                Box::pin(bert.accepts(&referral)),
            ]),
            1 => join_all([
                Box::pin(ann.accepts(&referral)) as Boxed,
                Box::pin(bert.rejects(&referral, "NO_CAPACITY")),
            ]),
            _ => join_all([
                Box::pin(ann.rejects(&referral, "NOT_ELIGIBLE")) as Boxed,
                Box::pin(coordinator.cancels(&referral, "No longer needed")),
            ]),
        };
        one_wins(&answers.await, &TOO_LATE);
        changed_once(&referral, &coordinator).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signal_is_not_closed_while_somebody_refers_it() {
    let town = Town::start().await;
    let (ann, bert) = (
        town.coordinator().await,
        town.coordinator_in("Beersel").await,
    );
    let welfare = town.partner("OCMW Beersel").await;
    for _ in 0..rounds() {
        let signal = ann
            .signals("The stairs are too steep", "NORMAL")
            .await
            .done();
        ann.starts(&signal).await.done();
        let answers = join_all([
            Box::pin(ann.resolves(&signal, "RESOLVED_AT_INTAKE")) as Boxed,
            Box::pin(bert.refers(&signal, &welfare)),
        ])
        .await;
        one_wins(&answers, &["CONFLICT", "INVALID_TRANSITION", "INVALID"]);
        let fields = "status referrals(first: 5) { nodes { status } }";
        let seen = ann.sees(&signal, fields).await.expect("seen");
        let open = seen["referrals"]["nodes"].as_array().map_or(0, Vec::len);
        let closed = seen["status"] == "RESOLVED";
        assert!(
            closed != (open == 1),
            "closed with an open referral, or neither: {seen}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_refer_one_signal_to_one_partner() {
    let town = Town::start().await;
    let (ann, bert) = (
        town.coordinator().await,
        town.coordinator_in("Beersel").await,
    );
    let welfare = town.partner("OCMW Beersel").await;
    for round in 0..rounds() {
        let signal = ann
            .signals("The stairs are too steep", "NORMAL")
            .await
            .done();
        if round % 2 == 0 {
            ann.starts(&signal).await.done();
        }
        let answers = join_all([
            Box::pin(ann.refers(&signal, &welfare)) as Boxed,
            Box::pin(bert.refers(&signal, &welfare)),
        ])
        .await;
        one_wins(&answers, &["CONFLICT", "ALREADY_EXISTS"]);
        let seen = ann
            .sees(&signal, "referrals { totalCount }")
            .await
            .expect("seen");
        assert_eq!(seen["referrals"]["totalCount"], 1);
    }
}

/// How many signals there are.
async fn signals(person: &Person) -> Value {
    let answer = person.asks("{ signals { totalCount } }", json!({})).await;
    answer.data("/signals/totalCount").clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_times_the_same_key_makes_one_signal() {
    let town = Town::start().await;
    let rosa = town.ambassador("Rosa", &["Alsemberg"]).await;
    let need = Need::new("The stairs are too steep", &rosa.neighbourhood)
        .with("idempotencyKey", A_KEY)
        .with("resident", json!({ "new": { "givenName": "Maria" } }));
    let answers = join_all((0..50).map(|_| rosa.submits(need.clone()))).await;
    let first = answers[0].record();
    for answer in &answers {
        assert_eq!(answer.record().fields, first.fields);
    }
    assert_eq!(signals(&rosa).await, 1);
    let coordinator = town.coordinator().await;
    let residents = coordinator
        .asks("{ residents { totalCount } }", json!({}))
        .await;
    assert_eq!(residents.data("/residents/totalCount"), 1);

    // The same key for something else is no repetition, today; it is tomorrow's own.
    let other = need.with("title", "The lift is broken");
    rosa.submits(other.clone())
        .await
        .is_refused_at("IDEMPOTENCY_MISMATCH", "idempotencyKey");
    town.wait(std::time::Duration::from_hours(25));
    rosa.submits(other).await.done();
    assert_eq!(signals(&rosa).await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_its_owners_own() {
    let town = Town::start().await;
    let (rosa, jan) = (
        town.ambassador("Rosa", &["Alsemberg"]).await,
        town.ambassador("Jan", &["Alsemberg"]).await,
    );
    let need =
        Need::new("The stairs are too steep", &rosa.neighbourhood).with("idempotencyKey", A_KEY);
    let (hers, his) = (
        rosa.submits(need.clone()).await.done(),
        jan.submits(need).await.done(),
    );
    assert_ne!(hers.id, his.id);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_times_the_same_reference_makes_one_signal() {
    let town = Town::start().await;
    let platform = town.partner("Hoplr").await;
    let need = Need::new("Lift broken", &platform.neighbourhood)
        .with("source", "Hoplr")
        .with("externalReference", "hoplr-4711");
    let answers = join_all((0..20).map(|_| platform.submits(need.clone()))).await;
    let first = answers[0].record();
    for answer in &answers {
        assert_eq!(answer.record().id, first.id);
    }
    assert_eq!(signals(&platform).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consent_is_not_withdrawn_while_somebody_builds_on_it() {
    let town = Town::start().await;
    let (ann, bert) = (
        town.coordinator().await,
        town.coordinator_in("Beersel").await,
    );
    let welfare = town.partner("OCMW Beersel").await;
    for _ in 0..rounds() {
        let need = Need::new("The stairs are too steep", &ann.neighbourhood)
            .with("resident", json!({ "new": { "givenName": "Maria" } }));
        let signal = ann.submits(need).await.done();
        ann.starts(&signal).await.done();
        let seen = ann.sees(&signal, "resident { id }").await.expect("seen");
        let given = json!({
            "resident": seen["resident"]["id"], "kind": "SHARE_WITH_PARTNER",
            "partner": welfare.partner, "method": "ORAL",
        });
        let consent = ann
            .does("consentRecord", "consent", "id", given)
            .await
            .done();
        let request = Request::to(&welfare).on("CONSENT", &["NAME"]);
        let answers = join_all([
            Box::pin(ann.does(
                "consentWithdraw",
                "consent",
                "id",
                json!({ "id": consent.id }),
            )) as Boxed,
            Box::pin(bert.refers_by(&signal, request)),
        ])
        .await;
        assert!(
            ["", "CONFLICT"].contains(&answers[0].refusal()),
            "{}",
            answers[0].text()
        );
        assert!(
            ["", "CONFLICT", "BASIS_REQUIRED"].contains(&answers[1].refusal()),
            "{}",
            answers[1].text()
        );
        if answers[0].refusal().is_empty() {
            let fields = "referrals(first: 5) { nodes { status } }";
            let seen = ann.sees(&signal, fields).await.expect("seen");
            for referral in seen["referrals"]["nodes"].as_array().into_iter().flatten() {
                assert_eq!(referral["status"], "CANCELLED", "it rests on nothing");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_handles_a_signal_on_a_consent_that_is_withdrawn_meanwhile() {
    let town = Town::start().await;
    let (ann, bert) = (
        town.coordinator().await,
        town.coordinator_in("Beersel").await,
    );
    let (welfare, village) = (town.partner("OCMW").await, town.partner("Dorpshulp").await);
    let maria = json!({ "neighbourhood": ann.neighbourhood, "particulars": { "givenName": "Maria" } });
    let maria = ann.does("residentRecord", "resident", "id", maria).await;
    let maria = maria.done();
    for _ in 0..rounds() {
        let about = || {
            Need::new("The stairs are too steep", &ann.neighbourhood)
                .with("resident", json!({ "id": maria.id }))
        };
        let (first, second) = (
            ann.submits(about()).await.done(),
            ann.submits(about()).await.done(),
        );
        let given = json!({ "resident": maria.id, "kind": "SHARE_WITH_PARTNER",
            "partner": welfare.partner, "method": "ORAL" });
        let consent = ann.does("consentRecord", "consent", "id", given).await;
        let consent = consent.done();
        let handled = || handled_by(&welfare, "CONSENT", &["NAME"]);
        bert.triages_as(&first, handled()).await.done();
        // One more is handed over and the other is referred, while the consent is withdrawn.
        let withdrawn = json!({ "id": consent.id });
        let request = Request::to(&village).on("PUBLIC_TASK", &["NAME"]);
        let answers = join_all([
            Box::pin(bert.triages_as(&second, handled())) as Boxed,
            Box::pin(ann.does("consentWithdraw", "consent", "id", withdrawn)),
            Box::pin(bert.refers_by(&first, request)),
        ])
        .await;
        let refused = answers[0].refusal();
        assert!(["", "BASIS_REQUIRED"].contains(&refused), "{refused}");
        assert!(["", "CONFLICT"].contains(&answers[2].refusal()));
        assert_eq!(answers[1].refusal(), "", "{}", answers[1].text());
        for signal in [&first, &second] {
            let seen = ann.sees(signal, "handler { id }").await.expect("seen");
            assert_eq!(seen["handler"], Value::Null, "it rests on nothing");
            assert!(welfare.sees(signal, "id").await.is_none());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_place_of_a_service_is_taken_once() {
    let town = Town::start().await;
    let (admin, coordinator) = (town.admin().await, town.coordinator().await);
    let input = json!({
        "reference": "meals", "name": "Meals at home", "kind": "HOME_CARE", "secrecy": "DISCRETION",
        "neighbourhoods": [coordinator.neighbourhood],
        "services": [{
            "reference": "meals", "name": "Meals", "categories": ["CARE"], "capacityMaximum": 1,
        }],
    });
    let shown = "id services(first: 1) { nodes { id } }";
    let partner = admin
        .does("partnerOnboard", "partner", shown, input)
        .await
        .done();
    let mut signals = Vec::new();
    for _ in 0..8 {
        signals.push(coordinator.signals("No warm meal", "NORMAL").await.done());
    }
    let asks = |signal: &Record| {
        let input = json!({
            "signal": signal.id, "toPartner": partner.id, "reason": "A meal a day",
            "service": partner.at("/services/nodes/0/id"),
        });
        let coordinator = coordinator.clone();
        async move {
            coordinator
                .does("referralCreate", "referral", "id", input)
                .await
        }
    };
    let answers = join_all(signals.iter().map(asks)).await;
    one_wins(&answers, &["CAPACITY_EXHAUSTED"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_waits_for_somebody_who_waits_for_them() {
    let town = Town::start().await;
    let (coordinator, staff) = (town.coordinator().await, town.partner("OCMW Beersel").await);
    for round in 0..2 * ROUNDS {
        let input = json!({
            "neighbourhood": staff.neighbourhood, "particulars": { "givenName": "Maria" },
        });
        let resident = staff
            .does("residentRecord", "resident", "id", input)
            .await
            .done();
        let consent = json!({
            "resident": resident.id, "kind": "SHARE_WITH_PARTNER", "partner": staff.partner,
            "method": "ORAL",
        });
        let need = Need::new("The stairs are too steep", &staff.neighbourhood)
            .with("resident", json!({ "id": resident.id }));
        // One takes the partner first and then the resident, the other the other way round.
        let mut deeds: Vec<Boxed> = vec![
            Box::pin(staff.submits(need.clone())),
            Box::pin(coordinator.does("consentRecord", "consent", "id", consent)),
            Box::pin(staff.submits(need)),
        ];
        if round % 2 == 0 {
            deeds.reverse();
        }
        for answer in join_all(deeds).await {
            answer.done();
        }
    }
}
