//! Who no longer takes part sees no more: partners that are set aside, volunteers who take a break, and
//! whoever recorded somebody whose case is closed (GDPR articles 5(1)(b), (c) and (f), and 32(4)).

use std::time::Duration;

use nabij_entity::role_grant::Role;
use nabij_tests::{Answer, Need, Person, Record, Request, handled_by};
use serde_json::{Value, json};

use super::Scene;

/// How many signals, residents and referrals they see.
async fn counts(person: &Person) -> Vec<Value> {
    let mut counts = Vec::new();
    for list in ["signals", "residents", "referrals"] {
        let query = format!("{{ {list} {{ totalCount }} }}");
        let answer = person.asks(&query, json!({})).await;
        counts.push(answer.data(&format!("/{list}/totalCount")).clone());
    }
    counts
}

async fn set(admin: &Person, partner: &Person, step: &str) -> Answer {
    let input = json!({ "id": partner.partner });
    admin
        .does(&format!("partner{step}"), "partner", "id status", input)
        .await
}

/// GDPR articles 5(1)(f) and 32(4): only whoever works under the municipality's authority.
#[tokio::test]
async fn a_suspended_partner_sees_nothing_from_the_next_request_on() {
    let scene = Scene::set().await;
    let town = &scene.town;
    let (admin, staff) = (town.admin().await, town.partner("OCMW Beersel").await);
    let runs_it = town.colleague(&staff, Role::PartnerCoordinator).await;
    let signals = town.colleague(&staff, Role::Signaller).await;
    let handled = handled_by(&staff, "PUBLIC_TASK", &["NAME"]);
    let triaged = scene.coordinator.triages_as(&scene.signal, handled).await;
    triaged.done();
    let request = Request::to(&staff).on("PUBLIC_TASK", &["NAME"]);
    let referral = scene.coordinator.refers_by(&scene.signal, request).await;
    let referral = referral.done();
    let own = signals.signals("Nobody opens", "NORMAL").await.done();
    let before = [
        counts(&staff).await,
        counts(&runs_it).await,
        counts(&signals).await,
    ];
    let expected = [[2, 1, 1], [2, 1, 1], [1, 0, 0]].map(|row| row.map(Value::from).to_vec());
    assert_eq!(before, expected);

    set(&admin, &staff, "Suspend").await.done();
    for person in [&staff, &runs_it, &signals] {
        assert_eq!(counts(person).await, [0, 0, 0].map(Value::from));
        for record in [&scene.signal, &referral, &own] {
            assert!(person.sees(record, "id").await.is_none());
        }
        let refused = person.signals("Somebody else", "NORMAL").await;
        refused.is_refused_as("FORBIDDEN");
    }
    staff.accepts(&referral).await.is_refused_as("NOT_FOUND");

    set(&admin, &staff, "Activate").await.done();
    let after = [
        counts(&staff).await,
        counts(&runs_it).await,
        counts(&signals).await,
    ];
    assert_eq!(after, before);
    staff.accepts(&referral).await.done();
}

/// The same: while a partner is invited its people get to know the service, and offboarded it is gone.
#[tokio::test]
async fn an_invited_partner_looks_around_and_an_offboarded_one_does_not() {
    let scene = Scene::set().await;
    let admin = scene.town.admin().await;
    let input = json!({ "reference": "dorp", "name": "Dorpshulp", "activate": false,
        "kind": "VOLUNTEER_ORGANISATION", "secrecy": "DISCRETION",
        "neighbourhoods": [scene.coordinator.neighbourhood] });
    let partner = admin.onboards(input).await.done();
    assert_eq!(partner.status(), "INVITED");
    let mut staff = admin.registers("Dirk").await;
    let scope = json!({ "partner": partner.id });
    admin
        .gives(&staff, "PARTNER_COORDINATOR", scope)
        .await
        .done();
    staff.partner.clone_from(&partner.id);
    let names = async |name: &str| {
        let input = json!({ "id": partner.id, "name": name });
        staff.does("partnerNamePool", "partner", "id", input).await
    };
    names("The helpers").await.done();
    set(&admin, &staff, "Offboard").await.done();
    names("The others").await.is_refused_as("FORBIDDEN");
}

/// GDPR article 5(1)(b) and (c): a volunteer hears of whom they help while they help.
#[tokio::test]
async fn a_volunteer_who_takes_a_break_hears_no_more_of_the_person() {
    let scene = Scene::set().await;
    let (rosa, signal) = (&scene.rosa, &scene.signal);
    let fields = "status outcome resident { givenName }";
    let before = rosa.sees(signal, fields).await.expect("hers");
    assert_eq!(before["resident"]["givenName"], "Mariauqz");

    let herself = Record::of(rosa.ambassador.clone());
    let pauses = scene.coordinator.takes("Pause", &herself, json!({})).await;
    pauses.done();
    let seen = rosa.sees(signal, fields).await.expect("still hers");
    assert_eq!(
        seen,
        json!({ "status": "SUBMITTED", "outcome": null, "resident": null })
    );
    let maria = Record::of(scene.maria.clone());
    assert!(rosa.sees(&maria, "id").await.is_none());

    let back = scene
        .coordinator
        .takes("Activate", &herself, json!({}))
        .await;
    back.done();
    assert_eq!(rosa.sees(signal, fields).await, Some(before));
}

/// GDPR article 5(1)(b), (c) and (e): whoever recorded somebody doesn't follow them for ever.
#[tokio::test]
async fn who_recorded_somebody_sees_them_while_their_signal_is_open() {
    let scene = Scene::set().await;
    let (rosa, signal) = (&scene.rosa, &scene.signal);
    let maria = Record::of(scene.maria.clone());
    assert!(rosa.sees(&maria, "givenName").await.is_some());
    let resolved = scene.coordinator.resolves(signal, "RESOLVED_AT_INTAKE");
    resolved.await.done();
    let corrected = json!({ "id": scene.maria, "familyName": "Janssens" });
    let corrected = scene
        .coordinator
        .does("residentUpdate", "resident", "id", corrected);
    corrected.await.done();
    // How it ended is hers to know (story B4); whom it was about isn't any more.
    let fields = "status outcome text resident { familyName }";
    assert_eq!(
        rosa.sees(signal, fields).await.expect("hers"),
        json!({ "status": "RESOLVED", "outcome": "RESOLVED_AT_INTAKE", "text": "Mariauqz fell",
            "resident": null })
    );
    assert!(rosa.sees(&maria, "id").await.is_none());
    // Nor is somebody else's signal about the same person a way back.
    let about_her = json!({ "id": scene.maria });
    let need = Need::new("Can't shop", &rosa.neighbourhood).with("resident", about_her);
    scene.coordinator.submits(need.clone()).await.done();
    assert!(rosa.sees(&maria, "id").await.is_none());
    rosa.submits(need)
        .await
        .is_refused_at("NOT_FOUND", "resident.id");
    // She may open hers again.
    rosa.reopens(signal, "It broke again").await.done();
    let again = rosa.sees(&maria, "familyName").await.expect("hers again");
    assert_eq!(again["familyName"], "Janssens");
}

/// The same, of somebody who is recorded before anything is signalled about them.
#[tokio::test]
async fn who_recorded_somebody_has_a_day_to_signal_about_them() {
    let scene = Scene::set().await;
    let staff = scene.town.partner("OCMW Beersel").await;
    for recorder in [&scene.rosa, &staff] {
        let records = async || {
            let input = json!({ "neighbourhood": recorder.neighbourhood,
                "particulars": { "givenName": "Jan" } });
            let made = recorder.does("residentRecord", "resident", "id givenName", input);
            made.await.done()
        };
        let (jan, jef) = (records().await, records().await);
        assert_eq!(jan.text("givenName"), "Jan");
        let need = |whom: &Record| {
            let whom = json!({ "id": whom.id });
            Need::new("Can't cook", &recorder.neighbourhood).with("resident", whom)
        };
        scene.town.wait(Duration::from_hours(23));
        let signal = recorder.submits(need(&jan)).await.done();
        scene.town.wait(Duration::from_hours(1));
        assert!(recorder.sees(&jan, "id").await.is_some());
        assert!(recorder.sees(&jef, "id").await.is_none());
        recorder
            .submits(need(&jef))
            .await
            .is_refused_at("NOT_FOUND", "resident.id");
        recorder.withdraws(&signal).await.done();
        assert!(recorder.sees(&jan, "id").await.is_none());
    }
}

/// GDPR article 5(2): the log tells for which organisation somebody read.
#[tokio::test]
async fn who_coordinates_reads_for_the_municipality_and_not_for_a_partner() {
    let scene = Scene::set().await;
    let staff = scene.town.partner("OCMW Beersel").await;
    let admin = scene.town.admin().await;
    let scope = json!({ "partner": staff.partner });
    let given = admin.gives(&scene.coordinator, "PARTNER_STAFF", scope);
    given.await.done();
    let name = "resident { givenName }";
    let seen = scene.coordinator.sees(&scene.signal, name).await;
    assert!(seen.is_some());
    let request = Request::to(&staff).on("PUBLIC_TASK", &["NAME"]);
    let referral = scene.coordinator.refers_by(&scene.signal, request).await;
    let referral = referral.done();
    assert!(staff.sees(&referral, name).await.is_some());
    let log = scene.log().await;
    let partners: Vec<bool> = log.iter().map(|row| row.partner_id.is_some()).collect();
    assert_eq!(partners, [false, true]);
}

/// Roles that are new count from the next request on, in each of its parts: who is told too little
/// doesn't look elsewhere.
#[tokio::test]
async fn a_new_role_counts_in_every_part_of_the_next_request() {
    let scene = Scene::set().await;
    let town = &scene.town;
    let welfare = town.partner("OCMW Beersel").await;
    let request = Request::to(&welfare).on("PUBLIC_TASK", &["NAME"]);
    let referred = scene.coordinator.refers_by(&scene.signal, request).await;
    referred.done();
    let newcomer = town.newcomer("Nora").await;
    let lists = "{ signals { totalCount nodes { id } } residents { totalCount } \
        referrals { totalCount } other: signals { totalCount } }";
    let told = async || {
        let answer = newcomer.asks(lists, json!({})).await;
        ["signals", "residents", "referrals", "other"]
            .map(|list| answer.data(&format!("/{list}/totalCount")).clone())
    };
    assert_eq!(told().await, [0, 0, 0, 0].map(Value::from));
    let place = json!({ "municipality": town.municipality("Beersel") });
    let admin = town.admin().await;
    admin.gives(&newcomer, "COORDINATOR", place).await.done();
    assert_eq!(told().await, [1, 1, 1, 1].map(Value::from));
}

/// What is decided by roles alone, without a record, is decided by the roles of now.
#[tokio::test]
async fn who_is_blocked_is_refused_whatever_they_ask_next() {
    let scene = Scene::set().await;
    let town = &scene.town;
    let preview = json!({ "municipality": town.municipality("Beersel") });
    let asked = [
        (
            "query($municipality: ID!) { retentionPreview(municipality: $municipality) { at } }",
            preview,
        ),
        ("{ processingRegister { field } }", json!({})),
    ];
    for (query, variables) in asked {
        let person = town.coordinator().await;
        let before = person.asks(query, variables.clone()).await;
        assert!(before.errors().is_empty(), "{}", before.text());
        let admin = town.admin().await;
        let block = json!({ "id": person.user });
        admin.does("userBlock", "user", "id", block).await.done();
        let after = person.asks(query, variables).await;
        assert_eq!(after.status(), 401, "{}", after.text());
    }
}
