//! Indexes for the figures of a period: what was closed in it, and who was spoken to.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Table, moment, and whether rows without that moment are left out.
const INDEXES: [(&str, &str, bool); 3] = [
    ("signals", "closed_at", true),
    ("referrals", "closed_at", true),
    ("contact_moments", "at", false),
];

fn name(table: &str, moment: &str) -> String {
    format!("{table}_neighbourhood_id_{moment}_idx")
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, moment, sparse) in INDEXES {
            let mut index = Index::create();
            index
                .name(name(table, moment))
                .table(table)
                .col("neighbourhood_id")
                .col(moment);
            if sparse {
                index.cond_where(Expr::col(moment).is_not_null());
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, moment, _) in INDEXES.into_iter().rev() {
            let mut index = Index::drop();
            index.name(name(table, moment)).table(table);
            manager.drop_index(index).await?;
        }
        Ok(())
    }

    /// All of it or nothing, on `SQLite` too.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
