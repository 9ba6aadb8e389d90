//! Maria, told of wherever anything can be told: in every record of her own, through the service; and
//! in every text of everybody else's, beneath it, as people may have typed it.

use nabij_api::{ids, store::Kind};
use nabij_entity::{
    SetOf,
    ambassador::{self, VolunteerRole},
    event,
};
use nabij_tests::{Appeal, Person, Record, Request, Town, handled_by};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
    prelude::Uuid,
    sea_query::{Alias, Expr, ExprTrait, Query},
};
use serde_json::json;

use crate::{
    matrix::world::World,
    privacy::{
        Scene,
        held::{catalogue, words},
        register,
    },
};

/// What stands in texts of others.
pub(super) const MENTION: &str = "Seen: Mariauqz Peetersuqz (02 359 16 16, mariauqz@example.org), \
    Stationuqz 1, Beersel; all is well";
/// What is left of it.
pub(super) const CLEARED: &str = "Seen: […] ([…], […]), […]; all is well";

/// Tells of Maria in every sort of record that can be tied to her. Her partner, and a referral that is
/// still open.
pub(super) async fn told_everywhere(scene: &Scene) -> (Person, Record) {
    let coordinator = &scene.coordinator;
    let welfare = scene.town.partner("OCMW Beersel").await;
    let desk = scene.town.partner("LDC Beersel").await;
    let mut handled = handled_by(&desk, "VITAL_INTEREST", &["NAME"]);
    handled["basisJustification"] = json!("Aloneuqz after the fall");
    coordinator.triages_as(&scene.signal, handled).await.done();
    let consent = json!({ "resident": scene.maria, "kind": "SHARE_WITH_PARTNER", "method": "ORAL",
        "partner": welfare.partner });
    coordinator
        .does("consentRecord", "consent", "id", consent)
        .await
        .done();
    let moment = json!({ "on": { "signal": scene.signal.id }, "kind": "VISIT",
        "outcome": "REACHED", "note": "Mariauqz was at home" });
    coordinator
        .does("contactMomentRecord", "contactMoment", "id", moment)
        .await
        .done();
    let request = Request::to(&welfare)
        .on("VITAL_INTEREST", &["NAME"])
        .with("reason", "Stairsuqz")
        .with("basisJustification", "Falluqz");
    let first = coordinator.refers_by(&scene.signal, request).await.done();
    welfare.accepts(&first).await.done();
    welfare.holds(&first, "Waituqz").await.done();
    welfare.resumes(&first).await.done();
    let end = json!({ "outcome": "GOT_HELP", "note": "Liftuqz" });
    welfare.takes("Complete", &first, end).await.done();
    welfare
        .judges(&first, "PARTNER", (5, "Kinduqz"))
        .await
        .done();
    called_out(scene, &welfare).await;
    let hold = json!({ "on": { "resident": scene.maria }, "reason": "Mariauqz complained" });
    let hold = coordinator
        .does("legalHoldPlace", "legalHold", "id", hold)
        .await
        .done();
    let over = json!({ "id": hold.id, "reason": "Settled with Mariauqz" });
    coordinator
        .does("legalHoldLift", "legalHold", "id", over)
        .await
        .done();
    // One that is still open, on the consent.
    let request = Request::to(&welfare)
        .on("CONSENT", &["NAME"])
        .with("reason", "Againuqz");
    let open = coordinator.refers_by(&scene.signal, request).await.done();
    // An event that holds what no event may.
    let data = json!({ "from": "SUBMITTED", "told": "Mariauqz" });
    event::Entity::update_many()
        .col_expr(event::Column::Data, Expr::value(data))
        .filter(event::Column::Kind.eq("signal.submitted"))
        .exec(scene.town.beneath())
        .await
        .expect("the event is there");
    assert!(
        coordinator
            .sees(&scene.signal, "resident { givenName }")
            .await
            .is_some()
    );
    (welfare, open)
}

/// A volunteer of the partner's pool helps, and says how it went.
async fn called_out(scene: &Scene, welfare: &Person) {
    let pool = ids::parse(Kind::Partner, &welfare.partner).expect("an id");
    ambassador::Entity::update_many()
        .col_expr(ambassador::Column::PoolPartnerId, Expr::value(pool))
        .col_expr(
            ambassador::Column::Roles,
            Expr::value(SetOf::from_iter([VolunteerRole::Helper])),
        )
        .exec(scene.town.beneath())
        .await
        .expect("Rosa joins the pool");
    let request = Request::to(welfare).on("PUBLIC_TASK", &["NAME"]);
    let referral = scene.coordinator.refers_by(&scene.signal, request).await;
    let referral = referral.done();
    let appeal = Appeal::until("2026-03-04T17:00:00Z").with("details", "The key is at Mariauqz's");
    let call_out = welfare.calls_out(&referral, appeal).await.done();
    let offer = json!({ "note": "I know Mariauqz" });
    let offer = scene.rosa.offers_with(&call_out, offer).await.done();
    let coordinator = &scene.coordinator;
    let welcome = coordinator.hears_that_help_is_welcome(&scene.maria).await;
    welcome.done();
    welfare.selects(&offer).await.done();
    welfare.completes(&referral, "GOT_HELP").await.done();
    let judged = scene
        .rosa
        .judges(&call_out, "VOLUNTEER", (5, "Mariauqz is kind"));
    judged.await.done();
}

/// Every column of free text, as the register of processing tells them.
pub(super) async fn texts(scene: &Scene) -> Vec<(String, String)> {
    let entries = register::read(&scene.coordinator).await.into_iter();
    let texts = entries.filter(|(_, entry)| entry["category"] == "FREE_TEXT");
    let texts: Vec<(String, String)> = texts.map(|(of, _)| of).collect();
    assert!(texts.len() > 45, "{}", texts.len());
    texts
}

/// Lets everything else occur in the town, and mentions Maria in every text of her municipality.
pub(super) async fn mention(town: &Town, texts: &[(String, String)]) {
    let people = [town.coordinator().await, town.ambassador("Jef", &[]).await];
    World::arise(town, 17, &people).await;
    let beersel = ids::parse(Kind::Municipality, &town.municipality("Beersel")).expect("an id");
    let catalogue = catalogue(town.beneath()).await;
    for (table, column) in texts {
        let mut update = Query::update();
        update
            .table(Alias::new(table.clone()))
            .value(Alias::new(column.clone()), MENTION);
        if catalogue[table].contains("municipality_id") {
            update.and_where(Expr::col("municipality_id").eq(beersel));
        } else {
            update.and_where(Expr::col("initiative_id").in_subquery(initiatives_of(beersel)));
        }
        let done = town.beneath().execute(&update).await;
        done.expect("it is a text");
    }
}

fn initiatives_of(municipality: Uuid) -> sea_orm::sea_query::SelectStatement {
    Query::select()
        .column("id")
        .from("initiatives")
        .and_where(Expr::col("municipality_id").eq(municipality))
        .to_owned()
}

/// All that stands in a column.
pub(super) async fn in_column(town: &Town, table: &str, column: &str) -> String {
    let all =
        format!("SELECT \"{column}\" AS name FROM \"{table}\" WHERE \"{column}\" IS NOT NULL");
    words(town.beneath(), &all).await.join("\n")
}
