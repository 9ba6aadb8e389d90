//! Who advises an initiative: partners, volunteers, and seats that are told in words.

use nabij_entity::{ambassador, initiative, initiative_advisor};
use uuid::Uuid;

use crate::{
    domain::{
        refusal::{Code, Outcome, Problem},
        team::active,
        text,
    },
    policy::{Action, decide},
    store::{
        Cx, Kind,
        events::Happening,
        idempotency::{IdempotencyKey, Recall},
    },
};

/// A seat to add.
#[derive(Debug)]
pub struct NewAdvisor {
    /// The initiative.
    pub initiative: Uuid,
    /// The partner that takes it.
    pub partner: Option<Uuid>,
    /// The volunteer who takes it.
    pub ambassador: Option<Uuid>,
    /// On whose behalf it is taken.
    pub position: Option<String>,
}

/// Adds a seat to the advisory group of an initiative.
///
/// # Errors
/// What is wrong with the input, [`Code::NotFound`], [`Code::Forbidden`].
pub async fn add(cx: &Cx, new: NewAdvisor, key: Option<IdempotencyKey>) -> Outcome<Uuid> {
    let NewAdvisor {
        initiative,
        partner,
        ambassador,
        position,
    } = new;
    let position = text::optional("position", position.as_deref(), text::LINE)?;
    if partner.is_none() && ambassador.is_none() && position.is_none() {
        let message = "Say whose seat it is: give a partner, an ambassador or a position.";
        return Err(Problem::new(Code::Required, "", message).into());
    }
    let tx = cx.begin().await?;
    let initiative = tx
        .visible_beside::<initiative::Entity>(initiative)
        .await?
        .ok_or_else(|| Problem::not_found("initiative"))?;
    let permit = decide(tx.viewer(), Action::InitiativeManage(&initiative))?;
    if let Some(partner) = partner {
        active(&tx, partner, "partner").await?;
    }
    if let Some(ambassador) = ambassador {
        tx.visible_beside::<ambassador::Entity>(ambassador)
            .await?
            .ok_or_else(|| Problem::not_found("ambassador"))?;
    }
    let id = match tx.claim(key.as_ref()).await? {
        Recall::New(id) => id,
        Recall::Made(id) => return Ok(id),
        Recall::Mismatch => return Err(Problem::idempotency_mismatch().into()),
    };
    let now = tx.now();
    let model = initiative_advisor::Model {
        id,
        initiative_id: initiative.id,
        partner_id: partner,
        ambassador_id: ambassador,
        position,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let subject = (Kind::Initiative, initiative.id);
    let happening = Happening::new("initiative.advisor_added", subject);
    tx.insert::<initiative_advisor::Entity>(&permit, model, happening)
        .await?;
    tx.commit().await?;
    Ok(id)
}

/// Takes a seat away from the advisory group of an initiative. Answers with the initiative.
///
/// # Errors
/// [`Code::NotFound`], [`Code::Forbidden`].
pub async fn remove(cx: &Cx, id: Uuid) -> Outcome<Uuid> {
    let tx = cx.begin().await?;
    let advisor = tx
        .visible::<initiative_advisor::Entity>(id)
        .await?
        .ok_or_else(|| Problem::not_found("id"))?;
    let initiative = tx
        .visible_beside::<initiative::Entity>(advisor.initiative_id)
        .await?
        .ok_or_else(|| Problem::not_found("id"))?;
    let permit = decide(tx.viewer(), Action::InitiativeManage(&initiative))?;
    tx.delete_parts::<initiative_advisor::Entity>(&permit, &[id])
        .await?;
    let subject = (Kind::Initiative, initiative.id);
    tx.record(Happening::new("initiative.advisor_removed", subject))
        .await?;
    tx.commit().await?;
    Ok(initiative.id)
}
