//! Activities in the neighbourhood: their series, the days they take place, who organises them, and
//! how many came. A referral can be meant for one.

use sea_orm_migration::prelude::*;

use crate::draft::{self, Draft};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        draft::make(manager, tables()).await?;
        draft::add_reference(manager, "referrals", "activity_id", "activities").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        draft::drop_reference(manager, "referrals", "activity_id").await?;
        draft::undo(manager, tables()).await
    }

    /// All of it or nothing, on `SQLite` too.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

fn tables() -> Vec<Draft> {
    vec![
        Draft::table("activity_series")
            .id()
            .reference("municipality_id", "municipalities")
            .reference_or_null("initiative_id", "initiatives")
            .text("name")
            .text_or_null("description")
            .changing()
            .index(&["municipality_id", "name", "id"])
            .index(&["name", "id"]),
        Draft::table("activities")
            .id()
            .reference("municipality_id", "municipalities")
            .reference("neighbourhood_id", "neighbourhoods")
            .reference_or_null("initiative_id", "initiatives")
            .reference_or_null("series_id", "activity_series")
            .reference_or_null("follow_up_of_id", "activities")
            .text("title")
            .text_or_null("description")
            .text("status")
            .text("lead")
            .text_or_null("place")
            .time("starts_at")
            .time("ends_at")
            .text("time_zone")
            .text_or_null("recurrence")
            .text("target_groups")
            .text("languages")
            .integer_or_null("capacity")
            .integer("sequence")
            .text_or_null("cancel_reason")
            .text_or_null("outcome")
            .text_or_null("outcome_note")
            .integer_or_null("attendance_total")
            .time_or_null("handed_over_at")
            .text("handover_tasks")
            .text_or_null("handover_note")
            .text_or_null("gap_target_group")
            .time_or_null("gap_from")
            .time_or_null("gap_until")
            .reference("proposed_by_user_id", "users")
            .reference_or_null("proposed_by_ambassador_id", "ambassadors")
            .reference_or_null("proposed_by_partner_id", "partners")
            .time_or_null("published_at")
            .time_or_null("closed_at")
            .changing()
            .at_least("capacity", 1)
            .at_least("sequence", 0)
            .at_least("attendance_total", 0)
            .index(&["municipality_id", "starts_at", "id"])
            .index(&["neighbourhood_id", "starts_at", "id"])
            .index(&["series_id", "starts_at", "id"])
            .index(&["follow_up_of_id", "starts_at", "id"])
            .index(&["starts_at", "id"]),
        Draft::table("activity_organisers")
            .reference("activity_id", "activities")
            .reference("partner_id", "partners")
            .primary_key(&["activity_id", "partner_id"]),
        Draft::table("activity_volunteers")
            .reference("activity_id", "activities")
            .reference("ambassador_id", "ambassadors")
            .primary_key(&["activity_id", "ambassador_id"]),
        Draft::table("occurrences")
            .id()
            .reference("activity_id", "activities")
            .reference("municipality_id", "municipalities")
            .reference("neighbourhood_id", "neighbourhoods")
            .time("starts_at")
            .time("ends_at")
            .time_or_null("cancelled_at")
            .integer_or_null("attendance_total")
            .changing()
            .at_least("attendance_total", 0)
            .index(&["activity_id", "starts_at", "id"])
            .index(&["municipality_id", "starts_at", "id"])
            .index(&["neighbourhood_id", "starts_at", "id"])
            .index(&["starts_at", "id"]),
        Draft::table("attendances")
            .id()
            .reference("activity_id", "activities")
            .reference("occurrence_id", "occurrences")
            .text("target_group")
            .integer("count")
            .at_least("count", 0)
            .unique(&["occurrence_id", "target_group"]),
    ]
}
