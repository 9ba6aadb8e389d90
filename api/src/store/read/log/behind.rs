//! Whose data a row tells that doesn't name its resident: looked up for all of them at once, and only
//! where the answer's other rows don't tell it.

use std::collections::{BTreeMap, BTreeSet};

use nabij_entity::{call_out, signal};
use sea_orm::{
    ConnectionTrait,
    sea_query::{Alias, Expr, ExprTrait, Query, SelectStatement, UnionType},
};
use uuid::Uuid;

use super::{Reads, Whose, padded};
use crate::store::{Cx, Failure, read::Node, record::Seen};

/// Whom a row is about that others lead to.
pub(super) fn told_by(node: &Node) -> Option<(Whose, Option<Uuid>)> {
    let signal = node.row::<Seen<signal::Model>>();
    let call_out = node.row::<Seen<call_out::Model>>();
    signal
        .map(|row| (Whose::Signal(row.id), row.resident_id))
        .or_else(|| call_out.map(|row| (Whose::CallOut(row.id), row.resident_id)))
}

impl Cx {
    /// What was read, by the residents whose it is. What is nobody's is left out.
    pub(super) async fn people_behind(
        &self,
        read: Reads<Whose>,
        known: &BTreeMap<Whose, Option<Uuid>>,
    ) -> Result<Reads<Uuid>, Failure> {
        let unknown: BTreeSet<Whose> = read
            .keys()
            .map(|(whose, _)| *whose)
            .filter(|whose| !known.contains_key(whose))
            .collect();
        let found = self.residents_of(&unknown).await?;
        let mut people = Reads::new();
        for ((whose, purpose), read) in read {
            let resident = match whose {
                Whose::Resident(id) => Some(id),
                Whose::Signal(id) | Whose::CallOut(id) => match known.get(&whose) {
                    Some(resident) => *resident,
                    None => found.get(&id).copied(),
                },
            };
            if let Some(resident) = resident {
                let own = people.entry((resident, purpose)).or_default();
                own.municipality = read.municipality;
                own.fields.extend(read.fields);
            }
        }
        Ok(people)
    }

    /// The residents whom these signals and call-outs are about, by the records' ids.
    async fn residents_of(
        &self,
        records: &BTreeSet<Whose>,
    ) -> Result<BTreeMap<Uuid, Uuid>, Failure> {
        let ids = |of: fn(&Whose) -> Option<Uuid>| records.iter().filter_map(of).collect();
        let signals: Vec<Uuid> = ids(|whose| match whose {
            Whose::Signal(id) => Some(*id),
            _ => None,
        });
        let call_outs: Vec<Uuid> = ids(|whose| match whose {
            Whose::CallOut(id) => Some(*id),
            _ => None,
        });
        let parts = [("signals", signals), ("call_outs", call_outs)];
        let parts = parts.iter().filter(|(_, ids)| !ids.is_empty());
        let all = parts
            .map(|(table, ids)| about(table, ids))
            .reduce(|mut all, part| all.union(UnionType::All, part).to_owned());
        let Some(all) = all else {
            return Ok(BTreeMap::new());
        };
        let rows = self.reader().query_all(&all).await?;
        rows.iter()
            .map(|row| Ok((row.try_get("", "id")?, row.try_get("", "resident_id")?)))
            .collect()
    }
}

/// Whom the records with these ids are about, where they are about somebody.
fn about(table: &'static str, ids: &[Uuid]) -> SelectStatement {
    let col = |name: &'static str| Expr::col((Alias::new(table), Alias::new(name)));
    Query::select()
        .expr_as(col("id"), Alias::new("id"))
        .expr_as(col("resident_id"), Alias::new("resident_id"))
        .from(table)
        .and_where(col("id").is_in(padded(ids)))
        .and_where(col("resident_id").is_not_null())
        .to_owned()
}
