//! What would have fitted, in words: names of the schema, which are no secret, and never a value.

use apollo_compiler::Name;
use apollo_compiler::schema::{EnumType, ExtendedType, InputObjectType};

use super::errors::cut_names;

/// The most names one message lists.
const LISTED: usize = 20;

/// The values an enum has.
pub(super) fn enum_values(enumeration: &EnumType) -> String {
    let values = enumeration.values.keys().map(Name::as_str);
    format!(
        "Write one of the values of {}: {}.",
        enumeration.name,
        listed(values, "")
    )
}

/// The fields an input object has, after one that it hasn't.
pub(super) fn unknown_field(name: &str, object: &InputObjectType) -> String {
    let fields = object.fields.keys().map(Name::as_str);
    let unknown = if is_identifier(name) {
        format!("{} has no field `{}`", object.name, cut_names(name))
    } else {
        format!("{} has no field of a name that was sent", object.name)
    };
    format!("{unknown}; it has {}.", listed(fields, "`"))
}

/// The fields of which a `@oneOf` object takes one.
pub(super) fn one_of(object: &InputObjectType) -> String {
    let fields = object.fields.keys().map(Name::as_str);
    format!("Give exactly one of {}.", listed(fields, "`"))
}

/// How a value of this type is written, after one of another shape. Literals of enums have no quotes,
/// but the text of a variable has.
pub(super) fn shape(ty: &ExtendedType, literal: bool) -> String {
    match ty {
        ExtendedType::Enum(enumeration) if literal => format!(
            "Write a value of {} without quotes: {}.",
            enumeration.name,
            listed(enumeration.values.keys().map(Name::as_str), "")
        ),
        ExtendedType::Enum(enumeration) => enum_values(enumeration),
        ExtendedType::InputObject(object) => format!(
            "Write an object of type {}, with fields of {}.",
            object.name,
            listed(object.fields.keys().map(Name::as_str), "`")
        ),
        ExtendedType::Scalar(scalar) => match scalar.name.as_str() {
            "Int" => "Write a value of type Int: a whole number that fits into 32 bits.".to_owned(),
            "Float" => "Write a value of type Float: a number.".to_owned(),
            "Boolean" => "Write a value of type Boolean: true or false.".to_owned(),
            name => format!("Write a value of type {name}: text in quotes."),
        },
        other => format!("Write a value of type {}.", other.name()),
    }
}

fn listed<'a>(names: impl ExactSizeIterator<Item = &'a str>, quote: &str) -> String {
    let more = names.len().saturating_sub(LISTED);
    let mut list: Vec<String> = names
        .take(LISTED)
        .map(|name| format!("{quote}{name}{quote}"))
        .collect();
    if more > 0 {
        list.push(format!("and {more} more that the schema lists"));
    }
    list.join(", ")
}

/// A name of GraphQL: what doesn't begin with a digit can't be a phone or identity number.
fn is_identifier(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && text
            .bytes()
            .next()
            .is_some_and(|byte| !byte.is_ascii_digit())
}
