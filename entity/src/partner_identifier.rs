//! The official numbers by which registers and other systems know a partner.

use sea_orm::entity::prelude::*;

/// One official number of a partner.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "partner_identifiers")]
pub struct Model {
    /// `UUIDv7` of the record, made by the service.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The partner it identifies.
    pub partner_id: Uuid,
    /// The register that gave the number.
    pub scheme: PartnerIdentifierScheme,
    /// The number as the register writes it; unique within the scheme.
    pub value: String,
    /// When it was entered.
    pub created_at: DateTimeUtc,
}

/// No relations: the store plans its edges from the columns.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

codes! {
    /// The register that numbers organisations.
    pub enum PartnerIdentifierScheme {
        /// Belgium: enterprise number of the Crossroads Bank for Enterprises (KBO/BCE).
        Kbo = "KBO",
        /// The Netherlands: number of the Chamber of Commerce (KVK).
        Kvk = "KVK",
        /// Belgium: number of an association in the Flemish register of associations
        /// (`Verenigingsregister`).
        Vcode = "VCODE",
        /// Belgium: organisation code of the Flemish government (OVO).
        Ovo = "OVO",
        /// The Netherlands: organisation identification number for digital government (OIN).
        Oin = "OIN",
    }
}
