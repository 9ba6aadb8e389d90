//! The variables of a request, in the types the operation declares for them.

use apollo_compiler::executable::Operation;
use apollo_compiler::parser::SourceMap;
use apollo_compiler::request::{RequestError, coerce_variable_values};
use apollo_compiler::response::{JsonMap, JsonValue};
use apollo_compiler::validation::Valid;
use async_graphql::{Name, Value as ConstValue, Variables};
use serde_json::{Map, Value};

use super::errors::{Location, Problem, RefusalCode, Refused, cut_names};
use super::inputs::Rules;

/// Coerces the variables that the operation declares and leaves the others out.
pub(super) fn coerce(
    operation: &Operation,
    sent: &Map<String, Value>,
    sources: &SourceMap,
    rules: Rules<'_>,
) -> Result<JsonMap, Refused> {
    let limits = rules.limits;
    let mut values = JsonMap::new();
    for declared in &operation.variables {
        let name = declared.name.as_str();
        let Some(value) = sent.get(name) else {
            continue;
        };
        if deeper_than(value, limits.value_depth) {
            let message = format!(
                "The variable \"{name}\" is nested more than {} deep; send a flatter value.",
                limits.value_depth
            );
            return Err(Problem::new(RefusalCode::BadUserInput, cut_names(&message)).into());
        }
        values.insert(name, JsonValue::from(value.clone()));
    }
    rules.check_variables(operation, sent, sources)?;
    coerce_variable_values(rules.schema, operation, &values)
        .map(Valid::into_inner)
        .map_err(|error| refusal(&error, sources).into())
}

/// The coerced variables in the executor's types.
pub(super) fn written(values: JsonMap) -> Variables {
    Variables::from_value(constant(JsonValue::Object(values)))
}

/// As deep as [`Limits::value_depth`].
fn constant(value: JsonValue) -> ConstValue {
    match value {
        JsonValue::Null => ConstValue::Null,
        JsonValue::Bool(truth) => ConstValue::Boolean(truth),
        JsonValue::Number(number) => ConstValue::Number(number),
        JsonValue::String(text) => ConstValue::String(text.as_str().to_owned()),
        JsonValue::Array(items) => ConstValue::List(items.into_iter().map(constant).collect()),
        JsonValue::Object(fields) => ConstValue::Object(
            fields
                .into_iter()
                .map(|(name, field)| (Name::new(name.as_str()), constant(field)))
                .collect(),
        ),
    }
}

/// Without recursion: a caller inside the house may hand over what no JSON parser has bounded.
fn deeper_than(value: &Value, limit: usize) -> bool {
    let mut left = vec![(value, 1)];
    while let Some((value, level)) = left.pop() {
        if level > limit && (value.is_array() || value.is_object()) {
            return true;
        }
        match value {
            Value::Array(items) => left.extend(items.iter().map(|item| (item, level + 1))),
            Value::Object(fields) => left.extend(fields.values().map(|field| (field, level + 1))),
            _ => {}
        }
    }
    false
}

/// What the walk before let through and the compiler doesn't take, such as a number without an
/// exact form. The compiler's message quotes the value, so none of it is passed on.
fn refusal(error: &RequestError, sources: &SourceMap) -> Problem {
    let message =
        "A variable doesn't have the type that the operation declares; compare it with the schema.";
    let location = error
        .location()
        .and_then(|span| span.line_column(sources))
        .map(|at| Location {
            line: at.line,
            column: at.column,
        });
    Problem::new(RefusalCode::BadUserInput, message).at(location)
}
