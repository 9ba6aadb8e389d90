//! A signal that says what another one says already.

use nabij_entity::signal::{self, SignalDismissReason};
use uuid::Uuid;

use crate::{
    domain::refusal::{Code, Outcome, Problem},
    store::Tx,
};

/// The signal that a duplicate repeats: another one of the same municipality that the viewer sees.
pub(super) async fn original(
    tx: &Tx,
    signal: &signal::Model,
    reason: SignalDismissReason,
    duplicate_of: Option<Uuid>,
) -> Outcome<Option<Uuid>> {
    let invalid = |message: &str| Problem::new(Code::Invalid, "duplicateOf", message);
    match (reason, duplicate_of) {
        (SignalDismissReason::Duplicate, None) => Err(Problem::new(
            Code::Required,
            "duplicateOf",
            "Name the signal that says the same.",
        )
        .into()),
        (SignalDismissReason::Duplicate, Some(id)) if id == signal.id => {
            Err(invalid("A signal can't be a duplicate of itself. Name the other one.").into())
        }
        (SignalDismissReason::Duplicate, Some(id)) => {
            let other = tx
                .visible_beside::<signal::Entity>(id)
                .await?
                .filter(|other| other.municipality_id == signal.municipality_id)
                .ok_or_else(|| Problem::not_found("duplicateOf"))?;
            Ok(Some(other.id))
        }
        (_, Some(_)) => {
            Err(invalid("Only reason DUPLICATE names another signal. Leave this out.").into())
        }
        (_, None) => Ok(None),
    }
}
