//! Who read whose data, the dossier, erasure, the register, retention, and legal holds.

use super::{Row, Rule, rows};

/// The rules.
pub(super) const FIELDS: &[Row] = rows! {
    AccessLogEntry {
        Edge: municipality partner user;
        Record: at fields id purpose requestId residentId;
    }
    ResidentDossier {
        Answer: madeAt reads records residentId;
    }
    DossierRecord {
        Answer: fields id type;
    }
    DossierField {
        Answer: name value;
    }
    DossierRead {
        Answer: at fields organisation purpose;
    }
    ProcessingRegisterEntry {
        Answer: bases category field purpose receivers record retention specialCategoryBases
            subjects whenErased;
    }
    LegalHold {
        Edge: history liftedBy municipality placedBy resident signal;
        Record: createdAt id inForce liftReason liftedAt reason until updatedAt version;
    }
    RetentionRule {
        Edge: history municipality;
        Record: createdAt ground id months updatedAt version;
    }
    RetentionRun {
        Edge: municipality;
        Record: day finishedAt id removed startedAt;
    }
    RetentionPeriod {
        Open: ground months ruleId;
    }
    RetentionCount {
        Answer: count ground months type;
    }
    RetentionCase {
        Answer: closedAt ground records signalId;
    }
    RetentionPreview {
        Answer: at cases counts endCursor residents;
    }
    Mutation {
        Decided("legal hold LIFT"): legalHoldLift;
        Decided("legal hold PLACE"): legalHoldPlace;
        Decided("resident ERASE"): residentErase;
        Decided("retention MANAGE"): retentionRuleSet;
    }
    Query {
        Decided("register READ"): processingRegister;
        Decided("retention READ"): retentionPreview;
        Open: retentionPeriods;
        Scoped: accessLog legalHolds residentDossier retentionRuns;
    }
    @payloads {
        legalHold: LegalHoldLift LegalHoldPlace;
        rule: RetentionRuleSet;
        resident: ResidentErase;
    }
};
