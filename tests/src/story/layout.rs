//! Requests and answers laid out for reading: on one line what fits on one.

use std::fmt::Write as _;

use apollo_compiler::ast::Document;
use serde_json::Value;

/// Longest line.
const WIDTH: usize = 92;

/// The document as people write it.
pub(super) fn document(query: &str) -> String {
    match Document::parse(query, "story.graphql") {
        Ok(document) => folded(document.to_string().trim_end()),
        Err(_) => query.to_owned(),
    }
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// Selections that fit on one line, on one line; an operation keeps its own.
fn folded(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        let depth = indentation(line);
        let open = |opening: &String| opening.ends_with('{') && indentation(opening) == depth;
        let begin = if line.trim() == "}" && depth > 0 {
            lines.iter().rposition(open)
        } else {
            None
        };
        if let Some(begin) = begin {
            let within: Vec<&str> = lines[begin + 1..].iter().map(|line| line.trim()).collect();
            let one = format!("{} {} }}", lines[begin], within.join(" "));
            if one.len() <= WIDTH {
                lines.truncate(begin);
                lines.push(one);
                continue;
            }
        }
        lines.push(line.to_owned());
    }
    lines.join("\n")
}

/// The value as JSON.
pub(super) fn json(value: &Value) -> String {
    let mut text = String::new();
    write_json(&mut text, value, 0, 0);
    text
}

/// Writes a value on a line that has `taken` characters already, in a block of `depth`.
fn write_json(text: &mut String, value: &Value, depth: usize, taken: usize) {
    let one = one_line(value);
    let is_deep = |value: &Value| value.as_object().is_some_and(|fields| !fields.is_empty());
    // A request's or an answer's outermost object is always open.
    if (depth > 0 || !is_deep(value)) && taken + one.len() <= WIDTH {
        text.push_str(&one);
        return;
    }
    let (open, close, items): (_, _, Vec<(String, &Value)>) = match value {
        Value::Object(fields) => {
            let items = fields
                .iter()
                .map(|(name, value)| (format!("{}: ", Value::from(name.as_str())), value));
            ('{', '}', items.collect())
        }
        Value::Array(items) => {
            let items = items.iter().map(|value| (String::new(), value));
            ('[', ']', items.collect())
        }
        _ => {
            text.push_str(&one);
            return;
        }
    };
    text.push(open);
    let last = items.len();
    for (number, (name, value)) in items.into_iter().enumerate() {
        let indent = 2 * (depth + 1);
        write!(text, "\n{:indent$}{name}", "").expect("text");
        write_json(text, value, depth + 1, indent + name.len() + 1);
        if number + 1 < last {
            text.push(',');
        }
    }
    write!(text, "\n{:indent$}{close}", "", indent = 2 * depth).expect("text");
}

fn one_line(value: &Value) -> String {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            let fields: Vec<String> = fields
                .iter()
                .map(|(name, value)| format!("{}: {}", Value::from(name.as_str()), one_line(value)))
                .collect();
            format!("{{ {} }}", fields.join(", "))
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(one_line).collect();
            format!("[{}]", items.join(", "))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_selection_that_fits_is_on_one_line() {
        let query = "query Q($id: ID!) { signal(id: $id) { title resident { givenName \
            contact(purpose: CARE_COORDINATION) { phone email } } } }";
        let expected = [
            "query Q($id: ID!) {",
            "  signal(id: $id) {",
            "    title",
            "    resident { givenName contact(purpose: CARE_COORDINATION) { phone email } }",
            "  }",
            "}",
        ];
        assert_eq!(document(query), expected.join("\n"));
        let short = "query Q($id: ID!) { signal(id: $id) { title resident { givenName } } }";
        let expected = "query Q($id: ID!) {\n  signal(id: $id) { title resident { givenName } }\n}";
        assert_eq!(document(short), expected);
    }

    #[test]
    fn the_outermost_object_is_open_and_what_fits_below_is_on_one_line() {
        let value = json!({ "data": { "signals": [{ "id": 1 }, { "id": 2 }] } });
        assert_eq!(
            json(&value),
            "{\n  \"data\": { \"signals\": [{ \"id\": 1 }, { \"id\": 2 }] }\n}"
        );
        let wide = json!({ "data": ["a".repeat(60), "b".repeat(60)] });
        let text = json(&wide);
        assert_eq!(text.lines().count(), 6, "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).expect("JSON"), wide);
    }
}
