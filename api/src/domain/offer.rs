//! Offers: a volunteer's answer to a call-out. Selecting one unlocks whom it is about for that
//! volunteer and nobody else; taking it back locks it again and reopens the call-out.

use chrono::TimeDelta;
use nabij_entity::{
    ambassador::{self, AmbassadorStatus, VolunteerRole},
    call_out::{self, CallOutAction, CallOutStatus},
    offer::{self, OfferAction, OfferStatus},
    referral::{self, ReferralStatus},
};
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use super::{
    call_out as call_outs, referral as referrals,
    refusal::{Code, Outcome, Problem, Transition, expect_version},
    text,
};
use crate::{
    policy::{Action, Permit, Viewer, decide},
    store::{
        Cx, Kind, Tx,
        events::Happening,
        idempotency::{IdempotencyKey, Recall},
        record::Seen,
        write::Stale,
    },
};

/// When the selected volunteer drops out after the deadline, the call-out reopens for this long.
pub const REOPENED_FOR: TimeDelta = TimeDelta::hours(24);

/// The machine: which state each action leads to, if any.
const fn next(from: OfferStatus, action: OfferAction) -> Option<OfferStatus> {
    use OfferAction as A;
    use OfferStatus as S;
    match (from, action) {
        (S::Offered, A::Select) => Some(S::Selected),
        (S::Offered, A::Decline) => Some(S::Declined),
        (S::Offered | S::Selected, A::Withdraw) => Some(S::Withdrawn),
        _ => None,
    }
}

/// The state an action leads to.
///
/// # Errors
/// The [`Transition`] that isn't possible.
pub fn step(from: OfferStatus, action: OfferAction) -> Result<OfferStatus, Transition> {
    next(from, action).ok_or_else(|| Transition {
        from: from.code(),
        attempted: action.code(),
        allowed: allowed(from).into_iter().map(OfferAction::code).collect(),
    })
}

/// The actions a state allows, whoever asks.
#[must_use]
pub fn allowed(from: OfferStatus) -> Vec<OfferAction> {
    use OfferAction as A;
    [A::Select, A::Decline, A::Withdraw]
        .into_iter()
        .filter(|action| next(from, *action).is_some())
        .collect()
}

/// Whether the call-out still leaves room for an action on one of its offers.
const fn fits(call_out: CallOutStatus, over: bool, action: OfferAction) -> bool {
    match action {
        OfferAction::Select => matches!(call_out, CallOutStatus::Open) && !over,
        OfferAction::Decline | OfferAction::Withdraw => {
            matches!(call_out, CallOutStatus::Open | CallOutStatus::Filled) && !over
        }
    }
}

/// What `viewer` may do now: both states allow it, and the policy does.
#[must_use]
pub fn allowed_to(viewer: &Viewer, offer: &Seen<offer::Model>) -> Vec<OfferAction> {
    let (call_out, over) = match (offer.shows("is_open"), offer.shows("is_filled")) {
        (true, _) => (CallOutStatus::Open, false),
        (_, true) => (CallOutStatus::Filled, false),
        _ => (CallOutStatus::Cancelled, true),
    };
    allowed(offer.status)
        .into_iter()
        .filter(|action| fits(call_out, over, *action))
        .filter(|action| *action != OfferAction::Select || offer.shows("is_welcome"))
        .filter(|action| decide(viewer, Action::Offer(*action, offer)).is_ok())
        .collect()
}

/// An offer to make.
#[derive(Debug)]
pub struct Making {
    /// The call-out it answers.
    pub call_out: Uuid,
    /// The volunteer who offers, when the contact person writes it down for them.
    pub ambassador: Option<Uuid>,
    /// What the volunteer says to the contact person.
    pub note: Option<String>,
}

/// Offers to help.
///
/// # Errors
/// What is wrong with the input, [`Code::NotFound`]; [`Code::Forbidden`] for a volunteer who isn't
/// in the pool, active, briefed and there to help; [`Code::AlreadyExists`],
/// [`Code::InvalidTransition`], and [`Code::OutOfRange`] after the deadline.
pub async fn make(cx: &Cx, making: Making, key: Option<IdempotencyKey>) -> Outcome<Uuid> {
    let Making {
        call_out,
        ambassador,
        note,
    } = making;
    let note = text::optional("note", note.as_deref(), text::STORY)?;
    let tx = cx.begin().await?;
    let call_out = tx
        .visible::<call_out::Entity>(call_out)
        .await?
        .ok_or_else(|| Problem::not_found("callOut"))?;
    let ambassador = volunteer(&tx, &call_out, ambassador).await?;
    let permit = decide(tx.viewer(), Action::OfferMake(&call_out, &ambassador))?;
    let id = match tx.claim(key.as_ref()).await? {
        Recall::New(id) => id,
        Recall::Made(id) => return Ok(id),
        Recall::Mismatch => return Err(Problem::idempotency_mismatch().into()),
    };
    let over = call_out.closed_at.is_some();
    call_outs::step(call_out.status, over, CallOutAction::Offer)?;
    if call_out.deadline <= tx.now() {
        return Err(Problem::new(
            Code::OutOfRange,
            "callOut",
            "The deadline of this call-out has passed. Look for another one that is open.",
        )
        .into());
    }
    may_help(&ambassador, call_out.partner_id)
        .map_err(|why| Problem::new(Code::Forbidden, "", why))?;
    if tx.has_live_offer(call_out.id, ambassador.id).await? {
        return Err(Problem::new(
            Code::AlreadyExists,
            "callOut",
            "This volunteer has an offer on the call-out already: see `offers` of the ambassador.",
        )
        .into());
    }
    let now = tx.now();
    let model = offer::Model {
        id,
        call_out_id: call_out.id,
        municipality_id: call_out.municipality_id,
        neighbourhood_id: call_out.neighbourhood_id,
        partner_id: call_out.partner_id,
        ambassador_id: ambassador.id,
        status: OfferStatus::Offered,
        note,
        selected_at: None,
        status_note: None,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let happening =
        Happening::new("offer.made", (Kind::Offer, id)).with("to", OfferStatus::Offered.code());
    tx.insert::<offer::Entity>(&permit, model, happening)
        .await?;
    tx.commit().await?;
    Ok(id)
}

/// The volunteer who offers: the one named, else the viewer, as whom they are in the pool.
async fn volunteer(
    tx: &Tx,
    call_out: &call_out::Model,
    named: Option<Uuid>,
) -> Outcome<ambassador::Model> {
    if let Some(named) = named {
        let found = tx.visible_beside::<ambassador::Entity>(named).await?;
        return Ok(found
            .ok_or_else(|| Problem::not_found("ambassador"))?
            .into_model());
    }
    for own in tx.viewer().ambassadors() {
        let found = tx.visible_beside::<ambassador::Entity>(own).await?;
        if let Some(found) = found.filter(|own| own.pool_partner_id == Some(call_out.partner_id)) {
            return Ok(found.into_model());
        }
    }
    Err(Problem::new(
        Code::Forbidden,
        "",
        "You aren't a volunteer of the pool that is called. A contact person names the volunteer \
         who offers in `ambassador`.",
    )
    .into())
}

/// Whether a volunteer may go to somebody's home for this partner; if not, why, and what to do.
fn may_help(ambassador: &ambassador::Model, partner: Uuid) -> Result<(), &'static str> {
    let helps = [VolunteerRole::Helper, VolunteerRole::Buddy]
        .iter()
        .any(|role| ambassador.roles.contains(role));
    if ambassador.pool_partner_id != Some(partner) {
        Err("This volunteer isn't in the pool that is called. The coordinator can add them to it.")
    } else if ambassador.status != AmbassadorStatus::Active {
        Err(
            "This volunteer isn't active: before the start, or during a break, nobody is sent to a \
             neighbour. The coordinator can activate them.",
        )
    } else if ambassador.briefed_on.is_none() {
        Err(
            "No confidentiality briefing of this volunteer is on record. Give it, and record it \
             with `ambassadorBrief`.",
        )
    } else if !helps {
        Err("This volunteer has neither the role HELPER nor BUDDY. The coordinator can add one.")
    } else {
        Ok(())
    }
}

/// An offer with its call-out and the referral that is for, all locked in their order.
struct Locked {
    referral: referral::Model,
    call_out: call_out::Model,
    offer: Seen<offer::Model>,
}

async fn locked(tx: &Tx, id: Uuid) -> Outcome<Locked> {
    let missing = || Problem::not_found("id");
    let call_out = tx.call_out_of_offer(id).await?.ok_or_else(missing)?;
    let referral = tx
        .referral_of_call_out(call_out)
        .await?
        .ok_or_else(missing)?;
    let referral = tx.locked_referral(referral).await?;
    let call_out = tx.locked_call_out(call_out).await?.ok_or_else(missing)?;
    let offer = tx.visible::<offer::Entity>(id).await?.ok_or_else(missing)?;
    Ok(Locked {
        referral,
        call_out,
        offer,
    })
}

/// Both machines allow it: the offer's own, and that of its call-out.
fn both_allow(locked: &Locked, action: OfferAction) -> Outcome<OfferStatus> {
    let Locked {
        call_out, offer, ..
    } = locked;
    let to = step(offer.status, action)?;
    if fits(call_out.status, call_out.closed_at.is_some(), action) {
        return Ok(to);
    }
    let mut problem = Problem::transition(Transition {
        from: offer.status.code(),
        attempted: action.code(),
        allowed: Vec::new(),
    });
    problem.message = if call_out.status == CallOutStatus::Filled && call_out.closed_at.is_none() {
        "Somebody is selected on this call-out already. Only when they withdraw can another be \
         selected."
            .to_owned()
    } else {
        "The call-out is over, and its offers stay as they are.".to_owned()
    };
    Err(problem.into())
}

/// Selects a volunteer: accepts the referral if it only was requested, fills the call-out, and
/// unlocks what the referral discloses for this volunteer alone. Other offers stay in reserve.
///
/// # Errors
/// [`Code::NotFound`], [`Code::Forbidden`], [`Code::Conflict`], [`Code::InvalidTransition`],
/// [`Code::Invalid`] when the volunteer may not be sent, and [`Code::BasisRequired`] without the
/// resident's consent to be helped.
pub async fn select(cx: &Cx, id: Uuid, expected_version: Option<i32>) -> Outcome<Uuid> {
    let tx = cx.begin().await?;
    let welcome = is_welcome(&tx, id).await?;
    let locked = locked(&tx, id).await?;
    let permit = decide(
        tx.viewer(),
        Action::Offer(OfferAction::Select, &locked.offer),
    )?;
    expect_version(expected_version, locked.offer.version)?;
    both_allow(&locked, OfferAction::Select)?;
    let Locked {
        referral,
        call_out,
        offer,
    } = locked;
    let ambassador = tx
        .visible_beside::<ambassador::Entity>(offer.ambassador_id)
        .await?;
    ambassador
        .map_or(Err("This volunteer has left the pool."), |ambassador| {
            may_help(&ambassador, call_out.partner_id)
        })
        .map_err(|why| Problem::new(Code::Invalid, "id", why))?;
    if !welcome {
        return Err(Problem::new(
            Code::BasisRequired,
            "id",
            "The resident hasn't said yet that this help is welcome. Ask them, record it with \
             `consentRecord` and kind ACCEPT_HELP, and select then.",
        )
        .into());
    }
    if referral.status == ReferralStatus::Requested {
        referrals::accept_by_selecting(&tx, &referral).await?;
    }
    let change = call_out::ActiveModel {
        selected_offer_id: Set(Some(offer.id)),
        selected_ambassador_id: Set(Some(offer.ambassador_id)),
        ..Default::default()
    };
    turned(&tx, &permit, &call_out, CallOutStatus::Filled, change).await?;
    moved(&tx, &permit, &offer, OfferStatus::Selected, None).await?;
    tx.commit().await?;
    Ok(id)
}

/// Whether whoever the offer is about accepts help, or it is about nobody in particular. Their consent
/// stays locked: it comes before the referral, as it does when they withdraw it.
async fn is_welcome(tx: &Tx, offer: Uuid) -> Outcome<bool> {
    Ok(match tx.resident_of_offer(offer).await? {
        Some(resident) => tx.live_help_consent(resident).await?.is_some(),
        None => true,
    })
}

/// Says that an offer isn't needed.
///
/// # Errors
/// [`Code::NotFound`], [`Code::Forbidden`], [`Code::Conflict`], [`Code::InvalidTransition`].
pub async fn decline(
    cx: &Cx,
    id: Uuid,
    expected_version: Option<i32>,
    note: Option<String>,
) -> Outcome<Uuid> {
    let note = text::optional("note", note.as_deref(), text::STORY)?;
    let tx = cx.begin().await?;
    let locked = locked(&tx, id).await?;
    let action = OfferAction::Decline;
    let permit = decide(tx.viewer(), Action::Offer(action, &locked.offer))?;
    expect_version(expected_version, locked.offer.version)?;
    let to = both_allow(&locked, action)?;
    moved(&tx, &permit, &locked.offer, to, note).await?;
    tx.commit().await?;
    Ok(id)
}

/// Takes an offer back. If it was selected, the details are locked at once and the call-out is open
/// again: until its deadline, or for [`REOPENED_FOR`] when that has passed.
///
/// # Errors
/// [`Code::NotFound`], [`Code::Forbidden`], [`Code::Conflict`], [`Code::InvalidTransition`].
pub async fn withdraw(
    cx: &Cx,
    id: Uuid,
    expected_version: Option<i32>,
    note: Option<String>,
) -> Outcome<Uuid> {
    let note = text::optional("note", note.as_deref(), text::STORY)?;
    let tx = cx.begin().await?;
    let locked = locked(&tx, id).await?;
    let action = OfferAction::Withdraw;
    let permit = decide(tx.viewer(), Action::Offer(action, &locked.offer))?;
    expect_version(expected_version, locked.offer.version)?;
    let to = both_allow(&locked, action)?;
    let Locked {
        call_out, offer, ..
    } = locked;
    if offer.status == OfferStatus::Selected {
        let mut change = call_out::ActiveModel {
            selected_offer_id: Set(None),
            selected_ambassador_id: Set(None),
            ..Default::default()
        };
        if call_out.deadline <= tx.now() {
            change.deadline = Set(tx.now() + REOPENED_FOR);
        }
        turned(&tx, &permit, &call_out, CallOutStatus::Open, change).await?;
    }
    moved(&tx, &permit, &offer, to, note).await?;
    tx.commit().await?;
    Ok(id)
}

/// The call-out is filled, or open again.
async fn turned(
    tx: &Tx,
    permit: &Permit,
    call_out: &call_out::Model,
    to: CallOutStatus,
    mut change: call_out::ActiveModel,
) -> Outcome<()> {
    change.status = Set(to);
    let kind = if to == CallOutStatus::Filled {
        "callout.filled"
    } else {
        "callout.reopened"
    };
    let happening = Happening::new(kind, (Kind::CallOut, call_out.id))
        .with("from", call_out.status.code())
        .with("to", to.code());
    tx.update::<call_out::Entity>(permit, call_out.id, call_out.version, change, happening)
        .await?
        .map_err(|Stale| Problem::raced())?;
    Ok(())
}

/// The offer goes to another state, with the words given.
pub(super) async fn moved(
    tx: &Tx,
    permit: &Permit,
    offer: &offer::Model,
    to: OfferStatus,
    note: Option<String>,
) -> Outcome<()> {
    let mut change = offer::ActiveModel {
        status: Set(to),
        status_note: Set(note),
        ..Default::default()
    };
    if to == OfferStatus::Selected {
        change.selected_at = Set(Some(tx.now()));
    }
    let kind = match to {
        OfferStatus::Offered => "offer.made",
        OfferStatus::Selected => "offer.selected",
        OfferStatus::Declined => "offer.declined",
        OfferStatus::Withdrawn => "offer.withdrawn",
    };
    let happening = Happening::new(kind, (Kind::Offer, offer.id))
        .with("from", offer.status.code())
        .with("to", to.code());
    tx.update::<offer::Entity>(permit, offer.id, offer.version, change, happening)
        .await?
        .map_err(|Stale| Problem::raced())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use nabij_entity::SetOf;

    use super::*;

    #[test]
    fn the_machine_is_the_one_of_the_design() {
        use OfferAction as A;
        use OfferStatus as S;
        for (from, actions) in [
            (S::Offered, vec![A::Select, A::Decline, A::Withdraw]),
            (S::Selected, vec![A::Withdraw]),
            (S::Declined, vec![]),
            (S::Withdrawn, vec![]),
        ] {
            assert_eq!(allowed(from), actions, "{from:?}");
        }
        assert_eq!(step(S::Selected, A::Withdraw), Ok(S::Withdrawn));
        assert!(step(S::Selected, A::Decline).is_err());
    }

    #[test]
    fn nobody_is_selected_beside_somebody_or_after_the_end() {
        use CallOutStatus as C;
        use OfferAction as A;
        for (call_out, over, select, others) in [
            (C::Open, false, true, true),
            (C::Filled, false, false, true),
            (C::Filled, true, false, false),
            (C::Unfilled, true, false, false),
            (C::Cancelled, true, false, false),
        ] {
            assert_eq!(fits(call_out, over, A::Select), select, "{call_out:?}");
            assert_eq!(fits(call_out, over, A::Decline), others, "{call_out:?}");
            assert_eq!(fits(call_out, over, A::Withdraw), others, "{call_out:?}");
        }
    }

    #[test]
    fn only_who_is_active_briefed_and_there_to_help_is_sent() {
        let (pool, at) = (Uuid::from_u128(1), chrono::DateTime::UNIX_EPOCH);
        let lotte = ambassador::Model {
            id: Uuid::from_u128(2),
            municipality_id: Uuid::from_u128(3),
            whole_municipality: false,
            pool_partner_id: Some(pool),
            display_name: "Lotte".to_owned(),
            roles: SetOf::from_iter([VolunteerRole::Helper]),
            status: AmbassadorStatus::Active,
            briefed_on: Some(at.date_naive()),
            public_profile: false,
            public_contact: None,
            created_at: at,
            updated_at: at,
            version: 1,
        };
        let buddy = ambassador::Model {
            roles: SetOf::from_iter([VolunteerRole::Listener, VolunteerRole::Buddy]),
            ..lotte.clone()
        };
        assert!(may_help(&lotte, pool).is_ok() && may_help(&buddy, pool).is_ok());
        assert!(may_help(&lotte, Uuid::from_u128(9)).is_err());
        for status in [
            AmbassadorStatus::Candidate,
            AmbassadorStatus::Paused,
            AmbassadorStatus::Left,
        ] {
            let away = ambassador::Model {
                status,
                ..lotte.clone()
            };
            assert!(may_help(&away, pool).is_err(), "{status:?}");
        }
        let unbriefed = ambassador::Model {
            briefed_on: None,
            ..lotte.clone()
        };
        assert!(may_help(&unbriefed, pool).is_err());
        let listener = ambassador::Model {
            roles: SetOf::from_iter([VolunteerRole::Listener, VolunteerRole::Organiser]),
            ..lotte
        };
        assert!(may_help(&listener, pool).is_err());
    }
}
