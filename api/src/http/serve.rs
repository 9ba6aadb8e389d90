//! Listening until told to stop: HTTP/1.1 and HTTP/2 on one port, within deadlines and a number of
//! connections. Requests that have begun are answered before the process ends.

use std::{convert::Infallible, io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo, http::Request};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto, graceful::GracefulShutdown},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};
use tokio_util::io::InspectReader;
use tower::{ServiceExt, service_fn};

pub use super::connection::Deadlines;
use super::connection::Phases;

/// Time for requests that have begun, after the signal to stop.
const GRACE: Duration = Duration::from_secs(15);
/// How long to wait before accepting again when the system has no more files to give.
const BREATH: Duration = Duration::from_millis(50);
/// How much of a request's head is read before it is refused, in bytes.
const HEAD: usize = 32 * 1024;
/// Streams that one HTTP/2 connection may have open at once.
const STREAMS: u32 = 64;

/// How a service listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Server {
    /// How long a connection may take over what.
    pub deadlines: Deadlines,
    /// How many connections are open at once; more wait at the door (1,024).
    pub connections: usize,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            deadlines: Deadlines::default(),
            connections: 1024,
        }
    }
}

/// Serves `router` on `listen`, to so many connections at once, until SIGTERM or SIGINT.
///
/// # Errors
/// When the address can't be listened on.
pub async fn serve(router: Router, listen: SocketAddr, connections: usize) -> io::Result<()> {
    let listener = TcpListener::bind(listen).await?;
    tracing::info!(address = %listener.local_addr()?, "listening");
    let server = Server {
        connections,
        ..Server::default()
    };
    server.run(listener, router, signalled()).await;
    Ok(())
}

impl Server {
    /// Answers whoever comes to `listener`, until `stop`; then those who are there already, for at
    /// most 15 seconds.
    pub async fn run(self, listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
        let graceful = GracefulShutdown::new();
        let places = Arc::new(Semaphore::new(self.connections));
        let mut stop = std::pin::pin!(stop);
        loop {
            let accepted = async {
                let place = Arc::clone(&places).acquire_owned().await;
                (place, listener.accept().await)
            };
            let (place, accepted) = tokio::select! {
                () = &mut stop => break,
                accepted = accepted => accepted,
            };
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Mostly a lack of files: others have to go first.
                    tracing::warn!(%error, "a connection was not accepted");
                    tokio::time::sleep(BREATH).await;
                    continue;
                }
            };
            let connection = self.connection(&graceful, stream, peer, router.clone());
            tokio::spawn(async move {
                connection.await;
                drop(place);
            });
        }
        tracing::info!("stopping");
        drop(listener);
        if tokio::time::timeout(GRACE, graceful.shutdown())
            .await
            .is_err()
        {
            tracing::warn!("some requests had not ended in time");
        }
    }

    /// Answers what comes over one connection, until it ends or takes too long.
    fn connection(
        self,
        graceful: &GracefulShutdown,
        stream: TcpStream,
        peer: SocketAddr,
        router: Router,
    ) -> impl Future<Output = ()> + Send + 'static {
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
        let service = service_fn(move |mut request: Request<_>| {
            let answering = told.answering(request.version());
            let router = router.clone();
            request.extensions_mut().insert(ConnectInfo(peer));
            async move {
                let answer = router.oneshot(request.map(Body::new)).await;
                drop(answering);
                answer as Result<_, Infallible>
            }
        });
        let mut builder = auto::Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            // The phases watch over it.
            .header_read_timeout(None)
            .max_buf_size(HEAD)
            .http2()
            .timer(TokioTimer::new())
            .max_header_list_size(u32::try_from(HEAD).unwrap_or(u32::MAX))
            .max_concurrent_streams(STREAMS);
        let connection = builder
            .serve_connection(stream, TowerToHyperService::new(service))
            .into_owned();
        let connection = graceful.watch(connection);
        async move {
            tokio::select! {
                // Broken off or not: whoever was there is gone.
                _ = connection => {}
                () = phases.overdue(self.deadlines) => {
                    tracing::debug!("a connection took too long");
                }
            }
        }
    }
}

async fn signalled() {
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
