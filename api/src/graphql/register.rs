//! The register of processing activities in the schema (GDPR article 30).

use async_graphql::{Context, Error, Object, SimpleObject};
use nabij_entity::processing::{
    DataCategory, DataReceiver, DataSubject, ErasureEffect, LegalBasis, ProcessingPurpose,
    RetentionTerm, SpecialCategoryBasis,
};

use super::{
    errors::{Fault, FieldResult},
    selection::cx,
};
use crate::{
    domain::{Code, Problem},
    policy::{Action, Forbidden, decide},
    store::register,
};

/// A field that holds something of a person: of whom, what it is for, on which ground it is kept,
/// who receives it, and how long it stays.
#[derive(Clone, Debug, SimpleObject)]
pub struct ProcessingRegisterEntry {
    /// The sort of record, such as `contact_moments`; the same as in a resident's dossier.
    pub record: String,
    /// The field, such as `note`; the same as in a resident's dossier.
    pub field: String,
    /// Of whom it tells.
    pub subjects: Vec<DataSubject>,
    /// What sort of thing it holds.
    pub category: DataCategory,
    /// What it is kept for.
    pub purpose: ProcessingPurpose,
    /// The grounds on which it is kept; where there are several, each record has its own.
    pub bases: Vec<LegalBasis>,
    /// The grounds on which it is kept where it tells of health, origin or belief; empty for what
    /// doesn't.
    pub special_category_bases: Vec<SpecialCategoryBasis>,
    /// Who may come to see it, within their scope; empty when the service alone uses it.
    pub receivers: Vec<DataReceiver>,
    /// How long it stays.
    pub retention: RetentionTerm,
    /// What becomes of it when a resident is erased; null where it holds nothing of residents.
    pub when_erased: Option<ErasureEffect>,
}

impl From<register::Entry> for ProcessingRegisterEntry {
    fn from(entry: register::Entry) -> Self {
        let register::Entry {
            table,
            column,
            category,
            processing,
            receivers,
            when_erased,
        } = entry;
        let register::Processing {
            subjects,
            purpose,
            bases,
            special,
            retention,
        } = processing;
        Self {
            record: table.to_owned(),
            field: column.to_owned(),
            subjects: subjects.to_vec(),
            category,
            purpose,
            bases: bases.to_vec(),
            special_category_bases: special.to_vec(),
            receivers,
            retention,
            when_erased,
        }
    }
}

/// Queries about the register.
#[derive(Default)]
pub struct RegisterQuery;

#[Object]
impl RegisterQuery {
    /// The register of processing activities (GDPR article 30): every field that holds something of
    /// a person, made from the service's own declarations. For whoever has an account: it tells what
    /// is kept, and nothing that is kept. It only changes with a release.
    async fn processing_register(
        &self,
        ctx: &Context<'_>,
    ) -> Option<Result<Vec<ProcessingRegisterEntry>, Error>> {
        Some(entries(ctx).await.map_err(Error::from))
    }
}

async fn entries(ctx: &Context<'_>) -> FieldResult<Vec<ProcessingRegisterEntry>> {
    let cx = cx(ctx)?;
    cx.confirm_viewer().await?;
    let permit = decide(&cx.viewer(), Action::RegisterRead).map_err(|Forbidden| {
        Fault::Refused(Problem::new(
            Code::Forbidden,
            "",
            "The register of processing is for people with an account: sign in, and ask again.",
        ))
    })?;
    let entries = register::entries(&permit);
    Ok(entries.into_iter().map(Into::into).collect())
}
