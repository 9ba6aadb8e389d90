//! In which quality somebody reports something about a place. It follows from their roles: it is
//! never an input.

use nabij_entity::{
    partner::{self, PartnerStatus},
    role_grant::Role,
};
use uuid::Uuid;

use super::refusal::{Code, Outcome, Problem};
use crate::{
    policy::{Forbidden, Reporter},
    store::Tx,
};

/// Roles in which somebody reports for a partner.
const FOR_A_PARTNER: &[Role] = &[
    Role::PartnerCoordinator,
    Role::PartnerStaff,
    Role::Signaller,
];

/// The municipality of a neighbourhood that was named at `path`.
///
/// # Errors
/// [`Code::NotFound`].
pub(super) async fn place(tx: &Tx, neighbourhood: Uuid, path: &str) -> Outcome<Uuid> {
    Ok(tx
        .municipality_of(neighbourhood)
        .await?
        .ok_or_else(|| Problem::not_found(path))?)
}

/// The quality in which the viewer reports about this place: as its coordinator, else as a
/// volunteer who serves it, else for a partner that covers it.
///
/// # Errors
/// [`Code::Forbidden`] when none of their roles reaches the place.
pub(super) async fn of(tx: &Tx, municipality: Uuid, neighbourhood: Uuid) -> Outcome<Reporter> {
    let viewer = tx.viewer();
    if viewer.coordinates(municipality, Some(neighbourhood)) {
        return Ok(Reporter::Coordinator);
    }
    for ambassador in viewer.ambassadors() {
        if tx.ambassador_serves(ambassador, neighbourhood).await? {
            return Ok(Reporter::Ambassador(ambassador));
        }
    }
    for partner in viewer.partners(FOR_A_PARTNER) {
        if tx.partner_covers(partner, neighbourhood).await? && is_active(tx, partner).await? {
            return Ok(Reporter::Partner(partner));
        }
    }
    Err(Forbidden.into())
}

/// Whether a partner is active.
///
/// # Errors
/// When the database fails.
pub(super) async fn is_active(tx: &Tx, partner: Uuid) -> Outcome<bool> {
    let partner = tx.visible_beside::<partner::Entity>(partner).await?;
    Ok(partner.is_some_and(|partner| partner.status == PartnerStatus::Active))
}

/// The user who writes.
///
/// # Errors
/// [`Code::Forbidden`] for somebody without an account.
pub(super) fn user(tx: &Tx) -> Outcome<Uuid> {
    Ok(tx.viewer().user_id().ok_or(Forbidden)?)
}

/// A partner that can take something on in this neighbourhood.
///
/// # Errors
/// [`Code::NotFound`], or [`Code::Invalid`] when it isn't active or doesn't cover the place.
pub(super) async fn active_partner(
    tx: &Tx,
    partner: Uuid,
    neighbourhood: Uuid,
    path: &str,
) -> Outcome<partner::Model> {
    let partner = tx
        .visible_beside::<partner::Entity>(partner)
        .await?
        .ok_or_else(|| Problem::not_found(path))?;
    if partner.status != PartnerStatus::Active {
        return Err(Problem::new(
            Code::Invalid,
            path,
            "This partner isn't active. Choose an active one.",
        )
        .into());
    }
    if !tx.partner_covers(partner.id, neighbourhood).await? {
        return Err(Problem::new(
            Code::Invalid,
            path,
            "This partner doesn't cover the neighbourhood. Choose one that does: see `partners` \
             of the neighbourhood.",
        )
        .into());
    }
    Ok(partner)
}
