//! The sample queries of the query editor, from `data/samples.toml`.
//!
//! To add one: an entry there. `{signal/eenzaam}` in a variable stands for the id of the record
//! with that key in the story; the tests hold each query against the schema.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{people::Demonstrator, story::Records};

const FILE: &str = include_str!("data/samples.toml");

/// The samples, in the order of the menu.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Samples {
    samples: Vec<Sample>,
}

/// A query for somebody to ask.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sample {
    pub title: String,
    /// The subject of whoever asks it; nobody, for what the public may see.
    #[serde(rename = "as")]
    pub by: Option<String>,
    pub query: String,
    #[serde(default)]
    pub variables: serde_json::Map<String, Value>,
}

/// The samples as they stand in the file.
///
/// # Errors
/// What is wrong in the file.
pub(super) fn all() -> Result<Vec<Sample>, String> {
    let read: Samples = toml::from_str(FILE).map_err(|error| format!("samples.toml: {error}"))?;
    Ok(read.samples)
}

/// `/demo/samples.json`, as the query editor reads it.
///
/// # Errors
/// When a sample names a person or a record that isn't there.
pub(super) fn json(people: &[Demonstrator], records: &Records) -> Result<String, String> {
    let samples = all()?
        .into_iter()
        .map(|sample| {
            let by = match &sample.by {
                None => super::people::NOBODY.to_owned(),
                Some(subject) => people
                    .iter()
                    .find(|person| person.subject == *subject)
                    .map(|person| person.name.clone())
                    .ok_or_else(|| format!("samples.toml: nobody is called {subject}"))?,
            };
            let variables = fill(Value::Object(sample.variables), records)?;
            Ok(json!({
                "title": sample.title,
                "query": sample.query,
                "variables": variables,
                "as": by,
            }))
        })
        .collect::<Result<Vec<Value>, String>>()?;
    Ok(Value::Array(samples).to_string())
}

/// Puts ids where keys in braces are.
pub(super) fn fill(value: Value, records: &Records) -> Result<Value, String> {
    Ok(match value {
        Value::String(text) => match text.strip_prefix('{').and_then(|key| key.strip_suffix('}')) {
            Some(key) => Value::String(
                records
                    .type_id(key)
                    .ok_or_else(|| format!("samples.toml: no record has the key {key}"))?,
            ),
            None => Value::String(text),
        },
        Value::Array(values) => Value::Array(
            values
                .into_iter()
                .map(|value| fill(value, records))
                .collect::<Result<_, _>>()?,
        ),
        Value::Object(fields) => Value::Object(
            fields
                .into_iter()
                .map(|(name, value)| Ok((name, fill(value, records)?)))
                .collect::<Result<_, String>>()?,
        ),
        other => other,
    })
}
