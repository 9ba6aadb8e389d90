//! The reads in a dossier: for which organisation somebody read, and never who.

use std::collections::{BTreeSet, HashMap};

use nabij_entity::{
    access_log, ambassador, municipality, partner, resident,
    role_grant::{self, Role},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::HeldRead;
use crate::store::{Cx, Failure};

impl Cx {
    /// Every read of this resident's data, the oldest first.
    pub(super) async fn reads_of(
        &self,
        resident: &resident::Model,
    ) -> Result<Vec<HeldRead>, Failure> {
        let rows = access_log::Entity::find()
            .filter(access_log::Column::ResidentId.eq(resident.id))
            .order_by_asc(access_log::Column::At)
            .order_by_asc(access_log::Column::Id)
            .all(&self.reader())
            .await?;
        let roles = self.roles_of_readers(&rows).await?;
        let pools = self.pools_of(&roles).await?;
        let organisation = |row: &access_log::Model| {
            let pool = || pool_of(row, roles.get(&row.user_id)?, &pools);
            row.partner_id.or_else(pool)
        };
        let ids: BTreeSet<Uuid> = rows.iter().filter_map(organisation).collect();
        let partners: HashMap<Uuid, String> = partner::Entity::find()
            .filter(partner::Column::Id.is_in(ids))
            .all(&self.reader())
            .await?
            .into_iter()
            .map(|partner| (partner.id, partner.name))
            .collect();
        let municipality = municipality::Entity::find_by_id(resident.municipality_id)
            .one(&self.reader())
            .await?
            .map(|municipality| municipality.name);
        let told = rows.iter().map(|row| HeldRead {
            at: row.at,
            purpose: row.purpose,
            fields: row.accessed().collect(),
            organisation: match organisation(row) {
                Some(partner) => partners.get(&partner).cloned(),
                None => municipality.clone(),
            },
        });
        Ok(told.collect())
    }

    /// The roles of those who read for no partner.
    async fn roles_of_readers(
        &self,
        rows: &[access_log::Model],
    ) -> Result<HashMap<Uuid, Vec<role_grant::Model>>, Failure> {
        let readers: BTreeSet<Uuid> = rows
            .iter()
            .filter(|row| row.partner_id.is_none())
            .map(|row| row.user_id)
            .collect();
        let grants = role_grant::Entity::find()
            .filter(role_grant::Column::UserId.is_in(readers))
            .all(&self.reader())
            .await?;
        let mut roles: HashMap<Uuid, Vec<role_grant::Model>> = HashMap::new();
        for grant in grants {
            roles.entry(grant.user_id).or_default().push(grant);
        }
        Ok(roles)
    }

    /// The partners in whose pool the volunteers among them are.
    async fn pools_of(
        &self,
        roles: &HashMap<Uuid, Vec<role_grant::Model>>,
    ) -> Result<HashMap<Uuid, Uuid>, Failure> {
        let volunteers = roles.values().flatten();
        let volunteers: BTreeSet<Uuid> = volunteers.filter_map(|role| role.ambassador_id).collect();
        let volunteers = ambassador::Entity::find()
            .filter(ambassador::Column::Id.is_in(volunteers))
            .all(&self.reader())
            .await?;
        let pools = volunteers.into_iter();
        Ok(pools
            .filter_map(|volunteer| Some((volunteer.id, volunteer.pool_partner_id?)))
            .collect())
    }
}

/// The pool as a volunteer of which somebody read; none for an official, who read for the municipality
/// whatever else they are.
fn pool_of(
    row: &access_log::Model,
    roles: &[role_grant::Model],
    pools: &HashMap<Uuid, Uuid>,
) -> Option<Uuid> {
    let held = || {
        roles.iter().filter(|role| {
            role.valid_from <= row.at && role.valid_until.is_none_or(|until| row.at < until)
        })
    };
    if held().any(|role| matches!(role.role, Role::Coordinator | Role::Auditor)) {
        return None;
    }
    held().find_map(|role| pools.get(&role.ambassador_id?).copied())
}
