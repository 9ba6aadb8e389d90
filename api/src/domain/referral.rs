//! Referrals: a signal goes to a partner, which takes it on and says how it ended. The states are
//! those of a FHIR Task.

mod called_out;

use nabij_entity::{
    referral::{
        self, DisclosedField, ReferralAction, ReferralCancelCause, ReferralOutcome,
        ReferralRejectReason, ReferralStatus, SharingBasis,
    },
    service::ServiceStatus,
    signal,
};
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

pub(super) use self::called_out::{accept_by_selecting, give_back};
use super::{
    activity::joinable,
    call_out,
    refusal::{Code, Outcome, Problem, Problems, Transition, expect_version},
    reporter,
    sharing::{Terms, Told, sharing_basis, tells_no_more},
    signal as signals, text,
};
use crate::{
    policy::{Action, Permit, Viewer, decide},
    store::{
        Cx, Kind, Tx,
        events::Happening,
        idempotency::{IdempotencyKey, Recall},
        record::Seen,
        write::Stale,
    },
};

/// The machine: which state each action leads to, if any. `held_from` is the state that a referral
/// on hold goes back to.
const fn next(
    from: ReferralStatus,
    held_from: Option<ReferralStatus>,
    action: ReferralAction,
) -> Option<ReferralStatus> {
    use ReferralAction as A;
    use ReferralStatus as S;
    match (from, action) {
        (S::Requested, A::Accept) => Some(S::Accepted),
        (S::Requested, A::Reject) => Some(S::Rejected),
        (S::Accepted, A::Start) => Some(S::InProgress),
        (S::Accepted | S::InProgress, A::Hold) => Some(S::OnHold),
        (S::OnHold, A::Resume) => match held_from {
            Some(held_from) => Some(held_from),
            None => Some(S::Accepted),
        },
        (S::Accepted | S::InProgress | S::OnHold, A::Complete) => Some(S::Completed),
        (S::Accepted | S::InProgress | S::OnHold, A::Fail) => Some(S::Failed),
        (S::Requested | S::Accepted | S::InProgress | S::OnHold, A::Cancel) => Some(S::Cancelled),
        _ => None,
    }
}

/// The state an action leads to.
///
/// # Errors
/// The [`Transition`] that isn't possible.
pub fn step(
    from: ReferralStatus,
    held_from: Option<ReferralStatus>,
    action: ReferralAction,
) -> Result<ReferralStatus, Transition> {
    next(from, held_from, action).ok_or_else(|| Transition {
        from: from.code(),
        attempted: action.code(),
        allowed: allowed(from)
            .into_iter()
            .map(ReferralAction::code)
            .collect(),
    })
}

/// The actions a state allows, whoever asks.
#[must_use]
pub fn allowed(from: ReferralStatus) -> Vec<ReferralAction> {
    use ReferralAction as A;
    [
        A::Accept,
        A::Reject,
        A::Start,
        A::Hold,
        A::Resume,
        A::Complete,
        A::Fail,
        A::Cancel,
    ]
    .into_iter()
    .filter(|action| next(from, None, *action).is_some())
    .collect()
}

/// What `viewer` may do now: the state allows it, the policy does, and the guards hold.
#[must_use]
pub fn allowed_to(viewer: &Viewer, referral: &referral::Model) -> Vec<ReferralAction> {
    allowed(referral.status)
        .into_iter()
        .filter(|action| decide(viewer, Action::Referral(*action, referral)).is_ok())
        .filter(|action| *action != ReferralAction::Cancel || may_cancel(viewer, referral))
        .collect()
}

/// The requester calls a referral off at any time; its target only after it accepted it.
fn may_cancel(viewer: &Viewer, referral: &referral::Model) -> bool {
    asked_for(viewer, referral) || referral.status != ReferralStatus::Requested
}

fn asked_for(viewer: &Viewer, referral: &referral::Model) -> bool {
    viewer.coordinates(referral.municipality_id, Some(referral.neighbourhood_id))
        || viewer.works_for(referral.from_partner_id)
}

/// Whether a referral in this state asks for something still.
pub(super) const fn is_open(status: ReferralStatus) -> bool {
    matches!(
        status,
        ReferralStatus::Requested
            | ReferralStatus::Accepted
            | ReferralStatus::InProgress
            | ReferralStatus::OnHold
    )
}

/// A referral to make.
#[derive(Debug)]
pub struct Request {
    /// The signal that is referred.
    pub signal: Uuid,
    /// The partner it goes to.
    pub to_partner: Uuid,
    /// One of that partner's services.
    pub service: Option<Uuid>,
    /// One of the activities that partner organises.
    pub activity: Option<Uuid>,
    /// What is asked of the partner.
    pub reason: String,
    /// The basis on which the resident's data is shared (GDPR article 6).
    pub basis: Option<SharingBasis>,
    /// Why, in writing; for [`SharingBasis::VitalInterest`].
    pub basis_justification: Option<String>,
    /// What the target may see of the resident.
    pub disclosed_fields: Vec<DisclosedField>,
    /// The rejected or failed referral that this one follows.
    pub replaces: Option<Uuid>,
}

/// Refers a signal to a partner.
///
/// # Errors
/// [`Code::NotFound`], [`Code::Forbidden`], [`Code::BasisRequired`], [`Code::CapacityExhausted`],
/// [`Code::AlreadyExists`], and what is wrong with the input.
pub async fn create(cx: &Cx, request: Request, key: Option<IdempotencyKey>) -> Outcome<Uuid> {
    let Request {
        signal,
        to_partner,
        service,
        activity,
        reason,
        basis,
        basis_justification,
        disclosed_fields,
        replaces,
    } = request;
    let mut problems = Problems::new();
    let reason = problems.check(text::required("reason", &reason, text::STORY));
    let justification = problems.check(text::optional(
        "basisJustification",
        basis_justification.as_deref(),
        text::STORY,
    ));
    let (reason, justification) = problems.into_value(reason.zip(justification))?;

    let tx = cx.begin().await?;
    let signal = tx
        .visible::<signal::Entity>(signal)
        .await?
        .ok_or_else(|| Problem::not_found("signal"))?;
    let (permit, from_partner, told) = requester(&tx, &signal).await?;
    let id = match tx.claim(key.as_ref()).await? {
        Recall::New(id) => id,
        Recall::Made(id) => return Ok(id),
        Recall::Mismatch => return Err(Problem::idempotency_mismatch().into()),
    };
    if let Some(told) = &told {
        told.covers(basis, &disclosed_fields)?;
    }
    can_take(&tx, &signal, from_partner, to_partner, service).await?;
    if let Some(activity) = activity {
        joinable(&tx, activity, to_partner).await?;
    }
    if let Some(replaces) = replaces {
        check_replaced(&tx, signal.id, replaces).await?;
    }
    let terms = Terms {
        basis,
        justification,
        disclosed_fields,
    };
    let consent_id = sharing_basis(&tx, signal.resident_id, to_partner, &terms).await?;
    tells_no_more(&tx, &signal, &reason, &terms).await?;
    if let Some(told) = &told {
        told.still(&tx).await?;
    }
    signals::begin_work(&tx, &permit, &signal).await?;

    let now = tx.now();
    let Terms {
        basis,
        justification,
        disclosed_fields,
    } = terms;
    let mut happening = Happening::new("referral.requested", (Kind::Referral, id))
        .with("to", ReferralStatus::Requested.code());
    if let Some(basis) = basis {
        happening = happening.with("basis", basis.code());
    }
    let model = referral::Model {
        id,
        signal_id: signal.id,
        municipality_id: signal.municipality_id,
        neighbourhood_id: signal.neighbourhood_id,
        resident_id: signal.resident_id,
        from_partner_id: from_partner,
        to_partner_id: to_partner,
        service_id: service,
        activity_id: activity,
        replaces_id: replaces,
        status: ReferralStatus::Requested,
        held_from: None,
        basis,
        basis_justification: justification,
        consent_id,
        disclosed_fields: disclosed_fields.into(),
        reason: Some(reason),
        reject_reason: None,
        status_note: None,
        cancel_cause: None,
        outcome: None,
        outcome_note: None,
        requested_by_user_id: reporter::user(&tx)?,
        accepted_at: None,
        closed_at: None,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    tx.insert::<referral::Entity>(&permit, model, happening)
        .await?;
    tx.commit().await?;
    Ok(id)
}

/// On whose behalf the viewer refers: the municipality's, the handler's, or that of a partner that
/// passes on what was referred to it. A partner tells only what it was told.
async fn requester(
    tx: &Tx,
    signal: &Seen<signal::Model>,
) -> Outcome<(Permit, Option<Uuid>, Option<Told>)> {
    let viewer = tx.viewer();
    if let Ok(permit) = decide(viewer, Action::ReferralCreate(signal)) {
        if viewer.coordinates(signal.municipality_id, Some(signal.neighbourhood_id)) {
            return Ok((permit, None, None));
        }
        let told = signal.resident_id.map(|_| Told::by_handling(signal));
        return Ok((permit, signal.handler_partner_id, told));
    }
    for partner in viewer.staffed_partners() {
        if let Some(passed_on) = tx.accepted_referral_to(signal.id, partner).await? {
            let permit = decide(viewer, Action::ReferralPassOn(&passed_on))?;
            return Ok((permit, Some(partner), Some(Told::by_referral(&passed_on))));
        }
    }
    Err(crate::policy::Forbidden.into())
}

/// Whether the target can take this signal: active, covering the place, not busy with it already,
/// with room at the service.
async fn can_take(
    tx: &Tx,
    signal: &signal::Model,
    from_partner: Option<Uuid>,
    to_partner: Uuid,
    service: Option<Uuid>,
) -> Outcome<()> {
    reporter::active_partner(tx, to_partner, signal.neighbourhood_id, "toPartner").await?;
    if from_partner == Some(to_partner) {
        return Err(Problem::new(
            Code::Invalid,
            "toPartner",
            "A partner can't refer to itself. Choose another one.",
        )
        .into());
    }
    if tx.open_referral_between(signal.id, to_partner).await? {
        return Err(Problem::new(
            Code::AlreadyExists,
            "toPartner",
            "This partner has an open referral of this signal already. Wait for its end, or \
             cancel it.",
        )
        .into());
    }
    match service {
        Some(service) => room_at(tx, to_partner, service).await,
        None => Ok(()),
    }
}

async fn room_at(tx: &Tx, partner: Uuid, service: Uuid) -> Outcome<()> {
    let service = tx
        .service_of(partner, service)
        .await?
        .ok_or_else(|| Problem::not_found("service"))?;
    if service.status != ServiceStatus::Active {
        return Err(Problem::new(
            Code::Invalid,
            "service",
            "This service isn't open. Choose another one, or refer to the partner without a \
             service.",
        )
        .into());
    }
    let full = service.capacity_available == Some(0)
        || match service.capacity_maximum {
            Some(maximum) => {
                let open = tx.open_referrals_to_service(service.id).await?;
                open >= u64::try_from(maximum).unwrap_or(0)
            }
            None => false,
        };
    if full {
        return Err(Problem::new(
            Code::CapacityExhausted,
            "service",
            "This service has no room left. Choose another one, or wait until it has.",
        )
        .into());
    }
    Ok(())
}

async fn check_replaced(tx: &Tx, signal: Uuid, earlier: Uuid) -> Outcome<()> {
    let replaced = tx
        .visible_beside::<referral::Entity>(earlier)
        .await?
        .filter(|replaced| replaced.signal_id == signal)
        .ok_or_else(|| Problem::not_found("replaces"))?;
    if matches!(
        replaced.status,
        ReferralStatus::Rejected | ReferralStatus::Failed
    ) {
        return Ok(());
    }
    Err(Problem::new(
        Code::Invalid,
        "replaces",
        "Only a rejected or failed referral is followed by another. Leave this out.",
    )
    .into())
}

/// A transition with what it needs.
#[derive(Debug)]
pub enum Transitioning {
    /// Take it on.
    Accept,
    /// Decline it.
    Reject {
        /// Why.
        reason: ReferralRejectReason,
        /// More about it.
        note: Option<String>,
    },
    /// Begin to work on it.
    Start,
    /// Let it rest.
    Hold {
        /// Why.
        reason: String,
    },
    /// Go on with it.
    Resume,
    /// End it.
    Complete {
        /// How it ended.
        outcome: ReferralOutcome,
        /// More about it.
        note: Option<String>,
    },
    /// Give it up.
    Fail {
        /// How it ended.
        outcome: ReferralOutcome,
        /// More about it.
        note: Option<String>,
    },
    /// Call it off.
    Cancel {
        /// Why.
        reason: String,
    },
}

impl Transitioning {
    /// The action it is.
    #[must_use]
    pub const fn action(&self) -> ReferralAction {
        match self {
            Self::Accept => ReferralAction::Accept,
            Self::Reject { .. } => ReferralAction::Reject,
            Self::Start => ReferralAction::Start,
            Self::Hold { .. } => ReferralAction::Hold,
            Self::Resume => ReferralAction::Resume,
            Self::Complete { .. } => ReferralAction::Complete,
            Self::Fail { .. } => ReferralAction::Fail,
            Self::Cancel { .. } => ReferralAction::Cancel,
        }
    }
}

/// Takes a referral one step further.
///
/// # Errors
/// [`Code::NotFound`], [`Code::Forbidden`], [`Code::Conflict`], [`Code::InvalidTransition`], and
/// what is wrong with the input.
pub async fn transition(
    cx: &Cx,
    id: Uuid,
    expected_version: Option<i32>,
    transitioning: Transitioning,
) -> Outcome<Uuid> {
    let tx = cx.begin().await?;
    let referral = tx
        .visible::<referral::Entity>(id)
        .await?
        .ok_or_else(|| Problem::not_found("id"))?;
    let action = transitioning.action();
    let permit = decide(tx.viewer(), Action::Referral(action, &referral))?;
    expect_version(expected_version, referral.version)?;
    let to = step(referral.status, referral.held_from, action)?;
    if action == ReferralAction::Cancel && !may_cancel(tx.viewer(), &referral) {
        return Err(Problem::new(
            Code::Forbidden,
            "",
            "You can call this off only after you accepted it. Reject it instead, with a reason.",
        )
        .into());
    }
    if action == ReferralAction::Accept {
        let (partner, place) = (referral.to_partner_id, referral.neighbourhood_id);
        reporter::active_partner(&tx, partner, place, "").await?;
    }
    let mut change = referral::ActiveModel {
        status: Set(to),
        ..Default::default()
    };
    if !is_open(to) {
        change.closed_at = Set(Some(tx.now()));
    }
    let happening = Happening::new(event_of(action), (Kind::Referral, id))
        .with("from", referral.status.code())
        .with("to", to.code());
    let happening = prepare(&tx, &referral, transitioning, &mut change, happening)?;
    tx.update::<referral::Entity>(&permit, id, referral.version, change, happening)
        .await?
        .map_err(|Stale| Problem::raced())?;
    if !is_open(to) {
        call_out::referral_ended(&tx, &permit, id, to).await?;
    }
    tx.commit().await?;
    Ok(id)
}

fn prepare(
    tx: &Tx,
    referral: &referral::Model,
    transitioning: Transitioning,
    change: &mut referral::ActiveModel,
    happening: Happening,
) -> Outcome<Happening> {
    Ok(match transitioning {
        Transitioning::Accept => {
            change.accepted_at = Set(Some(tx.now()));
            happening
        }
        Transitioning::Start => happening,
        Transitioning::Reject { reason, note } => {
            let note = text::optional("note", note.as_deref(), text::STORY)?;
            if reason == ReferralRejectReason::Other && note.is_none() {
                return Err(Problem::new(
                    Code::Required,
                    "note",
                    "Reason OTHER needs a note that says which.",
                )
                .into());
            }
            change.reject_reason = Set(Some(reason));
            change.status_note = Set(note);
            happening.with("reason", reason.code())
        }
        Transitioning::Hold { reason } => {
            change.held_from = Set(Some(referral.status));
            change.status_note = Set(Some(text::required("reason", &reason, text::STORY)?));
            happening
        }
        Transitioning::Resume => {
            change.held_from = Set(None);
            change.status_note = Set(None);
            happening
        }
        Transitioning::Complete { outcome, note } => {
            came_of(ReferralAction::Complete, outcome)?;
            change.outcome = Set(Some(outcome));
            change.outcome_note = Set(text::optional("note", note.as_deref(), text::STORY)?);
            happening.with("outcome", outcome.code())
        }
        Transitioning::Fail { outcome, note } => {
            came_of(ReferralAction::Fail, outcome)?;
            change.outcome = Set(Some(outcome));
            change.outcome_note = Set(text::optional("note", note.as_deref(), text::STORY)?);
            happening.with("outcome", outcome.code())
        }
        Transitioning::Cancel { reason } => {
            let cause = if asked_for(tx.viewer(), referral) {
                ReferralCancelCause::ByRequester
            } else {
                ReferralCancelCause::ByTarget
            };
            change.cancel_cause = Set(Some(cause));
            change.status_note = Set(Some(text::required("reason", &reason, text::STORY)?));
            happening.with("cause", cause.code())
        }
    })
}

/// The figures count what is completed as help that came about: what was given up isn't.
fn came_of(action: ReferralAction, outcome: ReferralOutcome) -> Result<(), Problem> {
    use ReferralOutcome as O;
    let advice = match (action, outcome) {
        (ReferralAction::Complete, O::ClientDeclined | O::CouldNotContact) => {
            "Nobody was helped then. End it with `referralFail` and this outcome, or complete it with \
             GOT_HELP, PARTLY_HELPED or REFERRED_ELSEWHERE."
        }
        (ReferralAction::Fail, O::GotHelp) => {
            "The person was helped then. End it with `referralComplete` and this outcome, or give it \
             up with PARTLY_HELPED, CLIENT_DECLINED, COULD_NOT_CONTACT or REFERRED_ELSEWHERE."
        }
        _ => return Ok(()),
    };
    Err(Problem::new(Code::Invalid, "outcome", advice))
}

const fn event_of(action: ReferralAction) -> &'static str {
    match action {
        ReferralAction::Accept => "referral.accepted",
        ReferralAction::Reject => "referral.rejected",
        ReferralAction::Start => "referral.started",
        ReferralAction::Hold => "referral.held",
        ReferralAction::Resume => "referral.resumed",
        ReferralAction::Complete => "referral.completed",
        ReferralAction::Fail => "referral.failed",
        ReferralAction::Cancel => "referral.cancelled",
    }
}
