//! No national number in any free text of the schema (Belgian law of 8 August 1983; Dutch Wabb):
//! every text of every mutation's input is found by introspection, sent a number, and must refuse it
//! where it stands, without repeating it.

use std::collections::BTreeSet;

use nabij_api::graphql::free_text::{FREE, NOT_FREE};
use nabij_tests::{Need, Person, Town};
use serde_json::{Value, json};

use crate::schema::types;

/// A valid number, in digits of another width.
const NUMBER: &str = "９３.05.18-223.61";

/// One text in an input: the way to it, and its owner.
struct Leaf {
    path: Vec<String>,
    owner: (String, String),
    scalar: String,
}

pub(crate) fn of<'a>(types: &'a [Value], name: &str) -> &'a Value {
    let found = types.iter().find(|of| of["name"] == name);
    found.unwrap_or_else(|| panic!("no type {name}"))
}

pub(crate) fn innermost(ty: &Value) -> &Value {
    let mut ty = ty;
    while !ty["ofType"].is_null() {
        ty = &ty["ofType"];
    }
    ty
}

pub(crate) fn is_required(ty: &Value) -> bool {
    ty["kind"] == "NON_NULL"
}

pub(crate) fn is_list(ty: &Value) -> bool {
    match ty["kind"].as_str() {
        Some("LIST") => true,
        Some("NON_NULL") => is_list(&ty["ofType"]),
        _ => false,
    }
}

pub(crate) fn fields(of: &Value) -> impl Iterator<Item = &Value> {
    of["inputFields"].as_array().into_iter().flatten()
}

/// Every text below an input type. A type within itself is followed once.
fn leaves(types: &[Value], input: &str, path: &[String], seen: &[&str], found: &mut Vec<Leaf>) {
    for field in fields(of(types, input)) {
        let name = field["name"].as_str().expect("a name");
        let inner = innermost(&field["type"]);
        let type_name = inner["name"].as_str().expect("a type");
        let mut path = path.to_vec();
        path.push(name.to_owned());
        if is_list(&field["type"]) {
            path.push("0".to_owned());
        }
        match inner["kind"].as_str() {
            Some("SCALAR") if FREE.contains(&type_name) => found.push(Leaf {
                path,
                owner: (input.to_owned(), name.to_owned()),
                scalar: type_name.to_owned(),
            }),
            Some("INPUT_OBJECT") if !seen.contains(&type_name) => {
                let mut seen = seen.to_vec();
                seen.push(type_name);
                leaves(types, type_name, &path, &seen, found);
            }
            _ => {}
        }
    }
}

/// A text of this scalar with the number in it.
fn text(scalar: &str) -> &'static str {
    match scalar {
        "EmailAddress" => "93051822361@example.org",
        "LanguageTag" => "nl-x-93051822-361",
        "URL" => "https://example.org/93051822361",
        _ => NUMBER,
    }
}

/// An input that the gate lets through: what is required, and the one text.
fn input(types: &[Value], name: &str, leaf: &[String], scalar: &str, home: &str) -> Value {
    let of_type = of(types, name);
    let mut made = json!({});
    for field in fields(of_type) {
        let field_name = field["name"].as_str().expect("a name");
        let chosen = leaf.first().is_some_and(|step| step == field_name);
        if !chosen && !is_required(&field["type"]) {
            continue;
        }
        let listed = is_list(&field["type"]);
        let rest = match (chosen, listed) {
            (true, true) => &leaf[2..],
            (true, false) => &leaf[1..],
            (false, _) => &[],
        };
        let inner = innermost(&field["type"]);
        let type_name = inner["name"].as_str().expect("a type");
        let value = match inner["kind"].as_str() {
            Some("INPUT_OBJECT") => {
                let mut value = input(types, type_name, rest, scalar, home);
                if value == json!({}) {
                    // One of several: any of them.
                    let first = fields(of(types, type_name)).next().expect("a field");
                    let name = first["name"].as_str().expect("a name").to_owned();
                    value = input(types, type_name, &[name, "0".to_owned()], "", home);
                }
                value
            }
            Some("ENUM") => of(types, type_name)["enumValues"][0]["name"].clone(),
            _ if chosen && !scalar.is_empty() => json!(text(scalar)),
            _ if field_name == "neighbourhood" => json!(home),
            _ => match type_name {
                "Int" | "Float" => json!(1),
                "Boolean" => json!(true),
                "UUID" => json!("0192f0c1-2d3e-7f40-8a5b-6c7d8e9fa0b1"),
                "DateTime" => json!("2026-03-01T09:00:00Z"),
                "Date" => json!("2026-03-01"),
                "EmailAddress" => json!("rosa@example.org"),
                "PhoneNumber" => json!("+3223591616"),
                "URL" => json!("https://example.org"),
                "LanguageTag" => json!("nl"),
                _ => json!("neighbourhood_01h455vb4pex5vsknk084sn02q"),
            },
        };
        made[field_name] = if listed { json!([value]) } else { value };
    }
    made
}

pub(crate) struct Mutation {
    pub(crate) name: String,
    pub(crate) input: String,
    pub(crate) payload: String,
}

pub(crate) fn mutations(types: &[Value]) -> Vec<Mutation> {
    let all = of(types, "Mutation")["fields"].as_array().expect("fields");
    let named = |ty: &Value| innermost(ty)["name"].as_str().expect("a type").to_owned();
    all.iter()
        .map(|field| Mutation {
            name: field["name"].as_str().expect("a name").to_owned(),
            input: named(&field["args"][0]["type"]),
            payload: named(&field["type"]),
        })
        .collect()
}

/// The errors of an answer, those of its rows too.
async fn errors(person: &Person, mutation: &Mutation, rows: bool, input: &Value) -> Vec<Value> {
    let Mutation {
        name,
        input: of,
        payload,
    } = mutation;
    let errors = "userErrors { code path message }";
    let of_rows = if rows {
        format!("results {{ {errors} }}")
    } else {
        String::new()
    };
    let query = format!(
        "mutation Tries($input: {of}!) {{ {name}(input: $input) {{ __typename {errors} {of_rows} }} }}"
    );
    let answer = person.asks(&query, json!({ "input": input })).await;
    assert!(
        answer.errors().is_empty(),
        "{name}: {} for {input}",
        answer.text()
    );
    for told in [NUMBER, "93051822361", "93051822", "223.61"] {
        assert!(
            !answer.text().contains(told),
            "{name} repeats what was sent"
        );
    }
    let shown = answer.data(&format!("/{name}"));
    assert_eq!(shown["__typename"], *payload);
    let of_rows = shown["results"].as_array().into_iter().flatten();
    let of_rows = of_rows.flat_map(|row| row["userErrors"].as_array().cloned().unwrap_or_default());
    let mut all = shown["userErrors"]
        .as_array()
        .cloned()
        .expect("user errors");
    all.extend(of_rows);
    all
}

#[tokio::test]
async fn every_free_text_of_the_schema_refuses_an_identity_number() {
    let types = types().await;
    let town = Town::start().await;
    let coordinator = town.coordinator().await;
    let home = coordinator.neighbourhood.clone();
    let (mut texts, mut left_out) = (0, BTreeSet::new());
    for mutation in mutations(types) {
        let rows = fields_of(types, &mutation.payload).any(|field| field == "results");
        let mut found = Vec::new();
        leaves(types, &mutation.input, &[], &[&mutation.input], &mut found);
        for leaf in found {
            let owner = (leaf.owner.0.as_str(), leaf.owner.1.as_str());
            if let Some(known) = NOT_FREE.iter().find(|known| (known.0, known.1) == owner) {
                left_out.insert((known.0, known.1));
                continue;
            }
            let sent = input(types, &mutation.input, &leaf.path, &leaf.scalar, &home);
            let errors = errors(&coordinator, &mutation, rows, &sent).await;
            let place = format!("{} {}", mutation.name, leaf.path.join("."));
            let refused = errors
                .iter()
                .find(|error| error["code"] == "IDENTITY_NUMBER");
            let refused = refused.unwrap_or_else(|| panic!("{place} takes it: {errors:?}"));
            assert_eq!(errors.len(), 1, "{place}: {errors:?}");
            if !rows {
                assert_eq!(refused["path"], json!(leaf.path), "{place}");
            }
            texts += 1;
        }
    }
    println!("{texts} free texts refuse identity numbers");
    assert!(texts > 50, "{texts}");
    let listed: BTreeSet<_> = NOT_FREE.iter().map(|known| (known.0, known.1)).collect();
    assert_eq!(left_out, listed, "an exception for a text that isn't there");
}

pub(crate) fn fields_of<'a>(types: &'a [Value], name: &str) -> impl Iterator<Item = &'a str> {
    let fields = of(types, name)["fields"].as_array().into_iter().flatten();
    fields.filter_map(|field| field["name"].as_str())
}

#[tokio::test]
async fn what_is_refused_is_answered_as_it_was_asked() {
    let town = Town::start().await;
    let coordinator = town.coordinator().await;
    let query = "mutation Tries($input: ResidentRecordInput!, $yes: Boolean!) { \
        made: residentRecord(input: $input) { ...Shown resident @include(if: $yes) { id } \
          wrong: userErrors { code } wrong: userErrors { at: path __typename from } } } \
        fragment Shown on ResidentRecordPayload { sort: __typename }";
    let input = json!({
        "neighbourhood": coordinator.neighbourhood,
        "particulars": { "givenName": "Maria", "notes": "BSN 111222333" },
    });
    let answer = coordinator
        .asks(query, json!({ "input": input, "yes": true }))
        .await;
    let expected = json!({ "made": {
        "sort": "ResidentRecordPayload",
        "resident": null,
        "wrong": [{ "code": "IDENTITY_NUMBER", "at": ["particulars", "notes"],
            "__typename": "UserError", "from": null }],
    } });
    assert_eq!(answer.data(""), &expected);
    let none = coordinator
        .asks("{ residents { totalCount } }", json!({}))
        .await;
    assert_eq!(none.data("/residents/totalCount"), 0);
}

/// A subject is the issuer's own name for somebody; one that is a rijksregisternummer, as an eID may
/// send it, isn't kept.
#[tokio::test]
async fn a_subject_that_is_somebodys_number_is_refused() {
    let town = Town::start().await;
    let admin = town.admin().await;
    let register = async |subject: &str| {
        let input = json!({ "issuer": "https://issuer.test", "subject": subject,
            "displayName": "Rosa" });
        admin.does("userRegister", "user", "id", input).await
    };
    let refused = register("93.05.18-223.61").await;
    refused.is_refused_at("IDENTITY_NUMBER", "subject");
    let advice = refused.user_errors()[0]["message"].as_str().expect("words");
    assert!(advice.contains("another `sub`"), "{advice}");
    assert!(!refused.text().contains("223"), "{}", refused.text());
    register("248289761001").await.done();
}

/// A partner connects its own system, in which a case has a number: that number may pass the eleven
/// test of a BSN, or the check of a rijksregisternummer, by chance.
#[tokio::test]
async fn a_number_of_another_system_is_taken_for_what_it_is() {
    let town = Town::start().await;
    let rosa = town.ambassador("Rosa", &["Alsemberg"]).await;
    let need = |reference: &str| {
        Need::new("Stairs too steep", &rosa.neighbourhood).with("externalReference", reference)
    };
    for theirs in ["111222333", "93051822361", "case-111222333"] {
        let signal = rosa.submits(need(theirs)).await.done();
        // The same again is the same signal.
        assert_eq!(rosa.submits(need(theirs)).await.done().id, signal.id);
        let seen = rosa.sees(&signal, "externalReference").await;
        assert_eq!(seen.expect("hers")["externalReference"], theirs);
    }
    for somebodys in ["93.05.18-223.61", "1112.22.333", "BSN 111222333"] {
        let refused = rosa.submits(need(somebodys)).await;
        refused.is_refused_at("IDENTITY_NUMBER", "externalReference");
        let advice = refused.user_errors()[0]["message"].as_str().expect("words");
        assert!(advice.contains("in your own system"), "{advice}");
        assert!(!refused.text().contains(somebodys));
    }
    // Anywhere else they are refused as before.
    let told = need("case-1").with("text", "111222333");
    let refused = rosa.submits(told).await;
    refused.is_refused_at("IDENTITY_NUMBER", "text");
}
