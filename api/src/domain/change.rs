//! What an update says about one field: nothing, that it is to be cleared, or its new value.

use sea_orm::{ActiveValue, Value, sea_query::Nullable};

use super::{
    refusal::{Code, Problem},
    text,
};

/// A field of an update.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Change<T> {
    /// It stays as it is.
    #[default]
    Keep,
    /// It is emptied.
    Clear,
    /// It becomes this.
    To(T),
}

impl<T> Change<T> {
    /// The same with another value.
    pub fn map<U>(self, into: impl FnOnce(T) -> U) -> Change<U> {
        match self {
            Self::Keep => Change::Keep,
            Self::Clear => Change::Clear,
            Self::To(value) => Change::To(into(value)),
        }
    }

    /// The same with a value that may turn out not to fit.
    ///
    /// # Errors
    /// Those of `into`.
    pub fn try_map<U, E>(self, into: impl FnOnce(T) -> Result<U, E>) -> Result<Change<U>, E> {
        Ok(match self {
            Self::Keep => Change::Keep,
            Self::Clear => Change::Clear,
            Self::To(value) => Change::To(into(value)?),
        })
    }

    /// The field after the change, if it is `now` before it.
    #[must_use]
    pub fn after(self, now: Option<T>) -> Option<T> {
        match self {
            Self::Keep => now,
            Self::Clear => None,
            Self::To(value) => Some(value),
        }
    }

    /// The new value of a list, of which clearing leaves the empty one.
    #[must_use]
    pub fn or_empty(self) -> Change<T>
    where
        T: Default,
    {
        match self {
            Self::Clear => Self::To(T::default()),
            other => other,
        }
    }

    /// What to write to a column that may be empty.
    #[must_use]
    pub fn column(self) -> ActiveValue<Option<T>>
    where
        T: Into<Value> + Nullable,
    {
        match self {
            Self::Keep => ActiveValue::NotSet,
            Self::Clear => ActiveValue::Set(None),
            Self::To(value) => ActiveValue::Set(Some(value)),
        }
    }

    /// What to write to a column that can't be empty.
    ///
    /// # Errors
    /// [`Code::Required`] when it is to be cleared.
    pub fn required_column(self, path: &str) -> Result<ActiveValue<T>, Problem>
    where
        T: Into<Value>,
    {
        match self {
            Self::Keep => Ok(ActiveValue::NotSet),
            Self::Clear => Err(Problem::new(
                Code::Required,
                path,
                "This can't be cleared. Give a value, or leave the field out to keep it as it is.",
            )),
            Self::To(value) => Ok(ActiveValue::Set(value)),
        }
    }
}

impl Change<String> {
    /// A text of at most `longest` characters; one without content clears the field.
    ///
    /// # Errors
    /// Those of [`text::optional`].
    pub fn text(self, path: &str, longest: usize) -> Result<Self, Problem> {
        Ok(match self {
            Self::To(text) => {
                text::optional(path, Some(&text), longest)?.map_or(Self::Clear, Self::To)
            }
            other => other,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_keeps_null_clears_and_a_value_replaces() {
        assert_eq!(Change::<i32>::default().column(), ActiveValue::NotSet);
        assert_eq!(Change::<i32>::Clear.column(), ActiveValue::Set(None));
        assert_eq!(Change::To(7).column(), ActiveValue::Set(Some(7)));
    }

    #[test]
    fn a_field_is_kept_cleared_or_replaced() {
        assert_eq!(Change::Keep.after(Some(1)), Some(1));
        assert_eq!(Change::Clear.after(Some(1)), None);
        assert_eq!(Change::To(2).after(Some(1)), Some(2));
    }

    #[test]
    fn what_must_be_there_is_not_cleared() {
        let cleared = Change::<i32>::Clear.required_column("roles");
        assert_eq!(cleared.map_err(|p| p.code), Err(Code::Required));
        assert_eq!(
            Change::<i32>::Keep.required_column("roles"),
            Ok(ActiveValue::NotSet)
        );
        assert_eq!(
            Change::To(7).required_column("roles"),
            Ok(ActiveValue::Set(7))
        );
    }

    #[test]
    fn a_text_without_content_clears() {
        let read = |text: &str| Change::To(text.to_owned()).text("notes", text::LINE);
        assert_eq!(read("  "), Ok(Change::Clear));
        assert_eq!(read(" tea "), Ok(Change::To("tea".to_owned())));
        assert_eq!(
            read("93.05.18-223.61").map_err(|p| p.code),
            Err(Code::IdentityNumber)
        );
        assert_eq!(Change::Keep.text("notes", text::LINE), Ok(Change::Keep));
    }
}
