//! How to reach a resident. Kept apart from the resident, so that reading a resident never reads
//! this by accident.

use sea_orm::entity::prelude::*;

/// The contact details of one resident. Each read is written to the access log.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "resident_contacts")]
pub struct Model {
    /// The resident; at most one row for each.
    #[sea_orm(primary_key, auto_increment = false)]
    pub resident_id: Uuid,
    /// Phone number.
    pub phone: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Street, number, postcode and place.
    pub address: Option<String>,
    /// How the resident prefers to be reached.
    pub preferred_channel: Option<PreferredChannel>,
    /// When the details last changed.
    pub updated_at: DateTimeUtc,
}

/// No relations: the store plans its edges from the columns.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

codes! {
    /// How a resident prefers to be reached.
    pub enum PreferredChannel {
        /// By phone.
        Phone = "PHONE",
        /// By e-mail.
        Email = "EMAIL",
        /// By a visit at home.
        Visit = "VISIT",
        /// By letter.
        Letter = "LETTER",
    }
}
