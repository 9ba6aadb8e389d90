//! Which role holds for what, and when.

use chrono::TimeDelta;

use super::*;

const ROLES: [Role; 7] = [
    Role::Signaller,
    Role::Ambassador,
    Role::PartnerStaff,
    Role::PartnerCoordinator,
    Role::Coordinator,
    Role::Auditor,
    Role::Admin,
];

fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
}

fn hours(hours: i64) -> DateTime<Utc> {
    now() + TimeDelta::hours(hours)
}

fn held(from: DateTime<Utc>, until: Option<DateTime<Utc>>) -> role_grant::Model {
    role_grant::Model {
        id: Uuid::nil(),
        user_id: Uuid::nil(),
        role: Role::Coordinator,
        municipality_id: None,
        neighbourhood_id: Some(Uuid::from_u128(1)),
        partner_id: None,
        ambassador_id: None,
        valid_from: from,
        valid_until: until,
        created_at: now(),
        updated_at: now(),
        version: 1,
    }
}

#[test]
fn each_role_holds_for_its_own_kind_of_scope() {
    let id = Uuid::nil();
    let roles_for = |scope| {
        ROLES
            .into_iter()
            .filter(|role| fits(*role, scope).is_ok())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        roles_for(Scope::Municipality(id)),
        [Role::Coordinator, Role::Auditor]
    );
    assert_eq!(roles_for(Scope::Neighbourhood(id)), [Role::Coordinator]);
    assert_eq!(
        roles_for(Scope::Partner(id)),
        [
            Role::Signaller,
            Role::PartnerStaff,
            Role::PartnerCoordinator
        ]
    );
    assert_eq!(roles_for(Scope::Ambassador(id)), [Role::Ambassador]);
    assert_eq!(roles_for(Scope::Platform), [Role::Admin]);
}

#[test]
fn a_neighbourhood_is_never_taken_for_its_municipality() {
    let [municipality, neighbourhood, ..] = Scope::Neighbourhood(Uuid::from_u128(1)).columns();
    assert_eq!(municipality, None);
    assert_eq!(neighbourhood, Some(Uuid::from_u128(1)));
    assert!(Scope::Neighbourhood(Uuid::from_u128(1)).is_of(&held(now(), None)));
    assert!(!Scope::Municipality(Uuid::from_u128(1)).is_of(&held(now(), None)));
    assert!(!Scope::Platform.is_of(&held(now(), None)));
}

#[test]
fn a_role_counts_for_some_time() {
    assert_eq!(validity(now(), None, None), Ok((now(), None)));
    assert_eq!(
        validity(now(), Some(hours(1)), Some(hours(2))),
        Ok((hours(1), Some(hours(2))))
    );
    for (from, until) in [
        (None, now()),
        (Some(hours(2)), hours(1)),
        (Some(hours(-2)), hours(-1)),
    ] {
        let problem = validity(now(), from, Some(until)).unwrap_err();
        assert_eq!(problem.code, Code::OutOfRange);
    }
}

#[test]
fn the_end_of_a_role_is_not_part_of_it() {
    let morning = held(now(), Some(hours(4)));
    assert!(overlaps(&morning, hours(3), None));
    assert!(!overlaps(&morning, hours(4), None));
    assert!(!overlaps(&morning, hours(-2), Some(now())));
    assert!(overlaps(&morning, hours(-2), Some(hours(1))));
    assert!(overlaps(&held(now(), None), hours(1_000), None));
}

#[test]
fn a_role_that_was_ended_before_it_began_stands_in_nobodys_way() {
    assert!(!overlaps(&held(hours(4), Some(hours(1))), now(), None));
}

#[test]
fn blocking_and_unblocking_take_turns() {
    assert_eq!(allowed(UserStatus::Active), [UserAction::Block]);
    assert_eq!(allowed(UserStatus::Blocked), [UserAction::Unblock]);
    assert_eq!(
        step(UserStatus::Blocked, UserAction::Block),
        Err(Transition {
            from: "BLOCKED",
            attempted: "BLOCK",
            allowed: vec!["UNBLOCK"],
        })
    );
}
