//! Maria in every record that can hold anything of residents, all of it told through the service, in
//! words that occur nowhere else.

use nabij_tests::{Appeal, Person, Record, Request, handled_by};
use serde_json::{Value, json};

use super::Scene;

/// When volunteers can offer to help her.
const WEDNESDAY: &str = "2026-03-04T17:00:00Z";

/// Everybody who has to do with her, and what there is of her.
pub(super) struct Everywhere {
    pub(super) scene: Scene,
    /// Works for the welfare centre, which was asked to help.
    pub(super) welfare: Person,
    /// The volunteer of its pool who helps.
    pub(super) lotte: Person,
    pub(super) consent: Record,
    pub(super) moment: Record,
    pub(super) referral: Record,
    pub(super) call_out: Record,
    pub(super) offer: Record,
}

impl Everywhere {
    /// Told, agreed, visited, held, referred, called out for, and about to be helped.
    pub(super) async fn set() -> Self {
        let scene = Scene::set().await;
        let welfare = scene.town.partner("OCMW Beersel").await;
        let lotte = joins_the_pool(&scene, &welfare, "Lotte").await;
        let coordinator = &scene.coordinator;
        let does = async |mutation: &str, record: &str, input: Value| {
            let answer = coordinator.does(mutation, record, "id", input).await;
            answer.done()
        };
        let desk = scene.town.partner("LDC Beersel").await;
        let mut handled = handled_by(&desk, "VITAL_INTEREST", &["NAME"]);
        handled["basisJustification"] = json!("Alone after the falluqz");
        let triaged = coordinator.triages_as(&scene.signal, handled).await;
        triaged.done();
        let consent = json!({ "resident": scene.maria, "kind": "SHARE_WITH_PARTNER",
            "method": "ORAL", "partner": welfare.partner });
        let consent = does("consentRecord", "consent", consent).await;
        let moment = json!({ "on": { "signal": scene.signal.id }, "kind": "VISIT",
            "outcome": "REACHED", "note": "At homeuqz" });
        let moment = does("contactMomentRecord", "contactMoment", moment).await;
        let hold = json!({ "on": { "resident": scene.maria }, "reason": "A claimuqz" });
        let hold = does("legalHoldPlace", "legalHold", hold).await;
        let lift = json!({ "id": hold.id, "reason": "Settleduqz" });
        does("legalHoldLift", "legalHold", lift).await;
        let request = Request::to(&welfare)
            .on("VITAL_INTEREST", &["NAME", "NOTES"])
            .with("reason", "Rails on the stairsuqz")
            .with("basisJustification", "A falluqz");
        let referral = coordinator.refers_by(&scene.signal, request).await.done();
        let appeal = Appeal::until(WEDNESDAY).with("details", "Ring twiceuqz");
        let call_out = welfare.calls_out(&referral, appeal).await.done();
        let note = json!({ "note": "I know heruqz" });
        let offer = lotte.offers_with(&call_out, note).await.done();
        let welcome = json!({ "resident": scene.maria, "kind": "ACCEPT_HELP", "method": "ORAL" });
        does("consentRecord", "consent", welcome).await;
        welfare.selects(&offer).await.done();
        Self {
            scene,
            welfare,
            lotte,
            consent,
            moment,
            referral,
            call_out,
            offer,
        }
    }

    /// She was helped, and the volunteer says how it went.
    pub(super) async fn ends(&self) {
        let end = json!({ "outcome": "GOT_HELP", "note": "It holdsuqz" });
        let ended = self.welfare.takes("Complete", &self.referral, end).await;
        ended.done();
        let judged = self
            .lotte
            .judges(&self.call_out, "VOLUNTEER", (5, "Kinduqz"))
            .await;
        judged.done();
    }
}

/// Somebody becomes a volunteer of a partner's pool: briefed, active and signed in.
async fn joins_the_pool(scene: &Scene, partner: &Person, name: &str) -> Person {
    let input = json!({
        "municipality": scene.town.municipality("Beersel"),
        "neighbourhoods": [scene.coordinator.neighbourhood],
        "displayName": name, "roles": ["HELPER"], "poolPartner": partner.partner,
        "publicProfile": false,
    });
    let coordinator = &scene.coordinator;
    let ambassador = coordinator
        .does(
            "ambassadorRegister",
            "ambassador",
            "id status version",
            input,
        )
        .await
        .done();
    for step in ["Brief", "Activate"] {
        coordinator.takes(step, &ambassador, json!({})).await.done();
    }
    let admin = scene.town.admin().await;
    let mut person = admin.registers(name).await;
    let as_them = json!({ "ambassador": ambassador.id });
    admin.gives(&person, "AMBASSADOR", as_them).await.done();
    person.ambassador.clone_from(&ambassador.id);
    person
}
