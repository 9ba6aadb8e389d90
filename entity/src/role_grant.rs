//! A role held by a user, with the scope in which it holds and the time during which it does.

use sea_orm::entity::prelude::*;

/// One role of one user in one scope.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "role_grants")]
pub struct Model {
    /// `UUIDv7` of the record, made by the service.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The user who holds the role.
    pub user_id: Uuid,
    /// The role.
    pub role: Role,
    /// The municipality in which it holds, when it holds in the whole of it. Never filled together
    /// with `neighbourhood_id`.
    pub municipality_id: Option<Uuid>,
    /// The neighbourhood in which it holds, for a coordinator of one neighbourhood.
    pub neighbourhood_id: Option<Uuid>,
    /// The partner for which it holds, for the roles of a partner.
    pub partner_id: Option<Uuid>,
    /// The ambassador that the user is, for the role AMBASSADOR.
    pub ambassador_id: Option<Uuid>,
    /// From when it holds.
    pub valid_from: DateTimeUtc,
    /// Until when it holds (not included); none if it has no end.
    pub valid_until: Option<DateTimeUtc>,
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
    /// What a user may do; always within a scope and a time.
    pub enum Role {
        /// Submits signals for a partner and follows what becomes of them.
        Signaller = "SIGNALLER",
        /// A volunteer in the neighbourhood: submits signals and helps.
        Ambassador = "AMBASSADOR",
        /// Works for a partner: handles its referrals.
        PartnerStaff = "PARTNER_STAFF",
        /// Works for a partner and manages its services, pool and connections.
        PartnerCoordinator = "PARTNER_COORDINATOR",
        /// Coordinates care in a municipality or in some of its neighbourhoods.
        Coordinator = "COORDINATOR",
        /// Watches over the use of personal data in a municipality; sees no case content.
        Auditor = "AUDITOR",
        /// Manages the platform; sees no case content.
        Admin = "ADMIN",
    }
}
