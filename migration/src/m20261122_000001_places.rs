//! Municipalities, their neighbourhoods and the official areas these consist of.

use sea_orm_migration::prelude::*;

use crate::draft::{self, Draft};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        draft::make(manager, tables()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        draft::undo(manager, tables()).await
    }

    /// All of it or nothing, on `SQLite` too.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

fn tables() -> Vec<Draft> {
    vec![
        Draft::table("municipalities")
            .id()
            .text("name")
            .text("country")
            .text("code")
            .text("code_scheme")
            .changing()
            .unique(&["code_scheme", "code"])
            .index(&["name", "id"]),
        Draft::table("neighbourhoods")
            .id()
            .reference("municipality_id", "municipalities")
            .reference_or_null("parent_id", "neighbourhoods")
            .text("name")
            .changing()
            .index(&["name", "id"])
            .index(&["municipality_id", "name", "id"]),
        Draft::table("area_codes")
            .id()
            .reference("neighbourhood_id", "neighbourhoods")
            .text("scheme")
            .text("code")
            .date_or_null("valid_from")
            .date_or_null("valid_until")
            .time("created_at")
            .unique(&["neighbourhood_id", "scheme", "code"])
            .index(&["scheme", "code"]),
    ]
}
