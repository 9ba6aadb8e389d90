//! Withdrawing a consent ends at once what rests on it, in the same transaction (GDPR article 7(3)).

use std::collections::{BTreeSet, VecDeque};

use nabij_entity::{
    consent::{self, ConsentKind},
    referral::{self, ReferralCancelCause, ReferralStatus},
};
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use super::asks_for_help;
use crate::{
    domain::{
        call_out,
        referral::is_open,
        refusal::{Code, Outcome, Problem, expect_version},
        reporter, signal as signals,
    },
    policy::{Action, Permit, decide},
    store::{Cx, Kind, Tx, events::Happening, write::Stale},
};

/// Records that the resident withdrew a consent. It counts at once: every open referral that rests
/// on it is cancelled in the same transaction, and every signal that a partner handles on it is taken
/// from that partner; with that its view is closed. Who no longer accepts help is called out for no
/// more.
///
/// # Errors
/// [`Code::NotFound`], [`Code::Forbidden`], [`Code::Conflict`], and [`Code::Invalid`] when it was
/// withdrawn already.
pub async fn withdraw(cx: &Cx, id: Uuid, expected_version: Option<i32>) -> Outcome<Uuid> {
    let tx = cx.begin().await?;
    // Who hands a signal over or refers it holds the signal and asks for the consent then: the same
    // order here, so that nobody waits for somebody who waits for them.
    tx.signals_handled_on(id).await?;
    let consent = tx
        .visible::<consent::Entity>(id)
        .await?
        .ok_or_else(|| Problem::not_found("id"))?;
    let permit = match decide(tx.viewer(), Action::ConsentWithdraw(&consent)) {
        Ok(permit) => permit,
        Err(forbidden) => {
            let referral = asks_for_help(&tx, consent.kind, consent.resident_id).await?;
            let referral = referral.ok_or(forbidden)?;
            decide(tx.viewer(), Action::HelpDecline(&referral))?
        }
    };
    expect_version(expected_version, consent.version)?;
    if consent.withdrawn_at.is_some() {
        return Err(Problem::new(
            Code::Invalid,
            "id",
            "This consent was withdrawn already, and nothing rests on it any more. There is \
             nothing left to do.",
        )
        .into());
    }
    let change = consent::ActiveModel {
        withdrawn_at: Set(Some(tx.now())),
        withdrawn_by_user_id: Set(Some(reporter::user(&tx)?)),
        ..Default::default()
    };
    let happening = Happening::new("consent.withdrawn", (Kind::Consent, id));
    tx.update::<consent::Entity>(&permit, id, consent.version, change, happening)
        .await?
        .map_err(|Stale| Problem::raced())?;
    match consent.kind {
        ConsentKind::ShareWithPartner => cancel_what_rests_on(&tx, &permit, id).await?,
        ConsentKind::AcceptHelp => {
            call_out::help_declined(&tx, &permit, consent.resident_id).await?;
        }
        // Whoever reads a note asks for it each time.
        ConsentKind::LiftSecrecy => {}
    }
    tx.commit().await?;
    Ok(id)
}

/// Takes the signals that are handled on a consent from their handlers, and cancels the open referrals
/// that rest on it: made on it, or passed on by a partner that was told on it, to whatever depth. Those that are over lead further too: that a partner has finished
/// doesn't change on what it told the next one.
async fn cancel_what_rests_on(tx: &Tx, permit: &Permit, consent: Uuid) -> Outcome<()> {
    let mut rest = VecDeque::from(tx.referrals_on(consent).await?);
    for signal in tx.signals_handled_on(consent).await? {
        signals::take_from_handler(tx, permit, &signal).await?;
        if let Some(handler) = signal.handler_partner_id {
            rest.extend(tx.passed_on_from(signal.id, handler).await?);
        }
    }
    // Partners may pass on in a circle.
    let mut seen = BTreeSet::new();
    while let Some(referral) = rest.pop_front() {
        if !seen.insert(referral.id) {
            continue;
        }
        if is_open(referral.status) {
            cancel(tx, permit, &referral).await?;
        }
        let passed_on = tx.passed_on_from(referral.signal_id, referral.to_partner_id);
        rest.extend(passed_on.await?);
    }
    Ok(())
}

async fn cancel(tx: &Tx, permit: &Permit, referral: &referral::Model) -> Outcome<()> {
    let cause = ReferralCancelCause::ConsentWithdrawn;
    let change = referral::ActiveModel {
        status: Set(ReferralStatus::Cancelled),
        held_from: Set(None),
        cancel_cause: Set(Some(cause)),
        closed_at: Set(Some(tx.now())),
        ..Default::default()
    };
    let happening = Happening::new("referral.cancelled", (Kind::Referral, referral.id))
        .with("from", referral.status.code())
        .with("to", ReferralStatus::Cancelled.code())
        .with("cause", cause.code());
    tx.update::<referral::Entity>(permit, referral.id, referral.version, change, happening)
        .await?
        .map_err(|Stale| Problem::raced())?;
    call_out::referral_ended(tx, permit, referral.id, ReferralStatus::Cancelled).await
}
