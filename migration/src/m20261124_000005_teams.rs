//! Teams and their members, trainings, deployments, and the advisory groups of initiatives.

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
        Draft::table("teams")
            .id()
            .reference("municipality_id", "municipalities")
            .reference_or_null("initiative_id", "initiatives")
            .text("name")
            .text_or_null("description")
            .text_or_null("contact_name")
            .reference("contact_partner_id", "partners")
            .text_or_null("contact_details")
            .boolean("public_contact")
            .changing()
            .index(&["name", "id"])
            .index(&["municipality_id", "name", "id"])
            .index(&["initiative_id", "name", "id"]),
        Draft::table("team_neighbourhoods")
            .reference("team_id", "teams")
            .reference("neighbourhood_id", "neighbourhoods")
            .primary_key(&["team_id", "neighbourhood_id"]),
        Draft::table("team_members")
            .id()
            .reference("team_id", "teams")
            .reference("municipality_id", "municipalities")
            .reference_or_null("ambassador_id", "ambassadors")
            .reference_or_null("partner_id", "partners")
            .text_or_null("display_name")
            .text_or_null("task")
            .date("joined_on")
            .date_or_null("left_on")
            .changing()
            .index(&["team_id", "created_at", "id"])
            .index(&["ambassador_id", "created_at", "id"]),
        Draft::table("trainings")
            .id()
            .reference("municipality_id", "municipalities")
            .reference_or_null("team_id", "teams")
            .text("kind")
            .text("title")
            .date("held_on")
            .integer_or_null("minutes")
            .at_least("minutes", 1)
            .reference_or_null("provider_partner_id", "partners")
            .changing()
            .index(&["held_on", "id"])
            .index(&["municipality_id", "held_on", "id"])
            .index(&["team_id", "held_on", "id"]),
        Draft::table("training_ambassadors")
            .reference("training_id", "trainings")
            .reference("ambassador_id", "ambassadors")
            .primary_key(&["training_id", "ambassador_id"]),
        Draft::table("training_members")
            .reference("training_id", "trainings")
            .reference("team_member_id", "team_members")
            .primary_key(&["training_id", "team_member_id"]),
        Draft::table("deployments")
            .id()
            .reference("municipality_id", "municipalities")
            .reference("neighbourhood_id", "neighbourhoods")
            .reference("ambassador_id", "ambassadors")
            .time("starts_at")
            .time_or_null("ends_at")
            .changing()
            .index(&["starts_at", "id"])
            .index(&["neighbourhood_id", "starts_at", "id"])
            .index(&["ambassador_id", "starts_at", "id"]),
        Draft::table("initiative_advisors")
            .id()
            .reference("initiative_id", "initiatives")
            .reference_or_null("partner_id", "partners")
            .reference_or_null("ambassador_id", "ambassadors")
            .text_or_null("position")
            .changing()
            .index(&["initiative_id", "created_at", "id"]),
    ]
}
