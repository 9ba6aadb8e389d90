//! Teams, what they learnt, deployments, and advisory groups.

use super::*;

pub(super) async fn rows(db: &DatabaseConnection, ids: &Ids) -> [String; 8] {
    let (team, professional, training, initiative) = (new_id(), new_id(), new_id(), new_id());
    let advised = entity::initiative::Model {
        id: initiative,
        reference: text("advised"),
        name: text("name"),
        municipality_id: ids.municipality,
        description: None,
        starts_on: None,
        ends_on: None,
        target_groups: Vec::new().into(),
        minimum_age: Some(75),
        budget_cents: None,
        website: None,
        created_at: sample_time(),
        updated_at: sample_time(),
        version: 1,
    };
    let insert = sea_orm::IntoActiveModel::into_active_model(advised).insert(db);
    insert.await.expect("an initiative to advise");
    [
        holds(
            db,
            entity::team::Model {
                id: team,
                municipality_id: ids.municipality,
                initiative_id: Some(initiative),
                name: text("name"),
                description: Some(text("description")),
                contact_name: Some(text("contact name")),
                contact_partner_id: ids.partner,
                contact_details: Some(text("contact details")),
                public_contact: true,
                created_at: sample_time(),
                updated_at: sample_time(),
                version: 1,
            },
        )
        .await,
        holds(
            db,
            entity::team_neighbourhood::Model {
                team_id: team,
                neighbourhood_id: ids.neighbourhood,
            },
        )
        .await,
        holds(
            db,
            entity::team_member::Model {
                id: professional,
                team_id: team,
                municipality_id: ids.municipality,
                ambassador_id: Some(ids.ambassador),
                partner_id: Some(ids.partner),
                display_name: Some(text("display name")),
                task: Some(text("task")),
                joined_on: sample_date(),
                left_on: Some(sample_date()),
                created_at: sample_time(),
                updated_at: sample_time(),
                version: 1,
            },
        )
        .await,
        holds(
            db,
            entity::training::Model {
                id: training,
                municipality_id: ids.municipality,
                team_id: Some(team),
                kind: entity::training::TrainingKind::PeerReview,
                title: text("title"),
                held_on: sample_date(),
                minutes: Some(90),
                provider_partner_id: Some(ids.partner),
                created_at: sample_time(),
                updated_at: sample_time(),
                version: 1,
            },
        )
        .await,
        holds(
            db,
            entity::training_ambassador::Model {
                training_id: training,
                ambassador_id: ids.ambassador,
            },
        )
        .await,
        holds(
            db,
            entity::training_member::Model {
                training_id: training,
                team_member_id: professional,
            },
        )
        .await,
        holds(
            db,
            entity::deployment::Model {
                id: new_id(),
                municipality_id: ids.municipality,
                neighbourhood_id: ids.neighbourhood,
                ambassador_id: ids.ambassador,
                starts_at: sample_time(),
                ends_at: Some(sample_time()),
                created_at: sample_time(),
                updated_at: sample_time(),
                version: 1,
            },
        )
        .await,
        holds(
            db,
            entity::initiative_advisor::Model {
                id: new_id(),
                initiative_id: initiative,
                partner_id: Some(ids.partner),
                ambassador_id: Some(ids.ambassador),
                position: Some(text("position")),
                created_at: sample_time(),
                updated_at: sample_time(),
                version: 1,
            },
        )
        .await,
    ]
}
