//! A funding line: what a funder is asked for, or pays, towards an initiative or a plan. Amounts are
//! whole euro cents.

use sea_orm::entity::prelude::*;

/// One funder of an initiative or a plan.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "funding_lines")]
pub struct Model {
    /// `UUIDv7` of the record, made by the service.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The municipality of the initiative or the plan.
    pub municipality_id: Uuid,
    /// The neighbourhood of the plan; none for an initiative.
    pub neighbourhood_id: Option<Uuid>,
    /// The plan it is for, unless it is for an initiative.
    pub plan_id: Option<Uuid>,
    /// The initiative it is for, unless it is for a plan.
    pub initiative_id: Option<Uuid>,
    /// The funder, when it is a partner.
    pub funder_partner_id: Option<Uuid>,
    /// The funder's name, when it is no partner.
    pub funder_name: Option<String>,
    /// What kind of money it is.
    pub kind: FundingKind,
    /// Where it stands.
    pub status: FundingStatus,
    /// How much is asked for, in euro cents; none if the funder isn't asked for a sum.
    pub requested_cents: Option<i32>,
    /// How much was granted, in euro cents.
    pub granted_cents: Option<i32>,
    /// The day on which it was asked for.
    pub applied_on: Option<Date>,
    /// The day on which the funder decided.
    pub decided_on: Option<Date>,
    /// What it is for, and the like.
    pub note: Option<String>,
    /// The words given with the funder's decision.
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
    /// What kind of money a funding line is.
    pub enum FundingKind {
        /// Means of those who carry the initiative themselves.
        OwnMeans = "OWN_MEANS",
        /// A subsidy by a public authority.
        PublicSubsidy = "PUBLIC_SUBSIDY",
        /// A grant by a foundation or a fund.
        Foundation = "FOUNDATION",
        /// Money of a business.
        Sponsorship = "SPONSORSHIP",
        /// Gifts of people.
        Donations = "DONATIONS",
        /// Another kind; the note says which.
        Other = "OTHER",
    }
}

codes! {
    /// Where a funding line stands.
    pub enum FundingStatus {
        /// The funder is going to be asked.
        Planned = "PLANNED",
        /// The funder has been asked and has not decided.
        Applied = "APPLIED",
        /// The funder has promised the money.
        Granted = "GRANTED",
        /// The funder does not give it.
        Refused = "REFUSED",
        /// The money has come in.
        Paid = "PAID",
    }
}

codes! {
    /// What can be done to a funding line.
    pub enum FundingLineAction {
        /// Ask the funder.
        Apply = "APPLY",
        /// Put on record that the funder grants it, and how much.
        Grant = "GRANT",
        /// Put on record that the funder refuses it.
        Refuse = "REFUSE",
        /// Put on record that the money has come in.
        Pay = "PAY",
    }
}
