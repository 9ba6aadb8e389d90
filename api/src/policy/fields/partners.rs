//! Partners and their services.

use super::{Row, Rule, rows};

/// The rules.
pub(super) const FIELDS: &[Row] = rows! {
    Capacity {
        Open: available maximum updatedAt;
    }
    OnboardChange {
        Answer: subject what;
    }
    Partner {
        Edge: activities bookables history identifiers neighbourhoods pool services;
        Open: allowedActions createdAt email id kind name phone poolName reference secrecy status
            updatedAt version website;
    }
    PartnerIdentifier {
        Open: scheme value;
    }
    PartnerOnboardPayload {
        Answer: changes partner userErrors;
    }
    Service {
        Edge: history neighbourhoods partner;
        Open: allowedActions capacity categories createdAt description id name reference status
            targetGroups updatedAt version;
    }
    Mutation {
        Decided("partner MANAGE"): partnerActivate partnerOffboard partnerOnboard partnerSuspend;
        Decided("service MANAGE"): serviceCloseTemporarily serviceEnd serviceOpen
            serviceUpdateCapacity;
    }
    Query {
        Scoped: partner partners service services;
    }
    @payloads {
        partner: PartnerActivate PartnerOffboard PartnerSuspend;
        service: ServiceCloseTemporarily ServiceEnd ServiceOpen ServiceUpdateCapacity;
    }
};
