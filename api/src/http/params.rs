//! The parameters of a GraphQL request out of a body or a query string.

use axum::body::{Body, Bytes};
use axum::extract::Query;
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderMap, Uri};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde_json::{Map, Value};

/// A well-formed request.
#[derive(Debug)]
pub(super) struct Params {
    pub(super) query: String,
    pub(super) operation_name: Option<String>,
    pub(super) variables: Map<String, Value>,
}

/// Why there is no request in it; the text says what to send.
#[derive(Debug)]
pub(super) enum Unreadable {
    TooLarge,
    Malformed(&'static str),
}

use Unreadable::Malformed;

const VARIABLES: &str = "The parameter variables must be a JSON object, or left out.";
const EXTENSIONS: &str = "The parameter extensions must be a JSON object, or left out.";
const NO_QUERY: &str = "The parameter query is missing; send the GraphQL document in it, as text.";

/// Reads a body of at most `limit` bytes, whether its length is declared or not.
pub(super) async fn read_body(
    headers: &HeaderMap,
    body: Body,
    limit: usize,
) -> Result<Bytes, Unreadable> {
    let declared = headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok());
    // A length too long to be counted is too long; the server has refused what is no number.
    if declared.is_some_and(|length| {
        length
            .parse::<usize>()
            .map_or(true, |length| length > limit)
    }) {
        return Err(Unreadable::TooLarge);
    }
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Unreadable::TooLarge),
        Err(_) => Err(Malformed("The body broke off; send the request again.")),
    }
}

/// The parameters in a JSON body.
pub(super) fn of_json(body: &[u8]) -> Result<Params, Unreadable> {
    let mut fields = match serde_json::from_slice(body) {
        Ok(Value::Object(fields)) => fields,
        Ok(Value::Array(_)) => {
            return Err(Malformed(
                "Batches are not taken; send each operation as a request of its own.",
            ));
        }
        Ok(_) => {
            return Err(Malformed(
                "The body must be a JSON object with the parameter query.",
            ));
        }
        Err(_) => {
            return Err(Malformed(
                "The body can't be read; send a JSON object with the parameter query, nested at most 128 deep.",
            ));
        }
    };
    let query = match fields.remove("query") {
        Some(Value::String(query)) => query,
        None | Some(Value::Null) => return Err(Malformed(NO_QUERY)),
        Some(_) => return Err(Malformed("The parameter query must be a string.")),
    };
    let operation_name = match fields.remove("operationName") {
        Some(Value::String(name)) => Some(name),
        None | Some(Value::Null) => None,
        Some(_) => {
            return Err(Malformed(
                "The parameter operationName must be a string, or left out.",
            ));
        }
    };
    let variables = object(fields.remove("variables")).ok_or(Malformed(VARIABLES))?;
    object(fields.remove("extensions")).ok_or(Malformed(EXTENSIONS))?;
    Ok(Params {
        query,
        operation_name: not_empty(operation_name),
        variables,
    })
}

/// The parameters in a query string; an empty one is as good as none.
pub(super) fn of_uri(uri: &Uri) -> Result<Params, Unreadable> {
    let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri).map_err(|_| {
        Malformed("The query string can't be read; percent-encode its parameters as UTF-8.")
    })?;
    let [mut query, mut operation_name, mut variables, mut extensions] = [const { None }; 4];
    for (name, value) in pairs {
        let parameter = match name.as_str() {
            "query" => &mut query,
            "operationName" => &mut operation_name,
            "variables" => &mut variables,
            "extensions" => &mut extensions,
            _ => continue,
        };
        if parameter.replace(value).is_some() {
            return Err(Malformed("A parameter is there twice; send each once."));
        }
    }
    let json = |text: Option<String>, wrong| match not_empty(text) {
        Some(text) => {
            let value = serde_json::from_str(&text).map_err(|_| Malformed(wrong))?;
            object(Some(value)).ok_or(Malformed(wrong))
        }
        None => Ok(Map::new()),
    };
    json(extensions, EXTENSIONS)?;
    Ok(Params {
        query: not_empty(query).ok_or(Malformed(NO_QUERY))?,
        operation_name: not_empty(operation_name),
        variables: json(variables, VARIABLES)?,
    })
}

fn object(value: Option<Value>) -> Option<Map<String, Value>> {
    match value {
        Some(Value::Object(fields)) => Some(fields),
        None | Some(Value::Null) => Some(Map::new()),
        Some(_) => None,
    }
}

/// By the specification an empty `operationName` is one left out.
fn not_empty(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}
