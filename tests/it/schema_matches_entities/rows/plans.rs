//! A row of every record of a plan.

use nabij_entity as entity;
use nabij_entity::vocabulary::{Category, TargetGroup};
use sea_orm::prelude::*;

use super::{Ids, holds, new_id, only, sample_date, sample_time, text};

#[expect(clippy::too_many_lines, reason = "eight records, written out")]
pub(super) async fn all(db: &DatabaseConnection, ids: &Ids, tables: &mut Vec<String>) {
    let initiative = only::<entity::initiative::Entity>(db).await.id;
    let (plan, session, action) = (new_id(), new_id(), new_id());
    // The first refers to itself, so that there is one row of each.
    tables.extend([
        holds(
            db,
            entity::plan::Model {
                id: plan,
                municipality_id: ids.municipality,
                neighbourhood_id: ids.neighbourhood,
                initiative_id: Some(initiative),
                facilitator_partner_id: Some(ids.partner),
                cloned_from_id: Some(plan),
                title: text("title"),
                summary: Some(text("summary")),
                stage: entity::plan::PlanStage::InExecution,
                budget_cents: Some(4_740_000),
                return_reason: Some(text("return reason")),
                recommendation: Some(7),
                impact: Some(7),
                strengths: Some(text("strengths")),
                barriers: Some(text("barriers")),
                lasting_impact: Some(text("lasting impact")),
                evaluated_on: Some(sample_date()),
                created_at: sample_time(),
                updated_at: sample_time(),
                version: 1,
            },
        )
        .await,
        holds(
            db,
            entity::plan_lineage::Model {
                plan_id: plan,
                ancestor_id: plan,
            },
        )
        .await,
        holds(
            db,
            entity::plan_session::Model {
                id: session,
                plan_id: plan,
                municipality_id: ids.municipality,
                neighbourhood_id: ids.neighbourhood,
                kind: entity::plan_session::PlanSessionKind::NeighbourhoodWalk,
                held_on: sample_date(),
                headcount: 7,
                mix: vec![TargetGroup::Everyone, TargetGroup::Children].into(),
                note: Some(text("note")),
                recorded_by_user_id: ids.user,
                recorded_by_partner_id: Some(ids.partner),
                created_at: sample_time(),
                updated_at: sample_time(),
                version: 1,
            },
        )
        .await,
        holds(
            db,
            entity::finding::Model {
                id: new_id(),
                plan_id: plan,
                municipality_id: ids.municipality,
                neighbourhood_id: ids.neighbourhood,
                session_id: Some(session),
                kind: entity::finding::FindingKind::CareNeed,
                category: Some(Category::Loneliness),
                text: text("text"),
                recorded_by_user_id: ids.user,
                recorded_by_partner_id: Some(ids.partner),
                created_at: sample_time(),
                updated_at: sample_time(),
                version: 1,
            },
        )
        .await,
    ]);
    tables.extend([
        holds(
            db,
            entity::plan_action::Model {
                id: action,
                plan_id: plan,
                municipality_id: ids.municipality,
                neighbourhood_id: ids.neighbourhood,
                title: text("title"),
                description: Some(text("description")),
                status: entity::plan_action::PlanActionStatus::InProgress,
                owner: Some(entity::plan_action::PlanActionOwner::Partner),
                owner_partner_id: Some(ids.partner),
                due_on: Some(sample_date()),
                status_note: Some(text("status note")),
                recorded_by_user_id: ids.user,
                recorded_by_partner_id: Some(ids.partner),
                created_at: sample_time(),
                updated_at: sample_time(),
                version: 1,
            },
        )
        .await,
        holds(
            db,
            entity::commitment::Model {
                id: new_id(),
                plan_id: plan,
                municipality_id: ids.municipality,
                neighbourhood_id: ids.neighbourhood,
                action_id: Some(action),
                party: entity::commitment::CommitmentParty::LocalShops,
                partner_id: Some(ids.partner),
                what: text("what"),
                from_on: sample_date(),
                until_on: Some(sample_date()),
                recorded_by_user_id: ids.user,
                created_at: sample_time(),
                updated_at: sample_time(),
                version: 1,
            },
        )
        .await,
        holds(
            db,
            entity::endorsement::Model {
                id: new_id(),
                plan_id: plan,
                municipality_id: ids.municipality,
                neighbourhood_id: ids.neighbourhood,
                endorser: entity::endorsement::Endorser::Partner,
                partner_id: Some(ids.partner),
                endorsed_on: sample_date(),
                how: text("how"),
                lapsed_at: Some(sample_time()),
                recorded_by_user_id: ids.user,
                created_at: sample_time(),
                updated_at: sample_time(),
                version: 1,
            },
        )
        .await,
        holds(
            db,
            entity::funding_line::Model {
                id: new_id(),
                municipality_id: ids.municipality,
                neighbourhood_id: Some(ids.neighbourhood),
                plan_id: Some(plan),
                initiative_id: Some(initiative),
                funder_partner_id: Some(ids.partner),
                funder_name: Some(text("funder name")),
                kind: entity::funding_line::FundingKind::PublicSubsidy,
                status: entity::funding_line::FundingStatus::Granted,
                requested_cents: Some(200_000),
                granted_cents: Some(150_000),
                applied_on: Some(sample_date()),
                decided_on: Some(sample_date()),
                note: Some(text("note")),
                status_note: Some(text("status note")),
                created_at: sample_time(),
                updated_at: sample_time(),
                version: 1,
            },
        )
        .await,
    ]);
}
