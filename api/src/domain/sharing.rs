//! On what basis a resident's data is shared with a partner (GDPR article 6), and what of it: the one
//! rule for the target of a referral and for the partner that handles a signal.

use nabij_entity::{
    SetOf,
    referral::{self, DisclosedField, SharingBasis},
    signal,
};
use uuid::Uuid;

use super::{
    refusal::{Code, Outcome, Problem, Problems},
    resident::details::Details,
    text,
};
use crate::store::Tx;

/// On which terms personal data is shared.
#[derive(Debug, Default)]
pub struct Terms {
    /// The basis (GDPR article 6(1)).
    pub basis: Option<SharingBasis>,
    /// Why it holds, in writing; for [`SharingBasis::VitalInterest`].
    pub justification: Option<String>,
    /// What the partner may see of the resident; nothing when there is none.
    pub disclosed_fields: Vec<DisclosedField>,
}

impl Terms {
    /// The same with the justification cut to its content.
    pub(super) fn checked(self) -> Result<Self, Problem> {
        let justification = self.justification.as_deref();
        Ok(Self {
            justification: text::optional("basisJustification", justification, text::STORY)?,
            ..self
        })
    }

    /// Whether they disclose nothing, on no basis.
    pub(super) const fn is_nothing(&self) -> bool {
        self.basis.is_none() && self.justification.is_none() && self.disclosed_fields.is_empty()
    }
}

/// What a partner was told of a resident, when it tells another.
#[derive(Debug)]
pub(super) struct Told {
    basis: Option<SharingBasis>,
    fields: SetOf<DisclosedField>,
    /// The referral by which it was told, in the version that says so.
    by: Option<(Uuid, i32)>,
}

impl Told {
    /// By a referral.
    pub(super) fn by_referral(referral: &referral::Model) -> Self {
        Self {
            basis: referral.basis,
            fields: referral.disclosed_fields.clone(),
            by: Some((referral.id, referral.version)),
        }
    }

    /// By letting it handle the signal.
    pub(super) fn by_handling(signal: &signal::Model) -> Self {
        Self {
            basis: signal.handler_basis,
            fields: signal.handler_disclosed_fields.clone(),
            by: None,
        }
    }

    /// What is passed on is still told to whoever passes it on. The referral is locked from here on: when
    /// the consent on which it rests is withdrawn meanwhile, either that finds what was passed on, or
    /// this finds it withdrawn. Consents are locked before; a signal that is handled was locked first.
    pub(super) async fn still(&self, tx: &Tx) -> Outcome<()> {
        let Some((id, version)) = self.by else {
            return Ok(());
        };
        if tx.locked_referral(id).await?.version == version {
            return Ok(());
        }
        Err(Problem::raced().into())
    }

    /// A partner passes on no more than it was told, and can't choose another basis than the one on
    /// which it was: only the resident can, by a consent of their own for the new partner.
    pub(super) fn covers(
        &self,
        basis: Option<SharingBasis>,
        wanted: &[DisclosedField],
    ) -> Result<(), Problem> {
        if !wanted.iter().all(|field| self.fields.contains(field)) {
            return Err(Problem::new(
                Code::Forbidden,
                "disclosedFields",
                "You can pass on only what was disclosed to you. Leave out the other fields, or ask \
                 the coordinator to refer.",
            ));
        }
        if basis != self.basis && basis != Some(SharingBasis::Consent) {
            return Err(Problem::new(
                Code::BasisRequired,
                "basis",
                "You can pass on only on the basis on which it was told to you, or on the resident's \
                 CONSENT for the new partner.",
            ));
        }
        Ok(())
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partner_passes_on_what_it_was_told_on_that_basis_or_with_consent() {
        use DisclosedField as F;
        use SharingBasis as B;
        let told = |basis| Told {
            basis,
            fields: SetOf::from_iter([F::Name, F::Phone]),
            by: None,
        };
        let refused = |told: Told, basis, fields: &[F]| {
            told.covers(basis, fields).err().map(|problem| problem.code)
        };
        let task = Some(B::PublicTask);
        assert_eq!(refused(told(task), task, &[F::Phone]), None);
        assert_eq!(refused(told(task), Some(B::Consent), &[]), None);
        assert_eq!(
            refused(told(task), task, &[F::Phone, F::Notes]),
            Some(Code::Forbidden)
        );
        for basis in [task, Some(B::LegalObligation), Some(B::VitalInterest), None] {
            let on_consent = told(Some(B::Consent));
            assert_eq!(refused(on_consent, basis, &[]), Some(Code::BasisRequired));
        }
        assert_eq!(refused(told(None), task, &[]), Some(Code::BasisRequired));
    }
}
