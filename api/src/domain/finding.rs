//! Findings of a plan: strengths, opportunities, the social context and care needs (stories Z1, Z5).
//! They are about a neighbourhood and are public once the plan is adopted: no person stands in them.

use chrono::{DateTime, Utc};
use nabij_entity::{
    finding::{self, FindingKind},
    plan, plan_session,
    vocabulary::Category,
};
use uuid::Uuid;

use super::{
    plan as plans,
    refusal::{Code, Outcome, Problem},
    reporter, text,
};
use crate::store::{
    Cx, Kind,
    events::Happening,
    idempotency::{IdempotencyKey, Recall},
};

/// What was found.
#[derive(Debug)]
pub struct Observation {
    /// What kind of finding it is.
    pub kind: FindingKind,
    /// What it is about.
    pub category: Option<Category>,
    /// In words.
    pub text: String,
}

impl Observation {
    /// The finding, if nothing is wrong with it; `path` stands before the names of its fields.
    ///
    /// # Errors
    /// What is wrong with its text, and [`Code::Required`] for a care need without a category.
    pub(super) fn checked(self, path: &str) -> Result<Self, Problem> {
        let text = text::required(&format!("{path}text"), &self.text, text::STORY)?;
        if self.kind == FindingKind::CareNeed && self.category.is_none() {
            return Err(Problem::new(
                Code::Required,
                &format!("{path}category"),
                "A care need has a category, so that it can be mapped. Say what it is about.",
            ));
        }
        Ok(Self { text, ..self })
    }
}

/// To what a finding belongs, and who wrote it down.
pub(super) struct Part<'a> {
    pub plan: &'a plan::Model,
    pub session: Option<Uuid>,
    pub user: Uuid,
    pub partner: Option<Uuid>,
}

impl Part<'_> {
    pub(super) fn row(&self, id: Uuid, finding: Observation, now: DateTime<Utc>) -> finding::Model {
        let Observation {
            kind,
            category,
            text,
        } = finding;
        finding::Model {
            id,
            plan_id: self.plan.id,
            municipality_id: self.plan.municipality_id,
            neighbourhood_id: self.plan.neighbourhood_id,
            session_id: self.session,
            kind,
            category,
            text,
            recorded_by_user_id: self.user,
            recorded_by_partner_id: self.partner,
            created_at: now,
            updated_at: now,
            version: 1,
        }
    }
}

/// Puts a finding on record, of a session or of none in particular.
///
/// # Errors
/// What is wrong with the input, [`Code::NotFound`], [`Code::Forbidden`].
pub async fn record(
    cx: &Cx,
    (plan, session): (Uuid, Option<Uuid>),
    finding: Observation,
    key: Option<IdempotencyKey>,
) -> Outcome<Uuid> {
    let finding = finding.checked("finding.")?;
    let tx = cx.begin().await?;
    let plan = plans::beside(&tx, plan).await?;
    let (permit, _, partner) = plans::contributor(&tx, &plan).await?;
    let user = reporter::user(&tx)?;
    let id = match tx.claim(key.as_ref()).await? {
        Recall::New(id) => id,
        Recall::Made(id) => return Ok(id),
        Recall::Mismatch => return Err(Problem::idempotency_mismatch().into()),
    };
    if let Some(session) = session {
        tx.visible_beside::<plan_session::Entity>(session)
            .await?
            .filter(|session| session.plan_id == plan.id)
            .ok_or_else(|| Problem::not_found("session"))?;
    }
    let part = Part {
        plan: &plan,
        session,
        user,
        partner,
    };
    let mut happening = Happening::new("plan.finding_recorded", (Kind::Plan, plan.id))
        .with("kind", finding.kind.code());
    if let Some(category) = finding.category {
        happening = happening.with("category", category.code());
    }
    let row = part.row(id, finding, tx.now());
    tx.insert::<finding::Entity>(&permit, row, happening)
        .await?;
    tx.commit().await?;
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(kind: FindingKind, category: Option<Category>, text: &str) -> Observation {
        Observation {
            kind,
            category,
            text: text.to_owned(),
        }
    }

    #[test]
    fn only_a_care_need_must_have_a_category() {
        let strength = found(FindingKind::Strength, None, " Many who want to help ");
        let checked = strength.checked("").expect("nothing is wrong with it");
        assert_eq!(checked.text, "Many who want to help");
        let need = found(FindingKind::CareNeed, None, "Nobody to talk to").checked("findings.2.");
        let problem = need.expect_err("a need has a category");
        assert_eq!(problem.code, Code::Required);
        assert_eq!(problem.path, ["findings", "2", "category"]);
        let need = found(FindingKind::CareNeed, Some(Category::Loneliness), "Alone");
        assert!(need.checked("").is_ok());
    }
}
