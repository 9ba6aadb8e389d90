//! A resident's dossier in the schema (GDPR article 15).

use async_graphql::{Context, Error, ID, Object, SimpleObject};
use nabij_entity::access_log::{AccessPurpose, AccessedField};

use super::{errors, scalars::DateTime, selection::cx};
use crate::{
    ids,
    store::{Kind, dossier},
};

/// Everything that is held of a resident, and every read of it: for their own request (GDPR article
/// 15). It can be handed over as it is: it names organisations, and no reader, volunteer or staff.
#[derive(Clone, Debug, SimpleObject)]
pub struct ResidentDossier {
    /// The id of the resident.
    pub resident_id: ID,
    /// When it was made.
    pub made_at: DateTime,
    /// The records, kind by kind, the oldest first.
    pub records: Vec<DossierRecord>,
    /// Every read of their data, the oldest first. Making this dossier is the last.
    pub reads: Vec<DossierRead>,
}

/// A record of a dossier.
#[derive(Clone, Debug, SimpleObject)]
pub struct DossierRecord {
    /// What sort of record it is, such as `signals` or `consents`.
    pub r#type: String,
    /// Its id (TypeID); null for what belongs to another record, such as contact details.
    pub id: Option<ID>,
    /// What it tells. Fields that hold nothing are left out.
    pub fields: Vec<DossierField>,
}

/// A field of a record in a dossier.
#[derive(Clone, Debug, SimpleObject)]
pub struct DossierField {
    /// Its name, such as `given_name`.
    pub name: String,
    /// What it holds: a text, a code, a moment, or an organisation's name. Several codes stand with
    /// commas between them.
    pub value: String,
}

/// A read of a resident's data.
#[derive(Clone, Debug, SimpleObject)]
pub struct DossierRead {
    /// When.
    pub at: DateTime,
    /// For what.
    pub purpose: AccessPurpose,
    /// What was read.
    pub fields: Vec<AccessedField>,
    /// The organisation for which somebody read: a partner, of a volunteer the one whose pool they are
    /// in, or else the municipality.
    pub organisation: Option<String>,
}

impl From<dossier::Dossier> for ResidentDossier {
    fn from(dossier: dossier::Dossier) -> Self {
        let dossier::Dossier {
            resident,
            made_at,
            records,
            reads,
        } = dossier;
        let record = |record: dossier::HeldRecord| {
            let dossier::HeldRecord { table, id, fields } = record;
            let field = |(name, value): (&str, String)| DossierField {
                name: name.to_owned(),
                value,
            };
            DossierRecord {
                r#type: table.to_owned(),
                id: id
                    .and_then(|(prefix, id)| Some(ids::type_id(Kind::from_prefix(prefix)?, id)))
                    .map(ID::from),
                fields: fields.into_iter().map(field).collect(),
            }
        };
        let read = |read: dossier::HeldRead| {
            let dossier::HeldRead {
                at,
                purpose,
                fields,
                organisation,
            } = read;
            DossierRead {
                at: at.into(),
                purpose,
                fields,
                organisation,
            }
        };
        Self {
            resident_id: ids::type_id(Kind::Resident, resident).into(),
            made_at: made_at.into(),
            records: records.into_iter().map(record).collect(),
            reads: reads.into_iter().map(read).collect(),
        }
    }
}

/// Queries about dossiers.
#[derive(Default)]
pub struct DossierQuery;

#[Object]
impl DossierQuery {
    /// Everything that is held of a resident, and who read it when and for what, in one answer: for
    /// the request of the person themselves, by the place's coordinator or the municipality's
    /// auditor. Asking for it is itself in the access log. Null when there is no such resident or
    /// you are neither.
    async fn resident_dossier(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The resident's id.")] id: ID,
    ) -> Option<Result<ResidentDossier, Error>> {
        let dossier = async {
            let id = errors::id(Kind::Resident, &id)?;
            let dossier = cx(ctx)?.dossier(id).await?;
            Ok::<_, errors::Fault>(dossier.map(ResidentDossier::from))
        };
        dossier.await.map_err(Error::from).transpose()
    }
}
