//! The rules of how long a municipality keeps cases, which everybody may know, and its runs, for who
//! answers for them.

use nabij_entity::{retention_rule, retention_run, role_grant::Role};
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

/// The administrator, the municipality's coordinator and its auditor.
fn answers_for(viewer: &Viewer, t: &Alias) -> Expr {
    if viewer.holds(Role::Admin) {
        return scope::everything();
    }
    let own = [Role::Coordinator, Role::Auditor]
        .map(|role| scope::among(t, "municipality_id", viewer.municipalities(role)));
    scope::any(own)
}

const MUNICIPALITY: Edge = Edge {
    name: "municipality",
    to: Kind::Municipality,
    how: How::One("municipality_id"),
};

impl Record for retention_rule::Entity {
    const KIND: Kind = Kind::RetentionRule;
    type Row = retention_rule::Model;

    /// How long something is kept is told to everybody (GDPR article 13(2)(a)).
    fn scope(_viewer: &Viewer, _t: &Alias) -> Expr {
        scope::everything()
    }

    fn history_scope(viewer: &Viewer, t: &Alias) -> Expr {
        answers_for(viewer, t)
    }

    fn edges() -> &'static [Edge] {
        const EDGES: &[Edge] = &[
            MUNICIPALITY,
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

impl Record for retention_run::Entity {
    const KIND: Kind = Kind::RetentionRun;
    type Row = retention_run::Model;

    fn scope(viewer: &Viewer, t: &Alias) -> Expr {
        answers_for(viewer, t)
    }

    fn edges() -> &'static [Edge] {
        const EDGES: &[Edge] = &[MUNICIPALITY];
        EDGES
    }

    fn decode(row: &QueryResult, prefix: &str) -> Result<Self::Row, DbErr> {
        model(row, prefix)
    }
}
