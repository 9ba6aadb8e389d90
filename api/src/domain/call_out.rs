//! Call-outs: a referral's appeal to a partner's pool of volunteers. Who is helped stays hidden until
//! one volunteer is selected ([`super::offer`]), and opens for nobody else.
//!
//! A call-out ends when its referral does, when its deadline passes with nobody selected, or by hand.
//! Unfilled, its referral goes back to whoever referred.

mod postable;

use chrono::{DateTime, TimeDelta, Utc};
use nabij_entity::{
    call_out::{self, CallOutAction, CallOutEndCause, CallOutStatus},
    offer::OfferStatus,
    partner,
    referral::{self, ReferralStatus},
    signal,
};
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use self::postable::Appeal;
use super::{
    offer, referral as referrals,
    refusal::{Code, Outcome, Problem, Problems, Transition, expect_version},
    reporter,
    resident::details::Details,
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

/// A deadline further ahead is a slip of the pen.
const FURTHEST: TimeDelta = TimeDelta::days(366);

/// The machine: which state each action leads to, if any. Offering leaves it open: selecting an
/// offer fills it, and taking a selected one back opens it again.
const fn next(from: CallOutStatus, action: CallOutAction) -> Option<CallOutStatus> {
    use CallOutAction as A;
    use CallOutStatus as S;
    match (from, action) {
        (S::Open, A::Offer) => Some(S::Open),
        (S::Open, A::Close) => Some(S::Unfilled),
        (S::Open | S::Filled, A::Cancel) => Some(S::Cancelled),
        _ => None,
    }
}

/// The state an action leads to. One that is over allows nothing more.
///
/// # Errors
/// The [`Transition`] that isn't possible.
pub fn step(
    from: CallOutStatus,
    over: bool,
    action: CallOutAction,
) -> Result<CallOutStatus, Transition> {
    next(from, action)
        .filter(|_| !over)
        .ok_or_else(|| Transition {
            from: from.code(),
            attempted: action.code(),
            allowed: allowed(from, over)
                .into_iter()
                .map(CallOutAction::code)
                .collect(),
        })
}

/// The actions a state allows, whoever asks.
#[must_use]
pub fn allowed(from: CallOutStatus, over: bool) -> Vec<CallOutAction> {
    use CallOutAction as A;
    [A::Offer, A::Close, A::Cancel]
        .into_iter()
        .filter(|action| !over && next(from, *action).is_some())
        .collect()
}

/// What `viewer` may do now: the state allows it, the policy does, and the guards hold.
#[must_use]
pub fn allowed_to(
    viewer: &Viewer,
    call_out: &Seen<call_out::Model>,
    now: DateTime<Utc>,
) -> Vec<CallOutAction> {
    allowed(call_out.status, call_out.closed_at.is_some())
        .into_iter()
        .filter(|action| match action {
            CallOutAction::Offer => call_out.shows("may_offer") && now < call_out.deadline,
            _ => decide(viewer, Action::CallOut(*action, call_out)).is_ok(),
        })
        .collect()
}

/// A call-out to open.
#[derive(Debug)]
pub struct Opening {
    /// The referral it is for.
    pub referral: Uuid,
    /// Until when volunteers can offer.
    pub deadline: DateTime<Utc>,
    /// When the job can begin.
    pub starts_at: Option<DateTime<Utc>>,
    /// When it must be done.
    pub ends_at: Option<DateTime<Utc>>,
    /// What is asked, in one line; written by the service when left out.
    pub title: Option<String>,
    /// The text to post; written by the service when left out.
    pub text: Option<String>,
    /// What only the selected volunteer needs to know.
    pub details: Option<String>,
}

/// Calls out to the pool of the partner that a referral went to.
///
/// # Errors
/// What is wrong with the input, [`Code::NotFound`], [`Code::Forbidden`], [`Code::AlreadyExists`]
/// while the referral has a call-out that isn't over, [`Code::Invalid`] when the referral is over or
/// a text gives the resident away.
pub async fn open(cx: &Cx, opening: Opening, key: Option<IdempotencyKey>) -> Outcome<Uuid> {
    let mut problems = Problems::new();
    let Opening {
        referral,
        deadline,
        starts_at,
        ends_at,
        title,
        text,
        details,
    } = opening;
    let title = problems.check(text::optional("title", title.as_deref(), text::LINE));
    let text = problems.check(text::optional("text", text.as_deref(), text::STORY));
    let details = problems.check(text::optional("details", details.as_deref(), text::STORY));
    problems.check(in_time(deadline, (starts_at, ends_at), cx.now()));
    let ((title, text), details) = problems.into_value(title.zip(text).zip(details))?;

    let tx = cx.begin().await?;
    let referral = tx
        .visible::<referral::Entity>(referral)
        .await?
        .ok_or_else(|| Problem::not_found("referral"))?;
    let permit = decide(tx.viewer(), Action::CallOutOpen(&referral))?;
    let id = match tx.claim(key.as_ref()).await? {
        Recall::New(id) => id,
        Recall::Made(id) => return Ok(id),
        Recall::Mismatch => return Err(Problem::idempotency_mismatch().into()),
    };
    may_be_called_out(&tx, &referral).await?;
    let (signal, partner, neighbourhood, municipality) = surroundings(&tx, &referral).await?;
    let given = [("title", &title), ("text", &text)];
    gives_nobody_away(&tx, &referral, &given, &[&neighbourhood, &municipality.0]).await?;
    let appeal = Appeal {
        category: signal.category,
        chore: signal.chore_kind,
        neighbourhood: &neighbourhood,
        pool: partner.pool_name.as_deref().unwrap_or(&partner.name),
        country: municipality.1,
        starts_at,
        ends_at,
        deadline,
    };
    let now = tx.now();
    let model = call_out::Model {
        id,
        referral_id: referral.id,
        signal_id: referral.signal_id,
        municipality_id: referral.municipality_id,
        neighbourhood_id: referral.neighbourhood_id,
        partner_id: referral.to_partner_id,
        resident_id: referral.resident_id,
        category: signal.category,
        chore_kind: signal.chore_kind,
        title: title.unwrap_or_else(|| appeal.title()),
        text: text.unwrap_or_else(|| appeal.text()),
        details,
        starts_at,
        ends_at,
        deadline,
        status: CallOutStatus::Open,
        selected_offer_id: None,
        selected_ambassador_id: None,
        end_cause: None,
        status_note: None,
        opened_by_user_id: reporter::user(&tx)?,
        closed_at: None,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let happening = Happening::new("callout.opened", (Kind::CallOut, id))
        .with("to", CallOutStatus::Open.code());
    tx.insert::<call_out::Entity>(&permit, model, happening)
        .await?;
    tx.commit().await?;
    Ok(id)
}

/// The deadline lies ahead, and not after the job.
fn in_time(
    deadline: DateTime<Utc>,
    (starts_at, ends_at): (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let wrong = |path, message| Err(Problem::new(Code::OutOfRange, path, message));
    if deadline <= now {
        return wrong(
            "deadline",
            "The deadline has passed. Choose a moment that is still to come.",
        );
    }
    if deadline - now > FURTHEST {
        return wrong(
            "deadline",
            "The deadline is more than a year ahead. Choose an earlier one.",
        );
    }
    if ends_at.is_some_and(|end| end < deadline) {
        return wrong(
            "deadline",
            "The deadline comes after the end of the job. Choose an earlier one, so that there is \
             time left to help.",
        );
    }
    if starts_at
        .zip(ends_at)
        .is_some_and(|(start, end)| end <= start)
    {
        return wrong(
            "endsAt",
            "The job ends before it begins. Choose a later end, or leave it out.",
        );
    }
    Ok(())
}

/// The referral is open, and no call-out on it still runs.
async fn may_be_called_out(tx: &Tx, referral: &referral::Model) -> Outcome<()> {
    if !referrals::is_open(referral.status) {
        return Err(Problem::new(
            Code::Invalid,
            "referral",
            "The referral is over, so there is nobody to help any more. Ask for a new referral.",
        )
        .into());
    }
    if tx.live_call_out(referral.id).await?.is_some() {
        return Err(Problem::new(
            Code::AlreadyExists,
            "referral",
            "A call-out on this referral is running already: see `callOuts` of the referral. Cancel \
             it first, or select somebody on it.",
        )
        .into());
    }
    Ok(())
}

type Surroundings = (
    Seen<signal::Model>,
    partner::Model,
    String,
    (String, nabij_entity::vocabulary::Country),
);

/// What a text is written from: the signal, whose pool it is, and the names of the place.
async fn surroundings(tx: &Tx, referral: &referral::Model) -> Outcome<Surroundings> {
    let signal = tx
        .visible_beside::<signal::Entity>(referral.signal_id)
        .await?
        .ok_or_else(|| Problem::not_found("referral"))?;
    let partner = tx
        .visible_beside::<partner::Entity>(referral.to_partner_id)
        .await?
        .ok_or_else(|| Problem::not_found("referral"))?;
    let (neighbourhood, municipality) = tx.names_of_place(referral.neighbourhood_id).await?;
    Ok((signal, partner, neighbourhood, municipality))
}

/// None of the texts carries a detail of the resident. That a text does is all that is said: not
/// which detail, which may be one that the partner isn't shown.
async fn gives_nobody_away(
    tx: &Tx,
    referral: &referral::Model,
    texts: &[(&str, &Option<String>)],
    places: &[&str],
) -> Outcome<()> {
    let Some(resident) = referral.resident_id else {
        return Ok(());
    };
    if texts.iter().all(|(_, text)| text.is_none()) {
        return Ok(());
    }
    let details = Details::of(tx, resident).await?;
    let mut problems = Problems::new();
    for (path, text) in texts {
        if text
            .as_ref()
            .is_some_and(|text| details.are_in(text, places))
        {
            problems.add(Problem::new(
                Code::Invalid,
                path,
                "This holds a detail by which the resident could be known: a name, a number or a \
                 part of the address. Everybody may read it, so say it otherwise, or leave it out \
                 and the service writes it.",
            ));
        }
    }
    problems.finish()
}

/// A call-out with the referral it is for, both locked in their order.
async fn locked(tx: &Tx, id: Uuid) -> Outcome<(referral::Model, Seen<call_out::Model>)> {
    let missing = || Problem::not_found("id");
    let referral = tx.referral_of_call_out(id).await?.ok_or_else(missing)?;
    let referral = tx.locked_referral(referral).await?;
    let call_out = tx
        .visible::<call_out::Entity>(id)
        .await?
        .ok_or_else(missing)?;
    Ok((referral, call_out))
}

/// Gives up looking: the call-out ends unfilled, and its referral goes back.
///
/// # Errors
/// [`Code::NotFound`], [`Code::Forbidden`], [`Code::Conflict`], [`Code::InvalidTransition`], and
/// what is wrong with the note.
pub async fn close(
    cx: &Cx,
    id: Uuid,
    expected_version: Option<i32>,
    note: Option<String>,
) -> Outcome<Uuid> {
    let note = text::optional("note", note.as_deref(), text::STORY)?;
    let tx = cx.begin().await?;
    let (referral, call_out) = locked(&tx, id).await?;
    let action = CallOutAction::Close;
    let permit = decide(tx.viewer(), Action::CallOut(action, &call_out))?;
    expect_version(expected_version, call_out.version)?;
    step(call_out.status, call_out.closed_at.is_some(), action)?;
    let cause = CallOutEndCause::ClosedByHand;
    unfilled(&tx, &permit, &referral, &call_out, (cause, note)).await?;
    tx.commit().await?;
    Ok(id)
}

/// Calls a call-out off; its referral stays as it is.
///
/// # Errors
/// [`Code::NotFound`], [`Code::Forbidden`], [`Code::Conflict`], [`Code::InvalidTransition`], and
/// what is wrong with the reason.
pub async fn cancel(
    cx: &Cx,
    id: Uuid,
    expected_version: Option<i32>,
    reason: &str,
) -> Outcome<Uuid> {
    let reason = text::required("reason", reason, text::STORY)?;
    let tx = cx.begin().await?;
    let (_referral, call_out) = locked(&tx, id).await?;
    let action = CallOutAction::Cancel;
    let permit = decide(tx.viewer(), Action::CallOut(action, &call_out))?;
    expect_version(expected_version, call_out.version)?;
    let to = step(call_out.status, call_out.closed_at.is_some(), action)?;
    let cause = CallOutEndCause::CancelledByHand;
    end(&tx, &permit, &call_out, to, (cause, Some(reason))).await?;
    tx.commit().await?;
    Ok(id)
}

/// Ends a call-out whose deadline has passed with nobody selected. Whether there was anything left
/// to do: another replica may have been here.
///
/// # Errors
/// When the database fails.
pub async fn lapse(cx: &Cx, id: Uuid) -> Outcome<bool> {
    let tx = cx.begin_as_system("call-out deadline").await?;
    let permit = decide(tx.viewer(), Action::CallOutLapse)?;
    let Some(referral) = tx.referral_of_call_out(id).await? else {
        return Ok(false);
    };
    let referral = tx.locked_referral(referral).await?;
    let call_out = tx
        .locked_call_out(id)
        .await?
        .filter(|call_out| call_out.status == CallOutStatus::Open && call_out.deadline <= tx.now());
    let Some(call_out) = call_out else {
        return Ok(false);
    };
    let cause = CallOutEndCause::DeadlinePassed;
    unfilled(&tx, &permit, &referral, &call_out, (cause, None)).await?;
    tx.commit().await?;
    Ok(true)
}

async fn unfilled(
    tx: &Tx,
    permit: &Permit,
    referral: &referral::Model,
    call_out: &call_out::Model,
    (cause, note): (CallOutEndCause, Option<String>),
) -> Outcome<()> {
    let to = CallOutStatus::Unfilled;
    end(tx, permit, call_out, to, (cause, note.clone())).await?;
    referrals::give_back(tx, permit, referral, note).await
}

/// What a referral's end means to its call-out: one that had found somebody stays filled when the
/// help was given, any other is called off. Part of what ends the referral, which is locked.
pub(super) async fn referral_ended(
    tx: &Tx,
    permit: &Permit,
    referral: Uuid,
    as_: ReferralStatus,
) -> Outcome<()> {
    let Some(call_out) = tx.live_call_out(referral).await? else {
        return Ok(());
    };
    let helped = matches!(as_, ReferralStatus::Completed | ReferralStatus::Failed);
    let to = if call_out.status == CallOutStatus::Filled && helped {
        CallOutStatus::Filled
    } else {
        CallOutStatus::Cancelled
    };
    let cause = CallOutEndCause::ReferralEnded;
    end(tx, permit, &call_out, to, (cause, None)).await
}

/// Ends the call-outs for a resident who accepts help no longer; whoever was selected isn't to come.
/// Their referrals stay as they are. Part of withdrawing that consent, which is locked.
pub(super) async fn help_declined(tx: &Tx, permit: &Permit, resident: Uuid) -> Outcome<()> {
    for referral in tx.referrals_called_out_for(resident).await? {
        let referral = tx.locked_referral(referral).await?;
        if let Some(call_out) = tx.live_call_out(referral.id).await? {
            let (to, cause) = (CallOutStatus::Cancelled, CallOutEndCause::ConsentWithdrawn);
            end(tx, permit, &call_out, to, (cause, None)).await?;
        }
    }
    Ok(())
}

/// Ends a call-out; offers that still waited aren't needed any more.
async fn end(
    tx: &Tx,
    permit: &Permit,
    call_out: &call_out::Model,
    to: CallOutStatus,
    (cause, note): (CallOutEndCause, Option<String>),
) -> Outcome<()> {
    let change = call_out::ActiveModel {
        status: Set(to),
        end_cause: Set(Some(cause)),
        status_note: Set(note),
        closed_at: Set(Some(tx.now())),
        ..Default::default()
    };
    let kind = match to {
        CallOutStatus::Unfilled => "callout.unfilled",
        CallOutStatus::Cancelled => "callout.cancelled",
        CallOutStatus::Open | CallOutStatus::Filled => "callout.closed",
    };
    let happening = Happening::new(kind, (Kind::CallOut, call_out.id))
        .with("from", call_out.status.code())
        .with("to", to.code())
        .with("cause", cause.code());
    tx.update::<call_out::Entity>(permit, call_out.id, call_out.version, change, happening)
        .await?
        .map_err(|Stale| Problem::raced())?;
    for waiting in tx.waiting_offers(call_out.id).await? {
        offer::moved(tx, permit, &waiting, OfferStatus::Declined, None).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_is_the_one_of_the_design() {
        use CallOutAction as A;
        use CallOutStatus as S;
        for (from, actions) in [
            (S::Open, vec![A::Offer, A::Close, A::Cancel]),
            (S::Filled, vec![A::Cancel]),
            (S::Unfilled, vec![]),
            (S::Cancelled, vec![]),
        ] {
            assert_eq!(allowed(from, false), actions, "{from:?}");
            assert_eq!(allowed(from, true), [], "{from:?} and over");
        }
        assert_eq!(step(S::Open, false, A::Close), Ok(S::Unfilled));
        assert_eq!(
            step(S::Filled, false, A::Offer),
            Err(Transition {
                from: "FILLED",
                attempted: "OFFER",
                allowed: vec!["CANCEL"],
            })
        );
    }

    #[test]
    fn a_deadline_lies_ahead_and_leaves_time_to_help() {
        let now: DateTime<Utc> = "2026-03-02T09:00:00Z".parse().expect("a time");
        let hours = |hours| now + TimeDelta::hours(hours);
        let path = |deadline, job| in_time(deadline, job, now).map_err(|p| p.path.join("."));
        assert_eq!(path(hours(1), (None, None)), Ok(()));
        assert_eq!(path(hours(4), (Some(hours(2)), Some(hours(4)))), Ok(()));
        for (deadline, job, at) in [
            (now, (None, None), "deadline"),
            (hours(-1), (None, None), "deadline"),
            (hours(24 * 367), (None, None), "deadline"),
            (hours(5), (None, Some(hours(4))), "deadline"),
            (hours(1), (Some(hours(4)), Some(hours(4))), "endsAt"),
        ] {
            assert_eq!(path(deadline, job), Err(at.to_owned()), "{deadline}");
        }
    }
}
