//! Partners: organisations that take part.
//!
//! - [`onboard`]: the one call that brings a partner on board or up to date.
//! - [`identifier`]: the official numbers by which registers know it.

use nabij_entity::partner::{self, PartnerAction, PartnerStatus};
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use super::{
    refusal::{Code, Outcome, Problem, Transition, expect_version},
    text,
};
use crate::{
    policy::{Action, Viewer, decide},
    store::{Cx, Kind, events::Happening, write::Stale},
};

mod compare;
pub mod identifier;
pub mod onboard;
mod request;

/// The machine: which state each action leads to.
const fn next(from: PartnerStatus, action: PartnerAction) -> Option<PartnerStatus> {
    use PartnerAction as A;
    use PartnerStatus as S;
    match (from, action) {
        (S::Invited | S::Suspended, A::Activate) => Some(S::Active),
        (S::Active, A::Suspend) => Some(S::Suspended),
        (S::Invited | S::Active | S::Suspended, A::Offboard) => Some(S::Offboarded),
        _ => None,
    }
}

/// The state that an action leads to.
///
/// # Errors
/// The [`Transition`] that isn't possible.
pub fn step(from: PartnerStatus, action: PartnerAction) -> Result<PartnerStatus, Transition> {
    next(from, action).ok_or_else(|| Transition {
        from: from.code(),
        attempted: action.code(),
        allowed: allowed(from).into_iter().map(PartnerAction::code).collect(),
    })
}

/// The actions a state allows, whoever asks.
#[must_use]
pub fn allowed(from: PartnerStatus) -> Vec<PartnerAction> {
    use PartnerAction as A;
    [A::Activate, A::Suspend, A::Offboard]
        .into_iter()
        .filter(|action| next(from, *action).is_some())
        .collect()
}

/// What `viewer` may do now.
#[must_use]
pub fn allowed_to(viewer: &Viewer, partner: &partner::Model) -> Vec<PartnerAction> {
    if decide(viewer, Action::PartnerManage).is_ok() {
        allowed(partner.status)
    } else {
        Vec::new()
    }
}

const fn event_of(action: PartnerAction) -> &'static str {
    match action {
        PartnerAction::Activate => "partner.activated",
        PartnerAction::Suspend => "partner.suspended",
        PartnerAction::Offboard => "partner.offboarded",
    }
}

/// Takes a partner one step further. While it is suspended the roles of its people don't count, and with
/// its offboarding they end.
///
/// # Errors
/// [`Code::NotFound`], [`Code::Forbidden`], [`Code::Conflict`], [`Code::InvalidTransition`];
/// [`Code::Invalid`] when it is offboarded with a referral still open.
pub async fn transition(
    cx: &Cx,
    id: Uuid,
    expected_version: Option<i32>,
    action: PartnerAction,
) -> Outcome<Uuid> {
    let tx = cx.begin().await?;
    let partner = tx
        .visible::<partner::Entity>(id)
        .await?
        .ok_or_else(|| Problem::not_found("id"))?;
    let permit = decide(tx.viewer(), Action::PartnerManage)?;
    expect_version(expected_version, partner.version)?;
    let to = step(partner.status, action)?;
    if action == PartnerAction::Offboard {
        if tx.partner_has_open_referral(id).await? {
            return Err(Problem::new(
                Code::Invalid,
                "",
                "A referral to this partner is still open. Wait until it is finished, or ask its \
                 coordinator to cancel it: a partner that is suspended can't finish anything.",
            )
            .into());
        }
        tx.end_roles_for_partner(&permit, id).await?;
    }
    let change = partner::ActiveModel {
        status: Set(to),
        ..Default::default()
    };
    let happening = Happening::new(event_of(action), (Kind::Partner, id))
        .with("from", partner.status.code())
        .with("to", to.code());
    tx.update::<partner::Entity>(&permit, id, partner.version, change, happening)
        .await?
        .map_err(|Stale| Problem::raced())?;
    let users = tx.users_of_partner(id).await?;
    tx.outdate_users(&users).await?;
    tx.commit().await?;
    Ok(id)
}

/// Names a partner's pool of volunteers, or takes the name away.
///
/// # Errors
/// What is wrong with the name, [`Code::NotFound`], [`Code::Forbidden`], [`Code::Conflict`].
pub async fn name_pool(
    cx: &Cx,
    id: Uuid,
    expected_version: Option<i32>,
    name: Option<String>,
) -> Outcome<Uuid> {
    let name = text::optional("name", name.as_deref(), text::LINE)?;
    let tx = cx.begin().await?;
    let partner = tx
        .visible::<partner::Entity>(id)
        .await?
        .ok_or_else(|| Problem::not_found("id"))?;
    let permit = decide(tx.viewer(), Action::PoolManage(id))?;
    expect_version(expected_version, partner.version)?;
    let change = partner::ActiveModel {
        pool_name: Set(name),
        ..Default::default()
    };
    let happening = Happening::new("partner.pool_named", (Kind::Partner, id));
    tx.update::<partner::Entity>(&permit, id, partner.version, change, happening)
        .await?
        .map_err(|Stale| Problem::raced())?;
    tx.commit().await?;
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_is_the_one_of_the_design() {
        use PartnerAction as A;
        use PartnerStatus as S;
        let table = [
            (S::Invited, vec![A::Activate, A::Offboard]),
            (S::Active, vec![A::Suspend, A::Offboard]),
            (S::Suspended, vec![A::Activate, A::Offboard]),
            (S::Offboarded, vec![]),
        ];
        for (from, actions) in table {
            assert_eq!(allowed(from), actions, "{from:?}");
        }
        assert_eq!(step(S::Suspended, A::Activate), Ok(S::Active));
        assert_eq!(
            step(S::Offboarded, A::Activate),
            Err(Transition {
                from: "OFFBOARDED",
                attempted: "ACTIVATE",
                allowed: vec![],
            })
        );
    }

    #[test]
    fn only_an_administrator_is_offered_the_actions() {
        let now = chrono::DateTime::UNIX_EPOCH;
        let partner = partner::Model {
            id: Uuid::nil(),
            reference: "a".to_owned(),
            name: "A".to_owned(),
            kind: partner::PartnerKind::Other,
            secrecy: partner::SecrecyRegime::Discretion,
            status: PartnerStatus::Active,
            email: None,
            phone: None,
            pool_name: None,
            website: None,
            created_at: now,
            updated_at: now,
            version: 1,
        };
        assert_eq!(allowed_to(&Viewer::anonymous(), &partner), []);
        assert_eq!(
            allowed_to(&Viewer::system("test"), &partner),
            [PartnerAction::Suspend, PartnerAction::Offboard]
        );
    }
}
