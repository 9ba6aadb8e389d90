//! The parameters of a GraphQL request out of a body or a query string.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Query;
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderMap, Uri};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde_json::{Map, Value};
use tokio::time::{Instant, timeout_at};

use super::passage::{Asked, Document};
use super::room::Held;

/// A well-formed request.
#[derive(Debug)]
pub(super) struct Params {
    document: Document,
    operation_name: Option<String>,
    variables: Map<String, Value>,
    /// `extensions.explain`: say what it would cost and need, and execute nothing.
    explain: bool,
    /// How long they are, as they were sent.
    bytes: usize,
}

impl Params {
    pub(super) fn asked(&self) -> Asked<'_> {
        Asked {
            document: &self.document,
            operation_name: self.operation_name.as_deref(),
            variables: &self.variables,
            explain: self.explain,
            bytes: self.bytes,
        }
    }
}

/// Why there is no request in it; the text says what to send.
#[derive(Debug)]
pub(super) enum Unreadable {
    TooLarge,
    TooSlow,
    /// There are too many bodies already.
    NoRoom,
    Malformed(&'static str),
}

use Unreadable::Malformed;

const VARIABLES: &str = "The parameter variables must be a JSON object, or left out.";
const EXTENSIONS: &str = "The parameter extensions must be a JSON object, or left out.";
const NO_QUERY: &str = "The parameter query is missing; send the GraphQL document in it, as text.";
const BOTH: &str = "Send either the document (query) or its id (documentId), not both.";
const DOCUMENT_ID: &str = "The parameter documentId must be a string, or left out.";

/// Reads a body of at most `limit` bytes within `deadline`, whether its length is declared or not, as
/// there is room for it.
pub(super) async fn read_body(
    headers: &HeaderMap,
    body: Body,
    limit: usize,
    deadline: Duration,
    held: &mut Held,
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
    let deadline = Instant::now() + deadline;
    let mut body = Limited::new(body, limit);
    let mut bytes = Vec::new();
    loop {
        let frame = match timeout_at(deadline, body.frame()).await {
            Ok(Some(Ok(frame))) => frame,
            Ok(None) => return Ok(bytes.into()),
            Ok(Some(Err(error))) if error.is::<LengthLimitError>() => {
                return Err(Unreadable::TooLarge);
            }
            Ok(Some(Err(_))) => {
                return Err(Malformed("The body broke off; send the request again."));
            }
            Err(_) => return Err(Unreadable::TooSlow),
        };
        // Trailers say nothing to us.
        let Ok(data) = frame.into_data() else {
            continue;
        };
        timeout_at(deadline, held.more(data.len()))
            .await
            .map_err(|_| Unreadable::NoRoom)?;
        bytes.extend_from_slice(&data);
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
        Some(Value::String(query)) => Some(query),
        None | Some(Value::Null) => None,
        Some(_) => return Err(Malformed("The parameter query must be a string.")),
    };
    let id = match fields.remove("documentId") {
        Some(Value::String(id)) => Some(id),
        None | Some(Value::Null) => None,
        Some(_) => return Err(Malformed(DOCUMENT_ID)),
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
    let extensions = object(fields.remove("extensions")).ok_or(Malformed(EXTENSIONS))?;
    Ok(Params {
        document: document(query, id)?,
        operation_name: not_empty(operation_name),
        variables,
        explain: asks_to_explain(&extensions)?,
        bytes: body.len(),
    })
}

/// The parameters in a query string; an empty one is as good as none.
pub(super) fn of_uri(uri: &Uri) -> Result<Params, Unreadable> {
    let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri).map_err(|_| {
        Malformed("The query string can't be read; percent-encode its parameters as UTF-8.")
    })?;
    let [
        mut query,
        mut id,
        mut operation_name,
        mut variables,
        mut extensions,
    ] = [const { None }; 5];
    for (name, value) in pairs {
        let parameter = match name.as_str() {
            "query" => &mut query,
            "documentId" => &mut id,
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
    let extensions = json(extensions, EXTENSIONS)?;
    Ok(Params {
        document: document(not_empty(query), not_empty(id))?,
        operation_name: not_empty(operation_name),
        variables: json(variables, VARIABLES)?,
        explain: asks_to_explain(&extensions)?,
        bytes: uri.query().map_or(0, str::len),
    })
}

fn asks_to_explain(extensions: &Map<String, Value>) -> Result<bool, Unreadable> {
    match extensions.get("explain") {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(explain)) => Ok(*explain),
        Some(_) => Err(Malformed(
            "The extension explain must be true or false, or left out.",
        )),
    }
}

fn document(text: Option<String>, id: Option<String>) -> Result<Document, Unreadable> {
    match (text, id) {
        (Some(text), None) => Ok(Document::Text(text)),
        (None, Some(id)) => Ok(Document::Id(id)),
        (Some(_), Some(_)) => Err(Malformed(BOTH)),
        (None, None) => Err(Malformed(NO_QUERY)),
    }
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
