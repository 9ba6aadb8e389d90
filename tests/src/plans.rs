//! What people do with the plans of neighbourhoods, and with who pays.

use serde_json::{Value, json};

use crate::{Answer, Person, Record};

/// What is shown of a plan after each deed; its stage goes by the name of every record's state.
pub(crate) const SHOWN: &str = "id status: stage version updatedAt allowedActions";
/// What is shown of an action of a plan, or of a funding line.
pub(crate) const STEPWISE: &str = "id status version updatedAt allowedActions";

impl Person {
    /// Begins a plan; the input as a whole.
    pub async fn begins_plan(&self, input: Value) -> Answer {
        self.does("planCreate", "plan", SHOWN, input).await
    }

    /// Holds a session of a plan, at which people say something: pairs of a kind of finding, its
    /// category (empty for none) and the words.
    pub async fn holds_session(&self, plan: &Record, said: &[(&str, &str, &str)]) -> Answer {
        let findings: Vec<Value> = said
            .iter()
            .map(|(kind, category, text)| {
                let category = (!category.is_empty()).then_some(category);
                json!({ "kind": kind, "category": category, "text": text })
            })
            .collect();
        let input = json!({
            "plan": plan.id, "kind": "SOUNDING_BOARD", "headcount": 14,
            "mix": ["OLDER_PEOPLE", "FAMILIES", "INFORMAL_CARERS"], "findings": findings,
        });
        self.records_session(input).await
    }

    /// Puts a session on record; the input as a whole.
    pub async fn records_session(&self, input: Value) -> Answer {
        let shown = "id kind heldOn headcount mix \
            findings(first: 20) { nodes { kind category text } }";
        self.does("planSessionRecord", "session", shown, input)
            .await
    }

    /// Puts a finding on record by itself.
    pub async fn finds(&self, plan: &Record, finding: Value) -> Answer {
        let input = json!({ "plan": plan.id, "finding": finding });
        self.does(
            "planFindingRecord",
            "finding",
            "id kind category text",
            input,
        )
        .await
    }

    /// Adds an action to a plan, with what is known of it beyond its title.
    pub async fn adds_action(&self, plan: &Record, title: &str, with: Value) -> Answer {
        let mut input = with;
        input["plan"] = json!(plan.id);
        input["title"] = json!(title);
        let shown = "id title status owner version updatedAt allowedActions";
        self.does("planActionAdd", "planAction", shown, input).await
    }

    /// Writes down what people who are no partner promise to a plan, for good.
    pub async fn commits(&self, plan: &Record, party: &str, what: &str) -> Answer {
        let input = json!({ "plan": plan.id, "party": party, "what": what });
        self.makes_commitment(input).await
    }

    /// Promises something to a plan for good, for the partner they work for.
    pub async fn commits_itself(&self, plan: &Record, what: &str) -> Answer {
        let input = json!({
            "plan": plan.id, "party": "PARTNER", "partner": self.partner, "what": what,
        });
        self.makes_commitment(input).await
    }

    /// Promises something to a plan; the input as a whole.
    pub async fn makes_commitment(&self, input: Value) -> Answer {
        let shown = "id party partner { name } what from until version";
        self.does("planCommit", "commitment", shown, input).await
    }

    /// Ends a commitment on a day.
    pub async fn ends_commitment(&self, commitment: &Record, until: &str) -> Answer {
        let input = json!({ "id": commitment.id, "until": until });
        self.does("commitmentEnd", "commitment", "id until version", input)
            .await
    }

    /// Writes down that the residents stand behind a plan.
    pub async fn endorses_for_residents(&self, plan: &Record, how: &str) -> Answer {
        self.endorses_as(json!({ "plan": plan.id, "how": how }))
            .await
    }

    /// Says that the partner they work for stands behind a plan.
    pub async fn endorses(&self, plan: &Record, how: &str) -> Answer {
        self.endorses_as(json!({ "plan": plan.id, "partner": self.partner, "how": how }))
            .await
    }

    /// Endorses a plan; the input as a whole.
    pub async fn endorses_as(&self, input: Value) -> Answer {
        let shown = "id endorser partner { name } endorsedOn lapsedAt";
        self.does("planEndorse", "endorsement", shown, input).await
    }

    /// Begins to draw up the change plan.
    pub async fn drafts(&self, plan: &Record) -> Answer {
        self.takes("Draft", plan, json!({})).await
    }

    /// Takes a change plan back to the analysis.
    pub async fn returns(&self, plan: &Record, reason: &str) -> Answer {
        self.takes("Return", plan, json!({ "reason": reason }))
            .await
    }

    /// Adopts a plan.
    pub async fn adopts(&self, plan: &Record) -> Answer {
        self.takes("Adopt", plan, json!({})).await
    }

    /// Begins to carry a plan out.
    pub async fn executes(&self, plan: &Record) -> Answer {
        self.takes("Execute", plan, json!({})).await
    }

    /// Puts on record what came of a plan.
    pub async fn evaluates(&self, plan: &Record, strengths: &str) -> Answer {
        let with = json!({ "recommendation": 8, "impact": 7, "strengths": strengths });
        self.takes("Evaluate", plan, with).await
    }

    /// Anchors a plan.
    pub async fn anchors(&self, plan: &Record) -> Answer {
        self.takes("Anchor", plan, json!({})).await
    }

    /// Begins a plan for another neighbourhood from this one.
    pub async fn clones_plan(&self, plan: &Record, neighbourhood: &str) -> Answer {
        self.clones_plan_with(plan, neighbourhood, json!({})).await
    }

    /// The same with more to say.
    pub async fn clones_plan_with(
        &self,
        plan: &Record,
        neighbourhood: &str,
        with: Value,
    ) -> Answer {
        let mut input = with;
        input["plan"] = json!(plan.id);
        input["neighbourhood"] = json!(neighbourhood);
        self.does("planClone", "plan", SHOWN, input).await
    }

    /// Takes a new plan as far as adopted, with what each stage needs; the endorsing partner comes
    /// from somewhere else.
    pub async fn gets_adopted(&self, plan: &Record, partner: &Person) -> Record {
        let said = [("STRENGTH", "", "Neighbours greet each other")];
        self.holds_session(plan, &said).await.done();
        self.drafts(plan).await.done();
        self.endorses_for_residents(plan, "At the street party")
            .await
            .done();
        partner.endorses(plan, "By its board").await.done();
        self.adopts(plan).await.done()
    }

    /// Adds a funder; the input as a whole.
    pub async fn adds_funder(&self, input: Value) -> Answer {
        let shown = "id funderName funderPartner { name } requested { cents currency } status \
            version updatedAt allowedActions";
        self.does("fundingLineAdd", "fundingLine", shown, input)
            .await
    }
}
