//! An offer: a volunteer's answer to a call-out.

use sea_orm::entity::prelude::*;

/// A volunteer's offer to help with a call-out.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "offers")]
pub struct Model {
    /// `UUIDv7` of the record, made by the service.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The call-out it answers.
    pub call_out_id: Uuid,
    /// The municipality of the call-out.
    pub municipality_id: Uuid,
    /// The neighbourhood of the call-out.
    pub neighbourhood_id: Uuid,
    /// The partner whose pool was called.
    pub partner_id: Uuid,
    /// The volunteer who offers.
    pub ambassador_id: Uuid,
    /// Where it stands.
    pub status: OfferStatus,
    /// What the volunteer says to the contact person.
    pub note: Option<String>,
    /// When it was selected, if it was; stays when it is withdrawn afterwards.
    pub selected_at: Option<DateTimeUtc>,
    /// The words given when it was declined or withdrawn.
    pub status_note: Option<String>,
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
    /// Where a volunteer's offer stands.
    pub enum OfferStatus {
        /// Waiting; one that isn't selected stays in reserve.
        Offered = "OFFERED",
        /// This volunteer helps, and sees whom.
        Selected = "SELECTED",
        /// Not needed.
        Declined = "DECLINED",
        /// Taken back by the volunteer.
        Withdrawn = "WITHDRAWN",
    }
}

codes! {
    /// What can be done with an offer.
    pub enum OfferAction {
        /// Choose this volunteer: the contact details open for them alone.
        Select = "SELECT",
        /// Say that it isn't needed.
        Decline = "DECLINE",
        /// Take it back; after a selection the contact details are locked again.
        Withdraw = "WITHDRAW",
    }
}
