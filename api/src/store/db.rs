//! The database, what a request carries to it, and a write's transaction.

use std::{
    future::{Future, poll_fn},
    path::Path,
    pin::pin,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use nabij_migration::{Migrator, MigratorTrait};
use quick_cache::sync::Cache;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseExecutor, DatabaseTransaction, DbBackend, DbErr,
    ExecResult, QueryResult, SqliteTransactionMode, Statement, TransactionOptions,
    TransactionTrait,
};
use uuid::Uuid;

use super::{
    Failure,
    access::{Principal, Subject},
    dialect,
    erase::ErasedList,
    failure,
    open::{self, OpenError, Pools},
    patience::{Doubt, Patience, Stopwatch},
};
use crate::{
    clock::{self, Clock},
    policy::Viewer,
    telemetry::RequestStats,
};

/// Principals kept in memory; each is checked against the database whenever it is used.
const PRINCIPALS: usize = 10_000;

/// An open database: a pool to read from and one to write to. On PostgreSQL they are the same; on
/// SQLite there is one writer and a few readers.
#[derive(Clone)]
pub struct Db {
    readers: DatabaseConnection,
    writers: DatabaseConnection,
    patience: Patience,
    doubt: Doubt,
    watch: Stopwatch,
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
        Self::open_with(url, max_connections, Patience::default()).await
    }

    /// The same, waiting for it as long as `patience` says.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub async fn open_with(
        url: &str,
        max_connections: u32,
        patience: Patience,
    ) -> Result<Self, OpenError> {
        let (doubt, watch) = (Doubt::default(), Stopwatch::default());
        let Pools { readers, writers } = if url.starts_with("sqlite:") {
            open::sqlite(url, patience, watch.clone()).await?
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            open::postgres(url, max_connections, patience, doubt.clone()).await?
        } else {
            return Err(OpenError::Scheme);
        };
        Ok(Self {
            readers,
            writers,
            patience,
            doubt,
            watch,
            principals: Arc::new(Cache::new(PRINCIPALS)),
            erased: None,
            log_to_empty: Arc::default(),
        })
    }

    /// Whether statements are worked on by another process.
    #[must_use]
    pub fn is_apart(&self) -> bool {
        self.readers.get_database_backend() != DbBackend::Sqlite
    }

    /// Keeps the ids of erased residents in a file beside the database too.
    #[must_use]
    pub fn with_erased_list(mut self, path: &Path) -> Self {
        self.erased = Some(Arc::new(ErasedList::at(path)));
        self
    }

    /// Brings the tables up to date. Replicas that start together do so one after the other, however
    /// long it takes; on PostgreSQL all of it is done or nothing.
    ///
    /// # Errors
    /// When the database refuses a change.
    pub async fn migrate(&self) -> Result<(), DbErr> {
        let backend = self.writers.get_database_backend();
        let Some(alone) = dialect::changes_tables(backend) else {
            return Migrator::up(&self.writers, None).await;
        };
        let transaction = self.writers.begin().await?;
        transaction.execute_unprepared(alone).await?;
        Migrator::up(&transaction, None).await?;
        transaction.commit().await
    }

    /// How many changes to the tables are still to be made. It only reads.
    ///
    /// # Errors
    /// When the database can't be asked.
    pub async fn pending_migrations(&self) -> Result<usize, DbErr> {
        let pending = Migrator::get_pending_migrations_read_only(&self.readers).await?;
        Ok(pending.len())
    }

    async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let beginning = self.writers.begin_with_options(options);
        self.patience.answered(beginning).await
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
            db: &self.db,
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
        // What isn't written down isn't shown: there is nothing to be unsure of.
        self.db.patience.answered(transaction.commit()).await?;
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
            db: self.db.clone(),
            viewer,
            clock: self.clock.clone(),
            request_id: self.request_id.clone(),
            stats: self.stats.clone(),
        })
    }

    async fn transaction(&self) -> Result<DatabaseTransaction, Failure> {
        let started = Instant::now();
        let begun = match self.db.begin().await {
            Err(error) if failure::is_broken(&error) => {
                self.db.doubt.arises();
                self.db.begin().await
            }
            begun => begun,
        };
        self.stats.count_statement(started.elapsed());
        Ok(begun?)
    }
}

/// A write: everything in it happens, or nothing.
pub struct Tx {
    transaction: DatabaseTransaction,
    db: Db,
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
            db: &self.db,
            stats: &self.stats,
        }
    }

    /// Makes what was written last.
    ///
    /// # Errors
    /// When the database fails; then nothing was written, unless it is [`Failure::Unsure`].
    pub async fn commit(self) -> Result<(), Failure> {
        let started = Instant::now();
        let commit = self.db.patience.answered(self.transaction.commit());
        commit.await.map_err(Failure::of_commit)?;
        self.stats.count_statement(started.elapsed());
        Ok(())
    }
}

/// A connection that counts its statements and their time for the request's line in the log, and
/// waits for no answer for longer than one can take.
///
/// A question outside a transaction is asked once more when its connection turns out to be dead: after
/// the database has come back, nobody hears that it was away.
pub(super) struct Counted<'a> {
    connection: DatabaseExecutor<'a>,
    db: &'a Db,
    stats: &'a RequestStats,
}

impl Counted<'_> {
    async fn answered<T>(
        &self,
        asked: impl Future<Output = Result<T, DbErr>> + Send,
    ) -> Result<T, DbErr> {
        let started = Instant::now();
        let is_held = !self.is_free();
        if is_held {
            self.db.watch.starts();
        }
        let result = self.db.patience.answered(self.gives_way(asked)).await;
        if is_held {
            self.db.watch.stops();
        }
        self.stats.count_statement(started.elapsed());
        result
    }

    /// Whoever asks SQLite lets the thread that answers go on before they wait. Where both share a
    /// processor, they would be woken for each row, and each time take it from the one who reads the
    /// next (docs/performance.md).
    async fn gives_way<T>(&self, asked: impl Future<Output = T> + Send) -> T {
        let mut asked = pin!(asked);
        poll_fn(|cx| {
            let answer = asked.as_mut().poll(cx);
            if answer.is_ready() || self.db.is_apart() {
                return answer;
            }
            std::thread::yield_now();
            asked.as_mut().poll(cx)
        })
        .await
    }

    /// Outside a transaction: any connection does.
    fn is_free(&self) -> bool {
        matches!(self.connection, DatabaseExecutor::Connection(_))
    }

    /// Whether that was the connection's fault, and another one may do.
    fn was_broken<T>(&self, answer: &Result<T, DbErr>) -> bool {
        let broken = answer.as_ref().is_err_and(failure::is_broken);
        if broken {
            self.db.doubt.arises();
        }
        broken
    }
}

#[async_trait]
impl ConnectionTrait for Counted<'_> {
    fn get_database_backend(&self) -> DbBackend {
        self.connection.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.answered(self.connection.execute_raw(statement)).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.answered(self.connection.execute_unprepared(sql)).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let again = self.is_free().then(|| statement.clone());
        let answer = self
            .answered(self.connection.query_one_raw(statement))
            .await;
        match again.filter(|_| self.was_broken(&answer)) {
            Some(again) => self.answered(self.connection.query_one_raw(again)).await,
            None => answer,
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        // Placeholders stand for the values: the text holds nothing that anybody told.
        tracing::trace!(sql = statement.sql, "query");
        let again = self.is_free().then(|| statement.clone());
        let answer = self
            .answered(self.connection.query_all_raw(statement))
            .await;
        match again.filter(|_| self.was_broken(&answer)) {
            Some(again) => self.answered(self.connection.query_all_raw(again)).await,
            None => answer,
        }
    }
}
