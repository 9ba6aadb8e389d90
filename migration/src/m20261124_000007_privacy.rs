//! Whose data was read, by municipality, for its auditor; and who was erased.

use sea_orm_migration::prelude::*;

use crate::draft::{self, Draft};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Lists of the access log, in the order in which they are asked for.
const LISTS: [(&str, [&str; 3]); 2] = [
    (
        "access_log_municipality_id_at_id_idx",
        ["municipality_id", "at", "id"],
    ),
    ("access_log_user_id_at_id_idx", ["user_id", "at", "id"]),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        draft::add_reference(manager, "access_log", "municipality_id", "municipalities").await?;
        // What was read before this was kept.
        let places = "UPDATE access_log SET municipality_id = (SELECT residents.municipality_id \
                      FROM residents WHERE residents.id = access_log.resident_id)";
        manager.get_connection().execute_unprepared(places).await?;
        for (name, columns) in LISTS {
            let mut index = Index::create();
            index.name(name).table("access_log");
            for column in columns {
                index.col(column);
            }
            manager.create_index(index).await?;
        }
        draft::add_time_or_null(manager, "residents", "erased_at").await?;
        draft::make(manager, tables()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        draft::undo(manager, tables()).await?;
        draft::drop_column(manager, "residents", "erased_at").await?;
        for (name, _) in LISTS {
            let mut index = Index::drop();
            index.name(name).table("access_log");
            manager.drop_index(index).await?;
        }
        draft::drop_reference(manager, "access_log", "municipality_id").await
    }

    /// All of it or nothing, on `SQLite` too.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

fn tables() -> Vec<Draft> {
    vec![
        Draft::table("erasures")
            .reference("resident_id", "residents")
            .primary_key(&["resident_id"])
            .reference("municipality_id", "municipalities")
            .reference_or_null("user_id", "users")
            .time("erased_at")
            .text("request_id"),
    ]
}
