//! The demo's content as it stands in `data/*.toml`, one file per initiative. An unknown name in a
//! file is refused, so a slip of the pen doesn't go unnoticed.
//!
//! To add an initiative: a file, and its line in [`FILES`]. Within and across files, records are
//! called by their keys.

mod activities;
mod bookings;

use chrono::NaiveDate;
use nabij_entity::{
    ambassador::{AmbassadorStatus, VolunteerRole},
    area_code::AreaCodeScheme,
    consent::{ConsentKind, ConsentMethod},
    contact_moment::{ContactKind, ContactOutcome},
    feedback::FeedbackGiver,
    municipality::MunicipalityCodeScheme,
    partner::{PartnerKind, SecrecyRegime},
    partner_identifier::PartnerIdentifierScheme,
    referral::{DisclosedField, ReferralOutcome, ReferralRejectReason, SharingBasis},
    resident_contact::PreferredChannel,
    role_grant::Role,
    signal::{SignalDismissReason, SignalKind, SignalOutcome},
    vocabulary::{Category, ChoreKind, Country, InflowChannel, TargetGroup, Urgency},
};
use serde::Deserialize;

use super::story::call_outs::CallOutDeed;
use super::story::plans::{FundDeed, PlanDeed};
use super::story::teams::TeamDeed;
pub use activities::{ActivityDeed, Propose};
pub use bookings::{Book, BookingDeed, Lend};

/// The files, by name.
pub(super) const FILES: [(&str, &str); 5] = [
    ("beersel.toml", include_str!("data/beersel.toml")),
    ("herent.toml", include_str!("data/herent.toml")),
    ("poperinge.toml", include_str!("data/poperinge.toml")),
    (
        "heist-op-den-berg.toml",
        include_str!("data/heist-op-den-berg.toml"),
    ),
    (
        "wijk-bij-duurstede.toml",
        include_str!("data/wijk-bij-duurstede.toml"),
    ),
];

/// The people who belong to no municipality.
const PLATFORM: &str = include_str!("data/platform.toml");

/// All of it.
#[derive(Debug)]
pub struct Content {
    /// The people of the platform.
    pub platform: Platform,
    /// One chapter per initiative.
    pub chapters: Vec<Chapter>,
}

/// Reads all files.
///
/// # Errors
/// What is wrong in which file; then the binary was built from a broken one.
pub fn content() -> Result<Content, String> {
    let platform = toml::from_str(PLATFORM).map_err(|error| format!("platform.toml: {error}"))?;
    let chapters = FILES
        .iter()
        .map(|(name, text)| toml::from_str(text).map_err(|error| format!("{name}: {error}")))
        .collect::<Result<_, String>>()?;
    Ok(Content { platform, chapters })
}

impl Content {
    /// Everybody who can sign in, with the name of their municipality, if they belong to one.
    pub fn people(&self) -> impl Iterator<Item = (Option<&Chapter>, &Person)> {
        let platform = self.platform.people.iter().map(|person| (None, person));
        let others = self.chapters.iter().flat_map(|chapter| {
            chapter
                .people
                .iter()
                .map(move |person| (Some(chapter), person))
        });
        platform.chain(others)
    }
}

/// `platform.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Platform {
    /// People without a municipality.
    pub people: Vec<Person>,
}

/// One initiative and the place it lives in.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chapter {
    /// Its municipality.
    pub municipality: Municipality,
    /// The municipality's neighbourhoods.
    pub neighbourhoods: Vec<Neighbourhood>,
    /// Those who take part.
    pub partners: Vec<Partner>,
    /// The initiative itself.
    pub initiative: Initiative,
    /// Those who can sign in.
    pub people: Vec<Person>,
    /// Volunteers, with or without an account.
    pub ambassadors: Vec<Ambassador>,
    /// The residents by whom things happen; each is recorded with the first signal about them.
    pub residents: Vec<Resident>,
    /// What happens.
    pub story: Vec<Step>,
}

/// A municipality.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Municipality {
    pub name: String,
    pub country: Country,
    pub scheme: MunicipalityCodeScheme,
    pub code: String,
}

/// A neighbourhood.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Neighbourhood {
    pub key: String,
    pub name: String,
    /// The key of the larger one; it stands before its parts.
    pub parent: Option<String>,
    #[serde(default)]
    pub codes: Vec<AreaCode>,
}

/// An official code.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AreaCode {
    pub scheme: AreaCodeScheme,
    pub code: String,
}

/// A partner.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Partner {
    pub reference: String,
    pub name: String,
    pub kind: PartnerKind,
    pub secrecy: SecrecyRegime,
    pub email: Option<String>,
    #[serde(default)]
    pub identifiers: Vec<Identifier>,
    /// Where it takes part; everywhere in the municipality when left out.
    pub neighbourhoods: Option<Vec<String>>,
    #[serde(default)]
    pub services: Vec<Service>,
}

/// A number that a register gave a partner. Invented, in a range that the register hasn't reached.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identifier {
    pub scheme: PartnerIdentifierScheme,
    pub value: String,
}

/// What a partner offers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    pub reference: String,
    pub name: String,
    pub description: String,
    pub categories: Vec<Category>,
    pub target_groups: Vec<TargetGroup>,
    pub capacity: Option<Capacity>,
}

/// Places that are free, and that there are.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capacity {
    pub available: i32,
    pub maximum: i32,
}

/// The initiative.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Initiative {
    pub reference: String,
    pub name: String,
    pub description: String,
    pub starts_on: Option<NaiveDate>,
    pub target_groups: Vec<TargetGroup>,
    pub minimum_age: Option<i32>,
    /// What it costs in all, in euro cents.
    pub budget_cents: Option<i32>,
    /// Where it runs; everywhere in the municipality when left out.
    pub neighbourhoods: Option<Vec<String>>,
    pub partners: Vec<String>,
    pub evaluation: Option<Evaluation>,
}

/// How the initiative judges itself.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evaluation {
    pub recommendation: Option<i32>,
    pub impact: Option<i32>,
    pub strengths: String,
    pub barriers: String,
    pub lasting_impact: String,
}

/// Somebody who can sign in.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// The name by which the demo's issuer knows them.
    pub subject: String,
    pub name: String,
    /// Who they are, in one line.
    pub about: String,
    pub roles: Vec<Grant>,
}

/// A role with its scope.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    pub role: Role,
    /// For the municipality of the file.
    #[serde(default)]
    pub municipality: bool,
    pub partner: Option<String>,
    pub ambassador: Option<String>,
}

/// A volunteer.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ambassador {
    pub key: String,
    pub name: String,
    pub roles: Vec<VolunteerRole>,
    pub pool: Option<String>,
    #[serde(default)]
    pub neighbourhoods: Vec<String>,
    #[serde(default)]
    pub whole_municipality: bool,
    /// CANDIDATE or ACTIVE.
    pub status: AmbassadorStatus,
    /// How the public reaches them; who has none isn't in the public directory.
    pub contact: Option<String>,
}

/// Somebody who is helped.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resident {
    pub key: String,
    pub neighbourhood: String,
    pub given_name: String,
    pub family_name: String,
    pub birth_year: i32,
    pub target_groups: Vec<TargetGroup>,
    pub languages: Vec<String>,
    pub notes: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub address: Option<String>,
    pub channel: PreferredChannel,
}

/// Somebody does something.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// How many days ago, from 1. Of two steps on one day the one that stands first comes first.
    pub day: u16,
    /// The subject of whoever does it.
    #[serde(rename = "as")]
    pub by: String,
    pub does: Deed,
}

/// What can be done. Records that later steps speak of have a key.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Deed {
    /// Submit a signal. A key that was there before must lead to the same signal.
    Submit(Box<Submit>),
    Triage {
        signal: String,
        urgency: Option<Urgency>,
        handler: Option<String>,
        basis: Option<SharingBasis>,
        #[serde(default)]
        fields: Vec<DisclosedField>,
    },
    Start {
        signal: String,
    },
    Resolve {
        signal: String,
        outcome: SignalOutcome,
        note: Option<String>,
    },
    Dismiss {
        signal: String,
        reason: SignalDismissReason,
        duplicate_of: Option<String>,
    },
    Withdraw {
        signal: String,
    },
    Consent {
        key: String,
        resident: String,
        kind: ConsentKind,
        partner: Option<String>,
        method: ConsentMethod,
    },
    /// Something about an activity.
    Activity(ActivityDeed),
    /// Something about a room or a thing that is lent.
    Booking(BookingDeed),
    /// Take a consent back.
    Unconsent {
        consent: String,
    },
    Refer(Box<Refer>),
    Accept {
        referral: String,
    },
    Reject {
        referral: String,
        reason: ReferralRejectReason,
        note: Option<String>,
    },
    /// Begin to work on a referral.
    Begin {
        referral: String,
    },
    Hold {
        referral: String,
        reason: String,
    },
    Resume {
        referral: String,
    },
    Complete {
        referral: String,
        outcome: ReferralOutcome,
        note: Option<String>,
    },
    Fail {
        referral: String,
        outcome: ReferralOutcome,
        note: Option<String>,
    },
    Cancel {
        referral: String,
        reason: String,
    },
    /// Seek contact about a signal, or about a referral of it.
    Contact {
        signal: String,
        referral: Option<String>,
        kind: ContactKind,
        outcome: ContactOutcome,
        note: Option<String>,
    },
    /// Something about a call-out to a pool of volunteers.
    CallOut(CallOutDeed),
    Feedback {
        referral: String,
        giver: FeedbackGiver,
        score: i32,
        text: Option<String>,
    },
    /// Something about a team, a deployment or an advisory group.
    Team(TeamDeed),
    /// Something with the plan of a neighbourhood.
    Plan(PlanDeed),
    /// Something with who pays.
    Fund(FundDeed),
}

/// A signal.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Submit {
    pub key: String,
    pub kind: SignalKind,
    pub category: Category,
    pub chore: Option<ChoreKind>,
    /// NORMAL when left out.
    pub urgency: Option<Urgency>,
    pub title: String,
    pub text: Option<String>,
    pub neighbourhood: String,
    pub resident: Option<String>,
    pub channel: InflowChannel,
    pub source: Option<String>,
    pub external_reference: Option<String>,
}

/// A referral.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refer {
    pub key: String,
    pub signal: String,
    pub to: String,
    pub service: Option<String>,
    pub activity: Option<String>,
    pub replaces: Option<String>,
    pub basis: Option<SharingBasis>,
    /// The consent it rests on: the service finds it by itself, and must find this one.
    pub consent: Option<String>,
    #[serde(default)]
    pub fields: Vec<DisclosedField>,
    pub reason: String,
}
