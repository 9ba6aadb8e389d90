//! The one append-only record of what happened. History, webhooks, subscriptions and the change
//! feed read it. Rows are never changed.

use sea_orm::entity::prelude::*;

use crate::role_grant::Role;

/// One thing that happened to one record.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "events")]
pub struct Model {
    /// `UUIDv7` of the record, made by the service.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The sort of record it happened to: the prefix of its public id, such as `signal`.
    pub subject_kind: String,
    /// The record it happened to. Not a foreign key: a subject may be of any kind.
    pub subject_id: Uuid,
    /// What happened, such as `signal.triaged`.
    pub kind: String,
    /// The user who did it; none when the service did.
    pub actor_user_id: Option<Uuid>,
    /// The role in which that user did it.
    pub actor_role: Option<Role>,
    /// The partner for whom that user did it, if any.
    pub actor_partner_id: Option<Uuid>,
    /// The request in which it was done, as in the log.
    pub request_id: String,
    /// When it was done.
    pub at: DateTimeUtc,
    /// Codes alone: from, to, action, reasons. Never free text or personal data.
    pub data: Json,
}

/// No relations: the store plans its edges from the columns.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
