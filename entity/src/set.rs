//! [`SetOf`]: a column with several values, such as the categories of a service.
//!
//! It is kept as text with a comma before, between and after the values: `,HOUSING,MONEY,`, and
//! `,` when empty. That makes `LIKE '%,MONEY,%'` an exact test for one value, on both databases
//! alike; [`SetOf::pattern`] makes that pattern.

use std::borrow::Cow;

use sea_orm::sea_query::{ArrayType, ColumnType, Nullable, ValueType, ValueTypeErr};
use sea_orm::{
    ActiveValue, ColIdx, DbErr, IntoActiveValue, QueryResult, TryGetError, TryGetable, Value,
};
use serde::{Deserialize, Serialize};

/// What a [`SetOf`] can hold: something with a word of its own that has no comma in it.
pub trait Member: Sized + PartialEq {
    /// The word that is stored for this value.
    fn to_code(&self) -> Cow<'_, str>;
    /// The value that a stored word stands for; `None` if it stands for nothing.
    fn from_code(code: &str) -> Option<Self>;
}

/// Free words, such as language tags. Commas are stored escaped, as `%2C`.
impl Member for String {
    fn to_code(&self) -> Cow<'_, str> {
        if self.contains([',', '%']) {
            self.replace('%', "%25").replace(',', "%2C").into()
        } else {
            self.as_str().into()
        }
    }

    fn from_code(code: &str) -> Option<Self> {
        Some(code.replace("%2C", ",").replace("%25", "%"))
    }
}

/// Several values in one text column: each at most once, in the order in which they were given.
/// In JSON it is a list.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
#[serde(bound(
    serialize = "T: Serialize",
    deserialize = "T: Member + Deserialize<'de>"
))]
pub struct SetOf<T>(#[serde(deserialize_with = "distinct")] Vec<T>);

fn distinct<'de, T, D>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    T: Member + Deserialize<'de>,
    D: serde::Deserializer<'de>,
{
    Vec::<T>::deserialize(deserializer).map(|values| SetOf::from_iter(values).0)
}

impl<T> SetOf<T> {
    /// The values, in the order in which they were given.
    #[must_use]
    pub fn as_slice(&self) -> &[T] {
        &self.0
    }

    /// The values one by one.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.0.iter()
    }

    /// How many values there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The values as a list of their own.
    #[must_use]
    pub fn into_vec(self) -> Vec<T> {
        self.0
    }
}

impl<T: Member> SetOf<T> {
    /// Whether `value` is one of them.
    #[must_use]
    pub fn contains(&self, value: &T) -> bool {
        self.0.contains(value)
    }

    /// The text that is stored: `,A,B,`.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::from(",");
        for value in &self.0 {
            text.push_str(&value.to_code());
            text.push(',');
        }
        text
    }

    /// Reads the stored text.
    ///
    /// # Errors
    /// When the text doesn't start and end with a comma, or holds a word that `T` doesn't have.
    pub fn from_text(text: &str) -> Result<Self, UnreadableSet> {
        let words = text.strip_prefix(',').ok_or(UnreadableSet)?;
        if !words.is_empty() && !words.ends_with(',') {
            return Err(UnreadableSet);
        }
        words
            .split_terminator(',')
            .map(|word| T::from_code(word).ok_or(UnreadableSet))
            .collect()
    }

    /// The `LIKE` pattern that finds the rows whose set has `value`. Bind it as a value and add
    /// `ESCAPE '\'`: the wildcards in the word itself are escaped with a backslash.
    #[must_use]
    pub fn pattern(value: &T) -> String {
        let word = value.to_code();
        let word = word
            .replace('\\', "\\\\")
            .replace('%', "\\%")
            .replace('_', "\\_");
        format!("%,{word},%")
    }
}

/// A set column holds text that isn't a set of its type. It means that the table was changed
/// outside the service or by a newer one: compare the column with the values of its enum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnreadableSet;

impl std::fmt::Display for UnreadableSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(
            "a set column holds a word this version doesn't know; \
             migrate, or run the version that wrote it",
        )
    }
}

impl std::error::Error for UnreadableSet {}

impl<T> Default for SetOf<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Member> FromIterator<T> for SetOf<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        let mut distinct = Vec::new();
        for value in values {
            if !distinct.contains(&value) {
                distinct.push(value);
            }
        }
        Self(distinct)
    }
}

impl<T: Member> From<Vec<T>> for SetOf<T> {
    fn from(values: Vec<T>) -> Self {
        values.into_iter().collect()
    }
}

impl<T> IntoIterator for SetOf<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a SetOf<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: Member> From<SetOf<T>> for Value {
    fn from(set: SetOf<T>) -> Self {
        set.to_text().into()
    }
}

impl<T: Member> TryGetable for SetOf<T> {
    fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
        let text = String::try_get_by(row, index)?;
        Self::from_text(&text).map_err(|error| TryGetError::DbErr(DbErr::Type(error.to_string())))
    }
}

impl<T: Member> ValueType for SetOf<T> {
    fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
        let text = <String as ValueType>::try_from(value)?;
        Self::from_text(&text).map_err(|_| ValueTypeErr)
    }

    fn type_name() -> String {
        "SetOf".to_owned()
    }

    fn array_type() -> ArrayType {
        ArrayType::String
    }

    fn column_type() -> ColumnType {
        ColumnType::Text
    }
}

impl<T: Member> Nullable for SetOf<T> {
    fn null() -> Value {
        Value::String(None)
    }
}

impl<T: Member> IntoActiveValue<SetOf<T>> for SetOf<T> {
    fn into_active_value(self) -> ActiveValue<SetOf<T>> {
        ActiveValue::Set(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::TargetGroup;

    fn groups(values: &[TargetGroup]) -> SetOf<TargetGroup> {
        values.iter().copied().collect()
    }

    #[test]
    fn the_text_has_a_comma_around_every_value() {
        assert_eq!(groups(&[]).to_text(), ",");
        assert_eq!(
            groups(&[TargetGroup::Youth, TargetGroup::OlderPeople]).to_text(),
            ",YOUTH,OLDER_PEOPLE,"
        );
    }

    #[test]
    fn what_was_written_is_read() {
        for set in [
            groups(&[]),
            groups(&[TargetGroup::Youth]),
            groups(&[TargetGroup::Poverty, TargetGroup::Children]),
        ] {
            assert_eq!(SetOf::from_text(&set.to_text()), Ok(set.clone()));
            let value: Value = set.clone().into();
            assert_eq!(
                <SetOf<TargetGroup> as ValueType>::try_from(value).ok(),
                Some(set)
            );
        }
    }

    #[test]
    fn a_value_counts_once_and_keeps_its_place() {
        let set = groups(&[TargetGroup::Youth, TargetGroup::Poverty, TargetGroup::Youth]);
        assert_eq!(set.as_slice(), [TargetGroup::Youth, TargetGroup::Poverty]);
    }

    #[test]
    fn text_that_is_no_set_is_refused() {
        for text in ["", "YOUTH", ",YOUTH", "YOUTH,", ",YOUTH,,", ",ELVES,"] {
            assert_eq!(
                SetOf::<TargetGroup>::from_text(text),
                Err(UnreadableSet),
                "{text:?}"
            );
        }
    }

    #[test]
    fn free_words_survive_commas_percent_signs_and_emptiness() {
        let words = ["nl-BE", "", "a,b", "100%", "%2C", "%252C"].map(str::to_owned);
        let set: SetOf<String> = words.clone().into_iter().collect();
        assert_eq!(SetOf::from_text(&set.to_text()), Ok(set));
        for word in words {
            let alone = SetOf::from(vec![word]);
            assert_eq!(SetOf::from_text(&alone.to_text()), Ok(alone));
        }
    }

    #[test]
    fn the_pattern_escapes_the_wildcards_of_like() {
        assert_eq!(
            SetOf::pattern(&TargetGroup::OlderPeople),
            r"%,OLDER\_PEOPLE,%"
        );
        assert_eq!(SetOf::pattern(&"50%".to_owned()), r"%,50\%25,%");
    }

    #[test]
    fn null_is_a_null_text() {
        assert_eq!(SetOf::<TargetGroup>::null(), Value::String(None));
        assert!(<SetOf<TargetGroup> as ValueType>::try_from(Value::String(None)).is_err());
    }
}
