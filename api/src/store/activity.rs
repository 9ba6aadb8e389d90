//! Activities and their series. Once published an activity is public; before that it is seen by
//! those who prepare it: its organisers, its volunteers, whoever proposed it, the place's
//! coordinator.

use nabij_entity::{activity, activity_organiser, activity_series, activity_volunteer};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryResult, QuerySelect,
    sea_query::{Alias, Expr, ExprTrait, JoinType, Query},
};
use uuid::Uuid;

use super::{
    Failure, Kind, OrderTerm, Record, Scalar, Tx,
    ambassador::by_display_name,
    occurrence::by_start,
    place::by_name,
    record::{Edge, Fact, Guard, How, Seen},
    scope,
};
use crate::policy::Viewer;

/// The latest first.
pub(super) fn latest() -> Vec<OrderTerm> {
    vec![OrderTerm::descending("starts_at", Scalar::Time)]
}

/// A row of one of the two link tables of activities whose `column` is one of `ids`.
fn taken_part(
    t: &Alias,
    table: &'static str,
    column: &'static str,
    ids: impl IntoIterator<Item = Uuid>,
) -> Expr {
    let others = scope::among(&Alias::new(table), column, ids);
    if others == scope::nothing() {
        return others;
    }
    let of_this = Expr::col((table, "activity_id")).equals((t.clone(), "id"));
    scope::exists(table, scope::all([of_this, others]))
}

/// The viewer prepares it: coordinates the place, works for an organiser or for the partner that
/// proposed it, or is one of its volunteers.
pub(super) fn prepared(viewer: &Viewer, t: &Alias) -> Expr {
    scope::any([
        scope::coordinated(viewer, t),
        scope::among(t, "proposed_by_partner_id", viewer.staffed_partners()),
        scope::among(t, "proposed_by_ambassador_id", viewer.ambassadors()),
        taken_part(
            t,
            "activity_organisers",
            "partner_id",
            viewer.staffed_partners(),
        ),
        taken_part(
            t,
            "activity_volunteers",
            "ambassador_id",
            viewer.ambassadors(),
        ),
    ])
}

/// The viewer runs it: works for an active partner that organises or proposed it, or is an active
/// volunteer with the role of organiser who proposed it or helps with it.
fn run(viewer: &Viewer, t: &Alias) -> Expr {
    let column = |name: &'static str| scope::col(t, name);
    let active = |table: &'static str| Expr::col((table, "status")).eq("ACTIVE");
    let linked = |table: &'static str, of: &'static str, id: Expr| {
        let links = Query::select()
            .expr(Expr::col((table, of)))
            .from(table)
            .and_where(Expr::col((table, "activity_id")).equals((t.clone(), "id")))
            .to_owned();
        id.in_subquery(links)
    };
    let partner = Expr::col(("partners", "id"));
    let organises = scope::all([
        scope::among(&Alias::new("partners"), "id", viewer.staffed_partners()),
        active("partners"),
        scope::any([
            partner.clone().eq(column("proposed_by_partner_id")),
            linked("activity_organisers", "partner_id", partner),
        ]),
    ]);
    let volunteer = Expr::col(("ambassadors", "id"));
    let helps = scope::all([
        scope::among(&Alias::new("ambassadors"), "id", viewer.ambassadors()),
        active("ambassadors"),
        Expr::col(("ambassadors", "roles")).like("%,ORGANISER,%"),
        scope::any([
            volunteer.clone().eq(column("proposed_by_ambassador_id")),
            linked("activity_volunteers", "ambassador_id", volunteer),
        ]),
    ]);
    scope::any([
        scope::exists("partners", organises),
        scope::exists("ambassadors", helps),
    ])
}

impl Record for activity::Entity {
    const KIND: Kind = Kind::Activity;
    type Row = Seen<activity::Model>;

    fn scope(viewer: &Viewer, t: &Alias) -> Expr {
        scope::any([
            scope::col(t, "published_at").is_not_null(),
            prepared(viewer, t),
        ])
    }

    /// What is written about people who took something over or didn't come isn't for the public.
    fn guards(viewer: &Viewer, t: &Alias) -> Vec<Guard> {
        vec![Guard::nulling(
            "preparation",
            &["handover_note", "outcome_note"],
            prepared(viewer, t),
        )]
    }

    fn facts(viewer: &Viewer, t: &Alias) -> Vec<Fact> {
        vec![Fact {
            name: "is_run_by_viewer",
            wanted_by: "allowedActions",
            holds: run(viewer, t),
        }]
    }

    fn edges() -> &'static [Edge] {
        const EDGES: &[Edge] = &[
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
                name: "initiative",
                to: Kind::Initiative,
                how: How::One("initiative_id"),
            },
            Edge {
                name: "series",
                to: Kind::ActivitySeries,
                how: How::One("series_id"),
            },
            Edge {
                name: "followUpOf",
                to: Kind::Activity,
                how: How::One("follow_up_of_id"),
            },
            Edge {
                name: "followUps",
                to: Kind::Activity,
                how: How::Many("follow_up_of_id", by_start),
            },
            Edge {
                name: "proposedByAmbassador",
                to: Kind::Ambassador,
                how: How::One("proposed_by_ambassador_id"),
            },
            Edge {
                name: "proposedByPartner",
                to: Kind::Partner,
                how: How::One("proposed_by_partner_id"),
            },
            Edge {
                name: "organisers",
                to: Kind::Partner,
                how: How::Through("activity_organisers", "activity_id", "partner_id", by_name),
            },
            Edge {
                name: "volunteers",
                to: Kind::Ambassador,
                how: How::Through(
                    "activity_volunteers",
                    "activity_id",
                    "ambassador_id",
                    by_display_name,
                ),
            },
            Edge {
                name: "bookables",
                to: Kind::Bookable,
                how: How::Through("activity_bookables", "activity_id", "bookable_id", by_name),
            },
            Edge {
                name: "bookings",
                to: Kind::Booking,
                how: How::Many("activity_id", by_start),
            },
            Edge {
                name: "occurrences",
                to: Kind::Occurrence,
                how: How::Many("activity_id", by_start),
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
        let seen = Self::Row::read(row, prefix, &["preparation"])?;
        Ok(seen.with_fact("is_run_by_viewer", row.try_get(prefix, "is_run_by_viewer")?))
    }
}

/// The neighbourhood `t` had an activity of the series `series`, and none that follows up on one of
/// those. What was called off, or not published, doesn't count.
fn had_no_follow_up(t: &Alias, series: &Expr) -> Expr {
    let (first, later) = (Alias::new("first"), Alias::new("later"));
    let counts = |t: &Alias| scope::col(t, "status").is_in(["CONFIRMED", "COMPLETED"]);
    let of_series =
        |t: &Alias| scope::all([scope::col(t, "series_id").eq(series.clone()), counts(t)]);
    let here = |t2: &Alias| scope::col(t2, "neighbourhood_id").equals((t.clone(), "id"));
    let mut had = Query::select();
    had.expr(Expr::cust("1"))
        .from_as("activities", first.clone())
        .and_where(here(&first))
        .and_where(of_series(&first));
    let mut followed = Query::select();
    followed
        .expr(Expr::cust("1"))
        .from_as("activities", first.clone())
        .join_as(
            JoinType::InnerJoin,
            "activities",
            later.clone(),
            scope::col(&later, "follow_up_of_id").equals((first.clone(), "id")),
        )
        .and_where(here(&first))
        .and_where(of_series(&first))
        .and_where(counts(&later));
    scope::all([Expr::exists(had), Expr::exists(followed).not()])
}

impl Record for activity_series::Entity {
    const KIND: Kind = Kind::ActivitySeries;
    type Row = activity_series::Model;

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
                name: "initiative",
                to: Kind::Initiative,
                how: How::One("initiative_id"),
            },
            Edge {
                name: "activities",
                to: Kind::Activity,
                how: How::Many("series_id", by_start),
            },
            Edge {
                name: "neighbourhoodsWithoutFollowUp",
                to: Kind::Neighbourhood,
                how: How::Where(had_no_follow_up, by_name),
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
        super::record::model(row, prefix)
    }
}

impl Tx {
    /// The partners that organise an activity, whoever asks.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn organisers_of(&self, activity: Uuid) -> Result<Vec<Uuid>, Failure> {
        let rows: Vec<(Uuid,)> = activity_organiser::Entity::find()
            .select_only()
            .column(activity_organiser::Column::PartnerId)
            .filter(activity_organiser::Column::ActivityId.eq(activity))
            .into_tuple()
            .all(&self.connection())
            .await?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    /// The volunteers of an activity, whoever asks.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn volunteers_of(&self, activity: Uuid) -> Result<Vec<Uuid>, Failure> {
        let rows: Vec<(Uuid,)> = activity_volunteer::Entity::find()
            .select_only()
            .column(activity_volunteer::Column::AmbassadorId)
            .filter(activity_volunteer::Column::ActivityId.eq(activity))
            .into_tuple()
            .all(&self.connection())
            .await?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }
}
