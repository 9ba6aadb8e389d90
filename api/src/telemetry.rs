//! What the service says about itself: the log, and one line per request in it.
//!
//! The line names an operation of a trusted document, never a name that a client chose, a variable,
//! a record's content or a person. To add a figure to it, add a field to [`RequestLine`] and write it
//! in [`RequestLine::write`].

use std::fmt;
use std::io::IsTerminal;
use std::panic::{self, Location};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use tracing::{Level, Metadata};
use tracing_subscriber::{
    EnvFilter, filter::filter_fn, layer::SubscriberExt, util::SubscriberInitExt,
};

use crate::clock::{Clock, new_id};

/// How the log is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For reading in a terminal.
    #[default]
    Human,
    /// One JSON object per line, for a log collector.
    Json,
}

/// Starts the log, on standard error so that standard output stays for results.
///
/// Of other crates nothing below `INFO` is written, whatever the filter says: what they trace are
/// headers, frames and statements, with whatever personal data is in them. From now on a panic is
/// told by its place and not by its words, which may hold a value.
///
/// # Errors
/// When the filter can't be read, or the process already has a log.
pub fn init(format: LogFormat, filter: &str) -> Result<(), LogNotStarted> {
    let filter = EnvFilter::try_new(filter).map_err(|_| LogNotStarted::Filter)?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        // Colours are for people: in a file or a pipe they would be noise.
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    match format {
        LogFormat::Human => log.finish().with(filter_fn(may_be_written)).try_init(),
        LogFormat::Json => {
            let log = log.json().flatten_event(true).finish();
            log.with(filter_fn(may_be_written)).try_init()
        }
    }
    .map_err(|_| LogNotStarted::AlreadyStarted)?;
    panic::set_hook(Box::new(|panic| tell_panic(panic.location())));
    Ok(())
}

/// Where something panicked: what it said was written for whoever wrote the code, and a value in it may
/// be somebody's.
fn tell_panic(at: Option<&Location<'_>>) {
    let place = at.map(|at| format!("{}:{}", at.file(), at.line()));
    tracing::error!(
        place = place.unwrap_or_default(),
        "something panicked: a bug, to be reported with this place"
    );
}

/// Ours at any level, others from `INFO` on.
fn may_be_written(about: &Metadata<'_>) -> bool {
    about.target().starts_with("nabij") || *about.level() <= Level::INFO
}

/// Why [`init`] could not start the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogNotStarted {
    /// The filter is not one that `tracing` reads.
    Filter,
    /// The process has a log already.
    AlreadyStarted,
}

impl fmt::Display for LogNotStarted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Filter => {
                "the log filter can't be read: write levels such as `info` or `info,nabij_api=debug`"
            }
            Self::AlreadyStarted => "the log has been started before: start it once per process",
        })
    }
}

impl std::error::Error for LogNotStarted {}

/// What a request has cost the database so far. The store counts into it; tests and the request's
/// line read it.
#[derive(Debug, Default)]
pub struct RequestStats {
    statements: AtomicU64,
    database_micros: AtomicU64,
}

impl RequestStats {
    /// Counts one statement and the time it took.
    pub fn count_statement(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.statements.fetch_add(1, Ordering::Relaxed);
        self.database_micros.fetch_add(micros, Ordering::Relaxed);
    }

    /// How many statements were sent.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// The statements' times, added up; more than the time that passed when some ran side by side.
    #[must_use]
    pub fn database_time(&self) -> Duration {
        Duration::from_micros(self.database_micros.load(Ordering::Relaxed))
    }
}

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperationKind {
    /// Reads.
    Query,
    /// Writes.
    Mutation,
    /// Listens.
    Subscription,
}

impl OperationKind {
    /// The word in the log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Mutation => "mutation",
            Self::Subscription => "subscription",
        }
    }
}

/// Who asks, as far as the log may know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ViewerKind {
    /// Somebody without a token.
    Anonymous,
    /// A person who signed in.
    Person,
    /// A partner's system.
    Client,
}

impl ViewerKind {
    /// The word in the log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Person => "person",
            Self::Client => "client",
        }
    }
}

/// One request while it is being answered. [`request_line`] puts it in the request's extensions;
/// the handlers tell it what they learn. Clones are the same request.
#[derive(Clone, Debug)]
pub struct RequestScope(Arc<Scope>);

#[derive(Debug)]
struct Scope {
    request_id: String,
    stats: Arc<RequestStats>,
    operation: OnceLock<(String, OperationKind)>,
    viewer: OnceLock<ViewerKind>,
    unwritten: AtomicBool,
}

impl RequestScope {
    /// A request of the given id, for work that does not come in over HTTP as well.
    #[must_use]
    pub fn new(request_id: String) -> Self {
        Self(Arc::new(Scope {
            request_id,
            stats: Arc::default(),
            operation: OnceLock::new(),
            viewer: OnceLock::new(),
            unwritten: AtomicBool::new(false),
        }))
    }

    /// The id in `extensions.requestId`, in the `x-request-id` header and in the log.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.0.request_id
    }

    /// The counters to hand to the store.
    #[must_use]
    pub fn stats(&self) -> &Arc<RequestStats> {
        &self.0.stats
    }

    /// Tells which operation is asked for; the first telling counts. Its name, only where it is that of
    /// a trusted document: any other was chosen by whoever asks, and may be somebody's.
    pub fn operation(&self, name: Option<&str>, kind: OperationKind) {
        self.0
            .operation
            .get_or_init(|| (loggable_name(name.unwrap_or_default()), kind));
    }

    /// Tells who asks; the first telling counts.
    pub fn viewer(&self, kind: ViewerKind) {
        self.0.viewer.get_or_init(|| kind);
    }

    /// Leaves no line in the log: it is counted elsewhere with many others.
    pub fn goes_unwritten(&self) {
        self.0.unwritten.store(true, Ordering::Relaxed);
    }

    /// Tells the caller the request's id, in a header of its answer.
    pub fn is_told_in(&self, answer: &mut Response) {
        if let Ok(id) = HeaderValue::from_str(self.request_id()) {
            answer.headers_mut().insert(REQUEST_ID, id);
        }
    }

    fn line(&self, status: u16, total: Duration) -> RequestLine<'_> {
        let operation = self.0.operation.get();
        RequestLine {
            request_id: self.request_id(),
            operation: operation.map_or("", |(name, _)| name),
            kind: operation.map(|(_, kind)| *kind),
            viewer: *self.0.viewer.get().unwrap_or(&ViewerKind::Anonymous),
            status,
            statements: self.0.stats.statements(),
            database_time: self.0.stats.database_time(),
            total_time: total,
        }
    }
}

/// The line that a request leaves in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestLine<'a> {
    /// The request's id.
    pub request_id: &'a str,
    /// The operation's name, made fit for a log; empty when it has none or its document isn't trusted.
    pub operation: &'a str,
    /// What the operation does; none when the request never got as far as an operation.
    pub kind: Option<OperationKind>,
    /// Who asked.
    pub viewer: ViewerKind,
    /// The HTTP status; [`ABANDONED`] when the caller left before there was one.
    pub status: u16,
    /// Statements sent to the database.
    pub statements: u64,
    /// The statements' times, added up.
    pub database_time: Duration,
    /// From the request's headers to the answer's headers.
    pub total_time: Duration,
}

/// The status in the line of a request whose caller left before the answer: no HTTP status says
/// this, and 499 is what proxies write for it.
pub const ABANDONED: u16 = 499;

impl RequestLine<'_> {
    /// Writes the line: a warning when the service failed, information otherwise.
    pub fn write(&self) {
        macro_rules! write_at {
            ($level:expr) => {
                tracing::event!(
                    target: "nabij_api::request",
                    $level,
                    request_id = self.request_id,
                    operation = self.operation,
                    kind = self.kind.map_or("", OperationKind::as_str),
                    viewer = self.viewer.as_str(),
                    status = self.status,
                    statements = self.statements,
                    database_us = micros(self.database_time),
                    total_us = micros(self.total_time),
                    "request"
                )
            };
        }
        // The level of an event is part of its place in the code, hence the macro.
        if self.status >= 500 {
            write_at!(tracing::Level::WARN);
        } else {
            write_at!(tracing::Level::INFO);
        }
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// The header that carries the request's id back to the caller.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The outermost layer of the routes behind the door: gives each request its [`RequestScope`] and id, and writes
/// its line, also when the caller leaves half-way.
///
/// Wire it with `axum::middleware::from_fn_with_state(clock, telemetry::request_line)`. An id that
/// the caller sends is not taken over: it could not be trusted to be one, or to be only one.
pub async fn request_line(
    State(clock): State<Clock>,
    mut request: Request,
    next: Next,
) -> Response {
    let scope = RequestScope::new(new_id(&clock).to_string());
    request.extensions_mut().insert(scope.clone());
    let mut unwritten = Unwritten {
        scope,
        started: Instant::now(),
        status: ABANDONED,
    };
    let mut response = next.run(request).await;
    unwritten.status = response.status().as_u16();
    unwritten.scope.is_told_in(&mut response);
    // Extensions never reach the wire: this is for whoever calls the router in the same process,
    // as the tests do that count statements.
    response.extensions_mut().insert(unwritten.scope.clone());
    response
}

/// Writes the line when it goes out of scope: a request whose caller leaves is dropped, not ended.
struct Unwritten {
    scope: RequestScope,
    started: Instant,
    status: u16,
}

impl Drop for Unwritten {
    fn drop(&mut self) {
        if !self.scope.0.unwritten.load(Ordering::Relaxed) {
            self.scope.line(self.status, self.started.elapsed()).write();
        }
    }
}

/// The longest operation name in the log, in characters.
const LONGEST_NAME: usize = 64;

/// An operation's name made fit for a log: the characters of a GraphQL name and no others, so
/// that no line break, escape sequence or direction mark gets in, and not too many of them.
#[must_use]
pub fn loggable_name(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '_')
        .take(LONGEST_NAME)
        .collect()
}

#[cfg(test)]
mod tests;
