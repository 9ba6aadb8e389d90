//! Who may see what, worked out from the rows in memory by the words of the rules: a second opinion
//! beside the conditions that the store puts into its statements. Nothing here comes from the store.

use chrono::{DateTime, Utc};
use nabij_api::{policy::fields::Rule, store::Kind};
use nabij_entity::{
    activity, ambassador, ambassador::AmbassadorStatus, bookable::BookableStatus, booking,
    booking::BookingStatus, call_out::CallOutStatus, consent::ConsentKind, partner::PartnerStatus,
    plan, plan::PlanStage, referral::DisclosedField, role_grant::Role, service::ServiceStatus,
    team,
};
use uuid::Uuid;

use super::world::World;

/// Who asks: what they hold now, by the rows.
#[derive(Clone, Debug, Default)]
pub struct Eyes {
    pub user: Option<Uuid>,
    pub now: DateTime<Utc>,
    pub staffed: Vec<Uuid>,
    pub signals_for: Vec<Uuid>,
    pub volunteers: Vec<Uuid>,
    pub municipalities: Vec<Uuid>,
    pub neighbourhoods: Vec<Uuid>,
    pub audits: Vec<Uuid>,
    pub is_admin: bool,
    /// The roles they hold, by code.
    pub roles: Vec<&'static str>,
}

impl Eyes {
    /// What an account holds at a moment; nothing without one.
    pub fn of(world: &World, user: Option<Uuid>, now: DateTime<Utc>) -> Self {
        let mut eyes = Self {
            user,
            now,
            ..Self::default()
        };
        let is_away = |partner: Option<Uuid>| {
            world.partners.iter().any(|one| {
                use PartnerStatus::{Offboarded, Suspended};
                Some(one.id) == partner && matches!(one.status, Suspended | Offboarded)
            })
        };
        let held = world.grants.iter().filter(|grant| {
            Some(grant.user_id) == user
                && grant.valid_until.is_none_or(|until| until > now)
                && !is_away(grant.partner_id)
        });
        for grant in held {
            eyes.roles.push(grant.role.code());
            match grant.role {
                Role::PartnerStaff | Role::PartnerCoordinator => {
                    eyes.staffed.extend(grant.partner_id);
                }
                Role::Signaller => eyes.signals_for.extend(grant.partner_id),
                Role::Ambassador => eyes.volunteers.extend(grant.ambassador_id),
                Role::Coordinator => {
                    eyes.municipalities.extend(grant.municipality_id);
                    eyes.neighbourhoods.extend(grant.neighbourhood_id);
                }
                Role::Auditor => eyes.audits.extend(grant.municipality_id),
                Role::Admin => eyes.is_admin = true,
            }
        }
        eyes
    }

    fn works_for(&self, partner: impl Into<Option<Uuid>>) -> bool {
        partner.into().is_some_and(|id| self.staffed.contains(&id))
    }

    fn is(&self, volunteer: impl Into<Option<Uuid>>) -> bool {
        volunteer
            .into()
            .is_some_and(|id| self.volunteers.contains(&id))
    }

    fn coordinates(&self, municipality: Uuid, neighbourhood: impl Into<Option<Uuid>>) -> bool {
        self.municipalities.contains(&municipality)
            || neighbourhood
                .into()
                .is_some_and(|place| self.neighbourhoods.contains(&place))
    }
}

/// The rows, asked by somebody.
pub struct Oracle<'a> {
    pub world: &'a World,
    pub eyes: &'a Eyes,
}

fn find<M>(rows: &[M], holds: impl Fn(&M) -> bool) -> Option<&M> {
    rows.iter().find(|row| holds(row))
}

macro_rules! row {
    ($self:ident.$rows:ident, $id:expr) => {
        match find(&$self.world.$rows, |row| row.id == $id) {
            Some(row) => row,
            None => return false,
        }
    };
}

mod cases;

impl Oracle<'_> {
    /// Whether they see the record.
    pub fn sees(&self, kind: Kind, id: Uuid) -> bool {
        let (eyes, signed_in) = (self.eyes, self.eyes.user.is_some());
        match kind {
            Kind::Municipality
            | Kind::Neighbourhood
            | Kind::AreaCode
            | Kind::PartnerIdentifier
            | Kind::Initiative
            | Kind::Evaluation
            | Kind::ActivitySeries
            | Kind::Advisor
            | Kind::RetentionRule
            | Kind::Team => true,
            Kind::Partner => signed_in || row!(self.partners, id).status == PartnerStatus::Active,
            Kind::Service => {
                let service = row!(self.services, id);
                let offered = matches!(
                    service.status,
                    ServiceStatus::Active | ServiceStatus::TemporarilyClosed
                );
                signed_in
                    || offered
                        && row!(self.partners, service.partner_id).status == PartnerStatus::Active
            }
            Kind::Bookable => {
                let room = row!(self.bookables, id);
                signed_in
                    || room.status == BookableStatus::Active
                        && row!(self.partners, room.partner_id).status == PartnerStatus::Active
            }
            Kind::Resident => {
                let resident = row!(self.residents, id);
                self.coordinates_home(resident)
                    || self.recorded(resident)
                    || self.told_of(resident, None)
            }
            Kind::Ambassador => {
                let volunteer = row!(self.ambassadors, id);
                Self::is_public(volunteer)
                    || self.is_colleague(volunteer)
                    || self.world.members.iter().any(|member| {
                        member.ambassador_id == Some(id)
                            && member.left_on.is_none()
                            && self.joined(member.team_id)
                    })
            }
            Kind::Signal => {
                let signal = row!(self.signals, id);
                self.follows(signal) || self.signalled(signal)
            }
            Kind::ContactMoment => {
                let made = row!(self.contact_moments, id);
                let signal = row!(self.signals, made.signal_id);
                eyes.coordinates(made.municipality_id, made.neighbourhood_id)
                    || eyes.is(made.author_ambassador_id)
                    || self.wrote(made)
                    || self.handles(signal)
                    || made
                        .referral_id
                        .is_some_and(|of| self.serves(row!(self.referrals, of)))
            }
            Kind::Referral => {
                let referral = row!(self.referrals, id);
                self.follows_referral(referral)
                    || self.is_told_of_withdrawal(referral)
                    || self.audits(referral)
            }
            Kind::CallOut => {
                let call_out = row!(self.call_outs, id);
                self.runs(call_out)
                    || self.called_from(call_out)
                    || call_out.status == CallOutStatus::Open
                        && self.in_pool(call_out.partner_id, |_| true)
                    || self
                        .world
                        .offers
                        .iter()
                        .any(|offer| offer.call_out_id == id && eyes.is(offer.ambassador_id))
            }
            Kind::Offer => {
                let offer = row!(self.offers, id);
                eyes.coordinates(offer.municipality_id, offer.neighbourhood_id)
                    || eyes.works_for(offer.partner_id) && self.is_for_shared(offer)
                    || eyes.is(offer.ambassador_id)
            }
            Kind::Feedback => {
                let given = row!(self.feedback, id);
                eyes.coordinates(given.municipality_id, given.neighbourhood_id)
                    || eyes.is(given.author_ambassador_id)
                    || self.partakes(row!(self.referrals, given.referral_id))
            }
            Kind::Booking => {
                let booking = row!(self.bookings, id);
                signed_in && booking.status == BookingStatus::Booked || self.is_concerned(booking)
            }
            Kind::Activity => {
                let activity = row!(self.activities, id);
                activity.published_at.is_some() || self.prepares(activity)
            }
            Kind::Occurrence => self.sees(Kind::Activity, row!(self.occurrences, id).activity_id),
            Kind::Attendance => {
                let of = row!(self.attendances, id).activity_id;
                self.prepares(row!(self.activities, of))
            }
            Kind::Plan => {
                let plan = row!(self.plans, id);
                let is_public = !matches!(plan.stage, PlanStage::Analysis | PlanStage::ChangePlan);
                is_public || self.is_inside(plan)
            }
            Kind::PlanSession => self.sees(Kind::Plan, row!(self.sessions, id).plan_id),
            Kind::Finding => self.sees(Kind::Plan, row!(self.findings, id).plan_id),
            Kind::PlanAction => self.sees(Kind::Plan, row!(self.actions, id).plan_id),
            Kind::Commitment => self.sees(Kind::Plan, row!(self.commitments, id).plan_id),
            Kind::Endorsement => self.sees(Kind::Plan, row!(self.endorsements, id).plan_id),
            Kind::FundingLine => {
                let line = row!(self.funding, id);
                eyes.is_admin
                    || eyes.coordinates(line.municipality_id, line.neighbourhood_id)
                    || eyes.works_for(line.funder_partner_id)
                    || self.carries(line.initiative_id)
                    || line.plan_id.is_some_and(|of| {
                        let plan = row!(self.plans, of);
                        eyes.works_for(plan.facilitator_partner_id)
                            || self.carries(plan.initiative_id)
                    })
            }
            Kind::Consent => {
                let consent = row!(self.consents, id);
                eyes.coordinates(consent.municipality_id, consent.neighbourhood_id)
                    || eyes.works_for(consent.partner_id)
                    || consent.kind == ConsentKind::AcceptHelp
                        && self.world.referrals.iter().any(|referral| {
                            referral.resident_id == Some(consent.resident_id)
                                && self.serves(referral)
                        })
            }
            Kind::TeamMember => {
                let member = row!(self.members, id);
                let is_public = member
                    .ambassador_id
                    .is_some_and(|of| Self::is_public(row!(self.ambassadors, of)));
                member.left_on.is_none() && is_public
                    || eyes.is(member.ambassador_id)
                    || self.works_with(row!(self.teams, member.team_id))
            }
            Kind::Training => {
                let training = row!(self.trainings, id);
                eyes.municipalities.contains(&training.municipality_id)
                    || eyes.works_for(training.provider_partner_id)
                    || training
                        .team_id
                        .is_some_and(|of| self.works_with(row!(self.teams, of)))
                    || self.world.trained.iter().any(|took| {
                        let of = took.ambassador_id;
                        took.training_id == id
                            && (eyes.is(of)
                                || eyes.works_for(row!(self.ambassadors, of).pool_partner_id))
                    })
            }
            Kind::Deployment => {
                let deployed = row!(self.deployments, id);
                let of = row!(self.ambassadors, deployed.ambassador_id);
                let is_current = deployed.starts_at <= eyes.now
                    && deployed.ends_at.is_none_or(|end| end > eyes.now);
                eyes.coordinates(deployed.municipality_id, deployed.neighbourhood_id)
                    || eyes.is(of.id)
                    || eyes.works_for(of.pool_partner_id)
                    || self.is_served(deployed.neighbourhood_id)
                    || is_current && Self::is_public(of)
            }
            Kind::Event => {
                let event = row!(self.events, id);
                Kind::from_prefix(&event.subject_kind)
                    .is_some_and(|of| self.sees_history(of, event.subject_id))
            }
            // What isn't in the world was written while the auditor, who asks first, was reading.
            Kind::AccessLogEntry => match find(&self.world.reads, |read| read.id == id) {
                Some(read) => read
                    .municipality_id
                    .is_some_and(|of| eyes.audits.contains(&of)),
                None => !eyes.audits.is_empty(),
            },
            Kind::User => {
                self.sees_account(id)
                    || self.world.reads.iter().any(|read| {
                        read.user_id == id
                            && read
                                .municipality_id
                                .is_some_and(|of| eyes.audits.contains(&of))
                    })
                    || self.world.referrals.iter().any(|referral| {
                        referral.requested_by_user_id == id && self.audits(referral)
                    })
            }
            // How long something is kept is told to everybody.
            Kind::RetentionRun => self.answers_for(row!(self.retention_runs, id).municipality_id),
            Kind::LegalHold => {
                let hold = row!(self.holds, id);
                eyes.coordinates(hold.municipality_id, hold.neighbourhood_id)
                    || eyes.audits.contains(&hold.municipality_id)
            }
            Kind::RoleGrant => self.sees_account(row!(self.grants, id).user_id),
        }
    }

    /// Whether they answer for how long a municipality keeps things.
    pub fn answers_for(&self, municipality: Uuid) -> bool {
        self.eyes.is_admin
            || self.eyes.municipalities.contains(&municipality)
            || self.eyes.audits.contains(&municipality)
    }

    /// Whether they see what happened to the record.
    fn sees_history(&self, kind: Kind, id: Uuid) -> bool {
        match kind {
            Kind::Signal => {
                let signal = row!(self.signals, id);
                self.coordinates_signal(signal) || self.handles(signal) || self.takes_part(signal)
            }
            Kind::CallOut => {
                let call_out = row!(self.call_outs, id);
                self.runs(call_out) || self.called_from(call_out)
            }
            Kind::Ambassador => self.is_colleague(row!(self.ambassadors, id)),
            Kind::Booking => self.is_concerned(row!(self.bookings, id)),
            Kind::Team => self.works_with(row!(self.teams, id)),
            Kind::User => self.sees_account(id),
            Kind::RetentionRule => self.answers_for(row!(self.retention_rules, id).municipality_id),
            kind => self.sees(kind, id),
        }
    }

    /// Whether a field of a record that they see is shown to them: by the rule that is declared.
    pub fn shows(&self, kind: Kind, field: &str, id: Uuid) -> bool {
        match super::declared(kind, field) {
            Some(Rule::Shown(guard) | Rule::ShownEdge(guard)) => self.guard(kind, guard, id),
            Some(_) => true,
            None => false,
        }
    }

    fn guard(&self, kind: Kind, guard: &str, id: Uuid) -> bool {
        let eyes = self.eyes;
        match (kind, guard) {
            (Kind::Resident, guard) => {
                let resident = row!(self.residents, id);
                let told =
                    |field| self.coordinates_home(resident) || self.told_of(resident, Some(field));
                match guard {
                    "name" => told(DisclosedField::Name) || self.recorded(resident),
                    "birth_year" => told(DisclosedField::BirthYear) || self.recorded(resident),
                    "languages" => told(DisclosedField::Languages) || self.recorded(resident),
                    "notes" => told(DisclosedField::Notes),
                    "phone" => told(DisclosedField::Phone),
                    "email" => told(DisclosedField::Email),
                    "address" => told(DisclosedField::Address),
                    "target_groups" => self.coordinates_home(resident) || self.recorded(resident),
                    guard => panic!("say who sees {guard} of a resident"),
                }
            }
            (Kind::Signal, "text") => {
                let signal = row!(self.signals, id);
                self.coordinates_signal(signal)
                    || self.is_told_in(signal)
                    || self.reported(signal)
                    || self.signalled(signal)
                    || self.world.referrals.iter().any(|referral| {
                        referral.signal_id == id
                            && self.serves(referral)
                            && referral.disclosed_fields.contains(&DisclosedField::Notes)
                    })
            }
            (Kind::Signal, "origin") => {
                let signal = row!(self.signals, id);
                self.coordinates_signal(signal)
                    || self.handles(signal)
                    || self.reported(signal)
                    || self.signalled(signal)
            }
            (Kind::Signal, "casework") => self.coordinates_signal(row!(self.signals, id)),
            (Kind::Signal, "handling" | "disclosed") => {
                let signal = row!(self.signals, id);
                self.coordinates_signal(signal) || self.handles(signal)
            }
            (Kind::Signal, "handler") => self.follows(row!(self.signals, id)),
            (Kind::ContactMoment, "note") => self.reads_note(row!(self.contact_moments, id)),
            (Kind::Referral, "casework") => self.works_on(row!(self.referrals, id)),
            (Kind::Referral, "justification") => {
                let referral = row!(self.referrals, id);
                self.works_on(referral) || self.audits(referral)
            }
            (Kind::Referral, "case") => self.follows_referral(row!(self.referrals, id)),
            (Kind::Offer, "notes") => {
                let offer = row!(self.offers, id);
                let concerns = eyes.works_for(offer.partner_id) || eyes.is(offer.ambassador_id);
                eyes.coordinates(offer.municipality_id, offer.neighbourhood_id)
                    || concerns && self.is_for_shared(offer)
            }
            (Kind::CallOut, "details") => {
                let call_out = row!(self.call_outs, id);
                self.runs(call_out) || self.is_selected(call_out)
            }
            (Kind::CallOut, "casework") => {
                let call_out = row!(self.call_outs, id);
                self.runs(call_out) || self.called_from(call_out)
            }
            (Kind::Ambassador, "briefing") => self.is_colleague(row!(self.ambassadors, id)),
            (Kind::Booking, "details") => self.is_concerned(row!(self.bookings, id)),
            (Kind::Activity, "preparation") => self.prepares(row!(self.activities, id)),
            (Kind::PlanSession, "note") => {
                let of = row!(self.sessions, id).plan_id;
                self.is_inside(row!(self.plans, of))
            }
            (Kind::Team, "contact") => {
                let team = row!(self.teams, id);
                team.public_contact || self.works_with(team)
            }
            _ => panic!("say who sees {guard} of {kind:?} {}", eyes.roles.join(", ")),
        }
    }

    fn sees_account(&self, user: Uuid) -> bool {
        self.eyes.is_admin || self.eyes.user == Some(user)
    }

    fn is_public(volunteer: &ambassador::Model) -> bool {
        volunteer.status == AmbassadorStatus::Active && volunteer.public_profile
    }

    fn is_colleague(&self, volunteer: &ambassador::Model) -> bool {
        let eyes = self.eyes;
        let assigned = self.world.assigned.iter().any(|link| {
            link.ambassador_id == volunteer.id
                && eyes.neighbourhoods.contains(&link.neighbourhood_id)
        });
        let deployed = self.world.deployments.iter().any(|deployment| {
            deployment.ambassador_id == volunteer.id
                && eyes.neighbourhoods.contains(&deployment.neighbourhood_id)
                && deployment.ends_at.is_none_or(|end| end > eyes.now)
        });
        let guided = self.world.members.iter().any(|member| {
            member.ambassador_id == Some(volunteer.id)
                && member.left_on.is_none()
                && eyes.works_for(row!(self.teams, member.team_id).contact_partner_id)
        });
        eyes.municipalities.contains(&volunteer.municipality_id)
            || assigned
            || deployed
            || guided
            || eyes.is(volunteer.id)
            || eyes.works_for(volunteer.pool_partner_id)
    }

    fn joined(&self, team: Uuid) -> bool {
        self.world.members.iter().any(|member| {
            member.team_id == team
                && member.left_on.is_none()
                && (self.eyes.is(member.ambassador_id) || self.eyes.works_for(member.partner_id))
        })
    }

    fn works_with(&self, team: &team::Model) -> bool {
        let eyes = self.eyes;
        eyes.municipalities.contains(&team.municipality_id)
            || eyes.works_for(team.contact_partner_id)
            || self.joined(team.id)
            || self.world.team_places.iter().any(|link| {
                link.team_id == team.id
                    && (eyes.neighbourhoods.contains(&link.neighbourhood_id)
                        || self.is_served(link.neighbourhood_id))
            })
    }

    /// They are an active volunteer of the neighbourhood, assigned or deployed.
    fn is_served(&self, neighbourhood: Uuid) -> bool {
        let now = self.eyes.now;
        self.world.ambassadors.iter().any(|one| {
            let assigned =
                self.world.assigned.iter().any(|link| {
                    link.ambassador_id == one.id && link.neighbourhood_id == neighbourhood
                });
            let deployed = self.world.deployments.iter().any(|deployment| {
                deployment.ambassador_id == one.id
                    && deployment.neighbourhood_id == neighbourhood
                    && deployment.starts_at <= now
                    && deployment.ends_at.is_none_or(|end| end > now)
            });
            self.eyes.is(one.id) && one.status == AmbassadorStatus::Active && (assigned || deployed)
        })
    }

    fn is_concerned(&self, booking: &booking::Model) -> bool {
        self.eyes
            .coordinates(booking.municipality_id, booking.neighbourhood_id)
            || self.eyes.works_for(booking.owner_partner_id)
            || self.eyes.works_for(booking.booked_by_partner_id)
            || self.eyes.is(booking.booked_by_ambassador_id)
    }

    fn prepares(&self, activity: &activity::Model) -> bool {
        let World {
            organisers,
            volunteers,
            ..
        } = self.world;
        self.eyes
            .coordinates(activity.municipality_id, activity.neighbourhood_id)
            || self.eyes.works_for(activity.proposed_by_partner_id)
            || self.eyes.is(activity.proposed_by_ambassador_id)
            || organisers
                .iter()
                .any(|link| link.activity_id == activity.id && self.eyes.works_for(link.partner_id))
            || volunteers
                .iter()
                .any(|link| link.activity_id == activity.id && self.eyes.is(link.ambassador_id))
    }

    fn carries(&self, initiative: Option<Uuid>) -> bool {
        self.world.carriers.iter().any(|link| {
            Some(link.initiative_id) == initiative && self.eyes.works_for(link.partner_id)
        })
    }

    /// One of those who work on the plan.
    fn is_inside(&self, plan: &plan::Model) -> bool {
        let covers = self.world.covered.iter().any(|link| {
            link.neighbourhood_id == plan.neighbourhood_id && self.eyes.works_for(link.partner_id)
        });
        self.eyes
            .coordinates(plan.municipality_id, plan.neighbourhood_id)
            || self.eyes.works_for(plan.facilitator_partner_id)
            || self.carries(plan.initiative_id)
            || covers
            || self.is_served(plan.neighbourhood_id)
    }
}
