//! The policy as people review it: `tests/golden/policy.txt`, printed from `decide()`. Whoever
//! changes who may do what sees it there as a difference; `NABIJ_BLESS=1` rewrites it.
//!
//! **One more action:** the compiler asks for its name in `name`, and `actions` wants it in the
//! list.

use std::{env, fmt::Write, fs, path::Path};

use nabij_api::policy::{Account, Action, Grant, Place, Reporter, Viewer, decide};
use nabij_entity::{
    referral::ReferralAction, role_grant::Role, signal::SignalAction, user::UserKind,
};
use sea_orm::{Iterable, prelude::DateTimeUtc};
use uuid::Uuid;

mod records;

use records::{Records, records};

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

#[expect(
    clippy::needless_pass_by_value,
    reason = "reads better where it is called"
)]
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
