//! Users and their roles.

use super::{Row, Rule, rows};

/// The rules.
pub(super) const FIELDS: &[Row] = rows! {
    RoleGrant {
        Edge: ambassador municipality neighbourhood partner user;
        Record: createdAt id role updatedAt validFrom validUntil version;
    }
    User {
        Edge: history roles;
        Record: allowedActions createdAt displayName id issuer kind status subject updatedAt
            version;
    }
    Mutation {
        Decided("access MANAGE"): roleEnd roleGrant userBlock userRegister userUnblock;
    }
    Query {
        Scoped: me user users;
    }
    @payloads {
        role: RoleEnd RoleGrant;
        user: UserBlock UserRegister UserUnblock;
    }
};
