//! Municipalities and neighbourhoods.

use super::{Row, Rule, rows};

/// The rules.
pub(super) const FIELDS: &[Row] = rows! {
    AreaCode {
        Open: code scheme validFrom validUntil;
    }
    Municipality {
        Edge: history initiatives neighbourhoods;
        Open: code codeScheme country createdAt id name updatedAt version;
    }
    Neighbourhood {
        Edge: activities ambassadors areaCodes bookables deployments history municipality parent
            partners plans services signals teams;
        Open: createdAt id name updatedAt version;
    }
    Mutation {
        Decided("place MANAGE"): municipalityCreate neighbourhoodCreate neighbourhoodUpdate;
    }
    Query {
        Scoped: municipalities municipality neighbourhood neighbourhoods;
    }
    @payloads {
        municipality: MunicipalityCreate;
        neighbourhood: NeighbourhoodCreate NeighbourhoodUpdate;
    }
};
