//! What came back, and what a test says about it.

use axum::http::{HeaderMap, StatusCode};
use serde_json::Value;

/// A record as an answer shows it; what tests pass around.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Its id (`TypeID`).
    pub id: String,
    /// Its fields, as selected.
    pub fields: Value,
    /// What it is called in the schema.
    noun: String,
}

impl Record {
    /// A record of which only the id is known.
    #[must_use]
    pub fn of(id: impl Into<String>) -> Self {
        Self::shown(id.into(), Value::Null)
    }

    /// A record as it was shown; the word before the `_` of its id tells what it is.
    pub(crate) fn shown(id: String, fields: Value) -> Self {
        let noun = match id.split('_').next().unwrap_or_default() {
            "callout" => "callOut".to_owned(),
            "planaction" => "planAction".to_owned(),
            "funding" => "fundingLine".to_owned(),
            word => word.to_owned(),
        };
        Self { id, fields, noun }
    }

    /// A signal of which only the id is known, whatever that is.
    #[must_use]
    pub fn signal(id: impl Into<String>) -> Self {
        Self {
            noun: "signal".to_owned(),
            ..Self::of(id)
        }
    }

    /// What the record is called in the schema, and what is shown of such a record.
    pub(crate) fn noun_and_fields(&self) -> (&str, &'static str) {
        let fields = match self.noun.as_str() {
            "signal" => crate::signals::SHOWN,
            "activity" => crate::activities::SHOWN,
            "referral" => crate::referrals::SHOWN,
            "callOut" => crate::call_outs::SHOWN,
            "offer" => crate::call_outs::OFFER,
            "bookable" => crate::bookings::BOOKABLE,
            "booking" => crate::bookings::BOOKING,
            "plan" => crate::plans::SHOWN,
            "planAction" | "fundingLine" => crate::plans::STEPWISE,
            _ => "id version",
        };
        (&self.noun, fields)
    }

    /// The value at a JSON pointer.
    #[must_use]
    pub fn at(&self, pointer: &str) -> &Value {
        self.fields.pointer(pointer).unwrap_or(&Value::Null)
    }

    /// The text of a field; panics without one.
    #[must_use]
    pub fn text(&self, field: &str) -> &str {
        self.fields[field]
            .as_str()
            .unwrap_or_else(|| panic!("{field} is no text in {}", self.fields))
    }

    /// Its state.
    #[must_use]
    pub fn status(&self) -> &str {
        self.text("status")
    }

    /// Its version.
    #[must_use]
    pub fn version(&self) -> i64 {
        self.fields["version"]
            .as_i64()
            .unwrap_or_else(|| panic!("no version in {}", self.fields))
    }
}

/// An answer of the service.
#[derive(Clone, Debug)]
#[must_use = "an answer that nobody looks at proves nothing: say `.done()` or how it is refused"]
pub struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
    body: Value,
    statements: u64,
}

impl Answer {
    pub(crate) fn new(
        status: StatusCode,
        headers: HeaderMap,
        bytes: &[u8],
        statements: u64,
    ) -> Self {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Self {
            status,
            headers,
            text,
            body,
            statements,
        }
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// A header's value, empty when it isn't there.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// The body as it came.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The body as JSON; null when it is none.
    #[must_use]
    pub fn body(&self) -> &Value {
        &self.body
    }

    /// How many statements the database got for it.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.statements
    }

    /// The body less the request's id: what two answers that must not be told apart share.
    #[must_use]
    pub fn less_request_id(&self) -> String {
        let id = self.header("x-request-id");
        assert!(!id.is_empty(), "every answer has a request id");
        self.text.replace(id, "")
    }

    /// The value at a JSON pointer below `data`; null when there is none. Panics on errors.
    #[must_use]
    pub fn data(&self, pointer: &str) -> &Value {
        assert!(self.errors().is_empty(), "errors in {}", self.text);
        self.data_despite_errors(pointer)
    }

    /// The same, for answers that have errors too.
    #[must_use]
    pub fn data_despite_errors(&self, pointer: &str) -> &Value {
        self.body["data"].pointer(pointer).unwrap_or(&Value::Null)
    }

    /// The top-level errors.
    #[must_use]
    pub fn errors(&self) -> &[Value] {
        self.body["errors"].as_array().map_or(&[], Vec::as_slice)
    }

    /// The code of the first top-level error, empty without one.
    #[must_use]
    pub fn code(&self) -> &str {
        let first = self.errors().first();
        first
            .and_then(|error| error["extensions"]["code"].as_str())
            .unwrap_or_default()
    }

    /// The payload of the one mutation asked for. Panics on top-level errors.
    #[must_use]
    pub fn payload(&self) -> &Value {
        let fields = self.data("").as_object();
        fields
            .and_then(|fields| fields.values().next())
            .unwrap_or_else(|| panic!("no payload in {}", self.text))
    }

    /// What was wrong with the one mutation asked for.
    #[must_use]
    pub fn user_errors(&self) -> &[Value] {
        self.payload()["userErrors"]
            .as_array()
            .unwrap_or_else(|| panic!("no userErrors in {}", self.text))
    }

    /// The code of the only user error; empty when it was done.
    #[must_use]
    pub fn refusal(&self) -> &str {
        if self.status() == 401 {
            return "UNAUTHENTICATED";
        }
        match self.user_errors() {
            [] => "",
            [error] => error["code"].as_str().expect("every user error has a code"),
            _ => panic!("several user errors in {}", self.text),
        }
    }

    /// It was done: the record as it is now.
    #[track_caller]
    #[must_use]
    pub fn record(&self) -> Record {
        assert!(self.user_errors().is_empty(), "refused: {}", self.text);
        let payload = self.payload().as_object();
        let record = payload
            .into_iter()
            .flatten()
            .find(|(name, value)| *name != "userErrors" && value.is_object())
            .unwrap_or_else(|| panic!("no record in {}", self.text))
            .1;
        let id = record["id"].as_str().expect("the id was selected");
        Record::shown(id.to_owned(), record.clone())
    }

    /// It was done: the record as it is now, where a scene may ignore it.
    #[track_caller]
    #[expect(
        clippy::must_use_candidate,
        reason = "that it was done is what is asserted"
    )]
    pub fn done(&self) -> Record {
        self.record()
    }

    /// A query that isn't answered, with this code: everything it asked for is null.
    #[track_caller]
    pub fn is_not_answered_as(&self, code: &str) {
        assert_eq!(self.code(), code, "{}", self.text);
        let data = self.data_despite_errors("").as_object();
        for (name, value) in data.into_iter().flatten() {
            assert!(value.is_null(), "{name} is shown: {}", self.text);
        }
    }

    /// The service knows why not and says so with this code, and shows no record.
    #[track_caller]
    pub fn is_refused_as(&self, code: &str) {
        assert_eq!(self.refusal(), code, "{}", self.text);
        if self.status() == 401 {
            return;
        }
        let shown = self.payload().as_object().into_iter().flatten();
        for (name, value) in shown.filter(|(name, _)| *name != "userErrors") {
            assert!(
                value.is_null(),
                "{name} is shown with a refusal: {}",
                self.text
            );
        }
    }

    /// Refused as above, and the error points at this part of the input (dots between).
    #[track_caller]
    pub fn is_refused_at(&self, code: &str, path: &str) {
        self.is_refused_as(code);
        let at: Vec<&str> = self.user_errors()[0]["path"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        assert_eq!(at.join("."), path, "{}", self.text);
    }
}
