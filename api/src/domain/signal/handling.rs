//! Which partner handles a signal, and what it is told of the resident for that: on a basis and in
//! disclosed fields, by the same rule as the target of a referral.

use nabij_entity::{
    SetOf,
    referral::{DisclosedField, ReferralCancelCause},
    signal,
};
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use crate::{
    domain::{
        refusal::{Code, Outcome, Problem},
        reporter,
        sharing::{Terms, sharing_basis},
    },
    policy::Permit,
    store::{Kind, Tx, events::Happening, write::Stale},
};

/// Lets `handler` handle the signal on these terms; the municipality itself when there is none.
pub(super) async fn hand_over(
    tx: &Tx,
    signal: &signal::Model,
    handler: Option<Uuid>,
    terms: Terms,
    change: &mut signal::ActiveModel,
    happening: Happening,
) -> Outcome<Happening> {
    let terms = terms.checked()?;
    let Some(handler) = handler else {
        return if terms.is_nothing() {
            Ok(happening)
        } else {
            Err(nobody_to_tell().into())
        };
    };
    reporter::active_partner(tx, handler, signal.neighbourhood_id, "handler").await?;
    let consent = if told_itself(signal, handler) && terms.is_nothing() {
        None
    } else {
        sharing_basis(tx, signal.resident_id, handler, &terms).await?
    };
    let happening = told(happening, &terms);
    change.handler_partner_id = Set(Some(handler));
    change.handler_basis = Set(terms.basis);
    change.handler_basis_justification = Set(terms.justification);
    change.handler_consent_id = Set(consent);
    change.handler_disclosed_fields = Set(terms.disclosed_fields.into());
    Ok(happening)
}

/// The partner that reported the signal told the municipality of the resident, not the other way
/// round: letting it handle the signal discloses nothing, unless the terms say what.
fn told_itself(signal: &signal::Model, handler: Uuid) -> bool {
    signal.reporter_partner_id == Some(handler)
}

fn nobody_to_tell() -> Problem {
    Problem::new(
        Code::Required,
        "handler",
        "A basis and disclosed fields are for the partner that handles the signal. Name it, or leave \
         out `basis`, `basisJustification` and `disclosedFields`.",
    )
}

/// On which basis what was disclosed: it stays in the history when the handler is taken away.
fn told(happening: Happening, terms: &Terms) -> Happening {
    let Some(basis) = terms.basis else {
        return happening;
    };
    let fields = terms.disclosed_fields.iter().map(|field| field.code());
    happening
        .with("basis", basis.code())
        .with("disclosedFields", fields.collect::<Vec<_>>())
}

/// Takes a signal from the partner that handles it, because the resident withdrew the consent on which
/// it was told (GDPR article 7(3)). Part of that withdrawal.
///
/// # Errors
/// [`Code::Conflict`] when somebody was faster.
pub(in crate::domain) async fn take_from_handler(
    tx: &Tx,
    permit: &Permit,
    signal: &signal::Model,
) -> Outcome<()> {
    let change = signal::ActiveModel {
        handler_partner_id: Set(None),
        handler_basis: Set(None),
        handler_basis_justification: Set(None),
        handler_consent_id: Set(None),
        handler_disclosed_fields: Set(SetOf::<DisclosedField>::default()),
        ..Default::default()
    };
    let happening = Happening::new("signal.handler_removed", (Kind::Signal, signal.id))
        .with("cause", ReferralCancelCause::ConsentWithdrawn.code());
    tx.update::<signal::Entity>(permit, signal.id, signal.version, change, happening)
        .await?
        .map_err(|Stale| Problem::raced())?;
    Ok(())
}
