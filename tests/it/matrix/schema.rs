//! Questions made from the schema.

use nabij_api::store::Kind;
use serde_json::Value;

/// The type at the core of a field: its name and kind, and whether a list is around it.
pub struct Core<'a> {
    pub name: &'a str,
    pub kind: &'a str,
    pub is_list: bool,
    pub is_required: bool,
}

/// What a field, argument or input field holds.
pub fn core(field: &Value) -> Core<'_> {
    let mut of = &field["type"];
    let is_required = of["kind"] == "NON_NULL";
    let mut is_list = false;
    while !of["ofType"].is_null() {
        is_list |= of["kind"] == "LIST";
        of = &of["ofType"];
    }
    Core {
        name: of["name"].as_str().unwrap_or_default(),
        kind: of["kind"].as_str().unwrap_or_default(),
        is_list,
        is_required,
    }
}

pub fn list<'a>(of: &'a Value, what: &str) -> &'a [Value] {
    of[what].as_array().map_or(&[], Vec::as_slice)
}

pub fn name(of: &Value) -> &str {
    of["name"].as_str().unwrap_or_default()
}

/// The type of this name.
pub fn find<'a>(types: &'a [Value], wanted: &str) -> &'a Value {
    let found = types.iter().find(|of| of["name"] == wanted);
    found.unwrap_or_else(|| panic!("no type {wanted}"))
}

/// The kind of record that a type of the schema is.
pub fn kind_of(type_name: &str) -> Option<Kind> {
    let mut kinds = Kind::ALL.iter().copied();
    kinds.find(|kind| format!("{kind:?}") == type_name)
}

/// What a field of a record leads to.
pub enum Way {
    /// A value, with the selection that shows all of it.
    Value(String),
    /// One record.
    One(Kind),
    /// All of a few records.
    Few(Kind),
    /// A connection to records.
    Many(Kind),
}

/// The fields of a record's type, each with where it leads. Fields with an argument that can't be
/// left out are asked by tests of their own.
pub fn ways(types: &[Value], kind: Kind) -> Vec<(&str, Way)> {
    let of = find(types, kind_name(kind));
    let fields = list(of, "fields").iter();
    fields
        .filter(|field| !list(field, "args").iter().any(|arg| core(arg).is_required))
        .map(|field| (name(field), way(types, field)))
        .collect()
}

/// A kind's type in the schema.
pub fn kind_name(kind: Kind) -> &'static str {
    static NAMES: std::sync::LazyLock<Vec<(Kind, String)>> = std::sync::LazyLock::new(|| {
        let kinds = Kind::ALL.iter();
        kinds.map(|kind| (*kind, format!("{kind:?}"))).collect()
    });
    let found = NAMES.iter().find(|(known, _)| *known == kind);
    found.map_or("", |(_, name)| name)
}

fn way(types: &[Value], field: &Value) -> Way {
    let at = core(field);
    let (field, is_object) = (name(field), at.kind == "OBJECT");
    if !is_object {
        return Way::Value(field.to_owned());
    }
    if let Some(kind) = at.name.strip_suffix("Connection").and_then(kind_of) {
        return Way::Many(kind);
    }
    let of = find(types, at.name);
    match kind_of(at.name) {
        Some(kind) if list(of, "fields").iter().any(|part| part["name"] == "id") => {
            if at.is_list {
                Way::Few(kind)
            } else {
                Way::One(kind)
            }
        }
        _ => {
            let parts = list(of, "fields").iter();
            let parts: Vec<&str> = parts
                .filter(|part| core(part).kind != "OBJECT")
                .map(name)
                .collect();
            Way::Value(format!("{field} {{ {} }}", parts.join(" ")))
        }
    }
}
