//! Plans of neighbourhoods, with what led to them and what was promised in them; and what
//! initiatives and plans cost and who pays.

use sea_orm_migration::prelude::*;

use crate::draft::{self, Draft};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        draft::add_integer_or_null(manager, "initiatives", "budget_cents").await?;
        draft::make(manager, tables()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        draft::undo(manager, tables()).await?;
        draft::drop_column(manager, "initiatives", "budget_cents").await
    }

    /// All of it or nothing, on `SQLite` too.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

fn tables() -> Vec<Draft> {
    let mut tables = plans();
    tables.extend(promises());
    tables
}

/// The plans, where they come from, and what they rest on.
fn plans() -> Vec<Draft> {
    vec![
        Draft::table("plans")
            .id()
            .reference("municipality_id", "municipalities")
            .reference("neighbourhood_id", "neighbourhoods")
            .reference_or_null("initiative_id", "initiatives")
            .reference_or_null("facilitator_partner_id", "partners")
            .reference_or_null("cloned_from_id", "plans")
            .text("title")
            .text_or_null("summary")
            .text("stage")
            .integer_or_null("budget_cents")
            .text_or_null("return_reason")
            .integer_or_null("recommendation")
            .integer_or_null("impact")
            .text_or_null("strengths")
            .text_or_null("barriers")
            .text_or_null("lasting_impact")
            .date_or_null("evaluated_on")
            .changing()
            .at_least("budget_cents", 0)
            .between("recommendation", 0, 10)
            .between("impact", 0, 10)
            .unique(&["cloned_from_id", "neighbourhood_id"])
            .index(&["municipality_id", "created_at", "id"])
            .index(&["neighbourhood_id", "created_at", "id"])
            .index(&["initiative_id", "created_at", "id"])
            .index(&["updated_at", "id"]),
        Draft::table("plan_lineage")
            .reference("plan_id", "plans")
            .reference("ancestor_id", "plans")
            .primary_key(&["plan_id", "ancestor_id"]),
        of_a_plan(Draft::table("plan_sessions"))
            .text("kind")
            .date("held_on")
            .integer("headcount")
            .text("mix")
            .text_or_null("note")
            .reference("recorded_by_user_id", "users")
            .reference_or_null("recorded_by_partner_id", "partners")
            .changing()
            .at_least("headcount", 0)
            .index(&["plan_id", "created_at", "id"]),
        of_a_plan(Draft::table("findings"))
            .reference_or_null("session_id", "plan_sessions")
            .text("kind")
            .text_or_null("category")
            .text("text")
            .reference("recorded_by_user_id", "users")
            .reference_or_null("recorded_by_partner_id", "partners")
            .changing()
            .index(&["plan_id", "created_at", "id"])
            .index(&["session_id", "created_at", "id"])
            .index(&["neighbourhood_id", "created_at", "id"]),
    ]
}

/// What is to be done, by whom, and with whose money.
fn promises() -> Vec<Draft> {
    vec![
        of_a_plan(Draft::table("plan_actions"))
            .text("title")
            .text_or_null("description")
            .text("status")
            .text_or_null("owner")
            .reference_or_null("owner_partner_id", "partners")
            .date_or_null("due_on")
            .text_or_null("status_note")
            .reference("recorded_by_user_id", "users")
            .reference_or_null("recorded_by_partner_id", "partners")
            .changing()
            .index(&["plan_id", "created_at", "id"])
            .index(&["owner_partner_id", "created_at", "id"]),
        of_a_plan(Draft::table("commitments"))
            .reference_or_null("action_id", "plan_actions")
            .text("party")
            .reference_or_null("partner_id", "partners")
            .text("what")
            .date("from_on")
            .date_or_null("until_on")
            .reference("recorded_by_user_id", "users")
            .changing()
            .index(&["plan_id", "created_at", "id"])
            .index(&["action_id", "created_at", "id"])
            .index(&["partner_id", "created_at", "id"]),
        of_a_plan(Draft::table("endorsements"))
            .text("endorser")
            .reference_or_null("partner_id", "partners")
            .date("endorsed_on")
            .text("how")
            .time_or_null("lapsed_at")
            .reference("recorded_by_user_id", "users")
            .changing()
            .index(&["plan_id", "created_at", "id"]),
        Draft::table("funding_lines")
            .id()
            .reference("municipality_id", "municipalities")
            .reference_or_null("neighbourhood_id", "neighbourhoods")
            .reference_or_null("plan_id", "plans")
            .reference_or_null("initiative_id", "initiatives")
            .reference_or_null("funder_partner_id", "partners")
            .text_or_null("funder_name")
            .text("kind")
            .text("status")
            .integer_or_null("requested_cents")
            .integer_or_null("granted_cents")
            .date_or_null("applied_on")
            .date_or_null("decided_on")
            .text_or_null("note")
            .text_or_null("status_note")
            .changing()
            .at_least("requested_cents", 0)
            .at_least("granted_cents", 0)
            .index(&["plan_id", "created_at", "id"])
            .index(&["initiative_id", "created_at", "id"])
            .index(&["funder_partner_id", "created_at", "id"])
            .index(&["municipality_id", "created_at", "id"]),
    ]
}

/// What every part of a plan has: its plan, and the place of that plan.
fn of_a_plan(table: Draft) -> Draft {
    table
        .id()
        .reference("plan_id", "plans")
        .reference("municipality_id", "municipalities")
        .reference("neighbourhood_id", "neighbourhoods")
}
