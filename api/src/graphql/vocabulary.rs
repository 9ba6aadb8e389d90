//! The labels of the schema's enums in Dutch, French and English, for front ends.
//!
//! The labels are in `api/assets/vocabulary`, a file per area, compiled in. One more value: a line
//! in its enum's list there. One more enum: a list. One more area: a file, and a line in `FILES`.
//! `tests/it/vocabulary.rs` says which value of the schema has none, and which label no value.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use async_graphql::{Enum, Error, Object, SimpleObject};

use super::errors::{Fault, FieldResult};
use crate::store::Failure;

const FILES: &[&str] = &[
    include_str!("../../assets/vocabulary/activities.toml"),
    include_str!("../../assets/vocabulary/api.toml"),
    include_str!("../../assets/vocabulary/bookings.toml"),
    include_str!("../../assets/vocabulary/call_outs.toml"),
    include_str!("../../assets/vocabulary/partners.toml"),
    include_str!("../../assets/vocabulary/people.toml"),
    include_str!("../../assets/vocabulary/places.toml"),
    include_str!("../../assets/vocabulary/plans.toml"),
    include_str!("../../assets/vocabulary/privacy.toml"),
    include_str!("../../assets/vocabulary/referrals.toml"),
    include_str!("../../assets/vocabulary/shared.toml"),
    include_str!("../../assets/vocabulary/signals.toml"),
    include_str!("../../assets/vocabulary/statistics.toml"),
    include_str!("../../assets/vocabulary/teams.toml"),
];

/// By the enum's name: each value's code and its labels in Dutch, French and English.
type Labels = BTreeMap<String, Vec<[String; 4]>>;

static LABELS: LazyLock<Result<Labels, Failure>> = LazyLock::new(|| read(FILES));

fn read(files: &[&str]) -> Result<Labels, Failure> {
    let mut labels = Labels::new();
    for file in files {
        let of_file: Labels =
            toml::from_str(file).map_err(|_| Failure::Bug("a file of labels can't be read"))?;
        for (name, values) in of_file {
            if labels.insert(name, values).is_some() {
                return Err(Failure::Bug("an enum has labels in two files"));
            }
        }
    }
    Ok(labels)
}

/// A language in which Nabij has labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum Language {
    /// Dutch.
    Nl,
    /// French.
    Fr,
    /// English.
    En,
}

/// An enum of the schema with its values' labels.
#[derive(Debug, SimpleObject)]
pub struct VocabularyEnum {
    /// Its name in the schema, such as `Category`.
    pub name: String,
    /// Its values, in the order in which to show them.
    pub values: Vec<VocabularyValue>,
}

/// A value of an enum with its label.
#[derive(Debug, SimpleObject)]
pub struct VocabularyValue {
    /// The value as the schema writes it, such as `PUBLIC_SPACE`.
    pub code: String,
    /// How to show it to people who read this language.
    pub label: String,
}

/// Queries about words.
#[derive(Default)]
pub struct VocabularyQuery;

#[Object]
impl VocabularyQuery {
    /// Labels in one language for every value of every enum of this schema, by the enum's name.
    /// They only change with a release: read them once and keep them.
    async fn vocabulary(
        &self,
        #[graphql(desc = "The language of the labels.")] language: Language,
        #[graphql(desc = "Only the enums of these names; all of them when left out.")]
        enums: Option<Vec<String>>,
    ) -> Option<Result<Vec<VocabularyEnum>, Error>> {
        Some(vocabulary(language, enums).map_err(Error::from))
    }
}

fn vocabulary(language: Language, enums: Option<Vec<String>>) -> FieldResult<Vec<VocabularyEnum>> {
    let labels = LABELS.as_ref().map_err(|failure| match failure {
        Failure::Bug(what) => Fault::Failure(Failure::Bug(what)),
        _ => Fault::Failure(Failure::Bug("the labels can't be read")),
    })?;
    let wanted: Option<BTreeSet<String>> = enums.map(|names| names.into_iter().collect());
    if let Some(wanted) = &wanted
        && !wanted.iter().all(|name| labels.contains_key(name))
    {
        return Err(Fault::BadInput(
            "`enums` names an enum that this schema hasn't got. Write the names as schema.graphql \
             does, such as `Category`.",
        ));
    }
    let is_wanted = |name: &String| wanted.as_ref().is_none_or(|wanted| wanted.contains(name));
    Ok(labels
        .iter()
        .filter(|(name, _)| is_wanted(name))
        .map(|(name, values)| VocabularyEnum {
            name: name.clone(),
            values: values.iter().map(|value| in_one(language, value)).collect(),
        })
        .collect())
}

fn in_one(language: Language, [code, dutch, french, english]: &[String; 4]) -> VocabularyValue {
    let label = match language {
        Language::Nl => dutch,
        Language::Fr => french,
        Language::En => english,
    };
    VocabularyValue {
        code: code.clone(),
        label: label.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_can_be_read() {
        assert!(read(FILES).is_ok_and(|labels| labels.contains_key("Category")));
    }

    #[test]
    fn an_enum_has_its_labels_in_one_file() {
        let file = r#"Urgency = [["LOW", "Laag", "Basse", "Low"]]"#;
        assert!(read(&[file]).is_ok());
        assert!(read(&[file, file]).is_err());
        assert!(read(&[r#"Urgency = [["LOW", "Laag", "Basse"]]"#]).is_err());
    }
}
