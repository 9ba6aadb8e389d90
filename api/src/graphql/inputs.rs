//! What the inputs of mutations have in common.

use async_graphql::{ID, MaybeUndefined};
use uuid::Uuid;

use super::errors::input_id;
use crate::{
    domain::{Change, Problem, Problems},
    store::Kind,
};

impl<T> From<MaybeUndefined<T>> for Change<T> {
    fn from(value: MaybeUndefined<T>) -> Self {
        match value {
            MaybeUndefined::Undefined => Self::Keep,
            MaybeUndefined::Null => Self::Clear,
            MaybeUndefined::Value(value) => Self::To(value),
        }
    }
}

/// The UUID in an id that an update may leave alone or clear.
///
/// # Errors
/// When it isn't the id of such a record.
pub fn change_id(kind: Kind, path: &str, id: MaybeUndefined<ID>) -> Result<Change<Uuid>, Problem> {
    Change::from(id).try_map(|id| input_id(kind, path, &id))
}

/// The UUIDs in a list of ids; each that isn't one of such a record is a problem of its own.
pub fn ids(kind: Kind, path: &str, ids: &[ID], problems: &mut Problems) -> Vec<Uuid> {
    ids.iter()
        .enumerate()
        .filter_map(|(i, id)| problems.check(input_id(kind, &format!("{path}.{i}"), id)))
        .collect()
}
