//! Repeating a creating mutation makes no second record: the same key and input give the record
//! of the first time, for 24 hours.

use chrono::TimeDelta;
use nabij_entity::idempotency_key as table;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
    sea_query::{OnConflict, Query},
};
use uuid::Uuid;

use super::{Failure, Tx};

/// How long a key is remembered.
const REMEMBERED: TimeDelta = TimeDelta::hours(24);

/// The key of a creating mutation, with a digest of its input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// The key the caller chose.
    pub key: Uuid,
    /// The mutation's name.
    pub mutation: &'static str,
    /// SHA-256 of the input in hexadecimal.
    pub input_hash: String,
}

/// What a key means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recall {
    /// It is new; the record to make has this id.
    New(Uuid),
    /// It was used with the same input, and made this record.
    Made(Uuid),
    /// It was used with another input.
    Mismatch,
}

impl Tx {
    /// Forgets the keys that are no longer remembered, whoever's they are; how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_keys(&self) -> Result<u64, Failure> {
        let done = table::Entity::delete_many()
            .filter(table::Column::CreatedAt.lt(self.now() - REMEMBERED))
            .exec(&self.connection())
            .await?;
        Ok(done.rows_affected)
    }

    /// Claims the key, if one was given, for a record with a new id. Two requests with one key meet
    /// here: the second waits for the first and is told what it made.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim(&self, key: Option<&IdempotencyKey>) -> Result<Recall, Failure> {
        let id = self.new_id();
        let Some((key, user)) = key.zip(self.viewer().user_id()) else {
            return Ok(Recall::New(id));
        };
        let connection = self.connection();
        table::Entity::delete_many()
            .filter(table::Column::UserId.eq(user))
            .filter(table::Column::Key.eq(key.key))
            .filter(table::Column::CreatedAt.lt(self.now() - REMEMBERED))
            .exec(&connection)
            .await?;
        let mut insert = Query::insert();
        insert
            .into_table(table::Entity)
            .columns([
                "user_id",
                "key",
                "mutation",
                "input_hash",
                "record_id",
                "created_at",
            ])
            .values([
                user.into(),
                key.key.into(),
                key.mutation.into(),
                key.input_hash.clone().into(),
                id.into(),
                self.now().into(),
            ])
            .map_err(|_| Failure::Bug("a key has six columns"))?
            .on_conflict(
                OnConflict::columns(["user_id", "key"])
                    .do_nothing()
                    .to_owned(),
            );
        if connection.execute(&insert).await?.rows_affected() == 1 {
            return Ok(Recall::New(id));
        }
        let known = table::Entity::find_by_id((user, key.key))
            .one(&connection)
            .await?
            .ok_or(Failure::Bug("a claimed key is gone"))?;
        let same = known.mutation == key.mutation && known.input_hash == key.input_hash;
        Ok(if same {
            Recall::Made(known.record_id)
        } else {
            Recall::Mismatch
        })
    }
}
