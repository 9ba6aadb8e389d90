//! A neighbourhood team: volunteers and professionals together, with a named professional to turn
//! to.

use sea_orm::entity::prelude::*;

/// A team in one or more neighbourhoods of one municipality.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "teams")]
pub struct Model {
    /// `UUIDv7` of the record, made by the service.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The municipality it is in.
    pub municipality_id: Uuid,
    /// The initiative it belongs to, if any.
    pub initiative_id: Option<Uuid>,
    /// Its name.
    pub name: String,
    /// What it does.
    pub description: Option<String>,
    /// The professional whom volunteers and neighbours turn to. There always is one: none only where
    /// it isn't shown.
    pub contact_name: Option<String>,
    /// The partner that professional works for.
    pub contact_partner_id: Uuid,
    /// How to reach that professional, such as a phone number and an hour.
    pub contact_details: Option<String>,
    /// Whether everybody is shown who that professional is and how to reach them.
    pub public_contact: bool,
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
    /// What can be done with a team.
    pub enum TeamAction {
        /// Change its record.
        Update = "UPDATE",
        /// Let a volunteer or a professional join it.
        AddMember = "ADD_MEMBER",
        /// Record a training or a peer review of it.
        RecordTraining = "RECORD_TRAINING",
    }
}
