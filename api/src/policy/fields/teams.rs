//! Teams, what they learnt, and where volunteers are deployed.

use super::{Row, Rule, rows};

/// The rules.
pub(super) const FIELDS: &[Row] = rows! {
    Deployment {
        Edge: ambassador history municipality neighbourhood;
        Record: allowedActions createdAt current endsAt id startsAt updatedAt version;
    }
    Team {
        Edge: contactPartner history initiative members municipality neighbourhoods trainings;
        Open: allowedActions createdAt description id name publicContact updatedAt version;
        Shown("contact"): contactDetails contactName;
    }
    TeamMember {
        Edge: ambassador partner team;
        Record: allowedActions createdAt displayName id joinedOn leftOn task updatedAt version;
    }
    Training {
        Edge: ambassadors history municipality professionals provider team;
        Record: createdAt heldOn id kind minutes title updatedAt version;
    }
    Mutation {
        Decided("deployment CREATE"): deploymentCreate;
        Decided("deployment MANAGE"): deploymentEnd;
        Decided("team CREATE"): teamCreate;
        Decided("team MANAGE"): teamMemberAdd teamMemberLeave teamUpdate trainingRecord;
    }
    Query {
        Scoped: deployment deployments team teams training trainings;
    }
    @payloads {
        deployment: DeploymentCreate DeploymentEnd;
        team: TeamCreate TeamUpdate;
        teamMember: TeamMemberAdd TeamMemberLeave;
        training: TrainingRecord;
    }
};
