//! Who organises an activity, and what it is part of.

use nabij_entity::{
    activity::{self, ActivityLead, ActivityStatus},
    activity_series,
    ambassador::{self, VolunteerRole},
    initiative,
};
use uuid::Uuid;

use crate::{
    domain::{
        refusal::{Code, Outcome, Problem},
        reporter,
    },
    policy::{Forbidden, Permit, Reporter},
    store::Tx,
};

/// The most partners, and the most volunteers, an activity names.
const MOST: usize = 50;

/// In which quality the viewer proposes an activity in this place: as its coordinator, else for an
/// active partner that covers it (one of `organisers` where there is a choice), else as an active
/// volunteer there who organises.
pub(super) async fn proposer(
    tx: &Tx,
    municipality: Uuid,
    neighbourhood: Uuid,
    organisers: &[Uuid],
) -> Outcome<Reporter> {
    let viewer = tx.viewer();
    if viewer.coordinates(municipality, Some(neighbourhood)) {
        return Ok(Reporter::Coordinator);
    }
    let mut partners: Vec<Uuid> = viewer.staffed_partners().collect();
    partners.sort_by_key(|id| !organisers.contains(id));
    for partner in partners {
        if reporter::active_partner(tx, partner, neighbourhood, "")
            .await
            .is_ok()
        {
            return Ok(Reporter::Partner(partner));
        }
    }
    for volunteer in viewer.ambassadors() {
        let may_lead = tx
            .visible_beside::<ambassador::Entity>(volunteer)
            .await?
            .is_some_and(|own| own.roles.contains(&VolunteerRole::Organiser));
        if may_lead && tx.ambassador_serves(volunteer, neighbourhood).await? {
            return Ok(Reporter::Ambassador(volunteer));
        }
    }
    Err(Forbidden.into())
}

/// Who takes the lead, and the partners that organise: what was asked for, completed by what goes
/// without saying.
pub(super) fn lead(
    proposer: Reporter,
    lead: Option<ActivityLead>,
    mut organisers: Vec<Uuid>,
) -> Result<(ActivityLead, Vec<Uuid>), Problem> {
    let own = match proposer {
        Reporter::Ambassador(_) => ActivityLead::Residents,
        Reporter::Partner(_) | Reporter::Coordinator => ActivityLead::Partner,
    };
    let lead = lead.unwrap_or(own);
    let wrong = |path: &str, advice: &str| Err(Problem::new(Code::Invalid, path, advice));
    match (lead, proposer) {
        (ActivityLead::Residents, _) if !organisers.is_empty() => wrong(
            "organisers",
            "An activity that residents lead has no partners that organise it. Leave them out, or \
             leave out `lead`.",
        ),
        (ActivityLead::Partner, Reporter::Ambassador(_)) => wrong(
            "lead",
            "A volunteer proposes what residents lead. Ask a partner to propose an activity of \
             theirs.",
        ),
        (ActivityLead::Partner, Reporter::Partner(own)) => {
            if organisers.is_empty() {
                organisers.push(own);
            }
            if organisers.contains(&own) {
                Ok((lead, organisers))
            } else {
                wrong(
                    "organisers",
                    "Your own organisation isn't among the organisers. Name it too.",
                )
            }
        }
        (ActivityLead::Partner, Reporter::Coordinator) if organisers.is_empty() => {
            Err(Problem::new(
                Code::Required,
                "organisers",
                "Name at least one partner that organises it, or say that the residents lead it.",
            ))
        }
        (ActivityLead::Residents, _) | (ActivityLead::Partner, Reporter::Coordinator) => {
            Ok((lead, organisers))
        }
    }
}

fn distinct(path: &str, mut ids: Vec<Uuid>) -> Result<Vec<Uuid>, Problem> {
    let mut known = Vec::new();
    ids.retain(|id| {
        let new = !known.contains(id);
        known.push(*id);
        new
    });
    if ids.len() > MOST {
        return Err(Problem::new(
            Code::OutOfRange,
            path,
            "An activity names at most 50 of them.",
        ));
    }
    Ok(ids)
}

/// Says which partners organise an activity. Those that are new to it must be active and cover the
/// place.
pub(super) async fn organised_by(
    tx: &Tx,
    permit: &Permit,
    activity: Uuid,
    neighbourhood: Uuid,
    partners: Vec<Uuid>,
    before: &[Uuid],
) -> Outcome<()> {
    let partners = distinct("organisers", partners)?;
    for (i, partner) in partners.iter().enumerate() {
        if !before.contains(partner) {
            let path = format!("organisers.{i}");
            reporter::active_partner(tx, *partner, neighbourhood, &path).await?;
        }
    }
    tx.replace_links(
        permit,
        "activity_organisers",
        ("activity_id", activity),
        "partner_id",
        &partners,
    )
    .await?;
    Ok(())
}

/// Says which volunteers help. Those that are new to it must be active there.
pub(super) async fn helped_by(
    tx: &Tx,
    permit: &Permit,
    activity: Uuid,
    neighbourhood: Uuid,
    volunteers: Vec<Uuid>,
    before: &[Uuid],
) -> Outcome<()> {
    let volunteers = distinct("volunteers", volunteers)?;
    for (i, volunteer) in volunteers.iter().enumerate() {
        if before.contains(volunteer) {
            continue;
        }
        let path = format!("volunteers.{i}");
        tx.visible_beside::<ambassador::Entity>(*volunteer)
            .await?
            .ok_or_else(|| Problem::not_found(&path))?;
        if !tx.ambassador_serves(*volunteer, neighbourhood).await? {
            return Err(Problem::new(
                Code::Invalid,
                &path,
                "This volunteer isn't active in the neighbourhood. Choose one who is: see \
                 `ambassadors` of the neighbourhood.",
            )
            .into());
        }
    }
    tx.replace_links(
        permit,
        "activity_volunteers",
        ("activity_id", activity),
        "ambassador_id",
        &volunteers,
    )
    .await?;
    Ok(())
}

fn elsewhere(path: &str) -> Problem {
    Problem::new(
        Code::Invalid,
        path,
        "This belongs to another municipality. Choose one of the activity's own.",
    )
}

/// Whether a series is one of the municipality.
pub(super) async fn of_series(tx: &Tx, series: Option<Uuid>, municipality: Uuid) -> Outcome<()> {
    let Some(id) = series else { return Ok(()) };
    let series = tx
        .visible_beside::<activity_series::Entity>(id)
        .await?
        .ok_or_else(|| Problem::not_found("series"))?;
    if series.municipality_id == municipality {
        Ok(())
    } else {
        Err(elsewhere("series").into())
    }
}

/// Whether an initiative is one of the municipality.
pub(in crate::domain) async fn of_initiative(
    tx: &Tx,
    initiative: Option<Uuid>,
    municipality: Uuid,
) -> Outcome<()> {
    let Some(id) = initiative else { return Ok(()) };
    let initiative = tx
        .visible_beside::<initiative::Entity>(id)
        .await?
        .ok_or_else(|| Problem::not_found("initiative"))?;
    if initiative.municipality_id == municipality {
        Ok(())
    } else {
        Err(elsewhere("initiative").into())
    }
}

/// Whether an activity can be followed by one that begins at `starts_at`.
pub(super) async fn follows(
    tx: &Tx,
    earlier: Option<Uuid>,
    municipality: Uuid,
    starts_at: chrono::DateTime<chrono::Utc>,
) -> Outcome<()> {
    let Some(id) = earlier else { return Ok(()) };
    let earlier = tx
        .visible_beside::<activity::Entity>(id)
        .await?
        .ok_or_else(|| Problem::not_found("followUpOf"))?;
    if earlier.municipality_id != municipality {
        return Err(elsewhere("followUpOf").into());
    }
    let took_place = matches!(
        earlier.status,
        ActivityStatus::Confirmed | ActivityStatus::Completed
    );
    if took_place && earlier.starts_at < starts_at {
        return Ok(());
    }
    Err(Problem::new(
        Code::Invalid,
        "followUpOf",
        "An activity follows one that was published and that begins earlier. Leave this out.",
    )
    .into())
}

/// Whether somebody can be referred to this activity of a partner: it is published, that partner
/// organises it, and it isn't over.
pub(in crate::domain) async fn joinable(tx: &Tx, id: Uuid, partner: Uuid) -> Outcome<()> {
    let activity = tx
        .visible_beside::<activity::Entity>(id)
        .await?
        .ok_or_else(|| Problem::not_found("activity"))?;
    let wrong = |advice: &str| Err(Problem::new(Code::Invalid, "activity", advice).into());
    if !tx.organisers_of(id).await?.contains(&partner) {
        return wrong(
            "The partner doesn't organise this activity. Refer to one that does: see `organisers` \
             of the activity.",
        );
    }
    let open = activity.status == ActivityStatus::Confirmed;
    if open && tx.takes_place_after(id, tx.now()).await? {
        return Ok(());
    }
    wrong("This activity isn't published, or is over. Choose one that is still to come.")
}
