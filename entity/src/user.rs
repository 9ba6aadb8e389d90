//! A user: a person or a client system that signs in with a token.

use sea_orm::entity::prelude::*;

/// Somebody or something that signs in.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    /// `UUIDv7` of the record, made by the service.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whether it is a person or a client system.
    pub kind: UserKind,
    /// Who vouches for the identity: the token's `iss` (RFC 7519).
    pub issuer: String,
    /// The identity at that issuer: the token's `sub` (RFC 7519); unique for the issuer.
    pub subject: String,
    /// The name shown to others.
    pub display_name: String,
    /// Whether signing in is allowed.
    pub status: UserStatus,
    /// Goes up with each change of the user's roles or status, so that an answer kept for the old
    /// ones is noticed.
    pub authz_version: i32,
    /// When the record was made.
    pub created_at: DateTimeUtc,
    /// When the record last changed.
    pub updated_at: DateTimeUtc,
    /// Number of the present version, from 1; for optimistic locking.
    pub version: i32,
}

/// No relations: the store plans its edges from the columns.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

codes! {
    /// Whether a user is a person or a system.
    pub enum UserKind {
        /// A person.
        Person = "PERSON",
        /// A client system of a partner.
        Client = "CLIENT",
    }
}

codes! {
    /// Whether a user may sign in.
    pub enum UserStatus {
        /// May sign in.
        Active = "ACTIVE",
        /// May not sign in; tokens are refused at once.
        Blocked = "BLOCKED",
    }
}

codes! {
    /// What can be done to a user.
    pub enum UserAction {
        /// Refuse their tokens from now on.
        Block = "BLOCK",
        /// Let them sign in again.
        Unblock = "UNBLOCK",
    }
}
