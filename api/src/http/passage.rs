//! The one way in, whichever transport a request came by: who calls, may they send this document, does
//! it fit and keep within the limits, can they pay for it. What has passed may be executed.
//!
//! Nothing here knows HTTP's requests or answers. `graphql.rs` is the transport there is: one request,
//! one answer. Another one (SSE, a WebSocket) makes a [`Caller`] of its connection, wherever the token
//! stands there (in a header, or in the first message), and an [`Asked`] of each operation; calls
//! [`pass`]; writes [`Stopped`] in its own words; and hands what has passed to [`Execute::execute`], or
//! to its streams. It gets a [`Way`] of its own, which says what kinds of operations it carries.

use std::future::Future;
use std::net::IpAddr;
use std::time::Duration;

use serde_json::{Map, Value};
use uuid::Uuid;

use super::budget::{Spent, Standing};
use super::edge::Edge;
use crate::auth::{self, TokenRefused};
use crate::gate::{self, Admitted, Explanation, Gate, GraphQlRequest, OperationKind, Refused};
use crate::telemetry::{self, RequestScope};

/// Signs callers in, and executes what has passed.
pub trait Execute: Send + Sync + 'static {
    /// What an execution needs to know of its caller.
    type Session: Send + 'static;

    /// Signs the caller in; without a token they are nobody.
    ///
    /// # Errors
    /// When their token isn't taken, or it can't be found out.
    fn sign_in(
        &self,
        caller: &Caller,
    ) -> impl Future<Output = Result<Visitor<Self::Session>, NotExecuted>> + Send;

    /// Executes an operation.
    ///
    /// A mutation runs in a task of its own and to its end, also when the caller has gone: don't
    /// race it against a timeout. A query is dropped with its request.
    ///
    /// # Errors
    /// When it is not executed at all. What goes wrong in fields belongs in the response, with its
    /// code in `extensions.code`; an error without one is masked.
    fn execute(
        &self,
        admitted: Admitted,
        session: Self::Session,
    ) -> impl Future<Output = Result<async_graphql::Response, NotExecuted>> + Send;

    /// What each field would cost and who may ask for it; executes nothing.
    fn explain(&self, explanation: &Explanation) -> Value;
}

/// Who asks, before they are signed in.
#[derive(Debug)]
pub struct Caller {
    /// Their bearer token, if they sent one; or why what they sent is none.
    pub token: Result<Option<String>, TokenRefused>,
    /// The address they call from.
    pub origin: IpAddr,
    /// Their request's id, and what the log learns of it.
    pub scope: RequestScope,
}

/// Who asks, signed in.
#[derive(Debug)]
pub struct Visitor<S> {
    /// Their account; none for anybody.
    pub account: Option<Account>,
    /// What an execution needs to know of them.
    pub session: S,
}

/// An account by its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The id.
    pub id: Uuid,
    /// The id as it is shown outside, and named in the settings.
    pub type_id: String,
}

/// The document of a request.
#[derive(Debug)]
pub enum Document {
    /// Its text.
    Text(String),
    /// The id of one that is trusted.
    Id(String),
}

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The document.
    pub document: &'a Document,
    /// The operation meant, for a document with several.
    pub operation_name: Option<&'a str>,
    /// The variables by name.
    pub variables: &'a Map<String, Value>,
    /// Whether to say what it would cost and need, and execute nothing.
    pub explain: bool,
    /// How long the request is, in bytes: what reading it costs.
    pub bytes: usize,
}

/// The way by which a request came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// One that must change nothing: GET.
    Reading,
    /// One answer for one request: POST.
    Answering,
}

impl Way {
    fn carries(self, kind: OperationKind) -> bool {
        match kind {
            OperationKind::Query => true,
            OperationKind::Mutation => self == Self::Answering,
            OperationKind::Subscription => false,
        }
    }
}

/// What may be executed.
#[derive(Debug)]
pub struct Passed<S> {
    /// The operation.
    pub admitted: Admitted,
    /// What an execution needs to know of the caller.
    pub session: S,
    /// What is left in their bucket; none where nothing is counted.
    pub standing: Option<Standing>,
}

/// Why a request was not executed. No text may repeat what was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotExecuted {
    /// The token is missing, expired or revoked: 401.
    Unauthenticated {
        /// What to do, for the error.
        message: String,
        /// The whole value of `WWW-Authenticate`.
        challenge: String,
    },
    /// The caller has used up what it may: 429.
    RateLimited(Spent),
    /// This caller may send nothing but trusted documents, and this is none: a request error.
    Untrusted,
    /// The service is overloaded or its database is away: 503.
    Unavailable {
        /// When to come back; at least a second is said.
        retry_after: Duration,
    },
}

impl NotExecuted {
    /// There are more requests than places; a second later there may be one.
    pub(super) const CROWDED: Self = Self::Unavailable {
        retry_after: Duration::from_secs(1),
    };
}

/// Why a request doesn't pass.
#[derive(Debug)]
pub enum Stopped {
    /// It isn't executed, whatever it asks.
    NotExecuted(NotExecuted),
    /// No trusted document has the id that was sent.
    UnknownDocument,
    /// The gate has said no. What that has cost is paid.
    Refused(Refused, Option<Standing>),
    /// The way by which it came doesn't carry operations of this kind. That is paid, too.
    WrongWay(OperationKind, Option<Standing>),
}

impl From<NotExecuted> for Stopped {
    fn from(why: NotExecuted) -> Self {
        Self::NotExecuted(why)
    }
}

impl From<Spent> for Stopped {
    fn from(spent: Spent) -> Self {
        NotExecuted::RateLimited(spent).into()
    }
}

/// Lets a request pass, or says what stops it.
///
/// The caller is signed in first: then nobody's text is read who may send trusted documents only, or
/// who has sent so much that was refused that they can't pay for more of it.
///
/// # Errors
/// See [`Stopped`].
pub async fn pass<E: Execute>(
    gate: &Gate,
    edge: &Edge,
    executor: &E,
    caller: &Caller,
    asked: Asked<'_>,
    way: Way,
) -> Result<Passed<E::Session>, Stopped> {
    let Visitor { account, session } = executor.sign_in(caller).await?;
    let payer = account.as_ref().map(|account| account.id);
    edge.may_be_read(payer, caller.origin)?;
    let refused = || edge.charge_refusal(payer, caller.origin, asked.bytes);
    let (text, trusted) = match text(edge, asked.document) {
        Ok(found) => found,
        Err(unknown) => {
            refused()?;
            return Err(unknown);
        }
    };
    let name = account.as_ref().map(|account| account.type_id.as_str());
    if !trusted && edge.wants_trusted_documents(name) {
        return Err(NotExecuted::Untrusted.into());
    }

    let admitted = gate.admit(&GraphQlRequest {
        query: text,
        operation_name: asked.operation_name,
        variables: asked.variables,
        explain: asked.explain,
    });
    let admitted = match admitted {
        Ok(admitted) => admitted,
        Err(why) => return Err(Stopped::Refused(why, refused()?)),
    };
    // A name of the caller's own choice is theirs, and may be anything.
    let name = admitted.operation_name.as_deref();
    let logged_name = name.filter(|_| trusted);
    caller.scope.operation(logged_name, logged(admitted.kind));
    if !way.carries(admitted.kind) {
        return Err(Stopped::WrongWay(admitted.kind, refused()?));
    }
    if admitted.kind != OperationKind::Query && account.is_none() {
        refused()?;
        return Err(unsigned().into());
    }
    let standing = edge.charge(payer, caller.origin, admitted.charge(), asked.bytes)?;
    Ok(Passed {
        admitted,
        session,
        standing,
    })
}

/// The text of a document, and whether it is a trusted one.
fn text<'a>(edge: &'a Edge, document: &'a Document) -> Result<(&'a str, bool), Stopped> {
    let documents = edge.documents();
    match document {
        Document::Text(text) => Ok((text, documents.holds(text))),
        Document::Id(id) => match documents.text(id) {
            Some(text) => Ok((text, true)),
            None => Err(Stopped::UnknownDocument),
        },
    }
}

/// The public directory is read without an account; whoever changes something has one.
fn unsigned() -> NotExecuted {
    NotExecuted::Unauthenticated {
        message: "Sign in first: send a token as `Authorization: Bearer …`.".to_owned(),
        challenge: auth::CHALLENGE.to_owned(),
    }
}

/// The kind of an operation as the log tells it.
pub(super) fn logged(kind: gate::OperationKind) -> telemetry::OperationKind {
    match kind {
        gate::OperationKind::Query => telemetry::OperationKind::Query,
        gate::OperationKind::Mutation => telemetry::OperationKind::Mutation,
        gate::OperationKind::Subscription => telemetry::OperationKind::Subscription,
    }
}
