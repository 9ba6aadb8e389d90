//! One question, one exhaustive match: may this viewer do this now?
//!
//! Whether the viewer may *see* the record was settled before, by the store. Whether the record's
//! state allows the action is settled after, by the domain. Here only the role counts.

mod plans;

use nabij_entity::{
    activity, activity::ActivityAction, ambassador, bookable, booking, call_out,
    call_out::CallOutAction, commitment, consent, deployment, funding_line,
    funding_line::FundingLineAction, initiative, legal_hold, offer, offer::OfferAction, plan,
    plan::PlanStep, plan_action, plan_action::PlanActionStep, referral, referral::ReferralAction,
    resident, role_grant::Role, signal, signal::SignalAction, team,
};
use uuid::Uuid;

use self::plans::{coordinates_plan, may_end, may_plan, may_plan_action, steers};
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

/// In which quality somebody adds to a plan. It follows from the viewer's roles and is never an
/// input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contributor {
    /// The place's coordinator or the plan's facilitator.
    Steward,
    /// Staff of an active partner that carries the plan's initiative.
    Partner(Uuid),
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
    /// Found a team that works in this place.
    TeamCreate(Place),
    /// Change a team's record or who is in it, or record what it learnt.
    TeamManage(&'a team::Model),
    /// Record a training for volunteers of this place, of no team in particular.
    TrainingRecord(Place),
    /// Deploy a volunteer in this place.
    DeploymentCreate(Place),
    /// End a deployment.
    DeploymentManage(&'a deployment::Model),
    /// Record a resident, in the quality given.
    ResidentRecord(Place, Reporter),
    /// Change a resident's record.
    ResidentUpdate(&'a resident::Model),
    /// Erase a resident.
    ResidentErase(&'a resident::Model),
    /// Say how long this municipality keeps cases.
    RetentionManage(Uuid),
    /// Look at what is due to be removed in this municipality.
    RetentionRead(Uuid),
    /// Remove what is due.
    RetentionRun,
    /// Keep something of this place for longer.
    LegalHoldPlace(Place),
    /// End that.
    LegalHoldLift(&'a legal_hold::Model),
    /// Record a consent the resident gave.
    ConsentRecord(&'a resident::Model),
    /// Record that the resident withdrew a consent.
    ConsentWithdraw(&'a consent::Model),
    /// Record that the resident accepts help, as the partner that this referral asks for it.
    HelpAccept(&'a referral::Model),
    /// Record that they no longer do, as that partner.
    HelpDecline(&'a referral::Model),
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
    /// Read the figures of this place.
    StatisticsRead(Place),
    /// Read the register of processing.
    RegisterRead,
    /// Call out to the pool of the partner a referral went to.
    CallOutOpen(&'a referral::Model),
    /// A transition of the call-out's machine; offering itself is [`Action::OfferMake`].
    CallOut(CallOutAction, &'a call_out::Model),
    /// End a call-out whose deadline has passed.
    CallOutLapse,
    /// Offer to help with a call-out, as this volunteer or in their name.
    OfferMake(&'a call_out::Model, &'a ambassador::Model),
    /// A transition of the offer's machine.
    Offer(OfferAction, &'a offer::Model),
    /// Name a partner's pool of volunteers.
    PoolManage(Uuid),
    /// Give feedback on a referral.
    FeedbackGive(&'a referral::Model),
    /// Give feedback on a call-out, as the volunteer who helped.
    CallOutFeedbackGive(&'a call_out::Model),
    /// Add or change a room or a thing of this partner.
    BookableManage(Uuid),
    /// Book a room or a thing, in the quality given.
    BookableBook(&'a bookable::Model, Reporter),
    /// Call a booking off.
    BookingCancel(&'a booking::Model),
    /// Begin a series of activities in this municipality, in the quality given.
    SeriesCreate(Place, Reporter),
    /// Propose an activity in this place, in the quality given.
    ActivityPropose(Place, Reporter),
    /// A transition of the activity's machine; with whether the viewer runs the activity.
    Activity(ActivityAction, &'a activity::Model, bool),
    /// Begin a plan for this place, facilitated by the partner given.
    PlanCreate(Place, Option<Uuid>),
    /// Change what a plan says.
    PlanUpdate(&'a plan::Model),
    /// Say who facilitates a plan.
    PlanEntrust(&'a plan::Model),
    /// A step of the plan to another stage.
    Plan(PlanStep, &'a plan::Model),
    /// Add a session, a finding or an action to a plan, in the quality given.
    PlanContribute(&'a plan::Model, Contributor),
    /// Promise something to a plan, on behalf of the partner given or of people who are no partner.
    PlanCommit(&'a plan::Model, Option<Uuid>),
    /// End a commitment to the plan that this partner facilitates.
    CommitmentEnd(&'a commitment::Model, Option<Uuid>),
    /// Endorse a plan, on behalf of the partner given or of the residents.
    PlanEndorse(&'a plan::Model, Option<Uuid>),
    /// A step of an action of the plan that this partner facilitates.
    PlanAction(PlanActionStep, &'a plan_action::Model, Option<Uuid>),
    /// Change an action of the plan that this partner facilitates.
    PlanActionUpdate(&'a plan_action::Model, Option<Uuid>),
    /// Add a funder of this place's initiative, or of the plan that this partner facilitates.
    FundingLineAdd(Place, Option<Uuid>),
    /// Change a funding line, which may be of the plan that this partner facilitates.
    FundingLineUpdate(&'a funding_line::Model, Option<Uuid>),
    /// A step of a funding line, which may be of the plan that this partner facilitates.
    FundingLine(FundingLineAction, &'a funding_line::Model, Option<Uuid>),
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
#[expect(
    clippy::too_many_lines,
    reason = "one exhaustive match: an arm for each action"
)]
pub fn decide(viewer: &Viewer, action: Action<'_>) -> Result<Permit, Forbidden> {
    let coordinates = |place: Place| viewer.coordinates(place.municipality, place.neighbourhood);
    let allowed = match action {
        Action::PlaceManage | Action::PartnerManage | Action::AccessManage => {
            viewer.holds(Role::Admin)
        }
        Action::ServiceManage(partner)
        | Action::PoolManage(partner)
        | Action::BookableManage(partner) => {
            viewer.holds(Role::Admin)
                || viewer
                    .partners(&[Role::PartnerCoordinator])
                    .any(|id| id == partner)
        }
        Action::InitiativeCreate(place) => viewer.holds(Role::Admin) || coordinates(place),
        Action::InitiativeManage(initiative) => {
            viewer.holds(Role::Admin) || viewer.coordinates(initiative.municipality_id, None)
        }
        Action::AmbassadorRegister(place)
        | Action::StatisticsRead(place)
        | Action::TeamCreate(place)
        | Action::TrainingRecord(place)
        | Action::DeploymentCreate(place)
        | Action::LegalHoldPlace(place) => coordinates(place),
        // It tells what is kept, and nothing that is kept.
        Action::RegisterRead => viewer.account().is_some(),
        Action::AmbassadorManage(ambassador) => {
            viewer.coordinates(ambassador.municipality_id, None)
        }
        // Its professional contact vouches for the volunteers' training and peer review.
        Action::TeamManage(team) => {
            viewer.coordinates(team.municipality_id, None)
                || viewer.works_for(Some(team.contact_partner_id))
        }
        Action::DeploymentManage(deployment) => viewer.coordinates(
            deployment.municipality_id,
            Some(deployment.neighbourhood_id),
        ),
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
        Action::ResidentErase(resident) => {
            // The service by itself, from the list of erased residents.
            viewer.system_reason().is_some()
                || viewer.coordinates(resident.municipality_id, Some(resident.neighbourhood_id))
        }
        Action::RetentionManage(municipality) => {
            viewer.holds(Role::Admin) || viewer.coordinates(municipality, None)
        }
        // Ids and numbers, and nothing that anybody told.
        Action::RetentionRead(municipality) => {
            viewer.holds(Role::Admin)
                || viewer.coordinates(municipality, None)
                || viewer
                    .municipalities(Role::Auditor)
                    .any(|id| id == municipality)
        }
        Action::LegalHoldLift(hold) => {
            viewer.coordinates(hold.municipality_id, Some(hold.neighbourhood_id))
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
        Action::ReferralPassOn(referral)
        | Action::CallOutOpen(referral)
        | Action::HelpAccept(referral)
        | Action::HelpDecline(referral) => viewer.works_for(Some(referral.to_partner_id)),
        Action::Referral(action, referral) => may_referral(viewer, action, referral),
        Action::CallOut(
            CallOutAction::Offer | CallOutAction::Close | CallOutAction::Cancel,
            call_out,
        ) => viewer.works_for(Some(call_out.partner_id)),
        Action::CallOutLapse | Action::RetentionRun => viewer.system_reason().is_some(),
        Action::OfferMake(call_out, ambassador) => {
            viewer.ambassadors().any(|own| own == ambassador.id)
                || viewer.works_for(Some(call_out.partner_id))
        }
        Action::Offer(action, offer) => {
            let runs = viewer.works_for(Some(offer.partner_id));
            match action {
                OfferAction::Select | OfferAction::Decline => runs,
                // A volunteer who can't come may tell the contact person instead.
                OfferAction::Withdraw => {
                    runs || viewer.ambassadors().any(|own| own == offer.ambassador_id)
                }
            }
        }
        Action::CallOutFeedbackGive(call_out) => call_out
            .selected_ambassador_id
            .is_some_and(|helped| viewer.ambassadors().any(|own| own == helped)),
        Action::FeedbackGive(referral) => {
            coordinates_referral(viewer, referral)
                || viewer.works_for(referral.from_partner_id)
                || viewer.works_for(Some(referral.to_partner_id))
        }
        Action::BookableBook(bookable, reporter) => match reporter {
            Reporter::Ambassador(id) => viewer.ambassadors().any(|own| own == id),
            Reporter::Partner(id) => viewer.works_for(Some(id)),
            Reporter::Coordinator => {
                viewer.coordinates(bookable.municipality_id, Some(bookable.neighbourhood_id))
            }
        },
        Action::BookingCancel(booking) => {
            has_booked(viewer, booking)
                || viewer.works_for(Some(booking.owner_partner_id))
                || viewer.coordinates(booking.municipality_id, Some(booking.neighbourhood_id))
        }
        Action::SeriesCreate(place, reporter) => match reporter {
            Reporter::Ambassador(_) => false,
            Reporter::Partner(id) => viewer.works_for(Some(id)),
            Reporter::Coordinator => coordinates(place),
        },
        Action::ActivityPropose(place, reporter) => match reporter {
            Reporter::Ambassador(id) => viewer.ambassadors().any(|own| own == id),
            Reporter::Partner(id) => viewer.works_for(Some(id)),
            Reporter::Coordinator => coordinates(place),
        },
        Action::Activity(action, activity, runs) => may_activity(viewer, action, activity, runs),
        Action::PlanCreate(place, facilitator) => {
            coordinates(place) || viewer.works_for(facilitator)
        }
        Action::PlanUpdate(plan) => steers(viewer, plan),
        Action::PlanEntrust(plan) => coordinates_plan(viewer, plan),
        Action::Plan(step, plan) => may_plan(viewer, step, plan),
        Action::PlanContribute(plan, contributor) => match contributor {
            Contributor::Steward => steers(viewer, plan),
            Contributor::Partner(id) => viewer.works_for(Some(id)),
        },
        // A partner speaks for itself: neither the coordinator nor the facilitator does.
        Action::PlanCommit(plan, partner) | Action::PlanEndorse(plan, partner) => match partner {
            Some(_) => viewer.works_for(partner),
            None => steers(viewer, plan),
        },
        Action::CommitmentEnd(commitment, facilitator) => may_end(viewer, commitment, facilitator),
        Action::PlanAction(step, action, facilitator) => {
            may_plan_action(viewer, Some(step), action, facilitator)
        }
        Action::PlanActionUpdate(action, facilitator) => {
            may_plan_action(viewer, None, action, facilitator)
        }
        Action::FundingLineAdd(place, facilitator) => {
            viewer.holds(Role::Admin) || coordinates(place) || viewer.works_for(facilitator)
        }
        Action::FundingLineUpdate(line, facilitator)
        | Action::FundingLine(_, line, facilitator) => {
            viewer.holds(Role::Admin)
                || viewer.coordinates(line.municipality_id, line.neighbourhood_id)
                || viewer.works_for(facilitator)
        }
    };
    if allowed {
        Ok(Permit(()))
    } else {
        Err(Forbidden)
    }
}

/// The viewer is who a booking is for: the volunteer, or somebody of the partner.
#[must_use]
pub fn has_booked(viewer: &Viewer, booking: &booking::Model) -> bool {
    let volunteer = booking.booked_by_ambassador_id;
    viewer.works_for(booking.booked_by_partner_id)
        || volunteer.is_some_and(|id| viewer.ambassadors().any(|own| own == id))
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

/// Those who run an activity decide over it together; the place's coordinator looks on, and steps in
/// when nobody else can.
fn may_activity(
    viewer: &Viewer,
    action: ActivityAction,
    activity: &activity::Model,
    runs: bool,
) -> bool {
    match action {
        ActivityAction::Publish
        | ActivityAction::Update
        | ActivityAction::CancelOccurrence
        | ActivityAction::Cancel
        | ActivityAction::HandOver
        | ActivityAction::RecordAttendance
        | ActivityAction::Complete => {
            let in_a_role_that_runs =
                viewer.staffed_partners().next().is_some() || viewer.ambassadors().next().is_some();
            (runs && in_a_role_that_runs)
                || viewer.coordinates(activity.municipality_id, Some(activity.neighbourhood_id))
        }
    }
}
