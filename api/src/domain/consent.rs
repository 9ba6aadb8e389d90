//! Consents: what a resident agreed to, and that they took it back. What ends with it is in
//! `withdrawal`.

mod withdrawal;

use chrono::{DateTime, Utc};
use nabij_entity::{
    consent::{self, ConsentAction, ConsentKind, ConsentMethod},
    partner::{self, PartnerStatus},
    referral, resident,
};
use uuid::Uuid;

pub use self::withdrawal::withdraw;
use super::{
    refusal::{Code, Outcome, Problem},
    reporter,
    resident::erase::still_here,
    when,
};
use crate::{
    policy::{Action, Viewer, decide},
    store::{
        Cx, Kind, Tx,
        events::Happening,
        idempotency::{IdempotencyKey, Recall},
        record::Seen,
    },
};

/// What `viewer` may do now.
#[must_use]
pub fn allowed_to(viewer: &Viewer, consent: &Seen<consent::Model>) -> Vec<ConsentAction> {
    let may = decide(viewer, Action::ConsentWithdraw(consent)).is_ok();
    if (may || consent.shows("helps")) && consent.withdrawn_at.is_none() {
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
    let permit = match decide(tx.viewer(), Action::ConsentRecord(&resident)) {
        Ok(permit) => permit,
        Err(forbidden) => {
            let referral = asks_for_help(&tx, kind, resident.id).await?;
            let referral = referral.ok_or(forbidden)?;
            decide(tx.viewer(), Action::HelpAccept(&referral))?
        }
    };
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

/// The open referral for which a partner asks the resident whether help is welcome: it sends somebody,
/// so it may hear that without being the coordinator, and of no other consent.
async fn asks_for_help(
    tx: &Tx,
    kind: ConsentKind,
    resident: Uuid,
) -> Outcome<Option<referral::Model>> {
    Ok(match kind {
        ConsentKind::AcceptHelp => tx.referral_that_serves(resident).await?,
        ConsentKind::ShareWithPartner | ConsentKind::LiftSecrecy => None,
    })
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
