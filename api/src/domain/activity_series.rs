//! Series of activities that go from neighbourhood to neighbourhood (story P2).

use nabij_entity::{activity_series, municipality};
use uuid::Uuid;

use super::{
    activity::of_initiative,
    refusal::{Outcome, Problem, Problems},
    text,
};
use crate::{
    policy::{Action, Forbidden, Place, Reporter, decide},
    store::{
        Cx, Kind, Tx,
        events::Happening,
        idempotency::{IdempotencyKey, Recall},
    },
};

/// A series to begin.
#[derive(Debug)]
pub struct NewSeries {
    /// The municipality through which it goes.
    pub municipality: Uuid,
    /// The initiative it is part of.
    pub initiative: Option<Uuid>,
    /// Its name.
    pub name: String,
    /// What people can expect.
    pub description: Option<String>,
}

/// Begins a series.
///
/// # Errors
/// What is wrong with the input; `NOT_FOUND` and `FORBIDDEN`.
pub async fn create(cx: &Cx, new: NewSeries, key: Option<IdempotencyKey>) -> Outcome<Uuid> {
    let NewSeries {
        municipality,
        initiative,
        name,
        description,
    } = new;
    let mut problems = Problems::new();
    let name = problems.check(text::required("name", &name, text::LINE));
    let description = description.as_deref();
    let description = problems.check(text::optional("description", description, text::STORY));
    let (name, description) = problems.into_value(name.zip(description))?;

    let tx = cx.begin().await?;
    tx.visible_beside::<municipality::Entity>(municipality)
        .await?
        .ok_or_else(|| Problem::not_found("municipality"))?;
    let creator = creator(&tx, municipality).await?;
    let place = Place {
        municipality,
        neighbourhood: None,
    };
    let permit = decide(tx.viewer(), Action::SeriesCreate(place, creator))?;
    let id = match tx.claim(key.as_ref()).await? {
        Recall::New(id) => id,
        Recall::Made(id) => return Ok(id),
        Recall::Mismatch => return Err(Problem::idempotency_mismatch().into()),
    };
    of_initiative(&tx, initiative, municipality).await?;
    let now = tx.now();
    let model = activity_series::Model {
        id,
        municipality_id: municipality,
        initiative_id: initiative,
        name,
        description,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let happening = Happening::new("series.created", (Kind::ActivitySeries, id));
    tx.insert::<activity_series::Entity>(&permit, model, happening)
        .await?;
    tx.commit().await?;
    Ok(id)
}

/// The municipality's coordinator, or staff of an active partner that covers some of it.
async fn creator(tx: &Tx, municipality: Uuid) -> Outcome<Reporter> {
    let viewer = tx.viewer();
    if viewer.coordinates(municipality, None) {
        return Ok(Reporter::Coordinator);
    }
    for partner in viewer.staffed_partners() {
        if tx.partner_is_active_in(partner, municipality).await? {
            return Ok(Reporter::Partner(partner));
        }
    }
    Err(Forbidden.into())
}
