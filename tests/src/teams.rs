//! What people do with teams, trainings and deployments.

use serde_json::{Value, json};

use crate::{Answer, Person, Record};

impl Person {
    /// Founds a team.
    pub async fn founds_team(&self, input: Value) -> Answer {
        let shown = "id version name contactName contactDetails contactPartner { name } \
            neighbourhoods(first: 9) { nodes { name } } allowedActions";
        self.does("teamCreate", "team", shown, input).await
    }

    /// Lets somebody join a team: `{"ambassador": …}` or `{"professional": …}`.
    pub async fn adds_to_team(&self, team: &Record, who: Value) -> Answer {
        let input = json!({ "team": team.id, "who": who });
        let shown = "id version displayName ambassador { displayName } partner { name } joinedOn \
            leftOn allowedActions";
        self.does("teamMemberAdd", "teamMember", shown, input).await
    }

    /// Records a training or a peer review.
    pub async fn records_training(&self, input: Value) -> Answer {
        let shown = "id version kind title heldOn minutes provider { name } \
            ambassadors(first: 9) { nodes { displayName } } \
            professionals(first: 9) { nodes { displayName } }";
        self.does("trainingRecord", "training", shown, input).await
    }

    /// Deploys a volunteer in a neighbourhood (its id), with a period or from now on.
    pub async fn deploys(&self, volunteer: &Person, place: &str, period: Value) -> Answer {
        let mut input = period;
        input["ambassador"] = json!(volunteer.ambassador);
        input["neighbourhood"] = json!(place);
        let shown = "id version startsAt endsAt current allowedActions";
        self.does("deploymentCreate", "deployment", shown, input)
            .await
    }

    /// Ends a deployment.
    pub async fn ends_deployment(&self, deployment: &Record) -> Answer {
        self.takes("End", deployment, json!({})).await
    }
}
