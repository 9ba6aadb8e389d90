//! A resident's consent: of one kind, recorded by somebody, in force until withdrawn (GDPR article
//! 7).

use sea_orm::entity::prelude::*;

/// One consent of a resident. Its kinds are separate: none of them implies another.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "consents")]
pub struct Model {
    /// `UUIDv7` of the record, made by the service.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The resident who consents.
    pub resident_id: Uuid,
    /// The municipality of the resident.
    pub municipality_id: Uuid,
    /// The neighbourhood of the resident.
    pub neighbourhood_id: Uuid,
    /// What the resident consents to.
    pub kind: ConsentKind,
    /// The partner it is for; always there for `SHARE_WITH_PARTNER`.
    pub partner_id: Option<Uuid>,
    /// How the consent was given.
    pub method: ConsentMethod,
    /// The user who recorded it.
    pub recorded_by_user_id: Uuid,
    /// When it was given.
    pub given_at: DateTimeUtc,
    /// When it was withdrawn; none while it is in force.
    pub withdrawn_at: Option<DateTimeUtc>,
    /// The user who recorded the withdrawal.
    pub withdrawn_by_user_id: Option<Uuid>,
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
    /// What a resident consents to.
    pub enum ConsentKind {
        /// Sharing personal data with one partner (GDPR article 6(1)(a)).
        ShareWithPartner = "SHARE_WITH_PARTNER",
        /// Lifting professional secrecy, so that notes under it may be seen by others who help.
        LiftSecrecy = "LIFT_SECRECY",
        /// Accepting the help that is offered: without it no volunteer is sent to them.
        AcceptHelp = "ACCEPT_HELP",
    }
}

codes! {
    /// How a consent was given.
    pub enum ConsentMethod {
        /// By word of mouth.
        Oral = "ORAL",
        /// On paper, signed.
        Written = "WRITTEN",
        /// Digitally, by the resident.
        Digital = "DIGITAL",
    }
}

codes! {
    /// What can be done with a consent.
    pub enum ConsentAction {
        /// Record that the resident withdrew it.
        Withdraw = "WITHDRAW",
    }
}
