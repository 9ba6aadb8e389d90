//! A call-out: a referral's appeal to a pool of volunteers. It holds nothing of the resident but
//! their id, which only opens for whoever may see them.

use sea_orm::entity::prelude::*;

use crate::vocabulary::{Category, ChoreKind};

/// An appeal to a partner's pool of volunteers to help with one referral.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "call_outs")]
pub struct Model {
    /// `UUIDv7` of the record, made by the service.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The referral it is for.
    pub referral_id: Uuid,
    /// The signal of that referral.
    pub signal_id: Uuid,
    /// The municipality of the signal.
    pub municipality_id: Uuid,
    /// The neighbourhood of the signal.
    pub neighbourhood_id: Uuid,
    /// The partner whose pool is called: the referral's target.
    pub partner_id: Uuid,
    /// The resident the referral is about, if it is about one.
    pub resident_id: Option<Uuid>,
    /// What the signal is about.
    pub category: Category,
    /// Which small job, when the category is CHORES.
    pub chore_kind: Option<ChoreKind>,
    /// What is asked, in one line for everybody.
    pub title: String,
    /// The appeal as it can be posted anywhere: nothing in it tells who is helped.
    pub text: String,
    /// What only the selected volunteer needs to know, such as where the ladder stands.
    pub details: Option<String>,
    /// When the job can begin at the earliest, if that is known.
    pub starts_at: Option<DateTimeUtc>,
    /// When the job must be done, if that is known.
    pub ends_at: Option<DateTimeUtc>,
    /// Until when volunteers can offer; then it goes back unfilled.
    pub deadline: DateTimeUtc,
    /// Where it stands.
    pub status: CallOutStatus,
    /// The offer that is selected, while it is filled.
    pub selected_offer_id: Option<Uuid>,
    /// The volunteer of that offer.
    pub selected_ambassador_id: Option<Uuid>,
    /// Why it ended, once it is over.
    pub end_cause: Option<CallOutEndCause>,
    /// The words given when it was ended by hand.
    pub status_note: Option<String>,
    /// The user who opened it.
    pub opened_by_user_id: Uuid,
    /// When it ended: unfilled, cancelled, or filled with the referral over; none before.
    pub closed_at: Option<DateTimeUtc>,
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
    /// Where a call-out stands.
    pub enum CallOutStatus {
        /// Volunteers of the pool can offer.
        Open = "OPEN",
        /// A volunteer is selected.
        Filled = "FILLED",
        /// Nobody was found; the referral went back.
        Unfilled = "UNFILLED",
        /// Called off.
        Cancelled = "CANCELLED",
    }
}

codes! {
    /// Why a call-out ended.
    pub enum CallOutEndCause {
        /// The deadline passed with nobody selected.
        DeadlinePassed = "DEADLINE_PASSED",
        /// The contact person gave up looking.
        ClosedByHand = "CLOSED_BY_HAND",
        /// The contact person called it off.
        CancelledByHand = "CANCELLED_BY_HAND",
        /// The referral it was for is over.
        ReferralEnded = "REFERRAL_ENDED",
        /// The person accepts help no longer.
        ConsentWithdrawn = "CONSENT_WITHDRAWN",
    }
}

codes! {
    /// What can be done with a call-out.
    pub enum CallOutAction {
        /// Offer to help, as a volunteer of the pool.
        Offer = "OFFER",
        /// Give up looking: the referral goes back to whoever referred.
        Close = "CLOSE",
        /// Call it off; the referral stays as it is.
        Cancel = "CANCEL",
    }
}
