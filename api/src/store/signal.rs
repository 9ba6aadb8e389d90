//! Signals. Seen by the place's coordinator, by whoever submitted it and their organisation, by
//! the partner that handles it, and by partners it was referred to or from.

use nabij_entity::{role_grant::Role, signal, signal::SignalStatus};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryResult,
    sea_query::{Alias, Expr, ExprTrait},
};
use uuid::Uuid;

use super::{
    Failure, Kind, Record, Tx, cohort,
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

/// The viewer has to do with what became of it.
fn followed(viewer: &Viewer, t: &Alias) -> Expr {
    scope::any([
        handled(viewer, t),
        reported(viewer, t),
        referred(viewer, t, scope::everything()),
    ])
}

fn handled(viewer: &Viewer, t: &Alias) -> Expr {
    scope::any([
        scope::coordinated(viewer, t),
        scope::among(t, "handler_partner_id", viewer.staffed_partners()),
    ])
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

impl Record for signal::Entity {
    const KIND: Kind = Kind::Signal;
    type Row = Seen<signal::Model>;

    fn scope(viewer: &Viewer, t: &Alias) -> Expr {
        scope::any([followed(viewer, t), signalled(viewer, t)])
    }

    /// Who took which step, and for whom, lies behind the status.
    fn history_scope(viewer: &Viewer, t: &Alias) -> Expr {
        followed(viewer, t)
    }

    fn questions() -> &'static [Question] {
        &[cohort::OF_ITS_RESIDENT]
    }

    fn guards(viewer: &Viewer, t: &Alias) -> Vec<Guard> {
        let referrals = Alias::new("referrals");
        let notes_disclosed = referral::discloses(viewer, &referrals, "NOTES");
        let told = scope::any([
            handled(viewer, t),
            reported(viewer, t),
            signalled(viewer, t),
        ]);
        let text = scope::any([told.clone(), referred(viewer, t, notes_disclosed)]);
        vec![
            Guard::nulling("text", &["text"], text),
            // By which another system knows somebody is for those who have it from there.
            Guard::nulling("origin", &["external_reference", "source"], told),
            Guard::nulling("casework", &["outcome_note"], handled(viewer, t)),
            Guard::nulling("handler", &["handler_partner_id"], followed(viewer, t)),
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
        let seen = Self::Row::read(row, prefix, &["text", "origin", "casework", "handler"])?;
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
