//! Plans: their lineage over generations, what is in them, and the map of what people need.

use nabij_tests::{Need, Record, Town};
use serde_json::json;

use super::{asks_warm, costs};

const LINEAGE: &str = "query Lineage($id: ID!) { plan(id: $id) { id clonedFrom { id title } \
    ancestors(first: 50) { nodes { id neighbourhood { name } } } \
    descendants(first: 50) { nodes { id stage neighbourhood { name } clonedFrom { id } } } } }";
const INSIDE: &str = "query Inside { plans(first: 10) { nodes { id stage allowedActions \
    neighbourhood { name } facilitator { name } \
    sessions(first: 3) { nodes { headcount } } findings(first: 3) { nodes { kind text } } \
    actions(first: 3) { nodes { title allowedActions ownerPartner { name } } } \
    commitments(first: 3) { nodes { party what } } } } }";
const MAP: &str = "query Map($town: ID!) { careNeeds(municipality: $town) { \
    neighbourhood { name } category findings signals } }";

#[tokio::test]
async fn lineage_costs_the_same_over_any_number_of_generations() {
    let town = Town::start().await;
    let coordinator = town.coordinator().await;
    let (facilitator, partner) = (
        town.partner("LDC Beersel").await,
        town.partner("OCMW").await,
    );
    let input = json!({
        "neighbourhood": town.neighbourhood("Alsemberg"), "title": "Beersel cares",
        "facilitator": facilitator.partner,
    });
    let first = coordinator.begins_plan(input).await.done();
    let mut generations: Vec<Record> = vec![first];
    for name in ["Beersel", "Dworp", "Huizingen", "Lot"] {
        let last = generations.last().expect("there is a first").clone();
        coordinator.gets_adopted(&last, &partner).await;
        let next = coordinator
            .clones_plan(&last, &town.neighbourhood(name))
            .await;
        generations.push(next.done());
        for (place, plan) in generations.iter().enumerate() {
            let answer = asks_warm(&coordinator, LINEAGE, json!({ "id": plan.id })).await;
            costs(&answer, 3, place, "/plan/ancestors/nodes");
            let below = generations.len() - place - 1;
            costs(&answer, 3, below, "/plan/descendants/nodes");
        }
    }
}

#[tokio::test]
async fn plans_with_what_is_in_them_cost_the_same_whatever_their_number() {
    let town = Town::start().await;
    let coordinator = town.coordinator().await;
    for (number, name) in ["Alsemberg", "Dworp", "Lot"].iter().enumerate() {
        let place = town.neighbourhood(name);
        let input = json!({ "neighbourhood": place, "title": "It cares" });
        let plan = coordinator.begins_plan(input).await.done();
        let said = [("CARE_NEED", "CARE", "Alone with it"); 2];
        for _ in 0..=number {
            coordinator.holds_session(&plan, &said).await.done();
            let added = coordinator.adds_action(&plan, "A soup bar", json!({}));
            added.await.done();
        }
        coordinator
            .submits(Need::new("Nobody to talk to", &place))
            .await
            .done();
        let answer = asks_warm(&coordinator, INSIDE, json!({})).await;
        costs(&answer, 5, number + 1, "/plans/nodes");
        let beersel = json!({ "town": town.municipality("Beersel") });
        let answer = asks_warm(&coordinator, MAP, beersel).await;
        assert!(answer.data("/careNeeds/0").is_object(), "{}", answer.text());
        assert_eq!(answer.statements(), 3);
    }
}
