//! How long cases are kept, what holds them longer, and what each run removed.

use sea_orm_migration::prelude::*;

use crate::draft::{self, Draft};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// By which the cases that are due are found.
const DUE: &str = "signals_municipality_id_closed_at_idx";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        draft::add_time_or_null(manager, "signals", "content_removed_at").await?;
        let index = Index::create()
            .name(DUE)
            .table("signals")
            .col("municipality_id")
            .col("closed_at")
            .to_owned();
        manager.create_index(index).await?;
        draft::make(manager, tables()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        draft::undo(manager, tables()).await?;
        let index = Index::drop().name(DUE).table("signals").to_owned();
        manager.drop_index(index).await?;
        draft::drop_column(manager, "signals", "content_removed_at").await
    }

    /// All of it or nothing, on `SQLite` too.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

fn tables() -> Vec<Draft> {
    vec![
        Draft::table("retention_rules")
            .id()
            .reference("municipality_id", "municipalities")
            .text("ground")
            .integer("months")
            .at_least("months", 1)
            .unique(&["municipality_id", "ground"])
            .changing(),
        Draft::table("retention_runs")
            .id()
            .reference("municipality_id", "municipalities")
            .date("day")
            .time("started_at")
            .time_or_null("finished_at")
            .json("removed")
            .unique(&["municipality_id", "day"])
            .index(&["started_at", "id"]),
        Draft::table("legal_holds")
            .id()
            .reference("municipality_id", "municipalities")
            .reference("neighbourhood_id", "neighbourhoods")
            .reference_or_null("signal_id", "signals")
            .reference_or_null("resident_id", "residents")
            .text("reason")
            .time_or_null("ends_at")
            .reference("placed_by_user_id", "users")
            .time_or_null("lifted_at")
            .reference_or_null("lifted_by_user_id", "users")
            .text_or_null("lift_reason")
            .changing(),
    ]
}
