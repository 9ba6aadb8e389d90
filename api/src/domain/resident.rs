//! Residents: people with or without an account, and what they told about themselves.

use chrono::Datelike;
use nabij_entity::{
    SetOf, resident,
    resident_contact::{self, PreferredChannel},
    vocabulary::TargetGroup,
};
use uuid::Uuid;

use super::{
    refusal::{Code, Outcome, Problem, Problems},
    reporter, text,
};
use crate::{
    policy::{Action, Place, Reporter, decide},
    store::{
        Cx, Kind, Tx,
        events::Happening,
        idempotency::{IdempotencyKey, Recall},
    },
};

/// What a resident tells about themselves; nothing of it is required (story B2).
#[derive(Debug, Default)]
pub struct Particulars {
    /// Given name.
    pub given_name: Option<String>,
    /// Family name.
    pub family_name: Option<String>,
    /// Year of birth.
    pub birth_year: Option<i32>,
    /// Groups they belong to.
    pub target_groups: Vec<TargetGroup>,
    /// Languages they speak, as BCP 47 tags.
    pub languages: Vec<String>,
    /// Notes for whoever cares for them.
    pub notes: Option<String>,
    /// How to reach them.
    pub contact: Option<ContactDetails>,
}

/// How to reach a resident.
#[derive(Debug, Default)]
pub struct ContactDetails {
    /// Phone number in E.164 form.
    pub phone: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Street, number and town.
    pub address: Option<String>,
    /// How they want to be reached.
    pub preferred_channel: Option<PreferredChannel>,
}

/// Records a resident of this neighbourhood.
///
/// # Errors
/// What is wrong with the input, [`Code::NotFound`], [`Code::Forbidden`].
pub async fn record(
    cx: &Cx,
    neighbourhood: Uuid,
    particulars: Particulars,
    key: Option<IdempotencyKey>,
) -> Outcome<Uuid> {
    let tx = cx.begin().await?;
    let municipality = reporter::place(&tx, neighbourhood, "neighbourhood").await?;
    let reporter = reporter::of(&tx, municipality, neighbourhood).await?;
    let place = Place {
        municipality,
        neighbourhood: Some(neighbourhood),
    };
    let id = match tx.claim(key.as_ref()).await? {
        Recall::New(id) => id,
        Recall::Made(id) => return Ok(id),
        Recall::Mismatch => return Err(Problem::idempotency_mismatch().into()),
    };
    insert(&tx, id, particulars, place, reporter, "").await?;
    tx.commit().await?;
    Ok(id)
}

/// Adds a resident inside another use case. `path` is where the particulars are in its input.
///
/// # Errors
/// What is wrong with the input, [`Code::Forbidden`].
pub(super) async fn insert(
    tx: &Tx,
    id: Uuid,
    particulars: Particulars,
    place: Place,
    reporter: Reporter,
    path: &str,
) -> Outcome<()> {
    let permit = decide(tx.viewer(), Action::ResidentRecord(place, reporter))?;
    let user = reporter::user(tx)?;
    let now = tx.now();
    let Particulars {
        given_name,
        family_name,
        birth_year,
        target_groups,
        languages,
        notes,
        contact,
    } = particulars;
    let at = |field: &str| {
        if path.is_empty() {
            field.to_owned()
        } else {
            format!("{path}.{field}")
        }
    };
    let mut problems = Problems::new();
    let mut line = |field: &str, value: Option<String>, longest: usize| {
        problems
            .check(text::optional(&at(field), value.as_deref(), longest))
            .flatten()
    };
    let given_name = line("givenName", given_name, text::LINE);
    let family_name = line("familyName", family_name, text::LINE);
    let notes = line("notes", notes, text::STORY);
    let contact = contact.map(|contact| resident_contact::Model {
        resident_id: id,
        phone: line("contact.phone", contact.phone, text::LINE),
        email: line("contact.email", contact.email, text::LINE),
        address: line("contact.address", contact.address, text::LINE),
        preferred_channel: contact.preferred_channel,
        updated_at: now,
    });
    problems.check(plausible_birth_year(
        &at("birthYear"),
        birth_year,
        now.year(),
    ));
    problems.finish()?;
    let neighbourhood_id = place
        .neighbourhood
        .ok_or_else(|| Problem::not_found("neighbourhood"))?;
    let model = resident::Model {
        id,
        municipality_id: place.municipality,
        neighbourhood_id,
        given_name,
        family_name,
        birth_year,
        target_groups: target_groups.into(),
        languages: languages.into_iter().collect::<SetOf<String>>(),
        notes,
        recorded_by_user_id: user,
        recorded_by_ambassador_id: match reporter {
            Reporter::Ambassador(id) => Some(id),
            _ => None,
        },
        recorded_by_partner_id: match reporter {
            Reporter::Partner(id) => Some(id),
            _ => None,
        },
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let happening = Happening::new("resident.recorded", (Kind::Resident, id));
    tx.insert::<resident::Entity>(&permit, model, happening)
        .await?;
    if let Some(contact) = contact {
        tx.insert_part::<resident_contact::Entity>(&permit, contact)
            .await?;
    }
    Ok(())
}

/// People live to at most some 125 years, and nobody is born next year.
pub(super) fn plausible_birth_year(
    path: &str,
    year: Option<i32>,
    this_year: i32,
) -> Result<(), Problem> {
    match year {
        Some(year) if !(this_year - 125..=this_year).contains(&year) => Err(Problem::new(
            Code::OutOfRange,
            path,
            "A year of birth lies in the last 125 years. Check the year, or leave it out.",
        )),
        _ => Ok(()),
    }
}
