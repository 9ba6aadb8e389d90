//! How long cases are kept, what holds them longer, and what the daily run removes.

mod listed;

use std::{collections::BTreeSet, time::Duration};

use nabij_api::relay::Relay;
use nabij_entity::{resident, retention_run, role_grant::Role, signal};
use nabij_tests::{Answer, Need, Person, Record, Request, Town};
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use super::{
    Scene,
    erasure::{canaries_in_files, found},
};

const MONTH: Duration = Duration::from_hours(24 * 31);

const PREVIEW: &str = "query($municipality: ID!, $first: Int!, $after: ID) { retentionPreview( \
    municipality: $municipality, first: $first, after: $after) { at endCursor residents \
    counts { ground months type count } cases { signalId ground closedAt records } } }";

const RUNS: &str = "query($municipality: ID) { retentionRuns(municipality: $municipality) { \
    nodes { id day startedAt finishedAt municipality { name } \
    removed { ground months type count } } } }";

async fn preview(person: &Person, town: &Town) -> Answer {
    let variables = json!({ "municipality": town.municipality("Beersel"), "first": 100 });
    person.asks(PREVIEW, variables).await
}

/// A day's pass of one replica.
async fn passes(town: &Town) {
    Relay::pass(&town.app().cx("relay")).await;
}

async fn runs(person: &Person, town: &Town) -> Vec<Value> {
    let variables = json!({ "municipality": town.municipality("Beersel") });
    let answer = person.asks(RUNS, variables).await;
    answer
        .data("/retentionRuns/nodes")
        .as_array()
        .cloned()
        .unwrap_or_default()
}

async fn sets(person: &Person, town: &Town, ground: &str, months: i32) -> Answer {
    let input =
        json!({ "municipality": town.municipality("Beersel"), "ground": ground, "months": months });
    let shown = "id ground months version history { nodes { kind from to } }";
    person.does("retentionRuleSet", "rule", shown, input).await
}

async fn holds(person: &Person, on: Value, until: Option<&str>) -> Answer {
    let input = json!({ "on": on, "reason": "Claim 26/117", "until": until });
    let shown = "id inForce reason until placedBy { id } version";
    person
        .does("legalHoldPlace", "legalHold", shown, input)
        .await
}

/// What is helped with, told everywhere, and closed.
async fn closed(scene: &Scene) {
    let (coordinator, signal) = (&scene.coordinator, &scene.signal);
    let welfare = scene.town.partner("OCMW Beersel").await;
    let request = Request::to(&welfare)
        .on("PUBLIC_TASK", &["NAME"])
        .with("reason", "Stairsuqz");
    let referral = coordinator.refers_by(signal, request).await.done();
    welfare.accepts(&referral).await.done();
    let end = json!({ "outcome": "GOT_HELP", "note": "Liftuqz" });
    welfare.takes("Complete", &referral, end).await.done();
    let moment = json!({ "on": { "signal": signal.id }, "kind": "VISIT", "outcome": "REACHED",
        "note": "Mariauqz was at home" });
    coordinator
        .does("contactMomentRecord", "contactMoment", "id", moment)
        .await
        .done();
    let resolve = json!({ "outcome": "HELPED_BY_PARTNER", "note": "Happyuqz" });
    coordinator.takes("Resolve", signal, resolve).await.done();
}

/// GDPR article 5(1)(e): what was told in a case goes when its period is over, and its person with
/// it; what figures need stays.
#[tokio::test]
async fn when_its_period_is_over_the_content_of_a_case_is_removed() {
    let scene = Scene::set().await;
    let (town, coordinator) = (&scene.town, &scene.coordinator);
    closed(&scene).await;
    // A case of somebody else, which is open, and in which she is mentioned.
    let need = Need::new("A lamp", &coordinator.neighbourhood)
        .with("text", "Peetersuqz, Mariauqz lent it")
        .with("resident", json!({ "new": { "givenName": "Jan" } }));
    let lamp = coordinator.submits(need).await.done();
    // The default for who was helped: 24 months. A day before, nothing is due.
    scene.town.wait(MONTH * 23);
    passes(town).await;
    let before = preview(coordinator, town).await;
    assert_eq!(before.data("/retentionPreview/counts"), &json!([]));
    assert!(!found(town).await.is_empty());

    town.wait(MONTH);
    let listed = preview(coordinator, town).await;
    let listed = listed.data("/retentionPreview").clone();
    assert_eq!(listed["cases"][0]["signalId"], scene.signal.id.as_str());
    assert_eq!(listed["cases"][0]["ground"], "HELPED_BY_PARTNER");
    assert_eq!(listed["residents"], json!([scene.maria]));
    passes(town).await;
    assert_eq!(found(town).await, [], "no byte is left");
    let files = canaries_in_files(town.database()).unwrap_or_default();
    assert!(files.is_empty(), "{files:?} in the files");
    let lamp = coordinator.sees(&lamp, "text").await;
    assert_eq!(lamp, Some(json!({ "text": "[…] lent it" })));

    let kept = coordinator
        .sees(
            &scene.signal,
            "status outcome category title text contentRemovedAt resident { id } allowedActions \
             neighbourhood { name } history { nodes { kind } }",
        )
        .await
        .expect("the case stays, without content");
    assert_eq!(kept["status"], "RESOLVED");
    assert_eq!(kept["outcome"], "HELPED_BY_PARTNER");
    assert_eq!(kept["category"], "MOBILITY");
    assert_eq!(
        (&kept["title"], &kept["resident"]),
        (&json!(""), &Value::Null)
    );
    assert!(kept["contentRemovedAt"].is_string());
    assert_eq!(kept["allowedActions"], json!([]));
    assert!(
        kept["history"]
            .to_string()
            .contains("signal.content_removed")
    );
    let reopened = coordinator.reopens(&scene.signal, "Again").await;
    assert_eq!(reopened.user_errors()[0]["code"], "INVALID");
    // She isn't brought back by a backup either.
    assert_eq!(town.erased_list().lines().count(), 1);

    // The record of the run says what the list said (article 5(2)).
    let auditor = town.official(Role::Auditor).await;
    for reader in [&auditor, coordinator, &town.admin().await] {
        let run = &runs(reader, town).await[0];
        assert_eq!(run["removed"], listed["counts"]);
        assert!(run["finishedAt"].is_string());
    }
    assert!(runs(&scene.rosa, town).await.is_empty());
    assert!(
        runs(&town.coordinator_of("Herent").await, town)
            .await
            .is_empty()
    );
    assert_eq!(
        preview(coordinator, town)
            .await
            .data("/retentionPreview/counts"),
        &json!([])
    );
}

/// GDPR article 5(1)(e), and who answers for it: the administrator and the municipality.
#[tokio::test]
async fn a_municipality_says_how_long_and_everybody_may_know() {
    let scene = Scene::set().await;
    let (town, coordinator) = (&scene.town, &scene.coordinator);
    let rule = sets(coordinator, town, "WITHDRAWN", 3).await.done();
    assert_eq!(
        rule.at("/history/nodes"),
        &json!([{ "kind": "retention.set", "from": "P6M", "to": "P3M" }])
    );
    let admin = town.admin().await;
    let again = sets(&admin, town, "WITHDRAWN", 4).await.done();
    assert_eq!((again.id.as_str(), again.version()), (rule.id.as_str(), 2));
    for months in [-1, 0, 1, 241] {
        let refused = sets(coordinator, town, "WITHDRAWN", months).await;
        assert_eq!(refused.user_errors()[0]["code"], "OUT_OF_RANGE");
    }
    let auditor = town.official(Role::Auditor).await;
    let herent = town.coordinator_of("Herent").await;
    let part = town.coordinator_in("Alsemberg").await;
    for stranger in [&scene.rosa, &auditor, &herent, &part] {
        let refused = sets(stranger, town, "WITHDRAWN", 12).await;
        assert_eq!(refused.user_errors()[0]["code"], "FORBIDDEN");
    }
    for stranger in [&scene.rosa, &herent, &part] {
        assert_eq!(preview(stranger, town).await.code(), "FORBIDDEN");
    }
    let query = "query($id: ID!) { retentionPeriods(municipality: $id) { ground months ruleId } }";
    let told = town
        .passer_by()
        .asks(query, json!({ "id": town.municipality("Beersel") }))
        .await;
    let told = told
        .data("/retentionPeriods")
        .as_array()
        .expect("periods")
        .clone();
    assert_eq!(told.len(), 11);
    let own = json!({ "ground": "WITHDRAWN", "months": 4, "ruleId": rule.id });
    let others = json!({ "ground": "DISMISSED", "months": 6, "ruleId": null });
    assert!(told.contains(&own) && told.contains(&others), "{told:?}");

    // The rule counts, and only for its ground.
    scene.rosa.withdraws(&scene.signal).await.done();
    town.wait(MONTH * 4);
    passes(town).await;
    assert_eq!(found(town).await, []);
}

/// GDPR article 17(3): what is held is neither removed by the run nor erased by request.
#[tokio::test]
async fn what_is_held_stays_until_it_is_lifted_or_over() {
    for on_resident in [true, false] {
        let scene = Scene::set().await;
        let (town, coordinator) = (&scene.town, &scene.coordinator);
        closed(&scene).await;
        let on = if on_resident {
            json!({ "resident": scene.maria })
        } else {
            json!({ "signal": scene.signal.id })
        };
        for stranger in [&scene.rosa, &town.official(Role::Auditor).await] {
            let refused = holds(stranger, on.clone(), None).await;
            assert!(["FORBIDDEN", "NOT_FOUND"].contains(&refused.refusal()));
        }
        let past = holds(coordinator, on.clone(), Some("2026-03-01T09:00:00Z")).await;
        assert_eq!(past.user_errors()[0]["code"], "OUT_OF_RANGE");
        let hold = holds(coordinator, on.clone(), None).await.done();
        assert_eq!(hold.at("/inForce"), true);
        let erase = json!({ "id": scene.maria });
        let refused = coordinator
            .does("residentErase", "resident", "id", erase.clone())
            .await;
        let error = &refused.user_errors()[0];
        assert_eq!(error["code"], "INVALID");
        let message = error["message"].as_str().expect("words");
        assert!(
            message.contains("17(3)") && message.contains(&hold.id),
            "{message}"
        );

        town.wait(MONTH * 25);
        let due = preview(coordinator, town).await;
        assert_eq!(due.data("/retentionPreview/counts"), &json!([]));
        passes(town).await;
        assert!(!found(town).await.is_empty(), "it is held");
        let history = coordinator
            .sees(
                &scene.signal,
                "history { nodes { kind } } resident { history { nodes { kind } } }",
            )
            .await
            .expect("it is there");
        assert!(history.to_string().contains("hold_placed"));

        let lift = json!({ "id": hold.id, "reason": "Settled" });
        let lifted = coordinator
            .does(
                "legalHoldLift",
                "legalHold",
                "id inForce liftReason",
                lift.clone(),
            )
            .await
            .done();
        assert_eq!(lifted.at("/inForce"), false);
        let twice = coordinator
            .does("legalHoldLift", "legalHold", "id", lift)
            .await;
        assert_eq!(twice.user_errors()[0]["code"], "INVALID");
        // The next day.
        town.wait(Duration::from_hours(24));
        passes(town).await;
        assert_eq!(found(town).await, []);
        let late = holds(coordinator, on, None).await;
        assert_eq!(late.user_errors()[0]["code"], "INVALID");
    }
}

/// GDPR article 5(2): several replicas, one run, each thing once; and a run that was broken off goes
/// on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_replicas_remove_once_and_record_one_run() {
    let scene = Scene::set().await;
    let (town, coordinator) = (&scene.town, &scene.coordinator);
    closed(&scene).await;
    let more = town.has_more_like(&scene.signal, 120).await.len();
    town.wait(MONTH * 25);
    let listed = preview(coordinator, town).await;
    // A part of it, as if the replica had ended then.
    let municipality = nabij_api::ids::parse(
        nabij_api::store::Kind::Municipality,
        &town.municipality("Beersel"),
    )
    .expect("an id");
    let day = town.now().date_naive();
    let cx = town.app().cx("relay");
    let went_on = nabij_api::domain::retention::run_some(&cx, municipality, day, 10).await;
    assert!(went_on.expect("ten are removed"));
    assert_eq!(runs(coordinator, town).await[0]["finishedAt"], Value::Null);
    futures_util::future::join_all((0..4).map(|_| passes(town))).await;
    passes(town).await;
    let run = runs(coordinator, town).await;
    assert_eq!(run.len(), 1);
    assert!(run[0]["finishedAt"].is_string());
    assert_eq!(&run[0]["removed"], listed.data("/retentionPreview/counts"));
    let signals = json!({ "ground": "HELPED_BY_PARTNER", "months": 24, "type": "signals",
        "count": more + 1 });
    let removed = run[0]["removed"].as_array().expect("counts");
    assert!(removed.contains(&signals), "{removed:?}");
    assert_eq!(found(town).await, []);
    passes(town).await;
    let all = retention_run::Entity::find().all(town.beneath()).await;
    assert_eq!(all.expect("runs").len(), 2, "one for each municipality");
}

/// GDPR article 5(2): two replicas that look at the same moment, when no run is there yet, begin one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_replicas_that_begin_at_once_begin_one_run() {
    let scene = Scene::set().await;
    let (town, coordinator) = (&scene.town, &scene.coordinator);
    closed(&scene).await;
    town.has_more_like(&scene.signal, 60).await;
    town.wait(MONTH * 25);
    let listed = preview(coordinator, town).await;
    futures_util::future::join_all((0..4).map(|_| passes(town))).await;
    // Whoever was turned away looks again after a while.
    passes(town).await;
    let run = runs(coordinator, town).await;
    assert_eq!(run.len(), 1);
    assert!(run[0]["finishedAt"].is_string());
    assert_eq!(&run[0]["removed"], listed.data("/retentionPreview/counts"));
    assert_eq!(found(town).await, []);
}

/// GDPR article 17(3): a hold that is placed at the same moment is there before the case is removed,
/// or is refused; never a hold on what is gone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hold_at_the_same_moment_holds_or_is_refused() {
    for on_resident in [true, false] {
        let scene = Scene::set().await;
        let (town, coordinator) = (&scene.town, &scene.coordinator);
        closed(&scene).await;
        town.wait(MONTH * 25);
        let on = if on_resident {
            json!({ "resident": scene.maria })
        } else {
            json!({ "signal": scene.signal.id })
        };
        let (placed, ()) = futures_util::join!(holds(coordinator, on, None), passes(town));
        passes(town).await;
        let is_kept = !found(town).await.is_empty();
        assert_eq!(
            placed.user_errors().is_empty(),
            is_kept,
            "{}",
            placed.text()
        );
    }
}

/// GDPR article 5(1)(e): who was written down and never had a case goes a year after that.
#[tokio::test]
async fn a_resident_who_never_had_a_case_goes_after_a_year() {
    let scene = Scene::set().await;
    let (town, coordinator) = (&scene.town, &scene.coordinator);
    let input = json!({ "neighbourhood": coordinator.neighbourhood,
        "particulars": { "givenName": "Lone" } });
    let resident = coordinator
        .does("residentRecord", "resident", "id", input)
        .await
        .done();
    town.wait(MONTH * 11);
    let early = preview(coordinator, town).await;
    assert_eq!(early.data("/retentionPreview/residents"), &json!([]));
    town.wait(MONTH * 2);
    let listed = preview(coordinator, town).await;
    let listed = listed.data("/retentionPreview");
    assert_eq!(listed["residents"], json!([resident.id]));
    let counts = json!([{ "ground": "NO_CASE", "months": 12, "type": "residents", "count": 1 }]);
    assert_eq!(listed["counts"], counts);
    passes(town).await;
    assert_eq!(runs(coordinator, town).await[0]["removed"], counts);
    let left: BTreeSet<String> = kept(town).await;
    assert!(!left.contains(&resident.id));
    assert!(left.contains(&scene.maria), "her case is open");
}

/// Chance that can be repeated.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// What is still kept of cases and people.
async fn kept(town: &Town) -> BTreeSet<String> {
    use nabij_api::{ids::type_id, store::Kind};
    let signals = signal::Entity::find().all(town.beneath()).await;
    let residents = resident::Entity::find().all(town.beneath()).await;
    let signals = signals.expect("signals").into_iter();
    let residents = residents.expect("residents").into_iter();
    signals
        .filter(|signal| signal.content_removed_at.is_none() && !signal.title.is_empty())
        .map(|signal| type_id(Kind::Signal, signal.id))
        .chain(
            residents
                .filter(|resident| resident.erased_at.is_none())
                .map(|resident| type_id(Kind::Resident, resident.id)),
        )
        .collect()
}

/// GDPR article 5(1)(e): the run removes what was listed, no more and no less, whatever the cases.
#[tokio::test]
async fn the_run_removes_exactly_what_was_listed() {
    for seed in 1..=3 {
        let mut dice = Dice(seed);
        let town = Town::start().await;
        let coordinator = town.coordinator().await;
        let mut people: Vec<String> = Vec::new();
        for n in 0..30 {
            let resident = match dice.below(3) {
                0 if !people.is_empty() => {
                    let at = dice.below(people.len() as u64);
                    Some(json!({ "id": people[usize::try_from(at).expect("small")] }))
                }
                1 => None,
                _ => Some(json!({ "new": { "givenName": format!("Person {n}") } })),
            };
            let mut need = Need::new(&format!("Need {n}"), &coordinator.neighbourhood);
            if let Some(resident) = resident {
                need = need.with("resident", resident);
            }
            let signal: Record = coordinator.submits(need).await.done();
            let seen = coordinator.sees(&signal, "resident { id }").await;
            let person = seen.expect("it is there")["resident"]["id"].clone();
            if let Some(person) = person.as_str()
                && !people.iter().any(|known| known == person)
            {
                people.push(person.to_owned());
            }
            match dice.below(4) {
                0 => drop(coordinator.dismisses(&signal, "OUT_OF_SCOPE").await.done()),
                1 => drop(coordinator.resolves(&signal, "COULD_NOT_HELP").await.done()),
                2 => drop(
                    coordinator
                        .resolves(&signal, "NO_LONGER_NEEDED")
                        .await
                        .done(),
                ),
                _ => {}
            }
            if dice.below(8) == 0 {
                let on = json!({ "signal": signal.id });
                let until = (town.now() + MONTH * 9).to_rfc3339();
                holds(&coordinator, on, Some(&until)).await.done();
            }
            town.wait(Duration::from_hours(24 * dice.below(40)));
        }
        for months in [0, 6, 7, 12] {
            town.wait(MONTH * months);
            let before = kept(&town).await;
            // Page by page.
            let mut listed = BTreeSet::new();
            let mut after = Value::Null;
            loop {
                let variables = json!({ "municipality": town.municipality("Beersel"), "first": 4,
                    "after": after });
                let page = coordinator.asks(PREVIEW, variables).await;
                let page = page.data("/retentionPreview").clone();
                let cases = page["cases"].as_array().expect("cases").iter();
                let ids = cases.map(|case| case["signalId"].clone());
                let residents = page["residents"].as_array().expect("residents").clone();
                for id in ids.chain(residents) {
                    let id = id.as_str().expect("an id").to_owned();
                    assert!(listed.insert(id), "listed twice");
                }
                after = page["endCursor"].clone();
                if after.is_null() {
                    break;
                }
            }
            passes(&town).await;
            let removed: BTreeSet<String> =
                before.difference(&kept(&town).await).cloned().collect();
            assert_eq!(removed, listed, "seed {seed}, after {months} months");
            town.wait(Duration::from_hours(24));
        }
    }
}
