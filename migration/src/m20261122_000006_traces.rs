//! What leaves a trace: events, reads of personal data and requests already carried out.

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
        Draft::table("events")
            .id()
            .text("subject_kind")
            .uuid("subject_id")
            .text("kind")
            .reference_or_null("actor_user_id", "users")
            .text_or_null("actor_role")
            .reference_or_null("actor_partner_id", "partners")
            .text("request_id")
            .time("at")
            .json("data")
            .index(&["subject_id", "id"]),
        Draft::table("access_log")
            .id()
            .reference("user_id", "users")
            .reference_or_null("partner_id", "partners")
            .reference("resident_id", "residents")
            .text("fields")
            .text("purpose")
            .time("at")
            .text("request_id")
            .index(&["resident_id", "at", "id"])
            .index(&["at", "id"]),
        Draft::table("idempotency_keys")
            .reference("user_id", "users")
            .uuid("key")
            .text("mutation")
            .text("input_hash")
            .uuid("record_id")
            .time("created_at")
            .primary_key(&["user_id", "key"])
            .index(&["created_at"]),
    ]
}
