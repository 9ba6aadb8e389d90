//! The figures of one place, or of several together.

use async_graphql::SimpleObject;
use nabij_entity::{
    activity::{ActivityOutcome, ActivityStatus},
    call_out::CallOutStatus,
    referral::{ReferralOutcome, ReferralStatus},
    signal::{SignalKind, SignalOutcome, SignalStatus},
    vocabulary::{AgeBand, Category, InflowChannel, TargetGroup, Urgency},
};
use sea_orm::Iterable;

use super::{Count, MedianTime, Share};
use crate::{
    domain::statistics::{
        self as domain,
        told::{Told, Totals},
    },
    store::statistics as counted,
};

/// Declares a count by a code. Every code has its line, also those of which there are none.
macro_rules! count_by {
    ($(#[$doc:meta])* $name:ident, $field:ident: $code:ty, $(#[$about:meta])*) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, SimpleObject)]
        pub struct $name {
            $(#[$about])*
            pub $field: $code,
            /// How many there are.
            pub count: Count,
        }

        impl $name {
            fn each(counts: &counted::Counts<$code>, told: fn(u64) -> Count) -> Vec<Self> {
                let of = |code| told(counts.get(&code).copied().unwrap_or(0));
                <$code>::iter().map(|code| Self { $field: code, count: of(code) }).collect()
            }
        }
    };
}

count_by! {
    /// How many of a kind of signal.
    SignalKindCount, kind: SignalKind,
    /// The kind.
}
count_by! {
    /// How many of a category.
    CategoryCount, category: Category,
    /// The category.
}
count_by! {
    /// How many of an age.
    AgeBandCount, age_band: AgeBand,
    /// The age they reach in the year in which the period ends, or this year while it hasn't.
}
count_by! {
    /// How many came in by one way.
    InflowChannelCount, inflow_channel: InflowChannel,
    /// The way.
}
count_by! {
    /// How many of an urgency.
    UrgencyCount, urgency: Urgency,
    /// The urgency.
}
count_by! {
    /// How many signals stand where.
    SignalStatusCount, status: SignalStatus,
    /// Where they stand now.
}
count_by! {
    /// How many signals were resolved with what outcome.
    SignalOutcomeCount, outcome: SignalOutcome,
    /// What came of them.
}
count_by! {
    /// How many referrals stand where.
    ReferralStatusCount, status: ReferralStatus,
    /// Where they stand now.
}
count_by! {
    /// How many referrals ended with what outcome.
    ReferralOutcomeCount, outcome: ReferralOutcome,
    /// What came of them.
}
count_by! {
    /// How many call-outs stand where.
    CallOutStatusCount, status: CallOutStatus,
    /// Where they stand now.
}
count_by! {
    /// How many activities stand where.
    ActivityStatusCount, status: ActivityStatus,
    /// Where they stand now.
}
count_by! {
    /// How many activities were completed with what outcome.
    ActivityOutcomeCount, outcome: ActivityOutcome,
    /// What came of them.
}
count_by! {
    /// How many of a target group.
    TargetGroupCount, target_group: TargetGroup,
    /// The group.
}

/// The figures of one place, or of several together.
#[derive(Clone, Debug, SimpleObject)]
pub struct Figures {
    /// Signals that came in during the period.
    pub signals: SignalFigures,
    /// Referrals that were made during the period.
    pub referrals: ReferralFigures,
    /// Call-outs that were opened during the period.
    pub call_outs: CallOutFigures,
    /// Different residents who were helped: a signal about them was resolved during the period with
    /// an outcome that is help, or a referral was completed with `GOT_HELP` or `PARTLY_HELPED`.
    /// `NO_LONGER_NEEDED` and `COULD_NOT_HELP` aren't help.
    pub people_helped: Count,
    /// How long people waited.
    pub waits: WaitFigures,
    /// Activities during the period.
    pub activities: ActivityFigures,
    /// Who was seen during the period, and who wasn't.
    pub reach: ReachFigures,
}

/// Signals that came in during the period, as they stand now.
#[derive(Clone, Debug, SimpleObject)]
pub struct SignalFigures {
    /// How many.
    pub total: Count,
    /// By kind.
    pub by_kind: Vec<SignalKindCount>,
    /// By category.
    pub by_category: Vec<CategoryCount>,
    /// By the age of the resident they are about.
    pub by_age_band: Vec<AgeBandCount>,
    /// By the way they came in.
    pub by_inflow_channel: Vec<InflowChannelCount>,
    /// By urgency.
    pub by_urgency: Vec<UrgencyCount>,
    /// By where they stand now.
    pub by_status: Vec<SignalStatusCount>,
    /// By what came of them, those that are resolved.
    pub by_outcome: Vec<SignalOutcomeCount>,
    /// How many were brought to a good end so far: resolved with an outcome that is help. Of those
    /// that were to be taken up: not dismissed, not withdrawn, not `NO_LONGER_NEEDED`.
    pub completion: Share,
}

/// Referrals that were made during the period, as they stand now.
#[derive(Clone, Debug, SimpleObject)]
pub struct ReferralFigures {
    /// How many.
    pub total: Count,
    /// By where they stand now.
    pub by_status: Vec<ReferralStatusCount>,
    /// By what came of them, those that were completed or failed.
    pub by_outcome: Vec<ReferralOutcomeCount>,
    /// How many ended in help so far (`GOT_HELP`, `PARTLY_HELPED`), of those that were neither rejected
    /// nor cancelled.
    pub completion: Share,
}

/// Call-outs that were opened during the period, as they stand now.
#[derive(Clone, Debug, SimpleObject)]
pub struct CallOutFigures {
    /// How many.
    pub total: Count,
    /// By where they stand now.
    pub by_status: Vec<CallOutStatusCount>,
    /// How many found a volunteer, of those that found one or went back UNFILLED.
    pub filled: Share,
}

/// How long people waited, in the median. Counted are the signals that came in during the period
/// and the referrals that were made during it.
#[derive(Clone, Debug, SimpleObject)]
pub struct WaitFigures {
    /// From a signal to the first contact about it in which the person was spoken to: any outcome
    /// but `NOT_REACHED`. A contact before the signal was written down counts as no wait.
    pub signal_to_first_contact: MedianTime,
    /// From a signal to its first referral.
    pub signal_to_first_referral: MedianTime,
    /// From a referral to its acceptance.
    pub referral_to_acceptance: MedianTime,
}

/// Published activities that were to take place at least once during the period.
#[derive(Clone, Debug, SimpleObject)]
pub struct ActivityFigures {
    /// How many, those that were called off not included.
    pub total: Count,
    /// By where they stand now; those that were called off too.
    pub by_status: Vec<ActivityStatusCount>,
    /// By what came of them, those that are completed.
    pub by_outcome: Vec<ActivityOutcomeCount>,
    /// How many times something took place or is to: an activity every week counts each time.
    pub occurrences: Count,
    /// How many people were counted at them. Somebody who came twice counts twice.
    pub attendance: Count,
    /// How many people of each group were counted. Somebody may belong to several groups.
    pub attendance_mix: Vec<TargetGroupCount>,
    /// Activities that residents lead.
    pub resident_led: Count,
    /// Activities that residents lead and that follow an earlier one: the measure of what lasts.
    pub resident_led_follow_ups: Count,
}

/// Who was seen during the period: residents about whom a signal came in, or whom somebody spoke
/// to. Each counts once.
#[derive(Clone, Debug, SimpleObject)]
pub struct ReachFigures {
    /// How many different residents.
    pub residents: Count,
    /// By age.
    pub by_age_band: Vec<AgeBandCount>,
    /// By target group, with who came to activities.
    pub target_groups: Vec<TargetGroupReach>,
    /// Who was not reached.
    pub not_reached: NotReached,
}

/// How many of a target group were seen, and where.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct TargetGroupReach {
    /// The group.
    pub target_group: TargetGroup,
    /// Different residents of the group about whom a signal came in, or whom somebody spoke to.
    pub residents: Count,
    /// People of the group who were counted at activities.
    pub attendance: Count,
    /// Activities meant for the group that were completed and weren't `HARD_TO_REACH`.
    pub activities: Count,
}

/// Of whom nobody is known to have been seen during the period: fewer than the threshold, perhaps
/// none.
#[derive(Clone, Debug, SimpleObject)]
pub struct NotReached {
    /// Ages of which too few were seen to be told. Attendance isn't counted by age.
    pub age_bands: Vec<AgeBand>,
    /// Groups of which too few residents were seen and too few people counted at activities to be told,
    /// and for which no activity was completed that reached them.
    pub target_groups: Vec<TargetGroup>,
}

impl Figures {
    pub(super) fn of(told: &Told) -> Self {
        let Told { figures, totals } = told;
        let counted::Figures {
            signals,
            referrals,
            call_outs,
            people_helped,
            waits,
            activities,
            reach: _,
        } = figures;
        Self {
            signals: SignalFigures::of(signals, totals),
            referrals: ReferralFigures {
                total: Count::told(totals.referrals),
                by_status: ReferralStatusCount::each(&referrals.statuses, Count::told),
                by_outcome: ReferralOutcomeCount::each(&referrals.outcomes, Count::told),
                completion: totals.referrals_completed.into(),
            },
            call_outs: CallOutFigures {
                total: Count::told(totals.call_outs),
                by_status: CallOutStatusCount::each(call_outs, Count::told),
                filled: totals.call_outs_filled.into(),
            },
            people_helped: Count::told(*people_helped),
            waits: WaitFigures {
                signal_to_first_contact: waits.first_contact.into(),
                signal_to_first_referral: waits.first_referral.into(),
                referral_to_acceptance: waits.acceptance.into(),
            },
            activities: ActivityFigures::of(activities),
            reach: ReachFigures::of(told),
        }
    }
}

impl SignalFigures {
    fn of(signals: &counted::Signals, totals: &Totals) -> Self {
        let counted::Signals {
            kinds,
            categories,
            age_bands,
            inflow_channels,
            urgencies,
            statuses,
            outcomes,
        } = signals;
        Self {
            total: Count::told(totals.signals),
            by_kind: SignalKindCount::each(kinds, Count::told),
            by_category: CategoryCount::each(categories, Count::told),
            by_age_band: AgeBandCount::each(age_bands, Count::told),
            by_inflow_channel: InflowChannelCount::each(inflow_channels, Count::told),
            by_urgency: UrgencyCount::each(urgencies, Count::told),
            by_status: SignalStatusCount::each(statuses, Count::told),
            by_outcome: SignalOutcomeCount::each(outcomes, Count::told),
            completion: totals.signals_completed.into(),
        }
    }
}

impl ActivityFigures {
    fn of(activities: &counted::Activities) -> Self {
        let counted::Activities {
            statuses,
            outcomes,
            occurrences,
            attendance,
            mix,
            resident_led,
            resident_led_follow_ups,
            meant_for: _,
        } = activities;
        let called_off = statuses.get(&ActivityStatus::Cancelled).copied();
        let published: u64 = statuses.values().sum();
        Self {
            total: Count::exact(published.saturating_sub(called_off.unwrap_or(0))),
            by_status: ActivityStatusCount::each(statuses, Count::exact),
            by_outcome: ActivityOutcomeCount::each(outcomes, Count::exact),
            occurrences: Count::exact(*occurrences),
            attendance: Count::told(*attendance),
            attendance_mix: TargetGroupCount::each(mix, Count::told),
            resident_led: Count::exact(*resident_led),
            resident_led_follow_ups: Count::exact(*resident_led_follow_ups),
        }
    }
}

impl ReachFigures {
    fn of(told: &Told) -> Self {
        let Told { figures, totals } = told;
        let counted::Figures {
            activities, reach, ..
        } = figures;
        let of =
            |counts: &counted::Counts<TargetGroup>, group| counts.get(&group).copied().unwrap_or(0);
        Self {
            residents: Count::told(totals.residents),
            by_age_band: AgeBandCount::each(&reach.age_bands, Count::told),
            target_groups: TargetGroup::iter()
                .map(|group| TargetGroupReach {
                    target_group: group,
                    residents: Count::told(of(&reach.target_groups, group)),
                    attendance: Count::told(of(&activities.mix, group)),
                    activities: Count::exact(of(&activities.meant_for, group)),
                })
                .collect(),
            not_reached: NotReached {
                age_bands: domain::age_bands_not_reached(figures),
                target_groups: domain::target_groups_not_reached(figures),
            },
        }
    }
}
