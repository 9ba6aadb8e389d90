//! Rooms and things that partners lend: public while they can be booked and their partner takes
//! part; whoever has signed in sees the others too.

use nabij_entity::bookable;
use sea_orm::{
    DbErr, QueryResult,
    sea_query::{Alias, Expr, ExprTrait},
};

use super::{
    Kind, Record,
    booking::by_start,
    record::{Edge, Fact, How, Seen},
    scope,
};
use crate::policy::Viewer;

impl Record for bookable::Entity {
    const KIND: Kind = Kind::Bookable;
    type Row = Seen<bookable::Model>;

    fn scope(viewer: &Viewer, t: &Alias) -> Expr {
        if !viewer.is_anonymous() {
            return scope::everything();
        }
        scope::all([
            scope::col(t, "status").eq("ACTIVE"),
            takes_part(t, "partner_id"),
        ])
    }

    fn facts(viewer: &Viewer, t: &Alias) -> Vec<Fact> {
        vec![Fact {
            name: "may_book",
            wanted_by: "allowedActions",
            holds: scope::all([
                takes_part(t, "partner_id"),
                scope::any([
                    scope::coordinated(viewer, t),
                    scope::among(t, "partner_id", viewer.staffed_partners()),
                    organises(viewer, t),
                    works_here(viewer, t),
                ]),
            ]),
        }]
    }

    fn edges() -> &'static [Edge] {
        const EDGES: &[Edge] = &[
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
            Edge {
                name: "neighbourhood",
                to: Kind::Neighbourhood,
                how: How::One("neighbourhood_id"),
            },
            Edge {
                name: "bookings",
                to: Kind::Booking,
                how: How::Many("bookable_id", by_start),
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
        let seen = Self::Row::read(row, prefix, &[])?;
        Ok(seen.with_fact("may_book", row.try_get::<Option<bool>>(prefix, "may_book")?))
    }
}

/// The partner in this column is active.
fn takes_part(t: &Alias, column: &'static str) -> Expr {
    let active = scope::all([
        Expr::col(("partners", "id")).equals((t.clone(), column)),
        Expr::col(("partners", "status")).eq("ACTIVE"),
    ]);
    scope::exists("partners", active)
}

/// The viewer is an active volunteer of the municipality who organises.
fn organises(viewer: &Viewer, t: &Alias) -> Expr {
    let own = Alias::new("ambassadors");
    let organises = scope::all([
        scope::among(&own, "id", viewer.ambassadors()),
        scope::col(&own, "status").eq("ACTIVE"),
        scope::col(&own, "roles").like("%,ORGANISER,%"),
        scope::col(&own, "municipality_id").equals((t.clone(), "municipality_id")),
    ]);
    scope::exists("ambassadors", organises)
}

/// The viewer works for an active partner that covers a neighbourhood of the municipality.
fn works_here(viewer: &Viewer, t: &Alias) -> Expr {
    let own = Alias::new("partner_neighbourhoods");
    let here = scope::all([
        Expr::col(("neighbourhoods", "id")).equals((own.clone(), "neighbourhood_id")),
        Expr::col(("neighbourhoods", "municipality_id")).equals((t.clone(), "municipality_id")),
    ]);
    let covers = scope::all([
        scope::among(&own, "partner_id", viewer.staffed_partners()),
        scope::exists("neighbourhoods", here),
        takes_part(&own, "partner_id"),
    ]);
    scope::exists("partner_neighbourhoods", covers)
}
