//! Users and the roles they hold: for administrators, and for each user their own. Auditors see who
//! read, and who put somebody's vital interest forward.

use std::collections::BTreeSet;

use nabij_entity::{
    ambassador, role_grant,
    role_grant::Role,
    user::{self, UserStatus},
};
use sea_orm::{
    ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QueryOrder, QueryResult, QuerySelect,
    sea_query::{Alias, Expr, ExprTrait},
};
use uuid::Uuid;

use super::{
    Failure, Kind, Record, Tx,
    access::Subject,
    events::Happening,
    place::newest,
    record::{Edge, How, model},
    referral, scope,
};
use crate::policy::{Permit, Viewer};

/// Their own account; all of them for administrators.
fn accounts(viewer: &Viewer, t: &Alias) -> Expr {
    if viewer.holds(Role::Admin) {
        scope::everything()
    } else {
        scope::among(t, "id", viewer.user_id())
    }
}

impl Record for user::Entity {
    const KIND: Kind = Kind::User;
    type Row = user::Model;

    fn scope(viewer: &Viewer, t: &Alias) -> Expr {
        let (log, referrals) = (Alias::new("access_log"), Alias::new("referrals"));
        let audited = viewer.municipalities(Role::Auditor);
        scope::any([
            accounts(viewer, t),
            // Whoever audits a municipality sees who read of its residents.
            scope::linked(
                t,
                "access_log",
                "user_id",
                scope::among(&log, "municipality_id", audited),
            ),
            // And who referred on a ground that only they vouch for.
            scope::linked(
                t,
                "referrals",
                "requested_by_user_id",
                referral::audited(viewer, &referrals),
            ),
        ])
    }

    fn history_scope(viewer: &Viewer, t: &Alias) -> Expr {
        accounts(viewer, t)
    }

    fn edges() -> &'static [Edge] {
        const EDGES: &[Edge] = &[
            Edge {
                name: "roles",
                to: Kind::RoleGrant,
                how: How::List("user_id", newest),
            },
            Edge {
                name: "history",
                to: Kind::Event,
                how: How::Many("subject_id", super::event::in_order),
            },
        ];
        EDGES
    }

    fn decode(row: &QueryResult, prefix: &str) -> Result<Self::Row, DbErr> {
        model(row, prefix)
    }
}

impl Record for role_grant::Entity {
    const KIND: Kind = Kind::RoleGrant;
    type Row = role_grant::Model;

    fn scope(viewer: &Viewer, t: &Alias) -> Expr {
        if viewer.holds(Role::Admin) {
            scope::everything()
        } else {
            scope::among(t, "user_id", viewer.user_id())
        }
    }

    fn edges() -> &'static [Edge] {
        const EDGES: &[Edge] = &[
            Edge {
                name: "user",
                to: Kind::User,
                how: How::One("user_id"),
            },
            Edge {
                name: "municipality",
                to: Kind::Municipality,
                how: How::One("municipality_id"),
            },
            Edge {
                name: "neighbourhood",
                to: Kind::Neighbourhood,
                how: How::One("neighbourhood_id"),
            },
            Edge {
                name: "partner",
                to: Kind::Partner,
                how: How::One("partner_id"),
            },
            Edge {
                name: "ambassador",
                to: Kind::Ambassador,
                how: How::One("ambassador_id"),
            },
        ];
        EDGES
    }

    fn decode(row: &QueryResult, prefix: &str) -> Result<Self::Row, DbErr> {
        model(row, prefix)
    }
}

impl Tx {
    /// The user an issuer knows under this name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn user_by_subject(&self, subject: &Subject) -> Result<Option<user::Model>, Failure> {
        Ok(user::Entity::find()
            .filter(user::Column::Issuer.eq(&subject.issuer))
            .filter(user::Column::Subject.eq(&subject.subject))
            .one(&self.connection())
            .await?)
    }

    /// The grants of one role to a user, those that have ended too.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn grants_of(
        &self,
        user: Uuid,
        role: Role,
    ) -> Result<Vec<role_grant::Model>, Failure> {
        Ok(role_grant::Entity::find()
            .filter(role_grant::Column::UserId.eq(user))
            .filter(role_grant::Column::Role.eq(role))
            .all(&self.connection())
            .await?)
    }

    /// The grants of ADMIN that count now and belong to users who may sign in. They are locked
    /// until the transaction ends, so that two administrators can't end each other's last one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn live_admin_grants(&self) -> Result<Vec<role_grant::Model>, Failure> {
        let now = self.now();
        let ends = role_grant::Column::ValidUntil;
        let grants = role_grant::Entity::find()
            .filter(role_grant::Column::Role.eq(Role::Admin))
            .filter(role_grant::Column::ValidFrom.lte(now))
            .filter(ends.is_null().or(ends.gt(now)))
            .order_by_asc(role_grant::Column::Id)
            .lock_exclusive()
            .all(&self.connection())
            .await?;
        // After the lock, since blocking a user takes the same one.
        let active: Vec<Uuid> = user::Entity::find()
            .filter(user::Column::Id.is_in(grants.iter().map(|grant| grant.user_id)))
            .filter(user::Column::Status.eq(UserStatus::Active))
            .all(&self.connection())
            .await?
            .into_iter()
            .map(|user| user.id)
            .collect();
        Ok(grants
            .into_iter()
            .filter(|grant| active.contains(&grant.user_id))
            .collect())
    }

    /// Whether there is such a volunteer, whoever asks: a role can be given for a volunteer whose
    /// record the administrator may not see.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn ambassador_exists(&self, ambassador: Uuid) -> Result<bool, Failure> {
        Ok(ambassador::Entity::find_by_id(ambassador)
            .one(&self.connection())
            .await?
            .is_some())
    }

    /// The users who hold or held a role for this partner.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn users_of_partner(&self, partner: Uuid) -> Result<Vec<Uuid>, Failure> {
        let rows: Vec<(Uuid,)> = role_grant::Entity::find()
            .select_only()
            .column(role_grant::Column::UserId)
            .filter(role_grant::Column::PartnerId.eq(partner))
            .into_tuple()
            .all(&self.connection())
            .await?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    /// Ends the roles that people hold for a partner, at once.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_roles_for_partner(
        &self,
        _permit: &Permit,
        partner: Uuid,
    ) -> Result<(), Failure> {
        let now = self.now();
        let ends = role_grant::Column::ValidUntil;
        let live = Condition::all()
            .add(role_grant::Column::PartnerId.eq(partner))
            .add(ends.is_null().or(ends.gt(now)));
        let grants = role_grant::Entity::find()
            .filter(live.clone())
            .all(&self.connection())
            .await?;
        role_grant::Entity::update_many()
            .col_expr(ends, Expr::val(now))
            .col_expr(role_grant::Column::UpdatedAt, Expr::val(now))
            .col_expr(
                role_grant::Column::Version,
                Expr::col(role_grant::Column::Version).add(1),
            )
            .filter(live)
            .exec(&self.connection())
            .await?;
        let users: BTreeSet<Uuid> = grants.iter().map(|grant| grant.user_id).collect();
        for grant in grants {
            let happening = Happening::new("user.role_ended", (Kind::User, grant.user_id))
                .with("role", grant.role.code());
            self.record(happening).await?;
        }
        self.outdate_users(&users.into_iter().collect::<Vec<_>>())
            .await
    }
}
