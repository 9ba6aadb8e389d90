//! Who was erased (GDPR article 17). The same ids are in a file beside the database, so that a
//! restored backup doesn't bring a person back.

use sea_orm::entity::prelude::*;

/// The erasure of one resident. Rows are never changed.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "erasures")]
pub struct Model {
    /// The resident; of whom nothing is left but this id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub resident_id: Uuid,
    /// The municipality where the resident lived.
    pub municipality_id: Uuid,
    /// The user who carried it out; none when the service did, from the list of erased ids.
    pub user_id: Option<Uuid>,
    /// When it was carried out.
    pub erased_at: DateTimeUtc,
    /// The request in which it was carried out, as in the log.
    pub request_id: String,
}

/// No relations: the store plans its edges from the columns.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
