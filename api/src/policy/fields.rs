//! For every field of the schema: who may read it, and by what that is held.
//!
//! The rules here don't hold anything by themselves. [`Rule::Scoped`], [`Rule::Edge`] and
//! [`Rule::Shown`] are held by the store, which puts scope and guards into every statement, and
//! [`Rule::Decided`] by [`super::decide()`]. This is the list that makes somebody who adds a field
//! say which it is: `tests/it/policy.rs` refuses a field without a row, and a row that doesn't agree
//! with the store's edges and guards.

/// By what a field is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Part of the public directory: whoever sees the record, and that needs no account.
    Open,
    /// Whoever may see the record.
    Record,
    /// Only where the record's guard of this name shows it; elsewhere null or empty.
    Shown(&'static str),
    /// Another record or list of records, as far as their own scope shows them.
    Edge,
    /// Records, as far as their scope shows them.
    Scoped,
    /// Only with a purpose, which is written to the access log.
    Purpose,
    /// A use case that asks the policy for this action.
    Decided(&'static str),
    /// Part of the answer to what was asked; says nothing of its own.
    Answer,
}

/// Fields of one type that are held by the same rule.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The type.
    pub of: &'static str,
    /// The rule.
    pub rule: Rule,
    /// The fields.
    pub fields: &'static [&'static str],
}

macro_rules! rows {
    ($($of:ident { $($rule:ident $(($what:literal))? : $($field:ident)+ ;)+ })+) => {
        &[$($(Row {
            of: stringify!($of),
            rule: Rule::$rule $(($what))?,
            fields: &[$(stringify!($field)),+],
        }),+),+]
    };
}

/// Every field but those of connections, which are made in one place and show what their records'
/// scope shows.
pub const FIELDS: &[Row] = rows! {
    Ambassador {
        Edge: history municipality neighbourhoods poolPartner signals;
        Record: allowedActions createdAt displayName id publicContact publicProfile roles
            status updatedAt version wholeMunicipality;
        Shown("briefing"): briefedOn;
    }
    AmbassadorActivatePayload {
        Answer: ambassador userErrors;
    }
    AmbassadorAssignPayload {
        Answer: ambassador userErrors;
    }
    AmbassadorBriefPayload {
        Answer: ambassador userErrors;
    }
    AmbassadorLeavePayload {
        Answer: ambassador userErrors;
    }
    AmbassadorPausePayload {
        Answer: ambassador userErrors;
    }
    AmbassadorRegisterPayload {
        Answer: ambassador userErrors;
    }
    AmbassadorUpdatePayload {
        Answer: ambassador userErrors;
    }
    AreaCode {
        Open: code scheme validFrom validUntil;
    }
    Capacity {
        Open: available maximum updatedAt;
    }
    Consent {
        Edge: history partner resident;
        Record: allowedActions createdAt givenAt id kind method updatedAt version
            withdrawnAt;
    }
    ConsentRecordPayload {
        Answer: consent userErrors;
    }
    ConsentWithdrawPayload {
        Answer: consent userErrors;
    }
    ContactMoment {
        Edge: ambassador partner referral signal;
        Record: at createdAt id kind note outcome updatedAt version;
    }
    ContactMomentRecordPayload {
        Answer: contactMoment userErrors;
    }
    Evaluation {
        Edge: initiative;
        Open: barriers createdAt evaluatedOn id impact lastingImpact recommendation
            strengths updatedAt version;
    }
    Event {
        Edge: actorPartner;
        Record: actorRole at from id kind to;
    }
    Feedback {
        Edge: partner referral;
        Record: createdAt giver id score text updatedAt version;
    }
    FeedbackGivePayload {
        Answer: feedback userErrors;
    }
    Initiative {
        Edge: evaluations history municipality neighbourhoods partners;
        Open: createdAt description endsOn id minimumAge name reference startsOn
            targetGroups updatedAt version website;
    }
    InitiativeCreatePayload {
        Answer: initiative userErrors;
    }
    InitiativeEvaluatePayload {
        Answer: evaluation userErrors;
    }
    InitiativeUpdatePayload {
        Answer: initiative userErrors;
    }
    Municipality {
        Edge: history initiatives neighbourhoods;
        Open: code codeScheme country createdAt id name updatedAt version;
    }
    MunicipalityCreatePayload {
        Answer: municipality userErrors;
    }
    Mutation {
        Decided("access MANAGE"): roleEnd roleGrant userBlock userRegister userUnblock;
        Decided("ambassador MANAGE"): ambassadorActivate ambassadorAssign ambassadorBrief
            ambassadorLeave ambassadorPause ambassadorUpdate;
        Decided("ambassador REGISTER"): ambassadorRegister;
        Decided("consent RECORD"): consentRecord;
        Decided("consent WITHDRAW"): consentWithdraw;
        Decided("signal RECORD CONTACT"): contactMomentRecord;
        Decided("referral GIVE FEEDBACK"): feedbackGive;
        Decided("initiative CREATE"): initiativeCreate;
        Decided("initiative MANAGE"): initiativeEvaluate initiativeUpdate;
        Decided("partner MANAGE"): partnerActivate partnerOffboard partnerOnboard
            partnerSuspend;
        Decided("place MANAGE"): municipalityCreate neighbourhoodCreate neighbourhoodUpdate;
        Decided("referral ACCEPT"): referralAccept;
        Decided("referral CANCEL"): referralCancel;
        Decided("referral COMPLETE"): referralComplete;
        Decided("referral CREATE"): referralCreate;
        Decided("referral FAIL"): referralFail;
        Decided("referral HOLD"): referralHold;
        Decided("referral REJECT"): referralReject;
        Decided("referral RESUME"): referralResume;
        Decided("referral START"): referralStart;
        Decided("resident RECORD"): residentRecord;
        Decided("resident UPDATE"): residentUpdate;
        Decided("service MANAGE"): serviceCloseTemporarily serviceEnd serviceOpen
            serviceUpdateCapacity;
        Decided("signal DISMISS"): signalDismiss;
        Decided("signal REOPEN"): signalReopen;
        Decided("signal RESOLVE"): signalResolve;
        Decided("signal START"): signalStart;
        Decided("signal SUBMIT"): signalSubmit signalSubmitMany;
        Decided("signal TRIAGE"): signalTriage;
        Decided("signal WITHDRAW"): signalWithdraw;
    }
    Neighbourhood {
        Edge: ambassadors areaCodes history municipality parent partners services signals;
        Open: createdAt id name updatedAt version;
    }
    NeighbourhoodCreatePayload {
        Answer: neighbourhood userErrors;
    }
    NeighbourhoodUpdatePayload {
        Answer: neighbourhood userErrors;
    }
    OnboardChange {
        Answer: subject what;
    }
    Partner {
        Edge: history identifiers neighbourhoods services;
        Open: allowedActions createdAt email id kind name phone reference secrecy status
            updatedAt version website;
    }
    PartnerActivatePayload {
        Answer: partner userErrors;
    }
    PartnerIdentifier {
        Open: scheme value;
    }
    PartnerOffboardPayload {
        Answer: partner userErrors;
    }
    PartnerOnboardPayload {
        Answer: changes partner userErrors;
    }
    PartnerSuspendPayload {
        Answer: partner userErrors;
    }
    Query {
        Scoped: ambassador ambassadors initiative initiatives me municipalities municipality
            neighbourhood neighbourhoods node nodes partner partners referral referrals resident
            residents service services signal signals user users;
    }
    Referral {
        Edge: contactMoments feedback fromPartner history neighbourhood replaces resident
            service signal toPartner;
        Record: acceptedAt allowedActions basis cancelCause closedAt createdAt
            disclosedFields id outcome rejectReason status updatedAt version;
        Shown("casework"): basisJustification outcomeNote reason statusNote;
    }
    ReferralAcceptPayload {
        Answer: referral userErrors;
    }
    ReferralCancelPayload {
        Answer: referral userErrors;
    }
    ReferralCompletePayload {
        Answer: referral userErrors;
    }
    ReferralCreatePayload {
        Answer: referral userErrors;
    }
    ReferralFailPayload {
        Answer: referral userErrors;
    }
    ReferralHoldPayload {
        Answer: referral userErrors;
    }
    ReferralRejectPayload {
        Answer: referral userErrors;
    }
    ReferralResumePayload {
        Answer: referral userErrors;
    }
    ReferralStartPayload {
        Answer: referral userErrors;
    }
    Resident {
        Edge: consents history municipality neighbourhood signals;
        Purpose: contact;
        Record: createdAt id updatedAt version withheld;
        Shown("birth_year"): birthYear;
        Shown("languages"): languages;
        Shown("name"): familyName givenName;
        Shown("notes"): notes;
        Shown("target_groups"): targetGroups;
    }
    ResidentContact {
        Record: preferredChannel;
        Shown("address"): address;
        Shown("email"): email;
        Shown("phone"): phone;
    }
    ResidentRecordPayload {
        Answer: resident userErrors;
    }
    ResidentUpdatePayload {
        Answer: resident userErrors;
    }
    RoleEndPayload {
        Answer: role userErrors;
    }
    RoleGrant {
        Edge: ambassador municipality neighbourhood partner user;
        Record: createdAt id role updatedAt validFrom validUntil version;
    }
    RoleGrantPayload {
        Answer: role userErrors;
    }
    Service {
        Edge: history neighbourhoods partner;
        Open: allowedActions capacity categories createdAt description id name reference
            status targetGroups updatedAt version;
    }
    ServiceCloseTemporarilyPayload {
        Answer: service userErrors;
    }
    ServiceEndPayload {
        Answer: service userErrors;
    }
    ServiceOpenPayload {
        Answer: service userErrors;
    }
    ServiceUpdateCapacityPayload {
        Answer: service userErrors;
    }
    Signal {
        Edge: ambassador contactMoments duplicateOf handler history municipality
            neighbourhood referrals reporterPartner resident;
        Record: allowedActions category choreKind createdAt dismissReason dueAt
            externalReference id inflowChannel kind outcome overdue source status title
            updatedAt urgency version;
        Shown("casework"): outcomeNote;
        Shown("text"): text;
    }
    SignalDismissPayload {
        Answer: signal userErrors;
    }
    SignalReopenPayload {
        Answer: signal userErrors;
    }
    SignalResolvePayload {
        Answer: signal userErrors;
    }
    SignalStartPayload {
        Answer: signal userErrors;
    }
    SignalSubmitPayload {
        Answer: signal userErrors;
    }
    SignalSubmitManyPayload {
        Answer: results userErrors;
    }
    SignalSubmitResult {
        Answer: signal userErrors;
    }
    SignalTriagePayload {
        Answer: signal userErrors;
    }
    SignalWithdrawPayload {
        Answer: signal userErrors;
    }
    User {
        Edge: history roles;
        Record: allowedActions createdAt displayName id issuer kind status subject updatedAt
            version;
    }
    UserBlockPayload {
        Answer: user userErrors;
    }
    UserError {
        Answer: allowed attempted code currentVersion from message path;
    }
    UserRegisterPayload {
        Answer: user userErrors;
    }
    UserUnblockPayload {
        Answer: user userErrors;
    }
    WithheldField {
        Answer: field reason;
    }
};

/// The rule of a field.
#[must_use]
pub fn rule(of: &str, field: &str) -> Option<Rule> {
    FIELDS
        .iter()
        .find(|row| row.of == of && row.fields.contains(&field))
        .map(|row| row.rule)
}
