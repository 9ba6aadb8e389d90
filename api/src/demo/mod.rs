//! The demo: the five initiatives as data, people of every role with tokens at hand, and a query
//! editor at `/`. Only the command `demo` uses this; `serve` neither loads nor accepts any of it.
//!
//! | file | what is in it |
//! |---|---|
//! | `data/*.toml`, `data.rs` | the content, one file per initiative, and its reading |
//! | `load.rs`, `load/`, `story.rs` | places and partners, people; then what happens, step by step |
//! | `people.rs` | tokens, and the table that is printed |
//! | `samples.rs`, `data/samples.toml` | the sample queries of the query editor |
//!
//! Everything goes through the use cases of [`crate::domain`], signed in as whoever does it, so the
//! demo's data obeys the rules that everybody's does. A held clock moves the story through two
//! months that end yesterday.
//!
//! The demo keeps a database of its own in its data folder and opens no other. A new one is built
//! beside it and moved into place when the story has ended, so what is there is always complete.

mod data;
mod load;
mod people;
mod samples;
mod story;
#[cfg(test)]
mod tests;

use std::{
    fmt::Display,
    fs, io,
    io::Write as _,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Instant,
};

use crate::{
    app::{App, Running},
    auth::{Issuers, SigningKey},
    clock::Clock,
    config::{DEMO_ISSUER, DatabaseUrl, EdgeSettings, Flags, Purpose, Settings, Sources},
    http::{
        edge::Edge,
        explorer,
        serve::{Server, signalled},
    },
    relay::Relay,
    store::Db,
    telemetry,
};
use story::Records;
use tokio::net::TcpListener;

/// What the demo's tokens are good for: the claim `aud`.
const AUDIENCE: &str = "nabij";

/// SQLite has one writer, and what is read is little.
const CONNECTIONS: u32 = 4;

/// How the demo is started.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// Throw the demo's data away and build it anew
    #[arg(long)]
    pub reset: bool,
    /// The folder in which the demo keeps its own folder `demo`
    #[arg(long, value_name = "DIR", default_value = "data")]
    pub data: PathBuf,
}

/// Builds the demo's data unless it is there, and serves it until told to stop.
///
/// # Errors
/// In words for whoever started it.
pub async fn run(mut flags: Flags, options: &Options) -> Result<(), String> {
    if flags.database_url.is_some() {
        return Err(
            "the demo keeps a database of its own and touches no other: leave out --database-url; \
             `--data DIR` says where it is kept"
                .to_owned(),
        );
    }
    let folder = Folder::new(&options.data);
    // A flag wins over the environment: a DATABASE_URL that is set there is somebody's real one.
    flags.database_url = Some(folder.database_url());
    let settings = Settings::load(&Sources::of_process(flags), Purpose::Demo).map_err(text)?;
    telemetry::init(settings.log_format, &log(&settings)).map_err(text)?;
    // Said before anything is built; taken for good when the data is there.
    drop(std::net::TcpListener::bind(settings.listen).map_err(|why| cant_listen(&settings, &why))?);

    let (app, db, tokens) = prepare(&folder, options.reset, &settings.edge).await?;
    let router = app
        .opened()
        .await
        .map_err(text)?
        .merge(explorer::routes(tokens.people_json, tokens.samples_json));
    println!(
        "{}",
        people::greeting(&tokens.people, settings.listen, &folder)
    );
    let listener = TcpListener::bind(settings.listen)
        .await
        .map_err(|why| cant_listen(&settings, &why))?;
    let running = Running {
        server: Server::from_settings(&settings.edge),
        router,
        relay: Some(Relay::start(move |task| app.cx(task))),
        db,
    };
    running.until(listener, signalled()).await.map_err(text)
}

/// The usual log without the steps of the migrations, which are no news to whoever tries it out.
fn log(settings: &Settings) -> String {
    if settings.log == Settings::default().log {
        format!("{},sea_orm_migration=warn", settings.log)
    } else {
        settings.log.clone()
    }
}

fn cant_listen(settings: &Settings, why: &io::Error) -> String {
    format!(
        "can't listen on {}: {why}. Stop what listens there, or choose another port: `--listen \
         127.0.0.1:8081`",
        settings.listen
    )
}

fn text(error: impl Display) -> String {
    error.to_string()
}

/// What is handed out at the start.
struct Handed {
    people: Vec<people::Demonstrator>,
    people_json: String,
    samples_json: String,
}

/// Opens the demo's database, built if need be, and makes the tokens.
async fn prepare(
    folder: &Folder,
    reset: bool,
    edge: &EdgeSettings,
) -> Result<(App, Db, Handed), String> {
    folder.create()?;
    let content = data::content()?;
    if reset {
        folder.remove_database()?;
    }
    let records = match folder.records() {
        Some(records) if folder.database().exists() => records,
        _ => build(folder, &content).await?,
    };
    let key = SigningKey::load_or_generate(&folder.file("signing-key.p8")).map_err(text)?;
    let clock = Clock::system();
    let people = people::with_tokens(&content, &key, &clock).map_err(text)?;
    folder.write("tokens.json", &people::tokens_json(&people))?;
    for person in &people {
        folder.write(&format!("as/{}", person.subject), &person.header())?;
    }
    let handed = Handed {
        people_json: people::people_json(&people),
        samples_json: samples::json(&people, &records)?,
        people,
    };

    let db = open(&folder.database_url()).await?;
    let db = db.with_erased_list(&folder.file(ERASED_LIST));
    // A demo of an earlier version may lie there.
    db.migrate().await.map_err(text)?;
    let issuers = Issuers::default().and_own(DEMO_ISSUER, AUDIENCE, &key);
    let edge = Edge::from_settings(edge, &clock).map_err(text)?;
    let app = App::new(db.clone(), clock, issuers, edge).map_err(text)?;
    Ok((app, db, handed))
}

/// Builds the database under another name and moves it into place.
async fn build(folder: &Folder, content: &data::Content) -> Result<Records, String> {
    let began = Instant::now();
    folder.remove_database()?;
    let db = open(&folder.new_database_url()).await?;
    db.migrate().await.map_err(text)?;
    let built = load::everything(db.clone(), content, Clock::system().now()).await;
    // Closing the last connection also folds the write-ahead log into the file.
    db.close().await;
    let records = built?;
    folder.write("records.json", &records.to_json())?;
    fs::rename(folder.file(NEW_DATABASE), folder.database()).map_err(|why| folder.problem(&why))?;
    tracing::info!(
        signals = records.signals.len(),
        took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
        "the demo's data is built"
    );
    Ok(records)
}

async fn open(url: &DatabaseUrl) -> Result<Db, String> {
    Db::open(url.expose(), CONNECTIONS).await.map_err(text)
}

const DATABASE: &str = "nabij.sqlite";
const NEW_DATABASE: &str = "nabij-new.sqlite";
const ERASED_LIST: &str = "erased-residents.txt";

/// The demo's folder and what is in it.
struct Folder(PathBuf);

impl Folder {
    fn new(data: &Path) -> Self {
        Self(data.join("demo"))
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn database(&self) -> PathBuf {
        self.file(DATABASE)
    }

    fn database_url(&self) -> DatabaseUrl {
        self.url(DATABASE)
    }

    fn new_database_url(&self) -> DatabaseUrl {
        self.url(NEW_DATABASE)
    }

    fn url(&self, name: &str) -> DatabaseUrl {
        // The driver takes the path percent-encoded; these characters would end it.
        let path = self.file(name).display().to_string();
        let path = path.replace('%', "%25").replace('?', "%3F");
        format!("sqlite://{path}?mode=rwc").into()
    }

    fn problem(&self, why: &io::Error) -> String {
        format!(
            "the demo's folder {} can't be used: {why}",
            self.0.display()
        )
    }

    fn create(&self) -> Result<(), String> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        // Closed to others: tokens and a key will lie in it.
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder
            .create(self.file("as"))
            .map_err(|why| self.problem(&why))
    }

    /// Removes the database, finished or not, and nothing else: the key stays, and with it tokens
    /// that were handed out.
    fn remove_database(&self) -> Result<(), String> {
        for database in [DATABASE, NEW_DATABASE] {
            for suffix in ["", "-wal", "-shm"] {
                match fs::remove_file(self.file(&format!("{database}{suffix}"))) {
                    Err(why) if why.kind() != io::ErrorKind::NotFound => {
                        return Err(self.problem(&why));
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }

    /// The ids that the story's records got; none if they can't be read.
    fn records(&self) -> Option<Records> {
        let text = fs::read_to_string(self.file("records.json")).ok()?;
        serde_json::from_str(&text).ok()
    }

    /// Writes a file that only its owner may read.
    fn write(&self, name: &str, text: &str) -> Result<(), String> {
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options
            .open(self.file(name))
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .map_err(|why| self.problem(&why))
    }
}

/// Where a browser on this machine reaches the demo.
fn address(listen: SocketAddr) -> String {
    format!("http://{listen}")
}
