//! What people write stays where it belongs: marked texts in every input of every mutation and in
//! every argument of every query, found by introspection, good ones and bad ones, against the real
//! service with its log as talkative as it gets. None of the marks is in the log, an error, an
//! extension, a header, or a trace (GDPR articles 5(1)(c) and 32).

use std::cell::{Cell, RefCell};

use nabij_api::telemetry::LogFormat;
use nabij_tests::{
    Need, Person, Request, Town,
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

/// A town, its service, and who asks.
struct Scene {
    service: Service,
    town: Town,
    people: Vec<Person>,
    /// Ids by the word before their `_`.
    ids: RefCell<Vec<String>>,
    /// For idempotency keys, each used once.
    sent: Cell<u64>,
    done: Cell<u64>,
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
            done: Cell::new(0),
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
            "Int" | "Float" => json!(1),
            "Boolean" => json!(true),
            "UUID" => json!(self.key()),
            "DateTime" => json!("2026-03-01T09:00:00Z"),
            "Date" => json!("2026-03-01"),
            "EmailAddress" => json!(format!("{MARK}@example.org")),
            "PhoneNumber" => json!(PHONE),
            "URL" => json!(format!("https://{MARK}.example.org/{MARK}")),
            "LanguageTag" => json!(format!("nl-x-{MARK}")),
            "ID" => json!(self.id(at.field, at.about)),
            _ => json!(format!("Told of {MARK}")),
        })
    }

    fn input(&self, types: &[Value], name: &str, at: &Place<'_>) -> Value {
        let of_type = of(types, name);
        // Exactly one field of several.
        let one_of = fields(of_type).all(|field| !is_required(&field["type"]))
            && of_type["description"].as_str().is_some()
            && is_one_of(name);
        let mut within = at.within.clone();
        within.push(name);
        let mut made = Map::new();
        for field in fields(of_type) {
            let field_name = field["name"].as_str().expect("a name");
            if !at.all && !is_required(&field["type"]) && !one_of {
                continue;
            }
            let place = Place {
                field: field_name,
                within: within.clone(),
                ..*at
            };
            if let Some(value) = self.value(types, &field["type"], &place) {
                made.insert(field_name.to_owned(), value);
                if one_of {
                    break;
                }
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
            "mutation Tries($input: {of_input}!) {{ {name}(input: $input) {{ __typename {shown} \
             userErrors {{ code path message }} }} }}"
        );
        for person in people {
            let reply = self.asks(person, &query, &json!({ "input": input })).await;
            let Some(reply) = reply else { continue };
            let answer = reply.json();
            let answer = &answer["data"][name];
            if answer["userErrors"] == json!([]) {
                self.done.set(self.done.get() + 1);
                self.knows(answer[made]["id"].as_str());
            }
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
}

impl<'a> Place<'a> {
    fn of(about: &'a str, all: bool) -> Self {
        Self {
            field: "",
            about,
            within: Vec::new(),
            all,
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
fn is_one_of(name: &str) -> bool {
    let sdl = nabij_api::graphql::sdl();
    let line = sdl.lines().find(|line| {
        line.strip_prefix("input ")
            .and_then(|rest| rest.strip_prefix(name))
            .is_some_and(|rest| rest.starts_with(' '))
    });
    line.is_some_and(|line| line.contains("@oneOf"))
}

/// No mark in anything but the data.
fn says_nothing(reply: &Reply, query: &str) {
    for (name, value) in &reply.headers {
        assert!(!value.contains(MARK), "{name}: {value} for {query}");
    }
    let body = reply.json();
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

#[tokio::test]
async fn good_texts_are_nowhere_but_in_their_fields() {
    for log in [LogFormat::Json, LogFormat::Human] {
        let scene = Scene::set(log).await;
        let types = types().await;
        // Twice: the second time on what the first time made.
        for mutation in mutations(types).iter().chain(&mutations(types)) {
            for all in [true, false] {
                let place = Place::of(&mutation.name, all);
                let input = scene.input(types, &mutation.input, &place);
                scene.tries(mutation, &input, &scene.people).await;
            }
        }
        scene.ends().await;
        let done = scene.done.get();
        println!("{done} mutations were done");
        assert!(done > 40, "only {done} mutations were done");
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

/// Arguments as a document writes them, good ones and spoilt ones.
#[tokio::test]
async fn what_is_asked_for_is_repeated_nowhere() {
    let scene = Scene::set(LogFormat::Json).await;
    let types = types().await;
    let mut asked = 0;
    let nodes = of(types, "Node")["possibleTypes"].as_array().cloned();
    let nodes = nodes.unwrap_or_default();
    let names = nodes.iter().filter_map(|node| node["name"].as_str());
    for owner in ["Query"].into_iter().chain(names) {
        for field in of(types, owner)["fields"].as_array().into_iter().flatten() {
            let arguments = field["args"].as_array().cloned().unwrap_or_default();
            for argument in &arguments {
                asked += scene
                    .asks_with(types, owner, field, &arguments, argument)
                    .await;
            }
        }
    }
    println!("{asked} questions were asked");
    assert!(asked > 500, "{asked}");

    // In the address, which proxies write down: whatever is there, we don't.
    for path in [
        format!("/graphql?query=%7B__typename%7D&{MARK}={MARK}"),
        format!("/{MARK}"),
        format!("/health/{MARK}?{MARK}"),
    ] {
        let request = format!("GET {path} HTTP/1.1\r\nhost: nabij\r\n\r\n");
        let reply = scene.service.hears(request.as_bytes()).await;
        let reply = reply.expect("an answer");
        assert!(!reply.text().contains(MARK), "{}", reply.text());
        for (name, value) in &reply.headers {
            assert!(!value.contains(MARK), "{name}: {value}");
        }
    }
    scene.ends().await;
}

impl Scene {
    /// A field with one argument good and bad, and what else it needs; how often it was asked.
    async fn asks_with(
        &self,
        types: &[Value],
        owner: &str,
        field: &Value,
        arguments: &[Value],
        argument: &Value,
    ) -> u64 {
        let name = field["name"].as_str().expect("a name");
        let leaf = !matches!(
            innermost(&field["type"])["kind"].as_str(),
            Some("OBJECT" | "INTERFACE" | "UNION")
        );
        let chosen = argument["name"].as_str().expect("a name");
        let place = |field| Place {
            field,
            ..Place::of(if owner == "Query" { name } else { owner }, true)
        };
        let Some(good) = self.value(types, &argument["type"], &place(chosen)) else {
            return 0;
        };
        let mut asked = 0;
        for value in spoilt(&good).into_iter().chain([good]) {
            let mut declared = vec![format!("$chosen: {}", notation(&argument["type"]))];
            let mut given = vec![format!("{chosen}: $chosen")];
            let mut variables = json!({ "chosen": value });
            for other in arguments {
                let other_name = other["name"].as_str().expect("a name");
                if other_name == chosen || !is_required(&other["type"]) {
                    continue;
                }
                declared.push(format!("${other_name}: {}", notation(&other["type"])));
                given.push(format!("{other_name}: ${other_name}"));
                variables[other_name] = self
                    .value(types, &other["type"], &place(other_name))
                    .unwrap_or_default();
            }
            let part = format!(
                "{name}({}) {}",
                given.join(", "),
                if leaf { "" } else { "{ __typename }" }
            );
            let query = if owner == "Query" {
                format!("query Asks({}) {{ {part} }}", declared.join(", "))
            } else {
                declared.push("$node: ID!".to_owned());
                variables["node"] = json!(self.id("", owner));
                format!(
                    "query Asks({}) {{ node(id: $node) {{ ... on {owner} {{ {part} }} }} }}",
                    declared.join(", ")
                )
            };
            self.asks(&self.people[0], &query, &variables).await;
            asked += 1;
        }
        asked
    }
}

/// A type as a document writes it.
fn notation(ty: &Value) -> String {
    match ty["kind"].as_str() {
        Some("NON_NULL") => format!("{}!", notation(&ty["ofType"])),
        Some("LIST") => format!("[{}]", notation(&ty["ofType"])),
        _ => ty["name"].as_str().unwrap_or_default().to_owned(),
    }
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
