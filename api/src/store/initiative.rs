//! Initiatives, their evaluations and who advises them: public, all of them. A volunteer with a seat
//! in the advisory group is named where they are shown anyway.

use nabij_entity::{evaluation, initiative, initiative_advisor};
use sea_orm::{
    DbErr, QueryResult,
    sea_query::{Alias, Expr},
};

use super::{
    Kind, Record,
    place::{by_name, newest, oldest},
    record::{Edge, How, model},
    scope,
};
use crate::policy::Viewer;

impl Record for initiative::Entity {
    const KIND: Kind = Kind::Initiative;
    type Row = initiative::Model;

    fn scope(_viewer: &Viewer, _t: &Alias) -> Expr {
        scope::everything()
    }

    fn edges() -> &'static [Edge] {
        const EDGES: &[Edge] = &[
            Edge {
                name: "municipality",
                to: Kind::Municipality,
                how: How::One("municipality_id"),
            },
            Edge {
                name: "neighbourhoods",
                to: Kind::Neighbourhood,
                how: How::Through(
                    "initiative_neighbourhoods",
                    "initiative_id",
                    "neighbourhood_id",
                    by_name,
                ),
            },
            Edge {
                name: "partners",
                to: Kind::Partner,
                how: How::Through(
                    "initiative_partners",
                    "initiative_id",
                    "partner_id",
                    by_name,
                ),
            },
            Edge {
                name: "activities",
                to: Kind::Activity,
                how: How::Many("initiative_id", super::activity::latest),
            },
            Edge {
                name: "series",
                to: Kind::ActivitySeries,
                how: How::Many("initiative_id", by_name),
            },
            Edge {
                name: "evaluations",
                to: Kind::Evaluation,
                how: How::List("initiative_id", newest),
            },
            Edge {
                name: "advisors",
                to: Kind::Advisor,
                how: How::Many("initiative_id", oldest),
            },
            Edge {
                name: "teams",
                to: Kind::Team,
                how: How::Many("initiative_id", by_name),
            },
            Edge {
                name: "plans",
                to: Kind::Plan,
                how: How::Many("initiative_id", newest),
            },
            Edge {
                name: "fundingLines",
                to: Kind::FundingLine,
                how: How::Many("initiative_id", super::place::oldest),
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

impl Record for evaluation::Entity {
    const KIND: Kind = Kind::Evaluation;
    type Row = evaluation::Model;

    fn scope(_viewer: &Viewer, _t: &Alias) -> Expr {
        scope::everything()
    }

    fn edges() -> &'static [Edge] {
        const EDGES: &[Edge] = &[Edge {
            name: "initiative",
            to: Kind::Initiative,
            how: How::One("initiative_id"),
        }];
        EDGES
    }

    fn decode(row: &QueryResult, prefix: &str) -> Result<Self::Row, DbErr> {
        model(row, prefix)
    }
}

impl Record for initiative_advisor::Entity {
    const KIND: Kind = Kind::Advisor;
    type Row = initiative_advisor::Model;

    fn scope(_viewer: &Viewer, _t: &Alias) -> Expr {
        scope::everything()
    }

    fn edges() -> &'static [Edge] {
        const EDGES: &[Edge] = &[
            Edge {
                name: "initiative",
                to: Kind::Initiative,
                how: How::One("initiative_id"),
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
