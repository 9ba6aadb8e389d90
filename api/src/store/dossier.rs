//! A person's dossier: everything that is held of them, and every read, told from the same lines by
//! which they are erased ([`super::held`]). Asking for it is itself in the access log.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use nabij_entity::{
    access_log::{AccessPurpose, AccessedField},
    resident,
    role_grant::Role,
};
use sea_orm::{
    ConnectionTrait, EntityTrait, QueryFilter, QueryResult,
    sea_query::{Alias, Expr, ExprTrait, Query},
};
use uuid::Uuid;

use super::{
    Cx, Failure, access,
    held::{Column, HELD, Held, Tells, Whose},
    read::log::{entry, to_its_end},
    scope,
};
use crate::policy::Viewer;

mod reads;

/// Everything that is held of one person.
#[derive(Clone, Debug)]
pub struct Dossier {
    /// The person.
    pub resident: Uuid,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// The records, kind by kind, the oldest first.
    pub records: Vec<HeldRecord>,
    /// Every read of them, the oldest first; that of this dossier is the last.
    pub reads: Vec<HeldRead>,
}

/// One record of a dossier.
#[derive(Clone, Debug)]
pub struct HeldRecord {
    /// The table's name.
    pub table: &'static str,
    /// The record's id with its prefix, where it has one.
    pub id: Option<(&'static str, Uuid)>,
    /// What it tells: each field that holds something.
    pub fields: Vec<(&'static str, String)>,
}

/// One read of a person's data.
#[derive(Clone, Debug)]
pub struct HeldRead {
    /// When.
    pub at: DateTime<Utc>,
    /// For what.
    pub purpose: AccessPurpose,
    /// What was read.
    pub fields: Vec<AccessedField>,
    /// The organisation for which somebody read: a partner, of a volunteer the one whose pool they
    /// are in, or else the municipality.
    pub organisation: Option<String>,
}

/// What of the access log a dossier tells, in [`HeldRead`].
pub(super) const COLUMNS_OF_READS: [&str; 4] = ["at", "fields", "partner_id", "purpose"];

/// Whether the viewer may ask for dossiers at all, in some scope of theirs.
#[must_use]
pub fn is_for(viewer: &Viewer) -> bool {
    may_ask(viewer, &Alias::new("residents")) != scope::nothing()
}

/// Whose dossier the viewer may ask for: the place's coordinator, and the municipality's auditor for
/// the person's own request.
fn may_ask(viewer: &Viewer, t: &Alias) -> Expr {
    scope::any([
        scope::coordinated(viewer, t),
        scope::among(t, "municipality_id", viewer.municipalities(Role::Auditor)),
    ])
}

impl Cx {
    /// The dossier of a resident, if the viewer may ask for it. That they did is in the access log,
    /// and so in the dossier.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn dossier(&self, id: Uuid) -> Result<Option<Dossier>, Failure> {
        if self.viewer().is_anonymous() {
            return Ok(None);
        }
        let cx = self.clone();
        to_its_end(async move {
            let cx = cx.begin_reading().await?;
            let Some(resident) = cx.asked_about(id).await? else {
                return Ok(None);
            };
            let everything = BTreeSet::from([AccessedField::Dossier]);
            let place = (id, resident.municipality_id);
            let purpose = AccessPurpose::SubjectRequest;
            let entry = entry(&cx, &cx.viewer(), place, &everything, purpose);
            cx.add_to_access_log(entry.into_iter().collect()).await?;
            let mut records = Vec::new();
            for held in HELD {
                records.extend(cx.held_records(held, id).await?);
            }
            let dossier = Dossier {
                resident: id,
                made_at: cx.now(),
                records,
                reads: cx.reads_of(&resident).await?,
            };
            cx.commit_reading().await?;
            Ok(Some(dossier))
        })
        .await
    }

    async fn asked_about(&self, id: Uuid) -> Result<Option<resident::Model>, Failure> {
        let find = async |viewer: &Viewer| {
            let mut select =
                resident::Entity::find_by_id(id).filter(may_ask(viewer, &Alias::new("residents")));
            if let Some(current) = access::is_current(viewer) {
                select = select.filter(current);
            }
            select.one(&self.reader()).await
        };
        let viewer = self.viewer();
        let found = find(&viewer).await?;
        if found.is_none() && self.refresh_viewer(&viewer).await? {
            return Ok(find(&self.viewer()).await?);
        }
        Ok(found)
    }

    async fn held_records(&self, held: &Held, person: Uuid) -> Result<Vec<HeldRecord>, Failure> {
        let told: Vec<&Column> = held
            .columns
            .iter()
            .filter(|column| column.tells != Tells::Nothing)
            .collect();
        if told.is_empty() {
            return Ok(Vec::new());
        }
        let mut select = Query::select();
        select
            .from(held.table)
            .and_where(held.of(&Whose::person(person)));
        if held.prefix.is_some() {
            let id = (Alias::new(held.table), Alias::new("id"));
            select.column(id.clone()).order_by(id, sea_orm::Order::Asc);
        }
        for column in &told {
            let own = Expr::col((Alias::new(held.table), Alias::new(column.name)));
            let value = match column.tells {
                Tells::Organisation => {
                    let mut name = Query::select();
                    name.column((Alias::new("partners"), Alias::new("name")))
                        .from("partners")
                        .and_where(Expr::col((Alias::new("partners"), Alias::new("id"))).eq(own));
                    name.into()
                }
                Tells::Time => own,
                Tells::Text | Tells::Nothing => own.cast_as("TEXT"),
            };
            select.expr_as(value, Alias::new(format!("told_{}", column.name)));
        }
        let rows = self.reader().query_all(&select).await?;
        rows.iter().map(|row| record(held, &told, row)).collect()
    }
}

fn record(held: &Held, told: &[&Column], row: &QueryResult) -> Result<HeldRecord, Failure> {
    let mut fields = Vec::new();
    for column in told {
        let name = format!("told_{}", column.name);
        let value = if column.tells == Tells::Time {
            row.try_get::<Option<DateTime<Utc>>>("", &name)?
                .map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
        } else {
            // A set is kept with commas around it.
            row.try_get::<Option<String>>("", &name)?
                .map(|text| text.trim_matches(',').to_owned())
        };
        fields.extend(
            value
                .filter(|value| !value.is_empty() && value != "{}")
                .map(|value| (column.name, value)),
        );
    }
    let id = match held.prefix {
        Some(prefix) => Some((prefix, row.try_get("", "id")?)),
        None => None,
    };
    Ok(HeldRecord {
        table: held.table,
        id,
        fields,
    })
}
