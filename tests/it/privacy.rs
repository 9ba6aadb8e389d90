//! Who read whose data, what is held of somebody, and how they are erased. Each scene names the
//! article of the GDPR that it answers to.

mod consents;
mod documented;
mod dossier;
mod erasure;
mod everywhere;
mod handling;
pub(crate) mod held;
mod help;
mod read_log;
mod register;
mod retention;
mod secrecy;
mod standing;

use nabij_entity::{
    access_log::{self, AccessPurpose},
    role_grant::Role,
};
use nabij_tests::{Need, Person, Record, Request, Town};
use sea_orm::{EntityTrait, QueryOrder};
use serde_json::{Value, json};

/// Maria, whom a volunteer signalled: told in words that occur nowhere else.
struct Scene {
    town: Town,
    coordinator: Person,
    rosa: Person,
    signal: Record,
    maria: String,
}

impl Scene {
    async fn set() -> Self {
        let town = Town::start().await;
        let coordinator = town.coordinator().await;
        let rosa = town.ambassador("Rosa", &[]).await;
        let maria = json!({ "new": {
            "givenName": "Mariauqz", "familyName": "Peetersuqz", "birthYear": 1938,
            "languages": ["nl"], "targetGroups": ["OLDER_PEOPLE"],
            "notes": "Parrotuqz at home",
            "contact": { "phone": "+3223591616", "email": "mariauqz@example.org",
                "address": "Stationuqz 1, Beersel", "preferredChannel": "PHONE" },
        } });
        let need = Need::new("Stairsuqz too steep", &rosa.neighbourhood)
            .with("text", "Mariauqz fell")
            .with("externalReference", "hoplruqz")
            .with("idempotencyKey", "0192f0c1-2d3e-7f40-8a5b-6c7d8e9fa0b1")
            .with("resident", maria);
        let signal = rosa.submits(need).await.done();
        // Which resident that is, without reading anything of them.
        let seen = coordinator.sees(&signal, "resident { id }").await;
        let maria = seen.expect("it is there")["resident"]["id"].clone();
        let maria = maria.as_str().expect("an id").to_owned();
        Self {
            town,
            coordinator,
            rosa,
            signal,
            maria,
        }
    }

    /// The access log, in the order in which it was written.
    async fn log(&self) -> Vec<access_log::Model> {
        access_log::Entity::find()
            .order_by_asc(access_log::Column::Id)
            .all(self.town.beneath())
            .await
            .expect("the access log")
    }

    /// What the last entries say: fields and purpose.
    async fn told(&self, last: usize) -> Vec<(String, AccessPurpose)> {
        let log = self.log().await;
        let from = log.len() - last;
        log[from..]
            .iter()
            .map(|row| (row.fields.clone(), row.purpose))
            .collect()
    }
}

/// GDPR article 5(2): accountability.
#[tokio::test]
async fn every_read_of_a_person_is_written_down_with_what_was_shown() {
    use AccessPurpose as P;
    let scene = Scene::set().await;
    assert_eq!(scene.log().await.len(), 0, "an id is nothing of a person");

    let name = scene
        .coordinator
        .sees(&scene.signal, "resident { givenName }")
        .await;
    assert!(name.is_some());
    assert_eq!(
        scene.told(1).await,
        [("NAME".to_owned(), P::CareCoordination)]
    );
    let entry = scene.log().await.remove(0);
    assert_eq!(entry.at, scene.town.now());
    assert!(!entry.request_id.is_empty());

    // By whichever way somebody comes to them.
    let every = [
        "{ residents { nodes { birthYear languages } } }",
        "{ neighbourhoods(first: 100) { nodes { signals(first: 1) { nodes { resident { birthYear \
          languages } } } } } }",
        "query($id: ID!) { node(id: $id) { ... on Resident { birthYear languages } } }",
        "query($id: ID!) { nodes(ids: [$id, $id]) { ... on Resident { birthYear languages } } }",
        "query($id: ID!) { resident(id: $id) { years: birthYear ...Spoken } } \
          fragment Spoken on Resident { languages }",
    ];
    for (before, query) in every.iter().enumerate() {
        let variables = if query.contains("$id") {
            json!({ "id": scene.maria })
        } else {
            json!({})
        };
        let answer = scene.coordinator.asks(query, variables).await;
        assert!(answer.text().contains("1938"), "{}", answer.text());
        assert_eq!(scene.log().await.len(), before + 2, "{query}");
        let told = ("BIRTH_YEAR,LANGUAGES".to_owned(), P::CareCoordination);
        assert_eq!(scene.told(1).await, [told], "{query}");
    }

    // Whoever finds somebody by a name knows the name.
    let search = "query($name: String!) { residents(where: { familyName: { eq: $name } }) { nodes { id } } }";
    let before = scene.log().await.len();
    let asks = async |person: &Person, query: &str, variables: Value| {
        let answer = person.asks(query, variables).await;
        assert!(answer.errors().is_empty(), "{}", answer.text());
    };
    asks(&scene.coordinator, search, json!({ "name": "Nobody" })).await;
    assert_eq!(scene.log().await.len(), before);
    asks(&scene.coordinator, search, json!({ "name": "Peetersuqz" })).await;
    assert_eq!(
        scene.told(1).await,
        [("NAME".to_owned(), P::CareCoordination)]
    );

    // What a mutation shows is read too.
    let input = json!({ "id": scene.maria, "notes": "Two parrots" });
    let shown = scene
        .coordinator
        .does("residentUpdate", "resident", "id notes", input)
        .await;
    shown.done();
    assert_eq!(
        scene.told(1).await,
        [("NOTES".to_owned(), P::CareCoordination)]
    );

    // A partner sees what is disclosed, and that is what is written down.
    let welfare = scene.town.partner("OCMW Beersel").await;
    let request = Request::to(&welfare).on("PUBLIC_TASK", &["NAME", "PHONE"]);
    let referral = scene
        .coordinator
        .refers_by(&scene.signal, request)
        .await
        .done();
    let fields = "resident { givenName birthYear notes targetGroups \
        contact(purpose: EMERGENCY) { phone email } other: contact(purpose: REFERRAL_EXECUTION) { email } }";
    let seen = welfare.sees(&referral, fields).await.expect("it is theirs");
    assert_eq!(
        seen["resident"]["contact"],
        json!({ "phone": "+3223591616", "email": null })
    );
    let mut told = scene.told(2).await;
    told.sort_by_key(|(fields, _)| fields.clone());
    let expected = [("NAME", P::ReferralExecution), ("PHONE", P::Emergency)];
    assert_eq!(
        told,
        expected.map(|(fields, purpose)| (fields.to_owned(), purpose))
    );
    assert!(
        scene
            .log()
            .await
            .iter()
            .rev()
            .take(2)
            .all(|row| row.partner_id.is_some())
    );

    // What isn't shown isn't read: to a stranger, to anybody, or of what is not on record.
    let before = scene.log().await.len();
    let query = "{ residents { nodes { givenName } } }";
    for stranger in [
        scene.town.coordinator_of("Herent").await,
        scene.town.passer_by(),
        scene.town.official(Role::Auditor).await,
    ] {
        asks(&stranger, query, json!({})).await;
    }
    assert_eq!(scene.log().await.len(), before);
}

/// GDPR article 5(2), and what it costs: a hundred persons in a list are one statement in the log.
#[tokio::test]
async fn a_list_of_a_hundred_costs_one_statement_more() {
    let scene = Scene::set().await;
    for n in 0..99 {
        let input = json!({ "neighbourhood": scene.coordinator.neighbourhood, "particulars": {
            "givenName": format!("Person {n}"), "contact": { "phone": "+3223591616" } } });
        let made = scene
            .coordinator
            .does("residentRecord", "resident", "id", input)
            .await;
        made.done();
    }
    let ids = "{ residents(first: 100) { nodes { id } } }";
    let names = "{ residents(first: 100) { nodes { id givenName } } }";
    let contacts = "{ residents(first: 100) { nodes { id givenName \
        contact(purpose: CARE_COORDINATION) { phone } } } }";
    // Begin, the rows, the log, commit; and the contact details of all of them.
    for (query, statements, entries) in [(ids, 1, 0), (names, 4, 100), (contacts, 5, 100)] {
        let _cold = scene.coordinator.asks(query, json!({})).await;
        let before = scene.log().await.len();
        let answer = scene.coordinator.asks(query, json!({})).await;
        assert_eq!(
            answer.data("/residents/nodes").as_array().map(Vec::len),
            Some(100)
        );
        assert_eq!(answer.statements(), statements, "{query}");
        assert_eq!(scene.log().await.len() - before, entries, "{query}");
    }
    let last = "{ residents(last: 1) { nodes { contact(purpose: CARE_COORDINATION) { phone } } } }";
    let shown = scene.coordinator.asks(last, json!({})).await;
    assert_eq!(
        shown.data("/residents/nodes/0/contact/phone"),
        "+3223591616"
    );
}

const LOG: &str = "query($where: AccessLogWhere, $first: Int, $after: String) { \
    accessLog(where: $where, first: $first, after: $after) { totalCount pageInfo { endCursor hasNextPage } \
    nodes { id user { id displayName } partner { name } residentId municipality { name } fields \
    purpose at requestId } } }";

/// GDPR articles 5(2) and 15: who saw this person, and what did that person read.
#[tokio::test]
async fn the_auditor_asks_who_saw_whom() {
    let scene = Scene::set().await;
    let auditor = scene.town.official(Role::Auditor).await;
    let name = "resident { givenName }";
    let mut at = Vec::new();
    for reader in [&scene.rosa, &scene.coordinator, &scene.rosa] {
        at.push(scene.town.now());
        assert!(reader.sees(&scene.signal, name).await.is_some());
        scene.town.wait(std::time::Duration::from_mins(10));
    }
    let ask = async |variables: Value| auditor.asks(LOG, variables).await;
    let all = ask(json!({})).await;
    assert_eq!(all.data("/accessLog/totalCount"), 3);
    let newest = all.data("/accessLog/nodes/0");
    assert_eq!(newest["user"]["id"], scene.rosa.user.as_str());
    assert_eq!(newest["residentId"], scene.maria.as_str());
    assert_eq!(newest["municipality"]["name"], "Beersel");
    assert_eq!(newest["fields"], json!(["NAME"]));
    assert_eq!(newest["purpose"], "CARE_COORDINATION");
    assert!(!all.text().contains("Mariauqz"), "the log tells no names");

    let between = json!({ "resident": { "eq": scene.maria },
        "at": { "gte": at[1], "lt": at[2] } });
    let seen = ask(json!({ "where": between })).await;
    assert_eq!(seen.data("/accessLog/totalCount"), 1);
    let user = seen.data("/accessLog/nodes/0/user/id");
    assert_eq!(user, scene.coordinator.user.as_str());

    let by_rosa = json!({ "user": { "eq": scene.rosa.user } });
    let first = ask(json!({ "where": by_rosa, "first": 1 })).await;
    assert_eq!(first.data("/accessLog/pageInfo/hasNextPage"), true);
    let after = first.data("/accessLog/pageInfo/endCursor").clone();
    let second = ask(json!({ "where": by_rosa, "first": 1, "after": after })).await;
    assert_eq!(second.data("/accessLog/pageInfo/hasNextPage"), false);
    assert_ne!(
        first.data("/accessLog/nodes/0/id"),
        second.data("/accessLog/nodes/0/id")
    );

    // Nobody else reads it, and the auditor reads no case.
    let id = newest["id"].clone();
    for stranger in [
        &scene.coordinator,
        &scene.rosa,
        &scene.town.coordinator_of("Herent").await,
        &scene.town.admin().await,
        &scene.town.passer_by(),
    ] {
        let log = stranger.asks(LOG, json!({})).await;
        assert_eq!(log.data("/accessLog/totalCount"), 0);
        let node = "query($id: ID!) { node(id: $id) { id } }";
        assert_eq!(
            stranger.asks(node, json!({ "id": id })).await.data("/node"),
            &Value::Null
        );
    }
    assert!(auditor.sees(&scene.signal, "id").await.is_none());
    let case = "query($id: ID!) { resident(id: $id) { id } }";
    let case = auditor.asks(case, json!({ "id": scene.maria })).await;
    assert_eq!(case.data("/resident"), &Value::Null);
}

pub(crate) const DOSSIER: &str = "query($id: ID!) { residentDossier(id: $id) { residentId madeAt \
    records { type id fields { name value } } reads { at purpose fields organisation } } }";
