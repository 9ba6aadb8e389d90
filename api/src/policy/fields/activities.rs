//! Activities, their series, and the times they take place.

use super::{Row, Rule, rows};

/// The rules.
pub(super) const FIELDS: &[Row] = rows! {
    Activity {
        Edge: bookables bookings followUpOf followUps history initiative municipality neighbourhood occurrences
            organisers proposedByAmbassador proposedByPartner series volunteers;
        Record: allowedActions attendanceTotal cancelReason capacity closedAt createdAt
            description endsAt gap handedOverAt handoverTasks id languages lead outcome place
            publishedAt recurrence sequence startsAt status targetGroups timeZone title updatedAt
            version;
        Shown("preparation"): handoverNote outcomeNote;
    }
    ActivitySeries {
        Edge: activities history initiative municipality neighbourhoodsWithoutFollowUp;
        Open: createdAt description id name updatedAt version;
    }
    ActivityGap {
        Edge: neighbourhood;
        Open: forEveryone from targetGroup until;
    }
    ProposedGap {
        Record: from targetGroup until;
    }
    Attendance {
        Record: count targetGroup;
    }
    Occurrence {
        Edge: activity attendance history neighbourhood;
        Record: attendanceTotal cancelledAt createdAt endsAt id startsAt updatedAt version;
    }
    Mutation {
        Decided("activity CANCEL"): activityCancel;
        Decided("activity CANCEL_OCCURRENCE"): activityCancelOccurrence;
        Decided("activity COMPLETE"): activityComplete;
        Decided("activity HAND_OVER"): activityHandOver;
        Decided("activity PROPOSE"): activityPropose;
        Decided("activity PUBLISH"): activityPublish;
        Decided("activity RECORD_ATTENDANCE"): activityRecordAttendance;
        Decided("series CREATE"): activitySeriesCreate;
        Decided("activity UPDATE"): activityUpdate;
    }
    Query {
        Open: activityGaps;
        Scoped: activities activity activitySeries activitySeriesList calendar;
    }
    @payloads {
        activity: ActivityCancel ActivityCancelOccurrence ActivityComplete ActivityHandOver
            ActivityPropose ActivityPublish ActivityRecordAttendance ActivityUpdate;
        activitySeries: ActivitySeriesCreate;
    }
};
