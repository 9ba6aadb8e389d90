//! How long cases are kept, what was removed, and what is held.

use entity::{
    retention_rule::RetentionGround,
    retention_run::{Removed, RemovedCount},
};

use sea_orm::EntityTrait;

use super::*;

pub(super) async fn rows(
    db: &DatabaseConnection,
    ids: &Ids,
    resident: Uuid,
    tables: &mut Vec<String>,
) {
    let signal = entity::signal::Entity::find().one(db).await;
    let signal = signal.expect("a readable table").expect("a signal").id;
    tables.extend([
        holds(
            db,
            entity::retention_rule::Model {
                id: new_id(),
                municipality_id: ids.municipality,
                ground: RetentionGround::NoCase,
                months: 24,
                created_at: sample_time(),
                updated_at: sample_time(),
                version: 1,
            },
        )
        .await,
        holds(
            db,
            entity::retention_run::Model {
                id: new_id(),
                municipality_id: ids.municipality,
                day: sample_date(),
                started_at: sample_time(),
                finished_at: Some(sample_time()),
                removed: Removed(vec![RemovedCount {
                    ground: RetentionGround::Dismissed,
                    months: 6,
                    table: text("signals"),
                    count: 7,
                }]),
            },
        )
        .await,
        holds(
            db,
            entity::legal_hold::Model {
                id: new_id(),
                municipality_id: ids.municipality,
                neighbourhood_id: ids.neighbourhood,
                signal_id: Some(signal),
                resident_id: Some(resident),
                reason: text("reason"),
                ends_at: Some(sample_time()),
                placed_by_user_id: ids.user,
                lifted_at: Some(sample_time()),
                lifted_by_user_id: Some(ids.user),
                lift_reason: Some(text("lift reason")),
                created_at: sample_time(),
                updated_at: sample_time(),
                version: 1,
            },
        )
        .await,
    ]);
}
