//! How long what is told in a case is kept after it was closed, by municipality and by how it ended
//! (GDPR article 5(1)(e)); and removing it when that is over.
//!
//! What is due is settled in one place, [`Due`]: [`preview`] lists it, and [`run_some`] removes it.

use chrono::{DateTime, Months, NaiveDate, Utc};
use nabij_entity::{
    retention_rule::{self, RetentionGround},
    signal,
};
use sea_orm::{ActiveValue::Set, Iterable};
use uuid::Uuid;

use super::{
    refusal::{Code, Outcome, Problem, expect_version, unless_taken},
    resident::erase,
};
use crate::{
    policy::{Action, Forbidden, Permit, decide},
    store::{
        Cx, Failure, Kind, Tx,
        events::Happening,
        retention::{After, Cutoff, Due, Preview},
        write::Stale,
    },
};

/// Shortest period, in months: a reporter may reopen for 30 days, and somebody must be able to ask.
pub const SHORTEST: i32 = 2;
/// Longest period, in months: twenty years.
pub const LONGEST: i32 = 240;

/// How many months something is kept where the municipality hasn't said otherwise.
#[must_use]
pub const fn default_months(ground: RetentionGround) -> i32 {
    use RetentionGround as G;
    match ground {
        G::HelpedByVolunteer
        | G::HelpedByPartner
        | G::JoinedActivity
        | G::BuddyFound
        | G::InitiativeStarted
        | G::CouldNotHelp => 24,
        G::ResolvedAtIntake | G::NoLongerNeeded | G::NoCase => 12,
        G::Dismissed | G::Withdrawn => 6,
    }
}

/// The period that counts for a ground in a municipality.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The ground.
    pub ground: RetentionGround,
    /// In months.
    pub months: i32,
    /// The municipality's own rule; none where the default counts.
    pub rule: Option<Uuid>,
}

fn periods(rules: &[retention_rule::Model]) -> Vec<Period> {
    let of = |ground: RetentionGround| {
        let own = rules.iter().find(|rule| rule.ground == ground);
        Period {
            ground,
            months: own.map_or_else(|| default_months(ground), |rule| rule.months),
            rule: own.map(|rule| rule.id),
        }
    };
    RetentionGround::iter().map(of).collect()
}

/// The period of each ground in a municipality; none where there is no such municipality. For
/// everybody (article 13(2)(a)).
///
/// # Errors
/// When the database fails.
pub async fn periods_of(cx: &Cx, municipality: Uuid) -> Result<Option<Vec<Period>>, Failure> {
    let rules = cx.retention_rules(municipality).await?;
    Ok(rules.map(|rules| periods(&rules)))
}

fn due(municipality: Uuid, rules: &[retention_rule::Model], now: DateTime<Utc>) -> Due {
    let cutoff = |period: Period| {
        let months = Months::new(u32::try_from(period.months).unwrap_or(u32::MAX));
        Cutoff {
            ground: period.ground,
            months: period.months,
            until: now
                .checked_sub_months(months)
                .unwrap_or(DateTime::<Utc>::MIN_UTC),
        }
    };
    Due {
        municipality,
        now,
        cutoffs: periods(rules).into_iter().map(cutoff).collect(),
    }
}

/// Sets the period of a ground in a municipality.
///
/// # Errors
/// [`Code::NotFound`], [`Code::Forbidden`], [`Code::OutOfRange`], [`Code::Conflict`].
pub async fn set(
    cx: &Cx,
    municipality: Uuid,
    ground: RetentionGround,
    months: i32,
    expected_version: Option<i32>,
) -> Outcome<Uuid> {
    if !(SHORTEST..=LONGEST).contains(&months) {
        return Err(Problem::new(
            Code::OutOfRange,
            "months",
            "A period goes from 2 to 240 months: after a month a reporter can't reopen the case any \
             more, and beyond twenty years a legal hold says why.",
        )
        .into());
    }
    let tx = cx.begin().await?;
    tx.visible_beside::<nabij_entity::municipality::Entity>(municipality)
        .await?
        .ok_or_else(|| Problem::not_found("municipality"))?;
    let permit = decide(tx.viewer(), Action::RetentionManage(municipality))?;
    let known = tx.retention_rule(municipality, ground).await?;
    let before = known
        .as_ref()
        .map_or_else(|| default_months(ground), |rule| rule.months);
    expect_version(
        expected_version,
        known.as_ref().map_or(0, |rule| rule.version),
    )?;
    let id = known.as_ref().map_or_else(|| tx.new_id(), |rule| rule.id);
    let happening = Happening::new("retention.set", (Kind::RetentionRule, id))
        .with("from", duration(before))
        .with("to", duration(months))
        .with("ground", ground.code());
    if let Some(rule) = known {
        let change = retention_rule::ActiveModel {
            months: Set(months),
            ..Default::default()
        };
        tx.update::<retention_rule::Entity>(&permit, id, rule.version, change, happening)
            .await?
            .map_err(|Stale| Problem::raced())?;
    } else {
        let now = tx.now();
        let rule = retention_rule::Model {
            id,
            municipality_id: municipality,
            ground,
            months,
            created_at: now,
            updated_at: now,
            version: 1,
        };
        let inserted = tx.insert::<retention_rule::Entity>(&permit, rule, happening);
        unless_taken(inserted.await, Problem::raced)?;
    }
    tx.commit().await?;
    Ok(id)
}

/// A number of months as ISO 8601 writes it.
fn duration(months: i32) -> String {
    format!("P{months}M")
}

/// What a run would remove now, a part of it and how much in all; none where there is no such
/// municipality.
///
/// # Errors
/// [`Code::Forbidden`].
pub async fn preview(
    cx: &Cx,
    municipality: Uuid,
    after: After,
    first: u64,
) -> Outcome<Option<Preview>> {
    cx.confirm_viewer().await?;
    let Some(rules) = cx.retention_rules(municipality).await? else {
        return Ok(None);
    };
    let may = decide(&cx.viewer(), Action::RetentionRead(municipality));
    let permit = may.map_err(|Forbidden| {
        Problem::new(
            Code::Forbidden,
            "",
            "What is due is shown to this municipality's coordinator and auditor, and to the \
             administrator. Ask one of them.",
        )
    })?;
    let due = due(municipality, &rules, cx.now());
    Ok(Some(
        cx.retention_preview(&permit, &due, after, first).await?,
    ))
}

/// Removes some of what is due in a municipality, at most `most` cases or residents, as a part of
/// its run of that day. Whether there may be more.
///
/// Safe with several replicas: each part holds the day's run locked, and finds what the parts before
/// have left. What was broken off is done again as if it hadn't begun.
///
/// # Errors
/// When the database fails, or the list of erased residents can't be written.
pub async fn run_some(cx: &Cx, municipality: Uuid, day: NaiveDate, most: u64) -> Outcome<bool> {
    let tx = cx.begin_as_system("retention").await?;
    let permit = decide(tx.viewer(), Action::RetentionRun)?;
    let mut run = tx.retention_run(&permit, municipality, day).await?;
    if run.finished_at.is_some() {
        return Ok(false);
    }
    let rules = tx.retention_rules(municipality).await?;
    let due = due(municipality, &rules, tx.now());
    let batch = tx.lock_due(&due, most).await?;
    if batch.cases.is_empty() && batch.residents.is_empty() {
        run.finished_at = Some(tx.now());
        tx.note_retention_run(&permit, run).await?;
        tx.commit().await?;
        return Ok(false);
    }
    let cases: Vec<Uuid> = batch.cases.iter().map(|case| case.id).collect();
    run.removed.include(tx.count_due(&due, &cases).await?);
    let grounds = batch.cases.iter().map(|case| (case.id, case.ground));
    clear(&tx, &permit, grounds.collect()).await?;
    let people: Vec<Uuid> = batch
        .cases
        .iter()
        .filter_map(|case| case.resident)
        .collect();
    let mut residents = tx.without_cases(&people).await?;
    residents.extend(batch.residents);
    if !residents.is_empty() {
        erase::take_out(&tx, &permit, &residents).await?;
        run.removed.include(due.count_residents(residents.len()));
        let ids = residents.iter().map(|resident| resident.id).collect();
        // On the list before it counts: a restored backup brings nobody back.
        erase::remember(cx, ids).await?;
    }
    tx.note_retention_run(&permit, run).await?;
    tx.commit().await?;
    Ok(true)
}

async fn clear(tx: &Tx, permit: &Permit, cases: Vec<(Uuid, RetentionGround)>) -> Outcome<()> {
    let ids: Vec<Uuid> = cases.iter().map(|(id, _)| *id).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let change = signal::ActiveModel {
        content_removed_at: Set(Some(tx.now())),
        ..Default::default()
    };
    let happenings = cases.into_iter().map(|(id, ground)| {
        Happening::new("signal.content_removed", (Kind::Signal, id)).with("ground", ground.code())
    });
    tx.update_all::<signal::Entity>(permit, &ids, change, happenings.collect())
        .await?;
    tx.clear_cases(permit, &ids).await?;
    Ok(())
}

/// What was removed isn't taken up again.
///
/// # Errors
/// [`Code::Invalid`].
pub(super) fn still_kept(signal: &signal::Model, path: &str) -> Result<(), Problem> {
    if signal.content_removed_at.is_none() {
        return Ok(());
    }
    Err(removed(path))
}

/// The content of this case was removed.
pub(super) fn removed(path: &str) -> Problem {
    Problem::new(
        Code::Invalid,
        path,
        "The period for which this case is kept is over, and what was told in it was removed. Submit \
         a new signal instead.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_within_the_bounds() {
        for ground in RetentionGround::iter() {
            assert!((SHORTEST..=LONGEST).contains(&default_months(ground)));
        }
    }

    #[test]
    fn months_are_those_of_the_calendar() {
        let now: DateTime<Utc> = "2026-08-31T09:00:00Z".parse().expect("a time");
        let due = due(Uuid::nil(), &[], now);
        let dismissed = due
            .cutoffs
            .iter()
            .find(|cutoff| cutoff.ground == RetentionGround::Dismissed);
        let until = dismissed.map(|cutoff| cutoff.until.to_rfc3339());
        assert_eq!(until.as_deref(), Some("2026-02-28T09:00:00+00:00"));
    }
}
