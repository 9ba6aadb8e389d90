//! Signals.

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
        Draft::table("signals")
            .id()
            .reference("municipality_id", "municipalities")
            .reference("neighbourhood_id", "neighbourhoods")
            .reference_or_null("resident_id", "residents")
            .text("kind")
            .text("category")
            .text_or_null("chore_kind")
            .text("urgency")
            .text("title")
            .text_or_null("text")
            .text("status")
            .reference("reporter_user_id", "users")
            .reference_or_null("reporter_ambassador_id", "ambassadors")
            .reference_or_null("reporter_partner_id", "partners")
            .text_or_null("source")
            .text("inflow_channel")
            .text_or_null("external_reference")
            .reference_or_null("handler_partner_id", "partners")
            .time("due_at")
            .text_or_null("outcome")
            .text_or_null("outcome_note")
            .text_or_null("dismiss_reason")
            .reference_or_null("duplicate_of_id", "signals")
            .time_or_null("closed_at")
            .changing()
            .unique(&["reporter_user_id", "external_reference"])
            .index(&["due_at", "id"])
            .index(&["municipality_id", "created_at", "id"])
            .index(&["municipality_id", "due_at", "id"])
            .index(&["neighbourhood_id", "created_at", "id"])
            .index(&["neighbourhood_id", "due_at", "id"])
            .index(&["resident_id", "created_at", "id"])
            .index(&["reporter_user_id", "created_at", "id"])
            .index(&["handler_partner_id", "created_at", "id"]),
    ]
}
