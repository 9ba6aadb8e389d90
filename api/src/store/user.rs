//! Users and the roles they hold: for administrators, and for each user their own.

use nabij_entity::{role_grant, role_grant::Role, user};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryResult,
    sea_query::{Alias, Expr},
};

use super::{
    Failure, Kind, Record, Tx,
    access::Subject,
    place::newest,
    record::{Edge, How, model},
    scope,
};
use crate::policy::Viewer;

impl Record for user::Entity {
    const KIND: Kind = Kind::User;
    type Row = user::Model;

    fn scope(viewer: &Viewer, t: &Alias) -> Expr {
        if viewer.holds(Role::Admin) {
            scope::everything()
        } else {
            scope::among(t, "id", viewer.user_id())
        }
    }

    fn edges() -> &'static [Edge] {
        const EDGES: &[Edge] = &[Edge {
            name: "roles",
            to: Kind::RoleGrant,
            how: How::List("user_id", newest),
        }];
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
}
