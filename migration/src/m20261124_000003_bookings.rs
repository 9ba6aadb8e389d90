//! Rooms and things that can be booked, and their bookings.

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
        Draft::table("bookables")
            .id()
            .text("kind")
            .reference("partner_id", "partners")
            .reference("municipality_id", "municipalities")
            .reference("neighbourhood_id", "neighbourhoods")
            .text("name")
            .text_or_null("description")
            .text_or_null("address")
            .integer_or_null("capacity")
            .text("accessibility")
            .text("status")
            .changing()
            .at_least("capacity", 1)
            .index(&["partner_id", "name", "id"])
            .index(&["municipality_id", "name", "id"])
            .index(&["neighbourhood_id", "name", "id"])
            .index(&["name", "id"]),
        Draft::table("bookings")
            .id()
            .reference("first_id", "bookings")
            .reference("bookable_id", "bookables")
            .reference("owner_partner_id", "partners")
            .reference("municipality_id", "municipalities")
            .reference("neighbourhood_id", "neighbourhoods")
            .reference_or_null("activity_id", "activities")
            .reference_or_null("occurrence_id", "occurrences")
            .time("starts_at")
            .time("ends_at")
            .text("status")
            .text_or_null("note")
            .text_or_null("cancel_cause")
            .text_or_null("cancel_reason")
            .reference("booked_by_user_id", "users")
            .reference_or_null("booked_by_ambassador_id", "ambassadors")
            .reference_or_null("booked_by_partner_id", "partners")
            .changing()
            .index(&["bookable_id", "starts_at", "id"])
            .index(&["activity_id", "starts_at", "id"])
            .index(&["municipality_id", "starts_at", "id"])
            .index(&["neighbourhood_id", "starts_at", "id"])
            .index(&["starts_at", "id"]),
        Draft::table("activity_bookables")
            .reference("activity_id", "activities")
            .reference("bookable_id", "bookables")
            .primary_key(&["activity_id", "bookable_id"]),
    ]
}
