//! Ids as they are shown outside: TypeIDs (specification 0.3), such as
//! `signal_01h455vb4pex5vsknk084sn02q`: the record's prefix and its UUIDv7 in Crockford base32.
//! The same string in GraphQL, exports, webhooks and logs.

use type_safe_id::{DynamicType, TypeSafeId};
use uuid::Uuid;

use crate::store::Kind;

/// The id of a record as it is shown outside.
#[must_use]
pub fn type_id(kind: Kind, id: Uuid) -> String {
    // A kind's prefix is a lower-case word, which every prefix may be.
    DynamicType::new(kind.prefix()).map_or_else(
        |_| id.to_string(),
        |prefix| TypeSafeId::from_type_and_uuid(prefix, id).to_string(),
    )
}

/// Why a text is not the id that was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdError {
    /// It isn't an id at all.
    Malformed,
    /// It is the id of another kind of record.
    OtherKind,
}

/// The UUID in the id of a record of this kind.
///
/// # Errors
/// See [`IdError`].
pub fn parse(kind: Kind, text: &str) -> Result<Uuid, IdError> {
    let (found, id) = parse_any(text)?;
    if found == kind {
        Ok(id)
    } else {
        Err(IdError::OtherKind)
    }
}

/// The kind and the UUID of any record's id.
///
/// # Errors
/// See [`IdError`].
pub fn parse_any(text: &str) -> Result<(Kind, Uuid), IdError> {
    // The longest prefix and 27 characters more: nothing longer is looked at.
    if text.len() > 64 {
        return Err(IdError::Malformed);
    }
    let id: TypeSafeId<DynamicType> = text.parse().map_err(|_| IdError::Malformed)?;
    let kind = Kind::from_prefix(id.type_prefix()).ok_or(IdError::OtherKind)?;
    Ok((kind, id.uuid()))
}
