//! What went wrong inside, for the log only.

use sea_orm::{DbErr, RuntimeErr, SqlErr};

/// A failure the caller can't mend. It has no `Display` on purpose: nothing can print it into an
/// answer by accident; the edge logs it once and answers with a code.
#[derive(Debug)]
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
                sea_orm::sqlx::Error::Database(e) => e.code().map(std::borrow::Cow::into_owned),
                sea_orm::sqlx::Error::Io(_)
                | sea_orm::sqlx::Error::PoolTimedOut
                | sea_orm::sqlx::Error::PoolClosed
                | sea_orm::sqlx::Error::WorkerCrashed => return true,
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
