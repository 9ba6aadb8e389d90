//! The figures counted one by one, as their descriptions have it, in the form of an answer.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use nabij_entity::{
    activity::{self, ActivityLead, ActivityOutcome, ActivityStatus},
    call_out::CallOutStatus,
    contact_moment::ContactOutcome,
    referral::{ReferralOutcome, ReferralStatus},
    signal::{SignalKind, SignalOutcome, SignalStatus},
    vocabulary::{AgeBand, Category, InflowChannel, TargetGroup, Urgency},
};
use sea_orm::Iterable;
use serde_json::{Value, json};
use uuid::Uuid;

use super::random::World;

/// The year in which ages are told.
const YEAR: i32 = 2026;

fn number(value: i64) -> Value {
    json!({ "value": value, "suppressed": false })
}

fn length<T>(items: impl IntoIterator<Item = T>) -> i64 {
    i64::try_from(items.into_iter().count()).expect("not that many")
}

/// A line per code, with how many of `items` have it.
fn by<K: Iterable + PartialEq + serde::Serialize>(field: &str, items: &[K]) -> Value {
    let line = |code: K| {
        let count = length(items.iter().filter(|item| **item == code));
        json!({ field: code, "count": number(count) })
    };
    K::iter().map(line).collect()
}

fn share(part: i64, of: i64) -> Value {
    let [few, many] = [part, of].map(|n| f64::from(i32::try_from(n).expect("not that many")));
    let rate = (of > 0).then(|| (few / many * 10_000.0).round() / 10_000.0);
    json!({ "part": number(part), "of": number(of), "rate": rate })
}

fn median(mut seconds: Vec<i64>) -> Value {
    seconds.sort_unstable();
    let of = seconds.len();
    let middle = match of {
        0 => None,
        _ if of % 2 == 1 => Some(seconds[of / 2]),
        _ => Some(i64::midpoint(seconds[of / 2 - 1], seconds[of / 2])),
    };
    json!({ "seconds": middle, "of": number(length(seconds)), "suppressed": false })
}

fn band(born: Option<i32>) -> AgeBand {
    match born.map(|born| YEAR - born) {
        None => AgeBand::Unknown,
        Some(..12) => AgeBand::UpTo11,
        Some(12..25) => AgeBand::From12To24,
        Some(25..45) => AgeBand::From25To44,
        Some(45..65) => AgeBand::From45To64,
        Some(65..75) => AgeBand::From65To74,
        Some(75..85) => AgeBand::From75To84,
        Some(85..) => AgeBand::From85,
    }
}

/// Counts in these places and this period.
pub struct Count<'a> {
    world: &'a World,
    places: &'a [Uuid],
    period: (DateTime<Utc>, DateTime<Utc>),
}

impl<'a> Count<'a> {
    pub fn of(
        world: &'a World,
        places: &'a [Uuid],
        period: (DateTime<Utc>, DateTime<Utc>),
    ) -> Self {
        Self {
            world,
            places,
            period,
        }
    }

    fn there(&self, place: Uuid) -> bool {
        self.places.contains(&place)
    }

    fn then(&self, at: DateTime<Utc>) -> bool {
        self.period.0 <= at && at < self.period.1
    }

    fn counts(&self, place: Uuid, at: DateTime<Utc>) -> bool {
        self.there(place) && self.then(at)
    }

    fn born(&self, resident: Uuid) -> Option<i32> {
        let found = self.world.residents.iter().find(|who| who.id == resident);
        found.expect("they are there").birth_year
    }

    pub fn figures(&self) -> Value {
        json!({
            "signals": self.signals(),
            "referrals": self.referrals(),
            "callOuts": self.call_outs(),
            "peopleHelped": number(length(self.helped())),
            "waits": self.waits(),
            "activities": self.activities(),
            "reach": self.reach(),
        })
    }

    fn signals(&self) -> Value {
        let came: Vec<_> = self
            .world
            .signals
            .iter()
            .filter(|signal| self.counts(signal.neighbourhood_id, signal.created_at))
            .collect();
        let bands: Vec<AgeBand> = came
            .iter()
            .map(|signal| match signal.resident_id {
                None => AgeBand::NoResident,
                Some(id) => band(self.born(id)),
            })
            .collect();
        let kinds: Vec<SignalKind> = came.iter().map(|signal| signal.kind).collect();
        let categories: Vec<Category> = came.iter().map(|signal| signal.category).collect();
        let channels: Vec<InflowChannel> = came.iter().map(|it| it.inflow_channel).collect();
        let urgencies: Vec<Urgency> = came.iter().map(|signal| signal.urgency).collect();
        let statuses: Vec<SignalStatus> = came.iter().map(|signal| signal.status).collect();
        let outcomes: Vec<SignalOutcome> = came.iter().filter_map(|it| it.outcome).collect();
        let never = |outcome: Option<SignalOutcome>| outcome == Some(SignalOutcome::NoLongerNeeded);
        let wanted = came.iter().filter(|signal| {
            !matches!(
                signal.status,
                SignalStatus::Dismissed | SignalStatus::Withdrawn
            ) && !never(signal.outcome)
        });
        json!({
            "total": number(length(&came)),
            "byKind": by("kind", &kinds),
            "byCategory": by("category", &categories),
            "byAgeBand": by("ageBand", &bands),
            "byInflowChannel": by("inflowChannel", &channels),
            "byUrgency": by("urgency", &urgencies),
            "byStatus": by("status", &statuses),
            "byOutcome": by("outcome", &outcomes),
            "completion": share(
                length(outcomes.iter().filter(|outcome| is_help(**outcome))),
                length(wanted),
            ),
        })
    }

    fn referrals(&self) -> Value {
        let made: Vec<_> = self
            .world
            .referrals
            .iter()
            .filter(|it| self.counts(it.neighbourhood_id, it.created_at))
            .collect();
        let statuses: Vec<ReferralStatus> = made.iter().map(|it| it.status).collect();
        let outcomes: Vec<ReferralOutcome> = made.iter().filter_map(|it| it.outcome).collect();
        let taken_up = statuses.iter().filter(|status| {
            !matches!(status, ReferralStatus::Rejected | ReferralStatus::Cancelled)
        });
        let helped = outcomes.iter().filter(|outcome| got_help(**outcome));
        json!({
            "total": number(length(&made)),
            "byStatus": by("status", &statuses),
            "byOutcome": by("outcome", &outcomes),
            "completion": share(length(helped), length(taken_up)),
        })
    }

    fn call_outs(&self) -> Value {
        let opened = self.world.call_outs.iter();
        let statuses: Vec<CallOutStatus> = opened
            .filter(|it| self.counts(it.neighbourhood_id, it.created_at))
            .map(|it| it.status)
            .collect();
        let of = |wanted| length(statuses.iter().filter(|status| **status == wanted));
        let (filled, unfilled) = (of(CallOutStatus::Filled), of(CallOutStatus::Unfilled));
        json!({
            "total": number(length(&statuses)),
            "byStatus": by("status", &statuses),
            "filled": share(filled, filled + unfilled),
        })
    }

    fn helped(&self) -> BTreeSet<Uuid> {
        let closed = |place, at: Option<DateTime<Utc>>| at.is_some_and(|at| self.counts(place, at));
        let signals = self.world.signals.iter().filter(|it| {
            closed(it.neighbourhood_id, it.closed_at)
                && it.status == SignalStatus::Resolved
                && it.outcome.is_some_and(is_help)
        });
        let referrals = self.world.referrals.iter().filter(|it| {
            closed(it.neighbourhood_id, it.closed_at)
                && it.status == ReferralStatus::Completed
                && it.outcome.is_some_and(got_help)
        });
        let people = signals.filter_map(|it| it.resident_id);
        people
            .chain(referrals.filter_map(|it| it.resident_id))
            .collect()
    }

    fn waits(&self) -> Value {
        let world = self.world;
        let (mut contact, mut referral) = (vec![], vec![]);
        let came = world
            .signals
            .iter()
            .filter(|it| self.counts(it.neighbourhood_id, it.created_at));
        for signal in came {
            let since = |at: DateTime<Utc>| (at.timestamp() - signal.created_at.timestamp()).max(0);
            let reached = world
                .contacts
                .iter()
                .filter(|it| it.signal_id == signal.id && it.outcome != ContactOutcome::NotReached);
            contact.extend(reached.map(|it| it.at).min().map(since));
            let referred = world
                .referrals
                .iter()
                .filter(|it| it.signal_id == signal.id);
            referral.extend(referred.map(|it| it.created_at).min().map(since));
        }
        let acceptance = world
            .referrals
            .iter()
            .filter(|it| self.counts(it.neighbourhood_id, it.created_at))
            .filter_map(|it| Some(it.accepted_at?.timestamp() - it.created_at.timestamp()))
            .collect();
        json!({
            "signalToFirstContact": median(contact),
            "signalToFirstReferral": median(referral),
            "referralToAcceptance": median(acceptance),
        })
    }

    /// The activity of an occurrence that counts.
    fn published(&self) -> Vec<(&nabij_entity::occurrence::Model, &activity::Model)> {
        let occurrences = self.world.occurrences.iter();
        occurrences
            .filter(|it| self.counts(it.neighbourhood_id, it.starts_at))
            .filter_map(|it| {
                let mut activities = self.world.activities.iter();
                let of = activities.find(|activity| activity.id == it.activity_id)?;
                of.published_at.is_some().then_some((it, of))
            })
            .collect()
    }

    fn held(&self) -> BTreeMap<Uuid, &activity::Model> {
        let times = self.published().into_iter();
        times
            .filter(|(time, of)| {
                time.cancelled_at.is_none() || of.status == ActivityStatus::Cancelled
            })
            .map(|(_, of)| (of.id, of))
            .collect()
    }

    fn took_place(&self) -> Vec<&nabij_entity::occurrence::Model> {
        let times = self.published().into_iter();
        times
            .filter(|(time, of)| {
                time.cancelled_at.is_none() && of.status != ActivityStatus::Cancelled
            })
            .map(|(time, _)| time)
            .collect()
    }

    fn came(&self, group: TargetGroup) -> i64 {
        let times = self.took_place();
        let counted = self.world.attendances.iter().filter(|it| {
            it.target_group == group && times.iter().any(|time| time.id == it.occurrence_id)
        });
        counted.map(|it| i64::from(it.count)).sum()
    }

    fn meant_for(&self, group: TargetGroup) -> i64 {
        length(self.held().values().filter(|it| {
            it.status == ActivityStatus::Completed
                && it.outcome != Some(ActivityOutcome::HardToReach)
                && it.target_groups.contains(&group)
        }))
    }

    fn activities(&self) -> Value {
        let held = self.held();
        let statuses: Vec<ActivityStatus> = held.values().map(|it| it.status).collect();
        let outcomes: Vec<ActivityOutcome> = held.values().filter_map(|it| it.outcome).collect();
        let on = |it: &&&activity::Model| it.status != ActivityStatus::Cancelled;
        let by_residents = |it: &&&activity::Model| it.lead == ActivityLead::Residents;
        let led = || held.values().filter(on).filter(by_residents);
        let came = self.took_place();
        let attendance = came.iter().filter_map(|it| it.attendance_total);
        let mix = |group| json!({ "targetGroup": group, "count": number(self.came(group)) });
        json!({
            "total": number(length(held.values().filter(on))),
            "byStatus": by("status", &statuses),
            "byOutcome": by("outcome", &outcomes),
            "occurrences": number(length(&came)),
            "attendance": number(attendance.map(i64::from).sum()),
            "attendanceMix": TargetGroup::iter().map(mix).collect::<Value>(),
            "residentLed": number(length(led())),
            "residentLedFollowUps": number(length(led().filter(|it| it.follow_up_of_id.is_some()))),
        })
    }

    fn seen(&self) -> Vec<&nabij_entity::resident::Model> {
        let world = self.world;
        let of_signal = |id: Uuid| world.signals.iter().find(|it| it.id == id);
        let told = world
            .signals
            .iter()
            .filter(|it| self.counts(it.neighbourhood_id, it.created_at))
            .filter_map(|it| it.resident_id);
        let spoken_to = world
            .contacts
            .iter()
            .filter(|it| {
                self.counts(it.neighbourhood_id, it.at) && it.outcome != ContactOutcome::NotReached
            })
            .filter_map(|it| of_signal(it.signal_id)?.resident_id);
        let seen: BTreeSet<Uuid> = told.chain(spoken_to).collect();
        let residents = world.residents.iter();
        residents.filter(|it| seen.contains(&it.id)).collect()
    }

    fn reach(&self) -> Value {
        let seen = self.seen();
        let bands: Vec<AgeBand> = seen.iter().map(|it| band(it.birth_year)).collect();
        let residents = |group| length(seen.iter().filter(|it| it.target_groups.contains(&group)));
        let groups = TargetGroup::iter().map(|group| {
            json!({
                "targetGroup": group,
                "residents": number(residents(group)),
                "attendance": number(self.came(group)),
                "activities": number(self.meant_for(group)),
            })
        });
        let missed_bands = AgeBand::iter().filter(|band| {
            !matches!(band, AgeBand::Unknown | AgeBand::NoResident) && !bands.contains(band)
        });
        let missed_groups = TargetGroup::iter().filter(|group| {
            *group != TargetGroup::Everyone
                && residents(*group) + self.came(*group) + self.meant_for(*group) == 0
        });
        json!({
            "residents": number(length(&seen)),
            "byAgeBand": by("ageBand", &bands),
            "targetGroups": groups.collect::<Value>(),
            "notReached": {
                "ageBands": missed_bands.collect::<Vec<_>>(),
                "targetGroups": missed_groups.collect::<Vec<_>>(),
            },
        })
    }
}

fn is_help(outcome: SignalOutcome) -> bool {
    !matches!(
        outcome,
        SignalOutcome::NoLongerNeeded | SignalOutcome::CouldNotHelp
    )
}

fn got_help(outcome: ReferralOutcome) -> bool {
    matches!(
        outcome,
        ReferralOutcome::GotHelp | ReferralOutcome::PartlyHelped
    )
}
