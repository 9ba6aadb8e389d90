//! The edge: what every request meets before and after it is worked on, by the settings.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::{
    Router,
    extract::ConnectInfo,
    http::{HeaderName, HeaderValue, Method, header, request::Parts},
    middleware,
};
use tower_http::{cors::CorsLayer, set_header::SetResponseHeaderLayer};

use uuid::Uuid;

use super::{
    budget::{Budget, Spent, Standing},
    documents::{DocumentsError, TrustedDocuments},
    encoding,
    forwarded::Proxies,
    panics,
    places::{Place, Places},
    refusals::{Refusals, Why},
    room::Room,
};
use crate::{clock::Clock, config::EdgeSettings, gate::Gate};

/// What a token that isn't taken costs its sender's address, so that guessing is slow.
const WRONG_TOKEN: u64 = 50;
/// How long a body may take to come in.
const BODY_DEADLINE: Duration = Duration::from_secs(10);
/// Room for the bodies of all requests that are read or worked on, in bytes.
const ROOM: usize = 64 * 1024 * 1024;
/// One in so many places is given in a crowd. Where the database is a part of the process, that is one
/// for each core, by the settings' default, and keeps it busy.
const FEW: usize = 4;
/// The same where the database is another process: about half of the time, a request waits for it.
const FEW_THAT_WAIT: usize = 2;
/// How long the database's word on its readiness is told again.
const HEALTH_KEPT: Duration = Duration::from_secs(1);

/// What every answer tells browsers, if it tells them nothing else: to be careful.
pub(super) const CAREFUL: [(HeaderName, HeaderValue); 4] = [
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    ),
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
    ),
    (
        header::STRICT_TRANSPORT_SECURITY,
        HeaderValue::from_static("max-age=31536000"),
    ),
];

/// The settings of the edge, ready for use.
#[derive(Clone)]
pub struct Edge {
    parts: Arc<EdgeParts>,
    places: Places,
    body_deadline: Duration,
    room: Room,
    refusals: Refusals,
    health_kept: Duration,
}

struct EdgeParts {
    deadline: Duration,
    budget: Option<Budget>,
    proxies: Proxies,
    origins: Vec<HeaderValue>,
    documents: TrustedDocuments,
    documents_only_for: Vec<String>,
}

/// Why the edge can't be put together.
#[derive(Debug)]
pub enum EdgeError {
    /// The trusted documents aren't taken.
    Documents(DocumentsError),
}

impl fmt::Display for EdgeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Documents(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for EdgeError {}

impl Edge {
    /// The edge by these settings, which were checked.
    ///
    /// # Errors
    /// See [`EdgeError`].
    pub fn from_settings(settings: &EdgeSettings, clock: &Clock) -> Result<Self, EdgeError> {
        let EdgeSettings {
            connections: _,
            connections_per_address: _,
            requests,
            deadline_seconds,
            account_budget,
            address_budget,
            trusted_proxies,
            cors_origins,
            documents_file,
            documents_only_for,
        } = settings;
        let documents = match documents_file {
            Some(file) => TrustedDocuments::read(file).map_err(EdgeError::Documents)?,
            None => TrustedDocuments::default(),
        };
        let parts = EdgeParts {
            deadline: Duration::from_secs(*deadline_seconds),
            budget: Some(Budget::new(*account_budget, *address_budget, clock)),
            proxies: Proxies::new(trusted_proxies),
            origins: cors_origins
                .iter()
                .filter_map(|origin| HeaderValue::from_str(origin).ok())
                .collect(),
            documents,
            documents_only_for: documents_only_for.clone(),
        };
        Ok(Self {
            parts: Arc::new(parts),
            places: Places::new(*requests, requests.div_ceil(FEW)),
            body_deadline: BODY_DEADLINE,
            room: Room::for_bytes(ROOM),
            refusals: Refusals::default(),
            health_kept: HEALTH_KEPT,
        })
    }

    /// The same edge of a service whose database is another process, for which requests wait without
    /// working: so more of them are let in in a crowd.
    #[must_use]
    pub fn with_database_apart(mut self) -> Self {
        let requests = self.places.count();
        self.places = Places::new(requests, requests.div_ceil(FEW_THAT_WAIT));
        self
    }

    /// The same edge, at which a body may take so long to come in instead of 10 seconds.
    #[must_use]
    pub fn with_body_deadline(mut self, deadline: Duration) -> Self {
        self.body_deadline = deadline;
        self
    }

    /// The same edge, with room for so many bytes of bodies instead of 64 MiB.
    #[must_use]
    pub fn with_room(mut self, bytes: usize) -> Self {
        self.room = Room::for_bytes(bytes);
        self
    }

    /// The same edge, which tells the database's word on its readiness again for so long instead of a
    /// second.
    #[must_use]
    pub fn with_health_kept(mut self, time: Duration) -> Self {
        self.health_kept = time;
        self
    }

    /// An edge that counts and keeps nothing and lets 1,000 requests in at once: for work that doesn't come
    /// from outside, and for tests of something else.
    #[must_use]
    pub fn wide() -> Self {
        let settings = EdgeSettings::default();
        let requests = 1_000;
        Self {
            places: Places::new(requests, requests),
            parts: Arc::new(EdgeParts {
                deadline: Duration::from_secs(settings.deadline_seconds),
                budget: None,
                proxies: Proxies::default(),
                origins: Vec::new(),
                documents: TrustedDocuments::default(),
                documents_only_for: Vec::new(),
            }),
            body_deadline: BODY_DEADLINE,
            room: Room::for_bytes(ROOM),
            refusals: Refusals::default(),
            health_kept: Duration::ZERO,
        }
    }

    /// A place among the requests that are worked on, perhaps after a moment; none when too many want
    /// one. Those are counted, and need no lines of their own in the log, which would be flooded.
    pub(super) async fn place(&self) -> Option<Place> {
        let place = self.places.take().await;
        if place.is_none() {
            self.refusals.tell(Why::Crowd);
        }
        place
    }

    /// Whether more want a place than can be let in.
    pub(super) fn is_crowded(&self) -> bool {
        self.places.is_crowded()
    }

    /// How long a request may take.
    pub(super) fn deadline(&self) -> Duration {
        self.parts.deadline
    }

    /// How long a request's body may take to come in.
    pub(super) fn body_deadline(&self) -> Duration {
        self.body_deadline
    }

    /// Room for requests' bodies.
    pub(super) fn room(&self) -> &Room {
        &self.room
    }

    /// How long the database's word on its readiness is told again.
    #[must_use]
    pub fn health_kept(&self) -> Duration {
        self.health_kept
    }

    pub(super) fn documents(&self) -> &TrustedDocuments {
        &self.parts.documents
    }

    /// Whether all trusted documents fit the schema and the limits of this gate.
    ///
    /// # Errors
    /// [`EdgeError::Documents`] with the first that doesn't.
    pub fn fits(&self, gate: &Gate) -> Result<(), EdgeError> {
        let fits = self.parts.documents.fit(gate);
        fits.map_err(EdgeError::Documents)
    }

    /// Whether this account, or somebody without one, may send nothing but trusted documents.
    #[must_use]
    pub fn wants_trusted_documents(&self, account: Option<&str>) -> bool {
        let who = account.unwrap_or("anonymous");
        let listed = &self.parts.documents_only_for;
        listed.iter().any(|one| one == "everybody" || one == who)
    }

    /// The address that a request comes from: the connection's, or what the trusted proxies say.
    pub(super) fn origin(&self, request: &Parts) -> IpAddr {
        let nowhere = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        let peer = request
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map_or(nowhere, |peer| peer.0.ip());
        self.parts.proxies.caller(peer, &request.headers)
    }

    /// Takes the cost of an operation of so many bytes out of the caller's bucket; nobody stands
    /// anywhere when nothing is counted.
    ///
    /// # Errors
    /// [`Spent`] when there isn't so much in it.
    pub fn charge(
        &self,
        account: Option<Uuid>,
        origin: IpAddr,
        cost: u64,
        bytes: usize,
    ) -> Result<Option<Standing>, Spent> {
        let budget = self.parts.budget.as_ref();
        budget
            .map(|budget| budget.operation(account, origin, cost, bytes))
            .transpose()
    }

    /// Whether so much of a caller was refused that nothing of them is read for now.
    ///
    /// # Errors
    /// [`Spent`] until they can pay for more of it.
    pub(super) fn may_be_read(&self, account: Option<Uuid>, origin: IpAddr) -> Result<(), Spent> {
        match &self.parts.budget {
            Some(budget) => budget.may_be_read(account, origin),
            None => Ok(()),
        }
    }

    /// Takes what a refused request of so many bytes costs out of the caller's bucket.
    ///
    /// # Errors
    /// [`Spent`] when there isn't so much in it.
    pub(super) fn charge_refusal(
        &self,
        account: Option<Uuid>,
        origin: IpAddr,
        bytes: usize,
    ) -> Result<Option<Standing>, Spent> {
        let budget = self.parts.budget.as_ref();
        budget
            .map(|budget| budget.refusal(account, origin, bytes))
            .transpose()
    }

    /// Takes what a wrong token costs out of the address's bucket.
    ///
    /// # Errors
    /// [`Spent`] when there were too many.
    pub fn charge_wrong_token(&self, origin: IpAddr) -> Result<(), Spent> {
        match &self.parts.budget {
            Some(budget) => budget.operation(None, origin, WRONG_TOKEN, 0).map(drop),
            None => Ok(()),
        }
    }

    /// Puts around the routes what every answer carries: headers that keep browsers careful, CORS
    /// for the origins of the settings, compression. A panic becomes an answer. The routes are for
    /// within [`request_line`](crate::telemetry::request_line).
    pub fn around(&self, routes: Router) -> Router {
        let mut routes = routes.layer(middleware::from_fn(panics::caught));
        for (name, value) in CAREFUL {
            routes = routes.layer(SetResponseHeaderLayer::if_not_present(name, value));
        }
        let routes = routes
            .layer(encoding::packing())
            .layer(middleware::map_request(encoding::settled));
        match self.cors() {
            Some(cors) => routes.layer(cors),
            None => routes,
        }
    }

    /// What lets pages of the settings' origins ask; none when there are none.
    pub(super) fn cors(&self) -> Option<CorsLayer> {
        if self.parts.origins.is_empty() {
            return None;
        }
        let cors = CorsLayer::new()
            .allow_origin(self.parts.origins.clone())
            .allow_methods([Method::GET, Method::POST])
            .allow_headers([header::ACCEPT, header::AUTHORIZATION, header::CONTENT_TYPE])
            .expose_headers([
                header::RETRY_AFTER,
                header::WWW_AUTHENTICATE,
                HeaderName::from_static("ratelimit"),
                HeaderName::from_static("ratelimit-policy"),
                HeaderName::from_static("x-request-id"),
            ])
            .max_age(Duration::from_hours(1));
        Some(cors)
    }
}
