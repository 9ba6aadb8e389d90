//! Ways around what is withheld: searching for it, counting it, reading it out of traces (GDPR articles
//! 5(1)(c), 5(1)(f) and 25).

use nabij_entity::{access_log, event, role_grant::Role};
use nabij_tests::{Need, Person, Record, Request, Town};
use sea_orm::EntityTrait;
use serde_json::{Value, json};

/// Maria's signal, referred to the welfare centre, which may phone her and nothing else.
struct Scene {
    town: Town,
    coordinator: Person,
    welfare: Person,
    signal: Record,
    referral: Record,
}

impl Scene {
    async fn set() -> Self {
        let town = Town::start().await;
        let coordinator = town.coordinator().await;
        let welfare = town.partner("OCMW Beersel").await;
        let maria = json!({ "new": {
            "givenName": "Maria", "familyName": "Peeters", "birthYear": 1938,
            "notes": "Lives with a parrot", "contact": { "phone": "+3223591616" },
        } });
        let need = Need::new("Stairs too steep", &coordinator.neighbourhood)
            .with("text", "Maria Peeters fell in the bathroom")
            .with("resident", maria);
        let signal = coordinator.submits(need).await.done();
        let request = Request::to(&welfare).on("PUBLIC_TASK", &["PHONE"]);
        let referral = coordinator.refers_by(&signal, request).await.done();
        Self {
            town,
            coordinator,
            welfare,
            signal,
            referral,
        }
    }
}

#[tokio::test]
async fn what_is_withheld_can_not_be_searched_for() {
    let scene = Scene::set().await;
    let query =
        "query($where: ResidentWhere!) { residents(where: $where) { totalCount nodes { id } } }";
    let whom = scene
        .welfare
        .sees(&scene.referral, "resident { givenName birthYear }")
        .await;
    assert_eq!(
        whom,
        Some(json!({ "resident": { "givenName": null, "birthYear": null } }))
    );
    for (right, wrong) in [
        (
            json!({ "familyName": { "eq": "Peeters" } }),
            json!({ "familyName": { "eq": "Peters" } }),
        ),
        (
            json!({ "familyName": { "contains": "eet" } }),
            json!({ "familyName": { "contains": "zzz" } }),
        ),
        (
            json!({ "givenName": { "in": ["Maria"] } }),
            json!({ "givenName": { "in": ["Marie"] } }),
        ),
        (
            json!({ "birthYear": { "gte": 1938 } }),
            json!({ "birthYear": { "gte": 1939 } }),
        ),
        (
            json!({ "birthYear": { "lt": 1939 } }),
            json!({ "birthYear": { "lt": 1938 } }),
        ),
        (
            json!({ "not": { "familyName": { "eq": "Peeters" } } }),
            json!({ "not": { "familyName": { "eq": "Peters" } } }),
        ),
        (
            json!({ "or": [{ "birthYear": { "eq": 1938 } }, { "familyName": { "eq": "x" } }] }),
            json!({ "or": [{ "birthYear": { "eq": 1939 } }, { "familyName": { "eq": "x" } }] }),
        ),
    ] {
        let hit = scene.welfare.asks(query, json!({ "where": right })).await;
        let miss = scene.welfare.asks(query, json!({ "where": wrong })).await;
        assert!(hit.errors().is_empty(), "{}", hit.text());
        assert_eq!(
            hit.less_request_id(),
            miss.less_request_id(),
            "{right} tells"
        );
        // Whoever sees it may search for it.
        let seen = scene
            .coordinator
            .asks(query, json!({ "where": right }))
            .await;
        let missed = scene
            .coordinator
            .asks(query, json!({ "where": wrong }))
            .await;
        assert_ne!(
            seen.data("/residents/totalCount"),
            missed.data("/residents/totalCount")
        );
    }
}

#[tokio::test]
async fn traces_hold_codes_and_no_persons() {
    let scene = Scene::set().await;
    scene.welfare.accepts(&scene.referral).await.done();
    let note = json!({ "outcome": "GOT_HELP", "note": "Maria Peeters has a stair lift" });
    scene
        .welfare
        .takes("Complete", &scene.referral, note)
        .await
        .done();
    scene
        .coordinator
        .resolves(&scene.signal, "HELPED_BY_PARTNER")
        .await
        .done();

    let events = event::Entity::find()
        .all(scene.town.beneath())
        .await
        .expect("events");
    assert!(events.len() >= 6, "{events:?}");
    for event in events {
        let told = event.data.to_string();
        for word in [
            "Maria",
            "Peeters",
            "1938",
            "parrot",
            "3223591616",
            "Stairs",
            "stair lift",
        ] {
            assert!(!told.contains(word), "{} tells {told}", event.kind);
        }
    }
}

#[tokio::test]
async fn reading_how_to_reach_somebody_is_written_down() {
    let scene = Scene::set().await;
    let log = async || {
        let rows = access_log::Entity::find().all(scene.town.beneath()).await;
        rows.expect("the access log")
    };
    let asks =
        |purpose: &str| format!("resident {{ contact(purpose: {purpose}) {{ phone email }} }}");
    let nothing = scene.welfare.sees(&scene.referral, "resident { id }").await;
    assert!(nothing.is_some());
    assert_eq!(log().await.len(), 0, "nothing was read yet");

    let read = scene
        .welfare
        .sees(&scene.referral, &asks("REFERRAL_EXECUTION"))
        .await;
    let read = read.expect("it is for them");
    assert_eq!(read["resident"]["contact"]["phone"], "+3223591616");
    let rows = log().await;
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].fields, "PHONE", "what isn't on record isn't read");
    assert_eq!(
        rows[0].purpose,
        access_log::AccessPurpose::ReferralExecution
    );
    assert!(rows[0].partner_id.is_some());
    assert!(
        !format!("{:?}", rows[0]).contains("3591616"),
        "what was read is not in the log"
    );

    // Without a purpose there is no question at all.
    let query = "query($id: ID!) { referral(id: $id) { resident { contact { phone } } } }";
    let asked = scene
        .welfare
        .asks(query, json!({ "id": scene.referral.id }))
        .await;
    assert_eq!(
        (asked.status(), asked.code()),
        (400, "GRAPHQL_VALIDATION_FAILED")
    );
    assert_eq!(log().await.len(), 1);
}

#[tokio::test]
async fn nothing_of_a_town_is_listed_or_counted_for_another() {
    let scene = Scene::set().await;
    let town = &scene.town;
    let strangers = [
        town.coordinator_of("Herent").await,
        town.coordinator_in("Lot").await,
        town.partner_in("Buurthulp", &["Herent"]).await,
        town.partner("Another partner").await,
        town.ambassador("Jan", &["Beersel"]).await,
        town.colleague(&scene.welfare, Role::Signaller).await,
        town.official(Role::Auditor).await,
        town.admin().await,
        town.newcomer("Nobody yet").await,
        town.passer_by(),
    ];
    let lists = "{ signals { totalCount nodes { id } } referrals { totalCount nodes { id } } \
        residents { totalCount nodes { id } } \
        neighbourhoods(first: 10) { nodes { signals(first: 5) { totalCount nodes { id } } } } \
        partners(first: 10) { nodes { id } } }";
    for person in strangers {
        let answer = person.asks(lists, json!({})).await;
        for list in ["signals", "referrals", "residents"] {
            let found = answer.data(&format!("/{list}"));
            assert_eq!(found, &json!({ "totalCount": 0, "nodes": [] }), "{list}");
        }
        let places = answer.data("/neighbourhoods/nodes").as_array();
        for place in places.into_iter().flatten() {
            assert_eq!(place["signals"], json!({ "totalCount": 0, "nodes": [] }));
        }
        for record in [&scene.signal, &scene.referral] {
            let query = "query($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } }";
            let answer = person.asks(query, json!({ "id": record.id })).await;
            let expected: Value = json!({ "node": null, "nodes": [null] });
            assert_eq!(answer.data(""), &expected);
        }
    }
}
