//! On what basis a resident's data is shared with the partner a referral goes to (GDPR article 6).

use nabij_entity::referral::{DisclosedField, SharingBasis};
use uuid::Uuid;

use crate::{
    domain::refusal::{Code, Outcome, Problem},
    store::Tx,
};

/// On which terms personal data is shared.
pub(super) struct Terms {
    pub(super) basis: Option<SharingBasis>,
    pub(super) justification: Option<String>,
    pub(super) disclosed_fields: Vec<DisclosedField>,
}

/// Checks the basis for sharing a resident's data; the consent it rests on, if it does.
pub(super) async fn sharing_basis(
    tx: &Tx,
    resident: Option<Uuid>,
    partner: Uuid,
    terms: &Terms,
) -> Outcome<Option<Uuid>> {
    let Some(resident) = resident else {
        if terms.basis.is_some() || !terms.disclosed_fields.is_empty() {
            return Err(Problem::new(
                Code::Invalid,
                "disclosedFields",
                "The signal isn't about a resident, so there is nothing to disclose. Leave out \
                 `basis` and `disclosedFields`.",
            )
            .into());
        }
        return Ok(None);
    };
    match terms.basis {
        None => Err(Problem::new(
            Code::BasisRequired,
            "basis",
            "The signal is about a resident. State the basis on which their data is shared: \
             CONSENT, PUBLIC_TASK, LEGAL_OBLIGATION or VITAL_INTEREST.",
        )
        .into()),
        Some(SharingBasis::Consent) => {
            let consent = tx.live_share_consent(resident, partner).await?.ok_or_else(|| {
                Problem::new(
                    Code::BasisRequired,
                    "basis",
                    "The resident hasn't consented to sharing with this partner. Ask and record \
                     the consent with `consentRecord`, or state another basis.",
                )
            })?;
            Ok(Some(consent.id))
        }
        Some(SharingBasis::VitalInterest) if terms.justification.is_none() => Err(Problem::new(
            Code::BasisRequired,
            "basisJustification",
            "A vital interest needs a written justification: say what is at stake.",
        )
        .into()),
        Some(_) => Ok(None),
    }
}
