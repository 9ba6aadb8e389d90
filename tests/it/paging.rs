//! Paging: whatever the order, the page sizes and the direction, every row that was there at the
//! start comes exactly once and in order, while rows are being added. Cursors that are not of this
//! list are refused.

use nabij_tests::{Person, Record, Town};
use proptest::{
    collection::vec,
    prelude::{ProptestConfig, Strategy, any},
    sample::select,
    test_runner::TestRunner,
};
use serde_json::{Value, json};

/// Orders of the list of signals, some with many equal values.
const ORDERS: [&str; 6] = [
    "[]",
    r#"[{"field":"CREATED_AT","direction":"ASC"}]"#,
    r#"[{"field":"CREATED_AT","direction":"DESC"}]"#,
    r#"[{"field":"DUE_AT","direction":"ASC"}]"#,
    r#"[{"field":"UPDATED_AT","direction":"DESC"},{"field":"DUE_AT","direction":"ASC"}]"#,
    r#"[{"field":"DUE_AT","direction":"DESC"},{"field":"CREATED_AT","direction":"ASC"}]"#,
];

const PAGE: &str = "query Page($order: [SignalOrder!], $first: Int, $after: String, $last: Int, \
    $before: String) { signals(orderBy: $order, first: $first, after: $after, last: $last, \
    before: $before) { nodes { id } edges { cursor node { id } } \
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }";
const ALONG: &str = "query Along($place: ID!, $first: Int, $after: String, $last: Int, \
    $before: String) { neighbourhood(id: $place) { signals(first: $first, after: $after, \
    last: $last, before: $before) { nodes { id } edges { cursor node { id } } \
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }";

/// Which list is paged through.
#[derive(Clone, Debug)]
enum List {
    /// All signals, in this order.
    Root(&'static str),
    /// Those of a neighbourhood.
    Along,
}

#[derive(Clone, Debug)]
struct Walk {
    list: List,
    backwards: bool,
    sizes: Vec<u8>,
    /// After which pages rows are added.
    added: Vec<bool>,
}

fn walk() -> impl Strategy<Value = Walk> {
    let list = (any::<bool>(), select(&ORDERS[..])).prop_map(|(along, order)| {
        if along {
            List::Along
        } else {
            List::Root(order)
        }
    });
    let (sizes, added) = (vec(1..12_u8, 6), vec(any::<bool>(), 6));
    (list, any::<bool>(), sizes, added).prop_map(|(list, backwards, sizes, added)| Walk {
        list,
        backwards,
        sizes,
        added,
    })
}

struct Scene {
    town: Town,
    coordinator: Person,
    /// The first of all.
    first: Record,
}

impl Scene {
    /// Some forty signals, three by three at one moment.
    async fn set() -> Self {
        let town = Town::start().await;
        let coordinator = town.coordinator().await;
        let first = coordinator
            .signals("Stairs too steep", "NORMAL")
            .await
            .done();
        town.has_more_like(&first, 39).await;
        Self {
            town,
            coordinator,
            first,
        }
    }

    async fn page(&self, list: &List, window: &Value) -> Value {
        let mut variables = window.clone();
        let (query, at) = match list {
            List::Root(order) => {
                variables["order"] = serde_json::from_str(order).expect("an order");
                (PAGE, "/signals")
            }
            List::Along => {
                variables["place"] = json!(self.coordinator.neighbourhood);
                (ALONG, "/neighbourhood/signals")
            }
        };
        self.coordinator
            .asks(query, variables)
            .await
            .data(at)
            .clone()
    }

    /// The ids of the whole list, in order, a hundred at a time.
    async fn whole(&self, list: &List) -> Vec<String> {
        let mut all = Vec::new();
        let mut after = Value::Null;
        loop {
            let page = self
                .page(list, &json!({ "first": 100, "after": after }))
                .await;
            all.extend(ids(&page));
            if page["pageInfo"]["hasNextPage"] != true {
                return all;
            }
            after = page["pageInfo"]["endCursor"].clone();
        }
    }
}

fn ids(page: &Value) -> Vec<String> {
    let nodes = page["nodes"].as_array().expect("nodes");
    let ids: Vec<String> = nodes
        .iter()
        .filter_map(|node| node["id"].as_str().map(str::to_owned))
        .collect();
    let edges = page["edges"].as_array().expect("edges");
    let of_edges: Vec<&str> = edges
        .iter()
        .filter_map(|edge| edge["node"]["id"].as_str())
        .collect();
    assert_eq!(ids, of_edges);
    if let (Some(first), Some(last)) = (edges.first(), edges.last()) {
        assert_eq!(page["pageInfo"]["startCursor"], first["cursor"]);
        assert_eq!(page["pageInfo"]["endCursor"], last["cursor"]);
    }
    ids
}

async fn walks(scene: &Scene, walk: Walk) {
    let before = scene.whole(&walk.list).await;
    let mut seen: Vec<String> = Vec::new();
    let mut cursor = Value::Null;
    for turn in 0.. {
        assert!(turn < 500, "it never ends");
        let size = walk.sizes[turn % walk.sizes.len()];
        let window = if walk.backwards {
            json!({ "last": size, "before": cursor })
        } else {
            json!({ "first": size, "after": cursor })
        };
        let page = scene.page(&walk.list, &window).await;
        let found = ids(&page);
        assert!(found.len() <= usize::from(size));
        let info = &page["pageInfo"];
        let (more, back, next) = if walk.backwards {
            seen.splice(0..0, found);
            (
                &info["hasPreviousPage"],
                &info["hasNextPage"],
                &info["startCursor"],
            )
        } else {
            seen.extend(found);
            (
                &info["hasNextPage"],
                &info["hasPreviousPage"],
                &info["endCursor"],
            )
        };
        assert_eq!(back, turn > 0, "where it came from");
        if more != true {
            break;
        }
        cursor = next.clone();
        if turn < walk.added.len() && walk.added[turn] {
            // Among the others, and at their end.
            scene.town.has_more_like(&scene.first, 2).await;
            scene.coordinator.signals("One more", "ACUTE").await.done();
        }
    }
    let mut once = seen.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), seen.len(), "a row came twice");
    // Those that were there at the start, in the order they had.
    let old: Vec<&String> = seen.iter().filter(|id| before.contains(id)).collect();
    assert_eq!(old, before.iter().collect::<Vec<_>>());
    // And all that were seen, in the order of the whole.
    let after = scene.whole(&walk.list).await;
    let in_order: Vec<&String> = after.iter().filter(|id| seen.contains(id)).collect();
    assert_eq!(seen.iter().collect::<Vec<_>>(), in_order);
}

#[test]
fn every_row_comes_once_and_in_order_while_rows_are_added() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime can be made");
    let scene = runtime.block_on(Scene::set());
    let config = ProptestConfig {
        cases: 16,
        max_shrink_iters: 40,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    TestRunner::new(config)
        .run(&walk(), |walk| {
            runtime.block_on(walks(&scene, walk));
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
}

#[tokio::test]
async fn a_cursor_of_another_order_is_refused_by_name() {
    let scene = Scene::set().await;
    for from in ORDERS {
        let page = scene.page(&List::Root(from), &json!({ "first": 3 })).await;
        let cursor = &page["pageInfo"]["endCursor"];
        for to in ORDERS {
            for side in ["after", "before"] {
                let order: Value = serde_json::from_str(to).expect("an order");
                let variables = json!({ "order": order, side: cursor });
                let answer = scene.coordinator.asks(PAGE, variables).await;
                // No order is the newest first.
                let name = |order: &'static str| if order == "[]" { ORDERS[2] } else { order };
                if name(from) == name(to) {
                    assert!(answer.errors().is_empty(), "{}", answer.text());
                } else {
                    assert_eq!(answer.code(), "BAD_USER_INPUT", "{from} in {to}");
                    let message = answer.errors()[0]["message"].as_str().unwrap_or_default();
                    assert!(message.contains("another order"), "{message}");
                }
            }
        }
    }
}

#[tokio::test]
async fn bent_cursors_are_refused() {
    let scene = Scene::set().await;
    let order = List::Root(ORDERS[2]);
    let page = scene.page(&order, &json!({ "first": 3 })).await;
    let cursor = page["pageInfo"]["endCursor"].as_str().expect("a cursor");
    let refused = async |text: &str| {
        let variables =
            json!({ "order": [{ "field": "CREATED_AT", "direction": "DESC" }], "after": text });
        let answer = scene.coordinator.asks(PAGE, variables).await;
        assert_eq!(
            (answer.status(), answer.code()),
            (200, "BAD_USER_INPUT"),
            "{}",
            answer.text()
        );
        assert!(
            text.len() < 8 || !answer.text().contains(text),
            "it repeats the cursor"
        );
    };
    for text in [
        "",
        "x",
        "null",
        "AAAA",
        "W10",
        "e30",
        "\u{0}",
        "%00",
        "💥💥💥💥",
    ] {
        refused(text).await;
    }
    refused(&cursor[..cursor.len() / 2]).await;
    refused(&format!("{cursor}{cursor}")).await;
    refused(&format!(" {cursor}")).await;
    refused(&"A".repeat(100_000)).await;

    // One character after the other: refused, or a place in the list; never a failure.
    for at in (0..cursor.len()).step_by(3) {
        let mut bent = cursor.as_bytes().to_vec();
        bent[at] = if bent[at] == b'A' { b'B' } else { b'A' };
        let bent = String::from_utf8(bent).expect("ASCII");
        let variables =
            json!({ "order": [{ "field": "CREATED_AT", "direction": "DESC" }], "after": bent });
        let answer = scene.coordinator.asks(PAGE, variables).await;
        assert_eq!(answer.status(), 200);
        assert!(
            answer.errors().is_empty() || answer.code() == "BAD_USER_INPUT",
            "{}",
            answer.text()
        );
    }
}

#[tokio::test]
async fn two_rows_that_lead_to_one_record_both_show_its_lists() {
    let town = Town::start().await;
    let rosa = town.ambassador("Rosa", &["Alsemberg"]).await;
    town.partner("OCMW Beersel").await;
    for title in ["The stairs are too steep", "The lift is broken"] {
        rosa.signals(title, "NORMAL").await.done();
    }
    let query = "{ signals(first: 5) { nodes { neighbourhood { partners(first: 5) { totalCount \
        nodes { name neighbourhoods(first: 9) { totalCount } } } } } } }";
    let answer = rosa.asks(query, json!({})).await;
    let partners = json!({ "neighbourhood": { "partners": { "totalCount": 1, "nodes": [
        { "name": "OCMW Beersel", "neighbourhoods": { "totalCount": 5 } },
    ] } } });
    assert_eq!(answer.data("/signals/nodes"), &json!([partners, partners]));
}
