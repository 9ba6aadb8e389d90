//! Referrals. Seen by the place's coordinator, by the partners they go to and come from, and by
//! whoever submitted the signal, who learns the outcome and not the case notes (story B4). When the
//! resident withdrew their consent, both partners see that it ended and why, and nothing of the case.
//! The auditor sees why somebody's vital interest was the ground, and not whose.

use nabij_entity::{
    referral,
    referral::{ReferralStatus, SharingBasis},
    role_grant::Role,
    service,
};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QueryResult,
    QuerySelect,
    sea_query::{Alias, Expr, ExprTrait},
};
use uuid::Uuid;

use super::{
    Failure, Kind, Record, Tx, dialect,
    place::{newest, oldest},
    record::{Edge, Guard, How, Seen},
    scope, signal,
};
use crate::policy::Viewer;

/// States in which a referral is open, and in which personal data is disclosed to its target: when
/// it ends, the purpose has ended (GDPR article 5(1)(b)).
pub(super) const OPEN: [&str; 4] = ["REQUESTED", "ACCEPTED", "IN_PROGRESS", "ON_HOLD"];
/// The same, as values.
const OPEN_STATUSES: [ReferralStatus; 4] = [
    ReferralStatus::Requested,
    ReferralStatus::Accepted,
    ReferralStatus::InProgress,
    ReferralStatus::OnHold,
];

/// The consent the referral rests on, if it rests on one, wasn't withdrawn: withdrawing closes the
/// partners' view at once, whatever became of the referral (GDPR article 7(3)).
pub(super) fn still_shared(t: &Alias) -> Expr {
    let withdrawn = scope::all([
        Expr::col(("consents", "id")).equals((t.clone(), "consent_id")),
        Expr::col(("consents", "withdrawn_at")).is_not_null(),
    ]);
    let cause = scope::col(t, "cancel_cause");
    scope::all([
        cause.clone().is_null().or(cause.ne("CONSENT_WITHDRAWN")),
        scope::exists("consents", withdrawn).not(),
    ])
}

/// The viewer works for the target.
fn received(viewer: &Viewer, t: &Alias) -> Expr {
    scope::all([
        scope::among(t, "to_partner_id", viewer.staffed_partners()),
        still_shared(t),
    ])
}

/// The viewer works for the partner that referred.
fn sent(viewer: &Viewer, t: &Alias) -> Expr {
    scope::all([
        scope::among(t, "from_partner_id", viewer.staffed_partners()),
        still_shared(t),
    ])
}

/// The viewer works for the partner that referred, or for the target: of a referral that is not
/// rejected or cancelled, since what it didn't take on, or no longer does, is not its case.
pub(super) fn partaken(viewer: &Viewer, t: &Alias) -> Expr {
    let taken = scope::col(t, "status").is_not_in(["REJECTED", "CANCELLED"]);
    scope::any([scope::all([received(viewer, t), taken]), sent(viewer, t)])
}

/// The viewer works for one of its two partners, and the resident withdrew the consent on which it
/// rested: they are told that, so that it doesn't just vanish (GDPR article 7(3)).
fn told_of_withdrawal(viewer: &Viewer, t: &Alias) -> Expr {
    scope::all([
        scope::any([
            scope::among(t, "to_partner_id", viewer.staffed_partners()),
            scope::among(t, "from_partner_id", viewer.staffed_partners()),
        ]),
        scope::col(t, "status").eq("CANCELLED"),
        scope::col(t, "cancel_cause").eq("CONSENT_WITHDRAWN"),
    ])
}

/// Somebody's vital interest was the ground, which neither the resident nor the law gave: the
/// municipality's auditor looks at why (GDPR articles 5(2) and 6(1)(d)).
pub(super) fn audited(viewer: &Viewer, t: &Alias) -> Expr {
    let audits = viewer.municipalities(Role::Auditor);
    scope::all([
        scope::among(t, "municipality_id", audits),
        scope::col(t, "basis").eq("VITAL_INTEREST"),
    ])
}

/// The viewer reported the signal.
fn reported(viewer: &Viewer, t: &Alias) -> Expr {
    let signals = Alias::new("signals");
    let of_signal = Expr::col(("signals", "id")).equals((t.clone(), "signal_id"));
    let reported = scope::all([of_signal, signal::reported(viewer, &signals)]);
    scope::exists("signals", reported)
}

/// The viewer works for the target of an open referral that discloses `field`.
pub(super) fn discloses(viewer: &Viewer, t: &Alias, field: &'static str) -> Expr {
    scope::all([
        serves(viewer, t),
        scope::col(t, "disclosed_fields").like(format!("%,{field},%")),
    ])
}

/// The referral is open, what it rests on holds and, with a field, it discloses that one.
pub(super) fn open_for(t: &Alias, field: Option<&'static str>) -> Expr {
    let disclosed = field.map_or_else(scope::everything, |field| {
        scope::col(t, "disclosed_fields").like(format!("%,{field},%"))
    });
    scope::all([
        scope::col(t, "status").is_in(OPEN),
        disclosed,
        still_shared(t),
    ])
}

/// The viewer works for the target of an open referral.
pub(super) fn serves(viewer: &Viewer, t: &Alias) -> Expr {
    scope::all([received(viewer, t), scope::col(t, "status").is_in(OPEN)])
}

fn casework(viewer: &Viewer, t: &Alias) -> Expr {
    scope::any([scope::coordinated(viewer, t), partaken(viewer, t)])
}

/// The viewer has to do with what became of it. What it rejected stays in the target's list, without
/// the notes.
fn followed(viewer: &Viewer, t: &Alias) -> Expr {
    scope::any([
        casework(viewer, t),
        received(viewer, t),
        reported(viewer, t),
    ])
}

impl Record for referral::Entity {
    const KIND: Kind = Kind::Referral;
    type Row = Seen<referral::Model>;

    fn scope(viewer: &Viewer, t: &Alias) -> Expr {
        scope::any([
            followed(viewer, t),
            told_of_withdrawal(viewer, t),
            audited(viewer, t),
        ])
    }

    fn guards(viewer: &Viewer, t: &Alias) -> Vec<Guard> {
        let casework = casework(viewer, t);
        let justified = scope::any([casework.clone(), audited(viewer, t)]);
        vec![
            Guard::nulling(
                "casework",
                &["reason", "status_note", "outcome_note"],
                casework,
            ),
            Guard::nulling("justification", &["basis_justification"], justified),
            Guard::nulling(
                "case",
                &[
                    "held_from",
                    "consent_id",
                    "resident_id",
                    "service_id",
                    "activity_id",
                    "replaces_id",
                    "reject_reason",
                    "outcome",
                ],
                followed(viewer, t),
            ),
        ]
    }

    fn edges() -> &'static [Edge] {
        const EDGES: &[Edge] = &[
            Edge {
                name: "signal",
                to: Kind::Signal,
                how: How::One("signal_id"),
            },
            Edge {
                name: "neighbourhood",
                to: Kind::Neighbourhood,
                how: How::One("neighbourhood_id"),
            },
            Edge {
                name: "resident",
                to: Kind::Resident,
                how: How::One("resident_id"),
            },
            Edge {
                name: "fromPartner",
                to: Kind::Partner,
                how: How::One("from_partner_id"),
            },
            Edge {
                name: "toPartner",
                to: Kind::Partner,
                how: How::One("to_partner_id"),
            },
            Edge {
                name: "requestedBy",
                to: Kind::User,
                how: How::One("requested_by_user_id"),
            },
            Edge {
                name: "service",
                to: Kind::Service,
                how: How::One("service_id"),
            },
            Edge {
                name: "activity",
                to: Kind::Activity,
                how: How::One("activity_id"),
            },
            Edge {
                name: "replaces",
                to: Kind::Referral,
                how: How::One("replaces_id"),
            },
            Edge {
                name: "callOuts",
                to: Kind::CallOut,
                how: How::Many("referral_id", newest),
            },
            Edge {
                name: "contactMoments",
                to: Kind::ContactMoment,
                how: How::Many("referral_id", oldest),
            },
            Edge {
                name: "feedback",
                to: Kind::Feedback,
                how: How::Many("referral_id", newest),
            },
            Edge {
                name: "history",
                to: Kind::Event,
                how: How::Many("subject_id", super::event::in_order),
            },
        ];
        EDGES
    }

    fn decode(row: &QueryResult, prefix: &str) -> Result<Self::Row, DbErr> {
        Seen::read(row, prefix, &["casework", "justification", "case"])
    }
}

impl Tx {
    /// Whether a referral of this signal is still open, whoever asks.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn has_open_referral(&self, signal: Uuid) -> Result<bool, Failure> {
        Ok(referral::Entity::find()
            .filter(referral::Column::SignalId.eq(signal))
            .filter(referral::Column::Status.is_in(OPEN_STATUSES))
            .count(&self.connection())
            .await?
            > 0)
    }

    /// Whether this partner has an open referral of this signal, whoever asks.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn open_referral_between(
        &self,
        signal: Uuid,
        partner: Uuid,
    ) -> Result<bool, Failure> {
        Ok(referral::Entity::find()
            .filter(referral::Column::SignalId.eq(signal))
            .filter(referral::Column::ToPartnerId.eq(partner))
            .filter(referral::Column::Status.is_in(OPEN_STATUSES))
            .count(&self.connection())
            .await?
            > 0)
    }

    /// The referral of this signal that this partner has accepted and not ended.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn accepted_referral_to(
        &self,
        signal: Uuid,
        partner: Uuid,
    ) -> Result<Option<referral::Model>, Failure> {
        Ok(referral::Entity::find()
            .filter(referral::Column::SignalId.eq(signal))
            .filter(referral::Column::ToPartnerId.eq(partner))
            .filter(
                referral::Column::Status
                    .is_in([ReferralStatus::Accepted, ReferralStatus::InProgress]),
            )
            .one(&self.connection())
            .await?)
    }

    /// The referrals that rest on this consent, those that are over too, locked.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn referrals_on(&self, consent: Uuid) -> Result<Vec<referral::Model>, Failure> {
        let mut select = referral::Entity::find()
            .filter(referral::Column::ConsentId.eq(consent))
            .order_by_asc(referral::Column::Id);
        dialect::for_update(self.backend(), QuerySelect::query(&mut select));
        Ok(select.all(&self.connection()).await?)
    }

    /// The referrals by which this partner, which was told on consent, passed the signal on, those that
    /// are over too, locked. What it does on another basis isn't among them: it passes on only on the
    /// basis on which it was told.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn passed_on_from(
        &self,
        signal: Uuid,
        partner: Uuid,
    ) -> Result<Vec<referral::Model>, Failure> {
        let mut select = referral::Entity::find()
            .filter(referral::Column::SignalId.eq(signal))
            .filter(referral::Column::FromPartnerId.eq(partner))
            .filter(referral::Column::Basis.eq(SharingBasis::Consent))
            .order_by_asc(referral::Column::Id);
        dialect::for_update(self.backend(), QuerySelect::query(&mut select));
        Ok(select.all(&self.connection()).await?)
    }

    /// An open referral by which a partner that the viewer works for serves this resident.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn referral_that_serves(
        &self,
        resident: Uuid,
    ) -> Result<Option<referral::Model>, Failure> {
        Ok(referral::Entity::find()
            .filter(referral::Column::ResidentId.eq(resident))
            .filter(serves(self.viewer(), &Alias::new("referrals")))
            .order_by_asc(referral::Column::Id)
            .one(&self.connection())
            .await?)
    }

    /// How many referrals to this service are open.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn open_referrals_to_service(&self, service: Uuid) -> Result<u64, Failure> {
        Ok(referral::Entity::find()
            .filter(referral::Column::ServiceId.eq(service))
            .filter(referral::Column::Status.is_in(OPEN_STATUSES))
            .count(&self.connection())
            .await?)
    }

    /// A service of this partner, locked: two referrals can't both take its last place.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn service_of(
        &self,
        partner: Uuid,
        service: Uuid,
    ) -> Result<Option<service::Model>, Failure> {
        let mut select =
            service::Entity::find_by_id(service).filter(service::Column::PartnerId.eq(partner));
        dialect::for_update(self.backend(), QuerySelect::query(&mut select));
        Ok(select.one(&self.connection()).await?)
    }
}
