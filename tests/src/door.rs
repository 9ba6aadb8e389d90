//! A door between the service and its database server, which a test can shut, hold, or let fall at the
//! worst moment: the network, without touching the server.

use std::net::SocketAddr;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpSocket, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    task::{JoinHandle, JoinSet},
};

/// When the door falls by itself.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trap {
    None,
    /// The next COMMIT comes through, its answer doesn't.
    BeforeTheAnswer,
    /// The next COMMIT and its answer come through, and nothing afterwards.
    AfterTheAnswer,
}

#[derive(Clone, Copy)]
struct State {
    held: bool,
    /// How often those who were passing were left where they are.
    stranded: u32,
    fallen: bool,
    trap: Trap,
}

/// What goes through a door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// What the door can look into.
    Plain,
    /// What the server prefers, and that is TLS.
    Encrypted,
}

/// A way to a server that can be shut.
pub struct Door {
    url: String,
    server: String,
    address: SocketAddr,
    state: watch::Sender<State>,
    keeper: Option<JoinHandle<()>>,
    /// Nobody listens at it: it keeps the port from others while the door is shut.
    _port: TcpSocket,
}

impl Door {
    /// An open door before the server of a `postgres:` URL.
    pub(crate) fn before(url: &str, wire: Wire) -> Self {
        let (scheme, rest) = url.split_once("://").expect("a URL has a scheme");
        let (authority, path) = rest.split_once('/').expect("the URL names a database");
        let (user, server) = match authority.rsplit_once('@') {
            Some((user, server)) => (format!("{user}@"), server),
            None => (String::new(), authority),
        };
        let server = if server.contains(':') {
            server.to_owned()
        } else {
            format!("{server}:5432")
        };
        let port = socket_at(SocketAddr::from(([127, 0, 0, 1], 0)));
        let address = port.local_addr().expect("it has a port");
        let state = State {
            held: false,
            stranded: 0,
            fallen: false,
            trap: Trap::None,
        };
        let mode = match wire {
            Wire::Plain => "disable",
            Wire::Encrypted => "prefer",
        };
        let mut door = Self {
            url: format!("{scheme}://{user}{address}/{path}?sslmode={mode}"),
            server,
            address,
            state: watch::Sender::new(state),
            keeper: None,
            _port: port,
        };
        door.opens();
        door
    }

    /// The URL of the database behind the door.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Lets everybody through.
    pub fn opens(&mut self) {
        self.state.send_modify(|state| {
            state.fallen = false;
            state.trap = Trap::None;
        });
        let listener = socket_at(self.address);
        let listener = listener.listen(128).expect("the port is ours");
        let (server, state) = (self.server.clone(), self.state.clone());
        self.keeper = Some(tokio::spawn(async move {
            let mut passing = JoinSet::new();
            let mut falling = state.subscribe();
            loop {
                tokio::select! {
                    come = listener.accept() => {
                        let (stream, _) = come.expect("somebody comes");
                        passing.spawn(pass(stream, server.clone(), state.clone()));
                    }
                    // Whoever is passing is cut off with the set.
                    () = fallen(&mut falling) => return,
                }
            }
        }));
    }

    /// Cuts everybody off and refuses whoever comes.
    pub async fn shuts(&mut self) {
        let Some(keeper) = self.keeper.take() else {
            return;
        };
        keeper.abort();
        // Ended is ended, by being shut or by falling.
        let _ = keeper.await;
    }

    /// Cuts everybody off; whoever comes anew is let through.
    pub async fn cuts(&mut self) {
        self.shuts().await;
        self.opens();
    }

    /// Lets nothing through, and cuts nobody off.
    pub fn holds(&self) {
        self.state.send_modify(|state| state.held = true);
    }

    /// Lets nothing through any more of those who are passing, and cuts nobody off: whatever stood
    /// between them has forgotten them. Whoever comes anew is let through.
    pub fn strands(&self) {
        self.state.send_modify(|state| state.stranded += 1);
    }

    /// Lets through what was held.
    pub fn lets_go(&self) {
        self.state.send_modify(|state| state.held = false);
    }

    /// Cuts off whoever commits next, before they hear that it was done.
    pub fn falls_before_a_commit_is_answered(&self) {
        self.state
            .send_modify(|state| state.trap = Trap::BeforeTheAnswer);
    }

    /// Shuts as soon as the next commit has been answered.
    pub fn falls_after_a_commit_is_answered(&self) {
        self.state
            .send_modify(|state| state.trap = Trap::AfterTheAnswer);
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        if let Some(keeper) = &self.keeper {
            keeper.abort();
        }
    }
}

/// A socket at a port that several may hold.
fn socket_at(address: SocketAddr) -> TcpSocket {
    let socket = TcpSocket::new_v4().expect("the system gives a socket");
    socket.set_reuseport(true).expect("the system shares ports");
    socket.bind(address).expect("the port is free or ours");
    socket
}

async fn fallen(state: &mut watch::Receiver<State>) {
    // Without a door there is nothing that could fall.
    let _ = state.wait_for(|state| state.fallen).await;
}

/// One direction of somebody's way.
struct Passing {
    state: watch::Receiver<State>,
    /// How often others had been stranded when they came.
    came: u32,
}

impl Passing {
    fn through(door: &watch::Sender<State>) -> Self {
        let state = door.subscribe();
        let came = state.borrow().stranded;
        Self { state, came }
    }

    /// How things are once nothing is held; never for who was stranded.
    async fn let_go(&mut self) -> Option<State> {
        let came = self.came;
        let passes = |state: &State| !state.held && state.stranded == came;
        self.state.wait_for(passes).await.ok().map(|now| *now)
    }
}

async fn pass(client: TcpStream, server: String, state: watch::Sender<State>) {
    let server = TcpStream::connect(server).await;
    let server = server.expect("the test's database server can be reached");
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let (commits, committed) = watch::channel(false);
    let (asking, answering) = (Passing::through(&state), Passing::through(&state));
    tokio::select! {
        () = ask(from_client, to_server, asking, &commits) => {}
        () = answer(from_server, to_client, answering, committed) => {}
    }
    if *commits.borrow() {
        state.send_modify(|state| {
            state.fallen = state.trap == Trap::AfterTheAnswer;
            state.trap = Trap::None;
        });
    }
}

async fn ask(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut passing: Passing,
    commits: &watch::Sender<bool>,
) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        let bytes = &buffer[..count];
        let Some(now) = passing.let_go().await else {
            return;
        };
        if now.trap != Trap::None && bytes.windows(6).any(|six| six == b"COMMIT") {
            commits.send_replace(true);
        }
        if to.write_all(bytes).await.is_err() {
            return;
        }
    }
}

async fn answer(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut passing: Passing,
    committed: watch::Receiver<bool>,
) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        let Some(now) = passing.let_go().await else {
            return;
        };
        let is_last = *committed.borrow();
        if is_last && now.trap == Trap::BeforeTheAnswer {
            return;
        }
        if to.write_all(&buffer[..count]).await.is_err() || is_last {
            return;
        }
    }
}
