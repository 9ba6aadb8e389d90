//! A contact moment: somebody was visited, called or spoken to about a signal or a referral.

use sea_orm::entity::prelude::*;

use crate::partner::SecrecyRegime;

/// One contact about a signal, possibly for a referral of it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "contact_moments")]
pub struct Model {
    /// `UUIDv7` of the record, made by the service.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The signal it was about.
    pub signal_id: Uuid,
    /// The referral it was for, if any.
    pub referral_id: Option<Uuid>,
    /// The municipality of the signal.
    pub municipality_id: Uuid,
    /// The neighbourhood of the signal.
    pub neighbourhood_id: Uuid,
    /// How the contact was sought.
    pub kind: ContactKind,
    /// When it took place.
    pub at: DateTimeUtc,
    /// Whether it came to a conversation.
    pub outcome: ContactOutcome,
    /// What was said, for those who help.
    pub note: Option<String>,
    /// Under which secrecy the note was written. One under professional secrecy is for those who are
    /// bound by it (Belgian Criminal Code, article 352, formerly 458; Dutch Criminal Code, article
    /// 272), until the resident lifts it.
    pub secrecy: SecrecyRegime,
    /// The user who wrote it down.
    pub author_user_id: Uuid,
    /// The ambassador as whom that user acted, if any.
    pub author_ambassador_id: Option<Uuid>,
    /// The partner for whom that user acted, if any.
    pub author_partner_id: Option<Uuid>,
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
    /// How a contact was sought.
    pub enum ContactKind {
        /// A visit at home.
        Visit = "VISIT",
        /// A phone call.
        PhoneCall = "PHONE_CALL",
        /// A conversation in the street, at an activity or elsewhere.
        Conversation = "CONVERSATION",
        /// A contact at a desk.
        DeskContact = "DESK_CONTACT",
    }
}

codes! {
    /// Whether a contact came to a conversation.
    pub enum ContactOutcome {
        /// The person was reached.
        Reached = "REACHED",
        /// The person wasn't reached.
        NotReached = "NOT_REACHED",
        /// The person didn't want contact.
        Declined = "DECLINED",
    }
}
