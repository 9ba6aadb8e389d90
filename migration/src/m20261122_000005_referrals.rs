//! Referrals of signals to partners, the contacts about them and the feedback on them.

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
        Draft::table("referrals")
            .id()
            .reference("signal_id", "signals")
            .reference("municipality_id", "municipalities")
            .reference("neighbourhood_id", "neighbourhoods")
            .reference_or_null("resident_id", "residents")
            .reference_or_null("from_partner_id", "partners")
            .reference("to_partner_id", "partners")
            .reference_or_null("service_id", "services")
            .reference_or_null("replaces_id", "referrals")
            .text("status")
            .text_or_null("held_from")
            .text_or_null("basis")
            .text_or_null("basis_justification")
            .reference_or_null("consent_id", "consents")
            .text("disclosed_fields")
            .text_or_null("reason")
            .text_or_null("reject_reason")
            .text_or_null("status_note")
            .text_or_null("cancel_cause")
            .text_or_null("outcome")
            .text_or_null("outcome_note")
            .reference("requested_by_user_id", "users")
            .time_or_null("accepted_at")
            .time_or_null("closed_at")
            .changing()
            .index(&["signal_id", "created_at", "id"])
            .index(&["to_partner_id", "created_at", "id"])
            .index(&["from_partner_id", "created_at", "id"])
            .index(&["municipality_id", "created_at", "id"])
            .index(&["neighbourhood_id", "created_at", "id"]),
        Draft::table("contact_moments")
            .id()
            .reference("signal_id", "signals")
            .reference_or_null("referral_id", "referrals")
            .reference("municipality_id", "municipalities")
            .reference("neighbourhood_id", "neighbourhoods")
            .text("kind")
            .time("at")
            .text("outcome")
            .text_or_null("note")
            .reference("author_user_id", "users")
            .reference_or_null("author_ambassador_id", "ambassadors")
            .reference_or_null("author_partner_id", "partners")
            .changing()
            .index(&["signal_id", "created_at", "id"])
            .index(&["referral_id", "created_at", "id"]),
        Draft::table("feedback")
            .id()
            .reference("referral_id", "referrals")
            .reference("signal_id", "signals")
            .reference("municipality_id", "municipalities")
            .reference("neighbourhood_id", "neighbourhoods")
            .text("giver")
            .integer("score")
            .text_or_null("text")
            .reference("author_user_id", "users")
            .reference_or_null("author_partner_id", "partners")
            .changing()
            .between("score", 1, 5)
            .index(&["referral_id", "created_at", "id"])
            .index(&["signal_id", "created_at", "id"]),
    ]
}
