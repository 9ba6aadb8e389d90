//! Who may sign in, and in which roles. Every change makes the copies of a user's roles that are
//! kept anywhere out of date at the moment it is committed.

use chrono::{DateTime, Utc};
use nabij_entity::{
    municipality, neighbourhood,
    partner::{self, PartnerStatus},
    role_grant::{self, Role},
    user::{self, UserAction, UserKind, UserStatus},
};
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use super::{
    refusal::{Code, Outcome, Problem, Problems, Transition, expect_version, unless_taken},
    text,
};
use crate::{
    policy::{Action, Permit, Viewer, decide},
    store::{
        Cx, Kind, Tx,
        access::Subject,
        events::Happening,
        idempotency::{IdempotencyKey, Recall},
        write::Stale,
    },
};

/// Longest issuer, in characters; a subject has at most 255 (OpenID Connect Core 1.0, section 2).
const ISSUER: usize = 500;
const SUBJECT: usize = 255;

/// The machine: which state each action leads to.
const fn next(from: UserStatus, action: UserAction) -> Option<UserStatus> {
    match (from, action) {
        (UserStatus::Active, UserAction::Block) => Some(UserStatus::Blocked),
        (UserStatus::Blocked, UserAction::Unblock) => Some(UserStatus::Active),
        _ => None,
    }
}

/// The state that an action leads to.
///
/// # Errors
/// The [`Transition`] that isn't possible.
pub fn step(from: UserStatus, action: UserAction) -> Result<UserStatus, Transition> {
    next(from, action).ok_or_else(|| Transition {
        from: from.code(),
        attempted: action.code(),
        allowed: allowed(from).into_iter().map(UserAction::code).collect(),
    })
}

/// The actions a state allows, whoever asks.
#[must_use]
pub fn allowed(from: UserStatus) -> Vec<UserAction> {
    [UserAction::Block, UserAction::Unblock]
        .into_iter()
        .filter(|action| next(from, *action).is_some())
        .collect()
}

/// What `viewer` may do now.
#[must_use]
pub fn allowed_to(viewer: &Viewer, user: &user::Model) -> Vec<UserAction> {
    if decide(viewer, Action::AccessManage).is_ok() {
        allowed(user.status)
    } else {
        Vec::new()
    }
}

/// A user to register.
#[derive(Debug)]
pub struct NewUser {
    /// The issuer that vouches for the identity.
    pub issuer: String,
    /// The issuer's name for it.
    pub subject: String,
    /// The name colleagues see.
    pub display_name: String,
    /// A person or a system.
    pub kind: UserKind,
}

impl NewUser {
    fn check(self) -> Outcome<Self> {
        let Self {
            issuer,
            subject,
            display_name,
            kind,
        } = self;
        let mut problems = Problems::new();
        let issuer = problems.check(text::required("issuer", &issuer, ISSUER));
        let subject = problems.check(text::foreign_subject("subject", &subject, SUBJECT));
        let name = problems.check(text::required("displayName", &display_name, text::LINE));
        problems.into_value(issuer.zip(subject).zip(name)).map(
            |((issuer, subject), display_name)| Self {
                issuer,
                subject,
                display_name,
                kind,
            },
        )
    }
}

/// Registers a user, who holds no role yet.
///
/// # Errors
/// What is wrong with the input, [`Code::Forbidden`], [`Code::AlreadyExists`].
pub async fn register(cx: &Cx, new: NewUser, key: Option<IdempotencyKey>) -> Outcome<Uuid> {
    let new = new.check()?;
    let tx = cx.begin().await?;
    let permit = decide(tx.viewer(), Action::AccessManage)?;
    let id = match tx.claim(key.as_ref()).await? {
        Recall::New(id) => id,
        Recall::Made(id) => return Ok(id),
        Recall::Mismatch => return Err(Problem::idempotency_mismatch().into()),
    };
    insert_user(&tx, &permit, id, new).await?;
    tx.commit().await?;
    Ok(id)
}

async fn insert_user(tx: &Tx, permit: &Permit, id: Uuid, new: NewUser) -> Outcome<()> {
    let now = tx.now();
    let NewUser {
        issuer,
        subject,
        display_name,
        kind,
    } = new;
    let model = user::Model {
        id,
        kind,
        issuer,
        subject,
        display_name,
        status: UserStatus::Active,
        authz_version: 1,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let happening = Happening::new("user.registered", (Kind::User, id));
    let added = tx.insert::<user::Entity>(permit, model, happening).await;
    unless_taken(added, || {
        Problem::new(
            Code::AlreadyExists,
            "subject",
            "This issuer's subject is registered already. Find the user with `users`.",
        )
    })
}

/// Blocks a user or lets them sign in again; it counts from their next request on.
///
/// # Errors
/// [`Code::NotFound`], [`Code::Forbidden`], [`Code::Conflict`], [`Code::InvalidTransition`];
/// [`Code::Invalid`] for the last administrator.
pub async fn transition(
    cx: &Cx,
    id: Uuid,
    expected_version: Option<i32>,
    action: UserAction,
) -> Outcome<Uuid> {
    let tx = cx.begin().await?;
    let user = tx
        .visible::<user::Entity>(id)
        .await?
        .ok_or_else(|| Problem::not_found("id"))?;
    let permit = decide(tx.viewer(), Action::AccessManage)?;
    expect_version(expected_version, user.version)?;
    let to = step(user.status, action)?;
    if action == UserAction::Block {
        keep_an_admin(&tx, |grant| grant.user_id != id).await?;
    }
    let kind = match action {
        UserAction::Block => "user.blocked",
        UserAction::Unblock => "user.unblocked",
    };
    let change = user::ActiveModel {
        status: Set(to),
        ..Default::default()
    };
    let happening = Happening::new(kind, (Kind::User, id))
        .with("from", user.status.code())
        .with("to", to.code());
    tx.update::<user::Entity>(&permit, id, user.version, change, happening)
        .await?
        .map_err(|Stale| Problem::raced())?;
    tx.outdate_users(&[id]).await?;
    tx.commit().await?;
    Ok(id)
}

/// Somebody can still administer the platform when only the grants that `stays` picks are left.
async fn keep_an_admin(tx: &Tx, stays: impl Fn(&role_grant::Model) -> bool) -> Outcome<()> {
    if tx.live_admin_grants().await?.iter().any(stays) {
        Ok(())
    } else {
        Err(Problem::new(
            Code::Invalid,
            "id",
            "This is the last administrator: nobody could give a role any more. Give somebody \
             else the role ADMIN first.",
        )
        .into())
    }
}

/// What a role holds for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// A whole municipality.
    Municipality(Uuid),
    /// One neighbourhood.
    Neighbourhood(Uuid),
    /// A partner.
    Partner(Uuid),
    /// The volunteer that the user is.
    Ambassador(Uuid),
    /// The platform.
    Platform,
}

impl Scope {
    const fn path(self) -> &'static str {
        match self {
            Self::Municipality(_) => "scope.municipality",
            Self::Neighbourhood(_) => "scope.neighbourhood",
            Self::Partner(_) => "scope.partner",
            Self::Ambassador(_) => "scope.ambassador",
            Self::Platform => "scope.platform",
        }
    }

    /// The municipality, neighbourhood, partner and ambassador of a grant; at most one is filled,
    /// since a grant holds for each of them that is.
    const fn columns(self) -> [Option<Uuid>; 4] {
        match self {
            Self::Municipality(id) => [Some(id), None, None, None],
            Self::Neighbourhood(id) => [None, Some(id), None, None],
            Self::Partner(id) => [None, None, Some(id), None],
            Self::Ambassador(id) => [None, None, None, Some(id)],
            Self::Platform => [None; 4],
        }
    }

    fn is_of(self, grant: &role_grant::Model) -> bool {
        self.columns()
            == [
                grant.municipality_id,
                grant.neighbourhood_id,
                grant.partner_id,
                grant.ambassador_id,
            ]
    }
}

/// The scope is one that the role can hold for.
fn fits(role: Role, scope: Scope) -> Result<(), Problem> {
    let (fits, advice) = match role {
        Role::Signaller | Role::PartnerStaff | Role::PartnerCoordinator => (
            matches!(scope, Scope::Partner(_)),
            "This role holds for a partner: give `partner`.",
        ),
        Role::Ambassador => (
            matches!(scope, Scope::Ambassador(_)),
            "This role says which volunteer the user is: give `ambassador`.",
        ),
        Role::Coordinator => (
            matches!(scope, Scope::Municipality(_) | Scope::Neighbourhood(_)),
            "This role holds for a place: give `municipality` or `neighbourhood`.",
        ),
        Role::Auditor => (
            matches!(scope, Scope::Municipality(_)),
            "This role holds for a municipality: give `municipality`.",
        ),
        Role::Admin => (
            matches!(scope, Scope::Platform),
            "This role holds for the platform: give `platform: true`.",
        ),
    };
    if fits {
        Ok(())
    } else {
        Err(Problem::new(Code::Invalid, "scope", advice))
    }
}

/// A role to give.
#[derive(Debug)]
pub struct NewGrant {
    /// Who gets it.
    pub user: Uuid,
    /// The role.
    pub role: Role,
    /// What it holds for.
    pub scope: Scope,
    /// From when; none for from now on.
    pub valid_from: Option<DateTime<Utc>>,
    /// Until when, exclusive; none for no end.
    pub valid_until: Option<DateTime<Utc>>,
}

/// The time during which a grant holds, if it ever will.
fn validity(
    now: DateTime<Utc>,
    from: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
) -> Result<(DateTime<Utc>, Option<DateTime<Utc>>), Problem> {
    let from = from.unwrap_or(now);
    match until {
        Some(until) if until <= from.max(now) => Err(Problem::new(
            Code::OutOfRange,
            "validUntil",
            "The role would have ended before it counts. Give a later moment.",
        )),
        _ => Ok((from, until)),
    }
}

/// Whether a grant and a time have a moment in common.
fn overlaps(grant: &role_grant::Model, from: DateTime<Utc>, until: Option<DateTime<Utc>>) -> bool {
    let begins = until.is_none_or(|until| grant.valid_from < until);
    let ends = grant.valid_until.is_none_or(|end| {
        // One that was ended before it began never counts.
        end > from && end > grant.valid_from
    });
    begins && ends
}

/// Gives a user a role.
///
/// # Errors
/// What is wrong with the input, [`Code::NotFound`], [`Code::Forbidden`], [`Code::AlreadyExists`]
/// when the user holds the role in that time.
pub async fn grant(cx: &Cx, new: NewGrant, key: Option<IdempotencyKey>) -> Outcome<Uuid> {
    let NewGrant {
        user,
        role,
        scope,
        valid_from,
        valid_until,
    } = new;
    let tx = cx.begin().await?;
    let permit = decide(tx.viewer(), Action::AccessManage)?;
    let mut problems = Problems::new();
    problems.check(fits(role, scope));
    let validity = problems.check(validity(tx.now(), valid_from, valid_until));
    let validity = problems.into_value(validity)?;
    let user = tx
        .visible::<user::Entity>(user)
        .await?
        .ok_or_else(|| Problem::not_found("user"))?;
    scope_exists(&tx, scope).await?;
    let id = match tx.claim(key.as_ref()).await? {
        Recall::New(id) => id,
        Recall::Made(id) => return Ok(id),
        Recall::Mismatch => return Err(Problem::idempotency_mismatch().into()),
    };
    let held = tx.grants_of(user.id, role).await?;
    if held
        .iter()
        .any(|held| scope.is_of(held) && overlaps(held, validity.0, validity.1))
    {
        return Err(Problem::new(
            Code::AlreadyExists,
            "role",
            "The user holds this role for this scope in that time already. See `roles` of the \
             user; end that one first to change its time.",
        )
        .into());
    }
    insert_grant(&tx, &permit, id, user.id, role, scope, validity).await?;
    tx.commit().await?;
    Ok(id)
}

async fn scope_exists(tx: &Tx, scope: Scope) -> Outcome<()> {
    let found = match scope {
        Scope::Municipality(id) => tx.visible::<municipality::Entity>(id).await?.is_some(),
        Scope::Neighbourhood(id) => tx.visible::<neighbourhood::Entity>(id).await?.is_some(),
        Scope::Partner(id) => match tx.visible_beside::<partner::Entity>(id).await? {
            Some(partner) if partner.status == PartnerStatus::Offboarded => {
                return Err(Problem::new(
                    Code::Invalid,
                    scope.path(),
                    "This partner was offboarded: nobody can hold a role for it any more.",
                )
                .into());
            }
            found => found.is_some(),
        },
        Scope::Ambassador(id) => tx.ambassador_exists(id).await?,
        Scope::Platform => true,
    };
    if found {
        Ok(())
    } else {
        Err(Problem::not_found(scope.path()).into())
    }
}

async fn insert_grant(
    tx: &Tx,
    permit: &Permit,
    id: Uuid,
    user: Uuid,
    role: Role,
    scope: Scope,
    (valid_from, valid_until): (DateTime<Utc>, Option<DateTime<Utc>>),
) -> Outcome<()> {
    let now = tx.now();
    let [municipality_id, neighbourhood_id, partner_id, ambassador_id] = scope.columns();
    let model = role_grant::Model {
        id,
        user_id: user,
        role,
        municipality_id,
        neighbourhood_id,
        partner_id,
        ambassador_id,
        valid_from,
        valid_until,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let happening =
        Happening::new("user.role_granted", (Kind::User, user)).with("role", role.code());
    tx.insert::<role_grant::Entity>(permit, model, happening)
        .await?;
    tx.outdate_users(&[user]).await?;
    Ok(())
}

/// Ends a role; it counts at once.
///
/// # Errors
/// [`Code::NotFound`], [`Code::Forbidden`], [`Code::Conflict`]; [`Code::Invalid`] when it ended
/// already, or when nobody would be left to administer the platform.
pub async fn end(cx: &Cx, id: Uuid, expected_version: Option<i32>) -> Outcome<Uuid> {
    let tx = cx.begin().await?;
    let grant = tx
        .visible::<role_grant::Entity>(id)
        .await?
        .ok_or_else(|| Problem::not_found("id"))?;
    let permit = decide(tx.viewer(), Action::AccessManage)?;
    expect_version(expected_version, grant.version)?;
    let now = tx.now();
    if grant.valid_until.is_some_and(|until| until <= now) {
        return Err(Problem::new(Code::Invalid, "id", "This role has ended already.").into());
    }
    if grant.role == Role::Admin {
        keep_an_admin(&tx, |other| other.id != id).await?;
    }
    let change = role_grant::ActiveModel {
        valid_until: Set(Some(now)),
        ..Default::default()
    };
    let happening = Happening::new("user.role_ended", (Kind::User, grant.user_id))
        .with("role", grant.role.code());
    tx.update::<role_grant::Entity>(&permit, id, grant.version, change, happening)
        .await?
        .map_err(|Stale| Problem::raced())?;
    tx.outdate_users(&[grant.user_id]).await?;
    tx.commit().await?;
    Ok(id)
}

/// Makes this identity an administrator, on a database that may have none yet: for the command
/// line, whose user has the database in hand anyway. Doing it twice changes nothing.
///
/// # Errors
/// What is wrong with the input; [`Code::Invalid`] for a user who is blocked.
pub async fn register_first_admin(
    cx: &Cx,
    issuer: String,
    subject: String,
    display_name: String,
) -> Outcome<Uuid> {
    let new = NewUser {
        issuer,
        subject,
        display_name,
        kind: UserKind::Person,
    }
    .check()?;
    let tx = cx.begin_as_system("command-line").await?;
    let permit = decide(tx.viewer(), Action::AccessManage)?;
    let identity = Subject {
        issuer: new.issuer.clone(),
        subject: new.subject.clone(),
    };
    let user = match tx.user_by_subject(&identity).await? {
        Some(user) if user.status == UserStatus::Blocked => {
            return Err(Problem::new(
                Code::Invalid,
                "subject",
                "This user is blocked. Let an administrator unblock them, or name somebody else.",
            )
            .into());
        }
        Some(user) => user.id,
        None => {
            let id = tx.new_id();
            insert_user(&tx, &permit, id, new).await?;
            id
        }
    };
    let now = tx.now();
    let held = tx.grants_of(user, Role::Admin).await?;
    let counts = |held: &role_grant::Model| {
        held.valid_from <= now && held.valid_until.is_none_or(|until| now < until)
    };
    if !held.iter().any(counts) {
        let id = tx.new_id();
        let validity = (now, None);
        insert_grant(
            &tx,
            &permit,
            id,
            user,
            Role::Admin,
            Scope::Platform,
            validity,
        )
        .await?;
    }
    tx.commit().await?;
    Ok(user)
}

#[cfg(test)]
mod tests;
