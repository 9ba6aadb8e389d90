//! Opening a database, what a request carries to it, and a write's transaction.

use std::{
    path::Path,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use nabij_migration::{Migrator, MigratorTrait};
use quick_cache::sync::Cache;
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseExecutor,
    DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, SqliteTransactionMode,
    Statement, TransactionOptions, TransactionTrait, sqlx::sqlite,
};
use uuid::Uuid;

use super::{
    Failure,
    access::{Principal, Subject},
    dialect,
    erase::ErasedList,
};
use crate::{
    clock::{self, Clock},
    policy::Viewer,
    telemetry::RequestStats,
};

/// The oldest SQLite that is safe in WAL mode with several connections (a reset of the log could
/// lose a commit before it).
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);
/// Readers beside the one writer of SQLite.
const SQLITE_READERS: u32 = 4;
/// Principals kept in memory; each is checked against the database whenever it is used.
const PRINCIPALS: usize = 10_000;

/// Why a database could not be opened.
#[derive(Debug)]
pub enum OpenError {
    /// The URL is neither `sqlite:` nor `postgres:`.
    Scheme,
    /// The bundled SQLite is older than is safe.
    OldSqlite(String),
    /// The folder for the SQLite file can't be made.
    Folder(std::io::Error),
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

/// An open database: a pool to read from and one to write to. On PostgreSQL they are the same; on
/// SQLite there is one writer and a few readers.
#[derive(Clone)]
pub struct Db {
    readers: DatabaseConnection,
    writers: DatabaseConnection,
    pub(super) principals: Arc<Cache<Subject, Arc<Principal>>>,
    pub(super) erased: Option<Arc<ErasedList>>,
    /// Whether the write-ahead log may still hold what was erased.
    log_to_empty: Arc<AtomicBool>,
}

impl Db {
    /// Opens the database the URL names; its scheme chooses the kind.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub async fn open(url: &str, max_connections: u32) -> Result<Self, OpenError> {
        let (readers, writers) = if url.starts_with("sqlite:") {
            open_sqlite(url).await?
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let pool = open_postgres(url, max_connections).await?;
            (pool.clone(), pool)
        } else {
            return Err(OpenError::Scheme);
        };
        Ok(Self {
            readers,
            writers,
            principals: Arc::new(Cache::new(PRINCIPALS)),
            erased: None,
            log_to_empty: Arc::default(),
        })
    }

    /// Keeps the ids of erased residents in a file beside the database too.
    #[must_use]
    pub fn with_erased_list(mut self, path: &Path) -> Self {
        self.erased = Some(Arc::new(ErasedList::at(path)));
        self
    }

    /// Brings the tables up to date.
    ///
    /// # Errors
    /// When the database refuses a change.
    pub async fn migrate(&self) -> Result<(), DbErr> {
        Migrator::up(&self.writers, None).await
    }

    /// How many changes to the tables are still to be made. It only reads.
    ///
    /// # Errors
    /// When the database can't be asked.
    pub async fn pending_migrations(&self) -> Result<usize, DbErr> {
        let pending = Migrator::get_pending_migrations_read_only(&self.readers).await?;
        Ok(pending.len())
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it doesn't.
    pub async fn ping(&self) -> Result<(), Failure> {
        self.readers.query_one(&dialect::ping()).await?;
        Ok(())
    }

    /// Closes all connections.
    pub async fn close(self) {
        // What can't be closed is closed by the end of the process.
        let _ = self.readers.close().await;
        let _ = self.writers.close().await;
    }
}

#[cfg(test)]
impl Db {
    /// The tables of an SQLite database without a row.
    pub(crate) async fn empty_tables(&self) -> Result<Vec<String>, DbErr> {
        let of = |text: &str| Statement::from_string(DbBackend::Sqlite, text);
        let names = "SELECT name FROM sqlite_master WHERE type = 'table' \
                     AND name NOT LIKE 'sqlite%'";
        let mut empty = Vec::new();
        for table in self.readers.query_all_raw(of(names)).await? {
            let table: String = table.try_get("", "name")?;
            let row = of(&format!("SELECT 1 FROM \"{table}\" LIMIT 1"));
            if self.readers.query_one_raw(row).await?.is_none() {
                empty.push(table);
            }
        }
        Ok(empty)
    }
}

async fn open_sqlite(url: &str) -> Result<(DatabaseConnection, DatabaseConnection), OpenError> {
    let path = url.trim_start_matches("sqlite:").trim_start_matches("//");
    let path = path.split('?').next().unwrap_or_default();
    if let Some(folder) = Path::new(path)
        .parent()
        .filter(|folder| *folder != Path::new(""))
    {
        std::fs::create_dir_all(folder).map_err(OpenError::Folder)?;
    }
    let options = |connections: u32, read_only: bool| {
        let mut options = ConnectOptions::new(url);
        options
            .max_connections(connections)
            .acquire_timeout(Duration::from_secs(10))
            .test_before_acquire(false)
            .sqlx_logging(false)
            .map_sqlx_sqlite_opts(move |options| {
                options
                    .create_if_missing(!read_only)
                    .journal_mode(sqlite::SqliteJournalMode::Wal)
                    .synchronous(sqlite::SqliteSynchronous::Full)
                    .busy_timeout(Duration::from_secs(5))
                    .foreign_keys(true)
                    // What is erased is gone from the file too.
                    .pragma("secure_delete", "ON")
                    .pragma("query_only", if read_only { "ON" } else { "OFF" })
            });
        options
    };
    let writer = Database::connect(options(1, false)).await?;
    let version = Statement::from_string(DbBackend::Sqlite, "SELECT sqlite_version() AS version");
    let version: String = match writer.query_one_raw(version).await? {
        Some(row) => row.try_get("", "version")?,
        None => String::new(),
    };
    if !is_recent(&version) {
        return Err(OpenError::OldSqlite(version));
    }
    let readers = Database::connect(options(SQLITE_READERS, true)).await?;
    Ok((readers, writer))
}

fn is_recent(version: &str) -> bool {
    let mut parts = version
        .split('.')
        .map(|part| part.parse::<u32>().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    (next(), next(), next()) >= OLDEST_SQLITE
}

async fn open_postgres(url: &str, max_connections: u32) -> Result<DatabaseConnection, OpenError> {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(max_connections)
        .acquire_timeout(Duration::from_secs(10))
        .test_before_acquire(false)
        .sqlx_logging(false)
        .map_sqlx_postgres_opts(|options| {
            options.application_name("nabij").options([
                ("statement_timeout", "15s"),
                ("lock_timeout", "5s"),
                ("idle_in_transaction_session_timeout", "30s"),
                ("timezone", "UTC"),
            ])
        });
    Ok(Database::connect(options).await?)
}

/// What a request carries: the database, who asks, what time it is, and its figures for the log.
#[derive(Clone)]
pub struct Cx {
    pub(super) db: Db,
    pub(super) subject: Option<Subject>,
    viewer: Arc<RwLock<Arc<Viewer>>>,
    revoked: Arc<AtomicBool>,
    clock: Clock,
    request_id: Arc<str>,
    stats: Arc<RequestStats>,
    /// The transaction that reads are answered from, where one is needed.
    within: Option<Arc<DatabaseTransaction>>,
}

impl Cx {
    /// The context of a request by somebody without an account. [`Cx::sign_in`] gives it a viewer.
    #[must_use]
    pub fn new(db: Db, clock: Clock, request_id: &str, stats: Arc<RequestStats>) -> Self {
        Self {
            db,
            subject: None,
            viewer: Arc::new(RwLock::new(Arc::new(Viewer::anonymous().at(clock.now())))),
            revoked: Arc::default(),
            clock,
            request_id: request_id.into(),
            stats,
            within: None,
        }
    }

    /// Who asks.
    #[must_use]
    pub fn viewer(&self) -> Arc<Viewer> {
        self.viewer
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(super) fn set_viewer(&self, viewer: Viewer) {
        *self.viewer.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(viewer);
    }

    /// Whether the account turned out, while this request was answered, to be blocked or gone. The
    /// answer is then that of a token that is no longer good; nothing was shown or written.
    #[must_use]
    pub fn is_revoked(&self) -> bool {
        self.revoked.load(Ordering::Acquire)
    }

    pub(super) fn set_revoked(&self) {
        self.revoked.store(true, Ordering::Release);
    }

    /// The request's clock.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The present moment.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The request's id, as in the answer and the log.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    pub(super) fn backend(&self) -> DbBackend {
        self.db.readers.get_database_backend()
    }

    /// A connection for one statement that reads.
    pub(super) fn reader(&self) -> Counted<'_> {
        let connection = match &self.within {
            Some(transaction) => transaction.as_ref().into(),
            None => (&self.db.readers).into(),
        };
        Counted {
            connection,
            stats: &self.stats,
        }
    }

    /// The same request, reading within a transaction that can write what was read; nothing counts
    /// until [`Cx::commit_reading`].
    pub(super) async fn begin_reading(&self) -> Result<Self, Failure> {
        let transaction = self.transaction().await?;
        Ok(Self {
            within: Some(Arc::new(transaction)),
            ..self.clone()
        })
    }

    /// Ends what [`Cx::begin_reading`] began.
    pub(super) async fn commit_reading(self) -> Result<(), Failure> {
        let transaction = self
            .within
            .and_then(Arc::into_inner)
            .ok_or(Failure::Bug("a transaction for reading is shared"))?;
        let started = Instant::now();
        transaction.commit().await?;
        self.stats.count_statement(started.elapsed());
        Ok(())
    }

    /// Empties the database's write-ahead log, where it keeps one beside its file. Whether it is
    /// empty: while somebody reads, it can't be, and [`Cx::log_is_to_be_emptied`] says so.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn empty_log(&self) -> Result<bool, Failure> {
        let Some(statement) = dialect::empty_log(self.backend()) else {
            return Ok(true);
        };
        self.db.log_to_empty.store(true, Ordering::Release);
        let row = self.db.writers.query_one_raw(statement).await?;
        let busy: i32 = match row {
            Some(row) => row.try_get_by_index(0)?,
            None => 0,
        };
        self.db.log_to_empty.store(busy != 0, Ordering::Release);
        Ok(busy == 0)
    }

    /// Whether emptying the log was tried, and has to be tried again.
    #[must_use]
    pub fn log_is_to_be_emptied(&self) -> bool {
        self.db.log_to_empty.load(Ordering::Acquire)
    }

    /// Begins a write. The viewer's roles are read again inside, so that a role that has ended
    /// changes nothing any more. Dropping the transaction undoes it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn begin(&self) -> Result<Tx, Failure> {
        let mut tx = self.begin_as(Viewer::anonymous()).await?;
        tx.viewer = tx.current_viewer(self.subject.as_ref()).await?;
        if self.subject.is_some() && tx.viewer.account().is_none() {
            self.set_revoked();
        }
        Ok(tx)
    }

    /// Begins a write by the service itself, whoever asks: for the command line, never for a
    /// request. `reason` is a word for why, which stands in each event.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn begin_as_system(&self, reason: &'static str) -> Result<Tx, Failure> {
        self.begin_as(Viewer::system(reason)).await
    }

    async fn begin_as(&self, viewer: Viewer) -> Result<Tx, Failure> {
        Ok(Tx {
            transaction: self.transaction().await?,
            viewer,
            clock: self.clock.clone(),
            request_id: self.request_id.clone(),
            stats: self.stats.clone(),
        })
    }

    async fn transaction(&self) -> Result<DatabaseTransaction, Failure> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let started = Instant::now();
        let transaction = self.db.writers.begin_with_options(options).await?;
        self.stats.count_statement(started.elapsed());
        Ok(transaction)
    }
}

/// A write: everything in it happens, or nothing.
pub struct Tx {
    transaction: DatabaseTransaction,
    viewer: Viewer,
    clock: Clock,
    request_id: Arc<str>,
    stats: Arc<RequestStats>,
}

impl Tx {
    /// Who writes, with the roles that count at this moment.
    #[must_use]
    pub fn viewer(&self) -> &Viewer {
        &self.viewer
    }

    /// The present moment.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// A new id.
    #[must_use]
    pub fn new_id(&self) -> Uuid {
        clock::new_id(&self.clock)
    }

    /// The request's id.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    pub(super) fn backend(&self) -> DbBackend {
        self.transaction.get_database_backend()
    }

    pub(super) fn connection(&self) -> Counted<'_> {
        Counted {
            connection: (&self.transaction).into(),
            stats: &self.stats,
        }
    }

    /// Makes what was written last.
    ///
    /// # Errors
    /// When the database fails; then nothing was written.
    pub async fn commit(self) -> Result<(), Failure> {
        let started = Instant::now();
        self.transaction.commit().await?;
        self.stats.count_statement(started.elapsed());
        Ok(())
    }
}

/// A connection that counts its statements and their time for the request's line in the log.
pub(super) struct Counted<'a> {
    connection: DatabaseExecutor<'a>,
    stats: &'a RequestStats,
}

#[async_trait]
impl ConnectionTrait for Counted<'_> {
    fn get_database_backend(&self) -> DbBackend {
        self.connection.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        let started = Instant::now();
        let result = self.connection.execute_raw(statement).await;
        self.stats.count_statement(started.elapsed());
        result
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        let started = Instant::now();
        let result = self.connection.execute_unprepared(sql).await;
        self.stats.count_statement(started.elapsed());
        result
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let started = Instant::now();
        let result = self.connection.query_one_raw(statement).await;
        self.stats.count_statement(started.elapsed());
        result
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        // Placeholders stand for the values: the text holds nothing that anybody told.
        tracing::trace!(sql = statement.sql, "query");
        let started = Instant::now();
        let result = self.connection.query_all_raw(statement).await;
        self.stats.count_statement(started.elapsed());
        result
    }
}
