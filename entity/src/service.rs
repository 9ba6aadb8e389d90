//! A service: what a partner offers, to whom, where, and how much room it has (Open Referral).

use sea_orm::entity::prelude::*;

use crate::SetOf;
use crate::vocabulary::{Category, TargetGroup};

/// Something that a partner offers.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "services")]
pub struct Model {
    /// `UUIDv7` of the record, made by the service.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The partner that offers it.
    pub partner_id: Uuid,
    /// Short name chosen by whoever onboards it; unique for the partner.
    pub reference: String,
    /// Its name.
    pub name: String,
    /// What people can expect.
    pub description: Option<String>,
    /// What it is about.
    pub categories: SetOf<Category>,
    /// Whom it is meant for.
    pub target_groups: SetOf<TargetGroup>,
    /// Places that are free; none if nobody counts them.
    pub capacity_available: Option<i32>,
    /// Places there are in all; none if nobody counts them.
    pub capacity_maximum: Option<i32>,
    /// When the places were last counted.
    pub capacity_updated_at: Option<DateTimeUtc>,
    /// Whether it is offered now.
    pub status: ServiceStatus,
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
    /// Whether a service is offered (Open Referral HSDS).
    pub enum ServiceStatus {
        /// Offered now.
        Active = "ACTIVE",
        /// Not offered at present.
        Inactive = "INACTIVE",
        /// Closed for a while; it comes back.
        TemporarilyClosed = "TEMPORARILY_CLOSED",
        /// Ended for good.
        Defunct = "DEFUNCT",
    }
}

codes! {
    /// What can be done to a service.
    pub enum ServiceAction {
        /// Offer it, or offer it again.
        Open = "OPEN",
        /// Close it for a while.
        CloseTemporarily = "CLOSE_TEMPORARILY",
        /// End it for good.
        End = "END",
    }
}
