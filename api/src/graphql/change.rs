//! What an update's input says about one field: absent keeps it, `null` clears it, a value replaces
//! it.

use async_graphql::MaybeUndefined;

use crate::domain::Change;

impl<T> From<MaybeUndefined<T>> for Change<T> {
    fn from(given: MaybeUndefined<T>) -> Self {
        match given {
            MaybeUndefined::Undefined => Self::Keep,
            MaybeUndefined::Null => Self::Clear,
            MaybeUndefined::Value(value) => Self::To(value),
        }
    }
}
