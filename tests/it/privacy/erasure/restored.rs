//! A backup that is put back: the service that starts on it, in a process of its own, erases again
//! before it answers anybody (GDPR article 17).

use nabij_tests::service::{Listening, Service};
use serde_json::json;

use super::{
    dump::{canaries_in_files, rows_with_canaries},
    told::told_everywhere,
};
use crate::privacy::Scene;

const ERASE: &str = "mutation Erase($id: ID!) { residentErase(input: { id: $id }) { \
    resident { erasedAt } userErrors { code } } }";
const WHO: &str = "query Who($id: ID!) { resident(id: $id) { givenName familyName notes erasedAt \
    contact(purpose: CARE_COORDINATION) { phone email address } } \
    residents(first: 5) { nodes { givenName } } }";

#[tokio::test]
async fn a_restored_backup_brings_nobody_back() {
    let scene = Scene::set().await;
    let town = &scene.town;
    told_everywhere(&scene).await;
    town.ends().await;
    let database = town.database();
    let backup = database.backup().await;
    let start = || Service::of(town, env!("CARGO_BIN_EXE_service"), Listening::default());
    let id = json!({ "id": scene.maria });

    let service = start();
    let before = service.asks(&scene.coordinator, WHO, &id).await;
    assert_eq!(before["data"]["resident"]["givenName"], "Mariauqz");
    let erased = service.asks(&scene.coordinator, ERASE, &id).await;
    let erased = &erased["data"]["residentErase"];
    assert_eq!(erased["userErrors"], json!([]), "{erased}");
    assert_eq!(town.erased_list().lines().count(), 1);
    drop(service);

    // The backup is put back, with its table of who was erased: as old as the rest.
    database.restore(&backup).await;
    let restored = database.connect().await;
    assert!(!rows_with_canaries(&restored).await.is_empty());
    restored.close().await.expect("nothing is under way");

    let service = start();
    let first = service.asks(&scene.coordinator, WHO, &id).await;
    let whom = &first["data"]["resident"];
    assert!(whom["erasedAt"].is_string(), "{first}");
    for gone in ["Mariauqz", "Peetersuqz", "Parrotuqz", "3591616"] {
        assert!(!first.to_string().contains(gone), "{first}");
    }
    assert!(service.log().contains("are erased"), "{}", service.log());
    if let Some(left) = canaries_in_files(database) {
        assert!(left.is_empty(), "{left:?}");
    }
    drop(service);
    let db = database.connect().await;
    assert_eq!(rows_with_canaries(&db).await, []);
    db.close().await.expect("nothing is under way");
}

/// Each replica has a list of its own, and each list is whole without a start (GDPR article 17).
#[tokio::test]
async fn whom_one_replica_erased_is_on_the_lists_of_all() {
    let scene = Scene::set().await;
    super::erase(&scene.coordinator, &scene.maria).await.done();
    let list = scene.town.erased_list();
    // Another replica's file: it was not written by this erasure.
    scene.town.writes_erased_list("");
    scene.town.what_is_due_happens().await;
    assert_eq!(scene.town.erased_list(), list);
    scene.town.what_is_due_happens().await;
    assert_eq!(scene.town.erased_list(), list, "each once");
}
