//! What happens to a referral by way of its call-out: selecting a volunteer takes it on, and finding
//! nobody gives it back.

use nabij_entity::referral::{self, ReferralAction, ReferralRejectReason, ReferralStatus};
use sea_orm::ActiveValue::Set;

use super::step;
use crate::{
    domain::{
        refusal::{Outcome, Problem},
        reporter,
    },
    policy::{Action, Permit, decide},
    store::{Kind, Tx, events::Happening, write::Stale},
};

/// Takes on a referral that was only requested, because a volunteer for it is selected. Part of that
/// selection, which holds the referral locked.
///
/// # Errors
/// What [`super::transition`] refuses to accept.
pub(in crate::domain) async fn accept_by_selecting(
    tx: &Tx,
    referral: &referral::Model,
) -> Outcome<()> {
    let action = ReferralAction::Accept;
    let permit = decide(tx.viewer(), Action::Referral(action, referral))?;
    let to = step(referral.status, referral.held_from, action)?;
    reporter::active_partner(tx, referral.to_partner_id, referral.neighbourhood_id, "").await?;
    let change = referral::ActiveModel {
        status: Set(to),
        accepted_at: Set(Some(tx.now())),
        ..Default::default()
    };
    let happening = Happening::new("referral.accepted", (Kind::Referral, referral.id))
        .with("from", referral.status.code())
        .with("to", to.code());
    write(tx, &permit, referral, change, happening).await
}

/// Gives a referral back because nobody of the pool was found: rejected for want of capacity, also
/// when it had been accepted for a volunteer who dropped out. The signal's handler and the
/// coordinator find it among the rejected ones, and may refer anew. Part of what ends the call-out,
/// which holds the referral locked.
///
/// # Errors
/// When the database fails.
pub(in crate::domain) async fn give_back(
    tx: &Tx,
    permit: &Permit,
    referral: &referral::Model,
    note: Option<String>,
) -> Outcome<()> {
    if !super::is_open(referral.status) {
        return Ok(());
    }
    let (to, reason) = (ReferralStatus::Rejected, ReferralRejectReason::NoCapacity);
    let change = referral::ActiveModel {
        status: Set(to),
        held_from: Set(None),
        reject_reason: Set(Some(reason)),
        status_note: Set(note),
        closed_at: Set(Some(tx.now())),
        ..Default::default()
    };
    let happening = Happening::new("referral.rejected", (Kind::Referral, referral.id))
        .with("from", referral.status.code())
        .with("to", to.code())
        .with("reason", reason.code());
    write(tx, permit, referral, change, happening).await
}

async fn write(
    tx: &Tx,
    permit: &Permit,
    referral: &referral::Model,
    change: referral::ActiveModel,
    happening: Happening,
) -> Outcome<()> {
    tx.update::<referral::Entity>(permit, referral.id, referral.version, change, happening)
        .await?
        .map_err(|Stale| Problem::raced())?;
    Ok(())
}
