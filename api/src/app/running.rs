//! A service while it runs: it listens until told to stop, and then everything that has begun has one
//! time to end in, whatever it is.
//!
//! It has two runtimes. Connections are read and written in one, and whoever finds no place is told so
//! there; requests are worked on in the other. So the system's scheduler shares the processors between
//! them, and nobody waits for a "come back later" behind the work of others (docs/adr/0012).

use std::{io, panic::resume_unwind, time::Duration};

use axum::Router;
use tokio::{net::TcpListener, runtime, sync::watch};

use crate::{
    http::serve::Server,
    relay::Relay,
    store::{Db, tasks},
};

/// From the signal to stop until the process may end, for all that is still going on. Whoever stops
/// services kills them after 20 or 30 seconds.
const END: Duration = Duration::from_secs(18);

/// What ends with the service.
pub struct Running {
    /// How it listens.
    pub server: Server,
    /// What it answers.
    pub router: Router,
    /// What it does by itself.
    pub relay: Option<Relay>,
    /// What it keeps.
    pub db: Db,
}

impl Running {
    /// Answers until `stop`. Then, within 18 seconds: requests that have begun are answered, the relay
    /// ends its pass, writes whose caller has gone are done, and the database is closed. What takes
    /// longer is dropped: no transaction is half done.
    ///
    /// # Errors
    /// When the system has no threads for the connections, or gives nothing to wait at.
    pub async fn until(
        self,
        listener: TcpListener,
        stop: impl Future<Output = ()>,
    ) -> io::Result<()> {
        let Self {
            server,
            router,
            relay,
            db,
        } = self;
        let (tell, told) = watch::channel(false);
        let listener = listener.into_std()?;
        let door = runtime::Builder::new_multi_thread()
            .thread_name("door")
            .enable_all()
            .build()?;
        let stop_listening = stopped(told.clone());
        let served = door.spawn(async move {
            // Of the runtime in which it is waited at.
            let listener = TcpListener::from_std(listener)?;
            server.run(listener, router, stop_listening).await;
            io::Result::Ok(())
        });
        let listens = async {
            match served.await {
                Ok(ended) => ended,
                Err(ended) if ended.is_panic() => resume_unwind(ended.into_panic()),
                Err(_) => Ok(()),
            }
        };
        let stops = async {
            stop.await;
            tell.send_replace(true);
            Ok(())
        };
        let relays = async {
            stopped(told.clone()).await;
            if let Some(relay) = relay {
                relay.stop().await;
            }
            Ok(())
        };
        let all = async {
            tokio::try_join!(listens, stops, relays)?;
            tasks::ended().await;
            db.close().await;
            Ok(())
        };
        let limit = async {
            stopped(told.clone()).await;
            tokio::time::sleep(END).await;
        };
        let ended = tokio::select! {
            ended = all => ended.inspect(|()| tracing::info!("stopped")),
            () = limit => {
                tracing::warn!("stopped before everything had ended");
                Ok(())
            }
        };
        door.shutdown_background();
        ended
    }
}

async fn stopped(mut told: watch::Receiver<bool>) {
    // Whoever could tell lives as long as what waits for it.
    let _ = told.wait_for(|stopped| *stopped).await;
}
