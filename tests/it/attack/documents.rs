//! Documents that cost others seconds, and values that overflow: refused before they are executed.

use std::time::{Duration, Instant};

use nabij_tests::service::{Listening, Service};
use serde_json::{Value, json};

use super::{Case, Message, Scene};

const PARSE: &str = "GRAPHQL_PARSE_FAILED";
const INVALID: &str = "GRAPHQL_VALIDATION_FAILED";
const DEAR: &str = "QUERY_TOO_EXPENSIVE";
const INPUT: &str = "BAD_USER_INPUT";
/// How soon any of them is answered.
const AT_ONCE: Duration = Duration::from_millis(50);
const TRIES: u32 = 20;
const OPERATION: &str = "OPERATION_RESOLUTION_FAILURE";

fn nested(times: usize, open: &str, core: &str, close: &str) -> String {
    format!("{}{core}{}", open.repeat(times), close.repeat(times))
}

fn numbered(times: usize, each: impl Fn(usize) -> String) -> String {
    (0..times).map(each).collect()
}

/// So many fragments, each with the next so many times.
fn fragments(levels: usize, spreads: usize) -> String {
    let chain = numbered(levels, |n| {
        let next = format!("...F{} ", n + 1).repeat(spreads);
        format!("fragment F{n} on Query {{ {next}}} ")
    });
    format!("{{ ...F0 }} {chain} fragment F{levels} on Query {{ zebra7: __typename }}")
}

fn lists(times: usize, core: &str) -> String {
    nested(times, "[", core, "]")
}

/// The documents that a stock server works on for seconds, or dies of.
fn costly() -> Vec<(&'static str, String, &'static str)> {
    let page = |inner: &str| format!("signals(first: 4294967296) {{ nodes {{ id {inner} }} }}");
    let pages = page(&"referrals(first: 4294967296) { nodes { id } }".repeat(3));
    let half = "z".repeat(120_000);
    vec![
        ("30 fragments that double", fragments(30, 2), DEAR),
        ("5 levels of 30 spreads", fragments(5, 30), DEAR),
        (
            "1,400 lists in an argument",
            format!("{{ nodes(ids: {}) {{ id }} }}", lists(1_400, "")),
            DEAR,
        ),
        (
            "1,400 lists in a variable's default",
            format!(
                "query($v: [ID!]! = {}) {{ nodes(ids: $v) {{ id }} }}",
                lists(1_400, "\"zebra7\"")
            ),
            DEAR,
        ),
        (
            "1,400 lists in a directive's argument",
            format!("{{ __typename @skip(if: {}) }}", lists(1_400, "true")),
            DEAR,
        ),
        (
            "10,000 aliases",
            format!(
                "{{ {} }}",
                numbered(10_000, |n| format!("a{n}: __typename "))
            ),
            DEAR,
        ),
        (
            "pages of 4,294,967,296 within each other",
            format!("{{ {pages} }}"),
            INVALID,
        ),
        (
            "an alias of 120,000 letters for every field of the schema",
            format!("{{ __schema {{ types {{ fields {{ {half}: name }} }} }} }}"),
            DEAR,
        ),
        (
            "the same for every word there is",
            format!("{{ vocabulary(language: NL) {{ values {{ {half}: code }} }} }}"),
            DEAR,
        ),
        (
            "an operation of 120,000 letters",
            format!("query {half} {{ __typename }}"),
            DEAR,
        ),
        (
            "a variable of 120,000 letters",
            format!("query(${half}: ID!) {{ node(id: ${half}) {{ id }} }}"),
            DEAR,
        ),
        (
            "a fragment of 120,000 letters",
            format!("{{ ...{half} }} fragment {half} on Query {{ __typename }}"),
            DEAR,
        ),
    ]
}

/// Documents of thousands of fields, of which each would be told with its path, its cost and who may
/// have it: paths, and so answers, grow with the depth.
fn explained() -> Vec<Case> {
    let alias = "a".repeat(100);
    let leaves = "title ".repeat(110);
    let signals = numbered(20, |n| format!("s{n}: signals(first: 1) {{ ...P }} "));
    let wide = format!("{{ {signals} }} fragment P on SignalConnection {{ nodes {{ {leaves} }} }}");
    let deep = nested(8, &format!("parent {{ {} ", "name ".repeat(280)), "id", "}");
    let deep = format!("{{ {alias}: neighbourhood(id: \"zebra7\") {{ {deep} }} }}");
    let mutations = numbered(20, |n| {
        let input = "input: { id: \"zebra7\" }";
        let leaves = &leaves[..600];
        format!("m{n}: signalTriage({input}) {{ signal {{ {leaves} }} }} ")
    });
    [
        ("2,200 fields side by side", wide),
        ("2,200 fields within each other", deep),
        (
            "2,000 fields of mutations",
            format!("mutation {{ {mutations} }}"),
        ),
    ]
    .into_iter()
    .map(|(name, text)| {
        let body = json!({ "query": text, "extensions": { "explain": true } });
        Case::raw(name, Message::json(&body).bytes(), &[200])
    })
    .collect()
}

impl Scene {
    /// Each of these is answered at once.
    async fn answers_at_once(&self, cases: Vec<Case>) {
        for case in cases {
            let name = &case.name;
            self.service
                .withstands(name, async |service: &Service| {
                    let before = service.worked();
                    let mut times = Vec::new();
                    for _ in 0..TRIES {
                        let started = Instant::now();
                        let reply = service.hears(&case.bytes).await;
                        times.push(started.elapsed());
                        case.compare(reply.as_ref());
                        if times.last().is_some_and(|time| *time < AT_ONCE) {
                            return;
                        }
                    }
                    // Something else keeps the machine busy: what counts is the work for one of them.
                    let worked = service
                        .worked()
                        .zip(before)
                        .map(|(now, before)| now.saturating_sub(before));
                    let each = worked.map(|worked| worked / TRIES);
                    assert!(
                        each.is_some_and(|each| each < AT_ONCE),
                        "{name} took {times:?}, and {each:?} of work each"
                    );
                })
                .await;
        }
    }
}

#[tokio::test]
async fn documents_that_cost_seconds_elsewhere_are_answered_at_once() {
    let scene = Scene::set(Listening::default()).await;
    let refused = |(name, text, code): (&str, String, _)| said(name, &text, code);
    let cases = costly().into_iter().map(refused);
    scene.answers_at_once(cases.collect()).await;
}

#[tokio::test]
async fn explanations_of_large_documents_are_answered_at_once_and_stay_small() {
    let scene = Scene::set(Listening::default()).await;
    let token = format!("Bearer {}", scene.service.token(&scene.rosa));
    let signed = |case: Case| Case {
        bytes: signed(&case.bytes, &token),
        ..case
    };
    let cases: Vec<Case> = explained().into_iter().map(signed).collect();
    for case in &cases {
        let reply = scene.service.hears(&case.bytes).await.expect("an answer");
        let told = &reply.json()["extensions"];
        let fields = told["explain"].as_array().map(Vec::len);
        assert_eq!(fields, Some(300), "{}: {}", case.name, reply.text());
        assert!(told["explainLeftOut"].as_u64() > Some(1_000), "{told}");
        assert!(reply.body.len() < 256 * 1024, "{}", reply.body.len());
    }
    scene.answers_at_once(cases).await;
}

/// The same request with a token.
fn signed(request: &[u8], token: &str) -> Vec<u8> {
    let text = String::from_utf8_lossy(request);
    let header = format!("\r\nauthorization: {token}\r\n\r\n");
    text.replacen("\r\n\r\n", &header, 1).into_bytes()
}

/// Refused, with this code.
fn said(name: &str, text: &str, code: &'static str) -> Case {
    Case::new(name, &Message::query(text), 400, code)
}

/// What is large, deep or goes around in circles.
fn shapes() -> Vec<Case> {
    vec![
        said(
            "1,400 objects within each other",
            &format!(
                "{{ signals(where: {}) {{ totalCount }} }}",
                nested(1_400, "{not: ", "{}", "}")
            ),
            DEAR,
        ),
        said(
            "1,400 selections within each other",
            &nested(1_400, "{ a ", "", "}"),
            DEAR,
        ),
        said(
            "1,000 inline fragments within each other",
            &nested(1_000, "{ ... on Query ", "{ __typename }", "}"),
            DEAR,
        ),
        said(
            "a variable of 1,400 list types",
            &format!("query($v: {}) {{ __typename }}", lists(1_400, "Int")),
            DEAR,
        ),
        said(
            "a cycle of fragments",
            "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
            INVALID,
        ),
        said(
            "a fragment with itself",
            "{ ...A } fragment A on Query { ...A __typename }",
            INVALID,
        ),
        said(
            "2,000 directives on one field",
            &format!("{{ __typename {} }}", "@skip(if: false) ".repeat(2_000)),
            DEAR,
        ),
        said(
            "600 variables that nobody uses",
            &format!(
                "query({}) {{ __typename }}",
                numbered(600, |n| format!("$v{n}: Int "))
            ),
            INVALID,
        ),
        said(
            "300 operations, none of them named",
            &numbered(300, |n| format!("query Q{n} {{ __typename }} ")),
            OPERATION,
        ),
        said(
            "the same field 4,000 times",
            &format!("{{ {} }}", "__typename ".repeat(4_000)),
            DEAR,
        ),
    ]
}

/// Texts that are no documents, or ask for what there is not.
fn texts() -> Vec<Case> {
    vec![
        said(
            "a number of 400 digits",
            &format!("{{ signals(first: {}) {{ totalCount }} }}", "9".repeat(400)),
            INVALID,
        ),
        said(
            "a float beyond all floats",
            "{ signals(first: 1e400) { totalCount } }",
            INVALID,
        ),
        said(
            "introspection that multiplies",
            &format!(
                "{{ __schema {{ types {} }} }}",
                nested(5, "{ fields { type ", "{ name }", "} }")
            ),
            DEAR,
        ),
        said(
            "a string without an end",
            "{ node(id: \"zebra7) { id } }",
            PARSE,
        ),
        said(
            "a block string without an end",
            "{ node(id: \"\"\"zebra7) { id } }",
            PARSE,
        ),
        said("a NUL in the document", "{ __typename \u{0} }", PARSE),
        said(
            "half a surrogate pair",
            r#"{ node(id: "zebra7 \uD800") { id } }"#,
            PARSE,
        ),
        said("250,000 characters of comment", &"#".repeat(250_000), PARSE),
        said(
            "60,000 commas",
            &format!("{{ __typename {} }}", ",".repeat(60_000)),
            DEAR,
        ),
        said("no document at all", "", PARSE),
        said(
            "a fragment and no operation",
            "fragment A on Query { __typename }",
            INVALID,
        ),
        said(
            "a type of one's own",
            "type Zebra { a: Int } query { __typename }",
            INVALID,
        ),
        said("a subscription", "subscription { __typename }", INVALID),
        said(
            "a field of 5,000 letters",
            &format!("{{ {} }}", "zebra".repeat(1_000)),
            INVALID,
        ),
    ]
}

/// Literals as large as a body may be. What they say is another matter: they must cost nothing.
fn large_literals() -> Vec<Case> {
    let id = |literal: &str| Message::query(&format!("{{ node(id: {literal}) {{ id }} }}"));
    let first = |digits: &str| format!("{{ signals(first: {digits}) {{ totalCount }} }}");
    let lines = format!("\"\"\"{}\"\"\"", "\n".repeat(120_000));
    let indented = format!("\"\"\"{}zebra7\"\"\"", "\n z".repeat(60_000));
    let escapes = format!("\"{}\"", "\\n".repeat(40_000));
    let unicode = format!("\"{}\"", "\\u0041".repeat(35_000));
    let quotes = format!("\"\"\"{}\"\"\"", "\\\"\"\" ".repeat(20_000));
    let digits = "9".repeat(240_000);
    vec![
        Case::raw(
            "a block string of 120,000 lines",
            id(&lines).bytes(),
            &[200, 400],
        ),
        Case::raw("60,000 indented lines", id(&indented).bytes(), &[200, 400]),
        Case::raw("40,000 escapes", id(&escapes).bytes(), &[200, 400]),
        Case::raw(
            "35,000 characters by number",
            id(&unicode).bytes(),
            &[200, 400],
        ),
        Case::raw("20,000 escaped quotes", id(&quotes).bytes(), &[200, 400]),
        said("a number of 240,000 digits", &first(&digits), INVALID),
        said("and one below zero", &first(&format!("-{digits}")), INVALID),
        said(
            "and one with a fraction",
            &first(&format!("0.{digits}")),
            INVALID,
        ),
        said(
            "and one with an exponent",
            &first(&format!("1e{digits}")),
            INVALID,
        ),
        Case::raw(
            "240,000 digits in a variable",
            Message::post(format!(
                "{{\"query\":\"query($n: Int) {{ signals(first: $n) {{ totalCount }} }}\",\
                 \"variables\":{{\"n\":{digits}}}}}"
            ))
            .bytes(),
            &[400],
        ),
    ]
}

/// Variables that don't fit.
fn variables() -> Vec<Case> {
    let asked = |name: &str, text: &str, variables: Value, code| {
        Case::new(name, &Message::asks(text, &variables), 400, code)
    };
    let signals =
        "query($n: Int, $where: SignalWhere) { signals(first: $n, where: $where) { totalCount } }";
    let nodes = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    let deep = |times| serde_json::from_str::<Value>(&lists(times, "\"zebra7\"")).expect("JSON");
    let mut deep_where = json!({});
    for _ in 0..60 {
        deep_where = json!({ "not": deep_where });
    }
    vec![
        Case::new(
            "an operation that isn't there",
            &Message::json(
                &json!({ "query": "query A { __typename }", "operationName": "zebra7" }),
            ),
            400,
            OPERATION,
        ),
        asked(
            "a page of 2^53",
            signals,
            json!({ "n": 9_007_199_254_740_993_i64 }),
            INPUT,
        ),
        asked("a page of 1.5", signals, json!({ "n": 1.5 }), INPUT),
        asked("a page of zebra7", signals, json!({ "n": "zebra7" }), INPUT),
        asked(
            "60 conditions within each other",
            signals,
            json!({ "where": deep_where }),
            INPUT,
        ),
        asked(
            "a field that isn't there",
            signals,
            json!({ "where": { "zebra7 zebra7": 1 } }),
            INPUT,
        ),
        asked(
            "100 lists within each other",
            nodes,
            json!({ "ids": deep(100) }),
            INPUT,
        ),
        asked("no list at all", nodes, json!({}), INPUT),
        asked(
            "10,000 ids",
            nodes,
            json!({ "ids": vec!["zebra7"; 10_000] }),
            DEAR,
        ),
    ]
}

#[tokio::test]
async fn documents_and_variables() {
    let scene = Scene::set(Listening::default()).await;
    for cases in [shapes(), texts(), large_literals(), variables()] {
        scene.withstands(cases).await;
    }
    // The same for callers of the older media type, in the status of that.
    let older = [
        ("parsing", "{", PARSE),
        ("validation", "{ zebra }", INVALID),
        (
            "cost",
            "{ signals(first: 100) { nodes { referrals(first: 100) { nodes { id } } } } }",
            DEAR,
        ),
    ];
    let older = older.map(|(name, text, code)| {
        let message = Message::query(text).by("accept", "application/json");
        Case::new(name, &message, 200, code)
    });
    scene.withstands(older.into_iter().collect()).await;
}
