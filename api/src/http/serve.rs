//! Listening until told to stop. Requests that have begun are answered before the process ends.

use std::{io, net::SocketAddr, time::Duration};

use axum::Router;
use tokio::net::TcpListener;

/// Time for requests that have begun, after the signal to stop.
const GRACE: Duration = Duration::from_secs(15);

/// Serves `router` on `listen` until SIGTERM or SIGINT.
///
/// # Errors
/// When the address can't be listened on.
pub async fn serve(router: Router, listen: SocketAddr) -> io::Result<()> {
    let listener = TcpListener::bind(listen).await?;
    tracing::info!(address = %listener.local_addr()?, "listening");
    let (stopping, mut stopped) = tokio::sync::watch::channel(false);
    let served = axum::serve(listener, router).with_graceful_shutdown(async move {
        signalled().await;
        tracing::info!("stopping");
        // Nobody waits for it any more only when serving has ended already.
        let _ = stopping.send(true);
    });
    tokio::select! {
        result = served.into_future() => result,
        () = async {
            // The sender lives as long as serving does.
            let _ = stopped.wait_for(|stopping| *stopping).await;
            tokio::time::sleep(GRACE).await;
        } => {
            tracing::warn!("some requests had not ended in time");
            Ok(())
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
