//! Consents: what a resident agreed to, and that they took it back.

use chrono::{DateTime, Utc};
use nabij_entity::{
    consent::{self, ConsentAction, ConsentKind, ConsentMethod},
    partner::{self, PartnerStatus},
    referral::{self, ReferralCancelCause, ReferralStatus},
    resident,
};
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use super::{
    call_out,
    refusal::{Code, Outcome, Problem, expect_version},
    reporter,
    resident::erase::still_here,
    signal as signals, when,
};
use crate::{
    policy::{Action, Permit, Viewer, decide},
    store::{
        Cx, Kind, Tx,
        events::Happening,
        idempotency::{IdempotencyKey, Recall},
        write::Stale,
    },
};

/// What `viewer` may do now.
#[must_use]
pub fn allowed_to(viewer: &Viewer, consent: &consent::Model) -> Vec<ConsentAction> {
    let may = decide(viewer, Action::ConsentWithdraw(consent)).is_ok();
    if may && consent.withdrawn_at.is_none() {
        vec![ConsentAction::Withdraw]
    } else {
        Vec::new()
    }
}

/// A consent as it is recorded.
#[derive(Debug)]
pub struct Given {
    /// The resident who consents.
    pub resident: Uuid,
    /// To what.
    pub kind: ConsentKind,
    /// With whom their data may be shared; only for [`ConsentKind::ShareWithPartner`].
    pub partner: Option<Uuid>,
    /// How it was given.
    pub method: ConsentMethod,
    /// When; now when left out.
    pub at: Option<DateTime<Utc>>,
}

/// Records a consent.
///
/// # Errors
/// What is wrong with the input, [`Code::NotFound`], [`Code::Forbidden`], and
/// [`Code::AlreadyExists`] while the same consent is in force: were there two, withdrawing one
/// would leave the other.
pub async fn record(cx: &Cx, given: Given, key: Option<IdempotencyKey>) -> Outcome<Uuid> {
    let Given {
        resident,
        kind,
        partner,
        method,
        at,
    } = given;
    let partner = partner_for(kind, partner)?;
    let tx = cx.begin().await?;
    let now = tx.now();
    let given_at = when::moment("givenAt", at, now)?;
    let resident = tx
        .visible::<resident::Entity>(resident)
        .await?
        .ok_or_else(|| Problem::not_found("resident"))?;
    let permit = decide(tx.viewer(), Action::ConsentRecord(&resident))?;
    still_here(&resident, "resident")?;
    let user = reporter::user(&tx)?;
    if let Some(partner) = partner {
        known_partner(&tx, partner).await?;
    }
    let id = match tx.claim(key.as_ref()).await? {
        Recall::New(id) => id,
        Recall::Made(id) => return Ok(id),
        Recall::Mismatch => return Err(Problem::idempotency_mismatch().into()),
    };
    if tx.has_live_consent(resident.id, kind, partner).await? {
        return Err(Problem::new(
            Code::AlreadyExists,
            "",
            "This consent is in force already: see `consents` of the resident. Withdraw that one \
             before you record it anew.",
        )
        .into());
    }
    let model = consent::Model {
        id,
        resident_id: resident.id,
        municipality_id: resident.municipality_id,
        neighbourhood_id: resident.neighbourhood_id,
        kind,
        partner_id: partner,
        method,
        recorded_by_user_id: user,
        given_at,
        withdrawn_at: None,
        withdrawn_by_user_id: None,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let happening = Happening::new("consent.recorded", (Kind::Consent, id))
        .with("kind", kind.code())
        .with("method", method.code());
    tx.insert::<consent::Entity>(&permit, model, happening)
        .await?;
    tx.commit().await?;
    Ok(id)
}

/// Sharing is with one partner; the other kinds are about no partner in particular.
fn partner_for(kind: ConsentKind, partner: Option<Uuid>) -> Result<Option<Uuid>, Problem> {
    match (kind, partner) {
        (ConsentKind::ShareWithPartner, None) => Err(Problem::new(
            Code::Required,
            "partner",
            "Name the partner with whom the resident's data may be shared.",
        )),
        (ConsentKind::LiftSecrecy | ConsentKind::AcceptHelp, Some(_)) => Err(Problem::new(
            Code::Invalid,
            "partner",
            "Only a consent of kind SHARE_WITH_PARTNER names a partner. Leave this out, or choose \
             that kind.",
        )),
        (_, partner) => Ok(partner),
    }
}

async fn known_partner(tx: &Tx, partner: Uuid) -> Outcome<()> {
    let partner = tx
        .visible_beside::<partner::Entity>(partner)
        .await?
        .ok_or_else(|| Problem::not_found("partner"))?;
    if partner.status == PartnerStatus::Offboarded {
        return Err(Problem::new(
            Code::Invalid,
            "partner",
            "This partner doesn't take part any more. Choose another one.",
        )
        .into());
    }
    Ok(())
}

/// Records that the resident withdrew a consent. It counts at once: every open referral that rests
/// on it is cancelled in the same transaction, and every signal that a partner handles on it is taken
/// from that partner; with that its view is closed.
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
    let permit = decide(tx.viewer(), Action::ConsentWithdraw(&consent))?;
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
    for referral in tx.open_referrals_on(id).await? {
        cancel(&tx, &permit, &referral).await?;
        // What that partner passed on was told to it on this consent.
        let (signal, partner) = (referral.signal_id, referral.to_partner_id);
        for passed_on in tx.open_referrals_from(signal, partner).await? {
            cancel(&tx, &permit, &passed_on).await?;
        }
    }
    for signal in tx.signals_handled_on(id).await? {
        signals::take_from_handler(&tx, &permit, &signal).await?;
        if let Some(handler) = signal.handler_partner_id {
            for passed_on in tx.open_referrals_from(signal.id, handler).await? {
                cancel(&tx, &permit, &passed_on).await?;
            }
        }
    }
    tx.commit().await?;
    Ok(id)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sharing_names_a_partner_and_nothing_else_does() {
        use ConsentKind as K;
        let partner = Some(Uuid::nil());
        let read = |kind, partner| partner_for(kind, partner).map_err(|problem| problem.code);
        assert_eq!(read(K::ShareWithPartner, partner), Ok(partner));
        assert_eq!(read(K::ShareWithPartner, None), Err(Code::Required));
        for kind in [K::LiftSecrecy, K::AcceptHelp] {
            assert_eq!(read(kind, None), Ok(None));
            assert_eq!(read(kind, partner), Err(Code::Invalid));
        }
    }
}
