//! Any record by its id, as Relay's specification of global object identification has it.

#![expect(
    missing_docs,
    reason = "the Interface derive makes a public method without docs for the field it documents"
)]

use std::collections::HashMap;

use async_graphql::{Context, Error, ID, Interface, Object};

use super::{
    access::{RoleGrant, User},
    ambassador::Ambassador,
    consent::Consent,
    contact_moment::ContactMoment,
    errors::FieldResult,
    feedback::Feedback,
    initiative::{Evaluation, Initiative},
    partner::Partner,
    place::{Municipality, Neighbourhood},
    referral::Referral,
    resident::Resident,
    selection::{cx, plan},
    service::Service,
    signal::Signal,
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
    /// Feedback.
    Feedback(Feedback),
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
        Kind::Feedback => Node::Feedback(Feedback(Visible::try_from_node(row)?)),
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
