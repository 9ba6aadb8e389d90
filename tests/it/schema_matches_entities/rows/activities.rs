//! Activities, their series, the days they take place, and who came.

use entity::activity::{ActivityLead, ActivityOutcome, ActivityStatus, HandoverTask};

use super::*;

pub(super) async fn activities(db: &DatabaseConnection, ids: &Ids) -> Vec<String> {
    let initiative = entity::initiative::Entity::find()
        .one(db)
        .await
        .expect("initiatives are read")
        .expect("one was written before")
        .id;
    let (series, activity) = (new_id(), ids.activity);
    let mut tables = vec![
        holds(
            db,
            entity::activity_series::Model {
                id: series,
                municipality_id: ids.municipality,
                initiative_id: Some(initiative),
                name: text("name"),
                description: Some(text("description")),
                created_at: sample_time(),
                updated_at: sample_time(),
                version: 1,
            },
        )
        .await,
        holds(db, sample_activity(ids, activity, initiative, series)).await,
        holds(
            db,
            entity::activity_organiser::Model {
                activity_id: activity,
                partner_id: ids.partner,
            },
        )
        .await,
        holds(
            db,
            entity::activity_volunteer::Model {
                activity_id: activity,
                ambassador_id: ids.ambassador,
            },
        )
        .await,
    ];
    tables.extend(occurrence(db, ids, activity).await);
    tables
}

fn sample_activity(ids: &Ids, id: Uuid, initiative: Uuid, series: Uuid) -> entity::activity::Model {
    entity::activity::Model {
        id,
        municipality_id: ids.municipality,
        neighbourhood_id: ids.neighbourhood,
        initiative_id: Some(initiative),
        series_id: Some(series),
        follow_up_of_id: Some(id),
        title: text("title"),
        description: Some(text("description")),
        status: ActivityStatus::Completed,
        lead: ActivityLead::Residents,
        place: Some(text("place")),
        starts_at: sample_time(),
        ends_at: sample_time(),
        time_zone: text("Europe/Brussels"),
        recurrence: Some(text("FREQ=WEEKLY;COUNT=7")),
        target_groups: vec![TargetGroup::Everyone, TargetGroup::Children].into(),
        languages: vec![text("nl-BE"), text("a,b")].into(),
        capacity: Some(7),
        sequence: 7,
        cancel_reason: Some(text("cancel reason")),
        outcome: Some(ActivityOutcome::HardToReach),
        outcome_note: Some(text("outcome note")),
        attendance_total: Some(7),
        handed_over_at: Some(sample_time()),
        handover_tasks: vec![HandoverTask::Other, HandoverTask::ClearUp].into(),
        handover_note: Some(text("handover note")),
        gap_target_group: Some(TargetGroup::Everyone),
        gap_from: Some(sample_time()),
        gap_until: Some(sample_time()),
        proposed_by_user_id: ids.user,
        proposed_by_ambassador_id: Some(ids.ambassador),
        proposed_by_partner_id: Some(ids.partner),
        published_at: Some(sample_time()),
        closed_at: Some(sample_time()),
        created_at: sample_time(),
        updated_at: sample_time(),
        version: 1,
    }
}

async fn occurrence(db: &DatabaseConnection, ids: &Ids, activity: Uuid) -> [String; 2] {
    let occurrence = new_id();
    [
        holds(
            db,
            entity::occurrence::Model {
                id: occurrence,
                activity_id: activity,
                municipality_id: ids.municipality,
                neighbourhood_id: ids.neighbourhood,
                starts_at: sample_time(),
                ends_at: sample_time(),
                cancelled_at: Some(sample_time()),
                attendance_total: Some(7),
                created_at: sample_time(),
                updated_at: sample_time(),
                version: 1,
            },
        )
        .await,
        holds(
            db,
            entity::attendance::Model {
                id: new_id(),
                activity_id: activity,
                occurrence_id: occurrence,
                target_group: TargetGroup::Everyone,
                count: 7,
            },
        )
        .await,
    ]
}
