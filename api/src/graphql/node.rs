//! Any record by its id, as Relay's specification of global object identification has it.

#![expect(
    missing_docs,
    reason = "the Interface derive makes a public method without docs for the field it documents"
)]

use std::collections::HashMap;

use async_graphql::{Context, Error, ID, Interface, Object};

use super::{
    access::{RoleGrant, User},
    access_log::AccessLogEntry,
    activity::Activity,
    activity_series::ActivitySeries,
    ambassador::Ambassador,
    bookable::Bookable,
    booking::Booking,
    calendar::Occurrence,
    call_out::CallOut,
    consent::Consent,
    contact_moment::ContactMoment,
    deployment::Deployment,
    errors::FieldResult,
    feedback::Feedback,
    funding_line::FundingLine,
    initiative::{Advisor, Evaluation, Initiative},
    legal_hold::LegalHold,
    offer::Offer,
    partner::Partner,
    place::{Municipality, Neighbourhood},
    plan::{Commitment, Endorsement, Finding, Plan, PlanSession},
    plan_action::PlanAction,
    referral::Referral,
    resident::Resident,
    retention::{RetentionRule, RetentionRun},
    selection::{cx, plan},
    service::Service,
    signal::Signal,
    team::{Team, TeamMember},
    training::Training,
};
use crate::{
    ids,
    store::{Kind, Node as Row, Visible},
};

/// Something with an id that is the same everywhere: here, in exports, webhooks and logs.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Its id (TypeID)."))]
pub enum Node {
    /// A municipality.
    Municipality(Municipality),
    /// A neighbourhood.
    Neighbourhood(Neighbourhood),
    /// A referral.
    Referral(Referral),
    /// A partner organisation.
    Partner(Partner),
    /// A service of a partner.
    Service(Service),
    /// An initiative.
    Initiative(Initiative),
    /// An evaluation of an initiative.
    Evaluation(Evaluation),
    /// A user.
    User(User),
    /// A role held by a user.
    RoleGrant(RoleGrant),
    /// A signal.
    Signal(Signal),
    /// A resident.
    Resident(Resident),
    /// A consent.
    Consent(Consent),
    /// An ambassador.
    Ambassador(Ambassador),
    /// A contact moment.
    ContactMoment(ContactMoment),
    /// A call-out to a pool of volunteers.
    CallOut(CallOut),
    /// A volunteer's offer on a call-out.
    Offer(Offer),
    /// Feedback.
    Feedback(Feedback),
    /// A read of a resident's data.
    AccessLogEntry(AccessLogEntry),
    /// How long a municipality keeps cases.
    RetentionRule(RetentionRule),
    /// What was removed on a day.
    RetentionRun(RetentionRun),
    /// What must be kept for longer.
    LegalHold(LegalHold),
    /// A room or a thing that can be booked.
    Bookable(Bookable),
    /// A booking.
    Booking(Booking),
    /// An activity.
    Activity(Activity),
    /// A series of activities.
    ActivitySeries(ActivitySeries),
    /// A time at which an activity takes place.
    Occurrence(Occurrence),
    /// A seat in the advisory group of an initiative.
    Advisor(Advisor),
    /// A team.
    Team(Team),
    /// A member of a team.
    TeamMember(TeamMember),
    /// A training or a peer review.
    Training(Training),
    /// A deployment of a volunteer.
    Deployment(Deployment),
    /// The plan of a neighbourhood.
    Plan(Plan),
    /// A session of a plan.
    PlanSession(PlanSession),
    /// A finding of a plan.
    Finding(Finding),
    /// An action of a plan.
    PlanAction(PlanAction),
    /// A commitment to a plan.
    Commitment(Commitment),
    /// An endorsement of a plan.
    Endorsement(Endorsement),
    /// A funder of an initiative or a plan.
    FundingLine(FundingLine),
}

fn wrap(row: std::sync::Arc<Row>) -> FieldResult<Option<Node>> {
    Ok(Some(match row.kind() {
        Kind::Municipality => Node::Municipality(Municipality(Visible::try_from_node(row)?)),
        Kind::Neighbourhood => Node::Neighbourhood(Neighbourhood(Visible::try_from_node(row)?)),
        Kind::Referral => Node::Referral(Referral(Visible::try_from_node(row)?)),
        Kind::Partner => Node::Partner(Partner(Visible::try_from_node(row)?)),
        Kind::Service => Node::Service(Service(Visible::try_from_node(row)?)),
        Kind::Initiative => Node::Initiative(Initiative(Visible::try_from_node(row)?)),
        Kind::Evaluation => Node::Evaluation(Evaluation(Visible::try_from_node(row)?)),
        Kind::User => Node::User(User(Visible::try_from_node(row)?)),
        Kind::RoleGrant => Node::RoleGrant(RoleGrant(Visible::try_from_node(row)?)),
        Kind::Signal => Node::Signal(Signal(Visible::try_from_node(row)?)),
        Kind::Resident => Node::Resident(Resident(Visible::try_from_node(row)?)),
        Kind::Consent => Node::Consent(Consent(Visible::try_from_node(row)?)),
        Kind::Ambassador => Node::Ambassador(Ambassador(Visible::try_from_node(row)?)),
        Kind::ContactMoment => Node::ContactMoment(ContactMoment(Visible::try_from_node(row)?)),
        Kind::AccessLogEntry => Node::AccessLogEntry(AccessLogEntry(Visible::try_from_node(row)?)),
        Kind::RetentionRule => Node::RetentionRule(RetentionRule(Visible::try_from_node(row)?)),
        Kind::RetentionRun => Node::RetentionRun(RetentionRun(Visible::try_from_node(row)?)),
        Kind::LegalHold => Node::LegalHold(LegalHold(Visible::try_from_node(row)?)),
        Kind::CallOut => Node::CallOut(CallOut(Visible::try_from_node(row)?)),
        Kind::Offer => Node::Offer(Offer(Visible::try_from_node(row)?)),
        Kind::Plan => Node::Plan(Plan(Visible::try_from_node(row)?)),
        Kind::PlanSession => Node::PlanSession(PlanSession(Visible::try_from_node(row)?)),
        Kind::Finding => Node::Finding(Finding(Visible::try_from_node(row)?)),
        Kind::PlanAction => Node::PlanAction(PlanAction(Visible::try_from_node(row)?)),
        Kind::Commitment => Node::Commitment(Commitment(Visible::try_from_node(row)?)),
        Kind::Endorsement => Node::Endorsement(Endorsement(Visible::try_from_node(row)?)),
        Kind::FundingLine => Node::FundingLine(FundingLine(Visible::try_from_node(row)?)),
        Kind::Feedback => Node::Feedback(Feedback(Visible::try_from_node(row)?)),
        Kind::Bookable => Node::Bookable(Bookable(Visible::try_from_node(row)?)),
        Kind::Booking => Node::Booking(Booking(Visible::try_from_node(row)?)),
        Kind::Activity => Node::Activity(Activity(Visible::try_from_node(row)?)),
        Kind::ActivitySeries => Node::ActivitySeries(ActivitySeries(Visible::try_from_node(row)?)),
        Kind::Occurrence => Node::Occurrence(Occurrence(Visible::try_from_node(row)?)),
        Kind::Advisor => Node::Advisor(Advisor(Visible::try_from_node(row)?)),
        Kind::Team => Node::Team(Team(Visible::try_from_node(row)?)),
        Kind::TeamMember => Node::TeamMember(TeamMember(Visible::try_from_node(row)?)),
        Kind::Training => Node::Training(Training(Visible::try_from_node(row)?)),
        Kind::Deployment => Node::Deployment(Deployment(Visible::try_from_node(row)?)),
        _ => return Ok(None),
    }))
}

/// Any record by its id.
#[derive(Default)]
pub struct NodeQuery;

#[Object]
impl NodeQuery {
    /// The record with this id; null when there is none or you may not see it.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The record's id.")] id: ID,
    ) -> Option<Result<Node, Error>> {
        nodes(ctx, &[id])
            .await
            .map(|mut found| found.pop().flatten())
            .map_err(Error::from)
            .transpose()
    }

    /// The records with these ids, in the same order; null for each that isn't there or that you
    /// may not see. At most 100.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The records' ids.")] ids: Vec<ID>,
    ) -> Option<Result<Vec<Option<Node>>, Error>> {
        Some(nodes(ctx, &ids).await.map_err(Error::from))
    }
}

async fn nodes(ctx: &Context<'_>, ids: &[ID]) -> FieldResult<Vec<Option<Node>>> {
    if ids.len() > 100 {
        return Err(super::errors::Fault::BadInput(
            "Ask for at most 100 ids at once.",
        ));
    }
    let parsed = ids
        .iter()
        .map(|id| Ok(ids::parse_any(id)?))
        .collect::<FieldResult<Vec<_>>>()?;
    let mut by_kind: HashMap<Kind, Vec<uuid::Uuid>> = HashMap::new();
    for (kind, id) in &parsed {
        by_kind.entry(*kind).or_default().push(*id);
    }
    let mut found = HashMap::new();
    for (kind, ids) in by_kind {
        let plan = plan(kind, &ctx.field())?;
        for row in cx(ctx)?.find_all(&plan, &ids).await? {
            found.insert((kind, row.id()), row);
        }
    }
    parsed
        .into_iter()
        .map(|key| found.get(&key).cloned().map_or(Ok(None), wrap))
        .collect()
}
