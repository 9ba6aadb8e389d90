//! The figures: the same as a count by hand, in few statements, and for nobody but the
//! coordinator (GDPR article 5(1)(c); small counts: docs/adr/0010).

use chrono::{DateTime, TimeDelta, Utc};
use nabij_api::{ids, store::Kind};
use nabij_tests::{Answer, Period, Person, Town};
use serde_json::{Value, json};
use uuid::Uuid;

mod naive;
pub(crate) mod random;
mod subtraction;

use naive::Count;
use random::World;

const PERIOD: Period<'static> = ("2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z");
/// Random worlds by default; as many as `NABIJ_ROUNDS` says.
const ROUNDS: u64 = 4;

fn moments((from, until): Period<'_>) -> (DateTime<Utc>, DateTime<Utc>) {
    let read = |text: &str| text.parse().expect("a moment");
    (read(from), read(until))
}

/// All figures: who asks, their roles; the places; a statement for each part; the neighbourhoods.
const STATEMENTS: u64 = 9;

struct Scene {
    town: Town,
    coordinator: Person,
    partner: Person,
}

impl Scene {
    async fn set() -> Self {
        let town = Town::start().await;
        let coordinator = town.coordinator().await;
        let partner = town.partner("OCMW Beersel").await;
        Self {
            town,
            coordinator,
            partner,
        }
    }

    async fn world(&self, seed: u64) -> World {
        let by = (&self.coordinator, &self.partner);
        World::arise(&self.town, seed, moments(PERIOD), by).await
    }

    fn places(&self, names: &[&str]) -> Vec<Uuid> {
        let id = |name: &&str| {
            ids::parse(Kind::Neighbourhood, &self.town.neighbourhood(name)).expect("an id")
        };
        names.iter().map(id).collect()
    }

    fn beersel(&self) -> Value {
        json!({ "municipality": self.town.municipality("Beersel") })
    }
}

const BEERSEL: [&str; 5] = ["Alsemberg", "Beersel", "Dworp", "Huizingen", "Lot"];

/// The threshold below which no count of people is told.
const STEP: i64 = 5;

/// What is told agrees with what is counted by hand: activities exactly; people as "at least", rounded
/// down, a count by a code exactly so. A sum may be told lower, so that it tells nothing of its parts.
fn agrees(told: &Value, counted: &Value, at: &str) {
    if counted["suppressed"].is_boolean() && counted.get("value").is_some() {
        return count_agrees(told, counted, at);
    }
    match counted {
        Value::Object(parts) if parts.contains_key("seconds") => {
            let of = told["of"]["value"].as_i64();
            let seconds = counted["seconds"].as_i64().filter(|_| of.is_some());
            let hours = seconds.map(|seconds| (seconds + 1_800) / 3_600 * 3_600);
            assert_eq!(told["seconds"].as_i64(), hours, "{at}");
            assert_eq!(told["suppressed"], hours.is_none(), "{at}");
        }
        Value::Object(parts) if parts.contains_key("rate") => {
            for part in ["part", "of"] {
                agrees(&told[part], &counted[part], &format!("{at}.sum"));
            }
            let [part, of] = ["part", "of"].map(|part| told[part]["value"].as_f64());
            let rate = part
                .zip(of)
                .map(|(part, of)| (part / of * 100.0).round() / 100.0);
            assert_eq!(told["rate"].as_f64(), rate, "{at}");
        }
        Value::Object(parts) => {
            for (part, counted) in parts {
                agrees(&told[part], counted, &format!("{at}.{part}"));
            }
        }
        Value::Array(counted) if at.contains("notReached") => {
            let told = told.as_array().expect("a list");
            assert!(counted.iter().all(|missed| told.contains(missed)), "{at}");
        }
        Value::Array(lines) => {
            for (nth, counted) in lines.iter().enumerate() {
                agrees(&told[nth], counted, &format!("{at}.{nth}"));
            }
        }
        counted => assert_eq!(told, counted, "{at}"),
    }
}

fn count_agrees(told: &Value, counted: &Value, at: &str) {
    let exact = counted["value"].as_i64().expect("a number");
    let is_public = at.contains("activities") && !at.contains("attendance");
    if is_public {
        assert_eq!(told, counted, "{at}");
        return;
    }
    let found = told["value"].as_i64();
    assert_eq!(told["suppressed"], found.is_none(), "{at}");
    assert_ne!(found, Some(0), "{at}");
    let found = found.unwrap_or(0);
    assert_eq!(found % STEP, 0, "{at}");
    assert!(found <= exact, "{at}: {found} of {exact}");
    let is_sum = ["total", "sum", "residents", "whole"]
        .iter()
        .any(|sum| at.contains(sum));
    assert!(is_sum || found > exact - STEP, "{at}: {found} of {exact}");
}

#[tokio::test]
async fn the_figures_are_those_of_a_count_by_hand() {
    let rounds = std::env::var("NABIJ_ROUNDS").ok();
    let rounds = rounds.and_then(|rounds| rounds.parse().ok());
    for seed in 0..rounds.unwrap_or(ROUNDS) {
        let scene = Scene::set().await;
        let world = scene.world(seed).await;
        let whole = scene.places(&BEERSEL);
        let answer = scene
            .coordinator
            .asks_every_figure(scene.beersel(), PERIOD)
            .await;
        let total = answer.data("/statistics/total");
        let counted = Count::of(&world, &whole, moments(PERIOD)).figures();
        agrees(total, &counted, &format!("seed {seed}: whole"));
        assert!(
            total["signals"]["total"]["value"].as_i64() > Some(50),
            "something is told"
        );
        for (n, place) in whole.iter().enumerate() {
            let told = answer.data(&format!("/statistics/neighbourhoods/{n}/figures"));
            let counted = Count::of(&world, &[*place], moments(PERIOD)).figures();
            agrees(told, &counted, &format!("seed {seed}: place {n}"));
        }
        // Two of them: the rest doesn't count, and no more is told than of each.
        let two = ["Dworp", "Lot"];
        let named = json!({ "neighbourhoods": two.map(|name| scene.town.neighbourhood(name)) });
        let answer = scene.coordinator.asks_every_figure(named, PERIOD).await;
        let places = scene.places(&two);
        let counted = Count::of(&world, &places, moments(PERIOD)).figures();
        let total = answer.data("/statistics/total");
        let mut counted = counted;
        counted.as_object_mut().expect("figures").remove("waits");
        agrees(total, &counted, &format!("seed {seed}: whole of two"));
        assert!(total["waits"]["signalToFirstContact"]["suppressed"] == true);
        assert_eq!(
            answer.data("/statistics/neighbourhoods/1/neighbourhood/name"),
            "Lot"
        );
    }
}

#[tokio::test]
async fn few_statements_whatever_the_number_of_rows_and_places() {
    let scene = Scene::set().await;
    let ask = async |places: Value| {
        let _cold = scene
            .coordinator
            .asks_every_figure(places.clone(), PERIOD)
            .await;
        scene.coordinator.asks_every_figure(places, PERIOD).await
    };
    let one = json!({ "neighbourhoods": [scene.town.neighbourhood("Dworp")] });
    let empty = ask(one.clone()).await;
    assert!(empty.statements() <= STATEMENTS, "{}", empty.statements());
    for seed in 10..13 {
        scene.world(seed).await;
        for places in [one.clone(), scene.beersel()] {
            let full = ask(places).await;
            assert_eq!(full.statements(), empty.statements());
        }
    }
    // It has its price: a few of them fit in one request, not many.
    let cost = |answer: &Answer| answer.body()["extensions"]["cost"]["requested"].as_u64();
    let price = cost(&ask(one.clone()).await).expect("every answer says its cost");
    assert!((50..=300).contains(&price), "{price}");
    let below = "query Below($places: StatisticsPlaces!) { statistics(places: $places, \
        from: \"2026-01-01T00:00:00Z\", until: \"2026-02-01T00:00:00Z\") { neighbourhoods { \
        neighbourhood { signals(first: 50) { nodes { id } } } } } }";
    let dear = scene
        .coordinator
        .asks(below, json!({ "places": scene.beersel() }))
        .await;
    assert_eq!(dear.code(), "QUERY_TOO_EXPENSIVE", "{}", dear.text());
    // Only what is selected is counted: the places, and one part.
    let answer = scene
        .coordinator
        .asks_figures(scene.beersel(), PERIOD, "peopleHelped { value }")
        .await;
    assert_eq!(answer.statements(), 3, "{}", answer.text());
    let total = "query Total($places: StatisticsPlaces!, $from: DateTime!, $until: DateTime!) { \
        statistics(places: $places, from: $from, until: $until) { total { \
        reach { residents { value } byAgeBand { ageBand } } } } }";
    let (from, until) = PERIOD;
    let variables = json!({ "places": scene.beersel(), "from": from, "until": until });
    let answer = scene.coordinator.asks(total, variables).await;
    assert_eq!(answer.statements(), 2, "{}", answer.text());
}

#[tokio::test]
async fn nobody_but_the_places_coordinators_gets_figures() {
    let scene = Scene::set().await;
    let town = &scene.town;
    let alsemberg = json!({ "neighbourhoods": [town.neighbourhood("Alsemberg")] });
    let ask = async |who: &Person, places: &Value| {
        who.asks_figures(places.clone(), PERIOD, "signals { total { value } }")
            .await
    };
    let local = town.coordinator_in("Alsemberg").await;
    let herent = town.coordinator_of("Herent").await;
    for (who, places) in [
        (&local, alsemberg.clone()),
        (&scene.coordinator, alsemberg.clone()),
        (&scene.coordinator, scene.beersel()),
        (
            &herent,
            json!({ "municipality": town.municipality("Herent") }),
        ),
    ] {
        let answer = ask(who, &places).await;
        let none = json!({ "value": null });
        assert_eq!(answer.data("/statistics/total/signals/total"), &none);
    }
    let both = ["Alsemberg", "Lot"].map(|name| town.neighbourhood(name));
    let both = json!({ "neighbourhoods": both });
    let rosa = town.ambassador("Rosa", &["Alsemberg"]).await;
    let auditor = town.official(nabij_entity::role_grant::Role::Auditor).await;
    let (admin, anybody) = (town.admin().await, town.passer_by());
    for (who, places) in [
        (&local, &scene.beersel()),
        (&local, &both),
        (&herent, &alsemberg),
        (&herent, &scene.beersel()),
        (&rosa, &alsemberg),
        (&scene.partner, &alsemberg),
        (&auditor, &scene.beersel()),
        (&admin, &scene.beersel()),
        (&anybody, &alsemberg),
    ] {
        let answer = ask(who, places).await;
        assert_eq!(answer.code(), "FORBIDDEN", "{}", answer.text());
        assert!(answer.data_despite_errors("/statistics").is_null());
        assert_eq!(answer.status(), 200);
    }
    // A role that has ended counts at once, also where it was known a moment ago.
    let answer = ask(&local, &alsemberg).await;
    assert!(answer.data("/statistics/total").is_object());
    town.ends_roles_of(&local).await;
    assert_eq!(ask(&local, &alsemberg).await.code(), "FORBIDDEN");
    town.blocks(&local).await;
    assert_eq!(ask(&local, &alsemberg).await.status(), 401);
}

#[tokio::test]
async fn what_cannot_be_asked_is_answered_with_what_can() {
    let scene = Scene::set().await;
    let (who, beersel) = (&scene.coordinator, scene.beersel());
    let ask = async |places: Value, period: Period<'_>| {
        who.asks_figures(places, period, "peopleHelped { value }")
            .await
    };
    for period in [
        ("2026-03-01T00:00:00Z", "2026-03-01T00:00:00Z"),
        ("2026-03-02T00:00:00Z", "2026-03-01T00:00:00Z"),
        ("2016-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
        // Neither moved nor in between: their differences would tell of a few days.
        ("2026-02-02T00:00:00Z", "2026-03-02T00:00:00Z"),
        ("2026-03-01T00:00:00Z", "2026-06-01T00:00:00Z"),
        ("2026-02-01T00:00:00Z", "2026-03-01T00:00:00.000001Z"),
    ] {
        let answer = ask(beersel.clone(), period).await;
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{}", answer.text());
    }
    let hundred_and_one = vec![scene.town.neighbourhood("Lot"); 101];
    for places in [
        json!({ "neighbourhoods": [] }),
        json!({ "neighbourhoods": hundred_and_one }),
        json!({ "neighbourhoods": [scene.town.municipality("Beersel")] }),
    ] {
        let answer = ask(places, PERIOD).await;
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{}", answer.text());
    }
    // What isn't there is null, as everywhere; the same one named twice counts once.
    let nowhere = ids::type_id(Kind::Neighbourhood, Uuid::from_u128(7));
    let lot = scene.town.neighbourhood("Lot");
    for places in [
        json!({ "neighbourhoods": [nowhere, lot] }),
        json!({ "municipality": ids::type_id(Kind::Municipality, Uuid::from_u128(7)) }),
    ] {
        assert!(ask(places, PERIOD).await.data("/statistics").is_null());
    }
    let twice = ask(json!({ "neighbourhoods": [lot, lot] }), PERIOD).await;
    let places = twice.data("/statistics/neighbourhoods").as_array();
    assert_eq!(places.map(Vec::len), Some(1));
    // A municipality in which there is no neighbourhood yet has figures of nothing.
    let admin = scene.town.admin().await;
    let tienen = admin.enters_municipality("Tienen", "24107").await.done();
    let anna = admin.registers("Anna").await;
    let there = json!({ "municipality": tienen.id });
    admin
        .gives(&anna, "COORDINATOR", there.clone())
        .await
        .done();
    let answer = anna.asks_every_figure(there, PERIOD).await;
    assert_eq!(answer.data("/statistics/neighbourhoods"), &json!([]));
    let none = json!({ "value": null, "suppressed": true });
    assert_eq!(answer.data("/statistics/total/peopleHelped"), &none);
}

#[tokio::test]
async fn ages_are_told_in_the_year_in_which_the_period_ends() {
    let scene = Scene::set().await;
    for day in [0, 400] {
        scene
            .town
            .wait(TimeDelta::days(day).to_std().expect("positive"));
        for _ in 0..STEP {
            let need = nabij_tests::Need::new("Stairs too steep", &scene.town.neighbourhood("Lot"))
                .with("resident", json!({ "new": { "birthYear": 1942 } }));
            scene.coordinator.submits(need).await.done();
        }
    }
    let band = async |year: i32| {
        let (from, until) = [year, year + 1]
            .map(|year| format!("{year}-01-01T00:00:00Z"))
            .into();
        let figures = "signals { byAgeBand { ageBand count { value } } }";
        let answer = scene
            .coordinator
            .asks_figures(scene.beersel(), (&from, &until), figures)
            .await;
        let bands = answer.data("/statistics/total/signals/byAgeBand");
        let lines = bands.as_array().expect("a line per band");
        let found = lines.iter().find(|line| line["count"]["value"] == STEP);
        found.expect("the signals of that year")["ageBand"].clone()
    };
    // They reach 84 in 2026 and 85 in 2027.
    assert_eq!(band(2026).await, "FROM_75_TO_84");
    assert_eq!(band(2027).await, "FROM_85");
}
