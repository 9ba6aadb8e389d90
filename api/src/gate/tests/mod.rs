//! The gate alone, on a small schema of the shape of ours; `size.rs` has the limits and costs.

use serde_json::{Map, Value, json};

use super::*;

mod explanations;
mod inputs;
mod size;

const SDL: &str = r"
type Query {
  hello(text: String): String
  number(of: Int = 1): Int
  node(id: ID!): Node
  nodes(ids: [ID!]!): [Node]!
  signals(first: Int, last: Int, where: SignalFilter): SignalConnection!
  signal: Signal
}
interface Node { id: ID! }
type Signal implements Node {
  id: ID!
  title: String
  urgency: Urgency
  referrals(first: Int = 10): ReferralConnection!
  parent: Signal
  actions: [Action!]!
  urgencies: [Urgency!]!
}
enum Urgency { LOW HIGH }
type Action { name: String! }
type Referral implements Node { id: ID! partner: Partner }
type Partner implements Node { id: ID! name: String signals(first: Int): SignalConnection! }
type PageInfo { hasNextPage: Boolean! }
type SignalConnection { edges: [SignalEdge!]! nodes: [Signal!]! pageInfo: PageInfo! totalCount: Int }
type SignalEdge { cursor: String! node: Signal! }
type ReferralConnection { nodes: [Referral!]! pageInfo: PageInfo! }
input SignalFilter { and: [SignalFilter!] not: SignalFilter title: String urgency: Urgency }
type Mutation {
  signalSubmit(input: SignalSubmitInput!): SignalSubmitPayload
  signalSubmitMany(input: SignalSubmitManyInput!): SignalSubmitManyPayload
}
input SignalSubmitInput { title: String! urgency: Urgency = LOW tags: [String!] parts: [PartInput!] }
input PartInput { names: [String!] }
input SignalSubmitManyInput { signals: [SignalSubmitInput!]! }
type SignalSubmitPayload { signal: Signal userErrors: [UserError!]! }
type SignalSubmitManyPayload { results: [SignalSubmitPayload!]! userErrors: [UserError!]! }
type UserError { code: String! message: String! path: [String!] }
type Subscription { signalChanged: Signal }
";

fn gate() -> Gate {
    Gate::new(SDL, Limits::default()).unwrap()
}

fn admit(query: &str) -> Result<Admitted, Refused> {
    admit_with(query, &json!({}))
}

fn admit_with(query: &str, variables: &Value) -> Result<Admitted, Refused> {
    let variables = variables.as_object().unwrap();
    gate().admit(&GraphQlRequest {
        query,
        operation_name: None,
        variables,
        explain: false,
    })
}

#[track_caller]
fn refused(query: &str, code: RefusalCode) -> Problem {
    refused_with(query, &json!({}), code)
}

#[track_caller]
fn refused_with(query: &str, variables: &Value, code: RefusalCode) -> Problem {
    let refused = admit_with(query, variables).expect_err("should have been refused");
    assert_eq!(refused.problems[0].code, code, "{refused}");
    refused.problems.into_iter().next().unwrap()
}

#[track_caller]
fn cost(query: &str) -> u64 {
    admit(query).unwrap().cost
}

#[test]
fn an_invalid_sdl_is_refused_at_start() {
    let error = Gate::new("type Query { a: Missing }", Limits::default()).unwrap_err();
    assert!(error.to_string().contains("Missing"), "{error}");
}

#[test]
fn what_is_admitted_carries_the_operation_its_fragments_and_its_variables() {
    let variables = json!({"n": 3, "unknown": 1}).as_object().unwrap().clone();
    let admitted = gate()
        .admit(&GraphQlRequest {
            query: "query A($n: Int, $m: Int = 7) { number(of: $n) again: number(of: $m) ...F }
                    query B { ...G } fragment F on Query { hello } fragment G on Query { hello }",
            operation_name: Some("A"),
            variables: &variables,
            explain: false,
        })
        .unwrap();
    assert_eq!(admitted.kind, OperationKind::Query);
    assert_eq!(admitted.operation_name.as_deref(), Some("A"));
    assert_eq!(admitted.document.operations.iter().count(), 1);
    let fragments: Vec<_> = admitted
        .document
        .fragments
        .keys()
        .map(ToString::to_string)
        .collect();
    assert_eq!(fragments, ["F"]);
    assert_eq!(
        serde_json::to_value(&admitted.variables).unwrap(),
        json!({"n": 3, "m": 7})
    );
}

#[test]
fn what_is_written_over_is_what_the_executors_own_parser_reads() {
    let query = r#"query A($n: Int!, $w: [[SignalFilter!]]) @skip(if: false) {
  # a comment, and é to tell characters from bytes
  x: number(of: $n) hello(text: "é\n\"q\"") second: hello(text: """
    block
      text
  """)
  signals(first: 5, where: {and: [{title: "t", urgency: HIGH}, {not: null}]}) { ...F @include(if: true) }
  ... on Query { signal { ... { id } } }
}
fragment F on SignalConnection { totalCount }"#;
    let ast = apollo_compiler::ast::Document::parse(query, "q").unwrap();
    let converter = super::convert::Converter::new(query);
    let theirs = async_graphql::parser::parse_query(query).unwrap();
    for definition in &ast.definitions {
        let (ours, theirs) = if let Some(operation) = definition.as_operation_definition() {
            let (_, theirs) = theirs.operations.iter().next().unwrap();
            (
                serde_json::to_value(converter.operation(operation).unwrap().node).unwrap(),
                serde_json::to_value(&theirs.node).unwrap(),
            )
        } else {
            let fragment = definition.as_fragment_definition().unwrap();
            (
                serde_json::to_value(converter.fragment(fragment).unwrap().node).unwrap(),
                serde_json::to_value(&theirs.fragments["F"].node).unwrap(),
            )
        };
        assert_eq!(
            without_empty_positions(ours),
            without_empty_positions(theirs)
        );
    }
}

/// The position of a selection set that isn't there has no meaning, that of a type condition is at
/// `on` or after it: these two differ.
fn without_empty_positions(value: Value) -> Value {
    match value {
        Value::Object(mut fields) => {
            if fields.contains_key("items")
                || fields
                    .get("node")
                    .is_some_and(|node| node.get("items").is_some() || node.get("on").is_some())
            {
                fields.remove("pos");
            }
            fields
                .into_iter()
                .map(|(name, field)| (name, without_empty_positions(field)))
                .collect()
        }
        Value::Array(items) => items.into_iter().map(without_empty_positions).collect(),
        other => other,
    }
}

#[test]
fn a_document_is_read_once_and_refused_ones_are_not_kept() {
    let gate = gate();
    let admit = |query| {
        gate.admit(&GraphQlRequest {
            query,
            operation_name: None,
            variables: &Map::new(),
            explain: false,
        })
    };
    for _ in 0..3 {
        admit("{ hello }").unwrap();
        admit("{ nothing }").unwrap_err();
    }
    assert_eq!(gate.documents.len(), 1);
}

/// Whoever sends ever new documents fills the cache to its bound and no further.
#[test]
fn what_is_kept_of_documents_has_a_bound() {
    let limits = Limits {
        cache: 2 * 1024 * 1024,
        ..Limits::default()
    };
    let gate = Gate::new(SDL, limits).unwrap();
    for number in 0..2_000 {
        let query = format!("{{ a{number}: hello {} }}", ", ".repeat(number % 50));
        gate.check(&query).unwrap();
        assert!(gate.documents.size() <= limits.cache, "after {number}");
    }
    let (kept, size) = (gate.documents.len(), gate.documents.size());
    assert!(kept > 10 && kept < 1_000, "{kept}");
    assert!(size > limits.cache / 4, "{size}");
}

#[test]
fn the_operation_is_the_named_or_the_only_one() {
    let gate = gate();
    let admit = |query, operation_name| {
        gate.admit(&GraphQlRequest {
            query,
            operation_name,
            variables: &Map::new(),
            explain: false,
        })
        .map_err(|refused| refused.problems[0].code)
    };
    let two = "query A { hello } query B { number }";
    assert_eq!(admit(two, Some("B")).unwrap().operation_name.unwrap(), "B");
    for (query, name) in [(two, None), (two, Some("C")), ("{ hello }", Some("A"))] {
        assert_eq!(
            admit(query, name).unwrap_err(),
            RefusalCode::OperationResolution
        );
    }
    assert_eq!(
        admit("fragment F on Query { hello }", None).unwrap_err(),
        RefusalCode::ValidationFailed
    );
    assert_eq!(admit("", None).unwrap_err(), RefusalCode::ParseFailed);
}

#[test]
fn messages_name_names_and_repeat_no_value() {
    let canary = "canary5550123";
    let long = "x".repeat(5_000);
    let queries = [
        format!("{{ hello(text: [\"{canary}\", 1]) }}"),
        format!("{{ number(of: \"{canary}\") }}"),
        "{ number(of: 55501235550123) }".to_owned(),
        format!("{{ signals(where: {{urgency: {canary}}}) {{ totalCount }} }}"),
        format!("{{ signals(where: {{title: 1, title: \"{canary}\"}}) {{ totalCount }} }}"),
        format!("{{ hello(text: \"{canary}\") hello(text: \"b\") }}"),
        format!("{{ hello(text: \"{canary}) }}"),
        format!("{{ hello \"{canary}\" }}"),
        format!("{{ hello @include(if: \"{canary}\") }}"),
        format!("query($a: Int = \"{canary}\") {{ number(of: $a) }}"),
        format!("{{ node(id: {{a: \"{canary}\"}}) {{ id }} }}"),
    ];
    for query in queries {
        let refused = admit(&query).expect_err(&query);
        let said = format!("{refused:?}");
        assert!(!said.contains("5550123"), "{query}: {said}");
    }
    let problem = refused("{ signal { colour } }", RefusalCode::ValidationFailed);
    assert!(
        problem.message.contains("colour") && problem.message.contains("Signal"),
        "{}",
        problem.message
    );
    assert_eq!(
        problem.location,
        Some(Location {
            line: 1,
            column: 12
        })
    );
    let problem = refused(&format!("{{ {long} }}"), RefusalCode::ValidationFailed);
    assert!(problem.message.len() < 200, "{}", problem.message);
    let many = admit(&format!("{{ signal {{ {} }} }}", "nothing ".repeat(100))).unwrap_err();
    assert_eq!(many.problems.len(), 20);
    let problem = refused("{ signal }", RefusalCode::ValidationFailed);
    assert!(
        !problem.message.contains("Did you mean"),
        "{}",
        problem.message
    );
}

#[test]
fn variables_that_do_not_fit_are_named_without_their_value() {
    let filter =
        "query($w: SignalFilter!, $n: Int) { signals(first: $n, where: $w) { totalCount } }";
    for (variables, expected) in [
        (
            json!({}),
            "`$w`: Send a value of type SignalFilter!; it is required.",
        ),
        (
            json!({"w": null}),
            "`$w`: Send a value of type SignalFilter!; it can't be null.",
        ),
        (
            json!({"w": "canary: to type Int"}),
            "`$w`: Write an object of type SignalFilter, with fields of `and`, `not`, `title`, `urgency`.",
        ),
        (
            json!({"w": {"and": [{}, {"title": {"canary": 1}}]}}),
            "`$w.and[1].title`: Write a value of type String: text in quotes.",
        ),
        (
            json!({"w": {"urgency": "canary"}}),
            "`$w.urgency`: Write one of the values of Urgency: LOW, HIGH.",
        ),
        (
            json!({"w": {"canary not in type canary": 1}}),
            "`$w`: SignalFilter has no field of a name that was sent; it has `and`, `not`, `title`, `urgency`.",
        ),
        (
            json!({"w": {"not": {"titel": "canary"}}}),
            "`$w.not`: SignalFilter has no field `titel`; it has `and`, `not`, `title`, `urgency`.",
        ),
        (
            json!({"w": {}, "n": "canary"}),
            "`$n`: Write a value of type Int: a whole number that fits into 32 bits.",
        ),
        (
            json!({"w": {}, "n": 3_000_000_000_u64}),
            "`$n`: Write a value of type Int: a whole number that fits into 32 bits.",
        ),
    ] {
        let problem = refused_with(filter, &variables, RefusalCode::BadUserInput);
        assert_eq!(problem.message, expected);
    }
    let submit = "mutation($i: SignalSubmitInput!) { signalSubmit(input: $i) { signal { id } } }";
    let problem = refused_with(submit, &json!({"i": {}}), RefusalCode::BadUserInput);
    assert_eq!(
        problem.message,
        "`$i.title`: Send a value of type String!; it is required."
    );
}

#[test]
fn numbers_no_type_can_hold_and_type_definitions_are_refused() {
    let gate = Gate::new(
        "scalar Any type Query { any(of: Any): Int }",
        Limits::default(),
    )
    .unwrap();
    let admit = |query| {
        gate.admit(&GraphQlRequest {
            query,
            operation_name: None,
            variables: &Map::new(),
            explain: false,
        })
    };
    let huge = format!("{{ any(of: 1e{}) }}", "9".repeat(400));
    assert_eq!(
        admit(&huge).unwrap_err().problems[0].code,
        RefusalCode::ValidationFailed
    );
    admit("{ any(of: 123456789012345678901234567890) }").unwrap();
    refused("{ hello } type A { b: Int }", RefusalCode::ValidationFailed);
}

#[test]
fn what_an_absent_variable_stands_for_is_absent_and_not_null() {
    let admitted = admit_with(
        "query($t: String, $u: Urgency, $n: Int) { number(of: $n)
           signals(first: 1, where: {title: $t, urgency: $u, and: [{urgency: $u}]}) { ...F } }
         fragment F on SignalConnection { nodes { referrals(first: $n) { nodes { id } } } }",
        &json!({"t": null}),
    )
    .unwrap();
    let written = serde_json::to_string(&admitted.document).unwrap();
    assert_eq!(written.matches(r#"{"$var":"t"}"#).count(), 1, "{written}");
    assert_eq!(written.matches(r#"{"$var":"u"}"#).count(), 0, "{written}");
    assert_eq!(written.matches(r#"{"$var":"n"}"#).count(), 0, "{written}");
}
