//! Listening until told to stop: HTTP/1.1 and HTTP/2 on one port, within deadlines and a number of
//! connections. Requests that have begun are answered before the process ends.

use std::{convert::Infallible, io, net::SocketAddr, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo, http::Request};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::{conn::auto, graceful::GracefulShutdown},
    service::TowerToHyperService,
};
use ipnet::IpNet;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::OwnedSemaphorePermit,
};
use tokio_util::io::InspectReader;
use tower::{ServiceExt, service_fn};

pub use super::connection::Deadlines;
use super::{
    connection::{Overdue, Phases},
    crowd::Crowd,
    forwarded::Proxies,
    refusals::{Refusals, Why},
    streams::{self, Streams},
};
use crate::config::EdgeSettings;

/// Time for requests that have begun, after the signal to stop.
const GRACE: Duration = Duration::from_secs(15);
/// How long to wait before accepting again when the system has no more files to give.
const BREATH: Duration = Duration::from_millis(50);
/// How much of a request's head is read before it is refused, in bytes.
const HEAD: usize = 32 * 1024;
/// Streams that one HTTP/2 connection may have open at once.
const STREAMS: u32 = 16;
/// How much one stream may have under way, in either direction, in bytes.
const STREAM_BUFFER: u32 = 64 * 1024;
/// How much all streams of a connection may have sent that wasn't read yet, in bytes.
const CONNECTION_BUFFER: u32 = 256 * 1024;

/// How a service listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// How long a connection may take over what.
    pub deadlines: Deadlines,
    /// How many connections are open at once; more wait at the door (1,024).
    pub connections: usize,
    /// How many of them may come from one address; more are closed (256).
    pub for_one_address: usize,
    /// Proxies, which come with many callers and so with as many connections as they like.
    pub proxies: Vec<IpNet>,
}

impl Default for Server {
    fn default() -> Self {
        Self::from_settings(&EdgeSettings::default())
    }
}

impl Server {
    /// As the settings say, within the usual deadlines.
    #[must_use]
    pub fn from_settings(settings: &EdgeSettings) -> Self {
        Self {
            deadlines: Deadlines::default(),
            connections: settings.connections,
            for_one_address: settings.connections_per_address,
            proxies: settings.trusted_proxies.clone(),
        }
    }

    /// Answers whoever comes to `listener`, until `stop`; then those who are there already, for at
    /// most 15 seconds.
    pub async fn run(self, listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
        if let Ok(address) = listener.local_addr() {
            tracing::info!(%address, "listening");
        }
        let proxies = Proxies::new(&self.proxies);
        let serving = Serving {
            deadlines: self.deadlines,
            crowd: Crowd::new(self.connections, self.for_one_address, proxies),
            refusals: Refusals::default(),
            graceful: GracefulShutdown::new(),
            router,
        };
        let mut stop = std::pin::pin!(stop);
        loop {
            let accepted = async {
                let place = serving.crowd.free().await;
                (place, listener.accept().await)
            };
            tokio::select! {
                () = &mut stop => break,
                (place, accepted) = accepted => match accepted {
                    Ok((stream, peer)) => serving.welcomes(place, stream, peer),
                    Err(error) => missed(&error).await,
                }
            }
        }
        tracing::info!("stopping");
        drop(listener);
        serving.ends().await;
    }
}

/// A connection was not accepted, mostly for lack of files: others have to go first.
async fn missed(error: &io::Error) {
    tracing::warn!(%error, "a connection was not accepted");
    tokio::time::sleep(BREATH).await;
}

/// A service while it listens.
struct Serving {
    deadlines: Deadlines,
    crowd: Crowd,
    refusals: Refusals,
    graceful: GracefulShutdown,
    router: Router,
}

impl Serving {
    /// Serves a connection in a task of its own, unless its address has too many.
    fn welcomes(&self, free: Option<OwnedSemaphorePermit>, stream: TcpStream, peer: SocketAddr) {
        let Some(place) = self.crowd.take(free, peer.ip()) else {
            return self.refusals.tell(Why::TooMany);
        };
        let connection = self.connection(stream, peer);
        let refusals = self.refusals.clone();
        tokio::spawn(async move {
            if let Some(why) = connection.await {
                refusals.tell(why);
            }
            drop(place);
        });
    }

    /// Lets those who are there end, and the idle leave.
    async fn ends(self) {
        self.crowd.closes();
        let ended = tokio::time::timeout(GRACE, self.graceful.shutdown()).await;
        if ended.is_err() {
            tracing::warn!("some requests had not ended in time");
        }
    }

    /// Answers what comes over one connection, until it ends or takes too long: why it was cut off,
    /// if it was.
    fn connection(
        &self,
        stream: TcpStream,
        peer: SocketAddr,
    ) -> impl Future<Output = Option<Why>> + Send + 'static {
        // Answers are small; waiting to fill a packet only costs time.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection without TCP_NODELAY");
        }
        let phases = Phases::new();
        let seen = phases.clone();
        let stream = TokioIo::new(InspectReader::new(stream, move |bytes: &[u8]| {
            if !bytes.is_empty() {
                seen.read();
            }
        }));
        let told = phases.clone();
        let router = self.router.clone();
        let service = service_fn(move |mut request: Request<_>| {
            let answering = told.answering(request.version());
            let router = router.clone();
            request.extensions_mut().insert(ConnectInfo(peer));
            async move {
                let answer = router.oneshot(request.map(Body::new)).await;
                streams::answered(answering);
                answer as Result<_, Infallible>
            }
        });
        let connection = self
            .builder()
            .serve_connection(stream, TowerToHyperService::new(service))
            .into_owned();
        let connection = self.graceful.watch(connection);
        let (deadlines, hurried) = (self.deadlines, self.crowd.hurried());
        async move {
            tokio::select! {
                ended = connection => ended.err().and_then(|error| Why::of(&*error)),
                overdue = phases.overdue(deadlines, hurried) => Some(match overdue {
                    Overdue::Head => Why::SlowHead,
                    Overdue::Idle => Why::Idle,
                }),
            }
        }
    }

    fn builder(&self) -> auto::Builder<Streams> {
        let streams = Streams {
            answer: self.deadlines.answer,
            refusals: self.refusals.clone(),
        };
        let mut builder = auto::Builder::new(streams);
        builder
            .http1()
            .timer(TokioTimer::new())
            // The phases watch over it.
            .header_read_timeout(None)
            .max_buf_size(HEAD)
            .http2()
            .timer(TokioTimer::new())
            .max_header_list_size(u32::try_from(HEAD).unwrap_or(u32::MAX))
            .max_concurrent_streams(STREAMS)
            .max_send_buf_size(STREAM_BUFFER as usize)
            .initial_stream_window_size(STREAM_BUFFER)
            .initial_connection_window_size(CONNECTION_BUFFER);
        builder
    }
}

/// Returns at SIGTERM or SIGINT.
pub async fn signalled() {
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let terminated = async {
            match signal(SignalKind::terminate()) {
                Ok(mut signal) => drop(signal.recv().await),
                Err(_) => std::future::pending().await,
            }
        };
        tokio::select! {
            () = interrupted => {}
            () = terminated => {}
        }
    }
    #[cfg(not(unix))]
    interrupted.await;
}
