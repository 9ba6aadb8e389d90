//! Looking for what was told of Maria in everything that a database is made of.

use std::{fs, process::Command};

use nabij_tests::{Database, Town};
use sea_orm::{DatabaseBackend, DatabaseConnection};

use crate::privacy::held::{catalogue, words};

/// What occurs nowhere but in what is told of Maria: no id has a `u`.
pub(super) const CANARIES: [&str; 7] = [
    "uqz",
    "Mariauqz",
    "Peetersuqz",
    "mariauqz@example.org",
    "Stationuqz",
    "3223591616",
    "02 359 16 16",
];

/// Every row of every table as text, with the table's name.
pub(super) async fn dump(db: &DatabaseConnection) -> Vec<(String, String)> {
    let mut rows = Vec::new();
    for (table, columns) in catalogue(db).await {
        let row = if db.get_database_backend() == DatabaseBackend::Postgres {
            format!("SELECT t::text AS name FROM \"{table}\" t")
        } else {
            // An id is bytes on SQLite, which needn't be text.
            let columns: Vec<String> = columns
                .iter()
                .map(|column| format!("COALESCE(CAST(quote(\"{column}\") AS TEXT), '')"))
                .collect();
            let row = columns.join(" || '|' || ");
            format!("SELECT {row} AS name FROM \"{table}\"")
        };
        for row in words(db, &row).await {
            rows.push((table.clone(), row));
        }
    }
    rows
}

/// The rows that hold a canary.
pub(super) async fn rows_with_canaries(db: &DatabaseConnection) -> Vec<(String, String)> {
    let mut rows = dump(db).await;
    rows.retain(|(_, row)| CANARIES.iter().any(|word| row.contains(word)));
    rows
}

fn canaries_in(bytes: &[u8]) -> Vec<&'static str> {
    let holds = |word: &&str| {
        bytes
            .windows(word.len())
            .any(|part| part == word.as_bytes())
    };
    CANARIES.into_iter().filter(holds).collect()
}

/// The canaries in an SQLite database's files, as they lie there: pages that are free too, and the
/// log beside them. None on PostgreSQL.
pub fn canaries_in_files(database: &Database) -> Option<Vec<&'static str>> {
    if database.is_postgres() {
        return None;
    }
    let read = |file| fs::read(file).expect("it is a file");
    let bytes: Vec<u8> = database.files().into_iter().flat_map(read).collect();
    Some(canaries_in(&bytes))
}

/// The canaries in what `pg_dump` writes of the town's database; none on SQLite, and where it isn't
/// installed or too old for the server.
pub(super) fn canaries_in_pg_dump(town: &Town) -> Option<Vec<&'static str>> {
    if !town.is_on_postgres() {
        return None;
    }
    let dumping = Command::new("pg_dump").arg(town.database_url()).output();
    let dumped = dumping.ok()?;
    let complaint = String::from_utf8_lossy(&dumped.stderr);
    if complaint.contains("version mismatch") {
        return None;
    }
    assert!(dumped.status.success(), "{complaint}");
    Some(canaries_in(&dumped.stdout))
}
