//! Partners, what they offer and where, and the initiatives they take part in.

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
        Draft::table("partners")
            .id()
            .text("reference")
            .text("name")
            .text("kind")
            .text("secrecy")
            .text("status")
            .text_or_null("email")
            .text_or_null("phone")
            .text_or_null("website")
            .changing()
            .unique(&["reference"])
            .index(&["name", "id"]),
        Draft::table("partner_identifiers")
            .id()
            .reference("partner_id", "partners")
            .text("scheme")
            .text("value")
            .time("created_at")
            .unique(&["scheme", "value"]),
        Draft::table("partner_neighbourhoods")
            .reference("partner_id", "partners")
            .reference("neighbourhood_id", "neighbourhoods")
            .primary_key(&["partner_id", "neighbourhood_id"]),
        Draft::table("services")
            .id()
            .reference("partner_id", "partners")
            .text("reference")
            .text("name")
            .text_or_null("description")
            .text("categories")
            .text("target_groups")
            .integer_or_null("capacity_available")
            .integer_or_null("capacity_maximum")
            .time_or_null("capacity_updated_at")
            .text("status")
            .changing()
            .at_least("capacity_available", 0)
            .at_least("capacity_maximum", 0)
            .unique(&["partner_id", "reference"])
            .index(&["name", "id"])
            .index(&["partner_id", "name", "id"]),
        Draft::table("service_neighbourhoods")
            .reference("service_id", "services")
            .reference("neighbourhood_id", "neighbourhoods")
            .primary_key(&["service_id", "neighbourhood_id"]),
        Draft::table("initiatives")
            .id()
            .text("reference")
            .text("name")
            .reference("municipality_id", "municipalities")
            .text_or_null("description")
            .date_or_null("starts_on")
            .date_or_null("ends_on")
            .text("target_groups")
            .integer_or_null("minimum_age")
            .text_or_null("website")
            .changing()
            .at_least("minimum_age", 0)
            .unique(&["reference"])
            .index(&["name", "id"])
            .index(&["municipality_id", "name", "id"]),
        Draft::table("initiative_neighbourhoods")
            .reference("initiative_id", "initiatives")
            .reference("neighbourhood_id", "neighbourhoods")
            .primary_key(&["initiative_id", "neighbourhood_id"]),
        Draft::table("initiative_partners")
            .reference("initiative_id", "initiatives")
            .reference("partner_id", "partners")
            .primary_key(&["initiative_id", "partner_id"]),
        Draft::table("evaluations")
            .id()
            .reference("initiative_id", "initiatives")
            .integer_or_null("recommendation")
            .integer_or_null("impact")
            .text_or_null("strengths")
            .text_or_null("barriers")
            .text_or_null("lasting_impact")
            .date_or_null("evaluated_on")
            .changing()
            .between("recommendation", 0, 10)
            .between("impact", 0, 10)
            .index(&["initiative_id", "created_at", "id"]),
    ]
}
