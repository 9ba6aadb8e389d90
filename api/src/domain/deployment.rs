//! Deployments: a volunteer who works for the whole municipality is put to work in one
//! neighbourhood for a time. While it lasts, and no longer, it counts as one of their own.

use chrono::{DateTime, Utc};
use nabij_entity::{
    ambassador::{self, AmbassadorStatus},
    deployment::{self, DeploymentAction},
};
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use super::{
    refusal::{Code, Outcome, Problem, expect_version},
    reporter,
};
use crate::{
    policy::{Action, Place, Viewer, decide},
    store::{
        Cx, Kind, Tx,
        events::Happening,
        idempotency::{IdempotencyKey, Recall},
        write::Stale,
    },
};

/// What `viewer` may do with a deployment now.
#[must_use]
pub fn allowed_to(
    viewer: &Viewer,
    deployment: &deployment::Model,
    now: DateTime<Utc>,
) -> Vec<DeploymentAction> {
    if !is_over(deployment, now) && decide(viewer, Action::DeploymentManage(deployment)).is_ok() {
        vec![DeploymentAction::End]
    } else {
        Vec::new()
    }
}

/// Whether it lasts at `now`.
#[must_use]
pub fn is_current(deployment: &deployment::Model, now: DateTime<Utc>) -> bool {
    deployment.starts_at <= now && !is_over(deployment, now)
}

fn is_over(deployment: &deployment::Model, now: DateTime<Utc>) -> bool {
    deployment.ends_at.is_some_and(|end| end <= now)
}

/// A deployment to be.
#[derive(Clone, Copy, Debug)]
pub struct NewDeployment {
    /// The volunteer.
    pub ambassador: Uuid,
    /// Where.
    pub neighbourhood: Uuid,
    /// From when on; now when left out.
    pub starts_at: Option<DateTime<Utc>>,
    /// Until when; open-ended when left out.
    pub ends_at: Option<DateTime<Utc>>,
}

/// Deploys a volunteer in a neighbourhood.
///
/// # Errors
/// What is wrong with the input, [`Code::NotFound`], [`Code::Forbidden`], and
/// [`Code::AlreadyExists`] when they are there in that time anyway.
pub async fn create(cx: &Cx, new: NewDeployment, key: Option<IdempotencyKey>) -> Outcome<Uuid> {
    let NewDeployment {
        ambassador,
        neighbourhood,
        starts_at,
        ends_at,
    } = new;
    let starts_at = starts_at.unwrap_or_else(|| cx.now());
    period(starts_at, ends_at, cx.now())?;
    let tx = cx.begin().await?;
    let municipality = reporter::place(&tx, neighbourhood, "neighbourhood").await?;
    // Locked, so that they aren't deployed in one place twice at once.
    let volunteer = tx
        .visible::<ambassador::Entity>(ambassador)
        .await?
        .ok_or_else(|| Problem::not_found("ambassador"))?;
    let place = Place {
        municipality,
        neighbourhood: Some(neighbourhood),
    };
    let permit = decide(tx.viewer(), Action::DeploymentCreate(place))?;
    deployable(&volunteer, municipality)?;
    let id = match tx.claim(key.as_ref()).await? {
        Recall::New(id) => id,
        Recall::Made(id) => return Ok(id),
        Recall::Mismatch => return Err(Problem::idempotency_mismatch().into()),
    };
    not_there_already(&tx, &volunteer, neighbourhood, (starts_at, ends_at)).await?;
    let now = tx.now();
    let model = deployment::Model {
        id,
        municipality_id: municipality,
        neighbourhood_id: neighbourhood,
        ambassador_id: ambassador,
        starts_at,
        ends_at,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let happening = Happening::new("deployment.created", (Kind::Deployment, id));
    tx.insert::<deployment::Entity>(&permit, model, happening)
        .await?;
    outdate(&tx, ambassador).await?;
    tx.commit().await?;
    Ok(id)
}

fn period(
    starts_at: DateTime<Utc>,
    ends_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let message = match ends_at {
        Some(end) if end <= starts_at => "A deployment ends after it begins. Check both times.",
        Some(end) if end <= now => {
            "This is over already. Deploy somebody for a time to come, or leave the end out."
        }
        _ => return Ok(()),
    };
    Err(Problem::new(Code::OutOfRange, "endsAt", message))
}

/// An active volunteer of the neighbourhood's municipality.
fn deployable(volunteer: &ambassador::Model, municipality: Uuid) -> Result<(), Problem> {
    let message = if volunteer.municipality_id != municipality {
        "This volunteer is active in another municipality. Choose one of the neighbourhood's own."
    } else if volunteer.status == AmbassadorStatus::Active {
        return Ok(());
    } else {
        "This volunteer isn't active. Activate them first, with `ambassadorActivate`."
    };
    Err(Problem::new(Code::Invalid, "ambassador", message))
}

/// Nobody is deployed in a place that is their own, nor twice in one place at once. For a volunteer
/// who is there for every neighbourhood it says where they are at work.
async fn not_there_already(
    tx: &Tx,
    volunteer: &ambassador::Model,
    neighbourhood: Uuid,
    (from, until): (DateTime<Utc>, Option<DateTime<Utc>>),
) -> Outcome<()> {
    let message = if !volunteer.whole_municipality
        && tx.is_assigned(volunteer.id, neighbourhood).await?
    {
        "This is one of the volunteer's own neighbourhoods, in which nobody needs to deploy them: \
         see `neighbourhoods`."
    } else if tx
        .is_deployed(volunteer.id, neighbourhood, from, until)
        .await?
    {
        "The volunteer is deployed here at that time already: see `deployments`."
    } else {
        return Ok(());
    };
    Err(Problem::new(Code::AlreadyExists, "neighbourhood", message).into())
}

async fn outdate(tx: &Tx, ambassador: Uuid) -> Outcome<()> {
    let users = tx.users_of_ambassador(ambassador).await?;
    Ok(tx.outdate_users(&users).await?)
}

/// Ends a deployment now; one that hasn't begun doesn't begin.
///
/// # Errors
/// [`Code::NotFound`], [`Code::Forbidden`], [`Code::Conflict`], and [`Code::Invalid`] when it is
/// over.
pub async fn end(cx: &Cx, id: Uuid, expected_version: Option<i32>) -> Outcome<Uuid> {
    let tx = cx.begin().await?;
    let deployment = tx
        .visible::<deployment::Entity>(id)
        .await?
        .ok_or_else(|| Problem::not_found("id"))?;
    let permit = decide(tx.viewer(), Action::DeploymentManage(&deployment))?;
    expect_version(expected_version, deployment.version)?;
    let now = tx.now();
    if is_over(&deployment, now) {
        let message = "This deployment is over already: see `endsAt`.";
        return Err(Problem::new(Code::Invalid, "", message).into());
    }
    let change = deployment::ActiveModel {
        ends_at: Set(Some(now)),
        ..Default::default()
    };
    let happening = Happening::new("deployment.ended", (Kind::Deployment, id));
    tx.update::<deployment::Entity>(&permit, id, deployment.version, change, happening)
        .await?
        .map_err(|Stale| Problem::raced())?;
    outdate(&tx, deployment.ambassador_id).await?;
    tx.commit().await?;
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deployment_ends_after_it_begins_and_after_now() {
        let at = |hour: u32| -> DateTime<Utc> {
            format!("2026-05-03T{hour:02}:00:00Z")
                .parse()
                .expect("a time")
        };
        let now = at(9);
        for (starts, ends, fits) in [
            (9, None, true),
            (9, Some(10), true),
            (7, Some(10), true),
            (12, Some(14), true),
            (12, Some(12), false),
            (12, Some(11), false),
            (7, Some(9), false),
        ] {
            let read = period(at(starts), ends.map(at), now);
            assert_eq!(read.is_ok(), fits, "{starts} to {ends:?}");
        }
    }
}
