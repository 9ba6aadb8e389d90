//! `GET /health/live` and `GET /health/ready`: whether to restart the process, and whether to send
//! it requests.

use axum::{Json, Router, extract::State, http::StatusCode, routing::get};
use serde_json::{Value, json};

use crate::store::Db;

/// The two routes.
pub fn routes(db: Db) -> Router {
    Router::new()
        .route("/health/live", get(live))
        .route("/health/ready", get(ready))
        .with_state(db)
}

/// The process answers: alive, whatever the state of the database.
async fn live() -> Json<Value> {
    Json(json!({ "status": "live" }))
}

/// The database answers and its tables are those this version expects.
async fn ready(State(db): State<Db>) -> (StatusCode, Json<Value>) {
    let not_ready = |why: &str| {
        (
            StatusCode::SERVICE_UNAVAILABLE,
            Json(json!({ "status": "not ready", "reason": why })),
        )
    };
    match db.pending_migrations().await {
        Ok(0) => (StatusCode::OK, Json(json!({ "status": "ready" }))),
        Ok(_) => not_ready("the database's tables are older than this version: run `migrate`"),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            not_ready("the database doesn't answer")
        }
    }
}
