//! Under which secrecy the note of a contact was written.

use sea_orm_migration::prelude::*;

use crate::draft;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        draft::add_text(manager, "contact_moments", "secrecy", "DISCRETION").await?;
        // What was written before this, by partners that work under professional secrecy.
        let bound = "UPDATE contact_moments SET secrecy = 'PROFESSIONAL_SECRECY' WHERE \
                     author_partner_id IN (SELECT id FROM partners WHERE secrecy = \
                     'PROFESSIONAL_SECRECY')";
        manager.get_connection().execute_unprepared(bound).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        draft::drop_column(manager, "contact_moments", "secrecy").await
    }

    /// All of it or nothing, on `SQLite` too.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
