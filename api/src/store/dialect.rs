//! The few statements that PostgreSQL and SQLite need in different words. Each is tested on both.

use sea_orm::{
    DbBackend, Statement,
    sea_query::{Alias, Expr, ExprTrait, Iden, JoinType, LockType, SelectStatement},
};

/// Attaches to each row of the outer statement, alias `parent`, the first rows of `children` under
/// the alias `t`. `children` selects from the alias `t`, may refer to `parent`, and is ordered and
/// limited.
///
/// A window function would read all children of each parent; a LATERAL join stops at the limit.
/// SQLite has none, but takes the ids of a correlated and limited sub-select as an index look-up.
pub(super) fn attach_first(
    backend: DbBackend,
    outer: &mut SelectStatement,
    mut children: SelectStatement,
    table: &'static str,
    t: &Alias,
) {
    if backend == DbBackend::Postgres {
        children.expr(Expr::cust(format!("\"{}\".*", t.unquoted())));
        outer.join_lateral(JoinType::InnerJoin, children, t.clone(), Expr::cust("TRUE"));
    } else {
        children.column((t.clone(), "id"));
        outer.join_as(
            JoinType::InnerJoin,
            table,
            t.clone(),
            Expr::col((t.clone(), "id")).in_subquery(children),
        );
    }
}

/// Locks the selected rows until the transaction ends. SQLite has one writer, which holds the
/// whole database already.
pub(super) fn for_update(backend: DbBackend, select: &mut SelectStatement) {
    if backend == DbBackend::Postgres {
        select.lock_exclusive();
    }
}

/// Locks the selected rows until the transaction ends, while others may still add rows that refer to
/// them.
pub(super) fn for_turn(backend: DbBackend, select: &mut SelectStatement) {
    if backend == DbBackend::Postgres {
        select.lock(LockType::NoKeyUpdate);
    }
}

/// Keeps the rows a statement reads from changing until the transaction ends; others may do so too.
pub(super) fn for_share(backend: DbBackend, select: &mut SelectStatement) {
    if backend == DbBackend::Postgres {
        select.lock_shared();
    }
}

/// The whole second in which a moment lies, counted from 1970: a 64-bit integer. SQLite keeps
/// moments as text (see the migrations' `Draft::time`), of which the first 19 characters say the
/// second; left whole, it would be rounded.
pub(super) fn second(backend: DbBackend, moment: Expr) -> Expr {
    if backend == DbBackend::Postgres {
        Expr::cust_with_exprs("CAST(FLOOR(EXTRACT(EPOCH FROM $1)) AS BIGINT)", [moment])
    } else {
        Expr::cust_with_exprs("unixepoch(substr(?, 1, 19))", [moment])
    }
}

/// Writes SQLite's write-ahead log back into the database's file and empties it: in it lie pages as
/// they were before something was erased, which `secure_delete` doesn't reach. PostgreSQL has nothing
/// of the sort that a client could empty. The statement answers with a first column of 0 when it is
/// done, and of 1 when somebody still reads.
pub(super) fn empty_log(backend: DbBackend) -> Option<Statement> {
    let pragma = "PRAGMA wal_checkpoint(TRUNCATE)";
    (backend == DbBackend::Sqlite).then(|| Statement::from_string(backend, pragma))
}

/// Makes a transaction wait for whoever changes the tables, and lets its statements take as long as they
/// need. SQLite has one service, and its only limit is on what reads.
pub(super) fn changes_tables(backend: DbBackend) -> Option<&'static str> {
    let alone = "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; \
                 SELECT pg_advisory_xact_lock(hashtext('nabij'), hashtext('migration')); \
                 SET LOCAL lock_timeout TO DEFAULT";
    (backend == DbBackend::Postgres).then_some(alone)
}
