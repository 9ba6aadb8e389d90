//! Figures: who may ask for them is decided once, for all that is in the answer.

use super::{Row, Rule, rows};

/// The rules.
pub(super) const FIELDS: &[Row] = rows! {
    Statistics {
        Answer: from neighbourhoods total until;
    }
    NeighbourhoodStatistics {
        Edge: neighbourhood;
        Answer: figures;
    }
    Figures {
        Answer: activities callOuts peopleHelped reach referrals signals waits;
    }
    SignalFigures {
        Answer: byAgeBand byCategory byInflowChannel byKind byOutcome byStatus byUrgency
            completion total;
    }
    ReferralFigures {
        Answer: byOutcome byStatus completion total;
    }
    CallOutFigures {
        Answer: byStatus filled total;
    }
    WaitFigures {
        Answer: referralToAcceptance signalToFirstContact signalToFirstReferral;
    }
    ActivityFigures {
        Answer: attendance attendanceMix byOutcome byStatus occurrences residentLed
            residentLedFollowUps total;
    }
    ReachFigures {
        Answer: byAgeBand notReached residents targetGroups;
    }
    TargetGroupReach {
        Answer: activities attendance residents targetGroup;
    }
    NotReached {
        Answer: ageBands targetGroups;
    }
    Count {
        Answer: suppressed value;
    }
    Share {
        Answer: of part rate;
    }
    MedianTime {
        Answer: of seconds suppressed;
    }
    ActivityOutcomeCount {
        Answer: count outcome;
    }
    ActivityStatusCount {
        Answer: count status;
    }
    AgeBandCount {
        Answer: ageBand count;
    }
    CallOutStatusCount {
        Answer: count status;
    }
    CategoryCount {
        Answer: category count;
    }
    InflowChannelCount {
        Answer: count inflowChannel;
    }
    ReferralOutcomeCount {
        Answer: count outcome;
    }
    ReferralStatusCount {
        Answer: count status;
    }
    SignalKindCount {
        Answer: count kind;
    }
    SignalOutcomeCount {
        Answer: count outcome;
    }
    SignalStatusCount {
        Answer: count status;
    }
    TargetGroupCount {
        Answer: count targetGroup;
    }
    UrgencyCount {
        Answer: count urgency;
    }
    Query {
        Decided("statistics READ"): statistics;
    }
};
