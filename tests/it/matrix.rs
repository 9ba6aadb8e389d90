//! Zero leaks: every type, field and edge of the schema × every role × own and foreign × consent
//! given, withdrawn and absent (GDPR articles 5(1)(c), 5(1)(f), 25 and 32).
//!
//! The questions are made from the schema by introspection, so a new field is asked without a word
//! here; one that nobody declared a rule for is refused. The town is drawn from a seed
//! ([`world::World`]); what is expected is worked out from its rows by the declared rules
//! ([`oracle::Oracle`]), not by the store. Every text in the town is marked: wherever a mark or an
//! id comes out, it is told to its row, and whoever asked must be one who sees it.
//!
//! **One more record:** rows of it in `world.rs`, and who sees it in `oracle.rs`; the compiler and
//! the tests ask for both.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use nabij_api::{
    ids::{self, type_id},
    policy::fields::{Rule, rule},
    store::Kind,
};
use nabij_entity::role_grant::Role;
use nabij_tests::{Person, Town};
use sea_orm::prelude::Uuid;
use serde_json::{Value, json};

mod complete;
mod filters;
mod mutations;
mod oracle;
mod schema;
mod tally;
pub(crate) mod world;

use complete::is_complete;
use oracle::{Eyes, Oracle};
use schema::{Way, core, find, kind_name, list, name, ways};
use tally::Tally;
use world::{World, mark, nobodys};

/// What the town is drawn from.
const SEED: u64 = 20_261_124;

/// A town in which everything occurs, and everybody who might ask.
struct Scene {
    town: Town,
    world: World,
    people: Vec<(String, Person)>,
    types: &'static [Value],
}

impl Scene {
    async fn set() -> Self {
        let town = Town::start().await;
        let welfare = town.partner("Welfare").await;
        let housing = town.partner_in("Housing", &["Dworp"]).await;
        let elsewhere = town.partner_in("Elsewhere", &["Winksele"]).await;
        let former = town.colleague(&welfare, Role::PartnerStaff).await;
        town.ends_roles_of(&former).await;
        // Suspended, before anybody asks.
        let set_aside = town.partner("Set aside").await;
        let people = vec![
            // First: the others' reading of contact details fills the log that they see.
            ("auditor", town.official(Role::Auditor).await),
            ("anybody", town.passer_by()),
            ("signed in", town.newcomer("Nobody yet").await),
            ("signaller", town.colleague(&welfare, Role::Signaller).await),
            (
                "signaller elsewhere",
                town.colleague(&elsewhere, Role::Signaller).await,
            ),
            ("partner coordinator", {
                town.colleague(&housing, Role::PartnerCoordinator).await
            }),
            ("volunteer", town.ambassador("Rosa", &["Alsemberg"]).await),
            ("volunteer elsewhere", {
                town.ambassador("Jef", &["Winksele"]).await
            }),
            ("coordinator", town.coordinator().await),
            ("coordinator elsewhere", town.coordinator_of("Herent").await),
            (
                "coordinator of a neighbourhood",
                town.coordinator_in("Dworp").await,
            ),
            ("admin", town.admin().await),
            ("former staff", former),
            ("staff of a suspended partner", set_aside),
            ("volunteer who takes a break", {
                town.ambassador("Pia", &["Alsemberg"]).await
            }),
            ("auditor elsewhere", town.auditor_of("Herent").await),
            ("client", town.client_of(&housing).await),
            ("volunteer who is staff too", {
                town.ambassador_at("Vera", &["Alsemberg"], &housing).await
            }),
            ("staff", welfare),
            ("staff of another partner", housing),
            ("staff elsewhere", elsewhere),
        ];
        let people: Vec<(String, Person)> = people
            .into_iter()
            .map(|(who, person)| (who.to_owned(), person))
            .collect();
        let persons: Vec<Person> = people.iter().map(|(_, person)| person.clone()).collect();
        let world = World::arise(&town, SEED, &persons).await;
        Self {
            town,
            world,
            people,
            types: crate::schema::types().await,
        }
    }

    fn eyes(&self, person: &Person) -> Eyes {
        let user = ids::parse(Kind::User, &person.user).ok();
        Eyes::of(&self.world, user, self.town.now())
    }

    /// The kinds of which there are ids to ask by.
    fn kinds(&self) -> Vec<Kind> {
        let nodes = list(find(self.types, "Node"), "possibleTypes");
        nodes
            .iter()
            .filter_map(|of| schema::kind_of(name(of)))
            .collect()
    }
}

/// One who asks, and what they may be told.
struct Asking<'a> {
    scene: &'a Scene,
    who: &'a str,
    person: &'a Person,
    oracle: Oracle<'a>,
    tally: &'a mut Tally,
}

/// Fields whose argument can't be left out, as they are asked here.
fn with_argument(kind: Kind, initiative: &str) -> Vec<(&'static str, String)> {
    let in_cohort = || {
        (
            "inCohort",
            format!("inCohort(initiative: \"{initiative}\")"),
        )
    };
    match kind {
        Kind::Resident => vec![
            (
                "contact",
                "contact(purpose: CARE_COORDINATION) { phone email address }".to_owned(),
            ),
            in_cohort(),
        ],
        Kind::Signal => vec![in_cohort()],
        _ => Vec::new(),
    }
}

impl Asking<'_> {
    /// What is asked of a record itself.
    fn values(&self, kind: Kind) -> Vec<(String, String)> {
        let initiative = type_id(Kind::Initiative, self.scene.world.initiatives[0].id);
        let plain = ways(self.scene.types, kind).into_iter();
        let plain = plain.filter_map(|(field, way)| match way {
            Way::Value(selection) => Some((field.to_owned(), selection)),
            _ => None,
        });
        let more = with_argument(kind, &initiative).into_iter();
        plain
            .chain(more.map(|(field, selection)| (field.to_owned(), selection)))
            .collect()
    }

    fn selection(&self, kind: Kind) -> String {
        let values = self.values(kind);
        let all: Vec<&str> = values.iter().map(|(_, text)| text.as_str()).collect();
        // What is told with the record that it belongs to has no id.
        all.join(" ")
    }

    async fn asks(&mut self, query: &str, variables: Value) -> Value {
        let answer = self.person.asks(query, variables).await;
        assert!(
            answer.errors().is_empty(),
            "{} asks {query}: {}",
            self.who,
            answer.text()
        );
        let data = answer.data("").clone();
        self.search(&data, "");
        data
    }

    /// Every mark and every id in an answer is of something that they see.
    fn search(&mut self, found: &Value, key: &str) {
        match found {
            Value::Object(parts) => {
                for (key, part) in parts {
                    self.search(part, key);
                }
            }
            Value::Array(items) => {
                for item in items {
                    self.search(item, key);
                }
            }
            Value::String(text) => self.search_text(text, key),
            _ => {}
        }
    }

    fn search_text(&mut self, text: &str, key: &str) {
        // The access log says of whom data was read; who they are is seen by others.
        if key == "residentId" {
            return;
        }
        if let Ok((kind, id)) = ids::parse_any(text)
            && !self.oracle.sees(kind, id)
        {
            let leak = format!("{} gets the id of a {kind:?} in {key}", self.who);
            self.tally.leak(leak);
        }
        let decoded = BASE64_URL_SAFE_NO_PAD.decode(text).unwrap_or_default();
        let decoded = String::from_utf8_lossy(&decoded).into_owned();
        for text in [text, decoded.as_str()] {
            for marked in text.split("ZZ").filter(|part| part.contains("__")) {
                let mut parts = marked.split("__");
                let (table, column, id) = (parts.next(), parts.next(), parts.next());
                let kind = table.and_then(Kind::from_prefix);
                let id = id.and_then(|id| id.parse::<Uuid>().ok());
                let (Some(kind), Some(column), Some(id)) = (kind, column, id) else {
                    continue;
                };
                if !(self.oracle.sees(kind, id) && self.oracle.shows(kind, column, id)) {
                    let leak = format!("{} reads {kind:?}.{column} in {key}", self.who);
                    self.tally.leak(leak);
                }
            }
        }
    }

    /// What is shown of a record that was asked with [`Self::selection`] is what the rules show.
    fn record(&mut self, kind: Kind, id: Uuid, shown: &Value, by: &str) {
        let sees = self.oracle.sees(kind, id);
        self.tally.outcome(format!("{kind:?}"), sees);
        if self.who.starts_with("volunteer") && kind == Kind::Resident {
            self.tally.outcome(format!("{kind:?} by a volunteer"), sees);
        }
        self.tally.cells += 1;
        if shown.is_null() == sees {
            let leak = format!(
                "{} by {by}: {kind:?} is seen? {sees} by the rules",
                self.who
            );
            return self.tally.leak(leak);
        }
        if !sees {
            return;
        }
        for (field, _) in self.values(kind) {
            self.field(kind, id, &field, &shown[&field], by);
        }
    }

    fn field(&mut self, kind: Kind, id: Uuid, field: &str, value: &Value, by: &str) {
        self.tally.asked.insert((kind, field.to_owned()));
        self.tally.cells += 1;
        match field {
            "contact" => {
                for part in ["phone", "email", "address"] {
                    let shows = self.oracle.shows(kind, part, id);
                    self.value((kind, id), part, (&value[part], by), shows);
                    // What may be seen is there: the check above can fail.
                    if shows && value[part].is_null() {
                        self.tally.leak(format!("{} doesn't get {part}", self.who));
                    }
                    self.tally.cells += 1;
                }
            }
            // Whether somebody is old enough tells of their age.
            "inCohort" => {
                if !self.shows_age(kind, id) && !value.is_null() {
                    let leak = format!("{} by {by}: {kind:?}.inCohort tells {value}", self.who);
                    self.tally.leak(leak);
                }
            }
            field => {
                let shows = self.oracle.shows(kind, field, id);
                self.value((kind, id), field, (value, by), shows);
            }
        }
    }

    /// Whether the age of a resident, or of a signal's, is shown.
    fn shows_age(&self, kind: Kind, id: Uuid) -> bool {
        let resident = match kind {
            Kind::Resident => Some(id),
            _ => find_resident(&self.scene.world, id),
        };
        resident.is_some_and(|of| {
            self.oracle.sees(Kind::Resident, of)
                && self.oracle.shows(Kind::Resident, "birthYear", of)
        })
    }

    fn value(
        &mut self,
        (kind, id): (Kind, Uuid),
        part: &str,
        (value, by): (&Value, &str),
        shows: bool,
    ) {
        if let Some(Rule::Shown(guard)) = declared(kind, part) {
            self.tally.outcome(format!("{kind:?} {guard}"), shows);
        }
        let is_hidden = value.is_null() || *value == json!([]);
        let told = value.as_str().unwrap_or_default();
        let is_another = told.contains("ZZ") && !told.contains(&mark(kind.prefix(), part, id));
        if !shows && !is_hidden || shows && is_another {
            let leak = format!("{} by {by}: {kind:?}.{part} shows {value}", self.who);
            self.tally.leak(leak);
        }
    }

    /// A record that was reached from another, where it is shown at all.
    fn reached(&mut self, kind: Kind, shown: &Value, by: &str) {
        if let Some(id) = id_in(shown) {
            self.record(kind, id, shown, by);
        }
    }

    /// By id: each record there is, and whether it is seen.
    async fn by_node(&mut self, kind: Kind) {
        let query = format!(
            "query Nodes($ids: [ID!]!) {{ nodes(ids: $ids) {{ id ... on {} {{ {} }} }} }}",
            kind_name(kind),
            self.selection(kind)
        );
        for all in self.scene.world.ids(kind).chunks(60) {
            let asked: Vec<String> = all.iter().map(|id| type_id(kind, *id)).collect();
            let found = self.asks(&query, json!({ "ids": asked })).await;
            for (at, id) in all.iter().enumerate() {
                self.record(kind, *id, &found["nodes"][at], "node");
            }
        }
    }

    /// By the edges of what they see: what is reached is seen, and counted as it is seen.
    async fn by_edges(&mut self, kind: Kind) {
        const PAGE: u64 = 3;
        let mut cost = 1;
        let mut parts = Vec::new();
        let edges = ways(self.scene.types, kind);
        for (field, way) in &edges {
            let shown = match way {
                Way::Value(_) => continue,
                Way::One(to) | Way::Few(to) => {
                    cost += 7;
                    format!("{{ {} }}", self.selection(*to))
                }
                Way::Many(Kind::Event) => {
                    cost += PAGE + 16;
                    format!("(first: {PAGE}) {{ totalCount nodes {{ id kind }} }}")
                }
                Way::Many(to) => {
                    cost += 2 * PAGE + 13;
                    let selection = self.selection(*to);
                    format!("(first: {PAGE}) {{ totalCount nodes {{ {selection} }} }}")
                }
            };
            parts.push(format!("{field} {shown}"));
        }
        if parts.is_empty() {
            return;
        }
        // A document has a bound too: a few edges at a time.
        for parts in parts.chunks(6) {
            let query = format!(
                "query Edges($ids: [ID!]!) {{ nodes(ids: $ids) {{ id ... on {} {{ {} }} }} }}",
                kind_name(kind),
                parts.join(" ")
            );
            let world = self.scene.world.ids(kind);
            let seen: Vec<Uuid> = world
                .into_iter()
                .filter(|id| self.oracle.sees(kind, *id))
                .collect();
            let page = usize::try_from(900 / cost).unwrap_or(1).clamp(1, 40);
            for some in seen.chunks(page) {
                let asked: Vec<String> = some.iter().map(|id| type_id(kind, *id)).collect();
                let found = self.asks(&query, json!({ "ids": asked })).await;
                for (at, id) in some.iter().enumerate() {
                    for (field, way) in &edges {
                        let by = format!("{kind:?}.{field}");
                        let shown = &found["nodes"][at][*field];
                        if !shown.is_null() {
                            self.edge(kind, *id, field, way, (shown, &by));
                        }
                        self.tally.asked.insert((kind, (*field).to_owned()));
                    }
                }
            }
        }
    }

    fn edge(&mut self, kind: Kind, id: Uuid, field: &str, way: &Way, (shown, by): (&Value, &str)) {
        self.tally.cells += 1;
        if !self.oracle.shows(kind, field, id) {
            self.tally
                .leak(format!("{} by {by}: it is shown", self.who));
        }
        match way {
            Way::Value(_) => {}
            Way::One(to) => self.reached(*to, shown, by),
            Way::Few(to) => {
                for one in shown.as_array().into_iter().flatten() {
                    self.reached(*to, one, by);
                }
            }
            Way::Many(to) => {
                let nodes = list(shown, "nodes");
                for one in nodes {
                    match to {
                        Kind::Event => {}
                        to => self.reached(*to, one, by),
                    }
                }
                let total = shown["totalCount"].as_u64().unwrap_or_default();
                if nodes.len() < 3 && total != nodes.len() as u64 {
                    let leak = format!("{} by {by}: {total} are counted", self.who);
                    self.tally.leak(leak);
                }
            }
        }
    }

    /// By the lists at the root: exactly what they see, and as many counted.
    async fn by_list(&mut self) {
        for field in list(find(self.scene.types, "Query"), "fields") {
            let at = core(field);
            let Some(kind) = at.name.strip_suffix("Connection").and_then(schema::kind_of) else {
                continue;
            };
            let field = name(field);
            self.tally.roots.insert(field.to_owned());
            let arguments = match field {
                "calendar" => {
                    "from: \"2026-02-01T00:00:00Z\", until: \"2026-09-01T00:00:00Z\", first: 100"
                }
                _ => "first: 100",
            };
            let selection = self.selection(kind);
            let query =
                format!("{{ {field}({arguments}) {{ totalCount nodes {{ {selection} }} }} }}");
            let found = self.asks(&query, json!({})).await;
            let nodes = list(&found[field], "nodes");
            for node in nodes {
                self.reached(kind, node, field);
            }
            let all = self.scene.world.ids(kind);
            let seen = all.iter().filter(|id| self.oracle.sees(kind, **id)).count();
            self.tally.cells += all.len();
            let total = found[field]["totalCount"].as_u64();
            // Whoever asks for personal data, or for why a hold is, is in the log from then on.
            let is_log = kind == Kind::AccessLogEntry;
            let told = total.map_or(0, |total| {
                if is_log {
                    total.min(seen as u64)
                } else {
                    total
                }
            });
            if told != seen as u64 {
                let leak = format!("{} by {field}: {total:?} of {seen} are counted", self.who);
                self.tally.leak(leak);
            }
        }
    }

    /// By the fields at the root that take an id: what isn't seen is answered as what never was, byte
    /// for byte.
    async fn by_single(&mut self) {
        for field in list(find(self.scene.types, "Query"), "fields") {
            let arguments = list(field, "args");
            let [argument] = arguments else { continue };
            let takes_id = ["id", "ids"].contains(&name(argument));
            if !takes_id || core(argument).name != "ID" {
                continue;
            }
            let kinds = match schema::kind_of(core(field).name) {
                Some(kind) => vec![kind],
                None if name(field) == "residentDossier" => vec![Kind::Resident],
                None => self.scene.kinds(),
            };
            self.tally.roots.insert(name(field).to_owned());
            for kind in kinds {
                self.alike(field, name(argument), kind).await;
            }
        }
    }

    async fn alike(&mut self, field: &Value, argument: &str, kind: Kind) {
        let foreign = self.scene.world.ids(kind);
        let is_dossier = name(field) == "residentDossier";
        let foreign = foreign.into_iter().find(|id| match kind {
            Kind::Resident if is_dossier => {
                let resident = find_row(&self.scene.world, *id);
                let eyes = self.oracle.eyes;
                !self.oracle.sees(kind, *id) && !eyes.audits.contains(&resident)
            }
            kind => !self.oracle.sees(kind, *id),
        });
        let Some(foreign) = foreign else { return };
        let field = name(field);
        let part = if is_dossier { "residentId" } else { "id" };
        let (of, given) = match argument {
            "ids" => ("[ID!]!", "[$id]"),
            _ => ("ID!", "$id"),
        };
        let query = match argument {
            "ids" => format!("query One($id: {of}) {{ {field}(ids: $id) {{ {part} }} }}"),
            _ => format!("query One($id: {of}) {{ {field}(id: {given}) {{ {part} }} }}"),
        };
        let mut answers = Vec::new();
        for id in [foreign, nobodys()] {
            let id = type_id(kind, id);
            let id = if argument == "ids" {
                json!([id])
            } else {
                json!(id)
            };
            let answer = self.person.asks(&query, json!({ "id": id })).await;
            answers.push((answer.status(), answer.less_request_id()));
        }
        self.tally.cells += 1;
        if answers[0] != answers[1] {
            let leak = format!("{} by {field} of {kind:?}: {answers:?}", self.who);
            self.tally.leak(leak);
        }
    }
}

/// The rule of a field of a record, or of what is kept apart from it.
fn declared(kind: Kind, field: &str) -> Option<Rule> {
    let name = kind_name(kind);
    rule(name, field).or_else(|| rule(&format!("{name}Contact"), field))
}

fn id_in(shown: &Value) -> Option<Uuid> {
    let id = shown["id"].as_str()?;
    ids::parse_any(id).ok().map(|(_, id)| id)
}

fn find_resident(world: &World, signal: Uuid) -> Option<Uuid> {
    let found = world.signals.iter().find(|one| one.id == signal);
    found.and_then(|one| one.resident_id)
}

/// The municipality of a resident.
fn find_row(world: &World, resident: Uuid) -> Uuid {
    let found = world.residents.iter().find(|one| one.id == resident);
    found.map(|one| one.municipality_id).unwrap_or_default()
}

#[tokio::test]
async fn nobody_reads_what_the_rules_do_not_show_them() {
    let scene = Box::pin(Scene::set()).await;
    let mut tally = Tally::default();
    for (who, person) in &scene.people {
        let eyes = scene.eyes(person);
        let mut asking = Asking {
            scene: &scene,
            who,
            person,
            oracle: Oracle {
                world: &scene.world,
                eyes: &eyes,
            },
            tally: &mut tally,
        };
        for kind in scene.kinds() {
            asking.by_node(kind).await;
            asking.by_edges(kind).await;
        }
        asking.by_list().await;
        asking.by_single().await;
        asking.by_filter().await;
        asking.by_order().await;
        asking.by_figures().await;
    }
    is_complete(&scene, &tally);
    tally.close("the access matrix");
}
