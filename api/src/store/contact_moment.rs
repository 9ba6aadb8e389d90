//! Contact moments are case notes: for the coordinator, the partner that handles the signal while it
//! is open, the target of the referral they belong to, and whoever wrote them; those of a referral
//! close to its partners when the resident withdraws the consent on which it rests. What was said, the
//! handler reads where the resident's notes are disclosed to it. What was written under professional
//! secrecy is only for those of them who are bound by it, until the resident lifts it.

use nabij_entity::{consent::ConsentKind, contact_moment};
use sea_orm::{
    DbErr, QueryResult,
    sea_query::{Alias, Expr, ExprTrait},
};

use super::{
    Kind, Record, consent,
    record::{Edge, Guard, How, Seen},
    referral, scope, signal,
};
use crate::policy::Viewer;

/// The viewer wrote it, their organisation did, or they coordinate the place for the municipality.
fn own(viewer: &Viewer, t: &Alias) -> Expr {
    scope::any([
        scope::coordinated(viewer, t),
        scope::among(t, "author_ambassador_id", viewer.ambassadors()),
        scope::all([
            scope::among(t, "author_partner_id", viewer.staffed_partners()),
            is_shared(t),
        ]),
    ])
}

/// It is on no referral, or what that rests on holds: a partner keeps nothing of a case that the
/// resident closed to it, what it wrote itself neither (GDPR article 7(3)).
fn is_shared(t: &Alias) -> Expr {
    let referrals = Alias::new("referrals");
    let of_it = scope::col(&referrals, "id").equals((t.clone(), "referral_id"));
    scope::any([
        scope::col(t, "referral_id").is_null(),
        scope::exists(
            "referrals",
            scope::all([of_it, referral::still_shared(&referrals)]),
        ),
    ])
}

/// The viewer works for the partner that handles the signal, of which `handles` says how, or for the
/// target of the referral it belongs to. The column holds the partner for which `partner` holds.
fn helps(
    viewer: &Viewer,
    t: &Alias,
    handles: fn(&Viewer, &Alias) -> Expr,
    partner: fn(&Alias, &'static str) -> Expr,
) -> Expr {
    let (signals, referrals) = (Alias::new("signals"), Alias::new("referrals"));
    let by_handling = scope::all([
        Expr::col(("signals", "id")).equals((t.clone(), "signal_id")),
        handles(viewer, &signals),
        partner(&signals, "handler_partner_id"),
    ]);
    let served = scope::all([
        Expr::col(("referrals", "id")).equals((t.clone(), "referral_id")),
        referral::serves(viewer, &referrals),
        partner(&referrals, "to_partner_id"),
    ]);
    scope::any([
        scope::exists("signals", by_handling),
        scope::exists("referrals", served),
    ])
}

/// Any partner.
fn anyone(_t: &Alias, _column: &'static str) -> Expr {
    scope::everything()
}

/// The partner in this column works under professional secrecy itself.
fn is_bound(t: &Alias, column: &'static str) -> Expr {
    let bound = scope::all([
        Expr::col(("partners", "id")).equals((t.clone(), column)),
        Expr::col(("partners", "secrecy")).eq("PROFESSIONAL_SECRECY"),
    ]);
    scope::exists("partners", bound)
}

/// The resident whom the signal is about lifted the secrecy, and didn't take that back.
fn lifted(t: &Alias) -> Expr {
    let resident = (Alias::new("signals"), "resident_id");
    let about = scope::all([
        Expr::col(("signals", "id")).equals((t.clone(), "signal_id")),
        consent::in_force(ConsentKind::LiftSecrecy, resident),
    ]);
    scope::exists("signals", about)
}

impl Record for contact_moment::Entity {
    const KIND: Kind = Kind::ContactMoment;
    type Row = Seen<contact_moment::Model>;

    fn scope(viewer: &Viewer, t: &Alias) -> Expr {
        scope::any([own(viewer, t), helps(viewer, t, signal::handles, anyone)])
    }

    fn guards(viewer: &Viewer, t: &Alias) -> Vec<Guard> {
        let told = helps(viewer, t, signal::tells, anyone);
        let open = scope::any([
            scope::col(t, "secrecy").ne("PROFESSIONAL_SECRECY"),
            lifted(t),
        ]);
        let shown = scope::any([
            own(viewer, t),
            scope::all([told, open]),
            helps(viewer, t, signal::tells, is_bound),
        ]);
        vec![Guard::nulling("note", &["note"], shown)]
    }

    fn edges() -> &'static [Edge] {
        const EDGES: &[Edge] = &[
            Edge {
                name: "signal",
                to: Kind::Signal,
                how: How::One("signal_id"),
            },
            Edge {
                name: "referral",
                to: Kind::Referral,
                how: How::One("referral_id"),
            },
            Edge {
                name: "ambassador",
                to: Kind::Ambassador,
                how: How::One("author_ambassador_id"),
            },
            Edge {
                name: "partner",
                to: Kind::Partner,
                how: How::One("author_partner_id"),
            },
        ];
        EDGES
    }

    fn decode(row: &QueryResult, prefix: &str) -> Result<Self::Row, DbErr> {
        Seen::read(row, prefix, &["note"])
    }
}
