//! Rooms and things, and their bookings.

use entity::{
    bookable::{AccessFeature, BookableKind, BookableStatus},
    booking::{BookingCancelCause, BookingStatus},
};

use super::*;

pub(super) async fn bookings(db: &DatabaseConnection, ids: &Ids) -> Vec<String> {
    let occurrence = entity::occurrence::Entity::find()
        .one(db)
        .await
        .expect("occurrences are read")
        .expect("one was written before");
    let (bookable, booking) = (new_id(), new_id());
    vec![
        holds(
            db,
            entity::bookable::Model {
                id: bookable,
                kind: BookableKind::Asset,
                partner_id: ids.partner,
                municipality_id: ids.municipality,
                neighbourhood_id: ids.neighbourhood,
                name: text("name"),
                description: Some(text("description")),
                address: Some(text("address")),
                capacity: Some(7),
                accessibility: vec![AccessFeature::Lift, AccessFeature::StepFree].into(),
                status: BookableStatus::Retired,
                created_at: sample_time(),
                updated_at: sample_time(),
                version: 1,
            },
        )
        .await,
        holds(
            db,
            entity::booking::Model {
                id: booking,
                first_id: booking,
                bookable_id: bookable,
                owner_partner_id: ids.partner,
                municipality_id: ids.municipality,
                neighbourhood_id: ids.neighbourhood,
                activity_id: Some(occurrence.activity_id),
                occurrence_id: Some(occurrence.id),
                starts_at: sample_time(),
                ends_at: sample_time(),
                status: BookingStatus::Cancelled,
                note: Some(text("note")),
                cancel_cause: Some(BookingCancelCause::WithActivity),
                cancel_reason: Some(text("cancel reason")),
                booked_by_user_id: ids.user,
                booked_by_ambassador_id: Some(ids.ambassador),
                booked_by_partner_id: Some(ids.partner),
                created_at: sample_time(),
                updated_at: sample_time(),
                version: 1,
            },
        )
        .await,
        holds(
            db,
            entity::activity_bookable::Model {
                activity_id: occurrence.activity_id,
                bookable_id: bookable,
            },
        )
        .await,
    ]
}
