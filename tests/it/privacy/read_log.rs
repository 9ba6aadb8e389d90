//! Who read whose data: what leaves a trace, that nothing is shown without one, and that no column
//! with personal data is read without one.

use std::{
    future::{Future, poll_fn},
    task::Poll,
    time::{Duration, Instant},
};

use nabij_api::{
    clock::{Clock, new_id},
    ids::type_id,
    store::{
        Kind,
        held::HELD,
        told::{CONTACT, NOT_LOGGED, TOLD, logged},
    },
};
use nabij_entity::{
    access_log::{AccessPurpose as P, AccessedField},
    resident,
    role_grant::Role,
};
use nabij_tests::{Need, Person, Town};
use sea_orm::{
    ActiveValue::Set, ConnectionTrait, EntityTrait, IntoActiveModel, Statement, TransactionTrait,
};
use serde_json::{Value, json};

use super::{DOSSIER, Scene, everywhere::Everywhere, register};
use crate::{
    free_text::{fields_of, of},
    schema::types,
};

/// What one question adds to the access log of Maria: fields and purposes.
async fn leaves(scene: &Scene, person: &Person, query: &str, variables: Value) -> Vec<(String, P)> {
    let before = scene.log().await.len();
    let answer = person.asks(query, variables).await;
    assert!(answer.errors().is_empty(), "{}", answer.text());
    let added = scene.log().await.split_off(before);
    for entry in &added {
        assert_eq!(type_id(Kind::Resident, entry.resident_id), scene.maria);
        assert_eq!(type_id(Kind::User, entry.user_id), person.user);
        let place = entry.municipality_id.expect("it is kept");
        let place = type_id(Kind::Municipality, place);
        assert_eq!(place, scene.town.municipality("Beersel"));
    }
    let mut told: Vec<(String, P)> = added
        .into_iter()
        .map(|entry| (entry.fields, entry.purpose))
        .collect();
    told.sort();
    told
}

/// GDPR articles 5(2) and 15(1)(c): not only a name, but whatever was written of somebody's case.
#[tokio::test]
async fn what_is_written_of_a_case_is_read_with_a_trace() {
    let everywhere = Everywhere::set().await;
    everywhere.ends().await;
    let Everywhere {
        scene,
        welfare,
        lotte,
        consent,
        moment,
        referral,
        call_out,
        offer,
    } = &everywhere;
    let (coordinator, rosa) = (&scene.coordinator, &scene.rosa);
    let auditor = scene.town.official(Role::Auditor).await;
    let id = |id: &str| json!({ "id": id });
    let maria = id(&scene.maria);
    let signal = id(&scene.signal.id);
    let (referral, call_out) = (id(&referral.id), id(&call_out.id));
    let (moment, offer, consent) = (id(&moment.id), id(&offer.id), id(&consent.id));
    let (care, passed_on) = (P::CareCoordination, P::ReferralExecution);
    let of_case = "query($id: ID!) { signal(id: $id) { title text } }";
    let of_notes = "query($id: ID!) { node(id: $id) { ... on ContactMoment { note } } }";
    let notes_of_case =
        "query($id: ID!) { signal(id: $id) { contactMoments(first: 5) { nodes { note } } } }";
    let all_at_once = "query($id: ID!) { signal(id: $id) { text resident { givenName } \
        contactMoments(first: 5) { nodes { note } } } }";
    let of_referral = "query($id: ID!) { referral(id: $id) { reason basisJustification } }";
    let how_it_ended = "query($id: ID!) { referral(id: $id) { outcome outcomeNote } }";
    let judged = "query($id: ID!) { referral(id: $id) { feedback(first: 5) { nodes { text } } } }";
    let to_help = "query($id: ID!) { callOut(id: $id) { details } }";
    let offered = "query($id: ID!) { offer(id: $id) { note } }";
    let agreed = "query($id: ID!) { resident(id: $id) { consents(first: 5) { nodes { kind } } } }";
    let one_agreed = "query($id: ID!) { node(id: $id) { ... on Consent { partner { id } } } }";
    let held = "{ legalHolds(first: 5) { nodes { reason } } }";
    for (person, query, about, fields, purpose) in [
        (coordinator, of_case, &signal, "CASE_TEXT", care),
        (rosa, of_case, &signal, "CASE_TEXT", care),
        (coordinator, notes_of_case, &signal, "CONTACT_NOTE", care),
        (coordinator, of_notes, &moment, "CONTACT_NOTE", care),
        (
            coordinator,
            all_at_once,
            &signal,
            "NAME,CASE_TEXT,CONTACT_NOTE",
            care,
        ),
        (coordinator, of_referral, &referral, "CASE_TEXT", care),
        (welfare, of_referral, &referral, "CASE_TEXT", passed_on),
        (welfare, how_it_ended, &referral, "CASE_TEXT", passed_on),
        (coordinator, judged, &referral, "FEEDBACK", care),
        (welfare, judged, &referral, "FEEDBACK", passed_on),
        (welfare, to_help, &call_out, "HELP_TEXT", passed_on),
        (welfare, offered, &offer, "HELP_TEXT", passed_on),
        (lotte, offered, &offer, "HELP_TEXT", passed_on),
        (coordinator, agreed, &maria, "CONSENT", care),
        (welfare, one_agreed, &consent, "CONSENT", passed_on),
        (coordinator, held, &maria, "HOLD_REASON", care),
        (&auditor, held, &maria, "HOLD_REASON", P::SubjectRequest),
    ] {
        let about = if query == held {
            json!({})
        } else {
            about.clone()
        };
        let told = leaves(scene, person, query, about).await;
        assert_eq!(told, [(fields.to_owned(), purpose)], "{query}");
    }
}

/// GDPR article 5(2): what isn't shown isn't read, and a case that is about nobody tells of nobody.
#[tokio::test]
async fn what_shows_nobody_leaves_no_trace() {
    let everywhere = Everywhere::set().await;
    let scene = &everywhere.scene;
    let coordinator = &scene.coordinator;
    // The heading, the codes and the times of a case.
    let codes = "query($id: ID!) { signal(id: $id) { id title kind category urgency status dueAt \
        contactMoments(first: 5) { nodes { kind at outcome secrecy } } \
        referrals(first: 5) { nodes { status disclosedFields callOuts(first: 5) { nodes { title text \
        offers(first: 5) { nodes { status } } } } } } history(first: 50) { nodes { kind at } } } }";
    let signal = json!({ "id": scene.signal.id });
    let told = leaves(scene, coordinator, codes, signal).await;
    assert_eq!(told, []);
    // A text that isn't shown: Rosa reads of the referral that it is there.
    let referral = json!({ "id": everywhere.referral.id });
    let kept_back = "query($id: ID!) { referral(id: $id) { status reason outcomeNote } }";
    assert_eq!(leaves(scene, &scene.rosa, kept_back, referral).await, []);
    // What is about nobody in particular.
    let need = Need::new("Dark at the crossing", &coordinator.neighbourhood)
        .with("text", "The lamp has been out for a week");
    let nobodys = coordinator.submits(need).await.done();
    let moment = json!({ "on": { "signal": nobodys.id }, "kind": "PHONE_CALL", "outcome": "REACHED",
        "note": "They will mend it" });
    let shown = "id note";
    let moment = coordinator
        .does("contactMomentRecord", "contactMoment", shown, moment)
        .await
        .done();
    let of_case = "query($id: ID!) { signal(id: $id) { text } }";
    let of_note = "query($id: ID!) { node(id: $id) { ... on ContactMoment { note } } }";
    for (query, id) in [(of_case, &nobodys.id), (of_note, &moment.id)] {
        let answer = coordinator.asks(query, json!({ "id": id })).await;
        assert!(answer.errors().is_empty(), "{}", answer.text());
    }
    assert_eq!(scene.log().await, []);
}

/// GDPR article 5(2), and what it costs: one statement for the log, and one to find whose notes are
/// whose where nothing else in the answer tells it.
#[tokio::test]
async fn texts_cost_one_statement_more_whatever_their_number() {
    let everywhere = Everywhere::set().await;
    let scene = &everywhere.scene;
    let coordinator = &scene.coordinator;
    scene.town.has_more_like(&scene.signal, 40).await;
    let cases =
        "{ signals(first: 50) { nodes { text contactMoments(first: 2) { nodes { note } } } } }";
    let note = format!(
        "{{ node(id: \"{}\") {{ ... on ContactMoment {{ note }} }} }}",
        everywhere.moment.id
    );
    // Begin, the rows of each level, the log, commit; and of a note alone, whose it is.
    for (query, statements) in [(cases, 5), (note.as_str(), 5)] {
        let _cold = coordinator.asks(query, json!({})).await;
        let answer = coordinator.asks(query, json!({})).await;
        assert!(answer.errors().is_empty(), "{}", answer.text());
        assert_eq!(answer.statements(), statements, "{query}");
    }
}

const SEEK: &str = "query($where: ResidentWhere!) { residents(where: $where) { totalCount } }";

/// GDPR articles 5(2) and 32: whoever counts those born from a year on, and those from the next, knows
/// a year of birth without having seen a row.
#[tokio::test]
async fn who_is_counted_or_found_by_a_name_or_an_age_is_written_down() {
    let scene = Scene::set().await;
    let coordinator = &scene.coordinator;
    let someone = json!({ "neighbourhood": coordinator.neighbourhood,
        "particulars": { "givenName": "Jan", "birthYear": 1990 } });
    let jan = coordinator
        .does("residentRecord", "resident", "id", someone)
        .await
        .done();
    let born = |year: i32| json!({ "where": { "birthYear": { "gte": year } } });
    let told = leaves(&scene, coordinator, SEEK, json!({ "where": {} })).await;
    assert_eq!(told, [], "a number of people is nobody's");
    let nobody = leaves(&scene, coordinator, SEEK, born(2000)).await;
    assert_eq!(nobody, []);
    let before = scene.log().await.len();
    let answer = coordinator.asks(SEEK, born(1938)).await;
    assert_eq!(answer.data("/residents/totalCount"), 2);
    let log = scene.log().await.split_off(before);
    assert_eq!(log.len(), 2, "each of them");
    assert!(log.iter().all(|entry| entry.fields == "BIRTH_YEAR"));
    let called = json!({ "where": { "familyName": { "contains": "eetersuq" } } });
    let told = leaves(&scene, coordinator, SEEK, called).await;
    assert_eq!(told, [("NAME".to_owned(), P::CareCoordination)]);

    // Maria isn't on the page: that there is a next one tells that she is of the age.
    let next = "query($ids: [ID!]!) { residents(first: 1, where: { id: { in: $ids }, \
        birthYear: { lt: 1999 } }, orderBy: [{ field: CREATED_AT, direction: DESC }]) \
        { nodes { id } pageInfo { hasNextPage } } }";
    let before = scene.log().await.len();
    let answer = coordinator
        .asks(next, json!({ "ids": [jan.id, scene.maria] }))
        .await;
    assert_eq!(
        answer.data("/residents/nodes").as_array().map(Vec::len),
        Some(1)
    );
    assert_eq!(answer.data("/residents/pageInfo/hasNextPage"), true);
    assert_eq!(scene.log().await.len(), before + 2);
}

/// Beneath the service: so many more residents like Maria.
async fn has_more_residents(scene: &Scene, number: usize) {
    let (db, clock) = (scene.town.beneath(), Clock::held(scene.town.now()).0);
    let all = resident::Entity::find().all(db).await.expect("residents");
    let maria = all.into_iter().next().expect("she is there");
    let more = (0..number).map(|_| {
        let mut more = maria.clone().into_active_model();
        more.id = Set(new_id(&clock));
        more
    });
    let more: Vec<_> = more.collect();
    for part in more.chunks(100) {
        resident::Entity::insert_many(part.to_vec())
            .exec_without_returning(db)
            .await
            .expect("they can be written");
    }
}

/// GDPR articles 5(2) and 32: what can't all be written down isn't counted, and the refusal tells no
/// more than what was written.
#[tokio::test]
async fn more_than_can_be_written_down_are_not_counted() {
    let scene = Scene::set().await;
    let coordinator = &scene.coordinator;
    let born = json!({ "where": { "birthYear": { "gte": 1900 } } });
    has_more_residents(&scene, 499).await;
    let answer = coordinator.asks(SEEK, born.clone()).await;
    assert_eq!(answer.data("/residents/totalCount"), 500);
    assert_eq!(scene.log().await.len(), 500);
    has_more_residents(&scene, 1).await;
    let refused = coordinator.asks(SEEK, born).await;
    refused.is_not_answered_as("BAD_USER_INPUT");
    assert!(refused.text().contains("Narrow"), "{}", refused.text());
    assert_eq!(
        scene.log().await.len(),
        1_001,
        "those that were read are in it"
    );
    // Whoever asks for no number is told of the rows they see, and of the next.
    let page = "{ residents(first: 3, where: { birthYear: { gte: 1900 } }) { nodes { id } } }";
    let page = coordinator.asks(page, json!({})).await;
    assert_eq!(
        page.data("/residents/nodes").as_array().map(Vec::len),
        Some(3)
    );
    assert_eq!(scene.log().await.len(), 1_005);
}

/// Nothing can be written into the access log any more.
async fn breaks_the_log(town: &Town) {
    let db = town.beneath();
    let refuses = if town.is_on_postgres() {
        "ALTER TABLE access_log ADD CONSTRAINT nothing_fits CHECK (purpose = 'nothing') NOT VALID"
    } else {
        "CREATE TRIGGER nothing_fits BEFORE INSERT ON access_log \
         BEGIN SELECT RAISE(ABORT, 'nothing fits'); END"
    };
    let refuses = Statement::from_string(db.get_database_backend(), refuses);
    db.execute_raw(refuses).await.expect("it can be refused");
}

/// GDPR articles 5(2) and 32: what can't be written down isn't shown, by whichever way it is read.
#[tokio::test]
async fn what_can_not_be_written_down_is_not_shown() {
    let everywhere = Everywhere::set().await;
    let scene = &everywhere.scene;
    breaks_the_log(&scene.town).await;
    let notes =
        "query($id: ID!) { signal(id: $id) { contactMoments(first: 5) { nodes { note } } } }";
    let contact = "query($id: ID!) { resident(id: $id) { contact(purpose: EMERGENCY) { phone } } }";
    let whom = "query($id: ID!) { callOut(id: $id) { resident { givenName } } }";
    let update = "mutation($id: ID!) { residentUpdate(input: { id: $id, languages: [\"fr\"] }) { \
        resident { givenName notes } userErrors { code } } }";
    let (maria, signal) = (&scene.maria, &scene.signal.id);
    for (person, query, about) in [
        (
            &scene.coordinator,
            "{ residents { nodes { givenName } } }",
            maria,
        ),
        (&scene.coordinator, contact, maria),
        (&scene.coordinator, notes, signal),
        (&scene.coordinator, DOSSIER, maria),
        (&scene.coordinator, update, maria),
        (&scene.coordinator, SEEK, maria),
        (&everywhere.lotte, whom, &everywhere.call_out.id),
        (
            &scene.rosa,
            "query($id: ID!) { signal(id: $id) { text } }",
            signal,
        ),
    ] {
        let variables = if query == SEEK {
            json!({ "where": { "familyName": { "eq": "Peetersuqz" } } })
        } else if query.contains("$id") {
            json!({ "id": about })
        } else {
            json!({})
        };
        let answer = person.asks(query, variables).await;
        assert_eq!(
            answer.code(),
            "INTERNAL_SERVER_ERROR",
            "{query}: {}",
            answer.text()
        );
        for hers in ["uqz", "3591616", "totalCount\":1"] {
            assert!(!answer.text().contains(hers), "{query}: {}", answer.text());
        }
    }
    // What shows nobody is answered as ever, and nothing is left locked.
    let title = scene.coordinator.sees(&scene.signal, "title").await;
    assert_eq!(title, Some(json!({ "title": "Stairsuqz too steep" })));
    assert_eq!(scene.log().await, []);
}

/// GDPR article 5(2): a read that has begun is written down to its end, also for somebody who hangs up
/// in the middle of it.
#[tokio::test]
async fn who_hangs_up_while_they_read_is_in_the_log() {
    let scene = Scene::set().await;
    let query = "{ residents { nodes { givenName } } }";
    let _known = scene
        .coordinator
        .asks("{ residents { nodes { id } } }", json!({}))
        .await;
    // Somebody else holds what the read has to write into.
    let db = scene.town.beneath();
    let held = if scene.town.is_on_postgres() {
        let held = db.begin().await.expect("it begins");
        let lock = "LOCK TABLE access_log IN EXCLUSIVE MODE";
        let lock = Statement::from_string(db.get_database_backend(), lock);
        held.execute_raw(lock).await.expect("it is free");
        held
    } else {
        let options = sea_orm::TransactionOptions {
            sqlite_transaction_mode: Some(sea_orm::SqliteTransactionMode::Immediate),
            ..Default::default()
        };
        db.begin_with_options(options).await.expect("it is free")
    };
    let mut asking = Box::pin(scene.coordinator.asks(query, json!({})));
    for _ in 0..100 {
        let waits = poll_fn(|cx| Poll::Ready(asking.as_mut().poll(cx).is_pending())).await;
        assert!(waits, "it waits for the log");
        tokio::task::yield_now().await;
    }
    drop(asking);
    held.rollback().await.expect("it is given free");

    let started = Instant::now();
    while scene.log().await.is_empty() {
        let waited = started.elapsed();
        assert!(waited < Duration::from_secs(20), "the read was cut off");
        tokio::task::yield_now().await;
    }
    let told = scene.told(1).await;
    assert_eq!(told, [("NAME".to_owned(), P::CareCoordination)]);
}

/// The categories of the register that tell who somebody is, and what was said of them.
const PERSONAL: [&str; 4] = ["IDENTITY", "CONTACT", "CHARACTERISTICS", "FREE_TEXT"];

/// GDPR articles 5(2) and 30: no column that tells of residents is read without a trace, unless it is
/// said why.
#[tokio::test]
async fn every_personal_column_of_a_case_is_logged_or_says_why_not() {
    let scene = Scene::set().await;
    let entries = register::read(&scene.coordinator).await;
    let logged: Vec<(&str, &str)> = logged().collect();
    let excused = |table: &str, column: &str| {
        let mut all = NOT_LOGGED.iter();
        all.any(|(known, of, why)| *known == table && *of == column && why.len() > 20)
    };
    let mut seen = 0;
    for ((table, column), entry) in &entries {
        let of_residents = HELD.iter().any(|held| held.table == table);
        let subjects = entry["subjects"].as_array().into_iter().flatten();
        let tells = PERSONAL
            .iter()
            .any(|category| entry["category"] == *category)
            && subjects.into_iter().any(|subject| subject == "RESIDENT");
        if !of_residents || !tells {
            continue;
        }
        seen += 1;
        let is_logged = logged.contains(&(table.as_str(), column.as_str()));
        assert_ne!(
            is_logged,
            excused(table, column),
            "api/src/store/told.rs: {table}.{column} is read without a trace; add its field to TOLD \
             or the reason to NOT_LOGGED"
        );
    }
    assert!(seen > 20, "{seen} columns were looked at");
    for (table, column, _) in NOT_LOGGED {
        let known = entries.contains_key(&((*table).to_owned(), (*column).to_owned()));
        assert!(known, "{table}.{column} is excused and isn't there");
    }
}

/// GDPR article 5(2): what the log knows goes by the names that the schema has.
#[tokio::test]
async fn what_is_logged_are_fields_of_the_schema() {
    let types = types().await;
    let has = |of: &str, name: &str| fields_of(types, of).any(|field| field == name);
    for told in TOLD {
        for field in told.fields {
            let of = format!("{:?}", told.kind);
            assert!(has(&of, field.name), "{of}.{} isn't there", field.name);
        }
    }
    for (name, ..) in CONTACT {
        assert!(has("ResidentContact", name), "ResidentContact.{name}");
    }
    // Every word that the log has is used.
    let words = of(types, "AccessedField")["enumValues"].as_array();
    for word in words.into_iter().flatten() {
        let word = word["name"].as_str().and_then(AccessedField::from_code);
        let word = word.expect("a word of ours");
        let used = TOLD.iter().flat_map(|told| told.fields);
        let used = used.map(|field| field.read);
        let contact = CONTACT.iter().map(|(_, _, field)| *field);
        assert!(
            word == AccessedField::Dossier || used.chain(contact).any(|read| read == word),
            "{word:?} is used nowhere"
        );
    }
}
