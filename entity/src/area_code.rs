//! The official area codes that together make up a neighbourhood. The link is written down because
//! a municipality can't be derived from a sector code.

use sea_orm::entity::prelude::*;

/// One official area code of a neighbourhood; a code may belong to several neighbourhoods.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "area_codes")]
pub struct Model {
    /// `UUIDv7` of the record, made by the service.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The neighbourhood that the area belongs to.
    pub neighbourhood_id: Uuid,
    /// The register that gave the code.
    pub scheme: AreaCodeScheme,
    /// The code as the register writes it, such as `23003A00-`; unique for this neighbourhood and
    /// scheme.
    pub code: String,
    /// First day on which the link holds; none if it always did.
    pub valid_from: Option<Date>,
    /// Last day on which the link holds; none if it still does.
    pub valid_until: Option<Date>,
    /// When the code was linked.
    pub created_at: DateTimeUtc,
}

/// No relations: the store plans its edges from the columns.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

codes! {
    /// The register that numbers areas within a municipality.
    pub enum AreaCodeScheme {
        /// Belgium: statistical sector of Statbel, nine characters.
        StatbelSector = "STATBEL_SECTOR",
        /// Belgium: former municipality (`deelgemeente`) in the NIS numbering.
        NisSubmunicipality = "NIS_SUBMUNICIPALITY",
        /// The Netherlands: district (`wijk`) of the statistical office CBS.
        CbsWijk = "CBS_WIJK",
        /// The Netherlands: neighbourhood (`buurt`) of the statistical office CBS.
        CbsBuurt = "CBS_BUURT",
    }
}
