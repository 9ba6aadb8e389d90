//! The composition: which parts a running service is made of, and how a request goes through them.

mod explain;
mod running;

use std::{fmt, sync::Arc, time::Duration};

use axum::{Router, middleware};

use crate::{
    auth::{self, Issuers},
    clock::Clock,
    domain::{
        resident::erase::{ReplayError, replay},
        statistics::told::Threshold,
    },
    gate::{Admitted, Explanation, Gate, GateSetupError, Limits},
    graphql::{self, NabijSchema},
    http::{
        self,
        edge::{Edge, EdgeError},
        passage::{Account, Caller, Execute, NotExecuted, Visitor},
    },
    ids::type_id,
    policy::Viewer,
    store::{Cx, Db, Failure, Kind, access::Subject},
    telemetry::{self, RequestScope, ViewerKind},
};

pub use running::Running;

/// How long a client should wait before it tries again when the database is away.
const RETRY: Duration = Duration::from_secs(2);

/// A service that can answer.
#[derive(Clone)]
pub struct App {
    parts: Arc<Parts>,
    threshold: Threshold,
}

struct Parts {
    db: Db,
    clock: Clock,
    issuers: Issuers,
    schema: NabijSchema,
    gate: Arc<Gate>,
    sdl: Arc<str>,
    edge: Edge,
}

/// Why the service can't be put together.
#[derive(Debug)]
pub enum AppError {
    /// The gate doesn't take our own schema: a bug.
    Gate(GateSetupError),
    /// The edge doesn't fit the schema.
    Edge(EdgeError),
}

impl fmt::Display for AppError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gate(error) => write!(f, "the gate can't read the schema: {error}"),
            Self::Edge(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for AppError {}

impl App {
    /// A service over an open database, which trusts these issuers, behind this edge.
    ///
    /// # Errors
    /// See [`AppError`].
    pub fn new(db: Db, clock: Clock, issuers: Issuers, edge: Edge) -> Result<Self, AppError> {
        let sdl: Arc<str> = graphql::sdl().into();
        let gate = Gate::new(&sdl, Limits::default())
            .map_err(AppError::Gate)?
            .with_scalars(graphql::scalars::checks().into());
        edge.fits(&gate).map_err(AppError::Edge)?;
        let edge = if db.is_apart() {
            edge.with_database_apart()
        } else {
            edge
        };
        let schema = graphql::schema();
        let parts = Parts {
            db,
            clock,
            issuers,
            schema,
            gate: Arc::new(gate),
            sdl,
            edge,
        };
        Ok(Self {
            parts: Arc::new(parts),
            threshold: Threshold::default(),
        })
    }

    /// The same, whose figures tell no smaller count of people than this.
    #[must_use]
    pub fn telling_from(mut self, smallest_count: u32) -> Self {
        self.threshold = Threshold::from_setting(smallest_count);
        self
    }

    /// The routes of a service that is about to listen. Whoever was erased is erased again before,
    /// so that a backup that was restored brings nobody back.
    ///
    /// # Errors
    /// See [`ReplayError`]; then the service must not listen.
    pub async fn opened(&self) -> Result<Router, ReplayError> {
        let back = replay(&self.cx("erased-residents")).await?;
        if back > 0 {
            tracing::warn!(
                back,
                "residents who had been erased were here again, and are erased"
            );
        }
        Ok(self.router())
    }

    /// Every route of the service.
    pub fn router(&self) -> Router {
        let parts = &self.parts;
        let edge = &parts.edge;
        let routes =
            http::graphql::router(parts.gate.clone(), Arc::new(self.clone()), edge.clone())
                .merge(http::health::routes(parts.db.clone(), edge.health_kept()))
                .merge(http::schema::routes(&parts.sdl, edge.clone()));
        let routes = edge.around(routes).layer(middleware::from_fn_with_state(
            parts.clock.clone(),
            telemetry::request_line,
        ));
        http::door::before(routes, edge.clone(), parts.clock.clone())
    }

    /// A context for work that doesn't come in over HTTP: the command line and the demo's data.
    #[must_use]
    pub fn cx(&self, task: &str) -> Cx {
        let scope = RequestScope::new(task.to_owned());
        self.context(&scope)
    }

    fn context(&self, scope: &RequestScope) -> Cx {
        let parts = &self.parts;
        Cx::new(
            parts.db.clone(),
            parts.clock.clone(),
            scope.request_id(),
            scope.stats().clone(),
        )
    }

    /// The refusal of a token, or that there were too many from this address.
    fn charged(&self, caller: &Caller, refused: NotExecuted) -> NotExecuted {
        match self.parts.edge.charge_wrong_token(caller.origin) {
            Ok(()) => refused,
            Err(spent) => NotExecuted::RateLimited(spent),
        }
    }
}

fn viewer_kind(viewer: &Viewer) -> ViewerKind {
    use nabij_entity::user::UserKind;
    match viewer.account().map(|account| account.kind) {
        None => ViewerKind::Anonymous,
        Some(UserKind::Person) => ViewerKind::Person,
        Some(UserKind::Client) => ViewerKind::Client,
    }
}

fn no_account() -> NotExecuted {
    NotExecuted::Unauthenticated {
        message: "The token is right, but no active account belongs to it. Ask an administrator \
                  to register you, or to unblock you if you were."
            .to_owned(),
        challenge: "Bearer error=\"invalid_token\", error_description=\"no active account \
                    belongs to this token\""
            .to_owned(),
    }
}

fn unavailable(failure: &Failure) -> NotExecuted {
    tracing::error!(?failure, "signing in failed");
    NotExecuted::Unavailable { retry_after: RETRY }
}

impl Execute for App {
    type Session = Cx;

    /// The request's context with its viewer: anonymous without a token, refused with a bad one.
    async fn sign_in(&self, caller: &Caller) -> Result<Visitor<Cx>, NotExecuted> {
        let mut cx = self.context(&caller.scope);
        let refused = |refused: auth::TokenRefused| NotExecuted::Unauthenticated {
            message: refused.description(),
            challenge: refused.challenge(),
        };
        let unreadable = |why: &auth::TokenRefused| self.charged(caller, refused(*why));
        let Some(token) = caller.token.as_ref().map_err(unreadable)? else {
            return Ok(visitor(cx));
        };
        let identity = self
            .parts
            .issuers
            .verify(token, &self.parts.clock)
            .map_err(|why| self.charged(caller, refused(why)))?;
        let subject = Subject {
            issuer: identity.issuer,
            subject: identity.subject,
        };
        match cx.sign_in(subject).await {
            Ok(true) => {
                caller.scope.viewer(viewer_kind(&cx.viewer()));
                Ok(visitor(cx))
            }
            Ok(false) => Err(self.charged(caller, no_account())),
            Err(failure) => Err(unavailable(&failure)),
        }
    }

    async fn execute(
        &self,
        admitted: Admitted,
        cx: Cx,
    ) -> Result<async_graphql::Response, NotExecuted> {
        let request = admitted
            .into_request()
            .data(cx.clone())
            .data(self.threshold);
        let response = self.parts.schema.execute(request).await;
        // The copy of the account it began with was out of date.
        if cx.is_revoked() {
            return Err(no_account());
        }
        Ok(response)
    }

    fn explain(&self, explanation: &Explanation) -> serde_json::Value {
        explain::explained(&explanation.fields)
    }
}

fn visitor(cx: Cx) -> Visitor<Cx> {
    let account = cx.viewer().user_id().map(|id| Account {
        id,
        type_id: type_id(Kind::User, id),
    });
    Visitor {
        account,
        session: cx,
    }
}
