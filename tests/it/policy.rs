//! The policy as people review it: `tests/golden/policy.txt`, printed from `decide()`. Whoever
//! changes who may do what sees it there as a difference; `NABIJ_BLESS=1` rewrites it.
//!
//! **One more action:** the compiler asks for its name in `name`, and `actions` wants it in the
//! list.

use std::{env, fmt::Write, fs, path::Path};

use nabij_api::policy::{Account, Action, Grant, Place, Reporter, Viewer, decide};
use nabij_entity::{
    SetOf, ambassador, consent, initiative,
    referral::{self, ReferralAction},
    resident,
    role_grant::Role,
    signal::{self, SignalAction},
    user::UserKind,
    vocabulary,
};
use sea_orm::{Iterable, prelude::DateTimeUtc};
use uuid::Uuid;

/// The ids that the records and the viewers of the table share.
mod id {
    use uuid::Uuid;

    pub const MUNICIPALITY: Uuid = Uuid::from_u128(1);
    pub const NEIGHBOURHOOD: Uuid = Uuid::from_u128(2);
    pub const REPORTING_USER: Uuid = Uuid::from_u128(3);
    pub const REPORTING_AMBASSADOR: Uuid = Uuid::from_u128(4);
    pub const REPORTING_PARTNER: Uuid = Uuid::from_u128(5);
    pub const HANDLER: Uuid = Uuid::from_u128(6);
    pub const SENDER: Uuid = Uuid::from_u128(7);
    pub const TARGET: Uuid = Uuid::from_u128(8);
    pub const OWNER: Uuid = Uuid::from_u128(9);
    pub const RECORD: Uuid = Uuid::from_u128(10);
    pub const ELSEWHERE: Uuid = Uuid::from_u128(11);
    pub const SOMEBODY: Uuid = Uuid::from_u128(12);
}

fn noon() -> DateTimeUtc {
    DateTimeUtc::from_timestamp_secs(1_795_348_800).expect("a moment")
}

pub(crate) fn viewer(user: Uuid, grant: Option<Grant>) -> Viewer {
    let account = Account {
        id: user,
        kind: UserKind::Person,
        display_name: "Somebody".to_owned(),
        authz_version: 1,
    };
    Viewer::new(account, grant.as_slice(), noon())
}

pub(crate) fn grant(role: Role) -> Grant {
    Grant {
        role,
        municipality_id: None,
        neighbourhood_id: None,
        partner_id: None,
        ambassador_id: None,
        valid_from: noon(),
        valid_until: None,
    }
}

/// Everybody who might ask, by how they stand to the record.
fn viewers() -> Vec<(String, Viewer)> {
    let mut viewers = vec![
        ("anybody".to_owned(), Viewer::anonymous()),
        ("signed in, no role".to_owned(), viewer(id::SOMEBODY, None)),
        (
            "signed in, no role, reported it".to_owned(),
            viewer(id::REPORTING_USER, None),
        ),
    ];
    let mut add = |name: &str, grant: Grant| {
        let user = if name.ends_with("who reported it") {
            id::REPORTING_USER
        } else {
            id::SOMEBODY
        };
        let name = format!("{} {name}", grant.role.code());
        viewers.push((name, viewer(user, Some(grant))));
    };
    for role in [
        Role::Signaller,
        Role::PartnerStaff,
        Role::PartnerCoordinator,
    ] {
        for (name, partner) in [
            (
                "of the reporting partner, who reported it",
                id::REPORTING_PARTNER,
            ),
            ("of the reporting partner", id::REPORTING_PARTNER),
            ("of the handler", id::HANDLER),
            ("of the referring partner", id::SENDER),
            ("of the referral's target", id::TARGET),
            ("of the partner itself", id::OWNER),
            ("elsewhere", id::ELSEWHERE),
        ] {
            let partner_id = Some(partner);
            add(
                name,
                Grant {
                    partner_id,
                    ..grant(role)
                },
            );
        }
    }
    for (name, ambassador) in [
        ("who reported it", id::REPORTING_AMBASSADOR),
        ("of the same volunteer", id::REPORTING_AMBASSADOR),
        ("somebody else", id::ELSEWHERE),
    ] {
        let ambassador_id = Some(ambassador);
        add(
            name,
            Grant {
                ambassador_id,
                ..grant(Role::Ambassador)
            },
        );
    }
    for role in [Role::Coordinator, Role::Auditor] {
        for (name, municipality) in [
            ("of the municipality", id::MUNICIPALITY),
            ("of another municipality", id::ELSEWHERE),
        ] {
            let municipality_id = Some(municipality);
            add(
                name,
                Grant {
                    municipality_id,
                    ..grant(role)
                },
            );
        }
    }
    for (name, neighbourhood) in [
        ("of the neighbourhood", id::NEIGHBOURHOOD),
        ("of another neighbourhood", id::ELSEWHERE),
    ] {
        let neighbourhood_id = Some(neighbourhood);
        add(
            name,
            Grant {
                neighbourhood_id,
                ..grant(Role::Coordinator)
            },
        );
    }
    add("", grant(Role::Admin));
    viewers
}

/// The records that the actions are about: all of one place, each with partners of its own.
struct Records {
    /// Reported by a volunteer.
    signal: signal::Model,
    /// Reported for a partner.
    partner_signal: signal::Model,
    referral: referral::Model,
    resident: resident::Model,
    consent: consent::Model,
    ambassador: ambassador::Model,
    initiative: initiative::Model,
}

/// What an action is called in the table. Exhaustive, so that a new one is not forgotten.
fn name(action: &Action<'_>) -> String {
    let by = |reporter: &Reporter| match reporter {
        Reporter::Ambassador(_) => "as its volunteer",
        Reporter::Partner(_) => "for its partner",
        Reporter::Coordinator => "as its coordinator",
    };
    match action {
        Action::PlaceManage => "place MANAGE".to_owned(),
        Action::PartnerManage => "partner MANAGE".to_owned(),
        Action::ServiceManage(_) => "service MANAGE".to_owned(),
        Action::InitiativeCreate(_) => "initiative CREATE".to_owned(),
        Action::InitiativeManage(_) => "initiative MANAGE".to_owned(),
        Action::AccessManage => "access MANAGE".to_owned(),
        Action::AmbassadorRegister(_) => "ambassador REGISTER".to_owned(),
        Action::AmbassadorManage(_) => "ambassador MANAGE".to_owned(),
        Action::ResidentRecord(_, reporter) => format!("resident RECORD {}", by(reporter)),
        Action::ResidentUpdate(_) => "resident UPDATE".to_owned(),
        Action::ConsentRecord(_) => "consent RECORD".to_owned(),
        Action::ConsentWithdraw(_) => "consent WITHDRAW".to_owned(),
        Action::SignalSubmit(_, reporter) => format!("signal SUBMIT {}", by(reporter)),
        Action::Signal(action, signal) if signal.reporter_partner_id.is_some() => {
            format!("signal {}, reported for a partner", action.code())
        }
        Action::Signal(action, _) => format!("signal {}, reported by a volunteer", action.code()),
        Action::ContactRecord(_) => "signal RECORD CONTACT".to_owned(),
        Action::ReferralContactRecord(_) => "referral RECORD CONTACT".to_owned(),
        Action::ReferralCreate(_) => "referral CREATE".to_owned(),
        Action::ReferralPassOn(_) => "referral PASS ON".to_owned(),
        Action::Referral(action, _) => format!("referral {}", action.code()),
        Action::FeedbackGive(_) => "referral GIVE FEEDBACK".to_owned(),
    }
}

fn actions(records: &Records) -> Vec<Action<'_>> {
    let place = Place {
        municipality: id::MUNICIPALITY,
        neighbourhood: Some(id::NEIGHBOURHOOD),
    };
    let reporters = [
        Reporter::Coordinator,
        Reporter::Ambassador(id::REPORTING_AMBASSADOR),
        Reporter::Partner(id::REPORTING_PARTNER),
    ];
    let mut actions = vec![
        Action::PlaceManage,
        Action::PartnerManage,
        Action::ServiceManage(id::OWNER),
        Action::InitiativeCreate(place),
        Action::InitiativeManage(&records.initiative),
        Action::AccessManage,
        Action::AmbassadorRegister(place),
        Action::AmbassadorManage(&records.ambassador),
    ];
    actions.extend(reporters.map(|reporter| Action::ResidentRecord(place, reporter)));
    actions.extend([
        Action::ResidentUpdate(&records.resident),
        Action::ConsentRecord(&records.resident),
        Action::ConsentWithdraw(&records.consent),
    ]);
    actions.extend(reporters.map(|reporter| Action::SignalSubmit(place, reporter)));
    for signal in [&records.signal, &records.partner_signal] {
        actions.extend(SignalAction::iter().map(|action| Action::Signal(action, signal)));
    }
    actions.extend([
        Action::ContactRecord(&records.signal),
        Action::ReferralCreate(&records.signal),
        Action::ReferralPassOn(&records.referral),
        Action::ReferralContactRecord(&records.referral),
    ]);
    actions
        .extend(ReferralAction::iter().map(|action| Action::Referral(action, &records.referral)));
    actions.push(Action::FeedbackGive(&records.referral));
    actions
}

fn table() -> String {
    let (records, viewers) = (records(), viewers());
    let mut table = String::from(
        "Who may do what, as `decide()` in api/src/policy/decide.rs says. Whether somebody sees the\n\
         record at all was settled before; whether its state allows the action is settled after.\n\
         Rewritten by `NABIJ_BLESS=1 cargo test -p nabij-tests policy`.\n",
    );
    for action in actions(&records) {
        writeln!(table, "\n{}", name(&action)).expect("text");
        let mut nobody = true;
        for (who, viewer) in &viewers {
            if decide(viewer, action).is_ok() {
                writeln!(table, "    {}", who.trim_end()).expect("text");
                nobody = false;
            }
        }
        if nobody {
            writeln!(table, "    nobody").expect("text");
        }
    }
    table
}

/// Compares with a golden file, or rewrites it.
pub(crate) fn holds(file: &str, found: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("golden")
        .join(file);
    if env::var_os("NABIJ_BLESS").is_some() {
        fs::write(&file, found).expect("the golden file can be written");
    }
    let golden = fs::read_to_string(&file).unwrap_or_default();
    let differs = golden.lines().zip(found.lines()).position(|(a, b)| a != b);
    assert!(
        golden == found,
        "{} differs from line {} on: review the change and rewrite it with NABIJ_BLESS=1",
        file.display(),
        differs.map_or(golden.lines().count(), |line| line) + 1
    );
}

#[test]
fn who_may_do_what_is_as_reviewed() {
    holds("policy.txt", &table());
}

#[test]
fn every_action_has_its_own_line() {
    let records = records();
    let mut names: Vec<String> = actions(&records).iter().map(name).collect();
    let all = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), all);
}

fn records() -> Records {
    let (at, version) = (noon(), 1);
    let (municipality_id, neighbourhood_id) = (id::MUNICIPALITY, id::NEIGHBOURHOOD);
    let signal = signal::Model {
        id: id::RECORD,
        municipality_id,
        neighbourhood_id,
        resident_id: None,
        kind: signal::SignalKind::Need,
        category: vocabulary::Category::Mobility,
        chore_kind: None,
        urgency: vocabulary::Urgency::Normal,
        title: "Stairs too steep".to_owned(),
        text: None,
        status: signal::SignalStatus::Submitted,
        reporter_user_id: id::REPORTING_USER,
        reporter_ambassador_id: Some(id::REPORTING_AMBASSADOR),
        reporter_partner_id: None,
        source: None,
        inflow_channel: vocabulary::InflowChannel::Visit,
        external_reference: None,
        handler_partner_id: Some(id::HANDLER),
        due_at: at,
        outcome: None,
        outcome_note: None,
        dismiss_reason: None,
        duplicate_of_id: None,
        closed_at: None,
        created_at: at,
        updated_at: at,
        version,
    };
    Records {
        partner_signal: signal::Model {
            reporter_ambassador_id: None,
            reporter_partner_id: Some(id::REPORTING_PARTNER),
            ..signal.clone()
        },
        signal,
        referral: referral::Model {
            id: id::RECORD,
            signal_id: id::RECORD,
            municipality_id,
            neighbourhood_id,
            resident_id: None,
            from_partner_id: Some(id::SENDER),
            to_partner_id: id::TARGET,
            service_id: None,
            replaces_id: None,
            status: referral::ReferralStatus::Requested,
            held_from: None,
            basis: None,
            basis_justification: None,
            consent_id: None,
            disclosed_fields: SetOf::from_iter([]),
            reason: None,
            reject_reason: None,
            status_note: None,
            cancel_cause: None,
            outcome: None,
            outcome_note: None,
            requested_by_user_id: id::SOMEBODY,
            accepted_at: None,
            closed_at: None,
            created_at: at,
            updated_at: at,
            version,
        },
        resident: resident::Model {
            id: id::RECORD,
            municipality_id,
            neighbourhood_id,
            given_name: None,
            family_name: None,
            birth_year: None,
            target_groups: SetOf::from_iter([]),
            languages: SetOf::from_iter([]),
            notes: None,
            recorded_by_user_id: id::REPORTING_USER,
            recorded_by_ambassador_id: Some(id::REPORTING_AMBASSADOR),
            recorded_by_partner_id: None,
            created_at: at,
            updated_at: at,
            version,
        },
        consent: consent::Model {
            id: id::RECORD,
            resident_id: id::RECORD,
            municipality_id,
            neighbourhood_id,
            kind: consent::ConsentKind::ShareWithPartner,
            partner_id: Some(id::TARGET),
            method: consent::ConsentMethod::Oral,
            recorded_by_user_id: id::REPORTING_USER,
            given_at: at,
            withdrawn_at: None,
            withdrawn_by_user_id: None,
            created_at: at,
            updated_at: at,
            version,
        },
        ambassador: ambassador::Model {
            id: id::REPORTING_AMBASSADOR,
            municipality_id,
            whole_municipality: false,
            pool_partner_id: Some(id::OWNER),
            display_name: "Rosa".to_owned(),
            roles: SetOf::from_iter([]),
            status: ambassador::AmbassadorStatus::Active,
            briefed_on: None,
            public_profile: false,
            public_contact: None,
            created_at: at,
            updated_at: at,
            version,
        },
        initiative: initiative::Model {
            id: id::RECORD,
            reference: "buurtambassadeurs".to_owned(),
            name: "Buurtambassadeurs".to_owned(),
            municipality_id,
            description: None,
            starts_on: None,
            ends_on: None,
            target_groups: SetOf::from_iter([]),
            minimum_age: None,
            website: None,
            created_at: at,
            updated_at: at,
            version,
        },
    }
}
