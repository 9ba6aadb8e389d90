//! Residents, their consents, and volunteers.

use super::{Row, Rule, rows};

/// The rules.
pub(super) const FIELDS: &[Row] = rows! {
    Ambassador {
        Edge: deployments history municipality neighbourhoods offers poolPartner signals
            teamMemberships trainings;
        Record: allowedActions createdAt displayName id publicContact publicProfile roles status
            updatedAt version wholeMunicipality;
        Shown("briefing"): briefedOn;
    }
    Consent {
        Edge: history partner resident;
        Record: allowedActions createdAt givenAt id kind method updatedAt version withdrawnAt;
    }
    Resident {
        Edge: consents history municipality neighbourhood signals;
        Purpose: contact;
        Record: createdAt erasedAt id inCohort updatedAt version withheld;
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
    WithheldField {
        Answer: field reason;
    }
    Mutation {
        Decided("ambassador MANAGE"): ambassadorActivate ambassadorAssign ambassadorBrief
            ambassadorLeave ambassadorPause ambassadorUpdate;
        Decided("ambassador REGISTER"): ambassadorRegister;
        Decided("consent RECORD"): consentRecord;
        Decided("consent WITHDRAW"): consentWithdraw;
        Decided("resident RECORD"): residentRecord;
        Decided("resident UPDATE"): residentUpdate;
    }
    Query {
        Scoped: ambassador ambassadors resident residents;
    }
    @payloads {
        ambassador: AmbassadorActivate AmbassadorAssign AmbassadorBrief AmbassadorLeave
            AmbassadorPause AmbassadorRegister AmbassadorUpdate;
        consent: ConsentRecord ConsentWithdraw;
        resident: ResidentRecord ResidentUpdate;
    }
};
