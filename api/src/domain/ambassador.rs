//! Ambassadors: volunteers, from the day they come forward until they leave.

use chrono::NaiveDate;
use nabij_entity::{
    SetOf,
    ambassador::{self, AmbassadorAction, AmbassadorStatus, VolunteerRole},
    municipality,
    partner::{self, PartnerStatus},
};
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use super::{
    change::Change,
    refusal::{Code, Outcome, Problem, Problems, Transition, expect_version},
    text, when,
};
use crate::{
    policy::{Action, Permit, Place, Viewer, decide},
    store::{
        Cx, Kind, Tx,
        events::Happening,
        idempotency::{IdempotencyKey, Recall},
        write::Stale,
    },
};

/// Neighbourhoods that are named one by one at most; who is there for more is there for all.
const NEIGHBOURHOODS: usize = 200;

/// The machine: which state an action leads to, if it is possible. Briefing and assigning leave the
/// state as it is.
const fn next(from: AmbassadorStatus, action: AmbassadorAction) -> Option<AmbassadorStatus> {
    use AmbassadorAction as A;
    use AmbassadorStatus as S;
    match (from, action) {
        (S::Candidate | S::Paused, A::Activate) => Some(S::Active),
        (S::Active, A::Pause) => Some(S::Paused),
        (S::Candidate | S::Active | S::Paused, A::Leave) => Some(S::Left),
        (S::Candidate | S::Active | S::Paused, A::Brief | A::Assign) => Some(from),
        _ => None,
    }
}

/// The state an action leads to.
///
/// # Errors
/// The [`Transition`] that isn't possible.
pub fn step(
    from: AmbassadorStatus,
    action: AmbassadorAction,
) -> Result<AmbassadorStatus, Transition> {
    next(from, action).ok_or_else(|| Transition {
        from: from.code(),
        attempted: action.code(),
        allowed: allowed(from)
            .into_iter()
            .map(AmbassadorAction::code)
            .collect(),
    })
}

/// The actions a state allows, whoever asks.
#[must_use]
pub fn allowed(from: AmbassadorStatus) -> Vec<AmbassadorAction> {
    use AmbassadorAction as A;
    [A::Activate, A::Pause, A::Leave, A::Brief, A::Assign]
        .into_iter()
        .filter(|action| next(from, *action).is_some())
        .collect()
}

/// What `viewer` may do now: the state allows it, the policy does, and the guards hold.
#[must_use]
pub fn allowed_to(viewer: &Viewer, ambassador: &ambassador::Model) -> Vec<AmbassadorAction> {
    if decide(viewer, Action::AmbassadorManage(ambassador)).is_err() {
        return Vec::new();
    }
    allowed(ambassador.status)
        .into_iter()
        .filter(|action| {
            *action != AmbassadorAction::Activate || briefed(ambassador.briefed_on).is_ok()
        })
        .collect()
}

/// Nobody hears what neighbours confide before having been told what confidentiality means.
fn briefed(on: Option<NaiveDate>) -> Result<(), Problem> {
    match on {
        Some(_) => Ok(()),
        None => Err(Problem::new(
            Code::Invalid,
            "",
            "No confidentiality briefing is on record. Give it, record it with `ambassadorBrief`, \
             and activate the ambassador then.",
        )),
    }
}

/// Where a volunteer is there for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Area {
    /// In these neighbourhoods of the municipality.
    Neighbourhoods(Vec<Uuid>),
    /// In every neighbourhood of the municipality.
    WholeMunicipality,
}

/// A volunteer who comes forward.
#[derive(Debug)]
pub struct Registration {
    /// The municipality.
    pub municipality: Uuid,
    /// Where in it; may be no neighbourhood yet.
    pub area: Area,
    /// The name others see.
    pub display_name: String,
    /// What they do; at least one.
    pub roles: Vec<VolunteerRole>,
    /// The partner whose pool they are in.
    pub pool_partner: Option<Uuid>,
    /// Whether the public directory shows them.
    pub public_profile: bool,
    /// How the public may reach them.
    pub public_contact: Option<String>,
}

/// Takes in a volunteer, as a candidate.
///
/// # Errors
/// What is wrong with the input, [`Code::NotFound`], [`Code::Forbidden`].
pub async fn register(
    cx: &Cx,
    registration: Registration,
    key: Option<IdempotencyKey>,
) -> Outcome<Uuid> {
    let Registration {
        municipality,
        area,
        display_name,
        roles,
        pool_partner,
        public_profile,
        public_contact,
    } = registration;
    let mut problems = Problems::new();
    let display_name = problems.check(text::required("displayName", &display_name, text::LINE));
    let contact = text::optional("publicContact", public_contact.as_deref(), text::LINE);
    let contact = problems.check(contact);
    let roles = problems.check(some_roles(roles));
    let ((display_name, public_contact), roles) =
        problems.into_value(display_name.zip(contact).zip(roles))?;

    let tx = cx.begin().await?;
    // Locked, so that a neighbourhood that is added meanwhile isn't missed.
    tx.visible::<municipality::Entity>(municipality)
        .await?
        .ok_or_else(|| Problem::not_found("municipality"))?;
    let whole_municipality = area == Area::WholeMunicipality;
    let neighbourhoods = neighbourhoods(&tx, municipality, area).await?;
    let permit = permit_to_register(
        tx.viewer(),
        municipality,
        whole_municipality,
        &neighbourhoods,
    )?;
    if let Some(partner) = pool_partner {
        pool(&tx, partner).await?;
    }
    let id = match tx.claim(key.as_ref()).await? {
        Recall::New(id) => id,
        Recall::Made(id) => return Ok(id),
        Recall::Mismatch => return Err(Problem::idempotency_mismatch().into()),
    };
    let now = tx.now();
    let model = ambassador::Model {
        id,
        municipality_id: municipality,
        whole_municipality,
        pool_partner_id: pool_partner,
        display_name,
        roles,
        status: AmbassadorStatus::Candidate,
        briefed_on: None,
        public_profile,
        public_contact,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let happening = Happening::new("ambassador.registered", (Kind::Ambassador, id))
        .with("to", AmbassadorStatus::Candidate.code());
    tx.insert::<ambassador::Entity>(&permit, model, happening)
        .await?;
    link(&tx, &permit, id, &neighbourhoods).await?;
    tx.commit().await?;
    Ok(id)
}

/// Whoever coordinates every place the volunteer is to serve may take them in.
fn permit_to_register(
    viewer: &Viewer,
    municipality: Uuid,
    whole: bool,
    neighbourhoods: &[Uuid],
) -> Outcome<Permit> {
    let may = |neighbourhood: Option<Uuid>| {
        let place = Place {
            municipality,
            neighbourhood,
        };
        decide(viewer, Action::AmbassadorRegister(place))
    };
    match neighbourhoods.split_first() {
        Some((first, others)) if !whole => {
            for other in others {
                may(Some(*other)).map(drop)?;
            }
            Ok(may(Some(*first))?)
        }
        _ => Ok(may(None)?),
    }
}

fn some_roles(roles: Vec<VolunteerRole>) -> Result<SetOf<VolunteerRole>, Problem> {
    if roles.is_empty() {
        return Err(Problem::new(
            Code::Required,
            "roles",
            "Say what the ambassador does: give at least one role.",
        ));
    }
    Ok(roles.into())
}

/// The neighbourhoods of an area, each once.
async fn neighbourhoods(tx: &Tx, municipality: Uuid, area: Area) -> Outcome<Vec<Uuid>> {
    let mut ids = match area {
        Area::WholeMunicipality => return Ok(tx.neighbourhoods_of(municipality).await?),
        Area::Neighbourhoods(ids) => ids,
    };
    if ids.len() > NEIGHBOURHOODS {
        return Err(Problem::new(
            Code::TooLong,
            "neighbourhoods",
            format!(
                "These are too many. Name at most {NEIGHBOURHOODS} neighbourhoods, or set \
                 `wholeMunicipality`."
            ),
        )
        .into());
    }
    let known = tx.neighbourhoods(&ids).await?;
    lie_in(municipality, &ids, &known)?;
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

/// Every id is a known neighbourhood of the municipality.
fn lie_in(municipality: Uuid, ids: &[Uuid], known: &[(Uuid, Uuid)]) -> Outcome<()> {
    let mut problems = Problems::new();
    for (index, id) in ids.iter().enumerate() {
        let path = format!("neighbourhoods.{index}");
        match known.iter().find(|(known, _)| known == id) {
            None => problems.add(Problem::not_found(&path)),
            Some((_, other)) if *other != municipality => problems.add(Problem::new(
                Code::Invalid,
                &path,
                "This neighbourhood lies in another municipality. Choose one of the ambassador's \
                 own.",
            )),
            Some(_) => {}
        }
    }
    problems.finish()
}

async fn pool(tx: &Tx, partner: Uuid) -> Outcome<()> {
    let partner = tx
        .visible_beside::<partner::Entity>(partner)
        .await?
        .ok_or_else(|| Problem::not_found("poolPartner"))?;
    if partner.status != PartnerStatus::Active {
        return Err(Problem::new(
            Code::Invalid,
            "poolPartner",
            "This partner isn't active. Choose an active one.",
        )
        .into());
    }
    Ok(())
}

async fn link(tx: &Tx, permit: &Permit, ambassador: Uuid, ids: &[Uuid]) -> Outcome<()> {
    let this = ("ambassador_id", ambassador);
    let table = "ambassador_neighbourhoods";
    Ok(tx
        .replace_links(permit, table, this, "neighbourhood_id", ids)
        .await?)
}

/// What changes in a volunteer's record.
#[derive(Debug, Default)]
pub struct Update {
    /// The name others see.
    pub display_name: Change<String>,
    /// What they do.
    pub roles: Change<Vec<VolunteerRole>>,
    /// The partner whose pool they are in.
    pub pool_partner: Change<Uuid>,
    /// Whether the public directory shows them.
    pub public_profile: Change<bool>,
    /// How the public may reach them.
    pub public_contact: Change<String>,
}

/// Changes a volunteer's record.
///
/// # Errors
/// What is wrong with the input, [`Code::NotFound`], [`Code::Forbidden`], [`Code::Conflict`].
pub async fn update(
    cx: &Cx,
    id: Uuid,
    expected_version: Option<i32>,
    update: Update,
) -> Outcome<Uuid> {
    let new_pool = match &update.pool_partner {
        Change::To(partner) => Some(*partner),
        Change::Keep | Change::Clear => None,
    };
    let change = read_update(update)?;
    let tx = cx.begin().await?;
    let ambassador = tx
        .visible::<ambassador::Entity>(id)
        .await?
        .ok_or_else(|| Problem::not_found("id"))?;
    let permit = decide(tx.viewer(), Action::AmbassadorManage(&ambassador))?;
    expect_version(expected_version, ambassador.version)?;
    if let Some(partner) = new_pool {
        pool(&tx, partner).await?;
    }
    let happening = Happening::new("ambassador.updated", (Kind::Ambassador, id));
    tx.update::<ambassador::Entity>(&permit, id, ambassador.version, change, happening)
        .await?
        .map_err(|Stale| Problem::raced())?;
    tx.commit().await?;
    Ok(id)
}

fn read_update(update: Update) -> Outcome<ambassador::ActiveModel> {
    let Update {
        display_name,
        roles,
        pool_partner,
        public_profile,
        public_contact,
    } = update;
    let mut problems = Problems::new();
    let display_name = display_name
        .text("displayName", text::LINE)
        .and_then(|name| name.required_column("displayName"));
    let roles = roles
        .try_map(some_roles)
        .and_then(|roles| roles.required_column("roles"));
    let contact = public_contact.text("publicContact", text::LINE);
    let change = ambassador::ActiveModel {
        display_name: problems.check(display_name).unwrap_or_default(),
        roles: problems.check(roles).unwrap_or_default(),
        pool_partner_id: pool_partner.column(),
        public_profile: problems
            .check(public_profile.required_column("publicProfile"))
            .unwrap_or_default(),
        public_contact: problems.check(contact).unwrap_or_default().column(),
        ..Default::default()
    };
    problems.finish()?;
    Ok(change)
}

/// An action with what it needs.
#[derive(Debug)]
pub enum Transitioning {
    /// Let them begin, or come back.
    Activate,
    /// Let them take a break.
    Pause,
    /// They have stopped.
    Leave,
    /// They were briefed on confidentiality.
    Brief {
        /// On which day; today when left out.
        on: Option<NaiveDate>,
    },
    /// Choose where they are there for people, instead of where they were.
    Assign {
        /// Where.
        area: Area,
    },
}

impl Transitioning {
    /// The action it is.
    #[must_use]
    pub const fn action(&self) -> AmbassadorAction {
        match self {
            Self::Activate => AmbassadorAction::Activate,
            Self::Pause => AmbassadorAction::Pause,
            Self::Leave => AmbassadorAction::Leave,
            Self::Brief { .. } => AmbassadorAction::Brief,
            Self::Assign { .. } => AmbassadorAction::Assign,
        }
    }
}

/// Takes a volunteer one step further.
///
/// # Errors
/// [`Code::NotFound`], [`Code::Forbidden`], [`Code::Conflict`], [`Code::InvalidTransition`], and
/// what is wrong with the input.
pub async fn transition(
    cx: &Cx,
    id: Uuid,
    expected_version: Option<i32>,
    transitioning: Transitioning,
) -> Outcome<Uuid> {
    let tx = cx.begin().await?;
    let ambassador = tx
        .visible::<ambassador::Entity>(id)
        .await?
        .ok_or_else(|| Problem::not_found("id"))?;
    let action = transitioning.action();
    let permit = decide(tx.viewer(), Action::AmbassadorManage(&ambassador))?;
    expect_version(expected_version, ambassador.version)?;
    let to = step(ambassador.status, action)?;
    let mut change = ambassador::ActiveModel {
        status: Set(to),
        ..Default::default()
    };
    match transitioning {
        Transitioning::Activate => briefed(ambassador.briefed_on)?,
        Transitioning::Pause | Transitioning::Leave => {}
        Transitioning::Brief { on } => {
            change.briefed_on = Set(Some(when::day("briefedOn", on, tx.now())?));
        }
        Transitioning::Assign { area } => {
            change.whole_municipality = Set(area == Area::WholeMunicipality);
            let ids = neighbourhoods(&tx, ambassador.municipality_id, area).await?;
            link(&tx, &permit, id, &ids).await?;
        }
    }
    let mut happening = Happening::new(event_of(action), (Kind::Ambassador, id));
    if to != ambassador.status {
        happening = happening
            .with("from", ambassador.status.code())
            .with("to", to.code());
    }
    tx.update::<ambassador::Entity>(&permit, id, ambassador.version, change, happening)
        .await?
        .map_err(|Stale| Problem::raced())?;
    if action != AmbassadorAction::Brief {
        let users = tx.users_of_ambassador(id).await?;
        tx.outdate_users(&users).await?;
    }
    tx.commit().await?;
    Ok(id)
}

const fn event_of(action: AmbassadorAction) -> &'static str {
    match action {
        AmbassadorAction::Activate => "ambassador.activated",
        AmbassadorAction::Pause => "ambassador.paused",
        AmbassadorAction::Leave => "ambassador.left",
        AmbassadorAction::Brief => "ambassador.briefed",
        AmbassadorAction::Assign => "ambassador.assigned",
    }
}

#[cfg(test)]
mod tests;
