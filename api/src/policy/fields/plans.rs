//! Plans, what is in them, and who pays.

use super::{Row, Rule, rows};

/// The rules.
pub(super) const FIELDS: &[Row] = rows! {
    CareNeed {
        Answer: category findings neighbourhood signals;
    }
    Commitment {
        Edge: action partner plan;
        Record: createdAt from id party until updatedAt version what;
    }
    Endorsement {
        Edge: partner plan;
        Record: createdAt endorsedOn endorser how id lapsedAt updatedAt version;
    }
    Finding {
        Edge: neighbourhood partner plan session;
        Record: category createdAt id kind text updatedAt version;
    }
    FundingLine {
        Edge: funderPartner history initiative plan;
        Record: allowedActions appliedOn createdAt decidedOn funderName granted id kind note
            requested status statusNote updatedAt version;
    }
    Money {
        Answer: cents currency;
    }
    Plan {
        Edge: actions ancestors clonedFrom clones commitments descendants endorsements
            facilitator findings fundingLines history initiative municipality neighbourhood
            sessions;
        Record: allowedActions barriers budget createdAt evaluatedOn id impact lastingImpact
            recommendation returnReason stage strengths summary title updatedAt version;
    }
    PlanAction {
        Edge: commitments history neighbourhood ownerPartner partner plan;
        Record: allowedActions createdAt description dueOn id owner status statusNote title
            updatedAt version;
    }
    PlanSession {
        Edge: findings partner plan;
        Record: createdAt headcount heldOn id kind mix updatedAt version;
        Shown("note"): note;
    }
    Mutation {
        Decided("commitment END"): commitmentEnd;
        Decided("funding ADD"): fundingLineAdd;
        Decided("funding APPLY"): fundingLineApply;
        Decided("funding GRANT"): fundingLineGrant;
        Decided("funding PAY"): fundingLinePay;
        Decided("funding REFUSE"): fundingLineRefuse;
        Decided("funding UPDATE"): fundingLineUpdate;
        Decided("plan action COMPLETE"): planActionComplete;
        Decided("plan action DROP"): planActionDrop;
        Decided("plan action PLAN"): planActionPlan;
        Decided("plan action START"): planActionStart;
        Decided("plan action UPDATE"): planActionUpdate;
        Decided("plan ADOPT"): planAdopt;
        Decided("plan ANCHOR"): planAnchor;
        Decided("plan COMMIT"): planCommit;
        Decided("plan CONTRIBUTE"): planActionAdd planFindingRecord planSessionRecord;
        Decided("plan CREATE"): planClone planCreate;
        Decided("plan DRAFT"): planDraft;
        Decided("plan ENDORSE"): planEndorse;
        Decided("plan EVALUATE"): planEvaluate;
        Decided("plan EXECUTE"): planExecute;
        Decided("plan RETURN"): planReturn;
        Decided("plan UPDATE"): planUpdate;
    }
    Query {
        Scoped: careNeeds findings fundingLine fundingLines plan planAction planActions plans;
    }
    @payloads {
        commitment: CommitmentEnd PlanCommit;
        endorsement: PlanEndorse;
        finding: PlanFindingRecord;
        fundingLine: FundingLineAdd FundingLineApply FundingLineGrant FundingLinePay
            FundingLineRefuse FundingLineUpdate;
        plan: PlanAdopt PlanAnchor PlanClone PlanCreate PlanDraft PlanEvaluate PlanExecute
            PlanReturn PlanUpdate;
        planAction: PlanActionAdd PlanActionComplete PlanActionDrop PlanActionPlan
            PlanActionStart PlanActionUpdate;
        session: PlanSessionRecord;
    }
};
