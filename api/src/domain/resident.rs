//! Residents: people with or without an account, and what they told about themselves. How they are
//! reached is in [`contact`]: reading it takes a purpose and leaves a trace. By what they could be known
//! in a text is in `details`.

pub mod contact;
pub(super) mod details;
pub mod erase;

use chrono::Datelike;
use nabij_entity::{
    SetOf, resident,
    resident_contact::{self, PreferredChannel},
    vocabulary::TargetGroup,
};
use uuid::Uuid;

pub use self::contact::ContactChange;
use super::{
    change::Change,
    refusal::{Code, Outcome, Problem, Problems, expect_version},
    reporter, text,
};
use crate::{
    policy::{Action, Place, Reporter, decide},
    store::{
        Cx, Kind, Tx,
        events::Happening,
        idempotency::{IdempotencyKey, Recall},
        write::Stale,
    },
};

/// Languages kept of one person; nobody is helped better by a longer list.
const LANGUAGES: usize = 10;

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
    /// Phone number in E.164 form, as the scalar `PhoneNumber` reads it. It isn't searched for
    /// identity numbers: `+32470…` has eleven digits too, and one in fifty would pass for one.
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
        phone: contact.phone,
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
    problems.check(few_languages(&at("languages"), &languages));
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
        erased_at: None,
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

/// What changes in a resident's record.
#[derive(Debug, Default)]
pub struct Update {
    /// Given name.
    pub given_name: Change<String>,
    /// Family name.
    pub family_name: Change<String>,
    /// Year of birth.
    pub birth_year: Change<i32>,
    /// Groups they belong to.
    pub target_groups: Change<Vec<TargetGroup>>,
    /// Languages they speak, as BCP 47 tags.
    pub languages: Change<Vec<String>>,
    /// Notes for whoever cares for them.
    pub notes: Change<String>,
    /// How to reach them; clearing it clears all of it.
    pub contact: Change<ContactChange>,
}

/// Changes a resident's record.
///
/// # Errors
/// What is wrong with the input, [`Code::NotFound`], [`Code::Forbidden`], [`Code::Conflict`].
pub async fn update(
    cx: &Cx,
    id: Uuid,
    expected_version: Option<i32>,
    update: Update,
) -> Outcome<Uuid> {
    let (change, contact) = read_update(update, cx.now().year())?;
    let tx = cx.begin().await?;
    let resident = tx
        .visible::<resident::Entity>(id)
        .await?
        .ok_or_else(|| Problem::not_found("id"))?;
    let permit = decide(tx.viewer(), Action::ResidentUpdate(&resident))?;
    expect_version(expected_version, resident.version)?;
    erase::still_here(&resident, "id")?;
    let happening = Happening::new("resident.updated", (Kind::Resident, id));
    tx.update::<resident::Entity>(&permit, id, resident.version, change, happening)
        .await?
        .map_err(|Stale| Problem::raced())?;
    if let Some(contact) = contact {
        tx.change_contact_details(&permit, id, contact).await?;
    }
    tx.commit().await?;
    Ok(id)
}

fn read_update(
    update: Update,
    this_year: i32,
) -> Outcome<(resident::ActiveModel, Option<resident_contact::ActiveModel>)> {
    let Update {
        given_name,
        family_name,
        birth_year,
        target_groups,
        languages,
        notes,
        contact,
    } = update;
    let mut problems = Problems::new();
    let mut text = |path: &str, text: Change<String>, longest: usize| {
        let text = problems.check(text.text(path, longest));
        text.unwrap_or_default().column()
    };
    let mut change = resident::ActiveModel {
        given_name: text("givenName", given_name, text::LINE),
        family_name: text("familyName", family_name, text::LINE),
        notes: text("notes", notes, text::STORY),
        ..Default::default()
    };
    let year = birth_year
        .try_map(|year| plausible_birth_year("birthYear", Some(year), this_year).map(|()| year));
    change.birth_year = problems.check(year).unwrap_or_default().column();
    let groups = target_groups.or_empty().map(SetOf::from);
    let groups = groups.required_column("targetGroups");
    change.target_groups = problems.check(groups).unwrap_or_default();
    let languages = languages.or_empty().try_map(|languages| {
        few_languages("languages", &languages).map(|()| SetOf::from(languages))
    });
    let languages = languages.and_then(|languages| languages.required_column("languages"));
    change.languages = problems.check(languages).unwrap_or_default();
    let contact = contact::read_change(contact, &mut problems);
    problems.finish()?;
    Ok((change, contact))
}

fn few_languages(path: &str, languages: &[String]) -> Result<(), Problem> {
    if languages.len() > LANGUAGES {
        return Err(Problem::new(
            Code::TooLong,
            path,
            format!("These are too many. Give the {LANGUAGES} languages they speak best."),
        ));
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

#[cfg(test)]
mod tests {
    use sea_orm::ActiveValue::{NotSet, Set};

    use super::*;
    use crate::domain::Refusal;

    const THIS_YEAR: i32 = 2026;

    fn codes(update: Update) -> Vec<(Code, String)> {
        match read_update(update, THIS_YEAR) {
            Err(Refusal::Problems(problems)) => problems
                .into_iter()
                .map(|problem| (problem.code, problem.path.join(".")))
                .collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn birth_years_lie_in_the_last_125_years() {
        for (year, fits) in [(1900, false), (1901, true), (2026, true), (2027, false)] {
            let read = plausible_birth_year("birthYear", Some(year), THIS_YEAR);
            assert_eq!(read.is_ok(), fits, "{year}");
        }
        assert!(plausible_birth_year("birthYear", None, THIS_YEAR).is_ok());
    }

    #[test]
    fn an_update_touches_only_what_it_names() {
        let (change, contact) = read_update(
            Update {
                given_name: Change::To(" Rosa ".to_owned()),
                family_name: Change::Clear,
                languages: Change::Clear,
                ..Update::default()
            },
            THIS_YEAR,
        )
        .expect("nothing is wrong");
        assert_eq!(change.given_name, Set(Some("Rosa".to_owned())));
        assert_eq!(change.family_name, Set(None));
        assert_eq!(change.languages, Set(SetOf::default()));
        assert_eq!(change.birth_year, NotSet);
        assert_eq!(change.target_groups, NotSet);
        assert_eq!(change.notes, NotSet);
        assert!(contact.is_none());
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once() {
        let update = Update {
            given_name: Change::To("x".repeat(201)),
            birth_year: Change::To(1850),
            languages: Change::To((0..11).map(|n| format!("x{n}")).collect()),
            notes: Change::To("number 93.05.18-223.61".to_owned()),
            contact: Change::To(ContactChange {
                address: Change::To("a\nb".to_owned()),
                ..ContactChange::default()
            }),
            ..Update::default()
        };
        let mut found = codes(update);
        found.sort_by(|a, b| a.1.cmp(&b.1));
        let expected = [
            (Code::OutOfRange, "birthYear"),
            (Code::Invalid, "contact.address"),
            (Code::TooLong, "givenName"),
            (Code::TooLong, "languages"),
            (Code::IdentityNumber, "notes"),
        ]
        .map(|(code, path)| (code, path.to_owned()));
        assert_eq!(found, expected);
    }
}
