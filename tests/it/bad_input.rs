//! What is wrong, and what the service says to it. Each case leaves the service answering a
//! control query at once, and no answer repeats what was sent.
//!
//! **One more case:** a line in the table it is like.

use nabij_tests::{Answer, Need, Person, Record, Request, Town};
use serde_json::json;

mod documents;
mod inputs;

/// A marker in what is sent, which no answer may repeat.
const MARK: &str = "zebra7";

/// The service still answers, and knows what it knew.
async fn is_well(person: &Person, signal: &Record) {
    let seen = person
        .looks_up(signal)
        .await
        .expect("the control query answers");
    assert_eq!(seen.fields, signal.fields);
}

#[track_caller]
fn repeats_nothing(answer: &Answer) {
    assert!(!answer.text().contains(MARK), "{}", answer.text());
}

/// Rosa's signal in Alsemberg, and one in Herent that she can't see.
struct Scene {
    town: Town,
    rosa: Person,
    coordinator: Person,
    signal: Record,
    foreign: Record,
}

impl Scene {
    async fn set() -> Self {
        let town = Town::start().await;
        let rosa = town.ambassador("Rosa", &["Alsemberg"]).await;
        let coordinator = town.coordinator().await;
        let signal = rosa
            .signals("The stairs are too steep", "NORMAL")
            .await
            .done();
        let herent = town.coordinator_of("Herent").await;
        let foreign = herent
            .signals("Snow on the doorstep", "NORMAL")
            .await
            .done();
        let signal = coordinator.looks_up(&signal).await.expect("it is there");
        Self {
            town,
            rosa,
            coordinator,
            signal,
            foreign,
        }
    }
}

/// An id of this kind that never existed.
fn random_id(kind: &str) -> String {
    // The specification's own example of a UUIDv7.
    format!("{kind}_01h455vb4pex5vsknk084sn02q")
}

#[tokio::test]
async fn ids_that_are_none() {
    let scene = Scene::set().await;
    let query = "query($id: ID!) { signal(id: $id) { id } }";
    for id in [
        "",
        "signal_",
        "signal_zebra7",
        "SIGNAL_01h455vb4pex5vsknk084sn02q",
        "signal_01h455vb4pex5vsknk084sn02q0",
        "signal_81h455vb4pex5vsknk084sn02q",
        "01890a5d-ac96-774b-bcce-b302099a8057",
        "signal_01h455vb4pex5vsknk084sn02q; DROP TABLE signals zebra7",
        "\u{0}",
        "\u{202e}signal_zebra7",
        &random_id("partner"),
        &random_id("zebra7"),
        &"z".repeat(10_000),
    ] {
        let asked = scene.rosa.asks(query, json!({ "id": id })).await;
        assert_eq!(
            (asked.status(), asked.code()),
            (200, "BAD_USER_INPUT"),
            "{}",
            asked.text()
        );
        assert!(asked.data_despite_errors("/signal").is_null());
        repeats_nothing(&asked);

        let done = scene.coordinator.triages(&Record::signal(id)).await;
        done.is_refused_at("INVALID_ID", "id");
        repeats_nothing(&done);
    }
    is_well(&scene.coordinator, &scene.signal).await;
}

#[tokio::test]
async fn ids_of_somebody_else_are_answered_like_ids_that_never_were() {
    let scene = Scene::set().await;
    let (rosa, foreign) = (&scene.rosa, &scene.foreign);
    let unknown = Record::of(random_id("signal"));
    let same = |a: &Answer, b: &Answer| {
        assert_eq!(a.status(), b.status());
        assert_eq!(a.less_request_id(), b.less_request_id());
    };
    for query in [
        "query($id: ID!) { signal(id: $id) { id title } }",
        "query($id: ID!) { node(id: $id) { id ... on Signal { title } } }",
        "query($id: ID!) { nodes(ids: [$id]) { id } }",
        "query($id: ID!) { signals(where: { id: { eq: $id } }) { nodes { id } totalCount } }",
        "query($id: ID!) { referrals(where: { signal: { eq: $id } }) { nodes { id } totalCount } }",
    ] {
        let theirs = rosa.asks(query, json!({ "id": foreign.id })).await;
        let nobodys = rosa.asks(query, json!({ "id": unknown.id })).await;
        same(&theirs, &nobodys);
    }
    for (step, with) in [
        ("Triage", json!({})),
        ("Start", json!({})),
        ("Resolve", json!({ "outcome": "NO_LONGER_NEEDED" })),
        ("Dismiss", json!({ "reason": "OUT_OF_SCOPE" })),
        ("Withdraw", json!({})),
        ("Reopen", json!({ "reason": "Not done yet" })),
        // Also where the rest of the input is wrong.
        ("Start", json!({ "expectedVersion": 99 })),
    ] {
        for person in [rosa, &scene.coordinator] {
            let theirs = person.takes(step, foreign, with.clone()).await;
            let nobodys = person.takes(step, &unknown, with.clone()).await;
            theirs.is_refused_at("NOT_FOUND", "id");
            same(&theirs, &nobodys);
        }
    }
    let welfare = scene.town.partner("OCMW Beersel").await;
    let theirs = scene.coordinator.refers(foreign, &welfare).await;
    theirs.is_refused_at("NOT_FOUND", "signal");
    same(&theirs, &scene.coordinator.refers(&unknown, &welfare).await);

    let duplicate = |of: &Record| json!({ "reason": "DUPLICATE", "duplicateOf": of.id });
    let theirs = scene
        .coordinator
        .takes("Dismiss", &scene.signal, duplicate(foreign))
        .await;
    theirs.is_refused_at("NOT_FOUND", "duplicateOf");
    same(
        &theirs,
        &scene
            .coordinator
            .takes("Dismiss", &scene.signal, duplicate(&unknown))
            .await,
    );
    is_well(&scene.coordinator, &scene.signal).await;
}

#[tokio::test]
async fn places_that_are_not_yours() {
    let scene = Scene::set().await;
    let need = |place: &str| Need::new("Nobody to talk to", place);
    // A place is public: it is there, but not for her to report on.
    for place in ["Lot", "Herent"] {
        let place = scene.town.neighbourhood(place);
        scene
            .rosa
            .submits(need(&place))
            .await
            .is_refused_as("FORBIDDEN");
    }
    let nowhere = random_id("neighbourhood");
    scene
        .rosa
        .submits(need(&nowhere))
        .await
        .is_refused_at("NOT_FOUND", "neighbourhood");
    scene
        .rosa
        .submits(need(&random_id("signal")))
        .await
        .is_refused_at("INVALID_ID", "neighbourhood");
    is_well(&scene.coordinator, &scene.signal).await;
}

#[tokio::test]
async fn a_stale_version_is_told_the_present_one() {
    let scene = Scene::set().await;
    let stale = json!({ "expectedVersion": 7 });
    let answer = scene.coordinator.takes("Start", &scene.signal, stale).await;
    answer.is_refused_at("CONFLICT", "expectedVersion");
    assert_eq!(answer.user_errors()[0]["currentVersion"], 1);
    is_well(&scene.coordinator, &scene.signal).await;

    let right = json!({ "expectedVersion": 1 });
    scene
        .coordinator
        .takes("Start", &scene.signal, right)
        .await
        .done();
}

#[tokio::test]
async fn a_transition_that_is_not_allowed_is_told_what_is() {
    let scene = Scene::set().await;
    let answer = scene.coordinator.reopens(&scene.signal, "Too early").await;
    answer.is_refused_as("INVALID_TRANSITION");
    let error = &answer.user_errors()[0];
    assert_eq!(
        (&error["from"], &error["attempted"]),
        (&json!("SUBMITTED"), &json!("REOPEN"))
    );
    assert_eq!(
        error["allowed"],
        json!(["TRIAGE", "START", "RESOLVE", "DISMISS", "WITHDRAW"])
    );
    is_well(&scene.coordinator, &scene.signal).await;
}

#[tokio::test]
async fn texts_that_may_not_be_kept() {
    let scene = Scene::set().await;
    let need = |field: &str, text: &str| {
        Need::new("Stairs too steep", &scene.rosa.neighbourhood).with(field, text)
    };
    let long_line = "é".repeat(201);
    let long_story = format!("{MARK}{}", "é".repeat(10_000));
    for (field, text, code) in [
        ("title", "", "REQUIRED"),
        ("title", " \t\n ", "REQUIRED"),
        ("title", &*long_line, "TOO_LONG"),
        ("title", "two\nlines", "INVALID"),
        ("title", "NUL \u{0} zebra7", "INVALID"),
        ("title", "\u{1b}[31mred zebra7", "INVALID"),
        ("title", "\u{202e}zebra7 right to left", "INVALID"),
        ("title", "\u{2066}isolated zebra7", "INVALID"),
        ("title", "zebra7 93.05.18-223.61", "IDENTITY_NUMBER"),
        ("title", "zebra7 93051822361", "IDENTITY_NUMBER"),
        ("text", "zebra7, BSN 111222333", "IDENTITY_NUMBER"),
        ("text", "zebra7 1112.22.333 and more", "IDENTITY_NUMBER"),
        (
            "text",
            "on page 12 93.05.18-223.61 of zebra7",
            "IDENTITY_NUMBER",
        ),
        ("text", &*long_story, "TOO_LONG"),
        ("text", "NUL \u{0} zebra7", "INVALID"),
        ("text", "\u{202a}zebra7", "INVALID"),
        ("source", "93.05.18-223.61 zebra7", "IDENTITY_NUMBER"),
        (
            "externalReference",
            "93.05.18-223.61 zebra7",
            "IDENTITY_NUMBER",
        ),
        ("externalReference", "NUL \u{0} zebra7", "INVALID"),
    ] {
        let answer = scene.rosa.submits(need(field, text)).await;
        answer.is_refused_at(code, field);
        repeats_nothing(&answer);
    }
    // What looks like it but is none is kept as it was written.
    for title in [
        "Call +32 2 359 16 16",
        "93.05.18-223.62 is no number",
        "100 % <b>'; --",
        "שלום",
    ] {
        let kept = scene.rosa.submits(need("title", title)).await.done();
        assert_eq!(kept.text("title"), title);
    }
    is_well(&scene.coordinator, &scene.signal).await;
}

#[tokio::test]
async fn texts_in_searches_are_characters_and_nothing_else() {
    let scene = Scene::set().await;
    scene.rosa.signals("100 % sure_thing", "LOW").await.done();
    let query = "query($t: String!) { signals(where: { title: { contains: $t } }) { totalCount } }";
    for (text, found) in [
        ("100 % s", 1),
        ("sure_t", 1),
        ("sure-t", 0),
        ("%", 1),
        ("_", 1),
        ("stairs", 1),
        ("\\", 0),
        ("' OR 1=1 --", 0),
        ("\u{0}", 0),
        ("\u{202e}", 0),
        ("", 2),
    ] {
        let answer = scene.coordinator.asks(query, json!({ "t": text })).await;
        assert_eq!(answer.data("/signals/totalCount"), found, "{text:?}");
    }
}

#[tokio::test]
async fn a_resident_is_not_shared_without_a_basis() {
    let scene = Scene::set().await;
    let (town, coordinator) = (&scene.town, &scene.coordinator);
    let welfare = town.partner("OCMW Beersel").await;
    let resident = json!({ "new": { "givenName": "Maria" } });
    let need = Need::new("Needs help with the stairs", &scene.rosa.neighbourhood);
    let signal = scene
        .rosa
        .submits(need.with("resident", resident))
        .await
        .done();
    let signal = coordinator.looks_up(&signal).await.expect("it is there");
    let to = || Request::to(&welfare);

    for (request, path) in [
        (to(), "basis"),
        (to().with("disclosedFields", json!(["NAME"])), "basis"),
        (to().on("CONSENT", &["NAME"]), "basis"),
        (to().on("VITAL_INTEREST", &["NAME"]), "basisJustification"),
    ] {
        coordinator
            .refers_by(&signal, request)
            .await
            .is_refused_at("BASIS_REQUIRED", path);
        is_well(coordinator, &signal).await;
    }
    let referrals = coordinator
        .asks("{ referrals { totalCount } }", json!({}))
        .await;
    assert_eq!(
        referrals.data("/referrals/totalCount"),
        0,
        "nothing was written"
    );

    // A signal about nobody discloses nothing.
    let about_nobody = coordinator
        .refers_by(&scene.signal, to().on("PUBLIC_TASK", &["NAME"]))
        .await;
    about_nobody.is_refused_at("INVALID", "disclosedFields");
    coordinator
        .refers_by(&signal, to().on("PUBLIC_TASK", &["NAME"]))
        .await
        .done();
}

/// A filter is paid for by its conditions, and a long one doesn't end the process: a statement is
/// built and written out by recursion.
#[tokio::test]
async fn filters_of_a_thousand_conditions_are_harmless() {
    let scene = Scene::set().await;
    let anybody = scene.town.passer_by();
    let query = "query($where: PartnerWhere) { partners(where: $where) { nodes { id } } }";
    let conditions = |count: usize| json!({ "where": { "or": vec![json!({}); count] } });
    let answer = anybody.asks(query, conditions(12_000)).await;
    assert_eq!(answer.code(), "QUERY_TOO_EXPENSIVE");
    let answer = anybody.asks(query, conditions(2_000)).await;
    assert_eq!(answer.status(), 200);
    let places = vec![scene.signal.id.replace("signal_", "neighbourhood_"); 3_000];
    let query =
        "query($in: [ID!]) { ambassadors(where: { neighbourhood: { in: $in } }) { nodes { id } } }";
    let answer = anybody.asks(query, json!({ "in": places })).await;
    assert_eq!(answer.data("/ambassadors/nodes"), &json!([]));
    is_well(&scene.coordinator, &scene.signal).await;
}
