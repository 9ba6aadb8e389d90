//! Who asks: an account and the roles it holds at this moment.

use chrono::{DateTime, Utc};
use nabij_entity::{role_grant::Role, user::UserKind};
use uuid::Uuid;

/// A person or a partner's system that has signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The user's id.
    pub id: Uuid,
    /// A person or a system.
    pub kind: UserKind,
    /// The name colleagues see.
    pub display_name: String,
    /// Rises with each change to the account or its roles. Reads carry it, so that a decision
    /// made from an older copy finds nothing instead of too much.
    pub authz_version: i32,
}

/// One role with its scope and its validity. Which of the ids is filled follows from the role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The role held.
    pub role: Role,
    /// Scope of a coordinator or auditor of a whole municipality.
    pub municipality_id: Option<Uuid>,
    /// Scope of a coordinator of one neighbourhood.
    pub neighbourhood_id: Option<Uuid>,
    /// Scope of a signaller or a partner's staff.
    pub partner_id: Option<Uuid>,
    /// The volunteer this user is, for the role of ambassador.
    pub ambassador_id: Option<Uuid>,
    /// From when the role counts, inclusive.
    pub valid_from: DateTime<Utc>,
    /// Until when it counts, exclusive; none is open-ended.
    pub valid_until: Option<DateTime<Utc>>,
}

impl Grant {
    /// Whether the role counts at `now`.
    #[must_use]
    pub fn is_valid_at(&self, now: DateTime<Utc>) -> bool {
        self.valid_from <= now && self.valid_until.is_none_or(|until| now < until)
    }
}

/// Whoever asks, with the roles that count now. Anonymous when there is no account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    account: Option<Account>,
    grants: Vec<Grant>,
    system: Option<&'static str>,
    now: DateTime<Utc>,
}

impl Viewer {
    /// Somebody without an account: the public directory, nothing else.
    #[must_use]
    pub const fn anonymous() -> Self {
        Self {
            account: None,
            grants: Vec::new(),
            system: None,
            now: DateTime::<Utc>::MIN_UTC,
        }
    }

    /// The service itself, for what no account can do: it holds ADMIN. `reason` is a word for why,
    /// which stands in each event it causes.
    #[must_use]
    pub fn system(reason: &'static str) -> Self {
        let admin = Grant {
            role: Role::Admin,
            municipality_id: None,
            neighbourhood_id: None,
            partner_id: None,
            ambassador_id: None,
            valid_from: DateTime::<Utc>::MIN_UTC,
            valid_until: None,
        };
        Self {
            account: None,
            grants: vec![admin],
            system: Some(reason),
            now: DateTime::<Utc>::MIN_UTC,
        }
    }

    /// An account with those of its roles that count at `now`.
    #[must_use]
    pub fn new(account: Account, grants: &[Grant], now: DateTime<Utc>) -> Self {
        let grants = grants
            .iter()
            .filter(|grant| grant.is_valid_at(now))
            .cloned()
            .collect();
        Self {
            account: Some(account),
            grants,
            system: None,
            now,
        }
    }

    /// The same viewer, who asks at `now`.
    #[must_use]
    pub const fn at(mut self, now: DateTime<Utc>) -> Self {
        self.now = now;
        self
    }

    /// When the viewer asked: what holds for a time only is weighed against this. Before all times
    /// unless it was said.
    #[must_use]
    pub const fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// Whether both may do the same, whenever they ask.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        self.account == other.account && self.grants == other.grants && self.system == other.system
    }

    /// Whether nobody signed in: the public directory, nothing else.
    #[must_use]
    pub const fn is_anonymous(&self) -> bool {
        self.account.is_none() && self.system.is_none()
    }

    /// Why the service itself acts, if it does.
    #[must_use]
    pub const fn system_reason(&self) -> Option<&'static str> {
        self.system
    }

    /// The account, unless anonymous.
    #[must_use]
    pub const fn account(&self) -> Option<&Account> {
        self.account.as_ref()
    }

    /// The account's id, unless anonymous.
    #[must_use]
    pub fn user_id(&self) -> Option<Uuid> {
        self.account.as_ref().map(|account| account.id)
    }

    /// The roles that count now.
    #[must_use]
    pub fn grants(&self) -> &[Grant] {
        &self.grants
    }

    /// A word for the log: the strongest role held, `signed-in` without one, `anonymous`, or
    /// `system` for the service itself.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        const ORDER: [(Role, &str); 7] = [
            (Role::Admin, "admin"),
            (Role::Coordinator, "coordinator"),
            (Role::Auditor, "auditor"),
            (Role::PartnerCoordinator, "partner-coordinator"),
            (Role::PartnerStaff, "partner-staff"),
            (Role::Ambassador, "ambassador"),
            (Role::Signaller, "signaller"),
        ];
        if self.system.is_some() {
            return "system";
        }
        if self.account.is_none() {
            return "anonymous";
        }
        ORDER
            .iter()
            .find(|(role, _)| self.holds(*role))
            .map_or("signed-in", |(_, word)| word)
    }

    /// Whether a role is held in any scope.
    #[must_use]
    pub fn holds(&self, role: Role) -> bool {
        self.grants.iter().any(|grant| grant.role == role)
    }

    /// Municipalities for which the viewer holds `role`.
    pub fn municipalities(&self, role: Role) -> impl Iterator<Item = Uuid> + '_ {
        self.grants
            .iter()
            .filter(move |g| g.role == role)
            .filter_map(|g| g.municipality_id)
    }

    /// Neighbourhoods for which the viewer holds `role` (without its municipalities' ones).
    pub fn neighbourhoods(&self, role: Role) -> impl Iterator<Item = Uuid> + '_ {
        self.grants
            .iter()
            .filter(move |g| g.role == role)
            .filter_map(|g| g.neighbourhood_id)
    }

    /// Partners for which the viewer holds one of `roles`.
    pub fn partners<'a>(&'a self, roles: &'a [Role]) -> impl Iterator<Item = Uuid> + 'a {
        self.grants
            .iter()
            .filter(|g| roles.contains(&g.role))
            .filter_map(|g| g.partner_id)
    }

    /// Partners the viewer works for, as staff or as their coordinator.
    pub fn staffed_partners(&self) -> impl Iterator<Item = Uuid> + '_ {
        self.partners(&[Role::PartnerStaff, Role::PartnerCoordinator])
    }

    /// The volunteers the viewer is; hardly ever more than one.
    pub fn ambassadors(&self) -> impl Iterator<Item = Uuid> + '_ {
        self.grants
            .iter()
            .filter(|g| g.role == Role::Ambassador)
            .filter_map(|g| g.ambassador_id)
    }

    /// Whether the viewer coordinates this place.
    #[must_use]
    pub fn coordinates(&self, municipality: Uuid, neighbourhood: Option<Uuid>) -> bool {
        self.municipalities(Role::Coordinator)
            .any(|id| id == municipality)
            || neighbourhood
                .is_some_and(|place| self.neighbourhoods(Role::Coordinator).any(|id| id == place))
    }

    /// The partner for which the viewer reads in this municipality: none for its coordinator, who reads
    /// for the municipality, whomever they work for beside.
    #[must_use]
    pub fn reads_for(&self, municipality: Uuid) -> Option<Uuid> {
        self.staffed_partners()
            .next()
            .filter(|_| !self.coordinates(municipality, None))
    }

    /// Whether the viewer works for this partner.
    #[must_use]
    pub fn works_for(&self, partner: Option<Uuid>) -> bool {
        partner.is_some_and(|partner| self.staffed_partners().any(|id| id == partner))
    }
}
