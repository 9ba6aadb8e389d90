//! The dry run names what the run removes, record by record.

use std::collections::{BTreeMap, BTreeSet};

use nabij_entity::{
    ambassador, call_out, contact_moment, feedback, legal_hold, offer, referral, resident, signal,
};
use nabij_tests::{Need, Town};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde_json::json;

use super::{super::Scene, MONTH, closed, found, holds, passes, preview};

/// Every record of a case, and every resident, as it is in the database.
async fn records(town: &Town) -> BTreeMap<String, String> {
    use nabij_api::{ids::type_id, store::Kind};
    let mut all = BTreeMap::new();
    macro_rules! read {
        ($($kind:ident of $table:ident,)+) => { $(
            let rows = $table::Entity::find().all(town.beneath()).await;
            for row in rows.expect("a readable table") {
                all.insert(type_id(Kind::$kind, row.id), format!("{row:?}"));
            }
        )+ };
    }
    read! {
        Resident of resident,
        Signal of signal,
        Referral of referral,
        ContactMoment of contact_moment,
        Feedback of feedback,
        CallOut of call_out,
        Offer of offer,
        LegalHold of legal_hold,
    }
    all
}

/// A call-out for the signal's referral, an offer and feedback, written beneath the service.
async fn answered(town: &Town) {
    let db = town.beneath();
    let sample = crate::policy::records::records();
    let referral = referral::Entity::find().one(db).await.expect("a table");
    let referral = referral.expect("a referral");
    let volunteer = ambassador::Entity::find().one(db).await.expect("a table");
    let volunteer = volunteer.expect("a volunteer").id;
    let call_out = call_out::Model {
        id: uuid::Uuid::from_u128(1),
        referral_id: referral.id,
        signal_id: referral.signal_id,
        municipality_id: referral.municipality_id,
        neighbourhood_id: referral.neighbourhood_id,
        partner_id: referral.to_partner_id,
        resident_id: referral.resident_id,
        status: call_out::CallOutStatus::Filled,
        selected_ambassador_id: Some(volunteer),
        title: "Stairsuqz".to_owned(),
        opened_by_user_id: referral.requested_by_user_id,
        closed_at: referral.closed_at,
        ..sample.call_out
    };
    let offer = offer::Model {
        id: uuid::Uuid::from_u128(2),
        call_out_id: call_out.id,
        municipality_id: referral.municipality_id,
        neighbourhood_id: referral.neighbourhood_id,
        partner_id: referral.to_partner_id,
        ambassador_id: volunteer,
        note: Some("Knows Mariauqz".to_owned()),
        ..sample.offer
    };
    let feedback = feedback::Model {
        id: uuid::Uuid::from_u128(3),
        referral_id: referral.id,
        signal_id: referral.signal_id,
        municipality_id: referral.municipality_id,
        neighbourhood_id: referral.neighbourhood_id,
        giver: feedback::FeedbackGiver::PersonHelped,
        score: 5,
        text: Some("Thank you, says Mariauqz".to_owned()),
        author_user_id: referral.requested_by_user_id,
        author_partner_id: None,
        author_ambassador_id: None,
        call_out_id: None,
        created_at: referral.created_at,
        updated_at: referral.updated_at,
        version: 1,
    };
    macro_rules! write {
        ($($row:ident)+) => { $(
            let row = $row.into_active_model().reset_all();
            let written = $row::Entity::insert(row).exec_without_returning(db).await;
            written.expect("the row fits its table");
        )+ };
    }
    write! { call_out offer feedback }
}

/// GDPR article 5(1)(e): the dry run names every record that the run changes, of each kind, and no
/// other.
#[tokio::test]
async fn every_id_that_is_listed_is_removed_and_no_other() {
    let scene = Scene::set().await;
    let (town, coordinator) = (&scene.town, &scene.coordinator);
    closed(&scene).await;
    answered(town).await;
    let on = json!({ "signal": scene.signal.id });
    let hold = holds(coordinator, on, None).await.done();
    let lift = json!({ "id": hold.id, "reason": "Settled with Mariauqz" });
    let done = coordinator.does("legalHoldLift", "legalHold", "id", lift);
    done.await.done();
    // Of somebody else, and not closed: it stays.
    let need = Need::new("A lamp", &coordinator.neighbourhood)
        .with("resident", json!({ "new": { "givenName": "Jan" } }));
    coordinator.submits(need).await.done();

    town.wait(MONTH * 25);
    let listed = preview(coordinator, town).await;
    let listed = listed.data("/retentionPreview").clone();
    let of_cases = listed["cases"].as_array().expect("cases").iter();
    let ids: BTreeSet<String> = of_cases
        .flat_map(|case| case["records"].as_array().expect("records"))
        .chain(listed["residents"].as_array().expect("residents"))
        .map(|id| id.as_str().expect("an id").to_owned())
        .collect();
    let kinds: BTreeSet<&str> = ids.iter().filter_map(|id| id.split('_').next()).collect();
    let expected = [
        "callout", "contact", "feedback", "hold", "offer", "referral", "resident", "signal",
    ];
    assert_eq!(kinds, BTreeSet::from(expected));
    let before = records(town).await;
    passes(town).await;
    let after = records(town).await;
    assert_eq!(
        before.len(),
        after.len(),
        "rows stay, without what was told"
    );
    let changed: BTreeSet<String> = before
        .into_iter()
        .filter(|(id, row)| after.get(id) != Some(row))
        .map(|(id, _)| id)
        .collect();
    assert_eq!(changed, ids);
    assert_eq!(found(town).await, []);
}
