//! Writing: one row, one event, one transaction. A write takes the policy's [`Permit`], expects
//! exactly one changed row, and records what happened in the same breath.

use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ConnectionTrait, DbBackend, EntityTrait, IdenStatic, Iterable, QueryFilter, Value,
    sea_query::{Alias, Expr, ExprTrait, Query, SelectStatement},
};
use uuid::Uuid;

use super::{Failure, Tx, dialect, events::Happening, record::Record, scope::col};
use crate::policy::Permit;

/// The record was changed by somebody else since it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stale;

impl Tx {
    /// The record with this id if the writer may see it, locked until the transaction ends: for
    /// what is going to be changed, or whose children must not be added to twice at once.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn visible<R: Record>(&self, id: Uuid) -> Result<Option<R::Row>, Failure> {
        self.locked::<R>(id, dialect::for_update).await
    }

    /// The record with this id if the writer may see it, kept from changing until the transaction
    /// ends: for what is only looked at. Others who look don't wait, so that no two who look at the
    /// same records in another order wait for each other.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn visible_beside<R: Record>(&self, id: Uuid) -> Result<Option<R::Row>, Failure> {
        self.locked::<R>(id, dialect::for_share).await
    }

    async fn locked<R: Record>(
        &self,
        id: Uuid,
        lock: fn(DbBackend, &mut SelectStatement),
    ) -> Result<Option<R::Row>, Failure> {
        let shape = R::KIND.shape();
        let t = Alias::new("t0");
        let mut select = Query::select();
        for name in shape.columns() {
            select.expr_as(
                shape.column(name, self.viewer(), &t),
                Alias::new(format!("t0_{name}")),
            );
        }
        for guard in shape.guards(self.viewer(), &t) {
            select.expr_as(guard.shown, Alias::new(format!("t0_shows_{}", guard.name)));
        }
        for fact in shape.facts(self.viewer(), &t) {
            select.expr_as(fact.holds, Alias::new(format!("t0_{}", fact.name)));
        }
        select
            .from_as(shape.table(), t.clone())
            .and_where(col(&t, "id").eq(id))
            .and_where(shape.scope(self.viewer(), &t));
        lock(self.backend(), &mut select);
        let row = self.connection().query_one(&select).await?;
        Ok(row.map(|row| R::decode(&row, "t0_")).transpose()?)
    }

    /// Adds a record and the event that says so.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn insert<E>(
        &self,
        permit: &Permit,
        model: E::Model,
        happening: Happening,
    ) -> Result<(), Failure>
    where
        E: EntityTrait,
        E::Model: sea_orm::IntoActiveModel<E::ActiveModel>,
        E::ActiveModel: Send,
    {
        self.insert_part::<E>(permit, model).await?;
        self.record(happening).await
    }

    /// Adds a row that belongs to a record whose event is recorded elsewhere: a link, a detail.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn insert_part<E>(&self, _permit: &Permit, model: E::Model) -> Result<(), Failure>
    where
        E: EntityTrait,
        E::Model: sea_orm::IntoActiveModel<E::ActiveModel>,
        E::ActiveModel: Send,
    {
        self.insert_rows::<E>(vec![model]).await
    }

    /// Adds several records and the events that say so: two statements for a hundred of them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn insert_all<E>(
        &self,
        _permit: &Permit,
        models: Vec<E::Model>,
        happenings: Vec<Happening>,
    ) -> Result<(), Failure>
    where
        E: EntityTrait,
        E::Model: sea_orm::IntoActiveModel<E::ActiveModel>,
        E::ActiveModel: Send,
    {
        self.insert_rows::<E>(models).await?;
        self.record_all(happenings).await
    }

    pub(super) async fn insert_rows<E>(&self, models: Vec<E::Model>) -> Result<(), Failure>
    where
        E: EntityTrait,
        E::Model: sea_orm::IntoActiveModel<E::ActiveModel>,
        E::ActiveModel: Send,
    {
        use sea_orm::IntoActiveModel;
        /// Rows of one statement: a database takes only so many values at once.
        const AT_ONCE: usize = 100;
        let columns: Vec<E::Column> = E::Column::iter().collect();
        let mut rows = models.into_iter().map(IntoActiveModel::into_active_model);
        loop {
            let some: Vec<E::ActiveModel> = rows.by_ref().take(AT_ONCE).collect();
            if some.is_empty() {
                return Ok(());
            }
            let mut insert = Query::insert();
            insert
                .into_table(E::default().table_ref())
                .columns(columns.iter().map(|column| Alias::new(column.as_str())));
            for row in &some {
                let values = columns.iter().filter_map(|column| match row.get(*column) {
                    sea_orm::ActiveValue::Set(v) | sea_orm::ActiveValue::Unchanged(v) => {
                        Some(Expr::val(v))
                    }
                    sea_orm::ActiveValue::NotSet => None,
                });
                insert
                    .values(values)
                    .map_err(|_| Failure::Bug("a model without a value for each column"))?;
            }
            let done = self.connection().execute(&insert).await?;
            if !usize::try_from(done.rows_affected()).is_ok_and(|added| added == some.len()) {
                return Err(Failure::Bug("not as many rows inserted as were given"));
            }
        }
    }

    /// Changes a record of which version `version` was read, and records the event. The new
    /// version's number and time are set here.
    ///
    /// # Errors
    /// [`Stale`] inside when somebody was faster; otherwise when the database fails.
    pub async fn update<E>(
        &self,
        _permit: &Permit,
        id: Uuid,
        version: i32,
        mut change: E::ActiveModel,
        happening: Happening,
    ) -> Result<Result<(), Stale>, Failure>
    where
        E: Record,
        E::ActiveModel: Send,
    {
        set::<E>(&mut change, "version", (version + 1).into())?;
        set::<E>(&mut change, "updated_at", self.now().into())?;
        let done = E::update_many()
            .set(change)
            .filter(Expr::col("id").eq(id))
            .filter(Expr::col("version").eq(version))
            .exec(&self.connection())
            .await?;
        if done.rows_affected != 1 {
            return Ok(Err(Stale));
        }
        self.record(happening).await?;
        Ok(Ok(()))
    }

    /// Changes several records that are held locked, all in the same way, and records the events:
    /// a few statements for a hundred of them. The new versions' number and time are set here.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn update_all<E>(
        &self,
        _permit: &Permit,
        ids: &[Uuid],
        mut change: E::ActiveModel,
        happenings: Vec<Happening>,
    ) -> Result<(), Failure>
    where
        E: Record,
        E::ActiveModel: Send,
    {
        if ids.is_empty() {
            return Ok(());
        }
        set::<E>(&mut change, "updated_at", self.now().into())?;
        let version = E::Column::iter()
            .find(|known| known.as_str() == "version")
            .ok_or(Failure::Bug("a record without a version"))?;
        let done = E::update_many()
            .set(change)
            .col_expr(version, Expr::col("version").add(1))
            .filter(Expr::col("id").is_in(ids.iter().copied()))
            .exec(&self.connection())
            .await?;
        if usize::try_from(done.rows_affected).is_ok_and(|rows| rows == ids.len()) {
            self.record_all(happenings).await
        } else {
            Err(Failure::Bug("not as many rows changed as were locked"))
        }
    }

    /// Removes rows that belong to a record whose event is recorded elsewhere.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_parts<E: Record>(
        &self,
        _permit: &Permit,
        ids: &[Uuid],
    ) -> Result<(), Failure> {
        if ids.is_empty() {
            return Ok(());
        }
        let done = E::delete_many()
            .filter(Expr::col("id").is_in(ids.iter().copied()))
            .exec(&self.connection())
            .await?;
        if usize::try_from(done.rows_affected).is_ok_and(|rows| rows == ids.len()) {
            Ok(())
        } else {
            Err(Failure::Bug("not as many rows removed as were read"))
        }
    }

    /// Replaces the rows of a link table that belong to one record.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn replace_links(
        &self,
        _permit: &Permit,
        table: &'static str,
        this: (&'static str, Uuid),
        other: &'static str,
        ids: &[Uuid],
    ) -> Result<(), Failure> {
        let delete = Query::delete()
            .from_table(table)
            .and_where(Expr::col(this.0).eq(this.1))
            .to_owned();
        self.connection().execute(&delete).await?;
        if ids.is_empty() {
            return Ok(());
        }
        let mut insert = Query::insert();
        insert.into_table(table).columns([this.0, other]);
        for id in ids {
            insert
                .values([this.1.into(), (*id).into()])
                .map_err(|_| Failure::Bug("a link has two columns"))?;
        }
        self.connection().execute(&insert).await?;
        Ok(())
    }
}

fn set<E: EntityTrait>(
    change: &mut E::ActiveModel,
    column: &'static str,
    value: Value,
) -> Result<(), Failure> {
    let column = E::Column::iter()
        .find(|known| known.as_str() == column)
        .ok_or(Failure::Bug("a record without a version"))?;
    change.set(column, value);
    Ok(())
}

/// A value that replaces a field only when one was given.
pub fn given<T: Into<Value>>(value: Option<T>) -> sea_orm::ActiveValue<T> {
    value.map_or(sea_orm::ActiveValue::NotSet, Set)
}
