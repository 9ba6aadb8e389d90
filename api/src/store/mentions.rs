//! Texts in which somebody may be mentioned whom nothing ties to the record: every column that the
//! register of processing ([`super::register`]) declares as free text. A new one is here by that.

use nabij_entity::{idempotency_key, resident_contact};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
    sea_query::{Alias, Expr, ExprTrait, Func, LikeExpr, Order, Query},
};
use uuid::Uuid;

use super::{
    Failure, Tx, dialect,
    register::{self, Texts},
    scope,
};
use crate::policy::Permit;

/// A record with what is told in it.
#[derive(Debug)]
pub struct Told {
    table: &'static str,
    id: Uuid,
    has_version: bool,
    /// Its texts by column; what becomes none stays as it is.
    pub texts: Vec<(&'static str, Option<String>)>,
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

    /// The records of a municipality with a text like one of these patterns, which are in small
    /// letters; locked. Each table is read once.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn told_like(
        &self,
        municipality: Uuid,
        patterns: &[&str],
    ) -> Result<Vec<Told>, Failure> {
        let mut found = Vec::new();
        if patterns.is_empty() {
            return Ok(found);
        }
        for texts in register::texts() {
            let own = |name: &'static str| Expr::col((Alias::new(texts.table), Alias::new(name)));
            let like = texts.columns.iter().flat_map(|name| {
                patterns.iter().map(|pattern| {
                    let text = Expr::expr(Func::lower(own(name)));
                    text.like(LikeExpr::new(*pattern).escape('\\'))
                })
            });
            let mut select = Query::select();
            select
                .columns(texts.columns.iter().map(|name| Alias::new(*name)))
                .column(Alias::new("id"))
                .from(texts.table)
                .and_where(in_municipality(&texts, municipality))
                .and_where(scope::any(like))
                .order_by(Alias::new("id"), Order::Asc);
            dialect::for_update(self.backend(), &mut select);
            for row in self.connection().query_all(&select).await? {
                let told = texts
                    .columns
                    .iter()
                    .map(|name| Ok((*name, row.try_get("", name)?)));
                found.push(Told {
                    table: texts.table,
                    id: row.try_get("", "id")?,
                    has_version: texts.has("version"),
                    texts: told.collect::<Result<_, sea_orm::DbErr>>()?,
                });
            }
        }
        Ok(found)
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
