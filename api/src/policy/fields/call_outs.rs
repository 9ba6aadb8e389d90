//! Call-outs to pools of volunteers, and their offers.

use super::{Row, Rule, rows};

/// The rules.
pub(super) const FIELDS: &[Row] = rows! {
    CallOut {
        Edge: feedback history municipality neighbourhood offers partner referral resident
            selectedOffer signal;
        Record: allowedActions category choreKind closedAt createdAt deadline endCause endsAt id
            startsAt status text title updatedAt version;
        Shown("casework"): statusNote;
        Shown("details"): details;
    }
    Offer {
        Edge: ambassador callOut history;
        Record: allowedActions createdAt id selectedAt status updatedAt version;
        Shown("notes"): note statusNote;
    }
    Mutation {
        Decided("call-out CANCEL"): callOutCancel;
        Decided("call-out CLOSE"): callOutClose;
        Decided("call-out OPEN"): callOutOpen;
        Decided("offer DECLINE"): offerDecline;
        Decided("offer MAKE"): offerMake;
        Decided("offer SELECT"): offerSelect;
        Decided("offer WITHDRAW"): offerWithdraw;
        Decided("pool MANAGE"): partnerNamePool;
    }
    Query {
        Scoped: callOut callOuts offer;
    }
    @payloads {
        callOut: CallOutCancel CallOutClose CallOutOpen;
        offer: OfferDecline OfferMake OfferSelect OfferWithdraw;
        partner: PartnerNamePool;
    }
};
