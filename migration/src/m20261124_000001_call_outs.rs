//! Call-outs to a partner's pool of volunteers and their offers; the pool's name; feedback that a
//! volunteer gives on a call-out.

use sea_orm_migration::prelude::*;

use crate::draft::{self, Draft};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        draft::make(manager, tables()).await?;
        draft::add_text_or_null(manager, "partners", "pool_name").await?;
        draft::add_reference(manager, "feedback", "call_out_id", "call_outs").await?;
        draft::add_reference(manager, "feedback", "author_ambassador_id", "ambassadors").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        draft::drop_reference(manager, "feedback", "author_ambassador_id").await?;
        draft::drop_reference(manager, "feedback", "call_out_id").await?;
        draft::drop_column(manager, "partners", "pool_name").await?;
        draft::undo(manager, tables()).await
    }

    /// All of it or nothing, on `SQLite` too.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

fn tables() -> Vec<Draft> {
    vec![
        Draft::table("call_outs")
            .id()
            .reference("referral_id", "referrals")
            .reference("signal_id", "signals")
            .reference("municipality_id", "municipalities")
            .reference("neighbourhood_id", "neighbourhoods")
            .reference("partner_id", "partners")
            .reference_or_null("resident_id", "residents")
            .text("category")
            .text_or_null("chore_kind")
            .text("title")
            .text("text")
            .text_or_null("details")
            .time_or_null("starts_at")
            .time_or_null("ends_at")
            .time("deadline")
            .text("status")
            // No foreign key: an offer refers to its call-out, and neither could be made first.
            .uuid_or_null("selected_offer_id")
            .reference_or_null("selected_ambassador_id", "ambassadors")
            .text_or_null("end_cause")
            .text_or_null("status_note")
            .reference("opened_by_user_id", "users")
            .time_or_null("closed_at")
            .changing()
            .index(&["status", "deadline", "id"])
            .index(&["deadline", "id"])
            .index(&["referral_id", "created_at", "id"])
            .index(&["partner_id", "created_at", "id"])
            .index(&["municipality_id", "created_at", "id"])
            .index(&["neighbourhood_id", "created_at", "id"]),
        Draft::table("offers")
            .id()
            .reference("call_out_id", "call_outs")
            .reference("municipality_id", "municipalities")
            .reference("neighbourhood_id", "neighbourhoods")
            .reference("partner_id", "partners")
            .reference("ambassador_id", "ambassadors")
            .text("status")
            .text_or_null("note")
            .time_or_null("selected_at")
            .text_or_null("status_note")
            .changing()
            .index(&["call_out_id", "created_at", "id"])
            .index(&["ambassador_id", "created_at", "id"]),
    ]
}
