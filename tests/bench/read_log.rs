//! What writing down every read of a person costs: the same residents with and without a field of
//! personal data, in turns. On SQLite, or where `TEST_DATABASE_URL` points.

use std::time::{Duration, Instant};

use nabij_tests::Town;
use serde_json::json;

const ROUNDS: usize = 200;
const RESIDENTS: usize = 100;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let town = Town::start().await;
    let coordinator = town.coordinator().await;
    for n in 0..RESIDENTS {
        let name = json!({ "givenName": format!("Person {n}") });
        let input = json!({ "neighbourhood": coordinator.neighbourhood, "particulars": name });
        coordinator
            .does("residentRecord", "resident", "id", input)
            .await
            .done();
    }
    for page in [1, 20, RESIDENTS] {
        let (mut without, mut with) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            for (field, times) in [("id", &mut without), ("givenName", &mut with)] {
                let query = format!("{{ residents(first: {page}) {{ nodes {{ {field} }} }} }}");
                let began = Instant::now();
                let answer = coordinator.asks(&query, json!({})).await;
                times.push(began.elapsed());
                assert!(answer.errors().is_empty(), "{:?}", answer.errors());
            }
        }
        println!(
            "{page:>3} residents: {:>8.1?} by id, {:>8.1?} by name",
            median(without),
            median(with)
        );
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
