//! Questions: with every argument good and bad, and of everything that is kept.

use nabij_api::telemetry::LogFormat;
use serde_json::{Value, json};

use super::{MARK, Place, Scene, spoilt};
use crate::{
    free_text::{innermost, is_required, of},
    schema::types,
};

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
            let shown = innermost(&field["type"])["name"].as_str().expect("a type");
            let part = format!(
                "{MARK}_shows: {name}({}) {}",
                given.join(", "),
                if leaf {
                    String::new()
                } else {
                    selection(types, shown, 0)
                }
            );
            let query = if owner == "Query" {
                format!("query Asks_{MARK}({}) {{ {part} }}", declared.join(", "))
            } else {
                declared.push("$node: ID!".to_owned());
                variables["node"] = json!(self.id("", owner));
                format!(
                    "query Asks_{MARK}({}) {{ node(id: $node) {{ ... on {owner} {{ {part} }} }} }}",
                    declared.join(", ")
                )
            };
            self.asks(&self.people[0], &query, &variables).await;
            asked += 1;
        }
        asked
    }
}

impl Scene {
    /// All that is kept, as everybody sees it, with what lies around it; and of somebody everything.
    pub(super) async fn reads_everything(&self, types: &[Value]) {
        let nodes = of(types, "Node")["possibleTypes"].as_array();
        let names = nodes.into_iter().flatten();
        for name in names.filter_map(|node| node["name"].as_str()) {
            let contact = "contact(purpose: EMERGENCY) { phone email address preferredChannel }";
            let more = if name == "Resident" { contact } else { "" };
            let query = format!(
                "query Reads_{MARK}($id: ID!) {{ {MARK}_node: node(id: $id) {{ ... on {name} {{ \
                 ...All_{MARK} {more} }} }} }} fragment All_{MARK} on {name} {}",
                selection(types, name, 1)
            );
            let told = self.everybody_reads(&query, &self.id("", name)).await;
            let expected = ["Resident", "ContactMoment", "LegalHold"].contains(&name);
            assert!(told || !expected, "nothing of a {name} was told: {query}");
        }
        let dossier = selection(types, "ResidentDossier", 2);
        let query = format!(
            "query Reads_{MARK}($id: ID!) {{ {MARK}_all: residentDossier(id: $id) {dossier} }}"
        );
        let told = self.everybody_reads(&query, &self.id("", "Resident")).await;
        assert!(told, "nothing was told in a dossier");
    }

    /// Whether anybody is told what was written.
    async fn everybody_reads(&self, query: &str, id: &str) -> bool {
        let mut told = false;
        for person in &self.people {
            let reply = self.asks(person, query, &json!({ "id": id })).await;
            let reply = reply.expect("an answer");
            told |= reply.text().contains(&format!("Told of {MARK}"));
        }
        told
    }
}

/// Everything that is shown of a type without being asked for more; so many steps away from it, too.
fn selection(types: &[Value], name: &str, steps: u32) -> String {
    let mut parts = Vec::new();
    for field in of(types, name)["fields"].as_array().into_iter().flatten() {
        let field_name = field["name"].as_str().expect("a name");
        let arguments = field["args"].as_array().into_iter().flatten();
        let arguments: Vec<&Value> = arguments.collect();
        if arguments
            .iter()
            .any(|argument| is_required(&argument["type"]))
        {
            continue;
        }
        let window = arguments.iter().any(|argument| argument["name"] == "first");
        let window = if window { "(first: 2)" } else { "" };
        let inner = innermost(&field["type"]);
        let inner_name = inner["name"].as_str().expect("a type");
        let below = match inner["kind"].as_str() {
            Some("OBJECT") if field_name == "nodes" => selection(types, inner_name, steps),
            Some("OBJECT") if steps > 0 && field_name != "edges" => {
                selection(types, inner_name, steps - 1)
            }
            Some("OBJECT" | "INTERFACE" | "UNION") => continue,
            _ => String::new(),
        };
        parts.push(format!("{field_name}{window} {below}"));
    }
    // A type that has nothing to show by itself has a name at least.
    format!("{{ __typename {} }}", parts.join(" "))
}

/// A type as a document writes it.
fn notation(ty: &Value) -> String {
    match ty["kind"].as_str() {
        Some("NON_NULL") => format!("{}!", notation(&ty["ofType"])),
        Some("LIST") => format!("[{}]", notation(&ty["ofType"])),
        _ => ty["name"].as_str().unwrap_or_default().to_owned(),
    }
}
