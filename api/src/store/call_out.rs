//! Call-outs. Volunteers of the pool that is called see the open ones, and those they answered: what
//! is asked, where and when, never about whom. The partner that calls and the one that referred see all
//! of theirs while what the referral rests on holds; the place's coordinator sees all.

use nabij_entity::{
    call_out::{self, CallOutStatus},
    consent::ConsentKind,
    offer::{self, OfferStatus},
    referral,
};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QueryResult, QuerySelect,
    sea_query::{Alias, Expr, ExprTrait},
};
use uuid::Uuid;

use super::{
    Cx, Failure, Kind, Record, Tx, consent, dialect,
    place::oldest,
    record::{Edge, Fact, Guard, How, Seen},
    referral as referrals, scope,
};
use crate::policy::Viewer;

/// The viewer is an active volunteer of the pool of the partner in `t`, for whom `also` holds.
fn in_pool(viewer: &Viewer, t: &Alias, also: Expr) -> Expr {
    let a = Alias::new("ambassadors");
    let own = scope::among(&a, "id", viewer.ambassadors());
    if own == scope::nothing() {
        return own;
    }
    let of_pool = scope::col(&a, "pool_partner_id").equals((t.clone(), "partner_id"));
    let active = scope::col(&a, "status").eq("ACTIVE");
    scope::exists("ambassadors", scope::all([own, of_pool, active, also]))
}

/// The volunteer in `ambassadors` was briefed, and is there to help.
fn may_help() -> Expr {
    let a = Alias::new("ambassadors");
    let does = |role: &str| scope::col(&a, "roles").like(format!("%,{role},%"));
    scope::all([
        scope::col(&a, "briefed_on").is_not_null(),
        does("HELPER").or(does("BUDDY")),
    ])
}

/// The resident whom the call-out in `t` is about accepts help, or it is about nobody in particular:
/// nobody is sent to somebody who doesn't want it (GDPR articles 6(1)(a) and 7(3)).
pub(super) fn help_is_welcome(t: &Alias) -> Expr {
    scope::any([
        scope::col(t, "resident_id").is_null(),
        consent::in_force(ConsentKind::AcceptHelp, (t.clone(), "resident_id")),
    ])
}

/// The viewer is the volunteer who was selected, and still may help: whoever takes a break or leaves
/// the pool stops seeing at once, and whoever isn't welcome any more.
fn selected(viewer: &Viewer, t: &Alias) -> Expr {
    let they = Expr::col(("ambassadors", "id")).equals((t.clone(), "selected_ambassador_id"));
    scope::all([
        scope::col(t, "status").eq("FILLED"),
        scope::col(t, "closed_at").is_null(),
        in_pool(viewer, t, scope::all([they, may_help()])),
        help_is_welcome(t),
    ])
}

/// The viewer is the selected volunteer of a filled call-out on the open referral in `referral`.
pub(super) fn helps(viewer: &Viewer, referral: &Alias) -> Expr {
    let call_outs = Alias::new("call_outs");
    scope::linked(
        referral,
        "call_outs",
        "referral_id",
        selected(viewer, &call_outs),
    )
}

/// What the referral rests on still holds: a consent that is withdrawn closes what the partners wrote
/// about the case as it closes the case (GDPR article 7(3)).
fn shared(t: &Alias, also: Expr) -> Expr {
    if also == scope::nothing() {
        return also;
    }
    let r = Alias::new("referrals");
    let of_call_out = scope::col(&r, "id").equals((t.clone(), "referral_id"));
    let holds = scope::all([of_call_out, referrals::still_shared(&r), also]);
    scope::exists("referrals", holds)
}

/// What the referral behind the offer in `t` rests on still holds, and so does `also`.
pub(super) fn of_shared(t: &Alias, also: Expr) -> Expr {
    let call_outs = Alias::new("call_outs");
    let of_offer = scope::col(&call_outs, "id").equals((t.clone(), "call_out_id"));
    let holds = shared(&call_outs, also);
    scope::exists("call_outs", scope::all([of_offer, holds]))
}

/// The viewer runs it: for the partner that calls, or as the place's coordinator.
fn runs(viewer: &Viewer, t: &Alias) -> Expr {
    let calls = scope::among(t, "partner_id", viewer.staffed_partners());
    scope::any([scope::coordinated(viewer, t), shared(t, calls)])
}

/// The viewer works for the partner that referred.
fn sent(viewer: &Viewer, t: &Alias) -> Expr {
    let r = Alias::new("referrals");
    let from = scope::among(&r, "from_partner_id", viewer.staffed_partners());
    shared(t, from)
}

/// The viewer answered it, with an offer for which `also` holds.
fn answered(viewer: &Viewer, t: &Alias, also: Expr) -> Expr {
    let offers = Alias::new("offers");
    let own = scope::among(&offers, "ambassador_id", viewer.ambassadors());
    scope::linked(t, "offers", "call_out_id", scope::all([own, also]))
}

impl Record for call_out::Entity {
    const KIND: Kind = Kind::CallOut;
    type Row = Seen<call_out::Model>;

    fn scope(viewer: &Viewer, t: &Alias) -> Expr {
        let open = scope::col(t, "status").eq("OPEN");
        scope::any([
            runs(viewer, t),
            sent(viewer, t),
            scope::all([open, in_pool(viewer, t, scope::everything())]),
            answered(viewer, t, scope::everything()),
        ])
    }

    /// Who offered and who dropped out concerns those who run it.
    fn history_scope(viewer: &Viewer, t: &Alias) -> Expr {
        scope::any([runs(viewer, t), sent(viewer, t)])
    }

    fn guards(viewer: &Viewer, t: &Alias) -> Vec<Guard> {
        vec![
            Guard::nulling(
                "details",
                &["details"],
                scope::any([runs(viewer, t), shared(t, selected(viewer, t))]),
            ),
            Guard::nulling(
                "casework",
                &["status_note"],
                scope::any([runs(viewer, t), sent(viewer, t)]),
            ),
        ]
    }

    fn facts(viewer: &Viewer, t: &Alias) -> Vec<Fact> {
        let live = Expr::col(("offers", "status")).is_in(["OFFERED", "SELECTED"]);
        vec![Fact {
            name: "may_offer",
            wanted_by: "allowedActions",
            holds: scope::all([
                in_pool(viewer, t, may_help()),
                answered(viewer, t, live).not(),
            ]),
        }]
    }

    fn edges() -> &'static [Edge] {
        const EDGES: &[Edge] = &[
            Edge {
                name: "referral",
                to: Kind::Referral,
                how: How::One("referral_id"),
            },
            Edge {
                name: "signal",
                to: Kind::Signal,
                how: How::One("signal_id"),
            },
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
                name: "partner",
                to: Kind::Partner,
                how: How::One("partner_id"),
            },
            Edge {
                name: "resident",
                to: Kind::Resident,
                how: How::One("resident_id"),
            },
            Edge {
                name: "selectedOffer",
                to: Kind::Offer,
                how: How::One("selected_offer_id"),
            },
            Edge {
                name: "offers",
                to: Kind::Offer,
                how: How::Many("call_out_id", oldest),
            },
            Edge {
                name: "feedback",
                to: Kind::Feedback,
                how: How::Many("call_out_id", super::place::newest),
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
        let seen = Self::Row::read(row, prefix, &["details", "casework"])?;
        Ok(seen.with_fact("may_offer", row.try_get(prefix, "may_offer")?))
    }
}

impl Cx {
    /// Call-outs whose deadline has passed with nobody selected, the longest ago first: at most
    /// `limit`, each with the referral it is for.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn call_outs_past_deadline(&self, limit: u64) -> Result<Vec<Uuid>, Failure> {
        let rows: Vec<(Uuid,)> = call_out::Entity::find()
            .select_only()
            .column(call_out::Column::Id)
            .filter(call_out::Column::Status.eq(CallOutStatus::Open))
            .filter(call_out::Column::Deadline.lte(self.now()))
            .order_by_asc(call_out::Column::Deadline)
            .order_by_asc(call_out::Column::Id)
            .limit(limit)
            .into_tuple()
            .all(&self.reader())
            .await?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }
}

/// Locks are taken in one order, so that nobody waits for somebody who waits for them: the consent,
/// the referral, then its call-out, then the offers. Whoever starts from a call-out or an offer looks
/// up, without a lock, what stands before it.
impl Tx {
    /// The referral that a call-out is for, whoever asks: to lock it first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn referral_of_call_out(&self, call_out: Uuid) -> Result<Option<Uuid>, Failure> {
        let found: Option<(Uuid,)> = call_out::Entity::find_by_id(call_out)
            .select_only()
            .column(call_out::Column::ReferralId)
            .into_tuple()
            .one(&self.connection())
            .await?;
        Ok(found.map(|(id,)| id))
    }

    /// The call-out that an offer answers, whoever asks: to lock it first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn call_out_of_offer(&self, offer: Uuid) -> Result<Option<Uuid>, Failure> {
        let found: Option<(Uuid,)> = offer::Entity::find_by_id(offer)
            .select_only()
            .column(offer::Column::CallOutId)
            .into_tuple()
            .one(&self.connection())
            .await?;
        Ok(found.map(|(id,)| id))
    }

    /// The resident whom an offer is about, whoever asks: to lock their consent before the rest. None
    /// when it is about nobody in particular, or there is no such offer.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn resident_of_offer(&self, offer: Uuid) -> Result<Option<Uuid>, Failure> {
        let Some(call_out) = self.call_out_of_offer(offer).await? else {
            return Ok(None);
        };
        let found: Option<(Option<Uuid>,)> = call_out::Entity::find_by_id(call_out)
            .select_only()
            .column(call_out::Column::ResidentId)
            .into_tuple()
            .one(&self.connection())
            .await?;
        Ok(found.and_then(|(id,)| id))
    }

    /// The referrals with a call-out about this resident that isn't over, in the order in which to
    /// lock them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn referrals_called_out_for(&self, resident: Uuid) -> Result<Vec<Uuid>, Failure> {
        let rows: Vec<(Uuid,)> = call_out::Entity::find()
            .select_only()
            .column(call_out::Column::ReferralId)
            .filter(call_out::Column::ResidentId.eq(resident))
            .filter(call_out::Column::ClosedAt.is_null())
            .order_by_asc(call_out::Column::ReferralId)
            .into_tuple()
            .all(&self.connection())
            .await?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    /// The referral, locked, whoever asks: for what happens to it by way of its call-out.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn locked_referral(&self, id: Uuid) -> Result<referral::Model, Failure> {
        let mut select = referral::Entity::find_by_id(id);
        dialect::for_update(self.backend(), QuerySelect::query(&mut select));
        select
            .one(&self.connection())
            .await?
            .ok_or(Failure::Bug("a call-out without its referral"))
    }

    /// The call-out, locked, whoever asks: for what happens to it without a request.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn locked_call_out(&self, id: Uuid) -> Result<Option<call_out::Model>, Failure> {
        let mut select = call_out::Entity::find_by_id(id);
        dialect::for_update(self.backend(), QuerySelect::query(&mut select));
        Ok(select.one(&self.connection()).await?)
    }

    /// The call-out on this referral that isn't over, locked. There is at most one: whoever opens
    /// one holds the referral locked.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn live_call_out(&self, referral: Uuid) -> Result<Option<call_out::Model>, Failure> {
        let mut select = call_out::Entity::find()
            .filter(call_out::Column::ReferralId.eq(referral))
            .filter(call_out::Column::ClosedAt.is_null());
        dialect::for_update(self.backend(), QuerySelect::query(&mut select));
        Ok(select.one(&self.connection()).await?)
    }

    /// The call-out that found a volunteer for this referral, if one did.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn filled_call_out(&self, referral: Uuid) -> Result<Option<Uuid>, Failure> {
        let found: Option<(Uuid,)> = call_out::Entity::find()
            .select_only()
            .column(call_out::Column::Id)
            .filter(call_out::Column::ReferralId.eq(referral))
            .filter(call_out::Column::Status.eq(CallOutStatus::Filled))
            .into_tuple()
            .one(&self.connection())
            .await?;
        Ok(found.map(|(id,)| id))
    }

    /// Offers on this call-out that still wait for an answer, locked.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn waiting_offers(&self, call_out: Uuid) -> Result<Vec<offer::Model>, Failure> {
        let mut select = offer::Entity::find()
            .filter(offer::Column::CallOutId.eq(call_out))
            .filter(offer::Column::Status.eq(OfferStatus::Offered))
            .order_by_asc(offer::Column::Id);
        dialect::for_update(self.backend(), QuerySelect::query(&mut select));
        Ok(select.all(&self.connection()).await?)
    }

    /// Whether this volunteer has an offer on this call-out that wasn't taken back. The caller holds
    /// the call-out locked.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn has_live_offer(&self, call_out: Uuid, by: Uuid) -> Result<bool, Failure> {
        Ok(offer::Entity::find()
            .filter(offer::Column::CallOutId.eq(call_out))
            .filter(offer::Column::AmbassadorId.eq(by))
            .filter(offer::Column::Status.is_in([OfferStatus::Offered, OfferStatus::Selected]))
            .one(&self.connection())
            .await?
            .is_some())
    }
}

/// The viewer is the selected volunteer of a call-out on an open referral of the resident in `t`;
/// with a field, one that the referral discloses. It is open to them while the referral is open, what
/// it rests on holds, and the resident accepts help.
pub(super) fn volunteer_serves(viewer: &Viewer, t: &Alias, field: Option<&'static str>) -> Expr {
    let r = Alias::new("referrals");
    scope::linked(
        t,
        "referrals",
        "resident_id",
        scope::all([referrals::open_for(&r, field), helps(viewer, &r)]),
    )
}
