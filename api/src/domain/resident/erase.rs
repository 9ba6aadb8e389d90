//! Erasing a resident (GDPR article 17), also again: whoever is on the list of erased residents is
//! erased before the service listens, so that a restored backup doesn't bring them back.

use chrono::TimeDelta;
use nabij_entity::{
    consent,
    referral::{self, ReferralCancelCause, ReferralStatus},
    resident,
    signal::{self, SignalStatus},
};
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use super::mentions;
use crate::{
    domain::{
        call_out, legal_hold,
        refusal::{Code, Outcome, Problem, Refusal, expect_version},
    },
    policy::{Action, Permit, decide},
    store::{
        Cx, Failure, Kind, Tx,
        erase::{ErasedList, ErasedListError},
        events::Happening,
        write::Stale,
    },
};

/// How many are erased again at once: what they are mentioned in is read once for all of them.
const AT_ONCE: usize = 50;
/// Whom the relay compares with the list: long enough for a replica that couldn't write for a while.
const RECENTLY: TimeDelta = TimeDelta::days(1);

/// Erases a resident: what is under way ends, what is held of them goes, and a record without content
/// stays, so that figures still add up.
///
/// # Errors
/// [`Code::NotFound`], [`Code::Forbidden`], [`Code::Conflict`], and [`Code::Invalid`] for somebody
/// who was erased already, or is under a legal hold (article 17(3)).
pub async fn erase(cx: &Cx, id: Uuid, expected_version: Option<i32>) -> Outcome<Uuid> {
    let tx = cx.begin().await?;
    let seen = tx
        .visible::<resident::Entity>(id)
        .await?
        .ok_or_else(|| Problem::not_found("id"))?;
    let permit = decide(tx.viewer(), Action::ResidentErase(&seen))?;
    expect_version(expected_version, seen.version)?;
    still_here(&seen, "id")?;
    legal_hold::none_on(&tx, id).await?;
    take_out(&tx, &permit, std::slice::from_ref(&seen)).await?;
    // On the list before it counts: if the process ends in between, the next start erases them.
    remember(cx, vec![id]).await?;
    tx.commit().await?;
    scrub(cx).await;
    Ok(id)
}

/// Sees to it that what was erased is in none of the database's files. What fails is said in the log
/// and tried again by the relay: the erasure itself is done.
pub async fn scrub(cx: &Cx) {
    match cx.empty_log().await {
        Ok(true) => {}
        Ok(false) => tracing::info!("somebody reads: the database's log is emptied later"),
        Err(failure) => tracing::error!(?failure, "the database's log can't be emptied"),
    }
}

/// Whoever was erased is not recorded again under the same id.
///
/// # Errors
/// [`Code::Invalid`].
pub(in crate::domain) fn still_here(resident: &resident::Model, path: &str) -> Result<(), Problem> {
    if resident.erased_at.is_none() {
        return Ok(());
    }
    Err(Problem::new(
        Code::Invalid,
        path,
        "This resident was erased: nothing of them is kept here any more. If they ask for help \
         again, record them anew.",
    ))
}

/// What was told of somebody who was erased isn't told anew in their case.
///
/// # Errors
/// [`Code::Invalid`].
pub(in crate::domain) async fn not_about_somebody_erased(
    tx: &Tx,
    signal: Uuid,
    path: &str,
) -> Outcome<()> {
    if !tx.is_about_somebody_erased(signal).await? {
        return Ok(());
    }
    Err(Problem::new(
        Code::Invalid,
        path,
        "This was about a resident who was erased: nothing of them is kept here any more, so that \
         there is nothing to correct.",
    )
    .into())
}

/// Puts ids on the list of erased residents, and comes back when they are on the disk.
pub(in crate::domain) async fn remember(cx: &Cx, ids: Vec<Uuid>) -> Result<(), Failure> {
    let Some(list) = cx.erased_list() else {
        return Ok(());
    };
    let added = tokio::task::spawn_blocking(move || list.add(&ids)).await;
    match added {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => {
            tracing::error!(%error, "nobody can be erased");
            Err(Failure::Unavailable(sea_orm::DbErr::Custom(
                "the list of erased residents can't be written".to_owned(),
            )))
        }
        Err(_) => Err(Failure::Bug(
            "writing the list of erased residents panicked",
        )),
    }
}

/// Ends what is under way of residents who are locked, and takes out what is held of them.
pub(in crate::domain) async fn take_out(
    tx: &Tx,
    permit: &Permit,
    residents: &[resident::Model],
) -> Outcome<()> {
    let ids: Vec<Uuid> = residents.iter().map(|resident| resident.id).collect();
    let mentioned = mentions::of(tx, residents).await?;
    let under_way = tx.under_way(&ids).await?;
    withdraw(tx, permit, &under_way.consents).await?;
    for referral in &under_way.referrals {
        cancel(tx, permit, referral).await?;
    }
    for signal in &under_way.signals {
        close(tx, permit, signal).await?;
    }
    let change = resident::ActiveModel {
        erased_at: Set(Some(tx.now())),
        ..Default::default()
    };
    let happenings = ids
        .iter()
        .map(|id| Happening::new("resident.erased", (Kind::Resident, *id)));
    tx.update_all::<resident::Entity>(permit, &ids, change, happenings.collect())
        .await?;
    tx.erase(permit, residents).await?;
    mentions::take_out(tx, permit, &mentioned).await
}

async fn withdraw(tx: &Tx, permit: &Permit, consents: &[consent::Model]) -> Outcome<()> {
    let change = consent::ActiveModel {
        withdrawn_at: Set(Some(tx.now())),
        withdrawn_by_user_id: Set(tx.viewer().user_id()),
        ..Default::default()
    };
    let ids: Vec<Uuid> = consents.iter().map(|consent| consent.id).collect();
    let happenings = ids
        .iter()
        .map(|id| Happening::new("consent.withdrawn", (Kind::Consent, *id)));
    tx.update_all::<consent::Entity>(permit, &ids, change, happenings.collect())
        .await?;
    Ok(())
}

async fn cancel(tx: &Tx, permit: &Permit, referral: &referral::Model) -> Outcome<()> {
    let cause = ReferralCancelCause::PersonErased;
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

async fn close(tx: &Tx, permit: &Permit, signal: &signal::Model) -> Outcome<()> {
    let change = signal::ActiveModel {
        status: Set(SignalStatus::Withdrawn),
        closed_at: Set(Some(tx.now())),
        ..Default::default()
    };
    let happening = Happening::new("signal.withdrawn", (Kind::Signal, signal.id))
        .with("from", signal.status.code())
        .with("to", SignalStatus::Withdrawn.code());
    tx.update::<signal::Entity>(permit, signal.id, signal.version, change, happening)
        .await?
        .map_err(|Stale| Problem::raced())?;
    Ok(())
}

/// Why erased residents couldn't be erased again: then the service must not listen.
#[derive(Debug)]
pub enum ReplayError {
    /// The list can't be used.
    List(ErasedListError),
    /// The database refused.
    Refused(Refusal),
}

impl std::fmt::Display for ReplayError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::List(error) => error.fmt(f),
            Self::Refused(Refusal::Failure(failure)) => {
                write!(f, "erased residents can't be erased again: {failure:?}")
            }
            Self::Refused(Refusal::Problems(_)) => {
                f.write_str("erased residents can't be erased again: start once more")
            }
        }
    }
}

impl std::error::Error for ReplayError {}

impl From<ErasedListError> for ReplayError {
    fn from(error: ErasedListError) -> Self {
        Self::List(error)
    }
}

impl<E: Into<Refusal>> From<E> for ReplayError {
    fn from(error: E) -> Self {
        Self::Refused(error.into())
    }
}

/// Erases everybody on the list who is here again, and adds to the list whom the database knows as
/// erased and the list doesn't. How many were here again. For the start, before the service listens.
///
/// # Errors
/// See [`ReplayError`].
pub async fn replay(cx: &Cx) -> Result<usize, ReplayError> {
    let list = cx.erased_list();
    let listed = read(list.as_deref())?;
    let tx = cx.begin_as_system("erased").await?;
    let mut known = tx.erasures().await?;
    let mut missing = known.clone();
    missing.retain(|id| !listed.contains(id));
    if let Some(list) = list.filter(|_| !missing.is_empty()) {
        list.add(&missing)?;
    }
    known.extend(listed);
    let back = tx.not_erased(&known).await?;
    for some in back.chunks(AT_ONCE) {
        let mut residents = Vec::new();
        for id in some {
            residents.extend(tx.resident_to_erase(*id).await?);
        }
        if let Some(first) = residents.first() {
            let permit = decide(tx.viewer(), Action::ResidentErase(first))?;
            take_out(&tx, &permit, &residents).await?;
        }
    }
    tx.commit().await?;
    // Also after an end that came between an erasure and the emptying of the log.
    scrub(cx).await;
    Ok(back.len())
}

/// Puts whom another replica has erased on the list beside this one: each has a file of its own. How
/// many they were. For the relay; who was erased longer ago is added at the start, by [`replay`].
///
/// # Errors
/// See [`ReplayError`].
pub async fn keep_list_whole(cx: &Cx) -> Result<usize, ReplayError> {
    let Some(list) = cx.erased_list() else {
        return Ok(0);
    };
    let recently = cx.erased_since(cx.now() - RECENTLY).await?;
    if recently.is_empty() {
        return Ok(0);
    }
    let adding = tokio::task::spawn_blocking(move || list.add_missing(&recently));
    let added = adding.await;
    Ok(added.map_err(|_| Failure::Bug("reading the list of erased residents panicked"))??)
}

fn read(list: Option<&ErasedList>) -> Result<std::collections::HashSet<Uuid>, ErasedListError> {
    let Some(list) = list else {
        return Ok(std::collections::HashSet::new());
    };
    list.mend()?;
    Ok(list.read()?.into_iter().collect())
}
