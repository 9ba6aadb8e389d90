//! The schema as a product: what is committed is what is served, a stranger finds a description
//! everywhere, and every mutation has the same shape.

use std::{fs, path::Path};

use nabij_api::gate::{Gate, Limits};
use nabij_tests::Town;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

/// The committed schema.
fn committed() -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema.graphql");
    fs::read_to_string(file).expect("schema.graphql is at the top level")
}

#[test]
fn what_is_committed_is_what_is_served() {
    let served = nabij_api::graphql::sdl();
    let same = committed()
        .lines()
        .zip(served.lines())
        .take_while(|(a, b)| a == b)
        .count();
    assert!(
        committed() == served,
        "schema.graphql differs from line {} on: run `cargo run -p nabij-api -- schema --write`",
        same + 1
    );
}

/// What a list costs is its length times its items: one that nobody has thought of counts five,
/// however long it is.
#[test]
fn every_list_says_how_long_it_is() {
    let gate = Gate::new(&committed(), Limits::default()).expect("it is valid");
    let without = gate.lists_without_length();
    assert!(
        without.is_empty(),
        "{without:?}: a row for each in api/src/gate/cost/lengths.rs, and none for what isn't there"
    );
}

/// The types of the schema, as the service tells them by introspection in one query.
pub(crate) async fn types() -> &'static [Value] {
    static TYPES: OnceCell<Vec<Value>> = OnceCell::const_new();
    TYPES.get_or_init(introspect).await
}

async fn introspect() -> Vec<Value> {
    const TYPE: &str = "kind name ofType { kind name ofType { kind name ofType { kind name } } }";
    let town = Town::start().await;
    let mut types = Vec::new();
    // In parts, so that the answer's cost stays within the limits that hold for everybody.
    let names = town
        .passer_by()
        .asks("{ __schema { types { name } } }", json!({}))
        .await;
    let names: Vec<String> = names
        .data("/__schema/types")
        .as_array()
        .expect("types")
        .iter()
        .filter_map(|named| named["name"].as_str().map(str::to_owned))
        .filter(|name| !name.starts_with("__"))
        .collect();
    let query = format!(
        "query Type($name: String!) {{ __type(name: $name) {{ kind name description \
           specifiedByURL possibleTypes {{ name }} interfaces {{ name }} \
           fields(includeDeprecated: true) {{ name description type {{ {TYPE} }} \
             args(includeDeprecated: true) {{ name description type {{ {TYPE} }} }} }} \
           inputFields {{ name description type {{ {TYPE} }} }} \
           enumValues(includeDeprecated: true) {{ name description }} }} }}"
    );
    for name in names {
        let answer = town.passer_by().asks(&query, json!({ "name": name })).await;
        types.push(answer.data("/__type").clone());
    }
    types
}

fn list<'a>(of: &'a Value, what: &str) -> &'a [Value] {
    of[what].as_array().map_or(&[], Vec::as_slice)
}

fn name(of: &Value) -> &str {
    of["name"].as_str().unwrap_or_default()
}

/// The type in the schema's own notation.
fn notation(of: &Value) -> String {
    match of["kind"].as_str() {
        Some("NON_NULL") => format!("{}!", notation(&of["ofType"])),
        Some("LIST") => format!("[{}]", notation(&of["ofType"])),
        _ => name(of).to_owned(),
    }
}

#[tokio::test]
async fn everything_has_a_description_that_says_something() {
    let mut silent = Vec::new();
    let mut look = |place: &str, thing: &Value| {
        let words = thing["description"].as_str().unwrap_or_default();
        if words.trim().is_empty() {
            silent.push(format!("{place}: {words:?}"));
        }
    };
    let types = types().await;
    for ty in types {
        let name_of_type = name(ty);
        let is_builtin = ["Boolean", "Float", "ID", "Int", "String"].contains(&name_of_type);
        // The two roots are merged from all files, and what they are is what GraphQL says.
        // Connections come from the library, which has no place for one; their parts have theirs.
        let is_library = name_of_type.ends_with("Connection");
        if !is_builtin && !is_library && !["Query", "Mutation"].contains(&name_of_type) {
            look(name_of_type, ty);
        }
        for field in list(ty, "fields") {
            let place = format!("{name_of_type}.{}", name(field));
            look(&place, field);
            for argument in list(field, "args") {
                look(&format!("{place}({}:)", name(argument)), argument);
            }
        }
        for part in list(ty, "inputFields").iter().chain(list(ty, "enumValues")) {
            look(&format!("{name_of_type}.{}", name(part)), part);
        }
    }
    assert!(types.len() > 30, "the whole schema was read");
    assert!(
        silent.is_empty(),
        "without a description:\n{}",
        silent.join("\n")
    );
}

#[tokio::test]
async fn every_scalar_of_ours_names_its_specification() {
    for ty in types().await {
        let ours = !["Boolean", "Float", "ID", "Int", "String"].contains(&name(ty));
        if ty["kind"] == "SCALAR" && ours {
            assert!(ty["specifiedByURL"].is_string(), "{}", name(ty));
        }
    }
}

#[tokio::test]
async fn every_mutation_is_noun_verb_with_one_input_and_a_payload_of_its_own() {
    let types = types().await;
    let find = |wanted: &str| {
        types
            .iter()
            .find(|ty| name(ty) == wanted)
            .unwrap_or(&Value::Null)
    };
    let mutations = list(find("Mutation"), "fields");
    assert!(!mutations.is_empty());
    for mutation in mutations {
        let own = name(mutation);
        let is_two_words = own.chars().any(char::is_uppercase)
            && own.chars().next().is_some_and(char::is_lowercase);
        assert!(is_two_words, "{own} is not a noun and a verb");
        let mut title = own[..1].to_uppercase();
        title.push_str(&own[1..]);

        let arguments: Vec<String> = list(mutation, "args")
            .iter()
            .map(|argument| format!("{}: {}", name(argument), notation(&argument["type"])))
            .collect();
        assert_eq!(arguments, [format!("input: {title}Input!")], "{own}");

        assert_eq!(
            notation(&mutation["type"]),
            format!("{title}Payload"),
            "{own}"
        );
        let payload = find(&format!("{title}Payload"));
        let fields: Vec<(&str, String)> = list(payload, "fields")
            .iter()
            .map(|field| (name(field), notation(&field["type"])))
            .collect();
        assert!(
            fields
                .iter()
                .any(|(name, ty)| *name == "userErrors" && ty == "[UserError!]!"),
            "{own} answers {fields:?}"
        );
        // Several at once have a result each.
        if own.ends_with("Many") {
            assert!(
                fields
                    .iter()
                    .any(|(name, ty)| *name == "results" && ty.ends_with("Result!]!")),
                "{own} answers {fields:?}"
            );
            continue;
        }
        // One record, which a refused mutation can't show; beside it lists at most.
        let records: Vec<_> = fields
            .iter()
            .filter(|(_, ty)| !ty.ends_with("]!"))
            .collect();
        assert_eq!(records.len(), 1, "{own} answers {fields:?}");
        assert!(!records[0].1.ends_with('!'), "{own} must show a record");
    }
}

#[tokio::test]
async fn root_fields_are_nullable_and_lists_are_connections_of_relay() {
    let types = types().await;
    let find = |wanted: &str| {
        types
            .iter()
            .find(|ty| name(ty) == wanted)
            .unwrap_or(&Value::Null)
    };
    for field in list(find("Query"), "fields") {
        let ty = notation(&field["type"]);
        assert!(
            !ty.ends_with('!'),
            "{}: {ty} takes the whole answer along",
            name(field)
        );
    }
    let mut connections = 0;
    for ty in types.iter().filter(|ty| name(ty).ends_with("Connection")) {
        connections += 1;
        let fields: Vec<&str> = list(ty, "fields").iter().map(name).collect();
        for part in ["edges", "nodes", "pageInfo", "totalCount"] {
            assert!(fields.contains(&part), "{} has no {part}", name(ty));
        }
    }
    assert!(connections >= 3);
    for ty in types {
        for field in list(ty, "fields") {
            if notation(&field["type"])
                .trim_end_matches('!')
                .ends_with("Connection")
            {
                let arguments: Vec<&str> = list(field, "args").iter().map(name).collect();
                for part in ["first", "after", "last", "before"] {
                    assert!(
                        arguments.contains(&part),
                        "{}.{} lacks {part}",
                        name(ty),
                        name(field)
                    );
                }
            }
        }
    }
}

#[tokio::test]
async fn every_record_is_a_node_that_shows_its_history_and_what_you_may_do() {
    let types = types().await;
    let find = |wanted: &str| {
        types
            .iter()
            .find(|ty| name(ty) == wanted)
            .unwrap_or(&Value::Null)
    };
    let nodes: Vec<&str> = list(find("Node"), "possibleTypes")
        .iter()
        .map(name)
        .collect();
    assert!(
        nodes.contains(&"Signal") && nodes.contains(&"Referral"),
        "{nodes:?}"
    );
    for node in nodes {
        let fields: Vec<&str> = list(find(node), "fields").iter().map(name).collect();
        assert!(fields.contains(&"id"), "{node}");
        if fields.contains(&"status") {
            assert!(
                fields.contains(&"history"),
                "{node} has states but no history"
            );
            assert!(
                fields.contains(&"allowedActions"),
                "{node} has states but no allowedActions"
            );
        }
    }
}
