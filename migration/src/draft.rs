//! [`Draft`]: a new table, drafted in the column types that hold on both databases.
//!
//! It also sees to what is easily forgotten: each reference to another table gets its foreign key
//! and an index, unless another index already starts with that column. A row that others refer to
//! can't be deleted. That is `ON DELETE NO ACTION`, not `RESTRICT`: both refuse, but `SQLite`
//! reports `RESTRICT` as a failed trigger (1811), which `DbErr::sql_err()` doesn't know as a
//! violated foreign key.
//!
//! Shipped migrations rest on this file: add to it, but don't change what a method makes.

use sea_orm_migration::prelude::*;

type Name = &'static str;

/// A table to be made, with its indexes.
pub(crate) struct Draft {
    name: Name,
    table: TableCreateStatement,
    primary: Vec<Name>,
    references: Vec<Name>,
    indexes: Vec<(Vec<Name>, bool)>,
}

impl Draft {
    /// A table without columns yet.
    pub(crate) fn table(name: Name) -> Self {
        Self {
            name,
            table: Table::create().table(name).take(),
            primary: Vec::new(),
            references: Vec::new(),
            indexes: Vec::new(),
        }
    }

    fn column(mut self, column: &mut ColumnDef) -> Self {
        self.table.col(column);
        self
    }

    /// The record's own id. On `SQLite` a UUID is kept as its 16 bytes, so that the order of the
    /// bytes, which for a `UUIDv7` is the order of time, holds on both databases.
    pub(crate) fn id(self) -> Self {
        self.uuid("id").primary_key(&["id"])
    }

    /// The columns by which a row is known.
    pub(crate) fn primary_key(mut self, columns: &[Name]) -> Self {
        let mut key = Index::create();
        for column in columns {
            key.col(*column);
        }
        self.table.primary_key(&mut key);
        self.primary = columns.to_vec();
        self
    }

    /// A UUID that isn't a foreign key.
    pub(crate) fn uuid(self, name: Name) -> Self {
        self.column(ColumnDef::new(name).uuid().not_null())
    }

    /// A UUID that isn't a foreign key, or nothing.
    pub(crate) fn uuid_or_null(self, name: Name) -> Self {
        self.column(ColumnDef::new(name).uuid().null())
    }

    /// The id of a row of `target`.
    pub(crate) fn reference(self, name: Name, target: Name) -> Self {
        self.uuid(name).foreign_key(name, target)
    }

    /// The id of a row of `target`, or nothing.
    pub(crate) fn reference_or_null(self, name: Name, target: Name) -> Self {
        self.column(ColumnDef::new(name).uuid().null())
            .foreign_key(name, target)
    }

    fn foreign_key(mut self, name: Name, target: Name) -> Self {
        self.table.foreign_key(
            ForeignKey::create()
                .name(format!("{}_{name}_fkey", self.name))
                .from(self.name, name)
                .to(target, "id")
                .on_delete(ForeignKeyAction::NoAction),
        );
        self.references.push(name);
        self
    }

    /// Text of any length: also codes and sets, whose words only the service knows.
    pub(crate) fn text(self, name: Name) -> Self {
        self.column(ColumnDef::new(name).text().not_null())
    }

    /// Text of any length, or nothing.
    pub(crate) fn text_or_null(self, name: Name) -> Self {
        self.column(ColumnDef::new(name).text().null())
    }

    /// A whole number of 32 bits.
    pub(crate) fn integer(self, name: Name) -> Self {
        self.column(ColumnDef::new(name).integer().not_null())
    }

    /// A whole number of 32 bits, or nothing.
    pub(crate) fn integer_or_null(self, name: Name) -> Self {
        self.column(ColumnDef::new(name).integer().null())
    }

    /// Yes or no.
    pub(crate) fn boolean(self, name: Name) -> Self {
        self.column(ColumnDef::new(name).boolean().not_null())
    }

    /// A calendar date, kept as in [`Draft::date_or_null`].
    pub(crate) fn date(self, name: Name) -> Self {
        self.column(ColumnDef::new(name).date().not_null())
    }

    /// A calendar date, or nothing. On `SQLite` it is text, `2026-11-22`, in the order of time.
    pub(crate) fn date_or_null(self, name: Name) -> Self {
        self.column(ColumnDef::new(name).date().null())
    }

    /// A moment in UTC.
    ///
    /// On `PostgreSQL` it is a `timestamptz`, kept to the microsecond: the service's clock must
    /// give no finer time, or a row reads differently from what was written.
    ///
    /// On `SQLite` it is the text that sqlx writes for a `DateTime<Utc>` (sqlx-sqlite 0.9,
    /// `types/chrono.rs`: `to_rfc3339_opts(AutoSi, false)`): `2026-11-22T09:30:00.125+00:00`, with
    /// 0, 3, 6 or 9 digits after the point and always `+00:00`. The order of these texts is the
    /// order of time, also where the digits differ in number: `+` sorts before `.` and before
    /// every digit, and fewer digits means that the missing ones are zero. A literal in SQL must
    /// have the same form (`Z` would sort after the digits); so bind times, never write them out.
    pub(crate) fn time(self, name: Name) -> Self {
        self.column(ColumnDef::new(name).timestamp_with_time_zone().not_null())
    }

    /// A moment in UTC as in [`Draft::time`], or nothing.
    pub(crate) fn time_or_null(self, name: Name) -> Self {
        self.column(ColumnDef::new(name).timestamp_with_time_zone().null())
    }

    /// A JSON document: `jsonb` on `PostgreSQL`, text on `SQLite`.
    pub(crate) fn json(self, name: Name) -> Self {
        self.column(ColumnDef::new(name).json_binary().not_null())
    }

    /// What every record that changes has, with the index for lists in the order of `created_at`.
    pub(crate) fn changing(self) -> Self {
        self.time("created_at")
            .time("updated_at")
            .integer("version")
            .at_least("version", 1)
            .index(&["created_at", "id"])
    }

    /// Refuses a number below `least`; nothing is allowed where the column allows it.
    pub(crate) fn at_least(mut self, name: Name, least: i32) -> Self {
        self.table.check(Expr::col(name).gte(least));
        self
    }

    /// Refuses a number outside `least` to `most`; nothing is allowed where the column allows it.
    pub(crate) fn between(mut self, name: Name, least: i32, most: i32) -> Self {
        self.table.check(Expr::col(name).between(least, most));
        self
    }

    /// Refuses two rows that are alike in all of `columns`. Nothing is never alike.
    pub(crate) fn unique(mut self, columns: &[Name]) -> Self {
        self.indexes.push((columns.to_vec(), true));
        self
    }

    /// An index for lists, in the order of `columns`.
    pub(crate) fn index(mut self, columns: &[Name]) -> Self {
        self.indexes.push((columns.to_vec(), false));
        self
    }

    async fn make(mut self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        for column in &self.references {
            let first = Some(column);
            let served = self.primary.first() == first
                || self
                    .indexes
                    .iter()
                    .any(|(columns, _)| columns.first() == first);
            if !served {
                self.indexes.push((vec![*column], false));
            }
        }
        manager.create_table(self.table).await?;
        for (columns, unique) in self.indexes {
            let kind = if unique { "key" } else { "idx" };
            let mut index = Index::create();
            index
                .name(format!("{}_{}_{kind}", self.name, columns.join("_")))
                .table(self.name);
            for column in columns {
                index.col(column);
            }
            if unique {
                index.unique();
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn undo(self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table(self.name).take())
            .await
    }
}

/// Makes the tables, in the order given.
pub(crate) async fn make(manager: &SchemaManager<'_>, tables: Vec<Draft>) -> Result<(), DbErr> {
    for table in tables {
        table.make(manager).await?;
    }
    Ok(())
}

/// Drops the tables with all that is in them, the last one first.
pub(crate) async fn undo(manager: &SchemaManager<'_>, tables: Vec<Draft>) -> Result<(), DbErr> {
    for table in tables.into_iter().rev() {
        table.undo(manager).await?;
    }
    Ok(())
}

/// Adds to a table that has shipped the id of a row of `target`, or nothing, with its foreign key
/// and index: in one statement that both databases take, since `SQLite` can't add a foreign key to
/// a column that is there.
pub(crate) async fn add_reference(
    manager: &SchemaManager<'_>,
    table: Name,
    name: Name,
    target: Name,
) -> Result<(), DbErr> {
    let references = format!("REFERENCES \"{target}\" (\"id\")");
    let column = ColumnDef::new(name).uuid().null().extra(references).take();
    add_column(manager, table, column).await?;
    let mut index = Index::create();
    index
        .name(format!("{table}_{name}_idx"))
        .table(table)
        .col(name);
    manager.create_index(index).await
}

/// Adds to a table that has shipped a text, or nothing.
pub(crate) async fn add_text_or_null(
    manager: &SchemaManager<'_>,
    table: Name,
    name: Name,
) -> Result<(), DbErr> {
    add_column(manager, table, ColumnDef::new(name).text().null().take()).await
}

/// Adds to a table that has shipped a whole number of 32 bits, or nothing.
pub(crate) async fn add_integer_or_null(
    manager: &SchemaManager<'_>,
    table: Name,
    name: Name,
) -> Result<(), DbErr> {
    add_column(manager, table, ColumnDef::new(name).integer().null().take()).await
}

/// Adds to a table that has shipped a moment in UTC as in [`Draft::time`], or nothing.
pub(crate) async fn add_time_or_null(
    manager: &SchemaManager<'_>,
    table: Name,
    name: Name,
) -> Result<(), DbErr> {
    let column = ColumnDef::new(name)
        .timestamp_with_time_zone()
        .null()
        .take();
    add_column(manager, table, column).await
}

/// Adds to a table that has shipped a text as in [`Draft::text`], which the rows that are there have
/// this of.
pub(crate) async fn add_text(
    manager: &SchemaManager<'_>,
    table: Name,
    name: Name,
    of_old: &'static str,
) -> Result<(), DbErr> {
    let column = ColumnDef::new(name)
        .text()
        .not_null()
        .default(of_old)
        .take();
    add_column(manager, table, column).await
}

async fn add_column(
    manager: &SchemaManager<'_>,
    table: Name,
    mut column: ColumnDef,
) -> Result<(), DbErr> {
    manager
        .alter_table(Table::alter().table(table).add_column(&mut column).take())
        .await
}

/// Takes away a column that [`add_reference`] added, with its index.
pub(crate) async fn drop_reference(
    manager: &SchemaManager<'_>,
    table: Name,
    name: Name,
) -> Result<(), DbErr> {
    let mut index = Index::drop();
    index.name(format!("{table}_{name}_idx")).table(table);
    manager.drop_index(index).await?;
    drop_column(manager, table, name).await
}

/// Takes away a column that is neither in an index nor in a foreign key of the table.
pub(crate) async fn drop_column(
    manager: &SchemaManager<'_>,
    table: Name,
    name: Name,
) -> Result<(), DbErr> {
    manager
        .alter_table(Table::alter().table(table).drop_column(name).take())
        .await
}
