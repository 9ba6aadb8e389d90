//! Signals, referrals, and what is said about them.

use super::{Row, Rule, rows};

/// The rules.
pub(super) const FIELDS: &[Row] = rows! {
    ContactMoment {
        Edge: ambassador partner referral signal;
        Record: at createdAt id kind noteWithheld outcome secrecy updatedAt version;
        Shown("note"): note;
    }
    Feedback {
        Edge: ambassador callOut partner referral;
        Record: createdAt giver id score text updatedAt version;
    }
    Referral {
        Edge: callOuts contactMoments feedback fromPartner history neighbourhood requestedBy signal
            toPartner;
        Record: acceptedAt allowedActions basis cancelCause closedAt createdAt disclosedFields
            id status updatedAt version;
        Shown("case"): outcome rejectReason;
        Shown("casework"): outcomeNote reason statusNote;
        Shown("justification"): basisJustification;
        ShownEdge("case"): activity replaces resident service;
    }
    Signal {
        Edge: ambassador contactMoments duplicateOf history municipality neighbourhood
            referrals reporterPartner resident;
        Record: allowedActions category choreKind contentRemovedAt createdAt dismissReason dueAt
            id inCohort inflowChannel kind outcome overdue status title updatedAt urgency version;
        Shown("casework"): outcomeNote;
        Shown("disclosed"): handlerDisclosedFields;
        Shown("handling"): handlerBasis handlerBasisJustification;
        Shown("origin"): externalReference source;
        Shown("text"): text;
        ShownEdge("handler"): handler;
    }
    SignalSubmitResult {
        Answer: signal userErrors;
    }
    Mutation {
        Decided("signal RECORD CONTACT"): contactMomentRecord;
        Decided("referral GIVE FEEDBACK"): feedbackGive;
        Decided("referral ACCEPT"): referralAccept;
        Decided("referral CANCEL"): referralCancel;
        Decided("referral COMPLETE"): referralComplete;
        Decided("referral CREATE"): referralCreate;
        Decided("referral FAIL"): referralFail;
        Decided("referral HOLD"): referralHold;
        Decided("referral REJECT"): referralReject;
        Decided("referral RESUME"): referralResume;
        Decided("referral START"): referralStart;
        Decided("signal DISMISS"): signalDismiss;
        Decided("signal REOPEN"): signalReopen;
        Decided("signal RESOLVE"): signalResolve;
        Decided("signal START"): signalStart;
        Decided("signal SUBMIT"): signalSubmit signalSubmitMany;
        Decided("signal TRIAGE"): signalTriage;
        Decided("signal WITHDRAW"): signalWithdraw;
    }
    Query {
        Scoped: referral referrals signal signals;
    }
    @payloads {
        contactMoment: ContactMomentRecord;
        feedback: FeedbackGive;
        referral: ReferralAccept ReferralCancel ReferralComplete ReferralCreate ReferralFail
            ReferralHold ReferralReject ReferralResume ReferralStart;
        results: SignalSubmitMany;
        signal: SignalDismiss SignalReopen SignalResolve SignalStart SignalSubmit SignalTriage
            SignalWithdraw;
    }
};
