//! What happens in the story: each step through the use case that everybody's goes through, signed
//! in as whoever takes it.
//!
//! To add a kind of step: a variant of [`Deed`], its arm here. What belongs to one record or a few
//! has a file of its own.

pub(super) mod plans;

mod activities;
mod bookings;
pub(super) mod call_outs;
pub(super) mod teams;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    data::{Chapter, Deed, Refer, Resident, Step, Submit},
    load::{Loader, told},
};
use crate::{
    domain::{
        consent, contact_moment, feedback,
        referral::{self, Transitioning as ReferralStep},
        resident::{ContactDetails, Particulars},
        sharing::Terms,
        signal::{self, ResidentRef, Transitioning as SignalStep},
    },
    ids,
    store::{Cx, Kind, Record},
};
use nabij_entity::vocabulary::Urgency;

/// The ids that the story's records got, by their keys.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Records {
    pub municipalities: BTreeMap<String, Uuid>,
    pub neighbourhoods: BTreeMap<String, Uuid>,
    pub partners: BTreeMap<String, Uuid>,
    pub services: BTreeMap<String, Uuid>,
    pub initiatives: BTreeMap<String, Uuid>,
    pub ambassadors: BTreeMap<String, Uuid>,
    pub residents: BTreeMap<String, Uuid>,
    pub signals: BTreeMap<String, Uuid>,
    pub referrals: BTreeMap<String, Uuid>,
    pub consents: BTreeMap<String, Uuid>,
    pub call_outs: BTreeMap<String, Uuid>,
    pub offers: BTreeMap<String, Uuid>,
    pub series: BTreeMap<String, Uuid>,
    pub activities: BTreeMap<String, Uuid>,
    pub bookables: BTreeMap<String, Uuid>,
    pub bookings: BTreeMap<String, Uuid>,
    pub teams: BTreeMap<String, Uuid>,
    pub team_members: BTreeMap<String, Uuid>,
    pub trainings: BTreeMap<String, Uuid>,
    pub deployments: BTreeMap<String, Uuid>,
    pub plans: BTreeMap<String, Uuid>,
    pub plan_actions: BTreeMap<String, Uuid>,
    pub funding_lines: BTreeMap<String, Uuid>,
}

macro_rules! find {
    ($($(#[$about:meta])* $name:ident in $records:ident;)*) => {
        $(
            $(#[$about])*
            pub fn $name(&self, key: &str) -> Result<Uuid, String> {
                self.$records
                    .get(key)
                    .copied()
                    .ok_or_else(|| format!(concat!("no ", stringify!($name), " has the key {}"), key))
            }
        )*
    };
}

impl Records {
    find! {
        municipality in municipalities;
        neighbourhood in neighbourhoods;
        partner in partners;
        service in services;
        ambassador in ambassadors;
        signal in signals;
        referral in referrals;
        consent in consents;
        call_out in call_outs;
        offer in offers;
        initiative in initiatives;
        one_series in series;
        activity in activities;
        bookable in bookables;
        booking in bookings;
        team in teams;
        team_member in team_members;
        plan in plans;
        plan_action in plan_actions;
        funding_line in funding_lines;
    }

    /// The id, as it is shown outside, of the record that is called so in a sample:
    /// `signal/eenzaam`.
    pub fn type_id(&self, name: &str) -> Option<String> {
        let (kind, key) = name.split_once('/')?;
        let (kind, records) = match kind {
            "municipality" => (Kind::Municipality, &self.municipalities),
            "neighbourhood" => (Kind::Neighbourhood, &self.neighbourhoods),
            "partner" => (Kind::Partner, &self.partners),
            "service" => (Kind::Service, &self.services),
            "initiative" => (Kind::Initiative, &self.initiatives),
            "ambassador" => (Kind::Ambassador, &self.ambassadors),
            "resident" => (Kind::Resident, &self.residents),
            "signal" => (Kind::Signal, &self.signals),
            "referral" => (Kind::Referral, &self.referrals),
            "consent" => (Kind::Consent, &self.consents),
            "callout" => (Kind::CallOut, &self.call_outs),
            "offer" => (Kind::Offer, &self.offers),
            "series" => (Kind::ActivitySeries, &self.series),
            "activity" => (Kind::Activity, &self.activities),
            "bookable" => (Kind::Bookable, &self.bookables),
            "booking" => (Kind::Booking, &self.bookings),
            "team" => (Kind::Team, &self.teams),
            "teammember" => (Kind::TeamMember, &self.team_members),
            "training" => (Kind::Training, &self.trainings),
            "deployment" => (Kind::Deployment, &self.deployments),
            "plan" => (Kind::Plan, &self.plans),
            "planaction" => (Kind::PlanAction, &self.plan_actions),
            "funding" => (Kind::FundingLine, &self.funding_lines),
            _ => return None,
        };
        records.get(key).map(|id| ids::type_id(kind, *id))
    }

    pub fn to_json(&self) -> String {
        // Texts and ids only, so writing it can't fail.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

/// Lets one step happen.
///
/// # Errors
/// Why it was refused.
pub(super) async fn happen(
    loader: &mut Loader,
    chapter: &Chapter,
    step: &Step,
) -> Result<(), String> {
    let cx = loader.sign_in(&step.by).await?;
    let records = &mut loader.records;
    match &step.does {
        Deed::Activity(deed) => activities::happen(&cx, records, chapter, deed).await,
        Deed::Booking(deed) => bookings::happen(&cx, records, chapter, deed).await,
        Deed::Submit(submit) => submitted(&cx, records, chapter, submit).await,
        Deed::Refer(refer) => referred(&cx, records, refer).await,
        Deed::Triage { .. }
        | Deed::Start { .. }
        | Deed::Resolve { .. }
        | Deed::Dismiss { .. }
        | Deed::Withdraw { .. } => on_signal(&cx, records, &step.does).await,
        Deed::CallOut(deed) => call_outs::happen(&cx, records, deed).await,
        Deed::Team(deed) => teams::happen(&cx, records, deed).await,
        Deed::Plan(deed) => plans::happen(&cx, records, deed).await,
        Deed::Fund(deed) => plans::funded(&cx, records, deed).await,
        Deed::Consent { .. } | Deed::Unconsent { .. } => consented(&cx, records, &step.does).await,
        Deed::Contact { .. } | Deed::Feedback { .. } => spoken(&cx, records, &step.does).await,
        _ => on_referral(&cx, records, &step.does).await,
    }
}

async fn submitted(
    cx: &Cx,
    records: &mut Records,
    chapter: &Chapter,
    submit: &Submit,
) -> Result<(), String> {
    let resident = match &submit.resident {
        None => None,
        Some(key) => Some(match records.residents.get(key) {
            Some(id) => ResidentRef::Known(*id),
            None => ResidentRef::New(Box::new(particulars(chapter, key, &submit.neighbourhood)?)),
        }),
    };
    let submission = signal::Submission {
        kind: submit.kind,
        category: submit.category,
        chore_kind: submit.chore,
        urgency: submit.urgency.unwrap_or(Urgency::Normal),
        title: submit.title.clone(),
        text: submit.text.clone(),
        neighbourhood: records.neighbourhood(&submit.neighbourhood)?,
        resident,
        source: submit.source.clone(),
        inflow_channel: submit.channel,
        external_reference: submit.external_reference.clone(),
    };
    let id = told(signal::submit(cx, submission, None).await, &submit.key)?;
    if let Some(key) = &submit.resident
        && !records.residents.contains_key(key)
    {
        let resident = resident_of(cx, id).await?;
        records.residents.insert(key.clone(), resident);
    }
    match records.signals.insert(submit.key.clone(), id) {
        Some(before) if before != id => Err(format!("{} became a second signal", submit.key)),
        _ => Ok(()),
    }
}

/// The resident who was recorded with a signal.
async fn resident_of(cx: &Cx, signal: Uuid) -> Result<Uuid, String> {
    let signal = visible::<nabij_entity::signal::Entity>(cx, signal).await?;
    let resident = signal.resident_id;
    resident.ok_or_else(|| "the signal is about no resident".to_owned())
}

/// A record that was just made, as whoever made it sees it.
async fn visible<E: Record>(cx: &Cx, id: Uuid) -> Result<E::Row, String> {
    let tx = cx.begin().await.map_err(|failure| format!("{failure:?}"))?;
    let found = tx.visible::<E>(id).await;
    found
        .map_err(|failure| format!("{failure:?}"))?
        .ok_or_else(|| "whoever made a record can't see it".to_owned())
}

fn particulars(chapter: &Chapter, key: &str, place: &str) -> Result<Particulars, String> {
    let resident = chapter
        .residents
        .iter()
        .find(|resident| resident.key == *key)
        .ok_or_else(|| format!("no resident has the key {key}"))?;
    let Resident {
        key: _,
        neighbourhood,
        given_name,
        family_name,
        birth_year,
        target_groups,
        languages,
        notes,
        phone,
        email,
        address,
        channel,
    } = resident;
    if neighbourhood != place {
        return Err(format!("{key} lives in {neighbourhood}"));
    }
    Ok(Particulars {
        given_name: Some(given_name.clone()),
        family_name: Some(family_name.clone()),
        birth_year: Some(*birth_year),
        target_groups: target_groups.clone(),
        languages: languages.clone(),
        notes: notes.clone(),
        contact: Some(ContactDetails {
            phone: phone.clone(),
            email: email.clone(),
            address: address.clone(),
            preferred_channel: Some(*channel),
        }),
    })
}

async fn on_signal(cx: &Cx, records: &Records, deed: &Deed) -> Result<(), String> {
    let (key, step) = match deed {
        Deed::Triage {
            signal,
            urgency,
            handler,
            basis,
            fields,
        } => {
            let handler = handler.as_ref();
            let step = SignalStep::Triage {
                category: None,
                urgency: *urgency,
                handler: handler.map(|key| records.partner(key)).transpose()?,
                terms: Terms {
                    basis: *basis,
                    justification: None,
                    disclosed_fields: fields.clone(),
                },
            };
            (signal, step)
        }
        Deed::Start { signal } => (signal, SignalStep::Start),
        Deed::Resolve {
            signal,
            outcome,
            note,
        } => {
            let step = SignalStep::Resolve {
                outcome: *outcome,
                note: note.clone(),
            };
            (signal, step)
        }
        Deed::Dismiss {
            signal,
            reason,
            duplicate_of,
        } => {
            let original = duplicate_of.as_ref();
            let step = SignalStep::Dismiss {
                reason: *reason,
                duplicate_of: original.map(|key| records.signal(key)).transpose()?,
            };
            (signal, step)
        }
        Deed::Withdraw { signal } => (signal, SignalStep::Withdraw),
        _ => return Err("this isn't a step of a signal".to_owned()),
    };
    let id = records.signal(key)?;
    told(signal::transition(cx, id, None, step).await, key).map(drop)
}

async fn consented(cx: &Cx, records: &mut Records, deed: &Deed) -> Result<(), String> {
    match deed {
        Deed::Consent {
            key,
            resident,
            kind,
            partner,
            method,
        } => {
            let resident = records.residents.get(resident).copied();
            let partner = partner.as_ref();
            let given = consent::Given {
                resident: resident.ok_or("the resident isn't recorded yet")?,
                kind: *kind,
                partner: partner.map(|key| records.partner(key)).transpose()?,
                method: *method,
                at: None,
            };
            let id = told(consent::record(cx, given, None).await, key)?;
            records.consents.insert(key.clone(), id);
            Ok(())
        }
        Deed::Unconsent { consent } => {
            let id = records.consent(consent)?;
            told(consent::withdraw(cx, id, None).await, consent).map(drop)
        }
        _ => Err("this isn't about a consent".to_owned()),
    }
}

async fn referred(cx: &Cx, records: &mut Records, refer: &Refer) -> Result<(), String> {
    let service = refer.service.as_ref();
    let activity = refer.activity.as_ref();
    let replaces = refer.replaces.as_ref();
    let request = referral::Request {
        signal: records.signal(&refer.signal)?,
        to_partner: records.partner(&refer.to)?,
        service: service
            .map(|key| records.service(&format!("{}/{key}", refer.to)))
            .transpose()?,
        activity: activity.map(|key| records.activity(key)).transpose()?,
        reason: refer.reason.clone(),
        basis: refer.basis,
        basis_justification: None,
        disclosed_fields: refer.fields.clone(),
        replaces: replaces.map(|key| records.referral(key)).transpose()?,
    };
    let id = told(referral::create(cx, request, None).await, &refer.key)?;
    if let Some(key) = &refer.consent {
        let made = visible::<nabij_entity::referral::Entity>(cx, id).await?;
        if made.consent_id != Some(records.consent(key)?) {
            return Err(format!("the service found another consent than {key}"));
        }
    }
    records.referrals.insert(refer.key.clone(), id);
    Ok(())
}

async fn on_referral(cx: &Cx, records: &Records, deed: &Deed) -> Result<(), String> {
    let (key, step) = match deed {
        Deed::Accept { referral } => (referral, ReferralStep::Accept),
        Deed::Begin { referral } => (referral, ReferralStep::Start),
        Deed::Resume { referral } => (referral, ReferralStep::Resume),
        Deed::Reject {
            referral,
            reason,
            note,
        } => {
            let (reason, note) = (*reason, note.clone());
            (referral, ReferralStep::Reject { reason, note })
        }
        Deed::Hold { referral, reason } => {
            let reason = reason.clone();
            (referral, ReferralStep::Hold { reason })
        }
        Deed::Complete {
            referral,
            outcome,
            note,
        } => {
            let (outcome, note) = (*outcome, note.clone());
            (referral, ReferralStep::Complete { outcome, note })
        }
        Deed::Fail {
            referral,
            outcome,
            note,
        } => {
            let (outcome, note) = (*outcome, note.clone());
            (referral, ReferralStep::Fail { outcome, note })
        }
        Deed::Cancel { referral, reason } => {
            let reason = reason.clone();
            (referral, ReferralStep::Cancel { reason })
        }
        _ => return Err("this isn't a step of a referral".to_owned()),
    };
    let id = records.referral(key)?;
    told(referral::transition(cx, id, None, step).await, key).map(drop)
}

async fn spoken(cx: &Cx, records: &Records, deed: &Deed) -> Result<(), String> {
    match deed {
        Deed::Contact {
            signal,
            referral,
            kind,
            outcome,
            note,
        } => {
            let on = match referral {
                Some(key) => contact_moment::Subject::Referral(records.referral(key)?),
                None => contact_moment::Subject::Signal(records.signal(signal)?),
            };
            let moment = contact_moment::Moment {
                on,
                kind: *kind,
                at: None,
                outcome: *outcome,
                note: note.clone(),
                secrecy: None,
            };
            told(contact_moment::record(cx, moment, None).await, signal).map(drop)
        }
        Deed::Feedback {
            referral,
            giver,
            score,
            text,
        } => {
            let given = feedback::Given {
                on: feedback::Subject::Referral(records.referral(referral)?),
                giver: *giver,
                score: *score,
                text: text.clone(),
            };
            told(feedback::give(cx, given, None).await, referral).map(drop)
        }
        _ => Err("this is neither a contact nor feedback".to_owned()),
    }
}
