//! What tells of a resident, record by record: each field of the schema that shows something of one,
//! the column it shows, and what the access log calls it (GDPR articles 5(2) and 15). A plan that
//! selects any of them is executed as `read::log` says.
//!
//! **One more column:** a line below, or one with the reason in [`NOT_LOGGED`].
//! `tests/it/privacy/read_log.rs` compares this with the register of processing and with the schema,
//! and refuses a column that is in neither.

#![expect(
    clippy::unnecessary_wraps,
    reason = "every record says in one shape whose it is; some rows are about nobody"
)]

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use nabij_entity::{
    SetOf,
    access_log::{AccessPurpose, AccessedField},
    call_out,
    consent::{self, ConsentKind, ConsentMethod},
    contact_moment, feedback, legal_hold, offer, referral, resident, signal,
};
use uuid::Uuid;

use super::{
    Filter, Kind, Node,
    record::{Record, Seen},
};
use crate::policy::Viewer;

/// A record that tells of a resident.
pub struct Told {
    /// Its kind.
    pub kind: Kind,
    /// Its fields that do.
    pub fields: &'static [Field],
    /// Whose it is; nobody's, where it is about nobody in particular.
    leads: fn(&Viewer, &Node) -> Option<Lead>,
}

/// A field in the schema that tells of a resident.
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// The column it shows, or tells of.
    pub column: &'static str,
    /// What the access log calls it.
    pub read: AccessedField,
    /// Whether the row shows anything: what is withheld reads as empty, and so does what isn't on
    /// record.
    holds: fn(&Node) -> bool,
}

/// Whose data a row tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Whose {
    /// This resident's.
    Resident(Uuid),
    /// Those of the resident whom this signal is about.
    Signal(Uuid),
    /// Those of the resident for whom this call-out is.
    CallOut(Uuid),
}

/// Where a row leads, and for what it is read.
pub(super) struct Lead {
    pub(super) whose: Whose,
    pub(super) municipality: Uuid,
    pub(super) purpose: AccessPurpose,
}

/// Columns with personal data of residents that are read without a trace, and why.
pub const NOT_LOGGED: &[(&str, &str, &str)] = &[
    (
        "signals",
        "title",
        "the heading that a case goes by in every list; it may name nobody, and one that holds any of \
         the resident's details is refused",
    ),
    (
        "call_outs",
        "title",
        "the whole pool reads it; one that holds any of the resident's details is refused",
    ),
    (
        "call_outs",
        "text",
        "anybody may post it anywhere; one that holds any of the resident's details is refused",
    ),
];

/// How to reach a resident, which lies apart and takes a purpose: fields of `ResidentContact` and
/// columns of `resident_contacts`.
pub const CONTACT: [(&str, &str, AccessedField); 4] = [
    ("phone", "phone", AccessedField::Phone),
    ("email", "email", AccessedField::Email),
    ("address", "address", AccessedField::Address),
    (
        "preferredChannel",
        "preferred_channel",
        AccessedField::PreferredChannel,
    ),
];

/// What reading a record yields.
type Row<R> = <R as Record>::Row;

/// Declares what tells of a resident: of each record the function that tells whose it is,
/// and its fields with the column and the word for the log. `if` says otherwise than by the column
/// whether anything is shown.
macro_rules! told {
    ($($kind:ident($record:ident) by $leads:ident {
        $($field:literal $column:ident => $read:ident $(if $holds:ident)?,)+
    })+) => {
        /// Every record that tells of a resident.
        pub const TOLD: &[Told] = &[$(Told {
            kind: Kind::$kind,
            fields: &[$(Field {
                name: $field,
                column: stringify!($column),
                read: AccessedField::$read,
                holds: told!(@holds $record, $column $(, $holds)?),
            },)+],
            leads: |viewer, node| $leads(viewer, node.row::<Row<$record::Entity>>()?),
        },)+];
    };
    (@holds $record:ident, $column:ident) => {
        |node| node.row::<Row<$record::Entity>>().is_some_and(|row| row.$column.holds())
    };
    (@holds $record:ident, $column:ident, $holds:ident) => { $holds };
}

told! {
    Resident(resident) by of_resident {
        "givenName" given_name => Name,
        "familyName" family_name => Name,
        "birthYear" birth_year => BirthYear,
        // Whether somebody is of an age tells of their year of birth.
        "inCohort" birth_year => BirthYear,
        "languages" languages => Languages,
        "targetGroups" target_groups => TargetGroups,
        "notes" notes => Notes,
    }
    Consent(consent) by of_consent {
        "kind" kind => Consent,
        "method" method => Consent,
        "partner" partner_id => Consent,
        "givenAt" given_at => Consent,
        "withdrawnAt" withdrawn_at => Consent,
    }
    Signal(signal) by of_signal {
        "text" text => CaseText,
        "handlerBasisJustification" handler_basis_justification => CaseText,
        "outcomeNote" outcome_note => CaseText,
        "inCohort" birth_year => BirthYear if is_answered,
    }
    Referral(referral) by of_referral {
        "reason" reason => CaseText,
        "basisJustification" basis_justification => CaseText,
        "statusNote" status_note => CaseText,
        "outcomeNote" outcome_note => CaseText,
    }
    ContactMoment(contact_moment) by of_contact_moment {
        "note" note => ContactNote,
    }
    Feedback(feedback) by of_feedback {
        "text" text => Feedback,
    }
    CallOut(call_out) by of_call_out {
        "details" details => HelpText,
        "statusNote" status_note => HelpText,
    }
    Offer(offer) by of_offer {
        "note" note => HelpText,
        "statusNote" status_note => HelpText,
    }
    LegalHold(legal_hold) by of_legal_hold {
        "reason" reason => HoldReason,
        "liftReason" lift_reason => HoldReason,
    }
}

impl Told {
    /// What is told of by this kind of record, if anything is.
    pub(super) fn by(kind: Kind) -> Option<&'static Self> {
        TOLD.iter().find(|told| told.kind == kind)
    }

    /// Those of its fields that are selected.
    pub(super) fn selected(
        &self,
        names: &BTreeSet<String>,
    ) -> impl Iterator<Item = &'static Field> {
        let fields = self.fields.iter();
        fields.filter(|field| names.contains(field.name))
    }

    /// Those of its fields by whose columns a list is narrowed.
    pub(super) fn sought(&self, filter: &Filter) -> Vec<&'static Field> {
        let fields = self.fields.iter();
        fields.filter(|field| filter.names(field.column)).collect()
    }

    /// Where a row leads.
    pub(super) fn lead(&self, viewer: &Viewer, node: &Node) -> Option<Lead> {
        (self.leads)(viewer, node)
    }
}

impl Field {
    /// Whether the row shows anything of it.
    pub(super) fn is_shown(&self, node: &Node) -> bool {
        (self.holds)(node)
    }
}

/// Every table and column whose reading is logged.
pub fn logged() -> impl Iterator<Item = (&'static str, &'static str)> {
    let of_records = TOLD.iter().flat_map(|told| {
        let table = told.kind.shape().table();
        told.fields.iter().map(move |field| (table, field.column))
    });
    let of_contacts = CONTACT.iter();
    of_records.chain(of_contacts.map(|(_, column, _)| ("resident_contacts", *column)))
}

/// Whether a column holds anything.
trait Holds {
    fn holds(&self) -> bool;
}

impl<T> Holds for Option<T> {
    fn holds(&self) -> bool {
        self.is_some()
    }
}

impl<T> Holds for SetOf<T> {
    fn holds(&self) -> bool {
        !self.is_empty()
    }
}

impl Holds for String {
    fn holds(&self) -> bool {
        !self.is_empty()
    }
}

macro_rules! always {
    ($($type:ty)+) => { $(impl Holds for $type {
        fn holds(&self) -> bool {
            true
        }
    })+ };
}
always! { ConsentKind ConsentMethod DateTime<Utc> }

/// Whether it was told, yes or no, if the person is of an age. Where an initiative has no rule the
/// answer tells nothing of anybody, and is taken for one that does.
fn is_answered(signal: &Node) -> bool {
    signal.is_answered("inCohort")
}

/// Those who care for the person read for that (see the guards of a resident); the others see what a
/// referral discloses.
fn of_resident(_: &Viewer, row: &Seen<resident::Model>) -> Option<Lead> {
    Some(Lead {
        whose: Whose::Resident(row.id),
        municipality: row.municipality_id,
        purpose: if row.shows("care") {
            AccessPurpose::CareCoordination
        } else {
            AccessPurpose::ReferralExecution
        },
    })
}

fn of_consent(viewer: &Viewer, row: &Seen<consent::Model>) -> Option<Lead> {
    Some(Lead {
        whose: Whose::Resident(row.resident_id),
        municipality: row.municipality_id,
        purpose: in_passing_on(viewer, (row.municipality_id, row.neighbourhood_id)),
    })
}

/// Whoever handles a case or brought it in reads it for that; the others, because it was referred.
fn of_signal(viewer: &Viewer, row: &Seen<signal::Model>) -> Option<Lead> {
    let brought_in = viewer.user_id() == Some(row.reporter_user_id)
        || viewer.works_for(row.reporter_partner_id)
        || row
            .reporter_ambassador_id
            .is_some_and(|by| viewer.ambassadors().any(|id| id == by));
    Some(Lead {
        whose: Whose::Resident(row.resident_id?),
        municipality: row.municipality_id,
        purpose: if row.shows("handling") || brought_in {
            AccessPurpose::CareCoordination
        } else {
            AccessPurpose::ReferralExecution
        },
    })
}

fn of_referral(viewer: &Viewer, row: &Seen<referral::Model>) -> Option<Lead> {
    Some(Lead {
        whose: Whose::Resident(row.resident_id?),
        municipality: row.municipality_id,
        purpose: in_passing_on(viewer, (row.municipality_id, row.neighbourhood_id)),
    })
}

fn of_contact_moment(viewer: &Viewer, row: &Seen<contact_moment::Model>) -> Option<Lead> {
    Some(Lead {
        whose: Whose::Signal(row.signal_id),
        municipality: row.municipality_id,
        purpose: match row.referral_id {
            Some(_) => in_passing_on(viewer, (row.municipality_id, row.neighbourhood_id)),
            None => AccessPurpose::CareCoordination,
        },
    })
}

fn of_feedback(viewer: &Viewer, row: &feedback::Model) -> Option<Lead> {
    Some(Lead {
        whose: Whose::Signal(row.signal_id),
        municipality: row.municipality_id,
        purpose: in_passing_on(viewer, (row.municipality_id, row.neighbourhood_id)),
    })
}

fn of_call_out(viewer: &Viewer, row: &Seen<call_out::Model>) -> Option<Lead> {
    Some(Lead {
        whose: Whose::Resident(row.resident_id?),
        municipality: row.municipality_id,
        purpose: in_passing_on(viewer, (row.municipality_id, row.neighbourhood_id)),
    })
}

fn of_offer(viewer: &Viewer, row: &Seen<offer::Model>) -> Option<Lead> {
    Some(Lead {
        whose: Whose::CallOut(row.call_out_id),
        municipality: row.municipality_id,
        purpose: in_passing_on(viewer, (row.municipality_id, row.neighbourhood_id)),
    })
}

/// The auditor reads it to answer somebody who asks why they weren't erased.
fn of_legal_hold(viewer: &Viewer, row: &legal_hold::Model) -> Option<Lead> {
    let signal = row.signal_id.map(Whose::Signal);
    let coordinates = viewer.coordinates(row.municipality_id, Some(row.neighbourhood_id));
    Some(Lead {
        whose: row.resident_id.map(Whose::Resident).or(signal)?,
        municipality: row.municipality_id,
        purpose: if coordinates {
            AccessPurpose::CareCoordination
        } else {
            AccessPurpose::SubjectRequest
        },
    })
}

/// For what somebody reads of a case that was passed on: the place's coordinator sees to the whole,
/// the others carry it out.
fn in_passing_on(viewer: &Viewer, (municipality, neighbourhood): (Uuid, Uuid)) -> AccessPurpose {
    if viewer.coordinates(municipality, Some(neighbourhood)) {
        AccessPurpose::CareCoordination
    } else {
        AccessPurpose::ReferralExecution
    }
}
