//! Users and their roles, ambassadors, residents and what they consent to.

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
        Draft::table("users")
            .id()
            .text("kind")
            .text("issuer")
            .text("subject")
            .text("display_name")
            .text("status")
            .integer("authz_version")
            .changing()
            .unique(&["issuer", "subject"]),
        Draft::table("ambassadors")
            .id()
            .reference("municipality_id", "municipalities")
            .boolean("whole_municipality")
            .reference_or_null("pool_partner_id", "partners")
            .text("display_name")
            .text("roles")
            .text("status")
            .date_or_null("briefed_on")
            .boolean("public_profile")
            .text_or_null("public_contact")
            .changing()
            .index(&["display_name", "id"])
            .index(&["municipality_id", "display_name", "id"]),
        Draft::table("ambassador_neighbourhoods")
            .reference("ambassador_id", "ambassadors")
            .reference("neighbourhood_id", "neighbourhoods")
            .primary_key(&["ambassador_id", "neighbourhood_id"]),
        Draft::table("role_grants")
            .id()
            .reference("user_id", "users")
            .text("role")
            .reference_or_null("municipality_id", "municipalities")
            .reference_or_null("neighbourhood_id", "neighbourhoods")
            .reference_or_null("partner_id", "partners")
            .reference_or_null("ambassador_id", "ambassadors")
            .time("valid_from")
            .time_or_null("valid_until")
            .changing(),
        Draft::table("residents")
            .id()
            .reference("municipality_id", "municipalities")
            .reference("neighbourhood_id", "neighbourhoods")
            .text_or_null("given_name")
            .text_or_null("family_name")
            .integer_or_null("birth_year")
            .text("target_groups")
            .text("languages")
            .text_or_null("notes")
            .reference("recorded_by_user_id", "users")
            .reference_or_null("recorded_by_ambassador_id", "ambassadors")
            .reference_or_null("recorded_by_partner_id", "partners")
            .changing()
            .index(&["municipality_id", "created_at", "id"])
            .index(&["neighbourhood_id", "created_at", "id"]),
        Draft::table("resident_contacts")
            .reference("resident_id", "residents")
            .primary_key(&["resident_id"])
            .text_or_null("phone")
            .text_or_null("email")
            .text_or_null("address")
            .text_or_null("preferred_channel")
            .time("updated_at"),
        Draft::table("consents")
            .id()
            .reference("resident_id", "residents")
            .reference("municipality_id", "municipalities")
            .reference("neighbourhood_id", "neighbourhoods")
            .text("kind")
            .reference_or_null("partner_id", "partners")
            .text("method")
            .reference("recorded_by_user_id", "users")
            .time("given_at")
            .time_or_null("withdrawn_at")
            .reference_or_null("withdrawn_by_user_id", "users")
            .changing()
            .index(&["resident_id", "created_at", "id"]),
    ]
}
