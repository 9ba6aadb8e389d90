//! What is told about costs beforehand.

use super::*;

fn explain(query: &str) -> Admitted {
    let request = GraphQlRequest {
        query,
        operation_name: None,
        variables: &Map::new(),
        explain: true,
    };
    gate().admit(&request).unwrap()
}

#[test]
fn each_field_is_told_with_its_cost() {
    let admitted = explain(
        "{ signals(first: 50) { ...P } hello } fragment P on SignalConnection { nodes { id } }",
    );
    let explanation = admitted.explained.as_ref().unwrap();
    let told: Vec<_> = explanation
        .fields
        .iter()
        .map(|field| (field.path.as_str(), field.hundredths))
        .collect();
    let expected = [
        ("signals", 5_150),
        ("signals.nodes", 101),
        ("signals.nodes.id", 1),
        ("hello", 1),
    ];
    assert_eq!(told, expected);
    assert_eq!(explanation.left_out, 0);
    assert_eq!(
        (admitted.cost, admitted.charge()),
        (52, 10),
        "explaining has its own price"
    );
}

/// Each field that is told carries its whole path, and is weighed again.
#[test]
fn no_more_fields_are_told_than_can_be_read() {
    let fields = "id title urgency ".repeat(25);
    let wide = format!("fragment W on Signal {{ {fields} }}");
    let spreads = "parent { parent { ...W } ".repeat(4) + "...W" + &"}".repeat(4);
    let query = format!("{{ signal {{ {spreads} {spreads} }} }} {wide}");
    let explanation = explain(&query).explained.unwrap();
    assert_eq!(explanation.fields.len(), 300);
    // Two times eight parents and five fragments of 75 fields, and the signal.
    assert_eq!(explanation.left_out + 300, 2 * (8 + 5 * 75) + 1);
}
