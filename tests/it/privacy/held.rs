//! Every table and column of the database is either told in a resident's dossier and erased with
//! them, or said to hold nothing of residents (GDPR articles 15, 17 and 30).

use std::collections::{BTreeMap, BTreeSet};

use nabij_api::store::held::{ELSEWHERE, HELD};
use nabij_tests::Town;
use sea_orm::{ConnectionTrait, DatabaseBackend, DatabaseConnection, Statement};

/// The tables with their columns, as the database knows them.
pub(crate) async fn catalogue(db: &DatabaseConnection) -> BTreeMap<String, BTreeSet<String>> {
    let is_on_postgres = db.get_database_backend() == DatabaseBackend::Postgres;
    let tables = if is_on_postgres {
        "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'"
    } else {
        "SELECT name FROM sqlite_master WHERE type = 'table'"
    };
    let mut found = BTreeMap::new();
    for table in words(db, tables).await {
        if table == "seaql_migrations" || table.starts_with("sqlite_") {
            continue;
        }
        let columns = if is_on_postgres {
            format!(
                "SELECT column_name::text AS name FROM information_schema.columns \
                 WHERE table_name = '{table}'"
            )
        } else {
            format!("SELECT name FROM pragma_table_info('{table}')")
        };
        let columns = words(db, &columns).await;
        found.insert(table, columns.into_iter().collect());
    }
    found
}

pub(crate) async fn words(db: &DatabaseConnection, sql: &str) -> Vec<String> {
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let rows = db.query_all_raw(statement).await.expect("it can be read");
    rows.iter()
        .map(|row| row.try_get("", "name").expect("a text"))
        .collect()
}

#[tokio::test]
async fn every_table_says_what_it_holds_of_residents() {
    let town = Town::empty().await;
    let catalogue = catalogue(town.beneath()).await;
    let held: BTreeSet<&str> = HELD.iter().map(|held| held.table).collect();
    let elsewhere: BTreeSet<&str> = ELSEWHERE.iter().map(|(table, _)| *table).collect();
    assert!(held.is_disjoint(&elsewhere), "a table is in both lists");
    let listed: BTreeSet<String> = held
        .union(&elsewhere)
        .map(|&name| name.to_owned())
        .collect();
    let tables: BTreeSet<String> = catalogue.keys().cloned().collect();
    assert_eq!(
        tables, listed,
        "api/src/store/held.rs: give each table a line in HELD or in ELSEWHERE"
    );
    for held in HELD {
        let columns: BTreeSet<String> = held
            .columns
            .iter()
            .map(|column| column.name.to_owned())
            .collect();
        assert_eq!(
            catalogue[held.table], columns,
            "api/src/store/held.rs: say of each column of {} what becomes of it",
            held.table
        );
    }
}
