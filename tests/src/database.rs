//! A fresh, migrated database per test, gone afterwards.
//!
//! `SQLite` in a folder of its own, or, when `TEST_DATABASE_URL` names a `PostgreSQL` server, a
//! database of its own there. The migrations run once: into a template, which every test copies.
//! A template's name holds a digest of the migrations' sources, so a changed migration makes a
//! new one.

use std::{
    env, fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
    sync::LazyLock,
    time::Duration,
};

use nabij_api::{
    clock::{self, Clock},
    store::Db,
};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database as SeaOrm, DatabaseBackend, DatabaseConnection,
    Statement,
};
use tokio::sync::OnceCell;
use uuid::Uuid;

/// The names of databases and folders of tests; a version 7 UUID follows, which tells their age.
const OF_A_TEST: &str = "nabij_test_";
/// The name of an SQLite database's file.
const FILE: &str = "nabij.sqlite";
/// The names of templates; a digest follows, then such a UUID.
const TEMPLATE: &str = "nabij_template_";
/// Leftovers of processes that were killed go when they are older than this.
const LEFTOVER: Duration = Duration::from_hours(24);
/// The number of the lock under which templates are made.
const LOCK: i64 = 0x006e_6162_696a;

/// A database of one test.
#[derive(Debug)]
pub struct Database {
    /// Its URL.
    pub url: String,
    place: Place,
}

#[derive(Debug)]
enum Place {
    Folder(PathBuf),
    Server { url: String, name: String },
}

impl Database {
    /// A migrated, empty database: on the server of `TEST_DATABASE_URL` if there is one, otherwise
    /// a file.
    pub async fn fresh() -> Self {
        match server_url() {
            Some(url) => Self::on_server(url).await,
            None => Self::in_folder().await,
        }
    }

    /// Whether it is PostgreSQL.
    #[must_use]
    pub fn is_postgres(&self) -> bool {
        matches!(self.place, Place::Server { .. })
    }

    /// Its name on its server; of a file, nothing.
    pub(crate) fn name(&self) -> &str {
        match &self.place {
            Place::Server { name, .. } => name,
            Place::Folder(_) => "",
        }
    }

    /// A connection to its server, which outlives it; of a file, to the file.
    pub(crate) async fn server(&self) -> DatabaseConnection {
        match &self.place {
            Place::Server { url, .. } => connect(url).await,
            Place::Folder(_) => connect(&self.url).await,
        }
    }

    /// A connection beneath the service, for what a test has to arrange or look at there.
    pub async fn connect(&self) -> DatabaseConnection {
        let db = connect(&self.url).await;
        if !self.is_postgres() {
            // What is arranged here need not outlive a power cut; what goes is gone, as it is when the
            // service writes.
            db.execute_unprepared("PRAGMA synchronous = OFF; PRAGMA secure_delete = ON")
                .await
                .expect("SQLite takes the settings");
        }
        db
    }

    /// The files of an SQLite database that are there: its own, and those that SQLite keeps beside
    /// it. None on a server.
    #[must_use]
    pub fn files(&self) -> Vec<PathBuf> {
        let Place::Folder(folder) = &self.place else {
            return Vec::new();
        };
        let files = ["", "-wal", "-shm"].map(|end| folder.join(format!("{FILE}{end}")));
        files.into_iter().filter(|file| file.exists()).collect()
    }

    /// A backup of it as it is now. Nobody may be connected to it.
    pub async fn backup(&self) -> Self {
        match &self.place {
            Place::Folder(_) => {
                let folder = env::temp_dir().join(new_name());
                fs::create_dir(&folder).expect("a folder can be made for temporary files");
                let copy = Self {
                    url: sqlite_url(&folder.join(FILE)),
                    place: Place::Folder(folder),
                };
                copy.takes_files_of(self);
                copy
            }
            Place::Server { url, name } => {
                let copy = new_name();
                let server = connect(url).await;
                run(&server, &format!("CREATE DATABASE {copy} TEMPLATE {name}")).await;
                let _ = server.close().await;
                Self {
                    url: sibling(url, &copy),
                    place: Place::Server {
                        url: url.clone(),
                        name: copy,
                    },
                }
            }
        }
    }

    /// Becomes again what it was when that backup was made. Nobody may be connected to it.
    pub async fn restore(&self, backup: &Self) {
        match &self.place {
            Place::Folder(_) => {
                for file in self.files() {
                    fs::remove_file(file).expect("it was there");
                }
                self.takes_files_of(backup);
            }
            Place::Server { url, name } => {
                let server = connect(url).await;
                run(&server, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
                let again = format!("CREATE DATABASE {name} TEMPLATE {}", backup.name());
                run(&server, &again).await;
                let _ = server.close().await;
            }
        }
    }

    fn takes_files_of(&self, other: &Self) {
        let Place::Folder(folder) = &self.place else {
            return;
        };
        for file in other.files() {
            let name = file.file_name().expect("it is a file");
            fs::copy(&file, folder.join(name)).expect("it can be copied");
        }
    }

    async fn in_folder() -> Self {
        static MADE: OnceCell<PathBuf> = OnceCell::const_new();
        let template = MADE.get_or_init(sqlite_template).await;
        let folder = env::temp_dir().join(new_name());
        fs::create_dir(&folder).expect("a folder can be made for temporary files");
        let file = folder.join(FILE);
        fs::copy(template, &file).expect("the template can be copied");
        Self {
            url: sqlite_url(&file),
            place: Place::Folder(folder),
        }
    }

    async fn on_server(url: &str) -> Self {
        static MADE: OnceCell<String> = OnceCell::const_new();
        let template = MADE.get_or_init(|| postgres_template(url)).await;
        let name = new_name();
        let server = connect(url).await;
        run(
            &server,
            &format!("CREATE DATABASE {name} TEMPLATE {template}"),
        )
        .await;
        // A test's data need not outlive a power cut.
        run(
            &server,
            &format!("ALTER DATABASE {name} SET synchronous_commit TO off"),
        )
        .await;
        let _ = server.close().await;
        Self {
            url: sibling(url, &name),
            place: Place::Server {
                url: url.to_owned(),
                name,
            },
        }
    }
}

impl Drop for Database {
    // Also when the test has failed. What can't be cleared away is cleared by a later run.
    fn drop(&mut self) {
        match &self.place {
            Place::Folder(folder) => drop(fs::remove_dir_all(folder)),
            Place::Server { url, name } => {
                let (url, name) = (url.clone(), name.clone());
                // The test's own runtime is busy dropping this.
                let dropping = std::thread::spawn(move || {
                    let Ok(runtime) = tokio::runtime::Builder::new_current_thread()
                        .enable_all()
                        .build()
                    else {
                        return;
                    };
                    runtime.block_on(async {
                        let server = connect(&url).await;
                        let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
                        let _ = server.execute_unprepared(&drop).await;
                        let _ = server.close().await;
                    });
                });
                let _ = dropping.join();
            }
        }
    }
}

fn server_url() -> Option<&'static str> {
    static URL: LazyLock<Option<String>> = LazyLock::new(|| {
        env::var("TEST_DATABASE_URL")
            .ok()
            .filter(|url| !url.is_empty())
    });
    URL.as_deref()
}

async fn connect(url: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    SeaOrm::connect(options)
        .await
        .expect("the test's database server can be reached")
}

async fn run(server: &DatabaseConnection, sql: &str) {
    if let Err(error) = server.execute_unprepared(sql).await {
        panic!("{sql}: {error}");
    }
}

/// A name for something of a test; what is left of it is swept away by later ones.
pub(crate) fn new_name() -> String {
    let id = clock::new_id(&Clock::system());
    format!("{OF_A_TEST}{}", id.simple())
}

fn sqlite_url(file: &Path) -> String {
    format!("sqlite://{}", file.display())
}

/// The URL of the database `name` on the same server.
fn sibling(url: &str, name: &str) -> String {
    let (whole, parameters) = url.split_once('?').unwrap_or((url, ""));
    let (server, _) = whole
        .rsplit_once('/')
        .expect("TEST_DATABASE_URL names a database");
    if parameters.is_empty() {
        format!("{server}/{name}")
    } else {
        format!("{server}/{name}?{parameters}")
    }
}

/// A digest of the migrations' sources.
fn digest() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migration/src");
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .expect("the migrations are in migration/src")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        fs::read(&file)
            .expect("a migration can be read")
            .hash(&mut hasher);
    }
    format!("{:012x}", hasher.finish() >> 16)
}

async fn migrate(url: &str) {
    let db = Db::open(url, 1).await.expect("a fresh database opens");
    db.migrate().await.expect("a fresh database migrates");
    db.close().await;
}

async fn sqlite_template() -> PathBuf {
    sweep_folders();
    let template = env::temp_dir().join(format!("{TEMPLATE}{}.sqlite", digest()));
    if template.exists() {
        return template;
    }
    let folder = env::temp_dir().join(new_name());
    fs::create_dir(&folder).expect("a folder can be made for temporary files");
    let file = folder.join("template.sqlite");
    migrate(&sqlite_url(&file)).await;
    assert!(
        !folder.join("template.sqlite-wal").exists(),
        "closing SQLite leaves one file"
    );
    // Of two processes that make it at once, the later replaces the same by the same.
    fs::rename(&file, &template).expect("both are in one folder");
    let _ = fs::remove_dir_all(&folder);
    template
}

fn sweep_folders() {
    let Ok(entries) = fs::read_dir(env::temp_dir()) else {
        return;
    };
    for entry in entries.flatten() {
        if entry.file_name().to_str().is_some_and(is_leftover) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Whether this is the name of something of ours that is older than [`LEFTOVER`].
fn is_leftover(name: &str) -> bool {
    let ours = name.starts_with(OF_A_TEST) || name.starts_with(TEMPLATE);
    let made = name
        .rsplit('_')
        .next()
        .and_then(|id| Uuid::try_parse(id).ok())
        .and_then(|id| id.get_timestamp())
        .map(|made| made.to_unix().0);
    let now = u64::try_from(Clock::system().now().timestamp()).unwrap_or_default();
    ours && made.is_some_and(|made| now.saturating_sub(made) > LEFTOVER.as_secs())
}

async fn postgres_template(url: &str) -> String {
    let server = connect(url).await;
    // Tests of other processes wait here until the template is there.
    run(&server, &format!("SELECT pg_advisory_lock({LOCK})")).await;
    let names = databases(&server).await;
    for name in names.iter().filter(|name| is_leftover(name)) {
        let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        let _ = server.execute_unprepared(&drop).await;
    }
    let prefix = format!("{TEMPLATE}{}_", digest());
    let known = names
        .into_iter()
        .find(|name| name.starts_with(&prefix) && !is_leftover(name));
    let template = if let Some(template) = known {
        template
    } else {
        let making = new_name();
        run(&server, &format!("CREATE DATABASE {making}")).await;
        migrate(&sibling(url, &making)).await;
        let template = making.replace(OF_A_TEST, &prefix);
        run(
            &server,
            &format!("ALTER DATABASE {making} RENAME TO {template}"),
        )
        .await;
        template
    };
    // The lock goes with the connection.
    let _ = server.close().await;
    template
}

async fn databases(server: &DatabaseConnection) -> Vec<String> {
    let sql = "SELECT datname FROM pg_database WHERE datname LIKE 'nabij\\_%'";
    let rows = server
        .query_all_raw(Statement::from_string(DatabaseBackend::Postgres, sql))
        .await
        .expect("the server lists its databases");
    rows.iter()
        .filter_map(|row| row.try_get("", "datname").ok())
        .collect()
}
