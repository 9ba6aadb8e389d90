//! Keys by which a mutation that is sent twice is carried out once.

use sea_orm::entity::prelude::*;

/// The use of one idempotency key by one user.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency_keys")]
pub struct Model {
    /// The user who sent the key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: Uuid,
    /// The key, chosen by the client.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: Uuid,
    /// Name of the mutation that was carried out.
    pub mutation: String,
    /// SHA-256 of the input in hexadecimal; the same key with another input is refused.
    pub input_hash: String,
    /// The record that the mutation made or changed.
    pub record_id: Uuid,
    /// When it was carried out.
    pub created_at: DateTimeUtc,
}

/// No relations: the store plans its edges from the columns.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
