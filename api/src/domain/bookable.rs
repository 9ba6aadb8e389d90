//! Rooms and things that partners lend to the neighbourhood (stories P7 and W6).

use nabij_entity::{
    bookable::{self, AccessFeature, BookableAction, BookableKind, BookableStatus},
    partner::{self, PartnerStatus},
};
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use super::{
    change::Change,
    refusal::{Code, Outcome, Problem, Problems, Transition, expect_version},
    reporter, text,
};
use crate::{
    policy::{Action, Viewer, decide},
    store::{
        Cx, Kind,
        events::Happening,
        idempotency::{IdempotencyKey, Recall},
        record::Seen,
        write::{Stale, given},
    },
};

/// The machine: which state each action leads to, if it leads to one.
const fn next(from: BookableStatus, action: BookableAction) -> Option<BookableStatus> {
    use BookableAction as A;
    use BookableStatus as S;
    match (from, action) {
        (S::Active, A::Book | A::Update) | (S::Retired, A::Restore) => Some(S::Active),
        (S::Active, A::Retire) | (S::Retired, A::Update) => Some(S::Retired),
        _ => None,
    }
}

/// The state that an action leads to.
///
/// # Errors
/// The [`Transition`] that isn't possible.
pub fn step(from: BookableStatus, action: BookableAction) -> Result<BookableStatus, Transition> {
    next(from, action).ok_or_else(|| Transition {
        from: from.code(),
        attempted: action.code(),
        allowed: allowed(from)
            .into_iter()
            .map(BookableAction::code)
            .collect(),
    })
}

/// The actions a state allows, whoever asks.
#[must_use]
pub fn allowed(from: BookableStatus) -> Vec<BookableAction> {
    use BookableAction as A;
    [A::Book, A::Update, A::Retire, A::Restore]
        .into_iter()
        .filter(|action| next(from, *action).is_some())
        .collect()
}

/// What `viewer` may do now. Whether they may book, the store has found out.
#[must_use]
pub fn allowed_to(viewer: &Viewer, bookable: &Seen<bookable::Model>) -> Vec<BookableAction> {
    let manages = decide(viewer, Action::BookableManage(bookable.partner_id)).is_ok();
    let books = bookable.shows("may_book");
    allowed(bookable.status)
        .into_iter()
        .filter(|action| match action {
            BookableAction::Book => books,
            _ => manages,
        })
        .collect()
}

/// A room or a thing to add.
#[derive(Debug)]
pub struct NewBookable {
    /// The partner it belongs to.
    pub partner: Uuid,
    /// A room or a thing.
    pub kind: BookableKind,
    /// Where it lies or is kept.
    pub neighbourhood: Uuid,
    /// Its name.
    pub name: String,
    /// What it is.
    pub description: Option<String>,
    /// Where exactly.
    pub address: Option<String>,
    /// For how many people.
    pub capacity: Option<i32>,
    /// What makes it fit for people with a disability.
    pub accessibility: Vec<AccessFeature>,
}

/// What changes of a room or a thing.
#[derive(Debug, Default)]
pub struct BookableUpdate {
    /// Its name.
    pub name: Option<String>,
    /// What it is.
    pub description: Change<String>,
    /// Where exactly.
    pub address: Change<String>,
    /// For how many people.
    pub capacity: Change<i32>,
    /// What makes it fit for people with a disability: all of it.
    pub accessibility: Option<Vec<AccessFeature>>,
}

fn capacity(capacity: Option<i32>) -> Result<(), Problem> {
    match capacity {
        Some(people) if people < 1 => Err(Problem::new(
            Code::OutOfRange,
            "capacity",
            "There must be room for at least 1 person. Leave it out if nobody counts.",
        )),
        _ => Ok(()),
    }
}

/// Adds a room or a thing.
///
/// # Errors
/// What is wrong with the input, [`Code::NotFound`], [`Code::Forbidden`].
pub async fn create(cx: &Cx, new: NewBookable, key: Option<IdempotencyKey>) -> Outcome<Uuid> {
    let NewBookable {
        partner,
        kind,
        neighbourhood,
        name,
        description,
        address,
        capacity: people,
        accessibility,
    } = new;
    let mut problems = Problems::new();
    let name = problems.check(text::required("name", &name, text::LINE));
    let description = problems.check(text::optional(
        "description",
        description.as_deref(),
        text::STORY,
    ));
    let address = problems.check(text::optional("address", address.as_deref(), text::LINE));
    problems.check(capacity(people));
    let name = problems.into_value(name)?;

    let tx = cx.begin().await?;
    let partner = tx
        .visible_beside::<partner::Entity>(partner)
        .await?
        .ok_or_else(|| Problem::not_found("partner"))?;
    let permit = decide(tx.viewer(), Action::BookableManage(partner.id))?;
    let municipality = reporter::place(&tx, neighbourhood, "neighbourhood").await?;
    if partner.status != PartnerStatus::Active {
        return Err(Problem::new(
            Code::Invalid,
            "partner",
            "This partner isn't active, so nobody can book with it. Have it activated first.",
        )
        .into());
    }
    let id = match tx.claim(key.as_ref()).await? {
        Recall::New(id) => id,
        Recall::Made(id) => return Ok(id),
        Recall::Mismatch => return Err(Problem::idempotency_mismatch().into()),
    };
    let now = tx.now();
    let model = bookable::Model {
        id,
        kind,
        partner_id: partner.id,
        municipality_id: municipality,
        neighbourhood_id: neighbourhood,
        name,
        description: description.flatten(),
        address: address.flatten(),
        capacity: people,
        accessibility: accessibility.into(),
        status: BookableStatus::Active,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let happening = Happening::new("bookable.created", (Kind::Bookable, id))
        .with("to", BookableStatus::Active.code());
    tx.insert::<bookable::Entity>(&permit, model, happening)
        .await?;
    tx.commit().await?;
    Ok(id)
}

/// Changes a room or a thing.
///
/// # Errors
/// What is wrong with the input, [`Code::NotFound`], [`Code::Forbidden`], [`Code::Conflict`].
pub async fn update(
    cx: &Cx,
    id: Uuid,
    expected_version: Option<i32>,
    update: BookableUpdate,
) -> Outcome<Uuid> {
    let BookableUpdate {
        name,
        description,
        address,
        capacity: people,
        accessibility,
    } = update;
    let mut problems = Problems::new();
    let name = problems.check(
        name.map(|name| text::required("name", &name, text::LINE))
            .transpose(),
    );
    let description = problems.check(description.text("description", text::STORY));
    let address = problems.check(address.text("address", text::LINE));
    problems.check(capacity(people.clone().after(None)));
    let (name, (description, address)) = problems.into_value(name.zip(description.zip(address)))?;

    let tx = cx.begin().await?;
    let bookable = tx
        .visible::<bookable::Entity>(id)
        .await?
        .ok_or_else(|| Problem::not_found("id"))?;
    let permit = decide(tx.viewer(), Action::BookableManage(bookable.partner_id))?;
    expect_version(expected_version, bookable.version)?;
    let change = bookable::ActiveModel {
        name: given(name),
        description: description.column(),
        address: address.column(),
        capacity: people.column(),
        accessibility: given(accessibility.map(Into::into)),
        ..Default::default()
    };
    let happening = Happening::new("bookable.updated", (Kind::Bookable, id));
    tx.update::<bookable::Entity>(&permit, id, bookable.version, change, happening)
        .await?
        .map_err(|Stale| Problem::raced())?;
    tx.commit().await?;
    Ok(id)
}

const fn event_of(action: BookableAction) -> &'static str {
    match action {
        BookableAction::Retire => "bookable.retired",
        BookableAction::Restore => "bookable.restored",
        BookableAction::Book | BookableAction::Update => "bookable.updated",
    }
}

/// Takes a room or a thing out of use, or into use again. Bookings made before stand.
///
/// # Errors
/// [`Code::NotFound`], [`Code::Forbidden`], [`Code::Conflict`], [`Code::InvalidTransition`].
pub async fn transition(
    cx: &Cx,
    id: Uuid,
    expected_version: Option<i32>,
    action: BookableAction,
) -> Outcome<Uuid> {
    let tx = cx.begin().await?;
    let bookable = tx
        .visible::<bookable::Entity>(id)
        .await?
        .ok_or_else(|| Problem::not_found("id"))?;
    let permit = decide(tx.viewer(), Action::BookableManage(bookable.partner_id))?;
    expect_version(expected_version, bookable.version)?;
    let to = step(bookable.status, action)?;
    let change = bookable::ActiveModel {
        status: Set(to),
        ..Default::default()
    };
    let happening = Happening::new(event_of(action), (Kind::Bookable, id))
        .with("from", bookable.status.code())
        .with("to", to.code());
    tx.update::<bookable::Entity>(&permit, id, bookable.version, change, happening)
        .await?
        .map_err(|Stale| Problem::raced())?;
    tx.commit().await?;
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_retired_is_not_booked_and_can_come_back() {
        use BookableAction as A;
        assert_eq!(
            allowed(BookableStatus::Active),
            [A::Book, A::Update, A::Retire]
        );
        assert_eq!(allowed(BookableStatus::Retired), [A::Update, A::Restore]);
        assert!(step(BookableStatus::Retired, A::Book).is_err());
    }

    #[test]
    fn there_is_room_for_somebody_or_nobody_counts() {
        assert!(capacity(None).is_ok());
        assert!(capacity(Some(1)).is_ok());
        assert!(capacity(Some(0)).is_err());
    }
}
