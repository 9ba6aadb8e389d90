//! Erasing a resident (GDPR article 17), also again: whoever is on the list of erased residents is
//! erased before the service listens, so that a restored backup doesn't bring them back.

use nabij_entity::{
    consent,
    referral::{self, ReferralCancelCause, ReferralStatus},
    resident,
    signal::{self, SignalStatus},
};
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

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
    Ok(id)
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
    Ok(())
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
    for id in &back {
        if let Some(resident) = tx.resident_to_erase(*id).await? {
            let permit = decide(tx.viewer(), Action::ResidentErase(&resident))?;
            take_out(&tx, &permit, &[resident]).await?;
        }
    }
    tx.commit().await?;
    Ok(back.len())
}

fn read(list: Option<&ErasedList>) -> Result<std::collections::HashSet<Uuid>, ErasedListError> {
    let Some(list) = list else {
        return Ok(std::collections::HashSet::new());
    };
    list.mend()?;
    Ok(list.read()?.into_iter().collect())
}
