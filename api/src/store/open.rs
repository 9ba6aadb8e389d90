//! Opening a database: the two pools, what their connections keep to, and how they are cleaned.

use std::{
    fs::OpenOptions,
    io,
    panic::resume_unwind,
    path::Path,
    time::{Duration, Instant},
};

use futures_util::FutureExt;
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, RuntimeErr,
    Statement,
    sqlx::{self, Connection, Executor, PgConnection, SqliteConnection, sqlite},
};

use super::patience::{Doubt, Patience, Stopwatch};

/// The oldest SQLite that is safe in WAL mode with several connections (a reset of the log could
/// lose a commit before it).
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);
/// Readers beside the one writer of SQLite.
const SQLITE_READERS: u32 = 4;
/// A connection that lay idle for so long shows first that it is alive: that costs nothing where little
/// is asked.
const LONG: Duration = Duration::from_secs(1);
/// A connection to PostgreSQL that is older than this is not kept: its server may no longer be the one
/// that writes, and holds memory for it.
const OLD: Duration = Duration::from_mins(30);
/// After how many steps of SQLite's machine it asks whether to go on: about a millisecond.
const STEPS: i32 = 10_000;

/// Why a database could not be opened.
#[derive(Debug)]
pub enum OpenError {
    /// The URL is neither `sqlite:` nor `postgres:`.
    Scheme,
    /// The bundled SQLite is older than is safe.
    OldSqlite(String),
    /// The folder for the SQLite file, or the file, can't be made.
    Folder(io::Error),
    /// The database refused.
    Database(DbErr),
}

impl std::fmt::Display for OpenError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Scheme => {
                f.write_str("The database URL must begin with `sqlite:` or `postgres:`.")
            }
            Self::OldSqlite(found) => {
                let (major, minor, patch) = OLDEST_SQLITE;
                write!(
                    f,
                    "SQLite {found} can lose a commit in WAL mode; build with {major}.{minor}.{patch} or newer."
                )
            }
            Self::Folder(error) => {
                write!(f, "The folder for the SQLite file can't be made: {error}.")
            }
            Self::Database(error) => write!(f, "The database can't be opened: {error}."),
        }
    }
}

impl std::error::Error for OpenError {}

impl From<DbErr> for OpenError {
    fn from(error: DbErr) -> Self {
        Self::Database(error)
    }
}

/// A pool to read from and one to write to.
pub(super) struct Pools {
    pub(super) readers: DatabaseConnection,
    pub(super) writers: DatabaseConnection,
}

fn options(url: &str, connections: u32, patience: Patience) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .acquire_timeout(patience.connection)
        .test_before_acquire(false)
        .sqlx_logging(false);
    options
}

pub(super) async fn sqlite(
    url: &str,
    patience: Patience,
    watch: Stopwatch,
) -> Result<Pools, OpenError> {
    make_file(url)?;
    let writers = Database::connect(sqlite_writer(url, patience, watch)).await?;
    let version = Statement::from_string(DbBackend::Sqlite, "SELECT sqlite_version() AS version");
    let version: String = match writers.query_one_raw(version).await? {
        Some(row) => row.try_get("", "version")?,
        None => String::new(),
    };
    if !is_recent(&version) {
        return Err(OpenError::OldSqlite(version));
    }
    let readers = Database::connect(sqlite_readers(url, patience)).await?;
    Ok(Pools { readers, writers })
}

/// An empty file is an empty database. No connection makes one: if the file is taken away later,
/// that is told, and nobody goes on with nothing.
fn make_file(url: &str) -> Result<(), OpenError> {
    let options: sqlite::SqliteConnectOptions = url
        .parse()
        .map_err(|error: sqlx::Error| DbErr::Conn(RuntimeErr::SqlxError(error.into())))?;
    let path = options.get_filename();
    if let Some(folder) = path.parent().filter(|folder| *folder != Path::new("")) {
        std::fs::create_dir_all(folder).map_err(OpenError::Folder)?;
    }
    let file = OpenOptions::new().create(true).append(true).open(path);
    file.map(drop).map_err(OpenError::Folder)
}

fn is_recent(version: &str) -> bool {
    let mut parts = version
        .split('.')
        .map(|part| part.parse::<u32>().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    (next(), next(), next()) >= OLDEST_SQLITE
}

fn sqlite_options(
    url: &str,
    connections: u32,
    patience: Patience,
    query_only: &'static str,
) -> ConnectOptions {
    let mut options = options(url, connections, patience);
    options.map_sqlx_sqlite_opts(move |options| {
        options
            .create_if_missing(false)
            .journal_mode(sqlite::SqliteJournalMode::Wal)
            .synchronous(sqlite::SqliteSynchronous::Full)
            .busy_timeout(patience.lock)
            .foreign_keys(true)
            // What is erased is gone from the file too.
            .pragma("secure_delete", "ON")
            .pragma("query_only", query_only)
    });
    options
}

/// The writer is held for a transaction of many statements: `watch` says when the present one began.
fn sqlite_writer(url: &str, patience: Patience, watch: Stopwatch) -> ConnectOptions {
    let limit = patience.statement;
    let mut options = sqlite_options(url, 1, patience, "OFF");
    options
        .map_sqlx_sqlite_before_acquire(|connection, _| {
            // SQLite itself undoes a transaction for which it finds no room or no time, and the
            // driver doesn't hear of it. Another connection begins anew.
            let is_clean = !connection.is_in_transaction();
            std::future::ready(Ok::<_, sqlx::Error>(is_clean)).boxed()
        })
        .map_sqlx_sqlite_pool_opts(move |options| {
            let watch = watch.clone();
            options.after_connect(move |connection, _| {
                let watch = watch.clone();
                stop(connection, move || watch.is_within(limit)).boxed()
            })
        });
    options
}

/// A reader is taken for each statement: that is when it begins.
fn sqlite_readers(url: &str, patience: Patience) -> ConnectOptions {
    let limit = patience.statement;
    let mut options = sqlite_options(url, SQLITE_READERS, patience, "ON");
    options
        .map_sqlx_sqlite_before_acquire(move |connection, _| {
            stop(connection, until(limit))
                .map(|done| done.map(|()| true))
                .boxed()
        })
        .map_sqlx_sqlite_pool_opts(move |options| {
            options.after_connect(move |connection, _| stop(connection, until(limit)).boxed())
        });
    options
}

fn until(limit: Duration) -> impl FnMut() -> bool + Send + 'static {
    let began = Instant::now();
    move || began.elapsed() < limit
}

/// Stops the connection's statements when `may_go_on` says no. Otherwise a statement goes on that
/// nobody waits for any more, and a few of them hold every reader.
async fn stop(
    connection: &mut SqliteConnection,
    may_go_on: impl FnMut() -> bool + Send + 'static,
) -> Result<(), sqlx::Error> {
    let mut handle = connection.lock_handle().await?;
    handle.set_progress_handler(STEPS, may_go_on);
    Ok(())
}

pub(super) async fn postgres(
    url: &str,
    connections: u32,
    patience: Patience,
    doubt: Doubt,
) -> Result<Pools, OpenError> {
    let milliseconds = |time: Duration| format!("{}ms", time.as_millis());
    let mut options = options(url, connections, patience);
    options
        .map_sqlx_postgres_opts(move |options| {
            options.application_name("nabij").options([
                ("statement_timeout", milliseconds(patience.statement)),
                ("lock_timeout", milliseconds(patience.lock)),
                ("idle_in_transaction_session_timeout", "30s".to_owned()),
                ("timezone", "UTC".to_owned()),
            ])
        })
        .map_sqlx_postgres_before_acquire(move |connection, lying| {
            let in_doubt = lying.idle_for >= LONG || doubt.is_about(lying.idle_for);
            is_fit(connection, in_doubt).boxed()
        })
        .map_sqlx_postgres_pool_opts(move |options| {
            // Ended by sqlx, a connection is closed, and that may wait for ever: see `give_up`.
            let options = options.idle_timeout(None).max_lifetime(None);
            options.after_release(move |connection, its| {
                let limit = patience.answer();
                async move {
                    clean(connection, limit).await;
                    if its.age >= OLD {
                        give_up();
                    }
                    Ok(true)
                }
                .boxed()
            })
        });
    let pool = Database::connect(options).await?;
    Ok(Pools {
        readers: pool.clone(),
        writers: pool,
    })
}

async fn is_fit(connection: &mut PgConnection, in_doubt: bool) -> Result<bool, sqlx::Error> {
    if in_doubt {
        connection.ping().await?;
    }
    Ok(!connection.is_in_transaction())
}

/// Cleans a connection that was given back before everything was answered. A BEGIN that was cut off
/// is one nobody knows of (<https://github.com/launchbadge/sqlx/issues/4393>): without this, what the
/// next one does would belong to it. The first of the two statements keeps the second from
/// complaining when there is nothing to undo.
async fn clean(connection: &mut PgConnection, limit: Duration) {
    if let Some(Ok(())) = connection.flush().now_or_never() {
        return;
    }
    let cleaning = async {
        settle(connection).await?;
        connection.execute("BEGIN; ROLLBACK").await
    };
    if !matches!(tokio::time::timeout(limit, cleaning).await, Ok(Ok(_))) {
        tracing::warn!("a connection to the database was given up");
        give_up();
    }
}

/// Waits for what was asked of the connection. What the database refused is answered too.
async fn settle(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    loop {
        match connection.flush().await {
            Err(sqlx::Error::Database(_)) => {}
            settled => return settled,
        }
    }
}

/// Drops a connection that isn't to be used again, by unwinding the task that gives it back to the pool,
/// which holds nothing else. sqlx would close it, and over TLS that waits for the server to say something;
/// whoever is gone never does, and the place in the pool would be lost
/// (<https://github.com/launchbadge/sqlx/issues/4349>).
fn give_up() -> ! {
    resume_unwind(Box::new("a connection to the database was given up"))
}
