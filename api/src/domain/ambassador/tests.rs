//! The machine of volunteers, all of it, and what their records take.

use chrono::DateTime;
use nabij_entity::{role_grant::Role, user::UserKind};
use sea_orm::{ActiveValue::NotSet, Iterable};

use super::*;
use crate::{
    domain::Refusal,
    policy::{Account, Grant},
};

use AmbassadorAction as A;
use AmbassadorStatus as S;

const MUNICIPALITY: Uuid = Uuid::from_u128(1);

fn ambassador(status: S, briefed: bool) -> ambassador::Model {
    ambassador::Model {
        id: Uuid::from_u128(2),
        municipality_id: MUNICIPALITY,
        whole_municipality: false,
        pool_partner_id: None,
        display_name: "An".to_owned(),
        roles: vec![VolunteerRole::Listener].into(),
        status,
        briefed_on: NaiveDate::from_ymd_opt(2026, 5, 3).filter(|_| briefed),
        public_profile: true,
        public_contact: None,
        created_at: DateTime::UNIX_EPOCH,
        updated_at: DateTime::UNIX_EPOCH,
        version: 1,
    }
}

fn coordinator(municipality: Uuid) -> Viewer {
    let account = Account {
        id: Uuid::from_u128(3),
        kind: UserKind::Person,
        display_name: "Coordinator".to_owned(),
        authz_version: 1,
    };
    let grant = Grant {
        role: Role::Coordinator,
        municipality_id: Some(municipality),
        neighbourhood_id: None,
        partner_id: None,
        ambassador_id: None,
        valid_from: DateTime::UNIX_EPOCH,
        valid_until: None,
    };
    Viewer::new(account, &[grant], DateTime::UNIX_EPOCH)
}

#[test]
fn every_state_takes_every_action_as_the_table_says() {
    let table = [
        (S::Candidate, A::Activate, Some(S::Active)),
        (S::Candidate, A::Pause, None),
        (S::Candidate, A::Leave, Some(S::Left)),
        (S::Candidate, A::Brief, Some(S::Candidate)),
        (S::Candidate, A::Assign, Some(S::Candidate)),
        (S::Active, A::Activate, None),
        (S::Active, A::Pause, Some(S::Paused)),
        (S::Active, A::Leave, Some(S::Left)),
        (S::Active, A::Brief, Some(S::Active)),
        (S::Active, A::Assign, Some(S::Active)),
        (S::Paused, A::Activate, Some(S::Active)),
        (S::Paused, A::Pause, None),
        (S::Paused, A::Leave, Some(S::Left)),
        (S::Paused, A::Brief, Some(S::Paused)),
        (S::Paused, A::Assign, Some(S::Paused)),
        (S::Left, A::Activate, None),
        (S::Left, A::Pause, None),
        (S::Left, A::Leave, None),
        (S::Left, A::Brief, None),
        (S::Left, A::Assign, None),
    ];
    assert_eq!(table.len(), S::iter().count() * A::iter().count());
    for (from, action, to) in table {
        assert_eq!(step(from, action).ok(), to, "{from:?} {action:?}");
    }
}

#[test]
fn a_refusal_names_exactly_what_is_possible_instead() {
    for (from, action) in S::iter().flat_map(|from| A::iter().map(move |action| (from, action))) {
        let Err(refused) = step(from, action) else {
            continue;
        };
        let possible: Vec<&str> = A::iter()
            .filter(|other| step(from, *other).is_ok())
            .map(A::code)
            .collect();
        assert_eq!(refused.from, from.code());
        assert_eq!(refused.attempted, action.code());
        assert_eq!(refused.allowed, possible);
    }
}

#[test]
fn nobody_comes_back_after_leaving_however_they_got_there() {
    // Everything that can be reached from LEFT is LEFT.
    assert!(allowed(S::Left).is_empty());
    // And LEFT can be reached from everywhere else.
    for from in S::iter().filter(|from| *from != S::Left) {
        assert_eq!(step(from, A::Leave), Ok(S::Left));
    }
}

#[test]
fn activating_takes_a_briefing() {
    let viewer = coordinator(MUNICIPALITY);
    for status in S::iter() {
        let without = allowed_to(&viewer, &ambassador(status, false));
        assert!(!without.contains(&A::Activate), "{status:?}");
        let with = allowed_to(&viewer, &ambassador(status, true));
        assert_eq!(with, allowed(status));
    }
    assert_eq!(briefed(None).map_err(|p| p.code), Err(Code::Invalid));
}

#[test]
fn only_the_coordinator_of_the_municipality_has_actions() {
    for status in S::iter() {
        let ambassador = ambassador(status, true);
        assert!(allowed_to(&Viewer::anonymous(), &ambassador).is_empty());
        assert!(allowed_to(&coordinator(Uuid::from_u128(9)), &ambassador).is_empty());
    }
}

#[test]
fn neighbourhoods_lie_in_the_municipality() {
    let [here, there, nowhere] = [10, 11, 12].map(Uuid::from_u128);
    let known = [(here, MUNICIPALITY), (there, Uuid::from_u128(9))];
    assert!(lie_in(MUNICIPALITY, &[here, here], &known).is_ok());
    assert!(lie_in(MUNICIPALITY, &[], &known).is_ok());
    let Err(Refusal::Problems(problems)) = lie_in(MUNICIPALITY, &[there, here, nowhere], &known)
    else {
        panic!("two of them don't fit");
    };
    let found: Vec<(Code, String)> = problems
        .into_iter()
        .map(|problem| (problem.code, problem.path.join(".")))
        .collect();
    let expected = [
        (Code::Invalid, "neighbourhoods.0".to_owned()),
        (Code::NotFound, "neighbourhoods.2".to_owned()),
    ];
    assert_eq!(found, expected);
}

#[test]
fn every_neighbourhood_asked_for_must_be_the_coordinators() {
    let here = coordinator(MUNICIPALITY);
    let [a, b] = [10, 11].map(Uuid::from_u128);
    assert!(permit_to_register(&here, MUNICIPALITY, false, &[a, b]).is_ok());
    assert!(permit_to_register(&here, MUNICIPALITY, true, &[a, b]).is_ok());
    assert!(permit_to_register(&here, MUNICIPALITY, false, &[]).is_ok());
    let account = here.account().cloned().expect("an account");
    let mut grant = here.grants()[0].clone();
    grant.municipality_id = None;
    grant.neighbourhood_id = Some(a);
    let of_a = Viewer::new(account, &[grant], DateTime::UNIX_EPOCH);
    assert!(permit_to_register(&of_a, MUNICIPALITY, false, &[a]).is_ok());
    assert!(permit_to_register(&of_a, MUNICIPALITY, false, &[a, b]).is_err());
    assert!(permit_to_register(&of_a, MUNICIPALITY, false, &[b, a]).is_err());
    assert!(permit_to_register(&of_a, MUNICIPALITY, true, &[a]).is_err());
    assert!(permit_to_register(&of_a, MUNICIPALITY, false, &[]).is_err());
}

#[test]
fn an_update_clears_only_what_can_be_empty() {
    let change = read_update(Update {
        public_contact: Change::Clear,
        pool_partner: Change::Clear,
        ..Update::default()
    })
    .expect("nothing is wrong");
    assert_eq!(change.public_contact, Set(None));
    assert_eq!(change.pool_partner_id, Set(None));
    assert_eq!(change.display_name, NotSet);
    assert_eq!(change.roles, NotSet);
    let Err(Refusal::Problems(problems)) = read_update(Update {
        display_name: Change::To("  ".to_owned()),
        roles: Change::To(Vec::new()),
        public_profile: Change::Clear,
        ..Update::default()
    }) else {
        panic!("three things are wrong");
    };
    assert!(
        problems
            .iter()
            .all(|problem| problem.code == Code::Required)
    );
    assert_eq!(problems.len(), 3);
}
