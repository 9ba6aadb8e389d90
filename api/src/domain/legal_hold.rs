//! Legal holds: what must be kept although its period is over or somebody asks to be erased (GDPR
//! articles 17(3) and 18(2)).

use chrono::{DateTime, TimeDelta, Utc};
use nabij_entity::{legal_hold, resident, signal};
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use super::{
    refusal::{Code, Outcome, Problem, Problems, expect_version},
    reporter, resident as residents, retention, text,
};
use crate::{
    ids::type_id,
    policy::{Action, Place, decide},
    store::{
        Cx, Kind, Tx,
        events::Happening,
        idempotency::{IdempotencyKey, Recall},
        write::Stale,
    },
};

/// Longest hold, in days: twenty years. What lasts longer is placed without an end.
const LONGEST: TimeDelta = TimeDelta::days(7_305);

/// What is held.
#[derive(Clone, Copy, Debug)]
pub enum Subject {
    /// A signal, with all that belongs to it.
    Signal(Uuid),
    /// A resident, with all their signals.
    Resident(Uuid),
}

/// Places a hold.
///
/// # Errors
/// [`Code::NotFound`], [`Code::Forbidden`], [`Code::Invalid`] for what was removed already,
/// [`Code::OutOfRange`] for an end that has passed or lies too far ahead, and what is wrong with the
/// reason.
pub async fn place(
    cx: &Cx,
    on: Subject,
    reason: &str,
    until: Option<DateTime<Utc>>,
    key: Option<IdempotencyKey>,
) -> Outcome<Uuid> {
    let mut problems = Problems::new();
    let reason = problems.check(text::required("reason", reason, text::LINE));
    problems.check(ahead(until, cx.now()));
    let reason = problems.into_value(reason)?;
    let tx = cx.begin().await?;
    let (place, signal_id, resident_id) = match on {
        Subject::Signal(id) => {
            let signal = tx
                .visible::<signal::Entity>(id)
                .await?
                .ok_or_else(|| Problem::not_found("on.signal"))?;
            let place = (signal.municipality_id, signal.neighbourhood_id);
            retention::still_kept(&signal, "on.signal")?;
            if let Some(resident) = signal.resident_id
                && tx.is_erased(resident).await?
            {
                return Err(gone("on.signal").into());
            }
            (place, Some(id), None)
        }
        Subject::Resident(id) => {
            let resident = tx
                .visible::<resident::Entity>(id)
                .await?
                .ok_or_else(|| Problem::not_found("on.resident"))?;
            residents::erase::still_here(&resident, "on.resident")?;
            let place = (resident.municipality_id, resident.neighbourhood_id);
            (place, None, Some(id))
        }
    };
    let (municipality_id, neighbourhood_id) = place;
    let place = Place {
        municipality: municipality_id,
        neighbourhood: Some(neighbourhood_id),
    };
    let permit = decide(tx.viewer(), Action::LegalHoldPlace(place))?;
    let id = match tx.claim(key.as_ref()).await? {
        Recall::New(id) => id,
        Recall::Made(id) => return Ok(id),
        Recall::Mismatch => return Err(Problem::idempotency_mismatch().into()),
    };
    let now = tx.now();
    let model = legal_hold::Model {
        id,
        municipality_id,
        neighbourhood_id,
        signal_id,
        resident_id,
        reason,
        ends_at: until,
        placed_by_user_id: reporter::user(&tx)?,
        lifted_at: None,
        lifted_by_user_id: None,
        lift_reason: None,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    told(&tx, &model, ["signal.hold_placed", "resident.hold_placed"]).await?;
    let happening = Happening::new("hold.placed", (Kind::LegalHold, id));
    tx.insert::<legal_hold::Entity>(&permit, model, happening)
        .await?;
    tx.commit().await?;
    Ok(id)
}

/// Lifts a hold before its end.
///
/// # Errors
/// [`Code::NotFound`], [`Code::Forbidden`], [`Code::Conflict`], [`Code::Invalid`] for one that doesn't
/// count any more, and what is wrong with the reason.
pub async fn lift(cx: &Cx, id: Uuid, reason: &str, expected_version: Option<i32>) -> Outcome<Uuid> {
    let reason = text::required("reason", reason, text::LINE)?;
    let tx = cx.begin().await?;
    let hold = tx
        .visible::<legal_hold::Entity>(id)
        .await?
        .ok_or_else(|| Problem::not_found("id"))?;
    let permit = decide(tx.viewer(), Action::LegalHoldLift(&hold))?;
    expect_version(expected_version, hold.version)?;
    let now = tx.now();
    if !counts(&hold, now) {
        return Err(Problem::new(
            Code::Invalid,
            "id",
            "This hold was lifted, or its end has passed: it holds nothing any more.",
        )
        .into());
    }
    let change = legal_hold::ActiveModel {
        lifted_at: Set(Some(now)),
        lifted_by_user_id: Set(tx.viewer().user_id()),
        lift_reason: Set(Some(reason)),
        ..Default::default()
    };
    told(&tx, &hold, ["signal.hold_lifted", "resident.hold_lifted"]).await?;
    let happening = Happening::new("hold.lifted", (Kind::LegalHold, id));
    tx.update::<legal_hold::Entity>(&permit, id, hold.version, change, happening)
        .await?
        .map_err(|Stale| Problem::raced())?;
    tx.commit().await?;
    Ok(id)
}

/// Whether a hold counts at `now`.
#[must_use]
pub fn counts(hold: &legal_hold::Model, now: DateTime<Utc>) -> bool {
    hold.lifted_at.is_none() && hold.ends_at.is_none_or(|end| now < end)
}

/// In the history of what is held, too.
async fn told(tx: &Tx, hold: &legal_hold::Model, kinds: [&'static str; 2]) -> Outcome<()> {
    let [of_signal, of_resident] = kinds;
    let signal = hold.signal_id.map(|id| (of_signal, (Kind::Signal, id)));
    let resident = hold
        .resident_id
        .map(|id| (of_resident, (Kind::Resident, id)));
    for (kind, subject) in signal.into_iter().chain(resident) {
        tx.record(Happening::new(kind, subject)).await?;
    }
    Ok(())
}

/// Nobody under a hold is erased (GDPR article 17(3)). The caller holds the resident locked.
///
/// # Errors
/// [`Code::Invalid`], with the hold and its end.
pub(super) async fn none_on(tx: &Tx, resident: Uuid) -> Outcome<()> {
    let Some(hold) = tx.legal_hold_of(resident).await? else {
        return Ok(());
    };
    let until = match hold.ends_at {
        Some(end) => format!("until {}", end.format("%Y-%m-%d %H:%M UTC")),
        None => "until it is lifted".to_owned(),
    };
    let (what, hold) = match hold.signal_id {
        Some(_) => ("one of their signals", type_id(Kind::LegalHold, hold.id)),
        None => ("this resident", type_id(Kind::LegalHold, hold.id)),
    };
    Err(Problem::new(
        Code::Invalid,
        "id",
        format!(
            "A legal hold ({hold}) is on {what} {until}: what must be kept for a legal claim or by \
             law isn't erased (GDPR article 17(3)). `legalHolds` tells why it was placed; erase them \
             when it is over or lifted, and tell them so within a month (article 12(4))."
        ),
    )
    .into())
}

fn ahead(until: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Result<(), Problem> {
    match until {
        Some(until) if until <= now || until - now > LONGEST => Err(Problem::new(
            Code::OutOfRange,
            "until",
            "A hold ends after now and within twenty years. Leave `until` out for one that counts \
             until it is lifted.",
        )),
        _ => Ok(()),
    }
}

fn gone(path: &str) -> Problem {
    Problem::new(
        Code::Invalid,
        path,
        "The resident of this signal was erased: nothing is left to be held.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hold_ends_ahead_and_within_twenty_years() {
        let now: DateTime<Utc> = "2026-03-02T09:00:00Z".parse().expect("a time");
        assert!(ahead(None, now).is_ok());
        for (days, fits) in [
            (0, false),
            (-1, false),
            (1, true),
            (7_305, true),
            (7_306, false),
        ] {
            let until = now + TimeDelta::days(days);
            assert_eq!(ahead(Some(until), now).is_ok(), fits, "{days}");
        }
    }
}
