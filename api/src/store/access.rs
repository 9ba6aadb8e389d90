//! From a verified identity to a viewer: the account and its roles.
//!
//! Principals are kept in memory, but a copy is never believed: each read carries the account's
//! `authz_version` as a condition (`is_current`), and a write reads the roles anew inside its
//! transaction. So a role that ends or an account that is blocked counts at once, on every
//! replica, and a read costs no statement more for it.

use std::sync::Arc;

use nabij_entity::{role_grant, user, user::UserStatus};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use super::{Cx, Failure, Tx, scope};
use crate::policy::{Account, Grant, Viewer};

/// Who a token says somebody is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Subject {
    /// The issuer that vouches for it.
    pub issuer: String,
    /// The issuer's name for the person or system.
    pub subject: String,
}

/// An account with all its roles, those that have ended and those to come too.
pub struct Principal {
    account: Account,
    grants: Vec<Grant>,
}

impl Cx {
    /// Makes this the request of `subject`. `false` when no active account belongs to it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sign_in(&mut self, subject: Subject) -> Result<bool, Failure> {
        let kept = self.db.principals.get(&subject);
        let principal = match kept {
            Some(principal) => principal,
            None => match load(&self.reader(), &subject).await? {
                Some(principal) => {
                    let principal = Arc::new(principal);
                    self.db
                        .principals
                        .insert(subject.clone(), principal.clone());
                    principal
                }
                None => return Ok(false),
            },
        };
        self.set_viewer(principal.viewer(self.now()));
        self.subject = Some(subject);
        Ok(true)
    }

    /// Reads the viewer's roles anew, for what is decided here and not by a statement that asks for them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn confirm_viewer(&self) -> Result<(), Failure> {
        self.refresh_viewer(&self.viewer()).await.map(drop)
    }

    /// After something was asked as `before` and nothing was found: whether it is worth asking again,
    /// because the viewer's roles have changed. They are read again, unless another question of the same
    /// request has done so meanwhile.
    pub(super) async fn refresh_viewer(&self, before: &Viewer) -> Result<bool, Failure> {
        let Some(subject) = &self.subject else {
            return Ok(false);
        };
        if !self.viewer().is_like(before) {
            return Ok(true);
        }
        let after = if let Some(principal) = load(&self.reader(), subject).await? {
            let principal = Arc::new(principal);
            self.db
                .principals
                .insert(subject.clone(), principal.clone());
            principal.viewer(self.now())
        } else {
            self.db.principals.remove(subject);
            self.set_revoked();
            Viewer::anonymous().at(self.now())
        };
        let changed = !after.is_like(before);
        if changed {
            self.set_viewer(after);
        }
        Ok(changed)
    }
}

impl Tx {
    pub(super) async fn current_viewer(
        &self,
        subject: Option<&Subject>,
    ) -> Result<Viewer, Failure> {
        let Some(subject) = subject else {
            return Ok(Viewer::anonymous());
        };
        let principal = load(&self.connection(), subject).await?;
        Ok(principal.map_or_else(Viewer::anonymous, |principal| principal.viewer(self.now())))
    }

    /// Makes every copy of these users' roles out of date, at the moment this is committed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn outdate_users(&self, users: &[Uuid]) -> Result<(), Failure> {
        user::Entity::update_many()
            .col_expr(
                user::Column::AuthzVersion,
                Expr::col(user::Column::AuthzVersion).add(1),
            )
            .filter(user::Column::Id.is_in(users.iter().copied()))
            .exec(&self.connection())
            .await?;
        Ok(())
    }
}

impl Principal {
    fn viewer(&self, now: chrono::DateTime<chrono::Utc>) -> Viewer {
        Viewer::new(self.account.clone(), &self.grants, now)
    }
}

async fn load(
    connection: &impl ConnectionTrait,
    subject: &Subject,
) -> Result<Option<Principal>, Failure> {
    let found = user::Entity::find()
        .filter(user::Column::Issuer.eq(&subject.issuer))
        .filter(user::Column::Subject.eq(&subject.subject))
        .filter(user::Column::Status.eq(UserStatus::Active))
        .one(connection)
        .await?;
    let Some(user) = found else { return Ok(None) };
    // A volunteer who has left has no rights as one any more, whatever the role's validity says; nor
    // has anybody for a partner that is suspended or doesn't take part any more.
    let left = scope::exists(
        "ambassadors",
        Expr::col(("ambassadors", "id"))
            .equals(("role_grants", "ambassador_id"))
            .and(Expr::col(("ambassadors", "status")).eq("LEFT")),
    );
    let away = scope::exists(
        "partners",
        Expr::col(("partners", "id"))
            .equals(("role_grants", "partner_id"))
            .and(Expr::col(("partners", "status")).is_in(["SUSPENDED", "OFFBOARDED"])),
    );
    let grants = role_grant::Entity::find()
        .filter(role_grant::Column::UserId.eq(user.id))
        .filter(left.not())
        .filter(away.not())
        .all(connection)
        .await?;
    let account = Account {
        id: user.id,
        kind: user.kind,
        display_name: user.display_name,
        authz_version: user.authz_version,
    };
    Ok(Some(Principal {
        account,
        grants: grants.iter().map(grant).collect(),
    }))
}

fn grant(row: &role_grant::Model) -> Grant {
    Grant {
        role: row.role,
        municipality_id: row.municipality_id,
        neighbourhood_id: row.neighbourhood_id,
        partner_id: row.partner_id,
        ambassador_id: row.ambassador_id,
        valid_from: row.valid_from,
        valid_until: row.valid_until,
    }
}

/// The condition that the viewer's account and roles are still those that the scope was made from.
pub(super) fn is_current(viewer: &Viewer) -> Option<Expr> {
    let account = viewer.account()?;
    let column = |name: &'static str| Expr::col(("users", name));
    Some(scope::exists(
        "users",
        column("id")
            .eq(account.id)
            .and(column("authz_version").eq(account.authz_version))
            .and(column("status").eq("ACTIVE")),
    ))
}
