//! Somebody who asks.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    http::{Request, header},
};
use http_body_util::BodyExt;
use nabij_api::telemetry::RequestScope;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::{Answer, Record, town::Gatehouse};

/// The media type in which the service is asked to answer.
const MEDIA: &str = "application/graphql-response+json";

/// Somebody who asks: a volunteer, a coordinator, a partner's staff, a system, or anybody.
#[derive(Clone)]
pub struct Person {
    pub(crate) gatehouse: Arc<Gatehouse>,
    /// Who they are at the issuer; none for somebody without an account.
    pub(crate) subject: Option<String>,
    /// The id of their account.
    pub user: String,
    /// The id of the partner they work for; empty if none.
    pub partner: String,
    /// The id of the volunteer they are; empty if none.
    pub ambassador: String,
    /// The id of the neighbourhood they are there for; empty if none in particular.
    pub neighbourhood: String,
}

impl Person {
    /// Asks in GraphQL, with a token that is good now.
    pub async fn asks(&self, query: &str, variables: Value) -> Answer {
        let body = json!({ "query": query, "variables": variables });
        let request = self.request("POST", "/graphql").body(body.to_string());
        let answer = self.sends(request).await;
        crate::story::overhear(query, &body["variables"], &answer);
        answer
    }

    /// Does one mutation: `input` as a variable, and the fields of the record `shown` of it.
    pub async fn does(&self, mutation: &str, record: &str, shown: &str, input: Value) -> Answer {
        let mut kind = mutation[..1].to_uppercase();
        kind.push_str(&mutation[1..]);
        let query = format!(
            "mutation Does($input: {kind}Input!) {{ {mutation}(input: $input) {{ \
               {record} {{ {shown} }} \
               userErrors {{ code message path from attempted allowed currentVersion }} }} }}"
        );
        self.asks(&query, json!({ "input": input })).await
    }

    /// Takes a record a step of its machine further, with what the step needs beyond the id.
    pub async fn takes(&self, step: &str, record: &Record, with: Value) -> Answer {
        let (noun, shown) = record.noun_and_fields();
        let mut input = with;
        input["id"] = json!(record.id);
        self.does(&format!("{noun}{step}"), noun, shown, input)
            .await
    }

    /// Begins to work on a signal or a referral.
    pub async fn starts(&self, record: &Record) -> Answer {
        self.takes("Start", record, json!({})).await
    }

    /// Looks a record up: what they see of it, or nothing.
    pub async fn looks_up(&self, record: &Record) -> Option<Record> {
        let (_, shown) = record.noun_and_fields();
        let fields = self.sees(record, shown).await?;
        Some(Record::shown(record.id.clone(), fields))
    }

    /// These fields of a record as they see it; nothing when they don't see the record.
    pub async fn sees(&self, record: &Record, fields: &str) -> Option<Value> {
        let (noun, _) = record.noun_and_fields();
        let query = format!("query Sees($id: ID!) {{ {noun}(id: $id) {{ {fields} }} }}");
        let answer = self.asks(&query, json!({ "id": record.id })).await;
        let found = answer.data(&format!("/{noun}"));
        found.is_object().then(|| found.clone())
    }

    /// The beginning of a request of any kind by this person: method, path, token, media types.
    pub fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::ACCEPT, MEDIA)
            .header(header::CONTENT_TYPE, "application/json");
        match self.token() {
            Some(token) => request.header(header::AUTHORIZATION, format!("Bearer {token}")),
            None => request,
        }
    }

    /// A token that is good now; none for somebody without an account.
    #[must_use]
    pub fn token(&self) -> Option<String> {
        self.subject
            .as_deref()
            .map(|subject| self.gatehouse.token(subject))
    }

    /// Sends any request.
    pub async fn sends<B: Into<Body>>(&self, request: axum::http::Result<Request<B>>) -> Answer {
        let request = request
            .expect("the test's request is well-formed")
            .map(Into::into);
        send(self.gatehouse.router.clone(), request).await
    }
}

async fn send(router: Router, request: Request<Body>) -> Answer {
    let response = router
        .oneshot(request)
        .await
        .expect("the router always answers");
    let (parts, body) = response.into_parts();
    let scope = parts.extensions.get::<RequestScope>();
    let bytes = body
        .collect()
        .await
        .expect("the answer is whole")
        .to_bytes();
    let statements = scope.map_or(0, |scope| scope.stats().statements());
    Answer::new(parts.status, parts.headers, &bytes, statements)
}
