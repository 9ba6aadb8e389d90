//! What happens with teams: they are founded, people join them and learn, volunteers are deployed,
//! and somebody advises.

use chrono::TimeDelta;
use nabij_entity::training::TrainingKind;
use serde::Deserialize;
use uuid::Uuid;

use super::Records;
use crate::{
    demo::load::told,
    domain::{
        deployment,
        initiative::advisor,
        team::{self, Joining},
        training::{self, Audience},
    },
    store::Cx,
};

/// What can be done.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub(in crate::demo) enum TeamDeed {
    Found(Box<Found>),
    /// Let a volunteer join, or a professional of a partner.
    Join {
        key: String,
        team: String,
        ambassador: Option<String>,
        name: Option<String>,
        partner: Option<String>,
        task: Option<String>,
    },
    /// Record what was learnt on the day of the step.
    Learn(Box<Learn>),
    /// Put a volunteer to work in a neighbourhood. Days count from the step's own.
    Deploy {
        key: String,
        ambassador: String,
        neighbourhood: String,
        #[serde(default)]
        after: i64,
        days: Option<i64>,
    },
    /// Take a seat in the advisory group.
    Advise {
        initiative: String,
        partner: Option<String>,
        ambassador: Option<String>,
        position: Option<String>,
    },
}

/// A team to found.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::demo) struct Found {
    key: String,
    municipality: String,
    neighbourhoods: Vec<String>,
    initiative: String,
    name: String,
    description: String,
    contact: String,
    partner: String,
    details: String,
}

/// Something that was learnt.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::demo) struct Learn {
    key: String,
    team: String,
    kind: TrainingKind,
    title: String,
    minutes: i32,
    provider: Option<String>,
    ambassadors: Vec<String>,
    #[serde(default)]
    professionals: Vec<String>,
}

/// Lets it happen.
///
/// # Errors
/// Why it was refused.
pub(super) async fn happen(cx: &Cx, records: &mut Records, deed: &TeamDeed) -> Result<(), String> {
    match deed {
        TeamDeed::Found(found) => founded(cx, records, found).await,
        TeamDeed::Join {
            key,
            team,
            ambassador,
            name,
            partner,
            task,
        } => {
            let who = match (ambassador, name, partner) {
                (Some(ambassador), ..) => Joining::Volunteer(records.ambassador(ambassador)?),
                (None, Some(name), Some(partner)) => Joining::Professional {
                    display_name: name.clone(),
                    partner: records.partner(partner)?,
                },
                _ => return Err(format!("nobody joins with {key}")),
            };
            let new = team::NewMember {
                team: records.team(team)?,
                who,
                task: task.clone(),
                joined_on: None,
            };
            let id = told(team::add_member(cx, new, None).await, key)?;
            records.team_members.insert(key.clone(), id);
            Ok(())
        }
        TeamDeed::Learn(learn) => learnt(cx, records, learn).await,
        TeamDeed::Deploy {
            key,
            ambassador,
            neighbourhood,
            after,
            days,
        } => {
            let starts_at = cx.now() + TimeDelta::days(*after);
            let new = deployment::NewDeployment {
                ambassador: records.ambassador(ambassador)?,
                neighbourhood: records.neighbourhood(neighbourhood)?,
                starts_at: Some(starts_at),
                ends_at: days.map(|days| starts_at + TimeDelta::days(days)),
            };
            let id = told(deployment::create(cx, new, None).await, key)?;
            records.deployments.insert(key.clone(), id);
            Ok(())
        }
        TeamDeed::Advise {
            initiative,
            partner,
            ambassador,
            position,
        } => {
            let advised = records.initiatives.get(initiative).copied();
            let (partner, ambassador) = (partner.as_ref(), ambassador.as_ref());
            let new = advisor::NewAdvisor {
                initiative: advised.ok_or("there is no such initiative")?,
                partner: partner.map(|key| records.partner(key)).transpose()?,
                ambassador: ambassador.map(|key| records.ambassador(key)).transpose()?,
                position: position.clone(),
            };
            told(advisor::add(cx, new, None).await, initiative).map(drop)
        }
    }
}

async fn founded(cx: &Cx, records: &mut Records, found: &Found) -> Result<(), String> {
    let places: Result<Vec<Uuid>, String> = found
        .neighbourhoods
        .iter()
        .map(|key| records.neighbourhood(key))
        .collect();
    let initiative = records.initiatives.get(&found.initiative).copied();
    let new = team::NewTeam {
        municipality: records.municipality(&found.municipality)?,
        neighbourhoods: places?,
        initiative: Some(initiative.ok_or("there is no such initiative")?),
        name: found.name.clone(),
        description: Some(found.description.clone()),
        contact_name: found.contact.clone(),
        contact_partner: records.partner(&found.partner)?,
        contact_details: Some(found.details.clone()),
        public_contact: true,
    };
    let id = told(team::create(cx, new, None).await, &found.key)?;
    records.teams.insert(found.key.clone(), id);
    Ok(())
}

async fn learnt(cx: &Cx, records: &mut Records, learn: &Learn) -> Result<(), String> {
    let volunteers: Result<Vec<Uuid>, String> = learn
        .ambassadors
        .iter()
        .map(|key| records.ambassador(key))
        .collect();
    let professionals: Result<Vec<Uuid>, String> = learn
        .professionals
        .iter()
        .map(|key| records.team_member(key))
        .collect();
    let provider = learn.provider.as_ref();
    let new = training::NewTraining {
        audience: Audience::Team(records.team(&learn.team)?),
        kind: learn.kind,
        title: learn.title.clone(),
        held_on: None,
        minutes: Some(learn.minutes),
        provider: provider.map(|key| records.partner(key)).transpose()?,
        ambassadors: volunteers?,
        professionals: professionals?,
    };
    let id = told(training::record(cx, new, None).await, &learn.key)?;
    records.trainings.insert(learn.key.clone(), id);
    Ok(())
}
