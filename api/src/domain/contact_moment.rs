//! Contact moments: somebody was visited, called or spoken to.

use chrono::{DateTime, Utc};
use nabij_entity::{
    contact_moment::{self, ContactKind, ContactOutcome},
    partner::{self, SecrecyRegime},
    referral::{self, ReferralStatus},
    signal,
};
use uuid::Uuid;

use super::{
    refusal::{Code, Outcome, Problem, Problems},
    reporter, signal as signals, text, when,
};
use crate::{
    policy::{Action, Permit, Viewer, decide},
    store::{
        Cx, Kind, Tx,
        events::Happening,
        idempotency::{IdempotencyKey, Recall},
    },
};

/// What a contact moment is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A signal.
    Signal(Uuid),
    /// A referral, and by that its signal.
    Referral(Uuid),
}

/// A contact moment as it is recorded.
#[derive(Debug)]
pub struct Moment {
    /// What it was about.
    pub on: Subject,
    /// How contact was sought.
    pub kind: ContactKind,
    /// When; now when left out.
    pub at: Option<DateTime<Utc>>,
    /// Whether it came to a conversation.
    pub outcome: ContactOutcome,
    /// What was said.
    pub note: Option<String>,
    /// Under which secrecy it was written; that of the partner for which it is when left out.
    pub secrecy: Option<SecrecyRegime>,
}

/// In which quality somebody writes: for a partner, as a volunteer, or for the municipality.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Author {
    ambassador: Option<Uuid>,
    partner: Option<Uuid>,
}

/// Records a contact moment. The first one on a signal starts the work on it.
///
/// # Errors
/// What is wrong with the input, [`Code::NotFound`], [`Code::Forbidden`],
/// [`Code::InvalidTransition`] on a closed signal.
pub async fn record(cx: &Cx, moment: Moment, key: Option<IdempotencyKey>) -> Outcome<Uuid> {
    let Moment {
        on,
        kind,
        at,
        outcome,
        note,
        secrecy,
    } = moment;
    let tx = cx.begin().await?;
    let now = tx.now();
    let mut problems = Problems::new();
    let at = problems.check(when::moment("at", at, now));
    let note = problems.check(text::optional("note", note.as_deref(), text::STORY));
    let (at, note) = problems.into_value(at.zip(note))?;
    let found = find(&tx, on).await?;
    let user = reporter::user(&tx)?;
    let id = match tx.claim(key.as_ref()).await? {
        Recall::New(id) => id,
        Recall::Made(id) => return Ok(id),
        Recall::Mismatch => return Err(Problem::idempotency_mismatch().into()),
    };
    let Found {
        permit,
        author,
        signal_id,
        referral_id,
        place: (municipality_id, neighbourhood_id),
        opened,
    } = found;
    if let Some(signal) = opened {
        signals::begin_work(&tx, &permit, &signal).await?;
    }
    let secrecy = match secrecy {
        Some(secrecy) => secrecy,
        None => usual_secrecy(&tx, author).await?,
    };
    let model = contact_moment::Model {
        id,
        signal_id,
        referral_id,
        municipality_id,
        neighbourhood_id,
        kind,
        at,
        outcome,
        note,
        secrecy,
        author_user_id: user,
        author_ambassador_id: author.ambassador,
        author_partner_id: author.partner,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    // How the contact went is for those who may read it, not for all who may read the history.
    let happening = match referral_id {
        Some(referral) => Happening::new("referral.contacted", (Kind::Referral, referral)),
        None => Happening::new("signal.contacted", (Kind::Signal, signal_id)),
    };
    tx.insert::<contact_moment::Entity>(&permit, model, happening.with("contact", kind.code()))
        .await?;
    tx.commit().await?;
    Ok(id)
}

/// The secrecy under which somebody writes who doesn't say so: that of their organisation.
async fn usual_secrecy(tx: &Tx, author: Author) -> Outcome<SecrecyRegime> {
    let Some(partner) = author.partner else {
        return Ok(SecrecyRegime::Discretion);
    };
    let partner = tx.visible::<partner::Entity>(partner).await?;
    // One that can't be seen can't be asked: then the note is kept as if it were bound.
    Ok(
        partner.map_or(SecrecyRegime::ProfessionalSecrecy, |partner| {
            partner.secrecy
        }),
    )
}

/// What a contact moment is about, once it is known that the viewer may record one.
struct Found {
    permit: Permit,
    author: Author,
    signal_id: Uuid,
    referral_id: Option<Uuid>,
    /// Municipality and neighbourhood.
    place: (Uuid, Uuid),
    /// The signal on which work begins with this.
    opened: Option<signal::Model>,
}

async fn find(tx: &Tx, on: Subject) -> Outcome<Found> {
    match on {
        Subject::Signal(id) => {
            let signal = tx
                .visible::<signal::Entity>(id)
                .await?
                .ok_or_else(|| Problem::not_found("on.signal"))?;
            Ok(Found {
                permit: decide(tx.viewer(), Action::ContactRecord(&signal))?,
                author: author_on_signal(tx.viewer(), &signal),
                signal_id: signal.id,
                referral_id: None,
                place: (signal.municipality_id, signal.neighbourhood_id),
                opened: Some(signal.into_model()),
            })
        }
        Subject::Referral(id) => {
            let referral = tx
                .visible::<referral::Entity>(id)
                .await?
                .ok_or_else(|| Problem::not_found("on.referral"))?;
            let permit = decide(tx.viewer(), Action::ReferralContactRecord(&referral))?;
            still_open(referral.status)?;
            Ok(Found {
                permit,
                author: author_on_referral(tx.viewer(), &referral),
                signal_id: referral.signal_id,
                referral_id: Some(referral.id),
                place: (referral.municipality_id, referral.neighbourhood_id),
                // The referral itself started it.
                opened: None,
            })
        }
    }
}

fn still_open(status: ReferralStatus) -> Result<(), Problem> {
    match status {
        ReferralStatus::Requested
        | ReferralStatus::Accepted
        | ReferralStatus::InProgress
        | ReferralStatus::OnHold => Ok(()),
        ReferralStatus::Rejected
        | ReferralStatus::Completed
        | ReferralStatus::Failed
        | ReferralStatus::Cancelled => Err(Problem::new(
            Code::Invalid,
            "on.referral",
            "The referral is over, so there is no reason any more to seek contact for it. Record \
             the contact on the signal, or make a new referral.",
        )),
    }
}

/// The same order as in the policy: coordinator, partner that handles it, volunteer who reported.
fn author_on_signal(viewer: &Viewer, signal: &signal::Model) -> Author {
    if viewer.coordinates(signal.municipality_id, Some(signal.neighbourhood_id)) {
        Author::default()
    } else if viewer.works_for(signal.handler_partner_id) {
        Author {
            partner: signal.handler_partner_id,
            ..Author::default()
        }
    } else {
        Author {
            ambassador: signal
                .reporter_ambassador_id
                .filter(|id| viewer.ambassadors().any(|own| own == *id)),
            ..Author::default()
        }
    }
}

fn author_on_referral(viewer: &Viewer, referral: &referral::Model) -> Author {
    Author {
        ambassador: None,
        partner: Some(referral.to_partner_id)
            .filter(|partner| viewer.works_for(Some(*partner)))
            .filter(|_| {
                !viewer.coordinates(referral.municipality_id, Some(referral.neighbourhood_id))
            }),
    }
}

#[cfg(test)]
mod tests {
    use nabij_entity::{
        SetOf,
        role_grant::Role,
        signal::{SignalKind, SignalStatus},
        user::UserKind,
        vocabulary::{Category, InflowChannel, Urgency},
    };

    use super::*;
    use crate::policy::{Account, Grant};

    const MUNICIPALITY: Uuid = Uuid::from_u128(1);
    const NEIGHBOURHOOD: Uuid = Uuid::from_u128(2);
    const PARTNER: Uuid = Uuid::from_u128(3);
    const AMBASSADOR: Uuid = Uuid::from_u128(4);
    const USER: Uuid = Uuid::from_u128(5);

    fn viewer(grants: &[Grant]) -> Viewer {
        let account = Account {
            id: USER,
            kind: UserKind::Person,
            display_name: "Someone".to_owned(),
            authz_version: 1,
        };
        Viewer::new(account, grants, DateTime::UNIX_EPOCH)
    }

    fn grant(role: Role) -> Grant {
        Grant {
            role,
            municipality_id: (role == Role::Coordinator).then_some(MUNICIPALITY),
            neighbourhood_id: None,
            partner_id: (role == Role::PartnerStaff).then_some(PARTNER),
            ambassador_id: (role == Role::Ambassador).then_some(AMBASSADOR),
            valid_from: DateTime::UNIX_EPOCH,
            valid_until: None,
        }
    }

    fn signal() -> signal::Model {
        signal::Model {
            id: Uuid::from_u128(6),
            municipality_id: MUNICIPALITY,
            neighbourhood_id: NEIGHBOURHOOD,
            resident_id: None,
            kind: SignalKind::Need,
            category: Category::Loneliness,
            chore_kind: None,
            urgency: Urgency::Normal,
            title: "Company".to_owned(),
            text: None,
            status: SignalStatus::Submitted,
            reporter_user_id: USER,
            reporter_ambassador_id: Some(AMBASSADOR),
            reporter_partner_id: None,
            source: None,
            inflow_channel: InflowChannel::Visit,
            external_reference: None,
            handler_partner_id: Some(PARTNER),
            handler_basis: None,
            handler_basis_justification: None,
            handler_consent_id: None,
            handler_disclosed_fields: SetOf::default(),
            due_at: DateTime::UNIX_EPOCH,
            outcome: None,
            outcome_note: None,
            dismiss_reason: None,
            duplicate_of_id: None,
            closed_at: None,
            content_removed_at: None,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
            version: 1,
        }
    }

    #[test]
    fn the_author_writes_in_the_quality_in_which_they_may() {
        let by = |roles: &[Role]| {
            let grants: Vec<Grant> = roles.iter().copied().map(grant).collect();
            author_on_signal(&viewer(&grants), &signal())
        };
        let (partner, ambassador) = (
            Author {
                ambassador: None,
                partner: Some(PARTNER),
            },
            Author {
                ambassador: Some(AMBASSADOR),
                partner: None,
            },
        );
        assert_eq!(by(&[Role::Coordinator]), Author::default());
        assert_eq!(by(&[Role::PartnerStaff]), partner);
        assert_eq!(by(&[Role::Ambassador]), ambassador);
        assert_eq!(by(&[Role::Ambassador, Role::PartnerStaff]), partner);
        assert_eq!(
            by(&[Role::Ambassador, Role::Coordinator]),
            Author::default()
        );
        assert_eq!(by(&[]), Author::default());
    }

    #[test]
    fn contact_is_sought_for_open_referrals_only() {
        use ReferralStatus as S;
        for (status, fits) in [
            (S::Requested, true),
            (S::Accepted, true),
            (S::InProgress, true),
            (S::OnHold, true),
            (S::Rejected, false),
            (S::Completed, false),
            (S::Failed, false),
            (S::Cancelled, false),
        ] {
            assert_eq!(still_open(status).is_ok(), fits, "{status:?}");
        }
    }
}
