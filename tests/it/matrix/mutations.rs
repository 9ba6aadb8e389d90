//! Every mutation × role × every id in its input: a record that the caller doesn't see is answered
//! as one that never was, byte for byte; whoever may never do it is refused; nothing is written.

use std::collections::BTreeMap;

use nabij_api::{
    ids::type_id,
    policy::{
        fields::{Rule, rule},
        roles_that_may,
    },
    store::Kind,
};
use sea_orm::{ConnectionTrait, Statement, prelude::Uuid};
use serde_json::{Map, Value, json};

use super::{
    Asking, Scene, Tally,
    oracle::Oracle,
    schema::{core, find, kind_of, list, name},
    world::nobodys,
};

/// Mutations in one document.
const AT_ONCE: usize = 8;

/// Which record an id in the input of a mutation is of.
fn kind_at(types: &[Value], mutation: &Value, field: &str) -> Kind {
    if field == "id" {
        if name(mutation) == "initiativeAdvisorRemove" {
            return Kind::Advisor;
        }
        let mut payload = list(find(types, core(mutation).name), "fields").iter();
        let record = payload.find_map(|part| kind_of(core(part).name));
        return record.unwrap_or_else(|| panic!("what is the id of {}?", name(mutation)));
    }
    match field {
        "neighbourhood" | "neighbourhoods" | "parent" => Kind::Neighbourhood,
        "municipality" => Kind::Municipality,
        "partner" | "partners" | "toPartner" | "handler" | "facilitator" | "poolPartner"
        | "contactPartner" | "provider" | "ownerPartner" | "organisers" => Kind::Partner,
        "service" => Kind::Service,
        "signal" | "duplicateOf" => Kind::Signal,
        "referral" | "replaces" => Kind::Referral,
        "resident" => Kind::Resident,
        "callOut" => Kind::CallOut,
        "ambassador" | "ambassadors" | "volunteers" => Kind::Ambassador,
        "activity" | "followUpOf" => Kind::Activity,
        "series" => Kind::ActivitySeries,
        "occurrence" => Kind::Occurrence,
        "bookable" | "bookables" => Kind::Bookable,
        "initiative" => Kind::Initiative,
        "plan" => Kind::Plan,
        "session" => Kind::PlanSession,
        "action" => Kind::PlanAction,
        "team" => Kind::Team,
        "professionals" => Kind::TeamMember,
        "user" => Kind::User,
        field => panic!(
            "which record is `{field}` of {}? Say so here",
            name(mutation)
        ),
    }
}

/// The ways to the ids in an input, through the inputs in it.
fn ids_in(types: &[Value], input: &str) -> Vec<Vec<String>> {
    let mut ways = Vec::new();
    for part in list(find(types, input), "inputFields") {
        let at = core(part);
        let first = name(part).to_owned();
        match at.kind {
            "INPUT_OBJECT" => {
                let below = ids_in(types, at.name).into_iter();
                ways.extend(below.map(|rest| {
                    let mut way = vec![first.clone()];
                    way.extend(rest);
                    way
                }));
            }
            _ if at.name == "ID" => ways.push(vec![first]),
            _ => {}
        }
    }
    ways
}

/// Fills inputs in with what fits their types.
struct Filling<'a> {
    types: &'a [Value],
    mutation: &'a Value,
    /// An id of each kind.
    ids: &'a BTreeMap<Kind, Uuid>,
}

impl Filling<'_> {
    /// What is required, and what leads to the id at `way`, which is `id`.
    fn input(&self, input: &str, way: &[String], id: Option<&str>) -> Value {
        let mut filled = Map::new();
        let parts = list(find(self.types, input), "inputFields");
        // Of an input in which nothing is required, one part is wanted.
        let is_choice = way.is_empty() && !parts.iter().any(|part| core(part).is_required);
        for (nth, part) in parts.iter().enumerate() {
            let at = core(part);
            let on_way = way.first().is_some_and(|first| first == name(part));
            let is_chosen = is_choice && nth == 0;
            if !(at.is_required || on_way || is_chosen) {
                continue;
            }
            let rest = if on_way { &way[1..] } else { &[] };
            let value = match at.kind {
                "INPUT_OBJECT" => self.input(at.name, rest, id.filter(|_| on_way)),
                "ENUM" => {
                    let first = list(find(self.types, at.name), "enumValues").first();
                    json!(first.map(name))
                }
                _ => match (at.name, id.filter(|_| on_way)) {
                    ("ID", Some(id)) => json!(id),
                    (scalar, _) => self.scalar(scalar, name(part)),
                },
            };
            let value = if at.is_list { json!([value]) } else { value };
            filled.insert(name(part).to_owned(), value);
        }
        Value::Object(filled)
    }

    fn scalar(&self, scalar: &str, part: &str) -> Value {
        match scalar {
            "ID" => {
                let kind = kind_at(self.types, self.mutation, part);
                json!(type_id(kind, self.ids[&kind]))
            }
            "Int" => json!(1),
            "Boolean" => json!(false),
            "DateTime" => json!("2026-03-03T10:00:00Z"),
            "Date" => json!("2026-03-01"),
            "EmailAddress" => json!("somebody@example.org"),
            "PhoneNumber" => json!("+3223591616"),
            "LanguageTag" => json!("nl"),
            "URL" => json!("https://example.org"),
            "UUID" => json!(nobodys()),
            _ => json!("Something"),
        }
    }
}

/// One mutation with its input, and what the caller may expect.
struct Deed {
    mutation: String,
    input: Value,
}

impl Asking<'_> {
    /// The payloads of mutations, each as it stands in the answer.
    async fn does(&mut self, deeds: &[Deed]) -> Vec<String> {
        let (mut heads, mut bodies, mut variables) = (Vec::new(), Vec::new(), Map::new());
        for (at, deed) in deeds.iter().enumerate() {
            let mutation = find(
                list(find(self.scene.types, "Mutation"), "fields"),
                &deed.mutation,
            );
            let input = core(&list(mutation, "args")[0]).name;
            heads.push(format!("$d{at}: {input}!"));
            let payload = find(self.scene.types, core(mutation).name);
            let errors = "userErrors { code message path from attempted allowed currentVersion }";
            let results = list(payload, "fields").iter();
            let results = results
                .filter(|part| name(part) == "results")
                .map(|_| format!("results {{ {errors} }}"));
            let results: String = results.collect();
            bodies.push(format!(
                "d{at}: {}(input: $d{at}) {{ {errors} {results} }}",
                deed.mutation
            ));
            variables.insert(format!("d{at}"), deed.input.clone());
        }
        let query = format!(
            "mutation Do({}) {{ {} }}",
            heads.join(", "),
            bodies.join(" ")
        );
        let answer = self.person.asks(&query, Value::Object(variables)).await;
        // Without an account there is nothing to do at all.
        if answer.status() == 401 {
            return vec![answer.code().to_owned(); deeds.len()];
        }
        assert_eq!(answer.status(), 200, "{query}: {}", answer.text());
        let told = |at: usize| {
            let key = format!("d{at}");
            let errors = answer.errors().iter();
            let errors: Vec<Value> = errors
                .filter(|error| error["path"][0] == json!(key))
                .map(|error| json!([error["message"], error["extensions"]["code"]]))
                .collect();
            let payload = &answer.body()["data"][&key];
            json!([payload, errors]).to_string()
        };
        (0..deeds.len()).map(told).collect()
    }

    /// A record of each kind that they see; one that never was where they see none.
    fn own(&self) -> BTreeMap<Kind, Uuid> {
        let world = &self.scene.world;
        let seen = |kind: &Kind| {
            let mut all = world.ids(*kind).into_iter();
            all.find(|id| self.oracle.sees(*kind, *id))
        };
        let kinds = Kind::ALL.iter();
        kinds
            .map(|kind| (*kind, seen(kind).unwrap_or_else(nobodys)))
            .collect()
    }

    fn foreign(&self, kind: Kind) -> Option<Uuid> {
        let mut all = self.scene.world.ids(kind).into_iter();
        all.find(|id| !self.oracle.sees(kind, *id))
    }

    /// Each id of each mutation, once of a record that they don't see and once of none.
    async fn by_foreign_ids(&mut self) {
        let types = self.scene.types;
        let own = self.own();
        let mut pairs = Vec::new();
        for mutation in list(find(types, "Mutation"), "fields") {
            let input = core(&list(mutation, "args")[0]).name;
            for way in ids_in(types, input) {
                let last = way.last().map(String::as_str).unwrap_or_default();
                let kind = match (last, way.len()) {
                    // The id of a resident within a signal.
                    ("id", 2..) => Kind::Resident,
                    _ => kind_at(types, mutation, last),
                };
                let Some(foreign) = self.foreign(kind) else {
                    continue;
                };
                let filling = Filling {
                    types,
                    mutation,
                    ids: &own,
                };
                let deeds = [foreign, nobodys()].map(|id| Deed {
                    mutation: name(mutation).to_owned(),
                    input: filling.input(input, &way, Some(&type_id(kind, id))),
                });
                pairs.push((format!("{}({})", name(mutation), way.join(".")), deeds));
            }
        }
        let mut rest = pairs.into_iter().peekable();
        while rest.peek().is_some() {
            let (mut names, mut deeds) = (Vec::new(), Vec::new());
            for (name, pair) in rest.by_ref().take(AT_ONCE / 2) {
                names.push(name);
                deeds.extend(pair);
            }
            let told = self.does(&deeds).await;
            for (name, pair) in names.iter().zip(told.chunks(2)) {
                self.tally.cells += 1;
                if pair[0] != pair[1] {
                    self.tally.leak(format!("{} by {name}: {pair:?}", self.who));
                }
            }
        }
    }

    /// What their roles may never do, tried on what they see: refused.
    async fn by_right(&mut self) {
        let types = self.scene.types;
        let own = self.own();
        let mut deeds = Vec::new();
        for mutation in list(find(types, "Mutation"), "fields") {
            let Some(Rule::Decided(action)) = rule("Mutation", name(mutation)) else {
                panic!("{} has no row in api/src/policy/fields", name(mutation));
            };
            let may = roles_that_may(action);
            assert!(!may.is_empty(), "{action} is nobody's");
            if self.oracle.eyes.roles.iter().any(|role| may.contains(role)) {
                continue;
            }
            let input = core(&list(mutation, "args")[0]).name;
            let filling = Filling {
                types,
                mutation,
                ids: &own,
            };
            deeds.push(Deed {
                mutation: name(mutation).to_owned(),
                input: filling.input(input, &[], None),
            });
        }
        for some in deeds.chunks(AT_ONCE) {
            let told = self.does(some).await;
            for (deed, told) in some.iter().zip(told) {
                self.tally.cells += 1;
                let is_refused = ["FORBIDDEN", "NOT_FOUND", "UNAUTHENTICATED", "\"code\":"]
                    .iter()
                    .any(|code| told.contains(code));
                if !is_refused {
                    self.tally
                        .leak(format!("{} does {}: {told}", self.who, deed.mutation));
                }
            }
        }
    }
}

/// How many rows each table has, and how often they were changed.
async fn written(scene: &Scene) -> Vec<(String, i64, i64)> {
    let db = scene.town.beneath();
    let backend = db.get_database_backend();
    let catalogue = if scene.town.is_on_postgres() {
        "SELECT c.table_name::text AS name, BOOL_OR(c.column_name = 'version') AS changes \
         FROM information_schema.columns c WHERE c.table_schema = 'public' \
         GROUP BY c.table_name ORDER BY 1"
    } else {
        "SELECT m.name AS name, EXISTS(SELECT 1 FROM pragma_table_info(m.name) p \
         WHERE p.name = 'version') AS changes FROM sqlite_master m WHERE m.type = 'table' ORDER BY 1"
    };
    let tables = db
        .query_all_raw(Statement::from_string(backend, catalogue))
        .await
        .expect("the catalogue can be read");
    let parts: Vec<String> = tables
        .iter()
        .map(|row| {
            let name: String = row.try_get("", "name").expect("a name");
            let changes: bool = row.try_get("", "changes").expect("yes or no");
            let versions = if changes && name != "seaql_migrations" {
                "CAST(COALESCE(SUM(\"version\"), 0) AS BIGINT)"
            } else {
                "CAST(0 AS BIGINT)"
            };
            format!(
                "SELECT '{name}' AS \"of\", CAST(COUNT(*) AS BIGINT) AS \"rows\", {versions} AS \
                 \"versions\" FROM \"{name}\""
            )
        })
        .collect();
    let counted = db
        .query_all_raw(Statement::from_string(backend, parts.join(" UNION ALL ")))
        .await
        .expect("rows can be counted");
    let counted = counted.iter().map(|row| {
        (
            row.try_get("", "of").expect("a name"),
            row.try_get("", "rows").expect("a number"),
            row.try_get("", "versions").expect("a number"),
        )
    });
    counted.collect()
}

#[tokio::test]
async fn what_is_not_seen_is_refused_as_what_never_was_and_nothing_is_written() {
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
        let before = written(&scene).await;
        asking.by_foreign_ids().await;
        asking.by_right().await;
        let after = written(&scene).await;
        assert!(
            before
                .iter()
                .any(|(_, rows, versions)| *rows > 0 && *versions > 0)
        );
        if before != after {
            let changed = before.iter().zip(&after).filter(|(a, b)| a != b);
            let changed: Vec<_> = changed.map(|(before, _)| before.0.clone()).collect();
            tally.leak(format!("{who} wrote in {changed:?}"));
        }
    }
    tally.close("the matrix of mutations");
}
