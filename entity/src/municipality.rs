//! A municipality: the ground on which coordinators and auditors hold their roles.

use sea_orm::entity::prelude::*;

use crate::vocabulary::Country;

/// A municipality of Belgium or the Netherlands.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "municipalities")]
pub struct Model {
    /// `UUIDv7` of the record, made by the service.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its name, in the language of the municipality.
    pub name: String,
    /// The country it lies in.
    pub country: Country,
    /// Its official code within `code_scheme`, such as `23003` for Beersel; unique in the scheme.
    pub code: String,
    /// The register that gave the code.
    pub code_scheme: MunicipalityCodeScheme,
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
    /// The register that numbers municipalities.
    pub enum MunicipalityCodeScheme {
        /// Belgium: the five digits of the statistical office Statbel (NIS code).
        Nis5 = "NIS5",
        /// The Netherlands: the municipality code of the statistical office CBS (`GM` and four
        /// digits).
        CbsGm = "CBS_GM",
    }
}
