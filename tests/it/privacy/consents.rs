//! What a resident agreed to, and took back: it closes at once, everywhere, and whoever loses it is told
//! so. What one is told of somebody on another ground is told to the auditor, and in no text more than
//! is disclosed.

use nabij_tests::{Appeal, Need, Person, Record, Request, Town};
use serde_json::{Value, json};

/// Somebody whose need was referred to the welfare centre on their consent.
struct Told {
    signal: Record,
    resident: String,
    consent: String,
    referral: Record,
}

struct Scene {
    town: Town,
    coordinator: Person,
    welfare: Person,
}

impl Scene {
    async fn set() -> Self {
        let town = Town::start().await;
        Self {
            coordinator: town.coordinator().await,
            welfare: town.partner("OCMW Beersel").await,
            town,
        }
    }

    /// Somebody's signal, and who they are.
    async fn need_of(&self, name: &str) -> (Record, String) {
        let somebody = json!({ "new": { "givenName": name, "birthYear": 1938,
            "contact": { "phone": "+3223591616", "address": "Kerkwegel 117, Beersel" } } });
        let need = Need::new("Stairs too steep", &self.coordinator.neighbourhood)
            .with("text", "She fell")
            .with("resident", somebody);
        let signal = self.coordinator.submits(need).await.done();
        let seen = self.coordinator.sees(&signal, "resident { id }").await;
        let resident = seen.expect("theirs")["resident"]["id"].clone();
        (signal, resident.as_str().expect("an id").to_owned())
    }

    /// They agree that a partner is told.
    async fn agrees(&self, resident: &str, to: &Person) -> String {
        let input = json!({ "resident": resident, "kind": "SHARE_WITH_PARTNER", "method": "ORAL",
            "partner": to.partner });
        let made = self
            .coordinator
            .does("consentRecord", "consent", "id", input)
            .await;
        made.done().id
    }

    async fn told_of(&self, name: &str) -> Told {
        let (signal, resident) = self.need_of(name).await;
        let consent = self.agrees(&resident, &self.welfare).await;
        let request = Request::to(&self.welfare).on("CONSENT", &["NAME", "NOTES"]);
        let referral = self.coordinator.refers_by(&signal, request).await.done();
        self.welfare.accepts(&referral).await.done();
        for note in ["She opens after noonuqz", "We measured the stairsuqz"] {
            self.writes(&referral, note).await;
        }
        Told {
            signal,
            resident,
            consent,
            referral,
        }
    }

    /// The welfare centre writes down what was said.
    async fn writes(&self, referral: &Record, note: &str) {
        let input = json!({ "on": { "referral": referral.id }, "kind": "VISIT",
            "outcome": "REACHED", "note": note });
        self.welfare
            .does("contactMomentRecord", "contactMoment", "id", input)
            .await
            .done();
    }

    async fn changes_her_mind(&self, consent: &str) {
        let input = json!({ "id": consent });
        self.coordinator
            .does("consentWithdraw", "consent", "id", input)
            .await
            .done();
    }
}

const RESIDENTS: &str = "query($after: String) { page: residents(first: 1, after: $after) { totalCount \
    nodes { id givenName } pageInfo { endCursor hasNextPage } } }";
const SIGNALS: &str = "query($after: String) { page: signals(first: 1, after: $after) { totalCount \
    nodes { id title text } pageInfo { endCursor hasNextPage } } }";
const REFERRALS: &str = "query($after: String) { page: referrals(first: 1, after: $after) { totalCount \
    nodes { status cancelCause reason resident { id } signal { id } contactMoments { totalCount } } \
    pageInfo { endCursor hasNextPage } } }";
const NESTED: &str = "query($id: ID!, $after: String) { referral(id: $id) { page: contactMoments(first: 1, \
    after: $after) { totalCount nodes { note } pageInfo { endCursor hasNextPage } } } }";

/// GDPR article 7(3): withdrawing is as easy as giving, and it counts at once, also for somebody who
/// has half a list on the screen.
#[tokio::test]
async fn what_rests_on_a_withdrawn_consent_closes_in_the_middle_of_paging() {
    let scene = Scene::set().await;
    let mut told = Vec::new();
    for name in ["Mariauqz", "Gerdauqz", "Simonneuqz"] {
        told.push(scene.told_of(name).await);
        scene.town.wait(std::time::Duration::from_mins(1));
    }
    let page = async |query: &str, at: &str, after: Value| {
        let variables = if query == NESTED {
            json!({ "id": told[0].referral.id, "after": after })
        } else {
            json!({ "after": after })
        };
        let answer = scene.welfare.asks(query, variables).await;
        (answer.data(at).clone(), answer.text().to_owned())
    };
    let lists = [
        (RESIDENTS, "/page", 3),
        (SIGNALS, "/page", 3),
        (REFERRALS, "/page", 3),
        (NESTED, "/referral/page", 2),
    ];
    let mut cursors = Vec::new();
    for (query, at, total) in lists {
        let (first, _) = page(query, at, Value::Null).await;
        assert_eq!(first["totalCount"], total, "{query}");
        assert_eq!(first["pageInfo"]["hasNextPage"], true, "{query}");
        cursors.push(first["pageInfo"]["endCursor"].clone());
    }

    for one in &told {
        scene.changes_her_mind(&one.consent).await;
    }
    for ((query, at, _), after) in lists.into_iter().zip(cursors) {
        let (next, text) = page(query, at, after).await;
        assert!(
            !text.contains("uqz") && !text.contains("resident_"),
            "{text}"
        );
        if query == REFERRALS {
            // They are told that it is over, and why.
            assert_eq!(next["totalCount"], 3);
            assert_eq!(
                next["nodes"],
                json!([{ "status": "CANCELLED", "cancelCause": "CONSENT_WITHDRAWN",
                    "reason": null, "resident": null, "signal": null,
                    "contactMoments": { "totalCount": 0 } }])
            );
            continue;
        }
        assert_eq!(next["totalCount"], 0, "{query}");
        assert_eq!(next["nodes"], json!([]), "{query}");
        assert_eq!(next["pageInfo"]["hasNextPage"], false, "{query}");
    }
    let found =
        "query($signal: ID!) { referrals(where: { signal: { eq: $signal } }) { totalCount } }";
    let found = scene
        .welfare
        .asks(found, json!({ "signal": told[0].signal.id }))
        .await;
    assert_eq!(
        found.data("/referrals/totalCount"),
        0,
        "nor by what it is about"
    );
    let person = "query($id: ID!) { resident(id: $id) { id } }";
    let person = scene
        .welfare
        .asks(person, json!({ "id": told[0].resident }))
        .await;
    assert!(person.data("/resident").is_null());
}

/// GDPR articles 7(3) and 5(1)(b): what a partner wrote itself closes with the rest, of a case that is
/// over too; the municipality keeps it.
#[tokio::test]
async fn what_a_partner_wrote_closes_with_the_consent() {
    let scene = Scene::set().await;
    let told = scene.told_of("Mariauqz").await;
    let notes = "contactMoments { nodes { id note } }";
    let before = scene.welfare.sees(&told.referral, notes).await;
    let before = before.expect("theirs")["contactMoments"]["nodes"].clone();
    assert_eq!(before.as_array().map(Vec::len), Some(2));
    scene
        .welfare
        .completes(&told.referral, "GOT_HELP")
        .await
        .done();
    let own = "query($id: ID!) { node(id: $id) { ... on ContactMoment { note } } }";
    let id = json!({ "id": before[0]["id"] });
    let read = scene.welfare.asks(own, id.clone()).await;
    assert!(read.text().contains("uqz"), "what they wrote stays theirs");

    scene.changes_her_mind(&told.consent).await;
    let read = scene.welfare.asks(own, id.clone()).await;
    assert!(read.data("/node").is_null(), "{}", read.text());
    assert!(scene.welfare.looks_up(&told.referral).await.is_none());
    let kept = scene.coordinator.asks(own, id).await;
    assert!(kept.text().contains("uqz"));
}

/// GDPR article 7(3), and article 19: what was passed on was told on the same consent, however far it
/// went, and whatever has ended in between.
#[tokio::test]
async fn a_chain_closes_to_its_end() {
    let scene = Scene::set().await;
    let (town, coordinator) = (&scene.town, &scene.coordinator);
    let (care, meals, church) = (
        town.partner("Thuiszorg").await,
        town.partner("Maaltijden aan huis").await,
        town.partner("Parochie").await,
    );
    let (signal, resident) = scene.need_of("Mariauqz").await;
    let consent = scene.agrees(&resident, &scene.welfare).await;
    scene.agrees(&resident, &care).await;
    scene.agrees(&resident, &meals).await;
    let on_consent = |to: &Person| Request::to(to).on("CONSENT", &["NAME"]);
    let first = coordinator
        .refers_by(&signal, on_consent(&scene.welfare))
        .await
        .done();
    scene.welfare.accepts(&first).await.done();
    let second = scene
        .welfare
        .refers_by(&signal, on_consent(&care))
        .await
        .done();
    scene.welfare.completes(&first, "GOT_HELP").await.done();
    care.accepts(&second).await.done();
    let third = care.refers_by(&signal, on_consent(&meals)).await.done();
    care.completes(&second, "REFERRED_ELSEWHERE").await.done();
    meals.accepts(&third).await.done();
    // Round, to where it began.
    let fourth = meals
        .refers_by(&signal, on_consent(&scene.welfare))
        .await
        .done();
    // And one that rests on nothing of it.
    let apart = Request::to(&church).on("PUBLIC_TASK", &["NAME"]);
    let apart = coordinator.refers_by(&signal, apart).await.done();

    scene.changes_her_mind(&consent).await;
    let stands = "status cancelCause";
    for (referral, status) in [
        (&first, "COMPLETED"),
        (&second, "COMPLETED"),
        (&third, "CANCELLED"),
        (&fourth, "CANCELLED"),
        (&apart, "REQUESTED"),
    ] {
        let seen = coordinator.sees(referral, stands).await.expect("theirs");
        let cause = (status == "CANCELLED").then_some("CONSENT_WITHDRAWN");
        assert_eq!(seen, json!({ "status": status, "cancelCause": cause }));
    }
    for (partner, referral) in [
        (&meals, &third),
        (&meals, &fourth),
        (&scene.welfare, &fourth),
    ] {
        let told = partner
            .sees(referral, "status reason resident { id }")
            .await;
        let expected = json!({ "status": "CANCELLED", "reason": null, "resident": null });
        assert_eq!(told, Some(expected), "both ends of it are told");
    }
    for partner in [&scene.welfare, &care, &meals] {
        let people = "{ residents { totalCount } }";
        let people = partner.asks(people, json!({})).await;
        assert_eq!(people.data("/residents/totalCount"), 0);
    }
    assert!(
        church
            .sees(&apart, "resident { givenName }")
            .await
            .is_some()
    );
}

/// What the auditor may know of a referral, and what they may not.
const ON_A_VITAL_INTEREST: &str = "{ referrals(first: 2, where: { basis: { eq: VITAL_INTEREST } }) { totalCount \
    nodes { id basis basisJustification disclosedFields status createdAt toPartner { name } \
    fromPartner { name } requestedBy { displayName } reason statusNote outcome outcomeNote \
    rejectReason resident { id } signal { id } allowedActions history(first: 3) { nodes { kind } } \
    contactMoments { totalCount } callOuts { totalCount } feedback { totalCount } } } }";

/// GDPR articles 6(1)(d) and 9(2)(c), and 5(2): a ground that neither the resident nor the law gave is
/// accounted for; the auditor is told why, and not of whom.
#[tokio::test]
async fn the_auditor_is_told_of_a_vital_interest() {
    use nabij_entity::role_grant::Role;
    let scene = Scene::set().await;
    let (coordinator, auditor) = (&scene.coordinator, scene.town.official(Role::Auditor).await);
    let (signal, _) = scene.need_of("Mariauqz").await;
    let at_stake = |why: &str| {
        Request::to(&scene.welfare)
            .on("VITAL_INTEREST", &["NAME", "ADDRESS"])
            .with("reason", "Mariauqz doesn't open")
            .with("basisJustification", why)
    };
    coordinator
        .refers_by(&signal, at_stake("Mariauqz lies on the floor"))
        .await
        .is_refused_at("INVALID", "basisJustification");
    let why = "Seen through the window, lying on the floor; no answer for a day";
    let referral = coordinator.refers_by(&signal, at_stake(why)).await.done();
    scene.welfare.accepts(&referral).await.done();
    scene.writes(&referral, "Openeduqz by the police").await;
    let (other, _) = scene.need_of("Gerdauqz").await;
    let usual = Request::to(&scene.welfare).on("PUBLIC_TASK", &["NAME"]);
    let usual = coordinator.refers_by(&other, usual).await.done();

    let answer = auditor.asks(ON_A_VITAL_INTEREST, json!({})).await;
    assert_eq!(answer.data("/referrals/totalCount"), 1, "{}", answer.text());
    let told = answer.data("/referrals/nodes/0");
    for (field, value) in [
        ("id", json!(referral.id)),
        ("basis", json!("VITAL_INTEREST")),
        ("basisJustification", json!(why)),
        ("disclosedFields", json!(["NAME", "ADDRESS"])),
        ("status", json!("ACCEPTED")),
        ("toPartner", json!({ "name": "OCMW Beersel" })),
        ("fromPartner", Value::Null),
        (
            "requestedBy",
            json!({ "displayName": "Coordinator of Beersel" }),
        ),
        ("reason", Value::Null),
        ("resident", Value::Null),
        ("signal", Value::Null),
        ("allowedActions", json!([])),
        ("contactMoments", json!({ "totalCount": 0 })),
    ] {
        assert_eq!(told[field], value, "{field}");
    }
    assert!(!answer.text().contains("uqz"), "{}", answer.text());
    assert!(auditor.sees(&usual, "id").await.is_none());
    for case in [&signal, &other] {
        assert!(auditor.sees(case, "id").await.is_none());
    }
    // How it ended is casework.
    scene.welfare.completes(&referral, "GOT_HELP").await.done();
    let ended = auditor.sees(&referral, "status outcome").await;
    assert_eq!(
        ended,
        Some(json!({ "status": "COMPLETED", "outcome": null }))
    );
    // Who vouches for it is between them and the auditor.
    let asked = "requestedBy { displayName }";
    let seen = scene.welfare.sees(&referral, asked).await;
    assert_eq!(seen, Some(json!({ "requestedBy": null })));
    let elsewhere = scene.town.coordinator_of("Herent").await;
    assert!(elsewhere.sees(&referral, "id").await.is_none());
}

/// GDPR article 5(1)(c): a title goes to every partner, so it tells what it is and not who; of whoever is
/// recorded with it, is known already, or is handed over in a lot.
#[tokio::test]
async fn a_title_does_not_tell_of_whom_it_is() {
    let scene = Scene::set().await;
    let (_, known) = scene.need_of("Mariauqz").await;
    let place = &scene.coordinator.neighbourhood;
    let new = json!({ "new": { "givenName": "Gerdauqz", "birthYear": 1941,
        "contact": { "phone": "+3223591717", "email": "gerdauqz@example.org" } } });
    let known = json!({ "id": known });
    let cases = [
        (&new, "Stairs too steep for Gerdauqz"),
        (&new, "Call 02 359 17 17"),
        (&new, "Somebody of 1941 fell"),
        (&known, "MARIAUQZ fell"),
        (&known, "In the Kerkwegel, on 117"),
        (&known, "Call 02/359.16.16"),
    ];
    for (whom, title) in cases {
        let need = Need::new(title, place).with("resident", whom.clone());
        let refused = scene.coordinator.submits(need).await;
        refused.is_refused_at("INVALID", "title");
        let said = refused.user_errors()[0]["message"].as_str().expect("words");
        assert!(said.contains("`text`"), "it says what to do: {said}");
        assert!(!said.contains("uqz") && !said.contains("359"), "{said}");
    }
    let lot: Vec<Value> = cases
        .iter()
        .map(|(whom, title)| {
            Need::new(title, place)
                .with("resident", (*whom).clone())
                .input()
        })
        .collect();
    let many = "mutation($input: SignalSubmitManyInput!) { signalSubmitMany(input: $input) { results { \
        signal { id } userErrors { code path } } userErrors { code path } } }";
    let input = json!({ "signals": lot, "allOrNothing": false });
    let answer = scene
        .coordinator
        .asks(many, json!({ "input": input }))
        .await;
    let rows = answer.data("/signalSubmitMany/results").as_array();
    for row in rows.expect("a row each") {
        assert_eq!(row["userErrors"][0]["code"], "INVALID", "{row}");
        let path = row["userErrors"][0]["path"].as_array().expect("a path");
        assert_eq!(path.last(), Some(&json!("title")), "{row}");
    }
    // Nothing of it was written, and the text is for whoever is told.
    let people = "{ residents { totalCount } signals { totalCount } }";
    let people = scene.coordinator.asks(people, json!({})).await;
    assert_eq!(
        people.data(""),
        &json!({ "residents": { "totalCount": 1 },
        "signals": { "totalCount": 1 } })
    );
    let need = Need::new("Stairs too steep in Beersel", place)
        .with("text", "Gerdauqz fell")
        .with("resident", new);
    scene.coordinator.submits(need).await.done();
}

/// GDPR article 5(1)(c): a referral tells in words no more than it discloses.
#[tokio::test]
async fn a_reason_tells_no_more_than_is_disclosed() {
    let scene = Scene::set().await;
    let (signal, _) = scene.need_of("Mariauqz").await;
    let reason = |fields: &[&str], reason: &str| {
        Request::to(&scene.welfare)
            .on("PUBLIC_TASK", fields)
            .with("reason", reason)
    };
    for (fields, text) in [
        (&[][..], "Please see Mariauqz"),
        (&["NAME"][..], "Ring Mariauqz on 02 359 16 16"),
        (&["NAME", "PHONE"][..], "She lives in the Kerkwegel"),
        (&["PHONE", "ADDRESS"][..], "She is from 1938"),
    ] {
        let refused = scene
            .coordinator
            .refers_by(&signal, reason(fields, text))
            .await;
        refused.is_refused_at("INVALID", "reason");
        let said = refused.user_errors()[0]["message"].as_str().expect("words");
        assert!(said.contains("`disclosedFields`"), "{said}");
        assert!(!said.contains("uqz") && !said.contains("359"), "{said}");
    }
    let fits = reason(
        &["NAME", "PHONE"],
        "Ring Mariauqz on 02 359 16 16, in Beersel",
    );
    scene.coordinator.refers_by(&signal, fits).await.done();
}

/// GDPR article 5(1)(c): a refusal tells whoever tries words nothing that was withheld from them. What
/// they are told is still kept out of what others read.
#[tokio::test]
async fn what_is_withheld_is_not_found_by_trying_words() {
    let scene = Scene::set().await;
    let (signal, _) = scene.need_of("Mariauqz").await;
    let others = [
        scene.town.partner("Dorpshulp").await,
        scene.town.partner("Buurtwerk").await,
    ];
    let told_languages = Request::to(&scene.welfare).on("PUBLIC_TASK", &["LANGUAGES"]);
    let told_the_year = Request::to(&scene.welfare).on("PUBLIC_TASK", &["BIRTH_YEAR"]);
    let tries = async |referral: &Record, other: &Person, words: &str| {
        let onward = Request::to(other)
            .on("PUBLIC_TASK", &[])
            .with("reason", words);
        let passed_on = scene.welfare.refers_by(&signal, onward).await;
        let appeal = Appeal::until("2026-03-04T17:00:00Z").with("title", words);
        let called = scene.welfare.calls_out(referral, appeal).await;
        [(passed_on, "reason"), (called, "title")].map(|(answer, path)| {
            let problems = answer.user_errors().iter();
            let refused = problems.filter(|problem| problem["path"] == json!([path]));
            refused.count() > 0
        })
    };
    let first = scene.coordinator.refers_by(&signal, told_languages).await;
    let first = first.done();
    scene.welfare.accepts(&first).await.done();
    for words in ["Mariauqz", "Of 1938", "02 359 16 16", "Kerkwegel 117"] {
        assert_eq!(
            tries(&first, &others[0], words).await,
            [false, false],
            "{words}"
        );
    }
    scene.welfare.completes(&first, "GOT_HELP").await.done();
    let second = scene.coordinator.refers_by(&signal, told_the_year).await;
    let second = second.done();
    scene.welfare.accepts(&second).await.done();
    assert_eq!(tries(&second, &others[1], "Of 1938").await, [true, true]);
    assert_eq!(tries(&second, &others[1], "Mariauqz").await, [false, false]);
}

/// GDPR article 5(1)(c): by which another system knows somebody is no partner's business but of those
/// who have it from there.
#[tokio::test]
async fn another_systems_name_for_it_stays_with_whoever_reported_and_handles_it() {
    let scene = Scene::set().await;
    let rosa = scene.town.ambassador("Rosa", &[]).await;
    let need = Need::new("Stairs too steep", &rosa.neighbourhood)
        .with("source", "Hoplruqz")
        .with("externalReference", "hoplr-7uqz");
    let signal = rosa.submits(need).await.done();
    scene
        .coordinator
        .refers(&signal, &scene.welfare)
        .await
        .done();
    let fields = "title source externalReference";
    for person in [&rosa, &scene.coordinator] {
        let seen = person.sees(&signal, fields).await.expect("theirs");
        assert_eq!(seen["source"], "Hoplruqz");
        assert_eq!(seen["externalReference"], "hoplr-7uqz");
    }
    let seen = scene.welfare.sees(&signal, fields).await.expect("theirs");
    let expected =
        json!({ "title": "Stairs too steep", "source": null, "externalReference": null });
    assert_eq!(seen, expected);
    let found = "{ signals(where: { externalReference: { eq: \"hoplr-7uqz\" } }) { totalCount } }";
    let found = scene.welfare.asks(found, json!({})).await;
    assert_eq!(found.data("/signals/totalCount"), 0);
}
