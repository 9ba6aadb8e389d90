//! What every record and every answer has, and the words for all of them.

use super::{Row, Rule, rows};

/// The rules.
pub(super) const FIELDS: &[Row] = rows! {
    Event {
        Edge: actorPartner;
        Record: actorRole at from id kind to;
    }
    UserError {
        Answer: allowed attempted code currentVersion from message path taken;
    }
    VocabularyEnum {
        Open: name values;
    }
    VocabularyValue {
        Open: code label;
    }
    Query {
        Open: vocabulary;
        Scoped: node nodes;
    }
};
