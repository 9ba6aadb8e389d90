//! The plans of neighbourhoods. (In this room `plan` is what a selection needs; so the record goes by
//! the name of its second half.) Seen by everybody from ADOPTED on; before that by those who work on
//! it: the place's coordinator, its facilitator, the partners that cover the place or carry the
//! initiative, and the volunteers of the neighbourhood. No person stands in a plan.
//!
//! Which plans a plan descends from is kept as a row each (`plan_lineage`), so that ancestors and
//! descendants of any distance are one statement.

mod needs;
mod parts;

use nabij_entity::{
    endorsement::{self, Endorser},
    initiative_partner, plan, plan_action, plan_lineage,
};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QueryResult, QuerySelect,
    sea_query::{Alias, Expr, ExprTrait, Query, SelectStatement},
};
use uuid::Uuid;

pub use self::{needs::Tally, parts::PlanActionRow};
use super::{
    Failure, Kind, Record, Tx,
    place::{newest, oldest},
    record::{Edge, Fact, How, Seen},
    scope, serving,
};
use crate::policy::{Permit, Viewer};

/// Stages from which on a plan is public.
const PUBLIC: [&str; 4] = ["ADOPTED", "IN_EXECUTION", "EVALUATED", "ANCHORED"];

/// The viewer works for the plan's facilitator or for a partner that carries its initiative.
pub(super) fn carried(viewer: &Viewer, t: &Alias) -> Expr {
    let links = Alias::new("initiative_partners");
    let of_initiative = scope::col(&links, "initiative_id").equals((t.clone(), "initiative_id"));
    let carrying = scope::all([
        scope::among(&links, "partner_id", viewer.staffed_partners()),
        of_initiative,
    ]);
    scope::any([
        scope::among(t, "facilitator_partner_id", viewer.staffed_partners()),
        scope::exists("initiative_partners", carrying),
    ])
}

/// The viewer is one of those who work on the plan.
pub(super) fn inside(viewer: &Viewer, t: &Alias) -> Expr {
    let links = Alias::new("partner_neighbourhoods");
    let here = scope::col(&links, "neighbourhood_id").equals((t.clone(), "neighbourhood_id"));
    let covering = scope::all([
        scope::among(&links, "partner_id", viewer.staffed_partners()),
        here,
    ]);
    scope::any([
        scope::coordinated(viewer, t),
        carried(viewer, t),
        scope::exists("partner_neighbourhoods", covering),
        serving::served(viewer, t, "neighbourhood_id"),
    ])
}

/// Which plans the viewer may see.
fn seen(viewer: &Viewer, t: &Alias) -> Expr {
    scope::any([scope::col(t, "stage").is_in(PUBLIC), inside(viewer, t)])
}

/// The row's plan, under the name of its table, is one for which `holds` is true.
pub(super) fn of_plan(t: &Alias, holds: impl FnOnce(&Alias) -> Expr) -> Expr {
    let plans = Alias::new("plans");
    let holds = holds(&plans);
    if holds == scope::nothing() {
        return holds;
    }
    let its_own = scope::col(&plans, "id").equals((t.clone(), "plan_id"));
    scope::exists("plans", scope::all([its_own, holds]))
}

/// A column of the row's plan.
pub(super) fn plan_column(t: &Alias, name: &'static str) -> Expr {
    let plans = Alias::new("plans");
    let mut select: SelectStatement = Query::select();
    select
        .column((plans.clone(), name))
        .from(plans.clone())
        .and_where(scope::col(&plans, "id").equals((t.clone(), "plan_id")));
    Expr::SubQuery(None, Box::new(select.into()))
}

impl Record for plan::Entity {
    const KIND: Kind = Kind::Plan;
    type Row = Seen<plan::Model>;

    fn scope(viewer: &Viewer, t: &Alias) -> Expr {
        seen(viewer, t)
    }

    fn facts(_viewer: &Viewer, t: &Alias) -> Vec<Fact> {
        let endorsed_by = |endorser: Endorser| {
            let endorsements = Alias::new("endorsements");
            let counts = scope::all([
                scope::col(&endorsements, "endorser").eq(endorser.code()),
                scope::col(&endorsements, "lapsed_at").is_null(),
            ]);
            scope::linked(t, "endorsements", "plan_id", counts)
        };
        let from_session = scope::col(&Alias::new("findings"), "session_id").is_not_null();
        let for_good = scope::col(&Alias::new("commitments"), "until_on").is_null();
        [
            (
                "analysed",
                scope::linked(t, "findings", "plan_id", from_session),
            ),
            (
                "endorsed",
                scope::all([
                    endorsed_by(Endorser::Residents),
                    endorsed_by(Endorser::Partner),
                ]),
            ),
            (
                "lasting",
                scope::linked(t, "commitments", "plan_id", for_good),
            ),
        ]
        .map(|(name, holds)| Fact {
            name,
            wanted_by: "allowedActions",
            holds,
        })
        .into()
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
                name: "facilitator",
                to: Kind::Partner,
                how: How::One("facilitator_partner_id"),
            },
            Edge {
                name: "clonedFrom",
                to: Kind::Plan,
                how: How::One("cloned_from_id"),
            },
            Edge {
                name: "clones",
                to: Kind::Plan,
                how: How::Many("cloned_from_id", oldest),
            },
            Edge {
                name: "ancestors",
                to: Kind::Plan,
                how: How::Through("plan_lineage", "plan_id", "ancestor_id", newest),
            },
            Edge {
                name: "descendants",
                to: Kind::Plan,
                how: How::Through("plan_lineage", "ancestor_id", "plan_id", oldest),
            },
            Edge {
                name: "sessions",
                to: Kind::PlanSession,
                how: How::Many("plan_id", oldest),
            },
            Edge {
                name: "findings",
                to: Kind::Finding,
                how: How::Many("plan_id", oldest),
            },
            Edge {
                name: "actions",
                to: Kind::PlanAction,
                how: How::Many("plan_id", oldest),
            },
            Edge {
                name: "commitments",
                to: Kind::Commitment,
                how: How::Many("plan_id", oldest),
            },
            Edge {
                name: "endorsements",
                to: Kind::Endorsement,
                how: How::Many("plan_id", oldest),
            },
            Edge {
                name: "fundingLines",
                to: Kind::FundingLine,
                how: How::Many("plan_id", oldest),
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
        let mut seen = Self::Row::read(row, prefix, &[])?;
        for name in ["analysed", "endorsed", "lasting"] {
            seen = seen.with_fact(name, row.try_get(prefix, name)?);
        }
        Ok(seen)
    }
}

impl Tx {
    /// Whether this partner is one of those that carry the initiative.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn carries_initiative(
        &self,
        partner: Uuid,
        initiative: Uuid,
    ) -> Result<bool, Failure> {
        let link = initiative_partner::Entity::find_by_id((initiative, partner));
        Ok(link.one(&self.connection()).await?.is_some())
    }

    /// Whether the residents (`None`) or this partner endorsed the plan as it is now. The caller
    /// holds the plan locked, so that the answer stays true until its transaction ends.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_endorsed_by(&self, plan: Uuid, partner: Option<Uuid>) -> Result<bool, Failure> {
        let by = match partner {
            Some(partner) => endorsement::Column::PartnerId.eq(partner),
            None => endorsement::Column::PartnerId.is_null(),
        };
        Ok(endorsement::Entity::find()
            .filter(endorsement::Column::PlanId.eq(plan))
            .filter(endorsement::Column::LapsedAt.is_null())
            .filter(by)
            .one(&self.connection())
            .await?
            .is_some())
    }

    /// Lets all endorsements of a plan lapse; its own event says so.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn let_endorsements_lapse(
        &self,
        _permit: &Permit,
        plan: Uuid,
    ) -> Result<(), Failure> {
        let now = self.now();
        endorsement::Entity::update_many()
            .col_expr(endorsement::Column::LapsedAt, Expr::value(now))
            .col_expr(endorsement::Column::UpdatedAt, Expr::value(now))
            .col_expr(
                endorsement::Column::Version,
                Expr::col(endorsement::Column::Version).add(1),
            )
            .filter(endorsement::Column::PlanId.eq(plan))
            .filter(endorsement::Column::LapsedAt.is_null())
            .exec(&self.connection())
            .await?;
        Ok(())
    }

    /// The actions of a plan that weren't dropped, in the order in which they were added.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn actions_to_clone(&self, plan: Uuid) -> Result<Vec<plan_action::Model>, Failure> {
        Ok(plan_action::Entity::find()
            .filter(plan_action::Column::PlanId.eq(plan))
            .filter(plan_action::Column::Status.ne(plan_action::PlanActionStatus::Dropped))
            .order_by_asc(plan_action::Column::CreatedAt)
            .order_by_asc(plan_action::Column::Id)
            .all(&self.connection())
            .await?)
    }

    /// The plans that a plan descends from.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn ancestors_of(&self, plan: Uuid) -> Result<Vec<Uuid>, Failure> {
        let rows: Vec<(Uuid,)> = plan_lineage::Entity::find()
            .select_only()
            .column(plan_lineage::Column::AncestorId)
            .filter(plan_lineage::Column::PlanId.eq(plan))
            .into_tuple()
            .all(&self.connection())
            .await?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }
}
