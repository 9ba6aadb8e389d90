//! The policy as people review it: `api/src/policy/table.txt`, printed from `decide()`. Whoever
//! changes who may do what sees it there as a difference; `NABIJ_BLESS=1` rewrites it.
//!
//! **One more action:** the compiler asks for its name in `name`, and `actions` wants it in the
//! list.

use std::{env, fmt::Write, fs, path::Path};

use nabij_api::policy::{Account, Action, Contributor, Grant, Place, Reporter, Viewer, decide};
use nabij_entity::{
    activity::ActivityAction, call_out::CallOutAction, offer::OfferAction,
    referral::ReferralAction, role_grant::Role, signal::SignalAction, user::UserKind,
};
use sea_orm::{Iterable, prelude::DateTimeUtc};
use uuid::Uuid;

pub(crate) mod plans;
pub(crate) mod records;

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
    pub const FACILITATOR: Uuid = Uuid::from_u128(13);
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
            ("of the plan's facilitator", id::FACILITATOR),
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
        Action::TeamCreate(_) => "team CREATE".to_owned(),
        Action::TeamManage(_) => "team MANAGE".to_owned(),
        Action::TrainingRecord(_) => "training RECORD".to_owned(),
        Action::DeploymentCreate(_) => "deployment CREATE".to_owned(),
        Action::DeploymentManage(_) => "deployment MANAGE".to_owned(),
        Action::ResidentRecord(_, reporter) => format!("resident RECORD {}", by(reporter)),
        Action::ResidentUpdate(_) => "resident UPDATE".to_owned(),
        Action::ResidentErase(_) => "resident ERASE".to_owned(),
        Action::RetentionManage(_) => "retention MANAGE".to_owned(),
        Action::RetentionRead(_) => "retention READ".to_owned(),
        Action::RetentionRun => "retention RUN".to_owned(),
        Action::LegalHoldPlace(_) => "legal hold PLACE".to_owned(),
        Action::LegalHoldLift(_) => "legal hold LIFT".to_owned(),
        Action::ConsentRecord(_) => "consent RECORD".to_owned(),
        Action::ConsentWithdraw(_) => "consent WITHDRAW".to_owned(),
        Action::HelpAccept(_) => "consent RECORD of being helped".to_owned(),
        Action::HelpDecline(_) => "consent WITHDRAW of being helped".to_owned(),
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
        Action::StatisticsRead(_) => "statistics READ".to_owned(),
        Action::RegisterRead => "register READ".to_owned(),
        Action::FeedbackGive(_) => "referral GIVE FEEDBACK".to_owned(),
        Action::CallOutFeedbackGive(_) => {
            "call-out GIVE FEEDBACK, reported by whom it selected".into()
        }
        Action::CallOutOpen(_) => "call-out OPEN".to_owned(),
        Action::CallOut(CallOutAction::Offer, _) => "call-out OFFER in a volunteer's name".into(),
        Action::CallOut(action, _) => format!("call-out {}", action.code()),
        Action::CallOutLapse => "call-out LAPSE".to_owned(),
        Action::OfferMake(..) => "offer MAKE, by the volunteer who reported it".to_owned(),
        Action::Offer(action, _) => {
            format!("offer {}, of the volunteer who reported it", action.code())
        }
        Action::PoolManage(_) => "pool MANAGE".to_owned(),
        Action::BookableManage(_) => "bookable MANAGE".to_owned(),
        Action::BookableBook(_, reporter) => format!("bookable BOOK {}", by(reporter)),
        Action::BookingCancel(booking) if booking.booked_by_partner_id.is_some() => {
            "booking CANCEL, made for a partner".to_owned()
        }
        Action::BookingCancel(_) => "booking CANCEL, made by a volunteer".to_owned(),
        Action::SeriesCreate(_, reporter) => format!("series CREATE {}", by(reporter)),
        Action::ActivityPropose(_, reporter) => format!("activity PROPOSE {}", by(reporter)),
        Action::Activity(action, _, true) => format!("activity {} by who runs it", action.code()),
        Action::Activity(action, _, false) => format!("activity {} by others", action.code()),
        Action::PlanCreate(..) => "plan CREATE".to_owned(),
        Action::PlanUpdate(_) => "plan UPDATE".to_owned(),
        Action::PlanEntrust(_) => "plan ENTRUST".to_owned(),
        Action::Plan(step, _) => format!("plan {}", step.code()),
        Action::PlanContribute(_, Contributor::Steward) => {
            "plan CONTRIBUTE as its steward".to_owned()
        }
        Action::PlanContribute(_, Contributor::Partner(_)) => {
            "plan CONTRIBUTE for the partner itself".to_owned()
        }
        Action::PlanCommit(_, partner) => format!("plan COMMIT{}", for_whom(*partner)),
        Action::CommitmentEnd(commitment, _) => {
            format!("commitment END{}", for_whom(commitment.partner_id))
        }
        Action::PlanEndorse(_, partner) => format!("plan ENDORSE{}", for_whom(*partner)),
        Action::PlanAction(step, ..) => format!("plan action {}", step.code()),
        Action::PlanActionUpdate(..) => "plan action UPDATE".to_owned(),
        Action::FundingLineAdd(place, _) if place.neighbourhood.is_some() => {
            "funding ADD to a plan".to_owned()
        }
        Action::FundingLineAdd(..) => "funding ADD to an initiative".to_owned(),
        Action::FundingLineUpdate(line, _) => format!("funding UPDATE{}", of_what(line)),
        Action::FundingLine(action, line, _) => {
            format!("funding {}{}", action.code(), of_what(line))
        }
    }
}

fn for_whom(partner: Option<Uuid>) -> &'static str {
    match partner {
        Some(_) => ", for the partner itself",
        None => ", for people who are no partner",
    }
}

fn of_what(line: &nabij_entity::funding_line::Model) -> &'static str {
    match line.plan_id {
        Some(_) => " of a plan",
        None => " of an initiative",
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
        Action::TeamCreate(place),
        Action::TeamManage(&records.team),
        Action::TrainingRecord(place),
        Action::DeploymentCreate(place),
        Action::DeploymentManage(&records.deployment),
    ];
    actions.extend(reporters.map(|reporter| Action::ResidentRecord(place, reporter)));
    actions.extend([
        Action::ResidentUpdate(&records.resident),
        Action::ResidentErase(&records.resident),
        Action::RetentionManage(id::MUNICIPALITY),
        Action::RetentionRead(id::MUNICIPALITY),
        Action::RetentionRun,
        Action::LegalHoldPlace(place),
        Action::LegalHoldLift(&records.legal_hold),
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
        Action::HelpAccept(&records.referral),
        Action::HelpDecline(&records.referral),
    ]);
    actions
        .extend(ReferralAction::iter().map(|action| Action::Referral(action, &records.referral)));
    actions.extend([
        Action::FeedbackGive(&records.referral),
        Action::StatisticsRead(place),
        Action::RegisterRead,
    ]);
    let call_out = &records.call_out;
    actions.push(Action::CallOutOpen(&records.referral));
    actions.extend(CallOutAction::iter().map(|action| Action::CallOut(action, call_out)));
    actions.extend([
        Action::CallOutLapse,
        Action::OfferMake(call_out, &records.ambassador),
    ]);
    actions.extend(OfferAction::iter().map(|action| Action::Offer(action, &records.offer)));
    actions.extend([
        Action::CallOutFeedbackGive(call_out),
        Action::PoolManage(id::OWNER),
    ]);
    actions.push(Action::BookableManage(id::OWNER));
    actions.extend(reporters.map(|reporter| Action::BookableBook(&records.bookable, reporter)));
    actions.extend([
        Action::BookingCancel(&records.booking),
        Action::BookingCancel(&records.partner_booking),
    ]);
    actions.extend(reporters.map(|reporter| Action::SeriesCreate(place, reporter)));
    actions.extend(reporters.map(|reporter| Action::ActivityPropose(place, reporter)));
    for runs in [true, false] {
        let activity = &records.activity;
        actions.extend(ActivityAction::iter().map(|of| Action::Activity(of, activity, runs)));
    }
    actions.extend(plans::actions(&records.plans, place));
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
    holds("../../api/src/policy/table.txt", &table());
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
