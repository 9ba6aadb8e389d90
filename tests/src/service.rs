//! The service of a town in a process of its own, over real sockets: what it does to its process,
//! its memory and its log is seen from outside.
//!
//! The process is the binary `service` of this package, which only calls [`obey`]. It is told what to
//! do on its standard input, ends with it, and writes its log to a file.

#![expect(
    clippy::missing_panics_doc,
    reason = "in a harness, whatever can't be is a panic, and so a failed test"
)]

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio},
    sync::{Mutex, OnceLock},
    time::{Duration, Instant},
};

use axum::{Router, http::StatusCode, middleware::from_fn_with_state, routing::any};
use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use nabij_api::{
    app::{App, Running},
    auth::{Issuers, SigningKey},
    clock::{Clock, new_id},
    config::EdgeSettings,
    http::{
        edge::Edge,
        serve::{Deadlines, Server, signalled},
    },
    relay::Relay,
    store::Db,
    telemetry::{self, LogFormat},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tokio::{net::TcpListener, sync::oneshot};

use crate::{
    Folder, Person, Town,
    fuzz::MARK,
    town::{AUDIENCE, ISSUER},
    wire::{Reply, Wire},
};

/// What memory may grow by.
const ROOM: u64 = 5 * 1024 * 1024;
/// What memory may grow by in all, however many attacks there are: what leaks a little each time is
/// found out by their number.
const ROOM_IN_ALL: u64 = 48 * 1024 * 1024;
/// How long a process may take to end.
const TO_END: Duration = Duration::from_secs(20);
/// How soon a control query is answered.
const AT_ONCE: Duration = Duration::from_millis(100);
/// A query that anybody may ask, that reads the database, and that is neither cheap nor dear.
pub const CONTROL: &str = "{ neighbourhoods(first: 3) { nodes { name } } }";

/// The order to panic, with what to say.
const TO_PANIC: &str = "panic ";

/// How the service is to listen.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Listening {
    /// The settings of the edge.
    pub edge: EdgeSettings,
    /// How long a request's head, its body, and the pause between two may take.
    pub head: Duration,
    /// See `head`.
    pub body: Duration,
    /// See `head`.
    pub idle: Duration,
    /// How long a stream's answer may take to be taken.
    pub answer: Duration,
    /// How many bytes of bodies there is room for.
    pub room: usize,
    /// Where it listens.
    pub address: String,
    /// Whether it does what comes without a request, too.
    pub relay: bool,
    /// How its log is written.
    pub log: LogFormat,
    /// What is asked of its log.
    pub log_filter: String,
}

impl Default for Listening {
    fn default() -> Self {
        let Deadlines { head, idle, answer } = Deadlines::default();
        let many = 1_000_000_000.try_into().expect("it isn't 0");
        let mut edge = EdgeSettings::default();
        edge.address_budget.burst = many;
        edge.account_budget.burst = many;
        edge.connections_per_address = edge.connections;
        Self {
            edge,
            head,
            body: Duration::from_secs(10),
            idle,
            answer,
            room: 64 * 1024 * 1024,
            address: "127.0.0.1:0".to_owned(),
            relay: false,
            log: LogFormat::Json,
            log_filter: "info,nabij_api=trace".to_owned(),
        }
    }
}

/// What the process is told first.
#[derive(Serialize, Deserialize)]
struct Orders {
    database: String,
    erased_list: String,
    key_file: String,
    now: DateTime<Utc>,
    listening: Listening,
}

/// The main function of the process.
///
/// # Errors
/// In words for whoever started it.
pub fn obey() -> Result<(), Box<dyn std::error::Error>> {
    let mut orders = String::new();
    std::io::stdin().read_line(&mut orders)?;
    let orders: Orders = serde_json::from_str(&orders)?;
    telemetry::init(orders.listening.log, &orders.listening.log_filter)?;
    let (clock, held) = Clock::held(orders.now);
    let (stop, stopped) = oneshot::channel::<()>();
    std::thread::spawn(move || {
        for line in std::io::stdin().lines().map_while(Result::ok) {
            if let Some(words) = line.strip_prefix(TO_PANIC) {
                let words = words.to_owned();
                let _ended = std::thread::spawn(move || panic!("{words}")).join();
                println!("panicked");
                continue;
            }
            held.advance(Duration::from_millis(line.parse().unwrap_or_default()));
            println!("waited");
        }
        drop(stop);
    });
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let Listening {
            edge,
            head,
            body,
            idle,
            answer,
            room,
            address,
            relay,
            ..
        } = orders.listening;
        let db = Db::open(&orders.database, 8)
            .await?
            .with_erased_list(orders.erased_list.as_ref());
        let key = SigningKey::load(orders.key_file.as_ref())?;
        let issuers = Issuers::default().and_own(ISSUER, AUDIENCE, &key);
        let server = Server {
            deadlines: Deadlines { head, idle, answer },
            ..Server::from_settings(&edge)
        };
        let edge = Edge::from_settings(&edge, &clock)?
            .with_body_deadline(body)
            .with_room(room);
        let breaking = breaking(&edge, &clock);
        let app = App::new(db.clone(), clock, issuers, edge)?;
        // As `nabij-api serve` does.
        let router = app.opened().await?;
        let listener = TcpListener::bind(address).await?;
        println!("{}", listener.local_addr()?);
        let running = Running {
            server,
            router: router.merge(breaking),
            relay: relay.then(|| Relay::start(move |task| app.cx(task))),
            db,
        };
        let stop = async {
            tokio::select! {
                _ = stopped => {}
                () = signalled() => {}
            }
        };
        running.until(listener, stop).await?;
        Ok(())
    })
}

/// What a panic of [`BREAKS`] says, which nobody may hear of.
pub const PANIC: &str = "a secret that broke it";
/// A route that panics, behind the same edge as the others.
pub const BREAKS: &str = "/breaks";

fn breaking(edge: &Edge, clock: &Clock) -> Router {
    async fn breaks() -> StatusCode {
        panic!("{PANIC}")
    }
    let routes = Router::new().route(BREAKS, any(breaks));
    let line = from_fn_with_state(clock.clone(), telemetry::request_line);
    edge.around(routes).layer(line)
}

/// Writes the case into the file that `NABIJ_CORPUS` names, so that what runs can be counted.
fn count(name: &str) {
    let Some(file) = std::env::var_os("NABIJ_CORPUS") else {
        return;
    };
    let test = std::thread::current();
    let test = test.name().unwrap_or_default();
    let line = format!("{test}: {}\n", name.escape_debug());
    let file = fs::OpenOptions::new().create(true).append(true).open(file);
    let mut file = file.expect("the file can be written");
    file.write_all(line.as_bytes()).expect("it takes a line");
}

/// A running service; its process ends when it goes out of scope.
pub struct Service {
    /// Its address: host and port.
    pub address: String,
    process: Mutex<Process>,
    log: String,
    key: EncodingKey,
    /// The name of the service's key.
    pub kid: String,
    /// The service's public key, as it would be published.
    pub jwks: Value,
    began: OnceLock<u64>,
    now: DateTime<Utc>,
    _folder: Folder,
}

struct Process {
    child: Child,
    orders: ChildStdin,
    told: BufReader<ChildStdout>,
}

impl Process {
    fn hears(&mut self) -> String {
        let mut line = String::new();
        self.told.read_line(&mut line).expect("it can be read");
        line.trim_end().to_owned()
    }
}

impl Service {
    /// Starts the service of a town; `binary` is `env!("CARGO_BIN_EXE_service")`.
    #[must_use]
    pub fn of(town: &Town, binary: &str, listening: Listening) -> Self {
        Self::by(Command::new(binary), town, town.database_url(), listening)
    }

    /// The same by any command that becomes the binary, over any copy of the town's database.
    pub(crate) fn by(
        mut command: Command,
        town: &Town,
        database: &str,
        listening: Listening,
    ) -> Self {
        let folder = Folder::default();
        let key_file = folder.path("key.p8");
        let key = SigningKey::load_or_generate(key_file.as_ref()).expect("a key can be made");
        let private = fs::read(&key_file).expect("the key is there");
        let log = folder.path("log");
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(fs::File::create(&log).expect("a log can be written"))
            // The allocator gives back what is freed at once, so that the measure is of what is held.
            .env("MALLOC_ARENA_MAX", "2")
            .env("MALLOC_TRIM_THRESHOLD_", "131072")
            .spawn()
            .expect("the service starts");
        let mut process = Process {
            orders: child.stdin.take().expect("it was asked for"),
            told: BufReader::new(child.stdout.take().expect("it was asked for")),
            child,
        };
        let orders = Orders {
            database: database.to_owned(),
            erased_list: town.erased_list_path(),
            key_file,
            now: town.now(),
            listening,
        };
        let orders = serde_json::to_string(&orders).expect("it is data");
        writeln!(process.orders, "{orders}").expect("it listens");
        let address = process.hears();
        assert!(!address.is_empty(), "it didn't start: {:?}", fs::read(&log));
        Self {
            address,
            process: Mutex::new(process),
            log,
            key: EncodingKey::from_ed_der(&private),
            kid: key.kid().to_owned(),
            jwks: key.jwks().clone(),
            began: OnceLock::new(),
            now: town.now(),
            _folder: folder,
        }
    }

    /// Lets time pass for it.
    pub fn waits(&self, time: Duration) {
        let mut process = self.process.lock().expect("nobody has panicked");
        writeln!(process.orders, "{}", time.as_millis()).expect("it listens");
        assert_eq!(process.hears(), "waited");
    }

    /// Lets something in its process panic with these words.
    pub fn panics(&self, words: &str) {
        let mut process = self.process.lock().expect("nobody has panicked");
        writeln!(process.orders, "{TO_PANIC}{words}").expect("it listens");
        assert_eq!(process.hears(), "panicked");
    }

    /// The claims of a token that is good from the service's start on.
    #[must_use]
    pub fn claims(&self, person: &Person) -> Map<String, Value> {
        let now = self.now.timestamp();
        let claims = json!({
            "iss": ISSUER, "aud": AUDIENCE, "sub": person.subject, "iat": now, "nbf": now,
            "exp": now + 900, "jti": new_id(&Clock::held(self.now).0).to_string(),
        });
        match claims {
            Value::Object(claims) => claims,
            _ => Map::new(),
        }
    }

    /// A token with these claims under this header, signed with the service's key.
    #[must_use]
    pub fn signs(&self, header: &Value, claims: &Value) -> String {
        use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
        let part = |value: &Value| BASE64.encode(value.to_string());
        let message = format!("{}.{}", part(header), part(claims));
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &self.key, Algorithm::EdDSA)
            .expect("the key signs");
        format!("{message}.{signature}")
    }

    /// The header of a token that is good.
    #[must_use]
    pub fn token_header(&self) -> Value {
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some("at+jwt".to_owned());
        header.kid = Some(self.kid.clone());
        json!(header)
    }

    /// A token of somebody that is good from the service's start on.
    #[must_use]
    pub fn token(&self, person: &Person) -> String {
        self.signs(&self.token_header(), &Value::Object(self.claims(person)))
    }

    /// Sends bytes over a connection of their own; the answer, if there is one.
    pub async fn hears(&self, bytes: &[u8]) -> Option<Reply> {
        let mut wire = Wire::to(&self.address).await;
        wire.sends(bytes).await;
        wire.hears().await
    }

    /// Asks in GraphQL as somebody; the answer.
    pub async fn asks(&self, person: &Person, query: &str, variables: &Value) -> Value {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let token = self.token(person);
        let request = format!(
            "POST /graphql HTTP/1.1\r\nhost: nabij\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let reply = self.hears(request.as_bytes()).await;
        reply.expect("it answers").json()
    }

    /// An attack, after which the service must be as it was: it lives, answers a control query at
    /// once, holds no more memory, and has written nothing into its log that was sent.
    ///
    /// Memory that grows is given another chance: the first time fills caches and pools, which have
    /// an end; what leaks grows each time. On a machine that is busy with something else, the control
    /// query has twenty tries.
    pub async fn withstands(&self, name: &str, attack: impl AsyncFn(&Self)) {
        const TIMES: u32 = 6;
        count(name);
        let mut before = self.memory();
        let began = *self.began.get_or_init(|| before);
        for _ in 0..TIMES {
            attack(self).await;
            self.is_well(name).await;
            let after = self.memory();
            let grown = after.saturating_sub(began);
            assert!(grown <= ROOM_IN_ALL, "{name}: memory has grown by {grown}");
            if after <= before + ROOM {
                return;
            }
            before = after;
        }
        panic!("{name}: memory grew by more than {ROOM} bytes, {TIMES} times");
    }

    async fn is_well(&self, name: &str) {
        let ended = self.has_ended();
        assert!(ended.is_none(), "{name}: the process has ended: {ended:?}");
        let query = json!({ "query": CONTROL }).to_string();
        let request = format!(
            "POST /graphql HTTP/1.1\r\nhost: nabij\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{query}",
            query.len()
        );
        let mut times = Vec::new();
        for _ in 0..20 {
            let started = Instant::now();
            let reply = self.hears(request.as_bytes()).await;
            let reply = reply.unwrap_or_else(|| panic!("{name}: nothing is answered any more"));
            let names = reply.json()["data"]["neighbourhoods"]["nodes"].clone();
            assert!(names[0]["name"].is_string(), "{name}: {}", reply.text());
            times.push(started.elapsed());
            if started.elapsed() <= AT_ONCE {
                break;
            }
        }
        assert!(
            times.last().is_some_and(|time| *time <= AT_ONCE),
            "{name}: the control query took {times:?}"
        );
        let log = self.log();
        for secret in [MARK, "eyJ"] {
            let line = log.lines().find(|line| line.contains(secret));
            assert!(line.is_none(), "{name}: {secret} is in the log: {line:?}");
        }
    }

    /// The number of its process.
    #[must_use]
    pub fn process_id(&self) -> u32 {
        self.process.lock().expect("nobody has panicked").child.id()
    }

    /// Tells its process to end, as whoever runs services does.
    pub fn terminates(&self) {
        let process = self.process_id().to_string();
        let told = Command::new("kill").args(["-TERM", &process]).status();
        assert!(told.is_ok_and(|told| told.success()), "nobody to tell");
    }

    /// Waits until its process has ended: how.
    pub async fn ends(&self) -> ExitStatus {
        self.waits_for("its end", TO_END, || self.has_ended()).await
    }

    /// Waits until a line of its log has all of these in it: the last such line.
    pub async fn tells(&self, parts: &[&str]) -> String {
        let line = || {
            let log = self.log();
            let tells = |line: &&str| parts.iter().all(|part| line.contains(part));
            log.lines().rfind(tells).map(str::to_owned)
        };
        self.waits_for(&parts.join(", "), TO_END, line).await
    }

    /// Waits until its log has more lines than these.
    pub async fn writes_more_than(&self, lines: usize) {
        let more = || (self.log().lines().count() > lines).then_some(());
        self.waits_for("one more line in the log", TO_END, more)
            .await;
    }

    async fn waits_for<T>(&self, what: &str, time: Duration, seen: impl Fn() -> Option<T>) -> T {
        let looking = async {
            let mut pace = tokio::time::interval(Duration::from_millis(10));
            loop {
                pace.tick().await;
                if let Some(seen) = seen() {
                    return seen;
                }
            }
        };
        let looked = tokio::time::timeout(time, looking).await;
        looked.unwrap_or_else(|late| panic!("{late} ({time:?}): {what}; {}", self.log()))
    }

    fn has_ended(&self) -> Option<ExitStatus> {
        let mut process = self.process.lock().expect("nobody has panicked");
        process.child.try_wait().expect("it is our child")
    }

    /// What it has written into its log.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).expect("the log is text")
    }

    /// How long processors have worked for its process, to a hundredth of a second; none where the
    /// system doesn't tell.
    #[must_use]
    pub fn worked(&self) -> Option<Duration> {
        let process = self.process.lock().expect("nobody has panicked");
        let stat = fs::read_to_string(format!("/proc/{}/stat", process.child.id())).ok()?;
        // Behind the name, which may hold anything: fields 14 and 15, in hundredths of a second.
        let (_, fields) = stat.rsplit_once(')')?;
        let fields: Vec<&str> = fields.split_whitespace().collect();
        let ticks = |at: usize| fields.get(at)?.parse::<u64>().ok();
        Some(Duration::from_millis((ticks(11)? + ticks(12)?) * 10))
    }

    /// The memory its process holds, in bytes; always the same where the system doesn't tell.
    fn memory(&self) -> u64 {
        let process = self.process.lock().expect("nobody has panicked");
        let status = fs::read_to_string(format!("/proc/{}/status", process.child.id()));
        let status = status.unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes =
            line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
        kilobytes.unwrap_or_default() * 1024
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if let Ok(process) = self.process.get_mut() {
            // Gone already is gone too.
            let _ = process.child.kill();
            let _ = process.child.wait();
        }
    }
}
