//! Municipalities, neighbourhoods and the official codes that tie them to the maps of others.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use nabij_entity::{
    ambassador_neighbourhood,
    area_code::{self, AreaCodeScheme},
    municipality::{self, MunicipalityCodeScheme},
    neighbourhood,
    vocabulary::Country,
};
use uuid::Uuid;

use super::{
    change::Change,
    refusal::{Code, Outcome, Problem, Problems, expect_version, unless_taken},
    text,
};
use crate::{
    policy::{Action, Permit, decide},
    store::{
        Cx, Kind, Tx,
        events::Happening,
        idempotency::{IdempotencyKey, Recall},
        write::{Stale, given},
    },
};

/// A municipality to add.
#[derive(Debug)]
pub struct NewMunicipality {
    /// Its name.
    pub name: String,
    /// The country it lies in.
    pub country: Country,
    /// The list that its code belongs to.
    pub code_scheme: MunicipalityCodeScheme,
    /// Its official code.
    pub code: String,
}

/// An official code that a neighbourhood has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AreaCode {
    /// The list that the code belongs to.
    pub scheme: AreaCodeScheme,
    /// The code.
    pub code: String,
    /// First day on which it holds.
    pub valid_from: Option<NaiveDate>,
    /// Last day on which it holds.
    pub valid_until: Option<NaiveDate>,
}

/// A neighbourhood to add.
#[derive(Debug)]
pub struct NewNeighbourhood {
    /// The municipality it lies in.
    pub municipality: Uuid,
    /// The larger neighbourhood it is part of.
    pub parent: Option<Uuid>,
    /// Its name.
    pub name: String,
    /// Its official codes.
    pub area_codes: Vec<AreaCode>,
}

/// What changes of a neighbourhood.
#[derive(Debug, Default)]
pub struct NeighbourhoodUpdate {
    /// Its name.
    pub name: Option<String>,
    /// The larger neighbourhood it is part of.
    pub parent: Change<Uuid>,
    /// All its official codes.
    pub area_codes: Option<Vec<AreaCode>>,
}

/// Whether `code` has the form `pattern`: `9` stands for a digit, `A` for a capital, `#` for
/// either, `-` for a hyphen or either; any other character stands for itself.
fn has_form(code: &str, pattern: &str) -> bool {
    code.len() == pattern.len()
        && code
            .bytes()
            .zip(pattern.bytes())
            .all(|(byte, form)| match form {
                b'9' => byte.is_ascii_digit(),
                b'A' => byte.is_ascii_uppercase(),
                b'#' => byte.is_ascii_digit() || byte.is_ascii_uppercase(),
                b'-' => byte.is_ascii_digit() || byte.is_ascii_uppercase() || byte == b'-',
                form => byte == form,
            })
}

/// The code of a municipality: five digits (Statbel NIS), or `GM` and four (CBS).
fn municipality_code(scheme: MunicipalityCodeScheme, code: &str) -> Result<String, Problem> {
    let (form, advice) = match scheme {
        MunicipalityCodeScheme::Nis5 => ("99999", "A NIS code has five digits: 23003."),
        MunicipalityCodeScheme::CbsGm => ("GM9999", "A CBS code is GM and four digits: GM0352."),
    };
    let code = code.trim();
    if has_form(code, form) {
        Ok(code.to_owned())
    } else {
        Err(Problem::new(Code::Invalid, "code", advice))
    }
}

const fn country_of(scheme: MunicipalityCodeScheme) -> Country {
    match scheme {
        MunicipalityCodeScheme::Nis5 => Country::Be,
        MunicipalityCodeScheme::CbsGm => Country::Nl,
    }
}

/// The form of an area code, an example of it, and the country whose register gives it.
const fn area_code_form(scheme: AreaCodeScheme) -> (&'static str, Country, &'static str) {
    match scheme {
        AreaCodeScheme::StatbelSector => (
            "99999A##-",
            Country::Be,
            "A statistical sector has nine characters: 23003A00-.",
        ),
        AreaCodeScheme::NisSubmunicipality => (
            "99999A",
            Country::Be,
            "A submunicipality is five digits and a letter: 23003A.",
        ),
        AreaCodeScheme::CbsWijk => (
            "WK999999",
            Country::Nl,
            "A wijk is WK and six digits: WK035200.",
        ),
        AreaCodeScheme::CbsBuurt => (
            "BU99999999",
            Country::Nl,
            "A buurt is BU and eight digits: BU03520001.",
        ),
    }
}

/// Checks the codes of one neighbourhood in a municipality of `country`.
fn area_codes(country: Country, codes: Vec<AreaCode>) -> Outcome<Vec<AreaCode>> {
    let mut problems = Problems::new();
    let mut known = BTreeSet::new();
    let mut checked = Vec::new();
    for (i, code) in codes.into_iter().enumerate() {
        let path = format!("areaCodes.{i}");
        let AreaCode {
            scheme,
            code,
            valid_from,
            valid_until,
        } = code;
        let (form, home, advice) = area_code_form(scheme);
        let code = code.trim().to_owned();
        if !has_form(&code, form) {
            problems.add(Problem::new(Code::Invalid, &format!("{path}.code"), advice));
        }
        if home != country {
            problems.add(Problem::new(
                Code::Invalid,
                &format!("{path}.scheme"),
                "This list is of another country than the municipality. Choose one of its own.",
            ));
        }
        if valid_from
            .zip(valid_until)
            .is_some_and(|(from, until)| until < from)
        {
            problems.add(Problem::new(
                Code::OutOfRange,
                &format!("{path}.validUntil"),
                "The last day can't be before the first one.",
            ));
        }
        if !known.insert((scheme, code.clone())) {
            problems.add(Problem::new(
                Code::Invalid,
                &format!("{path}.code"),
                "This code stands here twice. Leave one out.",
            ));
        }
        checked.push(AreaCode {
            scheme,
            code,
            valid_from,
            valid_until,
        });
    }
    problems.into_value(Some(checked))
}

/// Adds a municipality.
///
/// # Errors
/// What is wrong with the input, [`Code::Forbidden`], [`Code::AlreadyExists`].
pub async fn create_municipality(
    cx: &Cx,
    new: NewMunicipality,
    key: Option<IdempotencyKey>,
) -> Outcome<Uuid> {
    let NewMunicipality {
        name,
        country,
        code_scheme,
        code,
    } = new;
    let mut problems = Problems::new();
    let name = problems.check(text::required("name", &name, text::LINE));
    let code = problems.check(municipality_code(code_scheme, &code));
    if country != country_of(code_scheme) {
        problems.add(Problem::new(
            Code::Invalid,
            "codeScheme",
            "This list is of another country. NIS5 goes with BE, CBS_GM with NL.",
        ));
    }
    let (name, code) = problems.into_value(name.zip(code))?;

    let tx = cx.begin().await?;
    let permit = decide(tx.viewer(), Action::PlaceManage)?;
    let id = match tx.claim(key.as_ref()).await? {
        Recall::New(id) => id,
        Recall::Made(id) => return Ok(id),
        Recall::Mismatch => return Err(Problem::idempotency_mismatch().into()),
    };
    let now = tx.now();
    let model = municipality::Model {
        id,
        name,
        country,
        code,
        code_scheme,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let happening = Happening::new("municipality.created", (Kind::Municipality, id));
    let added = tx
        .insert::<municipality::Entity>(&permit, model, happening)
        .await;
    unless_taken(added, || {
        Problem::new(
            Code::AlreadyExists,
            "code",
            "There is a municipality with this code already. Find it with `municipalities`.",
        )
    })?;
    tx.commit().await?;
    Ok(id)
}

/// Adds a neighbourhood. Volunteers who serve its whole municipality serve it from now on.
///
/// # Errors
/// What is wrong with the input, [`Code::NotFound`], [`Code::Forbidden`].
pub async fn create_neighbourhood(
    cx: &Cx,
    new: NewNeighbourhood,
    key: Option<IdempotencyKey>,
) -> Outcome<Uuid> {
    let NewNeighbourhood {
        municipality,
        parent,
        name,
        area_codes: codes,
    } = new;
    let name = text::required("name", &name, text::LINE)?;
    let tx = cx.begin().await?;
    let municipality = tx
        .visible::<municipality::Entity>(municipality)
        .await?
        .ok_or_else(|| Problem::not_found("municipality"))?;
    let permit = decide(tx.viewer(), Action::PlaceManage)?;
    let codes = area_codes(municipality.country, codes)?;
    let id = match tx.claim(key.as_ref()).await? {
        Recall::New(id) => id,
        Recall::Made(id) => return Ok(id),
        Recall::Mismatch => return Err(Problem::idempotency_mismatch().into()),
    };
    if let Some(parent) = parent {
        check_parent(&tx, id, municipality.id, parent).await?;
    }
    let now = tx.now();
    let model = neighbourhood::Model {
        id,
        municipality_id: municipality.id,
        parent_id: parent,
        name,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let happening = Happening::new("neighbourhood.created", (Kind::Neighbourhood, id));
    tx.insert::<neighbourhood::Entity>(&permit, model, happening)
        .await?;
    for code in codes {
        link_code(&tx, &permit, id, code).await?;
    }
    for ambassador in tx.municipal_ambassadors(municipality.id).await? {
        let link = ambassador_neighbourhood::Model {
            ambassador_id: ambassador,
            neighbourhood_id: id,
        };
        tx.insert_part::<ambassador_neighbourhood::Entity>(&permit, link)
            .await?;
    }
    tx.commit().await?;
    Ok(id)
}

async fn link_code(tx: &Tx, permit: &Permit, neighbourhood: Uuid, code: AreaCode) -> Outcome<()> {
    let AreaCode {
        scheme,
        code,
        valid_from,
        valid_until,
    } = code;
    let model = area_code::Model {
        id: tx.new_id(),
        neighbourhood_id: neighbourhood,
        scheme,
        code,
        valid_from,
        valid_until,
        created_at: tx.now(),
    };
    tx.insert_part::<area_code::Entity>(permit, model).await?;
    Ok(())
}

/// The larger neighbourhood lies in the same municipality and isn't, at any remove, part of the
/// smaller one.
async fn check_parent(tx: &Tx, id: Uuid, municipality: Uuid, parent: Uuid) -> Outcome<()> {
    let mut above = Some(parent);
    while let Some(next) = above {
        if next == id {
            return Err(Problem::new(
                Code::Invalid,
                "parent",
                "A neighbourhood can't be part of itself or of one of its parts. Choose another.",
            )
            .into());
        }
        let found = tx
            .visible::<neighbourhood::Entity>(next)
            .await?
            .ok_or_else(|| Problem::not_found("parent"))?;
        if found.municipality_id != municipality {
            return Err(Problem::new(
                Code::Invalid,
                "parent",
                "This neighbourhood lies in another municipality. Choose one of the same.",
            )
            .into());
        }
        above = found.parent_id;
    }
    Ok(())
}

/// Changes a neighbourhood.
///
/// # Errors
/// What is wrong with the input, [`Code::NotFound`], [`Code::Forbidden`], [`Code::Conflict`].
pub async fn update_neighbourhood(
    cx: &Cx,
    id: Uuid,
    expected_version: Option<i32>,
    update: NeighbourhoodUpdate,
) -> Outcome<Uuid> {
    let NeighbourhoodUpdate {
        name,
        parent,
        area_codes: codes,
    } = update;
    let name = name
        .map(|name| text::required("name", &name, text::LINE))
        .transpose()?;
    let tx = cx.begin().await?;
    let neighbourhood = tx
        .visible::<neighbourhood::Entity>(id)
        .await?
        .ok_or_else(|| Problem::not_found("id"))?;
    let permit = decide(tx.viewer(), Action::PlaceManage)?;
    expect_version(expected_version, neighbourhood.version)?;
    if let Change::To(parent) = parent {
        check_parent(&tx, id, neighbourhood.municipality_id, parent).await?;
    }
    if let Some(codes) = codes {
        let municipality = tx
            .visible::<municipality::Entity>(neighbourhood.municipality_id)
            .await?
            .ok_or_else(|| Problem::not_found("id"))?;
        let codes = area_codes(municipality.country, codes)?;
        let known = tx.area_codes_of(id).await?;
        let (stay, go): (Vec<_>, Vec<_>) = known
            .into_iter()
            .partition(|known| codes.iter().any(|code| is_same(known, code)));
        let go: Vec<Uuid> = go.iter().map(|known| known.id).collect();
        tx.delete_parts::<area_code::Entity>(&permit, &go).await?;
        for code in codes {
            if !stay.iter().any(|known| is_same(known, &code)) {
                link_code(&tx, &permit, id, code).await?;
            }
        }
    }
    let change = neighbourhood::ActiveModel {
        name: given(name),
        parent_id: parent.column(),
        ..Default::default()
    };
    let happening = Happening::new("neighbourhood.updated", (Kind::Neighbourhood, id));
    tx.update::<neighbourhood::Entity>(&permit, id, neighbourhood.version, change, happening)
        .await?
        .map_err(|Stale| Problem::raced())?;
    tx.commit().await?;
    Ok(id)
}

fn is_same(known: &area_code::Model, code: &AreaCode) -> bool {
    (known.scheme, &known.code) == (code.scheme, &code.code)
        && (known.valid_from, known.valid_until) == (code.valid_from, code.valid_until)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Refusal;

    fn code(scheme: AreaCodeScheme, code: &str) -> AreaCode {
        AreaCode {
            scheme,
            code: code.to_owned(),
            valid_from: None,
            valid_until: None,
        }
    }

    fn problems(country: Country, codes: Vec<AreaCode>) -> Vec<(Code, String)> {
        match area_codes(country, codes) {
            Ok(_) => Vec::new(),
            Err(Refusal::Problems(problems)) => problems
                .into_iter()
                .map(|problem| (problem.code, problem.path.join(".")))
                .collect(),
            Err(failure) => panic!("{failure:?}"),
        }
    }

    #[test]
    fn area_codes_have_the_form_of_their_list() {
        use AreaCodeScheme as S;
        let fitting = [
            (Country::Be, S::StatbelSector, "23003A00-"),
            (Country::Be, S::StatbelSector, "23003B1MJ"),
            (Country::Be, S::NisSubmunicipality, "23003A"),
            (Country::Nl, S::CbsWijk, "WK035200"),
            (Country::Nl, S::CbsBuurt, "BU03520001"),
        ];
        for (country, scheme, text) in fitting {
            assert_eq!(problems(country, vec![code(scheme, text)]), [], "{text}");
        }
        let unfit = [
            (Country::Be, S::StatbelSector, "23003A00"),
            (Country::Be, S::StatbelSector, "23003a00-"),
            (Country::Be, S::StatbelSector, "2300AA00-"),
            (Country::Be, S::NisSubmunicipality, "23003"),
            (Country::Nl, S::CbsWijk, "BU035200"),
            (Country::Nl, S::CbsBuurt, "BU0352000"),
            (Country::Nl, S::CbsBuurt, "BU0352000\u{661}"),
        ];
        for (country, scheme, text) in unfit {
            let expected = [(Code::Invalid, "areaCodes.0.code".to_owned())];
            assert_eq!(
                problems(country, vec![code(scheme, text)]),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn area_codes_belong_to_the_country_and_stand_there_once() {
        let wijk = || code(AreaCodeScheme::CbsWijk, "WK035200");
        assert_eq!(
            problems(Country::Be, vec![wijk()]),
            [(Code::Invalid, "areaCodes.0.scheme".to_owned())]
        );
        assert_eq!(
            problems(Country::Nl, vec![wijk(), wijk()]),
            [(Code::Invalid, "areaCodes.1.code".to_owned())]
        );
    }

    #[test]
    fn an_area_code_ends_after_it_begins() {
        let mut wijk = code(AreaCodeScheme::CbsWijk, "WK035200");
        wijk.valid_from = NaiveDate::from_ymd_opt(2024, 1, 1);
        wijk.valid_until = NaiveDate::from_ymd_opt(2023, 12, 31);
        assert_eq!(
            problems(Country::Nl, vec![wijk]),
            [(Code::OutOfRange, "areaCodes.0.validUntil".to_owned())]
        );
    }

    #[test]
    fn municipality_codes_have_the_form_of_their_list() {
        use MunicipalityCodeScheme as S;
        for (scheme, text, fits) in [
            (S::Nis5, "23003", true),
            (S::Nis5, "2300", false),
            (S::Nis5, "GM0352", false),
            (S::CbsGm, "GM0352", true),
            (S::CbsGm, "gm0352", false),
            (S::CbsGm, "GM352", false),
        ] {
            assert_eq!(municipality_code(scheme, text).is_ok(), fits, "{text}");
        }
    }
}
