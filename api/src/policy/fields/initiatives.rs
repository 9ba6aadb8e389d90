//! Initiatives and their evaluations.

use super::{Row, Rule, rows};

/// The rules.
pub(super) const FIELDS: &[Row] = rows! {
    Advisor {
        Edge: ambassador initiative partner;
        Open: createdAt id position updatedAt version;
    }
    Evaluation {
        Edge: initiative;
        Open: barriers createdAt evaluatedOn id impact lastingImpact recommendation strengths
            updatedAt version;
    }
    Initiative {
        Edge: activities advisors evaluations fundingLines history municipality neighbourhoods
            partners plans series teams;
        Open: budget createdAt description endsOn id minimumAge name reference startsOn targetGroups
            updatedAt version website;
    }
    Mutation {
        Decided("initiative CREATE"): initiativeCreate;
        Decided("initiative MANAGE"): initiativeAdvisorAdd initiativeAdvisorRemove
            initiativeEvaluate initiativeUpdate;
    }
    Query {
        Scoped: initiative initiatives;
    }
    @payloads {
        advisor: InitiativeAdvisorAdd;
        evaluation: InitiativeEvaluate;
        initiative: InitiativeAdvisorRemove InitiativeCreate InitiativeUpdate;
    }
};
