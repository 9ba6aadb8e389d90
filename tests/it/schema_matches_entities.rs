//! The migrations make the tables that the entities expect, on `SQLite` and on `PostgreSQL`.
//!
//! A row of every entity is written and read, once with its nullable columns empty and once with
//! all of them filled. **One more record:** one more `holds` in `rows.rs`, with every field
//! filled; a table without one fails the test.

use std::{
    collections::BTreeSet,
    sync::LazyLock,
    time::{Duration, Instant},
};

use futures_util::future::{join, join_all};
use nabij_api::{
    clock::{self, Clock},
    store::{Db, Patience},
};
use nabij_entity as entity;
use nabij_migration::{Migrator, MigratorTrait};
use sea_orm::prelude::*;
use sea_orm::{
    ActiveValue, ConnectOptions, Database, DatabaseBackend, DatabaseConnection, IntoActiveModel,
    Iterable, QueryOrder, Statement, TransactionTrait,
};

mod rows;

use rows::{every_record, sample_event};

/// A new id.
fn new_id() -> Uuid {
    static CLOCK: LazyLock<Clock> = LazyLock::new(Clock::system);
    clock::new_id(&CLOCK)
}

/// A database of the test's own, dropped when it ends well.
struct Fresh {
    db: DatabaseConnection,
    /// The server it is on and its name there; `None` for `SQLite` in memory.
    server: Option<(DatabaseConnection, String)>,
}

impl Fresh {
    async fn sqlite() -> Self {
        let mut options = ConnectOptions::new("sqlite::memory:");
        options.max_connections(1).sqlx_logging(false);
        let db = Database::connect(options)
            .await
            .expect("SQLite opens a database in memory");
        Self { db, server: None }
    }

    async fn postgres(url: &str) -> Self {
        let server = Database::connect(url)
            .await
            .expect("TEST_DATABASE_URL can be reached");
        let name = format!("nabij_schema_{}", new_id().simple());
        server
            .execute_unprepared(&format!("CREATE DATABASE {name}"))
            .await
            .expect("the user of TEST_DATABASE_URL may create databases");
        let (base, _) = url
            .rsplit_once('/')
            .expect("TEST_DATABASE_URL names a database");
        let db = Database::connect(format!("{base}/{name}"))
            .await
            .expect("it was just made");
        Self {
            db,
            server: Some((server, name)),
        }
    }

    async fn drop(self) {
        self.db.close().await.expect("nothing is under way");
        if let Some((server, name)) = self.server {
            server
                .execute_unprepared(&format!("DROP DATABASE {name}"))
                .await
                .expect("nobody else is connected");
        }
    }
}

/// `SQLite`, and `PostgreSQL` when `TEST_DATABASE_URL` names a server.
async fn databases() -> Vec<Fresh> {
    let mut databases = vec![Fresh::sqlite().await];
    if let Ok(url) = std::env::var("TEST_DATABASE_URL") {
        databases.push(Fresh::postgres(&url).await);
    }
    databases
}

#[tokio::test]
async fn every_record_is_read_as_it_was_written_also_after_going_down_and_up() {
    for fresh in databases().await {
        let db = &fresh.db;
        Migrator::up(db, None)
            .await
            .expect("a fresh database migrates");
        assert_eq!(
            every_record(db).await,
            tables(db).await,
            "a table without an entity"
        );

        // Down with rows in every table, some of which refer to their own.
        Migrator::down(db, None).await.expect("down to nothing");
        assert_eq!(tables(db).await, BTreeSet::new());

        Migrator::up(db, None).await.expect("up again");
        every_record(db).await;
        fresh.drop().await;
    }
}

/// And wait for each other for as long as it takes: what limits a request doesn't limit them.
#[tokio::test]
async fn replicas_that_start_together_make_the_tables_once() {
    let database = nabij_tests::Database::fresh().await;
    if !database.is_postgres() {
        return;
    }
    let beneath = database.connect().await;
    Migrator::down(&beneath, None)
        .await
        .expect("down to nothing");
    let limit = Duration::from_millis(500);
    let patience = Patience {
        lock: limit,
        statement: limit,
        ..Patience::default()
    };
    // A transaction sees the server's activity as it was at first, so it is watched from without.
    let (holder, started) = (database.connect().await, Instant::now());
    let another = holder.begin().await.expect("a transaction");
    let lock = "SELECT pg_advisory_xact_lock(hashtext('nabij'), hashtext('migration'))";
    let locked = another.execute_unprepared(lock).await;
    locked.expect("nobody else migrates");

    let starts = (0..3).map(|_| async {
        let replica = Db::open_with(&database.url, 1, patience)
            .await
            .expect("it opens");
        replica.migrate().await.expect("it migrates");
        replica.close().await;
    });
    let ends = async {
        while waiting_for_longer(&beneath, limit).await < 3 {
            assert!(started.elapsed() < Duration::from_mins(1), "nobody waits");
        }
        another.commit().await.expect("the lock is given back");
    };
    join(join_all(starts), ends).await;
    let later = Db::open(&database.url, 1).await.expect("it opens");
    assert_eq!(later.pending_migrations().await.expect("it tells"), 0);
    assert!(!tables(&beneath).await.is_empty());
}

/// How many wait for a migration's end, and for longer than this.
async fn waiting_for_longer(db: &impl ConnectionTrait, limit: Duration) -> i64 {
    let sql = format!(
        "SELECT count(*) AS waiting FROM pg_stat_activity WHERE datname = current_database() \
         AND wait_event = 'advisory' AND clock_timestamp() - query_start > interval '{} ms'",
        limit.as_millis()
    );
    let row = db
        .query_one_raw(Statement::from_string(DatabaseBackend::Postgres, sql))
        .await;
    let row = row.expect("the server tells").expect("a row");
    row.try_get("", "waiting").expect("a number")
}

#[tokio::test]
async fn times_sort_as_times_whatever_their_fractions() {
    for fresh in databases().await {
        let db = &fresh.db;
        Migrator::up(db, None)
            .await
            .expect("a fresh database migrates");
        let second = 1_795_339_800_000_000;
        let micros = [
            0, 1, 999, 1_000, 1_001, 120_000, 123_000, 123_456, 999_999, 1_000_000,
        ];
        // Written in another order than that of time.
        for at in micros.iter().rev() {
            let mut event = sample_event(new_id(), None);
            event.at = DateTimeUtc::from_timestamp_micros(second + at).expect("in range");
            insert(db, event).await.expect("an event is written");
        }
        let read: Vec<i64> = entity::event::Entity::find()
            .order_by_asc(entity::event::Column::At)
            .all(db)
            .await
            .expect("events are read")
            .iter()
            .map(|event| event.at.timestamp_micros() - second)
            .collect();
        assert_eq!(read, micros);

        let from = DateTimeUtc::from_timestamp_micros(second + 123_000).expect("in range");
        let later = entity::event::Entity::find()
            .filter(entity::event::Column::At.gte(from))
            .count(db)
            .await
            .expect("events are counted");
        assert_eq!(later, 4);
        fresh.drop().await;
    }
}

#[tokio::test]
async fn the_database_refuses_what_no_record_may_hold() {
    for fresh in databases().await {
        let db = &fresh.db;
        Migrator::up(db, None)
            .await
            .expect("a fresh database migrates");
        every_record(db).await;

        let feedback = only::<entity::feedback::Entity>(db).await;
        for score in [0, 6] {
            let wrong = entity::feedback::Model {
                id: new_id(),
                score,
                ..feedback.clone()
            };
            insert(db, wrong).await.expect_err("a score outside 1 to 5");
        }
        let unborn = entity::feedback::Model {
            id: new_id(),
            version: 0,
            ..feedback
        };
        insert(db, unborn).await.expect_err("a version below 1");

        let evaluation = only::<entity::evaluation::Entity>(db).await;
        for mark in [-1, 11] {
            let id = new_id();
            let recommendation = Some(mark);
            let wrong = entity::evaluation::Model {
                id,
                recommendation,
                ..evaluation.clone()
            };
            insert(db, wrong)
                .await
                .expect_err("a recommendation outside 0 to 10");
            let wrong = entity::evaluation::Model {
                id,
                impact: Some(mark),
                ..evaluation.clone()
            };
            insert(db, wrong)
                .await
                .expect_err("an impact outside 0 to 10");
        }

        let signal = only::<entity::signal::Entity>(db).await;
        let again = entity::signal::Model {
            id: new_id(),
            ..signal.clone()
        };
        let error = insert(db, again)
            .await
            .expect_err("an external reference twice");
        assert!(
            matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))),
            "{error}"
        );
        for _ in 0..2 {
            let id = new_id();
            let free = entity::signal::Model {
                id,
                external_reference: None,
                ..signal.clone()
            };
            insert(db, free)
                .await
                .expect("any number of signals without an external reference");
        }

        let error = entity::partner::Entity::delete_many().exec(db).await;
        let error = error.expect_err("a partner that others refer to stays");
        assert!(
            matches!(
                error.sql_err(),
                Some(SqlErr::ForeignKeyConstraintViolation(_))
            ),
            "{error}"
        );
        fresh.drop().await;
    }
}

/// The names of the tables that the migrations made.
async fn tables(db: &DatabaseConnection) -> BTreeSet<String> {
    let sql = match db.get_database_backend() {
        DatabaseBackend::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table'",
        _ => "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'",
    };
    let rows = db
        .query_all_raw(Statement::from_string(db.get_database_backend(), sql))
        .await;
    rows.expect("the catalogue can be read")
        .iter()
        .map(|row| row.try_get::<String>("", "name").expect("a name"))
        .filter(|name| name != "seaql_migrations" && !name.starts_with("sqlite_"))
        .collect()
}

/// The columns of a table, each with whether it may be null.
async fn columns(db: &DatabaseConnection, table: &str) -> BTreeSet<(String, bool)> {
    let sql = match db.get_database_backend() {
        DatabaseBackend::Sqlite => {
            format!("SELECT name, \"notnull\" = 0 AS nullable FROM pragma_table_info('{table}')")
        }
        _ => format!(
            "SELECT column_name::text AS name, is_nullable = 'YES' AS nullable \
             FROM information_schema.columns WHERE table_name = '{table}'"
        ),
    };
    let rows = db
        .query_all_raw(Statement::from_string(db.get_database_backend(), sql))
        .await;
    rows.expect("the catalogue can be read")
        .iter()
        .map(|row| {
            let name = row.try_get("", "name").expect("a name");
            (name, row.try_get("", "nullable").expect("yes or no"))
        })
        .collect()
}

async fn insert<M, A>(db: &DatabaseConnection, model: M) -> Result<(), DbErr>
where
    M: IntoActiveModel<A>,
    A: ActiveModelTrait + Send,
{
    let row = model.into_active_model();
    <A::Entity as EntityTrait>::insert(row)
        .exec_without_returning(db)
        .await
        .map(drop)
}

async fn only<E: EntityTrait>(db: &DatabaseConnection) -> E::Model {
    E::find()
        .one(db)
        .await
        .expect("a readable table")
        .expect("a row")
}

type Column<M> = <<M as ModelTrait>::Entity as EntityTrait>::Column;

/// Writes `full` with its nullable columns null and reads it; then as it is. The row stays, for
/// other rows to refer to. Answers with the table's name.
async fn holds<M, A>(db: &DatabaseConnection, full: M) -> String
where
    M: ModelTrait + IntoActiveModel<A> + PartialEq + Clone + std::fmt::Debug,
    M::Entity: EntityTrait<Model = M>,
    A: ActiveModelTrait<Entity = M::Entity> + Send,
{
    let entity = M::Entity::default();
    let table = entity.table_name().to_owned();
    let expected: BTreeSet<_> = Column::<M>::iter()
        .map(|column| (column.to_string(), column.def().is_null()))
        .collect();
    assert_eq!(columns(db, &table).await, expected, "{table}");

    let mut sparse: A = full.clone().into_active_model();
    for column in Column::<M>::iter().filter(|column| column.def().is_null()) {
        let (ActiveValue::Unchanged(value) | ActiveValue::Set(value)) = sparse.get(column) else {
            panic!("{table}.{} has no value", column.to_string());
        };
        assert_ne!(
            value,
            value.as_null(),
            "{table}.{}: fill it",
            column.to_string()
        );
        sparse.set(column, value.as_null());
    }
    let written: Vec<_> = Column::<M>::iter()
        .map(|column| sparse.get(column).into_value())
        .collect();
    // `reset_all` says that every column was set by hand, so that all of them are written.
    M::Entity::insert(sparse.reset_all())
        .exec_without_returning(db)
        .await
        .expect("the sparse row");
    let read = only::<M::Entity>(db).await.into_active_model();
    let read: Vec<_> = Column::<M>::iter()
        .map(|column| read.get(column).into_value())
        .collect();
    assert_eq!(read, written, "{table}");
    M::Entity::delete_many()
        .exec(db)
        .await
        .expect("nobody refers to it yet");

    insert(db, full.clone()).await.expect("the full row");
    assert_eq!(
        M::Entity::find().all(db).await.expect("a readable table"),
        [full],
        "{table}"
    );
    table
}
