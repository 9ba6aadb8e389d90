//! The request's line, as it really comes out of the log.

use std::io::Write;
use std::sync::Mutex;

use axum::Router;
use axum::body::Body;
use axum::extract::Extension;
use axum::http::StatusCode;
use axum::routing::get;
use futures_util::FutureExt;
use serde_json::Value;
use tower::ServiceExt;
use tracing_subscriber::fmt::MakeWriter;

use super::*;

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Lines {
    fn read(&self) -> Vec<Value> {
        String::from_utf8(self.0.lock().unwrap().clone())
            .unwrap()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

fn listen() -> (Lines, tracing::subscriber::DefaultGuard) {
    let lines = Lines::default();
    let log = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_writer(lines.clone())
        .finish();
    (lines, tracing::subscriber::set_default(log))
}

async fn answer(Extension(request): Extension<RequestScope>) -> (StatusCode, String) {
    request.operation(Some("Signals\r\n\u{1b}[31m\u{202e}"), OperationKind::Query);
    request.operation(Some("TooLate"), OperationKind::Mutation);
    request.viewer(ViewerKind::Person);
    request.stats().count_statement(Duration::from_micros(300));
    request.stats().count_statement(Duration::from_micros(200));
    (StatusCode::OK, request.request_id().to_owned())
}

fn service() -> Router {
    let (clock, _) = Clock::held(chrono::DateTime::UNIX_EPOCH);
    Router::new()
        .route("/", get(answer))
        .route(
            "/broken",
            get(|| async { StatusCode::INTERNAL_SERVER_ERROR }),
        )
        .route("/slow", get(std::future::pending::<StatusCode>))
        .layer(axum::middleware::from_fn_with_state(clock, request_line))
}

fn ask(path: &str) -> Request {
    Request::get(path)
        .header("x-request-id", "mine")
        .body(Body::empty())
        .unwrap()
}

#[tokio::test]
async fn a_request_leaves_one_line_with_its_figures() {
    let (lines, _guard) = listen();
    let response = service().oneshot(ask("/?secret=hunter2")).await.unwrap();
    let id = response.headers()[&REQUEST_ID].to_str().unwrap().to_owned();
    assert_ne!(id, "mine");

    let lines = lines.read();
    assert_eq!(lines.len(), 1, "{lines:?}");
    let line = &lines[0];
    assert_eq!(line["request_id"], id.as_str());
    assert_eq!(line["operation"], "Signals31m");
    assert_eq!(line["kind"], "query");
    assert_eq!(line["viewer"], "person");
    assert_eq!(line["status"], 200);
    assert_eq!(line["statements"], 2);
    assert_eq!(line["database_us"], 500);
    assert!(line["total_us"].is_u64());
    assert_eq!(line["level"], "INFO");
    assert!(!line.to_string().contains("hunter2"), "{line}");
}

#[tokio::test]
async fn a_failure_of_ours_is_a_warning() {
    let (lines, _guard) = listen();
    service().oneshot(ask("/broken")).await.unwrap();
    let lines = lines.read();
    assert_eq!(lines[0]["level"], "WARN");
    assert_eq!(lines[0]["status"], 500);
    assert_eq!(lines[0]["viewer"], "anonymous");
    assert_eq!(lines[0]["kind"], "");
}

#[tokio::test]
async fn a_caller_who_leaves_is_in_the_log_too() {
    let (lines, _guard) = listen();
    let answer = service().oneshot(ask("/slow")).now_or_never();
    assert!(answer.is_none(), "polled once, then dropped");
    assert_eq!(lines.read()[0]["status"], ABANDONED);
}

#[test]
fn names_are_capped() {
    assert_eq!(loggable_name(&"é_a".repeat(500)).len(), LONGEST_NAME);
    assert_eq!(loggable_name("{password: \"x\"}"), "passwordx");
}

#[test]
fn a_filter_that_cannot_be_read_is_refused_in_words() {
    let refused = init(LogFormat::Human, "nabij_api=loudly").unwrap_err();
    assert_eq!(refused, LogNotStarted::Filter);
    assert!(refused.to_string().contains("info"));
}
