//! How many came: a total, and how many of each target group. Counted, never by name (story P4).

use nabij_entity::{activity, occurrence, vocabulary::TargetGroup};
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use crate::{
    domain::refusal::{Code, Outcome, Problem, Problems},
    policy::Permit,
    store::{Kind, Tx, events::Happening, write::Stale},
};

/// More people than this didn't come: a slip of the pen.
const MOST: i32 = 100_000;

/// How many came to one time of an activity.
#[derive(Debug)]
pub struct Attendance {
    /// Which; may be left out when only one has begun.
    pub occurrence: Option<Uuid>,
    /// Everybody.
    pub total: i32,
    /// Those of each target group; somebody may be in several.
    pub mix: Vec<(TargetGroup, i32)>,
}

impl Attendance {
    /// What is wrong with the numbers.
    fn check(&self) -> Outcome<()> {
        let mut problems = Problems::new();
        let mut wrong = |code: Code, path: &str, advice: &str| {
            problems.add(Problem::new(code, &format!("attendance.{path}"), advice));
        };
        if !(0..=MOST).contains(&self.total) {
            wrong(
                Code::OutOfRange,
                "total",
                "Between 0 and 100,000 people came.",
            );
        }
        for (i, (group, count)) in self.mix.iter().enumerate() {
            let before = &self.mix[..i];
            if before.iter().any(|(known, _)| known == group) {
                wrong(
                    Code::Invalid,
                    &format!("mix.{i}.targetGroup"),
                    "A target group is counted once.",
                );
            }
            if *group == TargetGroup::Everyone {
                wrong(
                    Code::Invalid,
                    &format!("mix.{i}.targetGroup"),
                    "Everyone is what `total` counts. Leave this out.",
                );
            }
            if !(0..=self.total.max(0)).contains(count) {
                wrong(
                    Code::OutOfRange,
                    &format!("mix.{i}.count"),
                    "No more people of a target group came than people in all.",
                );
            }
        }
        problems.finish()
    }
}

/// Writes down how many came; then how many that makes in all.
pub(super) async fn record(
    tx: &Tx,
    permit: &Permit,
    activity: &activity::Model,
    attendance: Attendance,
) -> Outcome<Option<i32>> {
    attendance.check()?;
    let time = counted(tx, activity, attendance.occurrence).await?;
    tx.count_attendance(permit, &time, &attendance.mix).await?;
    let change = occurrence::ActiveModel {
        attendance_total: Set(Some(attendance.total)),
        ..Default::default()
    };
    let happening = Happening::new("occurrence.counted", (Kind::Occurrence, time.id));
    tx.update::<occurrence::Entity>(permit, time.id, time.version, change, happening)
        .await?
        .map_err(|Stale| Problem::raced())?;
    Ok(tx.attendance_of(activity.id).await?)
}

/// The time that was counted: the one named, or the only one that has begun.
async fn counted(
    tx: &Tx,
    activity: &activity::Model,
    named: Option<Uuid>,
) -> Outcome<occurrence::Model> {
    let (path, now) = ("attendance.occurrence", tx.now());
    let mut begun = tx.occurrences_of(activity.id).await?;
    if let Some(named) = named {
        begun.retain(|time| time.id == named);
        if begun.is_empty() {
            return Err(Problem::not_found(path).into());
        }
    }
    begun.retain(|time| time.cancelled_at.is_none() && time.starts_at <= now);
    match begun.len() {
        1 => Ok(begun.remove(0)),
        0 => Err(Problem::new(
            Code::Invalid,
            path,
            "This one hasn't begun, or was called off. Choose one that took place.",
        )
        .into()),
        _ => Err(Problem::new(
            Code::Required,
            path,
            "It took place more than once. Say which time was counted: see `occurrences` of the \
             activity.",
        )
        .into()),
    }
}
