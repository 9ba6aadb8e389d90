//! Values against the types of the schema, in variables and in the document.

use serde_json::json;

use super::*;

const SDL: &str = r#"
directive @oneOf on INPUT_OBJECT
type Query { find(by: Ref, at: Date): Int }
type Mutation { register(input: RegisterInput!): Int registerAll(inputs: [RegisterInput!]!): Int }
input RegisterInput { name: String! = "x" contact: ContactInput dates: [Date!] by: Ref kind: Kind }
input ContactInput { phone: Phone }
input Ref @oneOf { id: ID new: ContactInput }
enum Kind { NEED PROBLEM }
scalar Date
scalar Phone
"#;

fn phone(text: &str) -> Result<(), &'static str> {
    text.strip_prefix('+').map(drop).ok_or("Begin with +.")
}

fn date(text: &str) -> Result<(), &'static str> {
    let parts = text.split('-').count();
    (parts == 3).then_some(()).ok_or("Write it as 2026-05-03.")
}

fn admit_with(query: &str, variables: &Value) -> Result<Admitted, Refused> {
    Gate::new(SDL, Limits::default())
        .unwrap()
        .with_scalars(ScalarChecks::from([
            ("Phone", phone as ScalarCheck),
            ("Date", date),
        ]))
        .admit(&GraphQlRequest {
            query,
            operation_name: None,
            variables: variables.as_object().unwrap(),
            explain: false,
        })
}

/// Refused for these, as input and with no value repeated.
#[track_caller]
fn is_told(query: &str, variables: &Value, messages: &[&str]) {
    let refused = admit_with(query, variables).expect_err(query);
    let said: Vec<&str> = refused
        .problems
        .iter()
        .map(|problem| problem.message.as_str())
        .collect();
    assert_eq!(said, messages, "{query}");
    for problem in &refused.problems {
        assert_eq!(problem.code, RefusalCode::BadUserInput);
        assert!(problem.location.is_some());
    }
}

const REGISTER: &str = "mutation($input: RegisterInput!) { register(input: $input) }";

#[test]
fn scalars_in_variables_are_checked_wherever_they_are() {
    is_told(
        REGISTER,
        &json!({"input": {"contact": {"phone": "0470canary"}, "dates": ["2026-05-03", "canary"]}}),
        &[
            "`$input.contact.phone`: Begin with +.",
            "`$input.dates[1]`: Write it as 2026-05-03.",
        ],
    );
    is_told(
        "mutation($all: [RegisterInput!]!) { registerAll(inputs: $all) }",
        &json!({"all": [{}, {"contact": {"phone": 32}}]}),
        &["`$all[1].contact.phone`: Write a value of type Phone: text in quotes."],
    );
    // One value stands for a list of one.
    is_told(
        REGISTER,
        &json!({"input": {"dates": "canary"}}),
        &["`$input.dates`: Write it as 2026-05-03."],
    );
    for fits in [
        json!({"contact": {"phone": "+32"}, "dates": "2026-05-03"}),
        json!({"contact": {"phone": null}, "dates": null, "by": {"id": 7}}),
        json!({}),
    ] {
        admit_with(REGISTER, &json!({ "input": fits })).unwrap();
    }
}

#[test]
fn scalars_in_the_document_are_checked_wherever_they_are() {
    let nothing = json!({});
    is_told(
        r#"mutation { register(input: {}) again: register(input: {contact: {phone: "0470canary"}, dates: ["canary"]}) }"#,
        &nothing,
        &[
            "`input.contact.phone`: Begin with +.",
            "`input.dates[0]`: Write it as 2026-05-03.",
        ],
    );
    is_told(
        r#"query($d: Date = "canary") { find(at: $d) }"#,
        &nothing,
        &["`$d`: Write it as 2026-05-03."],
    );
    is_told(
        r#"{ ...F ...F } fragment F on Query { ... on Query { find(at: "canary") } }"#,
        &nothing,
        &["`at`: Write it as 2026-05-03."],
    );
    is_told(
        "{ find(at: CANARY) }",
        &nothing,
        &["`at`: Write a value of type Date: text in quotes."],
    );
    // Inside a literal, a variable was checked with its own type.
    is_told(
        "mutation($p: Phone) { register(input: {contact: {phone: $p}}) }",
        &json!({"p": "canary"}),
        &["`$p`: Begin with +."],
    );
    let fits = r#"mutation($p: Phone, $d: Date = "2026-05-03") {
        register(input: {contact: {phone: $p}, dates: "2026-05-03"}) a: register(input: {contact: {phone: "+1"}, dates: null}) }
        "#;
    // `$d` isn't used, which the validator refuses.
    admit_with(fits, &nothing).unwrap_err();
    admit_with(&fits.replace(r#", $d: Date = "2026-05-03""#, ""), &nothing).unwrap();
}

#[test]
fn a_one_of_takes_exactly_one() {
    const ONE: &str = "Give exactly one of `id`, `new`.";
    for by in [
        json!({}),
        json!({"id": "1", "new": {}}),
        json!({"id": null}),
        json!({"id": "1", "new": null}),
    ] {
        let message = format!("`$input.by`: {ONE}");
        is_told(REGISTER, &json!({"input": {"by": by}}), &[&message]);
    }
    let message = format!("`by`: {ONE}");
    for by in ["{}", r#"{id: "1", new: {}}"#, "{id: null}"] {
        let query = format!("{{ find(by: {by}) }}");
        is_told(&query, &json!({}), &[&message]);
    }
    let either = "query($id: ID, $new: ContactInput) { find(by: {id: $id, new: $new}) }";
    admit_with(either, &json!({"id": "1"})).unwrap();
    for variables in [
        json!({}),
        json!({"id": null}),
        json!({"id": "1", "new": {}}),
    ] {
        is_told(either, &variables, &[&message]);
    }
}

#[test]
fn mistakes_in_a_document_are_told_what_fits() {
    for (query, expected) in [
        (
            "mutation { register(input: {kind: CANARY}) }",
            "Write one of the values of Kind: NEED, PROBLEM.",
        ),
        (
            r#"mutation { register(input: {kind: "NEED"}) }"#,
            "Write a value of Kind without quotes: NEED, PROBLEM.",
        ),
        (
            r#"mutation { register(input: {contact: {fone: "canary"}}) }"#,
            "ContactInput has no field `fone`; it has `phone`.",
        ),
        (
            r#"mutation { register(input: {contact: "canary"}) }"#,
            "Write an object of type ContactInput, with fields of `phone`.",
        ),
        (
            "mutation { register(input: {name: 5550123}) }",
            "Write a value of type String: text in quotes.",
        ),
    ] {
        let refused = admit_with(query, &json!({})).expect_err(query);
        assert_eq!(refused.problems[0].message, expected);
        assert_eq!(refused.problems[0].code, RefusalCode::ValidationFailed);
    }
}

#[test]
fn what_is_listed_and_what_is_said_has_an_end() {
    let values: Vec<String> = (0..25).map(|n| format!("V{n}")).collect();
    let sdl = format!(
        "type Query {{ a(b: [B!]): Int }} enum B {{ {} }}",
        values.join(" ")
    );
    let gate = Gate::new(&sdl, Limits::default()).unwrap();
    let variables = json!({ "b": vec!["canary"; 100] });
    let refused = gate
        .admit(&GraphQlRequest {
            query: "query($b: [B!]) { a(b: $b) }",
            operation_name: None,
            variables: variables.as_object().unwrap(),
            explain: false,
        })
        .unwrap_err();
    assert_eq!(refused.problems.len(), 20);
    let message = &refused.problems[19].message;
    assert!(message.starts_with("`$b[19]`: "), "{message}");
    assert!(
        message.ends_with("V18, V19, and 5 more that the schema lists."),
        "{message}"
    );
    let long = "x".repeat(5_000);
    let refused = admit_with(REGISTER, &json!({"input": { long: 1 }})).unwrap_err();
    assert!(refused.problems[0].message.len() < 200);
}
