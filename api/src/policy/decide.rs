//! One question, one exhaustive match: may this viewer do this now?
//!
//! Whether the viewer may *see* the record was settled before, by the store. Whether the record's
//! state allows the action is settled after, by the domain. Here only the role counts.

use nabij_entity::{
    ambassador, consent, initiative, referral, referral::ReferralAction, resident,
    role_grant::Role, signal, signal::SignalAction,
};
use uuid::Uuid;

use super::Viewer;

/// The municipality and, where there is one, the neighbourhood an action is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The municipality.
    pub municipality: Uuid,
    /// The neighbourhood; none for what concerns the whole municipality.
    pub neighbourhood: Option<Uuid>,
}

/// In which quality somebody submits a signal. It follows from the viewer's roles and is never an
/// input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reporter {
    /// An active volunteer who serves the place.
    Ambassador(Uuid),
    /// Staff or a signaller of an active partner that covers the place.
    Partner(Uuid),
    /// The place's coordinator.
    Coordinator,
}

/// Everything that can be done, each with the record it is done to.
#[derive(Clone, Copy, Debug)]
pub enum Action<'a> {
    /// Add or change municipalities, neighbourhoods and their area codes.
    PlaceManage,
    /// Bring a partner on board or change it, its coverage and its identifiers.
    PartnerManage,
    /// Add or change a service of this partner.
    ServiceManage(Uuid),
    /// Add or change an initiative of this municipality.
    InitiativeCreate(Place),
    /// Change an initiative or record an evaluation of it.
    InitiativeManage(&'a initiative::Model),
    /// Give or end roles, register or block users.
    AccessManage,
    /// Take in a volunteer for this place.
    AmbassadorRegister(Place),
    /// Change a volunteer's record, status or neighbourhoods.
    AmbassadorManage(&'a ambassador::Model),
    /// Record a resident, in the quality given.
    ResidentRecord(Place, Reporter),
    /// Change a resident's record.
    ResidentUpdate(&'a resident::Model),
    /// Record a consent the resident gave.
    ConsentRecord(&'a resident::Model),
    /// Record that the resident withdrew a consent.
    ConsentWithdraw(&'a consent::Model),
    /// Submit a signal about this place, in the quality given.
    SignalSubmit(Place, Reporter),
    /// A transition of the signal's machine.
    Signal(SignalAction, &'a signal::Model),
    /// Record a contact moment on a signal.
    ContactRecord(&'a signal::Model),
    /// Record a contact moment on a referral.
    ReferralContactRecord(&'a referral::Model),
    /// Refer a signal to a partner, on behalf of the partner given or of the municipality.
    ReferralCreate(&'a signal::Model),
    /// Pass a referral on to another partner.
    ReferralPassOn(&'a referral::Model),
    /// A transition of the referral's machine.
    Referral(ReferralAction, &'a referral::Model),
    /// Give feedback on a referral.
    FeedbackGive(&'a referral::Model),
}

/// Proof that [`decide()`] said yes; store functions that write take it. It can't be made elsewhere.
#[derive(Debug)]
#[must_use = "a permit that is not handed to the store means a write without a decision"]
pub struct Permit(());

/// The viewer may see the record but not do this to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forbidden;

/// Decides whether `viewer` may do `action`.
///
/// # Errors
/// [`Forbidden`] when no role the viewer holds allows it.
pub fn decide(viewer: &Viewer, action: Action<'_>) -> Result<Permit, Forbidden> {
    let coordinates = |place: Place| viewer.coordinates(place.municipality, place.neighbourhood);
    let allowed = match action {
        Action::PlaceManage | Action::PartnerManage | Action::AccessManage => {
            viewer.holds(Role::Admin)
        }
        Action::ServiceManage(partner) => {
            viewer.holds(Role::Admin)
                || viewer
                    .partners(&[Role::PartnerCoordinator])
                    .any(|id| id == partner)
        }
        Action::InitiativeCreate(place) => viewer.holds(Role::Admin) || coordinates(place),
        Action::InitiativeManage(initiative) => {
            viewer.holds(Role::Admin) || viewer.coordinates(initiative.municipality_id, None)
        }
        Action::AmbassadorRegister(place) => coordinates(place),
        Action::AmbassadorManage(ambassador) => {
            viewer.coordinates(ambassador.municipality_id, None)
        }
        Action::ResidentRecord(place, reporter) | Action::SignalSubmit(place, reporter) => {
            match reporter {
                Reporter::Ambassador(id) => viewer.ambassadors().any(|own| own == id),
                Reporter::Partner(id) => {
                    viewer.works_for(Some(id))
                        || viewer.partners(&[Role::Signaller]).any(|own| own == id)
                }
                Reporter::Coordinator => coordinates(place),
            }
        }
        Action::ResidentUpdate(resident) | Action::ConsentRecord(resident) => {
            viewer.coordinates(resident.municipality_id, Some(resident.neighbourhood_id))
        }
        Action::ConsentWithdraw(consent) => {
            viewer.coordinates(consent.municipality_id, Some(consent.neighbourhood_id))
        }
        Action::Signal(action, signal) => may_signal(viewer, action, signal),
        Action::ContactRecord(signal) => {
            coordinates_signal(viewer, signal)
                || viewer.works_for(signal.handler_partner_id)
                || is_reporting_ambassador(viewer, signal)
        }
        Action::ReferralContactRecord(referral) => {
            coordinates_referral(viewer, referral) || viewer.works_for(Some(referral.to_partner_id))
        }
        Action::ReferralCreate(signal) => {
            coordinates_signal(viewer, signal) || viewer.works_for(signal.handler_partner_id)
        }
        Action::ReferralPassOn(referral) => viewer.works_for(Some(referral.to_partner_id)),
        Action::Referral(action, referral) => may_referral(viewer, action, referral),
        Action::FeedbackGive(referral) => {
            coordinates_referral(viewer, referral)
                || viewer.works_for(referral.from_partner_id)
                || viewer.works_for(Some(referral.to_partner_id))
        }
    };
    if allowed {
        Ok(Permit(()))
    } else {
        Err(Forbidden)
    }
}

fn coordinates_signal(viewer: &Viewer, signal: &signal::Model) -> bool {
    viewer.coordinates(signal.municipality_id, Some(signal.neighbourhood_id))
}

fn coordinates_referral(viewer: &Viewer, referral: &referral::Model) -> bool {
    viewer.coordinates(referral.municipality_id, Some(referral.neighbourhood_id))
}

fn is_reporting_ambassador(viewer: &Viewer, signal: &signal::Model) -> bool {
    signal
        .reporter_ambassador_id
        .is_some_and(|id| viewer.ambassadors().any(|own| own == id))
}

/// The viewer submitted it, in a quality that they still have.
fn is_reporter(viewer: &Viewer, signal: &signal::Model) -> bool {
    const FOR_A_PARTNER: &[Role] = &[
        Role::PartnerCoordinator,
        Role::PartnerStaff,
        Role::Signaller,
    ];
    let in_that_quality = match (signal.reporter_ambassador_id, signal.reporter_partner_id) {
        (Some(_), _) => is_reporting_ambassador(viewer, signal),
        (None, Some(partner)) => viewer.partners(FOR_A_PARTNER).any(|own| own == partner),
        (None, None) => coordinates_signal(viewer, signal),
    };
    viewer.user_id() == Some(signal.reporter_user_id) && in_that_quality
}

fn may_signal(viewer: &Viewer, action: SignalAction, signal: &signal::Model) -> bool {
    let coordinator = coordinates_signal(viewer, signal);
    let handler = viewer.works_for(signal.handler_partner_id);
    match action {
        SignalAction::Triage | SignalAction::Dismiss => coordinator,
        SignalAction::Start | SignalAction::Resolve => coordinator || handler,
        SignalAction::Withdraw => is_reporter(viewer, signal),
        SignalAction::Reopen => coordinator || is_reporter(viewer, signal),
    }
}

fn may_referral(viewer: &Viewer, action: ReferralAction, referral: &referral::Model) -> bool {
    let target = viewer.works_for(Some(referral.to_partner_id));
    match action {
        ReferralAction::Accept
        | ReferralAction::Reject
        | ReferralAction::Start
        | ReferralAction::Hold
        | ReferralAction::Resume
        | ReferralAction::Complete
        | ReferralAction::Fail => target,
        // The municipality asked for it, or the partner that passed it on; the target may step
        // back too, which the domain allows only after acceptance (before, it rejects).
        ReferralAction::Cancel => {
            target
                || viewer.works_for(referral.from_partner_id)
                || coordinates_referral(viewer, referral)
        }
    }
}
