//! What people write stays where it belongs: marked texts in every input of every mutation and in
//! every argument of every query, found by introspection, good ones and bad ones, against the real
//! service with its log as talkative as it gets; the names that a client gives its operations and the
//! fields of its answers are marked too. None of the marks is in the log, an error, an extension, a
//! header, or a trace (GDPR articles 5(1)(c) and 32).

mod questions;

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    sync::LazyLock,
};

use nabij_api::{http::documents::document_id, telemetry::LogFormat};
use nabij_tests::{
    Folder, Need, Person, Request, Town,
    service::{Listening, Service},
    wire::Reply,
};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Map, Value, json};

use crate::{
    free_text::{Mutation, fields, fields_of, innermost, is_list, is_required, mutations, of},
    privacy::held::words,
    schema::types,
};

/// What every text holds.
const MARK: &str = "kanarie7";
/// A phone number, which can hold no letters.
const PHONE: &str = "+32470979797";
/// The digits that would give it away.
const DIGITS: &str = "470979797";

/// Fields that hold what a resident could be known by.
const KNOWN_BY: [&str; 3] = ["givenName", "familyName", "address"];

/// A town, its service, and who asks.
struct Scene {
    service: Service,
    town: Town,
    people: Vec<Person>,
    /// Ids by the word before their `_`.
    ids: RefCell<Vec<String>>,
    /// For idempotency keys, each used once.
    sent: Cell<u64>,
    /// The mutations that were done.
    done: RefCell<BTreeSet<String>>,
}

impl Scene {
    async fn set(log: LogFormat) -> Self {
        let town = Town::start().await;
        let coordinator = town.coordinator().await;
        let rosa = town.ambassador("Rosa", &["Alsemberg"]).await;
        let welfare = town.partner("OCMW Beersel").await;
        let admin = town.admin().await;
        let somebody = json!({ "new": { "givenName": "Maria" } });
        let need = Need::new("Stairs too steep", &rosa.neighbourhood).with("resident", somebody);
        let signal = rosa.submits(need).await.done();
        let request = Request::to(&welfare).on("PUBLIC_TASK", &["NAME"]);
        let referral = coordinator.refers_by(&signal, request).await.done();
        let whom = coordinator.sees(&signal, "resident { id }").await;
        let whom = whom.expect("it is there")["resident"]["id"].clone();
        let ids = vec![
            signal.id,
            referral.id,
            whom.as_str().expect("an id").to_owned(),
            rosa.ambassador.clone(),
            rosa.neighbourhood.clone(),
            rosa.user.clone(),
            welfare.partner.clone(),
            town.municipality("Beersel"),
        ];
        let listening = Listening {
            log,
            log_filter: "trace".to_owned(),
            ..Listening::default()
        };
        Self {
            service: Service::of(&town, env!("CARGO_BIN_EXE_service"), listening),
            town,
            people: vec![coordinator, welfare, rosa, admin],
            ids: RefCell::new(ids),
            sent: Cell::new(0),
            done: RefCell::default(),
        }
    }

    /// The id that a field of this name holds, in a mutation or of a type of this name.
    fn id(&self, field: &str, about: &str) -> String {
        let names = [field.to_lowercase(), about.to_lowercase()];
        let ids = self.ids.borrow();
        let known = names.iter().find_map(|name| {
            ids.iter().find(|id| {
                let kind = id.split('_').next().unwrap_or_default();
                name.ends_with(kind) || name.starts_with(kind)
            })
        });
        let nobody = || "signal_01h455vb4pex5vsknk084sn02q".to_owned();
        known.cloned().unwrap_or_else(nobody)
    }

    fn key(&self) -> String {
        self.sent.set(self.sent.get() + 1);
        format!("0192f0c1-2d3e-7f40-8a5b-{:012x}", self.sent.get())
    }

    /// Sends a document as somebody, and looks for the marks in the answer.
    async fn asks(&self, person: &Person, query: &str, variables: &Value) -> Option<Reply> {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let token = self.service.token(person);
        let request = format!(
            "POST /graphql HTTP/1.1\r\nhost: nabij\r\nauthorization: Bearer {token}\r\n\
             x-note: {MARK}\r\nuser-agent: {MARK}\r\nreferer: https://example.org/{MARK}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let reply = self.service.hears(request.as_bytes()).await;
        if let Some(reply) = &reply {
            says_nothing(reply, query);
        }
        reply
    }

    /// A value of a type, with a mark wherever a text may stand. Inputs within themselves are left out.
    fn value(&self, types: &[Value], ty: &Value, at: &Place<'_>) -> Option<Value> {
        let inner = innermost(ty);
        let name = inner["name"].as_str().expect("a type");
        let value = match inner["kind"].as_str() {
            // The one that goes with a kind of chore.
            Some("ENUM") if name == "Category" => json!("CHORES"),
            Some("ENUM") => of(types, name)["enumValues"][0]["name"].clone(),
            Some("INPUT_OBJECT") => {
                if at.within.contains(&name) {
                    return None;
                }
                self.input(types, name, at)
            }
            _ => self.scalar(name, at)?,
        };
        Some(if is_list(ty) { json!([value]) } else { value })
    }

    fn scalar(&self, name: &str, at: &Place<'_>) -> Option<Value> {
        Some(match name {
            "Int" | "Float" if at.field == "expectedVersion" => return None,
            "Int" if at.field == "birthYear" => json!(1938),
            "Int" | "Float" => json!(1),
            "Boolean" => json!(true),
            "UUID" => json!(self.key()),
            "DateTime" => json!("2026-03-01T09:00:00Z"),
            "Date" => json!("2026-03-01"),
            "EmailAddress" => json!(format!("{MARK}mail@example.org")),
            "PhoneNumber" => json!(PHONE),
            "URL" => json!(format!("https://{MARK}.example.org/{MARK}")),
            "LanguageTag" => json!(format!("nl-x-{MARK}")),
            "ID" => json!(self.id(at.field, at.about)),
            // What somebody is known by may stand in no title.
            _ if KNOWN_BY.contains(&at.field) => json!(format!("{MARK}{}", at.field)),
            // One that was told before leads to what was made then.
            _ if at.field == "externalReference" => json!(format!("{MARK} {}", self.key())),
            _ => json!(format!("Told of {MARK}")),
        })
    }

    fn input(&self, types: &[Value], name: &str, at: &Place<'_>) -> Value {
        let all: Vec<&Value> = fields(of(types, name)).collect();
        let one_of = ONE_OF.contains(name);
        let chosen = at.branch % all.len().max(1);
        let mut within = at.within.clone();
        within.push(name);
        let mut made = Map::new();
        for (number, field) in all.into_iter().enumerate() {
            let wanted = if one_of {
                number == chosen
            } else {
                at.all || is_required(&field["type"])
            };
            if !wanted {
                continue;
            }
            let field_name = field["name"].as_str().expect("a name");
            let place = Place {
                field: field_name,
                within: within.clone(),
                ..*at
            };
            if let Some(value) = self.value(types, &field["type"], &place) {
                made.insert(field_name.to_owned(), value);
            }
        }
        Value::Object(made)
    }

    /// The mutation with this input, as one person after the other. What it made is known from then on.
    async fn tries(&self, mutation: &Mutation, input: &Value, people: &[Person]) {
        let Mutation {
            name,
            input: of_input,
            payload,
        } = mutation;
        let made = fields_of(types().await, payload).find(|field| *field != "userErrors");
        let made = made.unwrap_or_default();
        let one = mutation_makes_one(types().await, payload, made);
        let shown = if one {
            format!("{made} {{ id }}")
        } else {
            String::new()
        };
        let query = format!(
            "mutation Tries_{MARK}($input: {of_input}!) {{ {MARK}_does: {name}(input: $input) {{ \
             {MARK}_type: __typename {shown} userErrors {{ code path message }} }} }}"
        );
        for person in people {
            let reply = self.asks(person, &query, &json!({ "input": input })).await;
            let Some(reply) = reply else { continue };
            let answer = reply.json();
            let answer = &answer["data"][format!("{MARK}_does")];
            if answer["userErrors"] == json!([]) {
                self.done.borrow_mut().insert(name.clone());
                self.knows(answer[made]["id"].as_str());
            }
        }
    }

    /// The mutation with every input that there is a way to give, as everybody.
    async fn tries_every_way(&self, types: &[Value], mutation: &Mutation) {
        for branch in 0..branches(types, &mutation.input, &[]) {
            for all in [true, false] {
                let place = Place {
                    branch,
                    ..Place::of(&mutation.name, all)
                };
                let input = self.input(types, &mutation.input, &place);
                self.tries(mutation, &input, &self.people).await;
            }
        }
    }

    /// What marks they were told by is on record: of people put on record, and of people whom a signal
    /// brought in.
    async fn people_are_kept(&self) {
        for (from, told) in [
            ("residents", "family_name"),
            (
                "residents JOIN signals ON signals.resident_id = residents.id",
                "given_name",
            ),
            ("resident_contacts", "address"),
            ("signals", "text"),
            ("contact_moments", "note"),
        ] {
            let of = from.split(' ').next().unwrap_or_default();
            let kept =
                format!("SELECT {of}.{told} AS name FROM {from} WHERE {of}.{told} LIKE '%{MARK}%'");
            let kept = words(self.town.beneath(), &kept).await;
            assert!(!kept.is_empty(), "no {told} is kept in {from}");
        }
    }

    /// Knows one more record, of each kind the first.
    fn knows(&self, id: Option<&str>) {
        let kind = |id: &str| id.split('_').next().unwrap_or_default().to_owned();
        let mut ids = self.ids.borrow_mut();
        if let Some(id) = id
            && !ids.iter().any(|known| kind(known) == kind(id))
        {
            ids.push(id.to_owned());
        }
    }

    /// What the log and the traces hold when everything was sent.
    async fn ends(&self) {
        let log = self.service.log();
        for mark in [MARK, DIGITS] {
            let line = log.lines().find(|line| line.contains(mark));
            assert!(line.is_none(), "the log tells {line:?}");
        }
        assert!(log.lines().count() > 50, "nothing was logged at all");
        for table in ["events", "access_log", "idempotency_keys", "erasures"] {
            let columns = if self.town.is_on_postgres() {
                format!("SELECT row_to_json({table})::text AS name FROM {table}")
            } else if table == "events" {
                "SELECT CAST(data AS TEXT) || kind || request_id AS name FROM events".to_owned()
            } else if table == "access_log" {
                "SELECT fields || purpose || request_id AS name FROM access_log".to_owned()
            } else if table == "idempotency_keys" {
                "SELECT mutation || input_hash AS name FROM idempotency_keys".to_owned()
            } else {
                "SELECT request_id AS name FROM erasures".to_owned()
            };
            for row in words(self.town.beneath(), &columns).await {
                assert!(
                    !row.contains(MARK) && !row.contains(DIGITS),
                    "{table}: {row}"
                );
            }
        }
    }
}

/// Where a value stands.
struct Place<'a> {
    /// The field it is of.
    field: &'a str,
    /// The mutation, or the type, it is for.
    about: &'a str,
    /// The inputs it stands in.
    within: Vec<&'a str>,
    /// Whether what isn't required is filled too.
    all: bool,
    /// Which field is given where exactly one may be.
    branch: usize,
}

impl<'a> Place<'a> {
    fn of(about: &'a str, all: bool) -> Self {
        Self {
            field: "",
            about,
            within: Vec::new(),
            all,
            branch: 0,
        }
    }
}

/// Whether a payload shows one record with an id.
fn mutation_makes_one(types: &[Value], payload: &str, made: &str) -> bool {
    let fields = of(types, payload)["fields"].as_array();
    let field = fields.and_then(|all| all.iter().find(|field| field["name"] == made));
    field.is_some_and(|field| {
        let inner = innermost(&field["type"]);
        let name = inner["name"].as_str().unwrap_or_default();
        !is_list(&field["type"])
            && inner["kind"] == "OBJECT"
            && fields_of(types, name).any(|field| field == "id")
    })
}

/// Inputs of which exactly one field may be given; introspection of this version doesn't tell.
static ONE_OF: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let sdl = nabij_api::graphql::sdl();
    let inputs = sdl.lines().filter(|line| line.contains("@oneOf"));
    let names = inputs.filter_map(|line| line.strip_prefix("input ")?.split(' ').next());
    names.map(str::to_owned).collect()
});

/// In how many ways an input can be given: the most fields of which exactly one may be, within it.
fn branches(types: &[Value], input: &str, within: &[&str]) -> usize {
    let own = if ONE_OF.contains(input) {
        fields(of(types, input)).count()
    } else {
        1
    };
    let mut within = within.to_vec();
    within.push(input);
    let below = fields(of(types, input)).filter_map(|field| {
        let inner = innermost(&field["type"]);
        let name = inner["name"].as_str()?;
        let further = inner["kind"] == "INPUT_OBJECT" && !within.contains(&name);
        further.then(|| branches(types, name, &within))
    });
    below.chain([own]).max().unwrap_or(1)
}

/// No mark in anything but the data.
fn says_nothing(reply: &Reply, query: &str) {
    for (name, value) in &reply.headers {
        assert!(!value.contains(MARK), "{name}: {value} for {query}");
    }
    let mut body = reply.json();
    // Where in the answer it went wrong is told by the names that the client gave its parts.
    for error in body["errors"].as_array_mut().into_iter().flatten() {
        error["path"].take();
    }
    let mut told = vec![body["errors"].clone(), body["extensions"].clone()];
    for_each(&body["data"], &mut |name, value| {
        if name == "userErrors" {
            told.push(value.clone());
        }
    });
    for part in told {
        let text = part.to_string();
        assert!(
            !text.contains(MARK) && !text.contains(DIGITS),
            "{query}: {text}"
        );
    }
}

fn for_each(value: &Value, look: &mut impl FnMut(&str, &Value)) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                look(name, value);
                for_each(value, look);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| for_each(item, look)),
        _ => {}
    }
}

/// Every leaf of a value, one after the other replaced by what doesn't belong there.
fn spoilt(value: &Value) -> Vec<Value> {
    let wrong = || {
        [
            json!(MARK),
            json!({ MARK: MARK }),
            json!(format!("{MARK}\u{0}")),
            json!(format!("{MARK} ").repeat(2_000)),
            json!(format!("{MARK} 93.05.18-223.61")),
        ]
    };
    match value {
        Value::Object(fields) => {
            let of_field = |(name, inner): (&String, &Value)| {
                let name = name.clone();
                spoilt(inner).into_iter().map(move |inner| {
                    let mut changed = value.clone();
                    changed[&name] = inner;
                    changed
                })
            };
            fields.iter().flat_map(of_field).collect()
        }
        Value::Array(items) => {
            let inner = items.first().map(spoilt).unwrap_or_default();
            inner.into_iter().map(|item| json!([item])).collect()
        }
        _ => wrong().to_vec(),
    }
}

/// Mutations that must have been done, so that what they keep of people was there to be told.
const DONE: [&str; 6] = [
    "residentRecord",
    "residentUpdate",
    "signalSubmit",
    "contactMomentRecord",
    "consentRecord",
    "legalHoldPlace",
];

#[tokio::test]
async fn good_texts_are_nowhere_but_in_their_fields() {
    for log in [LogFormat::Json, LogFormat::Human] {
        let scene = Scene::set(log).await;
        let types = types().await;
        let (last, first): (Vec<Mutation>, Vec<Mutation>) = mutations(types)
            .into_iter()
            .partition(|mutation| mutation.name == "residentErase");
        // Twice: the second time on what the first time made.
        for mutation in first.iter().chain(&first) {
            scene.tries_every_way(types, mutation).await;
        }
        scene.people_are_kept().await;
        scene.reads_everything(types).await;
        // At last, since nothing is told of somebody who is gone.
        for mutation in &last {
            scene.tries_every_way(types, mutation).await;
        }
        scene.ends().await;
        let done = scene.done.borrow();
        println!("{} mutations were done: {done:?}", done.len());
        assert!(done.len() > 15, "only {done:?} were done");
        for name in DONE {
            assert!(done.contains(name), "{name} was never done");
        }
    }
}

/// GDPR articles 5(1)(c) and 32: a client names its operations as it likes, after a person too. Only the
/// names of documents that whoever runs the service registered are in the log.
#[tokio::test]
async fn an_operation_is_named_only_where_its_document_is_trusted() {
    let town = Town::start().await;
    let folder = Folder::default();
    let known = "query Places { neighbourhoods(first: 1) { nodes { name } } }";
    let documents = json!({ document_id(known): known }).to_string();
    let mut listening = Listening::default();
    listening.edge.documents_file = Some(folder.file("documents.json", &documents).into());
    let service = Service::of(&town, env!("CARGO_BIN_EXE_service"), listening);
    let made_up = known.replace("Places", MARK);
    for query in [known, &made_up] {
        let body = json!({ "query": query }).to_string();
        let request = format!(
            "POST /graphql HTTP/1.1\r\nhost: nabij\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        );
        let reply = service.hears(request.as_bytes()).await.expect("an answer");
        assert_eq!(reply.status, 200, "{}", reply.text());
    }
    let log = service.log();
    assert!(!log.contains(MARK), "{log}");
    let lines: Vec<Value> = log
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .filter(|line: &Value| line["message"] == "request")
        .collect();
    let names: Vec<&Value> = lines.iter().map(|line| &line["operation"]).collect();
    assert_eq!(names, ["Places", ""], "{log}");
}

/// GDPR article 32: a panic is told by its place. What it says may hold somebody's name.
#[tokio::test]
async fn a_panic_is_told_by_its_place_and_not_by_its_words() {
    for log in [LogFormat::Json, LogFormat::Human] {
        let town = Town::start().await;
        let listening = Listening {
            log,
            ..Listening::default()
        };
        let service = Service::of(&town, env!("CARGO_BIN_EXE_service"), listening);
        service.panics(&format!("the name {MARK} is too long"));
        let log = service.log();
        assert!(!log.contains(MARK), "{log}");
        let line = log.lines().find(|line| line.contains("panicked"));
        let line = line.expect("it is told");
        assert!(line.contains("src/service.rs:"), "{line}");
    }
}

#[tokio::test]
async fn bad_values_are_repeated_nowhere() {
    let scene = Scene::set(LogFormat::Json).await;
    let types = types().await;
    let mut sent = 0;
    for mutation in mutations(types) {
        let place = Place::of(&mutation.name, true);
        let input = scene.input(types, &mutation.input, &place);
        for wrong in spoilt(&input) {
            scene.tries(&mutation, &wrong, &scene.people[..1]).await;
            sent += 1;
        }
    }
    println!("{sent} bad inputs were sent");
    assert!(sent > 1_000, "{sent}");
    scene.ends().await;
}

/// A database that refuses a row tells what was in it; the log doesn't.
#[tokio::test]
async fn what_the_database_refuses_is_not_told() {
    let scene = Scene::set(LogFormat::Json).await;
    let refuses = if scene.town.is_on_postgres() {
        "ALTER TABLE signals ADD CONSTRAINT nothing_fits CHECK (title = 'nothing') NOT VALID"
    } else {
        "CREATE TRIGGER nothing_fits BEFORE INSERT ON signals \
         BEGIN SELECT RAISE(ABORT, 'nothing fits'); END"
    };
    let db = scene.town.beneath();
    let statement = Statement::from_string(db.get_database_backend(), refuses);
    db.execute_raw(statement).await.expect("it can be refused");
    let input = json!({
        "neighbourhood": scene.people[2].neighbourhood, "kind": "NEED", "category": "MOBILITY",
        "title": format!("Told of {MARK}"), "text": MARK,
    });
    let query =
        "mutation($input: SignalSubmitInput!) { signalSubmit(input: $input) { __typename } }";
    let reply = scene
        .asks(&scene.people[0], query, &json!({ "input": input }))
        .await;
    let reply = reply.expect("an answer");
    assert_eq!(reply.code(), "INTERNAL_SERVER_ERROR", "{}", reply.text());
    let log = scene.service.log();
    let line = log.lines().find(|line| line.contains(MARK));
    assert!(line.is_none(), "the log tells {line:?}");
    let failed = log.lines().find(|line| line.contains("a request failed"));
    let failed = failed.expect("it is told");
    // Where and how it failed is told all the same.
    assert!(failed.contains("Database(code "), "{failed}");
}
