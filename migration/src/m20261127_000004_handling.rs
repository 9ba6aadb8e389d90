//! On which basis the partner that handles a signal is told of its resident, and what of them.

use sea_orm_migration::prelude::*;

use crate::draft;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Texts that may be empty.
const TEXTS: [&str; 2] = ["handler_basis", "handler_basis_justification"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in TEXTS {
            draft::add_text_or_null(manager, "signals", name).await?;
        }
        draft::add_reference(manager, "signals", "handler_consent_id", "consents").await?;
        // Nobody said so far what a handler may know: nothing is disclosed until somebody does.
        draft::add_text(manager, "signals", "handler_disclosed_fields", ",").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        draft::drop_column(manager, "signals", "handler_disclosed_fields").await?;
        draft::drop_reference(manager, "signals", "handler_consent_id").await?;
        for name in TEXTS {
            draft::drop_column(manager, "signals", name).await?;
        }
        Ok(())
    }

    /// All of it or nothing, on `SQLite` too.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
