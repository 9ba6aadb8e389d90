//! Texts in which somebody may be mentioned whom nothing ties to the record: every column that the
//! register of processing ([`super::register`]) declares as free text. A new one is here by that.

use nabij_entity::{idempotency_key, resident_contact};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
    sea_query::{Alias, Expr, ExprTrait, Func, LikeExpr, Order, Query, SelectStatement},
};
use uuid::Uuid;

use super::{
    Failure, Tx, dialect,
    register::{self, Texts},
    scope,
};
use crate::policy::Permit;

/// How many records are looked at at once.
const AT_ONCE: u64 = 500;

/// A record with what is told in it.
#[derive(Debug)]
pub struct Told {
    table: &'static str,
    id: Uuid,
    has_version: bool,
    /// Its texts by column; what becomes none stays as it is.
    pub texts: Vec<(&'static str, Option<String>)>,
}

impl Told {
    /// Whether one of its texts holds it.
    fn has_one(&self, holds: impl Fn(&str) -> bool) -> bool {
        let mut texts = self.texts.iter().filter_map(|(_, text)| text.as_deref());
        texts.any(holds)
    }
}

impl Tx {
    /// How to reach these residents, whoever asks: to find them in texts. None of it may be shown.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn contact_details_of(
        &self,
        residents: &[Uuid],
    ) -> Result<Vec<resident_contact::Model>, Failure> {
        Ok(resident_contact::Entity::find()
            .filter(resident_contact::Column::ResidentId.is_in(residents.iter().copied()))
            .all(&self.connection())
            .await?)
    }

    /// The records of a municipality with a text that `holds` something; locked, and no others.
    ///
    /// Texts that may hold it are like one of `patterns`, which are in small letters. They may be many
    /// more than do: they are looked at a part at a time, and not locked.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn told_where(
        &self,
        municipality: Uuid,
        patterns: &[&str],
        holds: impl Fn(&str) -> bool,
    ) -> Result<Vec<Told>, Failure> {
        let mut found = Vec::new();
        for texts in register::texts() {
            let may_hold = scope::all([
                in_municipality(&texts, municipality),
                is_like(&texts, patterns),
            ]);
            if may_hold == scope::nothing() {
                continue;
            }
            let mut holding = Vec::new();
            let mut last: Option<Uuid> = None;
            loop {
                let mut select = told_of(&texts, may_hold.clone());
                let after = last.map(|id| Expr::col("id").gt(id));
                select.and_where_option(after).limit(AT_ONCE);
                let part = self.told(&texts, &select).await?;
                last = part.last().map(|record| record.id);
                let is_last = (part.len() as u64) < AT_ONCE;
                let found = part.iter().filter(|record| record.has_one(&holds));
                holding.extend(found.map(|record| record.id));
                if is_last {
                    break;
                }
            }
            for ids in holding.chunks(usize::try_from(AT_ONCE).unwrap_or(usize::MAX)) {
                let these = Expr::col("id").is_in(ids.iter().copied());
                let mut select = told_of(&texts, these);
                dialect::for_update(self.backend(), &mut select);
                found.extend(self.told(&texts, &select).await?);
            }
        }
        Ok(found)
    }

    async fn told(&self, texts: &Texts, select: &SelectStatement) -> Result<Vec<Told>, Failure> {
        let rows = self.connection().query_all(select).await?;
        let told = rows.iter().map(|row| {
            let texts_of_it = texts
                .columns
                .iter()
                .map(|name| Ok((*name, row.try_get("", name)?)));
            Ok(Told {
                table: texts.table,
                id: row.try_get("", "id")?,
                has_version: texts.has("version"),
                texts: texts_of_it.collect::<Result<_, sea_orm::DbErr>>()?,
            })
        });
        told.collect()
    }

    /// Writes what is told in records anew. Whoever read one before is told so by its version; when it
    /// was last changed stays, because periods run from then.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn retell(&self, _permit: &Permit, told: Vec<Told>) -> Result<(), Failure> {
        let mut retold = Vec::new();
        for record in told {
            let mut update = Query::update();
            update
                .table(record.table)
                .and_where(Expr::col("id").eq(record.id));
            for (name, text) in record.texts {
                if let Some(text) = text {
                    update.value(Alias::new(name), text);
                }
            }
            if update.get_values().is_empty() {
                continue;
            }
            if record.has_version {
                update.value("version", Expr::col("version").add(1));
            }
            self.connection().execute(&update).await?;
            retold.push(record.id);
        }
        // Digests of what was sent: whoever guesses a name could check the guess with them.
        idempotency_key::Entity::delete_many()
            .filter(idempotency_key::Column::RecordId.is_in(retold))
            .exec(&self.connection())
            .await?;
        Ok(())
    }
}

/// What is told in the records for which this holds, by their ids.
fn told_of(texts: &Texts, these: Expr) -> SelectStatement {
    let mut select = Query::select();
    select
        .columns(texts.columns.iter().map(|name| Alias::new(*name)))
        .column(Alias::new("id"))
        .from(texts.table)
        .and_where(these)
        .order_by(Alias::new("id"), Order::Asc);
    select
}

/// One of the record's texts is like one of these patterns.
fn is_like(texts: &Texts, patterns: &[&str]) -> Expr {
    let own = |name: &'static str| Expr::col((Alias::new(texts.table), Alias::new(name)));
    scope::any(texts.columns.iter().flat_map(|name| {
        patterns.iter().map(|pattern| {
            let text = Expr::expr(Func::lower(own(name)));
            text.like(LikeExpr::new(*pattern).escape('\\'))
        })
    }))
}

/// The record is of the municipality: by itself, or by the initiative to which it belongs.
fn in_municipality(texts: &Texts, municipality: Uuid) -> Expr {
    let own = |name: &'static str| Expr::col((Alias::new(texts.table), Alias::new(name)));
    if texts.has("municipality_id") {
        return own("municipality_id").eq(municipality);
    }
    if texts.has("initiative_id") {
        let mut of_place = Query::select();
        of_place
            .column(("initiatives", "id"))
            .from("initiatives")
            .and_where(Expr::col(("initiatives", "municipality_id")).eq(municipality));
        return own("initiative_id").in_subquery(of_place);
    }
    scope::everything()
}
