//! What people do together, plans, teams, and the traces that all of it leaves.

use super::*;

impl World {
    /// Rooms, bookings, activities.
    pub(super) async fn together(&mut self, draw: &mut Draw<'_>) {
        let sample = records();
        for _ in 0..SOME {
            let (municipality_id, neighbourhood_id) = draw.dice.one(&draw.places);
            let id = draw.id();
            let row = bookable::Model {
                id,
                partner_id: draw.dice.one(&draw.partners),
                municipality_id,
                neighbourhood_id,
                status: draw.dice.any(),
                ..sample.bookable.clone()
            };
            draw.put(&mut self.bookables, row).await;
            let id = draw.id();
            let row = activity_series::Model {
                id,
                municipality_id,
                initiative_id: None,
                name: "Soup".to_owned(),
                description: None,
                created_at: draw.now,
                updated_at: draw.now,
                version: 1,
            };
            draw.put(&mut self.series, row).await;
            let id = draw.id();
            let row = activity::Model {
                id,
                municipality_id,
                neighbourhood_id,
                title: mark("activity", "title", id),
                outcome_note: marked("activity", "outcomeNote", id),
                handover_note: marked("activity", "handoverNote", id),
                status: draw.dice.any(),
                proposed_by_user_id: draw.dice.one(&draw.users),
                proposed_by_ambassador_id: draw.maybe(&draw.ambassadors.clone()),
                proposed_by_partner_id: draw.maybe(&draw.partners.clone()),
                published_at: draw.time(),
                ..sample.activity.clone()
            };
            draw.put(&mut self.activities, row).await;
            let row = activity_organiser::Model {
                activity_id: id,
                partner_id: draw.dice.one(&draw.partners),
            };
            draw.put(&mut self.organisers, row).await;
            let row = activity_volunteer::Model {
                activity_id: id,
                ambassador_id: draw.dice.one(&draw.ambassadors),
            };
            draw.put(&mut self.volunteers, row).await;
            let at = draw.id();
            let row = occurrence::Model {
                id: at,
                activity_id: id,
                municipality_id,
                neighbourhood_id,
                starts_at: draw.now,
                ends_at: draw.now + TimeDelta::hours(2),
                cancelled_at: None,
                attendance_total: None,
                created_at: draw.now,
                updated_at: draw.now,
                version: 1,
            };
            draw.put(&mut self.occurrences, row).await;
            let row = attendance::Model {
                id: draw.id(),
                activity_id: id,
                occurrence_id: at,
                target_group: draw.dice.any(),
                count: 3,
            };
            draw.put(&mut self.attendances, row).await;
            let room = self.bookables[draw.dice.below(self.bookables.len())].clone();
            let id = draw.id();
            let row = booking::Model {
                id,
                first_id: id,
                bookable_id: room.id,
                owner_partner_id: room.partner_id,
                municipality_id: room.municipality_id,
                neighbourhood_id: room.neighbourhood_id,
                activity_id: draw.maybe(&each(&self.activities, |one| one.id)),
                status: draw.dice.any(),
                note: marked("booking", "note", id),
                cancel_reason: marked("booking", "cancelReason", id),
                booked_by_user_id: draw.dice.one(&draw.users),
                booked_by_ambassador_id: draw.maybe(&draw.ambassadors.clone()),
                booked_by_partner_id: draw.maybe(&draw.partners.clone()),
                ..sample.booking.clone()
            };
            draw.put(&mut self.bookings, row).await;
        }
    }

    pub(super) async fn planned(&mut self, draw: &mut Draw<'_>) {
        let sample = records().plans;
        for _ in 0..SOME {
            let (municipality_id, neighbourhood_id) = draw.dice.one(&draw.places);
            let plan_id = draw.id();
            let row = plan::Model {
                id: plan_id,
                municipality_id,
                neighbourhood_id,
                initiative_id: draw.maybe(&each(&self.initiatives, |one| one.id)),
                facilitator_partner_id: draw.maybe(&draw.partners.clone()),
                title: mark("plan", "title", plan_id),
                summary: marked("plan", "summary", plan_id),
                stage: draw.dice.any(),
                ..sample.plan.clone()
            };
            draw.put(&mut self.plans, row).await;
            let session = draw.id();
            let row = plan_session::Model {
                id: session,
                plan_id,
                municipality_id,
                neighbourhood_id,
                kind: draw.dice.any(),
                held_on: draw.now.date_naive(),
                headcount: 4,
                mix: SetOf::default(),
                note: marked("session", "note", session),
                recorded_by_user_id: draw.dice.one(&draw.users),
                recorded_by_partner_id: draw.maybe(&draw.partners.clone()),
                created_at: draw.now,
                updated_at: draw.now,
                version: 1,
            };
            draw.put(&mut self.sessions, row).await;
            let id = draw.id();
            let row = finding::Model {
                id,
                plan_id,
                municipality_id,
                neighbourhood_id,
                session_id: Some(session),
                kind: draw.dice.any(),
                category: None,
                text: mark("finding", "text", id),
                recorded_by_user_id: draw.dice.one(&draw.users),
                recorded_by_partner_id: draw.maybe(&draw.partners.clone()),
                created_at: draw.now,
                updated_at: draw.now,
                version: 1,
            };
            draw.put(&mut self.findings, row).await;
            let id = draw.id();
            let row = plan_action::Model {
                id,
                plan_id,
                municipality_id,
                neighbourhood_id,
                title: mark("planaction", "title", id),
                owner_partner_id: Some(draw.dice.one(&draw.partners)),
                recorded_by_user_id: draw.dice.one(&draw.users),
                ..sample.action.clone()
            };
            draw.put(&mut self.actions, row).await;
            let action = id;
            let id = draw.id();
            let row = commitment::Model {
                id,
                plan_id,
                municipality_id,
                neighbourhood_id,
                action_id: Some(action),
                partner_id: Some(draw.dice.one(&draw.partners)),
                what: mark("commitment", "what", id),
                recorded_by_user_id: draw.dice.one(&draw.users),
                ..sample.commitments[0].clone()
            };
            draw.put(&mut self.commitments, row).await;
            let id = draw.id();
            let row = endorsement::Model {
                id,
                plan_id,
                municipality_id,
                neighbourhood_id,
                endorser: draw.dice.any(),
                partner_id: Some(draw.dice.one(&draw.partners)),
                endorsed_on: draw.now.date_naive(),
                how: mark("endorsement", "how", id),
                lapsed_at: None,
                recorded_by_user_id: draw.dice.one(&draw.users),
                created_at: draw.now,
                updated_at: draw.now,
                version: 1,
            };
            draw.put(&mut self.endorsements, row).await;
            let id = draw.id();
            let row = funding_line::Model {
                id,
                municipality_id,
                neighbourhood_id: Some(neighbourhood_id),
                plan_id: Some(plan_id),
                funder_partner_id: draw.maybe(&draw.partners.clone()),
                note: marked("funding", "note", id),
                ..sample.lines[0].clone()
            };
            draw.put(&mut self.funding, row).await;
            let id = draw.id();
            let row = funding_line::Model {
                id,
                municipality_id,
                initiative_id: Some(draw.dice.one(&each(&self.initiatives, |one| one.id))),
                funder_partner_id: draw.maybe(&draw.partners.clone()),
                note: marked("funding", "note", id),
                ..sample.lines[1].clone()
            };
            draw.put(&mut self.funding, row).await;
        }
    }

    pub(super) async fn teams(&mut self, draw: &mut Draw<'_>) {
        let sample = records();
        let everybody = each(&self.ambassadors, |one| one.id);
        for _ in 0..SOME {
            let (municipality_id, neighbourhood_id) = draw.dice.one(&draw.places);
            let team_id = draw.id();
            let row = team::Model {
                id: team_id,
                municipality_id,
                contact_name: marked("team", "contactName", team_id),
                contact_partner_id: draw.dice.one(&draw.partners),
                contact_details: marked("team", "contactDetails", team_id),
                public_contact: draw.dice.below(3) == 0,
                ..sample.team.clone()
            };
            draw.put(&mut self.teams, row).await;
            let row = team_neighbourhood::Model {
                team_id,
                neighbourhood_id,
            };
            draw.put(&mut self.team_places, row).await;
            for is_volunteer in [true, true, false] {
                let id = draw.id();
                let row = team_member::Model {
                    id,
                    team_id,
                    municipality_id,
                    ambassador_id: is_volunteer.then(|| draw.dice.one(&everybody)),
                    partner_id: (!is_volunteer).then(|| draw.dice.one(&draw.partners)),
                    display_name: (!is_volunteer).then(|| mark("teammember", "displayName", id)),
                    task: marked("teammember", "task", id),
                    joined_on: draw.now.date_naive(),
                    left_on: draw.time().map(|at| at.date_naive()),
                    created_at: draw.now,
                    updated_at: draw.now,
                    version: 1,
                };
                draw.put(&mut self.members, row).await;
            }
            let id = draw.id();
            let row = training::Model {
                id,
                municipality_id,
                team_id: draw.maybe(&[team_id]),
                kind: draw.dice.any(),
                title: mark("training", "title", id),
                held_on: draw.now.date_naive(),
                minutes: None,
                provider_partner_id: draw.maybe(&draw.partners.clone()),
                created_at: draw.now,
                updated_at: draw.now,
                version: 1,
            };
            draw.put(&mut self.trainings, row).await;
            let row = training_ambassador::Model {
                training_id: id,
                ambassador_id: draw.dice.one(&everybody),
            };
            draw.put(&mut self.trained, row).await;
            let row = deployment::Model {
                id: draw.id(),
                municipality_id,
                neighbourhood_id,
                ambassador_id: draw.dice.one(&everybody),
                starts_at: draw.now - TimeDelta::hours(9),
                ends_at: draw.time(),
                ..sample.deployment.clone()
            };
            draw.put(&mut self.deployments, row).await;
        }
    }

    /// How long municipalities keep things, what they removed, and what is held.
    pub(super) async fn kept(&mut self, draw: &mut Draw<'_>) {
        for municipality_id in self.municipalities.clone() {
            let row = retention_rule::Model {
                id: draw.id(),
                municipality_id,
                ground: draw.dice.any(),
                months: 7,
                created_at: draw.now,
                updated_at: draw.now,
                version: 1,
            };
            draw.put(&mut self.retention_rules, row).await;
            let row = retention_run::Model {
                id: draw.id(),
                municipality_id,
                day: draw.now.date_naive(),
                started_at: draw.now,
                finished_at: draw.time(),
                removed: retention_run::Removed::default(),
            };
            draw.put(&mut self.retention_runs, row).await;
        }
        for _ in 0..SOME {
            let signal = self.signals[draw.dice.below(self.signals.len())].clone();
            let id = draw.id();
            let row = legal_hold::Model {
                id,
                municipality_id: signal.municipality_id,
                neighbourhood_id: signal.neighbourhood_id,
                signal_id: Some(signal.id),
                resident_id: None,
                reason: mark("hold", "reason", id),
                ends_at: draw.time(),
                placed_by_user_id: draw.dice.one(&draw.users),
                lifted_at: draw.time(),
                lifted_by_user_id: draw.maybe(&draw.users.clone()),
                lift_reason: marked("hold", "liftReason", id),
                created_at: draw.now,
                updated_at: draw.now,
                version: 1,
            };
            draw.put(&mut self.holds, row).await;
        }
    }

    /// An event of every record that has a history, and reads of every resident.
    pub(super) async fn traces(&mut self, draw: &mut Draw<'_>) {
        for kind in Kind::ALL
            .iter()
            .copied()
            .filter(|kind| kind.edge("history").is_some())
        {
            for subject_id in self.ids(kind) {
                let row = event::Model {
                    id: draw.id(),
                    subject_kind: kind.prefix().to_owned(),
                    subject_id,
                    kind: format!("{}.seen_{}", kind.prefix(), subject_id.simple()),
                    actor_user_id: Some(draw.dice.one(&draw.users)),
                    actor_role: None,
                    actor_partner_id: Some(draw.dice.one(&draw.partners)),
                    request_id: "request".to_owned(),
                    at: draw.now,
                    data: serde_json::json!({}),
                };
                draw.put(&mut self.events, row).await;
            }
        }
        for resident in self.residents.clone() {
            let row = access_log::Model {
                id: draw.id(),
                user_id: draw.dice.one(&draw.users),
                partner_id: draw.maybe(&draw.partners.clone()),
                resident_id: resident.id,
                municipality_id: Some(resident.municipality_id),
                fields: "PHONE".to_owned(),
                purpose: draw.dice.any(),
                at: draw.now,
                request_id: "request".to_owned(),
            };
            draw.put(&mut self.reads, row).await;
        }
    }

    /// The ids of all records of a kind.
    pub fn ids(&self, kind: Kind) -> Vec<Uuid> {
        match kind {
            Kind::Municipality => self.municipalities.clone(),
            Kind::Neighbourhood => self.neighbourhoods.clone(),
            Kind::Partner => each(&self.partners, |one| one.id),
            Kind::Service => each(&self.services, |one| one.id),
            Kind::Resident => each(&self.residents, |one| one.id),
            Kind::Ambassador => each(&self.ambassadors, |one| one.id),
            Kind::Signal => each(&self.signals, |one| one.id),
            Kind::ContactMoment => each(&self.contact_moments, |one| one.id),
            Kind::Referral => each(&self.referrals, |one| one.id),
            Kind::CallOut => each(&self.call_outs, |one| one.id),
            Kind::Offer => each(&self.offers, |one| one.id),
            Kind::Feedback => each(&self.feedback, |one| one.id),
            Kind::Initiative => each(&self.initiatives, |one| one.id),
            Kind::Bookable => each(&self.bookables, |one| one.id),
            Kind::Booking => each(&self.bookings, |one| one.id),
            Kind::Evaluation => each(&self.evaluations, |one| one.id),
            Kind::Activity => each(&self.activities, |one| one.id),
            Kind::ActivitySeries => each(&self.series, |one| one.id),
            Kind::Occurrence => each(&self.occurrences, |one| one.id),
            Kind::Attendance => each(&self.attendances, |one| one.id),
            Kind::Plan => each(&self.plans, |one| one.id),
            Kind::PlanSession => each(&self.sessions, |one| one.id),
            Kind::Finding => each(&self.findings, |one| one.id),
            Kind::PlanAction => each(&self.actions, |one| one.id),
            Kind::Commitment => each(&self.commitments, |one| one.id),
            Kind::Endorsement => each(&self.endorsements, |one| one.id),
            Kind::FundingLine => each(&self.funding, |one| one.id),
            Kind::Consent => each(&self.consents, |one| one.id),
            Kind::Advisor => each(&self.advisors, |one| one.id),
            Kind::Team => each(&self.teams, |one| one.id),
            Kind::TeamMember => each(&self.members, |one| one.id),
            Kind::Training => each(&self.trainings, |one| one.id),
            Kind::Deployment => each(&self.deployments, |one| one.id),
            Kind::Event => each(&self.events, |one| one.id),
            Kind::AccessLogEntry => each(&self.reads, |one| one.id),
            Kind::User => each(&self.users, |one| one.id),
            Kind::RetentionRule => each(&self.retention_rules, |one| one.id),
            Kind::RetentionRun => each(&self.retention_runs, |one| one.id),
            Kind::LegalHold => each(&self.holds, |one| one.id),
            Kind::RoleGrant => each(&self.grants, |one| one.id),
            // Told with the record that they belong to, and public.
            Kind::AreaCode | Kind::PartnerIdentifier => Vec::new(),
        }
    }
}
