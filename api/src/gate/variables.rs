//! The variables of a request, in the types the operation declares for them.

use apollo_compiler::Schema;
use apollo_compiler::executable::Operation;
use apollo_compiler::parser::SourceMap;
use apollo_compiler::request::{RequestError, coerce_variable_values};
use apollo_compiler::response::{JsonMap, JsonValue};
use apollo_compiler::validation::Valid;
use async_graphql::{Name, Value as ConstValue, Variables};
use serde_json::{Map, Value};

use super::errors::{Location, Problem, RefusalCode, cut_names, is_name};
use super::limits::Limits;

/// Coerces the variables that the operation declares and leaves the others out.
pub(super) fn coerce(
    schema: &Valid<Schema>,
    operation: &Operation,
    sent: &Map<String, Value>,
    sources: &SourceMap,
    limits: &Limits,
) -> Result<JsonMap, Problem> {
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
            return Err(Problem::new(RefusalCode::BadUserInput, cut_names(&message)));
        }
        values.insert(name, JsonValue::from(value.clone()));
    }
    coerce_variable_values(schema, operation, &values)
        .map(Valid::into_inner)
        .map_err(|error| refusal(&error, sources))
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

/// The compiler's message quotes the value. What it says of names is taken out of it, each piece
/// checked to be nothing but a name, and anything that looks otherwise is left out.
fn refusal(error: &RequestError, sources: &SourceMap) -> Problem {
    let said = error.message().to_string();
    let message = missing(&said)
        .or_else(|| unknown_key(&said))
        .or_else(|| wrong_type(&said))
        .unwrap_or_else(|| {
            "A variable doesn't have the type that the operation declares; compare it with the schema."
                .to_owned()
        });
    let location = error
        .location()
        .and_then(|span| span.line_column(sources))
        .map(|at| Location {
            line: at.line,
            column: at.column,
        });
    Problem::new(RefusalCode::BadUserInput, cut_names(&message)).at(location)
}

fn missing(said: &str) -> Option<String> {
    let name = said
        .strip_prefix("missing value for non-null variable '")
        .and_then(|rest| rest.strip_suffix('\''))
        .filter(|name| is_name(name));
    if let Some(name) = name {
        return Some(format!(
            "The variable \"{name}\" is required; send a value for it."
        ));
    }
    if let Some(field) = said.strip_prefix("Missing value for non-null input object field ") {
        return is_name(field)
            .then(|| format!("The input field {field} is required; send a value for it."));
    }
    let (place, ty) = said
        .strip_prefix("null value for ")?
        .split_once(" of non-null type ")?;
    let place = place_of(place)?;
    is_name(ty).then(|| format!("The {place} can't be null; send a value of type {ty}."))
}

fn unknown_key(said: &str) -> Option<String> {
    let (_, ty) = said
        .strip_prefix("Input object has key ")?
        .rsplit_once(" not in type ")?;
    is_name(ty).then(|| {
        format!("An input object has a field that {ty} doesn't have; take it out or mend its name.")
    })
}

fn wrong_type(said: &str) -> Option<String> {
    let (place, rest) = said.strip_prefix("could not coerce ")?.split_once(": ")?;
    let (_, ty) = rest.rsplit_once(" to type ")?;
    let place = place_of(place)?;
    is_name(ty).then(|| format!("The {place} must be a value of type {ty}."))
}

/// `variable x` or `input field T.x`, and nothing else.
fn place_of(place: &str) -> Option<String> {
    let input = place
        .strip_prefix("input field ")
        .filter(|name| is_name(name));
    let variable = place.strip_prefix("variable ").filter(|name| is_name(name));
    input
        .map(|name| format!("input field {name}"))
        .or_else(|| variable.map(|name| format!("variable \"{name}\"")))
}
