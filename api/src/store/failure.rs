//! What went wrong inside, for the log only.

use std::fmt;

use sea_orm::{DbErr, RuntimeErr, SqlErr, sqlx};

/// A failure the caller can't mend. It has no `Display` on purpose: nothing can print it into an
/// answer by accident; the edge logs it once and answers with a code. Its `Debug` tells where the
/// database refused and by which code, and never its message: PostgreSQL puts the row into that.
pub enum Failure {
    /// The database can't be reached, is locked, full or out of connections: try again later.
    Unavailable(DbErr),
    /// The database refused a statement that should have been right.
    Database(DbErr),
    /// A promise inside the program was broken.
    Bug(&'static str),
}

impl Failure {
    /// Whether the database refused a second row where there may be only one.
    #[must_use]
    pub fn is_duplicate(&self) -> bool {
        matches!(self, Self::Database(error) if matches!(
            error.sql_err(),
            Some(SqlErr::UniqueConstraintViolation(_))
        ))
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unavailable(error) => write!(f, "Unavailable({})", Told(error)),
            Self::Database(error) => write!(f, "Database({})", Told(error)),
            Self::Bug(what) => write!(f, "Bug({what})"),
        }
    }
}

/// What the log may tell of an error of the database: codes and names of ours, no content.
struct Told<'a>(&'a DbErr);

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let error = match self.0 {
            DbErr::Conn(RuntimeErr::SqlxError(error))
            | DbErr::Exec(RuntimeErr::SqlxError(error))
            | DbErr::Query(RuntimeErr::SqlxError(error)) => error,
            DbErr::ConnectionAcquire(_) => return f.write_str("no connection is free"),
            DbErr::Conn(_) => return f.write_str("no connection"),
            DbErr::Exec(_) | DbErr::Query(_) => return f.write_str("a statement failed"),
            DbErr::RecordNotFound(_) | DbErr::RecordNotInserted | DbErr::RecordNotUpdated => {
                return f.write_str("a row isn't there");
            }
            _ => return f.write_str("a value is not what it should be"),
        };
        match error.as_ref() {
            sqlx::Error::Database(error) => {
                write!(f, "code {}", error.code().unwrap_or_default())?;
                if let Some(table) = error.table() {
                    write!(f, ", table {table}")?;
                }
                if let Some(constraint) = error.constraint() {
                    write!(f, ", constraint {constraint}")?;
                }
                Ok(())
            }
            sqlx::Error::Io(error) => write!(f, "connection: {}", error.kind()),
            sqlx::Error::ColumnDecode { index, .. } => write!(f, "column {index} can't be read"),
            sqlx::Error::ColumnNotFound(column) => write!(f, "column {column} isn't there"),
            sqlx::Error::PoolTimedOut => f.write_str("no connection was free in time"),
            sqlx::Error::PoolClosed => f.write_str("the connections are closed"),
            sqlx::Error::RowNotFound => f.write_str("a row isn't there"),
            _ => f.write_str("the driver failed"),
        }
    }
}

impl From<DbErr> for Failure {
    fn from(error: DbErr) -> Self {
        if is_passing(&error) {
            Self::Unavailable(error)
        } else {
            Self::Database(error)
        }
    }
}

/// SQLSTATE classes and SQLite codes of conditions that pass by themselves: connection trouble
/// (08), resources (53), operator intervention (57), serialisation and deadlock (40), lock not
/// available (55P03), read-only (25006); SQLite BUSY 5, LOCKED 6, IOERR 10, FULL 13, CANTOPEN 14.
fn is_passing(error: &DbErr) -> bool {
    let code = match error {
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => return true,
        DbErr::Exec(RuntimeErr::SqlxError(e)) | DbErr::Query(RuntimeErr::SqlxError(e)) => {
            match e.as_ref() {
                sqlx::Error::Database(e) => e.code().map(std::borrow::Cow::into_owned),
                sqlx::Error::Io(_)
                | sqlx::Error::PoolTimedOut
                | sqlx::Error::PoolClosed
                | sqlx::Error::WorkerCrashed => return true,
                _ => None,
            }
        }
        _ => None,
    };
    let Some(code) = code else { return false };
    if code.len() == 5 {
        return ["08", "53", "57", "40", "55P03", "25006"]
            .iter()
            .any(|c| code.starts_with(c));
    }
    code.parse::<i32>()
        .is_ok_and(|code| matches!(code & 0xff, 5 | 6 | 10 | 13 | 14))
}
