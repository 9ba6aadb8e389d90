use std::collections::BTreeSet;

use async_graphql::Request;
use nabij_entity::{referral::ReferralStatus as R, signal::SignalStatus as S};
use serde_json::{Value, json};

use super::{
    data::{self, Content, Deed},
    load, people, samples,
    story::Records,
    *,
};
use crate::{
    domain::text,
    gate::{Gate, GraphQlRequest, Limits},
    graphql,
    store::{Cx, access::Subject},
};

fn content() -> Content {
    data::content().expect("the files are in order")
}

#[test]
fn every_key_leads_somewhere_and_is_there_once() {
    let content = content();
    let mut known = BTreeSet::new();
    let mut add = |kind: &str, key: &str| {
        assert!(
            known.insert(format!("{kind}/{key}")),
            "{kind} {key} is there twice"
        );
    };
    for (_, person) in content.people() {
        add("person", &person.subject);
    }
    for chapter in &content.chapters {
        chapter
            .neighbourhoods
            .iter()
            .for_each(|n| add("neighbourhood", &n.key));
        chapter
            .partners
            .iter()
            .for_each(|p| add("partner", &p.reference));
        chapter
            .ambassadors
            .iter()
            .for_each(|a| add("ambassador", &a.key));
        chapter
            .residents
            .iter()
            .for_each(|r| add("resident", &r.key));
        add("initiative", &chapter.initiative.reference);
    }
    for chapter in &content.chapters {
        let mut signals = BTreeSet::new();
        for step in &chapter.story {
            assert!(
                known.contains(&format!("person/{}", step.by)),
                "{}",
                step.by
            );
            assert!(
                step.day >= 1 && u64::from(step.day) < load::BEGINNING,
                "{step:?} lies outside the story"
            );
            match &step.does {
                Deed::Submit(submit) => {
                    signals.insert(submit.key.as_str());
                }
                Deed::Refer(refer) => {
                    assert!(
                        known.contains(&format!("partner/{}", refer.to)),
                        "{refer:?}"
                    );
                    assert!(signals.contains(refer.signal.as_str()), "{refer:?}");
                }
                _ => {}
            }
        }
        for resident in &chapter.residents {
            let used = chapter.story.iter().any(|step| {
                matches!(&step.does, Deed::Submit(s) if s.resident.as_ref() == Some(&resident.key))
            });
            assert!(used, "nothing happens to {}", resident.key);
        }
    }
}

#[test]
fn no_text_holds_an_identity_number_or_a_real_address() {
    for (name, file) in data::FILES {
        assert!(!text::holds_identity_number(file), "{name}");
        for address in file.split(['"', ' ']).filter(|word| word.contains('@')) {
            assert!(address.ends_with("@example.org"), "{name}: {address}");
        }
        for phone in file
            .lines()
            .filter_map(|line| line.strip_prefix("phone = "))
        {
            // No number of Belgium or the Netherlands begins with a zero after the country.
            let invalid = phone.starts_with("\"+320") || phone.starts_with("\"+310");
            assert!(invalid, "{name}: {phone}");
        }
    }
    for (_, person) in content().people() {
        let invented = ["Demo", "Voorbeeld"]
            .iter()
            .any(|name| person.name.ends_with(name));
        assert!(invented, "{} could be somebody", person.name);
    }
    for chapter in content().chapters {
        for resident in chapter.residents {
            let invented = ["Fictief", "Verzonnen"].contains(&resident.family_name.as_str());
            assert!(invented, "{} could be somebody", resident.family_name);
        }
    }
}

/// A demo in a folder of its own, which goes with it.
struct Built {
    data: PathBuf,
    app: App,
    db: Db,
    records: Records,
}

impl Built {
    async fn new(name: &str) -> Self {
        let data = folder(name);
        let folder = Folder::new(&data);
        let (app, db, _) = prepare(&folder, false, &EdgeSettings::default())
            .await
            .expect("a demo");
        let records = folder.records().expect("records");
        Self {
            data,
            app,
            db,
            records,
        }
    }

    async fn remove(self) {
        self.db.close().await;
        fs::remove_dir_all(self.data).expect("removed");
    }
}

fn folder(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("nabij-demo-{name}-{}", std::process::id()))
}

async fn sign_in(app: &App, subject: &str) -> Cx {
    let mut cx = app.cx("test");
    let identity = Subject {
        issuer: DEMO_ISSUER.to_owned(),
        subject: subject.to_owned(),
    };
    assert!(
        cx.sign_in(identity).await.expect("an answer"),
        "{subject} has no account"
    );
    cx
}

async fn ask(cx: Cx, query: &str, variables: Value) -> Value {
    let request = Request::new(query)
        .variables(async_graphql::Variables::from_json(variables))
        .data(cx);
    let response = graphql::schema().execute(request).await;
    assert!(response.errors.is_empty(), "{query}: {:?}", response.errors);
    response.data.into_json().expect("JSON")
}

#[tokio::test]
async fn the_story_ends_as_it_is_meant_to() {
    let built = Built::new("story").await;
    let (app, records) = (&built.app, &built.records);
    for (coordinator, signal, status) in [
        ("carla", "dokter", S::Resolved),
        ("carla", "opvang", S::InProgress),
        ("carla", "hoplr", S::Triaged),
        ("carla", "tegels", S::Submitted),
        ("carla", "tegels-bis", S::Dismissed),
        ("carla", "praatbank", S::InProgress),
        ("carla", "lamp", S::Withdrawn),
        ("carla", "verwarming", S::Submitted),
        ("carla", "eenzaam", S::InProgress),
        ("hilde", "maaltijden", S::Resolved),
        ("hilde", "dakgoot", S::Dismissed),
        ("hilde", "fruitpluk", S::Resolved),
        ("hilde", "hond", S::InProgress),
        ("petra", "vervolg", S::Resolved),
        ("heidi", "mantelzorg", S::InProgress),
        ("wim", "gordijnen", S::Resolved),
        ("wim", "koelkast", S::Submitted),
    ] {
        let id = records
            .type_id(&format!("signal/{signal}"))
            .expect("a signal");
        let cx = sign_in(app, coordinator).await;
        let found = ask(
            cx,
            "query($id: ID!) { signal(id: $id) { status } }",
            json!({ "id": id }),
        );
        assert_eq!(found.await["signal"]["status"], status.code(), "{signal}");
    }
    for (coordinator, referral, status) in [
        ("carla", "dokter-ocmw", R::Completed),
        ("carla", "opvang-elz", R::Rejected),
        ("carla", "opvang-ocmw", R::InProgress),
        ("carla", "eenzaam-ocmw", R::Requested),
        ("hilde", "rekening-sociaal-huis", R::InProgress),
        ("hilde", "hond-molotov", R::Rejected),
        ("hilde", "hond-molotov-2", R::Requested),
        ("hilde", "sneeuw-molotov", R::OnHold),
        ("wim", "spreekuur-kerken", R::Cancelled),
        ("wim", "tuin-recept", R::Cancelled),
    ] {
        let id = records
            .type_id(&format!("referral/{referral}"))
            .expect("a referral");
        let cx = sign_in(app, coordinator).await;
        let query = "query($id: ID!) { referral(id: $id) { status } }";
        let found = ask(cx, query, json!({ "id": id })).await;
        assert_eq!(found["referral"]["status"], status.code(), "{referral}");
    }
    overdue_surfaces(app).await;
    initiatives_are_there(app).await;
    built.remove().await;
}

/// A front-end developer sees something real behind every type: no table is empty, less those whose
/// rows are made by people who use the demo.
#[tokio::test]
async fn something_real_is_behind_every_type() {
    const OF_USE: [&str; 7] = [
        "access_log",
        "erasures",
        "idempotency_keys",
        "legal_holds",
        "retention_rules",
        "retention_runs",
        "seaql_migrations",
    ];
    let built = Built::new("everything").await;
    let mut empty = built.db.empty_tables().await.expect("an answer");
    empty.retain(|table| !OF_USE.contains(&table.as_str()));
    assert_eq!(empty, Vec::<String>::new());
    built.remove().await;
}

/// Story B3: what nobody looked at in time is found by itself.
async fn overdue_surfaces(app: &App) {
    let query = "{ signals(where: { overdue: true }, first: 50) { nodes { title } } }";
    let found = ask(sign_in(app, "carla").await, query, json!({})).await;
    let titles = found["signals"]["nodes"].to_string();
    assert!(titles.contains("zonder verwarming"), "{titles}");
    assert!(!titles.contains("Losliggende tegels"), "{titles}");
}

/// The public reads each initiative as its file tells it.
async fn initiatives_are_there(app: &App) {
    let query = "{ initiatives(first: 10) { nodes { reference name minimumAge municipality { code } \
                 evaluations { recommendation impact strengths } } } }";
    let found = ask(app.cx("test"), query, json!({})).await;
    let found = found["initiatives"]["nodes"].as_array().expect("a list");
    assert_eq!(found.len(), 5);
    for chapter in content().chapters {
        let initiative = &chapter.initiative;
        let node = found
            .iter()
            .find(|node| node["reference"] == initiative.reference.as_str())
            .unwrap_or_else(|| panic!("no {}", initiative.reference));
        assert_eq!(node["name"], initiative.name.as_str());
        assert_eq!(node["minimumAge"], json!(initiative.minimum_age));
        assert_eq!(
            node["municipality"]["code"],
            chapter.municipality.code.as_str()
        );
        let evaluations = match &initiative.evaluation {
            None => json!([]),
            Some(evaluation) => json!([{
                "recommendation": evaluation.recommendation,
                "impact": evaluation.impact,
                "strengths": evaluation.strengths,
            }]),
        };
        assert_eq!(node["evaluations"], evaluations, "{}", initiative.reference);
    }
}

#[tokio::test]
async fn each_sample_passes_the_gate_and_is_answered_without_an_error() {
    let built = Built::new("samples").await;
    let (app, records) = (&built.app, &built.records);
    let gate = Gate::new(&graphql::sdl(), Limits::default()).expect("a gate");
    for sample in samples::all().expect("samples") {
        let variables = samples::fill(Value::Object(sample.variables), records).expect("ids");
        let admitted = gate.admit(&GraphQlRequest {
            query: &sample.query,
            operation_name: None,
            variables: variables.as_object().expect("an object"),
            explain: false,
        });
        assert!(admitted.is_ok(), "{}: {:?}", sample.title, admitted.err());
        let cx = match &sample.by {
            Some(subject) => sign_in(app, subject).await,
            None => app.cx("test"),
        };
        let answer = ask(cx, &sample.query, variables).await;
        let answer = answer.as_object().expect("an object");
        for (field, value) in answer {
            assert!(!value.is_null(), "{}: {field} is null", sample.title);
            if let Some(errors) = value.get("userErrors") {
                assert_eq!(errors, &json!([]), "{}", sample.title);
            }
            if let Some(nodes) = value.get("nodes") {
                assert_ne!(nodes, &json!([]), "{} finds nothing", sample.title);
            }
        }
    }
    built.remove().await;
}

#[tokio::test]
async fn a_second_start_keeps_the_data_and_a_reset_builds_it_anew() {
    let data = folder("starts");
    let folder = Folder::new(&data);
    let id = |records: &Records| records.type_id("signal/eenzaam");

    let (app, db, handed) = prepare(&folder, false, &EdgeSettings::default())
        .await
        .expect("a demo");
    let first = folder.records().expect("records");
    assert_eq!(handed.people.len(), content().people().count());
    // Whoever has a token also has an account.
    for person in &handed.people {
        sign_in(&app, &person.subject).await;
    }
    db.close().await;
    let key = fs::read(folder.file("signing-key.p8")).expect("a key");

    let (_, db, _) = prepare(&folder, false, &EdgeSettings::default())
        .await
        .expect("a demo");
    db.close().await;
    assert_eq!(id(&folder.records().expect("records")), id(&first));

    let (_, db, _) = prepare(&folder, true, &EdgeSettings::default())
        .await
        .expect("a demo");
    db.close().await;
    assert_ne!(id(&folder.records().expect("records")), id(&first));
    assert_eq!(fs::read(folder.file("signing-key.p8")).expect("a key"), key);

    // What a start that was cut off has left behind is built anew.
    fs::remove_file(folder.database()).expect("a database");
    fs::write(folder.file(NEW_DATABASE), b"half").expect("written");
    let (_, db, _) = prepare(&folder, false, &EdgeSettings::default())
        .await
        .expect("a demo");
    db.close().await;
    assert!(folder.database().exists() && !folder.file(NEW_DATABASE).exists());
    fs::remove_dir_all(&data).expect("removed");
}

#[tokio::test]
async fn the_tokens_are_those_that_the_demo_accepts_and_nobody_else_does() {
    let key = SigningKey::generate().expect("a key");
    let clock = Clock::system();
    let people = people::with_tokens(&content(), &key, &clock).expect("tokens");
    let demo = Issuers::default().and_own(DEMO_ISSUER, AUDIENCE, &key);
    for person in &people {
        let identity = demo.verify(&person.token, &clock).expect("accepted");
        assert_eq!(
            (identity.issuer.as_str(), &identity.subject),
            (DEMO_ISSUER, &person.subject)
        );
        assert!(Issuers::default().verify(&person.token, &clock).is_err());
    }
    let written: Value = serde_json::from_str(&people::tokens_json(&people)).expect("JSON");
    assert_eq!(written["rosa"]["role"], "ambassador");
    assert_eq!(written["rosa"]["where"], "Alsemberg, Lot (Beersel)");
    assert_eq!(written["hilde"]["where"], "Herent; Sociaal Huis Herent");
    assert_eq!(written["vera"]["where"], "Wijk bij Duurstede");
    let roles: BTreeSet<&str> = people.iter().flat_map(|p| p.role.split("; ")).collect();
    let all = [
        "admin",
        "ambassador",
        "auditor",
        "coordinator",
        "partner coordinator",
        "partner staff",
        "signaller",
    ];
    assert_eq!(roles, BTreeSet::from(all));
}

#[tokio::test]
async fn another_database_is_refused() {
    let flags = Flags {
        database_url: Some("postgres://localhost/real".into()),
        ..Flags::default()
    };
    let options = Options {
        reset: true,
        data: PathBuf::from("nowhere"),
    };
    let refused = run(flags, &options).await.expect_err("refused");
    assert!(refused.contains("leave out --database-url"), "{refused}");
    assert!(!refused.contains("postgres"), "{refused}");
    assert!(!Path::new("nowhere").exists());
}
