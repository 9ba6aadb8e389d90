//! How much may be asked for: measures, limits, costs.

use super::*;

#[test]
fn lists_nested_1400_deep_are_refused_wherever_they_are() {
    let deep = format!("{}{}", "[".repeat(1_400), "]".repeat(1_400));
    for query in [
        format!("{{ hello(text: {deep}) }}"),
        format!("query($a: String = {deep}) {{ hello(text: $a) }}"),
        format!("{{ hello @include(if: {deep}) }}"),
        format!("query @skip(if: {deep}) {{ hello }}"),
    ] {
        refused(&query, RefusalCode::TooExpensive);
    }
    let ty = format!("{}Int{}", "[".repeat(1_400), "]".repeat(1_400));
    refused(
        &format!("query($a: {ty}) {{ hello(text: $a) }}"),
        RefusalCode::TooExpensive,
    );
    let unclosed = "[".repeat(1_400);
    refused(
        &format!("{{ hello(text: {unclosed}"),
        RefusalCode::TooExpensive,
    );
    let braces = format!("{}hello{}", "{signal".repeat(1_400), "}".repeat(1_400));
    refused(&braces, RefusalCode::TooExpensive);
}

#[test]
fn values_are_flat_in_literals_and_variables_alike() {
    let nest = |levels: usize| {
        format!(
            "{}{{title: \"x\"}}{}",
            "{not: ".repeat(levels),
            "}".repeat(levels)
        )
    };
    admit(&format!(
        "{{ signals(first: 1, where: {}) {{ totalCount }} }}",
        nest(31)
    ))
    .unwrap();
    refused(
        &format!(
            "{{ signals(first: 1, where: {}) {{ totalCount }} }}",
            nest(32)
        ),
        RefusalCode::TooExpensive,
    );
    let query = "query($w: SignalFilter) { signals(first: 1, where: $w) { totalCount } }";
    let mut value = json!({"title": "x"});
    // As deep as a JSON parser lets through.
    for _ in 0..120 {
        value = json!({ "not": value });
    }
    refused_with(query, &json!({ "w": value }), RefusalCode::BadUserInput);
}

/// Fragments in so many levels, each spreading the next so many times.
fn spreading(levels: usize, times: usize) -> String {
    let fragment = |level: usize| {
        let spreads = format!("...F{} ", level + 1).repeat(times);
        format!("fragment F{level} on Query {{ {spreads}}} ")
    };
    let fragments: Vec<_> = (0..levels).map(fragment).collect();
    format!(
        "query {{ ...F0 }} {} fragment F{levels} on Query {{ hello }}",
        fragments.concat()
    )
}

#[test]
fn fragments_that_double_or_fan_out_are_measured_not_walked() {
    let doubling = spreading(30, 2);
    refused(&doubling, RefusalCode::TooExpensive);

    let fan = spreading(5, 30);
    refused(&fan, RefusalCode::TooExpensive);

    // The same, where no operation leads to it.
    refused(
        &fan.replace("query { ...F0 }", "query { hello }"),
        RefusalCode::TooExpensive,
    );

    let chain = spreading(400, 1);
    refused(&chain, RefusalCode::TooExpensive);
}

#[test]
fn a_heavy_fragment_can_be_spread_by_many_operations_only_so_often() {
    let fields = "hello ".repeat(500);
    let queries: Vec<_> = (0..100)
        .map(|index| format!(" query Q{index} {{ ...F }}"))
        .collect();
    let query = format!("fragment F on Query {{ {fields} }} {}", queries.concat());
    refused(&query, RefusalCode::TooExpensive);
}

#[test]
fn fragments_that_spread_themselves_are_named() {
    for query in [
        "{ ...A } fragment A on Query { ...A }",
        "{ ...A } fragment A on Query { ...B } fragment B on Query { signal { id } ...A }",
        "{ hello } fragment A on Query { ...B } fragment B on Query { ...A }",
    ] {
        let problem = refused(query, RefusalCode::ValidationFailed);
        assert!(
            problem.message.contains("spreads itself"),
            "{}",
            problem.message
        );
    }
    refused(
        "{ ...A } fragment A on Query { hello } fragment A on Query { number }",
        RefusalCode::ValidationFailed,
    );
}

#[test]
fn each_limit_holds_at_its_edge() {
    let aliases = |count: usize| {
        let all: Vec<_> = (0..count).map(|index| format!("a{index}: id ")).collect();
        format!("{{ signal {{ {} }} }}", all.concat())
    };
    admit(&aliases(30)).unwrap();
    refused(&aliases(31), RefusalCode::TooExpensive);
    refused(&aliases(10_000), RefusalCode::TooExpensive);

    let roots = |count: usize| format!("{{ {} }}", "hello ".repeat(count));
    admit(&roots(20)).unwrap();
    refused(&roots(21), RefusalCode::TooExpensive);

    let depth = |count: usize| {
        format!(
            "{{ {}id{} }}",
            "signal { ".to_owned() + &"parent { ".repeat(count - 2),
            " }".repeat(count - 1)
        )
    };
    admit(&depth(12)).unwrap();
    refused(&depth(13), RefusalCode::TooExpensive);

    let on_leaves = |count: usize| {
        format!(
            "{{ signal {{ {} }} }}",
            "id @skip(if: false) ".repeat(count)
        )
    };
    admit(&on_leaves(50)).unwrap();
    refused(&on_leaves(51), RefusalCode::TooExpensive);

    let inline = |count: usize| {
        format!(
            "{}hello{}",
            "{ ... ".repeat(count) + "{ ",
            " }".repeat(count + 1)
        )
    };
    admit(&inline(29)).unwrap();
    refused(&inline(30), RefusalCode::TooExpensive);

    let named = |length: usize| {
        let name = "x".repeat(length);
        [
            format!("{{ {name}: hello }}"),
            format!("query {name} {{ hello }}"),
            format!("query(${name}: String) {{ hello(text: ${name}) }}"),
            format!("{{ ...{name} }} fragment {name} on Query {{ hello }}"),
            format!("{{ __schema {{ types {{ fields {{ {name}: name }} }} }} }}"),
        ]
    };
    for (longest, longer) in named(128).iter().zip(&named(129)) {
        admit(longest).unwrap();
        let problem = refused(longer, RefusalCode::TooExpensive);
        assert!(problem.message.contains("129 bytes"), "{}", problem.message);
    }

    let problem = refused(&"{ hello } ".repeat(3_000), RefusalCode::TooExpensive);
    assert!(
        problem.message.contains("5000 tokens"),
        "{}",
        problem.message
    );
}

#[test]
fn the_standard_introspection_query_passes_and_heavier_ones_do_not() {
    let standard = include_str!("../introspection.graphql");
    assert_eq!(cost(standard), 250);
    assert!(cost("{ __type(name: \"Signal\") { name fields { name } } }") < 10);
    refused(
        "{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }",
        RefusalCode::TooExpensive,
    );
    let deep = format!(
        "{{ __type(name: \"Signal\") {}name{} }}",
        "{ ofType ".repeat(25) + "{ ",
        " }".repeat(26)
    );
    refused(&deep, RefusalCode::TooExpensive);
}

#[test]
fn costs_are_multiplied_by_the_lists_they_stand_in() {
    // A connection and 50 records of one leaf each: 1 + 50 × 1.01.
    assert_eq!(cost("{ signals(first: 50) { nodes { id } } }"), 52);
    assert_eq!(cost("{ signals(last: 50) { nodes { id } } }"), 52);
    // Edges are 0.05 and the record: 1 + 50 × 1.06.
    assert_eq!(cost("{ signals(first: 50) { edges { node { id } } } }"), 54);
    // 25 when nothing is said; the schema's default when there is one.
    assert_eq!(cost("{ signals { nodes { id } } }"), 27);
    assert_eq!(cost("{ signal { referrals { nodes { id } } } }"), 13);
    // Three records of one leaf, and three items of a list to compare with: 3 × (1.01 + 0.1).
    assert_eq!(cost("{ nodes(ids: [1, 2, 3]) { id } }"), 4);
    let ids = vec![json!("x"); 100];
    let nodes = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    let admitted = admit_with(nodes, &json!({ "ids": ids })).unwrap();
    assert_eq!(admitted.cost, 111);
    // All of a connection's records are counted: 1 + 10.
    assert_eq!(cost("{ signals(first: 1) { totalCount } }"), 11);
    assert_eq!(cost("{ signal { actions { name } } }"), 2);
    // Ten of ten: 1 + 10 × (1 + 1 + 10 × 1.01).
    assert_eq!(
        cost("{ signals(first: 10) { nodes { referrals(first: 10) { nodes { id } } } } }"),
        122
    );
    let query = "query($n: Int) { signals(first: $n) { nodes { id } } }";
    for (variables, expected) in [
        (json!({"n": 50}), 52),
        (json!({"n": null}), 27),
        (json!({}), 27),
        (json!({"n": -5}), 1),
    ] {
        assert_eq!(admit_with(query, &variables).unwrap().cost, expected);
    }
    // One fragment on two pages of different lengths.
    let shared = "{ a: signals(first: 10) { ...P } b: signals(first: 50) { ...P } } fragment P on SignalConnection { nodes { id } }";
    assert_eq!(cost(shared), 63);
}

#[test]
fn sums_saturate_and_never_wrap() {
    let nested = |n: &str| {
        format!(
            "{{ signals(first: {n}) {{ nodes {{ referrals(first: {n}) {{ nodes {{ partner {{ signals(first: {n}) {{ nodes {{ id }} }} }} }} }} }} }} }}"
        )
    };
    refused(&nested("2147483647"), RefusalCode::TooExpensive);
    // Beyond Int: the validator's to refuse.
    refused(&nested("4294967296"), RefusalCode::ValidationFailed);
    refused(
        &nested("99999999999999999999999"),
        RefusalCode::ValidationFailed,
    );
    let query = "query($n: Int) { signals(first: $n) { nodes { id } } }";
    refused_with(
        query,
        &json!({"n": 4_294_967_296_u64}),
        RefusalCode::BadUserInput,
    );
    refused_with(query, &json!({"n": i32::MAX}), RefusalCode::TooExpensive);
}

#[test]
fn a_full_bulk_of_rows_can_be_paid_and_a_larger_one_cannot() {
    let query = "mutation($i: SignalSubmitManyInput!) { signalSubmitMany(input: $i) {
        results { signal { id title } userErrors { code message path } } userErrors { code message path } } }";
    let rows = |count: usize| json!({"i": {"signals": vec![json!({"title": "x"}); count]}});
    let admitted = admit_with(query, &rows(500)).unwrap();
    assert_eq!(admitted.kind, OperationKind::Mutation);
    assert!(admitted.cost > 700, "{}", admitted.cost);
    refused_with(query, &rows(700), RefusalCode::TooExpensive);
    assert_eq!(
        serde_json::to_value(admitted.variables).unwrap()["i"]["signals"][499],
        json!({"title": "x", "urgency": "LOW"})
    );
}

/// What stands in lists within lists is counted, and priced, like what stands in the first.
#[test]
fn rows_are_counted_however_deep_they_are() {
    let query = "mutation($i: SignalSubmitManyInput!) { signalSubmitMany(input: $i) { userErrors { code } } }";
    let cost = |row: Value| {
        let rows = json!({"i": {"signals": vec![row; 10]}});
        admit_with(query, &rows).unwrap().cost
    };
    let part = |names: usize| json!({"names": vec!["x"; names]});
    // 10 and 10 rows of 0.25, and 10 × 0.06 for what is answered.
    assert_eq!(cost(json!({"title": "x"})), 14);
    // Each row has 20 leaves of 0.05 beside: 10 more.
    assert_eq!(cost(json!({"title": "x", "tags": vec!["x"; 20]})), 24);
    // Each has 5 objects of 0.25 in it, with 4 leaves each, and 60 rows may be answered.
    let parts = vec![part(4); 5];
    assert_eq!(cost(json!({"title": "x", "parts": parts})), 39);
    let many = json!({"i": {"signals": [{"title": "x", "parts": vec![part(0); 4_000]}]}});
    refused_with(query, &many, RefusalCode::TooExpensive);
}

#[test]
fn a_list_of_enum_values_is_as_long_as_the_enum() {
    let urgencies = "{ signals(first: 100) { nodes { urgencies } } }";
    // 1 + 100 × (1 + 2 × 0.01).
    assert_eq!(cost(urgencies), 103);
    // What nothing is said of, counts five times.
    assert_eq!(
        gate()
            .lists_without_length()
            .iter()
            .filter(|list| *list == "Signal.actions")
            .count(),
        1
    );
    assert!(
        !gate()
            .lists_without_length()
            .contains(&"Signal.urgencies".to_owned())
    );
}

/// Each comparison binds values, and a database takes only so many.
#[test]
fn a_field_may_compare_forty_times() {
    let query = "query($w: SignalFilter) { signals(first: 1, where: $w) { nodes { id } } }";
    let literal = |count: usize| {
        let parts = "{title: \"x\"} ".repeat(count);
        format!("{{ signals(first: 1, where: {{and: [{parts}]}}) {{ nodes {{ id }} }} }}")
    };
    let sent = |count: usize| json!({"w": {"and": vec![json!({"title": "x"}); count]}});
    admit(&literal(40)).unwrap();
    admit_with(query, &sent(40)).unwrap();
    let problem = refused(&literal(41), RefusalCode::TooExpensive);
    assert!(
        problem.message.contains("41 conditions"),
        "{}",
        problem.message
    );
    refused_with(query, &sent(41), RefusalCode::TooExpensive);
    // For each field by itself.
    let parts = "{title: \"x\"} ".repeat(30);
    let field = format!("signals(first: 1, where: {{and: [{parts}]}}) {{ nodes {{ id }} }}");
    admit(&format!("{{ a: {field} b: {field} }}")).unwrap();
}

#[test]
fn what_is_too_expensive_says_what_it_costs() {
    let query = "{ signals(first: 100) { nodes { referrals(first: 100) { nodes { id } } } } }";
    let refused = admit(query).unwrap_err();
    assert_eq!(refused.cost, Some(10_301));
    assert_eq!(admit("{ nothing }").unwrap_err().cost, None);
}
