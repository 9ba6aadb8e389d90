//! Services: what a partner offers, and how much room it has.

use nabij_entity::service::{self, ServiceAction, ServiceStatus};
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use super::{
    change::Change,
    refusal::{Code, Outcome, Problem, Problems, Transition, expect_version},
};
use crate::{
    policy::{Action, Viewer, decide},
    store::{Cx, Kind, events::Happening, write::Stale},
};

/// The machine: which state each action leads to. Onboarding alone makes a service inactive.
const fn next(from: ServiceStatus, action: ServiceAction) -> Option<ServiceStatus> {
    use ServiceAction as A;
    use ServiceStatus as S;
    match (from, action) {
        (S::Inactive | S::TemporarilyClosed, A::Open) => Some(S::Active),
        (S::Active, A::CloseTemporarily) => Some(S::TemporarilyClosed),
        (S::Active | S::Inactive | S::TemporarilyClosed, A::End) => Some(S::Defunct),
        _ => None,
    }
}

/// The state that an action leads to.
///
/// # Errors
/// The [`Transition`] that isn't possible.
pub fn step(from: ServiceStatus, action: ServiceAction) -> Result<ServiceStatus, Transition> {
    next(from, action).ok_or_else(|| Transition {
        from: from.code(),
        attempted: action.code(),
        allowed: allowed(from).into_iter().map(ServiceAction::code).collect(),
    })
}

/// The actions a state allows, whoever asks.
#[must_use]
pub fn allowed(from: ServiceStatus) -> Vec<ServiceAction> {
    use ServiceAction as A;
    [A::Open, A::CloseTemporarily, A::End]
        .into_iter()
        .filter(|action| next(from, *action).is_some())
        .collect()
}

/// What `viewer` may do now.
#[must_use]
pub fn allowed_to(viewer: &Viewer, service: &service::Model) -> Vec<ServiceAction> {
    if decide(viewer, Action::ServiceManage(service.partner_id)).is_ok() {
        allowed(service.status)
    } else {
        Vec::new()
    }
}

const fn event_of(action: ServiceAction) -> &'static str {
    match action {
        ServiceAction::Open => "service.opened",
        ServiceAction::CloseTemporarily => "service.closed",
        ServiceAction::End => "service.ended",
    }
}

/// Takes a service one step further.
///
/// # Errors
/// [`Code::NotFound`], [`Code::Forbidden`], [`Code::Conflict`], [`Code::InvalidTransition`].
pub async fn transition(
    cx: &Cx,
    id: Uuid,
    expected_version: Option<i32>,
    action: ServiceAction,
) -> Outcome<Uuid> {
    let tx = cx.begin().await?;
    let service = tx
        .visible::<service::Entity>(id)
        .await?
        .ok_or_else(|| Problem::not_found("id"))?;
    let permit = decide(tx.viewer(), Action::ServiceManage(service.partner_id))?;
    expect_version(expected_version, service.version)?;
    let to = step(service.status, action)?;
    let change = service::ActiveModel {
        status: Set(to),
        ..Default::default()
    };
    let happening = Happening::new(event_of(action), (Kind::Service, id))
        .with("from", service.status.code())
        .with("to", to.code());
    tx.update::<service::Entity>(&permit, id, service.version, change, happening)
        .await?
        .map_err(|Stale| Problem::raced())?;
    tx.commit().await?;
    Ok(id)
}

/// The places free and in all after a count, checked against each other.
fn counted(
    service: &service::Model,
    available: Change<i32>,
    maximum: Change<i32>,
) -> Outcome<(Option<i32>, Option<i32>)> {
    let available = available.after(service.capacity_available);
    let maximum = maximum.after(service.capacity_maximum);
    let mut problems = Problems::new();
    for (path, count) in [("available", available), ("maximum", maximum)] {
        if count.is_some_and(|count| count < 0) {
            problems.add(Problem::new(
                Code::OutOfRange,
                path,
                "There can't be fewer than 0 places.",
            ));
        }
    }
    if available
        .zip(maximum)
        .is_some_and(|(available, maximum)| available > maximum)
    {
        problems.add(Problem::new(
            Code::OutOfRange,
            "available",
            "There can't be more places free than there are. Give a higher `maximum`, or fewer \
             places free.",
        ));
    }
    problems.into_value(Some((available, maximum)))
}

/// Records a count of the places of a service.
///
/// # Errors
/// [`Code::NotFound`], [`Code::Forbidden`], [`Code::Conflict`]; [`Code::OutOfRange`] for more
/// places free than there are.
pub async fn update_capacity(
    cx: &Cx,
    id: Uuid,
    expected_version: Option<i32>,
    available: Change<i32>,
    maximum: Change<i32>,
) -> Outcome<Uuid> {
    let tx = cx.begin().await?;
    let service = tx
        .visible::<service::Entity>(id)
        .await?
        .ok_or_else(|| Problem::not_found("id"))?;
    let permit = decide(tx.viewer(), Action::ServiceManage(service.partner_id))?;
    expect_version(expected_version, service.version)?;
    let (available, maximum) = counted(&service, available, maximum)?;
    let change = service::ActiveModel {
        capacity_available: Set(available),
        capacity_maximum: Set(maximum),
        // Counting again and finding the same is news too.
        capacity_updated_at: Set(Some(tx.now())),
        ..Default::default()
    };
    let happening = Happening::new("service.counted", (Kind::Service, id));
    tx.update::<service::Entity>(&permit, id, service.version, change, happening)
        .await?
        .map_err(|Stale| Problem::raced())?;
    tx.commit().await?;
    Ok(id)
}

#[cfg(test)]
mod tests {
    use nabij_entity::SetOf;

    use super::*;
    use crate::domain::Refusal;

    fn service(available: Option<i32>, maximum: Option<i32>) -> service::Model {
        let now = chrono::DateTime::UNIX_EPOCH;
        service::Model {
            id: Uuid::nil(),
            partner_id: Uuid::nil(),
            reference: "a".to_owned(),
            name: "A".to_owned(),
            description: None,
            categories: SetOf::default(),
            target_groups: SetOf::default(),
            capacity_available: available,
            capacity_maximum: maximum,
            capacity_updated_at: None,
            status: ServiceStatus::Active,
            created_at: now,
            updated_at: now,
            version: 1,
        }
    }

    #[test]
    fn the_machine_ends_where_a_service_ends() {
        use ServiceAction as A;
        use ServiceStatus as S;
        for (from, actions) in [
            (S::Active, vec![A::CloseTemporarily, A::End]),
            (S::Inactive, vec![A::Open, A::End]),
            (S::TemporarilyClosed, vec![A::Open, A::End]),
            (S::Defunct, vec![]),
        ] {
            assert_eq!(allowed(from), actions, "{from:?}");
        }
    }

    #[test]
    fn no_more_places_are_free_than_there_are() {
        let problem = |service: &service::Model, available, maximum| match counted(
            service, available, maximum,
        ) {
            Ok(_) => None,
            Err(Refusal::Problems(problems)) => {
                Some((problems[0].code, problems[0].path.join(".")))
            }
            Err(failure) => panic!("{failure:?}"),
        };
        let ten = service(Some(3), Some(10));
        let free = Some((Code::OutOfRange, "available".to_owned()));
        assert_eq!(problem(&ten, Change::To(10), Change::Keep), None);
        assert_eq!(problem(&ten, Change::To(11), Change::Keep), free);
        assert_eq!(problem(&ten, Change::To(11), Change::To(11)), None);
        assert_eq!(problem(&ten, Change::To(11), Change::Clear), None);
        assert_eq!(problem(&ten, Change::Keep, Change::To(2)), free);
        assert_eq!(problem(&ten, Change::To(-1), Change::Keep), free);
        let uncounted = service(None, None);
        assert_eq!(problem(&uncounted, Change::To(5), Change::Keep), None);
    }
}
