//! `GET /health/live` and `GET /health/ready`: whether to restart the process, and whether to send
//! it requests.
//!
//! Anybody may ask, as often as they like: one look at the database at a time answers all who ask
//! meanwhile and for a while after, and it only reads.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{Json, Router, extract::State, http::StatusCode, routing::get};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::store::Db;

/// How long the database may take: who probes gives up after a second.
const PATIENCE: Duration = Duration::from_millis(900);

/// The two routes; what the database said is told again for as long as `kept`.
pub fn routes(db: Db, kept: Duration) -> Router {
    let readiness = Readiness {
        db,
        kept,
        last: Mutex::default(),
    };
    Router::new()
        .route("/health/live", get(live))
        .route("/health/ready", get(ready))
        .with_state(Arc::new(readiness))
}

struct Readiness {
    db: Db,
    kept: Duration,
    last: Mutex<Option<(Instant, Database)>>,
}

/// What the database said.
#[derive(Clone, Copy)]
enum Database {
    Ready,
    /// Its tables are older than this version.
    Behind,
    /// Nothing, or that it can't.
    Away,
}

impl Readiness {
    async fn database(&self) -> Database {
        let mut last = self.last.lock().await;
        match *last {
            Some((at, said)) if at.elapsed() < self.kept => said,
            _ => {
                let said = self.asked().await;
                *last = Some((Instant::now(), said));
                said
            }
        }
    }

    async fn asked(&self) -> Database {
        match tokio::time::timeout(PATIENCE, self.db.pending_migrations()).await {
            Ok(Ok(0)) => Database::Ready,
            Ok(Ok(_)) => Database::Behind,
            Ok(Err(error)) => {
                tracing::warn!(%error, "not ready");
                Database::Away
            }
            Err(_) => {
                tracing::warn!("not ready: the database takes too long");
                Database::Away
            }
        }
    }
}

/// The process answers: alive, whatever the state of the database.
async fn live() -> Json<Value> {
    Json(json!({ "status": "live" }))
}

/// The database answers and its tables are those this version expects.
async fn ready(State(readiness): State<Arc<Readiness>>) -> (StatusCode, Json<Value>) {
    let not_ready = |why: &str| {
        (
            StatusCode::SERVICE_UNAVAILABLE,
            Json(json!({ "status": "not ready", "reason": why })),
        )
    };
    match readiness.database().await {
        Database::Ready => (StatusCode::OK, Json(json!({ "status": "ready" }))),
        Database::Behind => {
            not_ready("the database's tables are older than this version: run `migrate`")
        }
        Database::Away => not_ready("the database doesn't answer"),
    }
}
