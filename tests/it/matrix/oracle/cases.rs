//! Who may see what of a case: its signal, its referrals, the resident, and the call-outs for them.

use chrono::TimeDelta;
use nabij_entity::{
    ambassador, ambassador::AmbassadorStatus, ambassador::VolunteerRole, call_out,
    call_out::CallOutStatus, consent::ConsentKind, contact_moment, offer, partner,
    partner::SecrecyRegime, referral, referral::DisclosedField, referral::ReferralCancelCause,
    referral::ReferralStatus, referral::SharingBasis, resident, signal, signal::SignalStatus,
};
use uuid::Uuid;

use super::{Oracle, find};

impl Oracle<'_> {
    /// The consent it rests on, if any, was not withdrawn.
    pub(super) fn rests_on_consent(&self, referral: &referral::Model) -> bool {
        let withdrawn = self.world.consents.iter().any(|consent| {
            Some(consent.id) == referral.consent_id && consent.withdrawn_at.is_some()
        });
        !withdrawn && referral.cancel_cause != Some(ReferralCancelCause::ConsentWithdrawn)
    }

    pub(super) fn received(&self, referral: &referral::Model) -> bool {
        self.eyes.works_for(referral.to_partner_id) && self.rests_on_consent(referral)
    }

    pub(super) fn is_open(referral: &referral::Model) -> bool {
        use ReferralStatus::{Accepted, InProgress, OnHold, Requested};
        matches!(referral.status, Requested | Accepted | InProgress | OnHold)
    }

    /// The target of an open referral.
    pub(super) fn serves(&self, referral: &referral::Model) -> bool {
        self.received(referral) && Self::is_open(referral)
    }

    /// One of its two partners; the target not once it turned it down or it was called off.
    pub(super) fn partakes(&self, referral: &referral::Model) -> bool {
        let turned_down = matches!(
            referral.status,
            ReferralStatus::Rejected | ReferralStatus::Cancelled
        );
        let sent = self.eyes.works_for(referral.from_partner_id) && self.rests_on_consent(referral);
        sent || self.received(referral) && !turned_down
    }

    pub(super) fn works_on(&self, referral: &referral::Model) -> bool {
        self.eyes
            .coordinates(referral.municipality_id, referral.neighbourhood_id)
            || self.partakes(referral)
    }

    /// Whether they have to do with what became of it.
    pub(super) fn follows_referral(&self, referral: &referral::Model) -> bool {
        self.works_on(referral)
            || self.received(referral)
            || self.reported(row!(self.signals, referral.signal_id))
    }

    /// One of its two partners, told that the resident withdrew the consent on which it rested.
    pub(super) fn is_told_of_withdrawal(&self, referral: &referral::Model) -> bool {
        let partners = [Some(referral.to_partner_id), referral.from_partner_id];
        partners.into_iter().any(|one| self.eyes.works_for(one))
            && referral.status == ReferralStatus::Cancelled
            && referral.cancel_cause == Some(ReferralCancelCause::ConsentWithdrawn)
    }

    /// The auditor, where somebody's vital interest was the ground.
    pub(super) fn audits(&self, referral: &referral::Model) -> bool {
        self.eyes.audits.contains(&referral.municipality_id)
            && referral.basis == Some(SharingBasis::VitalInterest)
    }

    pub(super) fn reported(&self, signal: &signal::Model) -> bool {
        self.eyes.is(signal.reporter_ambassador_id)
            || self.eyes.works_for(signal.reporter_partner_id)
    }

    pub(super) fn signalled(&self, signal: &signal::Model) -> bool {
        Some(signal.reporter_user_id) == self.eyes.user
            && signal
                .reporter_partner_id
                .is_some_and(|of| self.eyes.signals_for.contains(&of))
    }

    pub(super) fn coordinates_signal(&self, signal: &signal::Model) -> bool {
        self.eyes
            .coordinates(signal.municipality_id, signal.neighbourhood_id)
    }

    /// The partner that handles it; not when the consent on which it was told was withdrawn.
    fn is_handlers(&self, signal: &signal::Model) -> bool {
        let withdrawn = self.world.consents.iter().any(|consent| {
            Some(consent.id) == signal.handler_consent_id && consent.withdrawn_at.is_some()
        });
        self.eyes.works_for(signal.handler_partner_id) && !withdrawn
    }

    fn is_open_signal(signal: &signal::Model) -> bool {
        use SignalStatus::{InProgress, Submitted, Triaged};
        matches!(signal.status, Submitted | Triaged | InProgress)
    }

    /// The handler of an open signal.
    pub(super) fn handles(&self, signal: &signal::Model) -> bool {
        self.is_handlers(signal) && Self::is_open_signal(signal)
    }

    /// What is told in it is disclosed to the partner that handles it, or it tells of nobody.
    pub(super) fn is_told_in(&self, signal: &signal::Model) -> bool {
        let notes = DisclosedField::Notes;
        self.handles(signal)
            && (signal.resident_id.is_none() || signal.handler_disclosed_fields.contains(&notes))
    }

    /// Who reported it, and those it was referred to or from.
    pub(super) fn takes_part(&self, signal: &signal::Model) -> bool {
        let mut referrals = self.world.referrals.iter();
        self.reported(signal)
            || referrals.any(|one| one.signal_id == signal.id && self.partakes(one))
    }

    pub(super) fn follows(&self, signal: &signal::Model) -> bool {
        self.coordinates_signal(signal) || self.is_handlers(signal) || self.takes_part(signal)
    }

    /// The coordinator of the place where they live.
    pub(super) fn coordinates_home(&self, resident: &resident::Model) -> bool {
        self.eyes
            .coordinates(resident.municipality_id, resident.neighbourhood_id)
    }

    /// They recorded the resident, as an active volunteer or for a partner, and reported a signal about
    /// them that is open; or recorded them within a day and reported none.
    pub(super) fn recorded(&self, resident: &resident::Model) -> bool {
        let is_active = |volunteer: Option<Uuid>| {
            let mut all = self.world.ambassadors.iter();
            all.any(|one| Some(one.id) == volunteer && one.status == AmbassadorStatus::Active)
        };
        let volunteer = resident.recorded_by_ambassador_id;
        let they_did = self.eyes.is(volunteer) && is_active(volunteer)
            || Some(resident.recorded_by_user_id) == self.eyes.user
                && self.eyes.works_for(resident.recorded_by_partner_id);
        let theirs = self.world.signals.iter().filter(|signal| {
            signal.resident_id == Some(resident.id)
                && (self.eyes.is(signal.reporter_ambassador_id)
                    || Some(signal.reporter_user_id) == self.eyes.user
                        && self.eyes.works_for(signal.reporter_partner_id))
        });
        let theirs: Vec<_> = theirs.collect();
        let is_new = resident.created_at > self.eyes.now - TimeDelta::days(1);
        they_did
            && (theirs.iter().any(|signal| Self::is_open_signal(signal))
                || theirs.is_empty() && is_new)
    }

    /// They handle an open signal about the resident, or an open referral tells them; with a field, one
    /// that is disclosed by it.
    pub(super) fn told_of(
        &self,
        resident: &resident::Model,
        field: Option<DisclosedField>,
    ) -> bool {
        let by_handling = self.world.signals.iter().any(|signal| {
            signal.resident_id == Some(resident.id)
                && self.handles(signal)
                && field.is_none_or(|field| signal.handler_disclosed_fields.contains(&field))
        });
        let by_referral = self.world.referrals.iter().any(|referral| {
            let helps = self
                .world
                .call_outs
                .iter()
                .any(|one| one.referral_id == referral.id && self.is_selected(one));
            referral.resident_id == Some(resident.id)
                && Self::is_open(referral)
                && self.rests_on_consent(referral)
                && field.is_none_or(|field| referral.disclosed_fields.contains(&field))
                && (self.eyes.works_for(referral.to_partner_id) || helps)
        });
        by_handling || by_referral
    }

    // Call-outs. What the resident no longer agrees to is closed to both partners at once.

    pub(super) fn is_shared(&self, call_out: &call_out::Model) -> bool {
        let referral = find(&self.world.referrals, |one| one.id == call_out.referral_id);
        referral.is_some_and(|one| self.rests_on_consent(one))
    }

    pub(super) fn runs(&self, call_out: &call_out::Model) -> bool {
        self.eyes
            .coordinates(call_out.municipality_id, call_out.neighbourhood_id)
            || self.eyes.works_for(call_out.partner_id) && self.is_shared(call_out)
    }

    pub(super) fn called_from(&self, call_out: &call_out::Model) -> bool {
        let referral = row!(self.referrals, call_out.referral_id);
        self.eyes.works_for(referral.from_partner_id) && self.is_shared(call_out)
    }

    pub(super) fn in_pool(&self, partner: Uuid, also: impl Fn(&ambassador::Model) -> bool) -> bool {
        self.world.ambassadors.iter().any(|one| {
            self.eyes.is(one.id)
                && one.pool_partner_id == Some(partner)
                && one.status == AmbassadorStatus::Active
                && also(one)
        })
    }

    /// Whether whom it is about accepts help, if it is about anybody.
    pub(super) fn is_welcome(&self, call_out: &call_out::Model) -> bool {
        call_out.resident_id.is_none_or(|resident| {
            self.world.consents.iter().any(|consent| {
                consent.resident_id == resident
                    && consent.kind == ConsentKind::AcceptHelp
                    && consent.withdrawn_at.is_none()
            })
        })
    }

    /// Whether what an offer was made for still rests on what it rested on.
    pub(super) fn is_for_shared(&self, offer: &offer::Model) -> bool {
        self.is_shared(row!(self.call_outs, offer.call_out_id))
    }

    /// The contact of a partner on a referral that rests on nothing any more is closed to it.
    pub(super) fn wrote(&self, made: &contact_moment::Model) -> bool {
        self.eyes.works_for(made.author_partner_id)
            && made
                .referral_id
                .is_none_or(|of| self.rests_on_consent(row!(self.referrals, of)))
    }

    /// The one volunteer who was selected, and still may help.
    pub(super) fn is_selected(&self, call_out: &call_out::Model) -> bool {
        call_out.status == CallOutStatus::Filled
            && call_out.closed_at.is_none()
            && self.is_shared(call_out)
            && self.is_welcome(call_out)
            && self.in_pool(call_out.partner_id, |one| {
                let helps = [VolunteerRole::Helper, VolunteerRole::Buddy];
                call_out.selected_ambassador_id == Some(one.id)
                    && one.briefed_on.is_some()
                    && helps.iter().any(|role| one.roles.contains(role))
            })
    }

    /// Whoever wrote it and the coordinator read it, the target of its referral, and the handler to whom
    /// what was told is disclosed; of the latter two under professional secrecy only those who are bound
    /// by it themselves, until the resident lifts it.
    pub(super) fn reads_note(&self, made: &contact_moment::Model) -> bool {
        let signal = row!(self.signals, made.signal_id);
        let is_bound = |partner: Option<Uuid>| {
            let bound = |one: &partner::Model| {
                Some(one.id) == partner && one.secrecy == SecrecyRegime::ProfessionalSecrecy
            };
            self.world.partners.iter().any(bound)
        };
        let lifted = self.world.consents.iter().any(|consent| {
            Some(consent.resident_id) == signal.resident_id
                && consent.kind == ConsentKind::LiftSecrecy
                && consent.withdrawn_at.is_none()
        });
        let is_open = made.secrecy != SecrecyRegime::ProfessionalSecrecy || lifted;
        let served = self.world.referrals.iter().any(|referral| {
            Some(referral.id) == made.referral_id
                && self.serves(referral)
                && (is_open || is_bound(Some(referral.to_partner_id)))
        });
        let handled = self.is_told_in(signal) && (is_open || is_bound(signal.handler_partner_id));
        self.eyes
            .coordinates(made.municipality_id, made.neighbourhood_id)
            || self.eyes.is(made.author_ambassador_id)
            || self.wrote(made)
            || handled
            || served
    }
}
