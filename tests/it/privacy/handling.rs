//! A partner that handles a signal is told of its resident on a basis and in disclosed fields, like the
//! target of a referral (GDPR articles 5(1)(b) and (c), 6 and 7(3)).

use nabij_entity::{access_log::AccessPurpose, event};
use nabij_tests::{Answer, Need, Person, Record, Request, handled_by};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use super::Scene as Maria;

/// Maria's signal, and the village help that is to handle it.
struct Scene {
    maria: Maria,
    village: Person,
}

/// What there is of a resident.
const WHOM: &str = "id givenName familyName birthYear languages targetGroups notes \
    contact(purpose: CARE_COORDINATION) { phone email address }";

impl Scene {
    async fn set() -> Self {
        let maria = Maria::set().await;
        let village = maria.town.partner("Dorpshulp").await;
        Self { maria, village }
    }

    fn signal(&self) -> &Record {
        &self.maria.signal
    }

    fn coordinator(&self) -> &Person {
        &self.maria.coordinator
    }

    /// The coordinator lets the village help handle Maria's signal.
    async fn hands_over(&self, basis: &str, disclosed: &[&str]) -> Answer {
        let terms = handled_by(&self.village, basis, disclosed);
        self.coordinator().triages_as(self.signal(), terms).await
    }

    /// Maria agrees to being told of to the village help.
    async fn consents(&self) -> Record {
        let given = json!({ "resident": self.maria.maria, "kind": "SHARE_WITH_PARTNER",
            "partner": self.village.partner, "method": "ORAL" });
        let made = self
            .coordinator()
            .does("consentRecord", "consent", "id", given);
        made.await.done()
    }

    async fn withdraws(&self, consent: &Record) {
        let input = json!({ "id": consent.id });
        let done = self
            .coordinator()
            .does("consentWithdraw", "consent", "id", input);
        done.await.done();
    }

    /// The coordinator writes down what was said on the signal.
    async fn notes(&self, note: &str) {
        let input = json!({ "on": { "signal": self.signal().id }, "kind": "VISIT",
            "outcome": "REACHED", "note": note, "secrecy": "DISCRETION" });
        let made = self
            .coordinator()
            .does("contactMomentRecord", "contactMoment", "id", input);
        made.await.done();
    }

    /// These fields of Maria's signal, as the village help sees them.
    async fn shown(&self, fields: &str) -> Value {
        let seen = self.village.sees(self.signal(), fields).await;
        seen.expect("it handles the signal")
    }

    /// How many residents and contact moments the village help is shown.
    async fn counts(&self) -> (Value, Value) {
        let query = "query($id: ID!) { residents { totalCount } \
            signal(id: $id) { contactMoments(first: 5) { totalCount } } }";
        let answer = self
            .village
            .asks(query, json!({ "id": self.signal().id }))
            .await;
        (
            answer.data("/residents/totalCount").clone(),
            answer.data("/signal/contactMoments/totalCount").clone(),
        )
    }

    async fn events(&self) -> u64 {
        event::Entity::find()
            .count(self.maria.town.beneath())
            .await
            .expect("events")
    }
}

/// GDPR article 5(1)(c): no more than the purpose takes.
#[tokio::test]
async fn the_handler_sees_what_the_triage_disclosed_and_no_more() {
    let scene = Scene::set().await;
    scene
        .hands_over("PUBLIC_TASK", &["NAME", "PHONE"])
        .await
        .done();
    scene.notes("Ladderuqz is broken").await;
    let fields = format!(
        "text handlerBasis handlerDisclosedFields resident {{ {WHOM} withheld {{ field }} }} \
         contactMoments(first: 5) {{ nodes {{ kind note noteWithheld }} }}"
    );
    let seen = scene.shown(&fields).await;
    assert_eq!(seen["handlerBasis"], "PUBLIC_TASK");
    assert_eq!(seen["handlerDisclosedFields"], json!(["NAME", "PHONE"]));
    let shown = json!({
        "id": scene.maria.maria, "givenName": "Mariauqz", "familyName": "Peetersuqz",
        "birthYear": null, "languages": [], "targetGroups": [], "notes": null,
        "contact": { "phone": "+3223591616", "email": null, "address": null },
        "withheld": seen["resident"]["withheld"],
    });
    assert_eq!(seen["resident"], shown);
    let withheld = seen["resident"]["withheld"].as_array().map(Vec::len);
    assert_eq!(withheld, Some(6), "{seen}");
    // What was told in the signal and said since goes with the notes.
    assert_eq!(seen["text"], Value::Null);
    let contact = json!({ "kind": "VISIT", "note": null, "noteWithheld": "NOT_DISCLOSED" });
    assert_eq!(seen["contactMoments"]["nodes"], json!([contact]));
    let log = scene.maria.told(1).await;
    let told = ("NAME,PHONE".to_owned(), AccessPurpose::CareCoordination);
    assert_eq!(log, [told]);

    // By no other way either.
    let query = "query($id: ID!) { node(id: $id) { ... on Resident { notes birthYear } } \
        residents(where: { birthYear: { eq: 1938 } }) { totalCount } \
        residentDossier(id: $id) { residentId } }";
    let around = scene
        .village
        .asks(query, json!({ "id": scene.maria.maria }))
        .await;
    let nothing = json!({ "notes": null, "birthYear": null });
    assert_eq!(around.data("/node"), &nothing);
    assert_eq!(around.data("/residents/totalCount"), 0);
    assert_eq!(around.data("/residentDossier"), &Value::Null);

    // With the notes they are told the story too.
    let scene = Scene::set().await;
    scene.hands_over("PUBLIC_TASK", &["NOTES"]).await.done();
    scene.notes("Ladderuqz is broken").await;
    let fields = "text resident { givenName notes } contactMoments(first: 5) { nodes { note } }";
    assert_eq!(
        scene.shown(fields).await,
        json!({
            "text": "Mariauqz fell",
            "resident": { "givenName": null, "notes": "Parrotuqz at home" },
            "contactMoments": { "nodes": [{ "note": "Ladderuqz is broken" }] },
        })
    );
}

/// GDPR articles 5(1)(c) and 25(2): by default nothing is disclosed.
#[tokio::test]
async fn nothing_is_disclosed_that_nobody_said() {
    let scene = Scene::set().await;
    scene.hands_over("PUBLIC_TASK", &[]).await.done();
    let seen = scene.shown(&format!("text resident {{ {WHOM} }}")).await;
    assert_eq!(
        seen,
        json!({ "text": null, "resident": {
            "id": scene.maria.maria, "givenName": null, "familyName": null, "birthYear": null,
            "languages": [], "targetGroups": [], "notes": null, "contact": null,
        } })
    );
    assert_eq!(scene.maria.log().await.len(), 0, "nothing was read");
}

/// GDPR article 6(1): no basis, no sharing, and nothing is written.
#[tokio::test]
async fn without_a_basis_a_partner_is_not_let_in_and_nothing_is_written() {
    let scene = Scene::set().await;
    let (signal, coordinator) = (scene.signal(), scene.coordinator());
    let before = scene.events().await;
    let handler = || json!({ "handler": scene.village.partner });
    for (terms, code, path) in [
        (handler(), "BASIS_REQUIRED", "basis"),
        (
            handled_by(&scene.village, "CONSENT", &["NAME"]),
            "BASIS_REQUIRED",
            "basis",
        ),
        (
            handled_by(&scene.village, "VITAL_INTEREST", &["NAME"]),
            "BASIS_REQUIRED",
            "basisJustification",
        ),
        (json!({ "basis": "PUBLIC_TASK" }), "REQUIRED", "handler"),
        (
            json!({ "disclosedFields": ["NAME"] }),
            "REQUIRED",
            "handler",
        ),
    ] {
        let refused = coordinator.triages_as(signal, terms).await;
        refused.is_refused_at(code, path);
    }
    assert_eq!(scene.events().await, before);
    let seen = coordinator.sees(signal, "status version handler { id }");
    assert_eq!(
        seen.await.expect("seen"),
        json!({ "status": "SUBMITTED", "version": 1, "handler": null })
    );
    assert!(scene.village.sees(signal, "id").await.is_none());

    let mut vital = handled_by(&scene.village, "VITAL_INTEREST", &["ADDRESS"]);
    vital["basisJustification"] = json!("She fell and doesn't open");
    coordinator.triages_as(signal, vital).await.done();
    let why = scene.shown("handlerBasis handlerBasisJustification").await;
    assert_eq!(why["handlerBasisJustification"], "She fell and doesn't open");
    // That is between the coordinator and the handler.
    let fields = "handler { id } handlerBasis handlerBasisJustification handlerDisclosedFields";
    let rosas = scene.maria.rosa.sees(signal, fields).await.expect("hers");
    assert_eq!(rosas["handler"]["id"], scene.village.partner.as_str());
    for kept in ["handlerBasis", "handlerBasisJustification"] {
        assert_eq!(rosas[kept], Value::Null);
    }
    assert_eq!(rosas["handlerDisclosedFields"], json!([]));

    // Where there is nobody to tell of, there is nothing to state.
    let bench = coordinator.signals("The bench is broken", "LOW").await;
    let bench = bench.done();
    let terms = handled_by(&scene.village, "PUBLIC_TASK", &[]);
    let refused = coordinator.triages_as(&bench, terms).await;
    refused.is_refused_at("INVALID", "disclosedFields");
    coordinator.triages_as(&bench, handler()).await.done();
    assert!(scene.village.sees(&bench, "id").await.is_some());
}

/// GDPR article 6(1): who reported a signal told the municipality, and is told nothing by handling it.
#[tokio::test]
async fn who_reported_it_handles_it_without_being_told_anything() {
    let scene = Scene::set().await;
    let (village, coordinator) = (&scene.village, scene.coordinator());
    let jan = json!({ "new": { "givenName": "Jan", "notes": "Keeps pigeons" } });
    let need = Need::new("Can't cook", &village.neighbourhood).with("resident", jan);
    let signal = village.submits(need).await.done();
    let whom = coordinator.sees(&signal, "resident { id }").await;
    let whom = whom.expect("seen")["resident"]["id"].clone();
    let later = json!({ "id": whom, "contact": { "phone": "+3223591617" } });
    let changed = coordinator.does("residentUpdate", "resident", "id", later);
    changed.await.done();

    let handler = json!({ "handler": village.partner });
    coordinator.triages_as(&signal, handler).await.done();
    let fields = "handlerBasis resident { givenName notes contact(purpose: CARE_COORDINATION) { phone } }";
    let seen = village.sees(&signal, fields).await.expect("theirs");
    assert_eq!(
        seen,
        json!({ "handlerBasis": null,
            "resident": { "givenName": "Jan", "notes": null, "contact": null } })
    );
    // A colleague of who recorded Jan was told nothing.
    let colleague = scene
        .maria
        .town
        .colleague(village, nabij_entity::role_grant::Role::PartnerStaff);
    let seen = colleague.await.sees(&signal, fields).await;
    let name = &seen.expect("theirs too")["resident"]["givenName"];
    assert_eq!(*name, Value::Null);
}

/// GDPR article 7(3): withdrawing counts at once, in the middle of paging too.
#[tokio::test]
async fn a_withdrawn_consent_takes_the_handler_away() {
    let scene = Scene::set().await;
    let (village, coordinator) = (&scene.village, scene.coordinator());
    let target = scene.maria.town.partner("OCMW Beersel").await;
    let consent = scene.consents().await;
    let mut signals = vec![scene.signal().clone()];
    for title in ["Can't cook", "Can't shop"] {
        let maria = json!({ "id": scene.maria.maria });
        let need = Need::new(title, &scene.maria.rosa.neighbourhood).with("resident", maria);
        signals.push(coordinator.submits(need).await.done());
    }
    for signal in &signals {
        let terms = handled_by(village, "CONSENT", &["NAME", "PHONE"]);
        coordinator.triages_as(signal, terms).await.done();
    }
    village.resolves(&signals[2], "NO_LONGER_NEEDED").await.done();
    // One that rests on no consent, about nobody.
    let bench = coordinator.signals("The bench is broken", "LOW").await;
    let bench = bench.done();
    let handler = json!({ "handler": village.partner });
    coordinator.triages_as(&bench, handler).await.done();
    // What the village help passed on was told to it on the consent.
    let given = json!({ "resident": scene.maria.maria, "kind": "SHARE_WITH_PARTNER",
        "partner": target.partner, "method": "ORAL" });
    let other = coordinator.does("consentRecord", "consent", "id", given);
    other.await.done();
    let request = Request::to(&target).on("CONSENT", &["NAME"]);
    let passed_on = village.refers_by(&signals[0], request).await.done();

    let page = "query($after: String) { signals(first: 2, after: $after, orderBy: [{ field: CREATED_AT, \
        direction: ASC }]) { pageInfo { endCursor } nodes { id resident { givenName } } } }";
    let first = village.asks(page, json!({})).await;
    assert_eq!(
        first.data("/signals/nodes"),
        &json!([
            { "id": signals[0].id, "resident": { "givenName": "Mariauqz" } },
            { "id": signals[1].id, "resident": { "givenName": "Mariauqz" } },
        ])
    );
    scene.withdraws(&consent).await;
    let after = json!({ "after": first.data("/signals/pageInfo/endCursor") });
    let next = village.asks(page, after).await;
    assert_eq!(
        next.data("/signals/nodes"),
        &json!([{ "id": bench.id, "resident": null }])
    );
    for signal in &signals {
        assert!(village.sees(signal, "id").await.is_none());
        village.starts(signal).await.is_refused_as("NOT_FOUND");
    }
    let residents = village.asks("{ residents { totalCount } }", json!({})).await;
    assert_eq!(residents.data("/residents/totalCount"), 0);
    let cancelled = coordinator.sees(&passed_on, "status cancelCause").await;
    assert_eq!(
        cancelled.expect("seen"),
        json!({ "status": "CANCELLED", "cancelCause": "CONSENT_WITHDRAWN" })
    );
    let fields = "handler { id } handlerBasis handlerDisclosedFields history(last: 1) { nodes { kind } }";
    let seen = coordinator.sees(&signals[1], fields).await.expect("seen");
    assert_eq!(
        seen,
        json!({ "handler": null, "handlerBasis": null, "handlerDisclosedFields": [],
            "history": { "nodes": [{ "kind": "signal.handler_removed" }] } })
    );
}

/// GDPR article 5(1)(b): when the case is closed the purpose has ended.
#[tokio::test]
async fn of_a_closed_case_the_handler_sees_that_it_was_and_how_it_ended() {
    let scene = Scene::set().await;
    let (village, signal) = (&scene.village, scene.signal());
    scene
        .hands_over("PUBLIC_TASK", &["NAME", "NOTES"])
        .await
        .done();
    scene.notes("Ladderuqz is broken").await;
    let fields = "status outcome text handlerBasis resident { givenName } history(first: 1) { nodes { \
        kind } } contactMoments(first: 5) { nodes { note } }";
    let open = scene.shown(fields).await;
    assert_eq!(open["text"], "Mariauqz fell");
    assert_eq!(scene.counts().await, (json!(1), json!(1)));

    let ending = json!({ "outcome": "HELPED_BY_PARTNER", "note": "Ladderuqz is mended" });
    village.takes("Resolve", signal, ending).await.done();
    let more = format!("{fields} outcomeNote handler {{ id }}");
    assert_eq!(
        scene.shown(&more).await,
        json!({
            "status": "RESOLVED", "outcome": "HELPED_BY_PARTNER", "outcomeNote": null,
            "handler": { "id": village.partner }, "handlerBasis": null, "text": null,
            "resident": null, "history": { "nodes": [] }, "contactMoments": { "nodes": [] },
        })
    );
    assert_eq!(scene.counts().await, (json!(0), json!(0)));
    // For the municipality it is still there; and opened again, it is the handler's as before.
    let note = scene.coordinator().sees(signal, "outcomeNote").await;
    assert_eq!(note.expect("seen")["outcomeNote"], "Ladderuqz is mended");
    let reopened = scene.coordinator().reopens(signal, "It broke again").await;
    reopened.done();
    let mut again = scene.shown(fields).await;
    again["status"] = open["status"].clone();
    assert_eq!(again, open);
}

/// GDPR articles 5(1)(b) and 6(4): whoever was told passes on no more, for no other reason.
#[tokio::test]
async fn a_handler_passes_on_what_it_was_told_and_no_more() {
    let scene = Scene::set().await;
    let (village, signal) = (&scene.village, scene.signal());
    let target = scene.maria.town.partner("OCMW Beersel").await;
    scene.consents().await;
    scene.hands_over("CONSENT", &["NAME", "PHONE"]).await.done();
    let refers = async |basis: &str, disclosed: &[&str]| {
        let request = Request::to(&target).on(basis, disclosed);
        village.refers_by(signal, request).await
    };
    refers("CONSENT", &["NAME", "ADDRESS"])
        .await
        .is_refused_at("FORBIDDEN", "disclosedFields");
    for basis in ["PUBLIC_TASK", "LEGAL_OBLIGATION", "CONSENT"] {
        refers(basis, &["NAME"])
            .await
            .is_refused_at("BASIS_REQUIRED", "basis");
    }
    let none = "referrals(first: 5) { totalCount }";
    let seen = scene.coordinator().sees(signal, none).await.expect("seen");
    assert_eq!(seen["referrals"]["totalCount"], 0);
    // The municipality may.
    let request = Request::to(&target).on("PUBLIC_TASK", &["ADDRESS"]);
    let made = scene.coordinator().refers_by(signal, request).await;
    made.done();
}
