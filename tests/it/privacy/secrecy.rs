//! Notes under professional secrecy (Belgian Criminal Code, article 352, formerly 458; Dutch Criminal
//! Code, article 272): for those who are bound by it, until the resident lifts it; and nothing opens
//! for a volunteer before the briefing on confidentiality.

use nabij_entity::role_grant::Role;
use nabij_tests::{Need, Person, Record, Request, Town, handled_by};
use serde_json::{Value, json};

use super::Scene as Maria;

/// Maria's signal, referred to the welfare centre, which is bound by professional secrecy, and
/// handled by the village help, which isn't.
struct Scene {
    maria: Maria,
    welfare: Person,
    village: Person,
    referral: Record,
}

impl Scene {
    async fn set() -> Self {
        Self::handled_under("DISCRETION").await
    }

    /// The same with a village help that works under this secrecy.
    async fn handled_under(secrecy: &str) -> Self {
        let maria = Maria::set().await;
        let town = &maria.town;
        let welfare = town.partner("OCMW Beersel").await;
        let place = Record::of(maria.rosa.neighbourhood.clone());
        let what = ("VOLUNTEER_ORGANISATION", secrecy, "PARTNER_STAFF");
        let admin = town.admin().await;
        let village = admin.brings_in("Dorpshulp", what, &[&place]).await;
        let to_village = handled_by(&village, "PUBLIC_TASK", &["NAME", "NOTES"]);
        maria
            .coordinator
            .triages_as(&maria.signal, to_village)
            .await
            .done();
        let request = Request::to(&welfare).on("PUBLIC_TASK", &["NAME"]);
        let referral = maria
            .coordinator
            .refers_by(&maria.signal, request)
            .await
            .done();
        Self {
            maria,
            welfare,
            village,
            referral,
        }
    }

    fn town(&self) -> &Town {
        &self.maria.town
    }

    fn coordinator(&self) -> &Person {
        &self.maria.coordinator
    }

    /// Somebody writes what was said, on the signal or on the referral.
    async fn writes(&self, who: &Person, on: &Record, note: &str, with: Value) -> Value {
        let on = if on.id == self.referral.id {
            json!({ "referral": on.id })
        } else {
            json!({ "signal": on.id })
        };
        let mut input = json!({ "on": on, "kind": "VISIT", "outcome": "REACHED", "note": note });
        for (field, value) in with.as_object().into_iter().flatten() {
            input[field] = value.clone();
        }
        let shown = "id note secrecy noteWithheld";
        let made = who
            .does("contactMomentRecord", "contactMoment", shown, input)
            .await;
        made.done().fields
    }

    /// The notes on the signal that somebody sees, and why they don't see others.
    async fn read_by(&self, who: &Person) -> Vec<(Value, Value)> {
        let fields = "contactMoments(first: 10) { nodes { note noteWithheld } }";
        let seen = who.sees(&self.maria.signal, fields).await;
        let seen = seen.expect("the signal is theirs");
        let moments = seen["contactMoments"]["nodes"].as_array().cloned();
        let mut notes: Vec<_> = moments
            .unwrap_or_default()
            .into_iter()
            .map(|node| (node["note"].clone(), node["noteWithheld"].clone()))
            .collect();
        notes.sort_by_key(|(note, why)| (note.to_string(), why.to_string()));
        notes
    }

    async fn records_consent(&self, kind: &str) -> Record {
        let input = json!({ "resident": self.maria.maria, "kind": kind, "method": "ORAL" });
        let made = self
            .coordinator()
            .does("consentRecord", "consent", "id", input)
            .await;
        made.done()
    }
}

fn read(note: &str) -> (Value, Value) {
    (json!(note), Value::Null)
}

fn withheld() -> (Value, Value) {
    (Value::Null, json!("PROFESSIONAL_SECRECY"))
}

/// Belgian Criminal Code, article 352 (formerly 458); Dutch Criminal Code, article 272.
#[tokio::test]
async fn a_note_under_professional_secrecy_is_for_those_who_are_bound() {
    let scene = Scene::set().await;
    let signal = scene.maria.signal.clone();
    // Who works under professional secrecy writes under it, unless they say otherwise.
    let bound = scene
        .writes(&scene.welfare, &scene.referral, "Drinksuqz", json!({}))
        .await;
    assert_eq!(bound["secrecy"], "PROFESSIONAL_SECRECY");
    assert_eq!(bound["note"], "Drinksuqz", "who wrote it reads it");
    let open = json!({ "secrecy": "DISCRETION" });
    let open = scene
        .writes(&scene.welfare, &scene.referral, "Monday at ten", open)
        .await;
    assert_eq!(open["secrecy"], "DISCRETION");
    let discreet = scene
        .writes(&scene.village, &signal, "Stairs measured", json!({}))
        .await;
    assert_eq!(discreet["secrecy"], "DISCRETION");
    // The municipality may write under it too.
    let secret = json!({ "secrecy": "PROFESSIONAL_SECRECY" });
    scene
        .writes(scene.coordinator(), &signal, "Debtsuqz", secret)
        .await;

    // The village help handles the signal, and isn't bound.
    assert_eq!(
        scene.read_by(&scene.village).await,
        [
            read("Monday at ten"),
            read("Stairs measured"),
            withheld(),
            withheld()
        ]
    );
    // The municipality reads all of them; the welfare centre those of its referral.
    let all = [
        read("Debtsuqz"),
        read("Drinksuqz"),
        read("Monday at ten"),
        read("Stairs measured"),
    ];
    assert_eq!(scene.read_by(scene.coordinator()).await, all);
    let theirs = scene.read_by(&scene.welfare).await;
    assert!(theirs.contains(&read("Drinksuqz")), "{theirs:?}");

    // Whoever works for both has no more by that: they help Maria for the village.
    let town = scene.town();
    let both = town.colleague(&scene.village, Role::PartnerStaff).await;
    let other = town.partner("CAW Zennevallei").await;
    let input = json!({ "user": both.user, "role": "PARTNER_STAFF",
        "scope": { "partner": other.partner } });
    let admin = town.admin().await;
    admin.does("roleGrant", "role", "id", input).await.done();
    assert_eq!(
        scene.read_by(&both).await,
        scene.read_by(&scene.village).await
    );

    // Had the village help been bound as well, it would read them.
    let scene = Scene::handled_under("PROFESSIONAL_SECRECY").await;
    scene
        .writes(&scene.welfare, &scene.referral, "Drinksuqz", json!({}))
        .await;
    assert_eq!(scene.read_by(&scene.village).await, [read("Drinksuqz")]);
}

/// The same, and GDPR article 7(3): lifting it is the resident's own, apart from other consents, and
/// taking it back counts at once.
#[tokio::test]
async fn the_resident_lifts_the_secrecy_and_takes_that_back() {
    let scene = Scene::set().await;
    scene
        .writes(&scene.welfare, &scene.referral, "Drinksuqz", json!({}))
        .await;
    assert_eq!(scene.read_by(&scene.village).await, [withheld()]);

    // Three consents are never one.
    scene.records_consent("ACCEPT_HELP").await;
    assert_eq!(scene.read_by(&scene.village).await, [withheld()]);

    let lifted = scene.records_consent("LIFT_SECRECY").await;
    assert_eq!(scene.read_by(&scene.village).await, [read("Drinksuqz")]);

    let withdrawn = scene
        .coordinator()
        .does(
            "consentWithdraw",
            "consent",
            "id",
            json!({ "id": lifted.id }),
        )
        .await;
    withdrawn.done();
    assert_eq!(scene.read_by(&scene.village).await, [withheld()]);

    // What is withheld is nowhere else: not in the history, and the person themselves is told.
    let query = "query($id: ID!) { signal(id: $id) { history(first: 20) { nodes { kind from to } } \
        referrals(first: 5) { nodes { statusNote outcomeNote } } } }";
    let id = json!({ "id": scene.maria.signal.id });
    let around = scene.village.asks(query, id).await;
    assert!(around.errors().is_empty(), "{}", around.text());
    assert!(!around.text().contains("Drinksuqz"));
    let dossier = scene
        .coordinator()
        .asks(super::DOSSIER, json!({ "id": scene.maria.maria }))
        .await;
    assert!(dossier.text().contains("Drinksuqz"));
}

/// Belgian law of 3 July 2005 on the rights of volunteers, articles 4 and 6: a volunteer is told of
/// secrecy before the work begins.
#[tokio::test]
async fn nothing_opens_for_a_volunteer_before_the_briefing() {
    let scene = Scene::set().await;
    let (town, coordinator) = (scene.town(), scene.coordinator());
    let place = town.neighbourhood("Alsemberg");
    let input = json!({ "municipality": town.municipality("Beersel"), "displayName": "Lotte",
        "neighbourhoods": [place], "roles": ["HELPER"] });
    let lotte = coordinator
        .does(
            "ambassadorRegister",
            "ambassador",
            "id status allowedActions",
            input,
        )
        .await
        .done();
    let allowed = lotte.at("/allowedActions").to_string();
    assert!(!allowed.contains("ACTIVATE"), "{allowed}");
    let admin = town.admin().await;
    let mut herself = admin.registers("Lotte").await;
    let as_her = json!({ "ambassador": lotte.id });
    admin.gives(&herself, "AMBASSADOR", as_her).await.done();
    herself.ambassador.clone_from(&lotte.id);
    herself.neighbourhood = place;

    // An account and a role, and nothing is hers to hear or to write down.
    let lists = "{ signals { totalCount } residents { totalCount } callOuts { totalCount } \
        referrals { totalCount } }";
    let sees = herself.asks(lists, json!({})).await;
    for list in ["signals", "residents", "callOuts", "referrals"] {
        assert_eq!(sees.data(&format!("/{list}/totalCount")), 0, "{list}");
    }
    let need = || Need::new("Somebody is lonely", &herself.neighbourhood);
    herself.submits(need()).await.is_refused_as("FORBIDDEN");

    let begins = || json!({ "id": lotte.id });
    let refused = coordinator
        .does("ambassadorActivate", "ambassador", "id", begins())
        .await;
    assert!(refused.text().contains("briefing"), "{}", refused.text());
    assert!(refused.text().contains("INVALID"), "{}", refused.text());
    herself.submits(need()).await.is_refused_as("FORBIDDEN");
    for step in ["ambassadorBrief", "ambassadorActivate"] {
        coordinator
            .does(step, "ambassador", "id status", begins())
            .await
            .done();
    }
    herself.submits(need()).await.done();
}
