//! A field of an update: left as it is, cleared, or given another value.

use sea_orm::ActiveValue;

use super::refusal::Problem;

/// What an update says about one field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Change<T> {
    /// Leave it as it is.
    #[default]
    Keep,
    /// Clear it.
    Clear,
    /// Give it this value.
    To(T),
}

impl<T> Change<T> {
    /// The same with the value parsed.
    ///
    /// # Errors
    /// Those of `parse`.
    pub fn parse<U>(
        self,
        parse: impl FnOnce(T) -> Result<U, Problem>,
    ) -> Result<Change<U>, Problem> {
        Ok(match self {
            Self::Keep => Change::Keep,
            Self::Clear => Change::Clear,
            Self::To(value) => Change::To(parse(value)?),
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
}

impl Change<String> {
    /// The same with the text checked; one without content clears the field.
    ///
    /// # Errors
    /// Those of [`super::text::optional`].
    pub fn text(self, path: &str, longest: usize) -> Result<Self, Problem> {
        let Self::To(text) = self else {
            return Ok(self);
        };
        Ok(super::text::optional(path, Some(&text), longest)?.map_or(Self::Clear, Self::To))
    }
}

impl<T> From<Change<T>> for ActiveValue<Option<T>>
where
    Option<T>: Into<sea_orm::Value>,
{
    fn from(change: Change<T>) -> Self {
        match change {
            Change::Keep => Self::NotSet,
            Change::Clear => Self::Set(None),
            Change::To(value) => Self::Set(Some(value)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_kept_cleared_or_replaced() {
        assert_eq!(Change::Keep.after(Some(1)), Some(1));
        assert_eq!(Change::Clear.after(Some(1)), None);
        assert_eq!(Change::To(2).after(Some(1)), Some(2));
    }

    #[test]
    fn a_text_without_content_clears_its_field() {
        assert_eq!(Change::To("  ".to_owned()).text("a", 10), Ok(Change::Clear));
        assert_eq!(
            Change::To(" a ".to_owned()).text("a", 10),
            Ok(Change::To("a".to_owned()))
        );
    }
}
