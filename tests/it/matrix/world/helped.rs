//! People, what they were referred for, and who helps them: also what would hardly occur by chance. A
//! volunteer who asks is selected for somebody who welcomes help, somebody who doesn't any more, and
//! somebody who was never asked; a consent ended a referral; a life was at stake.

use nabij_entity::{
    SetOf, ambassador,
    ambassador::VolunteerRole,
    call_out::{self, CallOutStatus},
    consent::{self, ConsentKind},
    offer::{self, OfferStatus},
    partner,
    referral::{self, ReferralCancelCause, ReferralStatus, SharingBasis},
    resident, resident_contact,
    role_grant::Role,
    signal::{self, SignalStatus},
    vocabulary::TargetGroup,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter,
    sea_query::Expr,
};
use uuid::Uuid;

use super::{Draw, World, all, each, mark, marked};
use crate::policy::records::records;

/// Not everybody who helps is bound by professional secrecy; and those volunteers who ask are in a
/// partner's pool, there to help.
pub(super) async fn arrange(db: &DatabaseConnection) {
    partner::Entity::update_many()
        .col_expr(
            partner::Column::Secrecy,
            Expr::value(partner::SecrecyRegime::Discretion),
        )
        .filter(partner::Column::Name.is_in(["Housing", "Elsewhere"]))
        .exec(db)
        .await
        .expect("it is written");
    let partners = all::<partner::Entity>(db).await;
    for (name, of) in [
        ("Rosa", "Welfare"),
        ("Jef", "Elsewhere"),
        ("Pia", "Welfare"),
        ("Vera", "Housing"),
    ] {
        let pool = partners.iter().find(|partner| partner.name == of);
        let pool = pool.or(partners.first());
        let volunteers = ambassador::Entity::find()
            .filter(ambassador::Column::DisplayName.eq(name))
            .all(db)
            .await
            .expect("volunteers can be read");
        for volunteer in volunteers {
            let row = ambassador::ActiveModel {
                id: Set(volunteer.id),
                pool_partner_id: Set(Some(pool.expect("it is in the town").id)),
                roles: Set(SetOf::from_iter([
                    VolunteerRole::Listener,
                    VolunteerRole::Helper,
                ])),
                ..Default::default()
            };
            row.update(db).await.expect("they are there");
        }
    }
}

impl World {
    /// Somebody of this place, and how they are reached.
    pub(super) async fn resident(
        &mut self,
        draw: &mut Draw<'_>,
        (municipality_id, neighbourhood_id): (Uuid, Uuid),
    ) -> resident::Model {
        let id = draw.id();
        let row = resident::Model {
            id,
            municipality_id,
            neighbourhood_id,
            given_name: marked("resident", "givenName", id),
            family_name: marked("resident", "familyName", id),
            birth_year: Some(1930 + i32::try_from(draw.dice.below(60)).expect("small")),
            target_groups: SetOf::from_iter([TargetGroup::OlderPeople]),
            languages: SetOf::from_iter(["nl".to_owned()]),
            notes: marked("resident", "notes", id),
            recorded_by_user_id: draw.dice.one(&draw.users),
            recorded_by_ambassador_id: draw.maybe(&draw.ambassadors.clone()),
            recorded_by_partner_id: draw.maybe(&draw.partners.clone()),
            created_at: draw.time().unwrap_or(draw.now),
            ..records().resident
        };
        draw.put(&mut self.residents, row.clone()).await;
        let contact = resident_contact::Model {
            resident_id: id,
            phone: Some("+3223590000".to_owned()),
            email: Some(format!("{}@example.org", mark("resident", "email", id))),
            address: marked("resident", "address", id),
            preferred_channel: None,
            updated_at: draw.now,
        };
        draw.put(&mut self.contacts, contact).await;
        row
    }

    /// A referral of this signal, as it comes: on a basis or on none, resting on a consent or not.
    pub(super) async fn referral(&mut self, draw: &mut Draw<'_>, signal: &signal::Model) {
        let consents = self.consents.iter();
        let consents: Vec<Uuid> = consents
            .filter(|one| Some(one.resident_id) == signal.resident_id)
            .map(|one| one.id)
            .collect();
        let earlier = each(&self.referrals, |one| one.id);
        let services = each(&self.services, |one| one.id);
        let basis = draw.dice.often().then(|| draw.dice.any::<SharingBasis>());
        let row = referral::Model {
            signal_id: signal.id,
            municipality_id: signal.municipality_id,
            neighbourhood_id: signal.neighbourhood_id,
            resident_id: signal.resident_id,
            from_partner_id: draw.maybe(&draw.partners.clone()),
            to_partner_id: draw.dice.one(&draw.partners),
            service_id: draw.maybe(&services),
            replaces_id: draw.maybe(&earlier),
            status: draw.dice.any(),
            basis,
            consent_id: draw.maybe(&consents),
            disclosed_fields: draw.set(),
            reject_reason: Some(draw.dice.any()),
            outcome: Some(draw.dice.any()),
            cancel_cause: draw.time().map(|_| draw.dice.any::<ReferralCancelCause>()),
            requested_by_user_id: draw.dice.one(&draw.users),
            ..records().referral
        };
        self.put_referral(draw, row).await;
    }

    /// Writes a referral under an id of its own, with texts that are marked with it.
    async fn put_referral(&mut self, draw: &Draw<'_>, row: referral::Model) -> referral::Model {
        let id = draw.id();
        let row = referral::Model {
            id,
            basis_justification: marked("referral", "basisJustification", id),
            reason: marked("referral", "reason", id),
            status_note: marked("referral", "statusNote", id),
            outcome_note: marked("referral", "outcomeNote", id),
            ..row
        };
        draw.put(&mut self.referrals, row.clone()).await;
        row
    }

    /// What would hardly occur by chance.
    pub(super) async fn helped(&mut self, draw: &mut Draw<'_>) {
        let asking: Vec<Uuid> = self
            .grants
            .iter()
            .filter(|grant| grant.role == Role::Ambassador)
            .filter_map(|grant| grant.ambassador_id)
            .collect();
        for volunteer in asking {
            // Welcomed, not any more, never asked.
            for consent in [Some(false), Some(true), None] {
                self.selected(draw, volunteer, consent).await;
            }
        }
        let staffed: Vec<Uuid> = self
            .grants
            .iter()
            .filter(|grant| grant.role == Role::PartnerStaff)
            .filter_map(|grant| grant.partner_id)
            .collect();
        for partner in staffed {
            let ended = referral::Model {
                status: ReferralStatus::Cancelled,
                cancel_cause: Some(ReferralCancelCause::ConsentWithdrawn),
                basis: Some(SharingBasis::Consent),
                ..self.referrals[draw.dice.below(self.referrals.len())].clone()
            };
            let to_them = referral::Model {
                to_partner_id: partner,
                ..ended.clone()
            };
            self.put_referral(draw, to_them).await;
            let from_them = referral::Model {
                from_partner_id: Some(partner),
                ..ended
            };
            self.put_referral(draw, from_them).await;
        }
        for _ in 0..4 {
            let at_stake = referral::Model {
                basis: Some(SharingBasis::VitalInterest),
                ..self.referrals[draw.dice.below(self.referrals.len())].clone()
            };
            self.put_referral(draw, at_stake).await;
        }
    }

    /// Somebody whom this volunteer is selected to help, and who accepts help, withdrew that, or was
    /// never asked.
    async fn selected(&mut self, draw: &mut Draw<'_>, volunteer: Uuid, withdrawn: Option<bool>) {
        let place = draw.dice.one(&draw.places);
        let resident = self.resident(draw, place).await;
        if let Some(withdrawn) = withdrawn {
            let row = consent::Model {
                id: draw.id(),
                resident_id: resident.id,
                municipality_id: resident.municipality_id,
                neighbourhood_id: resident.neighbourhood_id,
                kind: ConsentKind::AcceptHelp,
                partner_id: None,
                recorded_by_user_id: draw.dice.one(&draw.users),
                withdrawn_at: withdrawn.then_some(draw.now),
                ..records().consent
            };
            draw.put(&mut self.consents, row).await;
        }
        let referral = self.case_for(draw, &resident, volunteer).await;
        self.filled(draw, &referral, volunteer).await;
    }

    /// Their case, referred to the partner in whose pool this volunteer is.
    async fn case_for(
        &mut self,
        draw: &mut Draw<'_>,
        resident: &resident::Model,
        volunteer: Uuid,
    ) -> referral::Model {
        let sample = records();
        let (municipality_id, neighbourhood_id) =
            (resident.municipality_id, resident.neighbourhood_id);
        let id = draw.id();
        let about = signal::Model {
            id,
            municipality_id,
            neighbourhood_id,
            resident_id: Some(resident.id),
            title: mark("signal", "title", id),
            text: marked("signal", "text", id),
            status: SignalStatus::InProgress,
            reporter_user_id: draw.dice.one(&draw.users),
            reporter_ambassador_id: None,
            handler_partner_id: None,
            ..sample.signal
        };
        draw.put(&mut self.signals, about).await;
        let found = self.ambassadors.iter().find(|one| one.id == volunteer);
        let pool = found.and_then(|one| one.pool_partner_id);
        let pool = pool.expect("they are in a pool");
        let row = referral::Model {
            signal_id: id,
            municipality_id,
            neighbourhood_id,
            resident_id: Some(resident.id),
            from_partner_id: None,
            to_partner_id: pool,
            status: ReferralStatus::Accepted,
            basis: Some(SharingBasis::PublicTask),
            disclosed_fields: draw.set(),
            requested_by_user_id: draw.dice.one(&draw.users),
            ..sample.referral
        };
        self.put_referral(draw, row).await
    }

    /// A call-out for it, on which this volunteer is selected.
    async fn filled(&mut self, draw: &mut Draw<'_>, referral: &referral::Model, volunteer: Uuid) {
        let sample = records();
        let id = draw.id();
        let call = call_out::Model {
            id,
            referral_id: referral.id,
            signal_id: referral.signal_id,
            municipality_id: referral.municipality_id,
            neighbourhood_id: referral.neighbourhood_id,
            partner_id: referral.to_partner_id,
            resident_id: referral.resident_id,
            title: mark("callout", "title", id),
            text: mark("callout", "text", id),
            details: marked("callout", "details", id),
            status: CallOutStatus::Filled,
            selected_ambassador_id: Some(volunteer),
            opened_by_user_id: draw.dice.one(&draw.users),
            ..sample.call_out
        };
        draw.put(&mut self.call_outs, call).await;
        let of = id;
        let id = draw.id();
        let made = offer::Model {
            id,
            call_out_id: of,
            municipality_id: referral.municipality_id,
            neighbourhood_id: referral.neighbourhood_id,
            partner_id: referral.to_partner_id,
            ambassador_id: volunteer,
            status: OfferStatus::Selected,
            note: marked("offer", "note", id),
            status_note: marked("offer", "statusNote", id),
            ..sample.offer
        };
        draw.put(&mut self.offers, made).await;
    }
}
