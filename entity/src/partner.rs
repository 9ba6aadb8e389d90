//! A partner: an organisation that takes part, with the regime of secrecy it works under.

use sea_orm::entity::prelude::*;

/// An organisation that signals, helps or organises.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "partners")]
pub struct Model {
    /// `UUIDv7` of the record, made by the service.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Short name chosen by whoever onboards the partner, such as `ocmw-beersel`; unique, and the
    /// key that makes onboarding repeatable.
    pub reference: String,
    /// Its name.
    pub name: String,
    /// What sort of organisation it is.
    pub kind: PartnerKind,
    /// The duty of confidentiality its people work under.
    pub secrecy: SecrecyRegime,
    /// Whether it takes part now.
    pub status: PartnerStatus,
    /// Its public e-mail address.
    pub email: Option<String>,
    /// Its public phone number.
    pub phone: Option<String>,
    /// Its website.
    pub website: Option<String>,
    /// The name of its pool of volunteers, if it has one.
    pub pool_name: Option<String>,
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
    /// The sort of organisation that a partner is.
    pub enum PartnerKind {
        /// A municipality's own services.
        Municipality = "MUNICIPALITY",
        /// A public centre for social welfare (OCMW/CPAS), or its Dutch counterpart.
        PublicWelfareCentre = "PUBLIC_WELFARE_CENTRE",
        /// A primary care zone (`eerstelijnszone`).
        PrimaryCareZone = "PRIMARY_CARE_ZONE",
        /// A local service centre (`lokaal dienstencentrum`).
        LocalServiceCentre = "LOCAL_SERVICE_CENTRE",
        /// A youth centre or youth work organisation.
        YouthCentre = "YOUTH_CENTRE",
        /// An organisation of volunteers.
        VolunteerOrganisation = "VOLUNTEER_ORGANISATION",
        /// A housing corporation or social landlord.
        HousingCorporation = "HOUSING_CORPORATION",
        /// A provider of care or help at home.
        HomeCare = "HOME_CARE",
        /// A general medical practice or community health centre.
        GeneralPractice = "GENERAL_PRACTICE",
        /// A school.
        School = "SCHOOL",
        /// A sports club.
        SportsClub = "SPORTS_CLUB",
        /// A faith community or a humanist one.
        FaithCommunity = "FAITH_COMMUNITY",
        /// A shop or another local business.
        LocalBusiness = "LOCAL_BUSINESS",
        /// A group of residents, with or without a legal form.
        ResidentsGroup = "RESIDENTS_GROUP",
        /// A fund or another body that gives money.
        Fund = "FUND",
        /// None of the others.
        Other = "OTHER",
    }
}

codes! {
    /// The duty of confidentiality that a partner's people work under.
    pub enum SecrecyRegime {
        /// Professional secrecy under criminal law (Belgian Criminal Code, formerly article 458),
        /// which only the law or the resident lifts.
        ProfessionalSecrecy = "PROFESSIONAL_SECRECY",
        /// A duty of discretion, by contract or by agreement with volunteers.
        Discretion = "DISCRETION",
    }
}

codes! {
    /// Whether a partner takes part.
    pub enum PartnerStatus {
        /// Entered, but not taking part yet.
        Invited = "INVITED",
        /// Taking part: it can receive referrals.
        Active = "ACTIVE",
        /// Set aside for now: it receives no new referrals, and the roles of its people don't count.
        Suspended = "SUSPENDED",
        /// Gone for good; its records stay.
        Offboarded = "OFFBOARDED",
    }
}

codes! {
    /// What can be done to a partner.
    pub enum PartnerAction {
        /// Let it take part: from now on it can receive referrals.
        Activate = "ACTIVATE",
        /// Set it aside for now: it receives no new referrals, and the roles of its people don't count.
        Suspend = "SUSPEND",
        /// Let it go for good: the roles of its people end, its records stay.
        Offboard = "OFFBOARD",
    }
}
