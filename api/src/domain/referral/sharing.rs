//! On what basis a resident's data is shared with the partner a referral goes to (GDPR article 6).

use nabij_entity::{
    referral::{self, DisclosedField, SharingBasis},
    signal,
};
use uuid::Uuid;

use crate::{
    domain::{
        refusal::{Code, Outcome, Problem, Problems},
        resident::details::Details,
    },
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

/// A partner tells no more than it was told.
pub(super) fn only_what_was_disclosed(
    passed_on: &referral::Model,
    wanted: &[DisclosedField],
) -> Outcome<()> {
    if wanted
        .iter()
        .all(|field| passed_on.disclosed_fields.contains(field))
    {
        return Ok(());
    }
    Err(Problem::new(
        Code::Forbidden,
        "disclosedFields",
        "You can pass on only what was disclosed to you. Leave out the other fields, or ask the \
         coordinator to refer.",
    )
    .into())
}

/// A partner can't choose another basis than the one on which it was told.
pub(super) fn only_on_the_same_basis(
    passed_on: &referral::Model,
    basis: Option<SharingBasis>,
) -> Outcome<()> {
    if basis == passed_on.basis {
        return Ok(());
    }
    Err(Problem::new(
        Code::BasisRequired,
        "basis",
        "You can pass on only on the basis on which it was referred to you: see `basis` of that \
         referral. CONSENT needs the resident's consent for the new partner as well.",
    )
    .into())
}

/// What is passed on is still told to whoever passes it on. It is locked from here on: when the consent
/// on which it rests is withdrawn meanwhile, either that finds what was passed on, or this finds it
/// withdrawn. Consents are locked before.
pub(super) async fn still_told(tx: &Tx, passed_on: &referral::Model) -> Outcome<()> {
    let now = tx.locked_referral(passed_on.id).await?;
    if now.version == passed_on.version {
        return Ok(());
    }
    Err(Problem::raced().into())
}

/// The words of a referral tell no more than it discloses: the reason, which the target reads, nothing
/// of the other fields; the justification, which the auditor reads, nobody at all. That a text does is
/// all that is said, and not by which detail (GDPR article 5(1)(c)).
pub(super) async fn tells_no_more(
    tx: &Tx,
    signal: &signal::Model,
    reason: &str,
    terms: &Terms,
) -> Outcome<()> {
    let Some(resident) = signal.resident_id else {
        return Ok(());
    };
    let places = tx.names_around(Some(signal.neighbourhood_id)).await?;
    let places: Vec<&str> = places.iter().map(String::as_str).collect();
    let details = Details::of(tx, resident).await?;
    let mut problems = Problems::new();
    let justification = terms.justification.as_deref().unwrap_or_default();
    if details.are_in(justification, &places) {
        problems.add(Problem::new(
            Code::Invalid,
            "basisJustification",
            "This holds a detail by which the resident could be known: a name, a number or a part of \
             the address. The auditor reads it, who isn't told of whom it is. Say what is at stake \
             without saying for whom.",
        ));
    }
    if details
        .less(&terms.disclosed_fields)
        .are_in(reason, &places)
    {
        problems.add(Problem::new(
            Code::Invalid,
            "reason",
            "This holds a detail of the resident that the referral doesn't disclose: a name, a number \
             or a part of the address. Leave it out, or add its field to `disclosedFields` if the \
             partner needs it.",
        ));
    }
    problems.finish()
}
