//! Teams: volunteers and professionals of a neighbourhood, with a professional to turn to.

use chrono::NaiveDate;
use nabij_entity::{
    ambassador::{self, AmbassadorStatus},
    initiative, municipality,
    partner::{self, PartnerStatus},
    team::{self, TeamAction},
    team_member::{self, TeamMemberAction},
};
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use super::{
    change::Change,
    refusal::{Code, Outcome, Problem, Problems, expect_version},
    text, when,
};
use crate::{
    policy::{Action, Permit, Place, Viewer, decide},
    store::{
        Cx, Kind, Tx,
        events::Happening,
        idempotency::{IdempotencyKey, Recall},
        write::{Stale, given},
    },
};

/// Neighbourhoods of one team at most.
const NEIGHBOURHOODS: usize = 200;

/// What `viewer` may do with a team now.
#[must_use]
pub fn allowed_to(viewer: &Viewer, team: &team::Model) -> Vec<TeamAction> {
    match decide(viewer, Action::TeamManage(team)) {
        Ok(_permit) => vec![
            TeamAction::Update,
            TeamAction::AddMember,
            TeamAction::RecordTraining,
        ],
        Err(_) => Vec::new(),
    }
}

/// What `viewer` may do with a member of a team now. `guided` says whether they work for the
/// partner of the team's professional contact: together it is what `Action::TeamManage` asks of
/// the team, which isn't read with each of its members.
#[must_use]
pub fn allowed_to_member(
    viewer: &Viewer,
    member: &team_member::Model,
    guided: bool,
) -> Vec<TeamMemberAction> {
    let manages = guided || viewer.coordinates(member.municipality_id, None);
    if member.left_on.is_none() && manages {
        vec![TeamMemberAction::Leave]
    } else {
        Vec::new()
    }
}

/// A team to found.
#[derive(Debug)]
pub struct NewTeam {
    /// The municipality it is in.
    pub municipality: Uuid,
    /// Where in it; at least one neighbourhood.
    pub neighbourhoods: Vec<Uuid>,
    /// The initiative it belongs to.
    pub initiative: Option<Uuid>,
    /// Its name.
    pub name: String,
    /// What it does.
    pub description: Option<String>,
    /// The professional to turn to.
    pub contact_name: String,
    /// The partner that professional works for.
    pub contact_partner: Uuid,
    /// How to reach that professional.
    pub contact_details: Option<String>,
    /// Whether everybody is shown who that is.
    pub public_contact: bool,
}

/// Founds a team.
///
/// # Errors
/// What is wrong with the input, [`Code::NotFound`], [`Code::Forbidden`].
pub async fn create(cx: &Cx, new: NewTeam, key: Option<IdempotencyKey>) -> Outcome<Uuid> {
    let NewTeam {
        municipality,
        neighbourhoods,
        initiative,
        name,
        description,
        contact_name,
        contact_partner,
        contact_details,
        public_contact,
    } = new;
    let mut problems = Problems::new();
    let name = problems.check(text::required("name", &name, text::LINE));
    let description = text::optional("description", description.as_deref(), text::STORY);
    let description = problems.check(description);
    let contact_name = problems.check(text::required("contactName", &contact_name, text::LINE));
    let details = text::optional("contactDetails", contact_details.as_deref(), text::LINE);
    let contact_details = problems.check(details);
    let ((name, description), (contact_name, contact_details)) =
        problems.into_value(name.zip(description).zip(contact_name.zip(contact_details)))?;

    let tx = cx.begin().await?;
    tx.visible_beside::<municipality::Entity>(municipality)
        .await?
        .ok_or_else(|| Problem::not_found("municipality"))?;
    let places = places(&tx, municipality, neighbourhoods).await?;
    let permit = permit_to_create(tx.viewer(), municipality, &places)?;
    belongs_to(&tx, municipality, initiative).await?;
    active_here(&tx, contact_partner, municipality, "contactPartner").await?;
    let id = match tx.claim(key.as_ref()).await? {
        Recall::New(id) => id,
        Recall::Made(id) => return Ok(id),
        Recall::Mismatch => return Err(Problem::idempotency_mismatch().into()),
    };
    let now = tx.now();
    let model = team::Model {
        id,
        municipality_id: municipality,
        initiative_id: initiative,
        name,
        description,
        contact_name: Some(contact_name),
        contact_partner_id: contact_partner,
        contact_details,
        public_contact,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let happening = Happening::new("team.created", (Kind::Team, id));
    tx.insert::<team::Entity>(&permit, model, happening).await?;
    link(&tx, &permit, id, &places).await?;
    tx.commit().await?;
    Ok(id)
}

/// Whoever coordinates every place of the team may found it.
fn permit_to_create(viewer: &Viewer, municipality: Uuid, places: &[Uuid]) -> Outcome<Permit> {
    let may = |neighbourhood: Option<Uuid>| {
        let place = Place {
            municipality,
            neighbourhood,
        };
        decide(viewer, Action::TeamCreate(place))
    };
    let Some((first, others)) = places.split_first() else {
        return Ok(may(None)?);
    };
    for other in others {
        may(Some(*other)).map(drop)?;
    }
    Ok(may(Some(*first))?)
}

/// The neighbourhoods of a team, each once: at least one, all of its municipality.
async fn places(tx: &Tx, municipality: Uuid, mut ids: Vec<Uuid>) -> Outcome<Vec<Uuid>> {
    let path = "neighbourhoods";
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        let message = "A team works somewhere: give at least one neighbourhood.";
        return Err(Problem::new(Code::Required, path, message).into());
    }
    if ids.len() > NEIGHBOURHOODS {
        let message = format!("These are too many. Name at most {NEIGHBOURHOODS}.");
        return Err(Problem::new(Code::TooLong, path, message).into());
    }
    let known = tx.neighbourhoods(&ids).await?;
    if known.len() != ids.len() {
        return Err(Problem::not_found(path).into());
    }
    if known.iter().any(|(_, home)| *home != municipality) {
        return Err(Problem::new(
            Code::Invalid,
            path,
            "At least one of these lies in another municipality. Choose those of the team's own.",
        )
        .into());
    }
    Ok(ids)
}

async fn belongs_to(tx: &Tx, municipality: Uuid, initiative: Option<Uuid>) -> Outcome<()> {
    let Some(initiative) = initiative else {
        return Ok(());
    };
    let initiative = tx
        .visible_beside::<initiative::Entity>(initiative)
        .await?
        .ok_or_else(|| Problem::not_found("initiative"))?;
    if initiative.municipality_id == municipality {
        return Ok(());
    }
    Err(Problem::new(
        Code::Invalid,
        "initiative",
        "This initiative belongs to another municipality. Choose one of the team's own.",
    )
    .into())
}

/// A partner that is active, wherever it works.
pub(super) async fn active(tx: &Tx, partner: Uuid, path: &str) -> Outcome<()> {
    let partner = tx
        .visible_beside::<partner::Entity>(partner)
        .await?
        .ok_or_else(|| Problem::not_found(path))?;
    if partner.status == PartnerStatus::Active {
        return Ok(());
    }
    let message = "This partner isn't active. Choose an active one.";
    Err(Problem::new(Code::Invalid, path, message).into())
}

/// Active, and at work in the municipality: its staff may change the team.
pub(super) async fn active_here(
    tx: &Tx,
    partner: Uuid,
    municipality: Uuid,
    path: &str,
) -> Outcome<()> {
    active(tx, partner, path).await?;
    if tx.partner_is_active_in(partner, municipality).await? {
        return Ok(());
    }
    let message = "This partner doesn't cover any neighbourhood of the team's municipality. Choose \
                   one that does.";
    Err(Problem::new(Code::Invalid, path, message).into())
}

async fn link(tx: &Tx, permit: &Permit, team: Uuid, places: &[Uuid]) -> Outcome<()> {
    let (table, this) = ("team_neighbourhoods", ("team_id", team));
    Ok(tx
        .replace_links(permit, table, this, "neighbourhood_id", places)
        .await?)
}

/// What changes of a team.
#[derive(Debug, Default)]
pub struct TeamUpdate {
    /// Its name.
    pub name: Option<String>,
    /// What it does.
    pub description: Change<String>,
    /// Where it works: all of it.
    pub neighbourhoods: Option<Vec<Uuid>>,
    /// The initiative it belongs to.
    pub initiative: Change<Uuid>,
    /// The professional to turn to.
    pub contact_name: Option<String>,
    /// The partner that professional works for.
    pub contact_partner: Option<Uuid>,
    /// How to reach that professional.
    pub contact_details: Change<String>,
    /// Whether everybody is shown who that is.
    pub public_contact: Option<bool>,
}

/// Changes a team.
///
/// # Errors
/// What is wrong with the input, [`Code::NotFound`], [`Code::Forbidden`], [`Code::Conflict`].
pub async fn update(
    cx: &Cx,
    id: Uuid,
    expected_version: Option<i32>,
    update: TeamUpdate,
) -> Outcome<Uuid> {
    let TeamUpdate {
        name,
        description,
        neighbourhoods,
        initiative,
        contact_name,
        contact_partner,
        contact_details,
        public_contact,
    } = update;
    let mut problems = Problems::new();
    let mut line = |path: &str, text: Option<String>| {
        let read = text.map(|text| text::required(path, &text, text::LINE));
        problems.check(read.transpose()).flatten()
    };
    let (name, contact_name) = (line("name", name), line("contactName", contact_name));
    let description = problems.check(description.text("description", text::STORY));
    let details = problems.check(contact_details.text("contactDetails", text::LINE));
    let (description, contact_details) = problems.into_value(description.zip(details))?;

    let tx = cx.begin().await?;
    let team = tx
        .visible::<team::Entity>(id)
        .await?
        .ok_or_else(|| Problem::not_found("id"))?;
    let permit = decide(tx.viewer(), Action::TeamManage(&team))?;
    expect_version(expected_version, team.version)?;
    if let Change::To(initiative) = &initiative {
        belongs_to(&tx, team.municipality_id, Some(*initiative)).await?;
    }
    if let Some(partner) = contact_partner {
        active_here(&tx, partner, team.municipality_id, "contactPartner").await?;
    }
    if let Some(neighbourhoods) = neighbourhoods {
        let places = places(&tx, team.municipality_id, neighbourhoods).await?;
        link(&tx, &permit, id, &places).await?;
    }
    let change = team::ActiveModel {
        name: given(name),
        description: description.column(),
        initiative_id: initiative.column(),
        contact_name: given(contact_name.map(Some)),
        contact_partner_id: given(contact_partner),
        contact_details: contact_details.column(),
        public_contact: given(public_contact),
        ..Default::default()
    };
    let happening = Happening::new("team.updated", (Kind::Team, id));
    tx.update::<team::Entity>(&permit, id, team.version, change, happening)
        .await?
        .map_err(|Stale| Problem::raced())?;
    tx.commit().await?;
    Ok(id)
}

/// Who joins a team.
#[derive(Debug)]
pub enum Joining {
    /// A volunteer.
    Volunteer(Uuid),
    /// A professional.
    Professional {
        /// Their name.
        display_name: String,
        /// The partner they work for.
        partner: Uuid,
    },
}

/// A member to be.
#[derive(Debug)]
pub struct NewMember {
    /// The team.
    pub team: Uuid,
    /// Who joins it.
    pub who: Joining,
    /// What they do in it.
    pub task: Option<String>,
    /// First day; today when left out.
    pub joined_on: Option<NaiveDate>,
}

/// Lets a volunteer or a professional join a team.
///
/// # Errors
/// What is wrong with the input, [`Code::NotFound`], [`Code::Forbidden`], and
/// [`Code::AlreadyExists`] for a volunteer who is in it.
pub async fn add_member(cx: &Cx, new: NewMember, key: Option<IdempotencyKey>) -> Outcome<Uuid> {
    let NewMember {
        team,
        who,
        task,
        joined_on,
    } = new;
    let mut problems = Problems::new();
    let task = problems.check(text::optional("task", task.as_deref(), text::LINE));
    let joined_on = problems.check(when::day("joinedOn", joined_on, cx.now()));
    let name = problems.check(match &who {
        Joining::Volunteer(_) => Ok(None),
        Joining::Professional { display_name, .. } => {
            text::required("who.professional.displayName", display_name, text::LINE).map(Some)
        }
    });
    let ((task, joined_on), display_name) = problems.into_value(task.zip(joined_on).zip(name))?;

    let tx = cx.begin().await?;
    // Locked, so that nobody joins it twice at once.
    let team = tx
        .visible::<team::Entity>(team)
        .await?
        .ok_or_else(|| Problem::not_found("team"))?;
    let permit = decide(tx.viewer(), Action::TeamManage(&team))?;
    let (ambassador_id, partner_id) = match who {
        Joining::Volunteer(id) => {
            volunteer(&tx, &team, id).await?;
            (Some(id), None)
        }
        Joining::Professional { partner, .. } => {
            active_here(
                &tx,
                partner,
                team.municipality_id,
                "who.professional.partner",
            )
            .await?;
            (None, Some(partner))
        }
    };
    let id = match tx.claim(key.as_ref()).await? {
        Recall::New(id) => id,
        Recall::Made(id) => return Ok(id),
        Recall::Mismatch => return Err(Problem::idempotency_mismatch().into()),
    };
    if let Some(volunteer) = ambassador_id
        && tx.is_in_team(team.id, volunteer).await?
    {
        return Err(Problem::new(
            Code::AlreadyExists,
            "who.ambassador",
            "This volunteer is in the team already: see `members` of the team.",
        )
        .into());
    }
    let now = tx.now();
    let model = team_member::Model {
        id,
        team_id: team.id,
        municipality_id: team.municipality_id,
        ambassador_id,
        partner_id,
        display_name,
        task,
        joined_on,
        left_on: None,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let happening = Happening::new("team.joined", (Kind::Team, team.id));
    tx.insert::<team_member::Entity>(&permit, model, happening)
        .await?;
    tx.commit().await?;
    Ok(id)
}

/// A volunteer who may join: of the team's municipality, and still there.
async fn volunteer(tx: &Tx, team: &team::Model, id: Uuid) -> Outcome<()> {
    let path = "who.ambassador";
    let volunteer = tx
        .visible_beside::<ambassador::Entity>(id)
        .await?
        .ok_or_else(|| Problem::not_found(path))?;
    let message = if volunteer.municipality_id != team.municipality_id {
        "This volunteer is active in another municipality. Choose one of the team's own."
    } else if volunteer.status == AmbassadorStatus::Left {
        "This volunteer has stopped. Choose somebody who is there."
    } else {
        return Ok(());
    };
    Err(Problem::new(Code::Invalid, path, message).into())
}

/// Records that somebody has left a team.
///
/// # Errors
/// What is wrong with the input, [`Code::NotFound`], [`Code::Forbidden`], [`Code::Conflict`].
pub async fn let_leave(
    cx: &Cx,
    id: Uuid,
    expected_version: Option<i32>,
    left_on: Option<NaiveDate>,
) -> Outcome<Uuid> {
    let left_on = when::day("leftOn", left_on, cx.now())?;
    let tx = cx.begin().await?;
    let member = tx
        .visible::<team_member::Entity>(id)
        .await?
        .ok_or_else(|| Problem::not_found("id"))?;
    let team = tx
        .team(member.team_id)
        .await?
        .ok_or_else(|| Problem::not_found("id"))?;
    let permit = decide(tx.viewer(), Action::TeamManage(&team))?;
    expect_version(expected_version, member.version)?;
    if member.left_on.is_some() {
        let message = "They have left the team already: see `leftOn`.";
        return Err(Problem::new(Code::Invalid, "", message).into());
    }
    if left_on < member.joined_on {
        let message = "They can't have left before they joined: see `joinedOn`.";
        return Err(Problem::new(Code::OutOfRange, "leftOn", message).into());
    }
    let change = team_member::ActiveModel {
        left_on: Set(Some(left_on)),
        ..Default::default()
    };
    let happening = Happening::new("team.left", (Kind::Team, team.id));
    tx.update::<team_member::Entity>(&permit, id, member.version, change, happening)
        .await?
        .map_err(|Stale| Problem::raced())?;
    tx.commit().await?;
    Ok(id)
}
