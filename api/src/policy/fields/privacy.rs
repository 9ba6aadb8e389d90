//! Who read whose data, the dossier, erasure, and the register.

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
    Mutation {
        Decided("resident ERASE"): residentErase;
    }
    Query {
        Decided("register READ"): processingRegister;
        Scoped: accessLog residentDossier;
    }
    @payloads {
        resident: ResidentErase;
    }
};
