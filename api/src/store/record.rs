//! What each record declares once, beside its queries: its scope, its guarded columns, its edges.

use std::{any::Any, marker::PhantomData, ops::Deref};

use nabij_entity as entity;
use sea_orm::{
    DbErr, EntityTrait, FromQueryResult, IdenStatic, Iterable, QueryResult, Value,
    sea_query::{Alias, Expr, Query, SqliteQueryBuilder},
};
use uuid::Uuid;

use super::{page::OrderTerm, scope};
use crate::policy::Viewer;

/// A record that can be read. Implemented for the sea-orm entity of each table that has an id.
pub trait Record: EntityTrait + Send + Sync + 'static {
    /// The record's kind.
    const KIND: Kind;
    /// What reading yields: mostly the entity's model; a type of its own where columns are guarded
    /// or facts are computed.
    type Row: Send + Sync + 'static;

    /// Which rows `viewer` may see, over the alias `t`. Whatever isn't visible is not found.
    fn scope(viewer: &Viewer, t: &Alias) -> Expr;

    /// Which rows' history `viewer` may see; whoever sees the record, unless it says otherwise.
    #[must_use]
    fn history_scope(viewer: &Viewer, t: &Alias) -> Expr {
        Self::scope(viewer, t)
    }

    /// Columns that are shown only where a condition holds; elsewhere they read as null.
    #[must_use]
    fn guards(_viewer: &Viewer, _t: &Alias) -> Vec<Guard> {
        Vec::new()
    }

    /// Facts computed by the database when the field `wants` of the plan asks for them.
    #[must_use]
    fn facts(_viewer: &Viewer, _t: &Alias) -> Vec<Fact> {
        Vec::new()
    }

    /// What can be asked of a row about a record that the caller names.
    #[must_use]
    fn questions() -> &'static [Question] {
        &[]
    }

    /// Edges to other records.
    fn edges() -> &'static [Edge];

    /// Reads a row whose columns begin with `prefix`.
    ///
    /// # Errors
    /// When a column is missing or of another type: a bug.
    fn decode(row: &QueryResult, prefix: &str) -> Result<Self::Row, DbErr>;
}

/// Columns shown only where `shown` holds.
pub struct Guard {
    /// The group's name; the row has a boolean `shows_{name}` beside it.
    pub name: &'static str,
    /// The columns.
    pub columns: &'static [&'static str],
    /// Where they are shown.
    pub shown: Expr,
    /// What they read as elsewhere.
    hidden: Value,
}

impl Guard {
    /// Hidden columns read as null.
    #[must_use]
    pub fn nulling(name: &'static str, columns: &'static [&'static str], shown: Expr) -> Self {
        Self {
            name,
            columns,
            shown,
            hidden: Value::String(None),
        }
    }

    /// Hidden columns, each a set of values, read as the empty set.
    #[must_use]
    pub fn emptying(name: &'static str, columns: &'static [&'static str], shown: Expr) -> Self {
        Self {
            name,
            columns,
            shown,
            hidden: ",".into(),
        }
    }

    /// No column of this table, but whether something kept elsewhere may be shown.
    #[must_use]
    pub fn flag(name: &'static str, shown: Expr) -> Self {
        Self::nulling(name, &[], shown)
    }

    /// The column as the viewer sees it.
    pub(super) fn apply(&self, column: Expr) -> Expr {
        if self.shown == scope::everything() {
            return column;
        }
        let case = Expr::case(self.shown.clone(), column);
        match &self.hidden {
            Value::String(None) => case.into(),
            hidden => case.finally(hidden.clone()).into(),
        }
    }
}

/// A model of which some columns may be hidden, and which.
#[derive(Clone, Debug)]
pub struct Seen<M> {
    model: M,
    shown: Vec<(&'static str, bool)>,
}

impl<M: FromQueryResult> Seen<M> {
    pub(super) fn read(
        row: &QueryResult,
        prefix: &str,
        groups: &[&'static str],
    ) -> Result<Self, DbErr> {
        let shown = groups
            .iter()
            .map(|name| {
                // A condition over an empty column is neither true nor false: then the columns'
                // CASE doesn't show them either.
                let shows = row.try_get::<Option<bool>>(prefix, &format!("shows_{name}"))?;
                Ok((*name, shows.unwrap_or(false)))
            })
            .collect::<Result<_, DbErr>>()?;
        Ok(Self {
            model: M::from_query_result(row, prefix)?,
            shown,
        })
    }

    pub(super) fn with_fact(mut self, name: &'static str, holds: Option<bool>) -> Self {
        self.shown.extend(holds.map(|holds| (name, holds)));
        self
    }
}

impl<M> Seen<M> {
    /// Whether the columns of this group are shown, or this fact holds. What wasn't asked for
    /// counts as not.
    #[must_use]
    pub fn shows(&self, name: &str) -> bool {
        self.shown
            .iter()
            .any(|(known, shown)| *known == name && *shown)
    }

    /// The model alone.
    #[must_use]
    pub fn into_model(self) -> M {
        self.model
    }
}

impl<M> Deref for Seen<M> {
    type Target = M;

    fn deref(&self) -> &M {
        &self.model
    }
}

/// A boolean computed by the database.
pub struct Fact {
    /// The column it is returned as.
    pub name: &'static str,
    /// The field of the plan that asks for it.
    pub wanted_by: &'static str,
    /// The condition.
    pub holds: Expr,
}

/// A field that says yes, no or neither about a record the caller names in an argument, computed by
/// the database.
pub struct Question {
    /// The field, by its name in the schema.
    pub field: &'static str,
    /// Its argument.
    pub argument: &'static str,
    /// The kind of record whose id the argument holds.
    pub about: Kind,
    /// The answer, over the alias of the record that is asked. It shows no more than the record does.
    pub holds: fn(&Viewer, &Alias, Uuid) -> Expr,
}

/// A way from one record to another.
pub struct Edge {
    /// The name, the same as the field's in the schema.
    pub name: &'static str,
    /// Where it leads.
    pub to: Kind,
    /// How it is followed.
    pub how: How,
}

/// How an edge is followed.
pub enum How {
    /// To one record: this record's column holds its id.
    One(&'static str),
    /// To many: their column holds this record's id. In the order given.
    Many(&'static str, Order),
    /// To a few: their column holds this record's id, and all of them are read.
    List(&'static str, Order),
    /// To many through a link table: its columns for this record's and the other's id.
    Through(&'static str, &'static str, &'static str, Order),
    /// To many: those for which this holds, given their alias and this record's id.
    Where(fn(&Alias, &Expr) -> Expr, Order),
}

/// The order of an edge to many.
pub type Order = fn() -> Vec<OrderTerm>;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal => $entity:path;)*) => {
        /// Every kind of record that can be read.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Kind { $($(#[$doc])* $name,)* }

        impl Kind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The prefix of its ids outside (TypeID).
            #[must_use]
            pub const fn prefix(self) -> &'static str {
                match self { $(Self::$name => $prefix,)* }
            }

            pub(super) fn shape(self) -> &'static dyn Shape {
                match self { $(Self::$name => &Of::<$entity>(PhantomData),)* }
            }
        }
    };
}

kinds! {
    /// A municipality.
    Municipality = "municipality" => entity::municipality::Entity;
    /// A neighbourhood.
    Neighbourhood = "neighbourhood" => entity::neighbourhood::Entity;
    /// An official code of a neighbourhood.
    AreaCode = "areacode" => entity::area_code::Entity;
    /// A partner organisation.
    Partner = "partner" => entity::partner::Entity;
    /// An official identifier of a partner.
    PartnerIdentifier = "identifier" => entity::partner_identifier::Entity;
    /// A service of a partner.
    Service = "service" => entity::service::Entity;
    /// A resident.
    Resident = "resident" => entity::resident::Entity;
    /// A volunteer.
    Ambassador = "ambassador" => entity::ambassador::Entity;
    /// A signal.
    Signal = "signal" => entity::signal::Entity;
    /// A contact moment.
    ContactMoment = "contact" => entity::contact_moment::Entity;
    /// A referral.
    Referral = "referral" => entity::referral::Entity;
    /// A call-out to a pool of volunteers.
    CallOut = "callout" => entity::call_out::Entity;
    /// A volunteer's offer.
    Offer = "offer" => entity::offer::Entity;
    /// Feedback.
    Feedback = "feedback" => entity::feedback::Entity;
    /// An initiative.
    Initiative = "initiative" => entity::initiative::Entity;
    /// A room or a thing that can be booked.
    Bookable = "bookable" => entity::bookable::Entity;
    /// A booking.
    Booking = "booking" => entity::booking::Entity;
    /// An evaluation of an initiative.
    Evaluation = "evaluation" => entity::evaluation::Entity;
    /// An activity.
    Activity = "activity" => entity::activity::Entity;
    /// A series of activities.
    ActivitySeries = "series" => entity::activity_series::Entity;
    /// A time at which an activity takes place.
    Occurrence = "occurrence" => entity::occurrence::Entity;
    /// How many of a target group came.
    Attendance = "attendance" => entity::attendance::Entity;
    /// The plan of a neighbourhood.
    Plan = "plan" => entity::plan::Entity;
    /// A session of a plan.
    PlanSession = "session" => entity::plan_session::Entity;
    /// A finding of a plan.
    Finding = "finding" => entity::finding::Entity;
    /// An action of a plan.
    PlanAction = "planaction" => entity::plan_action::Entity;
    /// A commitment to a plan.
    Commitment = "commitment" => entity::commitment::Entity;
    /// An endorsement of a plan.
    Endorsement = "endorsement" => entity::endorsement::Entity;
    /// A funder of an initiative or a plan.
    FundingLine = "funding" => entity::funding_line::Entity;
    /// A consent.
    Consent = "consent" => entity::consent::Entity;
    /// A seat in the advisory group of an initiative.
    Advisor = "advisor" => entity::initiative_advisor::Entity;
    /// A team of volunteers and professionals.
    Team = "team" => entity::team::Entity;
    /// A member of a team.
    TeamMember = "teammember" => entity::team_member::Entity;
    /// A training or a peer review.
    Training = "training" => entity::training::Entity;
    /// A deployment of a volunteer.
    Deployment = "deployment" => entity::deployment::Entity;
    /// An event.
    Event = "event" => entity::event::Entity;
    /// A read of a resident's data.
    AccessLogEntry = "access" => entity::access_log::Entity;
    /// How long a municipality keeps cases.
    RetentionRule = "retention" => entity::retention_rule::Entity;
    /// What was removed on a day because its period was over.
    RetentionRun = "retentionrun" => entity::retention_run::Entity;
    /// What must be kept for longer.
    LegalHold = "hold" => entity::legal_hold::Entity;
    /// A user.
    User = "user" => entity::user::Entity;
    /// A role held by a user.
    RoleGrant = "role" => entity::role_grant::Entity;
}

impl Kind {
    /// The kind whose ids begin with `prefix`.
    #[must_use]
    pub fn from_prefix(prefix: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|kind| kind.prefix() == prefix)
    }

    /// The question that this field asks.
    #[must_use]
    pub fn question(self, field: &str) -> Option<&'static Question> {
        let mut questions = self.shape().questions().iter();
        questions.find(|question| question.field == field)
    }

    /// The edge of this name.
    #[must_use]
    pub fn edge(self, name: &str) -> Option<&'static Edge> {
        self.shape().edges().iter().find(|edge| edge.name == name)
    }
}

/// A record with its type erased, for plans.
pub(super) trait Shape: Sync {
    fn table(&self) -> &'static str;
    fn columns(&self) -> Vec<&'static str>;
    fn scope(&self, viewer: &Viewer, t: &Alias) -> Expr;
    fn history_scope(&self, viewer: &Viewer, t: &Alias) -> Expr;
    fn guards(&self, viewer: &Viewer, t: &Alias) -> Vec<Guard>;
    fn facts(&self, viewer: &Viewer, t: &Alias) -> Vec<Fact>;
    fn questions(&self) -> &'static [Question];
    fn edges(&self) -> &'static [Edge];
    fn decode(&self, row: &QueryResult, prefix: &str) -> Result<Option<Box<AnyRow>>, DbErr>;

    /// A column as the viewer sees it.
    fn column(&self, name: &'static str, viewer: &Viewer, t: &Alias) -> Expr {
        let guard = self
            .guards(viewer, t)
            .into_iter()
            .find(|guard| guard.columns.contains(&name));
        let column = scope::col(t, name);
        match guard {
            Some(guard) => guard.apply(column),
            None => column,
        }
    }
}

/// A row of any record.
pub(super) type AnyRow = dyn Any + Send + Sync;

struct Of<R>(PhantomData<fn() -> R>);

impl<R: Record> Shape for Of<R> {
    fn table(&self) -> &'static str {
        R::default().table_name()
    }

    fn columns(&self) -> Vec<&'static str> {
        R::Column::iter().map(|column| column.as_str()).collect()
    }

    fn scope(&self, viewer: &Viewer, t: &Alias) -> Expr {
        R::scope(viewer, t)
    }

    fn history_scope(&self, viewer: &Viewer, t: &Alias) -> Expr {
        R::history_scope(viewer, t)
    }

    fn guards(&self, viewer: &Viewer, t: &Alias) -> Vec<Guard> {
        R::guards(viewer, t)
    }

    fn facts(&self, viewer: &Viewer, t: &Alias) -> Vec<Fact> {
        R::facts(viewer, t)
    }

    fn questions(&self) -> &'static [Question] {
        R::questions()
    }

    fn edges(&self) -> &'static [Edge] {
        R::edges()
    }

    fn decode(&self, row: &QueryResult, prefix: &str) -> Result<Option<Box<AnyRow>>, DbErr> {
        if row.try_get::<Option<Uuid>>(prefix, "id")?.is_none() {
            return Ok(None);
        }
        Ok(Some(Box::new(R::decode(row, prefix)?)))
    }
}

/// Decodes a model as it stands in its table; what most records use.
pub(super) fn model<M: FromQueryResult>(row: &QueryResult, prefix: &str) -> Result<M, DbErr> {
    M::from_query_result(row, prefix)
}

/// The scope of `viewer` on records of `kind`, and the conditions of its guarded columns, as SQL
/// with placeholders: for people to review, never to run.
#[must_use]
pub fn explain(kind: Kind, viewer: &Viewer) -> Vec<(String, String)> {
    let t = Alias::new(kind.prefix());
    let text = |condition: Expr| {
        let mut select = Query::select();
        select.expr(condition);
        select
            .build(SqliteQueryBuilder)
            .0
            .trim_start_matches("SELECT ")
            .replace('"', "")
    };
    let mut rows = vec![("row".to_owned(), text(kind.shape().scope(viewer, &t)))];
    for guard in kind.shape().guards(viewer, &t) {
        rows.push((guard.name.to_owned(), text(guard.shown)));
    }
    rows
}
