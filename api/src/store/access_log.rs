//! Who read whose data: for the auditor of the municipality where the person lives. What was read is
//! named there, never told.

use nabij_entity::{access_log, role_grant::Role};
use sea_orm::{
    DbErr, QueryResult,
    sea_query::{Alias, Expr},
};

use super::{
    Kind, Record,
    record::{Edge, How, model},
    scope,
};
use crate::policy::Viewer;

impl Record for access_log::Entity {
    const KIND: Kind = Kind::AccessLogEntry;
    type Row = access_log::Model;

    fn scope(viewer: &Viewer, t: &Alias) -> Expr {
        scope::among(t, "municipality_id", viewer.municipalities(Role::Auditor))
    }

    fn edges() -> &'static [Edge] {
        const EDGES: &[Edge] = &[
            Edge {
                name: "user",
                to: Kind::User,
                how: How::One("user_id"),
            },
            Edge {
                name: "partner",
                to: Kind::Partner,
                how: How::One("partner_id"),
            },
            Edge {
                name: "municipality",
                to: Kind::Municipality,
                how: How::One("municipality_id"),
            },
        ];
        EDGES
    }

    fn decode(row: &QueryResult, prefix: &str) -> Result<Self::Row, DbErr> {
        model(row, prefix)
    }
}
