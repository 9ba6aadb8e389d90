//! What went wrong inside, for the log only.

use std::fmt;

use sea_orm::{DbErr, RuntimeErr, SqlErr, sqlx};

/// A failure the caller can't mend. It has no `Display` on purpose: nothing can print it into an
/// answer by accident; the edge logs it once and answers with a code. Its `Debug` tells where the
/// database refused and by which code, and never its message: PostgreSQL puts the row into that.
pub enum Failure {
    /// The database can't be reached, is locked, full or out of connections, or worked on a
    /// statement for too long: try again later.
    Unavailable(DbErr),
    /// The database went away while it made a transaction last: it may have, or not.
    Unsure(DbErr),
    /// The database refused a statement that should have been right.
    Database(DbErr),
    /// A promise inside the program was broken.
    Bug(&'static str),
}

impl Failure {
    /// What an error means that a transaction ended with.
    pub(super) fn of_commit(error: DbErr) -> Self {
        if is_broken(&error) || is_unanswered(&error) {
            Self::Unsure(error)
        } else {
            error.into()
        }
    }

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
            Self::Unsure(error) => write!(f, "Unsure({})", Told(error)),
            Self::Database(error) => write!(f, "Database({})", Told(error)),
            Self::Bug(what) => write!(f, "Bug({what})"),
        }
    }
}

/// What the log may tell of an error of the database: codes and names of ours, no content.
struct Told<'a>(&'a DbErr);

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(error) = driver(self.0) else {
            return f.write_str(match self.0 {
                DbErr::ConnectionAcquire(_) => "no connection is free",
                DbErr::Conn(RuntimeErr::Internal(_)) => "no answer in time",
                DbErr::Conn(_) => "no connection",
                DbErr::Exec(_) | DbErr::Query(_) => "a statement failed",
                DbErr::RecordNotFound(_) | DbErr::RecordNotInserted | DbErr::RecordNotUpdated => {
                    "a row isn't there"
                }
                _ => "a value is not what it should be",
            });
        };
        match error {
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

/// What the driver said.
fn driver(error: &DbErr) -> Option<&sqlx::Error> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => Some(error),
        _ => None,
    }
}

/// The database's own code: an SQLSTATE of five characters, or a number of SQLite.
fn code(error: &sqlx::Error) -> Option<String> {
    let code = error.as_database_error()?.code()?;
    Some(code.into_owned())
}

/// No answer came in time.
pub(super) fn unanswered() -> DbErr {
    DbErr::Conn(RuntimeErr::Internal("no answer in time".to_owned()))
}

fn is_unanswered(error: &DbErr) -> bool {
    matches!(error, DbErr::Conn(RuntimeErr::Internal(_)))
}

/// Whether a connection turned out to be dead: nothing that is asked over it will be answered, but
/// another connection may do. SQLSTATEs of a connection that fails (08) and of a server that ends one
/// (57P01 to 57P05).
pub(super) fn is_broken(error: &DbErr) -> bool {
    match driver(error) {
        Some(sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed) => true,
        Some(error) => {
            code(error).is_some_and(|code| code.starts_with("08") || code.starts_with("57P"))
        }
        None => false,
    }
}

fn is_passing(error: &DbErr) -> bool {
    if matches!(error, DbErr::ConnectionAcquire(_) | DbErr::Conn(_)) {
        return true;
    }
    match driver(error) {
        Some(
            sqlx::Error::Io(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed,
        ) => true,
        Some(error) => code(error).is_some_and(|code| passes(&code)),
        None => false,
    }
}

/// SQLSTATE classes and SQLite codes of conditions that pass by themselves: connection trouble
/// (08), resources, a full disk among them (53), operator intervention and statements that take too
/// long (57), trouble of the system below (58), serialisation and deadlock (40), lock not available
/// (55P03), read-only (25006); SQLite BUSY 5, LOCKED 6, READONLY 8, INTERRUPT 9, IOERR 10, FULL 13,
/// CANTOPEN 14.
fn passes(code: &str) -> bool {
    if code.len() == 5 {
        return ["08", "53", "57", "58", "40", "55P03", "25006"]
            .iter()
            .any(|known| code.starts_with(known));
    }
    // The lowest byte is the code; above it stands what it is in detail.
    code.parse::<i32>()
        .is_ok_and(|code| matches!(code & 0xff, 5 | 6 | 8 | 9 | 10 | 13 | 14))
}

#[cfg(test)]
mod tests {
    use std::io;

    use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr, sqlx};

    use super::{Failure, is_broken, passes, unanswered};

    fn of_driver(error: sqlx::Error) -> DbErr {
        DbErr::Query(RuntimeErr::SqlxError(error.into()))
    }

    #[test]
    fn what_passes_by_itself_is_told_from_what_is_wrong() {
        let passing = [
            "08006", "53100", "53300", "57014", "57P01", "58030", "58P01", "40001", "55P03",
            "25006", "5", "261", "6", "8", "1032", "9", "10", "778", "13", "14",
        ];
        for code in passing {
            assert!(passes(code), "{code}");
        }
        for code in [
            "23505", "42P01", "22001", "25001", "55000", "1", "11", "19", "2067", "26", "",
        ] {
            assert!(!passes(code), "{code}");
        }
    }

    #[test]
    fn a_connection_that_is_dead_is_told_from_a_database_that_is_busy() {
        let cut = || of_driver(sqlx::Error::Io(io::ErrorKind::ConnectionReset.into()));
        assert!(is_broken(&cut()));
        assert!(is_broken(&of_driver(sqlx::Error::WorkerCrashed)));
        for busy in [
            DbErr::ConnectionAcquire(ConnAcquireErr::Timeout),
            of_driver(sqlx::Error::RowNotFound),
            unanswered(),
        ] {
            assert!(!is_broken(&busy), "{busy}");
        }
    }

    #[test]
    fn whoever_lost_the_answer_to_a_commit_does_not_know_what_came_of_it() {
        let cut = || of_driver(sqlx::Error::Io(io::ErrorKind::UnexpectedEof.into()));
        assert!(matches!(Failure::of_commit(cut()), Failure::Unsure(_)));
        assert!(matches!(
            Failure::of_commit(unanswered()),
            Failure::Unsure(_)
        ));
        assert!(matches!(Failure::from(cut()), Failure::Unavailable(_)));
        assert!(matches!(
            Failure::from(unanswered()),
            Failure::Unavailable(_)
        ));
        let full = of_driver(sqlx::Error::PoolTimedOut);
        assert!(matches!(Failure::of_commit(full), Failure::Unavailable(_)));
    }
}
