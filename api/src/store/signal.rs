//! Signals. Seen by the place's coordinator, by whoever submitted it and their organisation, by
//! the partner that handles it, and by partners it was referred to or from. The handler sees the case
//! while it is open, as far as was disclosed to it; afterwards that it was, and how it ended.

use nabij_entity::{
    role_grant::Role,
    signal::{self, SignalStatus},
};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QueryResult, QuerySelect,
    sea_query::{Alias, Expr, ExprTrait},
};
use uuid::Uuid;

use super::{
    Failure, Kind, Record, Tx, cohort, consent, dialect,
    place::{newest, oldest},
    record::{Edge, Fact, Guard, How, Question, Seen},
    referral, scope,
};
use crate::policy::Viewer;

/// The viewer reported it, in a role that they still hold: as the volunteer, or for the partner they
/// work for.
pub(super) fn reported(viewer: &Viewer, t: &Alias) -> Expr {
    scope::any([
        scope::among(t, "reporter_ambassador_id", viewer.ambassadors()),
        scope::among(t, "reporter_partner_id", viewer.staffed_partners()),
    ])
}

/// The viewer submitted it as a signaller: they follow its status and outcome, of their own signals
/// and no colleague's, and see nothing of what lies behind it (story W2).
fn signalled(viewer: &Viewer, t: &Alias) -> Expr {
    scope::all([
        scope::among(t, "reporter_user_id", viewer.user_id()),
        scope::among(
            t,
            "reporter_partner_id",
            viewer.partners(&[Role::Signaller]),
        ),
    ])
}

/// The viewer works for the partner that handles it, and what it is told rests on a consent that holds
/// or on another basis.
fn handled(viewer: &Viewer, t: &Alias) -> Expr {
    let handles = scope::among(t, "handler_partner_id", viewer.staffed_partners());
    scope::all([handles, consent::holds(t, "handler_consent_id")])
}

/// The signal still asks for something.
pub(super) fn is_open(t: &Alias) -> Expr {
    scope::col(t, "status").is_in(["SUBMITTED", "TRIAGED", "IN_PROGRESS"])
}

/// The viewer works for the partner that handles it, and it is open: when it is closed, the purpose has
/// ended (GDPR article 5(1)(b)).
pub(super) fn handles(viewer: &Viewer, t: &Alias) -> Expr {
    scope::all([handled(viewer, t), is_open(t)])
}

/// The same where this field of the resident is disclosed to that partner.
pub(super) fn discloses(viewer: &Viewer, t: &Alias, field: &'static str) -> Expr {
    let disclosed = scope::col(t, "handler_disclosed_fields").like(format!("%,{field},%"));
    scope::all([handles(viewer, t), disclosed])
}

/// The same where what was told in it is disclosed to that partner: as the resident's notes are, or
/// because it is about nobody.
pub(super) fn tells(viewer: &Viewer, t: &Alias) -> Expr {
    let of_nobody = scope::all([handles(viewer, t), scope::col(t, "resident_id").is_null()]);
    scope::any([of_nobody, discloses(viewer, t, "NOTES")])
}

/// The viewer coordinates the place, reported it, or was referred it or referred it.
fn takes_part(viewer: &Viewer, t: &Alias) -> Expr {
    scope::any([
        scope::coordinated(viewer, t),
        reported(viewer, t),
        referred(viewer, t, scope::everything()),
    ])
}

/// The viewer has to do with what became of it.
fn followed(viewer: &Viewer, t: &Alias) -> Expr {
    scope::any([takes_part(viewer, t), handled(viewer, t)])
}

fn referred(viewer: &Viewer, t: &Alias, holds: Expr) -> Expr {
    let referrals = Alias::new("referrals");
    scope::linked(
        t,
        "referrals",
        "signal_id",
        scope::all([referral::partaken(viewer, &referrals), holds]),
    )
}

/// Its guards.
const GUARDS: &[&str] = &["text", "origin", "casework", "handler", "handling", "disclosed"];

impl Record for signal::Entity {
    const KIND: Kind = Kind::Signal;
    type Row = Seen<signal::Model>;

    fn scope(viewer: &Viewer, t: &Alias) -> Expr {
        scope::any([followed(viewer, t), signalled(viewer, t)])
    }

    /// Who took which step, and for whom, lies behind the status.
    fn history_scope(viewer: &Viewer, t: &Alias) -> Expr {
        scope::any([takes_part(viewer, t), handles(viewer, t)])
    }

    fn questions() -> &'static [Question] {
        &[cohort::OF_ITS_RESIDENT]
    }

    fn guards(viewer: &Viewer, t: &Alias) -> Vec<Guard> {
        let referrals = Alias::new("referrals");
        let notes_disclosed = referral::discloses(viewer, &referrals, "NOTES");
        let coordinated = scope::coordinated(viewer, t);
        let told = scope::any([
            coordinated.clone(),
            tells(viewer, t),
            reported(viewer, t),
            signalled(viewer, t),
        ]);
        let text = scope::any([told, referred(viewer, t, notes_disclosed)]);
        // By which another system knows somebody is for those who have it from there.
        let origin = scope::any([
            coordinated.clone(),
            handles(viewer, t),
            reported(viewer, t),
            signalled(viewer, t),
        ]);
        let terms = scope::any([coordinated.clone(), handles(viewer, t)]);
        vec![
            Guard::nulling("text", &["text"], text),
            Guard::nulling("origin", &["external_reference", "source"], origin),
            Guard::nulling("casework", &["outcome_note"], coordinated),
            Guard::nulling("handler", &["handler_partner_id"], followed(viewer, t)),
            Guard::nulling(
                "handling",
                &[
                    "handler_basis",
                    "handler_basis_justification",
                    "handler_consent_id",
                ],
                terms.clone(),
            ),
            Guard::emptying("disclosed", &["handler_disclosed_fields"], terms),
        ]
    }

    fn facts(_viewer: &Viewer, t: &Alias) -> Vec<Fact> {
        let open = Expr::col(("referrals", "status")).is_in(referral::OPEN);
        vec![Fact {
            name: "has_open_referral",
            wanted_by: "allowedActions",
            holds: scope::linked(t, "referrals", "signal_id", open),
        }]
    }

    fn edges() -> &'static [Edge] {
        const EDGES: &[Edge] = &[
            Edge {
                name: "municipality",
                to: Kind::Municipality,
                how: How::One("municipality_id"),
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
                name: "ambassador",
                to: Kind::Ambassador,
                how: How::One("reporter_ambassador_id"),
            },
            Edge {
                name: "reporterPartner",
                to: Kind::Partner,
                how: How::One("reporter_partner_id"),
            },
            Edge {
                name: "handler",
                to: Kind::Partner,
                how: How::One("handler_partner_id"),
            },
            Edge {
                name: "duplicateOf",
                to: Kind::Signal,
                how: How::One("duplicate_of_id"),
            },
            Edge {
                name: "referrals",
                to: Kind::Referral,
                how: How::Many("signal_id", newest),
            },
            Edge {
                name: "contactMoments",
                to: Kind::ContactMoment,
                how: How::Many("signal_id", oldest),
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
        let seen = Self::Row::read(row, prefix, GUARDS)?;
        Ok(seen.with_fact(
            "has_open_referral",
            row.try_get(prefix, "has_open_referral")?,
        ))
    }
}

impl Tx {
    /// The signal this user submitted under this reference of another system (story B5).
    ///
    /// # Errors
    /// When the database fails.
    pub async fn signal_by_reference(
        &self,
        reporter: Uuid,
        reference: &str,
    ) -> Result<Option<signal::Model>, Failure> {
        Ok(signal::Entity::find()
            .filter(signal::Column::ReporterUserId.eq(reporter))
            .filter(signal::Column::ExternalReference.eq(reference))
            .one(&self.connection())
            .await?)
    }

    /// The signals that a partner handles on this consent, locked, whoever asks.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn signals_handled_on(&self, consent: Uuid) -> Result<Vec<signal::Model>, Failure> {
        let mut select = signal::Entity::find()
            .filter(signal::Column::HandlerConsentId.eq(consent))
            .order_by_asc(signal::Column::Id);
        dialect::for_update(self.backend(), QuerySelect::query(&mut select));
        Ok(select.all(&self.connection()).await?)
    }

    /// Whether the signal is still open, whoever asks.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn signal_is_open(&self, id: Uuid) -> Result<bool, Failure> {
        Ok(signal::Entity::find_by_id(id)
            .filter(signal::Column::Status.is_in([
                SignalStatus::Submitted,
                SignalStatus::Triaged,
                SignalStatus::InProgress,
            ]))
            .one(&self.connection())
            .await?
            .is_some())
    }
}
