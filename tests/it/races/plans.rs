//! Plans: nobody endorses twice, a neighbourhood gets one clone, and nothing is anchored in a promise
//! that is just being taken back.

use futures_util::future::join_all;
use nabij_tests::{Person, Record, Town};
use serde_json::json;

use super::{Boxed, one_wins, rounds};

struct Scene {
    town: Town,
    coordinator: Person,
    facilitator: Person,
    partner: Person,
}

impl Scene {
    async fn set() -> Self {
        let town = Town::start().await;
        Self {
            coordinator: town.coordinator().await,
            facilitator: town.partner("LDC Beersel").await,
            partner: town.partner("OCMW Beersel").await,
            town,
        }
    }

    async fn plan(&self) -> Record {
        let input = json!({
            "neighbourhood": self.town.neighbourhood("Alsemberg"), "title": "Alsemberg cares",
            "facilitator": self.facilitator.partner,
        });
        self.facilitator.begins_plan(input).await.done()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_residents_endorse_a_plan_once() {
    let scene = Scene::set().await;
    let said = [("STRENGTH", "", "Neighbours greet each other")];
    for _ in 0..rounds() {
        let plan = scene.plan().await;
        scene.facilitator.holds_session(&plan, &said).await.done();
        scene.facilitator.drafts(&plan).await.done();
        let answers = join_all([
            Box::pin(scene.facilitator.endorses_for_residents(&plan, "By vote")) as Boxed,
            Box::pin(scene.coordinator.endorses_for_residents(&plan, "By list")),
        ])
        .await;
        one_wins(&answers, &["ALREADY_EXISTS"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_neighbourhood_gets_one_clone_of_a_plan() {
    let scene = Scene::set().await;
    let place = scene.town.neighbourhood("Dworp");
    for _ in 0..rounds() {
        let plan = scene.plan().await;
        let plan = scene.coordinator.gets_adopted(&plan, &scene.partner).await;
        let answers = join_all([
            Box::pin(scene.facilitator.clones_plan(&plan, &place)) as Boxed,
            Box::pin(scene.coordinator.clones_plan(&plan, &place)),
        ])
        .await;
        one_wins(&answers, &["ALREADY_EXISTS"]);
        let clones = "clones { totalCount } descendants { totalCount }";
        let seen = scene.coordinator.sees(&plan, clones).await.expect("seen");
        assert_eq!(seen["clones"]["totalCount"], 1, "{seen}");
        assert_eq!(seen["descendants"]["totalCount"], 1, "{seen}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_is_not_anchored_in_a_promise_that_was_taken_back() {
    let scene = Scene::set().await;
    for _ in 0..rounds() {
        let plan = scene.plan().await;
        scene.coordinator.gets_adopted(&plan, &scene.partner).await;
        scene.coordinator.executes(&plan).await.done();
        scene.coordinator.evaluates(&plan, "Soup").await.done();
        let promise = scene.partner.commits_itself(&plan, "A room").await.done();
        let answers = join_all([
            Box::pin(scene.coordinator.anchors(&plan)) as Boxed,
            Box::pin(scene.partner.ends_commitment(&promise, "2026-12-31")),
        ])
        .await;
        assert_eq!(
            answers[1].refusal(),
            "",
            "a promise can be ended at any time"
        );
        let fields = "history(last: 2) { nodes { kind } }";
        let seen = scene.coordinator.sees(&plan, fields).await.expect("seen");
        let last: Vec<&str> = seen["history"]["nodes"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|event| event["kind"].as_str())
            .collect();
        match answers[0].refusal() {
            "" => assert_eq!(last, ["plan.anchored", "plan.commitment_ended"]),
            "INVALID" => assert_eq!(last, ["plan.commitment_made", "plan.commitment_ended"]),
            other => panic!("{other}: {}", answers[0].text()),
        }
    }
}
